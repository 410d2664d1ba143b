"""Running services for the tests of this folder: what each test breaks, it mends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import empty
from tests.conftest import starting
from tests.failures.disk import Disk, small_disk
from tests.failures.running import OPTIONS, PASSWORD, Running
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
