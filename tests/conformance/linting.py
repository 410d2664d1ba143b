"""Run httplint over exchanges, in a process that has nothing else: ``python linting.py`` with its folder on the path.

Exchanges come in as JSON on the standard input, what httplint notes goes out as JSON: for each note the exchange's
name, the level (``bad`` or ``warning``; ``good`` and ``info`` are left out), the note's name and what it says.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

from httplint import HttpRequestLinter, HttpResponseLinter  # type: ignore[import-not-found]  # not in our environment


def notes(exchange: dict[str, Any]) -> list[list[str]]:
    """Return what httplint says of one answer, which it judges beside its request."""
    request = HttpRequestLinter(start_time=exchange["at"])
    version = b"HTTP/1.1"
    target = f"http://{exchange['host']}{exchange['target']}".encode()
    request.process_request_topline(exchange["method"].encode(), target, version)
    request.process_headers([(name.encode("latin-1"), value.encode("latin-1")) for name, value in exchange["asked"]])
    request.finish_content(True)
    response = HttpResponseLinter(start_time=exchange["at"], _related=request)
    response.is_head_response = exchange["method"] == "HEAD"
    response.base_uri = target.decode()
    response.process_response_topline(version, str(exchange["status"]).encode(), exchange["phrase"].encode())
    response.process_headers([(name.encode("latin-1"), value.encode("latin-1")) for name, value in exchange["fields"]])
    response.feed_content(base64.b64decode(exchange["content"]))
    response.finish_content(True)
    return [
        [exchange["name"], note.level.value, type(note).__name__, str(note.summary)]
        for note in _with_their_parts(response.notes)
        if note.level.value in {"bad", "warning"}
    ]


def _with_their_parts(found: Any) -> list[Any]:
    return [each for note in found for each in (note, *_with_their_parts(note.subnotes))]


if __name__ == "__main__":
    json.dump([note for exchange in json.load(sys.stdin) for note in notes(exchange)], sys.stdout)
