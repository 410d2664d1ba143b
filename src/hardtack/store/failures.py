"""What is said when the database cannot be opened, and when it fails later.

What the operator has to put right is a ``DatabaseError``: one line and a hint, at start-up. What happens to a visitor's
request is ``StoreUnavailable``: 503, to be tried again. Neither ever shows a statement or a value, since values are
names and hashes and an error's text ends up in a log.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hardtack.errors import MisuseError, Refused


class DatabaseError(MisuseError):
    """A database cannot be opened or used; the text names it and says what to do."""


class StoreUnavailable(Refused):
    """The database did not answer in time or failed; nothing was changed, and trying again makes sense."""

    status = 503
    slug = "store-unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(
            {
                "en": "The service cannot reach its records just now.",
                "zh": "服务暂时无法读取数据。",
            },
            reason=reason,
            retry_after=2,
        )


_OPENING = {
    "NOTADB": ("it is no SQLite database", "name another file, or move this one away"),
    "CORRUPT": ("it is damaged", "restore a backup"),
    "CANTOPEN": ("it cannot be opened", "let the user that runs this write to the file and its folder"),
    "READONLY": ("it cannot be written to", "let the user that runs this write to the file and its folder"),
    "BUSY": ("another process is holding it", "stop that process, or try again in a moment"),
    "FULL": ("the disk is full", "free some space"),
    "": ("SQLite could not read or write it", "see whether the disk is full or failing"),
}
"""What is said of SQLite's result codes while a database is opened."""


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong with the file into one line and a hint."""
    try:
        yield
    except OSError as error:
        raise DatabaseError(
            f"the database {path} cannot be opened: {_lower(error.strerror or 'no reason given')}",
            "make its folder, and let the user that runs this write to both",
        ) from None
    except DBAPIError as error:
        name = _sqlite_name(error)
        known = _OPENING.get(name.split("_")[1] if "_" in name else "", _OPENING[""])
        raise DatabaseError(f"the database {path} cannot be used: {known[0]}", known[1]) from None


@contextmanager
def answering() -> Iterator[None]:
    """Turn a failing database into the visitor's 503; a broken constraint is the caller's to understand."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise StoreUnavailable(_sqlite_name(error)) from error
    except PoolTimeout as error:
        raise StoreUnavailable("connections are in use") from error


def _sqlite_name(error: DBAPIError) -> str:
    """Return the name of SQLite's result code, such as ``SQLITE_BUSY``."""
    return getattr(error.orig, "sqlite_errorname", None) or type(error.orig).__name__


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
