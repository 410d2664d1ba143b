"""The way of a request through the site, whatever becomes of it."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.message import Headers, Request, Response
from hardtack.seal import NoActiveKey
from hardtack.site import assets, texts
from hardtack.site.routes import FILE, ROUTES
from hardtack.status import ServiceUnavailable
from tests.site.conftest import HOST, NAME, PASSWORD, MakeWorld, Page, World, set_cookies


class TestRouting:
    """Which address and which method."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_an_unknown_address_is_404_in_the_shell(self, world: World, language: str) -> None:
        """With a way on."""
        response = world.browser(language=language).get("/no-such-page")
        page = Page(response.body.decode())

        assert 404 == response.status
        assert "404" in page.words["p"]
        assert "/" in [link.get("href") for link in page.all("a") if link.get("class") == "button second"]

    @pytest.mark.parametrize("path", ["//", "//sign-in", "/Sign-In", "/sign-in/x", "/sign-in;x", "/assets/x.css", ""])
    def test_what_is_not_exactly_an_address_is_404(self, world: World, path: str) -> None:
        """No guessing: others decide by the path, too."""
        assert 404 == world.browser().ask("GET", path).status

    @pytest.mark.asvs("4.1.4")
    @pytest.mark.parametrize(
        ("path", "allow"),
        [(path, route.allow) for path, route in {**ROUTES, assets.OURS.css.path: FILE}.items() if route.options],
    )
    def test_every_address_knows_its_methods(self, world: World, path: str, allow: list[str]) -> None:
        """405 with a complete Allow; OPTIONS with the same; HEAD wherever GET is (RFC 9110 §9.3.2, §15.5.6)."""
        browser = world.browser()
        options = browser.ask("OPTIONS", path)
        refused = {method for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") if method not in allow}

        assert (204, ", ".join(allow), b"", None) == (
            options.status,
            options.get("allow"),
            options.body,
            options.get("content-length"),
        )
        assert ("GET" in allow) == ("HEAD" in allow)
        for method in refused:
            response = browser.ask(method, path)
            assert (405, ", ".join(allow)) == (response.status, response.get("allow"))

    @pytest.mark.parametrize(
        "path", [*(path for path, route in ROUTES.items() if "GET" in route.pages), *sorted(assets.OURS.paths)]
    )
    def test_head_is_get_without_content(self, world: World, path: str) -> None:
        """The same fields, the length included (RFC 9110 §9.3.2)."""
        browser = world.browser(cookies={"hardtack-visitor-8000": "0" * 32})
        get, head = browser.ask("GET", path), browser.ask("HEAD", path)

        assert b"" == head.body
        assert (get.status, sorted(get.headers)) == (head.status, sorted(head.headers))

    def test_head_of_an_error_has_its_length_and_no_content(self, world: World) -> None:
        """Errors are answers like others."""
        browser = world.browser()
        get, head = browser.ask("GET", "/none"), browser.ask("HEAD", "/none")

        assert (404, b"", get.get("content-length")) == (head.status, head.body, head.get("content-length"))

    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
    def test_a_slash_too_many_is_308_to_the_address_without(self, world: World, method: str) -> None:
        """The query and the method are kept (RFC 9110 §15.4.9)."""
        response = world.browser().ask(method, "/sign-in/?next=/account")

        assert (308, "/sign-in?next=/account") == (response.status, response.get("location"))

    @pytest.mark.parametrize(
        ("path", "query"), [("/\udcff", ""), ("/a\r\nb", ""), ("/x", "\r\nSet-Cookie: a=b"), ("/", "\xff")]
    )
    def test_no_path_and_no_query_breaks_an_answer(self, world: World, path: str, query: str) -> None:
        """Whatever a server lets through; and nothing of it stands in a field as it came."""
        request = Request(method="GET", path=path, query=query, headers=Headers([("host", HOST)]), host=HOST)

        assert world.site.answer(request).status in (200, 404)

    def test_a_query_that_is_no_query_is_dropped_on_the_way(self, world: World) -> None:
        """A redirect holds printable ASCII only."""
        response = world.browser().get("/sign-in/?a\r\nb")

        assert (308, "/sign-in") == (response.status, response.get("location"))

    @pytest.mark.asvs("4.1.4")
    def test_an_unknown_method_is_501(self, world: World) -> None:
        """RFC 9110 §9.1: a method that nothing here knows."""
        assert 501 == world.browser().ask("BREW", "/").status

    def test_allow_is_the_same_with_a_form_page_that_is_closed(self, make_world: MakeWorld) -> None:
        """The address is there, even if it says no."""
        assert "GET, HEAD, OPTIONS, POST" == make_world(sign_up="off").browser().ask("OPTIONS", "/sign-up").get("allow")


class TestRefused:
    """Before any page is asked."""

    def test_a_foreign_host_in_development_is_421_and_told_the_setting(self, world: World) -> None:
        """A bare nginx before an unconfigured service signs nobody up."""
        browser = world.browser(host="id.example.org")
        page = browser.get("/sign-up")
        signed_up = browser.json("POST", "/sign-up", {"username": NAME, "password": PASSWORD})

        assert (421, 421) == (page.status, signed_up.status)
        assert "--origin" in page.body.decode()
        assert [] == Page(page.body.decode()).actions
        assert () == world.accounts.list()

    def test_a_forwarding_field_in_development_is_421(self, world: World) -> None:
        """Somebody else's Host may have been replaced by localhost on the way."""
        assert 421 == world.browser().get("/", x_forwarded_for="203.0.113.9").status

    def test_a_foreign_host_of_a_public_service_is_421(self, make_world: MakeWorld) -> None:
        """Only its own name is answered."""
        world = make_world(origin="https://id.example.org")

        assert 421 == world.browser(host="other.example.org", scheme="https").get("/").status
        assert 200 == world.browser(host="id.example.org", scheme="https").get("/").status

    def test_the_sign_in_state_is_not_shown_on_what_is_refused_so_early(self, world: World) -> None:
        """Nobody's cookies have been looked at."""
        response = world.browser(host="id.example.org").get("/")
        hrefs = [link.get("href") for link in Page(response.body.decode()).all("a")]

        assert [] == set_cookies(response)
        assert "/sign-in" not in hrefs

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_an_error_comes_in_the_form_and_language_of_who_asks(self, world: World, language: str) -> None:
        """A page for people, a problem for scripts, text for curl."""
        browser = world.browser(language=language)
        page, script, curl = browser.get("/x"), browser.json("GET", "/x"), browser.get("/x", accept="*/*")

        assert ["text/html; charset=utf-8", "application/problem+json", "text/plain; charset=utf-8"] == [
            answer.get("content-type") for answer in (page, script, curl)
        ]
        assert {texts.TAGS[language]} == {answer.get("content-language") for answer in (page, script, curl)}
        assert 404 == json.loads(script.body)["status"]


class TestUnexpected:
    """What nobody foresaw."""

    @pytest.fixture
    def broken(self, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
        """Return a site whose database answers with a secret in its exception."""

        def fail() -> bool:
            raise RuntimeError("password=hunter2")

        monkeypatch.setattr(world.accounts, "has_administrator", fail)
        return world

    @pytest.mark.asvs("16.5.3")
    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_it_is_500_with_a_number_and_one_log_line_with_the_same(
        self, broken: World, caplog: pytest.LogCaptureFixture, language: str
    ) -> None:
        """The line says where; neither it nor the page says what was in the error."""
        page = broken.browser(language=language).get("/")
        (line,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
        fields = vars(line)["fields"]

        assert 500 == page.status
        assert texts.OURS.text(language, "error.incident", incident=fields["incident"]) in page.body.decode()
        assert ("RuntimeError", "GET", "/") == (fields["error"], fields["method"], fields["path"])
        assert "home.py" in fields["where"]
        assert "hunter2" not in page.body.decode() + caplog.text + repr(fields)
        assert "Traceback" not in page.body.decode()

    def test_a_script_gets_the_number_too(self, broken: World, caplog: pytest.LogCaptureFixture) -> None:
        """In the problem's words."""
        response = broken.browser().json("GET", "/")
        (line,) = [record for record in caplog.records if record.levelno >= logging.ERROR]

        assert 500 == response.status
        assert vars(line)["fields"]["incident"] in json.loads(response.body)["detail"]

    def test_where_no_page_can_be_made_a_sentence_is(
        self, broken: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The last resort has the headers of every answer."""
        monkeypatch.setattr("hardtack.site.outcomes.pages.answer", lambda *_args, **_names: 1 / 0)
        response = broken.browser().get("/")

        assert (500, "text/plain; charset=utf-8") == (response.status, response.get("content-type"))
        assert "nosniff" == response.get("x-content-type-options")
        line = vars(caplog.records[-1])
        assert ("page-failed", {"incident": response.body.decode().split()[1]}) == (line["event"], line["fields"])

    def test_refusing_never_raises_either(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is what an adapter calls where it cannot go on."""
        request = Request(method="GET", path="/", headers=Headers([("host", HOST)]), host=HOST)
        assert 503 == world.site.refuse(request, ServiceUnavailable(retry_after=1)).status
        monkeypatch.setattr("hardtack.site.outcomes.pages.answer", lambda *_args, **_names: 1 / 0)

        assert 500 == world.site.refuse(request, ServiceUnavailable(retry_after=1)).status


class TestWithoutAKey:
    """The key that sealed was revoked, and there is no other yet."""

    @pytest.mark.asvs("16.5.3")
    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_every_page_is_503_and_nobody_loses_a_cookie(self, world: World, language: str) -> None:
        """Neither a cookie nor a form's token could be sealed; the page says so and when to come back."""
        world.member()
        browser = world.browser(language=language)
        browser.sign_in()
        kept = dict(browser.cookies)
        world.keyring.revoke([bytes.fromhex(world.keyring.keys[0].id)])
        for path in ("/", "/account", "/sign-in", "/nowhere"):
            page = browser.get(path)
            assert (503, "10", []) == (page.status, page.get("Retry-After"), set_cookies(page))
            assert (NoActiveKey().detail_in(language) or "?") in page.body.decode()
        assert 503 == browser.json("POST", "/sign-in", {"username": "a", "password": "b"}).status
        assert kept == browser.cookies
        assert [200, 503] == [browser.get(path).status for path in ("/healthz", "/readyz")]

    @pytest.mark.asvs("16.5.3")
    def test_a_key_that_is_lost_while_the_page_is_made_is_503_too(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The sign-in has happened, but its cookie cannot be written."""
        world.member()
        browser = world.browser()
        form = Page(browser.get("/sign-in").body.decode()).form("/sign-in")
        save = world.sessions.save

        def lost(*given: Any) -> list[str]:
            world.keyring.revoke([bytes.fromhex(world.keyring.keys[0].id)])
            return save(*given)

        monkeypatch.setattr(type(world.sessions), "save", lambda _, *given: lost(*given))
        page = browser.post("/sign-in", {**form, "username": NAME, "password": PASSWORD})
        assert (503, []) == (page.status, set_cookies(page))


class TestBeforeContent:
    """What an adapter asks before it reads the content."""

    @staticmethod
    def head(*fields: tuple[str, str], client: str = "10.0.0.1", host: str = "id.example.org") -> Request:
        """Return the head of a request that came from a proxy."""
        return Request(
            method="POST", path="/sign-in", headers=Headers([("host", host), *fields]), client=client, host=host
        )

    @pytest.mark.asvs("4.1.3")
    def test_a_trusted_proxy_is_believed(self, make_world: MakeWorld) -> None:
        """About address, scheme and host."""
        site = make_world(origin="https://id.example.org", trusted_proxies=("10.0.0.0/8",)).site
        request, response = site.before_content(
            self.head(
                ("x-forwarded-for", "203.0.113.9, 198.51.100.2"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "id.example.org"),
                host="backend",
            )
        )

        assert response is None
        assert ("198.51.100.2", "https", "id.example.org") == (request.client, request.scheme, request.host)

    @pytest.mark.asvs("4.1.3")
    def test_attack_12_anybody_else_is_not(self, make_world: MakeWorld) -> None:
        """The address of the connection counts."""
        site = make_world(origin="https://id.example.org", trusted_proxies=("10.0.0.0/8",)).site
        request, response = site.before_content(self.head(("x-forwarded-for", "203.0.113.9"), client="192.0.2.5"))

        assert (None, "192.0.2.5") == (response, request.client)

    @pytest.mark.asvs("4.1.3")
    def test_a_proxy_that_contradicts_itself_is_400(self, make_world: MakeWorld) -> None:
        """Not guessed at."""
        site = make_world(origin="https://id.example.org", trusted_proxies=("10.0.0.0/8",)).site
        _, response = site.before_content(self.head(("x-forwarded-proto", "https"), ("x-forwarded-proto", "http")))

        assert response is not None
        assert 400 == response.status

    def test_too_long_a_declared_content_is_413_before_a_byte_of_it(self, world: World) -> None:
        """Nothing invites it."""
        _, response = world.site.before_content(
            self.head(("content-length", "10000000"), client="127.0.0.1", host=HOST)
        )

        assert response is not None
        assert (413, "close") == (response.status, response.get("connection"))
        assert 65536 == world.site.max_body

    @pytest.mark.parametrize(
        ("path", "method", "status"),
        [("/", "POST", 405), ("/sign-in", "POST", None), ("/", "OPTIONS", None), ("/nowhere", "POST", None)],
    )
    def test_who_waits_for_a_word_is_told_that_no_content_is_taken(
        self, world: World, path: str, method: str, status: int | None
    ) -> None:
        """RFC 9110 §10.1.1: a final answer before the content is sent; what depends on more is decided later."""
        head = self.head(("expect", "100-continue"), ("content-length", "2"), client="127.0.0.1", host=HOST)
        _, response = world.site.before_content(replace(head, path=path, method=method))

        assert status == (response and response.status)
        assert response is None or response.get("allow") == "GET, HEAD, OPTIONS"


class TestLife:
    """Starting, stopping, and what belongs to the site."""

    def test_it_starts_and_closes(self, world: World) -> None:
        """Ready only after the revocations are loaded."""
        assert 503 == world.browser().get("/readyz").status
        world.site.start()
        assert 200 == world.browser().get("/readyz").status
        world.site.close()

    def test_pruning_opens_no_database_that_was_let_go_of(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """What was under way is waited for, what comes later does nothing, and a site that is started again prunes."""
        done: list[str] = []
        begun = threading.Event()

        def prune(_now: int) -> None:
            begun.set()
            time.sleep(0.2)
            done.append("pruned")

        monkeypatch.setattr(world.accounts, "prune", prune)
        monkeypatch.setattr(world.accounts, "close", lambda: done.append("closed"))
        late = threading.Thread(target=world.site.prune)
        late.start()
        assert begun.wait(20)
        world.site.close()
        late.join()
        world.site.prune()
        assert ["pruned", "closed"] == done

        monkeypatch.undo()
        monkeypatch.setattr(world.accounts, "prune", prune)
        world.site.start()
        world.site.prune()
        assert ["pruned", "closed", "pruned"] == done

    def test_closing_does_not_wait_for_ever(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """In the child of a fork, the thread that was pruning is not there to end."""
        monkeypatch.setattr("hardtack.site.site.LONGEST_PRUNING", 0.01)
        world.site._pruning.acquire()
        world.site.close()
        assert world.site._pruning.locked()

    def test_it_has_its_addresses_and_no_others(self, world: World) -> None:
        """What is not ours goes to the application behind."""
        assert all(world.site.has(path) for path in (*ROUTES, *assets.OURS.paths))
        assert world.site.has("/sign-in/")
        assert not any(world.site.has(path) for path in ("/app", "//", "/sign-in/x", ""))


class TestPrefix:
    """The same pages below a prefix."""

    def test_every_address_has_the_prefix(self, make_world: MakeWorld) -> None:
        """In links, forms, redirects and the challenge."""
        world = make_world(prefix="/id")
        world.member()
        browser = world.browser()
        led = browser.get("/id/account")
        signed_in = browser.submit("/id/sign-in", username=NAME, password=PASSWORD)
        page = Page(browser.get("/id/account").body.decode())
        addresses = [link["href"] or "" for link in page.all("a") + page.all("link")] + page.actions

        assert "/id/sign-in?next=/id/account" == led.get("location")
        assert "/id/account" == signed_in.get("location")
        assert [] == [address for address in addresses if not address.startswith(("/id/", "#"))]
        assert "/id/" == browser.submit("/id/account", action="/id/sign-out").get("location")
        assert 'sign-in="/id/sign-in"' in (browser.json("GET", "/id/account").get("www-authenticate") or "")

    def test_what_is_outside_is_not_ours(self, make_world: MakeWorld) -> None:
        """404 where there is no application behind."""
        site = make_world(prefix="/id").site

        assert all(
            site.has(path) for path in ("/id", "/id/", "/id/sign-in", "/id/sign-in/", "/id" + assets.OURS.css.path)
        )
        assert not any(site.has(path) for path in ("/", "/sign-in", "/idx", "/id/x", "/identity/sign-in"))

    @pytest.mark.parametrize(("path", "status"), [("/id", 200), ("/sign-in", 404), ("/sign-in/", 404), ("/", 404)])
    def test_it_answers_below_the_prefix_only(self, make_world: MakeWorld, path: str, status: int) -> None:
        """The prefix itself is the start page."""
        assert status == make_world(prefix="/id").browser().get(path).status

    @pytest.mark.parametrize("prefix", ["id", "/id/", "/", "/a b", "//id?"])
    def test_a_prefix_that_is_no_path_is_a_mistake(self, make_world: MakeWorld, prefix: str) -> None:
        """Said at start."""
        with pytest.raises(MisuseError, match="prefix"):
            make_world(prefix=prefix)


def test_pruning_that_fails_is_one_log_line_and_nothing_more(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again in an hour; nobody's request depends on it."""
    world.site.prune()
    assert [] == [record for record in caplog.records if record.levelno >= logging.ERROR]
    with closing(sqlite3.connect(tmp_path / "0.db")) as database:
        database.execute("DROP TABLE throttle")
    world.site.prune()
    assert ["pruning-failed"] == [getattr(record, "event", "") for record in caplog.records if record.levelno >= 40]


@pytest.mark.asvs("3.2.1", "4.1.1")
def test_every_answer_is_complete(world: World) -> None:
    """A length, one value for each field but Set-Cookie, and a charset for text (RFC 9110 §8.3, §8.6; ASVS 4.1.1)."""
    browser = world.browser()
    answers: list[Response] = [browser.get(path) for path in (*ROUTES, *assets.OURS.paths, "/none", "/sign-in/")]
    answers += [browser.json("GET", path) for path in (*ROUTES, "/none")]

    for answer in answers:
        names = [name.lower() for name, _ in answer.headers if name.lower() != "set-cookie"]
        assert len(names) == len(set(names))
        assert str(len(answer.body)) == answer.get("content-length")
        kind = answer.get("content-type")
        assert kind is None if not answer.body else kind is not None
        assert not (kind or "").startswith("text/") or "charset=utf-8" in (kind or "")


TEXT = st.text(max_size=40)
FIELDS = st.dictionaries(
    st.sampled_from(
        ["accept", "accept-language", "content-type", "cookie", "origin", "sec-fetch-site", "sec-fetch-mode", "host"]
    ),
    st.one_of(TEXT, st.sampled_from(["application/json", "text/html", "application/x-www-form-urlencoded", HOST])),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "OPTIONS", "BREW", ""]),
    path=st.one_of(TEXT, st.sampled_from(list(ROUTES))),
    query=st.one_of(TEXT, st.builds("next={0}&code={0}&to={0}".format, TEXT)),
    fields=FIELDS,
    body=st.one_of(st.binary(max_size=60), st.builds(lambda text: json.dumps({"username": text}).encode(), TEXT)),
)
def test_any_request_is_answered_and_none_with_500(
    world: World, method: str, path: str, query: str, fields: dict[str, str], body: bytes
) -> None:
    """The promise of ``answer``: it never raises, and what it sends can stand in a header section."""
    request = Request(
        method=method, path=path, query=query, headers=Headers({"host": HOST, **fields}.items()), body=body, host=HOST
    )
    response = world.site.answer(request)

    # 501 for an unknown method; 503 from /readyz, since nobody has started this site.
    assert 200 <= response.status < 500 or response.status in (501, 503)
    assert [] == [pair for pair in response.headers if not re.fullmatch(r"[ -~]*", "".join(pair))]
