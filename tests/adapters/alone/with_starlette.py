"""The story under Starlette, driven by ASGI's own messages, since Starlette's test client needs more than Starlette."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from hardtack.adapters.starlette import SessionMiddleware
from story import LIFETIME, Visit, tell  # type: ignore[import-not-found]  # beside this file


async def put(request: Request) -> PlainTextResponse:
    """Keep something."""
    request.session["basket"] = {"items": ["biscuit"]}
    return PlainTextResponse("")


async def nested(request: Request) -> PlainTextResponse:
    """Change it deep inside, and say so to nobody."""
    request.session["basket"]["items"].append("rum")
    return PlainTextResponse("")


async def get(request: Request) -> PlainTextResponse:
    """Say what is kept."""
    return PlainTextResponse(",".join(request.session.get("basket", {"items": []})["items"]))


def host(secrets: Sequence[str]) -> Visit:
    """Return a visit of a Starlette application with these secrets."""
    app = Starlette(
        routes=[Route("/set", put), Route("/nested", nested), Route("/get", get)],
        middleware=[
            Middleware(SessionMiddleware, secret_key=secrets[0], fallbacks=list(secrets[1:]), max_age=LIFETIME)
        ],
    )

    def visit(path: str, value: str) -> tuple[str, str]:
        headers = [(b"host", b"testserver"), *([(b"cookie", f"session={value}".encode())] if value else [])]
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(app(scope, receive, send))
        set_to = [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]
        after = set_to[0].partition(";")[0].removeprefix("session=") if set_to else value
        return sent[1]["body"].decode(), after

    return visit


tell(host, flashes=False)
