"""The status layer around any ASGI application: one line more.

Run it with ``uvicorn --app-dir examples asgi_status:app`` and try::

    curl -i localhost:8000/                        # 200
    curl -i localhost:8000/nowhere                 # the application's bare 404, with a page that a person can read
    curl -i localhost:8000/ -H 'Range: bytes=0-4'  # 206
    curl -i localhost:8000/ -X FROB                # 501
    curl -i localhost:8000/ -d @a-large-file       # 413, before it is read
    curl -i localhost:8000/old                     # 301
    curl -i localhost:8000/fail                    # 500 with a number that stands in the log
"""

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.status.addresses import Addresses
from hardtack.status.limits import Limits

GREETING = b"Hello from a ship on the high seas.\n"


async def ship(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as a small application does, without a thought of status codes."""
    if scope["type"] == "lifespan":
        raise NotImplementedError
    if scope["path"] == "/fail":
        raise RuntimeError("nobody outside will read this")
    if scope["path"] == "/echo":
        content, more = b"", True
        while more:
            message = await receive()
            content, more = content + message.get("body", b""), message.get("more_body", False)
        await answer(send, 200, content)
    elif scope["path"] == "/":
        await answer(send, 200, GREETING, (b"etag", b'"greeting-1"'))
    else:
        await answer(send, 404, b"")


async def answer(send: Send, status: int, content: bytes, *headers: tuple[bytes, bytes]) -> None:
    """Send one answer."""
    length = (b"content-length", str(len(content)).encode())
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", b"text/plain"), length, *headers],
        }
    )
    await send({"type": "http.response.body", "body": content})


app = Hardtack(
    ship,
    status={
        "hosts": ["localhost:8000", "127.0.0.1:8000"],
        "limits": Limits(max_body=10_000, handler_seconds=30, in_flight=200),
        "addresses": Addresses(moved={"/old": "/"}, gone=["/summer-sale"]),
    },
)
