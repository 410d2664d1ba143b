"""A session changed after the headers have left, and the sessions of WebSockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from hardtack.adapters.starlette import Session
from hardtack.errors import MisuseError
from tests.adapters.starlette.apps import application

TOO_LATE = "after the headers"

CHANGES: dict[str, Callable[[Any], Any]] = {
    "put in": lambda session: session.update(a=2),
    "assigned": lambda session: session.__setitem__("a", 2),
    "deleted": lambda session: session.__delitem__("a"),
    "taken out": lambda session: session.pop("a"),
    "taken out last": lambda session: session.popitem(),
    "cleared": lambda session: session.clear(),
    "a default": lambda session: session.setdefault("b", 2),
    "joined": lambda session: session.__ior__({"a": 2}),
    "deep inside": lambda session: session["cart"].append(1),
}


def streaming(change: Callable[[Any], Any]) -> TestClient:
    """Return a client of an application that changes its session while its body is on the way."""

    async def fill(request: Request) -> Response:
        request.session.update(a=1, cart=[])
        return Response()

    async def stream(request: Request) -> Response:
        async def pieces() -> AsyncIterator[str]:
            yield "first"
            change(request.session)
            yield "second"

        return StreamingResponse(pieces())

    client = TestClient(application(routes=(Route("/fill", fill), Route("/stream", stream))))
    client.get("/fill")
    return client


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_while_the_body_is_sent_is_an_error_that_says_what_to_do(change: Callable[[Any], Any]) -> None:
    """Deep inside at the end of the answer, otherwise at the line that makes it; Starlette loses it without a word."""
    client = streaming(change)
    with pytest.raises(MisuseError, match=TOO_LATE) as caught:
        client.get("/stream")
    assert "before the response is returned" in caught.value.hint
    assert {"a": 1, "cart": []} == client.get("/all").json()


@pytest.mark.parametrize(
    "look",
    [
        lambda session: session["cart"],
        lambda session: session.pop("nothing", None),
        lambda session: session.setdefault("a", 2),
        lambda session: session.mark_accessed(),
    ],
)
def test_looking_while_the_body_is_sent_is_no_error(look: Callable[[Any], Any]) -> None:
    """Only changes are lost."""
    assert "firstsecond" == streaming(look).get("/stream").text


GOT: dict[str, Callable[[Any], Any]] = {
    "by its key": lambda session: session["cart"],
    "with a default": lambda session: session.get("cart", None),
    "as it was": lambda session: session.setdefault("cart", []),
    "among the values": lambda session: next(value for value in session.values() if value == []),
    "among the pairs": lambda session: dict(session.items())["cart"],
    "in a copy": lambda session: session.copy()["cart"],
    "in a dictionary": lambda session: dict(session)["cart"],
    "unpacked": lambda session: {**session}["cart"],
    "joined": lambda session: (session | {})["cart"],
    "joined to another": lambda session: ({} | session)["cart"],
}
"""Ways to a list in a session."""


@pytest.mark.parametrize("got", GOT.values(), ids=GOT)
def test_a_change_deep_inside_is_noticed_however_one_has_come_there(got: Callable[[Any], Any]) -> None:
    """In time it is written; afterwards it is an error."""
    client = streaming(lambda session: got(session).append(1))
    with pytest.raises(MisuseError, match=TOO_LATE):
        client.get("/stream")

    async def grow(request: Request) -> Response:
        got(request.session).append(1)
        return Response()

    async def fill(request: Request) -> Response:
        request.session.update(a=1, cart=[])
        return Response()

    client = TestClient(application(routes=(Route("/fill", fill), Route("/in-time", grow))))
    client.get("/fill")
    assert "set-cookie" in client.get("/in-time").headers
    assert {"a": 1, "cart": [1]} == client.get("/all").json()


@pytest.mark.parametrize(
    "put",
    [
        lambda session, cart: session.__setitem__("cart", cart),
        lambda session, cart: session.update(cart=cart),
        lambda session, cart: session.setdefault("cart", cart),
        lambda session, cart: session.__ior__({"cart": cart}),
    ],
)
def test_what_was_put_in_and_is_changed_from_outside_is_noticed(put: Callable[[Any, Any], Any]) -> None:
    """The application still holds the list; the session was never asked for it."""

    async def stream(request: Request) -> Response:
        cart: list[int] = []
        put(request.session, cart)

        async def pieces() -> AsyncIterator[str]:
            yield "first"
            cart.append(1)

        return StreamingResponse(pieces())

    with pytest.raises(MisuseError, match=TOO_LATE):
        TestClient(application(routes=(Route("/stream", stream),))).get("/stream")


def test_a_session_of_the_applications_own_is_like_any_other() -> None:
    """Made by its class, it knows nothing of what is in it."""
    session = Session({"a": [1]}, b=2)
    assert ({"a": [1], "b": 2}, False, False) == (session.as_it_is(), session.accessed, session.modified)
    assert (True, False, False) == (session.exposed, session.headers_left, session.cookie_came)
    session["b"] = 3
    assert (True, True) == (session.accessed, session.modified)


def test_a_background_task_comes_too_late_as_well() -> None:
    """The answer is out, whole; the error is in the log."""

    async def page(request: Request) -> Response:
        return Response("done", background=BackgroundTask(request.session.update, a=1))

    app = application(routes=(Route("/page", page),))
    with pytest.raises(MisuseError, match=TOO_LATE):
        TestClient(app).get("/page")
    assert "done" == TestClient(app, raise_server_exceptions=False).get("/page").text


def test_who_has_said_that_nothing_is_modified_may_change_what_is_not_kept() -> None:
    """A scratch value deep inside, on purpose."""

    async def page(request: Request) -> Response:
        cart = request.session["cart"]
        request.session.modified = False  # type: ignore[attr-defined]  # it is ours
        return Response("done", background=BackgroundTask(cart["items"].append, 9))

    client = TestClient(application(routes=(Route("/page", page),)))
    client.get("/grow")
    assert "done" == client.get("/page").text


def test_taking_out_of_nothing_is_the_error_of_a_dictionary() -> None:
    """Also when it is too late."""
    session = Session()
    session.headers_left = True
    for wrong in (session.popitem, lambda: session.pop("a")):
        with pytest.raises(KeyError):
            wrong()


def with_socket(talk: Callable[[WebSocket], Awaitable[None]]) -> TestClient:
    """Return a client of an application with a WebSocket."""
    return TestClient(application(routes=(WebSocketRoute("/socket", talk),)))


def test_a_websockets_session_is_read_and_saved_when_it_is_accepted() -> None:
    """Starlette reads it, and loses what is changed."""

    async def talk(socket: WebSocket) -> None:
        socket.session["times"] = socket.session.get("times", 0) + 1
        await socket.accept(headers=[(b"x-more", b"1")])
        await socket.send_json(dict(socket.session))
        await socket.close()

    client = with_socket(talk)
    client.get("/set/a/1")
    for times in (1, 2):
        with client.websocket_connect("/socket") as socket:
            assert {"a": "1", "times": times} == socket.receive_json()
            fields: list[tuple[bytes, bytes]] = [*socket.extra_headers]  # type: ignore[misc]  # there are some
        assert [b"x-more", b"set-cookie"] == [name for name, _ in fields]
        # A test's client takes the cookies of answers only.
        pair, _, _ = fields[1][1].decode().partition(";")
        name, _, value = pair.partition("=")
        client.cookies.clear()
        client.cookies.set(name, value)
    assert {"a": "1", "times": 2} == client.get("/all").json()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_after_a_websocket_was_accepted_is_an_error(change: Callable[[Any], Any]) -> None:
    """Nothing can carry it; deep inside it is seen when the connection ends."""

    async def talk(socket: WebSocket) -> None:
        socket.session.update(a=1, cart=[])
        await socket.accept()
        change(socket.session)
        await socket.close()

    with (
        pytest.raises(MisuseError, match=r"in a WebSocket, before accept\(\)"),
        with_socket(talk).websocket_connect("/socket") as socket,
    ):
        socket.receive_text()


def test_a_websocket_that_is_turned_away_saves_nothing_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    """The server answers 403 itself, without a cookie; a session that was only read is no line."""

    async def talk(socket: WebSocket) -> None:
        if not socket.session.get("a"):
            socket.session["turned away"] = True
        await socket.close()

    client = with_socket(talk)
    for _ in range(2):
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/socket"):
            raise AssertionError
        client.get("/set/a/1")
    assert ["session-not-saved"] == [record.__dict__["event"] for record in caplog.records]


def test_a_websocket_that_is_answered_with_a_page_carries_the_cookie() -> None:
    """A denial is an answer like any other."""

    async def talk(socket: WebSocket) -> None:
        socket.session["turned away"] = True
        await socket.send_denial_response(Response("sign in first", status_code=401))

    client = with_socket(talk)
    with pytest.raises(WebSocketDisconnect) as caught, client.websocket_connect("/socket"):
        raise AssertionError
    headers = caught.value.headers  # type: ignore[attr-defined]  # the test client's denial is an answer too
    assert ("Cookie", True) == (headers["vary"], headers["set-cookie"].startswith("session="))
