"""All layers in Flask: who it is, forms, pages and errors of one application."""

from __future__ import annotations

import io
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, render_template_string
from flask.views import MethodView

from hardtack.adapters.flask import (
    Hardtack,
    csrf_exempt,
    csrf_token,
    current_account,
    current_identity,
    recent_sign_in_required,
    sign_in_required,
)
from hardtack.adapters.flask.testing import PASSWORD, signed_in
from hardtack.adapters.flask.testing import browser as visitor
from hardtack.errors import MisuseError, Refused
from hardtack.status import Unauthorized
from tests.adapters.flask.shops import KEYS, Make, token_in
from tests.login import apps

JSON = {"Accept": "application/json", "Sec-Fetch-Mode": "cors"}
HTML = {"Accept": "text/html"}


class TestWhoItIs:
    """The proxies and the decorators."""

    def test_a_visitor_is_led_to_the_sign_in_page_and_back(self, shop: Make) -> None:
        """Also with a query; to a page of ours that answers."""
        browser = visitor(shop())
        got = browser.get("/mine?page=2")
        assert (303, "/auth/sign-in?next=/mine%3Fpage%3D2") == (got.status_code, got.headers["Location"])
        page = browser.get(got.headers["Location"])
        assert (200, True) == (page.status_code, 'name="password"' in page.text)

    def test_a_script_is_told_where_to_sign_in(self, shop: Make) -> None:
        """401 with a challenge, as a problem that it can read."""
        got = shop().test_client().get("/mine", headers=JSON)
        assert (401, "application/problem+json") == (got.status_code, got.mimetype)
        assert 'Session realm="hardtack", sign-in="/auth/sign-in"' == got.headers["WWW-Authenticate"]

    def test_whoever_is_signed_in_sees_the_page(self, shop: Make) -> None:
        """And nobody else's cache keeps it."""
        got = signed_in(shop(), "ada").get("/mine")
        assert (200, "ada by password") == (got.status_code, got.text)
        assert ("Cookie", "private, no-cache") == (got.headers["Vary"], got.headers["Cache-Control"])

    def test_the_template_knows_who_it_is(self, shop: Make) -> None:
        """False where nobody is."""
        app = shop()
        assert visitor(app).get("/").text.startswith("nobody ")
        assert signed_in(app, "Ada").get("/").text.startswith("Ada ")

    def test_what_is_delicate_needs_the_password_again(self, shop: Make) -> None:
        """An asynchronous view, with the setting's time; and one with its own."""
        app = shop(recent_sign_in=300)
        assert "ada " == signed_in(app, "ada").get("/delicate").text
        browser = signed_in(app, "ada", ago=200)
        assert 200 == browser.get("/delicate").status_code
        assert "/auth/account/confirm?next=/very-delicate" == browser.get("/very-delicate").headers["Location"]
        assert (
            "/auth/account/confirm?next=/delicate"
            == signed_in(app, "ada", ago=400).get("/delicate").headers["Location"]
        )
        got = browser.get("/very-delicate", headers=JSON)
        assert (401, True) == (got.status_code, "max_age=60" in got.headers["WWW-Authenticate"])

    def test_the_password_again_opens_what_is_delicate(self, shop: Make) -> None:
        """By the page that the visitor is led to, and back from it."""
        browser = signed_in(shop(), "ada", ago=3600)
        led = browser.get("/delicate").headers["Location"]
        token = token_in(browser.get(led).text)
        form = {"csrf_token": token, "password": PASSWORD, "next": "/delicate"}
        got = browser.post("/auth/account/confirm", data=form)
        assert (303, "/delicate") == (got.status_code, got.headers["Location"])
        assert "ada " == browser.get("/delicate").text

    def test_a_form_comes_back_to_the_page_that_it_was_on(self, shop: Make) -> None:
        """Its content is gone; nothing that changes something is repeated by a redirect."""
        browser = signed_in(shop(), "ada", ago=3600)
        got = browser.post("/delicate", data={"word": "x"}, headers={"Referer": "http://localhost/delicate?a=1"})
        assert (303, "/auth/account/confirm?next=/delicate%3Fa%3D1") == (got.status_code, got.headers["Location"])

    def test_the_sign_in_comes_before_the_rules_of_the_page(self, shop: Make) -> None:
        """Who may not see a page is not told whether it has changed; who may gets 304 and 428."""
        app = shop()
        condition = {"If-None-Match": '"v1"'}
        assert 303 == visitor(app).get("/note/1", headers=condition).status_code
        browser = signed_in(app, "ada")
        assert 304 == browser.get("/note/1", headers=condition).status_code
        assert 428 == browser.put("/note/1").status_code
        assert 405 == visitor(app).delete("/note/1").status_code

    def test_a_sign_in_ends_everywhere(self, shop: Make) -> None:
        """In every copy of the cookie, with the next request."""
        app = shop()
        browser, copy = signed_in(app, "ada"), visitor(app)
        kept = browser.get_cookie("hardtack-80")
        assert kept is not None
        copy.set_cookie("hardtack-80", kept.value)
        assert 200 == copy.get("/mine").status_code
        browser.post("/auth/sign-out")
        assert 303 == copy.get("/mine").status_code

    def test_a_disabled_account_is_signed_out_at_once(self, shop: Make) -> None:
        """By whoever administers."""
        app = shop()
        browser = signed_in(app, "ada")
        app.extensions["hardtack"].sign_in.accounts.disable("ada", 1_900_000_000)
        assert 303 == browser.get("/mine").status_code

    def test_there_must_be_a_request(self) -> None:
        """Of an application that has a sign-in."""
        with pytest.raises(MisuseError, match="no request"):
            bool(current_account)
        with Flask("bare").test_request_context(), pytest.raises(MisuseError, match="with a sign-in"):
            bool(current_identity)

    def test_a_request_context_of_a_test_has_a_visit(self, shop: Make) -> None:
        """Of nobody."""
        with shop().test_request_context():
            assert (False, False) == (bool(current_account), bool(current_identity))
            assert csrf_token()

    @pytest.mark.parametrize("max_age", [0, -1, True, "60", 1.5])
    def test_a_time_that_is_none_is_a_misuse(self, max_age: Any) -> None:
        """At the line that says it."""
        with pytest.raises(MisuseError, match="max_age"):
            recent_sign_in_required(max_age=max_age)

    @pytest.mark.parametrize("word", ["", "totp", "Passkey", 2])
    def test_a_factor_that_is_none_is_a_misuse(self, word: Any) -> None:
        """At the line that says it, with what to write instead."""
        with pytest.raises(MisuseError, match="is no strength") as misuse:
            recent_sign_in_required(factor=word)
        assert 'write factor="second" or factor="passkey"' in str(misuse.value)

    def test_attack_25_an_own_form_of_somebody_with_a_second_factor_signs_nobody_in(self, shop: Make) -> None:
        """The basket that the view had begun stays; nobody is signed in; the page asks for what is missing."""
        app = shop()
        accounts, now = app.extensions["hardtack"].sign_in.accounts, int(time.time())
        accounts.add("ada", PASSWORD, now=now)
        secret = apps.enrol(accounts, "ada", now=now - 60)
        browser = visitor(app)
        got = browser.post("/own-sign-in", data={"name": "ada", "password": PASSWORD})
        assert (303, "/auth/sign-in/second-factor") == (got.status_code, got.headers["Location"])
        with browser.session_transaction() as session:
            assert {"basket": ["rope"]} == dict(session)
        assert 303 == browser.get("/mine").status_code
        page = browser.get("/auth/sign-in/second-factor")
        code = apps.oathtool(secret, int(time.time()))
        fields = {"csrf_token": token_in(page.text), "factor": "totp", "code": code}
        done = browser.post("/auth/sign-in/second-factor", data=fields)
        assert (303, "/") == (done.status_code, done.headers["Location"])
        assert "ada by password, totp" == browser.get("/mine").text
        got = visitor(app).post("/own-sign-in", data={"name": "ada", "password": PASSWORD}, headers=JSON)
        assert (401, "application/problem+json") == (got.status_code, got.mimetype)
        assert 'error="second-factor-needed"' in got.headers["WWW-Authenticate"]

    @pytest.mark.parametrize("decorator", [sign_in_required, recent_sign_in_required, csrf_exempt])
    @pytest.mark.parametrize("what", [60, MethodView, Blueprint("b", "b")])
    def test_what_is_no_view_is_a_misuse(self, decorator: Any, what: Any) -> None:
        """Such as a number of seconds without its name, or a class, which would come out as a function."""
        with pytest.raises(MisuseError, match="no view"):
            decorator(what)

    def test_a_class_of_views(self, shop: Make) -> None:
        """With its decorators, as Flask has them; and exempt, if it is to be."""

        class Orders(MethodView):
            decorators = [sign_in_required]  # noqa: RUF012 - as Flask has it

            def get(self) -> str:
                return f"orders of {current_account.name}"

        class Hooks(MethodView):
            def post(self) -> str:
                return "hook"

        app = shop()
        app.add_url_rule("/orders", view_func=Orders.as_view("orders"))
        app.add_url_rule("/hooks", view_func=csrf_exempt(Hooks.as_view("hooks")))
        assert 303 == visitor(app).get("/orders").status_code
        assert "orders of ada" == signed_in(app, "ada").get("/orders").text
        assert "hook" == visitor(app).post("/hooks", headers={"Sec-Fetch-Site": "cross-site"}).text


