"""Idle time through the proxy: a real server, real sockets, real seconds. The boundaries are in ``test_gate``."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from hardtack.adapters.asgi.layer import Hardtack
from hardtack.login import Accounts, HashingPool
from hardtack.seal import Keyring
from hardtack.session import Lifetimes, Sessions
from hardtack.site import Settings, Site
from tests import empty
from tests.site.conftest import NAME, PASSWORD
from tests.site.forward_auth.doors import ACCESS, APP, GATE, ORIGIN, PORTAL
from tests.site.forward_auth.sockets import Client

IDLE = 5
"""Seconds."""


@pytest.fixture
def client(tmp_path: Path, hashing: HashingPool) -> Iterator[Client]:
    """The service, running, whose sign-ins end after ``IDLE`` seconds without use."""
    keyring, path = Keyring.generate(), tmp_path / "hardtack.db"
    empty.put(path)
    accounts = Accounts.connect(f"sqlite:///{path}", keyring=keyring, hashing=hashing)
    accounts.add(NAME, PASSWORD, now=int(time.time()))
    lifetimes = Lifetimes(idle=IDLE, absolute=3600, leeway=0)
    sessions = Sessions(
        keyring,
        origin=ORIGIN,
        application="site",
        lifetimes=lifetimes,
        kept_lifetimes=lifetimes,
        revocations=accounts.revocations,
    )
    site = Site(accounts, sessions, Settings(data=str(tmp_path), origin=ORIGIN, access=ACCESS), keyring)
    server = uvicorn.Server(uvicorn.Config(Hardtack(site=site), log_level="warning"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield Client(listening.getsockname()[1])
        server.should_exit = True
        thread.join(timeout=30)
    assert not thread.is_alive()


def test_clicks_in_the_application_alone_keep_somebody_signed_in_until_a_pause(client: Client) -> None:
    """Twice the idle time with a click in each quarter of it, and then a pause that is longer than it."""
    client.enters()
    first = client.jars[APP][GATE]
    for _ in range(2 * IDLE):
        time.sleep(1)
        assert 204 == client.clicks()
    assert first != client.jars[APP][GATE]
    assert client.ask(PORTAL, "/account")[1].startswith("/sign-in")
    time.sleep(IDLE + 1)
    assert 302 == client.clicks()
