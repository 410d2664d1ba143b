"""The examples with a sign-in, as a reader runs them: a real server, and a browser that knows nothing yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from tests.adapters.asgi.live import PASSWORD, PERSON, SCRIPT, cookie_field, cookies, running
from tests.adapters.visits import EXAMPLES

EXAMPLES_WITH_SIGN_IN = ["fastapi_app", "starlette_app", "litestar_app", "asgi_app"]


@pytest.mark.parametrize("name", EXAMPLES_WITH_SIGN_IN)
def test_an_example_is_at_most_forty_lines(name: str) -> None:
    """Somebody reads it in a minute."""
    assert len((EXAMPLES / f"{name}.py").read_text().splitlines()) <= 40


@pytest.mark.parametrize("name", ["fastapi_app", "starlette_app", "litestar_app"])
def test_from_nothing_to_signed_in(name: str, tmp_path: Path) -> None:
    """Led to the page, signed up, back, out, and in again; the cookies tell nothing."""
    with running(f"{name}:app", tmp_path) as server, server.browser() as client:
        assert [1, 2] == [client.get("/").json()["visits"] for _ in range(2)]
        told = client.get("/me", headers=SCRIPT)
        assert (401, True) == (told.status_code, "/auth/sign-in" in told.headers["www-authenticate"])
        led = client.get("/me", headers=PERSON)
        assert (303, "/auth/sign-in?next=/me") == (led.status_code, led.headers["location"])
        form = {"username": "alice", "password": PASSWORD, "next": "/me"}
        assert "/me" == client.post("/auth/sign-up", data=form, headers=PERSON).headers["location"]
        assert {"name": "alice"} == client.get("/me").json()
        assert 3 == client.get("/").json()["visits"]
        assert {f"hardtack-{server.port}", f"hardtack-session-shop-{server.port}"} <= set(cookies(client))
        assert "alice" not in cookie_field(client)
        copied = cookie_field(client)
        assert 303 == client.post("/auth/sign-out").status_code
        assert 401 == client.get("/me", headers={"cookie": copied}).status_code
        assert 303 == client.post("/auth/sign-in", data=form).status_code
        assert {"name": "alice"} == client.get("/me").json()
        assert 404 == client.get("/nowhere", headers=PERSON).status_code
        if name == "starlette_app":
            assert {"number": "1"} == client.get("/members").json()
        else:
            order = client.post("/orders?item=rope", headers={"sec-fetch-site": "same-origin"})
            assert {"item": "rope", "for": "alice"} == order.json()
            foreign = client.post("/orders?item=rope", headers={"sec-fetch-site": "cross-site"})
            assert 403 == foreign.status_code
        if name == "fastapi_app":
            told = client.post("/refunds?item=rope", headers={"sec-fetch-site": "same-origin", **SCRIPT})
            assert (401, True) == (told.status_code, 'acr_values="second"' in told.headers["www-authenticate"])
        assert "Traceback" not in server.log()


def test_the_websocket_of_the_bare_example(tmp_path: Path) -> None:
    """For whoever is signed in, from the application's own pages alone, and its session is kept as it is accepted."""
    with running("asgi_app:app", tmp_path) as server, server.member("alice") as client:
        assert "alice has come 0 times.\n" == client.get("/").text
        held = cookie_field(client)
        with server.socket("/", cookies=held) as socket:
            socket.send("ahoy")
            assert "alice: ahoy" == socket.recv()
            assert socket.response is not None
            kept = socket.response.headers["Set-Cookie"].partition(";")[0]
        assert "alice has come 1 times.\n" == client.get("/", headers={"cookie": f"{kept}; {held}"}).text
        with pytest.raises(InvalidStatus) as refused, server.socket("/"):
            pass
        assert 401 == refused.value.response.status_code
        with pytest.raises(InvalidStatus) as refused, server.socket("/", cookies=held, sec_fetch_site="cross-site"):
            pass
        assert 403 == refused.value.response.status_code
        assert "Traceback" not in server.log()
