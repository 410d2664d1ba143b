"""Too many failures in a row: what they cost an attacker, and what they do not cost the owner."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from hardtack.login import Account, Accounts, HashingPool, Known, TooManyFailures
from hardtack.login.addressee import Addressees, NobodyMeant
from hardtack.login.devices import UNKNOWN
from hardtack.login.outbox import Notice, Order
from hardtack.seal import keyfile
from hardtack.store import audit
from hardtack.store.streaks import DAY, FORGOTTEN, KEPT, LIMIT
from tests.login.conftest import CLIENT, NOW, PASSWORD, orders, statements, tried


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """The account ``ada`` with an address."""
    made = accounts.add("Ada", PASSWORD, now=NOW)
    with accounts._database.write() as connection:
        connection.execute(text("UPDATE account SET email = 'ada@example.org', email_canonical = 'ada@example.org'"))
    return made


def attack(accounts: Accounts, name: str = "ada", *, times: int = LIMIT, now: int = NOW) -> list[str]:
    """Guess as quickly as the name's budget lets, each time from another address; return what came of each."""
    return [tried(accounts, name, now=now + 6 * number, client=f"192.0.2.{number}") for number in range(times)]


def told(accounts: Accounts) -> Counter[tuple[str, str]]:
    """Return what is in the audit trail, by event and reason."""
    with accounts._database.read() as connection:
        return Counter((event.event, event.reason) for event in audit.read(connection, last=100_000))


def bursts(accounts: Accounts) -> int:
    """Return how often the owner was to be told of failures."""
    return sum(order.notice is Notice.FAILURES for order in orders(accounts))


def mailed(accounts: Accounts, now: int) -> str:
    """Ask for a link by mail; return the code that goes to the owner's address."""
    accounts.release.ask("ada", client=CLIENT, now=now)
    (order,) = (order for order in orders(accounts) if order.notice is Notice.RELEASE)
    meant = Addressees(accounts._services).of(order, now=now, first=True)
    assert "ada@example.org" == meant.to
    return meant.code


