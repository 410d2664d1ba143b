"""An application that takes its time, for a real server: with deadlines that a test can wait for."""

from __future__ import annotations

import asyncio

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.status.limits import Limits


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Read everything, wait if the path says so, and answer."""
    if scope["type"] == "lifespan":
        raise NotImplementedError
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    if scope["path"] == "/slow":
        await asyncio.sleep(60)
    body = str(size).encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


app = Hardtack(application, status={"limits": Limits(piece_seconds=0.4, handler_seconds=1, in_flight=3)})
