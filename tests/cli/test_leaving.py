"""A process that is ready is not held up by its own collector of garbage."""

from __future__ import annotations

import asyncio
import gc

import uvicorn

from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.cli.leaving import Leaving


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Start and stop."""
    assert "lifespan" == scope["type"]
    for moment in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{moment}.complete"})


class Kept:
    """Something that is there before the start, and is found by the collector."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_there_when_it_is_ready_is_not_looked_through_again() -> None:
    """Else every full collection would go through the modules, tables and templates of the whole service."""
    kept = Kept()
    server = Leaving(uvicorn.Config(application, port=0, lifespan="on", log_config=None))

    def is_looked_through() -> bool:
        return any(each is kept for each in gc.get_objects())

    async def visit() -> tuple[bool, bool]:
        before = is_looked_through()
        server.config.load()
        server.lifespan = server.config.lifespan_class(server.config)
        await server.startup()
        after = is_looked_through()
        await server.shutdown()
        return before, after

    try:
        assert (True, False) == asyncio.run(visit())
    finally:
        gc.unfreeze()
