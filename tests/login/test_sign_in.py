"""Signing in: who gets in, and how often anybody may try."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from hardtack.errors import Refused
from hardtack.login import (
    Accounts,
    Argon2id,
    BadName,
    BadPassword,
    HashingBusy,
    HashingPool,
    TooManyAttempts,
    WrongCredentials,
)
from hardtack.seal import Keyring
from hardtack.store import audit
from tests.login.conftest import statements

NOW = 1_000_000
CLIENT = "192.0.2.7"
PASSWORD = "correct horse battery staple"
WRONG = "correct horse battery stable"


def sign_in(
    accounts: Accounts, name: str = "ada", password: str = WRONG, *, client: str = CLIENT, now: int = NOW
) -> str:
    """Try to sign in; return what came of it: the account's name or the slug of the refusal."""
    try:
        return accounts.sign_in(name, password, client=client, now=now).name
    except Refused as refused:
        return refused.slug


def reasons(accounts: Accounts) -> list[str]:
    """Return the reasons in the audit trail."""
    with accounts._database.read() as connection:
        return [event.reason or event.event for event in audit.read(connection)]


@pytest.fixture
def ada(accounts: Accounts) -> Accounts:
    """An account store with the account ``ada``."""
    accounts.add("Ada", PASSWORD, now=NOW)
    return accounts


