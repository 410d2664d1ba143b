"""``/status/{code}`` where codes may be provoked: that very code, with its fields, whatever the method."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from hardtack.site import provoke, texts
from hardtack.status import Status
from hardtack.status.causes import WHY_NOT
from hardtack.status.refuse import METHODS
from tests.site.conftest import MakeWorld, Page, World, set_cookies

SENT = [status for status in Status if status.code >= 200 and status.may_be_sent]
UNSENT = [status for status in Status if status not in SENT]
OF_THEIR_OWN = {206, 207, 226}
"""Codes that say themselves what the content is."""
PAGES = [status for status in SENT if status.content_allowed and status.code not in OF_THEIR_OWN]

PUBLIC: dict[str, Any] = {"origin": "https://id.example.org", "playground": True}

sent = pytest.mark.parametrize("status", SENT, ids=lambda status: str(status.code))
both = pytest.mark.parametrize("language", texts.LANGUAGES)


@sent
@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_gets_that_very_code_with_its_fields(world: World, status: Status, method: str) -> None:
    """All that the catalogue requires and recommends; never stored, and no cookie goes with it."""
    response = world.browser().ask(method, f"/status/{status.code}", body=b"x" if method == "POST" else b"")
    names = {name.lower() for name, _ in response.headers}
    assert status.code == response.status
    assert {name.lower() for name in (*status.headers_required, *status.headers_recommended)} <= names
    assert f'</status/{status.slug}>; rel="canonical"' in [value for name, value in response.headers if name == "Link"]
    assert "no-store" == response.get("Cache-Control")
    assert [] == set_cookies(response)
    assert "Cookie" not in (response.get("Vary") or "")
    assert (status.content_allowed and method != "HEAD") == bool(response.body)
    if not status.content_allowed:
        assert response.get("Content-Type") is None
        assert response.get("Content-Length") == ("0" if status.code == 205 else None)


@pytest.mark.parametrize("status", PAGES, ids=lambda status: str(status.code))
@both
def test_a_person_gets_the_page_about_it(world: World, status: Status, language: str) -> None:
    """In their language."""
    response = world.browser(language=language).get(f"/status/{status.code}")
    page = Page(response.body.decode())
    assert str(status.code) in page.words["p"]
    assert status.phrase_in(language) in page.words["h1"]
    assert texts.TAGS[language] == response.get("Content-Language")


@both
@pytest.mark.parametrize("code", [200, 307, 404, 503])
def test_a_program_gets_json_and_curl_gets_text(world: World, language: str, code: int) -> None:
    """As for errors."""
    browser = world.browser(language=language)
    answer = browser.json("GET", f"/status/{code}")
    assert (code, code) == (answer.status, json.loads(answer.body)["code"])
    plain = browser.get(f"/status/{code}", accept="*/*")
    assert (code, "text/plain; charset=utf-8") == (plain.status, plain.get("Content-Type"))
    assert texts.TAGS[language] == plain.get("Content-Language")
    text = plain.body.decode()
    assert Status(code).describe(language) in text
    assert f"http://localhost:8000/status/{Status(code).slug}" in text


class TestFields:
    """What stands in them."""

    @pytest.mark.parametrize("code", [201, 300, 301, 302, 303, 307, 308])
    def test_a_redirection_leads_to_the_page_about_it(self, world: World, code: int) -> None:
        """Which is there, and goes no further."""
        browser = world.browser()
        location = browser.get(f"/status/{code}").get("Location") or ""
        assert f"/status/{Status(code).slug}" == location
        assert 200 == browser.get(location).status

    def test_401_asks_for_a_sign_in_and_407_for_a_proxys(self, world: World) -> None:
        """Never Basic, which opens a dialog."""
        browser = world.browser()
        asked = browser.get("/status/401").get("WWW-Authenticate")
        assert 'Session realm="hardtack", sign-in="/sign-in"' == asked
        assert 'Session realm="hardtack"' == browser.get("/status/407").get("Proxy-Authenticate")

    @pytest.mark.parametrize("method", sorted(METHODS))
    def test_405_allows_every_method_but_the_one(self, world: World, method: str) -> None:
        """Where GET does not work, HEAD does not, either."""
        allowed = set((world.browser().ask(method, "/status/405").get("Allow") or "").split(", "))
        refused = {"GET", "HEAD"} if method in ("GET", "HEAD") else {method}
        assert METHODS - refused == allowed

    @both
    def test_206_is_a_real_part_and_416_knows_the_length(self, world: World, language: str) -> None:
        """Of the text that 200 has."""
        browser = world.browser(language=language)
        part = browser.get("/status/206")
        found = re.fullmatch(r"bytes 0-(\d+)/(\d+)", part.get("Content-Range") or "")
        assert found
        assert len(part.body) == int(found[1]) + 1 < int(found[2])
        assert part.get("ETag")
        text = f"206 {Status(206).phrase_in(language)}"
        assert text == part.body.decode()
        length = re.fullmatch(r"bytes \*/(\d+)", browser.get("/status/416").get("Content-Range") or "")
        assert length
        assert len(browser.get("/status/416", accept="*/*").body) == int(length[1])

    def test_207_is_xml_and_226_is_what_it_says(self, world: World) -> None:
        """A document of WebDAV; content that gzip has made."""
        document = ElementTree.fromstring(world.browser().get("/status/207").body)  # noqa: S314 - our own
        assert "{DAV:}multistatus" == document.tag
        assert "/status/multi-status" == document.findtext("{DAV:}response/{DAV:}href")
        used = world.browser().get("/status/226")
        assert "gzip" == used.get("IM")
        assert gzip.decompress(used.body).startswith(b"226 IM Used\n")

    def test_451_names_who_blocks(self, world: World) -> None:
        """Beside the page about it."""
        links = [value for name, value in world.browser().get("/status/451").headers if name == "Link"]
        assert ['<http://localhost:8000/>; rel="blocked-by"', links[1]] == links

    def test_nothing_is_said_of_codes_that_may_not_be_sent(self) -> None:
        """The table has no row for them."""
        assert set(provoke.FIELDS) <= {status.code for status in SENT}


class TestRefused:
    """What no server may answer with."""

    @pytest.mark.parametrize("status", UNSENT, ids=lambda status: str(status.code))
    @pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
    @both
    def test_it_is_403_with_the_reason(self, world: World, status: Status, method: str, language: str) -> None:
        """For people with a way to the page about it; for programs as a problem."""
        browser = world.browser(language=language)
        response = browser.ask(method, f"/status/{status.code}")
        page = Page(response.body.decode())
        problem = json.loads(browser.json(method, f"/status/{status.code}").body)
        assert (403, 403) == (response.status, problem["status"])
        assert problem["detail"] in page.words["p"]
        assert f"/status/{status.slug}" in [link["href"] for link in page.all("a")]
        assert problem["detail"].startswith(
            WHY_NOT[status][language] if status in WHY_NOT else "" if status == 101 else str(status.code)
        )

    def test_the_codes_are_those_that_the_catalogue_says(self) -> None:
        """Interim ones, and what is out of use."""
        assert [100, 101, 102, 103, 104, 305, 306, 418, 510] == [status.code for status in UNSENT]


class TestWhoMay:
    """Anybody, where it is on."""

    def test_attack_22_another_site_may_ask_because_nothing_changes(self, make_world: MakeWorld) -> None:
        """Without a look at anybody's cookies: whoever is signed in stays it, and no answer tells who that is."""
        world = make_world(**PUBLIC)
        world.member()
        browser = world.browser(host="id.example.org", scheme="https")
        assert 303 == browser.sign_in().status
        own, cookies = browser.get("/status/not-found"), dict(browser.cookies)
        fields = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
        answers = [browser.ask("POST", f"/status/{status.code}", body=b"a=b", headers=fields) for status in SENT]
        assert [status.code for status in SENT] == [answer.status for answer in answers]
        assert cookies == browser.cookies
        assert [] == [answer for answer in answers if b"csrf_token" in answer.body or b"/sign-out" in answer.body]
        assert b"csrf_token" in own.body
        assert 200 == browser.get("/account").status

    def test_where_the_playground_is_off_nobody_may(self, make_world: MakeWorld) -> None:
        """In public it is off unless it is switched on."""
        browser = make_world(origin="https://id.example.org").browser(host="id.example.org", scheme="https")
        assert [200, 405] == [browser.ask(method, "/status/503").status for method in ("GET", "POST")]
        opened = make_world(**PUBLIC).browser(host="id.example.org", scheme="https")
        assert [503, 503] == [opened.ask(method, "/status/503").status for method in ("GET", "POST")]

    def test_in_development_other_origins_are_refused_as_everywhere(self, world: World) -> None:
        """Only this machine's own pages may ask."""
        response = world.browser().ask("POST", "/status/200", headers={"origin": "https://evil.example"})
        assert 421 == response.status

    @pytest.mark.parametrize("method", ["TRACE", "BREW", "get"])
    def test_a_method_that_nobody_knows_is_501(self, world: World, method: str) -> None:
        """Before anything else."""
        assert 501 == world.browser().ask(method, "/status/200").status
