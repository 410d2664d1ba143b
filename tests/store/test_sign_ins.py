"""The rows of the list of sign-ins: what is on it, and what is not any more."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from sqlalchemy import event, select, update

from hardtack.store import AccountRows, Database, feed, schema, sign_ins
from hardtack.store.schema import signed_in
from hardtack.store.sign_ins import SignInRow

NOW = 1_800_000_000
DAY = 86_400


@pytest.fixture
def anna(database: Database) -> int:
    """Return the number of an account."""
    return make(database, "anna")


def make(database: Database, name: str) -> int:
    """Make an account."""
    with database.write() as connection:
        made = AccountRows().insert(
            connection, name=name, forms=[name], display_name=name, password_hash="x", now=NOW - DAY
        )
    return made.id


def row(account_id: int, **values: int | str) -> SignInRow:
    """Return a sign-in that began an hour ago."""
    usual = SignInRow(
        lineage=os.urandom(16),
        account_id=account_id,
        epoch=0,
        began=NOW - 3600,
        last_seen=NOW - 3600,
        deadline=NOW + DAY,
        until=NOW + 7 * DAY,
        client="203.0.113.7",
        device="firefox/linux",
        place="NZ",
        factors=("password", "totp"),
    )
    return replace(usual, **values)  # type: ignore[arg-type] # names of its fields


def add(database: Database, *rows: SignInRow) -> None:
    """Write them."""
    with database.write() as connection:
        for each in rows:
            sign_ins.add(connection, each)


def note(database: Database, *rows: SignInRow) -> None:
    """Note them."""
    with database.write() as connection:
        sign_ins.note(connection, rows)


def living(database: Database, account_id: int, now: int = NOW) -> tuple[SignInRow, ...]:
    """Return what is on the list."""
    with database.read() as connection:
        return sign_ins.living(connection, account_id, now)


def lineages(database: Database) -> set[bytes]:
    """Return every row that there is, on the list or not."""
    with database.read() as connection:
        return set(connection.execute(select(signed_in.c.lineage)).scalars())


def test_what_was_written_is_read_back_the_last_used_first(database: Database, anna: int) -> None:
    """Of this account alone."""
    rows = [row(anna, last_seen=NOW - age) for age in (30, 10, 20)]
    add(database, *rows, row(make(database, "ben")))
    assert [rows[1], rows[2], rows[0]] == list(living(database, anna))


def test_a_note_moves_times_on_and_never_back(database: Database, anna: int) -> None:
    """Several processes write what they have seen, in any order; what is known of its beginning stays."""
    first = row(anna)
    add(database, first)
    later = replace(first, last_seen=NOW, deadline=NOW + 2 * DAY, client="", device="", place="", epoch=0)
    earlier = replace(later, last_seen=NOW - 60, deadline=NOW + DAY)
    note(database, later, earlier)
    assert (replace(first, last_seen=NOW, deadline=NOW + 2 * DAY),) == living(database, anna)


def test_a_note_of_a_sign_in_that_is_not_on_the_list_puts_it_there(database: Database, anna: int) -> None:
    """One from before there was a list is seen at its next use."""
    unknown = row(anna, client="", device="", place="")
    note(database, unknown)
    assert (unknown,) == living(database, anna)


def test_all_uses_go_in_one_statement(database: Database, anna: int) -> None:
    """With a server, to wait for the answer to each would hold up every writer on every node for as long."""
    sent: list[bool] = []
    rows = [row(anna) for _ in range(3)]
    with database.write() as connection:
        event.listen(connection, "before_cursor_execute", lambda *given: sent.append(given[-1]))
        sign_ins.note(connection, rows)
        sign_ins.note(connection, [])
    assert [True] == sent
    assert {each.lineage for each in rows} == lineages(database)


def test_a_note_that_comes_after_the_end_brings_nothing_back(database: Database, anna: int) -> None:
    """Neither after the end of one nor after that of all, nor for an account that never was."""
    ended, old = row(anna), row(anna)
    add(database, ended)
    with database.write() as connection:
        feed.revoke_lineage(connection, lineage=ended.lineage, account_id=anna, until=ended.until)
        sign_ins.remove(connection, ended.lineage)
    note(database, ended, row(4711))
    assert set() == lineages(database)
    with database.write() as connection:
        assert 1 == feed.raise_epoch(connection, anna)
    note(database, old)
    assert set() == lineages(database)


@pytest.mark.parametrize("batch", [1, 2, 5, 6, 1000])
def test_what_is_over_is_not_listed_and_goes_when_it_is_pruned(database: Database, anna: int, batch: int) -> None:
    """Whatever ended it: the feed, the epoch, the time since its last use, or its time in all."""
    ben = make(database, "ben")
    good, unused, past = row(anna), row(anna, deadline=NOW - 1), row(anna, deadline=NOW - 1, until=NOW - 1)
    revoked, earlier = row(anna), row(ben)
    add(database, good, unused, past, revoked, earlier)
    with database.write() as connection:
        feed.revoke_lineage(connection, lineage=revoked.lineage, account_id=anna, until=revoked.until)
        feed.raise_epoch(connection, ben)
    assert ((good,), ()) == (living(database, anna), living(database, ben))
    sign_ins.prune(database, NOW, batch=batch)
    # A cookie may have been written anew in a moment that nobody has noted, so an unused one stays until its last end.
    assert {good.lineage, unused.lineage} == lineages(database)


def test_one_that_goes_on_under_a_new_epoch_stays_on_the_list(database: Database, anna: int) -> None:
    """The others do not."""
    kept, other = row(anna), row(anna)
    add(database, kept, other)
    with database.write() as connection:
        epoch = feed.raise_epoch(connection, anna)
        sign_ins.renew(connection, kept.lineage, epoch=epoch)
    assert (replace(kept, epoch=1),) == living(database, anna)


def test_only_what_has_changed_since_is_looked_at_again(database: Database, anna: int) -> None:
    """By the feed's number, which is written down once all of it was done."""
    first, second, good = row(anna), row(anna), row(anna)
    add(database, first, second, good)
    for one in (first, second):
        with database.write() as connection:
            feed.revoke_lineage(connection, lineage=one.lineage, account_id=anna, until=one.until)
        sign_ins.prune(database, NOW)
        assert one.lineage not in lineages(database)
        with database.read() as connection:
            change, swept = connection.execute(select(schema.feed.c.change, schema.feed.c.swept)).one()
        assert change == swept
    # Put back where nothing has changed: not looked at, and gone with the next change or at its end.
    add(database, first)
    sign_ins.prune(database, NOW)
    assert {first.lineage, good.lineage} == lineages(database)
    sign_ins.prune(database, first.until + 1)
    assert set() == lineages(database)


def test_a_sweep_that_was_cut_short_begins_again(database: Database, anna: int) -> None:
    """Nothing is written down as looked at that was not."""
    ended = [row(anna) for _ in range(5)]
    add(database, *ended)
    with database.write() as connection:
        for one in ended:
            feed.revoke_lineage(connection, lineage=one.lineage, account_id=anna, until=one.until)
    sign_ins.prune(database, NOW, batch=2, deadline=0)
    assert 3 == len(lineages(database))
    with database.read() as connection:
        assert 0 == connection.execute(select(schema.feed.c.swept)).scalar_one()
    sign_ins.prune(database, NOW, batch=2)
    assert set() == lineages(database)


def test_numbers_of_another_database_say_nothing_of_this_one(database: Database, anna: int) -> None:
    """Where an earlier copy has taken its place everything is looked at anew."""
    one = row(anna)
    add(database, one)
    with database.write() as connection:
        feed.revoke_lineage(connection, lineage=one.lineage, account_id=anna, until=one.until)
        connection.execute(update(schema.feed).values(swept=1000))
    sign_ins.prune(database, NOW)
    assert set() == lineages(database)
