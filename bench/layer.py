"""Row 7 of the targets: what the status layer adds to a request that needs nothing, in an event loop in this process.

The application is bare: it answers at once with a few octets of JSON, and does nothing else. ``hardtack`` is the same
application in ``StatusLayer`` with its defaults. Both get the same scopes, one of their own for every turn, made before
the clock starts: twelve fields as a browser sends them, and a hundred addresses that take turns. What is published is
the difference of the two batches of each round.

- ``layer-get`` is judged: nothing of the request or the answer needs the layer.
- ``layer-post`` has content, which is counted while the application reads it.
- ``layer-unknown`` is a GET with a field that asks something of the layer (``If-None-Match``, of another version), so
  that every rule is tried; the application's answer has a tag.
- ``layer-304`` is the same with the right tag: the application's work is done, and its content is not sent.
- ``layer-wsgi`` is ``layer-get`` through the WSGI driver, without a loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from typing import Any

from bench import targets
from bench.results import Gauge
from bench.rounds import Contender, Group, Timings
from hardtack.adapters.asgi.status import StatusLayer
from hardtack.adapters.wsgi.status import StatusLayer as WSGILayer

MOST = 10_000
"""Scopes that are made ahead; more would be a matter of the memory."""

CONTENT = b'{"id": 42, "name": "hardtack", "keeps": true}'
ETAG = b'"v42"'
FIELDS = (
    (b"host", b"shop.example"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    (b"accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (b"accept-language", b"en-US,en;q=0.5"),
    (b"accept-encoding", b"gzip, deflate, br, zstd"),
    (b"referer", b"https://shop.example/"),
    (b"connection", b"keep-alive"),
    (b"cookie", b"theme=dark; consent=necessary-statistics"),
    (b"sec-fetch-dest", b"document"),
    (b"sec-fetch-mode", b"navigate"),
    (b"sec-fetch-site", b"same-origin"),
    (b"priority", b"u=0, i"),
)
POSTED = b"name=hardtack&keeps=1"
WORKS = {
    "layer-get": ("GET", (), ()),
    "layer-post": (
        "POST",
        ((b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"%d" % len(POSTED))),
        (),
    ),
    "layer-unknown": ("GET", ((b"if-none-match", b'"v41"'),), ((b"etag", ETAG),)),
    "layer-304": ("GET", ((b"if-none-match", ETAG),), ((b"etag", ETAG),)),
}
"""By name: the method, more fields of the request, more fields of the answer."""
NAMES = (*WORKS, "layer-wsgi")

Fields = tuple[tuple[bytes, bytes], ...]


@contextmanager
def groups() -> Iterator[list[Group]]:
    """Give the contenders, whose event loop runs for as long."""
    with asyncio.Runner() as runner:
        yield [
            *(_served(runner, name, method, fields, answered) for name, (method, fields, answered) in WORKS.items()),
            Group("layer-wsgi/", [Contender("bare", *_wsgi(_plain)), Contender("hardtack", *_wsgi(WSGILayer(_plain)))]),
        ]


def gauges(timings: Timings) -> list[Gauge]:
    """Return what the layer adds, in microseconds, round by round."""
    found = []
    for name in NAMES:
        each = timings.microseconds[f"{name}/"]
        added = [ours - bare for ours, bare in zip(each["hardtack"], each["bare"], strict=True)]
        found.append(targets.judge_added(name, added))
    return found


def _served(runner: asyncio.Runner, name: str, method: str, fields: Fields, answered: Fields) -> Group:
    app = application(answered, reads=method == "POST")
    return Group(
        f"{name}/",
        [
            Contender("bare", _asking(runner, app), scopes(method, fields), MOST),
            Contender("hardtack", _asking(runner, StatusLayer(app)), scopes(method, fields), MOST),
        ],
    )


def application(answered: Fields, *, reads: bool) -> Any:
    """Return the bare application, which reads content first if it *reads*."""
    head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(CONTENT)), *answered]

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        if reads:
            await receive()
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": CONTENT})

    return app


def scopes(method: str, fields: Fields) -> Callable[[int], list[dict[str, Any]]]:
    """Return what makes so many scopes."""
    kinds = [
        {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": f"/items/{number}",
            "raw_path": b"/items/%d" % number,
            "query_string": b"page=%d&sort=name" % number,
            "root_path": "",
            "client": ("127.0.0.1", 50000 + number),
            "server": ("127.0.0.1", 8000),
            "extensions": {},
        }
        for number in range(100)
    ]
    return lambda turns: [{**each, "headers": [*FIELDS, *fields]} for each in islice(cycle(kinds), turns)]


async def receive() -> dict[str, Any]:
    """Give the content at once."""
    return {"type": "http.request", "body": POSTED, "more_body": False}


async def _send(_message: Any) -> None:
    return


def _asking(runner: asyncio.Runner, app: Any) -> Callable[[Iterable[Any]], None]:
    async def loop(scopes: Iterable[Any]) -> None:
        for scope in scopes:
            await app(scope, receive, _send)

    def run(scopes: Iterable[Any]) -> None:
        runner.run(loop(scopes))

    return run


def _plain(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(CONTENT)))])
    return [CONTENT]


def start_response(_status: str, _headers: Any, _info: Any = None) -> Callable[[bytes], None]:
    """Take the head of an answer, and do nothing with it."""
    return lambda _piece: None


def _wsgi(app: Any) -> tuple[Callable[[Iterable[Any]], None], Callable[[int], list[dict[str, Any]]], int]:
    """Return what a contender is made of: its loop, what prepares, and the largest batch."""

    def run(environs: Iterable[Any]) -> None:
        for environ in environs:
            answer = app(environ, start_response)
            for _ in answer:
                pass
            if hasattr(answer, "close"):
                answer.close()

    return run, environs, MOST


def environs(turns: int) -> list[dict[str, Any]]:
    """Make so many environments."""
    fields = {f"HTTP_{name.decode().upper().replace('-', '_')}": value.decode() for name, value in FIELDS}
    kinds = [
        {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": f"/items/{number}",
            "QUERY_STRING": f"page={number}&sort=name",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            **fields,
        }
        for number in range(100)
    ]
    return [dict(each) for each in islice(cycle(kinds), turns)]
