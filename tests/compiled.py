"""SQL that was compiled once in a process is not compiled again for the next test's database.

SQLAlchemy keeps what it compiled with each engine, and every test opens a database of its own. All of them are SQLite,
opened by the same lines, so the text is the same; every statement still runs on the test's own database.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event


class Compiled(dict[tuple[Any, ...], Any]):
    """What was compiled, by everything of SQLAlchemy's key but the engine's own dialect object, which comes first."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """Return what was compiled for any engine."""
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


_KEPT = Compiled()


def share() -> None:
    """Share it among all engines of this process from now on."""
    event.listen(Engine, "engine_connect", _use)


def _use(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execution_options(compiled_cache=_KEPT)
