"""What the system gives no more of: open files, threads, memory; and a worker that is no more, or says nothing."""

from __future__ import annotations

import os
import resource
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.failures.running import GOOD, Running, alone, kill_one, limited, until


def lowest(pid: int) -> int:
    """Return the lowest number that a process has free for a file."""
    taken = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
    return next(number for number in range(len(taken) + 1) if number not in taken)


def size(pid: int) -> int:
    """Return how much of its addresses a process uses, in octets."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()


def test_a_process_that_may_open_no_more_files(running: Running) -> None:
    """What can be answered without one is; all else is 503; the log says so once and is not flooded."""
    # One that has just begun, and has read no page yet.
    with alone(running.service, kill_one(running.service)):
        until(running.accepts)
        # One connection at a time, and nothing besides: no page can be read from the disk.
        with limited(running.service, resource.RLIMIT_NOFILE, lambda pid: lowest(pid) + 1):
            for path in ("/sign-up", "/forgot", "/status", "/release"):
                assert running.ask("GET", path, accept="text/html") in (403, 404, 503)
            assert 200 == running.ask("GET", "/healthz")
    lines = running.said()
    assert [] == [line for line in lines if "traceback" in line]
    assert len([line for line in lines if line["event"] == "accepting-failed"]) <= 2
    assert "short-of-files" in running.reasons()


def test_a_process_that_gets_no_thread_and_no_memory(running: Running) -> None:
    """A worker that has just begun has few threads; who needs one more is told to come back, and so is who hashes."""
    with (
        alone(running.service, kill_one(running.service)),
        ThreadPoolExecutor(8) as crowd,
    ):
        until(running.accepts)
        with limited(running.service, resource.RLIMIT_AS, size):
            found = set(crowd.map(lambda _: running.sign_in(), range(8)))
            assert found <= {200, 503}
            assert 503 in found
            assert 204 == running.auth()
            assert running.ask("GET", "/healthz") in (200, 503)
        assert GOOD == running.seen_of_one()
    assert running.told("short-of-resources") in ("short-of-threads", "short-of-memory")


def test_a_worker_that_is_killed(running: Running) -> None:
    """Even one that says nothing while it is asked whether it is well; another takes its place, as the log says."""
    stopped = running.service.workers[0]
    os.kill(stopped, signal.SIGSTOP)
    for _ in range(3):
        assert GOOD == running.seen_of_one()
    assert kill_one(running.service) != stopped
    assert GOOD == running.seen_of_one()
    assert "signal 9" == running.told("worker-gone")
