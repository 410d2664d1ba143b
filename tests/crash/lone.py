"""One service of two workers on a SQLite file that waits for the disk; a worker or all of it can be killed."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.crash.nodes import Node, wait


class Lone:
    """The service, running.

    Args:
        place: an empty folder.
    """

    parts = ("worker", "service")
    """What can be killed."""

    heard = 0.0
    """Seconds after which every worker must have heard of a sign-out: at once."""

    def __init__(self, place: Path) -> None:
        self._file = place / "only" / "hardtack.db"
        self.nodes = [Node(place / "only", None)]

    def kill(self, what: str, chance: random.Random) -> None:
        """Kill a ``worker``, or the ``service`` with all its workers, which is started again."""
        if what == "worker":
            self.nodes[0].kill_a_worker(chance)
        else:
            self.nodes[0].kill()
            self.nodes[0].start()

    def wait(self) -> None:
        """Wait until everything is whole again."""
        wait(self.nodes)

    def _ask(self, statement: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(f"{self._file.as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute(statement).fetchall()

    def names(self) -> set[str]:
        """Return every account's name, as the database has it."""
        return {str(row[0]) for row in self._ask("SELECT name FROM account")}

    def damage(self) -> list[str]:
        """Return what SQLite's own check finds wrong with the file."""
        found = [str(row[0]) for row in self._ask("PRAGMA integrity_check")]
        wrong = [] if found == ["ok"] else found
        return wrong + [f"foreign key: {row}" for row in self._ask("PRAGMA foreign_key_check")]

    def close(self) -> None:
        """End all of it."""
        self.nodes[0].kill()
