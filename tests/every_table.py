"""Rows in every table that there is, made from the metadata alone: each type's strangest values, and NULL where it may.

A table that comes later is filled, too, or fails the test that asks for rows in each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import CheckConstraint, Column, Connection, LargeBinary, Table, Text, delete, insert

from hardtack.store import Database, schema

ROWS = 5
WORDS = (
    "Ada",
    # Four bytes in UTF-8: by code point after the next, by UTF-16 before it.
    "\U0001f9c1 \U0010ffff",
    "\uffff\ufeff",
    "船\u202e\u2028 e\u0301 \u00e9 ẞ",
    "\x01'\"\\N\\.\\x41%s:a\t\r\n\x7f\x1b",
)
WHOLE = (0, 2**53 + 1, 2**63 - 1, 1, 2**31)
ACCOUNTS = (1, 2, 7, 2**31, 2**53 + 1)


def fill(database: Database) -> None:
    """Put rows into every table of *database*, which has none."""
    with database.write() as connection:
        connection.execute(delete(schema.feed))
        for table in schema.metadata.sorted_tables:
            _fill(connection, table)


def _fill(connection: Connection, table: Table) -> None:
    checks = [str(each.sqltext) for each in table.constraints if isinstance(each, CheckConstraint)]
    values = {column.name: list(_values(column, checks)) for column in table.columns}
    number = min(map(len, values.values()))
    connection.execute(insert(table), [{name: each[row] for name, each in values.items()} for row in range(number)])


def _values(column: Column[Any], checks: list[str]) -> Iterator[Any]:
    """Yield what the rows have in a column: something else in each; first nothing where that may be."""
    for row in range(ROWS):
        yield None if column.nullable and row == 0 else _value(column, row, checks)
        if f"{column.name} = 1" in checks:
            return


def _value(column: Column[Any], row: int, checks: list[str]) -> Any:
    if column.foreign_keys or (column.table is schema.account and column.primary_key):
        return ACCOUNTS[row]
    for check in checks:
        if found := re.fullmatch(rf"{column.name} IN \((.*)\)", check):
            allowed = [int(each) if each.isdigit() else each.strip("'") for each in found[1].split(", ")]
            return allowed[row % len(allowed)]
        if found := re.fullmatch(rf"length\({column.name}\) = (\d+)", check):
            return (bytes([0, 255, 92, 65, 128][row : row + 1]) * int(found[1]))[: int(found[1])]
        if check == f"{column.name} = 1":
            return 1
    if isinstance(column.type, Text):
        return WORDS[row]
    if isinstance(column.type, LargeBinary):
        return (b"", bytes(range(256)) * 4, b"\0", b"\\x41", "船".encode())[row]
    whole = WHOLE[row]
    return whole if "INTEGER" != str(column.type) or whole < 2**31 else row
