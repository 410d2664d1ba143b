"""The mark of a database that a copy was begun into and not finished: from where, and how far it is.

The mark stands where every version of ours looks before it uses a database, at the revision of the schema: one that is
no revision is refused by all of them, so that a service never starts on half of its accounts and revocations. What the
copy needs to go on lies beside it, in a table of its own that belongs to no revision. Both go in the transaction that
ends the copy, after everything was compared.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    Table,
    Text,
    column,
    delete,
    func,
    select,
    table,
    update,
)

from hardtack.store import schema
from hardtack.store.failures import DatabaseError

_BEGINS = "copying-"

REVISION = f"{_BEGINS}{schema.REVISION}"
"""What stands in the place of the revision while a copy is made; Alembic has room for 32 characters."""

_mark = Table(
    "unfinished_copy",
    MetaData(),
    Column("source", Text, nullable=False),
    # The table that is copied now, and how many of its rows are there.
    Column("at_table", Text, nullable=False),
    Column("at_row", BigInteger, nullable=False),
)

TABLE = _mark.name

_version = table(schema.VERSION_TABLE, column("version_num"))


class Unfinished(NamedTuple):
    """How far a copy is.

    Args:
        source: how texts name the database that it is made of.
        table: which is copied now.
        rows: of it that are there.
    """

    source: str
    table: str
    rows: int


def is_one(revision: str | None) -> bool:
    """Return whether what stands in the place of the schema's revision says that a copy was begun."""
    return revision is not None and revision.startswith(_BEGINS)


def refuse(connection: Connection, revision: str | None, says: str) -> None:
    """Refuse a database that holds a part of another one.

    Args:
        connection: of a transaction.
        revision: what stands in the place of the schema's.
        says: how texts name the database.

    Raises:
        DatabaseError: it does.
    """
    if is_one(revision):
        raise DatabaseError(
            f"the database {says} holds only a part of {of(connection).source}, whose copy was not finished",
            "run hardtack database copy again as before: it goes on where it stopped",
        )


def look(connection: Connection, revision: str | None, *, source: str, says: str) -> Unfinished | None:
    """Return how far the copy of *source* is; ``None`` where none was begun and there is nothing but the schema.

    Args:
        connection: of a transaction, of the target.
        revision: what stands in the place of the schema's.
        source: how texts name what is to be copied.
        says: how texts name the target.

    Raises:
        DatabaseError: the target holds something else.
    """
    anew = "make the target anew, with nothing in it"
    if revision == schema.REVISION:
        if (filled := _filled(connection)) is not None:
            raise DatabaseError(f"the database {says} is not empty: there are rows in {filled}", anew)
        return None
    found = of(connection)
    if revision != REVISION:
        raise DatabaseError(
            f"the database {says} holds an unfinished copy by another version of hardtack",
            f"let that version finish it, or {anew}",
        )
    if found.source != source:
        raise DatabaseError(
            f"the database {says} holds an unfinished copy of {found.source}, and not of {source}",
            f"finish that one, or {anew}",
        )
    return found


def _filled(connection: Connection) -> str | None:
    """Return the name of a table that has rows; those that the schema is made with do not count."""
    for each in schema.metadata.sorted_tables:
        rows = select(func.count()).select_from(select(each.primary_key.columns[0]).limit(1).subquery())
        if each is schema.feed:
            rows = select(func.count()).select_from(each).where((each.c.change != 0) | (each.c.swept != 0))
        if connection.execute(rows).scalar_one():
            return each.name
    return None


def begin(connection: Connection, source: str) -> None:
    """Mark a database that is empty but for its schema, and take away the rows that this was made with."""
    _mark.create(connection)
    connection.execute(_mark.insert(), {"source": source, "at_table": "", "at_row": 0})
    connection.execute(delete(schema.feed))
    connection.execute(update(_version).values(version_num=REVISION))


def of(connection: Connection) -> Unfinished:
    """Return how far the copy is."""
    return Unfinished(*connection.execute(select(_mark)).one())


def move(connection: Connection, name: str, rows: int) -> None:
    """Note that so many rows of the table *name* are there."""
    connection.execute(update(_mark).values(at_table=name, at_row=rows))


def end(connection: Connection) -> None:
    """Take the mark away: the copy is whole."""
    _mark.drop(connection)
    connection.execute(update(_version).values(version_num=schema.REVISION))
