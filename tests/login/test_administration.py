"""What an administrator does to accounts: roles, disabling, and that one administrator always stays."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from hardtack.login import Account, Accounts, Whence, audit
from hardtack.login.administration import LastAdministrator, UnknownAccount
from hardtack.login.outbox import Notice
from hardtack.login.roles import BadRoles
from hardtack.store import audit as rows
from hardtack.store.audit import Event
from tests.login.orders import orders

NOW = 1_000_000
PASSWORD = "correct horse battery staple"


@pytest.fixture
def boss(accounts: Accounts) -> Account:
    """The only administrator."""
    return accounts.add("boss", PASSWORD, administrator=True, now=NOW)


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """Somebody else."""
    return accounts.add("ada", PASSWORD, now=NOW)


def last_event(accounts: Accounts) -> Event:
    """Return the newest event of the trail."""
    with accounts._database.read() as connection:
        return rows.read(connection, last=1)[0]


@pytest.mark.asvs("8.3.2")
def test_roles_are_there_for_the_next_look_at_the_account(accounts: Accounts, boss: Account, ada: Account) -> None:
    """And the profile has changed, so that whoever keeps a copy of it knows."""
    changed = accounts.administration.set_roles(ada.id, ["editor", "author"], False, boss.id, NOW)
    assert changed == accounts.get(ada.id)
    assert (("author", "editor"), False) == (changed.roles, changed.administrator)
    assert ada.profile_version < changed.profile_version
    assert ada.epoch == changed.epoch


@pytest.mark.asvs("16.3.1")
def test_who_did_it_from_where_is_in_the_trail(accounts: Accounts, boss: Account, ada: Account) -> None:
    """Also whether somebody may administer now (ASVS 16.3.1)."""
    whence = Whence("192.0.2.9", "firefox/linux")
    acts: list[tuple[Callable[[], object], str, str]] = [
        (
            lambda: accounts.administration.set_roles(ada.id, ["x"], False, boss.id, NOW, whence=whence),
            audit.ROLES_CHANGED,
            "",
        ),
        (
            lambda: accounts.administration.set_roles(ada.id, ["x"], True, boss.id, NOW, whence=whence),
            audit.ROLES_CHANGED,
            "administrator-given",
        ),
        (
            lambda: accounts.administration.set_roles(ada.id, ["x"], False, boss.id, NOW, whence=whence),
            audit.ROLES_CHANGED,
            "administrator-taken",
        ),
        (
            lambda: accounts.administration.disable(ada.id, actor_id=boss.id, now=NOW, whence=whence),
            audit.DISABLED,
            "",
        ),
        (lambda: accounts.administration.enable(ada.id, actor_id=boss.id, now=NOW, whence=whence), audit.ENABLED, ""),
    ]
    for act, event, reason in acts:
        act()
        expected = Event(
            event=event,
            at=NOW,
            account_id=ada.id,
            actor_id=boss.id,
            reason=reason,
            client=whence.client,
            device=whence.device,
        )
        assert expected == last_event(accounts)


def test_the_operator_is_named_as_such(accounts: Accounts, ada: Account) -> None:
    """By the number that no account has."""
    accounts.disable("ada", NOW)
    assert (audit.DISABLED, 0) == (last_event(accounts).event, last_event(accounts).actor_id)
    accounts.enable("ada", NOW)
    assert (audit.ENABLED, 0) == (last_event(accounts).event, last_event(accounts).actor_id)


def test_what_is_no_role_changes_nothing(accounts: Accounts, boss: Account, ada: Account) -> None:
    """Nor does the mark slip in as a role."""
    with pytest.raises(BadRoles):
        accounts.administration.set_roles(ada.id, ["editor", "administrator"], False, boss.id, NOW)
    assert ada == accounts.get(ada.id)


@pytest.mark.parametrize("account_id", [0, 99])
def test_there_must_be_such_an_account(accounts: Accounts, boss: Account, account_id: int) -> None:
    """404 otherwise, and nothing in the trail."""
    before = last_event(accounts)
    acts: list[Callable[[], object]] = [
        lambda: accounts.administration.set_roles(account_id, [], False, boss.id, NOW),
        lambda: accounts.administration.disable(account_id, actor_id=boss.id, now=NOW),
        lambda: accounts.administration.enable(account_id, actor_id=boss.id, now=NOW),
    ]
    for act in acts:
        with pytest.raises(UnknownAccount):
            act()
    assert before == last_event(accounts)


def test_the_last_administrator_stays(accounts: Accounts, boss: Account, ada: Account) -> None:
    """Neither the mark goes nor the account is disabled, also where another one is disabled."""
    second = accounts.add("second", PASSWORD, administrator=True, now=NOW)
    accounts.administration.disable(second.id, actor_id=boss.id, now=NOW)
    with pytest.raises(LastAdministrator) as caught:
        accounts.administration.set_roles(boss.id, ["editor"], False, boss.id, NOW)
    assert 409 == caught.value.status
    with pytest.raises(LastAdministrator):
        accounts.administration.disable(boss.id, actor_id=boss.id, now=NOW)
    assert boss == accounts.get(boss.id)
    assert ("editor",) == accounts.administration.set_roles(boss.id, ["editor"], True, boss.id, NOW).roles
    accounts.administration.enable(second.id, actor_id=boss.id, now=NOW)
    assert not accounts.administration.set_roles(boss.id, [], False, boss.id, NOW).administrator
    assert accounts.administration.disable(ada.id, actor_id=second.id, now=NOW).disabled


@pytest.mark.asvs("15.4.2")
@pytest.mark.parametrize("way", ["mark", "disable", "both"])
def test_of_two_administrators_who_remove_each_other_at_once_one_stays(accounts: Accounts, way: str) -> None:
    """The second finds in its own transaction that it would be the last; twenty times over."""
    for turn in range(20):
        two = [accounts.add(f"{way}{turn}{side}", PASSWORD, administrator=True, now=NOW) for side in ("left", "right")]
        for other in accounts.list():
            if other.administrator and other.id not in {one.id for one in two}:
                accounts.administration.set_roles(other.id, [], False, two[0].id, NOW)
        refused: list[Exception] = []
        together = threading.Barrier(2)

        def remove(
            actor: Account,
            other: Account,
            mark: bool,
            refused: list[Exception] = refused,
            together: threading.Barrier = together,
        ) -> None:
            together.wait()
            try:
                if mark:
                    accounts.administration.set_roles(other.id, [], False, actor.id, NOW)
                else:
                    accounts.administration.disable(other.id, actor_id=actor.id, now=NOW)
            except LastAdministrator as error:
                refused.append(error)

        threads = [
            threading.Thread(target=remove, args=(two[0], two[1], way != "disable")),
            threading.Thread(target=remove, args=(two[1], two[0], way == "mark")),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        left = [one for one in accounts.list() if one.administrator and not one.disabled]
        assert (1, 1) == (len(left), len(refused))


def test_accounts_are_found_and_counted(accounts: Accounts, boss: Account, ada: Account) -> None:
    """As the directory does it."""
    assert ("ada", "boss") == tuple(one.name for one in accounts.administration.find(limit=10))
    assert ("boss",) == tuple(one.name for one in accounts.administration.find(after="ada", limit=10))
    assert (2, 1) == (accounts.administration.counts(NOW).accounts, accounts.administration.counts(NOW).administrators)


def test_the_owner_is_told_by_mail_what_somebody_else_has_done(accounts: Accounts, boss: Account, ada: Account) -> None:
    """By whom, too; not of what they did themselves, nor where no mail reaches them or they may not sign in."""
    administration = accounts.administration
    administration.set_roles(ada.id, ["x"], False, boss.id, NOW)
    assert [] == orders(accounts, NOW)
    with accounts._database.write() as connection:
        for account in (ada, boss):
            email = f"{account.name}@example.org"
            accounts._services.rows.set_address(connection, account.id, email=email, canonical=email)
    administration.set_roles(boss.id, ["x"], True, boss.id, NOW)
    administration.disable(ada.id, actor_id=boss.id, now=NOW)
    assert [] == orders(accounts, NOW)
    administration.enable(ada.id, actor_id=boss.id, now=NOW)
    administration.set_roles(ada.id, ["y"], False, audit.OPERATOR, NOW)
    assert [("boss", ada.id), ("", ada.id)] == [
        (one.detail, one.account) for one in orders(accounts, NOW) if one.notice is Notice.ADMINISTERED
    ]
