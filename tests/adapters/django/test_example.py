"""The example, as a reader runs it."""

from __future__ import annotations

import socket
import sys

from tests.adapters.visits import COUNTED, EXAMPLES, three_visits


def test_the_example_counts_visits_in_a_cookie_that_tells_nothing() -> None:
    """A real server, three requests, and a cookie without a readable word."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, str(EXAMPLES / "django_session.py"), "runserver", "--noreload", str(port)]
    answers, cookie = three_visits(
        command, lambda lines: port if any("Quit the server" in line for line in lines) else 0
    )
    assert COUNTED == answers
    assert cookie.startswith("sessionid=")
    assert "visits" not in cookie
