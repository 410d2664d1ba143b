"""Between ASGI's messages and our values: nothing is decided here.

ASGI hands over the path decoded as UTF-8 with the raw bytes beside it; field values are latin-1 on the wire
(RFC 9110 §5.5), so every byte survives the way in and out.
"""

from __future__ import annotations

from dataclasses import replace

from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.message import Headers, Request, Response


class BodyTooLarge(Exception):
    """The content grew past the limit while it was read."""


class ClientGone(Exception):
    """The client went away before its request was complete; there is nobody to answer."""


def request_head(scope: Scope) -> Request:
    """Return the request of *scope* without its content; ``client`` is the peer's own address (``""`` if unknown)."""
    headers = Headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    peer = scope.get("client")
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=scope.get("query_string", b"").decode("latin-1"),
        headers=headers,
        scheme=scope.get("scheme", "http"),
        host=headers.get("host", "") or "",
        client=peer[0] if peer else "",
        http_version=scope.get("http_version", "1.1"),
    )


async def with_body(request: Request, receive: Receive, limit: int) -> Request:
    """Return *request* with its content, read from *receive*.

    Args:
        limit: the largest content that is read (bytes); what a client declares is not trusted, so bytes are counted.

    Raises:
        BodyTooLarge: more than *limit* bytes came.
        ClientGone: the client closed the connection first.
    """
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge
        chunks.append(chunk)
        if not message.get("more_body", False):
            return replace(request, body=b"".join(chunks)) if size else request


async def deliver(response: Response, send: Send) -> None:
    """Send *response* whole."""
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers],
        }
    )
    await send({"type": "http.response.body", "body": response.body})