class TestForms:
    """An unsafe request must come from the application's own pages."""

    def test_a_browser_says_whose_page_sent_the_form(self, shop: Make) -> None:
        """Then no token is needed, and another site's is refused before the view, whatever token it has."""
        browser = visitor(shop())
        token = token_in(browser.get("/").text)
        form = {"word": "knot"}
        assert {"form": "knot", "data": "word=knot"} == browser.post("/say", data=form).json
        for fields in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
            got = browser.post("/say", data={**form, "csrf_token": token}, headers=fields)
            assert (403, "text/plain") == (got.status_code, got.mimetype)
        client, host = shop(origin="https://shop.example").test_client(), "https://shop.example"
        for origin, status in ((host, 200), ("https://evil.example", 403), ("http://shop.example", 403), ("null", 403)):
            assert status == client.post("/say", data=form, headers={"Origin": origin}, base_url=host).status_code

    def test_a_form_without_a_word_of_the_browser_needs_its_token(self, shop: Make) -> None:
        """Which is found in the content; the view reads the form again, in whatever way."""
        client = shop().test_client()
        token = token_in(client.get("/").text)
        assert 403 == client.post("/say", data={"word": "knot"}).status_code
        assert 403 == client.post("/say", data={"word": "knot", "csrf_token": token[:-2] + "AA"}).status_code
        assert 403 == client.post("/say", data={"word": "knot", "csrf_token": [token, token]}).status_code
        got = client.post("/say", data={"word": "knot", "csrf_token": token})
        assert {"form": "knot", "data": f"word=knot&csrf_token={token}"} == got.json

    def test_the_token_of_an_upload_is_found(self, shop: Make) -> None:
        """In multipart content, beside a file."""
        client = shop().test_client()
        token = token_in(client.get("/").text)
        file = {"file": (io.BytesIO(b"x" * 70_000), "x.bin"), "word": "knot"}
        assert "70000 knot" == client.post("/upload", data={**file, "csrf_token": token}).text
        file["file"] = (io.BytesIO(b"x"), "x.bin")
        assert 403 == client.post("/upload", data=file).status_code

    def test_a_script_sends_its_token_in_a_field(self, shop: Make) -> None:
        """The content is not looked into."""
        client = shop().test_client()
        token = token_in(client.get("/").text)
        got = client.post("/say", json={"word": 1}, headers={"X-CSRF-Token": token})
        assert (200, '{"word": 1}') == (got.status_code, got.json["data"])  # type: ignore[index]
        assert 403 == client.post("/say", json={"word": 1}).status_code
        assert 200 == client.post("/say", data={"word": "a"}, headers={"X-CSRF-Token": token}).status_code

    def test_a_large_form_is_read_for_its_token_once(self, shop: Make) -> None:
        """As Flask reads forms; its own limit holds, and the answer is 413."""
        app = shop(status={})
        client = app.test_client()
        token = token_in(client.get("/").text)
        form = {"word": "x" * 70_000, "csrf_token": token}
        assert 70_000 == len(client.post("/say", data=form).json["form"])  # type: ignore[index]
        app.config["MAX_CONTENT_LENGTH"] = 1000
        assert 413 == client.post("/say", data=form).status_code

    def test_a_token_of_somebody_else_is_worth_nothing(self, shop: Make) -> None:
        """Nor one from before the sign-in."""
        app = shop()
        other = token_in(app.test_client().get("/").text)
        client = app.test_client()
        token_in(client.get("/").text)
        assert 403 == client.post("/say", data={"csrf_token": other}).status_code

    def test_whoever_has_no_cookie_and_no_form_passes(self, shop: Make) -> None:
        """There is no right that could be abused."""
        assert 200 == shop().test_client().post("/say", json={}).status_code

    def test_an_exempt_view_takes_what_comes(self, shop: Make) -> None:
        """Also from another site, and of a class, and below other decorators."""
        app = shop()

        @app.post("/deep")
        @sign_in_required
        @csrf_exempt
        def deep() -> str:
            return "deep"

        fields = {"Sec-Fetch-Site": "cross-site"}
        assert "ping" == visitor(app).post("/hook", data="ping", headers=fields).text
        assert "deep" == signed_in(app, "ada").post("/deep", headers=fields).text

    def test_an_address_that_is_not_there_is_checked_too(self, shop: Make) -> None:
        """A function of the application's own may answer there."""
        app = shop()
        asked: list[str] = []
        app.before_request(lambda: asked.append("asked"))
        browser = visitor(app)
        assert 403 == browser.post("/nowhere", headers={"Sec-Fetch-Site": "cross-site"}).status_code
        assert [] == asked
        assert 404 == browser.post("/nowhere").status_code

    def test_it_may_be_switched_off(self, shop: Make) -> None:
        """By keyword or configuration; the pages of the sign-in stay guarded."""
        browser = visitor(shop(csrf=False))
        fields = {"Sec-Fetch-Site": "cross-site"}
        assert 200 == browser.post("/say", data={}, headers=fields).status_code
        assert 403 == browser.post("/auth/sign-in", data={}, headers=fields).status_code
        assert 200 == visitor(shop({"HARDTACK_CSRF": False})).post("/say", data={}, headers=fields).status_code


