"""What an application learns about its visitors behind nginx and Caddy, and what it does not, by the printed snippets.

What proves it is the application's own note of every head that reached it.
"""

from __future__ import annotations

import time

import pytest
from websockets.exceptions import InvalidStatus

from hardtack.session import policy
from hardtack.site.forward_auth import cookies
from hardtack.site.forward_auth.answer import NAMES
from tests.proxies.stand import IDLE, PORTAL, SHOP, WIKI, Stand
from tests.proxies.visitor import Visitor, raw

SPELLINGS = ("Remote-User", "remote-user", "REMOTE-USER", "Remote_User", "REMOTE_USER", "rEmOtE_uSeR")


def home(stand: Stand, path: str = "/", host: str = WIKI) -> str:
    """Return an address on an application's host."""
    return f"https://{host}:{stand.port}{path}"


def told(stand: Stand, host: str = WIKI) -> dict[str, list[str]]:
    """Return every spelling of an identity field that reached the application last."""
    return {name: values for name, values in stand.last(host).items() if name.replace("_", "-").startswith("remote-")}


def known(name: str = "anna") -> dict[str, list[str]]:
    """Return what an application is told about *name*, who has no address and no role."""
    return dict(zip((each.lower() for each in NAMES), ([name], ["-"], [name], ["-"]), strict=True))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_attack_29_an_identity_that_the_client_sends_never_reaches_the_application(
    stand: Stand, anna: Visitor, spelling: str
) -> None:
    """Neither beside ours nor in its place, however it is spelled, and not where everybody may go either."""
    names = [f"{spelling[:6]}{spelling[6]}{rest}" for rest in ("User", "Email", "Name", "Groups", "Roles")]
    lines = [f"{name}: admin" for name in (spelling, *names)]
    status, _ = raw(stand.port, WIKI, f"Cookie: {anna.cookie(WIKI)}", *lines)
    assert (200, known()) == (status, {n: v for n, v in told(stand).items() if n != "remote-roles"})
    status, _ = raw(stand.port, WIKI, *lines, target="/public/page")
    nobody = {name.lower(): ["-"] for name in NAMES}
    assert (200, nobody) == (status, {n: v for n, v in told(stand).items() if n != "remote-roles"})


@pytest.mark.parametrize(
    "connection", ["Remote-User", "close, remote-user, Remote-Groups", "Cookie", "X-Forwarded-Uri"]
)
def test_attack_29_connection_takes_away_nothing_that_is_said_about_the_visitor(
    stand: Stand, anna: Visitor, connection: str
) -> None:
    """A field that ``Connection`` names is for the next hop alone, and some proxies obey after theirs was set."""
    status, _ = raw(stand.port, WIKI, f"Connection: {connection}, close", f"Cookie: {anna.cookie(WIKI)}")
    assert (200, known()) == (status, told(stand))
    status, _ = raw(stand.port, WIKI, f"Connection: {connection}, close")
    assert 401 == status


def test_attack_29_no_forwarding_field_of_a_client_decides_or_arrives(stand: Stand, anna: Visitor) -> None:
    """Which page is asked for, the proxy alone says, and so it is with the visitor's address."""
    spoofed = ["Uri: /public/x", "Method: OPTIONS", "Proto: http", "Port: 1", f"Host: {SHOP}:{stand.port}"]
    lines = [f"X-Forwarded-{each}" for each in spoofed] + [f"X_Forwarded_{each}" for each in spoofed]
    lines += [f"X-Original-URL: {home(stand, '/public/x')}", "X-Original-Method: OPTIONS", "X_Original_URL: /public/x"]
    lines += ["X-Forwarded-For: 203.0.113.9", "Forwarded: for=203.0.113.9;host=evil.example"]
    before = len(stand.received())
    assert 401 == raw(stand.port, WIKI, *lines)[0]
    assert 403 == raw(stand.port, WIKI, f"Cookie: {anna.cookie(WIKI)}", *lines, target="/staff/x")[0]
    assert before == len(stand.received())
    assert 200 == raw(stand.port, WIKI, f"Cookie: {anna.cookie(WIKI)}", *lines)[0]
    told_of_it = {n: v for n, v in stand.last().items() if "forwarded" in n or "original" in n}
    ours = {"for": "127.0.0.1", "proto": "https", "host": f"{WIKI}:{stand.port}"}
    assert {f"x-forwarded-{name}": [value] for name, value in ours.items()} == told_of_it


def test_no_cookie_of_ours_reaches_the_application_and_its_own_do(stand: Stand, anna: Visitor) -> None:
    """Whoever can read a gate is as good as its owner; and an application without its own cookies is broken."""
    names = cookies.ours(policy.decide(f"https://{PORTAL}:{stand.port}", application="site"))
    gate = anna.cookies[WIKI]["__Host-hardtack-gate"]
    many = [
        f"own-{n}=v{n}; {name}={gate if 'Host-hardtack-gate' in name else 'secret'}" for n, name in enumerate(names)
    ]
    orders = ["; ".join(many), "; ".join([*(f"{name}={gate}" for name in names), "a=1"]), f"a=1; {names[0]}=x; b=2"]
    wanted = ["; ".join(f"own-{n}=v{n}" for n in range(len(names))), "a=1", "a=1; b=2"]
    for sent, left in zip(orders, wanted, strict=True):
        target = "/" if "gate=" in sent else "/public/x"
        assert 200 == raw(stand.port, WIKI, f"Cookie: {sent}", target=target)[0]
        assert [left] == stand.last()["cookie"]
    assert 200 == raw(stand.port, WIKI, f"Cookie: {'; '.join(f'{name}={gate}' for name in names)}")[0]
    assert "cookie" not in stand.last()
    # Not its own, however much it looks like one of ours.
    alike = "x__Host-hardtack=1; __Host-hardtack-gate-x=2; hardtack=3; q=__Host-hardtack"
    assert 200 == raw(stand.port, WIKI, f"Cookie: {alike}", target="/public/x")[0]
    assert [alike] == stand.last()["cookie"]


