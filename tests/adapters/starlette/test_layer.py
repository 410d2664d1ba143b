"""Hardtack in a Starlette application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware as StarlettesOwn
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from hardtack.adapters.asgi import Hardtack as AsgiHardtack
from hardtack.adapters.starlette import Hardtack, SessionMiddleware, signed_in
from hardtack.adapters.starlette.testing import signed_in as client_of
from hardtack.adapters.starlette.testing import visitor
from hardtack.errors import MisuseError
from hardtack.seal import Keyring
from hardtack.session.testing import edited
from tests.adapters.starlette.shop import PERSON, SCRIPT, Shop, sign_up


async def count(request: Request) -> Response:
    """Count the visits."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return PlainTextResponse(str(request.session["visits"]))


async def me(request: Request) -> Response:
    """Say who it is."""
    return JSONResponse({"name": (await signed_in(request)).name})


async def fail(_request: Request) -> Response:
    """Fail."""
    raise RuntimeError("swordfish")


ROUTES = [Route("/", count, methods=["GET", "POST"]), Route("/me", me), Route("/fail", fail)]


class TestSigningIn:
    """From nothing to signed in."""

    def test_a_person_is_led_to_the_page_signs_up_and_is_back(self, shop: Shop) -> None:
        """The session of before is theirs, and nobody else's."""
        app = shop.app(ROUTES)
        client = visitor(app, follow_redirects=False)
        assert "1" == client.get("/").text
        led = client.get("/me", headers=PERSON)
        assert (303, "/auth/sign-in?next=/me") == (led.status_code, led.headers["location"])
        page = client.get(led.headers["location"], headers=PERSON)
        assert (200, True) == (page.status_code, 'action="/auth/sign-in"' in page.text)
        form = {"username": "alice", "password": "a long walk to the sea", "next": "/me"}
        back = client.post("/auth/sign-up", data=form, headers=PERSON)
        assert (303, "/me") == (back.status_code, back.headers["location"])
        assert {"name": "alice"} == client.get("/me").json()
        assert "2" == client.get("/").text
        assert 401 == visitor(app).get("/me", headers=SCRIPT).status_code

    def test_signing_out_on_the_page_signs_out_at_once_also_a_copied_cookie(self, shop: Shop) -> None:
        """The application hears of it in the same moment."""
        app = shop.app(ROUTES)
        client = sign_up(app)
        copied = dict(client.cookies)
        assert 200 == client.get("/me").status_code
        assert 303 == client.post("/auth/sign-out", follow_redirects=False).status_code
        client.cookies.update(copied)
        assert 401 == client.get("/me").status_code

    def test_another_sites_form_changes_nothing(self, shop: Shop) -> None:
        """Before the application sees it; without it, where the author says so."""
        foreign = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
        assert 403 == visitor(shop.app(ROUTES, origin="http://localhost:8000")).post("/", headers=foreign).status_code
        without = shop.app(ROUTES, csrf=False, origin="http://localhost:8000")
        assert 200 == visitor(without).post("/", headers=foreign).status_code

    def test_in_development_mode_only_this_machine_is_answered(self, shop: Shop) -> None:
        """So a client of Starlette's as it is gets 421, which the helper for tests spares."""
        assert 421 == TestClient(shop.app(ROUTES)).get("/").status_code

    def test_a_session_can_be_edited_by_a_test(self, shop: Shop) -> None:
        """In development mode and at an origin."""
        for options in ({}, {"origin": "https://shop.example"}):
            app = shop.app(ROUTES, **options)
            client = client_of(app, "alice")
            with edited(client, app) as session:
                session["visits"] = 41
            assert "42" == client.get("/").text
            with edited(client, app) as session:
                assert ({"visits": 42}, True) == (dict(session), session.identity is not None)


