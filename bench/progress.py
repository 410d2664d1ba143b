"""Saying how far a measurement is, for a person who waits and for a log."""

from __future__ import annotations

import sys
import time


class Progress:
    """Says it on one line that is written over or, into a file, on a line every ten seconds."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, text: str) -> None:
        """Say *text*, of what is done now."""
        if sys.stderr.isatty():
            print(f"\r\x1b[Khardtack: bench: {text}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self._last > 10:
            self._last = time.monotonic()
            print(f"hardtack: bench: {text}", file=sys.stderr, flush=True)
