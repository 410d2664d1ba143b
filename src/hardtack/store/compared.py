"""Whether a database's tables are those of ``schema``: what is missing, what differs, and what is there besides.

Alembic compares tables, columns, indexes and foreign keys; checks, which it overlooks, are compared here by name. It
only reads. A difference names tables, columns and constraints, never a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import CheckConstraint, Connection, inspect

from hardtack.store import schema


def differences(connection: Connection) -> tuple[str, ...]:
    """Return a line for each thing in which the database is not as the metadata says; nothing where it is.

    Args:
        connection: of a transaction that reads, of a database of the present revision.
    """
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - loaded only where a schema is compared
    from alembic.migration import MigrationContext  # noqa: PLC0415 - see above

    parts = _parts(connection)
    options = {
        "version_table": schema.VERSION_TABLE,
        "compare_server_default": True,
        "compare_type": True,
        "include_name": lambda name, kind, _parents: kind != "table" or name not in parts,
    }
    context = MigrationContext.configure(connection, opts=options)
    found = [line for each in compare_metadata(context, schema.metadata) for line in _lines(each, connection)]
    return (*found, *_checks(connection))


def _parts(connection: Connection) -> frozenset[str]:
    """Return the tables that are parts of others, which an operator may have made; what they are like is seen there."""
    if connection.dialect.name != "postgresql":
        return frozenset()
    found = connection.exec_driver_sql("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")
    return frozenset(found.scalars())


def _lines(difference: Any, connection: Connection) -> Iterator[str]:
    if isinstance(difference, list):
        for each in difference:
            yield from _lines(each, connection)
        return
    what, *about = difference
    verb, _, kind = what.partition("_")
    if verb == "modify":
        table, name = about[1], about[2]
        column = schema.metadata.tables[table].c[name]
        if kind == "default" and column.identity is not None and connection.dialect.name == "sqlite":
            # What SQLite calls AUTOINCREMENT it does not tell as a default.
            return
        yield f"the {kind} of {table}.{name} differs"
        return
    one = about[-1]
    name = getattr(one, "name", None) or type(one).__name__
    table = getattr(getattr(one, "table", None), "name", None) or (about[-2] if kind == "column" else None)
    place = name if kind == "table" or table is None else f"{table}.{name}"
    yield f"the {kind} {place} is {'missing' if verb == 'add' else 'there besides'}"


def _checks(connection: Connection) -> Iterator[str]:
    inspected = inspect(connection)
    there = set(inspected.get_table_names())
    for table in schema.metadata.sorted_tables:
        if table.name not in there:
            continue
        wanted = {str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)}
        for name in sorted(wanted - {each["name"] for each in inspected.get_check_constraints(table.name)}):
            yield f"the check {table.name}.{name} is missing"
