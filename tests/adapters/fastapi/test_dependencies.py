"""Parameters of an endpoint that say who visits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, Security, WebSocket
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from hardtack.adapters.fastapi import (
    CsrfToken,
    Hardtack,
    Identity,
    MaybeSignedIn,
    RecentlySignedIn,
    Session,
    SignedIn,
    in_session,
    recently_signed_in,
)
from hardtack.adapters.starlette import visit_of
from hardtack.adapters.starlette.testing import signed_in, visitor
from hardtack.errors import MisuseError
from hardtack.login import Account
from hardtack.session.typed import Typed
from hardtack.status import Conflict
from hardtack.status.rules import rules
from tests.adapters.starlette.shop import PERSON, SCRIPT, Shop


class Cart(msgspec.Struct):
    """What somebody wants to buy."""

    items: list[str] = []


CART = Typed(Cart, key="cart")
THREADS: list[str] = []
router = APIRouter(prefix="/in")


@router.get("/me")
def included(account: SignedIn) -> str:
    """Say who it is, from a router that is included."""
    return account.name


@router.get("/me-too")
async def included_too(account: SignedIn) -> str:
    """Say it from the event loop."""
    return account.name


def noted() -> Iterator[None]:
    """Note in which thread FastAPI asks."""
    THREADS.append(threading.current_thread().name)
    yield


def made() -> FastAPI:
    """Return an application with one endpoint for each parameter."""
    app = FastAPI(dependencies=[Depends(noted)])
    app.include_router(router)

    @app.get("/maybe")
    def maybe(account: MaybeSignedIn) -> str | None:
        return account.name if account else None

    @app.post("/delicate")
    def delicate(account: RecentlySignedIn) -> str:
        return account.name

    @app.post("/very-delicate")
    def very(account: Annotated[Account, Security(recently_signed_in(max_age=60))]) -> str:
        return account.name

    @app.get("/identity")
    async def identity(who: Identity) -> int | None:
        return who.account if who else None

    @app.post("/data/{key}")
    async def data(key: str, session: Session) -> dict[str, Any]:
        session[key] = True
        return dict(session)

    @app.get("/token")
    def token(csrf_token: CsrfToken) -> str:
        return csrf_token

    @app.post("/cart/{item}")
    async def cart(item: str, held: Annotated[Cart, in_session(CART)]) -> list[str]:
        held.items.append(item)
        if item == "nothing":
            raise Conflict("There is none.")
        return held.items

    @app.put("/note")
    @rules(etag="v1", protect=True)
    def note(account: SignedIn) -> str:
        return account.name

    @app.websocket("/chat")
    async def chat(websocket: WebSocket, account: SignedIn, session: Session) -> None:
        session["chats"] = session.get("chats", 0) + 1
        await websocket.accept()
        await websocket.send_json([account.name, session["chats"]])
        await websocket.close()

    return app


@pytest.fixture
def app(shop: Shop) -> FastAPI:
    """Return the application with Hardtack in it."""
    return shop.around(made(), Hardtack)  # type: ignore[return-value]


def test_whoever_is_signed_in_is_the_account(app: FastAPI) -> None:
    """In included routers, from threads and from the event loop."""
    client = signed_in(app, "alice")
    assert ["alice", "alice"] == [client.get(path).json() for path in ("/in/me", "/in/me-too")]


def test_nobody_else_gets_to_the_endpoint(app: FastAPI) -> None:
    """A script is told what is missing, a person is led to the page and back."""
    client = visitor(app, follow_redirects=False)
    told = client.get("/in/me", headers=SCRIPT)
    assert (401, "application/problem+json") == (told.status_code, told.headers["content-type"])
    assert 'Session realm="hardtack", sign-in="/auth/sign-in"' == told.headers["www-authenticate"]
    led = client.get("/in/me", headers=PERSON)
    assert (303, "/auth/sign-in?next=/in/me") == (led.status_code, led.headers["location"])


def test_where_nobody_has_to_be_signed_in_anybody_may_be(app: FastAPI) -> None:
    """The account or nothing; the identity or nothing."""
    nobody, alice = visitor(app), signed_in(app, "alice")
    assert [None, None] == [nobody.get(path).json() for path in ("/maybe", "/identity")]
    assert ["alice", 1] == [alice.get(path).json() for path in ("/maybe", "/identity")]


def test_a_recent_sign_in_is_as_recent_as_the_endpoint_wants_it(app: FastAPI) -> None:
    """By the setting, or by its own limit."""
    client = signed_in(app, "alice", ago=100)
    assert [200, 401] == [client.post(path).status_code for path in ("/delicate", "/very-delicate")]
    assert "max_age=60" in client.post("/very-delicate").headers["www-authenticate"]
    assert 401 == signed_in(app, "alice", ago=1000).post("/delicate").status_code


def test_the_session_is_a_mapping_and_may_hold_a_type(app: FastAPI) -> None:
    """What the endpoint leaves is saved; not what it leaves when it fails."""
    client = visitor(app)
    assert {"a": True} == client.post("/data/a").json()
    assert {"a": True, "b": True} == client.post("/data/b").json()
    assert ["rope"] == client.post("/cart/rope").json()
    assert 409 == client.post("/cart/nothing").status_code
    assert ["rope", "lamp"] == client.post("/cart/lamp").json()


def test_a_form_of_the_applications_carries_its_token(app: FastAPI) -> None:
    """For a browser that says nothing about where a request comes from."""
    old = TestClient(app, base_url="http://localhost:8000")
    token = old.get("/token").json()
    assert 403 == old.post("/data/a").status_code
    assert 200 == old.post("/data/a", headers={"x-csrf-token": token}).status_code
    assert (
        403 == TestClient(app, base_url="http://localhost:8000").post("/data/a", data={"csrf_token": "x"}).status_code
    )
    assert 200 == old.post("/data/a", data={"csrf_token": token}).status_code


def test_authorisation_comes_before_preconditions(app: FastAPI) -> None:
    """Whoever may not change it does not hear which version there is (RFC 9110 §13.2.1)."""
    assert 401 == visitor(app).put("/note", headers={"if-match": '"v0"'}).status_code
    client = signed_in(app, "alice")
    assert [412, 200] == [client.put("/note", headers={"if-match": f'"{tag}"'}).status_code for tag in ("v0", "v1")]
    assert 428 == client.put("/note").status_code


def test_a_websocket_has_the_same_parameters(app: FastAPI) -> None:
    """Whoever is refused is refused before it is accepted, and the session is saved as it is."""
    client = signed_in(app, "alice")
    with client.websocket_connect("/chat") as chat:
        assert ["alice", 1] == chat.receive_json()
        assert b"hardtack-session-app-8000=" in dict(chat.extra_headers)[b"set-cookie"]
    with pytest.raises(WebSocketDisconnect) as refused, visitor(app).websocket_connect("/chat"):
        pass
    assert 401 == refused.value.status_code  # type: ignore[attr-defined]
    foreign = {"origin": "https://evil.example"}
    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect("/chat", headers=foreign):
        pass
    assert refused.value.status_code in (403, 421)  # type: ignore[attr-defined]


def test_without_a_hardtack_the_mistake_is_named() -> None:
    """And not a key that is missing somewhere."""
    client = TestClient(made(), base_url="http://localhost:8000")
    for path in ("/in/me", "/maybe", "/identity", "/token"):
        with pytest.raises(MisuseError, match=r"write Hardtack\(app\)"):
            client.get(path)


@pytest.mark.parametrize("max_age", [0, -1, True])
def test_a_time_within_which_nobody_comes_back_is_a_misuse_where_it_is_written(max_age: int) -> None:
    """Before anybody asks."""
    with pytest.raises(MisuseError, match="is no time"):
        recently_signed_in(max_age=max_age)


@pytest.mark.parametrize("word", ["", "totp", "Passkey", 2])
def test_a_factor_that_is_none_is_a_misuse_where_it_is_written(word: Any) -> None:
    """Before anybody asks, with what to write instead."""
    with pytest.raises(MisuseError, match="is no strength") as misuse:
        recently_signed_in(factor=word)
    assert 'write factor="second" or factor="passkey"' in str(misuse.value)


def test_whoever_was_signed_out_by_one_dependency_is_nobody_for_the_next(shop: Shop) -> None:
    """FastAPI would otherwise remember what it was given before."""
    app = FastAPI()
    shop.around(app, Hardtack)

    def leaves(account: SignedIn, request: Request) -> None:
        visit_of(request).sign_out()

    @app.get("/left", dependencies=[Depends(leaves)])
    def left(account: SignedIn) -> str:
        return account.name

    @app.get("/who", dependencies=[Depends(leaves)])
    def who(account: MaybeSignedIn, identity: Identity) -> list[bool]:
        return [account is None, identity is None]

    assert 401 == signed_in(app, "alice").get("/left", headers=SCRIPT).status_code
    assert [True, True] == signed_in(app, "alice").get("/who").json()
