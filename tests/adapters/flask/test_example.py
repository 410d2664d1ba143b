"""The example, as a reader runs it."""

from __future__ import annotations

import sys

from tests.adapters.visits import COUNTED, EXAMPLES, announced_port, three_visits


def test_the_example_counts_visits_in_a_cookie_that_tells_nothing() -> None:
    """A real server, three requests, and a cookie without a readable word."""
    command = [sys.executable, "-m", "flask", "--app", str(EXAMPLES / "flask_session.py"), "run", "--port", "0"]
    answers, cookie = three_visits(command, announced_port)
    assert COUNTED == answers
    assert cookie.startswith("session=")
    assert "visits" not in cookie
