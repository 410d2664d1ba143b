"""How much there is of everything: counted now while it is little, as it was counted last when it is much."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import insert, text, update

from hardtack.seal import Keyring
from hardtack.store import AccountRows, Database, counting, outbox, schema
from hardtack.store.counting import KEPT, MOST, TRUSTED, Counts, count, counts
from hardtack.store.streaks import LIMIT
from tests.store.plans import plans_of
from tests.store.test_directory import NOW, add

NOTHING = Counts(accounts=0, administrators=0, disabled=0, sign_ins=0, invitations=0, mail=0, locked=0)


def counted(database: Database, now: int = NOW) -> Counts:
    """Return what a page would show."""
    with database.read() as connection:
        return counts(connection, now)


def fill(database: Database, number: int) -> None:
    """Make so many accounts."""
    rows = [{"name": f"n{each}", "display_name": "N", "created": 1} for each in range(number)]
    with database.write() as connection:
        connection.execute(insert(schema.account), rows)


def test_counts_count(database: Database) -> None:
    """Each of them, and not what is over."""
    boss = add(database, "boss", administrator=True)
    second = add(database, "second", administrator=True)
    for name in ("ada", "bob", "eve"):
        add(database, name)
    with database.write() as connection:
        AccountRows().close(connection, second.id, NOW)
        AccountRows().disable(connection, boss.id + 2, NOW)
        outbox.put(connection, Keyring.generate(), b"order", now=NOW, until=NOW + 1)
        for number, until in enumerate((NOW + 1, NOW)):
            sign_in = "INSERT INTO signed_in VALUES (:lineage, 1, 0, 0, 0, :until, 2000000, '', '', '', 'password')"
            connection.execute(text(sign_in), {"lineage": bytes([number]) * 16, "until": until})
            invited = "INSERT INTO invitation (invitation_id, created, until) VALUES (:lineage, 0, :until)"
            connection.execute(text(invited), {"lineage": bytes([number]) * 16, "until": until})
        for number, failures in enumerate((LIMIT - 1, LIMIT, LIMIT + 1)):
            values = {"key": bytes([number]), "failures": failures}
            connection.execute(text("INSERT INTO streak (key, failures, last) VALUES (:key, :failures, 1)"), values)
        used = "INSERT INTO invitation (invitation_id, created, until, used) VALUES (:id, 0, :until, 1)"
        connection.execute(text(used), {"id": b"u" * 16, "until": NOW + 1})
    expected = Counts(accounts=4, administrators=1, disabled=1, sign_ins=1, invitations=1, mail=1, locked=2)
    assert expected == counted(database)


def test_what_is_much_is_shown_as_it_was_counted_and_when(database: Database) -> None:
    """Before that it is more than what a page counts; while it is little, it is what it is now."""
    fill(database, MOST)
    count(database, NOW)
    assert replace(NOTHING, accounts=MOST) == counted(database)
    add(database, "one more")
    assert replace(NOTHING, accounts=MOST, earlier={"accounts": 0}) == counted(database)
    count(database, NOW)
    assert replace(NOTHING, accounts=MOST + 1, earlier={"accounts": NOW}) == counted(database)

    with database.write() as connection:
        connection.execute(update(schema.account).where(schema.account.c.id > 3).values(closed_at=NOW))
    assert replace(NOTHING, accounts=3) == counted(database)


@pytest.mark.parametrize(("later", "shown"), [(0, 1), (KEPT - 1, 1), (KEPT, 2), (-1, 1), (-KEPT, 2)])
def test_nothing_is_counted_whole_again_for_a_while(database: Database, later: int, shown: int) -> None:
    """Every process counts when it deletes what is over; one of them is enough, though their clocks differ."""
    fill(database, MOST + 1)
    count(database, NOW)
    add(database, "one more")
    count(database, NOW + later)
    assert MOST + shown == counted(database).accounts


@pytest.mark.parametrize(("later", "is_counted"), [(0, False), (TRUSTED - 1, False), (TRUSTED, True), (-TRUSTED, True)])
def test_what_was_far_more_is_not_counted_by_a_page(database: Database, later: int, is_counted: bool) -> None:
    """For a while after it was counted whole; then a page looks by itself, as far as it counts."""
    fill(database, 2 * MOST)
    count(database, NOW)
    with database.write() as connection:
        connection.execute(update(schema.account).values(closed_at=NOW))
    expected = NOTHING if is_counted else replace(NOTHING, accounts=2 * MOST, earlier={"accounts": NOW})
    assert expected == counted(database, NOW + later)
    # Where it is counted whole the next time, it is little.
    count(database, NOW + TRUSTED)
    assert NOTHING == counted(database, NOW + TRUSTED)


def test_everything_may_be_much(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then a page counts nothing; what a later version has counted is left alone."""
    with database.write() as connection:
        rows = [{"name": name, "number": 2 * MOST, "at": NOW} for name in (*counting._THINGS, "of a later version")]
        connection.execute(insert(schema.counted), rows)
    assert {2 * MOST} == {getattr(counted(database), name) for name in counting._THINGS}
    monkeypatch.delattr(counting, "_whole")
    count(database, NOW)


def test_a_page_counts_no_further_than_it_shows(database: Database, engine: str) -> None:
    """Each thing up to a limit and led by an index, so that a million of it costs what a thousand does."""
    with database.read() as connection, plans_of(connection) as plans:
        counts(connection, NOW)
    ((statement, steps),) = [(each, steps) for each, steps in plans.items() if "count(" in each]
    if engine == "postgresql":
        assert len(counting._THINGS) == statement.count("LIMIT %") == steps.count("Limit")
        assert len(counting._THINGS) == sum(step.startswith("Index") and " using ix_" in step for step in steps)
        assert "Index Scan using ix_signed_in_until on signed_in" in steps
        return
    read = [step for step in steps if step.startswith(("SCAN ", "SEARCH ")) and not re.search(r"anon_|CONSTANT", step)]
    assert len(counting._THINGS) == statement.count("LIMIT ?") == len(read)
    assert [] == [step for step in read if " INDEX " not in step]
    assert "SEARCH signed_in USING INDEX ix_signed_in_until (until>?)" in read
