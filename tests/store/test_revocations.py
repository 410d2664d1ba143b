"""Revocation at once: in one process, among threads, and among real processes."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
from sqlalchemy import event, insert, text

from hardtack.seal import Key, Keyring, SealError
from hardtack.session import Revocations
from hardtack.session.revocation import Verdict
from hardtack.store import Database, RevocationTable, feed
from hardtack.store import revocations as module
from hardtack.store.epochs import DENSE
from hardtack.store.generation import Generation
from hardtack.store.schema import account

if TYPE_CHECKING:
    from tests.store.conftest import Worker

LINEAGE, SESSION, OTHER = b"l" * 16, b"s" * 16, b"o" * 16
PATIENCE = 30
"""Seconds that a test waits for something that must happen; it goes on as soon as it has."""


class Clock:
    """Seconds that a test moves on by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def table(database: Database, clock: Clock) -> Iterator[RevocationTable]:
    """A table on a clock of the test's own."""
    made = RevocationTable(database, clock=clock)
    yield made
    made.stop_polling()


def verdict(table: RevocationTable, *, account: int = 1, epoch: int = 0) -> str:
    """Return the verdict on the one session of these tests."""
    return table.verdict(LINEAGE, SESSION, account, epoch, 0)


def revoke(database: Database, lineage: bytes = LINEAGE) -> None:
    """End a lineage."""
    with database.write() as connection:
        feed.revoke_lineage(connection, lineage=lineage, account_id=1, until=2**31)


def make_account(database: Database, account_id: int) -> None:
    """Make an account with this number."""
    values = {"id": account_id, "name": f"n{account_id}", "display_name": "N", "created": 1}
    with database.write() as connection:
        connection.execute(insert(account).values(values))


def break_reading(database: Database) -> None:
    """Let every load fail from now on, as a schema that somebody else changed does."""
    with database.write() as connection:
        connection.execute(text("ALTER TABLE feed RENAME TO away"))


