"""Row 6 of the targets: what the session adds to a request, beside what the framework's own session adds.

The same application is asked in three forms (``added_apps``): without a session, with the framework's own, with ours.
What a session adds is the difference to the first, and what is compared are the two differences of the same round. The
whole framework runs, from the server's side of ASGI or WSGI on, in this process and without a server.

- ``…-reads`` reads one key; the answer carries no cookie. This is what most requests do.
- ``…-writes`` reads one key and changes one; the answer carries a cookie.

Every turn has a scope or an environment of its own, made before the clock starts, with the fields that a browser sends;
other cookies come along, also where there is no session.

For the payload that the targets are aimed at, two more tell what ours consists of: ``idle`` is a session that does
nothing, so it costs what the framework does around any, and ``without the seal`` is ours with ``Keyring.open`` and
``Keyring.seal`` replaced by functions that return what those would.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from itertools import repeat
from typing import Any

from bench import added_apps, layer, targets
from bench.added_apps import ANSWER, BARE, BEGINS, IDLE, OURS, OWN, READS, WRITES
from bench.breakdown import Step
from bench.fields import OTHERS
from bench.results import Timing
from bench.rounds import Contender, Group, Timings
from hardtack.seal import Keyring
from hardtack.session.sealed import log

MOST = 2_000
"""Scopes and environments that are made ahead; more would be a matter of the memory."""
FRAMEWORKS = ("starlette", "flask", "django")
WORKS = {"reads": READS, "writes": WRITES}
UNSEALED = "without the seal"
ADDED = ", added"
"""What stands behind a contender's name where its figure is what it adds."""

Answer = tuple[list[tuple[str, str]], bytes]


@contextmanager
def groups(payloads: dict[str, dict[str, Any]], frameworks: Iterable[str] = FRAMEWORKS) -> Iterator[list[Group]]:
    """Give the contenders, whose event loop runs for as long; everything is asked once, and checked."""
    with asyncio.Runner() as runner, _quiet():
        yield [
            Group(f"{framework}-{work}/{size}", contenders)
            for size, payload in payloads.items()
            for framework in frameworks
            for work, contenders in _works(runner, framework, payload, parted=size == targets.AIMED_AT).items()
        ]


@contextmanager
def _quiet() -> Iterator[None]:
    """Let what is said of a large session go nowhere: it is made, as on a server, and not shown."""
    nowhere = logging.NullHandler()
    log.addHandler(nowhere)
    propagated, log.propagate = log.propagate, False
    try:
        yield
    finally:
        log.propagate = propagated
        log.removeHandler(nowhere)


def _works(
    runner: asyncio.Runner, framework: str, payload: dict[str, Any], *, parted: bool
) -> dict[str, list[Contender]]:
    make = getattr(added_apps, framework)
    asked = {
        who: ASGI(runner, make(who, payload)) if framework == "starlette" else WSGI(make(who, payload))
        for who in (BARE, OWN, OURS, *((IDLE,) if parted else ()))
    }
    cookies = {who: asked[who if who in (OWN, OURS) else OWN].begin() for who in asked}
    for who, each in asked.items():
        for path in WORKS.values():
            fields, content = each.ask(path, cookies[who])
            sets = [name for name, _ in fields if name.lower() == "set-cookie"]
            assert content == ANSWER.encode()
            assert who == IDLE or len(sets) == (path == WRITES and who != BARE)
    found = {
        work: [Contender(who, each.run, each.preparing(path, cookies[who]), MOST) for who, each in asked.items()]
        for work, path in WORKS.items()
    }
    if parted:
        for work, path in WORKS.items():
            found[work].append(_unsealed(asked[OURS], path, cookies[OURS]))
    return found


def _unsealed(asked: ASGI | WSGI, path: str, cookie: str) -> Contender:
    """Return ours without the seal; what opening and sealing would return is taken from one real answer."""
    results: dict[str, Any] = {}
    with ExitStack() as noted:
        for name in ("open", "seal"):
            noted.enter_context(_step(name, _noting(name, results)).replaced())
        asked.ask(path, cookie)
    steps = [_step(name, _returning(result)) for name, result in results.items()]

    def run(elements: Iterable[Any]) -> None:
        with ExitStack() as replaced:
            for step in steps:
                replaced.enter_context(step.replaced())
            asked.run(elements)

    return Contender(UNSEALED, run, asked.preparing(path, cookie), MOST)


