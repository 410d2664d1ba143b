"""The session's cookie on the way in and out of Django, to the letter as Django reads and writes it, with less work.

Django parses every cookie of a request to find one, and writes each attribute of a cookie by itself. Here the one
cookie is taken out of the field where it is there once and plain, and what of a cookie stays the same is made once, by
Django itself. Where anything is out of the ordinary, it is Django's way.
"""

from __future__ import annotations

import time
from functools import lru_cache
from http.cookies import Morsel
from typing import Any

from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # Django has no types
from django.http.response import HttpResponseBase  # type: ignore[import-untyped]  # likewise
from django.utils.http import http_date as djangos_date  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.django.caches import MAX_KEPT
from hardtack.adapters.django.settings import setting
from hardtack.message import LAST_DATE, http_date


def token_of(request: HttpRequest, name: str) -> str | None:
    """Return the value of the cookie *name* that came, or ``None``."""
    field = request.META.get("HTTP_COOKIE", "")
    if "COOKIES" not in request.__dict__:  # else they are parsed already, or somebody has put some in
        if name not in field:
            return None
        before, _, after = field.partition(f"{name}=")
        value: str = after.partition(";")[0]
        # Found once, as a whole, and with nothing to unquote or to trim.
        alone = name not in after and name not in before and before.rstrip(" ")[-1:] in ("", ";")
        if alone and value.isascii() and value == value.strip() and not value.startswith('"'):
            return value
    found: str | None = request.COOKIES.get(name)
    return found


def set_cookie(response: HttpResponseBase, name: str, value: str, max_age: int | None) -> None:
    """Set the cookie on *response*, with the attributes that the settings say.

    Args:
        response: the answer.
        name: the cookie's.
        value: its value.
        max_age: seconds; ``None`` for a cookie that ends with the browser.
    """
    morsel: Morsel[str] = Morsel()
    dict.update(
        morsel,
        _attributes(
            setting("SESSION_COOKIE_DOMAIN"),
            setting("SESSION_COOKIE_PATH"),
            setting("SESSION_COOKIE_SECURE") or None,
            setting("SESSION_COOKIE_HTTPONLY") or None,
            setting("SESSION_COOKIE_SAMESITE"),
        ),
    )
    morsel.set(name, *response.cookies.value_encode(value))
    if max_age is not None:
        ends = time.time() + max_age
        dict.update(
            morsel,
            {
                "max-age": int(max_age),
                "expires": http_date(int(ends)) if 0 <= ends < LAST_DATE else djangos_date(ends),
            },
        )
    dict.__setitem__(response.cookies, name, morsel)


@lru_cache(maxsize=MAX_KEPT)
def _attributes(domain: Any, path: Any, secure: Any, httponly: Any, samesite: Any) -> dict[str, Any]:
    """Return the attributes of a cookie with these settings, from Django itself."""
    response = HttpResponse()
    response.set_cookie("n", "", None, None, path, domain, secure, httponly, samesite)
    return dict(response.cookies["n"])
