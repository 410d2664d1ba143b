"""The gateway and the museum behind it, over a real socket of this machine."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from hardtack.message import Request
from hardtack.playground import gateway
from hardtack.playground.upstream import ARCHIVE, DOCUMENTS, TELEGRAPH, Upstream
from hardtack.status.limits import UpstreamFailed, WaitedForUpstream
from tests.adapters.asgi.driving import scope
from tests.playground.driven import play

GATEWAY = "/playground/gateway"


def test_a_document_passes_as_it_is(tmp_path: Path) -> None:
    """200 with the museum's own fields and ``Via``; what concerns its connection alone is gone."""
    (answer,) = play(tmp_path, scope(f"{GATEWAY}/museum/biscuit"))
    assert 200 == answer.status
    assert DOCUMENTS["biscuit"].text["en"].encode() == answer.body
    assert ('"biscuit-en-3"', "1.1 playground") == (answer.get("etag"), answer.get("via"))
    assert (None, None) == (answer.get("keep-alive"), answer.get("connection"))
    assert "no-store" == answer.get("cache-control")


def test_a_changed_document_is_203_and_an_unchanged_one_is_not(tmp_path: Path) -> None:
    """The letter forbids it, and says so to everybody on the way."""
    changed, letter = play(
        tmp_path, scope(f"{GATEWAY}/museum-without-remarks/biscuit"), scope(f"{GATEWAY}/museum-without-remarks/letter")
    )
    assert (203, 'W/"biscuit-en-3"') == (changed.status, changed.get("etag"))
    assert b"<!--" not in changed.body
    assert (200, '"letter-en-1"') == (letter.status, letter.get("etag"))
    assert DOCUMENTS["letter"].text["en"].encode() == letter.body
    assert "no-store, no-transform" == letter.get("cache-control")


def test_the_museum_answers_in_the_visitors_language(tmp_path: Path) -> None:
    """``Accept-Language`` goes on; the answer says what it depends on, also where there is nothing."""
    chinese = (b"accept-language", b"zh-CN,zh;q=0.9")
    found, nothing, head = play(
        tmp_path,
        scope(f"{GATEWAY}/museum/biscuit", "GET", chinese),
        scope(f"{GATEWAY}/museum/rudder", "GET", chinese),
        scope(f"{GATEWAY}/museum/biscuit", "HEAD"),
    )
    assert (DOCUMENTS["biscuit"].text["zh"].encode(), "Accept-Language") == (found.body, found.get("vary"))
    assert (404, "zh") == (nothing.status, nothing.get("content-language"))
    assert (200, b"") == (head.status, head.body)


def test_conditions_and_ranges_are_about_what_the_gateway_sends(tmp_path: Path) -> None:
    """They do not go on, since the museum knows nothing of what is changed here; the layer decides them."""
    path = f"{GATEWAY}/museum/biscuit"
    same, part = play(
        tmp_path,
        scope(path, "GET", (b"if-none-match", b'"biscuit-en-3"')),
        scope(path, "GET", (b"range", b"bytes=0-8")),
    )
    assert 304 == same.status
    assert (206, b"<!doctype") == (part.status, part.body)


