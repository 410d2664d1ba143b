"""Under load, on real sockets: overload is told when to come back, and whoever is signed in, or signs in, is answered.

No time is asserted beyond what any machine keeps.
"""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import LOADED, Service, Start, starting
from tests.service.test_serve import PASSWORD, account_status, nginx, post_json

GENEROUS = 60
"""Seconds for one request, whatever the machine does besides."""


class Flood:
    """People who sign in without a pause, each from another address, as a proxy that is trusted says."""

    def __init__(self, service: Service, people: int) -> None:
        self._service = service
        self.answers: Counter[int] = Counter()
        self.unsaid = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._sign_in, args=(number,)) for number in range(people)]

    def _sign_in(self, number: int) -> None:
        attempt = 0
        while not self._stop.is_set():
            attempt += 1
            headers = {
                "Content-Type": "application/json",
                "Origin": "https://id.example.org",
                "Host": "id.example.org",
                "X-Forwarded-Proto": "https",
                "X-Forwarded-For": f"203.0.{number}.{attempt % 250}",
            }
            body = json.dumps({"username": f"n{number}a{attempt}", "password": PASSWORD}).encode()
            connection = http.client.HTTPConnection("127.0.0.1", self._service.port, timeout=GENEROUS)
            connection.request("POST", "/sign-in", body, headers)
            response = connection.getresponse()
            response.read()
            connection.close()
            self.answers[response.status] += 1
            self.unsaid += response.status == 503 and not response.headers.get("Retry-After")

    def __enter__(self) -> Flood:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(GENEROUS)


def test_a_flood_of_sign_ins_is_shed_and_whoever_is_signed_in_is_answered(start: Start) -> None:
    """More than there are places: the rest is told when to come back, and nobody who is known notices."""
    first = start()
    post_json(first, "/sign-up", {"username": "alice", "password": PASSWORD})
    first.stop()
    service = start("--origin", "https://id.example.org", "--trusted-proxy", "127.0.0.1")
    status, fields, _ = service.ask(
        "POST",
        "/sign-in",
        body=json.dumps({"username": "alice", "password": PASSWORD}).encode(),
        headers={
            "Content-Type": "application/json",
            "Origin": "https://id.example.org",
            "Host": "id.example.org",
            "X-Forwarded-Proto": "https",
        },
    )
    assert 200 == status
    kept = next(c for c in fields.get_all("Set-Cookie", []) if c.startswith("__Host-hardtack=")).partition(";")[0]
    signed_in = {"Host": "id.example.org", "X-Forwarded-Proto": "https", "Cookie": kept, "Accept": "application/json"}
    with Flood(service, 24) as flood:
        seen = [service.ask("GET", "/account", headers=signed_in)[0] for _ in range(10)]

    assert [200] * 10 == seen
    assert {401, 503} >= set(flood.answers), flood.answers
    assert flood.answers[401]
    assert 0 == flood.unsaid


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run one service with an account, for all that attack it slowly."""
    with starting(tmp_path_factory.mktemp("slow"), parent=LOADED) as start_one:
        service = start_one()
        post_json(service, "/sign-up", {"username": "alice", "password": PASSWORD})
        yield service


@pytest.mark.parametrize("behind", [True, False], ids=["behind nginx", "alone"])
def test_slow_clients_keep_nobody_from_signing_in(served: Service, tmp_path: Path, behind: bool) -> None:
    """More of them than a process has places, slow with the head and with the content at once; slowhttptest does it."""
    slow = shutil.which("slowhttptest")
    assert slow, "this test needs a slow client: apt-get install slowhttptest (Debian)"
    with nginx(tmp_path, served.port) as port, ExitStack() as attacks:
        attacked = port if behind else served.port
        number = "200" if behind else "500"  # of each; a bare nginx has room for 512
        processes = [
            subprocess.Popen(
                [
                    *(
                        slow,
                        how,
                        "-c",
                        number,
                        "-r",
                        "300",
                        "-i",
                        "2",
                        "-l",
                        "8",
                        "-t",
                        "POST",
                        "-s",
                        "4096",
                        "-x",
                        "10",
                    ),
                    *("-x", "10", "-p", "3", "-v", "0", "-u", f"http://127.0.0.1:{attacked}/sign-in"),
                ],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for how in ("-H", "-B")
        ]
        for process in processes:
            attacks.callback(process.wait)
            attacks.callback(process.kill)
        through = Service(served.process, served.log, attacked, served.data)
        statuses = []
        while any(process.poll() is None for process in processes):
            headers = {
                "Host": f"localhost:{served.port}",
                "Origin": served.url,
                "Content-Type": "application/json",
            }
            body = json.dumps({"username": "alice", "password": PASSWORD}).encode()
            status, fields, _ = through.ask("POST", "/sign-in", body=body, headers=headers)
            cookies = [value.partition(";")[0] for value in fields.get_all("Set-Cookie", [])]
            kept = next(c for c in cookies if "known" not in c and not c.endswith("="))
            statuses += [status, account_status(served, kept)]
    assert len(statuses) > 2
    assert {200} == set(statuses)
