"""The gateway's client: what another server may answer, and that nothing else is taken for an answer."""

from __future__ import annotations

import asyncio

import pytest

from hardtack.playground import client
from hardtack.playground.client import Answer, NotUnderstood


def read(octets: bytes) -> Answer:
    """Return the answer that *octets* are, after which the other server closes."""

    async def reading() -> Answer:
        reader = asyncio.StreamReader(limit=client.MOST_HEAD)
        reader.feed_data(octets)
        reader.feed_eof()
        return await client.answer(reader)

    return asyncio.run(reading())


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("octets", "content"),
    [
        (OK + b"Content-Length: 5\r\n\r\nhello", b"hello"),
        (OK + b"Content-Length: 0\r\n\r\n", b""),
        (OK + b"\r\nuntil the end", b"until the end"),
        (OK + b"\r\n", b""),
        (b"HTTP/1.0 200\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\nwhat does not belong here", b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", b""),
        (OK + b"Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (
            OK + b"Transfer-Encoding: chunked\r\n\r\n1 ;x=y\r\na\r\nA\r\n0123456789\r\n00\r\nX: y\r\n\r\n",
            b"a0123456789",
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + OK + b"\r\nend", b"end"),
        (OK + b"\r\n" + b"x" * client.MOST_CONTENT, b"x" * client.MOST_CONTENT),
        (OK + b"Content-Length: 2\r\n\r\nokand more", b"ok"),
    ],
)
def test_an_answer_is_read_to_where_it_ends(octets: bytes, content: bytes) -> None:
    """By its code, its transfer coding, its length, or the end of the connection (RFC 9112 §6.3)."""
    assert content == read(octets).content


def test_version_code_and_fields_are_kept() -> None:
    """In their order, blanks around a value taken away."""
    answer = read(b"HTTP/1.0 404 Not \xe9\r\nA: 1\r\nB:\t two words \r\nA: 3\r\nEmpty:\r\nContent-Length: 0\r\n\r\n")
    assert ("1.0", 404) == (answer.version, answer.status)
    assert [("a", "1"), ("b", "two words"), ("a", "3"), ("empty", ""), ("content-length", "0")] == list(answer.headers)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b".... .- .-. -..\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.2 200 OK\r\n\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        b"HTTP/1.1 600 High\r\n\r\n",
        b"HTTP/1.1 2000 Long\r\n\r\n",
        b"HTTP/1.1 200 O\x00K\r\n\r\n",
        b"HTTP/1.1  200 OK\r\n\r\n",
        b"\r\nHTTP/1.1 200 OK\r\n\r\n",
        OK + b"No colon\r\n\r\n",
        OK + b"Space : before\r\n\r\n",
        OK + b": no name\r\n\r\n",
        OK + b"Folded: a\r\n b\r\n\r\n",
        OK + b"Nul: a\x00b\r\n\r\n",
        OK + b"Return: a\rSet-Cookie: b\r\n\r\n",
        OK + b"Newline: a\nSet-Cookie: b\r\n\r\n",
        OK + b"N\xc3\xa4me: a\r\n\r\n",
        OK + b"A: b\r\n" * (client.MOST_FIELDS + 1) + b"\r\n",
        OK + b"A: " + b"b" * client.MOST_HEAD + b"\r\n\r\n",
        b"H" * (client.MOST_HEAD + 1),
        OK + b"Content-Length: 5\r\n\r\nhell",
        OK + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        OK + b"Content-Length: 5, 5\r\n\r\nhello",
        OK + b"Content-Length: +5\r\n\r\nhello",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 0x5\r\n\r\nhello",
        OK + b"Content-Length: \xb2\r\n\r\nhi",
        OK + b"Content-Length: 99999999999\r\n\r\n",
        OK + b"Content-Length: %d\r\n\r\n" % (client.MOST_CONTENT + 1),
        OK + b"Content-Length:\r\n\r\n",
        OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: identity\r\n\r\nhello",
        OK + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhell",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n000000001\r\na\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nffffffff\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * (client.MOST_FIELDS + 1) + b"\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + (b"8000\r\n" + b"a" * 32768 + b"\r\n") * 2 + b"1\r\na\r\n",
        OK + b"\r\n" + b"x" * (client.MOST_CONTENT + 1),
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\n" * (client.MOST_INTERIM + 1) + OK + b"\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_malformed_or_endless_is_not_understood(octets: bytes) -> None:
    """And so a broken connection to whoever waits: never guessed at, never repaired, never held without a bound."""
    with pytest.raises(NotUnderstood):
        read(octets)
    assert issubclass(NotUnderstood, ConnectionError)


def test_what_is_asked_is_written_as_http_has_it() -> None:
    """A request on a connection of its own, which it says will be closed."""
    written = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        written.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK + b"Content-Length: 2\r\n\r\nok")
        await writer.drain()
        written.append(await reader.read())
        writer.close()

    async def asking() -> Answer:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            address = server.sockets[0].getsockname()
            return await client.ask(address, "museum.test", "/biscuit", [("Via", "1.1 playground")])

    assert b"ok" == asyncio.run(asking()).content
    head = b"GET /biscuit HTTP/1.1\r\nHost: museum.test\r\nVia: 1.1 playground\r\nConnection: close\r\n\r\n"
    assert [head, b""] == written


def test_a_connection_that_breaks_in_the_middle_is_an_error_of_the_connection() -> None:
    """As the operating system reports it, or as an answer without an end; never an answer."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"Content-Length: 50000\r\n\r\nbegun")
        await writer.drain()
        writer.transport.abort()

    async def asking() -> Answer:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            return await client.ask(server.sockets[0].getsockname(), "museum.test", "/", [])

    with pytest.raises(ConnectionError):
        asyncio.run(asking())
