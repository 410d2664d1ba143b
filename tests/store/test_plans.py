"""What is run for every sign-in, every second and every hour is led by an index, on both engines.

A plan that reads a whole table is quick in every other test; at a million rows it is not. The pages are looked at in
``tests/site/test_plans.py``; here are the statements that no page runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from hardtack.store import AccountRows, Database, RevocationTable, audit, feed, half, invitations, outbox, sign_ins
from hardtack.store.audit import Position
from hardtack.store.streaks import Streaks
from hardtack.store.throttle import Budget, Budgets
from tests.plans import some
from tests.store.plans import plans_of, scans

NOW = 1_000_000


NEW_REVOCATIONS = {
    "sqlite": "SEARCH revocation USING INTEGER PRIMARY KEY (rowid>?)",
    "postgresql": "SEARCH revocation USING INDEX pk_revocation",
}
NEW_ACCOUNTS = {
    "sqlite": "SEARCH account USING INDEX ix_account_change (change>?)",
    "postgresql": "SEARCH account USING INDEX ix_account_change",
}
ITS_SIGN_IN = {
    "sqlite": "SEARCH signed_in USING PRIMARY KEY (lineage=?)",
    "postgresql": "SEARCH signed_in USING INDEX pk_signed_in",
}
THEIR_SIGN_INS = {
    "sqlite": "SEARCH signed_in USING INDEX ix_signed_in_account_id_began (account_id=?)",
    "postgresql": "SEARCH signed_in USING INDEX ix_signed_in_account_id_began",
}
"""How each engine says that an index leads there."""

RUNS: dict[str, Callable[[Connection], object]] = {
    "an attempt to sign in": lambda connection: (
        AccountRows().by_identifier(connection, "ada"),
        Streaks().read(connection, (b"a" * 32,), NOW),
        Budgets().take(connection, [(b"a" * 32, Budget(10, 6))], NOW),
    ),
    "many failures": lambda connection: Streaks().read_many(connection, [b"a" * 32] * 3, NOW),
    "who is under attack": lambda connection: audit.newest_of_accounts(connection, "sign-in-refused", limit=2000),
    "several accounts": lambda connection: AccountRows().several(connection, [1, 2, 3]),
    "an event of a day": lambda connection: audit.page(
        connection, account_id=1, event="sign-in", since=1, until=NOW, before=Position(5, 5), limit=50
    ),
    "the end of a sign-in": lambda connection: feed.revoke_lineage(
        connection, lineage=b"l" * 16, account_id=1, until=NOW
    ),
    "the end of everybody's": lambda connection: feed.raise_epochs(connection, after=7, most=100),
    "old revocations": lambda connection: feed.prune(connection, NOW, batch=10),
    "old events": lambda connection: audit.prune(connection, NOW, batch=10),
    "old mail": lambda connection: outbox.expire(connection, now=NOW, batch=10),
    "old invitations": lambda connection: invitations.prune(connection, NOW, batch=10),
    "old half sign-ins": lambda connection: half.prune(connection, NOW, batch=10),
}


@pytest.mark.parametrize("what", RUNS)
def test_no_statement_reads_a_table_that_grows(database: Database, what: str) -> None:
    """Nor is anything sorted: an index has it in order."""
    with database.write() as connection:
        some(connection)
    with database.write() as connection, plans_of(connection) as plans:
        RUNS[what](connection)
    counted = re.compile(r"SELECT count\(\*\) AS number \nFROM (throttle|streak)$")
    assert plans
    assert [] == scans({each: steps for each, steps in plans.items() if not counted.match(each)})


def test_the_poll_reads_what_is_new_alone(database: Database, engine: str) -> None:
    """By the numbers of the feed: of revocations, accounts and keys."""
    with database.write() as connection:
        feed.revoke_lineage(connection, lineage=b"l" * 16, account_id=1, until=NOW)
    with plans_of(database._engine) as plans:
        RevocationTable(database).refresh()
    found = [step for each in plans.values() for step in each]
    assert NEW_REVOCATIONS[engine] in found
    assert NEW_ACCOUNTS[engine] in found


def test_what_has_ended_is_looked_for_among_the_changes(database: Database, engine: str) -> None:
    """The list of sign-ins is never read through: a change leads to an account, and that to its sign-ins."""
    with database.write() as connection:
        some(connection)
        feed.revoke_lineage(connection, lineage=b"l" * 16, account_id=1, until=NOW)
    with plans_of(database._engine) as found:
        sign_ins.prune(database, NOW)
    (by_revocation,) = (steps for statement, steps in found.items() if "FROM revocation JOIN signed_in" in statement)
    (by_account,) = (steps for statement, steps in found.items() if "FROM account JOIN signed_in" in statement)
    assert [NEW_REVOCATIONS[engine], ITS_SIGN_IN[engine]] == by_revocation
    assert [NEW_ACCOUNTS[engine], THEIR_SIGN_INS[engine]] == by_account
    assert [] == scans(found)
