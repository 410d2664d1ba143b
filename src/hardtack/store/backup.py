"""A copy of a database that is in use: SQLite's own online backup, one consistent moment of it.

Nothing stops meanwhile; what is written while the copy is made is either whole in it or not at all. The copy is one
file, readable by us alone, that was looked at before it counts. The generation is no part of it: it says only that
something changed, and whoever opens the copy begins a new one.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from hardtack.store.failures import DatabaseError
from hardtack.store.schema import VERSION_TABLE

_REVISION = f"SELECT version_num FROM {VERSION_TABLE}"  # noqa: S608 - a constant


def copy(source: Path, target: Path) -> str:
    """Copy the database at *source* to *target*, and return the revision of its schema.

    Args:
        source: a SQLite file, in use or not.
        target: a path at which there is nothing.

    Raises:
        DatabaseError: there is no database of ours, it is damaged, or it cannot be copied.
        OSError: the target cannot be made.
    """
    if not source.is_file():
        raise DatabaseError(f"there is no database at {source}", "name the data folder with --data")
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        with closing(sqlite3.connect(_uri(source, "ro"), uri=True)) as there, closing(sqlite3.connect(target)) as here:
            # All at once: page by page it would begin anew at every write of another process.
            there.backup(here, pages=-1)
            # One file, with no second one beside it.
            here.execute("PRAGMA journal_mode = DELETE")
        revision = look_at(target)
    except sqlite3.Error as error:
        raise DatabaseError(
            f"{source} cannot be copied: {type(error).__name__}", "look whether it is damaged"
        ) from None
    _sync(target)
    return revision


def look_at(path: Path) -> str:
    """Return the revision of the schema of the copy at *path*, if it is whole.

    Raises:
        DatabaseError: it is not.
    """
    try:
        with closing(sqlite3.connect(_uri(path, "ro"), uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchall()
            if found == [("ok",)]:
                (revision,) = connection.execute(_REVISION).fetchone()
                return str(revision)
    except (sqlite3.Error, TypeError):
        pass
    raise DatabaseError(f"{path} is damaged, or no database of ours", "take another copy")


def _uri(path: Path, mode: str) -> str:
    return f"file:{quote(os.fsencode(path))}?mode={mode}"


def _sync(path: Path) -> None:
    for each in (path, path.parent):
        file = os.open(each, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)
