"""The lifespan of an application behind ours (asgi.readthedocs.io, lifespan protocol 2.0).

An application may have none: it then raises when it is given the ``lifespan`` scope, which the protocol says means
"not supported" and is no fault. One that has it is started after us and stopped before us.
"""

from __future__ import annotations

import asyncio

from hardtack.adapters.asgi.types import ASGIApp, Message, Scope


class Behind:
    """The application behind, as far as starting and stopping goes."""

    def __init__(self, app: ASGIApp, scope: Scope) -> None:
        self._app = app
        self._scope = scope
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.error: Exception | None = None
        """What it has raised, so far as it has one."""

    async def startup(self) -> Message | None:
        """Start it; return its ``lifespan.startup.failed`` message if it says that it cannot run."""
        self._task = asyncio.create_task(self._run())
        answer = await self._ask("lifespan.startup")
        return answer if answer is not None and answer["type"] == "lifespan.startup.failed" else None

    async def shutdown(self) -> Message | None:
        """Stop it, if it has a lifespan; return its ``lifespan.shutdown.failed`` message if that is what it says."""
        answer = await self._ask("lifespan.shutdown")
        if self._task is not None:
            await self._task
        return answer if answer is not None and answer["type"] == "lifespan.shutdown.failed" else None

    async def _run(self) -> None:
        # What it raises before it has answered means that it has no lifespan.
        try:
            await self._app(self._scope, self._to_app.get, self._from_app.put)
        except Exception as error:
            self.error = error

    async def _ask(self, event: str) -> Message | None:
        if self._task is None or self._task.done():
            return None
        await self._to_app.put({"type": event})
        answer = asyncio.ensure_future(self._from_app.get())
        await asyncio.wait({answer, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        answer.cancel()
        return None
