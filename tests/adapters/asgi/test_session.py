"""The session layer around an ASGI application, driven by messages: what no client over a socket can see."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.session import SessionLayer
from hardtack.adapters.asgi.types import Message, Receive, Scope, Send
from hardtack.adapters.sign_in import SignedVisit, SignIn
from hardtack.adapters.visits import Visits
from hardtack.errors import MisuseError
from hardtack.login import Accounts
from hardtack.message import Request
from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.status import Conflict, Unauthorized
from tests.adapters.asgi.driving import answer, ask, content, exchange, scope

RING = Keyring.generate()


class Noting(SignIn):
    """A sign-in that notes in which thread a visit is opened."""

    opened_in: list[str]

    def open(self, request: Request) -> SignedVisit:
        """Open it."""
        self.opened_in.append(threading.current_thread().name)
        return super().open(request)


@pytest.fixture
def sign_in(tmp_path: Path) -> Iterator[Noting]:
    """A sign-in with a database."""
    made = Noting(application="shop", keyring=RING, data=str(tmp_path))
    made.opened_in = []
    yield made
    made.close()


async def greet(asked: Scope, _receive: Receive, send: Send) -> None:
    """Say who it is and count."""
    session = asked["session"]
    session["visits"] = session.get("visits", 0) + 1
    identity = asked["hardtack"].identity
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"nobody" if identity is None else b"%d" % identity.account})


async def refusing(_asked: Scope, _receive: Receive, _send: Send) -> None:
    """Raise what is the application's own word."""
    raise Conflict("Taken.")


def visits(**options: Any) -> Visits:
    """Return visits without accounts."""
    return Visits(Sessions(RING, application="shop"), RING, **options)


def test_a_thread_is_taken_where_a_disk_may_be_waited_for_and_only_there(sign_in: Noting) -> None:
    """The event loop goes on: at the first visit, and when somebody else has ended a session; not else."""
    layer = Hardtack(greet, session=sign_in, status={})
    for _ in range(3):
        assert b"nobody" == ask(layer).body
    now = int(time.time())
    account = sign_in.accounts.add("alice", "a long walk to the sea", now=now)
    session = sign_in.sessions.open("", now, "localhost:8000")
    identity = session.sign_in(account=account.id, epoch=account.epoch, now=now)
    held = scope("/", "GET", (b"cookie", sign_in.sessions.save(session, now)[0].partition(";")[0].encode()))
    assert b"1" == ask(layer, held).body
    with Accounts.connect(sign_in.settings.database_url, keyring=RING) as elsewhere:
        elsewhere.sign_out(identity, now)
    for _ in range(2):
        assert b"nobody" == ask(layer, held).body
    loop = threading.main_thread().name
    assert [False, True, True, True, False, True] == [name == loop for name in sign_in.opened_in]


def test_what_the_application_raises_itself_is_its_own_affair(sign_in: Noting) -> None:
    """The status layer makes a page of it; without one the server hears of it."""
    assert 409 == ask(Hardtack(refusing, session=sign_in, status={})).status
    with pytest.raises(Conflict):
        asyncio.run(exchange(Hardtack(refusing, session=visits()), scope()))


def test_without_a_status_layer_a_refusal_has_a_page_all_the_same() -> None:
    """In the visitor's language."""
    fields = ((b"sec-fetch-site", b"cross-site"), (b"accept", b"text/html"), (b"accept-language", b"zh"))
    refused = ask(Hardtack(greet, session=visits()), scope("/", "POST", *fields), *content(b"a=b"))
    assert (403, True) == (refused.status, "此请求并非来自本站页面".encode() in refused.body)


def test_without_the_check_the_application_decides_itself() -> None:
    """For one that is not asked by browsers."""
    asked = scope("/", "POST", (b"sec-fetch-site", b"cross-site"))
    assert 200 == ask(Hardtack(greet, session=visits(csrf=False)), asked, *content(b"a=b")).status


def test_a_websocket_is_closed_where_the_server_cannot_answer_otherwise() -> None:
    """The server then sends 403."""
    asked: Scope = {**scope("/", "GET", (b"sec-fetch-site", b"cross-site")), "type": "websocket", "scheme": "ws"}
    sent, taken = asyncio.run(exchange(Hardtack(greet, session=visits()), asked, {"type": "websocket.connect"}))
    assert ([{"type": "websocket.close"}], 1) == (sent, taken)