class TestOwnForms:
    """A sign-in by the application's own form."""

    def test_the_data_comes_along_and_the_sign_in_is_new(self, shop: Make) -> None:
        """What was put in before and after."""
        app = shop()
        app.extensions["hardtack"].sign_in.accounts.add("ada", PASSWORD, now=1_800_000_000)
        browser = visitor(app)
        got = browser.post("/own-sign-in", data={"name": "Ada", "password": PASSWORD})
        assert "ada ['rope', 'tar']" == got.text
        assert "Max-Age" not in next(field for field in got.headers.getlist("Set-Cookie") if "hardtack-80" in field)
        assert "ada by password" == browser.get("/mine").text
        with browser.session_transaction() as session:
            assert {"basket": ["rope", "tar"]} == dict(session)
        got = browser.post("/own-sign-in", data={"name": "Ada", "password": PASSWORD, "keep": "1"})
        assert "Max-Age" in next(field for field in got.headers.getlist("Set-Cookie") if "hardtack-80" in field)

    def test_a_wrong_password_is_refused_as_on_our_page(self, shop: Make) -> None:
        """With the same throttle; the application's handler may show its form again."""
        app = shop()
        browser = visitor(app)
        got = browser.post("/own-sign-in", data={"name": "nobody", "password": "wrong wrong wrong"})
        challenge = 'Session realm="hardtack", sign-in="/auth/sign-in"'
        assert (401, challenge) == (got.status_code, got.headers["WWW-Authenticate"])
        assert None is browser.get_cookie("hardtack-80")

    def test_signing_out_forgets_the_data_but_for_what_comes_after(self, shop: Make) -> None:
        """And who it was."""
        app = shop()
        browser = signed_in(app, "ada")
        with browser.session_transaction() as session:
            session["basket"] = [1]
        assert "False {'left': True}" == browser.post("/own-sign-out").text
        with browser.session_transaction() as session:
            assert {"left": True} == dict(session)
        assert 303 == browser.get("/mine").status_code

    def test_the_data_of_one_account_is_not_another_ones(self, shop: Make) -> None:
        """Whoever signs in over somebody else begins empty."""
        app = shop()
        for name in ("ada", "bob"):
            app.extensions["hardtack"].sign_in.accounts.add(name, PASSWORD, now=1_800_000_000)
        browser = visitor(app)
        browser.post("/own-sign-in", data={"name": "ada", "password": PASSWORD})
        got = browser.post("/own-sign-in", data={"name": "bob", "password": PASSWORD})
        assert "bob ['tar']" != got.text
        assert 500 == got.status_code  # the view expects the basket that was ada's


