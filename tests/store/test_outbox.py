"""Orders for mail in the database: who has one in hand, when it is tried again, and whether mail goes at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hardtack.seal import Keyring
from hardtack.store import Database, outbox
from hardtack.store.committed import after_commit
from tests.store.conftest import only_sqlite

NOW = 1_800_000_000
KEYRING = Keyring.generate()

CLAIMER = """
import sys
from hardtack.seal import Keyring
from hardtack.store import Database, outbox

database = Database.connect(sys.argv[1])
keyring = Keyring.generate()
print("ready", flush=True)
sys.stdin.read()
while True:
    with database.write() as connection:
        taken = outbox.claim(connection, keyring, now=1_800_000_000, lease=60, batch=1)
    if not taken:
        break
    print(taken[0].message_id.hex())
database.close()
"""


def put(database: Database, content: bytes = b"order", *, now: int = NOW, until: int = NOW + 100) -> None:
    """Put an order in."""
    with database.write() as connection:
        assert outbox.put(connection, KEYRING, content, now=now, until=until)


def claim(database: Database, *, now: int = NOW, lease: int = 60, batch: int = 10) -> tuple[outbox.Waiting, ...]:
    """Take orders in hand."""
    with database.write() as connection:
        return outbox.claim(connection, KEYRING, now=now, lease=lease, batch=batch)


def state(database: Database) -> tuple[int, int]:
    """Return how many orders wait, and since when nothing goes."""
    with database.read() as connection:
        found = outbox.state(connection)
    return found.waiting, found.failing_since


def due(database: Database, now: int = NOW) -> bool:
    """Return whether there is anything to do."""
    with database.read() as connection:
        return outbox.any_due(connection, now=now)


def test_an_order_is_in_one_hand_until_its_lease_is_over(database: Database) -> None:
    """If that process has died, another one takes it."""
    put(database)
    (first,) = claim(database)

    assert (b"order", 0, NOW + 100) == (first.content, first.attempts, first.until)
    assert ((), False) == (claim(database, now=NOW + 59), due(database, NOW + 59))
    assert [first.message_id] == [taken.message_id for taken in claim(database, now=NOW + 60)]


@only_sqlite
def test_several_processes_never_take_the_same(
    database: Database, run_at_once: Callable[[str, int], list[str]]
) -> None:
    """Forty orders, four processes: each order once."""
    for _ in range(40):
        put(database)
    said = run_at_once(CLAIMER, 4)
    taken = [word for one in said for word in one.split()]

    assert (40, 40) == (len(taken), len(set(taken)))


def test_the_longest_due_goes_first(database: Database) -> None:
    """Nobody waits for ever behind newer ones."""
    put(database, b"later", now=NOW - 1)
    put(database, b"sooner", now=NOW - 5)

    assert [b"sooner", b"later"] == [claim(database, batch=1)[0].content for _ in range(2)]


def test_one_that_is_tried_again_waits_for_its_time(database: Database) -> None:
    """And knows how often it was tried."""
    put(database)
    (taken,) = claim(database)
    with database.write() as connection:
        outbox.again(connection, taken.message_id, due=NOW + 10)

    assert () == claim(database, now=NOW + 9)
    assert [1] == [each.attempts for each in claim(database, now=NOW + 10)]


def test_one_that_is_done_is_gone(database: Database) -> None:
    """Nothing of it stays."""
    put(database)
    (taken,) = claim(database)
    with database.write() as connection:
        outbox.done(connection, taken.message_id)
        assert 0 == outbox.waiting(connection)


def test_one_whose_time_is_over_is_taken_by_nobody_and_deleted(database: Database) -> None:
    """A link that comes a day late helps nobody."""
    put(database, until=NOW + 5)

    assert ((), True) == (claim(database, now=NOW + 5), due(database, NOW + 5))
    with database.write() as connection:
        assert (0, 1) == (outbox.expire(connection, now=NOW + 4), outbox.expire(connection, now=NOW + 5))
    assert not due(database, NOW + 5)


def test_there_is_an_end_to_what_waits(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody fills the disk by asking for mail."""
    monkeypatch.setattr(outbox, "ROWS", 1)
    put(database)
    with database.write() as connection:
        assert not outbox.put(connection, KEYRING, b"one too many", now=NOW, until=NOW + 5)


def test_what_no_key_opens_is_said_so(database: Database) -> None:
    """The keyring was lost, or the row was moved."""
    put(database)
    with database.write() as connection:
        (taken,) = outbox.claim(connection, Keyring.generate(), now=NOW, lease=1)

    assert taken.content is None


def test_a_copy_of_the_database_tells_nobody_who_gets_mail(database: Database, tmp_path: Path) -> None:
    """Sealed, and never longer than it must be in the clear."""
    put(database, b"anna@example.org")

    assert [] == [path for path in tmp_path.iterdir() if b"anna@example.org" in path.read_bytes()]


def test_every_process_knows_since_when_nothing_goes(database: Database) -> None:
    """The first that was stuck counts; the first that goes again frees all, at once."""
    for _ in range(3):
        put(database)
    first, second, third = claim(database)
    with database.write() as connection:
        assert outbox.stick(connection, first.message_id, now=NOW + 1)
        assert not outbox.stick(connection, second.message_id, now=NOW + 2)
        assert not outbox.stick(connection, first.message_id, now=NOW + 3)
        for taken in (first, second, third):
            outbox.again(connection, taken.message_id, due=NOW + 50)
    assert (3, NOW + 1) == state(database)

    with database.write() as connection:
        assert NOW + 1 == outbox.free(connection, now=NOW + 4)
        assert 0 == outbox.free(connection, now=NOW + 5)
    assert (3, 0) == state(database)
    assert {first.message_id, second.message_id} == {taken.message_id for taken in claim(database, now=NOW + 4)}


def test_what_is_to_follow_a_commit_follows_it_and_nothing_else(database: Database) -> None:
    """An order that was rolled back wakes nobody, also not later."""
    seen: list[str] = []

    def rolled_back() -> None:
        with database.write() as connection:
            after_commit(connection, lambda: seen.append("rolled back"))
            raise KeyError

    with pytest.raises(KeyError):
        rolled_back()
    with database.write() as connection:
        after_commit(connection, lambda: seen.append(f"one {due(database)}"))
        after_commit(connection, lambda: seen.append("two"))
        outbox.put(connection, KEYRING, b"order", now=NOW, until=NOW + 5)
        assert [] == seen

    assert ["one True", "two"] == seen
