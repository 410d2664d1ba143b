"""The session around an ASGI application, on a real server and over sockets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.adapters.asgi.live import PERSON, SCRIPT, Live, cookie_field, running
from tests.adapters.raw import ROOT

TARGET = "tests.adapters.asgi.served_visits:app"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One server for all."""
    with running(TARGET, tmp_path_factory.mktemp("live"), app_dir=ROOT) as live:
        yield live


def old(server: Live, cookies: str = "") -> httpx2.Client:
    """Return a browser of before browsers said where a request comes from."""
    return httpx2.Client(base_url=server.origin, headers={"cookie": cookies} if cookies else {})


class TestWhoItIs:
    """Whatever the framework makes of an exception."""

    def test_what_the_visit_has_decided_is_answered(self, server: Live) -> None:
        """Not the 500 that the framework sends; its own error stays its own."""
        with server.browser() as client:
            assert 303 == client.get("/me", headers=PERSON).status_code
            told = client.get("/me", headers=SCRIPT)
            assert (401, "unauthorized") == (told.status_code, told.json()["slug"])
            assert (500, True) == ((got := client.get("/odd")).status_code, got.text.startswith("the framework's own"))

    def test_somebody_signs_in_on_the_page(self, server: Live) -> None:
        """And has to give the password once more where that is asked."""
        with server.member("alice") as client:
            assert "alice" == client.get("/me").text
            client.cookies.clear()
            form = {"username": "alice", "password": "a long walk to the sea", "next": "/me"}
            assert "/me" == client.post("/auth/sign-in", data=form).headers["location"]
            assert "alice" == client.get("/me").text

    def test_ending_a_session_ends_it_in_every_process_at_once(self, server: Live) -> None:
        """Two servers share keys and a database, and nothing else."""
        with (
            running(TARGET, server.folder, app_dir=ROOT, origin=server.origin) as other,
            server.member("bob") as client,
            httpx2.Client(
                base_url=f"http://localhost:{other.port}", headers={"host": f"localhost:{server.port}"}
            ) as far,
        ):
            held = {"cookie": cookie_field(client)}
            for _ in range(3):
                assert "bob" == far.get("/me", headers=held).text
            assert 303 == client.post("/auth/sign-out").status_code
            assert 401 == far.get("/me", headers=held).status_code


class TestForms:
    """Who has sent them."""

    @pytest.mark.parametrize(
        "fields",
        [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}],
    )
    def test_another_sites_is_refused_before_the_application_sees_it(
        self, server: Live, fields: dict[str, str]
    ) -> None:
        """The visitor's data stays as it is."""
        with old(server) as client:
            refused = client.post("/form", data={"a": "b"}, headers=fields)
            assert (403, False) == (refused.status_code, "set-cookie" in refused.headers)

    def test_a_token_in_the_form_lets_it_pass_and_the_application_reads_all_of_it(self, server: Live) -> None:
        """For a browser that says nothing; a token is good for whom it was made alone."""
        with old(server) as client, old(server) as other:
            token = client.get("/form").text
            assert token not in cookie_field(client)
            said = f"csrf_token={token}&text={'x' * 20_000}"
            got = client.post("/form", content=said, headers={"content-type": FORM})
            assert (200, said) == (got.status_code, got.text)
            other.get("/form")
            assert 403 == other.post("/form", content=said, headers={"content-type": FORM}).status_code
            assert 403 == client.post("/form", content="csrf_token=x", headers={"content-type": FORM}).status_code

    def test_a_form_that_is_too_large_to_be_searched_says_it_in_a_field(self, server: Live) -> None:
        """Its content is not kept in memory for the token's sake, and reaches the application whole."""
        with old(server) as client:
            token = client.get("/form").text
            large = f"csrf_token={token}&text={'x' * 100_000}"
            assert 403 == client.post("/form", content=large, headers={"content-type": FORM}).status_code
            fields = {"content-type": FORM, "x-csrf-token": token}
            assert large == client.post("/form", content=large, headers=fields).text

    def test_a_form_in_pieces_is_read_whole(self, server: Live) -> None:
        """As it comes from a slow line."""
        with old(server) as client:
            token = client.get("/form").text
            pieces = (piece.encode() for piece in (f"csrf_token={token[:9]}", token[9:], "&text=", "x"))
            got = client.post("/form", content=pieces, headers={"content-type": FORM})
            assert f"csrf_token={token}&text=x" == got.text


