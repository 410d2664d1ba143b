"""Running services for the tests of this folder: what each test breaks, it mends."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests import empty
from tests.conftest import starting
from tests.failures.disk import Disk, small_disk
from tests.failures.running import DATABASE, OPTIONS, PASSWORD, WITHOUT_STORE, Running, move
from tests.mail_server import scripted_server
from tests.postgres import OWNER, Server

ROOM = 32 << 20
"""Octets of the disk on which the databases lie."""


@pytest.fixture(scope="session")
def disk() -> Iterator[Disk]:
    """A small disk."""
    with small_disk(ROOM) as made:
        yield made


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, disk: Disk) -> Iterator[Running]:
    """A service with two workers and its data on the small disk, and an administrator who is signed in."""
    empty.put(disk.inside / "data" / "hardtack.db")
    with starting(tmp_path_factory.mktemp("failing")) as start:
        options = {"data": disk.place / "data", "nothing_there": True, "through": disk.through}
        service = start("--workers", "2", *OPTIONS, **options)
        service.data = disk.inside / "data"
        yield Running(service).begin()


@pytest.fixture(scope="session")
def server(disk: Disk) -> Iterator[Server]:
    """A PostgreSQL of its own, which can be stopped, and whose databases may lie on the small disk."""
    started = Server(through=disk.as_nobody)
    with started.superuser() as connection:
        connection.execute(f"CREATE TABLESPACE small OWNER {OWNER} LOCATION '{disk.folder('tablespace')}'")
    yield started
    started.remove()


@pytest.fixture(scope="session")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Running]:
    """The same on a PostgreSQL."""
    name = server.create(template=server.template())
    with server.superuser() as connection:
        connection.execute(f"ALTER DATABASE {name} SET TABLESPACE small")
    with starting(tmp_path_factory.mktemp("failing")) as start:
        yield Running(
            start("--workers", "2", *OPTIONS, "--database", server.url(name), nothing_there=True), database=name
        ).begin()


@pytest.fixture(scope="session")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service whose database is away, and one of whose two workers was stopped meanwhile."""
    place = tmp_path_factory.mktemp("lost")
    with starting(place) as start:
        running = Running(start("--workers", "2", *OPTIONS)).begin()
        running.whole()
        os.kill(running.service.workers[0], signal.SIGSTOP)
        move(DATABASE, running.service.data, place / "away")
        # For a minute; a worker that was stopped takes nobody from the one that answers.
        assert WITHOUT_STORE == running.seen_of_one()
        yield running


@dataclass
class Mailing:
    """A service that sends mail, to a server that takes every connection and never says a word."""

    running: Running
    port: int
    hanging: ExitStack
    """Ends that server."""


@pytest.fixture(scope="session")
def mailing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailing]:
    """Such a service, of which a mail was ordered."""
    with ExitStack() as hanging, starting(tmp_path_factory.mktemp("mailing")) as start:
        port = hanging.enter_context(scripted_server(_say_nothing))
        running = Running(start(*OPTIONS, "--mail", f"smtp+plain://localhost:{port}")).begin()
        body = {"username": "bo", "password": PASSWORD, "email": "bo@example.org"}
        assert 202 == running.ask("POST", "/sign-up", body)
        yield Mailing(running, port, hanging)


def _say_nothing(connection: socket.socket) -> None:
    """Wait until the other one gives up."""
    connection.settimeout(60)
    connection.recv(1)


@pytest.fixture(scope="session", autouse=True)
def begun(request: pytest.FixtureRequest) -> None:
    """Begin what ``test_waits`` waits for, if that is to be run, so that the others are run meanwhile."""
    if any("test_waits" in item.nodeid for item in request.session.items):
        request.getfixturevalue("lost")
        request.getfixturevalue("mailing")


@pytest.fixture
def running(served: Running, request: pytest.FixtureRequest) -> Iterator[Running]:
    """The service, whole before and after the test, with a log in which nothing stands yet."""
    yield from whole(served, request)


def whole(service: Running, request: pytest.FixtureRequest) -> Iterator[Running]:
    """Give the service to a test as it should be, with somebody new, and see that it leaves it so."""
    service.name = f"visitor-{abs(hash(request.node.name))}"
    assert 201 == service.ask("POST", "/sign-up", {"username": service.name, "password": PASSWORD})
    service.whole()
    yield service
    service.whole()
