"""What ties a form to a browser, signed in or not."""

from __future__ import annotations

import pytest

from hardtack.message import Headers, Request
from hardtack.seal import Keyring
from hardtack.session import Sessions, csrf
from hardtack.session.visitor import Visitor, cookie_header

NOW = 1_800_000_000
GONE = "=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; HttpOnly; SameSite=Lax"


@pytest.fixture
def sessions(keyring: Keyring) -> Sessions:
    """Sessions of a site on https."""
    return Sessions(keyring, origin="https://example.org")


def at(sessions: Sessions, cookies: str = "", now: int = NOW) -> Visitor:
    """Return the visitor of one request."""
    tokens = csrf.Tokens(sessions._keyring)
    return Visitor(session=sessions.open(cookies, now), tokens=tokens, names=sessions.policy, cookies=cookies, now=now)


def signed_in(sessions: Sessions) -> str:
    """Return the Cookie field of somebody who is signed in."""
    session = sessions.open("", NOW)
    session.sign_in(account=7, epoch=1, now=NOW)
    return sessions.save(session, NOW)[0].partition(";")[0]


def test_cookies_that_came_in_pieces_are_one_field() -> None:
    """As HTTP/2 may send them."""
    request = Request(method="GET", path="/", headers=Headers([("Cookie", "a=1"), ("x", "y"), ("cookie", "b=2")]))
    assert cookie_header(request) == "a=1; b=2"
    assert cookie_header(Request(method="GET", path="/")) == ""


def test_a_form_comes_back_from_the_browser_that_it_was_shown_in(sessions: Sessions) -> None:
    """Its cookie is set with the form, and with no other answer; in the next request it is there."""
    shown = at(sessions)
    assert (shown.set_cookies(), shown.valid("")) == ([], False)
    token = shown.token()
    assert shown.valid(token)
    assert shown.token() != token
    (text,) = shown.set_cookies()
    assert text == f"__Host-hardtack-visitor={shown.binding().hex()}; Path=/; Secure; HttpOnly; SameSite=Lax"
    sent = at(sessions, text.partition(";")[0], NOW + 86_399)
    assert (sent.valid(token), sent.valid("x"), sent.binding()) == (True, False, shown.binding())
    sent.token()
    assert sent.set_cookies() == []
    assert not at(sessions).valid(token)
    assert not at(sessions, text.partition(";")[0], NOW + 86_400).valid(token)


def test_signed_in_it_is_bound_to_the_sign_in(sessions: Sessions) -> None:
    """So a token from before is worth nothing after it, whichever cookies are sent."""
    before = at(sessions)
    token = before.token()
    (text,) = before.set_cookies()
    header = f"{text.partition(';')[0]}; {signed_in(sessions)}"
    after = at(sessions, header)
    assert after.identity is not None
    assert after.binding() == after.identity.lineage
    assert (after.valid(token), after.valid(after.token()), after.set_cookies()) == (False, True, [])


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("__Host-hardtack-visitor", True),
        ("__Host-hardtack", True),
        ("__Host-session-app", True),
        ("__Host-hardtack-half", True),
        ("__Host-hardtack-known", False),
        ("other", False),
    ],
)
def test_a_browser_that_may_be_speaking_for_somebody_is_known(sessions: Sessions, name: str, ours: bool) -> None:
    """By any cookie that is worth something by itself."""
    assert at(sessions, f"a=1; {name}=x").has_cookie is ours


def test_what_was_set_is_deleted(sessions: Sessions) -> None:
    """The visitor's cookie where there is one, that of an identity in any case."""
    assert at(sessions).forget() == []
    assert at(sessions, "__Host-hardtack-visitor=x").forget() == [f"__Host-hardtack-visitor{GONE}"]
    assert at(sessions).forget_identity() == f"__Host-hardtack{GONE}"


def test_its_representation_shows_no_cookie(sessions: Sessions) -> None:
    """Nor what the form is bound to; representations end up in logs."""
    visitor = at(sessions, "__Host-hardtack-visitor=swordfish")
    assert "swordfish" not in repr(visitor)
    assert f"{visitor.binding()!r}" not in repr(visitor)
    assert "_fresh" not in repr(visitor)
    assert not hasattr(visitor, "__dict__")


def test_a_form_is_bound_to_somebody(sessions: Sessions) -> None:
    """Of two cookies none is taken, and a new one is drawn."""
    twins = "__Host-hardtack-visitor=" + "; __Host-hardtack-visitor=".join(["0" * 32] * 2)
    visitor = at(sessions, twins)
    assert visitor.binding() != bytes(16)
    assert len(visitor.set_cookies()) == 1
