"""What nobody foresaw: one log line that says where, under a number, and the last thing that can still be said.

The number stands on the visitor's page as well, so that an operator finds the line. No text of the error is written
anywhere, because it may hold what a visitor typed; the files and lines that it came through, templates among them, are
what whoever mends it needs.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from pathlib import Path

from hardtack.message import Request, Response

_PLACES = 4
"""How many places are named, the innermost."""

_log = logging.getLogger("hardtack.site")


def number() -> str:
    """Draw the number of an incident."""
    return secrets.token_hex(6)


def note(incident: str, request: Request, error: Exception) -> None:
    """Log that *error* became the answer to *request*."""
    fields = {
        "incident": incident,
        "method": request.method,
        "path": request.path,
        "error": type(error).__name__,
        "where": _where(error),
    }
    _log.error("unexpected error", extra={"event": "unexpected-error", "fields": fields})


def plainly(incident: str) -> Response:
    """Return the answer where not even the page for the incident could be made: a plain sentence can."""
    _log.critical("the page for incident %s could not be made", incident)
    return Response(500, [("Content-Type", "text/plain; charset=utf-8")], f"500 {incident}\n".encode())


def _where(error: Exception) -> str:
    """Return the innermost places that *error* came through; where, never what."""
    frames = traceback.extract_tb(error.__traceback__)[-_PLACES:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
