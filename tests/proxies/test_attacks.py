"""Attacks 21, 29 and 30 through nginx and Caddy, configured as ``hardtack proxy`` prints it.

An attack has failed where nothing of it has reached the application: its own note of every head says so.
"""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.proxies.stand import GATE, PORTAL, SHOP, WIKI, Stand
from tests.proxies.visitor import Visitor, raw

AMBIGUOUS = (
    "/public/../secret",
    "/public/./../secret",
    "/public/..",
    "/public/%2e%2e/secret",
    "/public/%2E./secret",
    "/public/..%2fsecret",
    "/public%2F..%2Fsecret",
    "/public/%252e%252e/secret",
    "/public//../secret",
    "//public/page",
    "/public//page",
    "/public/%2fpage",
    "/public/..;/secret",
    "/public/;x=/../secret",
    "/public/..\\secret",
    "/public/..%5csecret",
    "/public/%00",
    "/public/%zz",
    "/public/%c0%ae%c0%ae/secret",
    "/secret%3f/../public/page",
    "/.hardtack/../secret",
    "/.hardtack/..%2fsecret",
    "/.hardtack/%2e%2e/secret",
)
METHODS = ("get", "Get", "M-SEARCH", "GET_", "X" * 33)


def reached(stand: Stand) -> int:
    """Return how many requests have reached the applications."""
    return len(stand.received(WIKI)) + len(stand.received(SHOP))


@pytest.mark.parametrize("target", AMBIGUOUS)
def test_attack_29_a_path_that_can_be_read_in_two_ways_is_let_through_to_nobody(
    stand: Stand, anna: Visitor, target: str
) -> None:
    """Else the rules would decide about one page, and the application show another."""
    before = reached(stand)
    for cookie in ((), (f"Cookie: {anna.cookie(WIKI)}",)):
        status, _ = raw(stand.port, WIKI, *cookie, target=target)
        assert status in {400, 404, 500}, status
    assert before == reached(stand)


def test_what_the_rules_decide_about_is_what_the_application_gets(stand: Stand, anna: Visitor) -> None:
    """Letter by letter: no proxy tidies a path up on the way."""
    for target in ("/public/%41?a=%2F..%2f&b=//", "/public/caf%C3%A9", "/public/a+b%20c", "/public/%7Euser/?x=;"):
        assert 200 == raw(stand.port, WIKI, target=target)[0]
        assert target == stand.received()[-1]["target"]
    assert 403 == raw(stand.port, WIKI, f"Cookie: {anna.cookie(WIKI)}", target="/STAFF/rota")[0]
    assert 403 == raw(stand.port, WIKI, f"Cookie: {anna.cookie(WIKI)}", target="/%73taff/rota")[0]


@pytest.mark.parametrize("method", METHODS)
def test_attack_30_a_method_that_is_none_is_let_through_to_nobody(stand: Stand, anna: Visitor, method: str) -> None:
    """Not by whoever is signed in either; what a server makes of it, nobody knows."""
    before = reached(stand)
    status, _ = raw(stand.port, WIKI, f"Cookie: {anna.cookie(WIKI)}", method=method)
    assert (True, before) == (status in {400, 403, 405, 500, 501}, reached(stand))


def test_attack_30_without_a_host_or_with_two_nobody_gets_in(stand: Stand, anna: Visitor) -> None:
    """The rules are those of one host, so it must be certain which one it is."""
    before = reached(stand)
    own, other = f"{WIKI}:{stand.port}", f"{SHOP}:{stand.port}"
    for lines in ((f"Host: {own}", f"Host: {other}"), ("Host:",), (f"Host: {own},{other}",), (f"Host: {own}/x",)):
        _, text = raw(stand.port, WIKI, f"Cookie: {anna.cookie(WIKI)}", *lines)
        assert "id=who" not in text, lines
    assert before == reached(stand)


def test_attack_29_the_host_in_the_request_line_is_no_way_round_the_rules_of_another(
    stand: Stand, anna: Visitor
) -> None:
    """One application has a page for everybody at this address, the other has none for anybody."""
    before = reached(stand)
    for line, field in ((SHOP, WIKI), (WIKI, SHOP)):
        for cookie in ((), (f"Cookie: {anna.cookie(WIKI)}",)):
            target = f"https://{line}:{stand.port}/{'public/page' if line == SHOP else 'page'}"
            raw(stand.port, WIKI, f"Host: {field}:{stand.port}", *cookie, target=target)
    assert [] == stand.received(SHOP)
    assert all(each["target"] == "/page" and cookie for each in stand.received()[before:])


