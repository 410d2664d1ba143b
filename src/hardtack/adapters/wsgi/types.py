"""The shapes of the WSGI interface (PEP 3333), as far as they are used here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Protocol

Environ = dict[str, Any]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType]
Write = Callable[[bytes], object]


class StartResponse(Protocol):
    """What the server gives, to take the head of the answer."""

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Write:
        """Take the head; return the old-fashioned way of writing content."""


WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]
