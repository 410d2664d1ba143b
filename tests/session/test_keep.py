"""Keep me signed in: longer lifetimes and cookies that outlive the browser, or cookies that end with it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hardtack.errors import MisuseError
from hardtack.seal import Keyring
from hardtack.session import Lifetimes, Sessions
from hardtack.session import identity as identity_form

NOW = 1_800_000_000
DAY = 86_400
IDENTITY, DATA = "__Host-hardtack", "__Host-session-app"
FLAGS = "; Path=/; Secure; HttpOnly; SameSite=Lax"
LASTING = f"; Max-Age={30 * DAY}{FLAGS}"


def make(keyring: Keyring, **options: Any) -> Sessions:
    """Return sessions of a site on https."""
    return Sessions(keyring, **{"origin": "https://example.org", **options})


def sent(fields: list[str]) -> str:
    """Return what a new browser sends after these Set-Cookie values."""
    return "; ".join(text.partition(";")[0] for text in fields)


def tails(fields: list[str]) -> list[str]:
    """Return what follows name and value in each."""
    return [text[text.index(";") :] for text in fields]


def signed_in(sessions: Sessions, *, keep: bool | None, now: int = NOW) -> list[str]:
    """Return the Set-Cookie values of a sign-in with some data."""
    session = sessions.open("", now)
    session.sign_in(account=7, epoch=1, keep=keep, now=now)
    session["basket"] = [1]
    return sessions.save(session, now)


@pytest.mark.parametrize(
    ("persistent", "keep", "expected"),
    [
        (True, None, f"; Max-Age={DAY}{FLAGS}"),
        (True, True, LASTING),
        (True, False, FLAGS),
        (False, None, FLAGS),
        (False, True, LASTING),
        (False, False, FLAGS),
    ],
)
def test_both_cookies_last_as_the_person_chose(
    keyring: Keyring, persistent: bool, keep: bool | None, expected: str
) -> None:
    """What they chose goes before what the site has set; who was not asked has what the site has set."""
    fields = signed_in(make(keyring, persistent=persistent), keep=keep)
    assert tails(fields) == [expected, expected]


def test_a_cookie_that_ends_with_the_browser_ends_on_the_server_all_the_same(keyring: Keyring) -> None:
    """Browsers restore their session cookies after a restart, for years."""
    sessions = make(keyring)
    header = sent(signed_in(sessions, keep=False))
    assert sessions.open(header, NOW + DAY + 59).identity is not None
    session = sessions.open(header, NOW + DAY + 60)
    assert (session.identity, session.identity_why, session.why) == (None, "expired", "expired")


def test_who_is_kept_may_stay_away_for_a_month_and_finds_the_data_too(keyring: Keyring) -> None:
    """The data lives as long as the sign-in that it belongs to."""
    sessions = make(keyring)
    header = sent(signed_in(sessions, keep=True))
    session = sessions.open(header, NOW + 30 * DAY + 59)
    assert session.identity is not None
    assert (session.identity.kept, dict(session)) == (True, {"basket": [1]})
    session = sessions.open(header, NOW + 30 * DAY + 60)
    assert (session.identity_why, session.why) == ("expired", "expired")


def test_it_is_renewed_as_it_was_made_until_the_absolute_end(keyring: Keyring) -> None:
    """Seen once a week: a lasting cookie each second time while it gains by it; after three months it is over."""
    sessions = make(keyring)
    header = sent(signed_in(sessions, keep=True))
    for week in range(1, 13):
        now = NOW + week * 7 * DAY
        fields = sessions.save(sessions.open(header, now), now)
        left = min(30 * DAY, NOW + 90 * DAY - now)
        expected = [] if week % 2 or week == 12 else [f"; Max-Age={left}{FLAGS}"] * 2
        assert tails(fields) == expected
        header = sent(fields) or header
    assert sessions.open(header, NOW + 90 * DAY + 59).identity is not None
    assert sessions.open(header, NOW + 90 * DAY + 60).identity_why == "expired"


def test_a_renewal_does_not_make_a_browser_session_last(keyring: Keyring) -> None:
    """Who said no stays with no."""
    sessions = make(keyring)
    header = sent(signed_in(sessions, keep=False))
    fields = sessions.save(sessions.open(header, NOW + DAY // 2), NOW + DAY // 2)
    assert tails(fields) == [FLAGS, FLAGS]


def test_the_lifetimes_of_the_kept_can_be_set(keyring: Keyring) -> None:
    """And hold at once for the cookies that are out, when they become stricter."""
    sessions = make(keyring, kept_lifetimes=Lifetimes(idle=2 * DAY, absolute=40 * DAY))
    header = sent(signed_in(make(keyring), keep=True))
    assert sessions.open(header, NOW + 2 * DAY + 59).identity is not None
    assert sessions.open(header, NOW + 2 * DAY + 60).identity_why == "expired"
    assert tails(signed_in(sessions, keep=True))[0] == f"; Max-Age={2 * DAY}{FLAGS}"


def test_without_a_word_the_kept_never_have_less_than_others(keyring: Keyring) -> None:
    """Also where everybody has long lifetimes already."""
    sessions = make(keyring, lifetimes=Lifetimes(idle=50 * DAY, absolute=200 * DAY, leeway=5))
    assert sessions.kept_lifetimes == Lifetimes(idle=50 * DAY, absolute=200 * DAY, leeway=5)


@pytest.mark.parametrize(
    ("kept", "problem"),
    [
        (Lifetimes(idle=DAY - 1, absolute=90 * DAY), "signed out sooner"),
        (Lifetimes(absolute=DAY), "signed out sooner"),
        (Lifetimes(idle=30 * DAY, absolute=90 * DAY, leeway=61), "leeway"),
    ],
)
def test_lifetimes_that_would_keep_nobody_are_refused(keyring: Keyring, kept: Lifetimes, problem: str) -> None:
    """At start, not at the first person who wonders."""
    with pytest.raises(MisuseError, match=problem):
        make(keyring, kept_lifetimes=kept)


@pytest.mark.parametrize(("keep", "days"), [(True, 30), (False, 1), (None, 1)])
def test_an_identity_says_itself_how_long_it_lives(keyring: Keyring, keep: bool | None, days: int) -> None:
    """When it is made, and when it steps up."""
    session = make(keyring).open("", NOW)
    assert session.sign_in(account=7, epoch=1, keep=keep, now=NOW).deadline == NOW + days * DAY
    assert session.step_up(factors=["totp"], now=NOW + 9).deadline == NOW + 9 + days * DAY


def test_who_is_kept_is_renewed_as_seldom_where_nothing_else_is_looked_at(keyring: Keyring) -> None:
    """After a quarter of a month."""
    sessions = make(keyring)
    identity = sessions.open("", NOW).sign_in(account=7, epoch=1, keep=True, now=NOW)
    assert sessions.renewal(identity, NOW + 30 * DAY // 4 - 1) is None
    assert sessions.renewal(identity, NOW + 30 * DAY // 4) is not None


@pytest.mark.parametrize("keep", [1, "yes", "", "false"])
def test_the_text_of_a_form_is_no_choice(keyring: Keyring, keep: Any) -> None:
    """``"false"`` would be true."""
    session = make(keyring).open("", NOW)
    with pytest.raises(MisuseError, match="keep="):
        session.sign_in(account=7, epoch=1, keep=keep, now=NOW)


def test_cookies_from_before_there_was_a_choice_still_open(keyring: Keyring) -> None:
    """Nobody is signed out by the new version."""
    sessions = make(keyring)
    session = sessions.open("", NOW)
    made = session.sign_in(account=7, epoch=1, now=NOW)
    fields = msgspec.msgpack.decode(identity_form.encode(made))
    old = keyring.seal(
        msgspec.msgpack.encode(fields[:11]), purpose="identity", context=(IDENTITY, "hardtack"), expires_at=NOW + DAY
    )
    assert sessions.open(f"{IDENTITY}={old}", NOW).identity == made


def test_the_last_end_is_that_of_the_last_cookie_that_can_be(keyring: Keyring) -> None:
    """However often it was renewed; what ends a session is remembered until then."""
    sessions = make(keyring)
    for keep, days in ((True, 90), (False, 30), (None, 30)):
        session = sessions.open("", NOW)
        identity = session.sign_in(account=7, epoch=1, keep=keep, now=NOW)
        assert sessions.last_end(identity) == NOW + days * DAY + 60
