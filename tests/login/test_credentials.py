"""A new password: with the present one, by the rules, and every other session ends."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import text

from hardtack.errors import Refused
from hardtack.login import Account, Accounts, Argon2id, BadPassword, WrongPassword
from hardtack.login.credentials import NoPassword, SamePassword
from hardtack.login.links import Kind, LinkWrong
from hardtack.login.outbox import Notice
from hardtack.session import Identity
from hardtack.store import audit, feed
from tests.login.orders import orders

NOW = 1_800_000_000
CLIENT = "192.0.2.7"
PASSWORD = "a long walk 到海边"
NEW = "four unrelated words 橙子"
WRONG = "a long walk 到山边"


def identity(account: Account, *, session: bytes = b"s", lineage: bytes = b"l") -> Identity:
    """Return an identity of *account*, as a sign-in makes it."""
    return Identity(session * 16, lineage * 16, account.id, account.epoch, 0, ("password",), NOW, NOW, NOW, NOW + 1000)


def change(accounts: Accounts, who: Identity, current: str = PASSWORD, new: str = NEW) -> str:
    """Change the password; return what came of it: the account's name or the slug of the refusal."""
    try:
        return accounts.credentials.change(who, current, new, client=CLIENT, now=NOW).name
    except Refused as refused:
        return refused.slug


def trail(accounts: Accounts) -> list[tuple[str, str]]:
    """Return events and reasons, without the first, which made the account."""
    with accounts._database.read() as connection:
        return [(row.event, row.reason) for row in audit.read(connection)][1:]


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """An account with an address."""
    made = accounts.add("ada", PASSWORD, now=NOW)
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(connection, made.id, email="Ada@example.org", canonical="ada@example.org")
    found = accounts.get(made.id)
    assert found is not None
    return found


class TestChanging:
    """The way that ends well."""

    @pytest.mark.asvs("6.2.2", "6.2.3")
    def test_the_new_password_signs_in_and_the_old_one_does_not(self, accounts: Accounts, ada: Account) -> None:
        """Exactly as typed."""
        changed = accounts.credentials.change(identity(ada), PASSWORD, NEW, client=CLIENT, now=NOW)

        assert (ada.id, ada.epoch + 1) == (changed.id, changed.epoch)
        assert changed == accounts.sign_in("ada", NEW, client=CLIENT, now=NOW)
        with pytest.raises(Refused):
            accounts.sign_in("ada", PASSWORD, client=CLIENT, now=NOW)

    @pytest.mark.asvs("7.4.1", "7.4.3")
    def test_attack_5_every_session_from_before_is_over_at_once(self, accounts: Accounts, ada: Account) -> None:
        """The one that did it among them; whoever answers gives it the new epoch."""
        accounts.credentials.change(identity(ada), PASSWORD, NEW, client=CLIENT, now=NOW)
        table = accounts.revocations

        assert "revoked" == table.verdict(b"l" * 16, b"s" * 16, ada.id, ada.epoch, NOW)
        assert "revoked" == table.verdict(b"o" * 16, b"o" * 16, ada.id, ada.epoch, NOW)
        assert not table.verdict(b"l" * 16, b"n" * 16, ada.id, ada.epoch + 1, NOW)

    @pytest.mark.asvs("6.3.7")
    def test_the_trail_has_the_proof_and_the_change_and_the_owner_is_told(
        self, accounts: Accounts, ada: Account
    ) -> None:
        """By mail to their own address, with where it came from (ASVS 6.3.7)."""
        accounts.credentials.change(
            identity(ada), PASSWORD, NEW, client=CLIENT, now=NOW, device="firefox/linux", language="zh"
        )
        (order,) = orders(accounts, NOW)

        assert [("confirm", ""), ("password-changed", "")] == trail(accounts)
        assert (Notice.PASSWORD_CHANGED, ada.id, "", CLIENT, "firefox/linux", "zh") == (
            order.notice,
            order.account,
            order.address,
            order.client,
            order.device,
            order.language,
        )

    def test_who_has_no_address_gets_no_mail(self, accounts: Accounts) -> None:
        """They see it among what happened."""
        bo = accounts.add("bo", PASSWORD, now=NOW)
        accounts.credentials.change(identity(bo), PASSWORD, NEW, client=CLIENT, now=NOW)

        assert [] == orders(accounts, NOW)

    def test_attack_18_every_link_from_before_is_worth_nothing(self, accounts: Accounts, ada: Account) -> None:
        """Whatever it was for; but for the one by which nothing changes."""
        services = accounts._services
        with services.database.read() as connection:
            found = services.rows.by_id(connection, ada.id)
        changing = [kind for kind in Kind if kind is not Kind.KEEP_FACTORS]
        codes = {kind: services.links.make(kind, now=NOW, account=found) for kind in changing}
        accounts.credentials.change(identity(ada), PASSWORD, NEW, client=CLIENT, now=NOW)

        with services.database.read() as connection:
            for kind, code in codes.items():
                with pytest.raises(LinkWrong):
                    services.links.read(connection, kind, code, now=NOW)


