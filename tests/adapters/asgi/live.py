"""A real server with a sign-in in an application, in a folder of its own, and browsers that visit it over sockets."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests import empty
from tests.adapters.visits import EXAMPLES, PATIENCE, announced_port

PASSWORD = "a long walk to the sea"
PERSON = {"accept": "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin"}
SCRIPT = {"accept": "application/json"}


class Live:
    """A server that runs.

    Args:
        port: where it listens.
        folder: its current folder.
    """

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self.origin = f"http://localhost:{port}"
        self.folder = folder

    def browser(self, **headers: str) -> httpx2.Client:
        """Return somebody's browser, which says where its requests come from."""
        return httpx2.Client(base_url=self.origin, headers={"origin": self.origin, **headers}, timeout=60)

    @contextmanager
    def member(self, name: str, **headers: str) -> Iterator[httpx2.Client]:
        """Yield the browser of somebody who has signed up on our page."""
        with self.browser(**headers) as client:
            answer = client.post("/auth/sign-up", data={"username": name, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            yield client

    def log(self) -> str:
        """Return what the server has said so far."""
        return (self.folder / f"{self.port}.log").read_text()

    def says(self, words: str) -> bool:
        """Wait until *words* are in the log, which may be a moment after the answer."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.log():
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)
        return True

    def socket(self, path: str, *, cookies: str = "", origin: str | None = None, **headers: str) -> ClientConnection:
        """Open a WebSocket, from the application's own page or from one at *origin*."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()} | {"Cookie": cookies}
        at = f"ws://localhost:{self.port}{path}"
        return connect(at, additional_headers=fields, origin=Origin(origin or self.origin))


@contextmanager
def running(target: str, folder: Path, *, app_dir: Path = EXAMPLES, origin: str | None = None) -> Iterator[Live]:
    """Make keys if there are none, run uvicorn in *folder*, and yield where it is; the commands are a reader's.

    Args:
        target: the module and the application.
        folder: the current folder of the server.
        app_dir: where the module is.
        origin: what the server finds in ``TEST_ORIGIN``; ``None``: its own.
    """
    if not (folder / "hardtack-data").exists():
        subprocess.run([sys.executable, "-m", "hardtack", "keys", "new"], cwd=folder, check=True, capture_output=True)
        empty.put(folder / "hardtack-data" / "hardtack.db")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(app_dir), target, "--port", str(port)]
    environ = {**os.environ, "TEST_ORIGIN": origin or f"http://localhost:{port}"}
    with (folder / f"{port}.log").open("w+b") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=environ)
    try:
        server = Live(port, folder)
        assert port == announced_port(_lines(process, server))
        yield server
    finally:
        process.terminate()
        process.wait(timeout=60)


def _lines(process: subprocess.Popen[bytes], server: Live) -> Iterator[str]:
    """Yield what is in the log, until it names the port."""
    while not re.search(r"http://127\.0\.0\.1:\d+", said := server.log()):
        assert process.poll() is None, said
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
    yield from said.splitlines()


def cookies(client: httpx2.Client) -> dict[str, str]:
    """Return the cookies of a browser."""
    return {cookie.name: cookie.value or "" for cookie in client.cookies.jar}


def cookie_field(client: httpx2.Client) -> str:
    """Return them as a Cookie field."""
    return "; ".join(f"{name}={value}" for name, value in cookies(client).items())