def _step(name: str, instead: Callable[..., Any]) -> Step:
    return Step(name, "step", (Keyring, name), instead)


def _noting(name: str, results: dict[str, Any]) -> Callable[..., Any]:
    real = getattr(Keyring, name)

    def noting(*args: Any, **kwargs: Any) -> Any:
        results[name] = real(*args, **kwargs)
        return results[name]

    return noting


def _returning(result: Any) -> Callable[..., Any]:
    return lambda *_args, **_kwargs: result


class ASGI:
    """An ASGI application in an event loop in this process.

    Args:
        runner: runs the loop.
        app: the application.
    """

    def __init__(self, runner: asyncio.Runner, app: Any) -> None:
        self._runner = runner
        self._app = app

    def preparing(self, path: str, cookie: str) -> Callable[[int], Iterable[Any]]:
        """Return what makes so many scopes."""
        [kind] = layer.scopes("GET", ())(1)
        headers = [pair for pair in kind["headers"] if pair[0] != b"cookie"]
        headers.append((b"cookie", f"{OTHERS}; {cookie}".encode()))
        scope = {**kind, "path": path, "raw_path": path.encode(), "query_string": b""}
        return lambda turns: [{**scope, "headers": list(each)} for each in repeat(headers, turns)]

    def run(self, scopes: Iterable[Any]) -> None:
        """Answer the requests."""
        self._runner.run(self._loop(scopes))

    async def _loop(self, scopes: Iterable[Any]) -> None:
        app, receive = self._app, layer.receive

        async def send(_message: Any) -> None:
            return

        for scope in scopes:
            await app(scope, receive, send)

    def ask(self, path: str, cookie: str) -> Answer:
        """Return the fields and the content of one answer."""
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def once() -> None:
            [scope] = self.preparing(path, cookie)(1)
            await self._app(scope, layer.receive, send)

        self._runner.run(once())
        return [(name.decode(), value.decode()) for name, value in sent[0]["headers"]], sent[1]["body"]

    def begin(self) -> str:
        """Return the cookie of a session that holds the payload."""
        return _cookie(self.ask(BEGINS, "")[0])


class WSGI:
    """A WSGI application in this process.

    Args:
        app: the application.
    """

    def __init__(self, app: Any) -> None:
        self._app = app

    def preparing(self, path: str, cookie: str) -> Callable[[int], Iterable[Any]]:
        """Return what makes so many environments."""
        [kind] = layer.environs(1)
        environ = {
            **kind,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "HTTP_COOKIE": f"{OTHERS}; {cookie}",
            "wsgi.input": BytesIO(),
        }
        return lambda turns: [dict(each) for each in repeat(environ, turns)]

    def run(self, environs: Iterable[Any]) -> None:
        """Answer the requests."""
        app = self._app
        for environ in environs:
            answer = app(environ, layer.start_response)
            for _ in answer:
                pass
            answer.close()

    def ask(self, path: str, cookie: str) -> Answer:
        """Return the fields and the content of one answer."""
        found: list[tuple[str, str]] = []
        [environ] = self.preparing(path, cookie)(1)
        answer = self._app(environ, lambda _status, fields, _info=None: found.extend(fields))
        content = b"".join(answer)
        answer.close()
        return found, content

    def begin(self) -> str:
        """Return the cookie of a session that holds the payload."""
        return _cookie(self.ask(BEGINS, "")[0])


def _cookie(fields: list[tuple[str, str]]) -> str:
    [value] = [value for name, value in fields if name.lower() == "set-cookie"]
    return value.partition(";")[0]


def timings(found: Timings) -> list[Timing]:
    """Return what each session adds, in microseconds, round by round; for the seal, what it takes of ours."""
    told = []
    for group in found.microseconds:
        work, _, size = group.partition("/")
        if work not in NAMES:
            continue
        for who in found.microseconds[group]:
            added = found.added(group, OURS, UNSEALED) if who == UNSEALED else found.added(group, who, BARE)
            if who != BARE:
                told.append(Timing(work, size, f"{who}{ADDED}", targets.spread(added)))
    return told


NAMES = tuple(f"{framework}-{work}" for framework in FRAMEWORKS for work in WORKS)
"""The works, as in the table of targets."""