def mend_reading(database: Database) -> None:
    """Undo it."""
    with database.write() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO feed"))


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until *condition* holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class TestOneProcess:
    """What one table says."""

    def test_it_is_what_the_session_room_asks_for(self, table: RevocationTable) -> None:
        """The protocol, and its words."""
        asked: Revocations = table
        assert isinstance(asked, Revocations)
        assert set(get_args(Verdict)) == {module.GOOD, module.REVOKED, module.SUPERSEDED, module.UNKNOWN}

    def test_a_session_is_good_until_its_lineage_is_revoked(self, database: Database, table: RevocationTable) -> None:
        """From the very next check on, and nobody else's."""
        assert "" == verdict(table)
        revoke(database)
        assert "revoked" == verdict(table)
        assert "" == table.verdict(OTHER, SESSION, 1, 0, 0)

    def test_a_session_id_can_be_revoked_by_itself(self, database: Database, table: RevocationTable) -> None:
        """The lineage goes on under another id."""
        with database.write() as connection:
            feed.revoke_session(connection, session_id=SESSION, account_id=1, until=2**31)
        assert "revoked" == verdict(table)
        assert "" == table.verdict(LINEAGE, OTHER, 1, 0, 0)

    @pytest.mark.parametrize("account_id", [1, 40, DENSE, 2**62])
    def test_a_lower_epoch_than_the_accounts_is_over(
        self, database: Database, table: RevocationTable, account_id: int
    ) -> None:
        """Every session at once, and only this account's."""
        make_account(database, account_id)
        assert "" == verdict(table, account=account_id, epoch=0)
        for _ in range(2):
            with database.write() as connection:
                feed.raise_epoch(connection, account_id)
            assert "revoked" == verdict(table, account=account_id, epoch=0)
        assert ["revoked", "revoked", ""] == [verdict(table, account=account_id, epoch=epoch) for epoch in range(3)]
        assert "" == verdict(table, account=account_id - 1, epoch=0)
        assert "" == verdict(table, account=account_id + 1, epoch=0)

    def test_settled_ids_are_found(self, database: Database, table: RevocationTable) -> None:
        """However many there are."""
        revoke(database)
        revoke(database, SESSION)
        table.refresh()
        table._ids._settle()
        assert {} == table._ids.recent
        assert "revoked" == verdict(table)
        assert "revoked" == table.verdict(OTHER, SESSION, 1, 0, 0)
        assert "" == table.verdict(OTHER, OTHER, 1, 0, 0)
        assert 2 == len(table)

    def test_nothing_is_current_before_the_first_load(self, table: RevocationTable) -> None:
        """No worker is ready before it."""
        assert (False, False) == (table.ready, table.is_current())
        table.refresh()
        assert (True, True) == (table.ready, table.is_current())

    def test_while_nothing_changes_the_database_is_left_alone(self, database: Database, table: RevocationTable) -> None:
        """Memory decides."""
        assert "" == verdict(table)
        read: list[str] = []
        event.listen(database._engine, "before_cursor_execute", lambda *given: read.append(given[2]))
        assert [""] * 100 == [verdict(table) for _ in range(100)]
        assert [] == read
        revoke(database, OTHER)
        read.clear()
        assert [""] * 100 == [verdict(table) for _ in range(100)]
        assert 4 == len([statement for statement in read if statement.startswith("SELECT")])

    def test_a_key_that_was_revoked_opens_nothing_from_the_next_look_on(
        self, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        """In every process that has the database, whatever its own file says; told once."""
        keys = [Key(os.urandom(32), "opening"), Key(os.urandom(32)), Key(os.urandom(32), "announced")]
        rings = [Keyring(keys, None) for _ in range(2)]
        tables = [RevocationTable(database, ring) for ring in rings]
        sealed = rings[0].seal(b"x", purpose="session")
        assert ["", ""] == [verdict(table) for table in tables]
        with database.write() as connection:
            assert RevocationTable.revoke_key(connection, key_id=keys[1].id, at=5)
        assert [False, False] == [table.is_current() for table in tables]
        for table, ring in zip(tables, rings, strict=True):
            table.refresh()
            with pytest.raises(SealError, match="unknown-key"):
                ring.open(sealed, purpose="session", now=0)
            assert ["opening", "revoked", "active"] == [key.state for key in ring.keys]
        assert [("keys-revoked", keys[1].id.hex())] * 2 == [(one.event, one.keys) for one in caplog.records]  # type: ignore[attr-defined]
        number = database.generation.number
        with database.write() as connection:
            assert not RevocationTable.revoke_key(connection, key_id=keys[1].id, at=6)
        assert number == database.generation.number

    def test_a_process_that_starts_later_knows_every_revoked_key(
        self, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        """One without another key says that it cannot seal, and is told what to do."""
        key = Key(os.urandom(32))
        with database.write() as connection:
            for identifier in (key.id, b"none"):
                RevocationTable.revoke_key(connection, key_id=identifier, at=5)
        ring = Keyring([key], None)
        RevocationTable(database, ring).refresh()
        assert not ring.seals
        assert ["keys-revoked", "no-active-key"] == [one.event for one in caplog.records]  # type: ignore[attr-defined]
        RevocationTable(database).refresh()

    def test_waiting_threads_share_one_load(self, database: Database, table: RevocationTable) -> None:
        """The first loads; the others wait and find it done."""
        table.refresh()
        revoke(database)
        loads: list[str] = []

        def note(*given: object) -> None:
            if "FROM feed" in str(given[2]):
                loads.append(str(given[2]))

        event.listen(database._engine, "before_cursor_execute", note)
        found: list[str] = []
        with table._loading:
            threads = [threading.Thread(target=lambda: found.append(verdict(table))) for _ in range(20)]
            for thread in threads:
                thread.start()
        for thread in threads:
            thread.join()
        assert (["revoked"] * 20, 1) == (found, len(loads))

    def test_a_number_that_was_raised_for_nothing_new_costs_one_look(
        self, database: Database, table: RevocationTable
    ) -> None:
        """Such as by a writer whose rows a poll had read already."""
        assert "" == verdict(table)
        database.generation.advance()
        assert not table.is_current()
        assert "" == verdict(table)
        assert table.is_current()

    def test_what_was_pruned_from_the_database_is_not_forgotten_too_early(
        self, database: Database, table: RevocationTable
    ) -> None:
        """Memory prunes by the same times, by itself."""
        with database.write() as connection:
            feed.revoke_lineage(connection, lineage=LINEAGE, account_id=1, until=1)
        assert "revoked" == verdict(table)
        with database.write() as connection:
            feed.prune(connection, 2**31)
        revoke(database, OTHER)
        assert "revoked" == verdict(table)

    def test_a_database_that_was_put_back_is_read_anew(
        self, database: Database, table: RevocationTable, tmp_path: Path
    ) -> None:
        """Its numbers are lower than what was seen."""
        make_account(database, 1)
        with database.write() as connection:
            feed.raise_epoch(connection, 1)
            feed.revoke_lineage(connection, lineage=OTHER, account_id=1, until=2**31)
        assert "revoked" == verdict(table)
        with database.write() as connection:
            connection.execute(text("DELETE FROM revocation"))
            connection.execute(text("UPDATE account SET epoch = 0, change = 0"))
            connection.execute(text("UPDATE feed SET change = 0"))
        revoke(database, SESSION)
        assert "revoked" == verdict(table)
        assert ["", 1] == [table.verdict(OTHER, OTHER, 1, 0, 0), len(table)]


class TestSuperseded:
    """An id that step-up has renewed."""

    AT = 1_000_000

    def supersede(self, database: Database, at: int = AT) -> None:
        """Renew the one session id of these tests."""
        with database.write() as connection:
            RevocationTable.supersede(connection, session_id=SESSION, account_id=1, at=at, until=2**31)

    def verdicts(self, table: RevocationTable, *, epoch: int = 0) -> list[str]:
        """Return the verdicts when the id was renewed, in the last moment of its grace, and after it."""
        return [table.verdict(LINEAGE, SESSION, 1, epoch, self.AT + seconds) for seconds in (0, 29, 30, 10**9)]

    @pytest.mark.parametrize("settled", [False, True])
    def test_it_names_the_person_for_thirty_seconds_and_is_then_revoked(
        self, database: Database, table: RevocationTable, settled: bool
    ) -> None:
        """The session goes on under its new id; a clock that is a little behind changes nothing."""
        self.supersede(database)
        table.refresh()
        if settled:
            table._ids._settle()
        assert ["superseded", "superseded", "revoked", "revoked"] == self.verdicts(table)
        assert "superseded" == table.verdict(LINEAGE, SESSION, 1, 0, self.AT - 5)
        assert "" == table.verdict(LINEAGE, OTHER, 1, 0, self.AT)

    def test_signing_out_has_no_grace(self, database: Database, table: RevocationTable) -> None:
        """The lineage is over, under whichever id."""
        self.supersede(database)
        revoke(database)
        assert ["revoked"] * 4 == self.verdicts(table)
        assert "revoked" == table.verdict(LINEAGE, OTHER, 1, 0, self.AT)

    def test_a_new_epoch_has_no_grace(self, database: Database, table: RevocationTable) -> None:
        """Neither a changed password nor a disabled account waits."""
        make_account(database, 1)
        self.supersede(database)
        assert "superseded" == self.verdicts(table)[0]
        with database.write() as connection:
            feed.raise_epoch(connection, 1)
        assert ["revoked"] * 4 == self.verdicts(table)
        assert "superseded" == self.verdicts(table, epoch=1)[0]

    def test_revoking_the_id_ends_its_grace(self, database: Database, table: RevocationTable) -> None:
        """At the next check."""
        self.supersede(database)
        assert "superseded" == self.verdicts(table)[0]
        with database.write() as connection:
            feed.revoke_session(connection, session_id=SESSION, account_id=1, until=2**31)
        assert ["revoked"] * 4 == self.verdicts(table)
        self.supersede(database)
        assert ["revoked"] * 4 == self.verdicts(table)

    def test_a_feed_that_cannot_be_read_has_no_grace_to_give(
        self, database: Database, table: RevocationTable, clock: Clock
    ) -> None:
        """It is unknown, like every other."""
        self.supersede(database)
        assert "superseded" == self.verdicts(table)[0]
        break_reading(database)
        clock.now += module.LIMIT + 1
        assert ["unknown"] * 4 == self.verdicts(table)

    def test_a_process_that_starts_later_knows_it_too(self, database: Database, table: RevocationTable) -> None:
        """The grace is in the database."""
        self.supersede(database)
        assert self.verdicts(RevocationTable(database)) == self.verdicts(table)

    def test_a_database_that_was_put_back_takes_its_graces_with_it(
        self, database: Database, table: RevocationTable
    ) -> None:
        """Nothing stays of what the other one said."""
        revoke(database, OTHER)
        self.supersede(database)
        assert "superseded" == self.verdicts(table)[0]
        with database.write() as connection:
            connection.execute(text("DELETE FROM revocation"))
            connection.execute(text("UPDATE feed SET change = 0"))
        with database.write() as connection:
            feed.revoke_session(connection, session_id=SESSION, account_id=1, until=2**31)
        assert ["revoked"] * 4 == self.verdicts(table)
        assert 0 == len(table._superseded)


class TestAFeedThatFails:
    """Nobody is trusted because nobody could be asked."""

    def test_what_is_known_to_be_new_and_cannot_be_read_is_unknown(
        self, database: Database, table: RevocationTable, clock: Clock, caplog: pytest.LogCaptureFixture, engine: str
    ) -> None:
        """At once, and good again as soon as it can be read; the log says it once."""
        assert "" == verdict(table)
        break_reading(database)
        database.generation.advance()
        with caplog.at_level(logging.WARNING, "hardtack.store"):
            assert ["unknown"] * 3 == [verdict(table) for _ in range(3)]
            clock.now += module.RETRY
            assert "unknown" == verdict(table)
        reason = {"sqlite": "SQLITE_ERROR", "postgresql": "UndefinedTable (42P01)"}[engine]
        assert [("revocations-failed", reason)] == [(one.event, one.reason) for one in caplog.records]  # type: ignore[attr-defined] # our extras
        mend_reading(database)
        assert "unknown" == verdict(table)
        clock.now += module.RETRY
        assert "" == verdict(table)

    def test_a_failure_that_takes_long_is_waited_for_once(
        self, database: Database, table: RevocationTable, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A crowd that has waited for a store that times out does not stand in line for one timeout each."""
        assert "" == verdict(table)
        loads: list[float] = []

        def time_out() -> None:
            loads.append(clock.now)
            clock.now += 10 * module.RETRY
            raise OSError("timed out")

        monkeypatch.setattr(table, "_load", time_out)
        database.generation.advance()
        assert ["unknown"] * 50 == [verdict(table) for _ in range(50)]
        assert 1 == len(loads)
        clock.now += module.RETRY
        assert ("unknown", 2) == (verdict(table), len(loads))

    def test_a_load_is_trusted_for_its_limit_and_no_longer(
        self, database: Database, table: RevocationTable, clock: Clock
    ) -> None:
        """Sixty seconds without news from a feed that cannot be read."""
        assert "" == verdict(table)
        break_reading(database)
        clock.now += module.LIMIT
        assert ("", True) == (verdict(table), table.ready)
        clock.now += 0.1
        assert not table.is_current()
        assert ("unknown", False) == (verdict(table), table.ready)

    def test_a_table_that_was_idle_for_long_reads_again_by_itself(
        self, database: Database, table: RevocationTable, clock: Clock
    ) -> None:
        """Without a poll a check does its work."""
        assert "" == verdict(table)
        clock.now += 10 * module.LIMIT
        assert (False, True) == (table.is_current(), table.ready)
        assert "" == verdict(table)
        assert table.is_current()

    def test_a_table_that_never_loaded_is_unknown(
        self, database: Database, table: RevocationTable, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Not ready, and no trust."""
        with database.write() as connection:
            connection.execute(text("DELETE FROM feed"))
        table.refresh()
        assert ("unknown", False) == (verdict(table), table.ready)
        assert ["NoResultFound"] == [record.reason for record in caplog.records]  # type: ignore[attr-defined] # ours


class TestPolling:
    """The thread that finds what nobody announced."""

    def test_the_first_load_is_done_when_it_starts(self, table: RevocationTable) -> None:
        """So whoever starts it is ready."""
        table.start_polling(3600)
        assert (True, True) == (table.ready, table.is_current())

    def test_it_finds_a_change_that_was_not_announced(self, database: Database, table: RevocationTable) -> None:
        """Such as that of a writer that died."""
        table.start_polling(0.01)
        with database.write() as connection:
            feed.revoke_lineage(connection, lineage=LINEAGE, account_id=1, until=2**31)
            connection.info.clear()
        assert 0 == database.generation.number
        wait_for(lambda: verdict(table) == "revoked")

    def test_it_follows_a_generation_that_was_replaced(self, database: Database, table: RevocationTable) -> None:
        """Else nothing would ever be announced again."""
        table.start_polling(0.01)
        assert isinstance(database.generation, Generation)
        database.generation.path.unlink()
        wait_for(database.generation.path.exists)
        revoke(database)
        assert "revoked" == verdict(table)

    def test_it_forgets_what_is_over(self, database: Database, table: RevocationTable) -> None:
        """By the real time of day."""
        with database.write() as connection:
            feed.revoke_lineage(connection, lineage=LINEAGE, account_id=1, until=1)
            feed.revoke_lineage(connection, lineage=OTHER, account_id=1, until=2**31)
        table.start_polling(0.01)
        wait_for(lambda: len(table) == 1)
        assert "revoked" == table.verdict(OTHER, SESSION, 1, 0, 0)

    def test_it_goes_on_after_a_failure(self, database: Database, table: RevocationTable, clock: Clock) -> None:
        """The thread does not die of it."""
        table.start_polling(0.01)
        break_reading(database)
        wait_for(lambda: table._not_before > 0)
        mend_reading(database)
        wait_for(lambda: table._not_before < 0)
        assert "" == verdict(table)

    def test_it_stops_when_it_is_told_to(self, table: RevocationTable) -> None:
        """And stays stopped; stopping twice does no harm."""
        table.start_polling(0.01)
        poller = table._poller
        assert poller is not None
        table.stop_polling()
        table.stop_polling()
        table.refresh()
        assert not poller.is_alive()
        assert table._poller is None

    def test_the_child_of_a_fork_polls_if_its_parent_did(self, url: str, database: Database, tmp_path: Path) -> None:
        """A host that loads its application before it forks has one thread per worker."""
        script = """
import os, pathlib, sys, time, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of every fork beside a thread
from hardtack.store import Database, RevocationTable, feed
database = Database.connect(sys.argv[1], folder=pathlib.Path(sys.argv[2]))
table = RevocationTable(database)
table.start_polling(0.01)
child = os.fork()
if child == 0:
    table._trusted_until = -1.0
    first = table.verdict(b"l" * 16, bytes(16), 1, 0, 0)
    with database.write() as connection:
        feed.revoke_lineage(connection, lineage=b"l" * 16, account_id=1, until=2**31)
        connection.info.clear()
    deadline = time.monotonic() + 30
    while table.verdict(b"l" * 16, bytes(16), 1, 0, 0) != "revoked" and time.monotonic() < deadline:
        time.sleep(0.01)
    last = table.verdict(b"l" * 16, bytes(16), 1, 0, 0)
    print(repr(first), last, database.generation.number, flush=True)
    os._exit(0)
os.waitpid(child, 0)
table.stop_polling()
database.close()
"""
        done = subprocess.run(
            [sys.executable, "-c", script, url, str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert ("'' revoked 0\n", "") == (done.stdout, done.stderr)


class TestProcesses:
    """Attack 5: a revoked session is over at once, in every worker."""

    def test_attack_5_a_session_revoked_in_one_process_is_over_at_the_next_check_in_every_other(
        self, database: Database, table: RevocationTable, start_worker: Callable[[], Worker]
    ) -> None:
        """No lag, in either direction, a hundred times; there is no poll and no wait in between."""
        first, second = start_worker(), start_worker()
        for _ in range(33):
            lineages = [os.urandom(16).hex() for _ in range(3)]
            askers = [first, second]
            assert ["good"] * 6 == [worker.ask("verdict", lineage, 1, 0) for worker in askers for lineage in lineages]
            assert ["revoked"] * 2 == [first.ask("revoke", lineages[0], 1), second.ask("revoke", lineages[1], 1)]
            revoke(database, bytes.fromhex(lineages[2]))
            assert ["revoked"] * 6 == [
                worker.ask("verdict", lineage, 1, 0) for worker in askers for lineage in lineages
            ]
            assert ["revoked"] * 3 == [table.verdict(bytes.fromhex(one), SESSION, 1, 0, 0) for one in lineages]

    def test_an_epoch_raised_here_ends_every_session_there(
        self, database: Database, start_worker: Callable[[], Worker]
    ) -> None:
        """Disabling an account, a changed password, signing out everywhere."""
        make_account(database, 1)
        worker = start_worker()
        assert "good" == worker.ask("verdict", LINEAGE.hex(), 1, 0)
        with database.write() as connection:
            feed.raise_epoch(connection, 1)
        assert ["revoked", "good"] == [worker.ask("verdict", LINEAGE.hex(), 1, epoch) for epoch in (0, 1)]

    def test_a_writer_that_was_killed_before_it_could_announce_is_found_by_the_poll(
        self, database: Database, table: RevocationTable, start_worker: Callable[[], Worker]
    ) -> None:
        """Its commit holds; only the number was not raised."""
        reader, writer = start_worker(), start_worker()
        assert "polling" == reader.ask("poll", 0.05)
        assert "good" == reader.ask("verdict", LINEAGE.hex(), 1, 0)
        assert "" == writer.ask("revoke-and-die", LINEAGE.hex(), 1)
        assert 0 == database.generation.number
        wait_for(lambda: reader.ask("verdict", LINEAGE.hex(), 1, 0) == "revoked")

    def test_writers_of_many_processes_lose_nothing(
        self, database: Database, table: RevocationTable, start_worker: Callable[[], Worker]
    ) -> None:
        """Numbers are taken one after another, and every change is seen."""
        workers = [start_worker() for _ in range(3)]
        lineages = [[os.urandom(16).hex() for _ in range(20)] for _ in workers]

        def write(worker: Worker, mine: list[str]) -> None:
            for lineage in mine:
                assert "revoked" == worker.ask("revoke", lineage, 1)

        threads = [threading.Thread(target=write, args=pair) for pair in zip(workers, lineages, strict=True)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            table.refresh()
        for thread in threads:
            thread.join()
        everything = [bytes.fromhex(lineage) for mine in lineages for lineage in mine]
        assert ["revoked"] * 60 == [table.verdict(lineage, SESSION, 1, 0, 0) for lineage in everything]
        assert (60, 60) == (database.generation.number, table._seen)


def test_what_is_committed_while_memory_is_loaded_is_noticed_at_once(
    database: Database, table: RevocationTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number is noted before the rows are read, so whoever commits in between makes it unequal again."""
    read = table._load

    def load_and_be_overtaken() -> None:
        read()
        monkeypatch.undo()
        revoke(database)

    monkeypatch.setattr(table, "_load", load_and_be_overtaken)
    table.refresh()
    assert not table.is_current()
    assert verdict(table) == "revoked"
