"""Beneath the application the same is answered, counted and written down; whatever is unusual is not touched."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from hardtack.site import Settings, metrics, request_ids
from hardtack.site.forward_auth.answer import block
from hardtack.site.forward_auth.at_once import AtOnce
from hardtack.site.forward_auth.quick import FORMS
from hardtack.site.series import Kept, Together, place
from hardtack.site.watch import Watch
from tests.site.conftest import NAME, Browser
from tests.site.forward_auth.asking import HTML, Pairs, forwarding
from tests.site.forward_auth.conftest import MakePortal, Portal

GIVEN = "0123456789abcdef"
Sent = list[tuple[int, bytes]]


@pytest.fixture
def portal(make_portal: MakePortal) -> Portal:
    """A portal with somebody who may ask everything."""
    portal = make_portal({}, trusted_proxies=("10.0.0.1",))
    portal.member(NAME)
    return portal


@pytest.fixture
def browser(portal: Portal) -> Browser:
    """A browser that has been let through once, by a proxy that names its requests."""
    browser = portal.browser(NAME)
    assert 204 == portal.ask(browser, "/x", ("X-Request-Id", GIVEN)).status
    return browser


def head(browser: Browser, *more: tuple[str, str], fields: Pairs | None = None) -> list[tuple[bytes, bytes]]:
    """Return the fields of a proxy's request."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    pairs = [("Host", "127.0.0.1"), ("Accept", HTML), ("Cookie", cookies), *(fields or forwarding("/x")), *more]
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in pairs]


def ask(
    at_once: AtOnce, fields: list[tuple[bytes, bytes]], *, peer: str = "10.0.0.1", target: bytes = b"/auth"
) -> tuple[bool, Sent]:
    """Return whether it was answered, and what was sent."""
    sent: Sent = []
    found = at_once.answer(
        b"GET", target, b"1.1", fields, peer, "http", lambda status, lines: sent.append((status, lines))
    )
    return found, sent


def test_whoever_may_go_on_is_answered_and_counted_and_written_down(
    portal: Portal, browser: Browser, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With the id that a trusted proxy has given, which the line has as well."""
    together, kept = Together(tmp_path / "counts"), Kept(tmp_path / "counts")
    settings = Settings(origin=portal.world.settings.origin, trusted_proxies=("10.0.0.1",), access_log=True)
    at_once = AtOnce(portal.world.site.auth, Watch(settings, kept))
    ids: list[str] = []

    def noted(_record: logging.LogRecord) -> bool:
        ids.append(request_ids.CURRENT.get())
        return True

    logging.getLogger("hardtack.access").addFilter(noted)
    caplog.set_level(logging.INFO, logger="hardtack.access")
    try:
        assert b"/auth" == at_once.begins
        found, sent = ask(at_once, head(browser, ("X-Request-Id", GIVEN)))
    finally:
        logging.getLogger("hardtack.access").removeFilter(noted)

    lines = f"remote-user: {NAME}\r\nremote-email: -\r\nremote-name: {NAME}\r\nremote-groups: -\r\n"
    lines += f"cache-control: no-store\r\nx-request-id: {GIVEN}\r\n"
    assert (True, [(204, lines.encode())]) == (found, sent)
    assert 1 == together.read(0)[0][place(metrics.REQUESTS, ("auth", "2xx"))]
    assert 1 == portal.world.site.auth.judge.let_in.fresh()
    (record,) = [record for record in caplog.records if record.name == "hardtack.access"]
    fields = vars(record)["fields"]
    assert ("GET", "/auth", 204, "203.0.113.7") == tuple(fields[key] for key in ("method", "path", "status", "client"))
    assert [GIVEN] == ids
    assert "" == request_ids.CURRENT.get()


def test_an_id_is_drawn_for_whoever_may_give_none(portal: Portal, browser: Browser) -> None:
    """A peer on this machine that is no trusted proxy may ask, but not name."""
    at_once = AtOnce(portal.world.site.auth, Watch(portal.world.settings))
    ids = set()
    for _ in range(2):
        found, ((_, lines),) = ask(at_once, head(browser, ("X-Request-Id", GIVEN)), peer="127.0.0.1")
        assert found
        ids.add(lines.rpartition(b"x-request-id: ")[2])
    assert 2 == len(ids - {f"{GIVEN}\r\n".encode()})


@pytest.mark.parametrize("target", [b"/auth/", b"/%61uth", b"/authx", b"/auth;x", b"http://a/auth", b"/auth?mode=x"])
def test_another_target_is_not_touched(portal: Portal, browser: Browser, target: bytes) -> None:
    """However it would be understood."""
    at_once = AtOnce(portal.world.site.auth, Watch(portal.world.settings))
    assert (False, []) == ask(at_once, head(browser), target=target)


def test_whoever_may_not_go_on_is_not_touched(portal: Portal, browser: Browser, tmp_path: Path) -> None:
    """Nothing is sent or counted; the sign-in that ended a moment ago is one."""
    together, kept = Together(tmp_path / "counts"), Kept(tmp_path / "counts")
    at_once = AtOnce(portal.world.site.auth, Watch(portal.world.settings, kept))
    account = portal.world.accounts.find(NAME)
    assert account is not None
    assert ask(at_once, head(browser))[0]
    portal.world.accounts.sign_ins.end_all(account.id, int(portal.world.clock.now))
    assert (False, []) == ask(at_once, head(browser))
    assert 1 == sum(together.read(0)[0][place(metrics.REQUESTS, ("auth", each))] for each in metrics.CLASSES)


def test_a_connection_that_may_become_something_else_is_not_touched(portal: Portal, browser: Browser) -> None:
    """Even where the page has let such a request in."""
    more = (("Upgrade", "websocket"), ("Connection", "upgrade"))
    assert 204 == portal.ask(browser, "/x", *more).status
    at_once = AtOnce(portal.world.site.auth, Watch(portal.world.settings))
    assert ask(at_once, head(browser, more[1]))[0]
    assert (False, []) == ask(at_once, head(browser, *more))


@pytest.mark.parametrize("value", [b"", b" ", b"a\r\nb: c", b"a\n", b"a\r", b"a\0", b" a", b"a ", b"\x01"])
def test_attack_nothing_in_a_field_ends_its_line(value: bytes) -> None:
    """What is written for another server has been looked at here."""
    assert b"a: b\r\nc: d e\r\n" == block([(b"a", b"b"), (b"c", b"d e")])
    with pytest.raises(ValueError, match="no field"):
        block([(b"a", b"b"), (b"c", value)])


def test_attack_a_cookie_that_is_no_field_is_left_to_the_page(portal: Portal, browser: Browser) -> None:
    """Where what is left of the Cookie field goes back to the proxy."""
    own = browser.cookies["__Host-hardtack"]
    for more, answered in (("a=b", True), ("a=\x01", False)):
        browser.cookies.clear()
        browser.cookies.update({"__Host-hardtack": f"{own}; {more}"})
        at_once = AtOnce(portal.world.site.auth, Watch(portal.world.settings))
        assert answered == ask(at_once, head(browser), target=b"/auth?mode=traefik")[0]


def test_heads_that_are_remembered_are_bounded(portal: Portal, browser: Browser) -> None:
    """Whoever mixes the order of its fields is answered as well."""
    auth = portal.world.site.auth
    at_once = AtOnce(auth, Watch(portal.world.settings))
    auth.learn(f"x-{number}" for number in range(FORMS + 10))
    for number in range(FORMS + 10):
        assert ask(at_once, head(browser, (f"X-{number}", "1")))[0]
    assert FORMS == len(auth._forms)
