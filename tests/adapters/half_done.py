"""Somebody whose account has an authenticator app, in front of an application with a sign-in of any kind."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlencode

from hardtack.adapters.sign_in import SignIn
from hardtack.login import Account
from hardtack.message import Headers, Request, Response
from hardtack.store import factors as factor_rows
from tests.adapters.test_sign_in import HTML, PASSWORD, Browser, Clock
from tests.login import apps

STEP = "/auth/sign-in/second-factor"
ENROL = "/auth/sign-in/enrol"
CONFIRM = "/auth/account/confirm"


def member(sign_in: SignIn, clock: Clock, name: str = "anna.li") -> tuple[Account, str]:
    """Make an account with an authenticator app; return it and the app's secret. The code that set it up is used."""
    account = sign_in.accounts.add(name, PASSWORD, now=int(clock.now))
    secret = apps.enrol(sign_in.accounts, name, now=int(clock.now))
    clock.now += 30
    return account, secret


def demand(sign_in: SignIn, account: Account) -> None:
    """Let a second factor be demanded of an account."""
    with sign_in.accounts._database.write() as connection:
        factor_rows.demand(connection, account.id, True)


def code(clock: Clock, secret: str) -> str:
    """Return the code that the app shows now."""
    return apps.oathtool(secret, int(clock.now))


def asks(sign_in: SignIn, browser: Browser, method: str, address: str, **form: str) -> Response:
    """Ask for a page of ours, and keep its cookies as a browser does."""
    path, _, query = address.partition("?")
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    fields = [("host", "localhost:8000"), ("cookie", cookie), *HTML, ("sec-fetch-site", "same-origin")]
    body = urlencode(form).encode()
    if method == "POST":
        fields += [
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-length", str(len(body))),
            ("origin", "http://localhost:8000"),
        ]
    asked = Request(
        method=method, path=path, query=query, headers=Headers(fields), host="localhost:8000", client="192.0.2.1"
    )
    response = sign_in.site.answer(replace(asked, body=body))
    keep(browser, [value for name, value in response.headers if name.lower() == "set-cookie"])
    return response


def keep(browser: Browser, set_cookies: list[str]) -> None:
    """Keep cookies as a browser does, and forget what is deleted."""
    for value in set_cookies:
        pair, _, attributes = value.partition(";")
        name, _, token = pair.partition("=")
        if "Max-Age=0" in attributes:
            browser.cookies.pop(name, None)
        else:
            browser.cookies[name] = token


def token_in(response: Response) -> str:
    """Return the token of the form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', response.body.decode())
    assert found, response.body
    return found[1]


def proves(sign_in: SignIn, browser: Browser, clock: Clock, secret: str, address: str = STEP, **more: str) -> Response:
    """Type the code that the app shows now, on one of our pages."""
    page = asks(sign_in, browser, "GET", address)
    assert page.status == 200, page
    fields = {"csrf_token": token_in(page), "factor": "totp", "code": code(clock, secret), **more}
    return asks(sign_in, browser, "POST", address.partition("?")[0], **fields)
