"""Half-done sign-ins: what makes one good, what ends it, and that nothing turns it to another account (attack 25)."""

from __future__ import annotations

import os
import threading

import msgspec
import pytest

from hardtack.login import Account, Accounts, Whence, audit
from hardtack.login import factors as words
from hardtack.login.factors import RECOVERY_CODE, TOTP
from hardtack.login.half import (
    LIFETIME,
    LONGEST_ONWARD,
    MOST_FAILURES,
    UNDECODABLE,
    Half,
    HalfOver,
    Shown,
    decode,
    encode,
)
from hardtack.store import half as rows
from tests.login.conftest import CLIENT, NOW, PASSWORD

WHENCE = Whence(CLIENT, "firefox/linux")
FIRST = (words.PASSWORD,)


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """Somebody with an account."""
    return accounts.add("ada", PASSWORD, now=NOW)


@pytest.fixture
def half(accounts: Accounts, ada: Account) -> Half:
    """Her password is proved."""
    return accounts.half.begin(ada, FIRST, onward="/account", keep=True, now=NOW)


def fails(accounts: Accounts, half: Half) -> bool:
    """Count a wrong answer in a transaction of its own."""
    with accounts._database.write() as connection:
        return accounts.half.fail(connection, half)


def finish(accounts: Accounts, half: Half, factors: tuple[str, ...], account: Account | None = None) -> str:
    """End a sign-in; return why it could not be ended, or nothing."""
    try:
        accounts.finish(account or half.account, factors, half=half, now=NOW, whence=WHENCE)
    except HalfOver as over:
        return over.slug
    return ""


class TestGood:
    """A row makes it good."""

    def test_it_is_read_as_it_was_begun(self, accounts: Accounts, ada: Account, half: Half) -> None:
        """By what the cookie shows."""
        found = accounts.half.read(half.shown, NOW + LIFETIME - 1)
        assert found is not None
        assert (ada.id, FIRST) == (found.account.id, found.factors)
        assert ("/account", True) == (found.shown.onward, found.shown.keep)

    def test_one_that_nobody_has_begun_is_none(self, accounts: Accounts, half: Half) -> None:
        """128 random bits."""
        assert accounts.half.read(Shown(os.urandom(16)), NOW) is None

    def test_attack_25_it_ends_in_five_minutes(self, accounts: Accounts, half: Half) -> None:
        """To the second."""
        assert accounts.half.read(half.shown, NOW + LIFETIME) is None

    @pytest.mark.parametrize("how", ["cancelled", "epoch", "disabled", "spent"])
    def test_attack_25_it_ends_with_what_it_rests_on(
        self, accounts: Accounts, ada: Account, half: Half, how: str
    ) -> None:
        """Cancelling, a new epoch, a disabled account, and its own success."""
        if how == "cancelled":
            accounts.half.cancel(half.shown)
        elif how == "epoch":
            accounts.sign_ins.end_all(ada.id, NOW)
        elif how == "disabled":
            accounts.disable("ada", NOW)
        else:
            assert "" == finish(accounts, half, FIRST)
        assert accounts.half.read(half.shown, NOW) is None
        assert "half-signed-in-over" == finish(accounts, half, FIRST)
        with accounts._database.write() as connection, pytest.raises(HalfOver):
            accounts.half.require(connection, half, NOW)
        with pytest.raises(HalfOver):
            accounts.half.proved(half, TOTP, NOW)

    def test_five_wrong_answers_end_it(self, accounts: Accounts, half: Half) -> None:
        """The fifth, and not before."""
        assert [False] * (MOST_FAILURES - 1) + [True] == [fails(accounts, half) for _ in range(MOST_FAILURES)]
        assert accounts.half.read(half.shown, NOW) is None

    def test_there_are_not_more_than_there_may_be(self, accounts: Accounts, ada: Account, half: Half) -> None:
        """Whoever has the password cannot fill the table; the one that ends first makes room."""
        later = [accounts.half.begin(ada, FIRST, now=NOW + 1) for _ in range(rows.MOST)]
        assert accounts.half.read(half.shown, NOW + 1) is None
        assert all(accounts.half.read(each.shown, NOW + 1) for each in later)

    def test_what_is_over_is_deleted(self, accounts: Accounts, half: Half) -> None:
        """With what else has expired."""
        accounts.prune(NOW + LIFETIME)
        with accounts._database.read() as connection:
            assert rows.find(connection, half.shown.id, NOW) is None

    def test_an_address_that_is_too_long_is_left_out(self, accounts: Accounts, ada: Account) -> None:
        """A cookie has an end."""
        for length, kept in ((LONGEST_ONWARD, True), (LONGEST_ONWARD + 1, False)):
            begun = accounts.half.begin(ada, FIRST, onward="/".ljust(length, "x"), now=NOW)
            assert kept == bool(begun.shown.onward)


