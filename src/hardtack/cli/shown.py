"""One line on a terminal that is written over, to say how far something is; nothing where there is no terminal."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hardtack.cli.columns import width


class Line:
    """The line, on standard error; ``on`` says whether anybody sees it."""

    def __init__(self) -> None:
        self.on: bool = sys.stderr.isatty()
        self._shown = False

    def __call__(self, text: str) -> None:
        """Show *text* in the place of what was shown, as much of it as fits."""
        if not self.on:
            return
        room = shutil.get_terminal_size().columns - 1
        while width(text) > room:
            text = text[:-1]
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()
        self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False


@contextmanager
def line() -> Iterator[Line]:
    """Give a line that is taken away at the end."""
    show = Line()
    try:
        yield show
    finally:
        show.clear()
