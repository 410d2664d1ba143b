"""The status layer around any ASGI application: one line more.

Run it with ``uvicorn --app-dir examples asgi_status:app`` and ``curl -i localhost:8000/nowhere``: a bare 404 gets a
page that a person can read. ``-H 'Range: bytes=0-4'`` on ``/`` is 206, ``-X FROB`` 501, ``-d @a-large-file`` 413 before
it is read; ``/old`` is 301, and ``/fail`` 500 with a number that stands in the log.
"""

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.status.addresses import Addresses
from hardtack.status.limits import Limits


async def ship(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as a small application does, without a thought of status codes."""
    if scope["type"] == "lifespan":
        raise NotImplementedError
    status, content, tag = 200, b"Hello from a ship on the high seas.\n", [(b"etag", b'"greeting-1"')]
    if scope["path"] == "/fail":
        raise RuntimeError("nobody outside will read this")
    if scope["path"] == "/echo":
        content, tag, more = b"", [], True
        while more:
            message = await receive()
            content, more = content + message.get("body", b""), message.get("more_body", False)
    elif scope["path"] != "/":
        status, content, tag = 404, b"", []
    fields = [(b"content-type", b"text/plain"), (b"content-length", str(len(content)).encode()), *tag]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": content})


settings = {
    "hosts": ["localhost:8000", "127.0.0.1:8000"],
    "limits": Limits(max_body=10_000, handler_seconds=30, in_flight=200),
    "addresses": Addresses(moved={"/old": "/"}, gone=["/summer-sale"]),
}
app = Hardtack(ship, status=settings)
