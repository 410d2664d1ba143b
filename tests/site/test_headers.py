"""Every answer carries every field that protects a visitor."""

from __future__ import annotations

import pytest

from hardtack.message import Response
from hardtack.site import assets, headers
from hardtack.site.forward_auth import auth
from hardtack.site.routes import ROUTES
from tests.site.conftest import Browser, MakeWorld, World


def everything(browser: Browser) -> list[Response]:
    """Return an answer of every kind; those of ``/auth``, which proxies copy elsewhere, have tests of their own."""
    paths = (*(set(ROUTES) - {auth.PATH}), *assets.OURS.paths, "/none", "/sign-in/")
    return [
        *(browser.get(path) for path in paths),
        *(browser.json("GET", path) for path in paths),
        *(browser.get(path, accept="*/*") for path in paths),
        *(browser.ask("OPTIONS", path) for path in paths),
        browser.post("/sign-in", b"username=a&password=b", sec_fetch_site="cross-site"),
        browser.post("/sign-in", b"%"),
        browser.sign_in(password="wrong wrong wrong wrong"),
        browser.sign_in(),
        browser.get("/account"),
        browser.get("/", host="evil.example"),
    ]


@pytest.mark.asvs("3.2.1", "3.4.4", "3.4.5", "3.4.6", "3.4.8", "3.5.8")
def test_the_table_is_on_every_answer(world: World) -> None:
    """Pages, problems, text, redirects, assets and refusals."""
    world.member()

    for answer in everything(world.browser()):
        for name, value in headers.ALWAYS:
            assert value == answer.get(name)
        assert answer.get("strict-transport-security") is None


@pytest.mark.asvs("3.4.1")
def test_https_is_asked_for_wherever_it_is_spoken(make_world: MakeWorld) -> None:
    """At least a year, and for the hosts below (ASVS 3.4.1)."""
    world = make_world(origin="https://id.example.org")
    world.member()

    for answer in everything(world.browser(host="id.example.org", scheme="https")):
        assert "max-age=63072000; includeSubDomains" == answer.get("strict-transport-security")


@pytest.mark.asvs("14.3.2")
def test_nothing_is_stored_but_the_assets(world: World) -> None:
    """Style sheet, scripts and mark never change under their address; all else is somebody's own (ASVS 14.3.2)."""
    browser = world.browser()
    assert 5 == len(assets.OURS.paths)

    for path in sorted(assets.OURS.paths):
        answer = browser.get(path)
        assert (200, headers.IMMUTABLE, None) == (answer.status, answer.get("cache-control"), answer.get("vary"))
    for path in (*ROUTES, "/none"):
        assert "no-store" == browser.get(path).get("cache-control")


def test_pages_say_what_they_depend_on(world: World) -> None:
    """RFC 9110 §12.5.5."""
    vary = {part.strip() for part in (world.browser().get("/").get("vary") or "").split(",")}

    assert {"Cookie", "Accept", "Accept-Language"} == vary


@pytest.mark.asvs("3.2.1", "3.4.3", "3.4.6")
@pytest.mark.parametrize(
    "directive",
    ["default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"],
)
def test_the_content_security_policy_is_strict(directive: str) -> None:
    """No script in a page itself, none of anybody else; no frame, no base (ASVS 3.4.3, 3.4.6)."""
    assert directive in headers.CONTENT_SECURITY_POLICY.split("; ")
    assert "unsafe" not in headers.CONTENT_SECURITY_POLICY
    assert "http" not in headers.CONTENT_SECURITY_POLICY


@pytest.mark.asvs("3.4.3", "3.4.4", "3.4.6")
def test_a_page_cannot_weaken_the_table() -> None:
    """Whatever was set before is replaced."""
    answer = Response(200, [("content-security-policy", "script-src *"), ("Cache-Control", "no-cache")])
    headers.protect(answer, https=True)

    assert headers.CONTENT_SECURITY_POLICY == answer.get("Content-Security-Policy")
    assert 1 == len([name for name, _ in answer.headers if name.lower() == "content-security-policy"])
    assert "no-cache" == answer.get("Cache-Control")
