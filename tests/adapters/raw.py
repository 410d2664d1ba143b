"""Requests as octets over a socket, and a server to send them to."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.forked import Forked, Parent

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
START_TIMEOUT = 60


@contextmanager
def serving(
    command: Sequence[str], log: Path, environ: Mapping[str, str] | None = None, parent: Parent | None = None
) -> Iterator[int]:
    """Run ``python -m`` with *command*, in which ``{port}`` is a free port, and yield the port that it listens on.

    Args:
        command: the words after ``python -m``.
        log: where what it says is written.
        environ: its environment; without it, ours.
        parent: what it is a fork of, so that it has its modules already.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    filled = [word.format(port=port) for word in command]
    with log.open("wb") as output:
        process: Forked | subprocess.Popen[bytes]
        if parent is not None:
            process = parent.start(["-m", *filled], output=output, errors=output, folder=EXAMPLES, environ=environ)
        else:
            process = subprocess.Popen(
                [sys.executable, "-m", *filled], stdout=output, stderr=output, cwd=EXAMPLES, env=environ
            )
    try:
        until_it_listens(port, process, log)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def until_it_listens(port: int, process: Forked | subprocess.Popen[bytes], log: Path) -> None:
    """Wait until *process*, which writes into *log*, takes connections at *port*."""
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return


def send(port: int, octets: bytes, *, then: bytes = b"", pause: float = 0, quiet: float = 1) -> bytes:
    """Return everything that the server answers until it closes, or says nothing for a while.

    Args:
        port: where it listens.
        octets: the request.
        then: what is sent after it, a piece at a time, for as long as the server takes it.
        pause: for how many seconds it may answer before that is sent; it is sent as soon as it has begun to.
        quiet: for how many seconds it must say nothing.
    """
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(octets)
        if pause:
            connection.settimeout(pause)
            with suppress(TimeoutError):
                got += connection.recv(65536)
            connection.settimeout(30)
        try:
            for at in range(0, len(then), 65536):
                connection.sendall(then[at : at + 65536])
        except OSError:
            pass  # it has closed; what it said is still to be read
        connection.settimeout(quiet)
        try:
            while piece := connection.recv(65536):
                got += piece
        except (TimeoutError, ConnectionResetError):
            pass
    return got


def request(method: str, path: str, *fields: str, port: int = 8000, host: str | None = None) -> bytes:
    """Return the head of a request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host or f'localhost:{port}'}", *fields]
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1") + b"\r\n"


def statuses(answer: bytes) -> list[int]:
    """Return the codes of all answers, those in between among them."""
    return [int(code) for code in re.findall(rb"^HTTP/1\.[01] (\d{3})", answer, re.MULTILINE)]
