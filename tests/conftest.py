"""What several rooms' tests share: the real service, in a process of its own."""

from __future__ import annotations

import gc
import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from tests import compiled, empty
from tests.forked import Forked, Parent

compiled.share()

# How long one example takes says something about the machine and nothing about the code.
settings.register_profile("hardtack", deadline=None)
settings.load_profile("hardtack")

# They note which tests show what of ASVS, which are traced, and what became of the attacks.
pytest_plugins = ["tests.asvs.marking", "tests.traced", "tests.attacks.marking"]

START_TIMEOUT = 60
LOADED = Parent(
    "hardtack.adapters.asgi.pages",
    "hardtack.cli.commands",
    "hardtack.cli.serve",
    "uvicorn.lifespan.on",
    "uvicorn.loops.asyncio",
)
"""The parent of services whose start is not what a test is about; those that tests/service begins are started as
people start them."""

MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own in it, for its user alone
ROOM = 2 << 30
"""Octets that must be free there; a whole run leaves a quarter of it at most."""


def pytest_configure(config: pytest.Config) -> None:
    """Let temporary folders lie in memory, where there is room.

    Every commit of a database waits for the disk, thousands of times; none of the tests cuts the machine's power.
    """
    if config.getoption("basetemp") or {"TMPDIR", "PYTEST_DEBUG_TEMPROOT"} & os.environ.keys():
        return
    try:
        found = os.statvfs(MEMORY)
    except OSError:
        return
    if os.access(MEMORY, os.W_OK) and found.f_bavail * found.f_frsize >= ROOM and not found.f_flag & os.ST_NOEXEC:
        # The one for pytest's folders, the other for those of the tests' own and of the processes that they start.
        os.environ["PYTEST_DEBUG_TEMPROOT"] = os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave what was collected out of every later search for garbage: it is large, and stays to the end."""
    gc.collect()
    gc.freeze()


@dataclass
class Service:
    """One running ``hardtack serve``."""

    process: subprocess.Popen[bytes] | Forked
    log: Path
    port: int
    data: Path
    host: str = "127.0.0.1"

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
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            connection.request(method, path, body, {"Host": f"localhost:{self.port}", **(headers or {})})
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    @property
    def workers(self) -> list[int]:
        """The processes that it has started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        found = []
        for pid in children:
            with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(int(pid))
        return found

    def end(self) -> None:
        """End it and its workers at once."""
        for pid in (self.process.pid, *self.workers):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

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
    with starting(tmp_path) as start_one:
        yield start_one


@contextmanager
def starting(place: Path, *, provoked: str = "\0", parent: Parent | None = None) -> Iterator[Start]:
    """Give a function that starts the service, with its data and what it says in *place*; stop them all at the end.

    Args:
        place: a folder.
        provoked: how the last line of a traceback begins that a test provokes; there must be no other.
        parent: what it is a fork of, so that it has its modules already.
    """
    running: list[Service] = []

    def start_one(
        *options: str,
        environ: Mapping[str, str] | None = None,
        data: Path | None = None,
        nothing_there: bool = False,
        through: Sequence[str] = (),
    ) -> Service:
        folder = data or place / "data"
        if not (nothing_there or folder.exists()):
            empty.put(folder / "hardtack.db")
        log = place / f"log-{len(running)}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HARDTACK_")}
        words = ["-m", "hardtack", "serve", "--data", str(folder), *options]
        if "--port" not in options:
            words += ["--port", "0"]
        told = {**clean, "LC_ALL": "C.UTF-8", **(environ or {})}
        process: subprocess.Popen[bytes] | Forked
        with log.open("wb") as output:
            if parent is not None and not through:
                process = parent.start(words, output=output, errors=output, environ=told)
            else:
                command = [*through, sys.executable, *words]
                process = subprocess.Popen(command, stdout=output, stderr=output, env=told)
        service = Service(process, log, 0, folder)
        running.append(service)
        wait_until_ready(service)
        return service

    try:
        yield start_one
    finally:
        for service in running:
            if service.process.poll() is None:
                service.process.send_signal(signal.SIGTERM)
        for service in running:
            try:
                service.process.wait(timeout=30)
                said = service.said
                assert said.count("\nTraceback") == said.count(f"\n{provoked}"), said
            except subprocess.TimeoutExpired as late:
                service.end()
                raise AssertionError(f"it did not stop within 30 s of SIGTERM: {service.said}") from late


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
