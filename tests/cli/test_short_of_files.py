"""What asyncio reports of connections that cannot be accepted: one line a minute, and no traceback."""

from __future__ import annotations

import asyncio
import errno
import logging

import pytest

from hardtack.cli import short_of_files


def test_thousands_of_reports_are_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """With what the system says of it."""
    loop = asyncio.new_event_loop()
    reports = short_of_files.Reports()
    error = OSError(errno.EMFILE, "Too many open files")
    for _ in range(2048):
        reports(loop, {"message": "socket.accept() out of system resource", "exception": error})
    loop.close()
    (line,) = caplog.records
    assert ("accepting-failed", "Too many open files", None) == (line.event, line.reason, line.exc_info)  # type: ignore[attr-defined]


def test_what_else_asyncio_reports_is_left_to_it(caplog: pytest.LogCaptureFixture) -> None:
    """Such as a task that failed and nobody asked."""
    loop = asyncio.new_event_loop()
    short_of_files.Reports()(loop, {"message": "a task failed", "exception": ZeroDivisionError()})
    loop.close()
    (line,) = caplog.records
    assert ("asyncio", logging.ERROR) == (line.name, line.levelno)


def test_asyncio_says_it_as_it_is_known_here() -> None:
    """Otherwise the log would be flooded again."""
    import inspect

    assert short_of_files._ACCEPTING in inspect.getsource(asyncio.selector_events)
