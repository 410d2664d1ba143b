"""Idle time through the proxy: the service on a real server, asked over sockets, with a clock that the test moves on.

The setting is the operator's own. The boundaries are in ``test_gate``, the same behind nginx and Caddy in
``tests/proxies``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.site.conftest import MakeWorld, World
from tests.site.forward_auth.doors import APP, GATE, PORTAL, portal
from tests.site.forward_auth.sockets import Client, served

IDLE = 20
"""Seconds."""


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A portal whose sign-ins end after ``IDLE`` seconds without use."""
    return portal(make_world, idle_timeout=IDLE, kept_idle_timeout=IDLE)


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    """Run it, and return a browser and the proxy before it."""
    with served(world.site) as port:
        yield Client(port)


@pytest.mark.asvs("7.3.1")
def test_clicks_in_the_application_alone_keep_somebody_signed_in_until_a_pause(world: World, client: Client) -> None:
    """Idle 20 s: a click every 5 s for 60 s: still signed in; after a pause of 25 s: not."""
    client.enters()
    for _ in range(60 // 5):
        before = client.jars[APP][GATE]
        world.clock.now += 5
        assert 204 == client.clicks()
        assert before != client.jars[APP][GATE]
    # The portal's own cookie has not been used, and is over.
    assert client.ask(PORTAL, "/account")[1].startswith("/sign-in")
    world.clock.now += 25
    assert 302 == client.clicks()
