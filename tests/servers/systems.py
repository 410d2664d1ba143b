"""The servers that the cases are put to, as they ship, each with the same small application, and our service.

The application reads all content and answers 200; it decides nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any, NamedTuple


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    """Read the content and answer 200 (ASGI)."""
    if scope["type"] != "http":
        raise RuntimeError("HTTP only")
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"well"})


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Read the content and answer 200 (WSGI)."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Length", "4")])
    return [b"well"]


class Server(NamedTuple):
    """One server.

    Args:
        title: what it is called.
        distribution: what it comes in.
        command: its arguments after ``python -m``; ``{port}`` and ``{folder}`` are filled in.
        post: an address that takes POST.
        keeps: whether connections stay open, so that a request can be weighed by itself.
    """

    title: str
    distribution: str
    command: tuple[str, ...]
    post: str = "/"
    keeps: bool = True

    @property
    def version(self) -> str:
        """What is installed."""
        return version(self.distribution)


_ASGI, _WSGI = "tests.servers.systems:asgi", "tests.servers.systems:wsgi"

SERVERS: dict[str, Server] = {
    "hardtack": Server(
        "hardtack serve",
        "hardtack",
        ("hardtack", "serve", "--port", "{port}", "--data", "{folder}/data"),
        "/playground/digests",
    ),
    "listening": Server("the same without its layers", "uvicorn", ("tests.servers.systems", "listening", "{port}")),
    "uvicorn-h11": Server(
        "uvicorn, h11", "uvicorn", ("uvicorn", "--http", "h11", "--port", "{port}", "--log-level", "error", _ASGI)
    ),
    "uvicorn-httptools": Server(
        "uvicorn, httptools",
        "uvicorn",
        ("uvicorn", "--http", "httptools", "--port", "{port}", "--log-level", "error", _ASGI),
    ),
    "hypercorn": Server("hypercorn", "hypercorn", ("hypercorn", "--bind", "127.0.0.1:{port}", _ASGI)),
    "granian": Server("granian", "granian", ("granian", "--interface", "asgi", "--port", "{port}", _ASGI)),
    "daphne": Server("daphne", "daphne", ("daphne", "-p", "{port}", _ASGI)),
    "gunicorn-asgi": Server(
        "gunicorn, ASGI", "gunicorn", ("gunicorn", "--worker-class", "asgi", "--bind", "127.0.0.1:{port}", _ASGI)
    ),
    "gunicorn-threads": Server(
        "gunicorn, threads",
        "gunicorn",
        ("gunicorn", "--worker-class", "gthread", "--threads", "8", "--bind", "127.0.0.1:{port}", _WSGI),
    ),
    "waitress": Server("waitress", "waitress", ("waitress", "--listen", "127.0.0.1:{port}", _WSGI)),
    "cheroot": Server("cheroot", "cheroot", ("cheroot", "--bind", "127.0.0.1:{port}", _WSGI)),
    "werkzeug": Server(
        "Werkzeug, for development", "werkzeug", ("tests.servers.systems", "werkzeug", "{port}"), keeps=False
    ),
}
"""By name, ours first."""


def in_werkzeug(port: int) -> None:
    """Serve the application in Werkzeug's server."""
    from werkzeug.serving import run_simple

    run_simple("127.0.0.1", port, wsgi, threaded=True)


def in_listening(port: int) -> None:
    """Serve it in uvicorn as ``hardtack serve`` sets that up, and without anything else of ours."""
    import uvicorn

    from hardtack.adapters.asgi.listening import Listening
    from hardtack.status import unparsed

    uvicorn.run(
        asgi,
        port=port,
        http=Listening,
        h11_max_incomplete_event_size=unparsed.MAX_HEAD,
        log_level="error",
        access_log=False,
    )


if __name__ == "__main__":
    {"werkzeug": in_werkzeug, "listening": in_listening}[sys.argv[1]](int(sys.argv[2]))
