"""Making accounts: by a visitor, and by the operator."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from hardtack.errors import Refused
from hardtack.login import (
    Accounts,
    Argon2id,
    BadName,
    BadPassword,
    HashingBusy,
    HashingPool,
    NameTaken,
    TooManyAttempts,
)
from hardtack.seal import Keyring, keyfile
from hardtack.store import AccountRows, audit

NOW = 1_000_000
CLIENT = "192.0.2.7"
PASSWORD = "correct horse battery staple"


def sign_up(accounts: Accounts, name: str, *, client: str = CLIENT, now: int = NOW) -> str:
    """Ask for an account; return its name or the slug of the refusal."""
    try:
        return accounts.sign_up(name, PASSWORD, client=client, now=now).name
    except Refused as refused:
        return refused.slug


def trail(accounts: Accounts) -> list[tuple[str, str, int | None]]:
    """Return what the audit trail says."""
    with accounts._database.read() as connection:
        return [(event.event, event.reason, event.account_id) for event in audit.read(connection)]


def test_a_visitor_becomes_an_ordinary_account(accounts: Accounts) -> None:
    """Attack 28: with the name as typed, and no right at all."""
    account = accounts.sign_up(" Ada ", PASSWORD, client=CLIENT, now=NOW)
    found = (
        account.name,
        account.display_name,
        account.administrator,
        account.epoch,
        account.created,
        account.disabled,
    )
    assert ("ada", "Ada", False, 0, NOW, False) == found
    assert account == accounts.find("ADA") == accounts.get(account.id)
    assert account == accounts.sign_in("ada", PASSWORD, client=CLIENT, now=NOW)
    assert [("sign-up", "", account.id), ("sign-in", "", account.id)] == trail(accounts)


@pytest.mark.parametrize("name", ["ada", "ADA", "ａｄａ", "adа"[:2] + "a ", "\u0430\u0501\u0430"])
def test_attack_10_a_name_is_given_once_in_every_form(accounts: Accounts, name: str) -> None:
    """Whoever comes second is told to choose another, and told nothing about the first."""
    assert "ada" == sign_up(accounts, "Ada")
    with pytest.raises(NameTaken) as caught:
        accounts.sign_up(name, PASSWORD, client=CLIENT, now=NOW)
    assert (409, ["username"]) == (caught.value.status, list(caught.value.fields))
    assert 1 == len(accounts.list())


@pytest.mark.parametrize("name", ["bob@example.org", "Ｂob＠example.org", "bob@x"])
def test_attack_9_nobody_learns_by_a_name_whether_somebody_has_an_address(accounts: Accounts, name: str) -> None:
    """An address goes before a name: whoever had it for a name could tell by their own password. The operator may."""
    with pytest.raises(BadName) as caught:
        accounts.sign_up(name, PASSWORD, client=CLIENT, now=NOW)
    assert ("bad-name-address", {"username"}) == (caught.value.reason, set(caught.value.fields))
    assert "@" in accounts.add(name, PASSWORD, now=NOW).name


def test_what_is_wrong_with_both_fields_is_said_at_once(accounts: Accounts) -> None:
    """So that nobody has to fill in the form three times."""
    with pytest.raises(BadName) as both:
        accounts.sign_up("a b", "short", client=CLIENT, now=NOW)
    assert {"username", "password"} == set(both.value.fields)
    with pytest.raises(BadName) as name_only:
        accounts.sign_up("a b", PASSWORD, client=CLIENT, now=NOW)
    assert {"username"} == set(name_only.value.fields)
    with pytest.raises(BadPassword) as password_only:
        accounts.sign_up("ada", "short", client=CLIENT, now=NOW)
    assert {"password"} == set(password_only.value.fields)


def test_a_password_made_of_the_name_is_refused(accounts: Accounts) -> None:
    """For a visitor and for the operator."""
    with pytest.raises(BadPassword, match="guessable"):
        accounts.sign_up("ada.lovelace", "Ada.Lovelace1815", client=CLIENT, now=NOW)
    with pytest.raises(BadPassword, match="guessable"):
        accounts.add("ada.lovelace", "Ada.Lovelace1815", now=NOW)


def test_twenty_sign_ups_an_hour_from_a_client(accounts: Accounts) -> None:
    """Successes count, and so do names that were taken; another client is another matter."""
    found = Counter(sign_up(accounts, "taken" if number % 2 else f"name{number}") for number in range(24))
    assert (9, 4) == (found["name-taken"], found["too-many-attempts"])
    with pytest.raises(TooManyAttempts) as caught:
        accounts.sign_up("late", PASSWORD, client=CLIENT, now=NOW)
    assert 180 == caught.value.retry_after
    assert "late" == sign_up(accounts, "late", client="198.51.100.1")
    assert "later" == sign_up(accounts, "later", now=NOW + 180)
    events = Counter((event, reason) for event, reason, _ in trail(accounts))
    assert 13 == events["sign-up", ""]
    assert {("sign-up-refused", "name-taken"): 9, ("sign-up-refused", "throttled"): 1} == {
        key: count for key, count in events.items() if key != ("sign-up", "")
    }


def test_sign_up_and_sign_in_have_budgets_of_their_own(accounts: Accounts) -> None:
    """Making accounts uses up no guesses, and the other way round."""
    for number in range(25):
        sign_up(accounts, f"name{number}")
    assert "name0" == accounts.sign_in("name0", PASSWORD, client=CLIENT, now=NOW).name


def test_the_operator_is_not_throttled(accounts: Accounts) -> None:
    """Whoever may write to the database need not ask."""
    for number in range(25):
        accounts.add(f"name{number}", PASSWORD, now=NOW)
    assert accounts.add("boss", PASSWORD, administrator=True, now=NOW).administrator
    assert 26 == len(accounts.list())
    assert {"account-added"} == {event for event, _, _ in trail(accounts)}


def test_a_full_pool_costs_no_place_in_the_budget(url: str, keyring: Keyring) -> None:
    """And makes no account."""
    pool = HashingPool(Argon2id(memory=8, passes=1), threads=1, places=1, patience=0)
    with Accounts.connect(url, keyring=keyring, hashing=pool) as accounts:
        with pool.place():
            for _ in range(30):
                with pytest.raises(HashingBusy):
                    accounts.sign_up("ada", PASSWORD, client=CLIENT, now=NOW)
        assert "ada" == sign_up(accounts, "ada")
    pool.close()


def test_a_name_whose_owner_left_is_not_given_out_again(accounts: Accounts) -> None:
    """A closed account keeps its name."""
    accounts.add("ada", PASSWORD, now=NOW)
    with accounts._database.write() as connection:
        connection.execute(text("UPDATE account SET closed_at = 9"))
    assert "name-taken" == sign_up(accounts, "ada")
    assert accounts.find("ada") is None


RACER = """
import sys
from hardtack.errors import Refused
from hardtack.login import Accounts, Argon2id, HashingPool
from hardtack.seal import Keyring

