"""For an application's tests: look into a session and change it, whatever client the test drives the application with.

``with edited(client, sessions, now=now) as session:`` opens the session that the client's cookies hold, gives it to the
test as the application would have it, and puts what is saved back into the client; so a test begins signed in, or with
a full basket, without a page in between, and asks afterwards what is left. It works the same way for every adapter,
since what it reads and writes are cookies, and goes through the same code as a request: lifetimes, revocations and the
server-side store hold here too.

| client | of |
|---|---|
| any mapping of names to values that can be changed | a test of one's own |
| ``.cookies`` is such a mapping | Starlette's, FastAPI's, Django's and most others |
| ``.get_cookie``, ``.set_cookie``, ``.delete_cookie`` | Werkzeug's and Flask's |
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from hardtack.errors import MisuseError
from hardtack.session import cookie
from hardtack.session.session import Session
from hardtack.session.sessions import Sessions


@contextmanager
def edited(client: Any, sessions: Sessions, *, now: int, host: str = "") -> Iterator[Session]:
    """Yield the session that a test's client holds, and save it into the client at the end.

    A block that raises saves nothing.

    Args:
        client: what the test sends requests with, or its cookies.
        sessions: the application's.
        now: Unix time in seconds.
        host: the Host of the client's requests, where no origin is configured.

    Raises:
        MisuseError: if nobody knows where such a client keeps its cookies.
    """
    names = sessions.policy.for_host(host)
    jar = _Werkzeug(client) if hasattr(client, "get_cookie") else _Mapping(client)
    held = ((name, jar.get(name)) for name in (names.identity_name, names.session_name))
    session = sessions.open("; ".join(f"{name}={value}" for name, value in held if value is not None), now, host)
    yield session
    for text in sessions.save(session, now):
        ((name, value),) = cookie.pairs(text.partition(";")[0])
        # Deleted first: a client may hold one of another domain or path, and would send both.
        jar.delete(name)
        if value:
            jar.set(name, value)


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
    """The cookies of a client of Werkzeug or Flask."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def get(self, name: str) -> str | None:
        found = self._client.get_cookie(name)
        return None if found is None else found.value

    def set(self, name: str, value: str) -> None:
        self._client.set_cookie(name, value)

    def delete(self, name: str) -> None:
        self._client.delete_cookie(name)
