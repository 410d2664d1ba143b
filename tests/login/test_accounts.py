"""The account store as the rest of the program sees it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from hardtack import errors
from hardtack.errors import MisuseError
from hardtack.login import Account, Accounts, HashingPool, NoSuchAccount
from hardtack.login.accounts import LONGEST
from hardtack.seal import Keyring, keyfile
from hardtack.session import Identity, Sessions
from hardtack.store import DatabaseError, SessionTable, SpentTable, feed

NOW = 1_000_000
CLIENT = "192.0.2.7"
PASSWORD = "correct horse battery staple"


def identity(account: Account, *, lineage: bytes = b"l" * 16) -> Identity:
    """Return an identity of *account*, as a sign-in makes it."""
    return Identity(
        os.urandom(16), lineage, account.id, account.epoch, 0, ("password",), NOW, NOW, NOW, NOW + 30 * 86400
    )


def verdict(accounts: Accounts, one: Identity) -> str:
    """Return whether the session of an identity still holds."""
    return accounts.revocations.verdict(one.lineage, one.session_id, one.account, one.epoch, NOW)


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """An account."""
    return accounts.add("Ada", PASSWORD, now=NOW)


class TestConnecting:
    """connect and close."""

    def test_it_makes_its_own_pool_and_closes_it(self, url: str, keyring: Keyring) -> None:
        """With the design's parameters; no thread of it is left behind."""
        before = set(threading.enumerate())
        own = Accounts.connect(url, keyring=keyring)
        account = own.add("ada", PASSWORD, now=NOW)
        with own._database.read() as connection:
            encoded = connection.execute(text("SELECT password_hash FROM account")).scalar_one()
        assert encoded.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert account == own.sign_in("ada", PASSWORD, client=CLIENT, now=NOW)
        assert set(threading.enumerate()) > before
        own.close()
        assert not set(threading.enumerate()) - before

    def test_a_pool_that_was_handed_in_is_left_open(self, url: str, keyring: Keyring, pool: HashingPool) -> None:
        """Somebody else may be using it."""
        for name in ("ada", "bob"):
            with Accounts.connect(url, keyring=keyring, hashing=pool) as accounts:
                accounts.add(name, PASSWORD, now=NOW)

    def test_without_a_keyring_it_takes_the_environments(
        self, url: str, tmp_path: Path, pool: HashingPool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """HARDTACK_KEYRING, or one line that says so."""
        monkeypatch.delenv("HARDTACK_KEYRING", raising=False)
        with pytest.raises(MisuseError):
            Accounts.connect(url, hashing=pool)
        keyfile.create(tmp_path / "key")
        monkeypatch.setenv("HARDTACK_KEYRING", (tmp_path / "key").read_text().replace("\n", ";"))
        Accounts.connect(url, hashing=pool).close()

    def test_a_keyring_without_a_pepper_is_refused_at_once(self, pool: HashingPool, tmp_path: Path) -> None:
        """Not at the first sign-in; and no database is made."""
        ring = Keyring.from_host_secret("flask", ["x" * 40])
        with pytest.raises(MisuseError, match="pepper"):
            Accounts.connect(f"sqlite:///{tmp_path}/hardtack.db", keyring=ring, hashing=pool)
        assert [] == list(tmp_path.iterdir())

    def test_a_database_that_cannot_be_migrated_is_closed_again(
        self, url: str, keyring: Keyring, pool: HashingPool
    ) -> None:
        """And the operator told why."""
        with Accounts.connect(url, keyring=keyring, hashing=pool) as accounts, accounts._database.write() as connection:
            connection.execute(text("UPDATE schema_version SET version_num = '9999'"))
        with pytest.raises(DatabaseError, match="later version"):
            Accounts.connect(url, keyring=keyring, hashing=pool)


class TestFinding:
    """get, find, list."""

    def test_an_account_is_found_by_number_and_by_every_spelling_of_its_name(
        self, accounts: Accounts, ada: Account
    ) -> None:
        """Disabled or not."""
        assert ada == accounts.get(ada.id) == accounts.find("ada") == accounts.find(" ＡＤＡ ")
        disabled = accounts.disable("ada", NOW)
        assert disabled == accounts.get(ada.id) == accounts.find("ada")
        assert disabled.disabled

    @pytest.mark.parametrize("account_id", [0, -1, 2, 2**63, 2**64])
    def test_no_account_has_another_number(self, accounts: Accounts, ada: Account, account_id: int) -> None:
        """However large."""
        assert accounts.get(account_id) is None

    @pytest.mark.parametrize("name", ["", "bob", "a b", "\ud800", "a" * 10_000])
    def test_no_account_has_another_name(self, accounts: Accounts, ada: Account, name: str) -> None:
        """However strange."""
        assert accounts.find(name) is None

    def test_all_are_listed_by_name(self, accounts: Accounts) -> None:
        """Whatever the order in which they were made."""
        for name in ("eve", "Ada", "bob"):
            accounts.add(name, PASSWORD, now=NOW)
        assert ["ada", "bob", "eve"] == [account.name for account in accounts.list()]


class TestEndingSessions:
    """Attack 5: signing out and disabling end what they must, at once."""

    def test_attack_5_signing_out_ends_the_session_and_no_other(self, accounts: Accounts, ada: Account) -> None:
        """The copied cookie is worth nothing from then on; another device stays signed in."""
        here, there = identity(ada), identity(ada, lineage=b"o" * 16)
        assert ["", ""] == [verdict(accounts, one) for one in (here, there)]
        accounts.sign_out(here, NOW)
        assert ["revoked", ""] == [verdict(accounts, one) for one in (here, there)]
        accounts.sign_out(here, NOW)
        assert "revoked" == verdict(accounts, here)

    @pytest.mark.asvs("7.4.2")
    def test_attack_5_disabling_ends_every_session_of_the_account(self, accounts: Accounts, ada: Account) -> None:
        """And enabling brings none back; a new sign-in has the new epoch."""
        bob = accounts.add("bob", PASSWORD, now=NOW)
        sessions = [identity(ada), identity(ada, lineage=b"o" * 16), identity(bob, lineage=b"b" * 16)]
        assert ["", "", ""] == [verdict(accounts, one) for one in sessions]
        accounts.disable("ada", NOW)
        assert ["revoked", "revoked", ""] == [verdict(accounts, one) for one in sessions]
        accounts.enable("ada", NOW)
        assert ["revoked", "revoked", ""] == [verdict(accounts, one) for one in sessions]
        again = accounts.sign_in("ada", PASSWORD, client=CLIENT, now=NOW)
        assert "" == verdict(accounts, identity(again))

    @pytest.mark.asvs("7.4.1")
    def test_attack_5_a_copied_cookie_is_refused_after_sign_out(self, accounts: Accounts, keyring: Keyring) -> None:
        """Through the session room, as a browser meets it."""
        ada = accounts.add("ada", PASSWORD, now=NOW)
        sessions = Sessions(keyring, origin="https://example.org", revocations=accounts.revocations)
        session = sessions.open("", NOW)
        session.sign_in(account=ada.id, epoch=ada.epoch, now=NOW)
        cookie = "; ".join(value.split(";")[0] for value in sessions.save(session, NOW))
        opened = sessions.open(cookie, NOW)
        assert opened.identity is not None
        assert ada.id == opened.identity.account
        accounts.sign_out(opened.identity, NOW)
        refused = sessions.open(cookie, NOW)
        assert (None, "revoked") == (refused.identity, refused.identity_why)

    def test_the_row_outlives_every_cookie(self, accounts: Accounts, ada: Account) -> None:
        """Pruning does not bring a session back to life before its deadline, nor for a slow clock after it."""
        one = identity(ada)
        last = one.deadline + 5_000_000
        accounts.sign_out(one, NOW, until=last)
        accounts.prune(last + feed.MARGIN)
        with accounts._database.read() as connection:
            count = text("SELECT count(*) FROM revocation")
            assert 1 == connection.execute(count).scalar_one()
        accounts.prune(last + feed.MARGIN + 1)
        with accounts._database.read() as connection:
            assert 0 == connection.execute(count).scalar_one()

    def test_an_end_of_which_nobody_knows_how_long_it_matters_is_remembered_long(
        self, accounts: Accounts, ada: Account
    ) -> None:
        """Not only until the deadline of the one cookie that was shown: a copy may have been renewed since."""
        one = identity(ada)
        accounts.sign_out(one, NOW)
        accounts.prune(NOW + LONGEST + feed.MARGIN)
        assert "revoked" == verdict(accounts, one)
        with accounts._database.read() as connection:
            assert 1 == connection.execute(text("SELECT count(*) FROM revocation")).scalar_one()

    def test_disabling_twice_is_no_mistake(self, accounts: Accounts, ada: Account) -> None:
        """Nor is enabling what was never disabled."""
        assert accounts.disable("ADA", NOW).disabled
        assert accounts.disable("ada", NOW).disabled
        assert not accounts.enable("ada", NOW).disabled
        assert not accounts.enable("ada", NOW).disabled

    @pytest.mark.parametrize("name", ["bob", "a" * 10_000, "\x1b[31m"])
    def test_an_account_that_does_not_exist_is_the_operators_mistake(self, accounts: Accounts, name: str) -> None:
        """With a hint, and with nothing in it that could colour a terminal."""
        for work in (accounts.disable, accounts.enable):
            with pytest.raises(NoSuchAccount) as caught:
                work(name, NOW)
            assert "hardtack accounts list shows every account" == caught.value.hint
            assert caught.value.problem.isprintable()


class TestReadiness:
    """is_ready."""

    def test_it_is_ready_when_the_revocations_are_loaded(self, accounts: Accounts) -> None:
        """Not before."""
        assert not accounts.is_ready()
        accounts.revocations.refresh()
        assert accounts.is_ready()

    def test_it_is_not_ready_while_the_database_does_not_answer(self, accounts: Accounts) -> None:
        """Whatever it has in memory."""
        accounts.revocations.refresh()
        with accounts._database.write() as connection:
            connection.execute(text("ALTER TABLE account RENAME TO away"))
        assert not accounts.is_ready()

    def test_polling_makes_it_ready_and_ends_with_it(self, url: str, keyring: Keyring, pool: HashingPool) -> None:
        """Closing stops the thread."""
        accounts = Accounts.connect(url, keyring=keyring, hashing=pool)
        accounts.revocations.start_polling(0.01)
        assert accounts.is_ready()
        accounts.close()
        assert not [thread for thread in threading.enumerate() if thread.name == "hardtack-revocations"]


def test_pruning_keeps_what_counts(accounts: Accounts, ada: Account) -> None:
    """Accounts, fresh events and budgets that are not whole."""
    for _ in range(10):
        with pytest.raises(errors.Refused):
            accounts.sign_in("ada", "wrong wrong wrong", client=CLIENT, now=NOW)
    accounts.prune(NOW)
    with pytest.raises(errors.Refused, match="429"):
        accounts.sign_in("ada", PASSWORD, client=CLIENT, now=NOW)
    assert ada == accounts.sign_in("ada", PASSWORD, client=CLIENT, now=NOW + 6)


def test_pruning_deletes_what_lies_beside_the_accounts(accounts: Accounts) -> None:
    """Sessions kept on the server, and what was used once."""
    sessions, spent = SessionTable(accounts._database, Keyring.generate()), SpentTable(accounts._database)
    sessions.store(b"s" * 16, 0, b"", NOW)
    spent.spend(b"m" * 32, NOW)
    accounts.prune(NOW)
    assert (1, b"") == sessions.load(b"s" * 16)
    assert not spent.spend(b"m" * 32, NOW)
    accounts.prune(NOW + feed.MARGIN + 1)
    assert None is sessions.load(b"s" * 16)
    assert spent.spend(b"m" * 32, NOW)


def test_importing_hardtack_loads_none_of_it() -> None:
    """The sealed session alone needs no database (DESIGN §8)."""
    script = (
        "import sys, hardtack, hardtack.seal, hardtack.session; print([n for n in sys.modules if 'sqlalchemy' in n])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "[]\n" == done.stdout
