"""Known devices: what a browser shows, and for whom it counts."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hardtack.login import Account, Accounts, TooManyAttempts, TooManyFailures, WrongCredentials
from hardtack.login import devices as form
from hardtack.login.devices import LIFETIME, MOST, RENEWED_AFTER, UNKNOWN, Device, Known, decode, encode, made
from hardtack.store.streaks import LIMIT
from tests.login.conftest import CLIENT, NOW, PASSWORD, WRONG, tried
from tests.login.test_confirm import identity


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """The account ``ada``."""
    return accounts.add("Ada", PASSWORD, now=NOW)


class TestWhatIsShown:
    """Values only."""

    def test_a_record_counts_for_its_account_and_for_its_time(self) -> None:
        """And for no other account, however many records there are."""
        known = Known((made(1, NOW), made(2, NOW - LIFETIME + 1)))
        assert known.devices[0] == known.of(1, NOW)
        assert [known.devices[1], None] == [known.of(2, now) for now in (NOW, NOW + 1)]
        assert None is known.of(3, NOW)
        assert None is UNKNOWN.of(1, NOW)

    def test_a_record_from_a_clock_that_is_ahead_counts(self) -> None:
        """Servers' clocks differ a little."""
        assert None is not Known((made(1, NOW + 30),)).of(1, NOW)

    def test_the_latest_comes_first_and_five_people_share_a_browser(self) -> None:
        """A sixth pushes the one out who has not signed in for longest; what is over goes by itself."""
        known = UNKNOWN
        for account in range(1, MOST + 2):
            known = known.showing(made(account, NOW), NOW)
        assert [6, 5, 4, 3, 2] == [device.account for device in known.devices]
        again = known.showing(made(4, NOW), NOW)
        assert [4, 6, 5, 3, 2] == [device.account for device in again.devices]
        assert [9] == [device.account for device in again.showing(made(9, NOW + LIFETIME), NOW + LIFETIME).devices]

    def test_it_ends_with_the_last_of_its_records(self) -> None:
        """Nothing shown ends at once."""
        assert NOW + LIFETIME == Known((made(1, NOW - 5), made(2, NOW))).until()
        assert 0 == UNKNOWN.until()

    def test_what_is_written_is_read_and_nothing_else(self) -> None:
        """A field too many, too few, six records, an account that cannot be."""
        known = Known((made(1, NOW), made(2, NOW)))
        assert known == decode(encode(known))
        one = [1, bytes(16), NOW]
        damaged: list[Any] = [
            [[one], 0],
            [[[*one, 0]]],
            [[one[:2]]],
            [[one] * 6],
            [[[0, *one[1:]]]],
            [[[1, b"", NOW]]],
            {},
        ]
        for other in damaged:
            with pytest.raises(form.UNDECODABLE):
                decode(msgspec.msgpack.encode(other))
        assert UNKNOWN == decode(msgspec.msgpack.encode([]))

    def test_its_id_is_in_no_representation(self) -> None:
        """Those end up in logs."""
        device = made(7, NOW)
        assert f"<Device of account 7 since {NOW}>" == repr(device)
        assert repr(device.id) not in repr(Known((device,)))


class TestRemembering:
    """After a sign-in."""

    def test_a_new_browser_gets_a_record(self, accounts: Accounts, ada: Account) -> None:
        """Random, of now."""
        first, second = (accounts.devices.remember(UNKNOWN, ada.id, NOW).devices for _ in range(2))
        assert [(ada.id, NOW)] == [(device.account, device.since) for device in first]
        assert first[0].id != second[0].id

    @pytest.mark.parametrize(("later", "kept"), [(0, True), (RENEWED_AFTER, True), (RENEWED_AFTER + 1, False)])
    def test_a_record_is_made_anew_after_thirty_days(
        self, accounts: Accounts, ada: Account, later: int, kept: bool
    ) -> None:
        """So whoever signs in every month is always known."""
        known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
        again = accounts.devices.remember(known, ada.id, NOW + later)
        assert kept == (known == again)
        assert (NOW if kept else NOW + later) == again.devices[0].since

    def test_whoever_else_uses_the_browser_stays_known(self, accounts: Accounts, ada: Account) -> None:
        """A family has one."""
        eve = accounts.add("eve", PASSWORD, now=NOW)
        known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
        both = accounts.devices.remember(known, eve.id, NOW)
        assert [eve.id, ada.id] == [device.account for device in both.devices]
        assert known.devices[0] == both.of(ada.id, NOW)


