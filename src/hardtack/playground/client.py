"""One request to another server, and its answer read with care (RFC 9112).

A small client for a gateway: it asks with GET, on a connection of its own, and reads an answer of bounded size. What it
does not understand it does not guess at: a head that is malformed, a length that can be read in two ways, content that
ends early. All of that is ``NotUnderstood``, which is a ``ConnectionError``, so that ``waiting_for_upstream`` makes 502
of it. How long it may take says who calls; whom to ask is never taken from a visitor's request.

The promise of ``answer``, whatever the other server sends: it returns an ``Answer`` or raises ``NotUnderstood`` (and
``OSError`` where the connection breaks), and holds no more than ``MOST_HEAD`` and ``MOST_CONTENT`` octets.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import NamedTuple

from hardtack.message import Headers

MOST_HEAD = 16 * 1024
"""Octets of a head, and of any one line."""
MOST_FIELDS = 64
MOST_CONTENT = 64 * 1024
"""Octets of content."""
MOST_INTERIM = 4
"""How many interim answers are passed over."""

_STATUS_LINE = re.compile(rb"HTTP/(1\.[01]) ([1-5][0-9]{2})(?: [\t -~\x80-\xff]*)?")
_FIELD = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?)[ \t]*"
)
_LENGTH = re.compile(r"[0-9]{1,10}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[\t -~\x80-\xff]*)?\r\n")

_EMPTY = frozenset({204, 304})


class NotUnderstood(ConnectionError):
    """What the other server sent is no answer in HTTP, or larger than what is read."""


class Answer(NamedTuple):
    """What the other server answered; the framing of its content is undone."""

    version: str
    status: int
    headers: Headers
    content: bytes


async def ask(address: tuple[str, int], host: str, target: str, fields: list[tuple[str, str]]) -> Answer:
    """Ask the server at *address* for *target* with GET, on a connection of its own.

    Args:
        address: where it listens.
        host: for ``Host``.
        target: a path, written as it is sent; nothing but visible ASCII.
        fields: more fields, checked by whoever gives them.

    Raises:
        OSError: nobody listens there, or the connection breaks.
        NotUnderstood: the answer is none.
    """
    reader, writer = await asyncio.open_connection(*address, limit=MOST_HEAD)
    try:
        lines = [f"GET {target} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in fields)]
        writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))
        await writer.drain()
        return await answer(reader)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def answer(reader: asyncio.StreamReader) -> Answer:
    """Read the answer to a GET.

    Raises:
        NotUnderstood: it is none.
    """
    for _ in range(MOST_INTERIM + 1):
        version, status, headers = head(await _until(reader, b"\r\n\r\n"))
        if status >= 200:
            return Answer(version, status, headers, await _content(reader, version, status, headers))
        if status == 101:
            raise NotUnderstood("the other server changes to a protocol that nobody asked for")
    raise NotUnderstood("too many interim answers")


def head(octets: bytes) -> tuple[str, int, Headers]:
    """Return version, status and fields of a head, which ends with an empty line.

    Raises:
        NotUnderstood: it is none; a folded line is not taken either (RFC 9112 §5.2).
    """
    first, *lines = octets.removesuffix(b"\r\n\r\n").split(b"\r\n")
    start = _STATUS_LINE.fullmatch(first)
    if start is None:
        raise NotUnderstood("this does not begin as HTTP does")
    if len(lines) > MOST_FIELDS:
        raise NotUnderstood("too many fields")
    fields = []
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None:
            raise NotUnderstood("a field is malformed")
        fields.append((field[1].decode("latin-1"), field[2].decode("latin-1")))
    return start[1].decode(), int(start[2]), Headers(fields)


async def _content(reader: asyncio.StreamReader, version: str, status: int, headers: Headers) -> bytes:
    # The order of RFC 9112 §6.3; whatever leaves the end open is refused.
    if status in _EMPTY:
        return b""
    lengths = headers.all("content-length")
    coding = headers.joined("transfer-encoding")
    if coding is not None:
        if lengths or version == "1.0" or coding.strip().lower() != "chunked":
            raise NotUnderstood("where the content ends is not certain")
        return await _chunks(reader)
    if lengths:
        if len(lengths) > 1 or not _LENGTH.fullmatch(lengths[0]):
            raise NotUnderstood("where the content ends is not certain")
        return await _exactly(reader, int(lengths[0]))
    content = b""
    while piece := await reader.read(MOST_CONTENT + 1 - len(content)):
        content += piece
        if len(content) > MOST_CONTENT:
            raise NotUnderstood("too much content")
    return content


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    content = b""
    while True:
        line = _CHUNK.fullmatch(await _until(reader, b"\r\n"))
        if line is None:
            raise NotUnderstood("a chunk is malformed")
        size = int(line[1], 16)
        if size == 0:
            break
        content += await _exactly(reader, size, MOST_CONTENT - len(content))
        if await _exactly(reader, 2) != b"\r\n":
            raise NotUnderstood("a chunk is malformed")
    for _ in range(MOST_FIELDS + 1):
        # What stands behind the content is not passed on.
        if await _until(reader, b"\r\n") == b"\r\n":
            return content
    raise NotUnderstood("too many fields")


async def _exactly(reader: asyncio.StreamReader, size: int, most: int = MOST_CONTENT) -> bytes:
    if size > most:
        raise NotUnderstood("too much content")
    try:
        return await reader.readexactly(size)
    except asyncio.IncompleteReadError as error:
        raise NotUnderstood("the content ends too early") from error


async def _until(reader: asyncio.StreamReader, end: bytes) -> bytes:
    try:
        return await reader.readuntil(end)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise NotUnderstood("a head without an end") from error
