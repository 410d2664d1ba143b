"""A disk that is full, to the last octet: who is signed in sees pages, nobody is told that something was done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import empty
from tests.conftest import starting
from tests.failures.disk import Disk, small_disk
from tests.failures.running import GOOD, NOTHING_WRITTEN, OPTIONS, PASSWORD, Running, until

ROOM = 8 << 20


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    """A small disk."""
    with small_disk(tmp_path_factory.mktemp("small"), ROOM) as made:
        yield made


def test_a_disk_that_is_full(disk: Disk, tmp_path: Path) -> None:
    """With SQLite."""
    with starting(tmp_path) as start:
        empty.put(disk.inside / "data" / "hardtack.db")
        data = disk.place / "data"
        service = start("--workers", "2", *OPTIONS, data=data, nothing_there=True, through=disk.through)
        running = Running(service).begin()
        running.whole()
        disk.fill()
        print(running.seen_of_one(), running.said())
        disk.clear()
        running.whole()
        assert 0
