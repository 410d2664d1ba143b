"""For an application's tests: look into a session and change it, whatever client the test drives the application with.

``with edited(client, sessions, now=now) as session:`` opens the session that the client's cookies hold, gives it to the
test as the application would have it, and puts what is saved back into the client; so a test begins signed in, or with
a full basket, without a page in between, and asks afterwards what is left. It works the same way for every adapter,
since what it reads and writes are cookies, and goes through the same code as a request: lifetimes, revocations and the
server-side store hold here too. With a drop-in the application stands in the place of ``sessions``, and since a drop-in
reads the clock itself, ``now`` is left out: ``with edited(client, app) as session:``. With Django's engine it is the
store: ``with edited(client, SessionStore) as session:``.

| client | of |
|---|---|
| any mapping of names to values that can be changed | a test of one's own |
| ``.cookies`` is such a mapping | Django's and most others |
| ``.cookies`` has a ``.jar`` by domain and path | Starlette's, FastAPI's and others made of httpx |
| ``.get_cookie``, ``.set_cookie``, ``.delete_cookie`` | Werkzeug's and Flask's |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, NamedTuple, Protocol, overload

from hardtack.errors import MisuseError
from hardtack.session import cookie
from hardtack.session.session import Session
from hardtack.session.sessions import Sessions


class Place(NamedTuple):
    """Which cookies hold a session, and where a client that knows domains and paths keeps them."""

    names: tuple[str, ...]
    domain: str
    path: str
    below: bool = False
    """Whether hosts below the domain get them too."""


class DropIn(Protocol):
    """Sessions that an application has from its framework; they read the clock themselves."""

    def place(self, host: str) -> Place:
        """Return where its cookies are."""

    def open(self, cookie_header: str) -> Any:
        """Return the session that a Cookie field holds."""

    def save(self, session: Any) -> list[str]:
        """Return the Set-Cookie values that the answer to a request would carry."""


@overload
def edited(client: Any, sessions: Sessions, *, now: int, host: str = ...) -> AbstractContextManager[Session]: ...
@overload
def edited(client: Any, sessions: Any, *, host: str = ...) -> AbstractContextManager[Any]: ...
@contextmanager
def edited(client: Any, sessions: Any, *, now: int | None = None, host: str = "") -> Iterator[Any]:
    """Yield the session that a test's client holds, and save it into the client at the end.

    A block that raises saves nothing.

    Args:
        client: what the test sends requests with, or its cookies.
        sessions: the application's ``Sessions``, or where it has a drop-in the application itself, with Django's the
            ``SessionStore``.
        now: Unix time in seconds; left out with a drop-in.
        host: the Host of the client's requests, where no origin is configured.

    Raises:
        MisuseError: if nobody knows where such a client keeps its cookies, or such an application its sessions.
    """
    inside = _Ours(sessions, now, host) if isinstance(sessions, Sessions) else _drop_in(sessions, now)
    place = inside.place(host)
    jar = _kept_by(client, place)
    held = ((name, jar.get(name)) for name in place.names)
    session = inside.open("; ".join(f"{name}={value}" for name, value in held if value is not None))
    yield session
    for text in inside.save(session):
        ((name, value),) = cookie.pairs(text.partition(";")[0])
        # Deleted first: a client may hold one of another domain or path, and would send both.
        jar.delete(name)
        if value and "01 jan 1970" not in text.lower():  # what is deleted may have a value, as Starlette gives it one
            jar.set(name, value)


def domain_of(host: str) -> str:
    """Return the host that a client keeps cookies for, without its port; a test's requests go to localhost."""
    return re.sub(r":[0-9]+\Z", "", host) or "localhost"


def _drop_in(application: Any, now: int | None) -> DropIn:
    make = _maker(application)
    if make is None:
        raise MisuseError(
            f"nobody knows where a {type(application).__name__} keeps its sessions",
            "give the Sessions, or an application that has a drop-in of ours",
        )
    if now is not None:
        raise MisuseError("a drop-in reads the clock itself", "leave now out")
    return make()


