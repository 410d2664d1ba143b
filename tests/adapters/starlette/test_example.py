"""The example, as a reader runs it."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[3] / "examples"


def test_the_example_counts_visits_in_a_cookie_that_tells_nothing() -> None:
    """A real server, three requests, and a cookie without a readable word."""
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(EXAMPLES), "starlette_session:app", "--port", "0"]
    environ = {**os.environ, "PYTHONUNBUFFERED": "1", "SECRET_KEY": "a secret that is long enough for keys"}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert server.stdout is not None
            port = next(
                int(found[1]) for line in server.stdout if (found := re.search(r"http://127.0.0.1:(\d+)", line))
            )
            cookie, answers = "", []
            for _ in range(3):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", "/", headers={"Cookie": cookie})
                response = connection.getresponse()
                answers.append(response.read().decode())
                cookie = response.headers["Set-Cookie"].partition(";")[0]
                connection.close()
        finally:
            server.terminate()
    assert [f"This is your visit number {number}.\n" for number in (1, 2, 3)] == answers
    assert cookie.startswith("session=")
    assert "visits" not in cookie
