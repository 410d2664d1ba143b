"""What an author's tests are given: clients that are signed in, in one line."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hardtack.adapters.flask import current_identity, recent_sign_in_required
from hardtack.adapters.flask.testing import PASSWORD, signed_in
from hardtack.adapters.flask.testing import browser as visitor
from hardtack.errors import MisuseError
from tests.adapters.flask.shops import Make


def test_an_account_is_made_where_there_is_none(shop: Make) -> None:
    """And found where there is one, however it is spelled; an account may be given too."""
    app = shop()
    accounts = app.extensions["hardtack"].sign_in.accounts
    assert "ada by password" == signed_in(app, "ada", administrator=True).get("/mine").text
    assert "ada by password" == signed_in(app, "ADA").get("/mine").text
    [account] = accounts.list()
    assert (True, "ada by password") == (account.administrator, signed_in(app, account).get("/mine").text)
    assert account == accounts.sign_in("ada", PASSWORD, client="127.0.0.1", now=1_800_000_000)


def test_a_sign_in_of_long_ago_has_ended(shop: Make) -> None:
    """The lifetimes hold in tests too; whoever asked to be kept is."""
    app = shop()
    assert 303 == signed_in(app, "ada", ago=2 * 86_400).get("/mine").status_code
    assert 200 == signed_in(app, "ada", keep=True, ago=2 * 86_400).get("/mine").status_code


def test_what_is_proved_can_be_said(shop: Make) -> None:
    """For what asks for a second factor."""
    app = shop()

    @app.get("/guarded")
    @recent_sign_in_required(factor="second")
    def guarded() -> str:
        return f"{current_identity.assurance}"

    assert 303 == signed_in(app, "ada").get("/guarded").status_code
    assert "2" == signed_in(app, "ada", factors=("password", "totp")).get("/guarded").text
    assert 303 == signed_in(app, "ada", factors=("password", "totp"), ago=3600).get("/guarded").status_code


def test_a_client_class_of_the_application_counts(shop: Make) -> None:
    """With what it does besides."""
    app = shop()

    class Own(FlaskClient):
        def own(self) -> str:
            return self.get("/mine").text

    app.test_client_class = Own
    client: Any = signed_in(app, "ada")
    assert "ada by password" == client.own()


def test_a_request_may_go_elsewhere(shop: Make) -> None:
    """Whoever names an address means it; a redirect is followed."""
    app = shop(origin="https://shop.example")
    browser = visitor(app)
    assert 421 == browser.get("/", base_url="https://other.example").status_code
    got = browser.get("/mine", follow_redirects=True)
    assert (200, "/auth/sign-in") == (got.status_code, got.request.path)


def test_an_application_without_a_sign_in_is_a_misuse() -> None:
    """It is told what to write."""
    with pytest.raises(MisuseError, match="no sign-in"):
        visitor(Flask("bare"))
