"""A Flask application's session, as its tests open and edit it: what ``session.testing.edited`` needs.

Flask's own, sealed, or that of a visit where there is a sign-in. Both go through ``open_session`` and ``save_session``
of the application's own interface, with a request that has nothing but cookies, so that subclasses and configuration
count as they do for a visitor. Nothing is decided here, and nothing sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from werkzeug.test import create_environ

from hardtack.errors import MisuseError
from hardtack.session.testing import Place, domain_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.sessions import SessionInterface, SessionMixin

    from hardtack.adapters.flask.visit_session import VisitInterface, VisitSession


class Editing:
    """The sessions of one application.

    Args:
        interface: the application's.
        app: the application.
    """

    def __init__(self, interface: SessionInterface, app: Flask) -> None:
        self._interface = interface
        self._app = app

    def place(self, host: str) -> Place:
        """Return where the client keeps the cookie: the application's own settings go before *host*."""
        interface, app = self._interface, self._app
        domain = interface.get_cookie_domain(app)
        here = domain or domain_of(host or app.config["SERVER_NAME"] or "")
        return Place((interface.get_cookie_name(app),), here, interface.get_cookie_path(app), below=domain is not None)

    def open(self, cookie_header: str) -> SessionMixin:
        """Return the session that a Cookie field holds.

        Raises:
            MisuseError: if the application has no secret key, and so no session.
        """
        request = self._app.request_class(create_environ(headers={"Cookie": cookie_header}))
        session = self._interface.open_session(self._app, request)
        if session is None:
            raise MisuseError("the application has no secret key", "set SECRET_KEY, or give the interface a keyring")
        # A request's context notes that somebody has looked; here a test does.
        session.accessed = True
        return session

    def save(self, session: SessionMixin) -> list[str]:
        """Return the Set-Cookie values that the answer to a request would carry."""
        response = self._app.response_class()
        self._interface.save_session(self._app, session, response)
        return response.headers.getlist("Set-Cookie")


class _Names(NamedTuple):
    """Where a request goes."""

    host: str
    scheme: str


class VisitEditing:
    """The sessions of one application, as ``hardtack.session.testing.edited`` opens and edits them.

    Args:
        interface: the application's.
        app: the application.
    """

    def __init__(self, interface: VisitInterface, app: Flask) -> None:
        self._interface = interface
        self._app = app
        self._to = _Names("localhost", "http")

    def place(self, host: str) -> Place:
        """Return where the client keeps the cookies: the configured origin goes before *host*."""
        policy = self._interface.cookie_policy(self._app)
        if policy.origin is not None:
            parts = urlsplit(policy.origin)
            self._to = _Names(parts.netloc, parts.scheme)
        elif host:
            self._to = _Names(host, "http")
        names = policy.for_host(self._to.host)
        return Place((names.identity_name, names.session_name), domain_of(self._to.host), "/")

    def open(self, cookie_header: str) -> VisitSession:
        """Return the session that a Cookie field holds."""
        headers = {"Cookie": cookie_header}
        environ = create_environ(base_url=f"{self._to.scheme}://{self._to.host}/", headers=headers)
        session = self._interface.open_session(self._app, self._app.request_class(environ))
        # A request's context notes that somebody has looked; here a test does.
        session.accessed = True
        return session

    def save(self, session: SessionMixin) -> list[str]:
        """Return the Set-Cookie values that the answer to a request would carry."""
        response = self._app.response_class()
        self._interface.save_session(self._app, session, response)
        return response.headers.getlist("Set-Cookie")
