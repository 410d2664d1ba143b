"""The last answers of one layer with what decided them, kept in memory where the trace is on.

How much is kept, who may look and how it looks is ``hardtack.status.trace_page``'s; here is only the place where it is
kept, for all threads of a process. An answer that is noted twice, as when a page of ours is made inside the application
and then looked at on its way out, is one answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from threading import Lock

from hardtack.errors import MisuseError
from hardtack.message import Request, Response
from hardtack.status.trace import Step
from hardtack.status.trace_page import LONGEST, MOST, Traced, may_see, page


class Traces:
    """The last answers; iterating gives them, the newest first.

    Args:
        at: the path at which a browser on the same machine is shown them; ``None``: at none.

    Raises:
        MisuseError: *at* is no path.
    """

    def __init__(self, at: str | None = None) -> None:
        if at is not None and not at.startswith("/"):
            raise MisuseError(
                f"trace: {at!r} is no path", 'write trace=True, or where to show it: trace="/status/trace"'
            )
        self._at = at
        self._kept: deque[Traced] = deque(maxlen=MOST)
        self._lock = Lock()

    def __iter__(self) -> Iterator[Traced]:
        with self._lock:
            kept = list(self._kept)
        return iter([each._replace(steps=tuple(each.steps)) for each in reversed(kept)])

    def note(self, request: Request, status: int, steps: list[Step]) -> None:
        """Keep that *request* was answered with *status*; the list *steps* may still grow."""
        made = Traced(request.method[:LONGEST], request.path[:LONGEST], status, steps)
        with self._lock:
            for place, each in enumerate(self._kept):
                if each.steps is steps:
                    self._kept[place] = made
                    return
            self._kept.append(made)

    def shown(self, request: Request) -> Response | None:
        """Return the page, if that is what *request* asks for and it may see it."""
        return page(self, request) if request.path == self._at and may_see(request) else None