class TestFinish:
    """All is proved, once, and for nobody else."""

    def test_what_was_proved_is_written_with_the_sign_in(self, accounts: Accounts, half: Half) -> None:
        """Both factors in the trail, and where."""
        proved = accounts.half.proved(half, TOTP, NOW)
        assert "" == finish(accounts, proved, proved.factors)
        event = accounts.activity.all(limit=1).entries[0].event
        assert (audit.SIGNED_IN, (*FIRST, TOTP), CLIENT) == (event.event, event.factors, event.client)

    @pytest.mark.asvs("15.4.2")
    def test_attack_25_two_at_once_make_one_sign_in(self, accounts: Accounts, half: Half) -> None:
        """In threads, as the pool of pages has them."""
        proved = accounts.half.proved(half, TOTP, NOW)
        outcomes: list[str] = []
        start = threading.Barrier(4)

        def end() -> None:
            start.wait()
            outcomes.append(finish(accounts, proved, proved.factors))

        threads = [threading.Thread(target=end) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ["", *["half-signed-in-over"] * 3] == sorted(outcomes)
        found = [each.event.event for each in accounts.activity.all(limit=100).entries]
        assert 1 == found.count(audit.SIGNED_IN)

    @pytest.mark.asvs("6.3.4")
    def test_attack_25_it_ends_no_other_sign_in_and_proves_no_more_than_is_written(
        self, accounts: Accounts, half: Half
    ) -> None:
        """What a page claims is held against the row."""
        eve = accounts.add("eve", PASSWORD, now=NOW)
        for factors, account in ((FIRST, eve), ((*FIRST, TOTP), None), ((RECOVERY_CODE,), None)):
            assert "half-signed-in-over" == finish(accounts, half, factors, account)
        assert "" == finish(accounts, half, FIRST)

    def test_attack_25_a_row_of_another_account_is_not_taken_for_it(self, accounts: Accounts, half: Half) -> None:
        """Should a page ever mix two up."""
        eve = accounts.add("eve", PASSWORD, now=NOW)
        other = accounts.half.begin(eve, FIRST, now=NOW)
        mixed = Half(half.row, half.account, other.shown)
        with accounts._database.write() as connection, pytest.raises(HalfOver):
            accounts.half.require(connection, mixed, NOW)


class TestShown:
    """What the cookie carries."""

    def test_it_is_a_fixed_form(self) -> None:
        """And what is of another form is none."""
        shown = Shown(os.urandom(16), "/account", True)
        assert shown == decode(encode(shown))
        wrong: tuple[object, ...] = (
            [b"short", "", False],
            [b"x" * 16, 7, False],
            [b"x" * 16, "", False, 1],
            [b"x" * 16, "", 1],
            {},
        )
        for damaged in (b"", b"\xc0", encode(shown)[:-1], *map(msgspec.msgpack.encode, wrong)):
            with pytest.raises(UNDECODABLE):
                decode(damaged)

    def test_its_representation_says_nothing(self) -> None:
        """It ends up in logs."""
        assert "<Shown>" == repr(Shown(b"0123456789abcdef", "/secret"))
