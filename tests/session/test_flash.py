"""Messages for the next page."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.seal import Keyring
from hardtack.session import Session, Sessions
from hardtack.session.flash import KEY, LONGEST, LONGEST_KIND, MOST, Message, flash, take

NOW = 1_800_000_000


@pytest.fixture
def sessions(keyring: Keyring) -> Sessions:
    """Sessions of a site on https."""
    return Sessions(keyring, origin="https://example.org")


def following(sessions: Sessions, session: Session) -> Session:
    """Return the session of the next request."""
    fields = sessions.save(session, NOW)
    return sessions.open("; ".join(text.partition(";")[0] for text in fields), NOW)


def test_messages_are_shown_once_by_the_next_request(sessions: Sessions) -> None:
    """In the order in which they were said; then they are gone."""
    session = sessions.open("", NOW)
    flash(session, "保存成功。")
    flash(session, "Two left.", kind="warning")
    session = following(sessions, session)
    assert take(session) == [Message("info", "保存成功。"), Message("warning", "Two left.")]
    assert take(session) == []
    assert KEY not in session
    assert sessions.save(session, NOW)[0].startswith("__Host-session-app=; Expires=Thu, 01 Jan 1970")


def test_taking_none_writes_nothing(sessions: Sessions) -> None:
    """Every page may ask."""
    session = sessions.open("", NOW)
    assert take(session) == []
    assert sessions.save(session, NOW) == []


def test_the_oldest_give_way(sessions: Sessions) -> None:
    """Nobody has looked for a while; the last ones matter."""
    session = sessions.open("", NOW)
    for number in range(MOST + 3):
        flash(session, str(number))
    assert [message.text for message in take(session)] == [str(number) for number in range(3, MOST + 3)]


@given(texts=st.lists(st.text(st.characters(exclude_categories=())), max_size=9))
def test_they_never_outgrow_the_cookie(texts: list[str]) -> None:
    """Any texts, lone surrogates too: short ones whole, long ones cut between characters."""
    sessions = Sessions(Keyring.generate(), origin="https://example.org")
    session = sessions.open("", NOW)
    for text in texts:
        flash(session, text * 200)
        flash(session, text)
    shown = take(following(sessions, session))
    assert len(shown) == min(2 * len(texts), MOST)
    assert all(len(message.text.encode()) <= LONGEST for message in shown)
    if texts and len(texts[-1].encode("utf-8", "replace")) <= LONGEST:
        assert shown[-1].text == texts[-1].encode("utf-8", "replace").decode()


@pytest.mark.parametrize(
    ("text", "shown"), [("王" * (LONGEST // 3), "王" * (LONGEST // 3)), ("half a \ud800", "half a ?")]
)
def test_a_text_that_just_fits_is_whole_and_half_a_character_is_none(sessions: Sessions, text: str, shown: str) -> None:
    """And so is the longest kind."""
    session = sessions.open("", NOW)
    flash(session, text, kind="x" * LONGEST_KIND)
    assert take(session) == [Message("x" * LONGEST_KIND, shown)]


def test_a_text_that_was_cut_says_so(sessions: Sessions) -> None:
    """Whole characters, then a sign."""
    session = sessions.open("", NOW)
    flash(session, "王" * 101)
    assert take(session) == [Message("info", "王" * 99 + "…")]


def test_what_waits_is_where_it_was_and_no_more_than_was_said() -> None:
    """The key stands in the cookies that are out."""
    assert (KEY, MOST, LONGEST, LONGEST_KIND) == ("_flash", 5, 300, 32)


@pytest.mark.parametrize("wrong", [{"text": 7}, {"kind": b"info"}, {"kind": "x" * 33}])
def test_what_is_no_text_is_refused(sessions: Sessions, wrong: dict[str, Any]) -> None:
    """At the line that says it."""
    with pytest.raises(MisuseError):
        flash(sessions.open("", NOW), **{"text": "hi", **wrong})


@pytest.mark.parametrize("held", ["text", 7, {"a": 1}, [1, "a", ["one"], ["a", 2], ["a", "b", "c"], ["info", "good"]]])
def test_whatever_an_application_keeps_there_is_no_error(sessions: Sessions, held: Any) -> None:
    """What is a message is shown, the rest is not."""
    session = sessions.open("", NOW)
    session[KEY] = held
    assert take(session) == ([Message("info", "good")] if isinstance(held, list) else [])
