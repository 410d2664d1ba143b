"""The password again: whose it must be, how often it may be tried, and what becomes of the old session id."""

from __future__ import annotations

import threading
from collections import Counter
from functools import partial

import msgspec
import pytest
from sqlalchemy import event, text

from hardtack.errors import Refused
from hardtack.login import (
    Account,
    Accounts,
    Argon2id,
    BadPassword,
    HashingBusy,
    HashingPool,
    TooManyAttempts,
    WrongCredentials,
    WrongPassword,
)
from hardtack.seal import Keyring
from hardtack.session import Identity, Session, Sessions, SupersededSession
from hardtack.session.revocation import GRACE
from hardtack.store import audit, feed
from tests.login.conftest import statements

NOW = 1_000_000
CLIENT = "192.0.2.7"
PASSWORD = "correct horse battery staple"
WRONG = "correct horse battery stable"
OTHERS = "another quite long password of hers"


def identity(account: Account) -> Identity:
    """Return an identity of *account*, as a sign-in makes it."""
    return Identity(b"s" * 16, b"l" * 16, account.id, account.epoch, 0, ("password",), NOW, NOW, NOW, NOW + 1000)


def confirm(accounts: Accounts, who: Identity, password: str = WRONG, *, client: str = CLIENT, now: int = NOW) -> str:
    """Give a password; return what came of it: the account's name or the slug of the refusal."""
    try:
        return accounts.confirm(who, password, client=client, now=now).name
    except Refused as refused:
        return refused.slug


def reasons(accounts: Accounts) -> list[str]:
    """Return the reasons in the audit trail, or the event where there is none."""
    with accounts._database.read() as connection:
        return [row.reason or row.event for row in audit.read(connection)]


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """An account."""
    return accounts.add("Ada", PASSWORD, now=NOW)


