"""Recovery codes: ten, shown once, kept as hashes, each good once, and their owner is told."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from hardtack.login import Accounts, audit, codes
from hardtack.login.codes import BadCode
from hardtack.login.credentials import SessionOver
from hardtack.login.factors import FEW_CODES
from hardtack.login.outbox import Notice
from hardtack.login.recovery_codes import COUNT, NoSecondFactor, NotYourCodes
from hardtack.seal import Key, Keyring
from tests.login.apps import WHERE, enrol, identity
from tests.login.conftest import NOW, PASSWORD, orders


@pytest.fixture
def ada(accounts: Accounts) -> int:
    """An account with an address and an app."""
    made = accounts.add("ada", PASSWORD, now=NOW)
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(connection, made.id, email="ada@example.org", canonical="ada@example.org")
    enrol(accounts, now=NOW)
    return made.id


def make(accounts: Accounts, name: str = "ada", *, first: bool = False) -> tuple[str, ...]:
    """Make new codes."""
    return accounts.recovery_codes.make(identity(accounts, name, now=NOW), now=NOW, first=first, **WHERE)


def use(accounts: Accounts, account_id: int, code: str) -> bool:
    """Use a code in a transaction of its own, as a sign-in does."""
    with accounts._database.write() as connection:
        return accounts.recovery_codes.use(connection, account_id, code, NOW, language="zh", **WHERE)


def events(accounts: Accounts) -> list[str]:
    """Return what the trail says of recovery codes, the oldest first."""
    found = [one.event for one in reversed(accounts.activity.all(limit=1000).entries)]
    assert all(("recovery-code",) == one.factors for one in found if one.event.startswith("recovery-code"))
    return [one.event for one in found if one.event.startswith("recovery-code")]


@pytest.mark.asvs("6.5.2", "6.5.3", "6.5.4")
def test_ten_codes_of_120_random_bits(accounts: Accounts, ada: int) -> None:
    """In groups of six that people can read."""
    made = make(accounts)
    assert COUNT == len(set(made))
    assert all([6, 6, 6, 6] == [len(group) for group in code.split("-")] for code in made)
    assert all(set(code) <= {*codes.ALPHABET, "-"} for code in made)
    assert 32 == len(codes.ALPHABET)
    assert COUNT == accounts.recovery_codes.of(ada).left == accounts.second_factors.held(ada).recovery_codes


@pytest.mark.asvs("6.5.1")
def test_attack_24_a_code_is_good_once(accounts: Accounts, ada: int) -> None:
    """However it is typed the second time."""
    first, second, *_ = make(accounts)
    assert use(accounts, ada, first.lower().replace("-", " "))
    assert not use(accounts, ada, first)
    assert use(accounts, ada, second)
    assert COUNT - 2 == accounts.recovery_codes.of(ada).left


def test_attack_24_a_code_of_somebody_else_is_none(accounts: Accounts, ada: int) -> None:
    """The account is part of what is hashed, and of what is asked."""
    eve = accounts.add("eve", PASSWORD, now=NOW)
    enrol(accounts, "eve", now=NOW)
    make(accounts)
    code = make(accounts, "eve")[0]
    assert not use(accounts, ada, code)
    assert use(accounts, eve.id, code)


@pytest.mark.asvs("6.5.1", "15.4.2")
def test_attack_24_of_two_uses_at_once_one_succeeds(accounts: Accounts, ada: int) -> None:
    """In threads of one process."""
    code = make(accounts)[0]
    results: list[bool] = []
    begin = threading.Barrier(8)

    def show() -> None:
        begin.wait()
        results.append(use(accounts, ada, code))

    threads = [threading.Thread(target=show) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [False] * 7 + [True] == sorted(results)


def _use_elsewhere(url: str, ring: bytes, code: str, begin: Any, results: Any) -> None:
    with Accounts.connect(url, keyring=Keyring([Key(ring)], ring)) as accounts:
        begin.wait()
        results.put(use(accounts, accounts.named("ada").id, code))


def test_attack_24_of_uses_in_several_processes_one_succeeds(url: str) -> None:
    """On one database."""
    ring = os.urandom(32)
    with Accounts.connect(url, keyring=Keyring([Key(ring)], ring)) as accounts:
        accounts.add("ada", PASSWORD, now=NOW)
        enrol(accounts, now=NOW)
        code = make(accounts)[0]
    context = multiprocessing.get_context("spawn")
    begin, results = context.Barrier(3), context.Queue()
    processes = [context.Process(target=_use_elsewhere, args=(url, ring, code, begin, results)) for _ in range(3)]
    for process in processes:
        process.start()
    found = sorted(results.get(timeout=60) for _ in processes)
    for process in processes:
        process.join()
    assert [False, False, True] == found


@pytest.mark.asvs("6.5.6")
def test_new_codes_end_the_old_ones(accounts: Accounts, ada: int) -> None:
    """All of them, used or not."""
    old = make(accounts)
    new = make(accounts)
    assert not use(accounts, ada, old[0])
    assert use(accounts, ada, new[0])
    assert [audit.RECOVERY_CODES_MADE] * 2 + [audit.RECOVERY_CODE_USED] == events(accounts)


def test_the_first_codes_are_made_once_and_told_of_with_the_factor(accounts: Accounts, ada: int) -> None:
    """A second factor that is added later leaves those that there are."""
    before = len(orders(accounts))
    first = make(accounts, first=True)
    assert COUNT == len(first)
    assert () == make(accounts, first=True)
    assert use(accounts, ada, first[0])
    assert [Notice.RECOVERY_CODE_USED] == [order.notice for order in orders(accounts)[before:]]


@pytest.mark.asvs("6.3.7")
def test_the_owner_is_told_of_new_codes_and_of_each_that_is_used(accounts: Accounts, ada: int) -> None:
    """With how many are left."""
    made = make(accounts)
    for code in made:
        assert use(accounts, ada, code)
    found = [order for order in orders(accounts) if order.notice is not Notice.FACTOR_ADDED]
    assert [(Notice.RECOVERY_CODES_MADE, "")] == [(order.notice, order.detail) for order in found[:1]]
    assert [str(left) for left in reversed(range(COUNT))] == [order.detail for order in found[1:]]
    assert {Notice.RECOVERY_CODE_USED} == {order.notice for order in found[1:]}
    assert {"192.0.2.7"} == {order.client for order in found}


def test_who_has_no_address_gets_no_mail(accounts: Accounts) -> None:
    """And codes all the same."""
    eve = accounts.add("eve", PASSWORD, now=NOW)
    enrol(accounts, "eve", now=NOW)
    assert use(accounts, eve.id, make(accounts, "eve")[0])
    assert [] == orders(accounts)


def test_few_codes_are_said_to_be_few(accounts: Accounts, ada: int) -> None:
    """Three or fewer, and none at all."""
    made = make(accounts)
    for left in reversed(range(COUNT)):
        use(accounts, ada, made[left])
        assert (left <= FEW_CODES) is accounts.second_factors.held(ada).few_codes


def test_there_are_none_without_a_factor_to_stand_in_for(accounts: Accounts) -> None:
    """409, and none by a session that is over."""
    eve = accounts.add("eve", PASSWORD, now=NOW)
    with pytest.raises(NoSecondFactor) as caught:
        make(accounts, "eve")
    assert 409 == caught.value.status
    enrol(accounts, "eve", now=NOW)
    stale = identity(accounts, "eve", now=NOW)
    accounts.sign_ins.end_all(eve.id, NOW)
    with pytest.raises(SessionOver):
        accounts.recovery_codes.make(stale, now=NOW, **WHERE)
    assert (0, None) == ((none := accounts.recovery_codes.of(eve.id)).left, none.created)


def test_what_is_no_code_is_refused_before_it_is_looked_for(accounts: Accounts, ada: int) -> None:
    """422."""
    with pytest.raises(BadCode):
        use(accounts, ada, "0123AB")


@pytest.mark.asvs("6.5.2", "16.2.5")
def test_a_copy_of_the_database_holds_no_code_and_no_log_line_does(
    accounts: Accounts, ada: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Their keyed hashes only."""
    with caplog.at_level(logging.DEBUG):
        made = make(accounts)
        assert use(accounts, ada, made[0])
    said = repr([vars(record) for record in caplog.records])
    accounts._database.close()
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("hardtack.db"))
    for code in made:
        for form in (code, code.replace("-", "")):
            assert form.encode() not in held
            assert form not in said


def test_codes_are_saved_as_a_text_while_they_are_good(accounts: Accounts, ada: int) -> None:
    """One a line; nothing that is not a code of theirs comes back as a file of ours."""
    made = make(accounts)
    assert "".join(f"{code}\n" for code in made) == accounts.recovery_codes.as_text(ada, list(made))
    eve = accounts.add("eve", PASSWORD, now=NOW)
    for account_id, typed in (
        (eve.id, made),
        (ada, (*made, ("1" if made[0][0] == "0" else "0") + made[0][1:])),
        (ada, ("calc.exe",)),
        (ada, ()),
        (ada, ("0" * 24,)),
    ):
        with pytest.raises(NotYourCodes) as caught:
            accounts.recovery_codes.as_text(account_id, list(typed))
        assert 403 == caught.value.status
    use(accounts, ada, made[0])
    with pytest.raises(NotYourCodes):
        accounts.recovery_codes.as_text(ada, list(made))
