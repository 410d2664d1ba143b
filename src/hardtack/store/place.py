"""Whether a database's file is still the one that was opened.

An open file goes on working after it was moved away or deleted, or after another one was put in its place: what is
written to it then is lost with the process, and a process that starts meanwhile works on something else. So whoever
uses the database looks first, and a writer once more before anybody is told of a success. While the file is gone, or is
another one, nothing is read and nothing is written; it is back as soon as the same file is.

A process that starts takes the file that lies there, and never makes one where only the service as a whole may
(``require``): an empty database would hand out the numbers of accounts a second time.
"""

from __future__ import annotations

import os
from pathlib import Path

from hardtack.store.failures import DatabaseError, StoreUnavailable

GONE = "the file of the database is gone"
ANOTHER = "another file lies in the place of the database"


class Place:
    """The file at *path*, as it is now.

    Args:
        path: of the database; it is there.

    Raises:
        OSError: it is not.
    """

    __slots__ = ("_file", "_path")

    def __init__(self, path: Path) -> None:
        self._path = os.fspath(path)
        found = os.stat(self._path)
        self._file = found.st_ino, found.st_dev

    def look(self) -> None:
        """Make sure that it still lies there; about 1 µs.

        Raises:
            StoreUnavailable: it does not.
        """
        try:
            found = os.stat(self._path)
        except OSError as error:
            raise StoreUnavailable(GONE) from error
        if (found.st_ino, found.st_dev) != self._file:
            raise StoreUnavailable(ANOTHER)


def require(path: Path) -> None:
    """Make sure that there is a database at *path*, whatever it holds.

    Raises:
        DatabaseError: there is none.
    """
    if not path.is_file():
        raise DatabaseError(
            f"the database {path} is gone", "put it back; only a service that is started anew makes an empty one"
        )
