"""Closing an account: what it takes, and that nothing of it is left to use."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import text

from hardtack.errors import Refused
from hardtack.login import Account, Accounts, Argon2id, NameTaken, TooManyAttempts, WrongPassword
from hardtack.login.addressee import Addressees, NobodyMeant
from hardtack.login.administration import LastAdministrator
from hardtack.login.closing import WrongName
from hardtack.login.links import Kind, LinkWrong
from hardtack.login.outbox import Notice
from hardtack.session import Identity
from hardtack.store import audit, feed
from tests.login.orders import orders

NOW = 1_800_000_000
CLIENT = "192.0.2.7"
PASSWORD = "a long walk 到海边"
NEW = "four unrelated words 橙子"
ADDRESS = "Ada@example.org"


def identity(account: Account) -> Identity:
    """Return an identity of *account*, as a sign-in makes it."""
    return Identity(b"s" * 16, b"l" * 16, account.id, account.epoch, 0, ("password",), NOW, NOW, NOW, NOW + 1000)


def close(accounts: Accounts, account: Account, *, password: str = PASSWORD, name: str | None = None) -> str:
    """Close an account; return what came of it."""
    typed = account.name if name is None else name
    try:
        return accounts.closing.close(identity(account), password, typed, client=CLIENT, now=NOW).name
    except Refused as refused:
        return refused.slug


def trail(accounts: Accounts) -> list[tuple[str, str]]:
    """Return events and reasons."""
    with accounts._database.read() as connection:
        return [(row.event, row.reason) for row in audit.read(connection) if row.event != "account-added"]


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """An account with an address, a language and a role."""
    made = accounts.add("Ada.Byron", PASSWORD, now=NOW)
    rows = accounts._services.rows
    with accounts._database.write() as connection:
        rows.set_address(connection, made.id, email=ADDRESS, canonical="ada@example.org")
        rows.set_language(connection, made.id, "zh")
        rows.set_roles(connection, made.id, roles=["editor"], administrator=False)
    found = accounts.get(made.id)
    assert found is not None
    return found


class TestClosed:
    """What is left of it."""

    @pytest.mark.asvs("7.4.2")
    def test_nobody_signs_in_and_every_session_is_over(self, accounts: Accounts, ada: Account) -> None:
        """In every process, before the answer; neither by name nor by address."""
        assert ada == accounts.closing.close(identity(ada), PASSWORD, "ada.byron", client=CLIENT, now=NOW)

        assert "revoked" == accounts.revocations.verdict(b"l" * 16, b"s" * 16, ada.id, ada.epoch, NOW)
        assert (None, None, ()) == (accounts.get(ada.id), accounts.find("ada.byron"), accounts.list())
        for name in ("ada.byron", ADDRESS):
            with pytest.raises(Refused) as caught:
                accounts.sign_in(name, PASSWORD, client=CLIENT, now=NOW)
            assert "wrong-credentials" == caught.value.slug

    def test_what_is_known_of_the_owner_is_gone_and_the_name_stays(self, accounts: Accounts, ada: Account) -> None:
        """Neither credential nor address, language or role."""
        close(accounts, ada)
        with accounts._database.read() as connection:
            (row,) = connection.execute(text("SELECT * FROM account")).mappings()

        assert ("ada.byron", "ada.byron", NOW) == (row["name"], row["display_name"], row["closed_at"])
        assert (None, None, None, None, "") == tuple(
            row[name] for name in ("password_hash", "email", "email_canonical", "language", "roles")
        )

    @pytest.mark.parametrize("name", ["ada.byron", "ADA.BYRON", "Ada.Byron ", "ａｄａ.byron", "аda.byron"])
    def test_attack_10_its_name_and_what_looks_like_it_are_never_given_out_again(
        self, accounts: Accounts, ada: Account, name: str
    ) -> None:
        """However it is spelled, in wide letters or in Cyrillic ones (the last begins with one)."""
        close(accounts, ada)
        with pytest.raises(Refused) as caught:
            accounts.sign_up(name, PASSWORD, client=CLIENT, now=NOW)

        assert isinstance(caught.value, NameTaken) or "bad-name" == caught.value.slug
        other = accounts.sign_up("somebody", PASSWORD, client=CLIENT, now=NOW)
        assert other.id > ada.id

    def test_its_address_may_be_used_again(self, accounts: Accounts, ada: Account) -> None:
        """It was deleted, so nobody knows any more whose it was."""
        close(accounts, ada)
        other = accounts.add("bo", PASSWORD, now=NOW)
        with accounts._database.write() as connection:
            accounts._services.rows.set_address(connection, other.id, email=ADDRESS, canonical="ada@example.org")

    def test_links_tokens_and_invitations_end(self, accounts: Accounts, ada: Account) -> None:
        """Whatever was under way."""
        services = accounts._services
        with services.database.write() as connection:
            found = services.rows.by_id(connection, ada.id)
            codes = {kind: services.links.make(kind, now=NOW, account=found) for kind in Kind}
            connection.execute(
                text(
                    "INSERT INTO access_token (account_id, hash, label, scopes, created) "
                    "VALUES (:id, :hash, 'deploy', '', 1)"
                ),
                {"id": ada.id, "hash": bytes(32)},
            )
            connection.execute(
                text(
                    "INSERT INTO invitation (invitation_id, created, until, invited_by) VALUES (:invitation, 1, 2, :id)"
                ),
                {"id": ada.id, "invitation": bytes(16)},
            )
        close(accounts, ada)

        with services.database.read() as connection:
            for kind, code in codes.items():
                with pytest.raises(LinkWrong):
                    services.links.read(connection, kind, code, now=NOW)
            assert 0 == connection.execute(text("SELECT count(*) FROM access_token")).scalar_one()
            assert NOW == connection.execute(text("SELECT withdrawn FROM invitation")).scalar_one()

    def test_attack_6_a_token_stops_with_its_account(self, accounts: Accounts, ada: Account) -> None:
        """With the next request that shows it."""
        _, token = accounts.tokens.make(ada.id, "deploy", ["read"], days=9, known=["read"], client=CLIENT, now=NOW)
        assert ada.id == accounts.tokens.use(token, "read", client=CLIENT, now=NOW).account.id
        close(accounts, ada)

        with pytest.raises(Refused):
            accounts.tokens.use(token, "read", client=CLIENT, now=NOW)

    def test_mail_that_waits_for_it_goes_nowhere_but_the_one_about_its_end(
        self, accounts: Accounts, ada: Account
    ) -> None:
        """Whoever carries orders out finds nobody; the last one names its address itself."""
        accounts.recovery.ask(ADDRESS, client=CLIENT, now=NOW)
        accounts.recovery.start(ada.id, 7, NOW)
        accounts.credentials.change(identity(ada), PASSWORD, NEW, client=CLIENT, now=NOW)
        now = accounts.get(ada.id)
        assert now is not None
        accounts.closing.close(identity(now), NEW, ada.name, client=CLIENT, now=NOW)
        gone: dict[Notice, str] = {}
        for order in orders(accounts, NOW):
            try:
                gone[order.notice] = Addressees(accounts._services).of(order, now=NOW, first=False).to
            except NobodyMeant:
                gone[order.notice] = ""

        assert {
            Notice.FORGOT: "",
            Notice.RESET_BY_ADMINISTRATOR: "",
            Notice.PASSWORD_CHANGED: "",
            Notice.ACCOUNT_CLOSED: ADDRESS,
        } == gone

    @pytest.mark.asvs("6.3.7")
    def test_the_owner_is_told_at_the_address_that_they_had(self, accounts: Accounts, ada: Account) -> None:
        """In their own language; it stands in the order, since the account has lost it."""
        accounts.closing.close(
            identity(ada), PASSWORD, ada.name, client=CLIENT, now=NOW, device="firefox/linux", language="en"
        )
        (order,) = orders(accounts, NOW)

        assert (Notice.ACCOUNT_CLOSED, 0, ADDRESS, "zh") == (
            order.notice,
            order.account,
            order.address,
            order.language,
        )
        assert ("Ada.Byron", CLIENT, "firefox/linux") == (order.detail, order.client, order.device)
        assert [("confirm", ""), ("account-closed", "")] == trail(accounts)

    def test_who_has_no_address_gets_no_mail(self, accounts: Accounts) -> None:
        """There is nowhere to send it."""
        assert "bo" == close(accounts, accounts.add("bo", PASSWORD, now=NOW))
        assert [] == orders(accounts, NOW)


class TestRefusing:
    """What does not close anything."""

    @pytest.mark.parametrize("name", ["", "ada", "ada.byron2", "x" * 2**20, "\ud800", "ada\0byron"])
    def test_the_name_must_be_that_of_the_account(self, accounts: Accounts, ada: Account, name: str) -> None:
        """Before the password is looked at."""
        with pytest.raises(WrongName) as caught:
            accounts.closing.close(identity(ada), PASSWORD, name, client=CLIENT, now=NOW)

        assert ({"username"}, 422, []) == (set(caught.value.fields), caught.value.status, trail(accounts))
        assert ada == accounts.get(ada.id)

    @pytest.mark.parametrize("name", ["Ada.Byron", " ada.BYRON ", "ａｄａ.byron", "ADA@example.org"])
    def test_it_may_be_spelled_as_at_the_sign_in(self, accounts: Accounts, ada: Account, name: str) -> None:
        """It shows what is meant, and is no secret."""
        assert "ada.byron" == close(accounts, ada, name=name)

    def test_the_password_must_be_right(self, accounts: Accounts, ada: Account) -> None:
        """It is named, and counted like any guess."""
        for _ in range(10):
            with pytest.raises(WrongPassword) as caught:
                accounts.closing.close(identity(ada), PASSWORD + " ", ada.name, client=CLIENT, now=NOW)
        with pytest.raises(TooManyAttempts):
            accounts.closing.close(identity(ada), PASSWORD, ada.name, client=CLIENT, now=NOW)

        assert {"password"} == set(caught.value.fields)
        assert ada == accounts.get(ada.id)
        assert {Notice.FAILURES} == {each.notice for each in orders(accounts, NOW)}

    def test_the_last_administrator_cannot_close(self, accounts: Accounts) -> None:
        """Nor while the only other one is disabled."""
        first = accounts.add("bo", PASSWORD, administrator=True, now=NOW)
        accounts.add("cy", PASSWORD, administrator=True, now=NOW)
        accounts.disable("cy", NOW)
        with pytest.raises(LastAdministrator, match="409"):
            accounts.closing.check(first.id)
        assert "last-administrator" == close(accounts, first)

        accounts.enable("cy", NOW)
        accounts.closing.check(first.id)
        assert "bo" == close(accounts, first)

    @pytest.mark.asvs("15.4.2")
    def test_of_the_last_two_administrators_at_once_one_stays(self, accounts: Accounts) -> None:
        """The look is in the transaction that writes."""
        both = [accounts.add(name, PASSWORD, administrator=True, now=NOW) for name in ("bo", "cy")]
        with ThreadPoolExecutor(2) as pool:
            came = sorted(pool.map(partial(close, accounts), both))

        assert "last-administrator" in came
        assert 1 == len(accounts.list())

    def test_the_last_look_is_at_the_end(self, accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
        """The other one goes while this one's password is verified."""
        first, second = (accounts.add(name, PASSWORD, administrator=True, now=NOW) for name in ("bo", "cy"))
        verify = Argon2id.verify

        def disable_and_verify(self: Argon2id, encoded: str, secret: bytes) -> bool:
            accounts.disable("cy", NOW)
            return verify(self, encoded, secret)

        accounts.closing.check(second.id)
        monkeypatch.setattr(Argon2id, "verify", disable_and_verify)
        assert "last-administrator" == close(accounts, first)
        assert first == accounts.get(first.id)

    @pytest.mark.parametrize("over", ["closed", "signed out"])
    def test_attack_5_a_session_that_is_over_closes_nothing(self, accounts: Accounts, ada: Account, over: str) -> None:
        """Nor one that ends meanwhile."""
        with accounts._database.write() as connection:
            if over == "closed":
                accounts._services.rows.close(connection, ada.id, NOW)
            else:
                feed.revoke_lineage(connection, lineage=b"l" * 16, account_id=ada.id, until=NOW + 1000)

        assert "wrong-credentials" == close(accounts, ada)
        assert ("account-closed", "") not in trail(accounts)
        assert [] == orders(accounts, NOW)
