"""The playground's WebSocket: who may open it, that it says back what it is told, and that it ends."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from hardtack.adapters.asgi.types import Message, Scope
from hardtack.playground import echo
from hardtack.playground.echo import MOST_MESSAGE, MOST_MESSAGES, OPEN_AT_ONCE, PATH, Echo, is_handshake
from hardtack.status.refuse import RefusePolicy
from tests.adapters.asgi.driving import HOST
from tests.playground.inside import ORIGIN, Inside

CONNECT: Message = {"type": "websocket.connect"}
GONE: Message = {"type": "websocket.disconnect", "code": 1005}
KEY = b64encode(b"hardtack biscuit")
FIELDS = [(b"sec-websocket-version", b"13"), (b"sec-websocket-key", KEY)]


def handshake(path: str = PATH, **fields: str) -> Scope:
    """Return the scope of a handshake, as a server makes it."""
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in fields.items()]
    return {
        "type": "websocket",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [HOST, *FIELDS, *named],
        "scheme": "ws",
        "client": ("127.0.0.1", 4711),
        "http_version": "1.1",
        "extensions": {"websocket.http.response": {}},
    }


async def talk(app: Any, scope: Scope, *events: Message) -> list[Message]:
    """Open a socket, let *events* come, and return what the application sent; then nothing more comes."""
    waiting = [CONNECT, *events]
    sent: list[Message] = []

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def opened(folder: Path, scope: Scope, *events: Message, **settings: Any) -> list[Message]:
    """Return what a playground sends."""
    return asyncio.run(talk(Inside(folder, **settings).app, scope, *events))


def status(sent: list[Message]) -> int:
    """Return how a handshake was answered."""
    return 101 if sent[0]["type"] == "websocket.accept" else int(sent[0]["status"])


def test_what_is_said_is_said_back(tmp_path: Path) -> None:
    """As text or as octets, until the other side goes; the answer to the handshake says why it is one."""
    events: list[Message] = [
        {"type": "websocket.receive", "text": "船上的饼干"},
        {"type": "websocket.receive", "bytes": b"\0\xff"},
        GONE,
    ]
    accepted, *said = opened(tmp_path, handshake(), *events)
    assert "websocket.accept" == accepted["type"]
    trace = dict(accepted["headers"])[b"hardtack-trace"]
    assert trace.startswith(b"handler/answers=101; ")
    assert ["船上的饼干", None] == [message.get("text") for message in said]
    assert [None, b"\0\xff"] == [message.get("bytes") for message in said]


def test_our_own_page_may_open_it(tmp_path: Path) -> None:
    """By its origin; a browser that says where a request comes from is believed first."""
    assert 101 == status(opened(tmp_path, handshake(origin=ORIGIN), GONE))
    assert 101 == status(opened(tmp_path, handshake(origin="null", sec_fetch_site="same-origin"), GONE))


@pytest.mark.parametrize(
    "fields",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ORIGIN, "sec_fetch_site": "cross-site"},
        {"origin": ORIGIN, "sec_fetch_site": "same-site"},
    ],
)
def test_cross_site_websocket_hijacking(tmp_path: Path, fields: dict[str, str]) -> None:
    """CWE-1385: the handshake of another site's page is refused before there is a socket (RFC 6455 §10.2)."""
    sent = opened(tmp_path, handshake(**fields), GONE)
    assert 403 == status(sent)
    fields_sent = dict(sent[0]["headers"])
    assert (b"no-store", b"nosniff") == (fields_sent[b"cache-control"], fields_sent[b"x-content-type-options"])


def test_in_development_every_name_of_this_machine_is_our_own(tmp_path: Path) -> None:
    """But only the one that was asked; the rules have refused all others."""
    policy = RefusePolicy(development=True)
    assert 101 == status(opened(tmp_path, handshake(origin="http://localhost:8000"), GONE, policy=policy, origin=""))
    assert 421 == status(opened(tmp_path, handshake(origin="http://127.0.0.1:8000"), GONE, policy=policy, origin=""))
    # Elsewhere the host is what the request says, and proves nothing.
    assert 403 == status(opened(tmp_path, handshake(origin="http://localhost:8000"), GONE, origin=""))


