"""Routes, a file and static files, as Starlette's documentation shows them."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tests.lint.apps.served import FILE, FOLDER


async def homepage(_request: Request) -> Response:
    """Say hello."""
    return JSONResponse({"hello": "world"})


async def read(_request: Request) -> Response:
    """Read the note."""
    return PlainTextResponse("a note")


async def write(_request: Request) -> Response:
    """Write or delete it."""
    return PlainTextResponse("done")


async def file(_request: Request) -> Response:
    """Send a file."""
    return FileResponse(FILE)


app = Starlette(
    routes=[
        Route("/", homepage),
        Route("/note", read, methods=["GET"]),
        Route("/note", write, methods=["PUT"]),
        Route("/note", write, methods=["DELETE"]),
        Route("/file", file),
        Mount("/static", app=StaticFiles(directory=FOLDER), name="static"),
    ]
)
