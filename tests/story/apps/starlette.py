"""The story's application in Starlette: ``Hardtack(app)``, and otherwise as anybody writes it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from hardtack.adapters.starlette import Hardtack, maybe_signed_in, recently_signed_in, signed_in, visit_of
from hardtack.session import flash
from hardtack.status.rules import rules
from tests.story.apps import common


async def home(request: Request) -> Response:
    """Greet everybody."""
    return PlainTextResponse(common.GREETING)


async def who(request: Request) -> Response:
    """Say who is signed in."""
    account = await maybe_signed_in(request)
    return JSONResponse(account and account.name)


async def cart(request: Request) -> Response:
    """Show the cart."""
    return JSONResponse(request.session.get("cart"))


async def add(request: Request) -> Response:
    """Put an item into the cart."""
    item = str((await request.form())["item"])
    request.session.setdefault("cart", {"items": []})
    request.session["cart"]["items"].append(item)
    flash.flash(visit_of(request).session, f"added {item}")
    return RedirectResponse("/cart", 303)


async def messages(request: Request) -> Response:
    """Show the messages that wait."""
    return JSONResponse([message.text for message in flash.take(visit_of(request).session)])


async def form(request: Request) -> Response:
    """Show the form."""
    return HTMLResponse(common.FORM.format(visit_of(request).csrf_token()))


async def private(request: Request) -> Response:
    """Greet whoever is signed in."""
    return JSONResponse((await signed_in(request)).name)


async def delicate(request: Request) -> Response:
    """Greet whoever has just signed in."""
    return JSONResponse((await recently_signed_in(request)).name)


async def enter(request: Request) -> Response:
    """Sign in by a form of our own."""
    form = await request.form()
    account = await hardtack.authenticate(request, str(form["name"]), str(form["password"]))
    await run_in_threadpool(visit_of(request).sign_in, account, onward=str(form["next"]))
    return JSONResponse(account.name)


async def guarded(request: Request) -> Response:
    """Say what is proved."""
    account = await recently_signed_in(request, factor="second")
    return JSONResponse([account.name, request.user.factors, request.user.assurance])


async def readable(request: Request) -> Response:
    """Greet whoever may read."""
    return JSONResponse((await signed_in(request, token_scope="read")).name)


@rules(etag=common.version, **common.GET_RULES)
async def note(request: Request) -> Response:
    """Show the note."""
    return PlainTextResponse(common.note[0], headers={"ETag": str(common.version())})


@rules(etag=common.version, **common.PUT_RULES)
async def write(request: Request) -> Response:
    """Change the note."""
    common.note[0] = await request.body()
    return Response(status_code=204, headers={"ETag": str(common.version())})


async def socket(websocket: WebSocket) -> None:
    """Accept a WebSocket and count it."""
    websocket.session["sockets"] = websocket.session.get("sockets", 0) + 1
    account = await maybe_signed_in(websocket)
    await websocket.accept()
    await websocket.send_json([account and account.name, websocket.session["sockets"]])
    await websocket.close()


async def late(request: Request) -> Response:
    """Change the session when the answer has begun."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"begun, "
        request.session["late"] = True
        yield b"ended"

    return StreamingResponse(pieces())


async def fail(request: Request) -> Response:
    """Fail."""
    raise RuntimeError(common.SECRET)


app = Starlette(
    routes=[
        Route("/", home),
        Route("/who", who),
        Route("/cart", cart),
        Route("/cart", add, methods=["POST"]),
        Route("/messages", messages),
        Route("/form", form),
        Route("/private", private),
        Route("/delicate", delicate),
        Route("/enter", enter, methods=["POST"]),
        Route("/guarded", guarded),
        Route("/readable", readable),
        Route("/note", note),
        Route("/note", write, methods=["PUT"]),
        WebSocketRoute("/socket", socket),
        Route("/late", late),
        Route("/fail", fail),
    ]
)
hardtack = Hardtack(app, application=common.APPLICATION, **common.settings())
