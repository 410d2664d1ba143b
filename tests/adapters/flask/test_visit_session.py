"""Flask's ``session`` in an application with ``Hardtack``: Flask's contract, over our cookies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, Response, request, send_file, session, stream_with_context
from flask.json.tag import JSONTag
from markupsafe import Markup

from hardtack.adapters.flask import current_identity, sign_in
from hardtack.adapters.flask.serializer import SealedSerializer
from hardtack.adapters.flask.testing import PASSWORD, signed_in
from hardtack.adapters.flask.testing import browser as visitor
from hardtack.adapters.flask.visit_session import VisitInterface
from hardtack.errors import MisuseError
from hardtack.session import CookieTooLarge
from hardtack.session.testing import edited
from tests.adapters.flask.shops import Make

DATA = "hardtack-session-shop-80"
SECRET = "a secret of at least 32 random characters"
EVERYTHING = {
    "tuple": (1, (2, "three")),
    "bytes": b"\x00\xff",
    "markup": Markup("<b>bold</b>"),
    "uuid": UUID("12345678-1234-5678-1234-567812345678"),
    "when": datetime(2027, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
    "large": 1 << 80,
    "like a tag": {" t": [1]},
    "deep": [{"list": [1, {"tuple": (None, True, 1.5)}]}],
    "surrogate": "\ud800",
}


def doing(app: Flask, **views: Callable[[], Any]) -> Any:
    """Return a client of *app* that asks one of these views with ``client("name")``."""
    for name, view in views.items():
        app.add_url_rule(f"/{name}", name, view)
    client = app.test_client()

    def ask(name: str) -> Any:
        return client.get(f"/{name}")

    ask.client = client  # type: ignore[attr-defined]
    return ask


def written(got: Any) -> list[str]:
    """Return the Set-Cookie values of the data cookie in an answer."""
    return [field for field in got.headers.getlist("Set-Cookie") if field.startswith(f"{DATA}=")]


class TestFlasksContract:
    """What an application knows of its session stays."""

    def test_values_come_back_as_they_were(self, shop: Make) -> None:
        """All types of Flask's, also deep inside, and the integers and texts that JSON alone has."""

        def put() -> str:
            session.update(EVERYTHING)
            return ""

        ask = doing(shop(), put=put, look=lambda: str(dict(session) == EVERYTHING))
        ask("put")
        got = ask("look")
        assert ("True", []) == (got.text, written(got))

    def test_a_cookie_tells_nothing(self, shop: Make) -> None:
        """It is sealed."""

        def put() -> str:
            session["word"] = "swordfish"
            return ""

        [cookie] = written(doing(shop(), put=put)("put"))
        assert "swordfish" not in cookie

    def test_a_change_deep_inside_is_noticed(self, shop: Make) -> None:
        """Without ``modified``."""

        def put() -> str:
            session["list"] = [{"inner": [1]}]
            return ""

        def change() -> str:
            session["list"][0]["inner"].append(2)
            return ""

        ask = doing(shop(), put=put, change=change, look=lambda: session["list"])
        ask("put")
        assert 1 == len(written(ask("change")))
        assert [{"inner": [1, 2]}] == ask("look").json

    def test_whoever_has_set_modified_has_decided(self, shop: Make) -> None:
        """To ``False``: nothing is kept; to ``True``: the cookie is written though nothing has changed."""

        def put() -> str:
            session["n"] = 1
            return ""

        def not_meant() -> str:
            session["n"] = 2
            session.modified = False
            return ""

        def touch() -> str:
            session.modified = True
            return ""

        ask = doing(shop(), put=put, not_meant=not_meant, touch=touch, look=lambda: dict(session))
        ask("put")
        assert [] == written(ask("not_meant"))
        assert {"n": 1} == ask("look").json
        assert 1 == len(written(ask("touch")))

    def test_an_answer_that_has_nothing_to_do_with_it_is_left_alone(self, shop: Make) -> None:
        """It may be cached by everybody; one that has read it may not."""
        ask = doing(shop(), plain2=lambda: "", look=lambda: str(session.get("n")))
        got = ask("plain2")
        assert (None, None) == (got.headers.get("Vary"), got.headers.get("Cache-Control"))
        got = ask("look")
        assert ("Cookie", "private, no-cache", []) == (got.headers["Vary"], got.headers["Cache-Control"], written(got))

    def test_permanent_outlives_the_browser(self, shop: Make) -> None:
        """Otherwise the cookie ends with it."""

        def put() -> str:
            session["n"] = 1
            session.permanent = request.args.get("long") == "1"
            return str(session.permanent)

        ask = doing(shop(), put=put)
        assert "Max-Age" not in written(ask("put"))[0]
        assert "Max-Age=86400" in written(ask("put?long=1"))[0]

    def test_clearing_deletes_the_cookie(self, shop: Make) -> None:
        """And one that was refused, if the application clears what it never saw."""

        def put() -> str:
            session["n"] = 1
            return ""

        def clear() -> str:
            session.clear()
            return ""

        ask = doing(shop(), put=put, clear=clear)
        ask("put")
        [deletion] = written(ask("clear"))
        assert deletion.startswith(f"{DATA}=; Expires=Thu, 01 Jan 1970")
        assert [] == written(ask("clear"))
        ask.client.set_cookie(DATA, "junk")
        assert 1 == len(written(ask("clear")))

    def test_flashes_are_shown_once(self, shop: Make) -> None:
        """With their categories."""
        client = shop().test_client()
        client.get("/flash")
        assert "[('info', 'Saved.')]" == client.get("/flashed").text
        assert "[]" == client.get("/flashed").text

    def test_a_tests_transaction(self, shop: Make) -> None:
        """Opens, changes and saves, also deep inside."""
        client = shop().test_client()
        with client.session_transaction() as held:
            held["list"] = [1]
        with client.session_transaction() as held:
            held["list"].append(2)
        with client.session_transaction() as held:
            assert {"list": [1, 2]} == dict(held)
        with client:
            client.get("/plain")
            assert [1, 2] == session["list"]

    def test_the_interface_says_how_the_cookie_is_called(self, shop: Make) -> None:
        """To extensions that ask it; there is a session without a secret key too."""
        app = shop(origin="https://shop.example")
        interface = app.session_interface
        assert isinstance(interface, VisitInterface)
        assert ("__Host-session-shop", None, "/") == (
            interface.get_cookie_name(app),
            interface.get_cookie_domain(app),
            interface.get_cookie_path(app),
        )
        assert (True, True, "Lax", False) == (
            interface.get_cookie_httponly(app),
            interface.get_cookie_secure(app),
            interface.get_cookie_samesite(app),
            interface.get_cookie_partitioned(app),
        )
        assert app.secret_key is None
        with app.test_request_context():
            assert not interface.is_null_session(session._get_current_object())  # type: ignore[attr-defined]

    def test_what_cannot_be_carried_is_a_type_error(self, shop: Make) -> None:
        """As with Flask's; nothing is half written."""
        app = shop()
        app.config["PROPAGATE_EXCEPTIONS"] = True

        def put() -> str:
            session["n"] = 1
            session["set"] = {1}
            return ""

        with pytest.raises(TypeError):
            doing(app, put=put)("put")

    def test_what_outgrows_a_cookie_is_an_error_that_names_the_key(self, shop: Make) -> None:
        """Flask sends it, and browsers drop it without a word."""
        app = shop()
        app.config["PROPAGATE_EXCEPTIONS"] = True

        def put() -> str:
            session["everything"] = "x" * 5000
            return ""

        with pytest.raises(CookieTooLarge, match="'everything'"):
            doing(app, put=put)("put")

    def test_in_production_it_is_500_without_a_cookie(self, shop: Make, caplog: pytest.LogCaptureFixture) -> None:
        """And the log says why."""

        def put() -> str:
            session["everything"] = "x" * 5000
            return ""

        got = doing(shop(), put=put)("put")
        assert (500, []) == (got.status_code, written(got))
        assert "CookieTooLarge" in caplog.text

    def test_a_key_that_no_text_can_carry_is_a_misuse(self, shop: Make) -> None:
        """Values may hold it."""
        app = shop()
        app.config["PROPAGATE_EXCEPTIONS"] = True

        def put() -> str:
            session["\ud800"] = 1
            return ""

        with pytest.raises(MisuseError, match="no map"):
            doing(app, put=put)("put")

    def test_tag_classes_of_the_application(self, shop: Make, caplog: pytest.LogCaptureFixture) -> None:
        """A cookie that holds what nobody can read any more is an empty session, and stays until it is written."""

        class Tag(JSONTag):
            __slots__ = ()
            key = " c"

            def check(self, value: Any) -> bool:
                return isinstance(value, complex)

            def to_json(self, value: complex) -> list[float]:
                return [value.real, value.imag]

            def to_python(self, value: list[float]) -> complex:
                return complex(*value)

        app = shop()
        interface = app.session_interface
        assert isinstance(interface, VisitInterface)
        interface.serializer = SealedSerializer()
        interface.serializer.register(Tag)

        def put() -> str:
            session["number"] = 1 + 2j
            return ""

        ask = doing(app, put=put, look=lambda: str(session.get("number")))
        ask("put")
        assert "(1+2j)" == ask("look").text
        interface.serializer = SealedSerializer()
        got = ask("look")
        assert ("None", []) == (got.text, written(got))
        assert f"cookie refused: {DATA} (malformed)" in caplog.text


