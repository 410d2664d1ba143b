"""Row 2 of the targets: from the Cookie field of a request to the Set-Cookie field of its answer.

- ``hardtack``: ``Sessions`` with the session cookie alone, as an application uses it that has no sign-in of ours
  (``identity=False``), without a store: nothing is revoked, nothing looked up.
- ``starlette``: what Starlette's ``SessionMiddleware`` does, taken out of ASGI: its own ``cookie_parser``, its own
  signer, its own ``Session``, in its own order. There is no scope, no ``HTTPConnection``, no list of header fields
  and no coroutine, which the middleware cannot do without; so this peer is quicker than the real thing, and the
  targets are judged against it.
- ``starlette's middleware``: the real object, called as a server calls it but without an event loop: a scope with
  one header field, an application that only reads the session, a ``send`` that does nothing. Published beside it.

After opening, everybody reads one key, as most requests do; ``field-read`` reads every key, so that whoever decodes
only what is asked for is not measured by that alone. What is saved is a session of which every key was read, and one is
changed. ``field-keep`` is the most common case of all: open, read one key, answer, and nothing has changed; other
cookies came along.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from typing import Any

from starlette.middleware.sessions import Session as StarletteSession
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import cookie_parser
from starlette.types import Message, Receive, Scope, Send

from bench.rounds import Contender, Group
from hardtack.seal import Keyring
from hardtack.session import Sessions

ORIGIN = "https://shop.example"
KEY = "user_id"
"""What is read in every turn; every payload has it."""
SEEN = "seen"
"""What is changed in every turn that saves."""

OTHERS = "theme=dark; _ga=GA1.1.1264523578.1717243200; consent=necessary-statistics"
"""What else a browser sends along."""


def groups(payloads: dict[str, dict[str, Any]], now: int) -> list[Group]:
    """Return the contenders, for each payload those that open, save and keep; *now* is in Unix seconds."""
    found = []
    for size, payload in payloads.items():
        ours, theirs = Ours(payload, now), Theirs(payload)
        found.append(
            Group(
                f"field-open/{size}",
                [
                    Contender("hardtack", ours.opening()),
                    Contender("starlette", theirs.opening()),
                    Contender("starlette's middleware", theirs.opening_by_middleware()),
                ],
            )
        )
        found.append(
            Group(
                f"field-read/{size}",
                [Contender("hardtack", ours.reading()), Contender("starlette", theirs.reading())],
            )
        )
        found.append(
            Group(
                f"field-save/{size}",
                [
                    Contender("hardtack", ours.saving()),
                    Contender("starlette", theirs.saving()),
                    Contender("starlette's middleware", theirs.saving_by_middleware()),
                ],
            )
        )
        found.append(
            Group(
                f"field-keep/{size}",
                [
                    Contender("hardtack", ours.keeping()),
                    Contender("starlette", theirs.opening(f"{OTHERS}; {theirs.cookie}")),
                ],
            )
        )
    return found


class Ours:
    """Our sessions with one payload in a cookie.

    Args:
        payload: what the session holds.
        now: Unix time in seconds.
    """

    def __init__(self, payload: dict[str, Any], now: int) -> None:
        self._sessions = Sessions(Keyring.generate(), origin=ORIGIN, application="bench", identity=False)
        self._payload = payload
        self._now = now
        session = self._sessions.open("", now)
        session.update(payload)
        [self.field] = self._sessions.save(session, now)
        self.cookie = self.field.partition(";")[0]
        assert payload == dict(self._sessions.open(self.cookie, now))

    def opening(self) -> Callable[[Iterable[None]], None]:
        """Return the loop that opens and reads."""
        open_, cookie, now = self._sessions.open, self.cookie, self._now

        def run(turns: Iterable[None]) -> None:
            for _ in turns:
                open_(cookie, now)[KEY]

        return run

    def reading(self) -> Callable[[Iterable[None]], None]:
        """Return the loop that opens and reads every key."""
        open_, cookie, now, keys = self._sessions.open, self.cookie, self._now, list(self._payload)

        def run(turns: Iterable[None]) -> None:
            for _ in turns:
                session = open_(cookie, now)
                for key in keys:
                    session[key]

        return run

    def saving(self) -> Callable[[Iterable[None]], None]:
        """Return the loop that changes and saves a session that is open."""
        save, session, now = self._sessions.save, self._sessions.open(self.cookie, self._now), self._now
        turn = 0

        def run(turns: Iterable[None]) -> None:
            nonlocal turn
            for _ in turns:
                turn ^= 1
                session[SEEN] = turn
                save(session, now)

        assert self._payload == dict(session)
        session[SEEN] = 2
        assert len(save(session, now)) == 1
        session[SEEN] = 3
        assert len(save(session, now)) == 1, "each turn writes a cookie"
        return run

    def keeping(self) -> Callable[[Iterable[None]], None]:
        """Return the loop that opens, reads and saves what has not changed, with other cookies beside it."""
        open_, save, now = self._sessions.open, self._sessions.save, self._now
        header = f"{OTHERS}; {self.cookie}"

        def run(turns: Iterable[None]) -> None:
            for _ in turns:
                session = open_(header, now)
                session[KEY]
                save(session, now)

        unchanged = open_(header, now)
        assert unchanged[KEY] == self._payload[KEY]
        assert save(unchanged, now) == []
        return run


class Theirs:
    """Starlette's session logic with one payload in a cookie.

    Args:
        payload: what the session holds.
    """

    def __init__(self, payload: dict[str, Any]) -> None:
        self._payload = payload
        self._secret = secrets.token_hex(32)
        self._middleware = self._wrap(self._nothing)
        self.field = self._write(StarletteSession(payload))
        self.cookie = self.field.partition(";")[0]
        assert payload == self._read(self.cookie)

    def _wrap(self, app: Callable[[Scope, Receive, Send], Any]) -> SessionMiddleware:
        return SessionMiddleware(app, self._secret, https_only=True)

    @staticmethod
    async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
        """Answer nothing at all."""

    def _read(self, header: str) -> StarletteSession:
        """Do what the middleware does on the way in (a cookie that opens)."""
        middleware = self._middleware
        cookies: dict[str, str] = {}
        cookies.update(cookie_parser(header))
        data = cookies[middleware.session_cookie].encode("utf-8")
        data = middleware.signer.unsign(data, max_age=middleware.max_age)
        return StarletteSession(json.loads(b64decode(data)))

    def _write(self, session: StarletteSession) -> str:
        """Do what the middleware does on the way out (a session that was changed)."""
        middleware = self._middleware
        data = middleware.signer.sign(b64encode(json.dumps(session).encode("utf-8")))
        return "{session_cookie}={data}; path={path}; {max_age}{security_flags}".format(
            session_cookie=middleware.session_cookie,
            data=data.decode("utf-8"),
            path=middleware.path,
            max_age=f"Max-Age={middleware.max_age}; " if middleware.max_age is not None else "",
            security_flags=middleware.security_flags,
        )

    def opening(self, header: str | None = None) -> Callable[[Iterable[None]], None]:
        """Return the loop that opens and reads."""
        read, cookie = self._read, header or self.cookie
        assert read(cookie)[KEY] == self._payload[KEY]

        def run(turns: Iterable[None]) -> None:
            for _ in turns:
                read(cookie)[KEY]

        return run

    def reading(self) -> Callable[[Iterable[None]], None]:
        """Return the loop that opens and reads every key."""
        read, cookie, keys = self._read, self.cookie, list(self._payload)

        def run(turns: Iterable[None]) -> None:
            for _ in turns:
                session = read(cookie)
                for key in keys:
                    session[key]

        return run

    def saving(self) -> Callable[[Iterable[None]], None]:
        """Return the loop that changes and saves a session that is open."""
        write, session = self._write, self._read(self.cookie)
        turn = 0

        def run(turns: Iterable[None]) -> None:
            nonlocal turn
            for _ in turns:
                turn ^= 1
                session[SEEN] = turn
                write(session)

        return run

    def opening_by_middleware(self) -> Callable[[Iterable[None]], None]:
        """Return the loop that calls the real middleware around an application that reads."""
        found = []

        async def reads(scope: Scope, receive: Receive, send: Send) -> None:
            scope["session"][KEY]

        async def finds(scope: Scope, receive: Receive, send: Send) -> None:
            found.append(scope["session"][KEY])

        scope = {"type": "http", "headers": [(b"cookie", self.cookie.encode())]}
        asyncio.run(self._wrap(finds)(dict(scope), _receive, _send))
        assert found == [self._payload[KEY]]
        call = self._wrap(reads)

        def run(turns: Iterable[None]) -> None:
            for _ in turns:
                try:
                    call(dict(scope), _receive, _send).send(None)
                except StopIteration:
                    continue
                raise AssertionError("the middleware waited for something")

        return run

    def saving_by_middleware(self) -> Callable[[Iterable[None]], None]:
        """Return the loop that gives the real middleware's ``send`` the start of an answer."""
        inside: list[tuple[Scope, Send]] = []
        last: list[Message] = []

        async def hands_out(scope: Scope, receive: Receive, send: Send) -> None:
            inside.append((scope, send))

        async def keeps(message: Message) -> None:
            last[:] = [message]

        scope = {"type": "http", "headers": [(b"cookie", self.cookie.encode())]}
        for sink in (keeps, _send):
            asyncio.run(self._wrap(hands_out)(dict(scope), _receive, sink))
        (checked, send), (opened, answer) = inside
        checked["session"][SEEN] = 1
        asyncio.run(_begin(send))
        [written] = [value.decode() for name, value in last[0]["headers"] if name == b"set-cookie"]
        assert written.partition(";")[2] == self.field.partition(";")[2], "the logic taken out writes what it writes"
        assert self._read(written.partition(";")[0]) == checked["session"]
        session = opened["session"]
        turn = 0

        def run(turns: Iterable[None]) -> None:
            nonlocal turn
            for _ in turns:
                turn ^= 1
                session[SEEN] = turn
                try:
                    # ASGI's type says only that it can be awaited; it is the middleware's coroutine.
                    answer({"type": "http.response.start", "status": 200, "headers": []}).send(None)  # type: ignore[attr-defined]
                except StopIteration:
                    continue
                raise AssertionError("the middleware waited for something")

        return run


async def _begin(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})


async def _receive() -> Message:
    raise AssertionError("nobody reads the request's content here")


async def _send(message: Message) -> None:
    """Send nothing anywhere."""
