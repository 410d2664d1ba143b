"""The trail as people read it: in pages, with names, and with the failures since they were here last."""

from __future__ import annotations

import contextlib

import pytest

from hardtack.login import Accounts, WrongCredentials, audit
from hardtack.login.activity import Failures

NOW = 1_000_000
CLIENT = "192.0.2.7"
PASSWORD = "correct horse battery staple"


def fail(accounts: Accounts, name: str, now: int) -> None:
    """Try with a wrong password."""
    with contextlib.suppress(WrongCredentials):
        accounts.sign_in(name, "not the password", client=CLIENT, now=now)


def test_everybody_s_events_come_in_pages_with_the_names_of_accounts(accounts: Accounts) -> None:
    """The newest first; the last page says that it is the last."""
    ada = accounts.add("Ada", PASSWORD, now=NOW)
    boss = accounts.add("boss", PASSWORD, administrator=True, now=NOW + 1)
    accounts.administration.disable(ada.id, actor_id=boss.id, now=NOW + 2)
    fail(accounts, "nobody", NOW + 3)
    first = accounts.activity.all(limit=2)
    assert [(None, None), ("Ada", "boss")] == [(one.account, one.actor) for one in first.entries]
    assert first.older is not None
    second = accounts.activity.all(limit=2, before=first.older)
    assert [("boss", NOW + 1), ("Ada", NOW)] == [(one.account, one.event.at) for one in second.entries]
    assert second.older is None
    assert not any(one.by_operator for one in first.entries)


def test_an_account_s_own_events_are_its_own_alone(accounts: Accounts) -> None:
    """Nobody sees what another tried."""
    ada = accounts.add("ada", PASSWORD, now=NOW)
    bob = accounts.add("bob", PASSWORD, now=NOW)
    fail(accounts, "ada", NOW + 1)
    accounts.disable("bob", NOW + 2)
    assert [audit.SIGN_IN_REFUSED, audit.ADDED] == [one.event.event for one in accounts.activity.of(ada.id).entries]
    found = accounts.activity.of(bob.id).entries
    assert [True, True] == [one.by_operator for one in found]


def test_the_trail_is_asked_by_event_and_time(accounts: Accounts) -> None:
    """Each narrows it."""
    accounts.add("ada", PASSWORD, now=NOW)
    for second in range(5):
        fail(accounts, "ada", NOW + second)
    assert 5 == len(accounts.activity.all(event=audit.SIGN_IN_REFUSED).entries)
    assert [NOW + 2, NOW + 1] == [
        one.event.at for one in accounts.activity.all(event=audit.SIGN_IN_REFUSED, since=NOW + 1, until=NOW + 3).entries
    ]


@pytest.mark.parametrize("before", ["", "x", "1-", "-1", "1-2-3", "9" * 40, "1-1\n", "１-２", f"1-{10**18}"])
def test_a_position_that_is_none_begins_at_the_newest(accounts: Accounts, before: str) -> None:
    """An address that was cut off shows the first page."""
    accounts.add("ada", PASSWORD, now=NOW)
    assert 1 == len(accounts.activity.all(before=before).entries)


def test_failures_are_counted_since_the_sign_in_before_this_one(accounts: Accounts) -> None:
    """What somebody tried while the owner was away; not what was told of then."""
    ada = accounts.add("ada", PASSWORD, now=NOW)
    fail(accounts, "ada", NOW + 1)
    accounts.sign_in("ada", PASSWORD, client=CLIENT, now=NOW + 10)
    assert Failures(1, 0) == accounts.activity.failures(ada.id, born=NOW + 10)
    for second in range(3):
        fail(accounts, "ada", NOW + 20 + second)
    accounts.sign_in("ada", PASSWORD, client=CLIENT, now=NOW + 100)
    assert Failures(3, NOW + 10) == accounts.activity.failures(ada.id, born=NOW + 100)
    accounts.sign_in("ada", PASSWORD, client=CLIENT, now=NOW + 200)
    assert Failures(0, NOW + 100) == accounts.activity.failures(ada.id, born=NOW + 200)
