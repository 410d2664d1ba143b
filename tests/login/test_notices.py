"""When the owner is told of a sign-in from a device that is not known."""

from __future__ import annotations

import pytest

from hardtack.login import Accounts, WrongCredentials, audit, notices
from hardtack.login.devices import UNKNOWN, Known
from hardtack.login.outbox import Notice, Order, Outbox
from hardtack.seal import Keyring
from hardtack.session import Identity
from hardtack.store import outbox as rows
from hardtack.store.accounts import Account
from hardtack.store.schema import outbox

NOW = 1_000_000
PASSWORD = "correct horse battery staple"


def orders(accounts: Accounts, keyring: Keyring) -> list[Order]:
    """Return what waits to be sent."""
    with accounts._database.write() as connection:
        claimed = rows.claim(connection, keyring, now=NOW + 1, lease=1, batch=100)
        connection.execute(outbox.delete())
    found = [Outbox.decode(one.content) for one in claimed if one.content is not None]
    return [one for one in found if one is not None]


def somebody(
    accounts: Accounts, *, email: str | None = "ada@example.org", before: str | None = audit.SIGNED_UP
) -> Account:
    """Make an account, with what has happened to it."""
    account = accounts.add("ada", PASSWORD, now=NOW)
    services = accounts._services
    with accounts._database.write() as connection:
        services.rows.set_address(connection, account.id, email=email, canonical=email)
        if before:
            services.trail.write(connection, before, now=NOW, account_id=account.id)
        found = services.rows.by_id(connection, account.id)
    assert found is not None
    return found.account


def signed_in(accounts: Accounts, account: Account, *, known: bool) -> bool:
    """Let the account sign in."""
    with accounts._database.write() as connection:
        return notices.signed_in(
            accounts._services.outbox,
            connection,
            account,
            known=known,
            now=NOW,
            client="192.0.2.7",
            device="firefox/linux",
        )


@pytest.mark.asvs("6.3.5")
@pytest.mark.parametrize("before", notices.BEGINNINGS)
def test_a_device_that_is_not_known_is_told_of(accounts: Accounts, keyring: Keyring, before: str) -> None:
    """When, from where, and with what."""
    account = somebody(accounts, before=before)
    assert signed_in(accounts, account, known=False)
    expected = Order(notice=Notice.NEW_DEVICE, at=NOW, account=account.id, client="192.0.2.7", device="firefox/linux")
    assert [expected] == orders(accounts, keyring)


def test_a_known_device_an_account_without_an_address_and_a_first_sign_in_are_not(
    accounts: Accounts, keyring: Keyring
) -> None:
    """Nobody is told what they know, and nothing is ordered that cannot be sent."""
    account = somebody(accounts)
    assert not signed_in(accounts, account, known=True)
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(connection, account.id, email=None, canonical=None)
    nobody = accounts.get(account.id)
    assert nobody is not None
    assert not signed_in(accounts, nobody, known=False)
    assert [] == orders(accounts, keyring)


def test_the_first_sign_in_of_an_account_that_was_added_is_no_new_device(accounts: Accounts, keyring: Keyring) -> None:
    """There was none before that it could be unlike."""
    account = somebody(accounts, before=None)
    assert not signed_in(accounts, account, known=False)
    assert [] == orders(accounts, keyring)


class TestAtTheSignIn:
    """The notice goes with the transaction of the sign-in."""

    def signs_in(self, accounts: Accounts, *, known: Known = UNKNOWN, password: str = PASSWORD) -> None:
        """Let Ada try."""
        accounts.sign_in("ada", password, client="192.0.2.7", now=NOW, known=known, device="firefox/linux")

    @pytest.mark.asvs("6.3.5")
    def test_an_unknown_browser_is_told_of_and_a_known_one_is_not(self, accounts: Accounts, keyring: Keyring) -> None:
        """Once for each sign-in; never for one that failed."""
        account = somebody(accounts)
        self.signs_in(accounts)
        assert [(Notice.NEW_DEVICE, account.id, "firefox/linux")] == [
            (one.notice, one.account, one.device) for one in orders(accounts, keyring)
        ]
        known = accounts.devices.remember(UNKNOWN, account.id, NOW)
        self.signs_in(accounts, known=known)
        with pytest.raises(WrongCredentials):
            self.signs_in(accounts, password="not the password")
        assert [] == orders(accounts, keyring)

    def test_the_password_again_is_no_sign_in(self, accounts: Accounts, keyring: Keyring) -> None:
        """Whoever is asked for it is signed in already."""
        account = somebody(accounts)
        identity = Identity(b"s" * 16, b"l" * 16, account.id, account.epoch, 0, ("password",), NOW, NOW, NOW, NOW + 9)
        accounts.confirm(identity, PASSWORD, client="192.0.2.7", now=NOW)
        assert [] == orders(accounts, keyring)

    def test_a_full_outbox_keeps_nobody_out(
        self, accounts: Accounts, keyring: Keyring, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The log says that nothing was sent."""
        somebody(accounts)
        monkeypatch.setattr(rows, "ROWS", 0)
        self.signs_in(accounts)
        assert "outbox-full" in [getattr(record, "event", "") for record in caplog.records]
        assert [] == orders(accounts, keyring)
