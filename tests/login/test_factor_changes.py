"""Adding and removing factors: what is left decides what is asked, in the transaction that decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text

from hardtack.errors import Refused
from hardtack.login import Accounts, HashingPool
from hardtack.login.credentials import SessionOver
from hardtack.login.factor_changes import Removal, best, without
from hardtack.login.factors import PASSKEY, PASSWORD, RECOVERY_CODE, TOTP, Held
from hardtack.login.half import HalfOver
from hardtack.login.totp import STEP
from hardtack.seal import Keyring
from hardtack.store import factors as factor_rows
from hardtack.store import totp as totp_rows
from tests.login.apps import WHERE, enrol, identity, oathtool
from tests.login.conftest import NOW, orders
from tests.login.conftest import PASSWORD as LONG

SHORT = "kfwqzmxb"


@pytest.fixture
def ada(accounts: Accounts) -> int:
    """An account with an app."""
    made = accounts.add("ada", LONG, now=NOW).id
    enrol(accounts, now=NOW)
    return made


def add_passkey(accounts: Accounts, account_id: int, number: int = 1) -> None:
    """Write a passkey down, of which only the row matters here."""
    with accounts._database.write() as connection:
        connection.execute(
            text("INSERT INTO passkey VALUES (:id, :account, :key, 0, 1, 0, 0, '', :aaguid, 'key', 1, NULL)"),
            {"id": bytes([number]), "account": account_id, "key": b"\0", "aaguid": bytes(16)},
        )


def remove(accounts: Accounts, password: str = "", *, now: int = NOW) -> str:
    """Remove ada's app; return what came of it."""
    try:
        accounts.totp.remove(identity(accounts, now=now), password=password, now=now, **WHERE)
    except Refused as refused:
        return refused.slug
    return "removed"


def shorten(accounts: Accounts) -> None:
    """Let ada have a password that is good beside a second factor alone."""
    accounts.credentials.change(identity(accounts, now=NOW), LONG, SHORT, now=NOW, client="192.0.2.7")


def test_what_is_left_and_what_that_reaches() -> None:
    """Pure values."""
    held = Held(totp=True, passkeys=2, recovery_codes=10, demanded=True)
    assert Held(True, 1, 10, True) == without(held, PASSKEY)
    assert Held(False, 2, 10, True) == without(held, TOTP)
    assert held == without(held, RECOVERY_CODE)
    assert Held() == without(Held(), PASSKEY)
    assert [3, 3, 2, 1] == [best(Held(True, 1)), best(Held(False, 1)), best(Held(True)), best(Held())]


@pytest.mark.asvs("7.5.1")
def test_the_last_factor_goes_with_a_password_that_can_stand_alone(accounts: Accounts, ada: int) -> None:
    """And not without it, nor with a wrong one; it says so at the field."""
    assert "last-factor" == remove(accounts)
    with pytest.raises(Refused) as caught:
        accounts.totp.remove(identity(accounts, now=NOW), password="x" * 20, now=NOW, **WHERE)
    assert {"password"} == set(caught.value.fields)
    assert 401 == caught.value.status
    assert Removal.PASSWORD is accounts.factor_changes.removal(ada, TOTP)
    assert "removed" == remove(accounts, LONG)
    assert not accounts.second_factors.held(ada).second


@pytest.mark.asvs("6.2.1")
def test_beside_a_second_factor_a_password_may_have_eight_characters(accounts: Accounts, ada: int) -> None:
    """It must be changed to a longer one before the last factor goes."""
    with pytest.raises(Refused) as caught:
        accounts.credentials.change(identity(accounts, now=NOW), LONG, SHORT[:7], now=NOW, client="192.0.2.7")
    assert "bad-password-too-short-beside" == caught.value.reason
    shorten(accounts)
    assert "password-too-short-alone" == remove(accounts, SHORT)
    assert accounts.second_factors.held(ada).totp
    accounts.credentials.change(identity(accounts, now=NOW), SHORT, LONG, now=NOW, client="192.0.2.7")
    assert "removed" == remove(accounts, LONG)
    with pytest.raises(Refused) as caught:
        shorten(accounts)
    assert "bad-password-too-short" == caught.value.reason


