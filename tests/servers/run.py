"""Put the cases to the servers: ``python -m tests.servers.run`` writes what each of them answered, and what it costs.

The result is ``docs/_ext/servers.json``, from which the tables in the documents are made. The servers beside ours come
with ``pip install --group servers``; nothing is configured in them. What a request costs is the processor time of all
of a server's processes, over requests on connections that stay open: on a busy machine it is steadier than a rate.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers.cases import CASES, Case
from tests.servers.systems import SERVERS, Server

ROOT = Path(__file__).parents[2]
SAVED = ROOT / "docs" / "_ext" / "servers.json"
COMMAND = "python -m tests.servers.run"
WAIT = 30
"""Seconds that a server may take to begin."""
ROUNDS, CONNECTIONS, REQUESTS = 7, 4, 500
_TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def served(server: Server) -> Iterator[tuple[int, int]]:
    """Run a server in a process group of its own; yield its port and its group."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        arguments = [part.format(port=port, folder=folder) for part in server.command]
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("HARDTACK_")},
        )
        try:
            deadline = time.monotonic() + WAIT
            while outcome(port, CASES[0]) != "200":
                assert time.monotonic() < deadline, f"{server.title} did not start"
                time.sleep(0.1)
            yield port, process.pid
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=WAIT)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def outcome(port: int, case: Case, post: str = "/") -> str:
    """Return what came: the statuses in their order, ``closed`` without one, ``open`` if nothing came at all."""
    received = b""
    closed = False
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=case.pause) as connection:
            try:
                connection.sendall(case.octets.replace(b"{port}", b"%d" % port).replace(b"{post}", post.encode()))
                if case.then:
                    received += _interim(connection)
                    connection.sendall(case.then)
            except OSError:
                closed = True  # it has closed before it had heard everything; what it said may still be there
            connection.settimeout(case.pause)
            while piece := connection.recv(65536):
                received += piece
            closed = True
    except TimeoutError:
        pass
    except OSError:
        closed = True
    statuses = re.findall(rb"(?:^|\r\n\r\n)HTTP/1\.[01] (\d{3})", received)
    if statuses:
        return ", ".join(status.decode() for status in statuses)
    return "closed" if closed else "open"


def _interim(connection: socket.socket) -> bytes:
    connection.settimeout(0.5)
    try:
        return connection.recv(65536)
    except TimeoutError:
        return b""


def outcomes(port: int, post: str = "/") -> dict[str, str]:
    """Return what each case leads to, by its id; all at once, since some wait."""
    with ThreadPoolExecutor(len(CASES)) as threads:
        return dict(
            zip([case.id for case in CASES], threads.map(lambda case: outcome(port, case, post), CASES), strict=True)
        )


def cost(port: int, group: int) -> float:
    """Return the processor time of one small request, in microseconds: the median of some rounds."""
    request = f"GET /healthz HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
    rounds = []
    for _ in range(ROUNDS):
        before = _spent(group)
        for _ in range(CONNECTIONS):
            # Some servers close a connection after a thousand requests.
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                for _ in range(REQUESTS):
                    connection.sendall(request)
                    _read_answer(connection)
        rounds.append((_spent(group) - before) / (CONNECTIONS * REQUESTS))
    return round(statistics.median(rounds[1:]) * 1e6, 1)


def _read_answer(connection: socket.socket) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        assert piece, "the server closed a connection that was to stay open"
        received += piece
    head, _, content = received.partition(b"\r\n\r\n")
    found = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    length = int(found[1]) if found else 0
    while len(content) < length:
        content += connection.recv(65536)


def _spent(group: int) -> float:
    """Return the processor time that all processes of a group have used, in seconds."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def right(case: Case, found: str) -> bool:
    """Return whether an outcome is right."""
    return found in case.right


def mendable(case: Case, found: str) -> bool:
    """Return whether what is not right has reached the application, so that a layer around it can still mend it."""
    return not right(case, found) and not case.alone and "200" in found


def result() -> dict[str, Any]:
    """Ask every server and return what is to be saved."""
    cases = [
        {"id": case.id, "title": case.title, "zh": case.zh, "section": case.section, "right": list(case.right)}
        for case in CASES
    ]
    asked = []
    for name, server in SERVERS.items():
        with served(server) as (port, _):
            found = outcomes(port, server.post)
        # In another process: threads of the first may still wait for what a slow case never sent.
        microseconds = None
        if server.keeps:
            with served(server) as (port, group):
                microseconds = cost(port, group)
        marks = {
            case.id: "right" if right(case, found[case.id]) else "layer" if mendable(case, found[case.id]) else "wrong"
            for case in CASES
        }
        said = {"name": name, "title": server.title, "version": server.version, "microseconds": microseconds}
        wrong = {each: found[each] for each, mark in marks.items() if mark != "right"}
        print(f"{name}: {microseconds} µs; not right: {wrong}", file=sys.stderr)  # noqa: T201 - a command's talk
        asked.append({**said, "outcomes": found, "marks": marks})
    return {"command": COMMAND, "cases": cases, "servers": asked}


if __name__ == "__main__":
    SAVED.write_text(json.dumps(result(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
