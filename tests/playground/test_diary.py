"""The diary: open to whoever is signed in to the service around, by its own sessions and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hardtack.adapters.asgi import Hardtack, service
from hardtack.playground.beside import beside
from hardtack.site import Settings
from tests.adapters.asgi.driving import ask, scope
from tests.playground.inside import Inside
from tests.site.conftest import NAME, PASSWORD, Browser


@pytest.fixture
def around(tmp_path: Path) -> Iterator[Hardtack]:
    """Return a service with one member, whose name would be HTML."""
    settings = Settings(data=str(tmp_path), argon2_memory=7168, argon2_passes=5)
    service.prepare(settings)
    around = service.application(settings)
    assert around.site is not None
    yield around
    around.site.close()


@pytest.fixture
def inside(around: Hardtack, tmp_path: Path) -> Inside:
    """Return the playground beside that service."""
    return Inside(tmp_path, site=around.site, realm="hardtack")


def cookies_of_a_member(around: Hardtack) -> tuple[Browser, str]:
    """Return somebody's browser that has signed in, and what it sends."""
    site = around.site
    assert site is not None
    site._parts.accounts.add(NAME, PASSWORD, administrator=False, now=1_800_000_000)
    browser = Browser(site, client="127.0.0.1")
    assert 303 == browser.sign_in().status
    return browser, "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def test_nobody_is_told_how_to_sign_in(inside: Inside) -> None:
    """401 with the challenge of the service, and never one that opens a browser's own dialog."""
    response = inside.get("/diary")
    assert (401, 'Session realm="hardtack", sign-in="/sign-in"') == (response.status, response.get("WWW-Authenticate"))


def test_whoever_is_signed_in_is_greeted_by_name(around: Hardtack, inside: Inside) -> None:
    """The same cookie as on the pages of the service; none is written."""
    _, cookies = cookies_of_a_member(around)
    response = inside.get("/diary", cookie=cookies, accept_language="zh")
    assert (200, f"{NAME} 的日记") == (response.status, response.body.decode()[: len(NAME) + 4])
    assert response.get("Set-Cookie") is None


def test_a_session_that_was_ended_opens_nothing(around: Hardtack, inside: Inside) -> None:
    """Revoked is revoked, here as well: the cookie of before the sign-out is worth nothing."""
    browser, cookies = cookies_of_a_member(around)
    browser.submit("/account", action="/sign-out")
    assert 401 == inside.get("/diary", cookie=cookies).status


def test_a_forged_cookie_opens_nothing(around: Hardtack, inside: Inside) -> None:
    """What cannot be opened is nobody."""
    _, cookies = cookies_of_a_member(around)
    assert 401 == inside.get("/diary", cookie=cookies[:-4] + "AAAA").status


def test_while_revocations_are_unknown_nobody_is_let_in(
    around: Hardtack, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, as on the pages of the service: neither 200, which might be wrong, nor 401, which would be."""
    _, cookies = cookies_of_a_member(around)
    assert around.site is not None
    monkeypatch.setattr(type(around.site._parts.accounts.revocations), "verdict", lambda *_: "unknown")
    response = inside.get("/diary", cookie=cookies)
    assert 503 == response.status
    assert response.get("Retry-After")


def test_the_service_hands_itself_in(around: Hardtack, tmp_path: Path) -> None:
    """As ``hardtack serve`` puts the playground beside it."""
    app = beside(around, Settings(data=str(tmp_path)))
    assert 401 == ask(app, scope("/playground/diary")).status
