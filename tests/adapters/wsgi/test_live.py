"""The session layer and the pages under real WSGI servers, over sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.adapters.raw import statuses
from tests.adapters.wsgi.live import FORM, PASSWORD, SCRIPT, SERVERS, Live, cookies, running, sent, token_in

HERE = Path(__file__).parent


@pytest.fixture(scope="module", params=SERVERS)
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Each of the servers."""
    command = (*SERVERS[request.param], "sailing:app")
    with running(command, tmp_path_factory.mktemp("wsgi"), modules=HERE) as server:
        yield server


@pytest.fixture
def member(live: Live, request: pytest.FixtureRequest) -> Iterator[httpx2.Client]:
    """Return the browser of somebody who has signed up on our page, as a browser of long ago does it."""
    with live.old_browser() as browser:
        token = token_in(browser.get("/auth/sign-up").text)
        name = f"member-{abs(hash(request.node.name)) % 10**9}"
        form = {"csrf_token": token, "username": name, "password": PASSWORD}
        answer = browser.post("/auth/sign-up", data=form)
        assert (303, "/") == (answer.status_code, answer.headers["location"]), answer.text
        yield browser


def test_who_it_is(live: Live, member: httpx2.Client) -> None:
    """A person is led to the page and back, a script is told, whoever is signed in is known."""
    assert member.get("/mine").text.startswith("member-")
    with live.browser() as browser:
        led = browser.get("/mine?page=2")
        assert (303, "/auth/sign-in?next=/mine%3Fpage%3D2") == (led.status_code, led.headers["location"])
        told = browser.get("/mine", headers={**SCRIPT, "sec-fetch-mode": "cors"})
        assert (401, "application/problem+json") == (told.status_code, told.headers["content-type"])
        assert 'sign-in="/auth/sign-in"' in told.headers["www-authenticate"]


def test_a_sign_out_ends_it_in_every_worker(live: Live, member: httpx2.Client) -> None:
    """Also for a copy of the cookie, and it forgets the data."""
    token = token_in(member.get("/form").text)
    copied = cookies(member)
    assert 303 == member.post("/auth/sign-out", data={"csrf_token": token}).status_code
    assert {f"hardtack-{live.port}", f"hardtack-session-sailing-{live.port}"} & set(cookies(member)) == set()
    with live.browser() as browser:
        browser.cookies.update(copied)
        for _ in range(8):
            assert 303 == browser.get("/mine").status_code


def test_a_form_of_a_browser_that_says_nothing(live: Live) -> None:
    """Its token is found in the content, which the application reads again."""
    with live.old_browser() as browser:
        token = token_in(browser.get("/form").text)
        held = cookies(browser)
        for values, status, text in (
            ({"word": "knot", "csrf_token": token}, 200, "knot"),
            ({"word": "knot"}, 403, ""),
            ({"word": "knot", "csrf_token": "junk"}, 403, ""),
        ):
            fields, content = sent(values)
            got = live.raw("POST", "/say", *fields, content=content, cookies=held)
            assert ([status], True) == (statuses(got), got.decode().endswith(text))
        long = {"word": "x" * 80_000, "csrf_token": token}
        fields, content = sent(long)
        assert [403] == statuses(live.raw("POST", "/say", *fields, content=content, cookies=held))
        told = live.raw("POST", "/say", *fields, f"X-CSRF-Token: {token}", content=content, cookies=held)
        assert [200] == statuses(told)


def test_a_form_of_another_site(live: Live) -> None:
    """Is refused, whatever token it has."""
    with live.browser() as browser:
        token = token_in(browser.get("/form").text)
        form = {"word": "knot", "csrf_token": token}
        crossing = {"sec-fetch-site": "cross-site"}
        got = browser.post("/say", data=form, headers={**crossing, "accept-language": "zh"})
        assert (403, True) == (got.status_code, "并非来自本站页面" in got.text)
        assert 403 == browser.post("/auth/sign-in", data=form, headers=crossing).status_code


