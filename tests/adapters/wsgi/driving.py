"""A WSGI application, driven as a server drives it: the standard library's own checker stands between."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any
from wsgiref.validate import validator

from hardtack.adapters.wsgi.types import Environ, StartResponse, WSGIApp
from hardtack.message import Response

TYPE = ("Content-Type", "text/plain")


def environ(path: str = "/", method: str = "GET", body: bytes = b"", **more: Any) -> Environ:
    """Return the environment of a request as a server makes it."""
    made: Environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost:8000",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if body:
        made["CONTENT_LENGTH"] = str(len(body))
    return {name: value for name, value in {**made, **more}.items() if value is not None}


def ask(app: WSGIApp, asked: Environ | None = None, *, check: bool = True) -> Response:
    """Return the answer of *app*, through the checker unless the request is one that it does not know."""
    got = Response(0)

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None, /) -> Any:
        got.status, got.headers = int(status[:3]), headers
        return None

    checked: Any = validator(app) if check else app
    content = checked(asked or environ(), start_response)
    try:
        got.body = b"".join(content)
    finally:
        if hasattr(content, "close"):
            content.close()
    return got


def answering(status: str = "200 OK", *chunks: bytes, headers: tuple[tuple[str, str], ...] = (TYPE,)) -> WSGIApp:
    """Return an application that reads everything and then answers with these."""

    def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
        while asked["wsgi.input"].read(1000):
            pass
        start_response(status, list(headers))
        return list(chunks)

    return application


def raising(error: Exception) -> WSGIApp:
    """Return an application that fails."""

    def application(_asked: Environ, _start_response: StartResponse) -> Iterable[bytes]:
        raise error

    return application
