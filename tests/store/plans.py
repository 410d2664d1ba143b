"""How an engine would carry out what is sent to it: SQLite's ``EXPLAIN QUERY PLAN``, PostgreSQL's ``EXPLAIN``.

On PostgreSQL a table without rows would be read whole whatever indexes there are; so the planner is told to avoid that,
and does it only where no index leads to what is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from hardtack.store.schema import metadata

AVOID = "; ".join(f"SET LOCAL enable_{each} = off" for each in ("seqscan", "bitmapscan", "sort", "hashjoin"))


@contextmanager
def plans_of(sender: Connection | Engine) -> Iterator[dict[str, list[str]]]:
    """Give the steps of every statement that is sent over a connection, or any of an engine's, meanwhile."""
    plans: dict[str, list[str]] = {}

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        driver: Any = connection.connection.driver_connection
        given = parameters[0] if many else parameters
        if connection.dialect.name == "postgresql":
            driver.execute(AVOID).close()
            found = [row[0] for row in driver.execute(f"EXPLAIN (COSTS OFF) {statement}", given)]
            plans[statement] = [step.strip().removeprefix("->").strip() for step in found]
        else:
            plans[statement] = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", given)]

    event.listen(sender, "before_cursor_execute", explain)
    yield plans
    event.remove(sender, "before_cursor_execute", explain)


def scans(plans: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Return the statements that read a whole table of those that grow, or put rows into an order by themselves."""
    grow = set(metadata.tables) - {"feed", "revoked_key", "counted", "welcome"}
    return [
        (statement, step)
        for statement, steps in plans.items()
        for step in steps
        if ((found := re.match(r"(?:SCAN|Seq Scan on) (\w+)", step)) and found[1] in grow and "LIMIT" not in statement)
        or (_sorts(step) and "email_canonical =" not in statement)
    ]


def _sorts(step: str) -> bool:
    """Return whether a step puts rows into an order; of one address and one name there are two rows at most."""
    # An incremental sort puts those of the same second in order, which an index has together.
    return "TEMP B-TREE FOR ORDER BY" in step or step == "Sort"
