"""One line on a terminal that is written over, to say how far something is; nothing where there is no terminal.

Whoever works through a number of things says at each how far it is (``line``). Whoever waits for one thing that cannot
be looked into lets a thread say what is being waited for (``meanwhile``), once that takes longer than people wait
without wondering. A terminal that can only write forward (``TERM=dumb``) is none here.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hardtack.cli.columns import width

SOON = 2.0
"""Seconds after which somebody who sees nothing wonders whether anything happens."""

AGAIN = 0.5
"""Seconds after which the line is written anew."""


class Line:
    """The line, on standard error; ``on`` says whether anybody sees it."""

    def __init__(self) -> None:
        self.on: bool = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
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


@contextmanager
def meanwhile(what: Callable[[], str]) -> Iterator[None]:
    """Say while the block runs what it does and for how long, once that is longer than ``SOON``.

    Args:
        what: returns what is shown before the seconds; it is asked again and again, by a thread. The block itself must
            print nothing.
    """
    show, done, begun = Line(), threading.Event(), time.monotonic()

    def tell() -> None:
        wait = SOON
        while not done.wait(wait):
            show(f"{what()} ({time.monotonic() - begun:.0f} s)")
            wait = AGAIN

    teller = threading.Thread(target=tell, name="hardtack-meanwhile", daemon=True)
    if show.on:
        teller.start()
    try:
        yield
    finally:
        done.set()
        if show.on:
            teller.join()
        show.clear()