@pytest.mark.asvs("6.2.4")
def test_a_password_that_is_long_and_easily_guessed_does_not_stand_alone(accounts: Accounts, ada: int) -> None:
    """Beside a second factor it was good enough; alone it must keep the rules of a new one."""
    easy = "battery staple 1987"
    accounts.credentials.change(identity(accounts, now=NOW), LONG, easy, now=NOW, client="192.0.2.7")
    assert "password-too-weak-alone" == remove(accounts, easy)
    assert accounts.second_factors.held(ada).totp
    accounts.credentials.change(identity(accounts, now=NOW), easy, LONG, now=NOW, client="192.0.2.7")
    assert "removed" == remove(accounts, LONG)


@pytest.mark.asvs("6.2.1")
def test_by_a_link_too_a_password_may_be_short_beside_a_second_factor_alone(accounts: Accounts, ada: int) -> None:
    """A passkey counts as one; and a factor that goes meanwhile takes the link with it."""
    accounts.add("eve", LONG, now=NOW)
    bob = accounts.add("bob", LONG, now=NOW).id
    add_passkey(accounts, bob)
    found = {}
    for name in ("ada", "bob", "eve"):
        code = accounts.recovery.start(accounts.named(name).id, 0, NOW, by_mail=False)
        assert code is not None
        try:
            accounts.recovery.reset(code, SHORT, client="192.0.2.7", now=NOW)
            found[name] = "set"
        except Refused as refused:
            found[name] = refused.reason
    assert {"ada": "set", "bob": "set", "eve": "bad-password-too-short"} == found
    code = accounts.recovery.start(ada, 0, NOW, by_mail=False)
    assert code is not None
    accounts.recovery.reset(code, LONG, client="192.0.2.7", now=NOW)
    code = accounts.recovery.start(ada, 0, NOW, by_mail=False)
    assert code is not None
    assert "removed" == remove(accounts, LONG)
    with pytest.raises(Refused) as caught:
        accounts.recovery.reset(code, SHORT, client="192.0.2.7", now=NOW)
    assert "link-outdated" == caught.value.reason


def test_one_of_several_factors_goes_without_a_password(accounts: Accounts, ada: int) -> None:
    """And recovery codes stay."""
    add_passkey(accounts, ada)
    accounts.recovery_codes.make(identity(accounts, now=NOW), now=NOW, **WHERE)
    assert Removal.FREE is accounts.factor_changes.removal(ada, TOTP)
    assert "removed" == remove(accounts)
    assert Held(passkeys=1, recovery_codes=10) == accounts.second_factors.held(ada)


def test_without_a_password_the_last_factor_stays(accounts: Accounts, ada: int) -> None:
    """There would be no way in."""
    with accounts._database.write() as connection:
        accounts._services.rows.set_password(connection, ada, encoded=None, now=NOW)
    assert "no-password" == remove(accounts, LONG)


def test_where_one_is_demanded_the_last_factor_stays(accounts: Accounts, ada: int) -> None:
    """Of the account, whose factor was reset once."""
    with accounts._database.write() as connection:
        factor_rows.demand(connection, ada, True)
    assert "factor-needed" == remove(accounts, LONG)
    assert Removal.STAYS is accounts.factor_changes.removal(ada, TOTP)
    add_passkey(accounts, ada)
    assert "removed" == remove(accounts)


@pytest.fixture
def strict(url: str, keyring: Keyring, pool: HashingPool) -> Iterator[dict[int, Accounts]]:
    """The same store at every assurance."""
    opened = {each: Accounts.connect(url, keyring=keyring, hashing=pool, assurance=each) for each in (1, 2, 3)}
    yield opened
    for each in opened.values():
        each.close()


