"""How ``hardtack lint`` asks an application in its own process.

``module:app`` is an ASGI or WSGI application, or a function without arguments that makes one. An ASGI application is
started and stopped as a server does it. What an application raises goes on: that is no answer of its own.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from hardtack.adapters.asgi.lifespan import Behind
from hardtack.adapters.asgi.translate import head_of
from hardtack.adapters.linting import kind
from hardtack.adapters.wsgi.translate import number
from hardtack.cli import voice
from hardtack.message import Request, Response
from hardtack.status.lint.walk import Answer

SECONDS = 10.0
"""How long one answer may take."""

Ask = Callable[[Request], Answer]

SAY = {
    "en": {
        "no-module": "{name} cannot be imported: {error}",
        "no-attribute": "{module} has no {name}",
        "no-app": "{name} is no ASGI or WSGI application",
        "late": "no answer within {seconds} seconds",
    },
    "zh": {
        "no-module": "无法导入 {name}：{error}",
        "no-attribute": "{module} 中没有 {name}",
        "no-app": "{name} 不是 ASGI 或 WSGI 应用",
        "late": "{seconds} 秒内没有回答",
    },
}


def load(name: str) -> Any:
    """Return the application that *name* (``module:app``) stands for.

    Raises:
        click.UsageError: there is none.
    """
    say = SAY[voice.language()]
    module_name, _, path = name.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = import_module(module_name)
    except ImportError as error:
        raise click.UsageError(say["no-module"].format(name=module_name, error=error)) from None
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise click.UsageError(say["no-attribute"].format(module=module_name, name=path)) from None
    if kind(found) == "factory":
        found = found()
    if kind(found) not in ("asgi", "wsgi"):
        raise click.UsageError(say["no-app"].format(name=name))
    return found


def wsgi(app: Any) -> Ask:
    """Return how to ask a WSGI application."""

    def ask(request: Request) -> Answer:
        began: list[tuple[str, list[tuple[str, str]]]] = []
        written: list[bytes] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _exc_info: Any = None
        ) -> Callable[[bytes], None]:
            began.append((status, headers))
            return written.append

        content = app(_environ(request), start_response)
        try:
            written += list(content)
        finally:
            close = getattr(content, "close", None)
            if close is not None:
                close()
        status, headers = began[-1] if began else ("0", [])
        return Answer(Response(number(status), [(str(name), str(value)) for name, value in headers], b"".join(written)))

    return ask


def _environ(request: Request) -> dict[str, Any]:
    host, _, port = request.host.partition(":")
    fields = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers}
    length = fields.pop("HTTP_CONTENT_LENGTH", "")
    return {
        **fields,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path.encode().decode("latin-1"),
        "QUERY_STRING": request.query,
        "CONTENT_LENGTH": length,
        "SERVER_NAME": host,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


class Asgi:
    """An ASGI application that is started, asked and stopped on a loop of its own."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._runner = asyncio.Runner()
        self._behind = Behind(app, {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}})

    def __enter__(self) -> Ask:
        """Start it; return how to ask it."""
        self._runner.run(self._behind.startup())
        return lambda request: self._runner.run(_ask(self._app, request))

    def __exit__(self, *_exception: object) -> None:
        self._runner.run(self._behind.shutdown())
        self._runner.close()


async def _ask(app: Any, request: Request) -> Answer:
    began: list[tuple[int, list[tuple[str, str]]]] = []
    content: list[bytes] = []
    ended = asyncio.Event()
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            await ended.wait()
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            began.append(head_of(message))
        elif message["type"] == "http.response.body":
            content.append(bytes(message.get("body", b"")))
            if not message.get("more_body", False):
                ended.set()

    try:
        async with asyncio.timeout(SECONDS):
            await app(_scope(request), receive, send)
    except TimeoutError:
        raise click.ClickException(SAY[voice.language()]["late"].format(seconds=int(SECONDS))) from None
    except Exception:
        # Frameworks answer 500 and raise the error again, for the server's log.
        if not began:
            raise
    status, headers = began[-1] if began else (0, [])
    return Answer(Response(status, headers, b"".join(content)))


def _scope(request: Request) -> dict[str, Any]:
    host, _, port = request.host.partition(":")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "raw_path": request.target.partition("?")[0].encode("latin-1"),
        "query_string": request.query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers],
        "client": ("127.0.0.1", 1),
        "server": (host, int(port or 80)),
        "extensions": {},
        "state": {},
    }
