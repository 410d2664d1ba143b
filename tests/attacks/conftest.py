"""One service for all attacks, and what stands before it; each test brings people of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks import attacker
from tests.attacks.marking import REQUESTS
from tests.attacks.place import House, housed
from tests.attacks.proxies import Proxied, proxied
from tests.conftest import starting
from tests.nodes.network import free_port
from tests.proxies.stand import RULES, SHOP, WIKI


@pytest.fixture(scope="session")
def port() -> int:
    """The port of nginx, which visitors see in every address."""
    return free_port("127.0.0.1")


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[House]:
    """A service in which people sign up by a name."""
    place = tmp_path_factory.mktemp("house")
    rules = RULES.format(wiki=f"{WIKI}:{port}", shop=f"{SHOP}:{port}")
    with starting(place) as start:
        house = housed(start, place, port=port, more=rules)
        house.begin()
        yield house


@pytest.fixture(scope="session")
def by_mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A service in which people sign up by an address."""
    place = tmp_path_factory.mktemp("by-mail")
    with starting(place) as start:
        yield housed(start, place, by="email", workers=1)


@pytest.fixture(scope="session")
def behind(house: House, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    """The first of them behind nginx, with an application."""
    with proxied(house, tmp_path_factory.mktemp("nginx"), port) as running:
        yield running


@pytest.fixture(autouse=True)
def _counted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Note how many requests a test has sent."""
    before = attacker.SENT.requests
    yield
    request.node.user_properties.append((REQUESTS, attacker.SENT.requests - before))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty folder."""
    return tmp_path
