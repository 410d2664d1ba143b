"""What an answer must say to caches once it has to do with a session (RFC 9111, RFC 9110 §12.5.5).

An answer that somebody's session was read for is theirs, and one that sets or deletes a session cookie is theirs even
more: a shared cache that kept it would give the cookie of one visitor to another, since Set-Cookie alone keeps nothing
out of a cache (RFC 9111 §7.3). ``protect`` returns which fields to replace, from the fields that are there:

| the answer | Vary | Cache-Control, by what the application has said |
|---|---|---|
| has nothing to do with the session | as it is | as it is |
| depends on it | names Cookie | nothing: ``private, no-cache`` · ``private`` or ``no-store``: as it is · ``public`` or ``s-maxage``: as it is, its word stands · anything else: with ``private`` |
| sets or deletes a session cookie | names Cookie | the same, but ``public`` and ``s-maxage`` give way to ``private`` |

Nothing that an application has set is loosened, and no lifetime for the browser's own cache is taken away. The same is
done to ``CDN-Cache-Control`` where there is one, as it goes before ``Cache-Control`` (RFC 9213 §2.2).
"""  # noqa: E501 - a row of a table is one line

from __future__ import annotations

import re
from collections.abc import Iterable

from hardtack.session.session import Session

NOBODY_ELSE = "private, no-cache"
"""For an answer that says nothing: not in shared caches, and in the browser's own not without asking again. Where the
values are on the server the cookie stays the same while they change, so ``Vary`` would not notice."""

LOOKED_AT = frozenset({"vary", "cache-control", "cdn-cache-control", "expires"})
"""The fields that decide what an answer must say, besides whether it sets a cookie of the session."""

_TARGETED = ("cache-control", "cdn-cache-control")
_MEMBER = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*(?:"|\\?\Z))+', re.DOTALL)  # a comma inside quotes separates nothing
_SHARED = frozenset({"public", "s-maxage"})


def protect(headers: Iterable[tuple[str, str]], session: Session) -> list[tuple[str, str]]:
    """Return the fields that an answer needs because of its session; each replaces all fields of its name.

    Call it after ``Sessions.save``, with the Set-Cookie fields already among the headers.

    Promise: returns for any text in the headers, never raises, and asks for nothing more when its answer was followed.

    Args:
        headers: the names and values of the answer's fields, in any case of letters.
        session: what the request's session has become.
    """
    return protected(headers, session.cookie_names, session.accessed)


def protected(headers: Iterable[tuple[str, str]], names: Iterable[str], depends: bool) -> list[tuple[str, str]]:
    """Return the fields that an answer needs, as ``protect``, for whoever has another session than ours.

    Args:
        headers: the names and values of the answer's fields.
        names: the names of the session's cookies.
        depends: whether the answer depends on the session.
    """
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    writes = _sets_any(found.get("set-cookie", ()), names)
    if not (writes or depends):
        return []
    changes = []
    varies = _vary(found.get("vary", []))
    if varies is not None:
        changes.append(("Vary", varies))
    if "cache-control" not in found:
        # A lifetime of its own, in the older field, is the application's word for the browser's cache.
        changes.append(("Cache-Control", "private" if "expires" in found else NOBODY_ELSE))
    for name in _TARGETED:
        said = _members(found.get(name, ()))
        restricted = _restrict(said, writes)
        if name in found and restricted != said:
            changes.append((_SPELLED[name], ", ".join(restricted)))
    return changes


_SPELLED = {"cache-control": "Cache-Control", "cdn-cache-control": "CDN-Cache-Control"}


def _sets_any(fields: Iterable[str], names: Iterable[str]) -> bool:
    starts = tuple(f"{name}=" for name in names)
    return any(field.startswith(starts) for field in fields)


def _vary(values: list[str]) -> str | None:
    """Return the Vary that names Cookie too, or ``None`` if it does already."""
    names = [name for value in values for name in (part.strip(" \t") for part in value.split(",")) if name]
    if "*" in names or "cookie" in (name.lower() for name in names):
        return None
    return ", ".join((*names, "Cookie"))


def _members(values: Iterable[str]) -> list[str]:
    """Return the directives of a field, as they were written."""
    found = (member.strip(" \t") for member in _MEMBER.findall(",".join(values)))
    return [member for member in found if member]


def _restrict(said: list[str], writes: bool) -> list[str]:
    """Return directives that keep an answer out of shared caches, if the application's own do not settle it."""
    names = {member.partition("=")[0].rstrip(" \t").lower() for member in said}
    # ``private="field"`` concerns that field alone, so only the bare word counts.
    if "private" in (member.lower() for member in said) or "no-store" in names:
        return said
    if names & _SHARED and not writes:
        return said
    kept = [member for member in said if member.partition("=")[0].rstrip(" \t").lower() not in _SHARED]
    # First, where no quotation mark that was left open can hide it.
    return ["private", *kept]


UNSAID = tuple(protected((), (), depends=True))
"""The fields that an answer needs which has to do with the session and none of ``LOOKED_AT``."""
