"""Row 12 of the targets: what a worker of the real service weighs at rest, and what a million ended sessions add.

``hardtack serve --workers 1`` is started in a process of its own, with nothing but a data folder; with one worker that
process is the worker. Once it is ready and has shown a few pages, Linux says what it weighs: ``VmRSS``, everything that
lies in memory, also the pages of libraries that other processes share, by which the target is judged, since it is the
most; ``PSS``, which counts a shared page by its share; and what is the process's own. Then it is stopped, the ended
sessions are put into its database, and it is started again. How long it takes from the start to the first ready answer
is told beside it: that is a restart.

Only Linux tells all this; elsewhere there are no such figures.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import million, targets
from bench.crowd import load_seconds
from bench.million import Crowd
from bench.results import Gauge

PATIENCE = 60
PAGES = ("/", "/sign-in", "/account", "/healthz")
"""What is asked for before it is weighed: what every first visitor's browser asks for."""

_ADDRESS = re.compile(r"127\.0\.0\.1:(\d+)|http://localhost:(\d+)")


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one start came to: MiB of memory, and seconds until it was ready."""

    resident: float
    proportional: float
    private: float
    ready: float


def measure(crowd: Crowd, times: int) -> list[Gauge]:
    """Return what workers weigh that know of no ended session, and those that know all of *crowd*; start each so often.

    Only the ended sessions go in: an account without sessions in danger weighs nothing in a worker.
    """
    if sys.platform != "linux":
        return []
    empty, full = _weigh_both(replace(crowd, accounts=0), times)
    memory, took = targets.judge_memory, targets.judge_time
    return [
        memory("worker", [each.resident for each in empty]),
        memory("worker, proportional", [each.proportional for each in empty]),
        memory("worker, private", [each.private for each in empty]),
        memory("more by the ended", [b.resident - a.resident for a, b in zip(empty, full, strict=True)]),
        memory("more by the ended, private", [b.private - a.private for a, b in zip(empty, full, strict=True)]),
        took("ready", [each.ready for each in empty]),
        took("ready with the ended", [each.ready for each in full]),
        took("load", load_seconds(replace(crowd, accounts=0), times)),
    ]


def _weigh_both(crowd: Crowd, times: int) -> tuple[list[Weighed], list[Weighed]]:
    with TemporaryDirectory(prefix="hardtack-bench-") as folder:
        data = Path(folder) / "data"
        empty = [start(data) for _ in range(times + 1)][1:]  # the first makes the key and the database
        million.fill(data / "hardtack.db", crowd)
        return empty, [start(data) for _ in range(times)]


def start(data: Path) -> Weighed:
    """Start the service on a data folder, weigh its worker and stop it."""
    began = time.perf_counter()
    with serving(data) as (process, port):
        ready = time.perf_counter() - began
        for path in PAGES:
            assert _status(port, path) < 500
        return _weigh(process.pid, ready)


@contextmanager
def serving(data: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Give the service when it is ready, and its port; stop it afterwards."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HARDTACK_", "COV"))}
    said = data.with_name("said")
    with said.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "hardtack", "serve", "--workers", "1", "--port", "0", "--data", str(data)],
            stdout=output,
            stderr=output,
            env={**environ, "LC_ALL": "C.UTF-8"},
        )
    try:
        yield process, _port_when_ready(process, said)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def _port_when_ready(process: subprocess.Popen[bytes], said: Path) -> int:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        found = _ADDRESS.search(said.read_text("utf-8"))
        if found:
            port = int(found[1] or found[2])
            try:
                if _status(port, "/readyz") < 300:
                    return port
            except OSError:
                pass
        time.sleep(0.01)
    raise RuntimeError(f"the service did not become ready: {said.read_text('utf-8')}")


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def _weigh(pid: int, ready: float) -> Weighed:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    kibibytes = {name: int(number) for name, number in re.findall(r"^(\w+):\s+(\d+) kB$", rollup, re.MULTILINE)}
    return Weighed(
        resident=kibibytes["Rss"] / 1024,
        proportional=kibibytes["Pss"] / 1024,
        private=(kibibytes["Private_Clean"] + kibibytes["Private_Dirty"]) / 1024,
        ready=ready,
    )
