"""A migrated, empty database to begin with: migrating takes longer than most tests, and has tests of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hardtack.store import Database


def put(path: Path) -> None:
    """Put one at *path*, in a folder that is made if it is not there; what lies there already stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(_empty())


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hardtack.db"
        database = Database.connect(f"sqlite:///{path}")
        database.migrate()
        database.close()
        return path.read_bytes()