class TestLocked:
    """After a hundred failures in a row from unknown devices."""

    @pytest.mark.asvs("6.3.1")
    def test_not_even_the_right_password_is_looked_at(self, accounts: Accounts, ada: Account) -> None:
        """However long one waits; and Retry-After would be a lie, so there is none."""
        assert {"wrong-credentials": LIMIT} == Counter(attack(accounts))
        for later in (600, DAY, FORGOTTEN, KEPT - DAY):
            with pytest.raises(TooManyFailures) as caught:
                accounts.sign_in("ada", PASSWORD, client=CLIENT, now=NOW + later)
            assert (429, "too-many-failures", None) == (
                caught.value.status,
                caught.value.slug,
                caught.value.retry_after,
            )

    def test_no_attempt_reaches_the_hash(
        self, accounts: Accounts, ada: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """So a locked name costs the machine nothing either."""
        attack(accounts)
        verified: list[object] = []
        monkeypatch.setattr("hardtack.login.Argon2id.verify", lambda *given: verified.append(given))
        assert ["too-many-failures"] * 20 == attack(accounts, times=20, now=NOW + 600)
        assert [] == verified

    @pytest.mark.asvs("6.3.8")
    def test_attack_9_a_name_that_nobody_has_is_locked_the_same_way(self, accounts: Accounts, ada: Account) -> None:
        """To the letter; and an account without an address, or one that is disabled."""
        accounts.add("eve", PASSWORD, now=NOW)
        accounts.add("disabled", PASSWORD, now=NOW)
        accounts.disable("disabled", NOW)
        names = ("ada", "nobody", "eve", "disabled")
        assert [["wrong-credentials"] * LIMIT + ["too-many-failures"]] * 4 == [
            attack(accounts, name, times=LIMIT + 1) for name in names
        ]
        found = []
        for name in names:
            with pytest.raises(TooManyFailures) as caught:
                accounts.sign_in(name, PASSWORD, client=CLIENT, now=NOW + 700)
            found.append(vars(caught.value))
        assert [found[0]] * 4 == found

    def test_it_is_told_in_both_languages_what_is_open(self) -> None:
        """A device that is known, the mailbox, an administrator."""
        for language, words in (
            ("en", ("signed in before", "address of the account", "administrator")),
            ("zh", ("曾经登录过的浏览器", "账户邮箱", "管理员")),
        ):
            said = TooManyFailures().detail_in(language) or ""
            assert [] == [word for word in words if word not in said]

    def test_attack_11_every_name_of_an_account_shares_its_failures(self, accounts: Accounts, ada: Account) -> None:
        """Case, width, a space at the end, the address."""
        spellings = ["ada", "ADA", "ａｄａ", "ada ", "ada@example.org", "ADA@EXAMPLE.ORG"]
        for number in range(LIMIT):
            name = spellings[number % len(spellings)]
            assert "wrong-credentials" == tried(accounts, name, now=NOW + 6 * number, client=f"192.0.2.{number}")
        assert ["too-many-failures"] * 6 == [tried(accounts, name, PASSWORD, now=NOW + 700) for name in spellings]

    def test_a_success_before_the_hundredth_begins_anew(self, accounts: Accounts, ada: Account) -> None:
        """Also from an unknown device: whoever has the password is no guesser."""
        attack(accounts, times=LIMIT - 1)
        assert "ada" == tried(accounts, password=PASSWORD, now=NOW + 700)
        assert {"wrong-credentials": LIMIT, "too-many-failures": 5} == Counter(
            attack(accounts, times=LIMIT + 5, now=NOW + 1000)
        )

    def test_failures_that_are_long_ago_do_not_count(self, accounts: Accounts, ada: Account) -> None:
        """Ninety-nine typing errors in ten years lock nobody."""
        attack(accounts, times=LIMIT - 1)
        later = NOW + 6 * LIMIT + FORGOTTEN
        assert {"wrong-credentials": 99} == Counter(attack(accounts, times=LIMIT - 1, now=later))
        assert not accounts.release.is_locked("ada", later + 600)

    def test_what_a_budget_refuses_is_no_failure(self, accounts: Accounts, ada: Account) -> None:
        """Nobody looked at it, so it says nothing of the password."""
        found = Counter(tried(accounts, client=f"192.0.2.{number}") for number in range(250))
        assert {"wrong-credentials": 10, "too-many-attempts": 240} == found
        assert not accounts.release.is_locked("ada", NOW)
        assert "ada" == tried(accounts, password=PASSWORD, now=NOW + 6)

    def test_it_is_in_the_trail_once(self, accounts: Accounts, ada: Account) -> None:
        """Nobody fills the trail by knocking on a locked door."""
        attack(accounts, times=LIMIT + 50)
        attack(accounts, "nobody", times=LIMIT + 50, now=NOW + 5000)
        expected = {
            ("account-added", ""): 1,
            ("sign-in-refused", "wrong-password"): LIMIT,
            ("sign-in-refused", "unknown-name"): LIMIT,
            ("locked", ""): 2,
        }
        assert expected == told(accounts)

    def test_a_known_device_that_is_spent_is_in_the_trail(self, accounts: Accounts, ada: Account) -> None:
        """With its own word: the name is not locked by it."""
        known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
        for number in range(LIMIT):
            tried(accounts, known=known, now=NOW + 6 * number)
        assert 1 == told(accounts)["locked", "known-device"]

    def test_pruning_forgets_what_is_long_ago_and_nothing_else(self, accounts: Accounts, ada: Account) -> None:
        """A lock holds for four hundred days, not for ever."""
        attack(accounts)
        accounts.prune(NOW + FORGOTTEN + 600)
        assert accounts.release.is_locked("ada", NOW + FORGOTTEN + 600)
        accounts.prune(NOW + KEPT + 600)
        assert not accounts.release.is_locked("ada", NOW + KEPT + 600)


class TestTheOwner:
    """Who is not to be kept out (attack 13)."""

    @pytest.mark.asvs("6.3.1")
    def test_attack_13_ten_thousand_guesses_from_a_thousand_addresses_do_not_keep_out_the_owner(
        self, accounts: Accounts, ada: Account
    ) -> None:
        """With a known device the owner comes in at any moment, however quickly they come."""
        known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
        guesses: Counter[str] = Counter()
        for number in range(10_000):
            client = f"198.51.{number % 1000 // 250}.{number % 250}"
            guesses[tried(accounts, client=client, now=NOW + number // 10)] += 1
            if number in (50, 7_000, 9_999):
                assert "ada" == tried(accounts, password=PASSWORD, known=known, now=NOW + number // 10)
        assert {"wrong-credentials", "too-many-attempts", "too-many-failures"} == set(guesses)
        # The owner's sign-in has let a hundred more be looked at, as the budget allows.
        assert LIMIT < guesses["wrong-credentials"] <= 10 + 1000 // 6

    @pytest.mark.asvs("6.3.1")
    def test_attack_13_ten_thousand_guesses_while_the_owner_is_away(self, accounts: Accounts, ada: Account) -> None:
        """A hundred are looked at; the owner has the mailbox, and one who has none an administrator."""
        guesses = Counter(
            tried(accounts, client=f"198.51.{number % 1000 // 250}.{number % 250}", now=NOW + number)
            for number in range(10_000)
        )
        assert LIMIT == guesses["wrong-credentials"]
        assert LIMIT == told(accounts)["sign-in-refused", "wrong-password"]

        for now in (NOW + 20_000, NOW + 30_000):
            assert "too-many-failures" == tried(accounts, password=PASSWORD, now=now)
            by_mail = now == NOW + 20_000
            code = mailed(accounts, now) if by_mail else accounts.release.make("ada", now=now)
            released = accounts.release.use(code, UNKNOWN, client=CLIENT, now=now)
            attack(accounts, times=LIMIT + 1, now=now)
            assert "too-many-failures" == tried(accounts, password=PASSWORD, now=now + 700)
            assert "ada" == tried(accounts, password=PASSWORD, known=released, now=now + 700)
            attack(accounts, now=now + 1000)

    def test_attack_13_a_sign_in_from_a_known_device_unlocks_the_name(self, accounts: Accounts, ada: Account) -> None:
        """So the owner's new telephone is let in after the old computer."""
        known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
        attack(accounts)
        assert "too-many-failures" == tried(accounts, password=PASSWORD, now=NOW + 700)
        assert "ada" == tried(accounts, password=PASSWORD, known=known, now=NOW + 700)
        assert "ada" == tried(accounts, password=PASSWORD, now=NOW + 700)

    def test_a_wrong_password_from_a_known_device_unlocks_nothing(self, accounts: Accounts, ada: Account) -> None:
        """Whoever has stolen the cookie has no password yet."""
        known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
        attack(accounts)
        assert "wrong-credentials" == tried(accounts, known=known, now=NOW + 700)
        assert "too-many-failures" == tried(accounts, password=PASSWORD, now=NOW + 700)

    def test_attack_13_guesses_at_one_account_do_not_lock_another(self, accounts: Accounts, ada: Account) -> None:
        """From the same addresses."""
        accounts.add("eve", PASSWORD, now=NOW)
        attack(accounts, times=LIMIT + 10)
        assert "eve" == tried(accounts, "eve", PASSWORD, client="192.0.2.5", now=NOW + 700)


class TestTheOwnerIsTold:
    """Of a burst, by mail."""

    @pytest.mark.asvs("6.3.5")
    def test_at_ten_fifty_and_a_hundred_and_once_a_day(self, accounts: Accounts, ada: Account) -> None:
        """A quick attack is one notice; a slow one is another on another day."""
        attack(accounts, times=9)
        assert [] == orders(accounts)
        attack(accounts, times=1, now=NOW + 60)
        first = Order(notice=Notice.FAILURES, at=NOW + 60, account=ada.id, client="192.0.2.0", detail="10")
        assert [first] == orders(accounts)
        attack(accounts, times=45, now=NOW + 100)
        assert [first] == orders(accounts)
        attack(accounts, times=50, now=NOW + DAY + 100)
        assert ["10", "100"] == sorted(order.detail for order in orders(accounts))

    def test_a_success_in_between_is_no_second_notice_on_one_day(self, accounts: Accounts, ada: Account) -> None:
        """Whoever makes the owner sign in again and again does not fill the mailbox."""
        for begun in range(NOW, NOW + 5000, 1000):
            attack(accounts, times=10, now=begun)
            assert "ada" == tried(accounts, password=PASSWORD, now=begun + 100)
            accounts.prune(begun + 200)
        assert 1 == bursts(accounts)
        attack(accounts, times=10, now=NOW + DAY + 1000)
        assert 2 == bursts(accounts)

    def test_a_known_devices_failures_are_the_owners_own(self, accounts: Accounts, ada: Account) -> None:
        """Nobody is told of their own typing errors."""
        known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
        for number in range(20):
            tried(accounts, known=known, now=NOW + 6 * number)
        assert [] == orders(accounts)

    def test_attack_8_for_a_name_that_is_nobodys_the_order_is_addressed_to_nobody(self, accounts: Accounts) -> None:
        """So that it costs the same; whoever carries it out drops it."""
        attack(accounts, "nobody", times=10)
        (order,) = orders(accounts)
        assert (Notice.FAILURES, 0, "") == (order.notice, order.account, order.address)
        with pytest.raises(NobodyMeant):
            Addressees(accounts._services).of(order, now=NOW, first=True)


def normal(sent: list[str]) -> list[str]:
    """Return statements without the number of values in a list: a device has one budget, everybody else two."""
    return [re.sub(r"IN \([?, ]+\)", "IN (…)", statement) for statement in sent]


def test_attack_8_every_failure_runs_the_same_statements_at_every_count(accounts: Accounts, ada: Account) -> None:
    """The first, the tenth, of which the owner is told, the hundredth, which locks, and what is not looked at."""
    accounts.add("keyless", PASSWORD, now=NOW)
    accounts.add("disabled", PASSWORD, now=NOW)
    accounts.disable("disabled", NOW)
    with accounts._database.write() as connection:
        connection.execute(text("UPDATE account SET password_hash = NULL WHERE name = 'keyless'"))

    def sent(name: str) -> list[list[str]]:
        attempts = (
            partial(tried, accounts, name, now=NOW + 6 * number, client=f"192.0.2.{number}")
            for number in range(LIMIT + 2)
        )
        return [statements(accounts, attempt) for attempt in attempts]

    expected = sent("ada")
    for name in ("nobody", "keyless", "disabled"):
        assert expected == sent(name)
    by_length = Counter(len(one) for one in expected)
    ordinary = len(expected[0])
    # An order for mail is two statements, one look whether it is to be put, and one event more where it locks.
    assert {ordinary: LIMIT - 3, ordinary + 3: 1, ordinary + 1: 1, ordinary + 2: 1, len(expected[-1]): 2} == by_length
    assert len(expected[-1]) < ordinary


def test_attack_8_a_known_device_runs_the_statements_of_an_unknown_one(accounts: Accounts, ada: Account) -> None:
    """And one that shows records of other accounts those of one that shows nothing."""
    known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
    shown: list[tuple[str, Known]] = [("ada", UNKNOWN), ("ada", known), ("nobody", known), ("nobody", UNKNOWN)]
    sent = [statements(accounts, partial(tried, accounts, name, known=device)) for name, device in shown]
    assert sent[0] == sent[2] == sent[3]
    assert [normal(sent[0])] * 4 == [normal(one) for one in sent]


DYING = """
import sys
from hardtack.login import Accounts, Argon2id, HashingPool
from hardtack.seal import Keyring

# As many passes as there may be: it hashes until somebody kills it.
pool = HashingPool(Argon2id(memory=8, passes=2**31 - 1), threads=1)
with Accounts.connect(sys.argv[1], keyring=Keyring.load(sys.argv[2]), hashing=pool) as accounts:
    print("ready", flush=True)
    accounts.sign_in("nobody", "correct horse battery staple", client="192.0.2.7", now=int(sys.argv[3]))
"""


def test_a_process_that_dies_in_the_middle_leaves_no_place_taken_for_ever(
    url: str, tmp_path: Path, pool: HashingPool
) -> None:
    """Its place comes back by itself, and its failure is forgotten with the next success."""
    path = tmp_path / "hardtack.key"
    keyring = keyfile.create(path)
    with Accounts.connect(url, keyring=keyring, hashing=pool) as accounts:
        command = [sys.executable, "-c", DYING, url, str(path), str(NOW)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as dying:
            assert dying.stdout is not None
            assert "ready\n" == dying.stdout.readline()
            deadline = time.monotonic() + 60
            while not _count(accounts, "SELECT count(*) FROM streak") and time.monotonic() < deadline:
                time.sleep(0.05)
            os.kill(dying.pid, signal.SIGKILL)
        assert [1, 2] == [
            _count(accounts, statement)
            for statement in ("SELECT failures FROM streak", "SELECT count(*) FROM throttle")
        ]
        assert "too-many-attempts" == [tried(accounts, "nobody") for _ in range(10)][-1]
        assert ["wrong-credentials"] * 10 == [tried(accounts, "nobody", now=NOW + 60) for _ in range(10)]
        accounts.add("nobody", PASSWORD, now=NOW)
        assert "nobody" == tried(accounts, "nobody", PASSWORD, now=NOW + 120)
        assert 0 == _count(accounts, "SELECT failures FROM streak")


def _count(accounts: Accounts, statement: str) -> int:
    with accounts._database.read() as connection:
        return int(connection.execute(text(statement)).scalar_one())
