"""The server's parts where there is the playground: which requests become a WebSocket, and how a refusal ends.

Of itself the server takes every request with ``Upgrade: websocket`` out of HTTP, at whatever address and however
malformed, and answers many of them itself. Here only what the playground's socket can be opened with is taken; all
others are requests like any, with the answers of our layers. Nothing is decided here but that.
"""

from __future__ import annotations

import h11
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets import websockets_sansio_impl
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from hardtack.adapters.asgi.listening import Listening, Taken
from hardtack.playground import echo
from hardtack.status import Status

websockets_sansio_impl.STATUS_PHRASES.update({status.code: status.phrase for status in Status})


class Handshakes(Listening):
    """HTTP/1.1, with one address at which a WebSocket can be opened."""

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over, and wait for nothing on it any more."""
        self.resume_writing()
        super().handle_websocket_upgrade(event)

    def _should_upgrade(self) -> bool:
        if self._get_upgrade() != b"websocket" or not self._should_upgrade_to_ws():
            return False
        scope = self.scope
        return echo.is_handshake(scope["method"], scope["http_version"], scope["path"], self.headers)


class Sockets(Taken, WebSocketsSansIOProtocol):
    """A WebSocket, or the answer that refuses it."""

    def handle_ping(self) -> None:
        """Answer a ping; who pings on and takes no answer would have all of them kept."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.transport.abort()

    async def send(self, message: ASGISendEvent) -> None:
        """Send one message of the application."""
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            # It has answered; otherwise the server would write down an error of ours (uvicorn 0.54).
            self.handshake_complete = True