def test_there_is_one_address_for_it(tmp_path: Path) -> None:
    """404 elsewhere; and who asks for it as a page is told what it speaks."""
    assert 404 == status(opened(tmp_path, handshake("/playground/notes/1"), GONE))
    answer = Inside(tmp_path).get("/socket")
    assert (426, "websocket", "13") == (answer.status, answer.get("Upgrade"), answer.get("Sec-WebSocket-Version"))


def test_more_than_a_few_are_turned_away(tmp_path: Path) -> None:
    """503 with when; and when one has gone there is a place again."""
    inside = Inside(tmp_path)

    async def visit() -> tuple[int, int]:
        silent = [asyncio.create_task(talk(inside.app, handshake())) for _ in range(OPEN_AT_ONCE)]
        await asyncio.sleep(0)
        refused = await talk(inside.app, handshake(), GONE)
        silent.pop().cancel()
        await asyncio.sleep(0)
        accepted = await talk(inside.app, handshake(), GONE)
        for each in silent:
            each.cancel()
        assert dict(refused[0]["headers"])[b"retry-after"]
        return status(refused), status(accepted)

    assert (503, 101) == asyncio.run(visit())


def close_of(echo: Echo, *events: Message) -> int:
    """Return with which code *echo* closes."""

    async def app(_scope: Scope, receive: Any, send: Any) -> None:
        await echo(receive, send)

    last = asyncio.run(talk(app, {}, *events))[-1]
    assert "websocket.close" == last["type"]
    return int(last["code"])


def test_nobody_can_hold_it_for_long() -> None:
    """Who is silent, who talks without end, and who says too much at once is hung up on."""
    assert 1000 == close_of(Echo(silent_seconds=0.01))
    assert 1000 == close_of(Echo(open_seconds=0.01))
    said: Message = {"type": "websocket.receive", "text": "again"}
    assert 1008 == close_of(Echo(), *[said] * (MOST_MESSAGES + 1))
    assert 1009 == close_of(Echo(), {"type": "websocket.receive", "text": "饼" * (MOST_MESSAGE // 3 + 1)})
    assert 1009 == close_of(Echo(), {"type": "websocket.receive", "bytes": b"x" * (MOST_MESSAGE + 1)})


def test_only_a_whole_handshake_is_one() -> None:
    """RFC 6455 §4.2.1; any other request stays a request, and its Upgrade is ignored."""
    assert is_handshake("GET", "1.1", PATH, [HOST, *FIELDS])
    version, key = FIELDS
    for method, http, path, fields in (
        ("POST", "1.1", PATH, FIELDS),
        ("GET", "1.0", PATH, FIELDS),
        ("GET", "1.1", "/", FIELDS),
        ("GET", "1.1", PATH, [key]),
        ("GET", "1.1", PATH, [(b"sec-websocket-version", b"8"), key]),
        ("GET", "1.1", PATH, [version]),
        ("GET", "1.1", PATH, [version, key, key]),
        ("GET", "1.1", PATH, [version, (b"sec-websocket-key", b"?")]),
        ("GET", "1.1", PATH, [version, (b"sec-websocket-key", b64encode(b"too short"))]),
        ("GET", "1.1", PATH, [*FIELDS, (b"content-length", b"3")]),
        ("GET", "1.1", PATH, [*FIELDS, (b"transfer-encoding", b"chunked")]),
        ("GET", "1.1", PATH, [*FIELDS, (b"cookie", b"x" * 5000)]),
        ("GET", "1.1", PATH, [*FIELDS, *[(b"x", b"")] * 70]),
    ):
        assert not is_handshake(method, http, path, fields)


def test_a_socket_lives_minutes_at_most() -> None:
    """So what is open at once cannot be held by whoever came first."""
    assert 0 < echo.SILENT_SECONDS < echo.OPEN_SECONDS <= 300
