"""Statements that each engine spells in its own way: an INSERT that finds its row there, and the greater of two values.

A statement is built once for each engine, by one function that is given the engine's words. ``on`` returns the one for
the engine of a connection, ``of`` the one for an engine's name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func
from sqlalchemy.dialects import postgresql, sqlite


@dataclass(frozen=True, slots=True)
class Words:
    """What an engine calls what a statement needs.

    Args:
        insert: makes an INSERT that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``.
        greater: the greater of two expressions.
    """

    insert: Callable[[Any], Any]
    greater: Callable[[Any, Any], Any]


_WORDS = {
    "sqlite": Words(sqlite.insert, func.max),
    "postgresql": Words(postgresql.insert, func.greatest),
}


class ByEngine:
    """One statement for each engine.

    Args:
        build: makes it of an engine's words.
    """

    def __init__(self, build: Callable[[Words], Any]) -> None:
        # Asked whether the row was there, PostgreSQL's driver would have forgotten it.
        counted = {"preserve_rowcount": True}
        self._built = {name: build(words).execution_options(**counted) for name, words in _WORDS.items()}

    def of(self, engine: str) -> Any:
        """Return the statement for an engine, by SQLAlchemy's name of it."""
        return self._built[engine]

    def on(self, connection: Connection) -> Any:
        """Return the statement for the engine of *connection*."""
        return self._built[connection.dialect.name]