def test_a_form_in_chunks(live: Live) -> None:
    """To a page it comes whole, with its token; for the layer a script says it in a field."""
    with live.old_browser() as browser:
        token = token_in(browser.get("/auth/sign-in").text)
        form = httpx2.QueryParams({"csrf_token": token, "username": "nobody", "password": PASSWORD})

        def chunks() -> Iterator[bytes]:
            yield str(form).encode()[:50]
            yield str(form).encode()[50:]

        got = browser.post("/auth/sign-in", content=chunks(), headers={"content-type": FORM})
        assert (401, True) == (got.status_code, "The name or the password is not right" in got.text)


def test_a_form_of_a_page_that_is_too_large(live: Live) -> None:
    """413, in the site's own page."""
    with live.old_browser() as browser:
        token = token_in(browser.get("/auth/sign-in").text)
        held = cookies(browser)
        fields, content = sent({"csrf_token": token, "username": "a" * 3000, "password": "b"})
        got = live.raw("POST", "/auth/sign-in", *fields, "Accept: text/html", content=content, cookies=held)
        assert ([413], True) == (statuses(got), b"Hardtack" in got)


def test_head_is_get_without_its_content(live: Live, member: httpx2.Client) -> None:
    """With the same fields, cookies among them."""
    for path in ("/auth/sign-in", "/mine", "/form"):
        got, head = member.get(path), member.head(path)
        assert (got.status_code, b"") == (head.status_code, head.content)
        assert got.headers["content-type"] == head.headers["content-type"]
    assert "set-cookie" in member.head("/form").headers


def test_an_application_in_pieces_may_decide_while_the_first_is_made(live: Live, member: httpx2.Client) -> None:
    """The head that it has given already is not sent."""
    assert member.get("/pieces").text.endswith(" in pieces")
    with live.browser() as browser:
        got = browser.get("/pieces")
        assert (303, "/auth/sign-in?next=/pieces") == (got.status_code, got.headers["location"])


def test_a_second_head_takes_the_place_of_the_first(live: Live) -> None:
    """And carries the session's cookie once."""
    with live.browser() as browser:
        got = browser.get("/explained")
        assert (409, 1) == (got.status_code, len(got.headers.get_list("set-cookie")))
        assert "swordfish" not in got.text


def test_a_file_is_given_as_a_file(live: Live) -> None:
    """Whole, in part, and with the cookie."""
    source = (HERE / "sailing.py").read_bytes()
    with live.browser() as browser:
        got = browser.get("/file")
        assert (200, source, True) == (got.status_code, got.content, "set-cookie" in got.headers)


def test_a_change_that_comes_too_late_is_in_the_log(live: Live) -> None:
    """Nothing can carry it any more; the connection is closed in the middle."""
    got = live.raw("GET", "/late")
    assert b"begun, " in got
    assert "the session was changed after the headers of the answer had left" in live.said


def test_maintenance_closes_the_application_and_not_the_pages(tmp_path: Path) -> None:
    """A file is enough."""
    (tmp_path / "closed").touch()
    with running((*SERVERS["waitress"], "sailing:app"), tmp_path, modules=HERE) as live, live.browser() as browser:
        assert (503, 200) == (browser.get("/form").status_code, browser.get("/auth/sign-in").status_code)
        (tmp_path / "closed").unlink()
        assert 200 == browser.get("/form").status_code


def test_an_application_below_a_path(tmp_path: Path) -> None:
    """The prefix is the whole path, as the browser sees it."""
    with running((*SERVERS["waitress"], "sailing:mounted"), tmp_path, modules=HERE) as live, live.browser() as browser:
        assert "ashore" == browser.get("/auth/sign-in").text
        led = browser.get("/ship/mine")
        assert "/ship/auth/sign-in?next=/ship/mine" == led.headers["location"]
        token = token_in(browser.get("/ship/auth/sign-up").text)
        form = {"csrf_token": token, "username": "ada", "password": PASSWORD, "next": "/ship/mine"}
        assert "/ship/mine" == browser.post("/ship/auth/sign-up", data=form).headers["location"]
        assert "ada" == browser.get("/ship/mine").text
        assert 200 == browser.post("/ship/say", data={"word": "knot"}).status_code
