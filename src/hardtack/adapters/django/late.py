"""A streamed answer is watched to its end, so that a session that is changed meanwhile is an error and no silent loss.

Its cookie has left with the head of the answer. What is an error is decided by the visit; files are not watched, since
none of the project's code runs while they are sent.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from typing import Any

from django.http.response import HttpResponseBase  # type: ignore[import-untyped]  # Django has no types

Check = Callable[[], None]


def watch(response: HttpResponseBase, check: Check) -> None:
    """Let *check* be called when *response*, if it is streamed, has been sent to its end."""
    if not response.streaming or getattr(response, "file_to_stream", None) is not None:
        return
    pieces: Any = response.streaming_content
    response.streaming_content = _awaited(pieces, check) if response.is_async else _iterated(pieces, check)


def _iterated(pieces: Iterable[bytes], check: Check) -> Iterator[bytes]:
    yield from pieces
    check()


async def _awaited(pieces: AsyncIterable[bytes], check: Check) -> AsyncIterator[bytes]:
    async for piece in pieces:
        yield piece
    check()
