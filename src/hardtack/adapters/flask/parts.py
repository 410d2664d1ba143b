"""The parts of Flask's session cookie that stay the same from answer to answer, made once for each set of settings."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from werkzeug.http import dump_cookie

from hardtack.adapters.flask.serializer import SealedSerializer
from hardtack.session import cookie
from hardtack.session import data as form

if TYPE_CHECKING:
    from flask import Flask

MAX_KEPT = 64
"""How many sets of settings are remembered; an application has one or two."""

PREFIXES = ("__host-", "__secure-")
"""What names begin with whose cookies browsers drop unless their attributes are right."""

_K = TypeVar("_K")
_V = TypeVar("_V")


class Parts(NamedTuple):
    """What of a Set-Cookie value stays the same; made by Werkzeug, so that it is what Flask itself writes."""

    start: str
    end: str
    before_expires: str
    after_expires: str
    deletion: str


def settings_of(asked: Any, app: Flask) -> tuple[str, str | None, str, bool, bool, str | None, bool]:
    """Return what *asked*, a session interface or what it inherits from, says about the cookie of *app*."""
    return (
        asked.get_cookie_name(app),
        asked.get_cookie_domain(app),
        asked.get_cookie_path(app),
        asked.get_cookie_secure(app),
        asked.get_cookie_partitioned(app),
        asked.get_cookie_samesite(app),
        asked.get_cookie_httponly(app),
    )


def parts_of(
    name: str,
    domain: str | None,
    path: str,
    secure: bool,
    partitioned: bool,
    samesite: str | None,
    httponly: bool,
) -> Parts:
    """Return what the settings of an application make of the cookie.

    Raises:
        MisuseError: the name has a prefix that browsers hold to, and the settings do not (RFC 6265bis §4.1.3).
        ValueError: Werkzeug knows no such ``SameSite``.
    """
    if name.lower().startswith(PREFIXES):
        cookie.dump(name, "", path=path, domain=domain, secure=secure, httponly=httponly)

    def dumped(**lifetime: Any) -> str:
        return dump_cookie(
            name,
            domain=domain,
            path=path,
            secure=secure,
            partitioned=partitioned,
            samesite=samesite,
            httponly=httponly,
            max_size=0,
            **lifetime,
        )

    start, _, end = dumped().partition("=")
    before, _, after = dumped(expires="@").removeprefix(f"{start}=").partition("Expires=@")
    return Parts(f"{start}=", end, f"{before}Expires=", after, dumped(expires=0, max_age=0))


def warn_of_size(size: int, limit: int, values: Mapping[str, Any], serializer: SealedSerializer) -> None:
    """Warn of a cookie that browsers may drop, and name the keys that take the most room.

    Args:
        size: how many octets it has.
        limit: how many it may have; 0 for any number.
        values: what is in the session.
        serializer: what makes octets of them.
    """
    if limit and size > limit:
        largest = form.largest(values, lambda value: serializer.dumps({"": value})[2:])
        warnings.warn(
            f"the session cookie has {size} octets, MAX_COOKIE_SIZE allows {limit}: browsers may drop it without a "
            f"word. The largest keys, in octets: {largest}",
            stacklevel=2,
        )


def keep(kept: dict[_K, _V], key: _K, value: _V) -> _V:
    """Put *value* into *kept*, which starts anew when it is full, and return it."""
    if len(kept) >= MAX_KEPT:
        kept.clear()
    kept[key] = value
    return value
