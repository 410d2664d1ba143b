"""Whom an order for mail means: the address that an account has, or nobody."""

from __future__ import annotations

from typing import Any

import pytest

from hardtack.login import Account, Accounts
from hardtack.login.addressee import WANTED, Addressees, Meant, NobodyMeant
from hardtack.login.links import Kind
from hardtack.login.new_address import ASKED
from hardtack.login.outbox import Notice, Order
from hardtack.store import invitations

NOW = 1_800_000_000
PASSWORD = "correct horse battery staple"


def member(
    accounts: Accounts, name: str = "mike", email: str | None = "mike@example.org", language: str = ""
) -> Account:
    """Make an account whose owner has shown that the address is theirs."""
    account = accounts.add(name, PASSWORD, now=NOW)
    with accounts._database.write() as connection:
        if email is not None:
            rows = accounts._services.rows
            rows.set_address(connection, account.id, email=email, canonical=email.casefold())
        if language:
            accounts._services.rows.set_language(connection, account.id, language)
    found = accounts.get(account.id)
    assert found is not None
    return found


def meant(accounts: Accounts, notice: Notice, *, now: int = NOW, first: bool = True, **fields: Any) -> Meant:
    """Return who is meant by an order."""
    return Addressees(accounts._services).of(Order(notice=notice, at=now, **fields), now=now, first=first)


def nobody(accounts: Accounts, notice: Notice, **fields: Any) -> str:
    """Return why nobody is meant by an order."""
    with pytest.raises(NobodyMeant) as raised:
        meant(accounts, notice, **fields)
    return raised.value.reason


def link(accounts: Accounts, found: Meant, *, now: int = NOW) -> tuple[str, int, str]:
    """Return what the link says that goes with a mail: the address, whose account, where to in the end."""
    assert found.link is not None
    with accounts._database.read() as connection:
        claims, _ = accounts._services.links.read(connection, found.link, found.code, now=now)
    return claims.email, claims.account, claims.onward


class TestAskedFor:
    """Mail that somebody asked for by typing something."""

    @pytest.mark.parametrize("typed", ["mike@example.org", " MIKE@Example.ORG ", "ｍｉｋｅ@example.org"])
    def test_attack_10_mail_goes_to_the_address_that_the_account_has(self, accounts: Accounts, typed: str) -> None:
        """However it was typed: as its owner wrote it."""
        account = member(accounts, email="Mike@example.org")
        found = meant(accounts, Notice.FORGOT, address=typed, onward="/shop")

        assert ("Mike@example.org", Kind.RESET, 1800) == (found.to, found.link, found.lifetime)
        assert ("Mike@example.org", account.id, "/shop") == link(accounts, found)

    @pytest.mark.parametrize("typed", ["mıke@example.org", "mike@example.org.evil.example", "mike@exаmple.org", "mike"])
    def test_attack_10_an_address_that_only_looks_like_it_is_nobodys(self, accounts: Accounts, typed: str) -> None:
        """A dotless i, a Cyrillic a: no mail, to nobody (CVE-2019-19844)."""
        member(accounts)

        assert nobody(accounts, Notice.FORGOT, address=typed) in ("nobody", "no-address")

    @pytest.mark.parametrize("typed", ["mike", "MIKE@example.org"])
    def test_a_release_is_asked_for_by_name_or_address(self, accounts: Accounts, typed: str) -> None:
        """As signing in is."""
        account = member(accounts)
        found = meant(accounts, Notice.RELEASE, address=typed)

        assert ("mike@example.org", Kind.RELEASE) == (found.to, found.link)
        assert ("mike@example.org", account.id, "") == link(accounts, found)

    @pytest.mark.parametrize("notice", [Notice.FORGOT, Notice.RELEASE])
    def test_nobody_disabled_or_closed_gets_nothing(self, accounts: Accounts, notice: Notice) -> None:
        """And nobody is told which it was."""
        assert "nobody" == nobody(accounts, notice, address="mike@example.org")
        account = member(accounts)
        accounts.disable("mike", NOW)
        assert "disabled" == nobody(accounts, notice, address="mike@example.org")
        with accounts._database.write() as connection:
            accounts._services.rows.close(connection, account.id, NOW)
        assert "nobody" == nobody(accounts, notice, address="mike@example.org")

    def test_an_account_without_an_address_gets_nothing(self, accounts: Accounts) -> None:
        """There is nowhere to send it."""
        account = member(accounts, email=None)

        assert "no-address" == nobody(accounts, Notice.RELEASE, address="mike")
        assert "no-address" == nobody(accounts, Notice.RESET_BY_ADMINISTRATOR, account=account.id)

    @pytest.mark.parametrize("typed", ["", "x" * 5000, "a\r\nBcc: eve@example.org", "\ud800", "a@b\0.example"])
    @pytest.mark.parametrize("notice", [Notice.FORGOT, Notice.RELEASE, Notice.SIGN_UP, Notice.VERIFY_ADDRESS])
    def test_what_is_no_address_means_nobody(self, accounts: Accounts, notice: Notice, typed: str) -> None:
        """Pages refuse it before; the sender does not rely on that."""
        account = member(accounts)

        assert nobody(accounts, notice, address=typed, account=account.id) in ("nobody", "no-address")


