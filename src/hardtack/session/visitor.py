"""One browser during one request: its cookies opened, and what ties a form to it.

The session says who is signed in. A form's token keeps other sites from sending it (CSRF, DESIGN §4): signed in, it is
bound to the lineage of the identity; signed out, to the random value of the visitor cookie, which is set only together
with a form. A token from before the sign-in is therefore worth nothing after it. The visitor cookie names nobody and is
no session: whoever has it may send a sign-in form, nothing more. Of several visitor cookies none is taken, since
somebody else may have put one there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hardtack.message import Request
from hardtack.session import CookiePolicy, Identity, Session, cookie, csrf


def cookie_header(request: Request) -> str:
    """Return the Cookie field of *request*; HTTP/2 may send it in pieces (RFC 9113 §8.2.3)."""
    return "; ".join(request.headers.all("cookie"))


@dataclass(slots=True)
class Visitor:
    """One browser, signed in or not.

    Args:
        session: what its cookies hold.
        tokens: makes and checks the tokens of forms.
        names: the names and flags of cookies.
        cookies: the Cookie field.
        now: Unix seconds.
    """

    session: Session
    tokens: csrf.Tokens
    names: CookiePolicy
    cookies: str = field(repr=False)
    now: int
    _fresh: bytes = field(default=b"", repr=False)

    @property
    def identity(self) -> Identity | None:
        """Who is signed in, if anybody."""
        return self.session.identity

    @property
    def has_cookie(self) -> bool:
        """Whether any cookie of ours came along, so that the browser may be speaking for somebody."""
        of = self.names
        names = (of.visitor_name, of.identity_name, of.session_name, of.half_name)
        return any(cookie.find(self.cookies, name) for name in names)

    def token(self) -> str:
        """Return a token for a form that is being shown; signed out, it may need the visitor cookie set."""
        return self.tokens.make(self.binding(), self.now)

    def binding(self) -> bytes:
        """Return what ties a page to this browser in the state that it is in; it may need the visitor cookie set."""
        binding = self._binding()
        if not binding:
            binding = self._fresh = csrf.new_visitor()
        return binding

    def valid(self, token: str) -> bool:
        """Return whether *token* was made for this browser in the state that it is in."""
        return self.tokens.valid(token, self._binding(), self.now)

    def set_cookies(self) -> list[str]:
        """Return the Set-Cookie values that the shown forms need."""
        if not self._fresh:
            return []
        return [self.names.set_cookie(self.names.visitor_name, csrf.visitor_value(self._fresh))]

    def forget(self) -> list[str]:
        """Return the Set-Cookie values that delete the visitor cookie, if there is one."""
        name = self.names.visitor_name
        return [self.names.delete_cookie(name)] if cookie.find(self.cookies, name) else []

    def forget_identity(self) -> str:
        """Return the Set-Cookie value that deletes an identity cookie that was refused."""
        return self.names.delete_cookie(self.names.identity_name)

    def _binding(self) -> bytes:
        if self.identity is not None:
            return self.identity.lineage
        return self._fresh or csrf.find_visitor(self.cookies, self.names.visitor_name)