class TestStreams:
    """A cookie leaves with the head."""

    def test_a_stream_may_read_the_session(self, shop: Make) -> None:
        """It is still there."""

        def put() -> str:
            session["n"] = 1
            return ""

        def stream() -> Response:
            return Response(stream_with_context(iter([str(session["n"]), "!"])))

        ask = doing(shop(), put=put, stream=stream)
        ask("put")
        assert "1!" == ask("stream").text

    def test_a_stream_that_has_nothing_to_close(self, shop: Make) -> None:
        """As a plain iterator."""
        ask = doing(shop(status=None), stream=lambda: Response(iter(["one", "two"])))
        with ask("stream") as got:
            assert "onetwo" == got.text

    @pytest.mark.parametrize("before", [True, False])
    def test_a_change_in_a_stream_is_an_error(self, shop: Make, before: bool) -> None:
        """Flask loses it without a word."""

        def stream() -> Response:
            if before:
                session["n"] = 1

            def pieces() -> Iterator[str]:
                yield "one"
                session["late"] = 1

            return Response(stream_with_context(pieces()))

        with pytest.raises(MisuseError, match="after the headers"):
            _ = doing(shop(), stream=stream)("stream").data

    def test_unless_it_is_not_meant_to_be_kept(self, shop: Make) -> None:
        """And has been said so."""

        def stream() -> Response:
            def pieces() -> Iterator[str]:
                yield "one"
                session["late"] = 1
                session.modified = False

            return Response(stream_with_context(pieces()))

        assert "one" == doing(shop(), stream=stream)("stream").text

    def test_a_stream_is_closed(self, shop: Make) -> None:
        """Also one that nobody has read."""
        closed = []

        class Pieces:
            def __iter__(self) -> Iterator[bytes]:
                return iter([b"never"])

            def close(self) -> None:
                closed.append(True)

        ask = doing(shop(status=None), stream=lambda: Response(Pieces()))
        with ask.client.open("/stream", method="HEAD", buffered=False):
            pass
        assert [True] == closed

    def test_a_file_is_left_to_the_server(self, shop: Make) -> None:
        """Which may send it without reading it."""
        app = shop(status=None)
        app.get("/file")(lambda: send_file(__file__))
        with app.test_request_context("/file"):
            answer = app.full_dispatch_request()
            assert answer.direct_passthrough
            answer.close()


