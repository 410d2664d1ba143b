"""The operator's own pages as an ASGI application under the status layer; what they are is said in ``site``."""

from __future__ import annotations

import asyncio

from hardtack.adapters.asgi.status import StatusLayer
from hardtack.adapters.asgi.translate import REQUEST, messages, request_head
from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.site.operator_pages import OperatorPages


class Operator(StatusLayer):
    """The listener's application.

    Args:
        pages: what is answered.
    """

    def __init__(self, pages: OperatorPages) -> None:
        super().__init__(self._page)
        self._pages = pages

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            Refused: as the pages decide.
        """
        # Adding up many processes takes milliseconds, and files are read.
        response = await asyncio.to_thread(self._pages.answer, scope.get(REQUEST) or request_head(scope))
        for message in messages(response, scope):
            await send(message)