class TestLifespan:
    """The sign-in lives as long as the application."""

    def test_it_starts_and_ends_with_the_applications_own_and_may_begin_anew(self, shop: Shop) -> None:
        """As the tests of an application do it, one after the other."""
        seen: list[str] = []

        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, str]]:
            seen.append("starts")
            yield {"greeting": "hello"}
            seen.append("ends")

        async def greet(request: Request) -> Response:
            return PlainTextResponse(f"{request.state.greeting} {(await signed_in(request)).name}")

        app = shop.app([Route("/", greet)], starlette_lifespan=lifespan)
        for _ in range(2):
            with client_of(app, "alice") as client:
                assert "hello alice" == client.get("/").text
                assert 401 == client.post("/auth/sign-in", data={"username": "x", "password": "y"}).status_code
        assert ["starts", "ends"] * 2 == seen

    def test_a_lifespan_that_fails_is_told_to_the_server(self, shop: Shop) -> None:
        """At the start and at the end."""

        @asynccontextmanager
        async def broken(_app: Starlette) -> AsyncIterator[None]:
            yield
            raise RuntimeError("swordfish")

        app = shop.app(ROUTES, starlette_lifespan=broken)
        client = visitor(app)
        with pytest.raises(RuntimeError, match="swordfish"), client:
            assert 200 == client.get("/").status_code

    def test_where_none_comes_the_first_visit_starts_it(self, shop: Shop) -> None:
        """A mounted application; the prefix is what the browser sees."""
        inner = shop.app(ROUTES, prefix="/inner/auth", home="/inner/")
        outer = Starlette(routes=[Mount("/inner", app=inner)])
        client = TestClient(outer, base_url="http://localhost:8000", headers={"origin": "http://localhost:8000"})
        assert "1" == client.get("/inner/").text
        led = client.get("/inner/me", headers=PERSON, follow_redirects=False)
        assert "/inner/auth/sign-in?next=/inner/me" == led.headers["location"]
        form = {"username": "alice", "password": "a long walk to the sea"}
        assert 303 == client.post("/inner/auth/sign-up", data=form, follow_redirects=False).status_code
        assert {"name": "alice"} == client.get("/inner/me").json()


class TestErrors:
    """Which page an error gets."""

    def test_an_unforeseen_error_is_an_incident_or_the_applications_own_affair(
        self, shop: Shop, caplog: pytest.LogCaptureFixture
    ) -> None:
        """In debug mode Starlette shows the place, and a handler of the application's comes first."""
        got = visitor(shop.app(ROUTES)).get("/fail", headers=PERSON)
        [record] = [each for each in caplog.records if each.name == "hardtack.status"]
        assert (500, True) == (got.status_code, record.fields["incident"] in got.text)  # type: ignore[attr-defined]
        assert "swordfish" not in got.text
        debug = visitor(shop.app(ROUTES, starlette_debug=True), raise_server_exceptions=False)
        assert "swordfish" in debug.get("/fail", headers=PERSON).text

        async def own(_request: Request, _error: Exception) -> Response:
            return PlainTextResponse("We are sorry, and have been told.", status_code=500)

        app = shop.app(ROUTES, starlette_exception_handlers={Exception: own})
        assert "We are sorry, and have been told." == visitor(app, raise_server_exceptions=False).get("/fail").text

    def test_without_the_status_layer_the_framework_answers_as_it_does(self, shop: Shop) -> None:
        """But our own exceptions have their page, and people theirs."""
        app = shop.app(ROUTES, status=None)
        client = visitor(app, follow_redirects=False, raise_server_exceptions=False)
        assert "Internal Server Error" == client.get("/fail").text
        assert 401 == client.get("/me", headers=SCRIPT).status_code
        assert "<h1>" in client.get("/nowhere", headers=PERSON).text
        assert 405 == client.options("/").status_code
        assert 200 == client.get("/auth/sign-in").status_code

    def test_templates_of_ones_own_are_for_errors_and_for_our_pages(self, shop: Shop, tmp_path: Path) -> None:
        """One folder for both; what is no page of errors is left to us."""
        folder = tmp_path / "templates"
        (folder / "errors").mkdir(parents=True)
        (folder / "errors" / "404.html").write_text(
            "<title>{{ status }}</title>{{ phrase }}: {{ detail }} {{ advice }}"
        )
        (folder / "errors" / "5xx.html").write_text("<title>oh</title>")
        client = visitor(shop.app(ROUTES, templates=folder))
        assert "<title>404</title>Not Found" in client.get("/nowhere", headers=PERSON).text
        assert "<title>404</title>未找到" in client.get("/nowhere", headers={**PERSON, "accept-language": "zh"}).text
        assert "<title>oh</title>" == client.get("/fail", headers=PERSON).text
        assert "<h1>" in client.post("/me", headers=PERSON).text
        (folder / "errors" / "error.html").write_text("any")
        assert "any" == visitor(shop.app(ROUTES, templates=folder)).post("/me", headers=PERSON).text
        (tmp_path / "none").mkdir()
        assert "<h1>" in visitor(shop.app(ROUTES, templates=tmp_path / "none")).get("/x", headers=PERSON).text

    def test_what_is_compressed_is_compressed_within_ours(self, shop: Shop) -> None:
        """Middleware of the application's own stands inside, whether it was added before or after."""

        async def long(_request: Request) -> Response:
            return PlainTextResponse("biscuit " * 500, headers={"ETag": 'W/"v1"'})

        app = shop.app([Route("/", long)], starlette_middleware=[Middleware(GZipMiddleware)])
        got = visitor(app).get("/")
        assert ("gzip", 'W/"v1"') == (got.headers["content-encoding"], got.headers["etag"])
        assert 304 == visitor(app).get("/", headers={"if-none-match": got.headers["etag"]}).status_code


