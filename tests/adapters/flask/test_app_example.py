"""The example with a sign-in, as a reader runs it: a real server, and a browser that knows nothing yet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.adapters.visits import EXAMPLES
from tests.adapters.wsgi.live import PASSWORD, SCRIPT, SERVERS, Live, cookies, running, token_in

COMMANDS = {
    "flask": ("flask", "--app", str(EXAMPLES / "flask_app.py"), "run", "--port", "{port}"),
    "gunicorn": (*SERVERS["gunicorn"], "flask_app:app"),
    "gunicorn-preload": (*SERVERS["gunicorn"], "--preload", "flask_app:app"),
}


@pytest.fixture(scope="module", params=COMMANDS)
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Flask's own server, and one for production with two workers, which may be forks of one that was loaded."""
    with running(COMMANDS[request.param], tmp_path_factory.mktemp("flask")) as server:
        yield server
        assert "Traceback" not in server.said


def test_it_is_at_most_forty_lines() -> None:
    """Somebody reads it in a minute."""
    assert len((EXAMPLES / "flask_app.py").read_text().splitlines()) <= 40


def test_from_nothing_to_signed_in(live: Live) -> None:
    """Led to the page, signed up, back, notes that nobody can read, out, and in again."""
    with live.browser() as browser:
        assert "sign in" in browser.get("/").text
        told = browser.get("/notes", headers={**SCRIPT, "sec-fetch-mode": "cors"})
        assert (401, True) == (told.status_code, "/auth/sign-in" in told.headers["www-authenticate"])
        led = browser.get("/notes")
        assert (303, "/auth/sign-in?next=/notes") == (led.status_code, led.headers["location"])
        token = token_in(browser.get("/auth/sign-up").text)
        form = {"csrf_token": token, "username": "ada", "password": PASSWORD, "next": "/notes"}
        assert "/notes" == browser.post("/auth/sign-up", data=form).headers["location"]
        assert "/" == browser.get("/notes").headers["location"]
        assert "Welcome aboard, ada." in browser.get("/").text
        assert 302 == browser.post("/notes", data={"note": "Rope is short."}).status_code
        assert 302 == browser.post("/notes", data={"note": "So is tar."}).status_code
        page = browser.get("/").text
        assert "<li>Rope is short.<li>So is tar." in page
        assert "Rope" not in str(cookies(browser))
        assert "ada may scuttle the ship.\n" == browser.get("/scuttle").text
        copied = cookies(browser)
        left = browser.post("/auth/sign-out", data={"csrf_token": token_in(page)})
        assert (303, "/") == (left.status_code, left.headers["location"])
        assert "sign in" in browser.get("/").text
        with live.browser() as thief:
            thief.cookies.update(copied)
            assert 303 == thief.get("/notes").status_code
        token = token_in(browser.get("/auth/sign-in").text)
        form = {"csrf_token": token, "username": "ada", "password": PASSWORD}
        assert "/" == browser.post("/auth/sign-in", data=form).headers["location"]
        assert "Welcome aboard, ada." in browser.get("/").text


def test_no_other_site_can_send_the_form(live: Live) -> None:
    """Whether the browser says so or not."""
    with live.old_browser() as browser:
        token = token_in(browser.get("/auth/sign-up").text)
        form = {"csrf_token": token, "username": f"old-{live.port}", "password": PASSWORD}
        assert 303 == browser.post("/auth/sign-up", data=form).status_code
        token = token_in(browser.get("/").text)
        assert 403 == browser.post("/notes", data={"note": "x"}).status_code
        assert 403 == browser.post("/notes", data={"note": "x", "csrf_token": form["csrf_token"]}).status_code
        crossing = {"sec-fetch-site": "cross-site"}
        assert 403 == browser.post("/notes", data={"note": "x", "csrf_token": token}, headers=crossing).status_code
        assert 302 == browser.post("/notes", data={"note": "mine", "csrf_token": token}).status_code
        page = browser.get("/").text
        assert ("<li>mine", False) == (page[page.index("<li>") :][:8], "<li>x" in page)
