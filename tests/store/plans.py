"""What the statements of a connection do, in the words of ``tests.plans``, and which of them would be slow one day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from hardtack.store.schema import metadata
from tests.plans import steps


@contextmanager
def plans_of(whose: Connection | Engine) -> Iterator[dict[str, list[str]]]:
    """Give what a database says of every statement that is sent over *whose* connection, or all of them, meanwhile."""
    plans: dict[str, list[str]] = {}

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        plans[statement] = steps(connection, statement, parameters[0] if many else parameters)

    event.listen(whose, "before_cursor_execute", explain)
    yield plans
    event.remove(whose, "before_cursor_execute", explain)


def scans(plans: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Return the statements that read a whole table of those that grow, or put rows into an order by themselves."""
    grow = set(metadata.tables) - {"feed", "revoked_key", "counted", "welcome"}
    return [
        (statement, step)
        for statement, steps in plans.items()
        for step in steps
        if (re.match(r"SCAN (\w+)", step) and step.split()[1] in grow and "LIMIT" not in statement)
        # Of one address and one name there are two rows at most.
        or ("TEMP B-TREE FOR ORDER BY" in step and not re.search(r"email_canonical = (\?|%)", statement))
    ]