class TestTooLate:
    """A cookie travels with the head of the answer."""

    @pytest.mark.parametrize("how", ["stream", "task"])
    def test_a_change_after_it_is_an_error(self, shop: Shop, how: str) -> None:
        """In a streamed body and in a background task."""

        async def late(request: Request) -> Response:
            def change() -> None:
                request.session["late"] = True

            async def pieces() -> AsyncIterator[str]:
                yield "one"
                change()
                yield "two"

            if how == "stream":
                return StreamingResponse(pieces())
            return PlainTextResponse("one", background=BackgroundTask(change))

        client = visitor(shop.app([Route("/", late)]))
        with pytest.raises(MisuseError, match="after the headers of the answer had left"):
            client.get("/")


class TestMisuse:
    """What cannot work is refused at the line that asks for it."""

    def test_there_is_one_session_in_an_application(self, shop: Shop) -> None:
        """Neither two Hardtacks, nor one beside a SessionMiddleware, whichever came first."""
        with pytest.raises(MisuseError, match="there are two Hardtacks"):
            shop.around(shop.app(ROUTES))
        for other in (StarlettesOwn, SessionMiddleware):
            with pytest.raises(MisuseError, match="SessionMiddleware beside Hardtack"):
                shop.app(ROUTES, starlette_middleware=[Middleware(other, secret_key="x" * 32)])
            with pytest.raises(MisuseError, match="take the SessionMiddleware out"):
                shop.app(ROUTES).add_middleware(other, secret_key="x" * 32)
        shop.app(ROUTES).add_middleware(GZipMiddleware)

    def test_it_comes_before_the_first_request_and_into_such_an_application(self, shop: Shop) -> None:
        """Around any other there is another class."""
        app = Starlette(routes=ROUTES)
        TestClient(app).get("/nowhere")
        with pytest.raises(MisuseError, match="has begun to answer"):
            shop.around(app)
        with pytest.raises(MisuseError, match=r"adapters\.asgi\.Hardtack"):
            Hardtack(AsgiHardtack(app, status={}))  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("options", "complaint"),
        [
            ({"keyring": "s3cret-that-is-no-path"}, "neither a Keyring nor the path of a file"),
            ({"origin": "http://shop.example"}, "plain http"),
            ({"domain": "shop.example"}, "there is no setting domain"),
            ({"application": "a b"}, "'a b' cannot be part of a cookie's name"),
            (
                {"application": "s3cret" * 11},
                "name cannot be part of a cookie's name\n.*a secret belongs into keyring=",
            ),
            ({"status": {"errors": "some"}}, "errors: 'some' is not known"),
        ],
    )
    def test_a_setting_that_cannot_be(self, shop: Shop, options: dict[str, Any], complaint: str) -> None:
        """With nothing of a secret in the text."""
        with pytest.raises(MisuseError, match=complaint) as caught:
            shop.app(ROUTES, **options)
        assert "s3cret" not in str(caught.value)

    def test_no_page_of_ours_hides_a_route(self, shop: Shop) -> None:
        """Whether it was there before or came later; the addresses of our pages are to be had by name."""
        with pytest.raises(MisuseError, match=r"/auth/sign-in as well.*\n.*prefix="):
            shop.app([Route("/auth/sign-in", count)])
        app = shop.app([Route("/auth/sign-in", count)], prefix="/door")
        assert "/door/sign-in" == app.state.hardtack.url("/sign-in")
        with pytest.raises(MisuseError, match="no page '/nowhere'"):
            app.state.hardtack.url("/nowhere")
        app.router.routes.append(Route("/door/account", count))
        with pytest.raises(MisuseError, match="/door/account as well"):
            visitor(app).get("/")

    def test_without_a_keyring_the_error_says_how_to_make_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In two ways."""
        monkeypatch.delenv("HARDTACK_KEYRING", raising=False)
        with pytest.raises(MisuseError, match="hardtack keys new"):
            Hardtack(Starlette(), data=str(tmp_path))
        Keyring.generate()

    def test_the_helpers_for_tests_want_a_hardtack(self) -> None:
        """They say so."""
        with pytest.raises(MisuseError, match="has no Hardtack"):
            visitor(Starlette())


def test_a_wrong_password_in_a_form_of_the_applications_own_is_told_with_the_challenge(shop: Shop) -> None:
    """A 401 has one (RFC 9110 §15.5.2)."""

    async def enter(request: Request) -> Response:
        await shop.installed[0].authenticate(request, "alice", "a long walk to nowhere")
        raise AssertionError

    got = visitor(shop.app([Route("/enter", enter, methods=["POST"])])).post("/enter", headers=SCRIPT)
    assert (401, True) == (got.status_code, 'sign-in="/auth/sign-in"' in got.headers["www-authenticate"])
