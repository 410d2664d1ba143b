"""Flask's sealed session in the safe profile: names and flags by the origin."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Flask, session

from hardtack.adapters.flask import SealedSessionInterface
from hardtack.adapters.flask.origin_names import NamedByOrigin
from hardtack.errors import MisuseError
from hardtack.session.testing import edited

SECRET = "a secret that is long enough for keys"
ORIGIN = "https://shop.example"


def shop(**said: Any) -> Flask:
    """Return an application in the safe profile, with a view that counts and one that clears."""
    app = Flask("shop")
    app.secret_key = SECRET
    app.session_interface = SealedSessionInterface(**{"profile": "safe", "origin": ORIGIN, **said})

    @app.get("/")
    def count() -> str:
        session["n"] = session.get("n", 0) + 1
        return str(session["n"])

    @app.get("/clear")
    def clear() -> str:
        session.clear()
        return ""

    return app


def test_the_cookie_is_named_by_the_origin() -> None:
    """With flags that browsers hold it to."""
    client = shop().test_client()
    got = client.get("/", base_url=ORIGIN)
    name, _, rest = got.headers["Set-Cookie"].partition("=")
    assert "__Host-session-shop" == name
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} == set(rest.split("; ")[1:])
    assert "2" == client.get("/", base_url=ORIGIN).text


def test_in_development_mode_the_port_is_part_of_it() -> None:
    """Browsers share the cookies of one host among its ports."""
    client = shop(origin=None).test_client()
    got = client.get("/", base_url="http://localhost:5000")
    assert got.headers["Set-Cookie"].startswith("hardtack-session-shop-5000=")
    assert "Secure" not in got.headers["Set-Cookie"]
    assert "2" == client.get("/", base_url="http://localhost:5000").text
    assert "1" == client.get("/", base_url="http://localhost:5001").text


def test_the_configuration_still_names_it_in_the_profile_of_the_host() -> None:
    """Which is the default."""
    app = shop(profile="host", origin=None)
    app.config.update(SESSION_COOKIE_NAME="own", SESSION_COOKIE_SAMESITE="Strict", SESSION_COOKIE_PATH="/")
    got = app.test_client().get("/")
    assert got.headers["Set-Cookie"].startswith("own=")
    assert "SameSite=Strict" in got.headers["Set-Cookie"]


def test_an_interface_that_names_no_policy_asks_the_configuration() -> None:
    """As Flask's own does."""
    assert "session" == NamedByOrigin().get_cookie_name(Flask("shop"))


def test_a_test_edits_it() -> None:
    """As every session."""
    app = shop(origin=None)
    client = app.test_client()
    with edited(client, app) as held:
        held["n"] = 7
    assert "8" == client.get("/").text


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"profile": "unsafe"}, "no profile 'unsafe'"),
        ({"profile": "host"}, "decides nothing"),
        ({"origin": "shop.example"}, "is not an origin"),
        ({"origin": "http://shop.example"}, "plain http"),
    ],
)
def test_what_cannot_be_is_a_misuse(said: dict[str, Any], problem: str) -> None:
    """At the line that says it."""
    with pytest.raises(MisuseError, match=problem):
        shop(**said)


def test_a_configuration_that_asks_for_another_cookie_is_a_misuse() -> None:
    """With the first request, when the application is known."""
    app = shop()
    app.config.update(SESSION_COOKIE_DOMAIN="shop.example", PROPAGATE_EXCEPTIONS=True)
    with pytest.raises(MisuseError, match="SESSION_COOKIE_DOMAIN"):
        app.test_client().get("/", base_url=ORIGIN)


class TestTakenOver:
    """What Flask itself has signed lies under the name of the configuration."""

    def moved(self, path: str = "/", **config: Any) -> tuple[Any, Any]:
        """Return a client that holds Flask's own cookie, and the first answer."""
        app = shop(accept_signed_until=int(time.time()) + 60)
        app.config.update(config)
        sealed, app.session_interface = app.session_interface, Flask.session_interface
        client = app.test_client()
        assert "1" == client.get("/", base_url=ORIGIN).text
        app.session_interface = sealed
        return client, client.get(path, base_url=ORIGIN)

    def test_it_goes_out_sealed_under_the_new_name_and_is_deleted_under_the_old(self) -> None:
        """In the same answer."""
        client, got = self.moved()
        names = [field.partition("=")[0] for field in got.headers.getlist("Set-Cookie")]
        assert ("2", ["session", "__Host-session-shop"]) == (got.text, names)
        assert client.get_cookie("session", domain="shop.example") is None
        assert "3" == client.get("/", base_url=ORIGIN).text

    def test_it_is_deleted_where_the_application_clears_it(self) -> None:
        """Under both names."""
        client, _ = self.moved("/clear")
        assert client.get_cookie("session", domain="shop.example") is None

    def test_beside_a_sealed_one_it_does_not_count(self) -> None:
        """Nor a forged one, nor too many."""
        client, _ = self.moved()
        client.set_cookie("session", "eyJuIjo5fQ.aaaaaa.junk", domain="shop.example")
        assert "3" == client.get("/", base_url=ORIGIN).text
        client.delete_cookie("__Host-session-shop", domain="shop.example")
        assert "1" == client.get("/", base_url=ORIGIN).text
        client.delete_cookie("__Host-session-shop", domain="shop.example")
        many = "; ".join(["session=a.b.c"] * 9)
        assert "1" == client.get("/", base_url=ORIGIN, headers={"Cookie": many}).text
