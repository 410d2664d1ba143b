"""What an answer of Django's says to caches because of its session; what was decided for such answers is remembered."""

from __future__ import annotations

from django.http.response import HttpResponseBase  # type: ignore[import-untyped]  # Django has no types

from hardtack.session import caching

MAX_KEPT = 64
"""How many kinds of answers are remembered; an application has a few."""

_FIELDS = tuple(sorted(caching.LOOKED_AT))
_NOTHING: tuple[str | None, ...] = (None,) * len(_FIELDS)
_kept: dict[tuple[bool, tuple[str | None, ...]], dict[str, tuple[str, str]]] = {}


def protect(response: HttpResponseBase, cookie: str, *, depends: bool) -> None:
    """Keep an answer that has to do with the session out of shared caches; what the application says for them stands.

    Args:
        response: the answer, the session's cookie among its cookies.
        cookie: the name of the session's cookie.
        depends: whether the answer depends on the session.
    """
    writes = cookie in response.cookies
    if not (writes or depends):
        return
    # As Django keeps them itself: by its own way each name and text is looked into anew, for every answer.
    store = response.headers._store
    # Most answers have nothing but their type: then nobody has said anything.
    plain = len(store) == 1 and "content-type" in store
    said = _NOTHING if plain else tuple([response.headers.get(name) for name in _FIELDS])
    changes = _kept.get((writes, said))
    if changes is None:
        fields = [(name, value) for name, value in zip(_FIELDS, said, strict=True) if value is not None]
        fields += [("set-cookie", f"{cookie}=")] if writes else []
        changes = {name.lower(): (name, value) for name, value in caching.protected(fields, (cookie,), depends=True)}
        if len(_kept) >= MAX_KEPT:
            _kept.clear()
        _kept[writes, said] = changes
    store.update(changes)
