"""The counts, the ids and the operator's own listener, as a real service with two workers has them."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import LOADED, Service, Start, starting

PATIENCE = 60


class Operator:
    """Whoever asks the operator's own listener."""

    def __init__(self, service: Service) -> None:
        found = re.search(r"http://localhost:(\d+)/metrics", service.said)
        assert found, service.said
        self.port = int(found[1])

    def ask(self, path: str) -> tuple[int, str]:
        """Send one request; return status and content."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def counts(self) -> dict[str, float]:
        """Return every sample, by its name and the values of its labels."""
        status, text = self.ask("/metrics")
        assert 200 == status
        return {
            " ".join([sample.name, *sample.labels.values()]): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def until(self, **wanted: float) -> dict[str, float]:
        """Wait until the counts are these, and return all of them."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = self.counts()
            if all(found[name] == value for name, value in wanted.items()):
                return found
            assert time.monotonic() < deadline, {name: found[name] for name in wanted}
            time.sleep(0.1)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return a service with two workers and a listener of the operator's own."""
    place = tmp_path_factory.mktemp("operating")
    with starting(place, parent=LOADED) as start:
        options = ["--workers", "2", "--admin-listen", "0", "--log-format", "json", "--trusted-proxy", "127.0.0.1"]
        yield start(*options, "--origin", "https://id.example.org", environ={"HARDTACK_ACCESS_LOG": "true"})


@pytest.fixture(scope="module")
def operator(service: Service) -> Operator:
    """Return who asks."""
    return Operator(service)


HOST = {"Host": "id.example.org", "X-Forwarded-Proto": "https"}


def test_the_counts_of_both_workers_are_one_and_a_killed_one_leaves_no_gauge(
    service: Service, operator: Operator
) -> None:
    """What it counted stays; that it was ready does not, until another one has taken its place."""
    before = operator.until(hardtack_workers=2, hardtack_workers_ready=2)
    cookie = {"Cookie": "__Host-hardtack=junk", **HOST}
    for _ in range(20):
        service.ask("GET", "/account", headers=cookie)
    after = operator.counts()
    name = "hardtack_cookie_failures_total malformed"
    assert before[name] + 20 == after[name]
    killed = service.workers[0]
    os.kill(killed, signal.SIGKILL)

    healed = operator.until(hardtack_workers=2, hardtack_workers_ready=2)
    deadline = time.monotonic() + PATIENCE
    while killed in service.workers and time.monotonic() < deadline:
        time.sleep(0.1)
    healed = operator.until(hardtack_workers=2, hardtack_workers_ready=2)
    assert after[name] == healed[name]
    assert healed["hardtack_revocation_lag_seconds"] < PATIENCE


def test_no_count_is_shown_to_visitors(service: Service) -> None:
    """Not even that there are any."""
    assert 404 == service.ask("GET", "/metrics", headers=HOST)[0]


def test_the_operators_listener_says_whether_anybody_is_ready(operator: Operator) -> None:
    """It is asked by whoever watches the service."""
    operator.until(hardtack_workers_ready=2)
    assert [(200, "alive\n"), (200, "ready\n"), (404, 404)] == [
        operator.ask("/healthz"),
        operator.ask("/readyz"),
        (operator.ask("/sign-in")[0], 404),
    ]


def test_every_line_of_a_request_has_its_id_and_no_code_is_in_any(service: Service) -> None:
    """That of the proxy, where it gave one; the visitor is told the same."""
    given = "f00dfacef00dface"
    headers = {**HOST, "X-Request-Id": given, "X-Forwarded-For": "203.0.113.7", "Cookie": "__Host-hardtack=junk"}
    _, fields, _ = service.ask("GET", "/account?code=G3fHvqLohvEBcJTBzMRzRw", headers=headers)
    deadline = time.monotonic() + PATIENCE
    ours: dict[str, dict[str, object]] = {}
    while len(ours) < 2 and time.monotonic() < deadline:  # the line of the request comes after its answer
        lines = [json.loads(line) for line in service.said.splitlines() if line.endswith("}")]
        ours = {line["event"]: line for line in lines if line.get("request_id") == given}

    assert given == fields["X-Request-Id"]
    assert {"cookie-refused", "request"} == set(ours)
    assert ("/account", "203.0.113.7") == (ours["request"]["path"], ours["request"]["client"])
    assert "G3fHvq" not in service.said


def test_a_listener_that_others_reach_is_said_and_one_that_cannot_be_is_refused(start: Start, tmp_path: Path) -> None:
    """Whoever reaches it can read the counts; and nothing serves before it is there."""
    open_to_all = start("--admin-listen", "0.0.0.0:0")
    assert "hardtack: warning: whoever reaches 0.0.0.0:" in open_to_all.said

    done = subprocess.run(
        [
            *(sys.executable, "-m", "hardtack", "serve", "--data", str(tmp_path / "other"), "--port", "0"),
            *("--admin-listen", str(open_to_all.port)),
        ],
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert 1 == done.returncode
    assert "is in use" in done.stderr
