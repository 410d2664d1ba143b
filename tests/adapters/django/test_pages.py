"""Whose error pages and forms a project has, where it knows who is signed in; over sockets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.django.clubs import PASSWORD, Browser
from tests.adapters.django.conftest import OpenClub

EXTRA: dict[str, Any] = {"ROOT_URLCONF": "tests.adapters.django.extra", "EXTENDED": "tests.adapters.django.club"}
HARDTACK = "hardtack.adapters.django.middleware"


def templates(folder: Path, **pages: str) -> dict[str, Any]:
    """Return the settings of a project with templates of its own."""
    (folder / "templates" / "errors").mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (folder / "templates" / f"{name.replace('__', '/')}.html").write_text(text)
    engine = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [str(folder / "templates")],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ]
        },
    }
    return {**EXTRA, "TEMPLATES": [engine]}


@pytest.mark.parametrize("name", ["wsgi", "asgi"])
def test_an_error_page_of_the_projects_may_ask_who_it_is(open_one: OpenClub, tmp_path: Path, name: str) -> None:
    """Which asks two databases, so that under ASGI the page is made in a thread."""
    pages = templates(tmp_path, errors__4xx="{{ status }} for {{ user }}")
    with open_one(name, **pages) as club:
        browser = club.browser()
        browser.sign_up("anna")
        assert browser.get("/taken").text == "409 for anna"
        assert browser.get("/ataken").text == "409 for anna"
        assert "an error page of the application failed" not in club.log.read_text()


@pytest.mark.parametrize("name", ["wsgi", "asgi"])
def test_the_projects_own_handler_comes_first(open_one: OpenClub, name: str) -> None:
    """As Django has it."""
    with open_one(name, **EXTRA) as club:
        assert club.browser().get("/nowhere").text == "the project's own 404"


@pytest.mark.parametrize("name", ["wsgi", "asgi"])
def test_fields_of_one_name_are_one_list(open_one: OpenClub, name: str) -> None:
    """Since Django keeps one of a name."""
    with open_one(name, **EXTRA) as club:
        answer = club.browser().get("/asked")
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="ships"'
        assert answer.headers["X-Ship"] == "a, b"


@pytest.mark.parametrize("name", ["wsgi", "asgi"])
def test_a_form_with_the_visits_token(open_one: OpenClub, tmp_path: Path, name: str) -> None:
    """For a browser that does not say whose page it sends, signed out and signed in."""
    middleware = [f"{HARDTACK}.StatusMiddleware", f"{HARDTACK}.SessionMiddleware", f"{HARDTACK}.SignInMiddleware"]
    with open_one(name, MIDDLEWARE=middleware, **templates(tmp_path)) as club:
        browser = club.browser(site="")
        tokens = []
        for signs_in in (True, False):
            answer = browser.get("/form")
            tokens.append(re.findall(r'value="([^"]+)"', answer.text)[0])
            assert browser.post("/form", csrf_token=tokens[-1]).text == "taken"
            assert browser.post("/form", csrf_token=tokens[-1] + "x").status == 403
            assert browser.post("/form").status == 403
            if signs_in:
                sent = {"csrf_token": tokens[-1], "username": "bert", "password": PASSWORD}
                assert browser.post("/auth/sign-up", **sent).status == 303
                assert browser.post("/form", csrf_token=tokens[-1]).status == 403
        assert browser.post("/auth/sign-out", csrf_token=tokens[-1]).status == 303
        assert Browser(club.port, dict(browser.cookies), site="").who["in"] is False
