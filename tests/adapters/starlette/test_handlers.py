"""What a Starlette application with Hardtack answers to an exception."""

from __future__ import annotations

import time
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from hardtack.adapters.starlette import recently_signed_in, signed_in
from hardtack.adapters.starlette.testing import signed_in as client_of
from hardtack.adapters.starlette.testing import visitor
from hardtack.status import Conflict, NotFound, Unauthorized
from tests.adapters.starlette.shop import PERSON, SCRIPT, Shop

RAISED: dict[str, Exception] = {
    "bare": HTTPException(410),
    "words": HTTPException(404, "No such ship."),
    "challenge": HTTPException(401, headers={"WWW-Authenticate": 'Session realm="x"'}),
    "empty": HTTPException(204),
    "odd": HTTPException(599, "Odd."),
    "no-code": HTTPException(600, "Nothing."),
    "ours": Conflict("Taken."),
}


async def fail(request: Request) -> Response:
    """Raise what the path names."""
    raise RAISED[request.path_params["how"]]


ROUTES = [Route("/{how}", fail)]


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [("bare", 410, "410"), ("words", 404, "No such ship."), ("challenge", 401, "401"), ("odd", 599, "Odd.")],
)
def test_a_person_gets_our_page_for_an_http_exception(shop: Shop, how: str, status: int, words: str) -> None:
    """With what the application says, and its fields."""
    got = visitor(shop.app(ROUTES)).get(f"/{how}", headers=PERSON)
    assert (status, True, True) == (got.status_code, "<h1>" in got.text, words in got.text)
    assert (how == "challenge") == ("www-authenticate" in got.headers)


def test_a_script_gets_what_the_framework_says(shop: Shop) -> None:
    """As before; where that says nothing, a problem."""
    client = visitor(shop.app(ROUTES), headers=SCRIPT)
    assert "No such ship." == client.get("/words").text
    assert (410, "gone") == ((got := client.get("/bare")).status_code, got.json()["slug"])


def test_what_is_no_error_is_the_frameworks(shop: Shop) -> None:
    """Whoever asks."""
    client = visitor(shop.app(ROUTES), headers=PERSON)
    assert (204, b"") == ((got := client.get("/empty")).status_code, got.content)
    assert "Nothing." == visitor(shop.app(ROUTES, status=None), headers=PERSON).get("/no-code").text


def test_a_handler_of_the_applications_comes_first(shop: Shop) -> None:
    """For a code, for a class and for one of our classes, whenever it was registered."""

    def saying(words: str) -> Any:
        async def handler(_request: Request, _error: Exception) -> Response:
            return PlainTextResponse(words, status_code=418)

        return handler

    app = shop.app(ROUTES, starlette_exception_handlers={404: saying("by code")})
    app.add_exception_handler(HTTPException, saying("by class"))
    app.add_exception_handler(Conflict, saying("by ours"))
    client = visitor(app, headers=PERSON)
    assert ["by code", "by class", "by ours"] == [client.get(f"/{how}").text for how in ("words", "bare", "ours")]


def test_what_a_visit_has_decided_may_be_said_in_the_applications_own_form(shop: Shop) -> None:
    """With its fields around it; what makes it the right word is added, and another word is replaced."""

    async def me(request: Request) -> Response:
        return PlainTextResponse((await signed_in(request)).name)

    async def own(request: Request, _error: Exception) -> Response:
        return PlainTextResponse("mine", status_code=int(request.query_params["as"]), headers=request.query_params)

    app = shop.app([Route("/me", me)], origin="https://api.shop.example")
    app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True)
    client = visitor(app, headers={"origin": "https://shop.example", **SCRIPT})
    got = client.get("/me")
    assert (401, "https://shop.example") == (got.status_code, got.headers["access-control-allow-origin"])
    challenge = got.headers["www-authenticate"]
    app = shop.app([Route("/me", me)], starlette_exception_handlers={Unauthorized: own})
    client = visitor(app, headers=SCRIPT)
    got = client.get("/me?as=401&x-own=1")
    assert ("mine", "1", challenge) == (got.text, got.headers["x-own"], got.headers["www-authenticate"])
    for other in ("as=200", "as=403", "as=401&www-authenticate=Basic"):
        got = client.get(f"/me?{other}")
        assert (401, challenge, False) == (got.status_code, got.headers["www-authenticate"], "mine" in got.text)


def test_an_exception_of_ours_is_its_own_answer(shop: Shop) -> None:
    """In the form that suits whoever asks."""
    client = visitor(shop.app(ROUTES))
    assert (409, True) == ((got := client.get("/ours", headers=PERSON)).status_code, "Taken." in got.text)
    assert "Taken." in client.get("/ours", headers=SCRIPT).json()["detail"]


async def private(websocket: WebSocket) -> None:
    """Greet whoever is signed in."""
    account = await signed_in(websocket)
    await websocket.accept()
    await websocket.send_text(account.name)
    await websocket.close()


async def missing(websocket: WebSocket) -> None:
    """Say that nothing is there, as the query says before the handshake is answered or after it."""
    if "late" in websocket.query_params:
        await websocket.accept()
    raise NotFound("No such room.")


def test_a_websocket_is_refused_with_the_right_answer(shop: Shop) -> None:
    """Before it is accepted, the handshake is a request like any other."""
    app = shop.app([WebSocketRoute("/private", private), WebSocketRoute("/missing", missing)])
    client = visitor(app)
    for path, status in (("/private", 401), ("/missing", 404)):
        with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect(path):
            pass
        assert status == refused.value.status_code  # type: ignore[attr-defined]
    with client.websocket_connect("/missing?late") as opened, pytest.raises(WebSocketDisconnect) as closed:
        opened.receive_text()
    assert 1008 == closed.value.code
    with client_of(app, "alice").websocket_connect("/private") as opened:
        assert "alice" == opened.receive_text()


async def talks(websocket: WebSocket) -> None:
    """Say who it is, and again whenever something comes."""
    await websocket.accept()
    while True:
        account = await recently_signed_in(websocket, max_age=60)
        await websocket.send_text(f"{account.name} {websocket.user.is_authenticated}")
        await websocket.receive_text()


@pytest.mark.parametrize("how", ["disabled", "signed out", "long ago", "nobody can tell"])
def test_a_websocket_that_is_open_hears_that_the_sign_in_has_ended(
    shop: Shop, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it asks again; a password that was given recently at the handshake is not recent for ever."""
    app = shop.app([WebSocketRoute("/talks", talks)])
    hardtack = shop.installed[-1]
    client = client_of(app, "alice")
    with client.websocket_connect("/talks") as opened:
        assert "alice True" == opened.receive_text()
        opened.send_text("still?")
        assert "alice True" == opened.receive_text()
        if how == "disabled":
            hardtack.accounts.disable("alice", now=int(time.time()))
        elif how == "signed out":
            assert 303 == client.post("/auth/sign-out", headers=PERSON, follow_redirects=False).status_code
        elif how == "long ago":
            monkeypatch.setattr(hardtack.sign_in, "clock", lambda: time.time() + 61)
        else:
            monkeypatch.setattr(hardtack.accounts.revocations, "is_current", lambda: 1 / 0)
        opened.send_text("still?")
        with pytest.raises(WebSocketDisconnect) as closed:
            opened.receive_text()
    assert 1008 == closed.value.code
