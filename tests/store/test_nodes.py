"""Two nodes on one PostgreSQL: what one of them revokes is over on the other, at once or after the poll."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest

from hardtack.store import Database, RevocationTable, feed
from hardtack.store import listening as module
from hardtack.store.driver import Driver
from hardtack.store.listening import CHANNEL
from hardtack.store.revocations import LIMIT, RETRY
from tests import postgres
from tests.store.test_postgres import superuser

LINEAGE = b"l" * 16
NEVER = 3600.0
"""Seconds between two polls where only a notification can wake."""

PATIENCE = 30

END_OTHERS = (
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def engine() -> str:
    """Only a server has several nodes."""
    return "postgresql"


class Node:
    """One node: its own data folder, connections and memory."""

    def __init__(self, url: str, folder: Path) -> None:
        self.database = Database.connect(url, folder=folder)
        self.table = RevocationTable(self.database)
        self.lags: list[float] = []
        self.table.lagged = self.lags.append

    def verdict(self, lineage: bytes = LINEAGE) -> str:
        """Return what this node says of a session of account 1."""
        return self.table.verdict(lineage, bytes(16), 1, 0, 0)

    def revoke(self, lineage: bytes = LINEAGE) -> None:
        """End a session of account 1."""
        with self.database.write() as connection:
            feed.revoke_lineage(connection, lineage=lineage, account_id=1, until=2**31)

    def close(self) -> None:
        """Let go of everything."""
        self.table.stop_polling()
        self.database.close()


@pytest.fixture
def start(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[float], Node]]:
    """Return a function that starts a node, which polls every so many seconds."""
    nodes: list[Node] = []

    def start_one(interval: float) -> Node:
        node = Node(url, tmp_path_factory.mktemp("node"))
        nodes.append(node)
        node.table.start_polling(interval)
        wait_for(lambda: listeners(url) == len(nodes))
        return node

    yield start_one
    for node in nodes:
        node.close()


def listeners(url: str) -> int:
    """Return how many connections listen."""
    with superuser(url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = %s",
            (module._CLOCK,),
        ).fetchone()
    assert found is not None
    return int(str(found[0]))


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until *condition* holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class TestNotifications:
    """What wakes a node."""

    def test_attack_5_a_session_revoked_on_one_node_is_over_on_the_other(self, start: Callable[[float], Node]) -> None:
        """By the notification alone, and how long that took is told; on its own node there is no lag at all."""
        here, there = start(NEVER), start(NEVER)
        assert ["", ""] == [here.verdict(), there.verdict()]
        here.revoke()
        assert "revoked" == here.verdict()
        wait_for(lambda: there.verdict() == "revoked")
        wait_for(lambda: there.lags != [])
        assert all(0 <= lag < PATIENCE for lag in there.lags)

    def test_what_is_rolled_back_wakes_nobody(self, start: Callable[[float], Node]) -> None:
        """It is part of the transaction."""
        here, there = start(NEVER), start(NEVER)

        def fail() -> None:
            with here.database.write() as connection:
                feed.next_change(connection)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        here.revoke()
        wait_for(lambda: there.table._seen == 1)
        assert ("revoked", 0) == (there.verdict(), there.table.failures)

    @pytest.mark.parametrize("payload", ["", "noon", "nan", "inf", "-1e400", "9" * 400])
    def test_what_others_send_does_no_harm(self, start: Callable[[float], Node], url: str, payload: str) -> None:
        """Whoever may connect may notify; it wakes, and tells no time."""
        node = start(NEVER)
        with superuser(url) as connection:
            connection.execute("UPDATE feed SET change = 7")
            connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))
        wait_for(lambda: node.table._seen == 7)
        assert [] == node.lags

    def test_the_listener_comes_back_by_itself_and_says_once_that_it_was_lost(
        self,
        start: Callable[[float], Node],
        url: str,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """What was changed meanwhile is read when it is back."""
        monkeypatch.setattr(module, "FIRST", 0.01)
        there = start(NEVER)
        real = Driver.connect
        failed: list[object] = []

        def fail(*given: Any, **options: Any) -> Any:
            if len(failed) < 2:
                failed.append(given)
                raise psycopg.OperationalError
            return real(*given, **options)

        with superuser(url) as connection, caplog.at_level(logging.INFO, "hardtack.store"):
            connection.execute("UPDATE feed SET change = 7")
            monkeypatch.setattr(Driver, "connect", fail)
            connection.execute(END_OTHERS)
            wait_for(lambda: there.table._seen == 7)
        events = [getattr(record, "event", "") for record in caplog.records]
        assert (2, 1, 1) == (len(failed), events.count("feed-lost"), events.count("feed-found"))

    def test_whatever_happens_to_whoever_is_woken_the_next_change_wakes_again(
        self, start: Callable[[float], Node], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A listener that had ended would be missed by nobody."""
        monkeypatch.setattr(module, "FIRST", 0.01)
        here, there = start(NEVER), start(NEVER)
        real = there.table._load
        failed: list[int] = []

        def fail() -> None:
            if not failed:
                failed.append(1)
                raise ZeroDivisionError
            real()

        monkeypatch.setattr(there.table, "_load", fail)
        here.revoke()
        wait_for(lambda: there.table._seen == 1)
        assert ([1], "revoked") == (failed, there.verdict())

    def test_a_listener_that_cannot_begin_stops_all_the_same(
        self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Stopping does not wait for the next attempt."""
        node = Node(url, tmp_path)
        monkeypatch.setattr(module, "FIRST", NEVER)
        monkeypatch.setattr(node.database._part, "_connect", Refusing())
        node.table.start_polling(NEVER)
        node.close()
        assert node.table._listener is None

    def test_the_server_s_clock_is_looked_at_again(
        self, start: Callable[[float], Node], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It may have been set meanwhile; the question also shows whether anybody answers."""
        monkeypatch.setattr(module, "CHECK", 0.01)
        looked: list[float] = []
        real = module.Listening._look_at_clock

        def look(self: module.Listening, connection: Any) -> None:
            real(self, connection)
            looked.append(self._ahead)

        monkeypatch.setattr(module.Listening, "_look_at_clock", look)
        start(NEVER)
        wait_for(lambda: len(looked) > 3)
        assert max(looked) - min(looked) < PATIENCE


class Refusing:
    """A server that lets nobody in."""

    def __call__(self) -> Any:
        """Refuse."""
        raise psycopg.OperationalError


class TestThePoll:
    """What holds where no notification comes."""

    def test_a_change_that_nobody_was_told_of_is_found(self, start: Callable[[float], Node], url: str) -> None:
        """A writer on another node that cannot notify loses nothing."""
        there = start(0.02)
        with superuser(url) as connection, connection.transaction():
            connection.execute("UPDATE feed SET change = 1")
            connection.execute("INSERT INTO revocation VALUES (1, 'lineage', %s, 1, %s)", (LINEAGE, 2**31))
        wait_for(lambda: there.verdict() == "revoked")

    def test_of_many_writers_on_two_nodes_nothing_is_overlooked(self, start: Callable[[float], Node]) -> None:
        """Numbers become visible in their order, so whoever has seen one has seen all before it."""
        here, there = start(NEVER), start(NEVER)
        lineages = [number.to_bytes(16, "big") for number in range(200)]

        def revoke(node: Node, mine: list[bytes]) -> None:
            for lineage in mine:
                node.revoke(lineage)

        threads = [
            Thread(target=revoke, args=(node, lineages[number::4])) for number, node in enumerate((here, there) * 2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for node in (here, there):
            wait_for(lambda node=node: node.table._seen == len(lineages))  # type: ignore[misc] # it is bound now
            assert {"revoked"} == {node.verdict(lineage) for lineage in lineages}


class TestAServerThatIsGone:
    """People who are signed in go on for a while, and then nobody is trusted."""

    def test_the_stale_feed_refuses_and_comes_back_by_itself(self, url: str, tmp_path: Path) -> None:
        """For the limit and no longer; other nodes cannot tell anything meanwhile."""
        now = [1000.0]
        database = Database.connect(url, folder=tmp_path)
        table = RevocationTable(database, clock=lambda: now[0])
        assert "" == table.verdict(LINEAGE, bytes(16), 1, 0, 0)
        with superuser(url) as connection:
            name = connection.info.dbname
            with postgres.server().superuser() as elsewhere:
                connection.execute(END_OTHERS)
                elsewhere.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
                try:
                    now[0] += LIMIT
                    assert ("", True) == (table.verdict(LINEAGE, bytes(16), 1, 0, 0), table.ready)
                    now[0] += 0.1
                    assert "unknown" == table.verdict(LINEAGE, bytes(16), 1, 0, 0)
                    assert (False, 1) == (table.ready, table.failures)
                finally:
                    elsewhere.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        now[0] += RETRY
        assert ("", True) == (table.verdict(LINEAGE, bytes(16), 1, 0, 0), table.ready)
        database.close()
