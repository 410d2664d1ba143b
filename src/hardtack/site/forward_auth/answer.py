"""What ``/auth`` answers, in the words of each proxy and for whoever asks through it.

Whoever may go on gets 204, without content and with all four fields of the identity, none of them ever empty: a field
that is missing or empty would let a client's own of that name survive in some proxies. Each is plain ASCII: a name is
percent-encoded UTF-8 (RFC 3986 §2.1), so nothing in it ends a line or adds a field. ``-`` stands for what there is not,
since no account can be called so.

Whoever may not, is refused: 401 with ``Location`` for nginx, which can only redirect by itself; a redirect for the
proxies that copy the answer, 302 where the method may stay and 303 where it must become GET; a bare 401 for scripts and
parts of pages, which no redirect helps; 403 for whoever is signed in. No refusal sets a cookie. Nothing here reads a
request of a client: what is sent is what the account's row says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from hardtack.message import Response
from hardtack.site.forward_auth.original import Original
from hardtack.site.forward_auth.rules import Who
from hardtack.status.errors import Unauthorized

Fields = tuple[tuple[str, str], ...]
Octets = tuple[tuple[bytes, bytes], ...]

NAMES = ("Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups")
"""The fields of the identity."""

NOTHING = "-"
"""What stands for what there is not."""

ALLOWED = 204
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that a browser repeats by itself where it is sent on by 302."""


def identity_fields(who: Who | None) -> Fields:
    """Return the four fields for *who*, or for nobody in particular."""
    if who is None:
        return NOBODY
    said = (
        _plain(who.name),
        _plain(who.email),
        quote(who.display_name, safe="", errors="replace"),
        ",".join(who.roles),
    )
    return tuple((name, value or NOTHING) for name, value in zip(NAMES, said, strict=True))


NOBODY: Fields = tuple((name, NOTHING) for name in NAMES)


def _plain(text: str) -> str:
    """Return a name or an address as a field's value: unchanged where it is ASCII, as nearly always, else escaped."""
    return quote(text, safe="!#$&'*+/=?^`{|}@", errors="replace")


def octets(fields: Fields) -> Octets:
    """Return the fields of the answer that lets a request go on, in octets."""
    return tuple((name.lower().encode("ascii"), value.encode("ascii")) for name, value in (*fields, NOT_STORED))


NOT_STORED = ("Cache-Control", "no-store")

# RFC 9110 §5.1 and §5.5, and narrower where a server may send more.
_LINE = re.compile(rb"[a-z0-9-]+: [!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?\r\n")


def block(fields: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return *fields* as they go onto the wire (RFC 9112 §5), whoever sends them.

    Raises:
        ValueError: one is none, so that it might end a line and begin another.
    """
    lines = [b"%s: %s\r\n" % field for field in fields]
    if not all(map(_LINE.fullmatch, lines)):
        raise ValueError("that is no field")
    return b"".join(lines)


def allowed(fields: Fields, set_cookies: tuple[str, ...] = (), cookies: str = "") -> Response:
    """Return the answer that lets a request go on.

    Args:
        fields: of the identity.
        set_cookies: what the proxy is to pass on to the browser.
        cookies: what it is to leave of the Cookie field, where it wants to be told.
    """
    response = Response(ALLOWED, [*fields, NOT_STORED])
    for value in set_cookies:
        response.add("Set-Cookie", value)
    if cookies:
        response.add("Cookie", cookies)
    return response


def sign_in_first(original: Original, address: str, challenge: str) -> Response:
    """Return the answer that leads whoever is not signed in to *address*, and back.

    Args:
        original: what was asked of the proxy.
        address: absolute.
        challenge: for ``WWW-Authenticate``.

    Raises:
        Unauthorized: a redirect would help nobody.
    """
    location = (("Location", address),)
    if not original.navigates or original.style == "status":
        raise Unauthorized(challenge=challenge, reason="not-signed-in")
    if original.style == "nginx":
        raise Unauthorized(challenge=challenge, headers=location, reason="not-signed-in")
    return Response(302 if original.method in SAFE else 303, [*location, ("Content-Length", "0")])
