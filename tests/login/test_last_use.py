"""When sign-ins were used last: noted in memory, written now and then, and nothing lost on the way."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hardtack.login import Accounts, last_use
from hardtack.login.last_use import EVERY, LastUse
from hardtack.login.sign_ins import NOWHERE, SignIns
from hardtack.seal import Keyring
from hardtack.session import Identity, Lifetimes, Sessions
from hardtack.store import Database, RevocationTable, StoreUnavailable

NOW = 1_800_000_000
PASSWORD = "correct horse battery staple"


@pytest.fixture
def policy(keyring: Keyring, accounts: Accounts) -> Sessions:
    """Sessions that live for a day unused and for a week in all."""
    lifetimes = Lifetimes(idle=86_400, absolute=7 * 86_400, leeway=60)
    return Sessions(keyring, lifetimes=lifetimes, revocations=accounts.revocations)


@pytest.fixture
def enter(accounts: Accounts, policy: Sessions) -> Callable[[], Identity]:
    """Return a function that signs the same person in once more."""
    ada = accounts.add("ada", PASSWORD, now=NOW)

    def sign_in() -> Identity:
        identity = policy.open("", NOW).sign_in(account=ada.id, epoch=0, now=NOW)
        accounts.sign_ins.begin(identity, NOWHERE, policy, NOW)
        return identity

    return sign_in


class Ticks:
    """Seconds that only grow, when they are told to."""

    now = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


def seen(accounts: Accounts, account: int) -> list[int]:
    """Return when each sign-in was used last, as the database has it."""
    return [each.last_seen for each in SignIns(accounts._services).list(account, NOW)]


def test_a_use_is_shown_at_once_here_and_elsewhere_when_it_was_written(
    accounts: Accounts, policy: Sessions, enter: Callable[[], Identity]
) -> None:
    """What other processes have seen is a minute behind; nothing is written on the way of a request."""
    identity = enter()
    accounts.sign_ins.note(identity, NOW + 50, policy)
    assert [NOW + 50] == [each.last_seen for each in accounts.sign_ins.list(identity.account, NOW)]
    assert [NOW] == seen(accounts, identity.account)
    accounts.sign_ins.last_use.write()
    assert [NOW + 50] == seen(accounts, identity.account)


def test_a_sign_in_that_is_used_is_in_the_list_however_short_its_idle_time(
    keyring: Keyring, accounts: Accounts
) -> None:
    """The list is a minute behind, and the sign-in of ten seconds must not be missing in it meanwhile."""
    short = Lifetimes(idle=10, absolute=3600, leeway=2)
    policy = Sessions(keyring, lifetimes=short, kept_lifetimes=short, revocations=accounts.revocations)
    ada = accounts.add("ada", PASSWORD, now=NOW)
    identity = policy.open("", NOW).sign_in(account=ada.id, epoch=0, now=NOW)
    accounts.sign_ins.begin(identity, NOWHERE, policy, NOW)
    late = NOW + int(EVERY)
    assert [identity.lineage] == [each.lineage for each in accounts.sign_ins.list(ada.id, late)]
    assert () == accounts.sign_ins.list(ada.id, late + 11)


def test_it_is_written_when_it_is_due_and_not_before(accounts: Accounts, policy: Sessions) -> None:
    """About once a minute, whoever asks however often."""
    ada = accounts.add("ada", PASSWORD, now=NOW)
    identity = policy.open("", NOW).sign_in(account=ada.id, epoch=0, now=NOW)
    ticks = Ticks()
    uses = LastUse(accounts._database, clock=ticks)
    uses.note(identity, NOW + 5, policy)
    ticks.now = EVERY - 1
    uses.write_when_due()
    assert NOW + 5 == uses.of(identity.lineage)
    ticks.now = EVERY
    uses.write_when_due()
    assert 0 == uses.of(identity.lineage)
    assert [NOW + 5] == seen(accounts, ada.id)


def test_the_time_in_which_it_may_be_unused_begins_anew_with_every_use(
    accounts: Accounts, policy: Sessions, enter: Callable[[], Identity]
) -> None:
    """As the cookie's does, up to the end that nothing moves."""
    identity = enter()
    day = 86_400
    for days in range(1, 7):
        accounts.sign_ins.note(identity, NOW + days * day, policy)
        accounts.sign_ins.last_use.write()
        assert 1 == len(accounts.sign_ins.list(identity.account, NOW + (days + 1) * day))
    assert 0 == len(accounts.sign_ins.list(identity.account, NOW + 7 * day + 61))


