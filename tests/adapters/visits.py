"""Three visits to an example that counts them, by a real server: what it answers, and the cookie that it gives."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE = 60
COUNTED = [f"This is your visit number {number}.\n" for number in (1, 2, 3)]


def three_visits(command: Sequence[str], port_of: Callable[[Iterable[str]], int]) -> tuple[list[str], str]:
    """Run a server and visit it three times with the cookie that it gave; return the answers and the last cookie.

    Args:
        command: what starts it.
        port_of: finds the port in the lines that the server prints.
    """
    environ = {**os.environ, "PYTHONUNBUFFERED": "1", "SECRET_KEY": "a secret that is long enough for keys"}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert server.stdout is not None
            port = port_of(server.stdout)
            cookie, answers = "", []
            for _ in range(3):
                connection = _connected(port)
                connection.request("GET", "/", headers={"Cookie": cookie})
                response = connection.getresponse()
                answers.append(response.read().decode())
                cookie = response.headers["Set-Cookie"].partition(";")[0]
                connection.close()
        finally:
            server.terminate()
    return answers, cookie


def announced_port(lines: Iterable[str]) -> int:
    """Return the port that a server says it listens on."""
    return next(int(found[1]) for line in lines if (found := re.search(r"http://127.0.0.1:(\d+)", line)))


def _connected(port: int) -> http.client.HTTPConnection:
    """Return a connection; some servers say that they serve a moment before they do."""
    deadline = time.monotonic() + PATIENCE
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.connect()
        except ConnectionRefusedError:
            connection.close()
            assert time.monotonic() < deadline, f"nobody listens on port {port}"
            time.sleep(0.1)
        else:
            return connection
