"""The table of people: bounded, read again only when the feed tells of a change, and safe among threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hardtack.site.forward_auth.people import People
from hardtack.store.changes import Changes
from tests.site.conftest import World
from tests.site.forward_auth.conftest import MakePortal, Portal


@pytest.fixture
def portal(make_portal: MakePortal) -> Portal:
    """A portal without rules."""
    return make_portal()


def counted(world: World, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list in which every reading of an account is noted from now on."""
    read: list[int] = []
    profile = world.accounts.profile

    def noted(account_id: int) -> Any:
        read.append(account_id)
        return profile(account_id)

    monkeypatch.setattr(world.accounts, "profile", noted)
    return read


def test_an_account_is_read_once_until_it_changes(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else is in the feed."""
    anna, bob = portal.member("anna"), portal.member("bob", "reader")
    portal.world.accounts.revocations.refresh()
    people, read = People(portal.world.accounts), counted(portal.world, monkeypatch)
    assert people.known(anna.id) is None
    first = people.read(anna.id)
    assert first is not None
    assert first is people.read(anna.id) is people.known(anna.id)
    portal.give(bob, "staff")
    portal.world.accounts.revocations.refresh()
    assert first is people.known(anna.id)
    assert [anna.id] == read

    portal.give(anna, "staff")
    portal.world.accounts.revocations.refresh()
    assert people.known(anna.id) is None
    again = people.read(anna.id)
    assert again is not None
    assert (("staff",), first.version + 1) == (again.who.roles, again.version)
    assert [anna.id, anna.id] == read
    assert 1 == len(people)


def test_what_a_person_is_to_the_rules(portal: Portal) -> None:
    """With the factors of a sign-in, which are no part of the row."""
    root = portal.world.member("Root", administrator=True)
    person = People(portal.world.accounts).read(root.id)
    assert person is not None
    who = person.by(("passkey",))
    assert (root.id, "root", "", "Root", ("administrator",), ("passkey",), True) == tuple(who)


def test_the_table_is_bounded_and_the_one_read_first_goes(portal: Portal) -> None:
    """Its memory does not grow with the accounts."""
    ids = [portal.member(name).id for name in ("anna", "bob", "cleo")]
    people = People(portal.world.accounts, most=2)
    for account_id in (*ids, ids[1]):
        people.read(account_id)
    assert 2 == len(people)
    assert [False, True, True] == [people.known(account_id) is not None for account_id in ids]


@pytest.mark.parametrize("account_id", [0, -1, 99, 1 << 63])
def test_who_is_none_is_nobody_and_takes_no_room(portal: Portal, account_id: int) -> None:
    """Whatever a cookie says."""
    people = People(portal.world.accounts)
    assert people.read(account_id) is None
    assert 0 == len(people)


def test_a_disabled_and_a_closed_account_are_nobody(portal: Portal) -> None:
    """Also where the row was in memory before."""
    anna, bob = portal.member("anna"), portal.member("bob")
    accounts, now = portal.world.accounts, int(portal.world.clock.now)
    people = People(accounts)
    assert people.read(anna.id) is not None
    assert people.read(bob.id) is not None
    accounts.disable("anna", now)
    accounts.closing.close_for(bob.id, actor_id=0, now=now)
    accounts.revocations.refresh()
    assert (None, None) == (people.read(anna.id), people.read(bob.id))
    accounts.enable("anna", now)
    accounts.revocations.refresh()
    assert people.read(anna.id) is not None


def test_another_database_in_its_place_makes_every_row_too_old(portal: Portal) -> None:
    """Its numbers say nothing of ours."""
    anna = portal.member("anna")
    people = People(portal.world.accounts)
    people.read(anna.id)
    portal.world.accounts.revocations.changes = Changes()
    assert people.known(anna.id) is None


def test_a_row_read_before_a_change_is_not_kept_as_if_after_it(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the change is made, and known, between the reading and the keeping."""
    anna = portal.member("anna")
    accounts = portal.world.accounts
    profile = accounts.profile

    def late(account_id: int) -> Any:
        found = profile(account_id)
        portal.give(anna, "staff")
        accounts.revocations.refresh()
        return found

    people = People(accounts)
    monkeypatch.setattr(accounts, "profile", late)
    assert people.read(anna.id) is not None
    assert people.known(anna.id) is None


def test_many_threads_may_read_at_once(portal: Portal) -> None:
    """And leave no more than there may be."""
    ids = [portal.member(f"person{number}").id for number in range(8)]
    people = People(portal.world.accounts, most=4)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(people.read, ids * 25))
    assert all(person is not None and person.who.account in ids for person in found)
    assert 4 == len(people)
