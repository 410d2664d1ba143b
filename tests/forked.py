"""Real processes that begin with their modules loaded: forks of one that has loaded them and does nothing else.

Loading Django, SQLAlchemy and the sign-in takes a second of each ``python -m …``, and the tests start a hundred of
them. The parent of the forks (``python -m tests.forked MODULE …``) imports modules that need no settings, opens nothing
and runs no thread; a fork of it gets its own words, environment, folder and streams, runs the module as ``python -m``
does, and ends as any process does. What a start itself does (its command line, what is imported when) is tested
elsewhere, by processes that are started as people start them.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[1]
LARGEST = 1 << 20
"""Octets of an order: words, environment and folder."""


class Forked:
    """One such process; it is asked and told as a ``subprocess.Popen`` is."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.pid = int(line.recv(64))
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit status once it has ended.

        Raises:
            subprocess.TimeoutExpired: it has not, after *timeout* seconds.
        """
        if self.returncode is None:
            self._line.settimeout(timeout)
            try:
                self.returncode = os.waitstatus_to_exitcode(int(self._line.recv(64)))
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0) from None
            self._line.close()
        return self.returncode

    def poll(self) -> int | None:
        """Return its exit status, or None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class Parent:
    """The parent of forks, started when the first is asked for; its environment is by default that of the tests."""

    def __init__(self, *modules: str, environ: Mapping[str, str] | None = None) -> None:
        self._modules = modules
        self._environ = environ
        self._line: socket.socket | None = None

    def start(
        self,
        words: Sequence[str],
        *,
        output: IO[bytes],
        errors: IO[bytes],
        entered: IO[bytes] | None = None,
        folder: Path = ROOT,
        environ: Mapping[str, str] | None = None,
    ) -> Forked:
        """Start ``python`` with *words*, of which the first is ``-m`` or ``-c``, in *folder*."""
        order = {
            "words": list(words),
            "folder": str(folder),
            "environ": dict(os.environ if environ is None else environ),
        }
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with open(os.devnull, "rb") as nothing, far:
            streams = [(entered or nothing).fileno(), output.fileno(), errors.fileno()]
            socket.send_fds(self._opened(), [json.dumps(order).encode()], [far.fileno(), *streams])
        return Forked(near)

    def run(self, words: Sequence[str], *, said: str = "", **options: Any) -> subprocess.CompletedProcess[str]:
        """Start it, with *said* on its standard input, and return what it said in its turn once it has ended."""
        with (
            tempfile.TemporaryFile() as entered,
            tempfile.TemporaryFile() as output,
            tempfile.TemporaryFile() as errors,
        ):
            entered.write(said.encode())
            entered.seek(0)
            status = self.start(words, output=output, errors=errors, entered=entered, **options).wait()
            output.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(words, status, output.read().decode(), errors.read().decode())

    def _opened(self) -> socket.socket:
        if self._line is None:
            self._line, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with far:
                command = [sys.executable, "-m", "tests.forked", str(far.fileno()), *self._modules]
                environ = {**(os.environ if self._environ is None else self._environ), "LC_ALL": "C.UTF-8"}
                process = subprocess.Popen(command, cwd=ROOT, env=environ, pass_fds=[far.fileno()])
            atexit.register(process.wait)
            atexit.register(self._line.close)  # first: it ends when nobody can ask it any more
        return self._line


def _serve(line: socket.socket) -> dict[str, Any]:
    """Fork for each order, and say of each fork who it is and how it ended; return, in the fork, what it is to do."""
    running: dict[int, socket.socket] = {}
    ended, woken = os.pipe()
    os.set_blocking(ended, False)
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    with selectors.DefaultSelector() as either:
        either.register(line, selectors.EVENT_READ)
        either.register(ended, selectors.EVENT_READ)
        while True:
            for key, _ in either.select():
                if key.fileobj is line:
                    order, descriptors, _, _ = socket.recv_fds(line, LARGEST, 4)
                    if not order:
                        sys.exit()
                    teller = socket.socket(fileno=descriptors[0])
                    if (pid := os.fork()) == 0:
                        break
                    teller.send(str(pid).encode())
                    running[pid] = teller
                    for descriptor in descriptors[1:]:
                        os.close(descriptor)
                else:
                    os.read(ended, 4096)
                    while running and (found := os.waitpid(-1, os.WNOHANG))[0]:
                        with running.pop(found[0]) as told, contextlib.suppress(OSError):  # nobody may ask any more
                            told.send(str(found[1]).encode())
            else:
                continue
            break
    # In the fork: nothing of the parent's is left open, and signals do what they do in any process.
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for descriptor, stream in zip(descriptors[1:], range(3), strict=True):
        os.dup2(descriptor, stream)
        os.close(descriptor)
    os.close(ended)
    os.close(woken)
    for each in (line, teller, *running.values()):
        each.close()
    wanted: dict[str, Any] = json.loads(order)
    return wanted


def main() -> None:
    """Load the modules that the command line names, and be the parent of forks."""
    for name in sys.argv[2:]:
        importlib.import_module(name)
    wanted = _serve(socket.socket(fileno=int(sys.argv[1])))
    os.environ.clear()
    os.environ.update(wanted["environ"])
    os.chdir(wanted["folder"])
    sys.path[:1] = [wanted["folder"], *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    time.tzset()
    how, what, *words = wanted["words"]
    if how == "-m":
        sys.argv[:] = [what, *words]
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.argv[:] = [how, *words]
        exec(what, {"__name__": "__main__"})  # noqa: S102 - a test's own code


if __name__ == "__main__":
    main()