class TestWhoGetsIn:
    """And who does not."""

    def test_the_right_password_signs_in_and_nothing_else(self, ada: Accounts) -> None:
        """However the name is spelled, and the password only exactly."""
        account = ada.find("ada")
        assert account is not None
        assert account == ada.sign_in(" ADA ", PASSWORD, client=CLIENT, now=NOW)
        for wrong in (WRONG, PASSWORD + " ", PASSWORD.upper(), "", "x"):
            assert "wrong-credentials" == sign_in(ada, password=wrong)

    @pytest.mark.asvs("6.3.8")
    @pytest.mark.parametrize("name", ["bob", "", "no such name\x00", "\ud800", "hunter2 hunter2 hunter2", "ﷺ" * 60])
    def test_attack_9_a_name_that_nobody_has_gets_the_answer_of_a_wrong_password(
        self, ada: Accounts, name: str
    ) -> None:
        """Even one that nobody can have."""
        with pytest.raises(WrongCredentials) as unknown:
            ada.sign_in(name, PASSWORD, client=CLIENT, now=NOW)
        with pytest.raises(WrongCredentials) as wrong:
            ada.sign_in("ada", WRONG, client=CLIENT, now=NOW)
        assert vars(wrong.value) == vars(unknown.value)
        assert (401, "wrong-credentials", {}) == (wrong.value.status, wrong.value.reason, wrong.value.fields)

    def test_attack_9_a_disabled_account_gets_the_same_answer(self, ada: Accounts) -> None:
        """With the right password, too; enabled, it signs in again under its new epoch."""
        ada.disable("ada", NOW)
        assert ["wrong-credentials"] * 2 == [sign_in(ada, password=password) for password in (PASSWORD, WRONG)]
        ada.enable("ada", NOW)
        assert 1 == ada.sign_in("ada", PASSWORD, client=CLIENT, now=NOW).epoch
        assert ["account-added", "account-disabled", "disabled", "wrong-password"] == reasons(ada)[:4]

    @pytest.mark.parametrize(
        ("statement", "reason"),
        [
            ("UPDATE account SET closed_at = 9", "unknown-name"),
            ("UPDATE account SET password_hash = NULL", "no-password"),
            ("UPDATE account SET password_hash = 'damaged'", "wrong-password"),
        ],
    )
    def test_an_account_without_a_good_hash_gets_the_same_answer(
        self, ada: Accounts, statement: str, reason: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A decoy takes the hash's place; only a damaged one is worth an error in the log."""
        with ada._database.write() as connection:
            connection.execute(text(statement))
        with caplog.at_level(logging.ERROR, "hardtack.login"):
            assert "wrong-credentials" == sign_in(ada, password=PASSWORD)
        assert reason == reasons(ada)[-1]
        damaged = [("password-hash-damaged", 1)] if "damaged" in statement else []
        assert damaged == [(one.event, one.account) for one in caplog.records]  # type: ignore[attr-defined] # our extras

    @pytest.mark.asvs("15.4.2")
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE account SET epoch = epoch + 1",
            "UPDATE account SET closed_at = 9",
        ],
    )
    def test_an_account_that_changes_while_the_hash_runs_is_not_signed_in(
        self, ada: Accounts, pool: HashingPool, monkeypatch: pytest.MonkeyPatch, statement: str
    ) -> None:
        """Disabled, a new password, closed: the answer is that of now."""
        verify = Argon2id.verify

        def change_and_verify(self: Argon2id, encoded: str, secret: bytes) -> bool:
            with ada._database.write() as connection:
                connection.execute(text(statement))
            return verify(self, encoded, secret)

        monkeypatch.setattr(Argon2id, "verify", change_and_verify)
        assert "wrong-credentials" == sign_in(ada, password=PASSWORD)
        assert "changed-meanwhile" == reasons(ada)[-1]

    @pytest.mark.asvs("11.2.2")
    def test_a_hash_of_other_parameters_is_made_anew_at_sign_in(
        self, url: str, keyring: Keyring, ada: Accounts
    ) -> None:
        """Once, from the right password only; two at the same moment do no harm."""

        def stored() -> str:
            with ada._database.read() as connection:
                return str(connection.execute(text("SELECT password_hash FROM account")).scalar_one())

        before = stored()
        pool = HashingPool(Argon2id(memory=16, passes=1), threads=2)
        with Accounts.connect(url, keyring=keyring, hashing=pool) as stronger:
            assert "wrong-credentials" == sign_in(stronger)
            assert before == stored()
            found: list[str] = []
            threads = [
                threading.Thread(target=lambda: found.append(sign_in(stronger, password=PASSWORD))) for _ in range(4)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            after = stored()
            assert (["ada"] * 4, True) == (found, after.startswith("$argon2id$v=19$m=16,t=1,p=1$"))
            assert "ada" == sign_in(stronger, password=PASSWORD)
            assert after == stored()
        pool.close()

    @pytest.mark.parametrize(
        ("password", "slug"), [("a" * 2**20, "bad-password"), (PASSWORD + "\ud800", "bad-password")]
    )
    def test_attack_15_what_can_be_nobodys_password_is_refused_before_anything_is_done(
        self, ada: Accounts, password: str, slug: str
    ) -> None:
        """No hash, no statement, no place in a budget; the same for a name that nobody has."""
        done: list[object] = []
        event.listen(ada._database._engine, "before_cursor_execute", lambda *given: done.append(given[2]))
        for name in ("ada", "bob"):
            with pytest.raises(BadPassword) as caught:
                ada.sign_in(name, password, client=CLIENT, now=NOW)
            assert slug == caught.value.slug
        assert [] == done

    def test_attack_15_a_name_that_is_too_long_is_refused_before_anything_is_done(self, ada: Accounts) -> None:
        """It can be nobody's."""
        with pytest.raises(BadName):
            ada.sign_in("a" * 2**20, PASSWORD, client=CLIENT, now=NOW)

    def test_a_full_pool_costs_nobody_a_place_in_a_budget(self, url: str, keyring: Keyring, ada: Accounts) -> None:
        """Busy is not guilty."""
        pool = HashingPool(Argon2id(memory=8, passes=1), threads=1, places=1, patience=0)
        with Accounts.connect(url, keyring=keyring, hashing=pool) as busy:
            with pool.place():
                for _ in range(50):
                    with pytest.raises(HashingBusy):
                        busy.sign_in("ada", PASSWORD, client=CLIENT, now=NOW)
            assert "ada" == sign_in(busy, password=PASSWORD)
        pool.close()


class TestHowOften:
    """The budgets, as whoever tries meets them."""

    @pytest.mark.asvs("6.3.1")
    def test_ten_guesses_at_a_name_then_one_in_six_seconds(self, ada: Accounts) -> None:
        """The eleventh is not looked at, right or wrong, and says when to come back."""
        assert ["wrong-credentials"] * 10 == [sign_in(ada, client=f"192.0.2.{number}") for number in range(10)]
        with pytest.raises(TooManyAttempts) as caught:
            ada.sign_in("ada", PASSWORD, client="198.51.100.1", now=NOW)
        assert (429, 6) == (caught.value.status, caught.value.retry_after)
        assert "too-many-attempts" == sign_in(ada, password=PASSWORD, now=NOW + 5)
        assert "ada" == sign_in(ada, password=PASSWORD, now=NOW + 6)

    def test_attack_9_a_name_that_nobody_has_runs_out_the_same_way(self, ada: Accounts) -> None:
        """Else the throttle would tell which names exist."""
        answers = {
            name: [sign_in(ada, name, client=f"192.0.2.{number}", now=NOW + number) for number in range(14)]
            for name in ("ada", "nobody")
        }
        assert answers["ada"] == answers["nobody"]
        assert {"wrong-credentials", "too-many-attempts"} == set(answers["ada"])

    @pytest.mark.asvs("6.3.4")
    def test_attack_11_every_spelling_of_a_name_shares_its_budget(self, ada: Accounts) -> None:
        """Case, width, style, a space at the end."""
        spellings = ["ada", "Ada", "ADA", "ａｄａ", "ada ", " ada", "𝐚𝐝𝐚", "aDa", "adA", "ADa", "aDA"]
        found = [sign_in(ada, spelling, client=f"192.0.2.{number}") for number, spelling in enumerate(spellings)]
        assert ["wrong-credentials"] * 10 + ["too-many-attempts"] == found

    @pytest.mark.asvs("6.3.1")
    def test_thirty_guesses_from_a_client_whatever_the_names(self, ada: Accounts) -> None:
        """Then one in two seconds."""
        found = Counter(sign_in(ada, f"name{number}") for number in range(40))
        assert {"wrong-credentials": 30, "too-many-attempts": 10} == found
        assert ["wrong-credentials", "too-many-attempts"] == [sign_in(ada, "more", now=NOW + 2) for _ in range(2)]

    @pytest.mark.parametrize(
        "clients",
        [
            [f"2001:db8::{number:x}" for number in range(40)],
            [f"::ffff:{address}" if number % 2 else address for number, address in enumerate(["192.0.2.7"] * 40)],
            [f"forged-{number}" for number in range(40)],
        ],
    )
    def test_attack_12_other_spellings_of_a_client_share_its_budget(self, ada: Accounts, clients: list[str]) -> None:
        """A /64, an IPv4 address in IPv6, and everything that is no address."""
        found = Counter(sign_in(ada, f"name{number}", client=client) for number, client in enumerate(clients))
        assert {"wrong-credentials": 30, "too-many-attempts": 10} == found

    def test_attack_12_a_success_gives_back_its_own_places_and_nothing_more(self, ada: Accounts) -> None:
        """Signing in to an account of one's own buys no guess at another, and costs none."""
        ada.add("mallory", PASSWORD, now=NOW)
        found = []
        for number in range(60):
            assert "mallory" == sign_in(ada, "mallory", PASSWORD) or number >= 30
            found.append(sign_in(ada, f"victim{number}"))
        assert ["wrong-credentials"] * 30 + ["too-many-attempts"] * 30 == found

    def test_a_success_does_not_forgive_the_failures_before_it(self, ada: Accounts) -> None:
        """Nine wrong ones, the right one, and there is one guess left."""
        found = [sign_in(ada, client=f"192.0.2.{number}") for number in range(9)]
        assert ["wrong-credentials"] * 9 == found
        assert "ada" == sign_in(ada, password=PASSWORD)
        assert ["wrong-credentials", "too-many-attempts"] == [sign_in(ada) for _ in range(2)]

    def test_what_the_throttle_refuses_is_written_once(self, ada: Accounts) -> None:
        """Nobody fills the trail by knocking on a closed door; a new place opens a new chapter."""
        for number in range(50):
            sign_in(ada, client=f"192.0.2.{number}")
        assert {"account-added": 1, "wrong-password": 10, "throttled": 1} == Counter(reasons(ada))
        for _ in range(5):
            sign_in(ada, now=NOW + 6)
        assert {"account-added": 1, "wrong-password": 11, "throttled": 2} == Counter(reasons(ada))


GUESSER = """
import sys, threading
from hardtack.errors import Refused
from hardtack.login import Accounts, Argon2id, HashingPool
from hardtack.seal import Keyring

pool = HashingPool(Argon2id(memory=8, passes=1), threads=2, places=1000)
found = []

def guess(number):
    try:
        accounts.sign_in("ada", "correct horse battery stable", client=f"192.0.2.{number}", now=1000000)
    except Refused as refused:
        found.append(refused.slug)

with Accounts.connect(sys.argv[1], keyring=Keyring.load(sys.argv[2]), hashing=pool) as accounts:
    print("ready", flush=True)
    first = int(sys.stdin.readline())
    threads = [threading.Thread(target=guess, args=(first + number,)) for number in range(25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print(found.count("wrong-credentials"), found.count("too-many-attempts"))
pool.close()
"""


@pytest.mark.asvs("6.3.1", "15.4.2")
def test_attack_14_parallel_guesses_cannot_exceed_the_budget(url: str, tmp_path: Path, pool: HashingPool) -> None:
    """Two hundred at once, from four processes and a hundred threads here: ten are looked at."""
    from hardtack.seal import keyfile

    path = tmp_path / "hardtack.key"
    keyring = keyfile.create(path)
    with Accounts.connect(url, keyring=keyring, hashing=pool) as accounts:
        accounts.add("ada", PASSWORD, now=NOW)
        command = [sys.executable, "-W", "error", "-c", GUESSER, url, str(path)]
        guessers = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
        ]
        for guesser in guessers:
            assert guesser.stdout is not None
            assert "ready\n" == guesser.stdout.readline()
        found: list[str] = []
        threads = [
            threading.Thread(target=lambda number=number: found.append(sign_in(accounts, client=f"192.0.2.{number}")))
            for number in range(100)
        ]
        for number, guesser in enumerate(guessers):
            assert guesser.stdin is not None
            guesser.stdin.write(f"{100 + 25 * number}\n")
            guesser.stdin.flush()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        said = [guesser.communicate(timeout=60)[0].split() for guesser in guessers]
        looked_at = found.count("wrong-credentials") + sum(int(wrong) for wrong, _ in said)
        refused = found.count("too-many-attempts") + sum(int(throttled) for _, throttled in said)
        assert (10, 190) == (looked_at, refused)
        assert {"account-added": 1, "wrong-password": 10, "throttled": 1} == Counter(reasons(accounts))