class TestStreams:
    """What is sent bit by bit."""

    def test_an_event_arrives_when_it_is_sent(self, server: Live) -> None:
        """The session is known by then, and a shared cache is told to keep out."""
        with server.browser() as client, client.stream("GET", "/events") as events:
            lines = events.iter_lines()
            assert "data: 0 posts" == next(lines)
            assert "Cookie" in events.headers["vary"]
            assert "private" in events.headers["cache-control"]
            with server.browser() as other:
                assert "went" == other.get("/go").text
            assert ["", "data: went", ""] == list(lines)

    def test_a_change_after_the_head_is_an_error_in_the_log(self, server: Live) -> None:
        """The answer is out already."""
        with server.browser() as client:
            assert "too late" == client.get("/late").text.removesuffix("\n")
        assert server.says("MisuseError: the session was changed after the headers")


class TestWebSockets:
    """A handshake is a request, and then it is none any more."""

    def test_the_session_is_saved_as_it_is_accepted(self, server: Live) -> None:
        """In a cookie on the answer to the handshake."""
        held = ""
        for number in (1, 2, 3):
            with server.socket("/", cookies=held) as socket:
                assert str(number) == socket.recv()
                held = kept(socket)
        assert re.fullmatch(rf"hardtack-session-shop-{server.port}=[\w-]+", held)

    @pytest.mark.parametrize("fields", [{"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}])
    def test_one_that_another_site_opens_is_refused(self, server: Live, fields: dict[str, str]) -> None:
        """Browsers send cookies with it and let any page open one, so a page could speak for the visitor."""
        with pytest.raises(InvalidStatus) as refused, server.socket("/", **fields):
            pass
        assert 403 == refused.value.response.status_code

    def test_whoever_is_not_signed_in_hears_it_before_it_is_accepted(self, server: Live) -> None:
        """401 with a challenge, as anywhere."""
        with pytest.raises(InvalidStatus) as refused, server.socket("/private"):
            pass
        response = refused.value.response
        assert (401, True) == (response.status_code, "sign-in=" in response.headers["www-authenticate"])
        with server.member("carol") as client, server.socket("/private", cookies=cookie_field(client)) as socket:
            assert "1" == socket.recv()

    def test_a_change_after_it_was_accepted_is_an_error_in_the_log(self, server: Live) -> None:
        """What was saved stands."""
        with server.socket("/late") as socket:
            held = kept(socket)
            with pytest.raises(ConnectionClosed):
                [socket.recv() for _ in range(2)]
        with server.socket("/", cookies=held) as socket:
            assert "2" == socket.recv()
        assert server.says("in a WebSocket, before accept()")

    def test_one_that_is_closed_instead_saves_nothing(self, server: Live) -> None:
        """There is no answer of ours to carry it."""
        with pytest.raises(InvalidStatus) as refused, server.socket("/closed"):
            pass
        assert (403, False) == (refused.value.response.status_code, "set-cookie" in refused.value.response.headers)


def kept(socket: ClientConnection) -> str:
    """Return the cookie that came with the acceptance."""
    assert socket.response is not None
    return socket.response.headers["Set-Cookie"].partition(";")[0]


def test_many_at_once_are_each_who_they_are(server: Live) -> None:
    """Visits are never mixed up."""
    names = [f"sailor{number}" for number in range(6)]

    def visit(name: str) -> set[str]:
        with server.member(name) as client:
            return {client.get("/me").text for _ in range(10)}

    with ThreadPoolExecutor(6) as pool:
        assert [{name} for name in names] == list(pool.map(visit, names))


def test_the_server_stops_in_peace(tmp_path: Path) -> None:
    """Its lifespan ends the sign-in."""
    with running(TARGET, tmp_path, app_dir=ROOT) as live, live.member("dave") as client:
        assert "dave" == client.get("/me").text
    assert "Application shutdown complete." in live.log()
    assert "Traceback" not in live.log()