def test_a_gate_is_good_for_its_own_host_and_nothing_else(stand: Stand, anna: Visitor) -> None:
    """An application that could read one would otherwise have every other one, and the account itself."""
    gate, identity = anna.cookies[WIKI][GATE], anna.cookies[PORTAL]["__Host-hardtack"]
    before = reached(stand)
    for host, cookie in ((SHOP, f"{GATE}={gate}"), (WIKI, f"{GATE}={identity}"), (SHOP, f"__Host-hardtack={identity}")):
        assert 401 == raw(stand.port, host, f"Cookie: {cookie}")[0], cookie
    assert 401 == raw(stand.port, WIKI, f"Host: {SHOP}:{stand.port}", f"Cookie: {GATE}={gate}")[0]
    assert before == reached(stand)
    thief = stand.visitor()
    thief.cookies[PORTAL] = {GATE: gate, "__Host-hardtack": gate}
    assert "/sign-in" in thief.go(f"https://{PORTAL}:{stand.port}/account").location


def test_attack_21_a_code_of_another_browser_lets_nobody_in(stand: Stand, anna: Visitor) -> None:
    """Who sends a victim their own code would have them work in the attacker's account."""
    url = f"https://{SHOP}:{stand.port}/"
    while "/.hardtack/enter" not in url:
        url = anna.go(url).location
    victim = stand.visitor()
    began = victim.go(f"https://{SHOP}:{stand.port}/").location  # so they have a value of their own as well
    victim.go(began)
    kept = dict(victim.cookies[SHOP])
    for browser in (victim, stand.visitor()):
        answer = browser.go(url)
        assert ("", []) == (answer.location, answer.set_cookies)
        assert "/.hardtack/start" in answer.text
    assert (kept, []) == (victim.cookies[SHOP], stand.received(SHOP))
    assert 200 == anna.follow(url).status, "it was still good for the browser that it was made for"
    assert [""] == [anna.go(url).location], "and once"


def test_what_proxies_alone_may_ask_nobody_else_can(stand: Stand, anna: Visitor) -> None:
    """Neither who may go where, nor in whose name."""
    claims = (f"X-Original-URL: https://{WIKI}:{stand.port}/", "X-Original-Method: GET")
    for host, target in ((PORTAL, "/auth"), (PORTAL, "/%61uth"), (WIKI, "/.hardtack/auth"), (SHOP, "/.hardtack/auth")):
        status, text = raw(stand.port, host, f"Cookie: {anna.cookie(WIKI)}", *claims, target=target)
        assert (True, False) == (status in {404, 421}, "remote-user" in text.lower()), target
    for page in ("account", "sign-in", "healthz", "auth"):
        status, _ = raw(stand.port, WIKI, f"Cookie: {anna.cookie(WIKI)}", target=f"/.hardtack/{page}")
        assert status in {404, 421}, page


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_led_to_where_an_attacker_wants(stand: Stand, anna: Visitor, to: str) -> None:
    """Only to a path of the same host: an open redirect with a sign-in in front is what phishing asks for."""
    url = f"https://{WIKI}:{stand.port}/.hardtack/start?to={quote(to, safe='')}"
    for _ in range(8):
        answer = anna.go(url)
        assert "evil.example" not in (answer.location.partition("?")[0] if answer.location else "")
        if not answer.location:
            return
        url = answer.location
    raise AssertionError(url)


def test_where_hardtack_does_not_answer_nobody_gets_in(stand: Stand, anna: Visitor) -> None:
    """Closed, with an error that is the server's, and not open."""
    before = reached(stand)
    with stand.without_hardtack():
        for cookie in ((), (f"Cookie: {anna.cookie(WIKI)}",)):
            for target in ("/", "/public/page"):
                status, _ = raw(stand.port, WIKI, *cookie, target=target)
                assert (True, before) == (500 <= status < 600, reached(stand))