def test_a_cookie_of_ours_that_is_there_twice_is_kept_from_the_application_twice(stand: Stand) -> None:
    """The application itself may have set one of the same name: it would be told the other."""
    twice = "__Secure-hardtack-gate=own; a=1; __Secure-hardtack-gate=real; __Secure-hardtack-gate=real"
    assert 200 == raw(stand.port, WIKI, f"Cookie: {twice}", target="/public/x")[0]
    assert "hardtack" not in "".join(stand.last().get("cookie", []))


def test_a_script_gets_401_with_a_challenge_and_without_a_cookie(stand: Stand) -> None:
    """It cannot sign in by being sent to a page; and what a page loads must not overwrite how a sign-in began."""
    before = len(stand.received())
    answer = stand.visitor().call(home(stand, "/api"))
    assert (401, "", []) == (answer.status, answer.location, answer.set_cookies)
    assert answer.headers["WWW-Authenticate"].startswith("Session ")
    assert before == len(stand.received())


def test_the_content_of_a_request_reaches_the_application_alone(stand: Stand, anna: Visitor) -> None:
    """All of it, however it is framed; Hardtack is asked without it, and before it has been sent."""
    content = b"x" * 70_000
    assert 200 == anna.call(home(stand, "/upload"), "POST", content).status
    last = stand.received()[-1]
    assert ("POST", "/upload", content.decode()) == (last["method"], last["target"], last["content"])
    chunked = b"5\r\nhello\r\n0\r\n\r\n"
    said = (f"Cookie: {anna.cookie(WIKI)}", "Transfer-Encoding: chunked")
    assert 200 == raw(stand.port, WIKI, *said, content=chunked, method="PUT")[0]
    assert "hello" == stand.received()[-1]["content"]
    before = len(stand.received())
    assert 401 == stand.visitor().call(home(stand, "/upload"), "POST", content).status
    assert before == len(stand.received())


def test_a_websocket_goes_through_and_is_refused_without_a_sign_in(stand: Stand, anna: Visitor) -> None:
    """The application is told who speaks, and never hears anybody else."""
    with anna.socket(WIKI) as connection:
        connection.send("ahoy")
        assert "anna: ahoy" == connection.recv()
    assert (known(), "websocket") == (told(stand), stand.received()[-1]["kind"])
    assert "hardtack" not in "".join(stand.last().get("cookie", []))
    before = len(stand.received())
    with pytest.raises(InvalidStatus) as refused, stand.visitor().socket(WIKI):
        pass
    assert (401, before) == (refused.value.response.status_code, len(stand.received()))


def test_idle_time_slides_through_the_proxy_and_no_further(stand: Stand) -> None:
    """A click in each quarter of it in the application alone, three times over: signed in; after a pause: not."""
    visitor = stand.signed_in()
    for _ in range(12):
        stand.let_pass(IDLE // 4)
        answer = visitor.call(home(stand, "/click"))
        assert 200 == answer.status
        assert any(value.startswith("__Host-hardtack-gate=") for value in answer.set_cookies)
    stand.let_pass(IDLE + IDLE // 4)  # of which a quarter is for clocks that differ
    answer = visitor.call(home(stand, "/click"))
    assert (401, []) == (answer.status, answer.set_cookies)


def test_a_cookie_comes_with_every_answer_of_the_application_and_for_nobody_else(stand: Stand) -> None:
    """With its errors as well; and no cache on the way may keep for others what it would keep otherwise."""
    visitor = stand.signed_in()
    fresh = visitor.call(home(stand, "/click"))
    assert ["basket"] == [value.partition("=")[0] for value in fresh.set_cookies]
    assert ["public, max-age=60"] == fresh.headers.get_all("Cache-Control")
    stand.let_pass(IDLE // 2)
    answer = visitor.call(home(stand, "/missing"))
    assert 404 == answer.status
    assert ["__Host-hardtack-gate", "basket"] == sorted(value.partition("=")[0] for value in answer.set_cookies)
    assert ["private", "public, max-age=60"] == sorted(answer.headers.get_all("Cache-Control", []))


def test_a_role_holds_from_the_next_request_and_is_gone_at_the_next(stand: Stand, anna: Visitor) -> None:
    """With the same cookie in hand: what it says decides nothing about rights."""
    assert 403 == anna.call(home(stand, "/staff/rota")).status
    with stand.accounts() as accounts:
        account = accounts.named("anna").id
        accounts.administration.set_roles(account, ["staff"], False, 0, int(time.time()))
        assert 200 == anna.call(home(stand, "/staff/rota")).status
        assert ["staff"] == told(stand)["remote-groups"]
        accounts.administration.set_roles(account, [], False, 0, int(time.time()))
        before = len(stand.received())
        assert (403, before) == (anna.call(home(stand, "/staff/rota")).status, len(stand.received()))
