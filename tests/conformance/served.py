"""The representation that every system has, and what serves it.

``/file`` is the same thousand bytes everywhere, with the same date; nothing is at ``/missing`` and ``/new``. Systems
that let an application declare what an unsafe method needs also take PUT, POST and DELETE there, and say at
``/handled`` how many they have carried out.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conformance.cases import CONTENT

MODIFIED = 1_700_000_000
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
TAG = "of-a-thousand-bytes"
UNSAFE = ("PUT", "POST", "DELETE")

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


def folder_with_the_file(folder: Path) -> Path:
    """Put ``/file`` into a new folder below *folder* and return that."""
    root = folder / "root"
    root.mkdir()
    (root / "file").write_bytes(CONTENT)
    os.utime(root / "file", (MODIFIED, MODIFIED))
    return root


def etag_of(path: str) -> str | None:
    """Return the opaque tag of what is at *path*, or ``None`` where nothing is."""
    return None if path == "/new" else TAG


def modified_of(path: str) -> int | None:
    """Return the date of what is at *path* (Unix seconds), or ``None`` where nothing is."""
    return None if path == "/new" else MODIFIED


class Handled:
    """How many unsafe requests were carried out."""

    count = 0

    def one_more(self) -> None:
        """Count one that is being carried out now."""
        self.count += 1

    @property
    def said(self) -> bytes:
        """The number, as content."""
        return b"%d" % self.count


def listening_socket() -> socket.socket:
    """Return a socket on a free port, and say which."""
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)  # noqa: T201 - what the other process waits for
    return listening


def in_uvicorn(app: Any) -> None:
    """Serve an ASGI application until the process is ended."""
    import uvicorn

    listening = listening_socket()
    uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off")).run(sockets=[listening])


def in_werkzeug(app: Any) -> None:
    """Serve a WSGI application until the process is ended."""
    from werkzeug.serving import make_server

    listening = listening_socket()
    make_server("127.0.0.1", 0, app, threaded=True, fd=listening.fileno()).serve_forever()
