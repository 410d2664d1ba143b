"""``SessionMiddleware(profile="safe")``: our names and flags in the place of Starlette's.

The cookie is then the one that the same application has with ``Hardtack``: ``__Host-session-<application>``, Secure,
HttpOnly, SameSite=Lax and for the whole site where the origin is https. What would be another choice beside it is
refused, not overruled in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hardtack.errors import MisuseError
from hardtack.session import policy


class Flags(NamedTuple):
    """The name of the cookie, and whether it is Secure."""

    name: str
    secure: bool


def safe(profile: object, origin: str | None, application: str, chosen: Mapping[str, tuple[object, object]]) -> Flags:
    """Return the name and the flag that the origin gives the cookie.

    Args:
        profile: must be ``"safe"``.
        origin: the public origin.
        application: the application's name.
        chosen: what was given besides, and what it is where nothing is given, by keyword.

    Raises:
        MisuseError: there is no such profile, no origin, an unsafe one, or something else was chosen beside it.
    """
    if profile != "safe":
        raise MisuseError(f"profile={profile!r:.20} is not known", 'write profile="safe", or leave it out')
    if origin is None:
        raise MisuseError(
            'profile="safe" decides by the origin that the public sees, and there is none',
            'write origin="https://example.org", or origin="http://localhost:8000" on this machine',
        )
    for keyword, (value, usual) in chosen.items():
        if value != usual:
            raise MisuseError(f'{keyword}= and profile="safe" exclude each other: it decides that', "leave one out")
    try:
        names = policy.decide(origin, application=application)
    except MisuseError as error:
        if "insecure_plain_http" not in error.hint:
            raise
        # The middleware has no such keyword: without the profile it is as it was.
        raise MisuseError(error.problem, "give an https origin") from None
    return Flags(names.session_name, names.secure)
