"""How the service starts and stops: nobody who has asked, or is about to, goes without an answer.

What a process has when it is ready lives as long as it does, so the collector of garbage leaves it out: looking through
it held everybody up every few seconds.

Told to stop, a process first says that it is not ready, and serves on for ``stop_delay`` seconds, in which whoever
sends visitors here finds that out. Then it accepts no more: what waits at a listener that others share (the other
workers, or systemd) stays there for them, and at one that ends with the service nobody is left waiting (``closing``).
Whoever is connected already gets one more answer, which says that it is the last on this connection; for what is
running there are 10 seconds. Whoever has started the service is told when it is ready and when it stops (``notify``).
That a worker has died, or was stopped and answers nothing for a minute, is logged when another takes its place. If the
process that has started them dies, the workers stop as well. A worker that waits for what it needs to start (``told``)
stops at once when it is told to.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, cast

import uvicorn
from uvicorn.supervisors import multiprocess

from hardtack.adapters.asgi.watched import Watched
from hardtack.cli import closing, notify, short_of_files

_log = logging.getLogger("hardtack.cli")

_TURNS = 3
"""Turns of the loop from a connection that waits to one that is known."""

_DYING = 0.1
"""Seconds from the end of a process's last file to that of the process, and many more."""


@contextmanager
def told() -> Iterator[Callable[[], bool]]:
    """Give a function that says whether the process was told to stop since, which its server looks at only later."""
    signals: list[int] = []
    handlers: dict[int, Any] = {}

    def note(number: int, frame: FrameType | None) -> None:
        signals.append(number)
        if callable(handlers[number]):
            handlers[number](number, frame)

    for number in (int(signal.SIGTERM), int(signal.SIGINT)):
        handlers[number] = signal.getsignal(number)
        signal.signal(number, note)
    try:
        yield lambda: bool(signals)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


class Leaving(uvicorn.Server):
    """The server of one process."""

    alone = True
    """Whether this process is the whole service."""
    ends_listener = False
    """Whether the listener ends with this process."""
    _closes_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; where that went well, whoever has started the service is told."""
        asyncio.get_running_loop().set_exception_handler(short_of_files.Reports())
        await super().startup(sockets)
        if self.started:
            gc.collect()
            gc.freeze()
            notify.tell(notify.READY)

    async def on_tick(self, counter: int) -> bool:
        """Return whether to stop now: when it was told to, and whoever sends visitors has had the time to see it."""
        told = await super().on_tick(counter)
        if not told or self.force_exit:
            return told
        if self._closes_at is None:
            watched = cast("Watched", self.config.loaded_app)
            watched.stop_soon()
            if self.alone:
                notify.tell(notify.STOPPING)
            self._closes_at = time.monotonic() + watched.stop_delay
        since = time.monotonic() - self._closes_at
        if since >= 0 and self.ends_listener:
            closing.let_nobody_new_come(each for server in self.servers for each in server.sockets)
        return since >= closing.WAIT

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; what has been accepted is served, so that it has to be known first."""
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        await super().shutdown(sockets)


class Worker(multiprocess.Process):
    """One worker process, with that server."""

    def start(self) -> None:
        """Start it."""
        super().start()
        # The worker has its own copy of this end. With ours open, a death between a question and its answer would not
        # be heard of: nobody would take its place, nor be told to stop, for as long as an answer may take.
        self.child_conn.close()

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve, in the process itself, until told to stop or until whoever has started it is gone."""
        # The other end came along with this object. While it is open here, nobody hears that it was closed there.
        self.parent_conn.close()
        super().target(sockets)

    def always_pong(self) -> None:
        """Answer how it is; with nobody left to ask, stop as when told to, and leave the port to the next service."""
        try:
            super().always_pong()
        except (EOFError, OSError):
            os.kill(os.getpid(), signal.SIGTERM)

    @property
    def server(self) -> uvicorn.Server:
        """Its server, in the process itself."""
        if self._server is None:
            self._server = Leaving(self.config)
            self._server.alone = False
        return self._server

    def kill(self) -> None:
        """End it at once, and say so: it has died, or says nothing any more; another takes its place."""
        # Of one that has died just now the system may not know yet how.
        self.process.join(_DYING)
        code = self.process.exitcode
        reason = "it does not answer" if code is None else f"exit {code}" if code >= 0 else f"signal {-code}"
        _log.error("a worker is gone", extra={"event": "worker-gone", "worker": self.pid, "reason": reason})
        super().kill()


class Together(multiprocess.Multiprocess):
    """The process that has started the workers."""

    ends_listener = False
    """Whether the listener ends with this process."""
    stop_delay: float = 0.0
    """Seconds for which the workers serve on."""

    def terminate_all(self) -> None:
        """Tell them to stop; that is the end of the whole service, as that of one of them is not."""
        notify.tell(notify.STOPPING)
        super().terminate_all()
        if self.ends_listener:
            if self.stop_delay > 0:
                time.sleep(self.stop_delay)
            # They accept for a moment longer what has begun by now.
            closing.let_nobody_new_come(self.sockets)


# Uvicorn offers no other place to say of what kind the workers are.
multiprocess.Process = Worker  # type: ignore[misc]
