"""Whether a request that would change something was made by our own pages, and not by another site's.

A safe method (RFC 9110 §9.2.1) passes, since it changes nothing. For the others the browser is asked first, because a
page cannot forge what it says:

1. ``Sec-Fetch-Site`` is present: only ``same-origin`` passes; a sibling sub-domain (``same-site``) does not.
2. Else ``Origin`` is present: it must be one of the configured origins; ``null`` is refused.
3. Neither: a request that carries a cookie or a form needs the sealed token of one of our forms, bound to the lineage
   of whoever is signed in, or to the random value of the visitor cookie.

A token never overrules 1 or 2. A request without any of it, no cookie and no form, carries no right that could be
abused. The visitor cookie is set only together with a form, and a token made before sign-in is worth nothing after it,
since its binding is another.
"""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Callable, Collection

from hardtack.errors import MisuseError, Refused
from hardtack.message import Request
from hardtack.seal import Keyring, SealError
from hardtack.session.cookie import find

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FORM = "application/x-www-form-urlencoded"
FORM_TYPES = frozenset({_FORM, "multipart/form-data", "text/plain"})
"""What a form of another site can send without asking first (WHATWG Fetch, "CORS-safelisted request-header")."""

TOKEN_FIELD = "csrf_token"  # noqa: S105 - the name of a field, no secret
"""The field of a form that carries its token."""
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105 - likewise
"""The header field in which a script sends it."""

MOST_FORM = 65536
"""The largest form, in bytes, that is read in search of its token by whoever does not read it otherwise."""
_FIELD = TOKEN_FIELD.encode() + b"="

VISITOR_SIZE = 16
_VISITOR = re.compile(rf"[0-9a-f]{{{2 * VISITOR_SIZE}}}")


class CrossSiteRequest(Refused):
    """A request that would change something does not come from our own pages; ``reason`` says how that was seen."""

    status = 403
    slug = "cross-site-request"

    def __init__(self, reason: str) -> None:
        super().__init__(
            {
                "en": "This request did not come from a page of this site, so nothing was changed. "
                "Please open the page again and repeat what you did there.",
                "zh": "此请求并非来自本站页面，因此没有做任何更改。请重新打开页面，再操作一次。",
            },
            reason=reason,
        )


def check(
    request: Request,
    *,
    origins: Collection[str],
    has_cookie: bool,
    token: str | None,
    verify: Callable[[str], bool],
) -> None:
    """Let a request pass that our own pages made.

    Args:
        request: the request; its body is not read.
        origins: the public origins that are ours, in their normal form (``policy.normal_origin``).
        has_cookie: whether a cookie of ours came along.
        token: the token from the form or the header that the caller reads, or ``None``.
        verify: says whether a token is good for this visitor.

    Raises:
        CrossSiteRequest: for any other request; nothing else, whatever the request holds.
    """
    if request.method in SAFE_METHODS:
        return
    if _by_browser(request, origins):
        return
    if has_cookie or _is_form(request.headers.get("content-type")):
        if not token:
            raise CrossSiteRequest("token-missing")
        if not verify(token):
            raise CrossSiteRequest("token-invalid")


def needs_token(request: Request, *, has_cookie: bool) -> bool:
    """Say whether ``check`` would look at a token, so that whoever must read a form for it knows when not to."""
    headers = request.headers
    if request.method in SAFE_METHODS or "sec-fetch-site" in headers or "origin" in headers:
        return False
    return has_cookie or _is_form(headers.get("content-type"))


def may_hold_token(request: Request) -> bool:
    """Say whether a token would be in the content and nowhere else: a urlencoded form, and none in the header."""
    headers = request.headers
    return TOKEN_HEADER not in headers and _media_type(headers.get("content-type")) == _FORM


def token_in(content: bytes) -> str | None:
    """Return the token in a urlencoded form, or ``None`` if there is none, or several.

    Promise: returns for any *content*, never raises.
    """
    # Neither the name nor a token of ours has anything that a form would escape.
    found = [field.removeprefix(_FIELD) for field in content.split(b"&") if field.startswith(_FIELD)]
    return found[0].decode("latin-1") or None if len(found) == 1 else None


def check_handshake(request: Request, *, origins: Collection[str]) -> None:
    """Let the handshake of a WebSocket pass that our own pages opened, or no browser (RFC 6455 §10.2).

    It is a GET, and browsers send cookies with it and let any page open one; but they always say which (§4.1).

    Raises:
        CrossSiteRequest: for any other; nothing else, whatever the request holds.
    """
    _by_browser(request, origins)


def _by_browser(request: Request, origins: Collection[str]) -> bool:
    """Return whether a browser has said that the request is our own pages', or raise where it says otherwise."""
    if sites := request.headers.all("sec-fetch-site"):
        if any(site != "same-origin" for site in sites):
            raise CrossSiteRequest("sec-fetch-site")
        return True
    if named := request.headers.all("origin"):
        if any(origin == "null" or origin not in origins for origin in named):
            raise CrossSiteRequest("origin")
        return True
    return False


def _is_form(content_type: str | None) -> bool:
    return _media_type(content_type) in FORM_TYPES


def _media_type(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip(" \t").lower()


class Tokens:
    """Make and check the tokens that our forms carry.

    Args:
        keyring: what seals them.
        lifetime: how long a form may stay open, in seconds.
    """

    __slots__ = ("_keyring", "_lifetime")

    def __init__(self, keyring: Keyring, *, lifetime: int = 86_400) -> None:
        self._keyring = keyring
        self._lifetime = lifetime

    def make(self, binding: bytes, now: int) -> str:
        """Return a token for the forms of one visitor.

        Args:
            binding: the lineage of whoever is signed in, or the value of the visitor cookie.
            now: Unix time in seconds.

        Raises:
            MisuseError: if *binding* is empty, since the token would then be good for everybody.
        """
        if not binding:
            raise MisuseError("a form's token must be bound to a visitor", "give the lineage, or the visitor's value")
        return self._keyring.seal(binding, purpose="csrf", expires_at=now + self._lifetime)

    def valid(self, token: str, binding: bytes, now: int) -> bool:
        """Say whether *token* was made for this *binding* and is not too old.

        Promise: returns for any *token*, never raises.
        """
        try:
            bound = self._keyring.open(token, purpose="csrf", now=now)
        except SealError:
            return False
        return bool(binding) and hmac.compare_digest(bound, binding)


def new_visitor() -> bytes:
    """Draw the value of a visitor cookie."""
    return os.urandom(VISITOR_SIZE)


def visitor_value(visitor: bytes) -> str:
    """Return the text of the visitor cookie."""
    return visitor.hex()


def find_visitor(cookie_header: str, name: str) -> bytes:
    """Return the value of the visitor cookie *name*, or ``b""`` if there is none, several, or one of another form.

    Promise: returns for any *cookie_header*, never raises.
    """
    values = find(cookie_header, name)
    return bytes.fromhex(values[0]) if len(values) == 1 and _VISITOR.fullmatch(values[0]) else b""
