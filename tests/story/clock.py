"""The time of a server under test: the machine's, and as many seconds later as a file says.

``python -m tests.story.clock MODULE …`` runs a module as ``python -m MODULE …`` does, with such a clock in its whole
process, set before anything of it is imported. The file is named by ``STORY_CLOCK``; whoever writes a larger number
into it lets time pass for the server, which needs no waiting and no word of the server's own code. A parent of forks
that imports ``tests.story.early`` first has the clock in them all, whatever it has loaded.
"""

from __future__ import annotations

import os
import runpy
import sys
import time
from importlib import import_module
from pathlib import Path

VARIABLE = "STORY_CLOCK"

_machine = time.time


def seconds_later(path: Path) -> int:
    """Return how far the clock that *path* moves is ahead of the machine's, in seconds."""
    return int(path.read_text())


def let_pass(path: Path, seconds: int) -> None:
    """Move the clock on, in one step for whoever reads it meanwhile."""
    fresh = path.with_suffix(".new")
    fresh.write_text(str(seconds_later(path) + seconds))
    fresh.replace(path)


def _told() -> float:
    path = os.environ.get(VARIABLE)
    return _machine() + (seconds_later(Path(path)) if path else 0)


def keep() -> None:
    """Let this process, and its forks, take its time from the file that is named then; without one, the machine's."""
    time.time = _told


def main() -> None:
    """Run the module that the command line names, under the clock.

    Raises:
        KeyError: the environment names no file.
    """
    seconds_later(Path(os.environ[VARIABLE]))
    import_module("tests.story.early")  # which a fork's parent has done: the clock is never set on itself
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
