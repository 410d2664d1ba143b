"""What a ``Database`` asks of its engine: the one thing that SQLite and PostgreSQL each do in their own way.

Nobody else asks which engine it is. Each part names itself in texts (``says``), opens connections that begin their
transactions as ``Database`` promises, knows what it must do around a commit, and holds others off while the schema
changes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import ClassVar, Protocol

from sqlalchemy import Connection, Engine, column, inspect, select, table

from hardtack.store import schema
from hardtack.store.alone import Alone
from hardtack.store.generation import AnyGeneration

FEED_CHANGED = "hardtack_feed_changed"
"""Set in ``Connection.info`` by a transaction whose commit must raise the generation."""


class Listener(Protocol):
    """Who is told of changes that other nodes have made."""

    def stop(self) -> None:
        """Listen no more, and wait until that is so."""


Woken = Callable[[Callable[[], float] | None], None]
"""Called where something has changed, with what returns the seconds since that was committed, if that can be told."""


class Part(ABC):
    """One database of one engine; safe to share among threads.

    Args:
        says: how texts name it.
    """

    name: ClassVar[str]
    """What the engine is called."""

    generation: AnyGeneration
    """By which the processes that share it are told of changes."""

    def __init__(self, says: str) -> None:
        self.says = says

    @abstractmethod
    def engine(self) -> Engine:
        """Return an engine whose transactions read one state and write nothing; no connection is opened before use."""

    @abstractmethod
    def opening(self) -> AbstractContextManager[None]:
        """Turn whatever goes wrong while it is opened into a ``DatabaseError``."""

    @abstractmethod
    def open(self, engine: Engine) -> None:
        """Make sure that it is a database of ours or an empty one, and make it ready; also its generation."""

    @abstractmethod
    def look(self) -> None:
        """Make sure that it is still the one that was opened; before each transaction, and after each that wrote.

        Raises:
            StoreUnavailable: it is not.
        """

    @abstractmethod
    def writer(self, engine: Engine) -> Connection:
        """Return a connection whose transactions are those of the only writer."""

    @abstractmethod
    def is_usable(self, connection: Connection) -> bool:
        """Return whether a connection of ``writer`` can begin another transaction."""

    @abstractmethod
    def before_writing(self, connection: Connection, *, lasting: bool) -> None:
        """Say whether the next transaction's commit is on the disk before it returns."""

    @abstractmethod
    def before_commit(self, connection: Connection) -> None:
        """Do what belongs to the end of a transaction.

        Raises:
            StoreUnavailable: it cannot be committed.
        """

    @abstractmethod
    def migrating(self, engine: Engine) -> AbstractContextManager[Connection]:
        """Give a connection in a transaction that may change the schema, while nobody else does."""

    @abstractmethod
    def alone(self, *, writes: bool) -> AbstractContextManager[Alone]:
        """Give a connection of a database that nobody else uses; see ``Database.alone``."""

    @abstractmethod
    def mark(self, connection: Connection) -> None:
        """Mark the database as ours, in the transaction that migrates it."""

    def listen(self, woken: Woken) -> Listener | None:
        """Have *woken* called, in a thread of its own, whenever another node has changed something.

        Returns ``None`` where there is no other node.
        """
        return None


def revision(connection: Connection) -> str | None:
    """Return the revision of the schema, or ``None`` where nothing was made yet."""
    if not inspect(connection).has_table(schema.VERSION_TABLE):
        return None
    present = connection.execute(select(column("version_num")).select_from(table(schema.VERSION_TABLE))).scalar()
    return None if present is None else str(present)
