"""The story's application in FastAPI: ``Hardtack(app)``, and parameters that say who visits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import FastAPI, Form, Request, Security, WebSocket
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse

from hardtack.adapters.fastapi import (
    CsrfToken,
    Hardtack,
    Identity,
    MaybeSignedIn,
    RecentlySignedIn,
    Session,
    SignedIn,
    recently_signed_in,
    signed_in_or_token,
)
from hardtack.adapters.starlette import visit_of
from hardtack.login import Account
from hardtack.session import flash
from hardtack.status.rules import rules
from tests.story.apps import common

app = FastAPI()
Hardtack(app, application=common.APPLICATION, **common.settings())


@app.get("/", response_class=PlainTextResponse)
async def home() -> str:
    """Greet everybody."""
    return common.GREETING


@app.get("/who")
async def who(account: MaybeSignedIn) -> str | None:
    """Say who is signed in."""
    return account.name if account else None


@app.get("/cart")
async def cart(session: Session) -> Any:
    """Show the cart."""
    return session.get("cart")


@app.post("/cart")
async def add(session: Session, item: Annotated[str, Form()]) -> RedirectResponse:
    """Put an item into the cart."""
    session.setdefault("cart", {"items": []})
    session["cart"]["items"].append(item)
    flash.flash(session, f"added {item}")
    return RedirectResponse("/cart", 303)


@app.get("/messages")
async def messages(session: Session) -> list[str]:
    """Show the messages that wait."""
    return [message.text for message in flash.take(session)]


@app.get("/form", response_class=HTMLResponse)
async def form(token: CsrfToken) -> str:
    """Show the form."""
    return common.FORM.format(token)


@app.get("/private")
async def private(account: SignedIn) -> str:
    """Greet whoever is signed in."""
    return account.name


@app.get("/delicate")
async def delicate(account: RecentlySignedIn) -> str:
    """Greet whoever has just signed in."""
    return account.name


@app.post("/enter")
def enter(
    request: Request,
    name: Annotated[str, Form()],
    password: Annotated[str, Form()],
    onward: Annotated[str, Form(alias="next")],
) -> str:
    """Sign in by a form of our own."""
    visit = visit_of(request)
    account = visit.authenticate(name, password)
    visit.sign_in(account, onward=onward)
    return account.name


@app.get("/guarded")
async def guarded(
    account: Annotated[Account, Security(recently_signed_in(factor="second"))], identity: Identity
) -> list[Any]:
    """Say what is proved."""
    return [account.name, identity and identity.factors, identity and identity.assurance]


@app.get("/readable")
async def readable(account: Annotated[Account, Security(signed_in_or_token("read"))]) -> str:
    """Greet whoever may read."""
    return account.name


@app.get("/note")
@rules(etag=common.version, **common.GET_RULES)
async def note() -> Response:
    """Show the note."""
    return PlainTextResponse(common.note[0], headers={"ETag": str(common.version())})


@app.put("/note")
@rules(etag=common.version, **common.PUT_RULES)
async def write(request: Request) -> Response:
    """Change the note."""
    common.note[0] = await request.body()
    return Response(status_code=204, headers={"ETag": str(common.version())})


@app.websocket("/socket")
async def socket(websocket: WebSocket, session: Session, account: MaybeSignedIn) -> None:
    """Accept a WebSocket and count it."""
    session["sockets"] = session.get("sockets", 0) + 1
    await websocket.accept()
    await websocket.send_json([account.name if account else None, session["sockets"]])
    await websocket.close()


@app.get("/late")
async def late(session: Session) -> StreamingResponse:
    """Change the session when the answer has begun."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"begun, "
        session["late"] = True
        yield b"ended"

    return StreamingResponse(pieces())


@app.get("/fail")
async def fail() -> None:
    """Fail."""
    raise RuntimeError(common.SECRET)
