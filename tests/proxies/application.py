"""An application without a sign-in of its own, as operators have them: it believes what stands in ``Remote-User``.

It notes the head of every request that reaches it, word for word, in the file that ``APPLICATION_LOG`` names: what the
tests prove, they prove by what is in there, and by what is not. It sets a cookie of its own, echoes what is said to it
over a WebSocket, and answers everything else with what it has received.
"""

from __future__ import annotations

import json
import os
from html import escape
from pathlib import Path
from typing import Any

OWN = "basket=apples; Path=/; Secure; HttpOnly"


def note(scope: dict[str, Any], content: bytes = b"") -> dict[str, Any]:
    """Write down one request, and return what was written."""
    head = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    query = scope["query_string"].decode("latin-1")
    said = {
        "kind": scope["type"],
        "method": scope.get("method", ""),
        "target": scope["raw_path"].decode("latin-1") + (f"?{query}" if query else ""),
        "head": head,
        "content": content.decode("latin-1"),
    }
    with Path(os.environ["APPLICATION_LOG"]).open("a") as log:
        log.write(json.dumps(said) + "\n")
    return said


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer one request, or hold one conversation."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "websocket":
        await _talk(scope, receive, send)
    else:
        await _answer(scope, receive, send)


async def _talk(scope: dict[str, Any], receive: Any, send: Any) -> None:
    said = note(scope)
    user = dict(said["head"]).get("remote-user", "nobody")
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": f"{user}: {message['text']}"})


async def _answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
    content, more = b"", True
    while more:
        message = await receive()
        content, more = content + message.get("body", b""), message.get("more_body", False)
    said = note(scope, content)
    user = dict(said["head"]).get("remote-user", "nobody")
    page = f"<!doctype html><title>wiki</title><p id=who>{escape(user)}</p><p id=where>{escape(said['target'])}</p>"
    missing = "missing" in said["target"]
    fields = [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "public, max-age=60"),
        ("set-cookie", OWN),
    ]
    status = 404 if missing else 200
    await send(
        {"type": "http.response.start", "status": status, "headers": [(n.encode(), v.encode()) for n, v in fields]}
    )
    await send({"type": "http.response.body", "body": page.encode()})
