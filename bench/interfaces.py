"""Row 3 of the targets: our session interface in Flask's own place, called as Flask calls it.

``SealedSessionInterface`` and Flask's ``SecureCookieSessionInterface`` are given the same application, and for every
turn a ``Request`` or ``Response`` of Flask's own that nobody has looked at yet, so that neither finds a parsed cookie
from the turn before. The objects are made before the clock starts: both interfaces get them as a gift. With the
suffix ``and the objects`` they are made inside the clock, for whoever wants to know what a request really pays.

What is read, changed and kept is as in ``fields``: one key after opening (``flask-read``: every key), one key changed
before saving in a session of which every key was read, none for ``flask-keep``.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSessionInterface, SessionInterface
from werkzeug.test import EnvironBuilder

from bench.fields import KEY, ORIGIN, OTHERS, SEEN
from bench.rounds import Contender, Group
from hardtack.adapters.flask import SealedSessionInterface


def groups(payloads: dict[str, dict[str, Any]]) -> list[Group]:
    """Return the contenders, for each payload those that open, save and keep."""
    found = []
    for size, payload in payloads.items():
        app = Flask("bench")
        app.secret_key = secrets.token_hex(32)
        both = {
            "hardtack": Interface(SealedSessionInterface(), app, payload),
            "flask": Interface(SecureCookieSessionInterface(), app, payload),
        }
        found += [
            Group(
                f"flask-open/{size}",
                [
                    contender
                    for name, each in both.items()
                    for contender in (
                        Contender(name, each.opening(), each.requests),
                        Contender(f"{name} and the objects", each.opening_anew()),
                    )
                ],
            ),
            Group(
                f"flask-read/{size}",
                [Contender(name, each.reading(), each.requests) for name, each in both.items()],
            ),
            Group(
                f"flask-save/{size}",
                [
                    contender
                    for name, each in both.items()
                    for contender in (
                        Contender(name, each.saving(), each.responses),
                        Contender(f"{name} and the objects", each.saving_anew()),
                    )
                ],
            ),
            Group(
                f"flask-keep/{size}",
                [Contender(name, each.keeping(), each.exchanges) for name, each in both.items()],
            ),
        ]
    return found


class Interface:
    """A session interface with one payload in a cookie.

    Args:
        interface: whose it is.
        app: the application that it serves.
        payload: what the session holds.
    """

    def __init__(self, interface: SessionInterface, app: Flask, payload: dict[str, Any]) -> None:
        self._interface = interface
        self._app = app
        self._keys = list(payload)
        self._environ = EnvironBuilder(base_url=ORIGIN).get_environ()
        session = self._open(self._request())
        session.update(payload)
        self.field = self._save(session)
        self.cookie = self.field.partition(";")[0]
        self._environ["HTTP_COOKIE"] = self.cookie
        assert payload == dict(self._open(self._request()))

    def _request(self) -> Request:
        return self._app.request_class(dict(self._environ))

    def _open(self, request: Request) -> Any:
        session = self._interface.open_session(self._app, request)
        assert session is not None
        return session

    def _save(self, session: Any) -> str:
        response = Response()
        self._interface.save_session(self._app, session, response)
        [field] = response.headers.getlist("Set-Cookie")
        return field

    def requests(self, turns: int) -> Iterator[Request]:
        """Make requests that nobody has looked at."""
        return iter([self._request() for _ in range(turns)])

    def responses(self, turns: int) -> Iterator[Response]:
        """Make responses without content."""
        return iter([self._app.response_class() for _ in range(turns)])

    def exchanges(self, turns: int) -> Iterator[tuple[Request, Response]]:
        """Make requests with other cookies beside ours, and a response to each."""
        environ = {**self._environ, "HTTP_COOKIE": f"{OTHERS}; {self.cookie}"}
        return iter([(self._app.request_class(dict(environ)), self._app.response_class()) for _ in range(turns)])

    def opening(self) -> Callable[[Iterable[Request]], None]:
        """Return the loop that opens and reads."""
        open_, app = self._interface.open_session, self._app

        def run(requests: Iterable[Request]) -> None:
            for request in requests:
                open_(app, request)[KEY]  # type: ignore[index]  # the application has a secret, so there is a session

        return run

    def reading(self) -> Callable[[Iterable[Request]], None]:
        """Return the loop that opens and reads every key."""
        open_, app, keys = self._interface.open_session, self._app, self._keys

        def run(requests: Iterable[Request]) -> None:
            for request in requests:
                session = open_(app, request)
                for key in keys:
                    session[key]  # type: ignore[index]  # as in opening

        return run

    def opening_anew(self) -> Callable[[Iterable[None]], None]:
        """Return the loop that makes a request, opens and reads."""
        open_, app, environ = self._interface.open_session, self._app, self._environ
        request_class = app.request_class

        def run(turns: Iterable[None]) -> None:
            for _ in turns:
                open_(app, request_class(dict(environ)))[KEY]  # type: ignore[index]  # as in opening

        return run

    def saving(self) -> Callable[[Iterable[Response]], None]:
        """Return the loop that changes and saves a session that is open."""
        save, app, session = self._interface.save_session, self._app, self._open(self._request())
        turn = 0

        def run(responses: Iterable[Response]) -> None:
            nonlocal turn
            for response in responses:
                turn ^= 1
                session[SEEN] = turn
                save(app, session, response)

        dict(session)
        session[SEEN] = 2
        self._save(session)
        session[SEEN] = 3
        self._save(session)  # each turn writes a cookie
        return run

    def saving_anew(self) -> Callable[[Iterable[None]], None]:
        """Return the loop that makes a response, changes and saves."""
        save, app, session = self._interface.save_session, self._app, self._open(self._request())
        response_class = app.response_class
        turn = 0

        def run(turns: Iterable[None]) -> None:
            nonlocal turn
            for _ in turns:
                turn ^= 1
                session[SEEN] = turn
                save(app, session, response_class())

        return run

    def keeping(self) -> Callable[[Iterable[tuple[Request, Response]]], None]:
        """Return the loop that opens, reads and saves what has not changed."""
        open_, save, app = self._interface.open_session, self._interface.save_session, self._app

        def run(exchanges: Iterable[tuple[Request, Response]]) -> None:
            for request, response in exchanges:
                session = open_(app, request)
                session[KEY]  # type: ignore[index]  # as in opening
                save(app, session, response)  # type: ignore[arg-type]  # as in opening

        [(request, response)] = self.exchanges(1)
        session = self._open(request)
        assert session[KEY]
        self._interface.save_session(app, session, response)
        assert "Set-Cookie" not in response.headers
        return run
