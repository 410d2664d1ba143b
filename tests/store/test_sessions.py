"""Sessions whose values are kept on the server."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import IntegrityError

from hardtack.seal import Key, Keyring, columns
from hardtack.session import ServerSide, SessionConflict, Sessions
from hardtack.store import Database, SessionDataTooLarge, SessionTable, StoreUnavailable
from hardtack.store.schema import session_data
from tests.store.conftest import only_sqlite

ONE, OTHER = b"1" * 16, b"2" * 16
RING = Keyring.generate()
UNTIL = 2_000_000_000


@pytest.fixture
def table(database: Database) -> SessionTable:
    """A table on an empty database."""
    return SessionTable(database, RING)


class TestOneProcess:
    """load, store and delete."""

    def test_what_was_stored_comes_back_with_its_version(self, table: SessionTable) -> None:
        """Nothing at first, then each value as it was stored, each under the next number."""
        assert None is table.load(ONE)
        values = [b"first", b"", os.urandom(5000), b"first"]
        for version, one in enumerate(values):
            assert table.store(ONE, version, one, UNTIL)
            assert (version + 1, one) == table.load(ONE)
        assert None is table.load(OTHER)

    def test_of_two_that_loaded_the_same_version_the_first_wins(self, table: SessionTable) -> None:
        """The second learns of it, and what the first stored stays."""
        table.store(ONE, 0, b"before", UNTIL)
        assert [True, False] == [table.store(ONE, 1, values, UNTIL) for values in (b"mine", b"yours")]
        assert (2, b"mine") == table.load(ONE)

    def test_of_two_that_found_nothing_the_first_wins(self, table: SessionTable) -> None:
        """A new row is compared too."""
        assert [True, False] == [table.store(ONE, 0, values, UNTIL) for values in (b"mine", b"yours")]
        assert (1, b"mine") == table.load(ONE)

    @pytest.mark.parametrize("expected", [0, 1, 3, 2**62])
    def test_a_version_that_is_not_the_rows_changes_nothing(self, table: SessionTable, expected: int) -> None:
        """Earlier, later, or none."""
        for version in range(2):
            table.store(ONE, version, b"kept", UNTIL)
        assert not table.store(ONE, expected, b"lost", UNTIL)
        assert (2, b"kept") == table.load(ONE)

    def test_a_session_that_was_deleted_does_not_come_back(self, table: SessionTable) -> None:
        """A request that was under way when somebody signed out loses."""
        table.store(ONE, 0, b"secret", UNTIL)
        table.store(OTHER, 0, b"other", UNTIL)
        table.delete(ONE)
        table.delete(ONE)
        assert None is table.load(ONE)
        assert not table.store(ONE, 1, b"secret again", UNTIL)
        assert [None, (1, b"other")] == [table.load(one) for one in (ONE, OTHER)]

    def test_a_session_may_be_as_large_as_the_limit_and_no_larger(self, database: Database) -> None:
        """One line says both numbers and what to do; nothing of the values."""
        table = SessionTable(database, RING, max_size=10)
        assert table.store(ONE, 0, b"x" * 10, UNTIL)
        with pytest.raises(SessionDataTooLarge) as caught:
            table.store(ONE, 1, b"x" * 11, UNTIL)
        assert "the session would have 11 octets, the server-side store takes 10" == caught.value.problem
        assert 11 == caught.value.size
        assert (1, b"x" * 10) == table.load(ONE)

    def test_the_usual_limit_is_sixteen_times_what_a_cookie_holds(self, table: SessionTable) -> None:
        """Sixty-four KiB."""
        assert 16 * 4096 == table.max_size
        assert table.store(ONE, 0, b"x" * table.max_size, UNTIL)

    @pytest.mark.parametrize("session_id", [b"", b"x" * 15, b"x" * 17])
    def test_an_id_of_another_length_is_never_stored(self, table: SessionTable, session_id: bytes) -> None:
        """It would be our own mistake, so it is loud."""
        with pytest.raises(IntegrityError):
            table.store(session_id, 0, b"", UNTIL)
        assert None is table.load(session_id)

    def test_nobody_is_told_of_a_change_that_concerns_one_session(
        self, database: Database, table: SessionTable
    ) -> None:
        """The feed is for what every process must know; this would make each of them read."""
        table.store(ONE, 0, b"", UNTIL)
        table.delete(ONE)
        table.prune(0)
        assert 0 == database.generation.number

    def test_a_database_that_fails_is_a_503(self, database: Database, table: SessionTable) -> None:
        """Every method; never an empty session in place of an answer."""
        with database.write() as connection:
            connection.execute(text("ALTER TABLE session_data RENAME TO away"))
        calls: list[Callable[[], object]] = [
            lambda: table.load(ONE),
            lambda: table.store(ONE, 0, b"", UNTIL),
            lambda: table.store(ONE, 1, b"", UNTIL),
            lambda: table.delete(ONE),
            lambda: table.prune(1),
        ]
        for call in calls:
            with pytest.raises(StoreUnavailable):
                call()


class TestACopyOfTheDatabase:
    """What somebody has who has the file and no key."""

    def test_it_tells_nothing_of_what_sessions_hold(
        self, database: Database, table: SessionTable, tmp_path: Path
    ) -> None:
        """Neither in the table nor anywhere else in the files."""
        table.store(ONE, 0, b"the secret of this session", UNTIL)
        with database.read() as connection:
            (value,) = connection.execute(select(session_data.c.data)).scalars()
        assert b"the secret of this session" == columns.open(RING, value, ("session_data", "data", ONE.hex()))
        for file in tmp_path.iterdir():
            assert b"the secret" not in file.read_bytes()

    @pytest.mark.parametrize(
        ("ring", "reason"), [(RING, "forged"), (Keyring.generate(), "unknown-key")], ids=["moved", "lost"]
    )
    def test_a_value_that_does_not_open_is_nothing_and_one_line(
        self, database: Database, table: SessionTable, ring: Keyring, reason: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """One that was moved to another row, and one whose key is gone; the session begins anew."""
        table.store(ONE, 0, b"x", UNTIL)
        with database.write() as connection:
            connection.execute(session_data.update().values(session_id=OTHER))
        assert None is SessionTable(database, ring).load(OTHER)
        (record,) = caplog.records
        assert ("session-data-refused", reason) == (record.__dict__["event"], record.__dict__["reason"])


class TestBehindSessions:
    """The session room with this store."""

    def test_it_keeps_the_values_and_a_lost_race_is_a_409(self, table: SessionTable) -> None:
        """Two requests with one cookie, in two workers: both read, both change, the second to save is refused."""
        asked: ServerSide = table
        keyring, now = Keyring.generate(), 1_800_000_000
        first, second = (
            Sessions(keyring, origin="https://example.org", identity=False, server_side=asked) for _ in range(2)
        )
        session = first.open("", now)
        session["basket"] = ["x" * 5000]
        cookie = "; ".join(field.partition(";")[0] for field in first.save(session, now))
        assert len(cookie) < 500

        mine, yours = first.open(cookie, now), second.open(cookie, now)
        assert [["x" * 5000]] * 2 == [one["basket"] for one in (mine, yours)]
        mine["basket"], yours["basket"] = ["mine"], ["yours"]
        first.save(mine, now)
        with pytest.raises(SessionConflict):
            second.save(yours, now)
        assert ["mine"] == second.open(cookie, now)["basket"]


class TestPruning:
    """What no living cookie can name goes."""

    def test_a_row_lives_until_its_last_deadline(self, table: SessionTable) -> None:
        """The one that was stored last; the second itself still counts."""
        table.store(ONE, 0, b"", 1000)
        table.store(OTHER, 0, b"", 1000)
        table.store(OTHER, 1, b"", 2000)
        assert [0, 1, 0] == [table.prune(now) for now in (1000, 1001, 2000)]
        assert [None, (2, b"")] == [table.load(one) for one in (ONE, OTHER)]

    @pytest.mark.parametrize(("batch", "transactions"), [(4, 3), (5, 3), (10, 2), (11, 1)])
    def test_many_go_in_several_transactions(
        self, database: Database, table: SessionTable, batch: int, transactions: int
    ) -> None:
        """However the number divides; writers get their turn in between."""
        for number in range(11):
            table.store(number.to_bytes(16, "big"), 0, b"", number)
        begun: list[object] = []
        event.listen(database._engine, "begin", begun.append)
        assert (10, transactions) == (table.prune(10, batch=batch), len(begun))
        assert None is not table.load((10).to_bytes(16, "big"))


class TestSameTime:
    """Threads and processes that store at the same moment."""

    def test_no_increment_of_threads_is_lost(self, table: SessionTable) -> None:
        """Each tries until it wins."""

        def count() -> None:
            for _ in range(10):
                increment(table)

        threads = [threading.Thread(target=count) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (80, b"80") == table.load(ONE)

    @only_sqlite
    def test_no_increment_of_processes_is_lost(
        self, database: Database, run_at_once: Callable[[str, int], list[str]]
    ) -> None:
        """Each process says how often it lost; the versions are as many as the wins."""
        script = """