def test_a_database_that_fails_is_told_once_and_tried_again(
    accounts: Accounts,
    policy: Sessions,
    enter: Callable[[], Identity],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing is raised, and what was noted meanwhile is not undone by what is put back."""
    first, second = enter(), enter()
    accounts.sign_ins.note(first, NOW + 10, policy)
    accounts.sign_ins.note(second, NOW + 10, policy)

    def fails(_self: Database) -> None:
        accounts.sign_ins.note(first, NOW + 20, policy)
        raise StoreUnavailable("the disk is gone")

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING, "hardtack.login"):
        patch.setattr(Database, "write", fails)
        accounts.sign_ins.last_use.write()
    assert ["last-use-not-written"] == [record.__dict__["event"] for record in caplog.records]
    accounts.sign_ins.last_use.write()
    assert [NOW + 20, NOW + 10] == seen(accounts, first.account)


def test_memory_is_bounded_and_so_is_a_transaction(
    accounts: Accounts, policy: Sessions, enter: Callable[[], Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not fit is not noted; what is known already still is."""
    monkeypatch.setattr(last_use, "MOST", 3)
    monkeypatch.setattr(last_use, "BATCH", 2)
    identities = [enter() for _ in range(4)]
    for identity in identities:
        accounts.sign_ins.note(identity, NOW + 5, policy)
    accounts.sign_ins.note(identities[0], NOW + 6, policy)
    accounts.sign_ins.last_use.write()
    assert [NOW + 6, NOW + 5, NOW + 5, NOW] == seen(accounts, identities[0].account)


def test_nothing_is_lost_while_others_go_on_noting(
    accounts: Accounts, policy: Sessions, enter: Callable[[], Identity]
) -> None:
    """Four threads note while a fifth writes: in the end everybody's last word stands."""
    identities = [enter() for _ in range(4)]

    def use(identity: Identity) -> None:
        for second in range(1, 2001):
            accounts.sign_ins.note(identity, NOW + second, policy)

    threads = [threading.Thread(target=use, args=(identity,)) for identity in identities]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        accounts.sign_ins.last_use.write()
    accounts.sign_ins.last_use.write()
    assert [NOW + 2000] * 4 == seen(accounts, identities[0].account)


def test_the_poll_writes_and_so_does_the_close(
    accounts: Accounts, policy: Sessions, enter: Callable[[], Identity], url: str, keyring: Keyring
) -> None:
    """No thread of its own, and nothing lost at an orderly end."""
    identity = enter()
    accounts.sign_ins.last_use._due = 0.0
    accounts.sign_ins.note(identity, NOW + 7, policy)
    accounts.revocations.start_polling(0.01)
    deadline = time.monotonic() + 30
    while [NOW + 7] != seen(accounts, identity.account):
        assert time.monotonic() < deadline
        time.sleep(0.01)

    with Accounts.connect(url, keyring=keyring) as another:
        another.sign_ins.note(identity, NOW + 9, policy)
    assert [NOW + 9] == seen(accounts, identity.account)


def test_whatever_fails_beside_it_the_poll_goes_on(
    url: str, keyring: Keyring, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Revocations must be read whatever becomes of the list."""
    calls = []

    def fails() -> None:
        calls.append(1)
        raise ZeroDivisionError

    database = Database.connect(url)
    table = RevocationTable(database, keyring, beside=fails)
    with caplog.at_level(logging.ERROR, "hardtack.store"):
        table.start_polling(0.01)
        deadline = time.monotonic() + 30
        while len(calls) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        table.stop_polling()
    assert len(calls) >= 3
    assert {"beside-poll-failed"} == {record.__dict__["event"] for record in caplog.records}
    database.close()
