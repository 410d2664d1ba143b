"""Trusted devices: a family of tokens, each good once, and what becomes of a copy (attack 7)."""

from __future__ import annotations

import os

import msgspec
import pytest

from hardtack.login import Account, Accounts, Whence, audit
from hardtack.login.outbox import Notice
from hardtack.login.trusted import LEEWAY, LIFETIME, MOST, NOTHING, UNDECODABLE, Shown, Trust, decode, encode
from hardtack.store import trusted as rows
from tests.login import apps
from tests.login.conftest import CLIENT, NOW, PASSWORD, orders

WHENCE = Whence(CLIENT, "firefox/linux")


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """Somebody with an address."""
    made = accounts.add("ada", PASSWORD, now=NOW)
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(connection, made.id, email="ada@example.org", canonical="ada@example.org")
    return accounts.named("ada")


@pytest.fixture
def shown(accounts: Accounts, ada: Account) -> Shown:
    """What a trusted browser of hers shows."""
    return NOTHING.showing(accounts.trusted.begin(NOTHING, ada, NOW, whence=WHENCE), NOW)


def used(accounts: Accounts, shown: Shown, account: Account, now: int = NOW + 60) -> Shown | None:
    """Use what is shown; return what is shown from then on, or ``None`` where it is not trusted."""
    good, after = accounts.trusted.use(shown, account, now, whence=WHENCE)
    return after if good else None


def events(accounts: Accounts) -> list[str]:
    """Return what the trail says of trusted devices, the oldest first."""
    wanted = (audit.DEVICE_TRUSTED, audit.DEVICE_FORGOTTEN, audit.DEVICE_STOLEN)
    found = [one.event.event for one in reversed(accounts.activity.all(limit=1000).entries)]
    return [event for event in found if event in wanted]


def stolen(accounts: Accounts) -> list[int]:
    """Return who was told that a copy was found out."""
    return [order.account for order in orders(accounts) if order.notice is Notice.TRUSTED_DEVICE_STOLEN]


class TestUse:
    """Each token counts once and gives the next."""

    def test_a_trusted_browser_goes_on_being_trusted_by_another_token(
        self, accounts: Accounts, ada: Account, shown: Shown
    ) -> None:
        """The family stays, and its end does not move."""
        after = used(accounts, shown, ada)
        assert after is not None
        before, now = shown.tokens[0], after.tokens[0]
        assert (before.family, before.until) == (now.family, now.until)
        assert before.token != now.token
        assert used(accounts, after, ada, NOW + 2 * 86_400) is not None
        assert [audit.DEVICE_TRUSTED] == events(accounts)

    def test_after_thirty_days_it_is_over(self, accounts: Accounts, ada: Account, shown: Shown) -> None:
        """However often it was used."""
        last = used(accounts, shown, ada, NOW + LIFETIME - 1)
        assert last is not None
        assert used(accounts, last, ada, NOW + LIFETIME) is None

    def test_it_is_good_for_its_own_account(self, accounts: Accounts, ada: Account, shown: Shown) -> None:
        """Also where somebody could write another number into it."""
        eve = accounts.add("eve", PASSWORD, now=NOW)
        assert used(accounts, shown, eve) is None
        forged = Shown((msgspec.structs.replace(shown.tokens[0], account=eve.id),))
        assert used(accounts, forged, eve) is None
        assert used(accounts, shown, ada) is not None

    def test_a_browser_that_shows_nothing_is_not_trusted(self, accounts: Accounts, ada: Account) -> None:
        """And the database is not asked."""
        assert used(accounts, NOTHING, ada) is None

    def test_attack_7_it_dies_with_a_new_epoch(self, accounts: Accounts, ada: Account, shown: Shown) -> None:
        """A new password, a removed or reset factor, and the end of all sign-ins raise it."""
        accounts.sign_ins.end_all(ada.id, NOW, actor_id=ada.id)
        now = accounts.named("ada")
        assert now.epoch > ada.epoch
        assert used(accounts, shown, now) is None
        assert () == accounts.trusted.list(ada.id, NOW)
        assert [] == stolen(accounts)

    def test_a_disabled_account_trusts_nobody(self, accounts: Accounts, ada: Account, shown: Shown) -> None:
        """Whatever its epoch is."""
        accounts.disable("ada", NOW)
        assert used(accounts, shown, accounts.named("ada")) is None