class TestWhosePassword:
    """That of the account that is signed in, as it is now."""

    def test_the_right_one_confirms_and_nothing_else(self, accounts: Accounts, ada: Account) -> None:
        """Exactly as it was set; both are in the trail."""
        assert ada == accounts.confirm(identity(ada), PASSWORD, client=CLIENT, now=NOW)
        for wrong in (WRONG, PASSWORD + " ", PASSWORD.upper(), "", "x"):
            assert "wrong-credentials" == confirm(accounts, identity(ada), wrong)
        assert ["account-added", "confirm", *["wrong-password"] * 5] == reasons(accounts)

    def test_a_refusal_speaks_of_the_password_alone(self, accounts: Accounts, ada: Account) -> None:
        """Nobody was asked for a name; whoever handles wrong credentials handles this."""
        with pytest.raises(WrongCredentials) as caught:
            accounts.confirm(identity(ada), WRONG, client=CLIENT, now=NOW)
        assert WrongPassword is type(caught.value)
        assert (401, "The password is not right. Please try again.", "密码不正确，请重试。") == (
            caught.value.status,
            caught.value.detail_in("en"),
            caught.value.detail_in("zh"),
        )

    @pytest.mark.asvs("7.5.3")
    def test_attack_26_somebody_elses_password_does_not_confirm(self, accounts: Accounts, ada: Account) -> None:
        """Who proves something must be who is signed in, however good the proof is."""
        eve = accounts.add("eve", OTHERS, now=NOW)
        assert "wrong-credentials" == confirm(accounts, identity(ada), OTHERS)
        assert "eve" == confirm(accounts, identity(eve), OTHERS)

    @pytest.mark.parametrize(
        ("statement", "reason"),
        [
            ("UPDATE account SET closed_at = 9", "unknown-account"),
            ("DELETE FROM account", "unknown-account"),
            ("UPDATE account SET password_hash = NULL", "no-password"),
            ("UPDATE account SET password_hash = 'damaged'", "wrong-password"),
            ("UPDATE account SET disabled_at = 9", "disabled"),
            ("UPDATE account SET epoch = epoch + 1", "changed-meanwhile"),
        ],
    )
    def test_attack_5_a_session_that_is_over_confirms_nothing(
        self, accounts: Accounts, ada: Account, statement: str, reason: str
    ) -> None:
        """Closed, disabled, a new password: even the right password gets the answer of a wrong one."""
        with accounts._database.write() as connection:
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            if statement.startswith("DELETE"):
                connection.execute(text("DELETE FROM name_form"))
            connection.execute(text(statement))
        with pytest.raises(WrongPassword) as over:
            accounts.confirm(identity(ada), PASSWORD, client=CLIENT, now=NOW)
        assert vars(WrongPassword()) == vars(over.value)
        assert reason == reasons(accounts)[-1]

    def test_attack_5_an_account_that_changes_while_the_hash_runs_confirms_nothing(
        self, accounts: Accounts, ada: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The answer is that of now."""
        verify = Argon2id.verify

        def change_and_verify(self: Argon2id, encoded: str, secret: bytes) -> bool:
            with accounts._database.write() as connection:
                feed.raise_epoch(connection, ada.id)
            return verify(self, encoded, secret)

        monkeypatch.setattr(Argon2id, "verify", change_and_verify)
        assert "wrong-credentials" == confirm(accounts, identity(ada), PASSWORD)
        assert "changed-meanwhile" == reasons(accounts)[-1]

    @pytest.mark.parametrize("password", ["a" * 2**20, PASSWORD + "\ud800"])
    def test_attack_15_what_can_be_nobodys_password_is_refused_before_anything_is_done(
        self, accounts: Accounts, ada: Account, password: str
    ) -> None:
        """No hash, no statement, no place in a budget."""
        done: list[object] = []
        event.listen(accounts._database._engine, "before_cursor_execute", lambda *given: done.append(given[2]))
        with pytest.raises(BadPassword):
            accounts.confirm(identity(ada), password, client=CLIENT, now=NOW)
        assert [] == done

    def test_a_hash_of_other_parameters_is_made_anew(self, url: str, keyring: Keyring, accounts: Accounts) -> None:
        """As at the sign-in, from the right password only."""
        ada = accounts.add("ada", PASSWORD, now=NOW)
        pool = HashingPool(Argon2id(memory=16, passes=1), threads=1)
        with Accounts.connect(url, keyring=keyring, hashing=pool) as stronger:
            for password, parameters in ((WRONG, "m=8,"), (PASSWORD, "m=16,")):
                confirm(stronger, identity(ada), password)
                with stronger._database.read() as connection:
                    stored = connection.execute(text("SELECT password_hash FROM account")).scalar_one()
                assert parameters in stored
        pool.close()


class TestHowOften:
    """The budgets are those of the sign-in, so that no door gives more guesses than another."""

    @pytest.mark.asvs("6.3.4")
    def test_attack_11_guesses_here_and_at_the_sign_in_share_one_budget(self, accounts: Accounts, ada: Account) -> None:
        """Whoever stole a cookie gets no guess more than whoever knows the name."""
        for number in range(5):
            assert "wrong-credentials" == confirm(accounts, identity(ada), client=f"192.0.2.{number}")
            with pytest.raises(WrongCredentials):
                accounts.sign_in("ADA", WRONG, client=f"198.51.100.{number}", now=NOW)
        with pytest.raises(TooManyAttempts) as caught:
            accounts.confirm(identity(ada), PASSWORD, client="203.0.113.1", now=NOW)
        assert (429, 6) == (caught.value.status, caught.value.retry_after)
        with pytest.raises(TooManyAttempts):
            accounts.sign_in("ada", PASSWORD, client="203.0.113.1", now=NOW)
        assert "ada" == confirm(accounts, identity(ada), PASSWORD, now=NOW + 6)
        assert 1 == reasons(accounts).count("throttled")

    def test_attack_11_another_session_of_the_account_buys_no_guesses(self, accounts: Accounts, ada: Account) -> None:
        """The budget is the account's, not the cookie's."""
        sessions = [
            msgspec.structs.replace(identity(ada), session_id=bytes([number]) * 16, lineage=bytes([number]) * 16)
            for number in range(12)
        ]
        found = [confirm(accounts, one, client=f"192.0.2.{number}") for number, one in enumerate(sessions)]
        assert ["wrong-credentials"] * 10 + ["too-many-attempts"] * 2 == found

    def test_attack_12_a_success_gives_back_its_own_places_and_nothing_more(
        self, accounts: Accounts, ada: Account
    ) -> None:
        """Confirming one's own password in between buys no guess at another's."""
        mallory = accounts.add("mallory", PASSWORD, now=NOW)
        found = []
        for number in range(40):
            assert "mallory" == confirm(accounts, identity(mallory), PASSWORD) or number >= 30
            with pytest.raises(Refused) as caught:
                accounts.sign_in(f"victim{number}", WRONG, client=CLIENT, now=NOW)
            found.append(caught.value.slug)
        assert ["wrong-credentials"] * 30 + ["too-many-attempts"] * 10 == found

    def test_attack_14_parallel_guesses_cannot_exceed_the_budget(self, accounts: Accounts, ada: Account) -> None:
        """Fifty at once from as many addresses: ten are looked at."""
        found: list[str] = []
        threads = [
            threading.Thread(
                target=lambda number=number: found.append(confirm(accounts, identity(ada), client=f"192.0.2.{number}"))
            )
            for number in range(50)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {"wrong-credentials": 10, "too-many-attempts": 40} == Counter(found)

    def test_an_account_that_is_gone_costs_its_client_a_place(self, accounts: Accounts, ada: Account) -> None:
        """There is no name to count for; the client is counted all the same."""
        gone = msgspec.structs.replace(identity(ada), account=99)
        assert {"wrong-credentials": 30, "too-many-attempts": 5} == Counter(
            confirm(accounts, gone, PASSWORD) for _ in range(35)
        )

    def test_a_full_pool_costs_nobody_a_place_in_a_budget(self, url: str, keyring: Keyring, accounts: Accounts) -> None:
        """Busy is not guilty."""
        ada = accounts.add("ada", PASSWORD, now=NOW)
        pool = HashingPool(Argon2id(memory=8, passes=1), threads=1, places=1, patience=0)
        with Accounts.connect(url, keyring=keyring, hashing=pool) as busy:
            with pool.place():
                for _ in range(20):
                    with pytest.raises(HashingBusy):
                        busy.confirm(identity(ada), PASSWORD, client=CLIENT, now=NOW)
            assert "ada" == confirm(busy, identity(ada), PASSWORD)
        pool.close()


def test_attack_8_every_refusal_runs_the_same_statements(accounts: Accounts) -> None:
    """A wrong password, an account that is disabled, changed, or has none: to the letter."""
    made = {name: accounts.add(name, PASSWORD, now=NOW) for name in ("ada", "disabled", "keyless", "changed")}
    accounts.disable("disabled", NOW)
    with accounts._database.write() as connection:
        connection.execute(text("UPDATE account SET password_hash = NULL WHERE name = 'keyless'"))
        feed.raise_epoch(connection, made["changed"].id)
    sent = {
        (name, password): statements(accounts, partial(confirm, accounts, identity(account), password))
        for name, account in made.items()
        for password in (WRONG, PASSWORD)
        if (name, password) != ("ada", PASSWORD)
    }
    expected = sent["ada", WRONG]
    assert len(expected) > 5
    assert dict.fromkeys(sent, expected) == sent


class TestSuperseding:
    """The old session id, with the real store behind the session."""

    @pytest.fixture
    def sessions(self, accounts: Accounts, keyring: Keyring) -> Sessions:
        """Return sessions that ask the store."""
        return Sessions(keyring, origin="https://example.org", revocations=accounts.revocations)

    @staticmethod
    def signed_in(sessions: Sessions, account: Account) -> str:
        """Return the Cookie field of somebody who signs in."""
        session = sessions.open("", NOW)
        session.sign_in(account=account.id, epoch=account.epoch, now=NOW)
        return TestSuperseding.saved(sessions, session, NOW)

    @staticmethod
    def saved(sessions: Sessions, session: Session, now: int) -> str:
        """Return the Cookie field of a browser that got the answer."""
        return "; ".join(value.partition(";")[0] for value in sessions.save(session, now))

    @staticmethod
    def step_up(accounts: Accounts, sessions: Sessions, session: Session, now: int) -> None:
        """Do what the confirm page does once the password was right."""
        session.step_up(
            factors=("password",),
            now=now,
            supersede=lambda old: accounts.supersede(old, now, until=sessions.last_end(old)),
        )

    @pytest.mark.asvs("7.2.4")
    def test_attack_4_the_id_changes_and_the_old_one_dies(
        self, accounts: Accounts, ada: Account, sessions: Sessions
    ) -> None:
        """A copy from before is superseded at once and revoked half a minute later (ASVS 7.2.4)."""
        old = self.signed_in(sessions, ada)
        session = sessions.open(old, NOW + 10)
        self.step_up(accounts, sessions, session, NOW + 10)
        new = self.saved(sessions, session, NOW + 10)
        before, after = sessions.open(old, NOW + 11), sessions.open(new, NOW + 11)
        assert before.identity is not None
        assert after.identity is not None
        assert (True, False) == (before.superseded, after.superseded)
        assert before.identity.session_id != after.identity.session_id
        assert (NOW, NOW + 10) == (before.identity.authenticated_at, after.identity.authenticated_at)
        assert (None, "revoked") == sessions.identify(old, NOW + 10 + GRACE)

    def test_attack_5_the_row_outlives_every_copy_of_the_old_cookie(
        self, accounts: Accounts, ada: Account, sessions: Sessions, keyring: Keyring, url: str, pool: HashingPool
    ) -> None:
        """Also of one that was renewed before, as another process learns it that starts late."""
        old = self.signed_in(sessions, ada)
        session = sessions.open(old, NOW)
        assert session.identity is not None
        last = sessions.last_end(session.identity)
        self.step_up(accounts, sessions, session, NOW)
        accounts.prune(last)
        with Accounts.connect(url, keyring=keyring, hashing=pool) as later:
            fresh = Sessions(keyring, origin="https://example.org", revocations=later.revocations)
            assert (None, "revoked") == fresh.identify(old, NOW + GRACE)

    def test_attack_5_a_session_that_was_signed_out_meanwhile_is_not_brought_back(
        self, accounts: Accounts, ada: Account, sessions: Sessions
    ) -> None:
        """The password was right, but the sign-out came first: no cookie is written."""
        session = sessions.open(self.signed_in(sessions, ada), NOW)
        assert session.identity is not None
        accounts.sign_out(session.identity, NOW)
        self.step_up(accounts, sessions, session, NOW)
        assert [] == sessions.save(session, NOW)
        assert session.identity is None

    @pytest.mark.asvs("15.4.2")
    def test_of_many_at_once_one_wins(self, accounts: Accounts, ada: Account, sessions: Sessions) -> None:
        """Ten threads with one cookie: one new id."""
        old = self.signed_in(sessions, ada)
        opened = [sessions.open(old, NOW) for _ in range(10)]
        won: list[bool] = []

        def race(session: Session) -> None:
            try:
                self.step_up(accounts, sessions, session, NOW)
            except SupersededSession:
                won.append(False)
            else:
                won.append(True)

        threads = [threading.Thread(target=race, args=(session,)) for session in opened]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (10, 1) == (len(won), sum(won))

    def test_other_sign_ins_of_the_account_stay_as_they_are(
        self, accounts: Accounts, ada: Account, sessions: Sessions
    ) -> None:
        """Who proves something on one device says nothing about another."""
        here, there = self.signed_in(sessions, ada), self.signed_in(sessions, ada)
        self.step_up(accounts, sessions, sessions.open(here, NOW), NOW)
        other = sessions.open(there, NOW + GRACE)
        assert other.identity is not None
        assert (False, NOW) == (other.superseded, other.identity.authenticated_at)