class TestWhoseItIs:
    """The data belongs to the account of whoever is signed in."""

    def test_it_opens_beside_its_account_only(self, shop: Make) -> None:
        """And is one line in the log elsewhere."""
        app = shop()
        browser = signed_in(app, "ada")
        with browser.session_transaction() as held:
            held["basket"] = [1]
        other = signed_in(app, "bob")
        kept = browser.get_cookie(DATA)
        assert kept is not None
        other.set_cookie(DATA, kept.value)
        with other.session_transaction() as held:
            assert {} == dict(held)

    def test_a_change_after_the_sign_in_has_ended_is_not_kept(
        self, shop: Make, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Somebody signs out while a slow page is made."""
        app = shop()
        browser, copy = signed_in(app, "ada"), visitor(app)
        kept = browser.get_cookie("hardtack-80")
        assert kept is not None
        copy.set_cookie("hardtack-80", kept.value)

        def slow() -> str:
            session["basket"] = [1]
            copy.post("/auth/sign-out")
            return ""

        app.add_url_rule("/slow", "slow", slow)
        assert [] == browser.get("/slow").headers.getlist("Set-Cookie")

    def test_a_tests_edit(self, shop: Make) -> None:
        """In development mode and at an origin; also who is signed in stays so."""
        for app in (shop(), shop(origin="https://shop.example")):
            browser = signed_in(app, "ada")
            with edited(browser, app) as held:
                held["basket"] = [1]
            with edited(browser, app) as held:
                held["basket"].append((2,))
            with edited(browser, app) as held:
                assert {"basket": [1, (2,)]} == dict(held)
            assert "ada by password" == browser.get("/mine").text
        client = shop().test_client()
        with edited(client, shop(), host="localhost:5000") as held:
            held["n"] = 1
        assert client.get_cookie("hardtack-session-shop-5000") is not None


class TestTakenOver:
    """What Flask itself has signed goes on, while a site changes over."""

    def signed(self, **config: Any) -> str:
        """Return the value of the cookie that Flask itself gives for a session."""
        app = Flask("shop")
        app.config.update(SECRET_KEY=SECRET, **config)
        app.get("/")(lambda: str(session.update(basket=("rope",), _user_id="7")))
        field: str = app.test_client().get("/").headers["Set-Cookie"]
        return field.partition("=")[2].partition(";")[0]

    def moved(self, shop: Make, **said: Any) -> Any:
        """Return a client of an application that has moved; it holds Flask's cookie."""
        config = {"SECRET_KEY": SECRET}
        app = shop(config, **{"accept_signed_until": int(time.time()) + 60, **said})

        def clear() -> str:
            session.clear()
            return ""

        ask = doing(app, look=lambda: repr(dict(session)), clear=clear)
        ask.client.set_cookie("session", self.signed())
        return ask

    def test_it_goes_out_sealed_and_is_deleted_under_its_old_name(self, shop: Make) -> None:
        """With its types, in the same answer, whatever the page is; once, since the store writes it down."""
        ask = self.moved(shop)
        [sealed, gone] = ask("plain").headers.getlist("Set-Cookie")
        assert (True, True) == (sealed.startswith(f"{DATA}="), gone.startswith("session=; Expires=Thu, 01 Jan 1970"))
        assert {"basket": ("rope",), "_user_id": "7"} == eval(ask("look").text)  # noqa: S307 - ours
        ask.client.delete_cookie(DATA)
        ask.client.set_cookie("session", self.signed())
        ask.client.application.config["SECRET_KEY"] = "another one that nobody knows"
        assert "{}" == ask("look").text

    def test_each_counts_once(self, shop: Make, caplog: pytest.LogCaptureFixture) -> None:
        """A copy is worth nothing."""
        ask = self.moved(shop)
        copy = self.signed()
        ask.client.set_cookie("session", copy)
        assert "rope" in ask("look").text
        ask.client.delete_cookie(DATA)
        ask.client.set_cookie("session", copy)
        got = ask("look")
        assert ("{}", []) == (got.text, got.headers.getlist("Set-Cookie"))
        assert "cookie refused: session (replayed)" in caplog.text

    def test_it_is_deleted_where_the_page_clears_it(self, shop: Make) -> None:
        """Under its old name; there is none under the new."""
        ask = self.moved(shop)
        [gone] = ask("clear").headers.getlist("Set-Cookie")
        assert gone.startswith("session=;")

    def test_it_counts_for_nobody_else_and_not_for_ever(self, shop: Make) -> None:
        """Not beside one of ours, not where somebody is signed in, not after the date, not without it."""
        ask = self.moved(shop)
        ask("look")
        ask.client.set_cookie("session", self.signed())
        ask.client.set_cookie(DATA, "junk")
        assert "{}" == ask("look").text
        browser = signed_in(ask.client.application, "ada")
        browser.set_cookie("session", self.signed())
        assert "{}" == browser.get("/look").text
        assert "{}" == self.moved(shop, accept_signed_until=1)("look").text
        assert "{}" == self.moved(shop, accept_signed_until=None)("look").text

    def test_a_date_that_is_none_is_a_misuse(self, shop: Make) -> None:
        """At start-up."""
        with pytest.raises(MisuseError, match="accept_signed_until"):
            shop(accept_signed_until="soon")

    def test_whoever_was_signed_in_by_an_extension_stays_so(self, shop: Make) -> None:
        """An application knows its own keys, and makes them a sign-in of ours, which takes them out of the data."""
        app = shop({"SECRET_KEY": SECRET}, accept_signed_until=int(time.time()) + 60)
        accounts = app.extensions["hardtack"].sign_in.accounts
        account = accounts.add("ada", PASSWORD, now=int(time.time()))

        @app.before_request
        def bridge() -> None:
            if not current_identity and session.get("_user_id") == "7":  # type: ignore[truthy-bool] # a proxy
                sign_in(account)

        ask = doing(app, look=lambda: repr(dict(session)))
        ask.client.set_cookie("session", self.signed())
        assert "ada by password" == ask("mine").text
        assert "{'basket': ('rope',)}" == ask("look").text