class TestSigningUp:
    """The mail tells what the page does not."""

    def test_a_new_address_gets_a_link(self, accounts: Accounts) -> None:
        """As typed, since nobody has shown another spelling to be theirs."""
        found = meant(accounts, Notice.SIGN_UP, address="Anna@Example.org", language="zh", onward="/shop")

        assert ("Anna@Example.org", "zh", None, False) == (found.to, found.language, found.account, found.known)
        assert ("Anna@Example.org", 0, "/shop") == link(accounts, found)

    def test_attack_9_one_that_is_taken_is_told_so_by_mail_and_nowhere_else(self, accounts: Accounts) -> None:
        """To the address that the account has, in the language of the account."""
        member(accounts, language="zh")
        found = meant(accounts, Notice.SIGN_UP, address="MIKE@example.org", language="en")

        assert ("mike@example.org", "zh", True, "") == (found.to, found.language, found.known, found.code)

    def test_one_of_an_account_that_may_not_sign_in_gets_nothing(self, accounts: Accounts) -> None:
        """Neither a second account nor a hint."""
        member(accounts)
        accounts.disable("mike", NOW)

        assert "disabled" == nobody(accounts, Notice.SIGN_UP, address="mike@example.org")


class TestInvited:
    """An invitation is good as long as its row is."""

    def invite(self, accounts: Accounts, *, until: int) -> bytes:
        """Make an invitation."""
        with accounts._database.write() as connection:
            return invitations.put(
                connection, invited_by=None, email="anna@example.org", roles=(), now=NOW, until=until
            ).id

    def test_its_link_ends_with_it(self, accounts: Accounts) -> None:
        """However late the mail goes."""
        made = self.invite(accounts, until=NOW + 5000)
        found = meant(accounts, Notice.INVITATION, address="anna@example.org", identifier=made, now=NOW + 1000)

        assert (Kind.INVITATION, 4000) == (found.link, found.lifetime)
        assert ("anna@example.org", 0, "") == link(accounts, found)

    def test_one_that_is_good_no_more_is_not_sent(self, accounts: Accounts) -> None:
        """Withdrawn while the mail server was down, or over."""
        made = self.invite(accounts, until=NOW + 5000)
        with accounts._database.write() as connection:
            invitations.withdraw(connection, made, NOW)
        over = self.invite(accounts, until=NOW)

        assert ["invitation-withdrawn", "invitation-expired", "invitation-gone"] == [
            nobody(accounts, Notice.INVITATION, address="anna@example.org", identifier=each)
            for each in (made, over, bytes(16))
        ]


class TestTold:
    """Mail about something that has happened to an account."""

    def test_it_goes_to_the_address_that_the_account_has_now(self, accounts: Accounts) -> None:
        """In the language of the account; without one, in that of the request."""
        account = member(accounts)
        found = meant(accounts, Notice.PASSWORD_CHANGED, account=account.id, language="zh")
        assert ("mike@example.org", "zh", None, True) == (found.to, found.language, found.link, found.own)

        with accounts._database.write() as connection:
            accounts._services.rows.set_language(connection, account.id, "en")
        assert "en" == meant(accounts, Notice.PASSWORD_CHANGED, account=account.id, language="zh").language

    def test_an_address_that_was_given_up_is_told_as_well(self, accounts: Accounts) -> None:
        """Whoever has taken an account over changes the address first."""
        account = member(accounts, language="zh")
        old = meant(accounts, Notice.ADDRESS_CHANGED, account=account.id, address="old@example.org")
        new = meant(accounts, Notice.ADDRESS_CHANGED, account=account.id, address="mike@example.org")

        assert [("old@example.org", False, "zh"), ("mike@example.org", True, "zh")] == [
            (found.to, found.own, found.language) for found in (old, new)
        ]

    def test_the_owner_of_a_closed_account_is_told(self, accounts: Accounts) -> None:
        """At the address that the order kept, since the account has none any more."""
        account = member(accounts)
        with accounts._database.write() as connection:
            accounts._services.rows.close(connection, account.id, NOW)
        found = meant(accounts, Notice.ACCOUNT_CLOSED, account=account.id, address="mike@example.org", language="zh")

        assert ("mike@example.org", None, "zh") == (found.to, found.account, found.language)
        assert "nobody" == nobody(accounts, Notice.PASSWORD_CHANGED, account=account.id)

    def test_a_new_address_gets_the_link_that_makes_it_the_accounts(self, accounts: Accounts) -> None:
        """And the account need not have one yet."""
        account = member(accounts, email=None)
        found = meant(accounts, Notice.VERIFY_ADDRESS, account=account.id, address="New@example.org")

        assert ("New@example.org", Kind.ADDRESS) == (found.to, found.link)
        assert ("New@example.org", account.id, "") == link(accounts, found)

    def test_a_reset_that_an_administrator_starts_goes_to_the_owner(self, accounts: Accounts) -> None:
        """And to nobody else: the administrator sees no link."""
        account = member(accounts)
        found = meant(accounts, Notice.RESET_BY_ADMINISTRATOR, account=account.id)

        assert ("mike@example.org", account.id, "") == link(accounts, found)
        assert "mike@example.org" == found.to


