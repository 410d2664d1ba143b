"""A table's rows in the order of its key, and what sums them up: how many there are, and a hash over all their values.

Values are hashed as Python has them, each with its type and its length (MessagePack), so that a number is not its
digits, a missing value no empty one, and text no bytes; the same rows give the same sum on every engine. Keys are whole
numbers, bytes and text by code point, which both engines put in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, literal, select, tuple_
from sqlalchemy.exc import DBAPIError

from hardtack.store.failures import DatabaseError

BATCH = 5000
"""Rows that are read at a time."""

Row = tuple[Any, ...]

_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Sum:
    """What rows of a table are, to be compared.

    Args:
        rows: how many.
        digest: of all their values, 64 hexadecimal digits.
        last: the key of the last of them; ``None`` where there is none.
    """

    rows: int
    digest: str
    last: Row | None


def rows(
    connection: Connection, table: Table, *, after: Row | None = None, most: int | None = None
) -> Iterator[list[Row]]:
    """Yield the rows of *table* in the order of its key, many at a time, each with every column in the table's order.

    Args:
        connection: of a transaction, which stays open meanwhile.
        table: one with a key.
        after: a key; only what follows it.
        most: how many at most.

    Raises:
        DatabaseError: a text is none.
        DBAPIError: the database failed.
    """
    key = table.primary_key.columns
    asked = select(table).order_by(*key).limit(most)
    if after is not None:
        there = [literal(value, column.type) for value, column in zip(after, key, strict=True)]
        asked = asked.where(tuple_(*key) > tuple_(*there))
    try:
        # Little by little: a whole table need not fit into memory.
        with connection.execute(asked, execution_options={"yield_per": BATCH}) as found:
            for many in found.partitions():
                yield [tuple(row) for row in many]
    except DBAPIError as error:
        if str(error.orig).startswith("Could not decode"):
            raise DatabaseError(
                f"a text in the table {table.name} is no UTF-8", "put it right by hand, and try again"
            ) from None
        raise


def of(
    connection: Connection,
    table: Table,
    *,
    most: int | None = None,
    look: Callable[[list[Row]], object] = lambda _rows: None,
) -> Sum:
    """Return the sum of the rows of *table*.

    Args:
        connection: of a transaction.
        table: one with a key.
        most: only of the first so many.
        look: is shown all rows, many at a time.
    """
    key = [table.columns.keys().index(column.name) for column in table.primary_key.columns]
    summed = sha256(_encode([str(name) for name in (table.name, *table.columns.keys())]))
    number, last = 0, None
    for many in rows(connection, table, most=most):
        for row in many:
            summed.update(_encode(row))
        number += len(many)
        last = tuple(many[-1][position] for position in key)
        look(many)
    return Sum(number, summed.hexdigest(), last)
