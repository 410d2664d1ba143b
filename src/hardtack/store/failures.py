"""What is said when the database cannot be opened, and when it fails later.

What the operator has to put right is a ``DatabaseError``: one line and a hint, at start-up. What happens to a visitor's
request is ``StoreUnavailable``: 503, to be tried again. Neither ever shows a statement or a value, since values are
names and hashes and an error's text ends up in a log.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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


_SERVER = {
    "28": ("it does not let this user in", "look at the user, the password and the server's pg_hba.conf"),
    "3D": ("there is no such database", "CREATE DATABASE … OWNER …, as the documentation says"),
    "42501": ("this user may not change it", "let the user that runs this own the database"),
    "25006": ("it cannot be written to", "name the server that is no standby"),
    "53100": ("the disk is full", "free some space"),
    "53": ("the server has no room for more", "look at max_connections and at its memory"),
    "55P03": ("another process is holding it", "stop that process, or try again in a moment"),
    "57014": ("a statement took too long", "see what the server is busy with, or try again in a moment"),
    "57": ("the server is stopping or starting", "try again in a moment"),
    "XX": ("it is damaged", "look at the server's log, and restore a backup"),
    "": ("the server could not do what was asked", "look at the server's log"),
}
"""What is said of PostgreSQL's SQLSTATEs, by the whole or the class."""

_LONGEST = 200


@contextmanager
def opening(says: object) -> Iterator[None]:
    """Turn whatever goes wrong with the database, called *says* in texts, into one line and a hint."""
    try:
        with failing(says):
            yield
    except OSError as error:
        raise DatabaseError(
            f"the database {says} cannot be opened: {_lower(error.strerror or 'no reason given')}",
            "make its folder, and let the user that runs this write to both",
        ) from None


@contextmanager
def failing(says: object) -> Iterator[None]:
    """Turn a failure of the database, called *says* in texts, into one line and a hint."""
    try:
        yield
    except DBAPIError as error:
        problem, hint = _known(error)
        raise DatabaseError(f"the database {says} cannot be used: {problem}", hint) from None
    except PoolTimeout:
        raise DatabaseError(f"the database {says} cannot be used: its connections are in use", "try again") from None


@contextmanager
def answering() -> Iterator[None]:
    """Turn a failing database into the visitor's 503; a broken constraint is the caller's to understand."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise StoreUnavailable(name_of(error)) from error
    except PoolTimeout as error:
        raise StoreUnavailable("connections are in use") from error


def name_of(error: DBAPIError) -> str:
    """Return the name of what went wrong: SQLite's, such as ``SQLITE_BUSY``, or PostgreSQL's with its SQLSTATE."""
    name = getattr(error.orig, "sqlite_errorname", None) or type(error.orig).__name__
    state = getattr(error.orig, "sqlstate", None)
    return f"{name} ({state})" if state else name


def _known(error: DBAPIError) -> tuple[str, str]:
    """Return what is wrong, and what can be done."""
    state = getattr(error.orig, "sqlstate", "")
    if state != "":
        if state is None:
            return f"no connection: {_first_line(str(error.orig))}", "see whether the server runs, and whom it lets in"
        return _SERVER.get(state) or _SERVER.get(state[:2]) or _SERVER[""]
    name = name_of(error)
    return _OPENING.get(name.split("_")[1] if "_" in name else "", _OPENING[""])


def _first_line(text: str) -> str:
    """Return the beginning of what libpq says of a connection; it knows neither statement nor value, nor password."""
    return (text.strip().splitlines() or ["no reason given"])[0].removeprefix("connection failed: ")[:_LONGEST]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
