"""The example, as a reader runs it."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[3] / "examples" / "django_session.py"


def test_the_example_counts_visits_in_a_cookie_that_tells_nothing() -> None:
    """A real server, three requests, and a cookie without a readable word."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, str(EXAMPLE), "runserver", "--noreload", str(port)]
    environ = {**os.environ, "PYTHONUNBUFFERED": "1", "SECRET_KEY": "a secret that is long enough for keys"}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert server.stdout is not None
            assert any("Quit the server" in line for line in server.stdout)
            cookie, answers = "", []
            for _ in range(3):
                connection = retried(port)
                connection.request("GET", "/", headers={"Cookie": cookie})
                response = connection.getresponse()
                answers.append(response.read().decode())
                cookie = response.headers["Set-Cookie"].partition(";")[0]
                connection.close()
        finally:
            server.terminate()
    assert answers == [f"This is your visit number {number}.\n" for number in (1, 2, 3)]
    assert cookie.startswith("sessionid=")
    assert "visits" not in cookie


def retried(port: int) -> http.client.HTTPConnection:
    """Return a connection; Django says that it serves a moment before it does."""
    for _ in range(600):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.connect()
        except ConnectionRefusedError:
            connection.close()
            subprocess.run(["sleep", "0.1"], check=True)
        else:
            return connection
    raise AssertionError(f"nobody listens on port {port}")
