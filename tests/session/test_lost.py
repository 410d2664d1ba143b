"""Two answers that undo each other's data."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.session.lost import LatestWrites

NOW = 1_800_000_000
DATA = "__Host-session-app"


def make(keyring: Keyring, **options: Any) -> Sessions:
    """Return sessions of an application without a sign-in."""
    return Sessions(keyring, **{"origin": "https://example.org", "identity": False, **options})


def written(sessions: Sessions, header: str, now: int = NOW, **values: Any) -> str:
    """Return what the browser sends after an answer that changed some values, or what it sent before."""
    session = sessions.open(header, now)
    session.update(values)
    fields = sessions.save(session, now)
    return fields[0].partition(";")[0] if fields else header


def test_one_request_after_the_other_loses_nothing(keyring: Keyring) -> None:
    """However many, also when one of them is only renewed."""
    sessions = make(keyring)
    header = ""
    for turn in range(9):
        header = written(sessions, header, NOW + turn * 20_000, turn=turn // 2)
    assert sessions.lost_updates == 0


def test_two_changes_of_the_same_state_are_counted_and_logged(
    keyring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    """One line that names the cookie and neither keys nor values."""
    sessions = make(keyring)
    base = written(sessions, "", start=1)
    written(sessions, base, left="secret")
    assert caplog.records == []
    written(sessions, base, right="secret")
    assert sessions.lost_updates == 1
    (record,) = caplog.records
    assert (record.__dict__["event"], record.__dict__["cookie"]) == ("session-update-lost", DATA)
    assert record.getMessage().startswith(f"session cookie {DATA} was written twice")
    assert "secret" not in record.getMessage()


@pytest.mark.parametrize("slow_first", [True, False])
@pytest.mark.parametrize("change", ["sign in", "sign out", "empty"])
def test_a_change_beside_a_sign_in_a_sign_out_or_an_emptying_is_seen(
    keyring: Keyring, change: str, slow_first: bool
) -> None:
    """The data goes on under another id, or ends; whichever answer arrives last undoes the other one."""
    sessions = make(keyring, identity=True)
    session = sessions.open("", NOW)
    if change == "sign out":
        session.sign_in(account=7, epoch=1, now=NOW)
    session["basket"] = [1]
    base = "; ".join(text.partition(";")[0] for text in sessions.save(session, NOW))
    slow, quick = sessions.open(base, NOW), sessions.open(base, NOW)
    slow["basket"].append(2)
    if change == "sign in":
        quick.sign_in(account=7, epoch=1, now=NOW)
    elif change == "sign out":
        quick.sign_out()
    else:
        quick.clear()
    for one in (slow, quick) if slow_first else (quick, slow):
        assert sessions.lost_updates == 0
        sessions.save(one, NOW)
    assert sessions.lost_updates == 1


def test_the_same_change_twice_loses_nothing(keyring: Keyring) -> None:
    """Both answers say the same, so it does not matter which one arrives last."""
    sessions = make(keyring)
    base = written(sessions, "", start=1)
    assert written(sessions, base, a=2) != written(sessions, base, a=2)
    assert sessions.lost_updates == 0


def test_a_renewal_beside_a_change_is_seen_in_either_order(keyring: Keyring) -> None:
    """The renewed cookie holds the old values and may arrive last."""
    later = NOW + 30_000
    for orders in itertools.permutations(({}, {"a": 2})):
        sessions = make(keyring)
        base = written(sessions, "", a=1)
        for change in orders:
            written(sessions, base, later, **change)
        assert sessions.lost_updates == 1


def test_a_renewal_beside_a_renewal_loses_nothing(keyring: Keyring) -> None:
    """Whether or not somebody has looked into what is written anew."""
    later = NOW + 30_000
    sessions = make(keyring)
    base = written(sessions, "", a=1)
    for look in (lambda session: None, list):
        session = sessions.open(base, later)
        look(session)
        assert len(sessions.save(session, later)) == 1
    assert sessions.lost_updates == 0


def test_whichever_of_the_two_arrives_last_the_next_one_is_not_counted_again(keyring: Keyring) -> None:
    """One loss is one loss."""
    for which in (0, 1):
        sessions = make(keyring)
        base = written(sessions, "", a=1)
        answers = [written(sessions, base, left=1), written(sessions, base, right=1)]
        written(sessions, written(sessions, answers[which], a=2), a=3)
        assert sessions.lost_updates == 1


def test_of_many_at_once_all_but_one_are_lost(keyring: Keyring) -> None:
    """In every order of finishing: what they open is the same, so the order is that of the saves."""
    for order in itertools.permutations(range(5)):
        sessions = make(keyring)
        base = written(sessions, "", a=1)
        opened = [sessions.open(base, NOW) for _ in order]
        for which in order:
            opened[which][f"key{which}"] = which
            sessions.save(opened[which], NOW)
        assert sessions.lost_updates == 4


def test_saving_the_same_session_again_is_no_loss(keyring: Keyring) -> None:
    """An adapter that saves twice sends one answer."""
    sessions = make(keyring)
    session = sessions.open(written(sessions, "", a=1), NOW)
    for turn in range(2, 7):
        session["a"] = turn
        assert len(sessions.save(session, NOW)) == 1
    assert sessions.lost_updates == 0


def test_what_is_forgotten_or_was_written_elsewhere_is_not_seen(keyring: Keyring) -> None:
    """The stated limit: another process, and more sessions in between than are remembered."""
    one, other = make(keyring), make(keyring)
    base = written(one, "", a=1)
    written(one, base, left=1)
    written(other, base, right=1)
    assert (one.lost_updates, other.lost_updates) == (0, 0)


@given(ids=st.lists(st.integers(0, 99), max_size=200))
def test_memory_is_bounded_and_the_latest_are_remembered(ids: list[int]) -> None:
    """At most twice the number; each of the last so many is there."""
    writes = LatestWrites(most=10)
    for number in ids:
        writes.lose(bytes([number]), 1, b"a")
        assert len(writes) <= 20
    for number in list(dict.fromkeys(reversed(ids)))[:10]:
        seen = writes._now.keys() | writes._before.keys()
        assert bytes([number]) in seen


def test_as_many_are_remembered_as_was_said() -> None:
    """Twice four thousand and ninety-six at most."""
    writes = LatestWrites()
    sizes = []
    for number in range(9_000):
        writes.lose(number.to_bytes(2, "big"), 1, b"a")
        sizes.append(len(writes))
    assert max(sizes) == 8192


def test_a_later_write_is_known_also_when_others_have_been_written_since() -> None:
    """Who only writes a cookie anew asks, and leaves it alone; a session that nobody has written is not behind."""
    latest = LatestWrites(most=2)
    latest.lose(b"a", 5, b"values")
    for other in (b"b", b"c"):
        latest.lose(other, 1, b"values")
    assert [True, False, False] == [
        latest.has_seen_later(b"a", 4),
        latest.has_seen_later(b"a", 5),
        latest.has_seen_later(b"d", 0),
    ]
    assert [True, False] == [latest.has_seen_later(b"c", 0), latest.has_seen_later(b"c", 1)]
    assert latest.lose(b"a", 5, b"other values")