def test_what_a_client_leaves_unfinished_is_not_believed() -> None:
    """A form that breaks off holds no token."""
    asked = scope("/", "POST", (b"content-type", b"application/x-www-form-urlencoded"))
    events: list[Message] = [
        {"type": "http.request", "body": b"csrf_token=", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent, _ = asyncio.run(exchange(SessionLayer(greet, visits()), asked, *events))
    assert 403 == answer(sent).status


def test_only_an_exception_that_was_decided_takes_the_place_of_the_answer(sign_in: Noting) -> None:
    """Somebody who asks whether anybody is signed in, and goes on, is answered as the application does."""

    async def asks(asked: Scope, receive: Receive, send: Send) -> None:
        assert await asyncio.to_thread(lambda: asked["hardtack"].account) is None
        await greet(asked, receive, send)

    assert b"nobody" == ask(Hardtack(asks, session=sign_in, status={})).body


def test_there_is_one_session_around_an_application(sign_in: Noting, tmp_path: Path) -> None:
    """A second would hide the first, be it ours or the framework's."""
    once = Hardtack(greet, session=visits(), status={})
    with pytest.raises(MisuseError, match="two Hardtacks"):
        Hardtack(once, session=sign_in)
    with pytest.raises(MisuseError, match="two Hardtacks"):
        Hardtack(SessionLayer(greet, visits()), session=sign_in)
    framework = Starlette(middleware=[Middleware(SessionMiddleware, secret_key="x" * 32)])
    with pytest.raises(MisuseError, match="SessionMiddleware beside Hardtack"):
        Hardtack(framework, session=sign_in)
    with pytest.raises(MisuseError, match="SessionMiddleware beside Hardtack"):
        Hardtack(SessionMiddleware(greet, "x" * 32), session=sign_in)
    assert Hardtack(once, status={}) is not None


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_visit_is_of_whom_a_trusted_proxy_names(kind: str) -> None:
    """So that nobody is counted by the proxy's own address."""
    seen: list[Request] = []

    async def note(asked: Scope, receive: Receive, send: Send) -> None:
        seen.append(asked["hardtack"].request)
        await greet(asked, receive, send) if kind == "http" else await send({"type": "websocket.close"})

    layer = Hardtack(note, session=visits(), status={"trusted_proxies": ["127.0.0.1"]})
    fields = (
        (b"x-forwarded-for", b"192.0.2.7"),
        (b"x-forwarded-proto", b"https"),
        (b"x-forwarded-host", b"shop.example"),
    )
    asyncio.run(exchange(layer, {**scope("/", "GET", *fields), "type": kind}, {"type": f"{kind}.request"}))
    assert [("192.0.2.7", "https", "shop.example")] == [(each.client, each.scheme, each.host) for each in seen]


def test_a_websocket_is_not_accepted_where_its_visit_has_decided_otherwise(sign_in: Noting) -> None:
    """Whatever the application makes of the exception, as for a request."""

    async def swallowing(asked: Scope, receive: Receive, send: Send) -> None:
        await receive()
        with pytest.raises(Unauthorized):
            asked["hardtack"].require()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "secret"})

    asked: Scope = {**scope("/"), "type": "websocket", "scheme": "ws", "extensions": {"websocket.http.response": {}}}
    sent, _ = asyncio.run(exchange(Hardtack(swallowing, session=sign_in), asked, {"type": "websocket.connect"}))
    assert ["websocket.http.response.start", "websocket.http.response.body"] == [each["type"] for each in sent]
    assert 401 == sent[0]["status"]


def test_a_safe_method_that_becomes_an_unsafe_one_is_no_way_around_the_check() -> None:
    """What a middleware between the layers puts in its place is what counts."""

    async def overriding(asked: Scope, receive: Receive, send: Send) -> None:
        await SessionLayer(greet, visits())({**asked, "method": "DELETE"}, receive, send)

    layer = Hardtack(overriding, status={})
    assert 403 == ask(layer, scope("/", "GET", (b"sec-fetch-site", b"cross-site"))).status
    assert 200 == ask(layer, scope("/", "GET", (b"sec-fetch-site", b"same-origin"))).status
