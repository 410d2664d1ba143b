"""One running service for the tests of a file: what each breaks, it mends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import starting
from tests.failures.running import OPTIONS, PASSWORD, Running
from tests.postgres import Server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service with two workers, and an administrator who is signed in."""
    with starting(tmp_path_factory.mktemp("failing")) as start:
        yield Running(start("--workers", "2", *OPTIONS)).begin()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL of its own, which can be stopped."""
    started = Server()
    yield started
    started.remove()


@pytest.fixture(scope="module")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Running]:
    """The same on a PostgreSQL."""
    url = server.url(server.create(template=server.template()))
    with starting(tmp_path_factory.mktemp("failing")) as start:
        yield Running(start("--workers", "2", *OPTIONS, "--database", url, nothing_there=True)).begin()


@pytest.fixture
def running(served: Running, request: pytest.FixtureRequest) -> Iterator[Running]:
    """The service, whole before and after the test, with a log in which nothing stands yet."""
    served.name = f"visitor-{abs(hash(request.node.name))}"
    assert 201 == served.ask("POST", "/sign-up", {"username": served.name, "password": PASSWORD})
    served.whole()
    yield served
    served.whole()
