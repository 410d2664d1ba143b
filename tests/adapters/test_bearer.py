"""A personal access token in the place of a sign-in, in every framework: where a view asks for one only."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Security
from flask import Flask
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from hardtack.adapters.fastapi import Hardtack as OnFastApi
from hardtack.adapters.fastapi import SignedIn, signed_in_or_token
from hardtack.adapters.flask import Hardtack as OnFlask
from hardtack.adapters.flask import current_account, recent_sign_in_required, sign_in_required
from hardtack.adapters.flask.testing import signed_in as signed_in_with_flask
from hardtack.adapters.starlette import signed_in
from hardtack.errors import MisuseError
from hardtack.login import Account, Accounts
from hardtack.seal import Keyring
from tests.adapters.django.clubs import founded, open_club
from tests.adapters.starlette.shop import Shop, shop_in

PASSWORD = "seven boats on a green river"
SCRIPT = {"accept": "application/json"}


def token_of(accounts: Accounts, name: str = "anna", *scopes: str) -> str:
    """Make an account and a token of it."""
    now = int(time.time())
    account = accounts.find(name) or accounts.add(name, PASSWORD, now=now)
    known = ("read", "write")
    return accounts.tokens.make(account.id, "test", scopes or ("read",), days=1, known=known, client="", now=now)[1]


def bearer(text: str) -> dict[str, str]:
    """Return what a script sends."""
    return {**SCRIPT, "Authorization": f"Bearer {text}"}


class TestFlask:
    """``@sign_in_required(token_scope=…)``."""

    @pytest.fixture
    def app(self, tmp_path: Path) -> Any:
        """An application whose views say who reads them."""
        app = Flask("shop", root_path=str(tmp_path))
        extension = OnFlask(app, keyring=Keyring.generate(), data=str(tmp_path / "data"))

        @app.route("/readable", methods=["GET", "POST"])
        @sign_in_required(token_scope="read")
        def readable() -> str:
            return f"read by {current_account.name}"

        @app.get("/mine")
        @sign_in_required
        def mine() -> str:
            return f"mine: {current_account.name}"

        yield app
        extension.close()

    def test_a_token_stands_for_a_sign_in_where_it_is_asked_for(self, app: Flask) -> None:
        """By GET and by POST, without a cookie and without a form's token; the answer is nobody else's."""
        text = token_of(app.extensions["hardtack"].sign_in.accounts)
        client = app.test_client()
        for got in (
            client.get("/readable", headers=bearer(text)),
            client.post("/readable", json={}, headers=bearer(text)),
        ):
            assert (200, "read by anna") == (got.status_code, got.text)
            assert "Set-Cookie" not in got.headers
            assert "private" in got.headers["Cache-Control"]

    def test_a_token_is_nothing_where_nobody_asked_for_one(self, app: Flask) -> None:
        """Neither in another view nor on our own pages."""
        text = token_of(app.extensions["hardtack"].sign_in.accounts)
        client = app.test_client()
        for path in ("/mine", "/auth/account", "/auth/account/tokens"):
            got = client.get(path, headers=bearer(text))
            assert 401 == got.status_code
            assert got.headers["WWW-Authenticate"].startswith("Session ")

    def test_a_token_that_is_not_good_is_told_so_and_the_cookie_beside_it_does_not_count(self, app: Flask) -> None:
        """RFC 6750 §3.1."""
        accounts = app.extensions["hardtack"].sign_in.accounts
        browser = signed_in_with_flask(app, "berta")
        assert "read by berta" == browser.get("/readable").text
        got = browser.get("/readable", headers=bearer("ht_" + "a" * 38))
        assert (401, 'Bearer realm="hardtack", error="invalid_token"') == (
            got.status_code,
            got.headers["WWW-Authenticate"],
        )
        got = browser.get("/readable", headers=bearer(token_of(accounts, "anna", "write")))
        assert 403 == got.status_code
        assert 'Bearer realm="hardtack", error="insufficient_scope", scope="read"' == got.headers["WWW-Authenticate"]
        assert "read by anna" == browser.get("/readable", headers=bearer(token_of(accounts))).text

    def test_attack_26_a_token_beside_somebody_elses_recent_sign_in_is_no_step_up(self, app: Flask) -> None:
        """What one part of an application asks of a token is no answer to what another asks of a person."""
        accounts = app.extensions["hardtack"].sign_in.accounts

        @app.get("/delicate")
        @sign_in_required(token_scope="read")
        @recent_sign_in_required
        def delicate() -> str:
            return f"done for {current_account.name}"

        @app.get("/person")
        @sign_in_required(token_scope="read")
        @sign_in_required
        def person() -> str:
            return f"mine: {current_account.name}"

        stolen = bearer(token_of(accounts))
        browser = signed_in_with_flask(app, "berta")
        assert ["done for berta", "mine: berta"] == [browser.get(path).text for path in ("/delicate", "/person")]
        for client in (browser, app.test_client()):
            assert [401, 401] == [client.get(path, headers=stolen).status_code for path in ("/delicate", "/person")]

    def test_other_credentials_are_not_ours_to_judge(self, app: Flask) -> None:
        """Whoever is signed in still is."""
        browser = signed_in_with_flask(app, "berta")
        for other in ("Basic YTpi", "Bearer eyJhbGciOi", "Bearer", ""):
            assert "read by berta" == browser.get("/readable", headers={"Authorization": other}).text

    def test_attack_6_a_disabled_account_ends_its_tokens_at_the_next_request(self, app: Flask) -> None:
        """Also in an application."""
        accounts = app.extensions["hardtack"].sign_in.accounts
        text = token_of(accounts)
        accounts.disable("anna", int(time.time()))
        assert 401 == app.test_client().get("/readable", headers=bearer(text)).status_code

    @pytest.mark.parametrize("scope", ["", "Read", "a b"])
    def test_what_is_no_scope_is_said_at_start(self, scope: str) -> None:
        """A misspelt one would let nobody in, or be taken for another."""
        with pytest.raises(MisuseError, match="token_scope"):
            sign_in_required(token_scope=scope)


class TestStarletteAndFastApi:
    """``signed_in(request, token_scope=…)`` and ``signed_in_or_token(…)``."""

    @pytest.fixture
    def shop(self, tmp_path: Path) -> Any:
        """Applications of one site."""
        with shop_in(tmp_path) as made:
            yield made

    def test_starlette(self, shop: Shop) -> None:
        """Good, unknown, of another scope."""

        async def readable(request: Request) -> PlainTextResponse:
            return PlainTextResponse(f"read by {(await signed_in(request, token_scope='read')).name}")

        client = TestClient(shop.app([Route("/readable", readable)]), base_url="http://localhost:8000")
        accounts = shop.installed[0].accounts
        assert "read by anna" == client.get("/readable", headers=bearer(token_of(accounts))).text
        assert 401 == client.get("/readable", headers=bearer("ht_nothing")).status_code
        assert 403 == client.get("/readable", headers=bearer(token_of(accounts, "anna", "write"))).status_code
        got = client.get("/readable", headers=SCRIPT)
        assert (401, True) == (got.status_code, got.headers["www-authenticate"].startswith("Session "))

    def test_fastapi_with_both_ways_in_the_document(self, shop: Shop) -> None:
        """Cookie or token, as OpenAPI says it."""
        app = FastAPI()

        @app.get("/readable")
        def readable(account: Annotated[Account, Security(signed_in_or_token("read"))]) -> str:
            return f"read by {account.name}"

        @app.get("/mine")
        def mine(account: SignedIn) -> str:
            return account.name

        shop.around(app, OnFastApi)
        client = TestClient(app, base_url="http://localhost:8000")
        text = token_of(shop.installed[0].accounts)
        assert "read by anna" == client.get("/readable", headers=bearer(text)).json()
        assert 401 == client.get("/mine", headers=bearer(text)).status_code
        assert 401 == client.get("/readable", headers=bearer(text[:-1])).status_code
        document = client.get("/openapi.json").json()
        assert [{"hardtack": []}, {"hardtack-token": []}] == document["paths"]["/readable"]["get"]["security"]
        assert [{"hardtack": []}] == document["paths"]["/mine"]["get"]["security"]
        scheme = document["components"]["securitySchemes"]["hardtack-token"]
        assert ("http", "bearer") == (scheme["type"], scheme["scheme"])
        with pytest.raises(MisuseError, match="token_scope"):
            signed_in_or_token("Not a scope")


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_django(tmp_path: Path, kind: str) -> None:
    """``request.user`` is whose token it is, in synchronous and asynchronous views."""
    with open_club(kind, founded(tmp_path), tmp_path / "log") as club:
        with club.accounts() as accounts:
            text = token_of(accounts)
        browser = club.browser()
        for path in ("/readable", "/areadable"):
            got = browser.get(path, Authorization=f"Bearer {text}")
            assert (200, "read by anna") == (got.status, got.text)
            got = browser.get(path, Authorization=f"Bearer {text[:-1]}", Accept="application/json")
            assert (401, True) == (got.status, got.headers["WWW-Authenticate"].startswith("Bearer "))
        assert 303 == browser.get("/secret", Authorization=f"Bearer {text}").status