def _maker(application: Any) -> Callable[[], DropIn] | None:
    """Return what makes the drop-in of a Flask application, or of the first layer that has one of a Starlette one."""
    make = getattr(getattr(application, "session_interface", None), "editing", None)
    if make is not None:
        return partial(make, application)
    if hasattr(application, "build_middleware_stack"):
        # As its first request does; where there was one, these are the layers that answered it.
        application.middleware_stack = application.middleware_stack or application.build_middleware_stack()
    layer = getattr(application, "middleware_stack", application)
    while layer is not None and not hasattr(layer, "editing"):
        layer = getattr(layer, "app", None)
    return None if layer is None else layer.editing


class _Ours:
    """Sessions of ours, at one moment."""

    def __init__(self, sessions: Sessions, now: int | None, host: str) -> None:
        if now is None:
            raise MisuseError("these sessions read no clock", "give now, in whole Unix seconds")
        self._sessions = sessions
        self._now = now
        self._host = host

    def place(self, host: str) -> Place:
        names = self._sessions.policy.for_host(host)
        at = host if names.origin is None else names.origin.partition("://")[2]
        return Place((names.identity_name, names.session_name), domain_of(at), "/")

    def open(self, cookie_header: str) -> Session:
        return self._sessions.open(cookie_header, self._now, self._host)

    def save(self, session: Session) -> list[str]:
        return self._sessions.save(session, self._now)


def _kept_by(client: Any, place: Place) -> _Werkzeug | _Jar | _Mapping:
    if hasattr(client, "get_cookie"):
        return _Werkzeug(client, place)
    return _Jar(client, place) if hasattr(getattr(client, "cookies", None), "jar") else _Mapping(client)


class _Mapping:
    """The cookies of a client as a mapping; values may be Morsels, as Django has them."""

    def __init__(self, client: Any) -> None:
        cookies = client if isinstance(client, MutableMapping) else getattr(client, "cookies", None)
        if not isinstance(cookies, MutableMapping):
            raise MisuseError(f"a {type(client).__name__} keeps no cookies that a test can change", "give a mapping")
        self._cookies: MutableMapping[str, Any] = cookies

    def get(self, name: str) -> str | None:
        value = self._cookies.get(name)
        return getattr(value, "value", value)

    def set(self, name: str, value: str) -> None:
        self._cookies[name] = value

    def delete(self, name: str) -> None:
        self._cookies.pop(name, None)


class _Werkzeug:
    """The cookies of a client of Werkzeug or Flask, which keeps them by domain and path."""

    def __init__(self, client: Any, place: Place) -> None:
        self._client = client
        self._where = {"domain": place.domain, "path": place.path}
        self._origin_only = not place.below

    def get(self, name: str) -> str | None:
        found = self._client.get_cookie(name, **self._where)
        return None if found is None else found.value

    def set(self, name: str, value: str) -> None:
        self._client.set_cookie(name, value, origin_only=self._origin_only, **self._where)

    def delete(self, name: str) -> None:
        self._client.delete_cookie(name, **self._where)


class _Jar:
    """The cookies of a client made of httpx, such as Starlette's, which keeps them by domain and path."""

    def __init__(self, client: Any, place: Place) -> None:
        self._cookies = client.cookies
        host = place.domain if place.below else str(getattr(client.base_url, "host", "")) or place.domain
        # As the standard library's jar writes hosts: a dot first where those below get it too, and .local at the end
        # of a name alone. Otherwise the application's next answer would add a second cookie instead of replacing this.
        domain = f".{host}" if place.below else host if "." in host else f"{host}.local"
        self._where = {"domain": domain, "path": place.path}

    def get(self, name: str) -> str | None:
        return next((found.value for found in self._cookies.jar if found.name == name), None)

    def set(self, name: str, value: str) -> None:
        self._cookies.set(name, value, **self._where)

    def delete(self, name: str) -> None:
        for found in [found for found in self._cookies.jar if found.name == name]:
            self._cookies.jar.clear(found.domain, found.path, found.name)
