"""An ASGI application, driven as a server drives it: by messages."""

from __future__ import annotations

import asyncio
from typing import Any

from hardtack.adapters.asgi.types import ASGIApp, Message, Receive, Scope, Send
from hardtack.message import Response

HOST = (b"host", b"localhost:8000")


def scope(path: str = "/", method: str = "GET", *headers: tuple[bytes, bytes], **more: Any) -> Scope:
    """Return the scope of a request as a server makes it."""
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [HOST, *headers],
        "scheme": "http",
        "client": ("127.0.0.1", 4711),
        "http_version": "1.1",
        **more,
    }


async def exchange(app: ASGIApp, asked: Scope, *events: Message) -> tuple[list[Message], int]:
    """Run *app* once; return what it sent and how many events it took."""
    sent: list[Message] = []
    waiting = list(events) or [{"type": "http.request", "body": b"", "more_body": False}]
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        if not waiting:
            await asyncio.Event().wait()  # as a client that is there and says nothing more
        taken += 1
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(dict(message))

    await app(asked, receive, send)
    return sent, taken


def ask(app: ASGIApp, asked: Scope | None = None, *events: Message) -> Response:
    """Return the answer of *app*, whose messages must be in order."""
    sent, _ = asyncio.run(exchange(app, asked or scope(), *events))
    return answer(sent)


def answer(sent: list[Message]) -> Response:
    """Return the answer that the messages make."""
    assert sent[0]["type"] == "http.response.start"
    assert [True] * (len(sent) - 2) + [False] == [message.get("more_body", False) for message in sent[1:]]
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in sent[0]["headers"]]
    return Response(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


def content(*chunks: bytes) -> list[Message]:
    """Return the events in which a body arrives."""
    return [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
        for number, chunk in enumerate(chunks, 1)
    ]


def answering(status: int = 200, *chunks: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()) -> ASGIApp:
    """Return an application that reads everything and then answers with these."""

    async def application(_asked: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        for number, chunk in enumerate(chunks or (b"",), 1):
            await send({"type": "http.response.body", "body": chunk, "more_body": number < len(chunks)})

    return application


def raising(error: BaseException) -> ASGIApp:
    """Return an application that fails."""

    async def application(_asked: Scope, _receive: Receive, _send: Send) -> None:
        raise error

    return application
