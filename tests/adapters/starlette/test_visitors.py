"""Who visits a Starlette application."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from hardtack.adapters import asgi
from hardtack.adapters.starlette import Hardtack, maybe_signed_in, recently_signed_in, signed_in, visit_of
from hardtack.adapters.starlette.testing import signed_in as client_of
from hardtack.adapters.starlette.testing import visitor
from hardtack.adapters.visits import Visits
from hardtack.errors import MisuseError
from hardtack.seal import Keyring
from hardtack.session import Sessions
from tests.adapters.starlette.shop import PASSWORD, PERSON, SCRIPT, Shop, sign_up


async def who(request: Request) -> Response:
    """Say what the framework's own names give."""
    user = request.user
    return JSONResponse([user.is_authenticated, user.identity, user.display_name, request.auth.scopes])


@requires("authenticated")
async def members(request: Request) -> Response:
    """Let whoever is signed in see it."""
    return PlainTextResponse("members")


@requires("authenticated", redirect="home")
def led(request: Request) -> Response:
    """Lead the others elsewhere."""
    return PlainTextResponse("led")


@requires("authenticated")
async def chat(websocket: WebSocket) -> None:
    """Say hello to whoever is signed in."""
    await websocket.accept()
    await websocket.send_text(f"hello {websocket.user.identity}")
    await websocket.close()


def plain(request: Request) -> Response:
    """Ask from a thread."""
    assert threading.current_thread() is not threading.main_thread()
    return PlainTextResponse(visit_of(request).require().name)


async def maybe(request: Request) -> Response:
    """Say who it is, if anybody."""
    account = await maybe_signed_in(request)
    return PlainTextResponse("nobody" if account is None else account.name)


async def delicate(request: Request) -> Response:
    """Do what needs a recent sign-in."""
    max_age = request.query_params.get("max_age")
    account = await recently_signed_in(request, None if max_age is None else int(max_age))
    return PlainTextResponse(account.name)


async def leave(request: Request) -> Response:
    """Sign out from code of the application's own."""
    visit_of(request).sign_out()
    return PlainTextResponse()


ROUTES = [
    Route("/", who, name="home"),
    Route("/members", members),
    Route("/led", led),
    WebSocketRoute("/chat", chat),
    Route("/plain", plain),
    Route("/maybe", maybe),
    Route("/delicate", delicate),
    Route("/leave", leave, methods=["POST"]),
]


def test_the_frameworks_own_names_work(shop: Shop) -> None:
    """``request.user``, ``request.auth`` and ``@requires``."""
    app = shop.app(ROUTES)
    nobody, alice = visitor(app, follow_redirects=False), client_of(app, "alice")
    assert [False, "", "", []] == nobody.get("/").json()
    assert [True, "1", "1", ["authenticated"]] == alice.get("/").json()
    assert [403, 303] == [nobody.get(path).status_code for path in ("/members", "/led")]
    assert ["members", "led"] == [alice.get(path).text for path in ("/members", "/led")]
    with alice.websocket_connect("/chat") as chatting:
        assert "hello 1" == chatting.receive_text()
    with pytest.raises(WebSocketDisconnect), nobody.websocket_connect("/chat"):
        pass


def test_it_says_what_is_proved_and_when(shop: Shop) -> None:
    """Of nobody nothing."""

    async def proved(request: Request) -> Response:
        user = request.user
        return JSONResponse([user.factors, user.assurance, user.authenticated_at])

    app = shop.app([Route("/proved", proved)])
    assert [[], 0, 0] == visitor(app).get("/proved").json()
    both = ("password", "passkey")
    assert [list(both), 3] == client_of(app, "alice", factors=both).get("/proved").json()[:2]
    factors, assurance, at = client_of(app, "alice", ago=100).get("/proved").json()
    assert (["password"], 1, True) == (factors, assurance, 0 <= int(time.time()) - 100 - at < 60)


def test_a_factor_that_is_none_is_a_misuse(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody is let in, and the log says what to write instead."""

    async def wrong(request: Request) -> Response:
        return PlainTextResponse((await recently_signed_in(request, factor="totp")).name)

    assert 500 == client_of(shop.app([Route("/wrong", wrong)]), "alice").get("/wrong").status_code
    assert 'write factor="second" or factor="passkey"' in caplog.text


def test_they_touch_no_disk(shop: Shop, tmp_path: Path) -> None:
    """They answer while nobody could read an account."""
    app = shop.app(ROUTES)
    alice = client_of(app, "alice")
    with closing(sqlite3.connect(tmp_path / "hardtack.db")) as database:
        database.execute("DROP TABLE account")
        database.commit()
    assert "members" == alice.get("/members").text
    assert 503 == alice.get("/plain").status_code


def test_an_account_is_read_where_it_is_needed(shop: Shop) -> None:
    """From a thread and from the event loop; or nobody's."""
    app = shop.app(ROUTES)
    nobody, alice = visitor(app), client_of(app, "alice")
    assert ["alice", "alice"] == [alice.get(path).text for path in ("/plain", "/maybe")]
    assert "nobody" == nobody.get("/maybe").text
    assert 401 == nobody.get("/plain", headers=SCRIPT).status_code


def test_what_is_delicate_wants_a_recent_sign_in(shop: Shop) -> None:
    """A person gives the password again and comes back; a script is told how old a sign-in may be (RFC 9470)."""
    app = shop.app(ROUTES)
    assert "alice" == client_of(app, "alice", ago=100).get("/delicate").text
    client = client_of(app, "alice", ago=100, follow_redirects=False)
    led_to = client.get("/delicate?max_age=60", headers=PERSON).headers["location"]
    assert "/auth/account/confirm?next=/delicate%3Fmax_age%3D60" == led_to
    told = client.get("/delicate?max_age=60", headers=SCRIPT)
    assert (401, True) == (told.status_code, "max_age=60" in told.headers["www-authenticate"])


def test_the_application_may_sign_somebody_out(shop: Shop) -> None:
    """At once and everywhere."""
    app = shop.app(ROUTES)
    alice = client_of(app, "alice")
    copied = dict(alice.cookies)
    assert 200 == alice.post("/leave").status_code
    alice.cookies.update(copied)
    assert 403 == alice.get("/members").status_code


def test_the_application_may_have_a_form_of_its_own(shop: Shop) -> None:
    """With the same throttle, and the same error for a wrong password."""

    async def enter(request: Request) -> Response:
        form = await request.json()
        hardtack: Hardtack = request.app.state.hardtack
        account = await hardtack.authenticate(request, form["name"], form["password"])
        await run_in_threadpool(visit_of(request).sign_in, account)
        return PlainTextResponse(account.name)

    app = shop.app([*ROUTES, Route("/enter", enter, methods=["POST"])])
    sign_up(app)
    client = visitor(app)
    assert 401 == client.post("/enter", json={"name": "alice", "password": "wrong"}).status_code
    assert "nobody" == client.get("/maybe").text
    assert "alice" == client.post("/enter", json={"name": "alice", "password": PASSWORD}).text
    assert "alice" == client.get("/maybe").text


def test_without_accounts_the_mistake_is_named() -> None:
    """And not a key that is missing somewhere."""

    async def ask(request: Request) -> Response:
        return PlainTextResponse((await signed_in(request)).name)

    app = Starlette(routes=[Route("/", ask)])
    ring = Keyring.generate()
    for bare in (app, asgi.Hardtack(app, session=Visits(Sessions(ring), ring))):
        with pytest.raises(MisuseError, match=r"write Hardtack\(app\)"):
            TestClient(bare).get("/")
