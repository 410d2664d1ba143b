"""The number beside a database."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from hardtack.store.generation import SIZE, Generation


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database would be."""
    return tmp_path / "hardtack.db"


def test_it_lies_beside_the_database_for_its_owner_alone(path: Path) -> None:
    """8 bytes, mode 0600."""
    generation = Generation(path)
    assert path.with_name("hardtack.db.generation") == generation.path
    assert (SIZE, 0o600) == (generation.path.stat().st_size, generation.path.stat().st_mode & 0o777)


def test_every_reader_sees_a_raised_number_at_once(path: Path) -> None:
    """Two maps of one file."""
    reader, writer = Generation(path), Generation(path)
    assert 0 == reader.number
    writer.advance()
    assert 1 == reader.number == reader.numbers[0]


def test_no_advance_is_lost_among_threads(path: Path) -> None:
    """The lock belongs to each opening, so threads of one process keep each other out too."""
    generation = Generation(path)

    def advance() -> None:
        for _ in range(50):
            generation.advance()

    threads = [threading.Thread(target=advance) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 400 == generation.number


def test_a_file_that_was_made_but_not_filled_is_completed(path: Path) -> None:
    """Whoever made it may have died before its 8 bytes were there."""
    path.with_name("hardtack.db.generation").write_bytes(b"\x07\x00")
    generation = Generation(path)
    assert (SIZE, 7) == (generation.path.stat().st_size, generation.number)


def test_a_longer_file_is_not_shortened(path: Path) -> None:
    """A page that is cut off kills whoever has it mapped."""
    path.with_name("hardtack.db.generation").write_bytes(bytes(64))
    generation = Generation(path)
    generation.advance()
    assert (64, 1) == (generation.path.stat().st_size, generation.number)


def test_the_number_begins_anew_at_its_end(path: Path) -> None:
    """Only whether it is equal matters."""
    path.with_name("hardtack.db.generation").write_bytes(b"\xff" * SIZE)
    generation = Generation(path)
    generation.advance()
    assert 0 == generation.number


def test_a_file_that_took_its_place_is_followed(path: Path) -> None:
    """A restored backup, or a careless hand, must not leave a reader with a map of nothing."""
    reader = Generation(path)
    assert not reader.follow()
    reader.path.unlink()
    writer = Generation(path)
    writer.advance()
    assert 0 == reader.number
    assert reader.follow()
    assert 1 == reader.number
    reader.path.unlink()
    assert reader.follow()
    assert 0 == reader.number


def test_the_lock_keeps_writers_waiting(path: Path) -> None:
    """Whoever prepares the database is alone with it."""
    generation = Generation(path)
    writer = threading.Thread(target=generation.advance)
    with generation.lock():
        writer.start()
        writer.join(0.1)
        assert writer.is_alive()
        assert 0 == generation.number
    writer.join()
    assert 1 == generation.number


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    """The database turns it into one line and a hint."""
    with pytest.raises(FileNotFoundError):
        Generation(tmp_path / "nowhere" / "hardtack.db")
