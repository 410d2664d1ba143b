"""A PostgreSQL that is gone, lets nobody in, or may only be read: the same outcomes as with a file, and one more.

A server that hangs is in tests/store, where the wait for it can be shortened.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.failures.running import GOOD, PASSWORD, WITHOUT_STORE, Running, until
from tests.postgres import Server


@pytest.fixture
def running(on_postgresql: Running, request: pytest.FixtureRequest) -> Iterator[Running]:
    """The service, whole before and after the test, with a log in which nothing stands yet."""
    on_postgresql.name = re.sub("[^a-z]", "", request.node.name)[-30:]
    assert 201 == on_postgresql.ask("POST", "/sign-up", {"username": on_postgresql.name, "password": PASSWORD})
    on_postgresql.whole()
    yield on_postgresql
    on_postgresql.whole()


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


def name_of(server: Server) -> str:
    """Return the name of the service's database."""
    with server.superuser() as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test_%'").fetchone()
    assert found is not None
    return str(found[0])


def test_a_server_that_is_gone_and_comes_back(running: Running, server: Server) -> None:
    """Whoever is known goes on, all else is told when to come back; nobody starts anything again by hand."""
    server.stop()
    assert WITHOUT_STORE == running.seen()
    # The one is what there was no answer to, the other what it said to whoever was asking at that moment.
    assert running.told("revocations-failed") in ("OperationalError", "AdminShutdown (57P01)")
    assert WITHOUT_STORE == running.seen()
    assert running.tells("feed-lost")
    server.start()
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
                server.stop()
                server.start()
                until(lambda: running.ready() == 200)
        finally:
            enough.set()
        application, page, sign_in = (each.result() for each in asked)
    assert {204} == application
    assert page <= {200, 503}
    assert sign_in <= {200, 503}


def test_a_server_that_has_no_connection_to_give(running: Running, server: Server) -> None:
    """Others have them all."""
    with set_for_all(server, name_of(server), "CONNECTION LIMIT 0", "CONNECTION LIMIT -1"):
        assert WITHOUT_STORE == running.seen()
        until(lambda: "OperationalError" in {line.get("reason") for line in running.said()})


def test_a_default_that_lets_nobody_write_is_overruled(running: Running, server: Server) -> None:
    """Each transaction says itself what it is; only a server that cannot write, such as a standby, refuses."""
    change = "SET default_transaction_read_only = on"
    with set_for_all(server, name_of(server), change, "RESET default_transaction_read_only"):
        assert GOOD == running.seen()