class TestWhatWasDecided:
    """The answer is the visit's, whatever the application makes of the exception."""

    @pytest.mark.parametrize("status", [{}, None])
    def test_a_view_that_swallows_the_exception(self, shop: Make, status: Any) -> None:
        """And answers 200."""
        app = shop(status=status)
        got = visitor(app).get("/catch")
        assert (303, "/auth/sign-in?next=/catch", b"") == (got.status_code, got.headers["Location"], got.data)
        got = app.test_client().get("/catch", headers=JSON)
        assert (401, "application/problem+json", 401) == (got.status_code, got.mimetype, got.json["status"])  # type: ignore[index]

    def test_a_blueprint_that_answers_every_exception(self, shop: Make) -> None:
        """Flask asks its handler before ours."""
        app = shop()
        blueprint = Blueprint("b", "b")
        blueprint.get("/b")(sign_in_required(lambda: "b"))
        blueprint.register_error_handler(Exception, lambda _error: ("mine", 200))
        app.register_blueprint(blueprint)
        assert 303 == visitor(app).get("/b").status_code

    def test_a_page_of_ones_own_for_the_refusal_stays(self, shop: Make) -> None:
        """It has the right status."""
        app = shop()
        app.register_error_handler(Unauthorized, lambda _error: ("please sign in", 401))
        got = app.test_client().get("/mine", headers=JSON)
        assert (401, "please sign in") == (got.status_code, got.text)

    def test_an_answer_that_is_thrown_away_is_closed(self, shop: Make) -> None:
        """It may hold a file."""
        app = shop()
        closed: list[bool] = []

        class Pieces:
            def __iter__(self) -> Any:
                return iter([b"never"])

            def close(self) -> None:
                closed.append(True)

        @app.get("/closing")
        def closing() -> Response:
            try:
                sign_in_required(lambda: "")()
            except Exception:
                return Response(Pieces())
            raise AssertionError

        with visitor(app).get("/closing") as got:
            assert 303 == got.status_code
        assert [True] == closed

    def test_without_the_status_layer_a_refusal_is_an_answer_too(self, shop: Make) -> None:
        """Of the status room, negotiated."""
        app = shop(status=None)

        @app.get("/refused")
        def refused() -> str:
            raise Refused("no", reason="no")

        got = app.test_client().post("/say", data={"word": ""}, headers={**HTML, "Accept-Language": "zh"})
        assert (403, "text/html", True) == (got.status_code, got.mimetype, "没有做任何更改" in got.text)
        assert 400 == app.test_client().get("/refused").status_code


