"""The status layer around any WSGI application: one line more.

Run it with ``gunicorn --chdir examples wsgi_status:app`` or any other WSGI server, and try what ``asgi_status.py``
says.
"""

from collections.abc import Iterable

from hardtack.adapters.wsgi import Hardtack
from hardtack.adapters.wsgi.types import Environ, StartResponse
from hardtack.status.addresses import Addresses
from hardtack.status.limits import Limits

GREETING = b"Hello from a ship on the high seas.\n"


def ship(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer as a small application does, without a thought of status codes."""
    status, content, headers = "404 Not Found", b"", []
    if environ["PATH_INFO"] == "/fail":
        raise RuntimeError("nobody outside will read this")
    if environ["PATH_INFO"] == "/echo":
        status, content = "200 OK", environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    elif environ["PATH_INFO"] == "/":
        status, content, headers = "200 OK", GREETING, [("ETag", '"greeting-1"')]
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(content))), *headers])
    return [content]


app = Hardtack(
    ship,
    status={
        "hosts": ["localhost:8000", "127.0.0.1:8000"],
        "limits": Limits(max_body=10_000, in_flight=200),
        "addresses": Addresses(moved={"/old": "/"}, gone=["/summer-sale"]),
    },
)