def test_a_dead_server_and_one_that_speaks_no_http_are_502_and_a_slow_one_is_504(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The status layer decides from what really happened, and its trace says what that was."""
    monkeypatch.setattr(gateway, "SECONDS", 0.5)
    dead, garbage, slow = play(
        tmp_path, *(scope(f"{GATEWAY}/{path}") for path in ("closed-house", f"museum/{TELEGRAPH}", f"museum/{ARCHIVE}"))
    )
    assert [502, 502, 504] == [dead.status, garbage.status, slow.status]
    assert ["upstream-failed", "upstream-failed", "upstream-timed-out"] == [
        (answer.get("hardtack-trace") or "").partition("handler/fails=")[2].partition(";")[0]
        for answer in (dead, garbage, slow)
    ]


@pytest.mark.parametrize(
    "name", ["..%2Fetc", "biscuit HTTP/1.1\r\nX: y", "http:%2F%2Fexample.org", "@127.0.0.1:22", "é"]
)
def test_attack_a_name_leads_to_no_other_server_and_writes_no_field(tmp_path: Path, name: str) -> None:
    """Whatever is asked for is one name for the museum, which has nothing of that name."""
    asked = scope(f"{GATEWAY}/museum/{name}")
    # The path as a server hands it over, decoded; what was sent is not looked at here.
    del asked["raw_path"]
    assert 404 == play(tmp_path, asked)[0].status


def test_content_that_no_get_has_changes_nothing(tmp_path: Path) -> None:
    """Only GET and HEAD work, and no other method reaches the museum."""
    assert [405, 405] == [
        answer.status
        for answer in play(tmp_path, *(scope(f"{GATEWAY}/museum/biscuit", method) for method in ("POST", "DELETE")))
    ]


def test_the_museum_answers_nobody_who_does_not_ask_in_http() -> None:
    """It closes the connection; a request in another form has no name that it knows."""

    async def asking() -> list[bytes]:
        museum = Upstream()
        answers = []
        for octets in (b"\x16\x03\x01" + b"x" * (129 * 1024), b"POST /biscuit HTTP/1.1\r\n\r\n", b"GET /bis"):
            reader, writer = await asyncio.open_connection(*await museum.address())
            writer.write(octets)
            writer.write_eof()
            try:
                answers.append((await reader.read())[:12])
            except ConnectionError:
                answers.append(b"")
            writer.close()
        await museum.close()
        return answers

    assert [b"", b"HTTP/1.1 404", b""] == asyncio.run(asking())


def test_the_museum_closes_also_while_it_searches() -> None:
    """Whoever waits sees a broken connection, and the port is free again; closing twice does nothing more."""

    async def closing() -> tuple[str, int]:
        museum = Upstream()
        address = await museum.address()
        assert address == await museum.address()
        assert museum.nobody() == museum.nobody() != address
        request = Request(method="GET", path="/")
        waiting = asyncio.create_task(gateway.fetched(address, f"/{ARCHIVE}", request))
        while not museum.busy:
            await asyncio.sleep(0)
        await museum.close()
        with pytest.raises(UpstreamFailed):
            await waiting
        await museum.close()
        return address

    host, port = asyncio.run(closing())
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind((host, port))


def test_the_museum_opens_again_after_it_was_closed(tmp_path: Path) -> None:
    """A service that is started anew in the same process has it as before."""
    from hardtack.playground import Playground
    from tests.playground.driven import behind, played

    app = Playground(behind, folder=tmp_path)
    for _ in range(2):
        assert 200 == asyncio.run(played(app, [scope(f"{GATEWAY}/museum/letter")]))[0].status


@pytest.mark.parametrize(
    ("begin", "again", "pause", "raised"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 1000 + b"\r\n", 0.0, UpstreamFailed),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"z" * 1000, 0.0, UpstreamFailed),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.0, UpstreamFailed),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.05, WaitedForUpstream),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nz\r\n", 0.05, WaitedForUpstream),
    ],
)
def test_attack_an_answer_without_an_end_costs_a_bounded_time_and_space(
    begin: bytes, again: bytes, pause: float, raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes fast is too much, what comes slowly is too late; the connection is closed either way."""
    monkeypatch.setattr(gateway, "SECONDS", 0.5)
    gone = []

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(begin)
        try:
            while True:
                writer.write(again)
                await writer.drain()
                await asyncio.sleep(pause)
        except ConnectionError:
            gone.append(True)
        finally:
            writer.close()

    async def asking() -> None:
        async with await asyncio.start_server(endless, "127.0.0.1", 0) as server:
            with pytest.raises(raised):
                await gateway.fetched(server.sockets[0].getsockname(), "/", Request(method="GET", path="/"))
            while not gone:
                await asyncio.sleep(0.01)

    asyncio.run(asking())
