"""A process that may open no more files accepts nobody for a second, and says so once a minute.

asyncio reports each connection that it cannot accept with a traceback, thousands of times a second while visitors wait
at the listener: writing them down takes all the time that there is, and fills the disk. Which errors those are is
decided by asyncio; every other one of its reports is left as it is.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from hardtack.status import unparsed

_ACCEPTING = "socket.accept() out of system resource"
"""How asyncio begins such a report (``BaseSelectorEventLoop._accept_connection``)."""

_log = logging.getLogger("hardtack.status")


class Reports:
    """Takes the reports of one event loop."""

    def __init__(self) -> None:
        self._told_at = -float(unparsed.CROWD_TOLD_SECONDS)

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Take one report."""
        if context.get("message") != _ACCEPTING:
            loop.default_exception_handler(context)
            return
        now = time.monotonic()
        if now - self._told_at >= unparsed.CROWD_TOLD_SECONDS:
            self._told_at = now
            reason = getattr(context.get("exception"), "strerror", None) or "no reason given"
            _log.error("no connection can be accepted", extra={"event": "accepting-failed", "reason": reason})
