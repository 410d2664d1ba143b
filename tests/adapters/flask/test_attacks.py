"""What somebody would try who wants in, or wants to stay in, on a Flask application with everything."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask

from hardtack.adapters.flask import Hardtack, recent_sign_in_required, sign_in_required
from hardtack.adapters.flask.testing import browser as visitor
from hardtack.adapters.flask.testing import signed_in
from hardtack.adapters.wsgi.types import Environ, StartResponse, WSGIApp
from hardtack.errors import MisuseError
from hardtack.status import ServiceUnavailable, Unauthorized
from tests.adapters.flask.shops import KEYS, Make


class Overriding:
    """A middleware as many applications have one: the query names the method that is meant."""

    def __init__(self, app: WSGIApp) -> None:
        self.app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Put the method in its place."""
        if environ["QUERY_STRING"] == "_method=DELETE":
            environ["REQUEST_METHOD"] = "DELETE"
        return self.app(environ, start_response)


@pytest.fixture(params=["inside", "outside"])
def overridden(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application whose method a middleware decides, within our layers or around them."""
    app = Flask("ship", root_path=str(tmp_path))
    if request.param == "inside":
        app.wsgi_app = Overriding(app.wsgi_app)  # type: ignore[method-assign]
    extension = Hardtack(app, keyring=KEYS, data=str(tmp_path / "data"))
    if request.param == "outside":
        app.wsgi_app = Overriding(app.wsgi_app)  # type: ignore[method-assign]
    app.delete("/ship")(lambda: "sunk")
    yield app
    extension.close()


def forget_what_has_ended(folder: Path) -> None:
    """Make the store unreadable while it says that there is news, so that nobody knows who is still signed in."""
    with closing(sqlite3.connect(folder / "data" / "hardtack.db")) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in [name for name in names if not name.startswith("sqlite_")]:
            database.execute(f"DROP TABLE {name}")
    with (folder / "data" / "hardtack.db.generation").open("r+b") as generation:
        generation.write(b"another!")


def test_a_safe_method_that_becomes_an_unsafe_one_is_no_way_around_the_check(overridden: Flask) -> None:
    """A link on another site would be enough: browsers send the cookies with it."""
    client = signed_in(overridden, "ada")
    assert 403 == client.get("/ship?_method=DELETE", headers={"Sec-Fetch-Site": "cross-site"}).status_code
    assert "sunk" == client.get("/ship?_method=DELETE").text


def test_a_sign_out_that_would_end_nothing_does_not_look_like_one(shop: Make, tmp_path: Path) -> None:
    """Whoever has a copy of the cookie would stay signed in; the visitor keeps theirs and may try again."""
    client = signed_in(shop(), "ada")
    assert 200 == client.get("/mine").status_code
    forget_what_has_ended(tmp_path)
    got = client.post("/own-sign-out")
    assert (503, "5", []) == (got.status_code, got.headers["Retry-After"], got.headers.getlist("Set-Cookie"))


def test_a_page_that_shows_who_it_is_does_not_trust_in_an_error_either(shop: Make, tmp_path: Path) -> None:
    """The application's own error page asks too; where nobody can tell, it gives way to ours."""
    app = shop()
    folder = tmp_path / "templates" / "errors"
    folder.mkdir(parents=True)
    (folder / "error.html").write_text("{{ current_account.name if current_account else 'nobody' }} {{ status }}")
    client, html = signed_in(app, "ada"), {"Accept": "text/html"}
    assert "ada 404" == client.get("/nowhere", headers=html).text
    forget_what_has_ended(tmp_path)
    for path in ("/mine", "/nowhere"):
        got = client.get(path, headers=html)
        assert (503, False) == (got.status_code, "ada" in got.text)


@pytest.mark.parametrize("error", [Unauthorized, ServiceUnavailable])
def test_a_page_of_ones_own_for_an_error_carries_what_its_status_must_have(
    shop: Make, tmp_path: Path, error: type[Unauthorized | ServiceUnavailable]
) -> None:
    """Without the challenge a script would not know where to go, and without the time when to come back."""
    app = shop()
    app.register_error_handler(error, lambda _error: ("in its own words", error.status, {"X-Own": "1"}))
    client = signed_in(app, "ada")
    if error is ServiceUnavailable:
        forget_what_has_ended(tmp_path)
    got = (client if error is ServiceUnavailable else app.test_client()).get("/mine")
    assert (error.status, "in its own words") == (got.status_code, got.text)
    assert "1" == got.headers["X-Own"]
    assert (error is ServiceUnavailable) == (got.headers.get("Retry-After") == "5")
    assert (error is Unauthorized) == ("sign-in=" in got.headers.get("WWW-Authenticate", ""))


@pytest.mark.parametrize("when", ["before_request", "context_processor"])
def test_a_sign_in_may_be_asked_for_wherever_flask_lets_one_ask(shop: Make, when: str) -> None:
    """Before the view and while a template is made; our own pages ask nobody."""
    app = shop()

    def ask() -> dict[str, Any] | None:
        app.view_functions["mine"]()
        return None if when == "before_request" else {}

    getattr(app, when)(ask)
    assert "/auth/sign-in?next=/" == visitor(app).get("/").location
    assert 200 == visitor(app).get("/auth/sign-in").status_code
    assert 200 == signed_in(app, "ada").get("/").status_code


@pytest.mark.parametrize("decorator", [sign_in_required, recent_sign_in_required, recent_sign_in_required(max_age=60)])
def test_a_page_that_a_misplaced_decorator_does_not_protect_is_shown_to_nobody(shop: Make, decorator: Any) -> None:
    """Above the route it protects nothing, and nobody would notice."""
    app, way = shop(), Blueprint("way", __name__)

    @way.get("/secret")
    def secret() -> str:
        return "secret"

    decorator(secret)  # as its line above the route does
    app.register_blueprint(way)
    for _ in range(2):
        with pytest.raises(MisuseError, match="secret would be shown to everybody"):
            visitor(app).get("/secret")


def test_a_view_may_stand_at_two_addresses_with_a_decorator_each(shop: Make) -> None:
    """Neither is without."""
    app = shop()

    def secret() -> str:
        return "secret"

    app.add_url_rule("/one", "one", sign_in_required(secret))
    app.add_url_rule("/two", "two", sign_in_required(recent_sign_in_required(secret)))
    assert [303, 303] == [visitor(app).get(path).status_code for path in ("/one", "/two")]
