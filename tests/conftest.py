"""What several rooms' tests share: the real service, in a process of its own."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# How long one example takes says something about the machine and nothing about the code.
settings.register_profile("hardtack", deadline=None)
settings.load_profile("hardtack")

START_TIMEOUT = 60


@dataclass
class Service:
    """One running ``hardtack serve``."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int
    data: Path

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"http://localhost:{self.port}"

    @property
    def said(self) -> str:
        """Everything that it has printed so far."""
        return self.log.read_text()

    @property
    def welcome_link(self) -> str:
        """The one-time link for the first administrator."""
        found = re.search(r"http://\S+/welcome\?code=\S+", self.said)
        assert found, self.said
        return found[0]

    def ask(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """Send one request over a socket of its own; return status, fields and content."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {"Host": f"localhost:{self.port}", **(headers or {})})
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    def stop(self) -> int:
        """Ask it to stop and return its exit status; it must not stop in disorder."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=30)
        assert "Traceback" not in self.said, self.said
        return status


Start = Callable[..., Service]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts the service with more options and waits until it is ready."""
    running: list[Service] = []

    def start_one(*options: str, environ: Mapping[str, str] | None = None, data: Path | None = None) -> Service:
        folder = data or tmp_path / "data"
        log = tmp_path / f"log-{len(running)}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HARDTACK_")}
        command = [sys.executable, "-m", "hardtack", "serve", "--data", str(folder), *options]
        if "--port" not in options:
            command += ["--port", "0"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=output, env={**clean, "LC_ALL": "C.UTF-8", **(environ or {})}
            )
        service = Service(process, log, 0, folder)
        running.append(service)
        wait_until_ready(service)
        return service

    yield start_one
    for service in running:
        if service.process.poll() is None:
            service.process.send_signal(signal.SIGTERM)
    for service in running:
        try:
            service.process.wait(timeout=30)
            assert "Traceback" not in service.said, service.said
        except subprocess.TimeoutExpired:
            service.process.kill()
            raise


def wait_until_ready(service: Service) -> None:
    """Wait until /readyz answers 204 or 200; a service that ends instead fails the test with what it said."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        assert service.process.poll() is None, service.said
        # With a public origin, the address that it listens on is said beside it.
        found = re.search(r"127\.0\.0\.1:(\d+)", service.said) or re.search(r"http://localhost:(\d+)", service.said)
        if found:
            service.port = int(found[1])
            try:
                if service.ask("GET", "/readyz")[0] < 300:
                    return
            except OSError:
                pass
        time.sleep(0.05)
    raise AssertionError(f"not ready after {START_TIMEOUT} s:\n{service.said}")
