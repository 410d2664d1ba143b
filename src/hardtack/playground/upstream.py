"""The server behind the gateway: a small museum that the playground brings along, and the only one that it reaches.

A real server on a real socket of this machine, which takes a port that happens to be free when it is first needed. It
has two documents, an archive that takes longer than anybody waits, and a telegraph that does not speak HTTP; and beside
it is an address at which nobody listens. It holds nothing that anybody could not read, and never looks at who asks.
"""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import suppress
from typing import NamedTuple

from hardtack.status import negotiate

HOST = "museum.test"
"""What the museum is called; ``.test`` belongs to nobody and never will (RFC 6761 §6.2)."""

_HERE = "127.0.0.1"
_MOST_HEAD = 128 * 1024
"""Octets; more than our own layer lets through, however much the gateway has to escape."""
_PATIENCE = 5
"""Seconds within which a request must have come."""
_SLOWER_THAN_ANYBODY_WAITS = 60

_REQUEST = re.compile(rb"GET /([a-z]*) HTTP/1\.1\r\n")
_LANGUAGE = re.compile(rb"^accept-language:[ \t]*([ -~]*)", re.IGNORECASE | re.MULTILINE)


_HTML = "Content-Type: text/html; charset=utf-8"


class Document(NamedTuple):
    """A document: its fields, and language → its text."""

    fields: tuple[str, ...]
    text: dict[str, str]


DOCUMENTS = {
    "biscuit": Document(
        (_HTML, 'ETag: "biscuit-{language}-3"', "Last-Modified: Mon, 02 Feb 2026 08:00:00 GMT"),
        {
            "en": (
                "<!doctype html>\n<title>Ship's biscuit</title>\n<!-- Keeper: the second case is empty. Bake. -->\n"
                "<p>Flour and water, baked twice. It outlasts any voyage.</p>\n"
            ),
            "zh": (
                "<!doctype html>\n<title>船用饼干</title>\n<!-- 管理员：二号展柜已空，请补订。 -->\n"
                "<p>面粉加水，烤上两遍，比任何一次航行都耐久。</p>\n"
            ),
        },
    ),
    "letter": Document(
        (_HTML, 'ETag: "letter-{language}-1"', "Cache-Control: no-transform"),
        {
            "en": (
                "<!doctype html>\n<title>A letter from sea</title>\n<!-- As the sailor wrote it, with this line. -->\n"
                "<p>Nine weeks out. The biscuit is still good.</p>\n"
            ),
            "zh": (
                "<!doctype html>\n<title>海上来信</title>\n<!-- 照水手所写原样保留，包括这一行。 -->\n"
                "<p>出海九周，饼干依然完好。</p>\n"
            ),
        },
    ),
}
_NOTHING = Document(
    ("Content-Type: text/plain; charset=utf-8",),
    {"en": "The museum has nothing of that name.\n", "zh": "博物馆里没有叫这个名字的藏品。\n"},
)
ARCHIVE, TELEGRAPH = "archive", "telegraph"


class Upstream:
    """The museum; it opens when it is first asked for."""

    def __init__(self) -> None:
        self._opening = asyncio.Lock()
        self._server: asyncio.Server | None = None
        self._nobody: socket.socket | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def address(self) -> tuple[str, int]:
        """Return where it listens."""
        async with self._opening:
            if self._server is None:
                self._server = await asyncio.start_server(self._begin, _HERE, 0, limit=_MOST_HEAD)
            return _address(self._server.sockets[0])

    def nobody(self) -> tuple[str, int]:
        """Return an address at which nobody listens, and nobody will as long as this is here."""
        if self._nobody is None:
            self._nobody = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            self._nobody.bind((_HERE, 0))
        return _address(self._nobody)

    @property
    def busy(self) -> bool:
        """Whether somebody is being answered."""
        return bool(self._serving)

    async def close(self) -> None:
        """Close it, and whatever is being answered there."""
        if self._nobody is not None:
            self._nobody.close()
            self._nobody = None
        if self._server is not None:
            self._server.close()
            self._server = None
        serving = list(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)

        # Not at the end of the task's own code: one that is cancelled before it has begun never comes there.
        def ended(task: asyncio.Task[None]) -> None:
            self._serving.discard(task)
            writer.close()

        task.add_done_callback(ended)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Whoever asks otherwise than in HTTP, or is gone, gets no answer.
        with suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ConnectionError):
            async with asyncio.timeout(_PATIENCE):
                request = await reader.readuntil(b"\r\n\r\n")
            await self._answer(request, reader, writer)

    async def _answer(self, request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = _REQUEST.match(request)
        name = "" if asked is None else asked[1].decode()
        if name == ARCHIVE:
            async with asyncio.timeout(_SLOWER_THAN_ANYBODY_WAITS):
                await reader.read()  # until whoever asked has gone
        elif name == TELEGRAPH:
            writer.write(b".... .- .-. -.. - .- -.-. -.-\r\n\r\n")
        else:
            writer.write(_written(name, request))
        await writer.drain()


def _written(name: str, request: bytes) -> bytes:
    found = _LANGUAGE.search(request)
    language = negotiate.language(found[1].decode() if found else None, ("en", "zh"))
    status, document = ("200 OK", DOCUMENTS[name]) if name in DOCUMENTS else ("404 Not Found", _NOTHING)
    body = document.text[language].encode()
    lines = [
        f"HTTP/1.1 {status}",
        *(field.format(language=language) for field in document.fields),
        f"Content-Language: {language}",
        "Vary: Accept-Language",
        f"Content-Length: {len(body)}",
        "Keep-Alive: timeout=0",
        "Connection: close, Keep-Alive",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _address(listening: socket.socket) -> tuple[str, int]:
    host, port = listening.getsockname()[:2]
    return host, port
