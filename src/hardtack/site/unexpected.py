"""What nobody foresaw, and a database that fails: one log line each, and the last thing that can still be said.

What nobody foresaw is logged under a number that stands on the visitor's page as well, so that an operator finds the
line. A database that does not answer is a 503, and the line says of which request. No text of the error is written
anywhere, because it may hold what a visitor typed; the files and lines that it came through, templates among them, are
what whoever mends it needs.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from pathlib import Path

from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.status import ServiceUnavailable
from hardtack.status.limits import SHORT_RETRY_AFTER, short_of
from hardtack.store import StoreUnavailable

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


def note_failing_store(request: Request | None, error: Refused | None) -> None:
    """Log that the database has failed *request*, if that is what *error* says."""
    if isinstance(error, StoreUnavailable) and request is not None:
        fields = {"reason": error.reason, "method": request.method, "path": request.path}
        _log.error("the database failed a request", extra={"event": "store-failed", "fields": fields})


def shortage(error: Exception) -> Refused | None:
    """Return the 503 for what the machine could not give just now, if that is what *error* comes from."""
    what = short_of(error)
    return None if what is None else ServiceUnavailable(retry_after=SHORT_RETRY_AFTER, reason=what)


def note_shortage(request: Request | None, error: Refused | None) -> None:
    """Log that there was too little of something for *request*, if that is what *error* says."""
    if request is not None and isinstance(error, ServiceUnavailable) and error.reason.startswith("short-of-"):
        fields = {"reason": error.reason, "method": request.method, "path": request.path}
        _log.error("too little of something for a request", extra={"event": "short-of-resources", "fields": fields})


def plainly(incident: str, error: Exception) -> Response:
    """Return the answer where not even the page for the incident could be made: a plain sentence can."""
    if (short := shortage(error)) is not None:
        fields = [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", str(short.retry_after))]
        return Response(short.status, fields, f"{short.status}\n".encode())
    _log.critical(
        "an incident's page could not be made", extra={"event": "page-failed", "fields": {"incident": incident}}
    )
    return Response(500, [("Content-Type", "text/plain; charset=utf-8")], f"500 {incident}\n".encode())


def _where(error: Exception) -> str:
    """Return the innermost places that *error* came through; where, never what."""
    frames = traceback.extract_tb(error.__traceback__)[-_PLACES:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
