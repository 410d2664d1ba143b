"""A second factor in a Django project: its own forms lead to it, whatever they call, and views may demand one."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from tests.adapters.django.clubs import PASSWORD, Answer, Browser, Club
from tests.adapters.django.conftest import OpenClub
from tests.login import apps

DOORS = "tests.adapters.django.doors"
STEP = "/auth/sign-in/second-factor"
NAME = "mara"
SCRIPT = {"Accept": "application/json", "Sec-Fetch-Mode": "cors"}
NOTHING: dict[str, Any] = {"heard": [], "session": False, "last_login": []}


def with_app(club: Club, name: str = NAME) -> str:
    """Make an account with an authenticator app; return its secret. The code that set it up is one of the past."""
    now = int(time.time())
    with club.accounts() as accounts:
        accounts.add(name, PASSWORD, now=now)
        return apps.enrol(accounts, name, now=now - 60)


def proves(browser: Browser, secret: str, **more: str) -> Answer:
    """Type the code that the app shows now."""
    page = browser.get(STEP)
    assert page.status == 200
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    code = apps.oathtool(secret, int(time.time()))
    return browser.post(STEP, csrf_token=token[1], factor="totp", code=code, **more)


def has_half(browser: Browser) -> bool:
    """Return whether a browser has the cookie of a half-done sign-in."""
    return any(name.startswith("hardtack-half") for name in browser.cookies)


def basic(browser: Browser, password: str = PASSWORD, headers: dict[str, str] | None = None) -> Answer:
    """Ask as an interface for programs does, with name and password."""
    return browser.ask("POST", "/basic", {"name": NAME, "password": password}, headers or SCRIPT)


@pytest.mark.asvs("6.3.4")
@pytest.mark.parametrize("name", ["wsgi", "asgi"])
def test_djangos_own_form_leads_to_the_second_factor_and_on(open_one: OpenClub, name: str) -> None:
    """Django hears of no sign-in, and its session holds none, before our page has seen the other factor."""
    with open_one(name, ROOT_URLCONF=DOORS) as club:
        secret = with_app(club)
        browser = club.browser()
        browser.get("/put/ship/gale")
        led = browser.post_django("/login", "/login", username=NAME, password=PASSWORD, next="/secret")
        assert (led.status, led.headers["Location"], has_half(browser)) == (303, STEP, True)
        assert browser.get("/heard").json == NOTHING
        assert (browser.who["in"], browser.who["data"]) == (False, {"held": {"ship": "gale"}})
        done = proves(browser, secret)
        assert (done.status, done.headers["Location"], has_half(browser)) == (303, "/secret", False)
        assert browser.get("/secret").text == f"secret of {NAME}"
        assert browser.get("/guarded").json == [NAME, ["password", "totp"], 2]
        assert browser.get("/vault").headers["Location"] == "/auth/account/confirm?next=/vault&strength=passkey"
        told = browser.get("/vault", **{name.replace("-", "_"): value for name, value in SCRIPT.items()})
        assert (told.status, 'acr_values="passkey"' in told.headers["WWW-Authenticate"]) == (401, True)


def test_where_it_leads_is_as_django_says(open_one: OpenClub) -> None:
    """Of the form, of the address, or of the settings; and never another site."""
    with open_one(ROOT_URLCONF=DOORS, LOGIN_REDIRECT_URL="/nothing") as club:
        for number, (query, form, end) in enumerate(
            (
                ("", {"next": "/who"}, "/who"),
                ("?next=/secret", {}, "/secret"),
                ("", {}, "/nothing"),
                ("", {"next": ""}, "/nothing"),
                ("", {"next": "https://evil.example/"}, "/"),
            )
        ):
            secret = with_app(club, f"nora{number}")
            browser = club.browser()
            browser.post_django(f"/login{query}", "/login", username=f"nora{number}", password=PASSWORD, **form)
            assert proves(browser, secret).headers["Location"] == end


@pytest.mark.parametrize("engine", ["hardtack.adapters.django", "django.contrib.sessions.backends.signed_cookies"])
def test_a_login_without_authenticate_is_taken_back(open_one: OpenClub, engine: str) -> None:
    """Whatever has recognised them: nobody hears of it, no session holds it, and what the visitor had stays."""
    with open_one(ROOT_URLCONF=DOORS, SESSION_ENGINE=engine) as club:
        with club.accounts() as accounts:
            accounts.add("olaf", PASSWORD, now=int(time.time()))
        made = club.browser()
        made.post("/auth/sign-in", username="olaf", password=PASSWORD)
        assert made.who["user"] == "olaf"  # which makes the Django user
        made.post("/auth/sign-out")
        assert made.get("/direct/olaf").text == "olaf"
        assert made.get("/heard").json == {
            "heard": ["olaf"],
            "session": engine.startswith("django"),  # ours keeps none of Django's word: who it is comes from the visit
            "last_login": ["olaf"],
        }
        with club.accounts() as accounts:
            secret = apps.enrol(accounts, "olaf", now=int(time.time()) - 60)
        browser = club.browser()
        led = browser.get("/direct/olaf")
        assert (led.status, led.headers["Location"]) == (303, STEP)
        assert browser.get("/heard").json == {"heard": ["olaf"], "session": False, "last_login": ["olaf"]}
        assert (browser.who["user"], browser.who["data"]) == ("", {"basket": 3})
        assert proves(browser, secret).headers["Location"] == "/direct/olaf"
        assert browser.who["user"] == "olaf"


@pytest.mark.parametrize("name", ["wsgi", "asgi"])
def test_who_asks_with_each_request_gets_nobody_by_a_password_alone(open_one: OpenClub, name: str) -> None:
    """401 with what is missing; a wrong password is one as before; a trusted browser needs no more."""
    with open_one(name, ROOT_URLCONF=DOORS) as club:
        secret = with_app(club)
        browser = club.browser()
        assert basic(browser, "no" * 10).text == "nobody"
        told = basic(browser)
        assert (told.status, has_half(browser)) == (401, True)
        challenge = told.headers["WWW-Authenticate"]
        assert challenge == f'Session realm="hardtack", error="second-factor-needed", sign-in="{STEP}"'
        assert told.headers["Content-Type"].startswith("application/problem+json")
        assert proves(browser, secret, trust="yes").status == 303
        assert basic(browser).text == NAME  # signed in as it
        browser.post("/auth/sign-out")
        assert basic(browser).text == NAME
        assert browser.who["in"] is False
        answer = browser.post_django("/login", "/login", username=NAME, password=PASSWORD, next="/who")
        assert (answer.status, answer.headers["Location"], browser.who["user"]) == (302, "/who", NAME)
        assert browser.get("/guarded").status == 303
        assert basic(club.browser()).status == 401


def test_without_a_visit_there_is_no_user(open_one: OpenClub) -> None:
    """Nothing could follow the password: Django's own sessions alone, or no request at all."""
    middleware = (
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    )
    with open_one(MIDDLEWARE=middleware) as club:
        with_app(club)
        browser = club.browser()
        assert browser.post_django("/login", "/login", username=NAME, password=PASSWORD).status == 200
        assert browser.who["in"] is False
        assert "a password alone is not enough" in club.log.read_text()
        found = club.run(
            code="from django.contrib.auth import authenticate; "
            f"print(authenticate(username={NAME!r}, password={PASSWORD!r}), "
            f"authenticate(username={NAME!r}, password='no' * 10))"
        )
        assert found.stdout == "None None\n"


def test_the_admin_leads_there_too(open_one: OpenClub) -> None:
    """And on to where it was going."""
    with open_one(HARDTACK_ADMINISTRATORS_ARE_STAFF=True) as club:
        now = int(time.time())
        with club.accounts() as accounts:
            accounts.add("piet", PASSWORD, administrator=True, now=now)
            secret = apps.enrol(accounts, "piet", now=now - 60)
        browser = club.browser()
        page = "/admin/login/?next=/admin/"
        led = browser.post_django(page, page, username="piet", password=PASSWORD, next="/admin/")
        assert (led.status, led.headers["Location"]) == (303, STEP)
        assert browser.get("/admin/").status == 302
        assert proves(browser, secret).headers["Location"] == "/admin/"
        assert "Site administration" in browser.get("/admin/").text
