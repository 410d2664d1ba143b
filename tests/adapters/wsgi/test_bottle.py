"""The example in Bottle, as a reader runs it: a real server, and a browser that knows nothing yet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.adapters.visits import EXAMPLES
from tests.adapters.wsgi.live import PASSWORD, SCRIPT, SERVERS, Live, cookies, running, token_in


@pytest.fixture(scope="module", params=SERVERS)
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Each of the servers."""
    with running((*SERVERS[request.param], "bottle_app:app"), tmp_path_factory.mktemp("bottle")) as server:
        yield server
        assert "Traceback" not in server.said


def test_it_is_at_most_forty_lines() -> None:
    """Somebody reads it in a minute."""
    assert len((EXAMPLES / "bottle_app.py").read_text().splitlines()) <= 40


def test_from_nothing_to_signed_in(live: Live) -> None:
    """Led to the page, signed up, back, a note that nobody can read, and out."""
    with live.browser() as browser:
        told = browser.get("/", headers={**SCRIPT, "sec-fetch-mode": "cors"})
        assert (401, True) == (told.status_code, "/auth/sign-in" in told.headers["www-authenticate"])
        assert "/auth/sign-in?next=/" == browser.get("/").headers["location"]
        token = token_in(browser.get("/auth/sign-up").text)
        form = {"csrf_token": token, "username": "ada", "password": PASSWORD, "next": "/"}
        assert "/" == browser.post("/auth/sign-up", data=form).headers["location"]
        assert "ada: []" in browser.get("/").text
        assert 303 == browser.post("/notes", data={"note": "Rope is short."}).status_code
        page = browser.get("/").text
        assert "Rope is short." in page
        assert "Rope" not in str(cookies(browser))
        assert "ada may scuttle the ship.\n" == browser.get("/scuttle").text
        assert 404 == browser.get("/nowhere").status_code
        assert 403 == browser.post("/notes", data={"note": "x"}, headers={"sec-fetch-site": "cross-site"}).status_code
        assert 303 == browser.post("/auth/sign-out", data={"csrf_token": token_in(page)}).status_code
        assert 303 == browser.get("/").status_code


def test_a_browser_that_says_nothing_sends_the_token_in_the_form(live: Live) -> None:
    """And Bottle reads the form again."""
    with live.old_browser() as browser:
        token = token_in(browser.get("/auth/sign-up").text)
        form = {"csrf_token": token, "username": "bob", "password": PASSWORD}
        assert 303 == browser.post("/auth/sign-up", data=form).status_code
        token = token_in(browser.get("/").text)
        assert 403 == browser.post("/notes", data={"note": "x"}).status_code
        assert 303 == browser.post("/notes", data={"note": "Tar is dry.", "csrf_token": token}).status_code
        assert "Tar is dry." in browser.get("/").text