@pytest.mark.asvs("6.3.3")
def test_at_assurance_2_a_second_factor_stays_and_at_3_a_passkey(strict: dict[int, Accounts]) -> None:
    """Or a password alone would enrol the next one."""
    ada = strict[1].add("ada", LONG, now=NOW).id
    enrol(strict[1], now=NOW)
    assert "factor-needed" == remove(strict[2], LONG)
    add_passkey(strict[1], ada)
    with pytest.raises(Refused) as caught:
        strict[3].factor_changes.remove(identity(strict[3], now=NOW), PASSKEY, lambda _c: True, now=NOW, **WHERE)
    assert ("factor-needed", 409) == (caught.value.slug, caught.value.status)
    assert "removed" == remove(strict[3])


@pytest.mark.asvs("15.4.2")
def test_of_two_removals_at_once_the_second_is_asked_for_the_password(accounts: Accounts, ada: int) -> None:
    """It sees what the first has left, not what it saw when it began."""
    add_passkey(accounts, ada)
    changes = accounts.factor_changes
    seen = changes._left
    asked: list[Held] = []

    def left(connection: Connection, account_id: int, factor: str) -> Held:
        found = seen(connection, account_id, factor)
        if not asked:
            # Another request has removed the passkey once this one has looked.
            asked.append(found)
            return found
        connection.execute(text("DELETE FROM passkey"))
        return seen(connection, account_id, factor)

    changes._left = left  # type: ignore[method-assign] # the other request, exactly there
    assert "last-factor" == remove(accounts)
    assert Held(totp=True, passkeys=1) == accounts.second_factors.held(ada)


def test_a_session_that_is_over_removes_nothing(accounts: Accounts, ada: int) -> None:
    """Though its password is right."""
    stale = identity(accounts, now=NOW)
    add_passkey(accounts, ada)
    accounts.sign_ins.end_all(ada, NOW)
    with pytest.raises(SessionOver):
        accounts.totp.remove(stale, now=NOW, **WHERE)
    assert accounts.second_factors.held(ada).totp


def test_whoever_has_no_address_is_told_nothing(accounts: Accounts, ada: int) -> None:
    """There is nowhere to tell it."""
    assert "removed" == remove(accounts, LONG)
    assert [] == orders(accounts)


class Half:
    """A half-done sign-in of ada's, and the app that it sets up."""

    def __init__(self, accounts: Accounts, factors: tuple[str, ...] = (PASSWORD,)) -> None:
        self.accounts = accounts
        self.begun = accounts.half.begin(accounts.named("ada"), factors, now=NOW)
        self.binding: bytes = self.begun.row.half_id
        self.setup = accounts.totp.begin(accounts.named("ada"), binding=self.binding, now=NOW)

    def enrol(self) -> Any:
        """Confirm it."""
        code = oathtool(self.setup.secret_text, NOW)
        return self.accounts.totp.enrol(self.begun, self.setup.token, code, binding=self.binding, now=NOW, **WHERE)


@pytest.mark.asvs("6.3.3")
def test_who_must_have_a_factor_and_has_none_enrols_one_in_the_middle_of_the_sign_in(
    strict: dict[int, Accounts],
) -> None:
    """By the half-done sign-in alone, while it is good."""
    accounts = strict[2]
    ada = accounts.add("ada", LONG, now=NOW).id
    half, ended = Half(accounts), Half(accounts)
    accounts.half.cancel(ended.begun.shown)
    with pytest.raises(HalfOver):
        ended.enrol()
    assert ada == half.enrol().id
    assert accounts.second_factors.held(ada).totp


@pytest.mark.asvs("6.3.3")
def test_attack_25_who_has_a_factor_to_prove_enrols_none_instead(strict: dict[int, Accounts]) -> None:
    """A password alone would be worth two factors."""
    accounts = strict[2]
    ada = accounts.add("ada", LONG, now=NOW).id
    secret = enrol(accounts, now=NOW)
    with pytest.raises(HalfOver):
        Half(accounts).enrol()
    with pytest.raises(HalfOver):
        Half(strict[1]).enrol()
    with accounts._database.write() as connection:
        assert totp_rows.find(connection, ada) is not None
        assert accounts.totp.verify(connection, ada, oathtool(secret, NOW + STEP), NOW + STEP)
