"""The demo tells the truth, and says so when it does not hold."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from hardtack.cli.demo import NAME, Teller, tell


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_demo_holds_in_at_most_thirty_lines(language: str) -> None:
    """Every step of the note, with a real server, in the language asked for."""
    done = subprocess.run(
        [sys.executable, "-m", "hardtack", "demo", "--lang", language],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) <= 30
    assert [] == [line for line in lines if line.startswith("!")]
    assert ["401", "200", "404"] == [status for status in ("401", "200", "404") if status in done.stdout]
    assert (re.search(r"[\u4e00-\u9fff]{4}", done.stdout) is not None) == (language == "zh") or language == "en"


class Gullible(BaseHTTPRequestHandler):
    """The server that the note warns of: it believes the plain cookie, and everything else."""

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        text = f"hello {NAME}".encode()
        self.send_response(200)
        self.send_header("Set-Cookie", f"login_user={NAME}")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the names that the standard library calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the standard library names it
        """Say nothing."""


def test_the_demo_fails_before_a_server_that_believes_everything(capsys: pytest.CaptureFixture[str]) -> None:
    """Each claim is checked: a readable cookie, a forged one that works, a 404 that is none."""
    server = HTTPServer(("127.0.0.1", 0), Gullible)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        teller = Teller(server.server_port, "en")
        tell(teller)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert not teller.held
    marked = [line for line in capsys.readouterr().out.splitlines() if line.startswith("!")]
    told = " ".join(marked)
    for claim in (
        "stateless",
        "worth nothing",
        "can be read",
        "one character changed",
        "kept and sent again",
        "too late",
        "decided it",
    ):
        assert claim in told
