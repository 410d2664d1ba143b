"""A PostgreSQL that is gone, has no room or may only be read: the same outcomes as with a file, and some more.

A server that hangs is in tests/store, where the wait for it can be shortened.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.failures.conftest import whole
from tests.failures.disk import Disk
from tests.failures.running import GOOD, NOTHING_WRITTEN, WITHOUT_STORE, Running, alone, until
from tests.postgres import Server

AGAIN = "INSERT INTO audit (at, event, client, reason, factors) SELECT at, event, client, reason, factors FROM audit"
"""One more row, like one that is there."""


@pytest.fixture
def running(on_postgresql: Running, request: pytest.FixtureRequest) -> Iterator[Running]:
    """The service, whole before and after the test, with a log in which nothing stands yet."""
    yield from whole(on_postgresql, request)


@contextmanager
def set_for_all(server: Server, name: str, change: str, back: str) -> Iterator[None]:
    """Change the database for everybody who connects, which everybody must do again, and change it back."""
    ended = f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 - ours
    try:
        with server.superuser() as connection:
            connection.execute(f"ALTER DATABASE {name} {change}")
            connection.execute(ended)
        yield
    finally:
        with server.superuser() as connection:
            connection.execute(f"ALTER DATABASE {name} {back}")
            connection.execute(ended)


@contextmanager
def stopped(server: Server) -> Iterator[None]:
    """Stop the server, and start it again."""
    server.stop()
    try:
        yield
    finally:
        server.start()


def test_a_server_that_is_gone_and_comes_back(running: Running, server: Server) -> None:
    """Whoever is known goes on, all else is told when to come back; nobody starts anything again by hand."""
    with stopped(server):
        assert WITHOUT_STORE == running.seen()
        # Whoever asks in the moment in which it stops is told so by the server itself.
        assert running.told("revocations-failed") in ("OperationalError", "AdminShutdown (57P01)")
        assert WITHOUT_STORE == running.seen()
        assert "OperationalError" in running.reasons()
        until(lambda: running.tells("feed-lost"))
    until(lambda: running.tells("feed-found"))
    running.whole()


def test_a_server_that_is_started_again_while_people_ask(running: Running, server: Server) -> None:
    """They see nothing but a 503 that says when to come back; who is let in by memory, not even that."""
    enough = threading.Event()

    def ask(one: Callable[[], int]) -> set[int]:
        statuses = set()
        while not enough.is_set():
            statuses.add(one())
        return statuses

    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(ask, one) for one in (running.auth, running.account, running.sign_in)]
        try:
            for _ in range(3):
                with stopped(server):
                    pass
                until(lambda: running.ready() == 200)
        finally:
            enough.set()
        application, page, sign_in = (each.result() for each in asked)
    assert {204} == application
    assert page <= {200, 503}
    assert sign_in <= {200, 503}


def test_a_server_that_has_no_connection_to_give(running: Running, server: Server) -> None:
    """Others have them all."""
    with set_for_all(server, running.database, "CONNECTION LIMIT 0", "CONNECTION LIMIT -1"):
        assert WITHOUT_STORE == running.seen()
        until(lambda: "OperationalError" in running.reasons())


def test_a_table_of_the_server_that_is_damaged(running: Running, server: Server, disk: Disk) -> None:
    """Its checksums say so: nobody is signed in by what is left, and with the good file all goes on."""
    with server.superuser(running.database) as connection:
        connection.execute("CHECKPOINT")
        found = connection.execute("SELECT pg_relation_filepath('account')").fetchone()
    assert found is not None
    # Below the link to the small disk, which leads there for whoever sees that disk alone.
    file = disk.inside / "tablespace" / Path(found[0]).relative_to(Path(*Path(found[0]).parts[:2]))
    with stopped(server):
        good = file.read_bytes()
        with file.open("r+b") as damaged:
            damaged.write(os.urandom(len(good)))
    try:
        until(lambda: running.tells("feed-found"))
        assert WITHOUT_STORE == running.seen()
        assert "DataCorrupted (XX001)" in running.reasons()
    finally:
        with stopped(server), file.open("r+b") as damaged:
            damaged.write(good)


def test_a_process_whose_connections_are_all_in_use(running: Running, server: Server) -> None:
    """By pages that wait for somebody who holds a table: the next ones are told so after 5 seconds, and not later."""
    with (
        alone(running.service, running.service.workers[0]),
        ThreadPoolExecutor(15) as crowd,
        server.superuser(running.database) as holder,
    ):
        with holder.transaction():
            holder.execute("LOCK TABLE account IN ACCESS EXCLUSIVE MODE")
            asked = [crowd.submit(running.account) for _ in range(14)]
            ready = crowd.submit(running.ready)
            until(lambda: any(each.done() for each in asked))
            assert {503} == {each.result() for each in asked if each.done()}
            assert 503 == ready.result()
            assert 204 == running.auth()
            assert "connections are in use" == running.told("store-failed")
        # Those who had one have waited, and are answered.
        assert {200, 503} == {each.result() for each in asked}


def test_a_default_that_lets_nobody_write_is_overruled(running: Running, server: Server) -> None:
    """Each transaction says itself what it is; only a server that cannot write, such as a standby, refuses."""
    change = "SET default_transaction_read_only = on"
    with set_for_all(server, running.database, change, "RESET default_transaction_read_only"):
        assert GOOD == running.seen()


def test_a_server_that_is_a_standby_until_it_is_promoted(running: Running, server: Server) -> None:
    """After a change-over to the wrong one: what can be read is, nobody is told that something was written."""
    with stopped(server):
        (server.folder / "data" / "standby.signal").touch()
    try:
        until(lambda: running.ready() == 200)
        assert NOTHING_WRITTEN == running.seen()
        assert "FeatureNotSupported (0A000)" in running.reasons()
    finally:
        with server.superuser() as connection:
            connection.execute("SELECT pg_promote()")
    until(lambda: running.tells("feed-found"))


def test_a_disk_of_the_server_that_is_full(running: Running, server: Server, disk: Disk) -> None:
    """What finds room in the blocks that there are goes on, and what needs another is refused and not half done."""
    with disk.full(), server.superuser(running.database) as connection:
        with suppress(psycopg.errors.DiskFull):
            while True:
                connection.execute(f"{AGAIN} LIMIT 1")
        assert NOTHING_WRITTEN == running.seen()
        assert "DiskFull (53100)" == running.told("store-failed")
        assert 503 == running.ask("POST", "/sign-out", {}, own=True)
        assert (204, 200) == (running.auth(), running.account())
