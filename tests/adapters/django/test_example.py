"""The examples, as a reader runs it."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from tests.adapters.django.clubs import PASSWORD, Browser
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


def test_from_nothing_to_signed_in(tmp_path: Path) -> None:
    """Sign up, sign out, sign in, and see a page that needs it, by a real server."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-u", str(EXAMPLES / "django_app.py"), "runserver", "--noreload", str(port)]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert server.stdout is not None
            assert any("Quit the server" in line for line in server.stdout)
            browser = Browser(port)
            assert browser.get("/").headers["Location"] == "/auth/sign-in?next=/"
            assert browser.sign_up("anna").status == 303
            assert browser.get("/").text == "Hello anna.\n"
            assert browser.post("/auth/sign-out").headers["Location"] == "/"
            assert browser.get("/").status == 303
            answer = browser.post("/auth/sign-in", username="anna", password=PASSWORD, next="/")
            assert answer.headers["Location"] == "/"
            assert browser.get("/").text == "Hello anna.\n"
            assert browser.get("/nowhere", Accept_Language="zh").status == 404
        finally:
            server.terminate()


def test_the_example_is_short() -> None:
    """A reader sees it whole."""
    assert len((EXAMPLES / "django_app.py").read_text().splitlines()) <= 40
