"""What an application says to ``Hardtack``, and the mistakes that are told at start-up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.sessions import SecureCookieSessionInterface

from hardtack.adapters.flask import Hardtack, SealedSessionInterface, Status
from hardtack.adapters.flask.testing import browser as visitor
from hardtack.adapters.flask.testing import signed_in
from hardtack.errors import MisuseError
from hardtack.seal import keyfile
from tests.adapters.flask.shops import KEYS, Make

SECRET = "correct horse battery staple"


class TestWhereItIsSaid:
    """By keyword, or in the configuration."""

    def test_the_configuration_stands_for_every_keyword(self, shop: Make, tmp_path: Path) -> None:
        """Also for those that are no settings."""
        path = tmp_path / "shop.key"
        keyfile.create(path)
        config = {
            "HARDTACK_KEYRING": str(path),
            "HARDTACK_PREFIX": "/id",
            "HARDTACK_HOME": "/start",
            "HARDTACK_APPLICATION": "own",
            "HARDTACK_REALM": "ship",
            "HARDTACK_RECENT_SIGN_IN": 120,
            "HARDTACK_STATUS": None,
        }
        app = shop(config, keyring=None)
        installed = app.extensions["hardtack"]
        sign_in = installed.sign_in
        assert ("/id", "/start", "ship", 120) == (
            sign_in.prefix,
            sign_in.home,
            sign_in.settings.realm,
            sign_in.settings.recent_sign_in,
        )
        assert ("own", None) == (sign_in.sessions.policy.application, installed.status)

    def test_the_keyword_goes_before_it(self, shop: Make) -> None:
        """Whatever it is."""
        app = shop({"HARDTACK_PREFIX": "/id", "HARDTACK_SIGN_UP": "open"}, prefix="/auth", sign_up="off")
        assert 200 == visitor(app).get("/auth/sign-in").status_code
        assert "off" == app.extensions["hardtack"].sign_in.settings.sign_up

    def test_the_keyring_may_be_in_the_environment(
        self, shop: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """As for the service."""
        path = tmp_path / "shop.key"
        keyfile.create(path)
        monkeypatch.setenv("HARDTACK_KEYRING", path.read_text())
        assert "ada by password" == signed_in(shop(keyring=None), "ada").get("/mine").text

    def test_a_setting_that_there_is_not_is_named_with_the_nearest(self, shop: Make) -> None:
        """In the configuration and by keyword."""
        with pytest.raises(MisuseError, match=r"HARDTACK_ORIGN\n.*HARDTACK_ORIGIN"):
            shop({"HARDTACK_ORIGN": "https://shop.example"})
        with pytest.raises(MisuseError, match=r"there are HARDTACK_APPLICATION"):
            shop({"HARDTACK_XYZZY": 1})
        with pytest.raises(MisuseError, match="did you mean origin"):
            shop(orign="https://shop.example")
        with pytest.raises(MisuseError, match=r"app\.config: recent_sign_in"):
            shop({"HARDTACK_RECENT_SIGN_IN": "soon"})


class TestMistakes:
    """Each is told at start-up, with what to write instead."""

    def test_a_missing_keyring(self, shop: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """And one that is no file."""
        monkeypatch.delenv("HARDTACK_KEYRING", raising=False)
        with pytest.raises(MisuseError, match="hardtack keys new"):
            shop(keyring=None)
        with pytest.raises(MisuseError, match="hardtack keys new") as caught:
            shop(keyring=SECRET)
        assert SECRET not in str(caught.value)
        with pytest.raises(MisuseError, match="hardtack keys new"):
            shop(keyring=tmp_path / "nowhere.key")

    def test_two_hardtacks_on_one_application(self, shop: Make) -> None:
        """Or a second status layer."""
        app = shop()
        with pytest.raises(MisuseError, match="two Hardtacks"):
            Hardtack(app, keyring=KEYS)
        other = Flask("other")
        Status(other)
        with pytest.raises(MisuseError, match="status layer already"):
            Hardtack(other, keyring=KEYS)

    def test_a_status_layer_of_ones_own_is_none_of_this(self, tmp_path: Path) -> None:
        """Where it is said."""
        app = Flask("other")
        Status(app)
        extension = Hardtack(app, keyring=KEYS, status=None, data=str(tmp_path))
        assert 404 == visitor(app).get("/").status_code
        extension.close()

    @pytest.mark.parametrize("other", [SealedSessionInterface, type("Redis", (SecureCookieSessionInterface,), {})])
    def test_another_session(self, shop: Make, other: Any) -> None:
        """Before it, or put in its place afterwards."""
        app = Flask("other")
        app.session_interface = other()
        with pytest.raises(MisuseError, match=other.__name__):
            Hardtack(app, keyring=KEYS)
        app = shop()
        app.session_interface = other()
        with pytest.raises(MisuseError, match=other.__name__):
            app.test_client().get("/")

    @pytest.mark.parametrize("name", ["application", "realm", "prefix", "home", "keyring"])
    @pytest.mark.parametrize("where", ["SECRET_KEY", "SECRET_KEY_FALLBACKS", "HARDTACK_KEYRING"])
    def test_a_secret_where_a_name_is_expected(
        self, shop: Make, monkeypatch: pytest.MonkeyPatch, name: str, where: str
    ) -> None:
        """It is not repeated."""
        config: dict[str, Any] = {}
        if where == "HARDTACK_KEYRING":
            monkeypatch.setenv(where, SECRET)
        else:
            config = {where: SECRET if where == "SECRET_KEY" else [SECRET]}
        with pytest.raises(MisuseError, match=f"^{name}= is a secret") as caught:
            shop(config, **{name: SECRET})
        assert SECRET not in str(caught.value)

    @pytest.mark.parametrize(
        ("config", "said"),
        [
            ({"SESSION_COOKIE_DOMAIN": "shop.example"}, "belongs to this host alone"),
            ({"SESSION_COOKIE_PATH": "/shop"}, "leave it out"),
            ({"SESSION_COOKIE_HTTPONLY": False}, "no script"),
            ({"SESSION_COOKIE_SAMESITE": "None"}, "every other site"),
            ({"SESSION_COOKIE_PARTITIONED": True}, "inside every other site"),
        ],
    )
    def test_a_cookie_that_is_not_ours(self, shop: Make, config: dict[str, Any], said: str) -> None:
        """A word that would be ignored otherwise."""
        for origin in (None, "https://shop.example"):
            with pytest.raises(MisuseError, match=said) as caught:
                shop(config, origin=origin)
            assert next(iter(config)) in str(caught.value)

    def test_secure_on_plain_http(self, shop: Make) -> None:
        """No browser would send it; elsewhere it says what is so anyway."""
        config = {"SESSION_COOKIE_SECURE": True}
        with pytest.raises(MisuseError, match="plain http"):
            shop(config, origin="http://localhost:5000")
        shop(config)
        shop({**config, "SESSION_COOKIE_SAMESITE": "Lax", "SESSION_COOKIE_PATH": "/"}, origin="https://shop.example")

    def test_a_plain_http_origin(self, shop: Make) -> None:
        """Unless it is accepted by its long name."""
        with pytest.raises(MisuseError, match="insecure_plain_http"):
            shop(origin="http://shop.example")
        shop(origin="http://shop.example", insecure_plain_http=True)

    def test_a_name_that_no_cookie_can_have(self, shop: Make) -> None:
        """It is told which."""
        with pytest.raises(MisuseError, match="my shop"):
            shop(application="my shop")

    def test_a_route_that_a_page_of_ours_would_hide(self, shop: Make, tmp_path: Path) -> None:
        """At the line that adds it, before or after; also of a blueprint. What else is below the prefix is free."""
        app = Flask("early")
        app.get("/auth/account")(lambda: "")
        with pytest.raises(MisuseError, match="a page of the sign-in is at /auth/account as well"):
            Hardtack(app, keyring=KEYS, data=str(tmp_path))
        app = shop()
        for address in ("/auth/sign-in", "/auth/sign-in/", "/auth/account/confirm"):
            with pytest.raises(MisuseError, match="another prefix"):
                app.get(address)(lambda: "")
        blueprint = Blueprint("b", "b")
        blueprint.get("/sign-up")(lambda: "")
        with pytest.raises(MisuseError, match="/auth/sign-up"):
            app.register_blueprint(blueprint, url_prefix="/auth")
        for address in ("/auth/", "/auth/mine", "/authors", "/sign-in"):
            app.get(address, endpoint=address)(lambda: "mine")
        client = app.test_client()
        assert ["mine"] * 4 == [
            client.get(address).text for address in ("/auth/", "/auth/mine", "/authors", "/sign-in")
        ]

    def test_a_prefix_that_is_no_path(self, shop: Make) -> None:
        """With how to write it."""
        with pytest.raises(MisuseError, match="/auth"):
            shop(prefix="auth")

    def test_a_setting_of_the_status_layer(self, tmp_path: Path) -> None:
        """The database is let go of."""
        with pytest.raises(MisuseError, match="no page is in"):
            Hardtack(Flask("other"), keyring=KEYS, data=str(tmp_path), status={"templates": tmp_path})
