"""When a table with a cap is counted."""

from __future__ import annotations

from hardtack.store import Budget, Budgets, Database
from hardtack.store.room import Room
from tests.store.plans import plans_of


def test_a_process_counts_at_its_first_row_and_then_for_every_fiftieth_of_the_cap() -> None:
    """So a table is never larger than its cap and that much for each process; a small one is counted each time."""
    large, small = Room(150), Room(49)
    assert [True, False, False, False, True, False, False, False, True] == [large.is_due() for _ in range(9)]
    assert [True] * 3 == [small.is_due() for _ in range(3)]


def test_attack_8_which_attempt_counts_depends_on_how_many_there_were_alone(database: Database) -> None:
    """Not on whose they are, so the time of an answer tells nothing of a name."""
    budgets, budget = Budgets(100), Budget(at_once=10, interval=6)
    counted = []
    for number in range(9):
        with database.write() as connection, plans_of(connection) as plans:
            budgets.take(connection, [(bytes([number % 2]) * 32, budget)], 1000)
        counted.append(any("count(" in statement for statement in plans))
    assert [True, False, False, True, False, False, True, False, False] == counted
