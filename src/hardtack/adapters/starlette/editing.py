"""Starlette's own session, sealed, as an application's tests open and edit it: what ``session.testing.edited`` needs.

It goes through the cookie of the application's own middleware, so that its settings count as they do for a visitor. It
decides nothing and sends nothing.
"""

from __future__ import annotations

from hardtack.adapters.starlette.cookies import SessionCookie
from hardtack.adapters.starlette.values import Session
from hardtack.session.testing import Place, domain_of


class Editing:
    """The sessions of one application.

    Args:
        cookie: the middleware's.
        domain: what the middleware's cookie has as its domain, or ``None``.
        path: its path.
    """

    def __init__(self, cookie: SessionCookie, domain: str | None, path: str) -> None:
        self._cookie = cookie
        self._domain = domain
        self._path = path

    def place(self, host: str) -> Place:
        """Return where the client keeps the cookie: the middleware's own settings go before *host*."""
        domain = self._domain
        here = domain_of(host) if domain is None else domain.removeprefix(".")
        return Place((self._cookie.name,), here, self._path, below=domain is not None)

    def open(self, cookie_header: str) -> Session:
        """Return the session that a Cookie field holds."""
        session = self._cookie.open(cookie_header)
        # A request's own property notes that somebody has looked; here a test does.
        session.mark_accessed()
        return session

    def save(self, session: Session) -> list[str]:
        """Return the Set-Cookie values that the answer to a request would carry."""
        written = self._cookie.write(session, renew=True)
        return [] if written is None else [written]