class TestItsOwnBudget:
    """In the stead of the name's and the client's."""

    def test_ten_at_once_then_one_in_six_seconds(self, accounts: Accounts, ada: Account) -> None:
        """Whatever network address it comes from."""
        known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
        found = [tried(accounts, known=known, client=f"192.0.2.{number}") for number in range(11)]
        assert ["wrong-credentials"] * 10 + ["too-many-attempts"] == found
        with pytest.raises(TooManyAttempts) as caught:
            accounts.sign_in("ada", PASSWORD, client=CLIENT, now=NOW, known=known)
        assert 6 == caught.value.retry_after
        assert "ada" == tried(accounts, password=PASSWORD, known=known, now=NOW + 6)

    @pytest.mark.asvs("6.3.1")
    def test_attack_13_others_cannot_use_it_up_nor_it_theirs(self, accounts: Accounts, ada: Account) -> None:
        """Not by the name, and not from the same address."""
        known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
        assert "too-many-attempts" == [tried(accounts) for _ in range(11)][-1]
        for number in range(30):
            tried(accounts, f"name{number}")
        assert "too-many-attempts" == tried(accounts, "somebody")
        assert "ada" == tried(accounts, password=PASSWORD, known=known)
        assert ["wrong-credentials"] * 9 == [tried(accounts, known=known) for _ in range(9)]
        assert ["wrong-credentials"] * 10 == [
            tried(accounts, "eve", known=known, client="192.0.2.8") for _ in range(10)
        ]

    def test_attack_23_it_counts_for_no_other_account(self, accounts: Accounts, ada: Account) -> None:
        """Mallory's own known device buys no guess at ada."""
        mallory = accounts.add("mallory", PASSWORD, now=NOW)
        known = accounts.devices.remember(UNKNOWN, mallory.id, NOW)
        renamed = Known((Device(mallory.id, known.devices[0].id, NOW),))
        found = [tried(accounts, known=renamed, client=f"192.0.2.{number}") for number in range(11)]
        assert ["wrong-credentials"] * 10 + ["too-many-attempts"] == found

    def test_a_record_that_is_too_old_counts_for_nothing(self, accounts: Accounts, ada: Account) -> None:
        """The name's budget is used again."""
        known = accounts.devices.remember(UNKNOWN, ada.id, NOW - LIFETIME)
        for number in range(10):
            tried(accounts, known=known, client=f"192.0.2.{number}")
        assert "too-many-attempts" == tried(accounts, known=known, password=PASSWORD)

    def test_a_success_gives_back_its_own_place_and_nothing_more(self, accounts: Accounts, ada: Account) -> None:
        """Nine wrong ones, the right one, and there is one guess left."""
        known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
        assert ["wrong-credentials"] * 9 == [tried(accounts, known=known) for _ in range(9)]
        assert "ada" == tried(accounts, password=PASSWORD, known=known)
        found = [tried(accounts, known=known) for _ in range(2)]
        assert ["wrong-credentials", "too-many-attempts"] == found


class TestSpent:
    """A hundred failures in a row, and it is a known device no longer."""

    def test_whoever_copied_it_has_a_hundred_guesses_and_the_owner_gets_another(
        self, accounts: Accounts, ada: Account
    ) -> None:
        """From then on it is counted with the name; the next sign-in makes a new record."""
        known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
        now = NOW
        for _ in range(LIMIT):
            now += 6
            assert "wrong-credentials" == tried(accounts, known=known, now=now)
        assert ["wrong-credentials"] * 10 == [tried(accounts, known=known, now=now) for _ in range(10)]
        assert "too-many-attempts" == tried(accounts, now=now)
        assert "too-many-attempts" == tried(accounts, known=known, now=now)

        now += 60
        assert "ada" == tried(accounts, password=PASSWORD, known=known, now=now)
        renewed = accounts.devices.remember(known, ada.id, now)
        assert known.devices[0].id != renewed.devices[0].id
        # The old record stays spent, whatever the new one does.
        assert known.devices[0].id != accounts.devices.remember(known, ada.id, now).devices[0].id

    def test_its_failures_are_not_the_names(self, accounts: Accounts, ada: Account) -> None:
        """Whoever has the cookie locks nobody else out."""
        known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
        for number in range(LIMIT):
            tried(accounts, known=known, now=NOW + 6 * number)
        assert not accounts.release.is_locked("ada", NOW + 600)
        assert "ada" == tried(accounts, password=PASSWORD, now=NOW + 600)

    def test_a_success_begins_anew(self, accounts: Accounts, ada: Account) -> None:
        """Ninety-nine typing errors, and one after the right password, do not make a hundred."""
        known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
        for number in range(LIMIT - 1):
            tried(accounts, known=known, now=NOW + 6 * number)
        assert "ada" == tried(accounts, password=PASSWORD, known=known, now=NOW + 600)
        tried(accounts, known=known, now=NOW + 606)
        assert known == accounts.devices.remember(known, ada.id, NOW + 606)


def test_the_password_again_is_counted_for_the_device_as_well(accounts: Accounts, ada: Account) -> None:
    """One budget for every way to prove it (attack 11)."""
    known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            accounts.confirm(identity(ada), WRONG, client=CLIENT, now=NOW, known=known)
        assert "wrong-credentials" == tried(accounts, known=known)
    with pytest.raises(TooManyAttempts):
        accounts.confirm(identity(ada), PASSWORD, client=CLIENT, now=NOW, known=known)
    assert ada == accounts.confirm(identity(ada), PASSWORD, client=CLIENT, now=NOW + 6, known=known)


def test_the_password_again_from_an_unknown_device_is_locked_with_the_name(accounts: Accounts, ada: Account) -> None:
    """A stolen sign-in alone is no way around."""
    known = accounts.devices.remember(UNKNOWN, ada.id, NOW)
    for number in range(LIMIT):
        tried(accounts, now=NOW + 6 * number, client=f"192.0.2.{number}")
    with pytest.raises(TooManyFailures):
        accounts.confirm(identity(ada), PASSWORD, client=CLIENT, now=NOW + 600)
    assert ada == accounts.confirm(identity(ada), PASSWORD, client=CLIENT, now=NOW + 600, known=known)
    assert not accounts.release.is_locked("ada", NOW + 600)
