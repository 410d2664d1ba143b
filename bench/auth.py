"""Row 8 of the targets: what ``/auth`` costs beside the same server answering 204 and checking nothing.

A real ``hardtack serve`` with one worker is asked about one page by somebody who is signed in and let through by the
gate cookie of an application's host; ``bare`` is the same server with the same settings, in which an application of
three lines answers 204 to everything. Both get the same octets.

*Direct*: what is compared is processor time, which Linux tells of each process, so that who asks is no part of it.
*Behind nginx*: two of them, each with the configuration that ``hardtack proxy nginx`` prints, before an application
that costs next to nothing; what is compared is how many requests a second come back. There the server has one core to
itself, and nginx and whoever asks have the others. Rounds of the two alternate in an order that turns round.

Elsewhere than on Linux, or where there is no nginx, there are no such figures.
"""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import uvicorn
from click.testing import CliRunner

from bench import targets
from bench.results import Gauge
from bench.visits import PASSWORD
from bench.worker import PATIENCE
from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.cli import proxy, serve
from hardtack.login import Accounts
from hardtack.seal import Keyring, keyfile
from hardtack.session import Identity, Sessions
from hardtack.site import Settings
from hardtack.site.forward_auth.gate import Gate

CONNECTIONS = 8
"""That are asked over at a time behind nginx."""

PIECE = 50
"""Requests after which the direct contenders take turns within a round."""

NAMES = ("hardtack", "bare")
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class Place(NamedTuple):
    """One contender.

    Args:
        process: of the server.
        port: of the server.
        proxy: the port of nginx before it; 0 without one.
    """

    process: int
    port: int
    proxy: int


