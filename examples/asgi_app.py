"""A WebSocket for whoever is signed in, without a framework: what any ASGI application has of Hardtack.

Run ``hardtack keys new`` once, then ``uvicorn --app-dir examples asgi_app:app``, and sign in at
http://localhost:8000/auth/sign-up. A page of another site that opens the WebSocket is refused.
"""

import asyncio

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.adapters.sign_in import SignIn


async def shop(scope: Scope, receive: Receive, send: Send) -> None:
    """Count what a visitor says, in the session of which they have a sealed copy."""
    if scope["type"] == "lifespan":
        raise NotImplementedError
    account = await asyncio.to_thread(scope["hardtack"].require)
    if scope["type"] == "http":
        text = f"{account.name} has come {scope['session'].get('times', 0)} times.\n".encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": text})
        return
    await receive()
    # The session goes out with the acceptance; a change after it would be an error.
    scope["session"]["times"] = scope["session"].get("times", 0) + 1
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": f"{account.name}: {message.get('text')}"})


app = Hardtack(shop, session=SignIn(application="shop", keyring="hardtack-data/hardtack.key"), status={})
