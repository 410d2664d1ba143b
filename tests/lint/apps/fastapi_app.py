"""Path operations as FastAPI's first steps show them."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import FileResponse

from tests.lint.apps.served import FILE

app = FastAPI()


@app.get("/")
async def root() -> dict[str, str]:
    """Say hello."""
    return {"message": "Hello World"}


@app.get("/items/")
async def read_items() -> list[str]:
    """Read all."""
    return []


@app.post("/items/", status_code=201)
async def create_item(item: dict[str, str]) -> dict[str, str]:
    """Make one."""
    return item


@app.get("/file")
async def file() -> FileResponse:
    """Send a file."""
    return FileResponse(FILE)