class TestOnTheDisk:
    """What a loss of power takes back is only what nobody has learned anything from."""

    @pytest.fixture
    def commits(self, ada: Accounts) -> list[int]:
        """Return how each transaction was committed from now on: 2, on the disk; 1, left to the next."""
        seen: list[int] = []

        def note(connection: Connection) -> None:
            driver = connection.connection.dbapi_connection
            assert driver is not None
            seen.append(driver.cursor().execute("PRAGMA synchronous").fetchone()[0])

        event.listen(ada._database._engine, "commit", note)
        return seen

    @pytest.mark.parametrize("password", [PASSWORD, WRONG])
    def test_what_is_said_of_a_password_is_on_the_disk_and_all_before_it(
        self, ada: Accounts, commits: list[int], password: str
    ) -> None:
        """The places that it took are written first, and so are in the log before what came of it."""
        sign_in(ada, password=password)
        assert [1, 2] == commits

    def test_the_event_of_a_closed_door_is_on_the_disk(self, ada: Accounts, commits: list[int]) -> None:
        """Written once; the door stays closed without it."""
        for number in range(10):
            sign_in(ada, client=f"192.0.2.{number}")
        del commits[:]
        assert ["too-many-attempts"] * 2 == [sign_in(ada) for _ in range(2)]
        assert [2, 1] == commits
        assert 1 == reasons(ada).count("throttled")


@pytest.mark.asvs("6.3.8")
def test_attack_8_every_refusal_runs_the_same_statements(accounts: Accounts) -> None:
    """A wrong password, an unknown name, a disabled account, one without a password: to the letter."""
    for name in ("ada", "disabled", "keyless"):
        accounts.add(name, PASSWORD, now=NOW)
    accounts.disable("disabled", NOW)
    with accounts._database.write() as connection:
        connection.execute(text("UPDATE account SET password_hash = NULL WHERE name = 'keyless'"))
    sent = {
        (name, password): statements(accounts, partial(sign_in, accounts, name, password))
        for name in ("ada", "nobody", "disabled", "keyless")
        for password in (WRONG, PASSWORD)
        if (name, password) != ("ada", PASSWORD)
    }
    expected = sent["ada", WRONG]
    assert len(expected) > 5
    assert dict.fromkeys(sent, expected) == sent