class TestTheft:
    """A copy and the original cannot both be used without being found out."""

    @pytest.mark.asvs("6.3.5")
    @pytest.mark.parametrize("thief_first", [True, False])
    def test_attack_7_a_token_that_is_used_twice_ends_the_family(
        self, accounts: Accounts, ada: Account, shown: Shown, thief_first: bool
    ) -> None:
        """Whoever comes second: neither is trusted any more, and the owner is told."""
        after = used(accounts, shown, ada)
        assert after is not None
        if not thief_first:
            after = used(accounts, after, ada, NOW + 600)
            assert after is not None
        assert used(accounts, shown, ada, NOW + 60 + 600) is None
        assert used(accounts, after, ada, NOW + 3600) is None
        assert [ada.id] == stolen(accounts)
        assert [audit.DEVICE_TRUSTED, audit.DEVICE_STOLEN] == events(accounts)

    def test_a_second_request_of_the_same_moment_is_no_theft(
        self, accounts: Accounts, ada: Account, shown: Shown
    ) -> None:
        """It is not trusted, and the family stays."""
        after = used(accounts, shown, ada, NOW + 60)
        assert after is not None
        assert (False, shown) == accounts.trusted.use(shown, ada, NOW + 60 + LEEWAY, whence=WHENCE)
        assert [] == stolen(accounts)
        assert used(accounts, after, ada, NOW + 200) is not None

    def test_a_second_after_that_it_is(self, accounts: Accounts, ada: Account, shown: Shown) -> None:
        """The leeway has an end."""
        after = used(accounts, shown, ada, NOW + 60)
        assert (False, NOTHING) == accounts.trusted.use(shown, ada, NOW + 60 + LEEWAY + 1, whence=WHENCE)
        assert [ada.id] == stolen(accounts)
        assert after is not None
        assert used(accounts, after, ada, NOW + 200) is None

    def test_one_that_is_older_than_the_last_is_theft_at_any_time(
        self, accounts: Accounts, ada: Account, shown: Shown
    ) -> None:
        """No browser sends what it has replaced twice."""
        second = used(accounts, shown, ada, NOW + 60)
        assert second is not None
        assert used(accounts, second, ada, NOW + 61) is not None
        assert used(accounts, shown, ada, NOW + 62) is None
        assert [ada.id] == stolen(accounts)

    def test_nobody_is_told_who_has_no_address(self, accounts: Accounts, ada: Account) -> None:
        """The trail says it all the same."""
        eve = accounts.add("eve", PASSWORD, now=NOW)
        shown = NOTHING.showing(accounts.trusted.begin(NOTHING, eve, NOW), NOW)
        assert used(accounts, shown, eve) is not None
        assert used(accounts, shown, eve, NOW + 600) is None
        assert [] == stolen(accounts)
        assert audit.DEVICE_STOLEN in events(accounts)