class TestPages:
    """The sign-in's own, before the application."""

    def test_sign_up_sign_in_and_out(self, shop: Make) -> None:
        """In development mode everybody may."""
        app = shop()
        browser = visitor(app)
        token = token_in(browser.get("/auth/sign-up").text)
        form = {"csrf_token": token, "username": "ada", "password": PASSWORD, "next": "/mine"}
        got = browser.post("/auth/sign-up", data=form)
        assert 303 == got.status_code
        assert "ada by password" == browser.get("/mine").text
        token = token_in(browser.get("/").text)
        assert 303 == browser.post("/auth/sign-out", data={"csrf_token": token}).status_code
        assert 303 == browser.get("/mine").status_code

    def test_the_token_of_the_application_is_good_for_the_pages(self, shop: Make) -> None:
        """So that a page of one's own can hold the button that signs out, without a word of the browser."""
        app = shop()
        client = app.test_client()
        browser = signed_in(app, "ada")
        kept = browser.get_cookie("hardtack-80")
        assert kept is not None
        client.set_cookie("hardtack-80", kept.value)
        assert 403 == client.post("/auth/sign-out").status_code
        token = token_in(client.get("/").text)
        assert 303 == client.post("/auth/sign-out", data={"csrf_token": token}).status_code

    def test_the_prefix_is_the_authors(self, shop: Make) -> None:
        """And so are the addresses that visitors are led to."""
        app = shop(prefix="/id")
        browser = visitor(app)
        assert "/id/sign-in?next=/mine" == browser.get("/mine").headers["Location"]
        assert 200 == browser.get("/id/sign-in").status_code
        assert 404 == browser.get("/auth/sign-in").status_code

    def test_an_error_below_the_prefix_that_is_no_page_is_the_applications(self, shop: Make) -> None:
        """With its own page."""
        got = visitor(shop()).get("/auth/nothing", headers=HTML)
        assert (404, True) == (got.status_code, "404" in got.text)

    def test_a_url_of_the_pages(self, shop: Make) -> None:
        """In a template too; a page that there is not is a misuse."""
        app = shop()

        @app.get("/links")
        def links() -> str:
            return render_template_string("{{ hardtack.url('/sign-in') }}")

        assert "/auth/sign-in" == visitor(app).get("/links").text
        with app.app_context(), pytest.raises(MisuseError, match="no page"):
            render_template_string("{{ hardtack.url('/sign-on') }}")

    def test_the_settings_of_the_templates_may_come_afterwards(self, shop: Make, tmp_path: Path) -> None:
        """And an environment that is there already knows our names too."""
        app = shop()
        app.config["TEMPLATES_AUTO_RELOAD"] = True
        assert app.jinja_env.auto_reload
        early = Flask("early")
        assert "csrf_field" not in early.jinja_env.globals
        extension = Hardtack(early, keyring=KEYS, data=str(tmp_path / "early"))
        assert "csrf_field" in early.jinja_env.globals
        extension.close()

    def test_only_this_machine_is_answered_in_development_mode(self, shop: Make) -> None:
        """The application as the pages."""
        client = shop().test_client()
        for path in ("/", "/auth/sign-in"):
            assert 421 == client.get(path, base_url="http://evil.example").status_code

    def test_a_public_origin_has_its_own_names(self, shop: Make) -> None:
        """And answers for its host alone."""
        app = shop(origin="https://shop.example")
        browser = signed_in(app, "ada")
        got = browser.get("/mine")
        assert "ada by password" == got.text
        assert browser.get_cookie("__Host-hardtack", domain="shop.example") is not None
        assert 421 == app.test_client().get("/").status_code
        assert 403 == visitor(app).post("/say", data={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code

    def test_templates_of_the_application_are_used_for_its_errors(self, shop: Make, tmp_path: Path) -> None:
        """Also for what a visit has decided."""
        (tmp_path / "templates" / "errors").mkdir(parents=True)
        (tmp_path / "templates" / "errors" / "403.html").write_text("own {{ status }} {{ language }}")
        app = shop()
        got = visitor(app).post("/say", headers={"Sec-Fetch-Site": "cross-site", **HTML})
        assert (403, "own 403 en") == (got.status_code, got.text)


class TestSeveralApplications:
    """One extension object, several applications; and several on one host."""

    def test_one_extension_serves_several(self, tmp_path: Path) -> None:
        """Each has its own accounts and pages; which is meant, the context says."""
        extension = Hardtack(keyring=KEYS)
        with pytest.raises(MisuseError, match="which application"):
            extension.url("/sign-in")
        apps = []
        for name in ("one", "two"):
            app = Flask(name)
            app.config.update(HARDTACK_DATA=str(tmp_path / name), HARDTACK_PREFIX=f"/{name}")
            extension.init_app(app)
            app.get("/")(sign_in_required(lambda: str(current_account.name)))
            apps.append(app)
            assert f"/{apps[0].name}/sign-in" == extension.url("/sign-in") if len(apps) == 1 else True
        for app in apps:
            with app.app_context():
                assert f"/{app.name}/sign-in" == extension.url("/sign-in")
            assert f"/{app.name}/sign-in?next=/" == visitor(app).get("/").headers["Location"]
        assert "ada" == signed_in(apps[0], "ada").get("/").text
        with apps[1].app_context():
            assert None is extension.accounts.find("ada")
        with pytest.raises(MisuseError, match="which application"):
            extension.close()
        for app in apps:
            with app.app_context():
                extension.close()

    def test_two_on_one_host_share_the_sign_in_and_nothing_else(self, shop: Make) -> None:
        """Each keeps data of its own; signing out of one is signing out of both."""
        one, two = shop(), shop(application="other")
        first = signed_in(one, "ada")
        with first.session_transaction() as session:
            session["basket"] = [1]
        second = visitor(two)
        for cookie in ("hardtack-80", "hardtack-session-shop-80"):
            kept = first.get_cookie(cookie)
            assert kept is not None
            second.set_cookie(cookie, kept.value)
            second.set_cookie(cookie.replace("shop", "other"), kept.value)
        assert "ada by password" == second.get("/mine").text
        with second.session_transaction() as session:
            assert {} == dict(session)
        second.post("/auth/sign-out")
        assert 303 == first.get("/mine").status_code


@pytest.mark.parametrize("key", ["TESTING", "DEBUG", "PROPAGATE_EXCEPTIONS"])
def test_it_is_the_same_for_an_author_at_work(shop: Make, key: str) -> None:
    """What is decided is no error that a debugger should see."""
    app = shop({key: True})
    assert 303 == visitor(app).get("/mine").status_code
    assert 401 == app.test_client().get("/mine").status_code
    assert 403 == visitor(app).post("/say", headers={"Sec-Fetch-Site": "cross-site"}).status_code
    assert "ada by password" == signed_in(app, "ada").get("/mine").text


def test_what_nobody_can_tell_is_503(shop: Make, tmp_path: Path) -> None:
    """Where ended sign-ins are not known, nobody is taken for signed in, nor for signed out."""
    browser = signed_in(shop(), "ada")
    assert 200 == browser.get("/mine").status_code
    with closing(sqlite3.connect(tmp_path / "data" / "hardtack.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in [name for name in tables if not name.startswith("sqlite_")]:
            database.execute(f"DROP TABLE {name}")
    with (tmp_path / "data" / "hardtack.db.generation").open("r+b") as generation:
        generation.write(b"another!")
    got = browser.get("/mine")
    assert (503, "5") == (got.status_code, got.headers["Retry-After"])
    assert 200 == browser.get("/plain").status_code
