"""What is answered at once is what the page would answer; whatever is unusual is left to the page."""

from __future__ import annotations

from typing import Any

import pytest

from hardtack.site.forward_auth.quick import REMEMBERED, Quick
from tests.site.conftest import NAME, Browser
from tests.site.forward_auth.asking import HTML, Pairs, forwarding, nginx
from tests.site.forward_auth.conftest import MakePortal, Portal, identity

SIGNED_OUT = ("-", "-", "-", "-")


@pytest.fixture
def portal(make_portal: MakePortal) -> Portal:
    """A portal with a rule of each kind."""
    portal = make_portal(
        {"path": "/staff/*", "roles": ("staff",)},
        {"path": "/open/*", "allow": "everybody"},
        {},
        trusted_proxies=("10.0.0.1",),
    )
    portal.member(NAME, "staff")
    return portal


@pytest.fixture
def browser(portal: Portal) -> Browser:
    """A browser that has been let through once, so that the fields of such a request are known."""
    browser = portal.browser(NAME)
    assert portal.quick(*cookie(browser), *forwarding("/x")) is None
    for fields in (forwarding("/staff/x"), nginx("/staff/x")):
        assert 204 == portal.ask(browser, fields=fields).status
    return browser


def cookie(browser: Browser) -> Pairs:
    """Return what a browser sends beside what the proxy says."""
    return [("Accept", HTML), ("Cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))]


def let_in(portal: Portal, browser: Browser, fields: Pairs, **more: Any) -> Quick | None:
    """Ask at once for a browser that is signed in."""
    return portal.quick(*cookie(browser), *fields, **more)


@pytest.mark.parametrize("family", [nginx, forwarding])
@pytest.mark.parametrize("uri", ["/staff/x?y", "/open/", "/%E6%96%87"])
@pytest.mark.parametrize("peer", ["127.0.0.1", "", "::1", "10.0.0.1"])
def test_whoever_may_go_on_is_let_in_at_once(
    portal: Portal, browser: Browser, family: Any, uri: str, peer: str
) -> None:
    """With what the page says of them."""
    found = let_in(portal, browser, family(uri), peer=peer)
    assert found is not None
    asked = portal.ask(browser, fields=family(uri), peer=peer)
    assert (asked.status, identity(asked)) == (found.status, identity(found)) == (204, (NAME, "-", NAME, "staff"))
    assert (b"cache-control", b"no-store") in found.fields
    assert not [name for name, _ in found.fields if name == b"set-cookie"]


def test_everybody_who_has_no_cookie_of_ours_is_let_in_at_once_where_everybody_is(
    portal: Portal, browser: Browser
) -> None:
    """One of ours, whatever is in it, has the page look."""
    found = portal.quick(("Cookie", "a=b"), *forwarding("/open/x"))
    assert found is not None
    assert SIGNED_OUT == identity(found)
    assert portal.quick(("Cookie", "__Host-hardtack=nothing"), *forwarding("/open/x")) is None
    assert portal.quick(*forwarding("/x")) is None
    assert browser.cookies


@pytest.mark.parametrize("mode", ["", "mode=nginx", "mode=redirect", "mode=status", "mode=", "mode=x", "x"])
def test_the_mode_is_the_configurations(portal: Portal, browser: Browser, mode: str) -> None:
    """Another query is for the page, which refuses it."""
    found = let_in(portal, browser, forwarding("/x"), query=mode)
    assert (found is not None) is (mode in ("", "mode=redirect", "mode=status"))


@pytest.mark.parametrize(
    "more",
    [
        [("Accept", "text/plain")],
        [("X-Unseen", "1")],
        [("Content-Length", "0")],
        [("Transfer-Encoding", "chunked")],
        [("Expect", "100-continue")],
        [("X_Forwarded_Uri", "/open/x")],
        [("X-Original-URL", "https://id.example.org/open/x")],
        [("Connection", "Remote-User")],
        [("User-Agent", "a\nb")],
        [("User-Agent", "a\rb")],
        [("User-Agent", "a\0b")],
        [("User-Agent", "x" * 33_000)],
    ],
)
def test_a_head_with_anything_unusual_is_left_to_the_page(portal: Portal, browser: Browser, more: Pairs) -> None:
    """Even where the page lets it in."""
    assert 204 == portal.ask(browser, "/x", ("User-Agent", "x"), ("Connection", "close")).status
    assert let_in(portal, browser, forwarding("/x")) is not None
    assert let_in(portal, browser, [*forwarding("/x"), *more]) is None


@pytest.mark.parametrize(
    ("fields", "more"),
    [
        (forwarding("/x"), {"method": "HEAD"}),
        (forwarding("/x"), {"method": "OPTIONS"}),
        (forwarding("/x"), {"version": "2"}),
        (forwarding("/x"), {"peer": "203.0.113.7"}),
        (forwarding("/x//y"), {}),
        (forwarding("/x", method="get"), {}),
        (forwarding("/x", host="other.example.org"), {}),
        (forwarding("/x")[1:4], {}),
        ([("X-Forwarded-For", ", ".join(["203.0.113.7"] * 20)), *forwarding("/x")[1:]], {}),
        ([("X-Forwarded-For", "nobody"), *forwarding("/x")[1:]], {}),
        ([("X-Forwarded-For", "nobody"), *forwarding("/x")[1:]], {"peer": "10.0.0.1"}),
    ],
)
def test_what_the_page_would_refuse_is_not_let_in(
    portal: Portal, browser: Browser, fields: Pairs, more: dict[str, Any]
) -> None:
    """It says why."""
    assert let_in(portal, browser, fields, **more) is None


def test_a_malformed_host_is_left_to_the_page(portal: Portal, browser: Browser) -> None:
    """As the page of a server that lets it through."""
    octets = [(name.lower().encode(), value.encode()) for name, value in [*cookie(browser), *forwarding("/x")]]
    ask = portal.world.site.auth.answer
    assert ask("GET", "1.0", b"", [(b"host", b"a"), *octets], "127.0.0.1") is not None
    assert ask("GET", "1.1", b"", [(b"host", b"a b"), *octets], "127.0.0.1") is None
    assert ask("GET", "1.1", b"", octets, "127.0.0.1") is None


def test_a_role_taken_away_is_missing_at_once(portal: Portal, browser: Browser) -> None:
    """Neither what is in memory nor the cookie counts."""
    account = portal.world.accounts.find(NAME)
    assert account is not None
    assert let_in(portal, browser, forwarding("/staff/x")) is not None
    portal.give(account)
    assert let_in(portal, browser, forwarding("/staff/x")) is None
    assert 403 == portal.ask(browser, "/staff/x").status
    assert let_in(portal, browser, forwarding("/staff/x")) is None
    found = let_in(portal, browser, forwarding("/x"))
    assert found is not None
    assert "-" == identity(found)[3]


def test_an_ended_and_a_superseded_sign_in_are_left_to_the_page(portal: Portal, browser: Browser) -> None:
    """The one is over; the other may not be renewed."""
    old = Browser(portal.world.site, cookies=dict(browser.cookies))
    assert 303 == browser.submit("/account/confirm", password="a long walk 到海边").status
    assert let_in(portal, old, forwarding("/x")) is None
    assert 204 == portal.ask(old, "/x").status
    assert let_in(portal, browser, forwarding("/x")) is not None
    account = portal.world.accounts.find(NAME)
    assert account is not None
    portal.world.accounts.sign_ins.end_all(account.id, int(portal.world.clock.now))
    portal.world.accounts.revocations.refresh()
    assert let_in(portal, browser, forwarding("/x")) is None


def test_idle_time_slides_here_too(portal: Portal, browser: Browser) -> None:
    """The cookie is written anew where it is due."""
    portal.world.clock.now += portal.world.settings.idle_timeout // 2
    found = let_in(portal, browser, forwarding("/x"))
    assert found is not None
    (value,) = [value.decode() for name, value in found.fields if name == b"set-cookie"]
    assert value.startswith("__Host-hardtack=")
    browser.cookies["__Host-hardtack"] = value.partition("=")[2].partition(";")[0]
    portal.world.clock.now += portal.world.settings.idle_timeout * 3 // 4
    assert let_in(portal, browser, forwarding("/x")) is not None


def test_nothing_is_answered_without_a_public_origin(make_portal: MakePortal) -> None:
    """Development mode asks more of a head."""
    portal = make_portal({"host": "localhost:8000", "allow": "everybody"}, origin=None)
    portal.world.site.auth.learn(["host", "x-original-url", "x-original-method"])
    assert portal.quick(*nginx(host="localhost:8000", scheme="http")) is None


def test_what_nobody_foresaw_is_left_to_the_page(
    portal: Portal, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has a log line for it; the loop that others are answered on goes on."""
    assert let_in(portal, browser, forwarding("/x")) is not None
    monkeypatch.setattr(portal.world.site.auth.judge, "rules", None)
    assert let_in(portal, browser, forwarding("/x")) is None


def test_the_names_that_are_remembered_are_bounded(portal: Portal, browser: Browser) -> None:
    """Nobody fills the memory by making names up."""
    for start in range(0, REMEMBERED * 2, 100):
        portal.world.site.auth.learn(f"x-{number}" for number in range(start, start + 100))
    assert REMEMBERED <= len(portal.world.site.auth._names) < REMEMBERED + 200
    assert let_in(portal, browser, forwarding("/x")) is not None


def test_too_many_fields_are_left_to_the_page(portal: Portal, browser: Browser) -> None:
    """Which answers 431."""
    portal.world.site.auth.learn(f"x-{number}" for number in range(300))
    many = [(f"X-{number}", "1") for number in range(250)]
    assert let_in(portal, browser, [*forwarding("/x"), *many]) is None