import sys
from hardtack.seal import Key, Keyring
from hardtack.store import Database, SessionTable
database = Database.connect(sys.argv[1])
table = SessionTable(database, Keyring([Key(bytes(32))], None))
print("ready", flush=True)
sys.stdin.read()
won = lost = 0
while won < 25:
    version, values = table.load(b"1" * 16) or (0, b"0")
    if table.store(b"1" * 16, version, b"%d" % (int(values) + 1), 2000000000):
        won += 1
    else:
        lost += 1
print(won, lost)
database.close()
"""
        said = [words.split() for words in run_at_once(script, 4)]
        assert ["25"] * 4 == [won for won, _ in said]
        assert sum(int(lost) for _, lost in said) > 0
        assert (100, b"100") == SessionTable(database, Keyring([Key(bytes(32))], None)).load(ONE)

    def test_a_reader_sees_a_whole_row(self, table: SessionTable) -> None:
        """Version and values belong together at every moment."""
        table.store(ONE, 0, b"1", UNTIL)
        stop = threading.Event()
        torn: list[object] = []

        def read() -> None:
            while not stop.is_set():
                version, values = table.load(ONE) or (0, b"0")
                if b"%d" % version != values:
                    torn.append((version, values))

        reader = threading.Thread(target=read)
        reader.start()
        for version in range(1, 100):
            assert table.store(ONE, version, b"%d" % (version + 1), UNTIL)
        stop.set()
        reader.join()
        assert [] == torn


def increment(table: SessionTable) -> None:
    """Raise the number that the one session holds, as often as it takes."""
    while True:
        version, values = table.load(ONE) or (0, b"0")
        if table.store(ONE, version, b"%d" % (int(values) + 1), UNTIL):
            return


def test_a_closed_database_keeps_every_row(url: str, database: Database, table: SessionTable) -> None:
    """What ``store`` answered is on the disk."""
    for number in range(20):
        table.store(number.to_bytes(16, "big"), 0, b"x", UNTIL)
    database.close()
    again = Database.connect(url)
    with again.read() as connection:
        assert 20 == connection.execute(select(func.count()).select_from(session_data)).scalar_one()
    again.close()
