"""Idle time through the proxy: a real server, real sockets, real seconds. The boundaries are in ``test_gate``."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import uvicorn

from hardtack.adapters.asgi.layer import Hardtack
from hardtack.login import Accounts, HashingPool
from hardtack.seal import Keyring
from hardtack.session import Lifetimes, Sessions
from hardtack.site import Settings, Site
from tests import empty
from tests.site.conftest import FORM, HTML, NAME, PASSWORD, Page
from tests.site.forward_auth.doors import ACCESS, APP, ENTER, GATE, ORIGIN, PORTAL, START, query

IDLE = 5
"""Seconds."""


class Client:
    """A browser and the proxy before it, over sockets: a jar of cookies for each host."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.jars: dict[str, dict[str, str]] = {APP: {}, PORTAL: {}}

    def ask(
        self, host: str, path: str, *, jar: str = "", form: dict[str, str] | None = None, **more: str
    ) -> tuple[int, str, str]:
        """Send a request; return status, Location and content, and keep the cookies."""
        cookies = self.jars[jar or host]
        fields = {
            "Host": host,
            "Accept": HTML,
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Site": "same-origin",
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            **({} if form is None else {"Content-Type": FORM}),
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        method, body = ("GET", None) if form is None else ("POST", urlencode(form))
        connection.request(method, path, body, {name: value for name, value in fields.items() if value})
        answer = connection.getresponse()
        text = answer.read().decode()
        for value in answer.headers.get_all("Set-Cookie") or ():
            name, _, content = value.partition(";")[0].partition("=")
            cookies[name] = content
        connection.close()
        return answer.status, answer.headers.get("Location") or "", text

    def clicks(self) -> int:
        """Let the proxy ask about a click in the application; return the status."""
        status, _, _ = self.ask(
            PORTAL,
            "/auth?mode=redirect",
            jar=APP,
            X_Forwarded_Method="GET",
            X_Forwarded_Proto="https",
            X_Forwarded_Host=APP,
            X_Forwarded_Uri="/",
        )
        return status

    def enters(self) -> None:
        """Sign in on the portal, and be handed off."""
        _, _, text = self.ask(PORTAL, "/sign-in")
        fields = Page(text).form("/sign-in") | {"username": NAME, "password": PASSWORD}
        assert 303 == self.ask(PORTAL, "/sign-in", form=fields)[0]
        _, offer, _ = self.ask(APP, f"{START}?to=/")
        _, enter, _ = self.ask(PORTAL, offer.removeprefix(ORIGIN))
        assert query(enter)["code"]
        status, onward, _ = self.ask(APP, enter.removeprefix(f"https://{APP}"))
        assert (303, "/", True) == (status, onward, enter.startswith(f"https://{APP}{ENTER}?"))


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