class TestList:
    """What the owner sees, and ends."""

    def test_it_says_where_and_when(self, accounts: Accounts, ada: Account, shown: Shown) -> None:
        """And when it was used last, if it was."""
        (found,) = accounts.trusted.list(ada.id, NOW)
        assert (NOW, None, NOW + LIFETIME, WHENCE) == (found.created, found.used, found.until, found.whence)
        assert accounts.trusted.present(shown, ada.id) == found.id
        assert "" == accounts.trusted.present(NOTHING, ada.id)
        assert used(accounts, shown, ada) is not None
        assert NOW + 60 == accounts.trusted.list(ada.id, NOW + 60)[0].used

    @pytest.mark.asvs("6.5.6")
    def test_one_is_ended_by_its_id(self, accounts: Accounts, ada: Account, shown: Shown) -> None:
        """Once; another account's is not found (attack 28)."""
        eve = accounts.add("eve", PASSWORD, now=NOW)
        wanted = accounts.trusted.list(ada.id, NOW)[0].id
        assert not accounts.trusted.end(eve.id, wanted, NOW)
        assert not accounts.trusted.end(ada.id, "0" * 24, NOW)
        assert [True, False] == [accounts.trusted.end(ada.id, wanted, NOW) for _ in range(2)]
        assert used(accounts, shown, ada) is None
        assert [] == stolen(accounts)
        assert [audit.DEVICE_TRUSTED, audit.DEVICE_FORGOTTEN] == events(accounts)

    def test_all_are_ended_at_once(self, accounts: Accounts, ada: Account, shown: Shown) -> None:
        """With one event, and none where there was nothing."""
        accounts.trusted.begin(NOTHING, ada, NOW)
        assert [2, 0] == [accounts.trusted.end_all(ada.id, NOW) for _ in range(2)]
        assert [audit.DEVICE_TRUSTED] * 2 + [audit.DEVICE_FORGOTTEN] == events(accounts)

    def test_a_browser_that_is_trusted_anew_is_there_once(self, accounts: Accounts, ada: Account, shown: Shown) -> None:
        """Its old family ends."""
        anew = shown.showing(accounts.trusted.begin(shown, ada, NOW + 60), NOW + 60)
        assert 1 == len(accounts.trusted.list(ada.id, NOW + 60)) == len(anew.tokens)
        assert used(accounts, shown, ada, NOW + 120) is None
        assert used(accounts, anew, ada, NOW + 120) is not None

    def test_there_are_not_more_than_there_may_be(self, accounts: Accounts, ada: Account, shown: Shown) -> None:
        """The one that ends first makes room."""
        for later in range(1, rows.MOST + 1):
            accounts.trusted.begin(NOTHING, ada, NOW + later)
        assert rows.MOST == len(accounts.trusted.list(ada.id, NOW + 60))
        assert used(accounts, shown, ada) is None

    def test_what_is_over_is_deleted(self, accounts: Accounts, ada: Account, shown: Shown) -> None:
        """With what else has expired."""
        accounts.prune(NOW + LIFETIME)
        with accounts._database.read() as connection:
            assert rows.of(connection, ada.id, NOW) == ()


class TestShown:
    """What a browser keeps: one token for an account, of five at most."""

    def test_it_is_a_fixed_form(self) -> None:
        """And what is of another form is none."""
        shown = Shown((Trust(1, os.urandom(16), os.urandom(16), NOW),))
        assert shown == decode(encode(shown))
        for damaged in (b"", b"\xc0", encode(shown)[:-1], msgspec.msgpack.encode([[[1, b"short", b"x" * 16, NOW]]])):
            with pytest.raises(UNDECODABLE):
                decode(damaged)

    def test_the_latest_are_kept_and_none_that_is_over(self) -> None:
        """A cookie has an end."""
        shown = NOTHING
        for account in range(1, MOST + 3):
            shown = shown.showing(Trust(account, b"f" * 16, b"t" * 16, NOW + account), NOW)
        assert [7, 6, 5, 4, 3] == [each.account for each in shown.tokens]
        assert NOW + 7 == shown.until()
        assert [8, 7, 6] == [each.account for each in shown.showing(Trust(8, b"", b"", NOW + 8), NOW + 5).tokens]
        assert [7, 6, 4, 3] == [each.account for each in shown.without(5).tokens]
        assert 0 == NOTHING.until()

    def test_representations_say_no_secret(self) -> None:
        """They end up in logs."""
        trust = Trust(7, b"family of 16 byt", b"token of 16 byte", NOW)
        assert f"<Trust for account 7 until {NOW}>" == repr(trust)
        assert "token of" not in repr(Shown((trust,)))


def test_attack_7_another_app_in_the_place_of_the_old_one_ends_every_trust(accounts: Accounts, ada: Account) -> None:
    """The telephone that is lost may be a trusted browser, too; the first app, and another account, change nothing."""
    shown = NOTHING.showing(accounts.trusted.begin(NOTHING, ada, NOW, whence=WHENCE), NOW)
    eve = accounts.add("eve", PASSWORD, now=NOW)
    of_eve = NOTHING.showing(accounts.trusted.begin(NOTHING, eve, NOW, whence=WHENCE), NOW)
    apps.enrol(accounts, now=NOW)
    after = used(accounts, shown, ada)
    assert after is not None
    apps.enrol(accounts, now=NOW + 90)
    assert used(accounts, after, ada, NOW + 90) is None
    assert used(accounts, of_eve, eve, NOW + 90) is not None
    assert () == accounts.trusted.list(ada.id, NOW + 90)
