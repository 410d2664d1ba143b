"""What the things are given to keep: one small file, shared by all processes of the service.

It is a toy box: when there is too much in it, what is oldest goes, and nothing secret belongs here. Every operation is
one transaction, so that of two that want the same thing only one gets it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

FILE_NAME = "playground.db"
MOST = 500
"""How many things of one kind are kept; of more, the oldest go."""

_TABLE = """
create table if not exists thing (
  kind text not null, name text not null, version integer not null, content text not null, made integer not null,
  primary key (kind, name)
) without rowid
"""


class Kept:
    """The box.

    Args:
        folder: where its file lies.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        # No write-ahead log: SQLite does not wait for others while it changes to one, and a worker that starts beside
        # others would not start. A box that is opened anew for each operation would gain nothing by it either.
        with closing(self._open()) as box:
            box.execute(_TABLE)

    def _open(self) -> sqlite3.Connection:
        # One connection for each operation: they run in threads of a pool, and are rare.
        return sqlite3.connect(self._path, timeout=5, isolation_level=None)

    def get(self, kind: str, name: str) -> tuple[int, str] | None:
        """Return the version and the content of a thing, or ``None`` if it is not there."""
        with closing(self._open()) as box:
            row = box.execute("select version, content from thing where kind = ? and name = ?", (kind, name)).fetchone()
        return None if row is None else (row[0], row[1])

    def add(self, kind: str, name: str, content: str) -> bool:
        """Put a thing in; return whether its name was free."""
        with closing(self._open()) as box, box:
            box.execute("begin immediate")
            made = box.execute("select coalesce(max(made), 0) + 1 from thing where kind = ?", (kind,)).fetchone()[0]
            added = box.execute(
                "insert into thing values (?, ?, 1, ?, ?) on conflict do nothing", (kind, name, content, made)
            ).rowcount
            if added:
                box.execute("delete from thing where kind = ? and made <= ?", (kind, made - MOST))
            box.execute("commit")
        return added == 1

    def change(self, kind: str, name: str, version: int, content: str) -> bool:
        """Write a thing whose present version is *version*; return whether it was."""
        with closing(self._open()) as box:
            return (
                box.execute(
                    "update thing set version = version + 1, content = ? where kind = ? and name = ? and version = ?",
                    (content, kind, name, version),
                ).rowcount
                == 1
            )

    def remove(self, kind: str, name: str, version: int | None = None) -> bool:
        """Take a thing out, if its present version is *version*, where one is given; return whether it was."""
        wanted = "" if version is None else " and version = ?"
        values = (kind, name) if version is None else (kind, name, version)
        with closing(self._open()) as box:
            return box.execute(f"delete from thing where kind = ? and name = ?{wanted}", values).rowcount == 1  # noqa: S608
