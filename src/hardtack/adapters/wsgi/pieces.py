"""The content of an answer under WSGI, as the server iterates over it: as it is, or cut into the parts asked for.

A file that can be positioned is read only where a part is; everything else is cut while it passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from hardtack.adapters.cutting import Cutter
from hardtack.status.finish import Finished

_PIECE = 65536
"""How much is read of a file at once, in bytes."""


class Body:
    """What the server iterates over, with the one ``close`` that it must call."""

    def __init__(self, pieces: Iterator[bytes], close: Callable[[], object]) -> None:
        self._pieces = pieces
        self.close = close

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces


def seekable(rest: Iterable[bytes]) -> Any:
    """Return the file in a wrapper if it can be positioned, or ``None``."""
    # As the wrappers of PEP 3333's example, of gunicorn and waitress, and of Werkzeug call it.
    file = getattr(rest, "filelike", None) or getattr(rest, "file", None)
    return file if file is not None and getattr(file, "seekable", bool)() else None


def sought(done: Finished, file: Any) -> Iterator[bytes]:
    """Return the parts that go out of a file that can be positioned."""
    start = file.tell()
    for part in done.parts:
        yield part.prefix
        file.seek(start + part.first)
        left = part.last + 1 - part.first
        while left and (piece := file.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece
    yield done.suffix


def cut(done: Finished, begun: Iterator[bytes], rest: Iterable[bytes]) -> Iterator[bytes]:
    """Return the parts that go out of content that passes: what has *begun*, and the *rest*."""
    cutter = Cutter(done.parts, done.suffix)
    for source in (begun, rest):
        for piece in source:
            if wanted := cutter.feed(piece):
                yield wanted
            if cutter.done:
                return


def chained(begun: Iterator[bytes], rest: Iterator[bytes]) -> Iterator[bytes]:
    """Return what has *begun*, and then the *rest*."""
    yield from begun
    yield from rest


def nothing() -> None:
    """Do nothing, where there is nothing to close."""
