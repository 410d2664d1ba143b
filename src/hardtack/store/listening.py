"""Hearing at once that another node has changed something: PostgreSQL's LISTEN, in a thread of its own.

A notification says only *that* something changed and when; what changed is read by whoever is woken. Several at once
wake once. Where the connection is lost nothing else is: the poll goes on, and nobody trusts what is older than its
limit. It is opened again by itself, later and later, and that it was lost is logged once.

Notifications carry the time by the server's clock. The difference between that clock and the one of this process,
which only grows, is measured at the beginning and every ``CHECK`` seconds, in the middle of a question and its answer;
so what is told of a lag is as exact as half of a way there and back.
"""

from __future__ import annotations

import logging
import math
import os
import select
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg

from hardtack.store.part import Woken

CHANNEL = "hardtack_feed"

CHECK = 30.0
"""Seconds between two looks at the server's clock, which also show whether it still answers."""

FIRST, LAST = 0.25, 5.0
"""Seconds before the first attempt to connect again, and from the beginning of one to that of the next at most."""

_CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8"

logger: logging.Logger = logging.getLogger("hardtack.store")

_left: list[Any] = []
"""Connections of a parent, which its children keep and never touch."""


class Listening:
    """Listens until it is stopped.

    Args:
        connect: opens a connection that commits by itself.
        woken: called after each change, in this object's thread.
        says: how the log names the database.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], woken: Woken, says: str) -> None:
        self._connect = connect
        self._woken = woken
        self._says = says
        self._ahead = 0.0
        self._stopping, self._stopped = os.pipe()
        self._thread = threading.Thread(target=self._run, name="hardtack-feed", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """See ``Listener``."""
        # Not closed only: a child of a fork may have a copy of it.
        os.write(self._stopped, b"\0")
        self._thread.join()
        os.close(self._stopped)
        os.close(self._stopping)

    def _run(self) -> None:
        wait, lost = FIRST, False
        while True:
            began = time.monotonic()
            try:
                self._listen(lost)
                return
            except Exception as error:
                # Whatever it is, also of whoever was woken: nobody else would begin again.
                if time.monotonic() - began > CHECK:
                    wait, lost = FIRST, False
                if not lost:
                    logger.warning(
                        "changes of other nodes are not heard of at once any more",
                        extra={"event": "feed-lost", "reason": type(error).__name__, "database": self._says},
                    )
                lost = True
            # An attempt that was waited for in vain was pause enough.
            if self._is_stopped(max(FIRST, wait - (time.monotonic() - began))):
                return
            wait = min(wait * 2, LAST)

    def _listen(self, lost: bool) -> None:
        """Listen until it is to stop."""
        connection = self._connect()
        _left.append(connection)
        try:
            connection.execute(f"LISTEN {CHANNEL}").close()
            self._look_at_clock(connection)
            if lost:
                logger.info("changes of other nodes are heard of again", extra={"event": "feed-found"})
            # What was said while nobody listened.
            self._woken(None)
            checked = time.monotonic()
            while not self._is_stopped(CHECK, connection.fileno()):
                said = [each.payload for each in connection.notifies(timeout=0)]
                if said:
                    self._woken(self._since(said))
                if time.monotonic() - checked >= CHECK:
                    self._look_at_clock(connection)
                    checked = time.monotonic()
        finally:
            connection.close()
            _left.remove(connection)

    def _is_stopped(self, seconds: float, *others: int) -> bool:
        """Wait until it is to stop, something is there to be read, or so long; return whether it is to stop."""
        poll = select.poll()
        for each in (self._stopping, *others):
            poll.register(each, select.POLLIN)
        return any(descriptor == self._stopping for descriptor, _ in poll.poll(seconds * 1000))

    def _look_at_clock(self, connection: psycopg.Connection[Any]) -> None:
        before = time.monotonic()
        found: Any = connection.execute(_CLOCK).fetchone()
        self._ahead = float(found[0]) - (before + time.monotonic()) / 2

    def _since(self, said: list[str]) -> Callable[[], float] | None:
        """Return what says how long ago the first of several changes was committed; others may send what they like."""
        try:
            first = min(float(each) for each in said)
        except ValueError:
            first = math.nan
        if not math.isfinite(first):
            return None
        return lambda: time.monotonic() + self._ahead - first
