"""The story's application in Litestar, which knows nothing of Hardtack: the layers stand around it.

What nobody foresaw goes out to the layers again, and what Litestar itself raises is answered without a word, so that
the layer's pages take the place of its own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from litestar import Litestar, MediaType, Request, Response, WebSocket, get, post, put, websocket
from litestar.exceptions import HTTPException
from litestar.response import Redirect, Stream

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.sign_in import SignIn
from hardtack.session import flash
from hardtack.status.rules import rules
from tests.story.apps import common

Asked = Request[Any, Any, Any]


def visit(request: Asked | WebSocket[Any, Any, Any]) -> Any:
    """Return the request's visit."""
    return request.scope["hardtack"]  # type: ignore[typeddict-item]  # put there by the layer


@get("/", media_type=MediaType.TEXT)
async def home() -> str:
    """Greet everybody."""
    return common.GREETING


@get("/who", sync_to_thread=True)
def who(request: Asked) -> Response[str]:
    """Say who is signed in."""
    account = visit(request).account
    return Response(json.dumps(account and account.name), media_type=MediaType.JSON)


@get("/cart")
async def cart(request: Asked) -> Response[Any]:
    """Show the cart."""
    return Response(request.session.get("cart"), media_type=MediaType.JSON)


@post("/cart")
async def add(request: Asked) -> Redirect:
    """Put an item into the cart."""
    item = (await request.form())["item"]
    request.session.setdefault("cart", {"items": []})
    request.session["cart"]["items"].append(item)
    flash.flash(visit(request).session, f"added {item}")
    return Redirect("/cart", status_code=303)


@get("/messages")
async def messages(request: Asked) -> list[str]:
    """Show the messages that wait."""
    return [message.text for message in flash.take(visit(request).session)]


@get("/form", media_type=MediaType.HTML)
async def form(request: Asked) -> str:
    """Show the form."""
    return common.FORM.format(visit(request).csrf_token())


@get("/private", sync_to_thread=True)
def private(request: Asked) -> Response[str]:
    """Greet whoever is signed in."""
    return Response(json.dumps(visit(request).require().name), media_type=MediaType.JSON)


@get("/delicate", sync_to_thread=True)
def delicate(request: Asked) -> Response[str]:
    """Greet whoever has just signed in."""
    return Response(json.dumps(visit(request).require_recent().name), media_type=MediaType.JSON)


@post("/enter", status_code=200)
async def enter(request: Asked) -> Response[str]:
    """Sign in by a form of our own."""
    form = await request.form()
    account = await asyncio.to_thread(visit(request).authenticate, form["name"], form["password"])
    await asyncio.to_thread(visit(request).sign_in, account, onward=form["next"])
    return Response(json.dumps(account.name), media_type=MediaType.JSON)


@get("/guarded", sync_to_thread=True)
def guarded(request: Asked) -> Response[str]:
    """Say what is proved."""
    account, identity = visit(request).require_recent(factor="second"), visit(request).identity
    return Response(json.dumps([account.name, identity.factors, identity.assurance]), media_type=MediaType.JSON)


@get("/readable", sync_to_thread=True)
def readable(request: Asked) -> Response[str]:
    """Greet whoever may read."""
    return Response(json.dumps(visit(request).require("read").name), media_type=MediaType.JSON)


@get("/note")
@rules(etag=common.version, **common.GET_RULES)
async def note() -> Response[bytes]:
    """Show the note."""
    return Response(common.note[0], media_type=MediaType.TEXT, headers={"ETag": str(common.version())})


@put("/note", status_code=204)
@rules(etag=common.version, **common.PUT_RULES)
async def write(request: Asked) -> Response[None]:
    """Change the note."""
    common.note[0] = await request.body()
    return Response(None, headers={"ETag": str(common.version())})


@websocket("/socket")
async def socket(socket: WebSocket[Any, Any, Any]) -> None:
    """Accept a WebSocket and count it."""
    socket.session["sockets"] = socket.session.get("sockets", 0) + 1
    account = await asyncio.to_thread(lambda: visit(socket).account)
    await socket.accept()
    await socket.send_json([account and account.name, socket.session["sockets"]])
    await socket.close()


@get("/late")
async def late(request: Asked) -> Stream:
    """Change the session when the answer has begun."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"begun, "
        request.session["late"] = True
        yield b"ended"

    return Stream(pieces())


@get("/fail")
async def fail() -> None:
    """Fail."""
    raise RuntimeError(common.SECRET)


def outward(_request: Asked, error: Exception) -> Response[Any]:
    """Let what was raised go on to the layers."""
    raise error


def bare(_request: Asked, error: HTTPException) -> Response[bytes]:
    """Answer with the code and its fields alone."""
    return Response(b"", status_code=error.status_code, headers=error.headers, media_type=MediaType.TEXT)


shop = Litestar(
    [
        home,
        who,
        cart,
        add,
        messages,
        form,
        private,
        delicate,
        enter,
        guarded,
        readable,
        note,
        write,
        socket,
        late,
        fail,
    ],
    exception_handlers={Exception: outward, HTTPException: bare},
    openapi_config=None,
)
app = Hardtack(shop, session=SignIn(application=common.APPLICATION, **common.settings()), status={})
