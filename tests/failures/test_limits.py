"""What the system gives no more of: open files, threads; and the places that are our own."""

from __future__ import annotations

import os
import resource

from tests.failures.running import Running, limited


def lowest(pid: int) -> int:
    """Return the lowest number that a process has free for a file."""
    taken = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
    return next(number for number in range(len(taken) + 1) if number not in taken)


def test_a_process_that_may_open_no_more_files(running: Running) -> None:
    """What can be answered without one is; all else is 503; the log says so once and is not flooded."""
    with limited(running.service, resource.RLIMIT_NOFILE, lambda pid: lowest(pid) + 1):
        # One connection at a time, and nothing besides: no page can be read from the disk.
        for path in ("/sign-up", "/forgot", "/status", "/release"):
            assert running.ask("GET", path) in (200, 403, 404, 503)
        assert 200 == running.ask("GET", "/healthz")
    lines = running.said()
    assert [] == [line for line in lines if "traceback" in line]
    assert len([line for line in lines if line["event"] == "accepting-failed"]) <= 2
    assert "short-of-files" in {line.get("reason") for line in lines}
