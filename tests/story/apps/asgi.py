"""The story's application as bare ASGI: a coroutine of its own, and nothing else but Hardtack."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.adapters.sign_in import SignIn
from hardtack.session import flash
from hardtack.status import MethodNotAllowed, NotFound
from hardtack.status.rules import rules
from tests.story.apps import common

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]


async def home(scope: Scope, receive: Receive, send: Send) -> None:
    """Greet everybody."""
    await answer(send, common.GREETING.encode())


async def who(scope: Scope, receive: Receive, send: Send) -> None:
    """Say who is signed in."""
    account = await asyncio.to_thread(lambda: scope["hardtack"].account)
    await answer_json(send, account and account.name)


async def cart(scope: Scope, receive: Receive, send: Send) -> None:
    """Show the cart."""
    await answer_json(send, scope["session"].get("cart"))


async def add(scope: Scope, receive: Receive, send: Send) -> None:
    """Put an item into the cart."""
    item = parse_qs((await content_of(receive)).decode())["item"][0]
    scope["session"].setdefault("cart", {"items": []})
    scope["session"]["cart"]["items"].append(item)
    flash.flash(scope["session"], f"added {item}")
    await answer(send, b"", 303, (b"location", b"/cart"))


async def messages(scope: Scope, receive: Receive, send: Send) -> None:
    """Show the messages that wait."""
    await answer_json(send, [message.text for message in flash.take(scope["session"])])


async def form(scope: Scope, receive: Receive, send: Send) -> None:
    """Show the form."""
    await answer(send, common.FORM.format(scope["hardtack"].csrf_token()).encode(), kind="text/html; charset=utf-8")


async def private(scope: Scope, receive: Receive, send: Send) -> None:
    """Greet whoever is signed in."""
    account = await asyncio.to_thread(scope["hardtack"].require)
    await answer_json(send, account.name)


async def delicate(scope: Scope, receive: Receive, send: Send) -> None:
    """Greet whoever has just signed in."""
    account = await asyncio.to_thread(scope["hardtack"].require_recent)
    await answer_json(send, account.name)


async def enter(scope: Scope, receive: Receive, send: Send) -> None:
    """Sign in by a form of our own."""
    visit, form = scope["hardtack"], dict(parse_qsl((await content_of(receive)).decode()))
    account = await asyncio.to_thread(visit.authenticate, form["name"], form["password"])
    await asyncio.to_thread(visit.sign_in, account, onward=form["next"])
    await answer_json(send, account.name)


async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
    """Say what is proved."""
    visit = scope["hardtack"]
    account = await asyncio.to_thread(visit.require_recent, factor="second")
    await answer_json(send, [account.name, visit.identity.factors, visit.identity.assurance])


async def readable(scope: Scope, receive: Receive, send: Send) -> None:
    """Greet whoever may read."""
    account = await asyncio.to_thread(scope["hardtack"].require, "read")
    await answer_json(send, account.name)


@rules(etag=common.version, **common.GET_RULES)
async def note(scope: Scope, receive: Receive, send: Send) -> None:
    """Show the note."""
    await answer(send, common.note[0], 200, (b"etag", str(common.version()).encode()))


@rules(etag=common.version, **common.PUT_RULES)
async def write(scope: Scope, receive: Receive, send: Send) -> None:
    """Change the note."""
    common.note[0] = await content_of(receive)
    await answer(send, b"", 204, (b"etag", str(common.version()).encode()))


async def socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Accept a WebSocket and count it."""
    await receive()
    scope["session"]["sockets"] = scope["session"].get("sockets", 0) + 1
    account = await asyncio.to_thread(lambda: scope["hardtack"].account)
    await send({"type": "websocket.accept"})
    said = json.dumps([account and account.name, scope["session"]["sockets"]])
    await send({"type": "websocket.send", "text": said})
    await send({"type": "websocket.close"})


async def late(scope: Scope, receive: Receive, send: Send) -> None:
    """Change the session when the answer has begun."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"begun, ", "more_body": True})
    scope["session"]["late"] = True
    await send({"type": "http.response.body", "body": b"ended"})


async def fail(scope: Scope, receive: Receive, send: Send) -> None:
    """Fail."""
    raise RuntimeError(common.SECRET)


ROUTES: dict[str, dict[str, Handler]] = {
    "/": {"GET": home},
    "/who": {"GET": who},
    "/cart": {"GET": cart, "POST": add},
    "/messages": {"GET": messages},
    "/form": {"GET": form},
    "/private": {"GET": private},
    "/delicate": {"GET": delicate},
    "/enter": {"POST": enter},
    "/guarded": {"GET": guarded},
    "/readable": {"GET": readable},
    "/note": {"GET": note, "PUT": write},
    "/late": {"GET": late},
    "/fail": {"GET": fail},
}


async def shop(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request."""
    if scope["type"] == "lifespan":
        raise NotImplementedError
    if scope["type"] == "websocket":
        await socket(scope, receive, send)
        return
    methods = ROUTES.get(scope["path"])
    if methods is None:
        raise NotFound
    handler = methods.get("GET" if scope["method"] == "HEAD" else scope["method"])
    if handler is None:
        raise MethodNotAllowed(allow=sorted({*methods, "HEAD"} if "GET" in methods else methods))
    await handler(scope, receive, send)


async def content_of(receive: Receive) -> bytes:
    """Return the content of a request."""
    content, more = b"", True
    while more:
        message = await receive()
        content, more = content + message.get("body", b""), message.get("more_body", False)
    return content


async def answer(
    send: Send, content: bytes, status: int = 200, *fields: tuple[bytes, bytes], kind: str = common.PLAIN
) -> None:
    """Send one answer."""
    fields = (*fields, (b"content-type", kind.encode()), (b"content-length", str(len(content)).encode()))
    if status == 204:
        fields = fields[:-2]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": content})


async def answer_json(send: Send, value: Any) -> None:
    """Send *value* as JSON."""
    await answer(send, json.dumps(value).encode(), kind="application/json")


app = Hardtack(shop, session=SignIn(application=common.APPLICATION, **common.settings()), status={})
