"""The layers around a Litestar application: a framework that makes an answer of its own out of every exception."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar, Request, WebSocket, get, post, put, websocket
from litestar.exceptions import NotFoundException
from litestar.response import Stream

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.types import Message
from hardtack.adapters.sign_in import SignIn
from hardtack.errors import MisuseError
from hardtack.seal import Keyring
from hardtack.status.rules import rules
from tests.adapters.asgi.driving import ask, content, exchange, scope

AnyRequest = Request[Any, Any, Any]
JSON = (b"accept", b"application/json")


@get("/count")
async def count(request: AnyRequest) -> dict[str, int]:
    """Count the visits in the framework's own name for a session."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return {"visits": request.session["visits"]}


@get("/me", sync_to_thread=True)
def me(request: AnyRequest) -> dict[str, str]:
    """Say who it is."""
    return {"name": request.scope["hardtack"].require().name}  # type: ignore[typeddict-item]


@post("/form")
async def form(request: AnyRequest) -> dict[str, Any]:
    """Return what was sent."""
    return dict(await request.form())


@put("/thread", sync_to_thread=True)
@rules(etag="v1", protect=True)
def in_a_thread() -> str:
    """Change something, in a thread."""
    return "changed"


@put("/loop")
@rules(etag="v1", protect=True)
async def in_the_loop() -> str:
    """Change something."""
    return "changed"


@get("/late")
async def late(request: AnyRequest) -> Stream:
    """Change the session in a streamed body."""

    async def pieces() -> AsyncIterator[str]:
        yield "one"
        request.session["late"] = True

    return Stream(pieces())


@get("/missing")
async def missing() -> None:
    """Say that nothing is there."""
    raise NotFoundException("No such ship.")


@websocket("/chat")
async def chat(socket: WebSocket[Any, Any, Any]) -> None:
    """Count the chats."""
    socket.session["chats"] = socket.session.get("chats", 0) + 1
    await socket.accept()
    await socket.close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Hardtack]:
    """The application with everything around it."""
    sign_in = SignIn(application="shop", keyring=Keyring.generate(), data=str(tmp_path))
    app = Litestar(
        [count, me, form, in_a_thread, in_the_loop, late, missing, chat], openapi_config=None, logging_config=None
    )
    yield Hardtack(app, session=sign_in, status={})
    sign_in.close()


def test_its_session_is_ours(shop: Hardtack) -> None:
    """Under the name that Litestar has for it, sealed."""
    first = ask(shop, scope("/count"))
    cookie = (first.get("set-cookie") or "").partition(";")[0].encode()
    assert cookie.startswith(b"hardtack-session-shop-8000=")
    assert {"visits": 2} == json.loads(ask(shop, scope("/count", "GET", (b"cookie", cookie))).body)


def test_what_the_visit_decides_is_answered_in_its_place(shop: Hardtack) -> None:
    """Litestar's own error 500 goes nowhere."""
    told = ask(shop, scope("/me", "GET", JSON))
    assert (401, "unauthorized") == (told.status, json.loads(told.body)["slug"])
    led = ask(shop, scope("/me", "GET", (b"accept", b"text/html"), (b"sec-fetch-mode", b"navigate")))
    assert (303, "/auth/sign-in?next=/me") == (led.status, led.get("location"))


def test_its_own_errors_are_its_own(shop: Hardtack) -> None:
    """To the letter: clients read them."""
    got = ask(shop, scope("/missing", "GET", JSON))
    assert (404, "No such ship.") == (got.status, json.loads(got.body)["detail"])


def test_a_form_is_read_for_its_token_and_again_by_the_application(shop: Hardtack) -> None:
    """And one of another site's is refused."""
    kind = (b"content-type", b"application/x-www-form-urlencoded")
    foreign = (b"sec-fetch-site", b"cross-site")
    own = (b"sec-fetch-site", b"same-origin")
    assert 403 == ask(shop, scope("/form", "POST", kind, foreign), *content(b"a=b")).status
    assert 403 == ask(shop, scope("/form", "POST", kind), *content(b"csrf_token=x&a=b")).status
    assert {"a": "b"} == json.loads(ask(shop, scope("/form", "POST", kind, own), *content(b"a=b")).body)


@pytest.mark.parametrize("path", ["/thread", "/loop"])
def test_the_rules_of_a_handler_decide(shop: Hardtack, path: str) -> None:
    """In a thread and in the event loop."""
    same = (b"sec-fetch-site", b"same-origin")
    tags = {428: (), 412: ((b"if-match", b'"v0"'),), 200: ((b"if-match", b'"v1"'),)}
    assert list(tags) == [ask(shop, scope(path, "PUT", same, *fields)).status for fields in tags.values()]


def test_a_change_in_a_stream_is_an_error(shop: Hardtack) -> None:
    """Only the server's log can still tell."""
    sent: list[Message] = []
    all_sent = asyncio.Event()

    async def receive() -> Message:
        # As a server does it: the client is gone when it has everything, and Litestar waits for that.
        await all_sent.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            all_sent.set()

    with pytest.raises(MisuseError, match="after the headers of the answer had left"):
        asyncio.run(asyncio.wait_for(shop(scope("/late"), receive, send), 60))
    assert b"one" == b"".join(message.get("body", b"") for message in sent)


def test_a_websockets_session_is_saved_as_it_is_accepted(shop: Hardtack) -> None:
    """And one that another site opens is closed."""
    events: list[Message] = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}]
    asked = {**scope("/chat"), "type": "websocket", "scheme": "ws", "subprotocols": []}
    del asked["method"]
    sent, _ = asyncio.run(exchange(shop, asked, *events))
    accepted = next(message for message in sent if message["type"] == "websocket.accept")
    assert dict(accepted["headers"])[b"set-cookie"].startswith(b"hardtack-session-shop-8000=")
    asked["headers"] = [*asked["headers"], (b"sec-fetch-site", b"cross-site")]
    assert ["websocket.close"] == [message["type"] for message in asyncio.run(exchange(shop, asked, *events))[0]]
