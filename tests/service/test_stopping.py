"""Stopping and restarting while people ask: nobody goes without an answer, whoever answers it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Service, Start
from tests.failures.running import DATABASE, until
from tests.service.test_operating import PATIENCE


class Asking:
    """People who ask without a pause: some keep their connection, some open one for every request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answered = 0
        self.wrong: list[str] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(keeps,)) for keeps in (True, True, False, False)]

    def _ask(self, keeps: bool) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        while not self._stop.is_set():
            try:
                connection.request("GET", "/healthz", headers={"Host": f"localhost:{self.port}"})
                response = connection.getresponse()
                if (response.status, response.read()) != (200, b"alive\n"):
                    self.wrong.append(f"{response.status}")
                self.answered += 1
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(repr(error))
                connection.close()
            if not keeps:
                connection.close()
            time.sleep(0.002)
        connection.close()

    def __enter__(self) -> Asking:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    def go_on(self, more: int = 100) -> None:
        """Wait until some more have been answered."""
        goal, deadline = self.answered + more, time.monotonic() + PATIENCE
        while self.answered < goal:
            assert time.monotonic() < deadline, (self.answered, goal, self.wrong[:3])
            time.sleep(0.01)


def test_both_workers_are_replaced_and_nobody_notices(begin: Start, tmp_path: Path) -> None:
    """SIGHUP: each gets a successor that is ready before it is told to stop; the service does not stop by that."""
    words = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    words.bind(str(tmp_path / "notify"))
    service = begin("--workers", "2", environ={"NOTIFY_SOCKET": str(tmp_path / "notify")})
    before = set(service.workers)
    with Asking(service.port) as asking:
        asking.go_on()
        service.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 2 * PATIENCE
        while (now := set(service.workers)) & before or len(now) != 2:
            assert time.monotonic() < deadline, (before, now)
            time.sleep(0.1)
        asking.go_on()

    assert [] == asking.wrong
    service.stop()
    with words:
        words.settimeout(PATIENCE)
        assert [b"READY=1"] * 4 + [b"STOPPING=1"] == [words.recv(64) for _ in range(5)]
    assert 0 == service.stop()


def test_workers_end_with_the_process_that_has_started_them_however_it_dies(start: Start) -> None:
    """Nobody is left who serves on unwatched, and the port is the next service's."""
    service = start("--workers", "2")
    workers = service.workers
    os.kill(service.process.pid, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    try:
        while not _refuses(service):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    except AssertionError:
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        raise


def test_a_worker_that_waits_for_its_database_stops_when_it_is_told_to(start: Start) -> None:
    """It serves nobody yet, and whoever stops the service need not kill it."""
    service = start("--workers", "2")
    for name in DATABASE:
        (service.data / name).unlink(missing_ok=True)
    os.kill(service.workers[0], signal.SIGKILL)
    until(lambda: "worker-cannot-start" in service.said)
    assert 0 == service.stop()


LAUNCHER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="hardtack.socket")
os.execv(sys.executable, [sys.executable, "-m", "hardtack", *sys.argv[2:]])
"""
"""What systemd does between the fork and the service, with one listener."""


Launch = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Return a function that starts the service on a listener as systemd does; all end with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def one(listener: socket.socket, *options: str) -> subprocess.Popen[bytes]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HARDTACK_")}
        given = str(listener.fileno())
        command = [sys.executable, "-c", LAUNCHER, given, "serve", "--data", str(tmp_path / "data"), *options]
        with (tmp_path / "log").open("ab") as log:
            process = subprocess.Popen(
                command, pass_fds=[listener.fileno()], stdout=log, stderr=log, env={**clean, "LC_ALL": "C.UTF-8"}
            )
        started.append(process)
        return process

    yield one
    for process in started:
        process.kill()
        process.wait()
    assert "Traceback" not in (tmp_path / "log").read_text()


def end(process: subprocess.Popen[bytes]) -> None:
    """Tell a service to stop, as systemd does, and wait until it has."""
    process.send_signal(signal.SIGTERM)
    assert 0 == process.wait(PATIENCE)


@pytest.mark.parametrize("number", ["1", "2"])
def test_a_restart_behind_a_listener_that_was_passed_turns_nobody_away(launch: Launch, number: str) -> None:
    """Whoever comes between the two waits for the second; whom the first has let in, it answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        first = launch(listener, "--workers", number)
        with Asking(listener.getsockname()[1]) as asking:
            asking.go_on()
            end(first)
            second = launch(listener, "--workers", number)
            asking.go_on()
        end(second)

    assert [] == asking.wrong


def test_a_unix_socket_can_be_passed(launch: Launch, tmp_path: Path) -> None:
    """For a proxy on the same machine, which needs no port."""
    place = tmp_path / "hardtack.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()
        process = launch(listener, "--origin", "https://id.example.org")
        with socket.socket(socket.AF_UNIX) as visitor:
            visitor.settimeout(PATIENCE)
            visitor.connect(str(place))
            visitor.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = b"".join(iter(lambda: visitor.recv(65536), b""))
        end(process)

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert str(place) in (tmp_path / "log").read_text()


def test_what_was_passed_and_is_no_listener_is_said(tmp_path: Path, launch: Launch) -> None:
    """One line and a hint, not a traceback."""
    with socket.socket() as nothing:
        process = launch(nothing)
        assert 1 == process.wait(PATIENCE)

    said = (tmp_path / "log").read_text()
    assert "hardtack: file 3 was passed as a listener (LISTEN_FDS) and is none" in said
    assert "ListenStream=" in said


def test_a_running_request_is_answered_and_nobody_new_is_sent_here(begin: Start) -> None:
    """Not ready at once, still serving for the delay, and a form that is on its way arrives."""
    service = begin(environ={"HARDTACK_STOP_DELAY": "2"})
    with speaking(service) as slow:
        body = b"username=nobody&password=not+the+password"
        slow.sendall(_post("/sign-in", service, body)[:-10])
        service.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while service.ask("GET", "/readyz")[0] != 503:
            assert time.monotonic() < deadline
        assert 200 == service.ask("GET", "/healthz")[0], "it serves on"
        while not _refuses(service):
            assert time.monotonic() < deadline
            time.sleep(0.02)  # without a pause it would be a crowd, in which the slow one gives way
        slow.sendall(body[-10:])
        answer = b"".join(iter(lambda: slow.recv(65536), b""))

    assert answer.startswith((b"HTTP/1.1 401 ", b"HTTP/1.1 403 "))
    assert b"\r\nconnection: close\r\n" in answer.lower()
    assert answer.rstrip().endswith(b"</html>")
    assert 0 == service.process.wait(PATIENCE)


def speaking(service: Service) -> socket.socket:
    """Return a connection to the service."""
    return socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE)


def _refuses(service: Service) -> bool:
    try:
        speaking(service).close()
    except ConnectionRefusedError:
        return True
    return False


def _post(path: str, service: Service, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost:{service.port}\r\nOrigin: {service.url}\r\nAccept: text/html\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
