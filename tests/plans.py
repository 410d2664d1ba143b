"""How a database would carry a statement out, told in the same words for both engines.

On PostgreSQL the planner is asked what it can do without reading a table through and without putting rows into an
order: what it does so all the same, no index leads to, however many rows there will be.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SORTS = "USE TEMP B-TREE FOR ORDER BY"

_AVOIDED = "seqscan", "hashjoin", "mergejoin", "material"
_RELUCTANT = "; ".join(f"SET LOCAL enable_{each} = off" for each in _AVOIDED)
_EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")

_SOME = (
    "INSERT INTO account (name, display_name, created) SELECT 'n' || n, 'N', 1 FROM generate_series(1, 500) AS n",
    """INSERT INTO invitation (invitation_id, created, until, invited_by)
    SELECT decode(md5(name), 'hex'), 1, 10000000000, id FROM account WHERE display_name = 'N'""",
    """INSERT INTO signed_in
    (lineage, account_id, epoch, began, last_seen, deadline, until, client, device, place, factors)
    SELECT decode(md5(name), 'hex'), id, 0, 1, 1, 10000000000, 10000000000, '', '', '', 'password'
    FROM account WHERE display_name = 'N'""",
    """INSERT INTO revocation (change, kind, subject, account_id, until)
    SELECT -id, 'lineage', decode(md5(name), 'hex'), id, 10000000000 FROM account WHERE display_name = 'N'""",
    "ANALYZE account, invitation, signed_in, revocation",
)


def some(connection: Any) -> None:
    """Make some rows on PostgreSQL: of an empty table it makes no difference to it which index is read."""
    if connection.dialect.name == "postgresql":
        for each in _SOME:
            connection.exec_driver_sql(each)


def steps(connection: Any, statement: str, parameters: Any) -> list[str]:
    """Return the steps of *statement*: ``SEARCH table …`` where an index leads, ``SCAN table …``, ``SORTS``.

    Of a table in parts there is also what is done to which part, such as ``DELETE part``.

    Args:
        connection: SQLAlchemy's, within a transaction.
        statement: as the driver gets it.
        parameters: of it, or of its first run.
    """
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        return [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    if not statement.lstrip().startswith(_EXPLAINED):
        return []
    found: list[str] = []
    with driver.cursor() as cursor:
        cursor.execute(_RELUCTANT)
        # Rather than put a few rows into an order it would read all of them: that is asked for last.
        for sorting in ("off", "on"):
            cursor.execute(f"SET LOCAL enable_sort = {sorting}")
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
            (told,) = cursor.fetchone()
            found = list(_walk((told if isinstance(told, list) else json.loads(told))[0]["Plan"]))
            if not any(step.startswith("SCAN") for step in found):
                break
    return found


def _walk(node: Mapping[str, Any], *, limited: bool = False) -> Iterator[str]:
    kind = node["Node Type"]
    if kind == "Seq Scan":
        yield f"SCAN {node['Relation Name']}"
    elif kind in ("Index Scan", "Index Only Scan"):
        # Without a condition it is read from one end on, and with a limit no further than that.
        ends = "Index Cond" in node or (limited and "Filter" not in node)
        yield f"{'SEARCH' if ends else 'SCAN'} {node['Relation Name']} USING INDEX {node['Index Name']}"
    elif kind == "Bitmap Heap Scan":
        yield from (f"SEARCH {node['Relation Name']} USING INDEX {each}" for each in _named(node["Plans"]))
        return
    elif kind == "ModifyTable":
        # The parts of a table that has parts.
        yield from (f"{node['Operation'].upper()} {each['Relation Name']}" for each in node.get("Target Tables", ()))
    elif kind == "Sort":
        # Not of what an index has nearly in order: then a few that are equal there are sorted at a time.
        yield SORTS
    for child in node.get("Plans", ()):
        yield from _walk(child, limited=kind == "Limit")


def _named(nodes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the indexes that rows are gathered from, which always have a condition."""
    for node in nodes:
        if "Index Name" in node:
            yield node["Index Name"]
        yield from _named(node.get("Plans", ()))
