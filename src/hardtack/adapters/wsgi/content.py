"""The content of one request as an application reads it under WSGI (PEP 3333): every octet is counted on its way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hardtack.adapters.wsgi.exchange import Exchange


class Content:
    """The request's content, counted while the application reads it (the four methods of PEP 3333).

    Args:
        source: the server's.
        exchange: what is told when too much has come, or too slowly.
    """

    def __init__(self, source: Any, exchange: Exchange) -> None:
        self._source = source
        self._exchange = exchange

    def read(self, size: int = -1) -> bytes:
        """Return at most *size* bytes."""
        return self._exchange.read(self._source.read, size)

    def readline(self, size: int = -1) -> bytes:
        """Return one line, or at most *size* bytes of it."""
        return self._exchange.read(self._source.readline, size)

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """Return the lines, as many as make *hint* bytes."""
        lines: list[bytes] = []
        size = 0
        while (not hint or hint < 0 or size < hint) and (found := self.readline()):
            lines.append(found)
            size += len(found)
        return lines

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def __getattr__(self, name: str) -> Any:
        # Servers give more than PEP 3333 asks for, such as close().
        return getattr(self._source, name)
