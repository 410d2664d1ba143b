"""The operator's own listener, in a thread of the process that has started the others, and the counts behind it.

It is bound before anything serves, so that an address which cannot be had is one line and a hint. The thread ends with
its process; nothing waits for it.
"""

from __future__ import annotations

import logging
import socket
import threading
from pathlib import Path

import uvicorn

from hardtack.adapters.asgi.operator import Operator
from hardtack.adapters.exposition import CONTENT_TYPE, Exposition
from hardtack.site import Settings
from hardtack.site.counted_events import EventCounts
from hardtack.site.operator_pages import OperatorPages
from hardtack.site.series import Kept, Together

FOLDER = "counts"
"""Where the processes keep their counts, in the data folder."""

AT_ONCE = 64
"""Requests to the listener at a time."""


def kept(settings: Settings) -> Kept | None:
    """Return where this process counts what it does, and what its log tells; ``None`` where nobody wants to know."""
    if settings.admin_listen is None:
        return None
    counts = Kept(Path(settings.data) / FOLDER)
    logging.getLogger("hardtack").addHandler(EventCounts(counts))
    return counts


def serve(settings: Settings, listener: socket.socket) -> None:
    """Answer on *listener* until this process ends; before any process counts.

    Args:
        settings: what the operator set.
        listener: bound.
    """
    exposition = Exposition(Together(Path(settings.data) / FOLDER))
    app = Operator(OperatorPages(exposition.text, CONTENT_TYPE, exposition.ready))
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None,
            log_level="warning",
            lifespan="off",
            ws="none",
            http="h11",
            limit_concurrency=AT_ONCE,
        )
    )
    threading.Thread(target=server.run, args=([listener],), name="hardtack-operator", daemon=True).start()
