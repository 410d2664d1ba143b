"""Between ASGI's messages and our values: nothing is decided here.

ASGI hands over the path decoded as UTF-8 with the raw bytes beside it; field values are latin-1 on the wire
(RFC 9110 §5.5), so every byte survives the way in and out.
"""

from __future__ import annotations

from dataclasses import replace

from hardtack.adapters.asgi.types import Message, Receive, Scope, Send
from hardtack.message import Headers, Request, Response
from hardtack.status.framing import LATER

REQUEST = "hardtack.request"
"""Where a scope carries the request as it is believed, with the visitor behind the proxies."""


STEPS = "hardtack.steps"
"""Where it carries the list that why is noted in; it is not there where nothing is noted."""


class ClientGone(Exception):
    """The client went away before its request was complete; there is nobody to answer."""


def request_head(scope: Scope) -> Request:
    """Return the request of *scope* without its content; ``client`` is the peer's own address (``""`` if unknown)."""
    headers = Headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    peer = scope.get("client")
    query = scope.get("query_string", b"").decode("latin-1")
    raw = scope.get("raw_path")
    target = ""
    if raw:
        target = raw.decode("latin-1")
        # By the protocol the raw path has no query, but some servers leave it there.
        target = f"{target}?{query}" if query and "?" not in target else target
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=query,
        headers=headers,
        scheme=scope.get("scheme", "http"),
        host=headers.get("host", "") or "",
        client=peer[0] if peer else "",
        http_version=scope.get("http_version", "1.1"),
        target=target,
    )


async def with_body(request: Request, receive: Receive) -> Request:
    """Return *request* with its content, read from *receive*, which counts it.

    Raises:
        ClientGone: the client closed the connection first, or the driver has answered it.
    """
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            body = b"".join(chunks)
            return replace(request, body=body) if body else request


def head_of(message: Message) -> tuple[int, list[tuple[str, str]]]:
    """Return status and fields of an ``http.response.start``."""
    headers = message.get("headers", ())
    return message["status"], [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def with_fields(message: Message, headers: list[tuple[str, str]]) -> Message:
    """Return *message* with *headers* in the place of its own."""
    return {
        **message,
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
    }


def start(status: int, headers: list[tuple[str, str]], scope: Scope) -> Message:
    """Return the ``http.response.start`` of an answer.

    ``Connection`` belongs to HTTP/1 alone: in later versions an answer that has it is malformed (RFC 9113 §8.2.2).
    """
    later = scope.get("http_version") in LATER
    return {
        "type": "http.response.start",
        "status": status,
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in headers
            if not (later and name.lower() == "connection")
        ],
    }


def messages(response: Response, scope: Scope) -> tuple[Message, Message]:
    """Return the two messages that send *response* whole."""
    return start(response.status, response.headers, scope), {"type": "http.response.body", "body": response.body}


async def refuse_handshake(response: Response, scope: Scope, send: Send) -> None:
    """Answer a WebSocket's handshake with *response*, or close it where the server cannot (it then sends 403)."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})
        return
    for message in messages(response, scope):
        await send({**message, "type": message["type"].replace("http.", "websocket.http.", 1)})
