"""Keys that change under load: four workers, a rotation and the death of a worker, and nobody is signed out.

Every token that any worker has sealed meanwhile, in cookies and in forms, is collected: no nonce comes twice.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from hardtack.seal import token
from tests.conftest import LOADED, Service, Start

PASSWORD = "correct horse battery staple"
USERS = 8
WORKERS = 4
DELAY = "3"
"""Seconds from the announcement of a key to its first use; each worker must have noticed by then."""
PATIENCE = 60
"""Seconds within which the service must have taken up a change; it looks once a second."""


class Visitor:
    """Somebody who goes on asking for a page until told to stop, and keeps what comes back."""

    def __init__(self, service: Service, name: str) -> None:
        self.service = service
        self.name = name
        self.cookies: dict[str, str] = {}
        self.statuses: set[int] = set()
        self.tokens: list[str] = []

    def ask(self, method: str, path: str, body: dict[str, str] | None = None) -> int:
        """Send one request as a browser does; once more if the worker died that it went to."""
        headers = {
            "Accept": "text/html",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if body is not None:
            headers |= {"Content-Type": "application/json", "Origin": self.service.url}
        content = None if body is None else json.dumps(body).encode()
        while True:
            try:
                status, answered, text = self.service.ask(method, path, body=content, headers=headers)
                break
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
        for value in answered.get_all("Set-Cookie", []):
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
            self.tokens.append(self.cookies[name])
        self.tokens += re.findall(r'value="([A-Za-z0-9_-]{67,})"', text)
        return status

    def sign_up(self) -> None:
        """Make an account and be signed in."""
        assert 201 == self.ask("POST", "/sign-up", {"username": self.name, "password": PASSWORD})

    def go_on(self, enough: threading.Event) -> None:
        """Ask for one's own page, and as nobody for a form."""
        nobody = Visitor(self.service, "")
        while not enough.is_set():
            self.statuses.add(self.ask("GET", "/account"))
            nobody.cookies.clear()
            nobody.ask("GET", "/sign-in")
        self.tokens += nobody.tokens

    @property
    def sealed(self) -> list[bytes]:
        """Those of the texts that are tokens, as bytes."""
        return [token.decode(text) for text in self.tokens if len(text) >= token.MIN_TOKEN and text.startswith("A")]


def keys(service: Service, *arguments: str) -> str:
    """Run ``hardtack keys`` on the keyring of the running service."""
    done = LOADED.run(["-m", "hardtack", "keys", *arguments, "--data", str(service.data)])
    assert 0 == done.returncode, done.stderr
    return done.stdout


def key_in(state: str, listed: str) -> bytes:
    """Return the id of the key in that state, as the command lists it."""
    found = re.search(rf"\b([0-9a-f]{{8}})\s+{state}\b", listed)
    assert found, listed
    return bytes.fromhex(found[1])


def wait_until_sealed_under(key: bytes, visitors: list[Visitor]) -> None:
    """Wait until every visitor has been given a token under *key*."""
    deadline = time.monotonic() + PATIENCE
    while not all(any(raw[1:5] == key for raw in visitor.sealed) for visitor in visitors):
        assert time.monotonic() < deadline, f"nothing is sealed under {key.hex()}"
        time.sleep(0.1)


def kill_a_worker(service: Service) -> None:
    """End one worker at once, as the kernel does when memory is short."""
    workers = service.workers
    assert WORKERS == len(workers)
    os.kill(workers[0], 9)


def test_nobody_is_signed_out_and_no_nonce_repeated_when_keys_change_under_load(start: Start) -> None:
    """Two rotations by command, a worker killed and replaced between them; the first cookies still open at the end."""
    service = start("--workers", str(WORKERS))
    visitors = [Visitor(service, f"visitor-{number}") for number in range(USERS)]
    with ThreadPoolExecutor(USERS) as pool:
        list(pool.map(Visitor.sign_up, visitors))
    first = [dict(visitor.cookies) for visitor in visitors]
    ids = [key_in("active", keys(service, "list"))]
    enough = threading.Event()
    threads = [threading.Thread(target=visitor.go_on, args=(enough,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    try:
        for _ in range(2):
            ids.append(key_in("announced", keys(service, "rotate", "--delay", DELAY)))
            wait_until_sealed_under(ids[-1], visitors)
            if len(ids) == 2:
                kill_a_worker(service)
    finally:
        enough.set()
        for thread in threads:
            thread.join()
    assert [{200}] * USERS == [visitor.statuses for visitor in visitors]
    for visitor, cookies in zip(visitors, first, strict=True):
        visitor.cookies = cookies
        assert 200 == visitor.ask("GET", "/account")
        # A cookie under the newest key opens in every worker as well.
        assert 200 == visitor.ask("POST", "/sign-in", {"username": visitor.name, "password": PASSWORD})
        assert {200} == {visitor.ask("GET", "/account") for _ in range(WORKERS)}
    sealed = [raw for visitor in visitors for raw in visitor.sealed]
    assert set(ids) == {raw[1:5] for raw in sealed}
    assert len(sealed) == len({raw[5 : token.NONCE_END] for raw in sealed})
