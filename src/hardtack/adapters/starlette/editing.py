"""The session of a Starlette application as its tests open and edit it: what ``session.testing.edited`` needs.

It goes through the cookie of the application's own middleware, or through its sign-in, so that its settings count as
they do for a visitor. It decides nothing and sends nothing.
"""

from __future__ import annotations

import time

from hardtack import session as ours
from hardtack.adapters.starlette.cookies import SessionCookie
from hardtack.adapters.starlette.values import Session
from hardtack.adapters.visits import Visits
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


class VisitEditing:
    """The sessions of an application that has visits.

    Args:
        visits: what opens them.
        host: the Host of a test's requests where it says none and no origin is configured.
    """

    def __init__(self, visits: Visits, host: str) -> None:
        self._sessions = visits.sessions
        self._host = host

    def place(self, host: str) -> Place:
        """Return where the client keeps the cookies."""
        self._host = host or self._host
        names = self._sessions.policy.for_host(self._host)
        at = self._host if names.origin is None else names.origin.partition("://")[2]
        return Place((names.identity_name, names.session_name), domain_of(at), "/")

    def open(self, cookie_header: str) -> ours.Session:
        """Return the session that a Cookie field holds."""
        return self._sessions.open(cookie_header, int(time.time()), self._host)

    def save(self, session: ours.Session) -> list[str]:
        """Return the Set-Cookie values that the answer to a request would carry."""
        return self._sessions.save(session, int(time.time()))