def measure(*, rounds: int, turns: int) -> list[Gauge]:
    """Return what ``/auth`` takes more than a bare 204, and which part of its rate is left behind nginx.

    Args:
        rounds: how often each contender runs.
        turns: requests of a round.
    """
    if sys.platform != "linux" or not _nginx():
        return []
    cores = sorted(os.sched_getaffinity(0))
    with TemporaryDirectory(prefix="hardtack-bench-") as folder, ExitStack() as running:
        running.callback(os.sched_setaffinity, 0, set(cores))
        front = {name: _free_port() for name in NAMES}
        data = Path(folder) / "data"
        cookie = _prepare(data, front["hardtack"])
        places = {name: running.enter_context(_place(name, Path(folder), front[name], cores)) for name in NAMES}
        os.sched_setaffinity(0, set(cores[:-1] or cores))
        direct = _head(front["hardtack"], cookie)
        for place in places.values():  # the first requests of a process meet everything for the first time
            _ask(place.port, direct, max(10, turns // 10), b"204")
        added, took = _direct(places, direct, rounds, turns)
        shares, rates = _behind(places, front, cookie, rounds, turns)
    return [
        targets.judge_auth("auth", "µs", added),
        targets.judge_auth("auth, alone", "µs", took),
        targets.judge_auth("auth behind nginx", "of the rate", shares),
        targets.judge_auth("auth behind nginx, a second", "per s", rates),
    ]


def _direct(places: dict[str, Place], head: bytes, rounds: int, turns: int) -> tuple[list[float], list[float]]:
    """Return by how many microseconds the one takes longer than the other, and how long it takes, round by round."""
    added, took = [], []
    for number in range(rounds):
        spent = dict.fromkeys(NAMES, 0)
        for _ in range(max(1, turns // PIECE)):
            for name in NAMES if number % 2 else reversed(NAMES):
                place = places[name]
                before = _nanoseconds(place.process)
                _ask(place.port, head, PIECE, b"204")
                spent[name] += _nanoseconds(place.process) - before
        asked = max(1, turns // PIECE) * PIECE * 1000
        added.append((spent["hardtack"] - spent["bare"]) / asked)
        took.append(spent["hardtack"] / asked)
    return added, took


def _behind(
    places: dict[str, Place], front: dict[str, int], cookie: str, rounds: int, turns: int
) -> tuple[list[float], list[float]]:
    """Return which part of the other's rate the one has behind nginx, and its rate, round by round."""
    shares, rates = [], []
    for number in range(rounds):
        found = {}
        for name in NAMES if number % 2 else reversed(NAMES):
            head = _octets(
                "GET /page HTTP/1.1",
                f"Host: app.localhost:{front[name]}",
                f"Cookie: {cookie}",
                "Accept: text/html",
                "Sec-Fetch-Mode: navigate",
            )
            began = time.perf_counter()
            _ask(places[name].proxy, head, turns, b"200", connections=CONNECTIONS)
            found[name] = turns / (time.perf_counter() - began)
        shares.append(found["hardtack"] / found["bare"])
        rates.append(found["hardtack"])
    return shares, rates


def _head(port: int, cookie: str) -> bytes:
    """Return what our configuration of nginx asks."""
    return _octets(
        "GET /auth?mode=nginx HTTP/1.1",
        f"Host: app.localhost:{port}",
        f"Cookie: {cookie}",
        "Accept: text/html",
        "Sec-Fetch-Mode: navigate",
        "X-Forwarded-For: 127.0.0.1",
        "X-Original-Method: GET",
        f"X-Original-URL: http://app.localhost:{port}/page",
    )


def _octets(*lines: str) -> bytes:
    return "\r\n".join((*lines, "", "")).encode()


def _ask(port: int, head: bytes, number: int, code: bytes, *, connections: int = 1) -> None:
    """Send *head* so often, each connection as soon as it has its answer, and see that every answer has that *code*."""
    poll = select.poll()
    with ExitStack() as opened:
        found = {}
        for _ in range(min(connections, number)):
            one = opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            found[one.fileno()] = one
            poll.register(one, select.POLLIN)
            one.sendall(head)
        left = number - len(found)
        waiting = len(found)
        while waiting:
            for descriptor, _ in poll.poll(PATIENCE * 1000):
                answer = found[descriptor].recv(65536)
                assert answer[9:12] == code, answer
                if left:
                    left -= 1
                    found[descriptor].sendall(head)
                else:
                    waiting -= 1
                    poll.unregister(descriptor)


def _nanoseconds(process: int) -> int:
    """Return how long all threads of a process have run."""
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{process}/task").glob("*/schedstat"))


# The contenders ---------------------------------------------------------------------------------------------------


def _prepare(data: Path, port: int) -> str:
    """Make a portal with an account and an application; return the cookie of a browser that was let in."""
    data.mkdir(mode=0o700)
    (data / "hardtack.toml").write_text(
        f'origin = "http://localhost:{port}"\ntrusted_proxies = ["127.0.0.1"]\n'
        f'[[access]]\nhost = "app.localhost:{port}"\n'
    )
    keyfile.create(data / "hardtack.key")
    settings = Settings.load(None, {}, data=str(data))
    keyring = Keyring.load(data / "hardtack.key")
    now = int(time.time())
    with Accounts.connect(settings.database_url, keyring=keyring) as accounts:
        account = accounts.add("visitor", PASSWORD, now=now)
        sessions = Sessions(keyring, origin=settings.origin, application="site", revocations=accounts.revocations)
        session = sessions.open("", now)
        session.sign_in(account=account.id, epoch=account.epoch, now=now)
        assert isinstance(session.identity, Identity)
        gate = Gate(keyring, sessions, settings, accounts.revocations)
        return gate.write(session.identity, f"app.localhost:{port}", now).partition(";")[0]


@contextmanager
def _place(name: str, folder: Path, front: int, cores: Sequence[int]) -> Iterator[Place]:
    """Run a contender on the last core, and nginx before it on the others."""
    port = _free_port()
    if name == "hardtack":
        command = ["-m", "hardtack", "serve", "--data", str(folder / "data"), "--port", str(port)]
    else:
        command = ["-m", "bench.auth", str(port)]
    os.sched_setaffinity(0, {cores[-1]})
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HARDTACK_", "COV"))}
    with ExitStack() as running:
        process = running.enter_context(_running([sys.executable, *command], port, environ))
        os.sched_setaffinity(0, set(cores[:-1] or cores))
        upstream = _free_port()
        own = folder / f"nginx-{name}"
        own.mkdir()
        words = ["nginx", "--data", str(folder / "data"), "--portal", f"http://localhost:{front}"]
        words += ["--app-host", f"app.localhost:{front}", "--upstream", f"127.0.0.1:{upstream}"]
        words += ["--hardtack", f"127.0.0.1:{port}", "--listen", "127.0.0.1"]
        printed = CliRunner().invoke(proxy.command, words)
        assert printed.exit_code == 0, printed.exception
        (own / "hardtack.conf").write_text(printed.stdout)
        temporary = " ".join(f"{each}_temp_path {own}/{each};" for each in TEMPORARY)
        (own / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {own}/pid; error_log {own}/error.log; events {{}} http {{"
            f"access_log off; {temporary} keepalive_requests 1000000; include {own}/hardtack.conf;"
            f'server {{ listen 127.0.0.1:{upstream}; location / {{ return 200 "page"; }} }} }}'
        )
        line = [_nginx(), "-e", str(own / "error.log"), "-c", str(own / "nginx.conf")]
        running.enter_context(_running(line, front, environ))
        yield Place(process.pid, port, front)


@contextmanager
def _running(command: Sequence[str], port: int, environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environ)
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{command[0]} did not become ready") from None
                time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _nginx() -> str:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin") or ""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 204 to everything, and check nothing."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 204, "headers": [(b"cache-control", b"no-store")]})
        await send({"type": "http.response.body", "body": b""})
        return
    for moment in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{moment}.complete"})


def main(port: int) -> None:
    """Serve ``bare`` as ``hardtack serve`` serves what it has."""
    settings = Settings(origin="http://localhost")
    listener = serve.listen("127.0.0.1", port)
    uvicorn.Server(serve._configuration(settings, bare)).run(sockets=[listener])


if __name__ == "__main__":
    main(int(sys.argv[1]))
