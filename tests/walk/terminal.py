"""A terminal at which somebody types one command after the other, and reads what it prints.

A shell runs on a real pseudo-terminal, so that programs behave as they do before a person: they ask for passwords, draw
progress, use colours. What is read is what would stand on the screen at the end: lines that were written over are gone,
and so are colours. After each command the shell prints a mark with its exit status, by which its end is known.
"""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

MARK = "\x1e"
PATIENCE = 600
"""Seconds that a command may take."""

_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b[=>]|[\x07\x0e\x0f]")


class Typed(NamedTuple):
    """What came of a command.

    Args:
        status: its exit status; ``None`` if it goes on.
        seconds: that it took, or until it did what was waited for.
        lines: what it printed.
    """

    status: int | None
    seconds: float
    lines: list[str]


class Terminal:
    """One terminal.

    Args:
        shell: the command that runs ``bash``.
        answers: what is typed where a program asks for something, by what it asks.
    """

    def __init__(self, shell: Sequence[str], answers: Mapping[str, str]) -> None:
        self._answers = answers
        self._pid, self._file = pty.fork()
        if self._pid == 0:
            # Whoever runs this behind others has it ignored, and so would every program that is typed.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execvp(shell[0], list(shell))  # noqa: S606 - the words are ours
        self._read = ""
        os.write(self._file, b"stty -echo; PS1=; PS2=; PROMPT_COMMAND='printf \"\\036%s\\036\" $?; PS1='\n")
        self._until(lambda: MARK in self._read, 30)
        self.type("true")

    def type(self, words: str, *, wait_for: str | None = None) -> Typed:
        """Type a command, and wait for its end.

        Args:
            words: the command.
            wait_for: a pattern in what it prints, or ``""``: it goes on, and this is all that is waited for.
        """
        self._read, began = "", time.monotonic()
        os.write(self._file, f"{words}\n".encode())
        if wait_for == "":
            return Typed(None, 0.0, [])
        ended = re.compile(f"{MARK}(\\d+){MARK}")
        goes_on = None if wait_for is None else re.compile(wait_for)

        def reached() -> bool:
            return bool(ended.search(self._read) or (goes_on and goes_on.search(self._read)))

        self._until(reached, PATIENCE)
        found = ended.search(self._read)
        shown = self._read[: found.start()] if found else self._read
        return Typed(int(found[1]) if found else None, time.monotonic() - began, screen(shown))

    def more(self, seconds: float = 0.5) -> list[str]:
        """Return what has been printed so far by a command that goes on."""
        self._until(lambda: False, seconds, patient=True)
        return screen(self._read.split(MARK)[0])

    def stop(self) -> Typed:
        """Press Ctrl-C, and wait until the command has ended."""
        began = time.monotonic()
        os.write(self._file, b"\x03")
        ended = re.compile(f"{MARK}(\\d+){MARK}")
        self._until(lambda: bool(ended.search(self._read)), 60)
        found = ended.search(self._read)
        return Typed(int(found[1]) if found else None, time.monotonic() - began, [])

    def close(self) -> None:
        """Hang up; what was started here and goes on is told so."""
        with suppress(OSError):
            os.close(self._file)
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGHUP)
        os.waitpid(self._pid, 0)

    def _until(self, reached: object, seconds: float, *, patient: bool = False) -> None:
        """Read, and answer what is asked, until *reached* says so."""
        assert callable(reached)
        deadline, answered = time.monotonic() + seconds, 0
        while not reached():
            left = deadline - time.monotonic()
            if left <= 0:
                if patient:
                    return
                raise TimeoutError(f"nothing after {seconds} seconds but:\n{self._read[-2000:]}")
            if select.select([self._file], [], [], min(left, 1.0))[0]:
                self._read += os.read(self._file, 65536).decode(errors="replace")
            for asks, answer in self._answers.items():
                if self._read.endswith(asks) and len(self._read) > answered:
                    answered = len(self._read)
                    os.write(self._file, f"{answer}\n".encode())


def screen(text: str) -> list[str]:
    """Return the lines that stand on the screen after *text*, without the empty ones at both ends."""
    lines = [_CONTROL.sub("", line.rstrip("\r")).rpartition("\r")[2].rstrip() for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return lines
