"""Accounts on a database of the test's own, with a hash that costs next to nothing where its cost is not the point."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardtack.login import Accounts, Argon2id, HashingPool
from hardtack.seal import Keyring
from hardtack.store import Database

CHEAP = Argon2id(memory=8, passes=1)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "hardtack.db"
    database = Database.connect(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture
def url(tmp_path: Path, template: Path) -> str:
    """Where a test's database lies."""
    shutil.copy(template, tmp_path)
    return f"sqlite:///{tmp_path}/hardtack.db"


@pytest.fixture
def keyring() -> Keyring:
    """A keyring of the test's own."""
    return Keyring.generate()


@pytest.fixture
def pool() -> Iterator[HashingPool]:
    """A pool that hashes in microseconds."""
    made = HashingPool(CHEAP, threads=2, places=1000)
    yield made
    made.close()


@pytest.fixture
def accounts(url: str, keyring: Keyring, pool: HashingPool) -> Iterator[Accounts]:
    """An empty account store."""
    with Accounts.connect(url, keyring=keyring, hashing=pool) as opened:
        yield opened
