"""The playground in this process, asked by messages as a server asks it, with nothing behind it that answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.message import Response
from hardtack.playground import Playground
from hardtack.playground.kept import Kept
from tests.adapters.asgi.driving import answer, content, exchange, scope

ORIGIN = "http://localhost:8000"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def _nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError("the request was no business of what is behind")


class Inside:
    """A playground, and what it answers.

    Args:
        folder: where it keeps what it is given.
        settings: as ``Playground`` says.
    """

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.app = Playground(_nothing, folder=folder, **{"origin": ORIGIN, **settings})
        self.kept = Kept(folder)

    async def asking(
        self, method: str, address: str, fields: dict[str, str] | None = None, chunks: Iterable[bytes] = ()
    ) -> Response:
        """Return the answer at *address* below ``/playground``; content has its length, unless it is chunked."""
        path, _, query = address.partition("?")
        pieces = list(chunks)
        headers = dict(fields or {})
        if pieces and "Transfer-Encoding" not in headers:
            headers["Content-Length"] = str(len(b"".join(pieces)))
        asked = scope(
            f"/playground{path}",
            method,
            *((name.lower().encode(), value.encode()) for name, value in headers.items()),
            query_string=query.encode(),
        )
        sent, _ = await exchange(self.app, asked, *content(*pieces))
        return answer(sent)

    def ask(
        self, method: str, address: str, fields: dict[str, str] | None = None, chunks: Iterable[bytes] = ()
    ) -> Response:
        """Return the answer to one request."""
        return asyncio.run(self.asking(method, address, fields, chunks))

    def get(self, address: str, **fields: str) -> Response:
        """Return the answer to a GET."""
        return self.ask("GET", address, {name.replace("_", "-"): value for name, value in fields.items()})

    def post(self, address: str, form: str) -> Response:
        """Return the answer to a form."""
        return self.ask("POST", address, FORM, [form.encode()])
