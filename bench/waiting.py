"""Row 10 of the targets: how long other requests take while people wait for their sign-in.

A real ``hardtack serve`` with one worker has one core to itself. Two hundred times a second, whatever became of the
request before, somebody who is signed in asks for a page; how long each waits counts from the moment at which it was
due, so that nothing is left out because the service was busy. Once nobody signs in meanwhile; once eight clients do
nothing but sign in, one after another, so that eight sign-ins are always under way. What asks has the other cores.

The figure is what 99 of 100 requests keep below. Only Linux binds a process to a core this way; elsewhere there is no
figure.
"""

from __future__ import annotations

import http.client
import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from statistics import quantiles
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from bench import targets
from bench.results import Gauge
from bench.visits import PASSWORD
from bench.worker import PATIENCE, serving
from hardtack.login import Accounts
from hardtack.seal import Keyring

A_SECOND = 200
SIGNING_IN = 8
ASKERS = 32
_FORM = "application/x-www-form-urlencoded"


def measure(*, seconds: float, times: int) -> list[Gauge]:
    """Return the 99th percentile of what other requests take, with sign-ins under way and without, in milliseconds.

    Args:
        seconds: how long each run lasts.
        times: how many runs of each kind; they alternate.
    """
    if sys.platform != "linux":
        return []
    idle, busy = [], []
    cores = sorted(os.sched_getaffinity(0))
    with TemporaryDirectory(prefix="hardtack-bench-") as folder, ExitStack() as running:
        # The service has from its start what it will have: it makes one hashing thread for each core.
        os.sched_setaffinity(0, {cores[-1]})
        try:
            _, port = running.enter_context(serving(Path(folder) / "data"))
        finally:
            os.sched_setaffinity(0, set(cores[:-1] or cores))
        running.callback(os.sched_setaffinity, 0, set(cores))
        _add(Path(folder) / "data")
        cookie = _sign_in(port, 0)
        # The first requests of a process meet everything for the first time.
        _percentile(port, cookie, seconds / 5)
        for _ in range(times):
            idle.append(_percentile(port, cookie, seconds))
            with _signing_in(port):
                busy.append(_percentile(port, cookie, seconds))
    return [targets.judge_wait("p99, nobody signs in", idle), targets.judge_wait("p99, eight sign in", busy)]


def _add(data: Path) -> None:
    with Accounts.connect(f"sqlite:///{data}/hardtack.db", keyring=Keyring.load(data / "hardtack.key")) as accounts:
        for number in range(SIGNING_IN + 1):
            accounts.add(f"visitor{number}", PASSWORD, now=int(time.time()))


def _percentile(port: int, cookie: str, seconds: float) -> float:
    """Return the 99th percentile of an open loop of requests, in milliseconds."""
    number = max(2, int(A_SECOND * seconds))
    free: SimpleQueue[http.client.HTTPConnection] = SimpleQueue()
    for _ in range(ASKERS):
        free.put(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE))
    began = time.perf_counter() + 0.1

    def ask(turn: int) -> float:
        due = began + turn / A_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        connection = free.get()
        connection.request("GET", "/account", headers={"Host": f"localhost:{port}", "Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        free.put(connection)
        assert answer.status == 200, answer.status
        return time.perf_counter() - due

    with ThreadPoolExecutor(ASKERS) as askers:
        took = list(askers.map(ask, range(number)))
    while not free.empty():
        free.get().close()
    return quantiles(took, n=100)[98] * 1000


def _sign_in(port: int, number: int) -> str:
    """Sign somebody in and return their cookies."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        fields = urlencode({"username": f"visitor{number}", "password": PASSWORD})
        headers = {"Host": f"localhost:{port}", "Sec-Fetch-Site": "same-origin", "Content-Type": _FORM}
        connection.request("POST", "/sign-in", fields, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 303, answer.status
        return "; ".join(field.partition(";")[0] for field in answer.headers.get_all("Set-Cookie", []))
    finally:
        connection.close()


@contextmanager
def _signing_in(port: int) -> Iterator[None]:
    """Keep eight sign-ins under way for as long as the block lasts."""
    ending = threading.Event()

    def go_on(number: int) -> None:
        while not ending.is_set():
            _sign_in(port, number)

    with ThreadPoolExecutor(SIGNING_IN) as people:
        under_way = [people.submit(go_on, number + 1) for number in range(SIGNING_IN)]
        try:
            yield
        finally:
            ending.set()
    for each in under_way:
        each.result()