class TestCounted:
    """Nobody fills a mailbox by typing its address."""

    @pytest.mark.parametrize(
        ("notice", "exists"),
        [(Notice.FORGOT, True), (Notice.RELEASE, True), (Notice.SIGN_UP, True), (Notice.SIGN_UP, False)],
    )
    def test_three_an_hour_of_a_kind(self, accounts: Accounts, notice: Notice, exists: bool) -> None:
        """By whatever spelling; another comes in 20 minutes."""
        if exists:
            member(accounts, email="anna@example.org")
        for typed in ("anna@example.org", "ANNA@example.org", "anna@EXAMPLE.org"):
            meant(accounts, notice, address=typed)

        assert "too-many" == nobody(accounts, notice, address="anna@example.org")
        assert "too-many" == nobody(accounts, notice, address="anna@example.org", now=NOW + 1199)
        meant(accounts, notice, address="anna@example.org", now=NOW + 1200)

    def test_a_tag_is_not_another_mailbox(self, accounts: Accounts) -> None:
        """Most servers ignore what stands behind a plus."""
        for number in range(3):
            meant(accounts, Notice.SIGN_UP, address=f"anna+{number}@example.org")

        assert "too-many" == nobody(accounts, Notice.SIGN_UP, address="anna+3@example.org")

    def test_an_address_that_many_accounts_want_gets_six_an_hour(self, accounts: Accounts) -> None:
        """However many accounts somebody makes for it; one alone, which may ask five times, keeps it from nobody."""
        ids = [member(accounts, f"mallory{number}", None).id for number in range(7)]
        for number in range(6):
            typed = f"Victim+{number}@example.org"
            meant(accounts, Notice.VERIFY_ADDRESS, account=ids[number], address=typed)

        assert "too-many" == nobody(accounts, Notice.VERIFY_ADDRESS, account=ids[6], address="victim@example.org")
        meant(accounts, Notice.VERIFY_ADDRESS, account=ids[6], address="victim@example.org", now=NOW + 600)
        assert ASKED.at_once < WANTED.at_once

    def test_one_kind_does_not_keep_out_another(self, accounts: Accounts) -> None:
        """Otherwise a stranger who signs up with an address keeps its owner from a new password."""
        member(accounts)
        for _ in range(3):
            meant(accounts, Notice.SIGN_UP, address="mike@example.org")
            meant(accounts, Notice.RELEASE, address="mike")

        assert Kind.RESET is meant(accounts, Notice.FORGOT, address="mike@example.org").link

    def test_a_mail_that_is_tried_again_is_counted_once(self, accounts: Accounts) -> None:
        """A server that was down uses nothing up."""
        member(accounts)
        for _ in range(10):
            meant(accounts, Notice.FORGOT, address="mike@example.org", first=False)

        meant(accounts, Notice.FORGOT, address="mike@example.org")

    def test_what_happens_to_an_account_is_always_told(self, accounts: Accounts) -> None:
        """An attacker must not use the notices up."""
        account = member(accounts)
        for _ in range(10):
            meant(accounts, Notice.NEW_DEVICE, account=account.id)


def test_the_log_calls_an_address_by_a_keyed_hash(accounts: Accounts) -> None:
    """The same for every spelling; nothing that could be typed into a search."""
    addressees = Addressees(accounts._services)
    hashes = {
        addressees.hashed(Order(notice=Notice.FORGOT, at=NOW, address=typed))
        for typed in ("Mike@example.org", "mike@example.org")
    }

    assert 1 == len(hashes)
    assert "mike" not in hashes.pop()
    assert "" == addressees.hashed(Order(notice=Notice.NEW_DEVICE, at=NOW))
    assert "" != addressees.hashed(Order(notice=Notice.RELEASE, at=NOW, address="\ud800" * 5000))


def test_neither_an_address_nor_a_code_is_in_what_is_printed(accounts: Accounts) -> None:
    """Whoever logs it by mistake gives no link away."""
    member(accounts)
    found = meant(accounts, Notice.FORGOT, address="mike@example.org")

    assert found.code not in repr(found)
    assert "to='mike" not in repr(found)