pool = HashingPool(Argon2id(memory=8, passes=1), threads=1)
with Accounts.connect(sys.argv[1], keyring=Keyring.load(sys.argv[2]), hashing=pool) as accounts:
    print("ready", flush=True)
    for line in sys.stdin:
        try:
            accounts.sign_up(line.strip(), "correct horse battery staple", client=sys.argv[3], now=1000000)
            print("made", flush=True)
        except Refused as refused:
            print(refused.slug, flush=True)
pool.close()
"""


def test_attack_32_two_that_ask_for_one_name_at_once_get_one_account(
    url: str, tmp_path: Path, pool: HashingPool
) -> None:
    """From three processes and a thread here, in different spellings, over and over: one row each time."""
    path = tmp_path / "hardtack.key"
    with Accounts.connect(url, keyring=keyfile.create(path), hashing=pool) as accounts:
        racers = [
            subprocess.Popen(
                [sys.executable, "-W", "error", "-c", RACER, url, str(path), f"192.0.2.{number}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                bufsize=1,
            )
            for number in range(3)
        ]
        for racer in racers:
            assert racer.stdout is not None
            assert "ready\n" == racer.stdout.readline()
        for number in range(15):
            mine: list[str] = []
            name = f"name{number}"
            thread = threading.Thread(target=lambda name=name, mine=mine: mine.append(sign_up(accounts, name)))
            thread.start()
            for racer, spelling in zip(racers, (name.upper(), name.title(), f" {name}"), strict=True):
                assert racer.stdin is not None
                racer.stdin.write(f"{spelling}\n")
            thread.join()
            answers = [racer.stdout.readline().strip() for racer in racers if racer.stdout is not None]
            made = answers.count("made") + mine.count(name)
            assert (1, 3) == (made, (answers + mine).count("name-taken"))
        for racer in racers:
            racer.communicate(timeout=60)
        assert 15 == len(accounts.list())


def test_a_name_that_is_taken_while_the_hash_runs_is_taken(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look before the hash spares a hash; the table's constraint decides."""
    monkeypatch.setattr(AccountRows, "is_taken", lambda *_: False)
    assert ["ada", "name-taken"] == [sign_up(accounts, name) for name in ("ada", "Ada")]
    with pytest.raises(NameTaken):
        accounts.add("ADA", PASSWORD, now=NOW)
    assert 1 == len(accounts.list())
