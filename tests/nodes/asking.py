"""Asking each worker of each node by a connection of its own, which is kept, and telling to the microsecond when.

A listener is shared by all workers of a node, so which of them accepts is nobody's choice: while the connection is
made the others are stopped.
"""

from __future__ import annotations

import json
import re
import select
import socket
import time
from collections.abc import Iterable

from tests.crash.nodes import HOST, Node, Stand
from tests.crash.people import PASSWORD, ask
from tests.failures.running import alone

PATIENCE = 30
NAME = "chief"


class Line:
    """A connection to one worker, for one question at a time.

    Args:
        node: whose worker it is.
        pid: the worker.
    """

    def __init__(self, node: Node, pid: int) -> None:
        self.node = node
        self.pid = pid
        self._connect()

    def _connect(self) -> None:
        with alone(self.node.service, self.pid):
            self.socket = socket.create_connection((self.node.host, self.node.port), timeout=PATIENCE)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.send("GET", "/healthz")
            assert self.receive()[0] == 200

    def send(self, method: str, path: str, cookie: str = "", body: dict[str, str] | None = None) -> None:
        """Send a question."""
        if path == "/auth":
            about = f"X-Forwarded-Host: {HOST}\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Uri: /\r\n"
        else:
            about = "Accept: application/json\r\n"
        content = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            about += f"Content-Type: application/json\r\nOrigin: https://{HOST}\r\nContent-Length: {len(content)}\r\n"
        if cookie:
            about += f"Cookie: {cookie}\r\n"
        common = f"Host: {HOST}\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.7\r\n"
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\n{common}{about}\r\n".encode() + content)

    def receive(self) -> tuple[int, str]:
        """Wait for the answer; return its status, and the cookie of whoever goes on, if one was set."""
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, rest = got.partition(b"\r\n\r\n")
        text = head.decode().lower()
        found = re.search(r"\ncontent-length: (\d+)", text)
        missing = int(found[1]) - len(rest) if found else 0
        while missing > 0:
            missing -= len(self._more())
        cookie = re.search(r"(?i)\nset-cookie: (__Host-hardtack=[^;\s]+)", head.decode())
        return int(head[9:12]), cookie[1] if cookie else ""

    def _more(self) -> bytes:
        more = self.socket.recv(65536)
        assert more, "the connection was closed"
        return more

    def ask(self, method: str, path: str, cookie: str = "", body: dict[str, str] | None = None) -> tuple[int, str]:
        """Send a question and wait for the answer; by another connection where this one was closed while at rest."""
        if select.select([self.socket], [], [], 0)[0]:
            self.socket.close()
            self._connect()
        self.send(method, path, cookie, body)
        return self.receive()

    def auth(self, cookie: str) -> int:
        """Ask whether somebody may see an application."""
        return self.ask("GET", "/auth", cookie)[0]

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


def lines(node: Node) -> list[Line]:
    """Return one to each worker of a node."""
    return [Line(node, pid) for pid in node.service.workers]


def welcome(stand: Stand, port: int) -> str:
    """Make the administrator, by the link that was drawn last; return the cookie."""
    codes = re.findall(rf"https://{HOST}/welcome\?code=(\S+)", stand.nodes[-1].log.read_text())
    status, cookie = ask(port, "POST", "/welcome", {"code": codes[-1], "username": NAME, "password": PASSWORD})
    assert 201 == status
    return cookie


def times(found: Iterable[float]) -> dict[str, float]:
    """Return what is told of many times, in milliseconds."""
    ordered = sorted(found)
    last = len(ordered) - 1
    return {
        "p50": round(ordered[last // 2] * 1000, 2),
        "p99": round(ordered[-(-last * 99 // 100)] * 1000, 2),
        "max": round(ordered[-1] * 1000, 2),
    }


def until_true(what: object, seconds: float = 120) -> None:
    """Wait until the function *what* returns something true."""
    assert callable(what)
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)