class TestRefusing:
    """What does not change anything."""

    def unchanged(self, accounts: Accounts) -> bool:
        """Say whether the old password signs in still."""
        return accounts.sign_in("ada", PASSWORD, client="192.0.2.99", now=NOW).name == "ada"

    @pytest.mark.asvs("6.2.3", "7.5.1")
    @pytest.mark.parametrize("wrong", [WRONG, PASSWORD + " ", PASSWORD.upper(), "x"])
    def test_the_present_password_must_be_right(self, accounts: Accounts, ada: Account, wrong: str) -> None:
        """It is named, and written down as a refusal of a new password."""
        with pytest.raises(WrongPassword) as caught:
            accounts.credentials.change(identity(ada), wrong, NEW, client=CLIENT, now=NOW)

        assert ({"password"}, 401) == (set(caught.value.fields), caught.value.status)
        assert [("password-refused", "wrong-password")] == trail(accounts)
        assert self.unchanged(accounts)
        assert [] == orders(accounts, NOW)

    @pytest.mark.parametrize(
        "new", ["short", "x" * 1025, "ada ada ada ada", "ada@example.org", NEW + "\ud800", "hardtackhardtack"]
    )
    def test_the_new_one_must_be_good_before_anything_is_counted(
        self, accounts: Accounts, ada: Account, new: str
    ) -> None:
        """By the same rules as at sign-up, with the owner's name and address among what is too easy; it is named."""
        with pytest.raises(BadPassword) as caught:
            accounts.credentials.change(identity(ada), WRONG, new, client=CLIENT, now=NOW)

        assert {"new_password"} == set(caught.value.fields)
        assert [] == trail(accounts)

    def test_the_same_one_again_is_none(self, accounts: Accounts, ada: Account) -> None:
        """Nothing would have changed."""
        with pytest.raises(SamePassword) as caught:
            accounts.credentials.change(identity(ada), PASSWORD, PASSWORD, client=CLIENT, now=NOW)

        assert ({"new_password"}, 422) == (set(caught.value.fields), caught.value.status)
        assert self.unchanged(accounts)

    def test_attack_15_a_huge_password_costs_nothing(self, accounts: Accounts, ada: Account) -> None:
        """In either field, before anything else."""
        assert "bad-password" == change(accounts, identity(ada), current="a" * 2**20)
        assert "bad-password" == change(accounts, identity(ada), new="a" * 2**20)
        assert [] == trail(accounts)

    def test_attack_11_guesses_take_from_the_budget_of_the_sign_in(self, accounts: Accounts, ada: Account) -> None:
        """A stolen cookie is no way around it."""
        for _ in range(10):
            assert "wrong-credentials" == change(accounts, identity(ada), WRONG)

        assert "too-many-attempts" == change(accounts, identity(ada), PASSWORD)
        with pytest.raises(Refused) as caught:
            accounts.sign_in("ada", PASSWORD, client="192.0.2.8", now=NOW)
        assert 429 == caught.value.status

    def test_an_account_without_a_password_is_told_what_to_do(self, accounts: Accounts, ada: Account) -> None:
        """There is none to prove; a link sets one."""
        accounts.recovery.start(ada.id, 0, NOW, forget_password=True)
        who = accounts.get(ada.id)
        assert who is not None

        assert not accounts.credentials.has_password(ada.id)
        with pytest.raises(NoPassword, match="409"):
            accounts.credentials.change(identity(who), PASSWORD, NEW, client=CLIENT, now=NOW)

    def test_nobody_has_no_password(self, accounts: Accounts, ada: Account) -> None:
        """A closed account is nobody's; its old session is answered like a wrong password."""
        with accounts._database.write() as connection:
            accounts._services.rows.close(connection, ada.id, NOW)

        assert not accounts.credentials.has_password(ada.id)
        assert "wrong-credentials" == change(accounts, identity(ada))


class TestTogether:
    """Two things at the same moment."""

    @pytest.mark.asvs("15.4.2")
    def test_of_changes_at_once_one_wins(self, accounts: Accounts, ada: Account) -> None:
        """Its password is the one that holds; the others are told that theirs is not right any more."""
        new = [f"{number} unrelated words 橙子" for number in range(6)]
        with ThreadPoolExecutor(6) as pool:
            came = list(pool.map(partial(change, accounts, identity(ada), PASSWORD), new))

        assert {"ada": 1, "wrong-credentials": 5} == Counter(came)
        accounts.sign_in("ada", new[came.index("ada")], client=CLIENT, now=NOW)

    @pytest.mark.parametrize("end", ["superseded", "signed out", "disabled", "closed", "changed"])
    def test_attack_5_a_session_that_ends_while_the_hash_runs_changes_nothing(
        self, accounts: Accounts, ada: Account, end: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The transaction asks the database, not what memory knew when the request began."""
        hash_it = Argon2id.hash
        rows = accounts._services.rows

        def end_and_hash(self: Argon2id, secret: bytes) -> str:
            with accounts._database.write() as connection:
                if end == "superseded":
                    feed.supersede(connection, session_id=b"s" * 16, account_id=ada.id, at=NOW, until=NOW + 1000)
                elif end == "signed out":
                    feed.revoke_lineage(connection, lineage=b"l" * 16, account_id=ada.id, until=NOW + 1000)
                elif end == "disabled":
                    connection.execute(text("UPDATE account SET disabled_at = 1"))
                elif end == "closed":
                    rows.close(connection, ada.id, NOW)
                else:
                    feed.raise_epoch(connection, ada.id)
            return hash_it(self, secret)

        before = _hash(accounts, ada)
        monkeypatch.setattr(Argon2id, "hash", end_and_hash)

        assert "wrong-credentials" == change(accounts, identity(ada))
        assert ("password-refused", "changed-meanwhile") == trail(accounts)[-1]
        assert _hash(accounts, ada) == (None if end == "closed" else before)
        assert [] == orders(accounts, NOW)


def _hash(accounts: Accounts, account: Account) -> object:
    """Return the stored hash."""
    with accounts._database.read() as connection:
        return connection.execute(
            text("SELECT password_hash FROM account WHERE id = :id"), {"id": account.id}
        ).scalar_one()
