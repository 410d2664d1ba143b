"""The playground in this process, with the museum behind it on a real socket, driven as a server drives it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hardtack.adapters.asgi.translate import messages
from hardtack.adapters.asgi.types import ASGIApp, Message, Receive, Scope, Send
from hardtack.message import Response
from hardtack.playground import Playground
from tests.adapters.asgi.driving import answer, exchange


async def behind(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer for everything that is not the playground's; start and stop as an application does."""
    if scope["type"] == "lifespan":
        for event in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{event}.complete"})
        return
    for message in messages(Response(299, [("X-Behind", "yes")], b"behind"), scope):
        await send(message)


async def played(app: Playground, asked: Sequence[Scope], *events: Message) -> list[Response]:
    """Start *app*, ask it everything at once, stop it, and return the answers in order."""
    stopping = asyncio.Event()
    begun: list[Message] = [{"type": "lifespan.startup"}]

    async def receive() -> Message:
        if begun:
            return begun.pop()
        await stopping.wait()
        return {"type": "lifespan.shutdown"}

    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    running = asyncio.create_task(app({"type": "lifespan"}, receive, send))
    try:
        sent = await asyncio.gather(*(exchange(app, scope, *events) for scope in asked))
    finally:
        stopping.set()
        await running
    assert ["lifespan.startup.complete", "lifespan.shutdown.complete"] == [message["type"] for message in said]
    return [answer(messages) for messages, _ in sent]


def play(folder: Path, *asked: Scope, app: ASGIApp = behind, **settings: Any) -> list[Response]:
    """Return the answers of a playground of its own to all of *asked*, which come at once."""
    return asyncio.run(played(Playground(app, folder=folder, **settings), asked))
