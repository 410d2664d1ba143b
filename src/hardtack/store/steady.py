"""What time it is for whoever deletes what is over: a clock that jumps ahead is not believed at once.

What ended sessions are called is kept until no cookie can name them any more. A clock that is set a month ahead by
mistake, and back again, would have all of it deleted, and what had ended would be alive. So a jump counts only once it
has lasted for a day, measured by a clock that nobody can set. Going back is believed at once: it deletes less.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

SLACK = 3600
"""Seconds by which the clock may get ahead between two looks, or by as much as is set right now and then."""

HELD = 86_400
"""Seconds after which a jump is believed."""


class SteadyTime:
    """A clock for deleting; safe to share among threads.

    Args:
        clock: returns Unix seconds.
        elapsed: returns seconds that only grow, and that nobody can set.
    """

    def __init__(self, clock: Callable[[], float] = time.time, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._at = clock(), elapsed()
        self._ahead_since: float | None = None

    def now(self) -> int:
        """Return what time it is, Unix seconds; never later than the clock says."""
        with self._lock:
            wall, elapsed = self._clock(), self._elapsed()
            began, then = self._at
            steady = began + (elapsed - then)
            if wall <= steady + SLACK:
                self._ahead_since = None
            else:
                if self._ahead_since is None:
                    self._ahead_since = elapsed
                if elapsed - self._ahead_since < HELD:
                    return int(steady)
                self._ahead_since = None
            self._at = wall, elapsed
            return int(wall)
