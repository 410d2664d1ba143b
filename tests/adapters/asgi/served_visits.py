"""An application as small frameworks make them, for a real server: what it raises becomes an error 500 of its own."""

from __future__ import annotations

import asyncio
import os

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.adapters.sign_in import SignIn

PLAIN = (b"content-type", b"text/plain")
EVENTS = (b"content-type", b"text/event-stream")
GO = asyncio.Event()


async def framework(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, and make something of every exception but of those that a WebSocket raises."""
    if scope["type"] == "lifespan":
        raise NotImplementedError
    if scope["type"] == "websocket":
        await websocket(scope, receive, send)
        return
    try:
        await page(scope, receive, send)
    except Exception:
        await answer(
            send, 500, b"the framework's own words about an error that nobody has foreseen, at some length ...."
        )


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request."""
    visit, session = scope["hardtack"], scope["session"]
    if scope["path"] == "/me":
        account = await asyncio.to_thread(visit.require)
        await answer(send, 200, account.name.encode())
    elif scope["path"] == "/delicate":
        await asyncio.to_thread(visit.require_recent, 0)
        await answer(send, 200, b"done")
    elif scope["path"] == "/form" and scope["method"] == "GET":
        await answer(send, 200, visit.csrf_token().encode())
    elif scope["path"] == "/form":
        session["posts"] = session.get("posts", 0) + 1
        await answer(send, 200, await content(receive))
    elif scope["path"] == "/events":
        await events(session.get("posts", 0), send)
    elif scope["path"] == "/go":
        GO.set()
        await answer(send, 200, b"went")
    elif scope["path"] == "/late":
        await send({"type": "http.response.start", "status": 200, "headers": [PLAIN]})
        session["late"] = True
        await send({"type": "http.response.body", "body": b"too late"})
    else:
        raise RuntimeError("swordfish")


async def events(number: int, send: Send) -> None:
    """Send one event, and another when somebody says so."""
    await send({"type": "http.response.start", "status": 200, "headers": [EVENTS]})
    await send({"type": "http.response.body", "body": b"data: %d posts\n\n" % number, "more_body": True})
    await GO.wait()
    await send({"type": "http.response.body", "body": b"data: went\n\n"})


async def websocket(scope: Scope, receive: Receive, send: Send) -> None:
    """Count in the session as it is accepted, or after it."""
    session = scope["session"]
    await receive()
    if scope["path"] == "/closed":
        session["sockets"] = 0
        await send({"type": "websocket.close"})
        return
    if scope["path"] == "/private":
        await asyncio.to_thread(scope["hardtack"].require)
    session["sockets"] = session.get("sockets", 0) + 1
    await send({"type": "websocket.accept"})
    if scope["path"] == "/late":
        session["sockets"] = 0
    await send({"type": "websocket.send", "text": str(session["sockets"])})
    await send({"type": "websocket.close"})


async def content(receive: Receive) -> bytes:
    """Return all that was sent."""
    whole, more = b"", True
    while more:
        message = await receive()
        whole, more = whole + message.get("body", b""), message.get("more_body", False)
    return whole


async def answer(send: Send, status: int, said: bytes) -> None:
    """Send one answer."""
    await send({"type": "http.response.start", "status": status, "headers": [PLAIN]})
    await send({"type": "http.response.body", "body": said})


SIGN_IN = SignIn(
    application="shop", keyring="hardtack-data/hardtack.key", origin=os.environ["TEST_ORIGIN"], sign_up="open"
)
app = Hardtack(framework, session=SIGN_IN, status={})
