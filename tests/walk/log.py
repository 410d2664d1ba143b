"""What a walk writes down: its parts, and in each what was typed, what was printed, and how long it took.

Nothing that belongs to one machine or one run is kept: no one-time code, no key, no address of a registry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

MOST_LINES = 8
"""Lines of a command that are kept."""

MOST_CHARACTERS = 120

TYPED, DOWNLOAD, WRITTEN, BROWSER = "typed", "download", "written", "browser"
"""What a step may be: a command; one that fetches from a registry; a file that was written; a page in a browser."""

_PRIVATE = (
    (re.compile(r"(code=)[\w-]{8}[\w.-]*"), r"\1…"),
    (re.compile(r"\b[0-9a-f]{32,}\b"), "…"),
)
_ELSEWHERE = re.compile(r"https?://(?!(?:[\w.-]*localhost|127\.0\.0\.1|id\.example\.org)[:/\s]|[\w.-]*localhost\b)")


class Step(msgspec.Struct):
    """One step.

    Args:
        kind: one of those above.
        words: the command, the file, or what was done in the browser.
        seconds: that it took.
        lines: the first lines that were printed or seen.
        status: the exit status; ``None`` where it goes on, or is no command.
        user: who did it.
        note: why something else was typed than the page says.
    """

    kind: str
    words: str
    seconds: float = 0.0
    lines: list[str] = []
    status: int | None = None
    user: str = ""
    note: str = ""


class Part(msgspec.Struct):
    """One part of the walk.

    Args:
        name: of the part.
        page: that it follows, from the root of the repository.
        target: seconds, downloads aside.
        steps: in their order.
    """

    name: str
    page: str
    target: int
    steps: list[Step] = []

    def took(self, *kinds: str) -> float:
        """Return the seconds of all steps, or of those of some kinds."""
        return sum(step.seconds for step in self.steps if not kinds or step.kind in kinds)

    @property
    def own(self) -> float:
        """Seconds of everything but the downloads."""
        return self.took() - self.took(DOWNLOAD)


class Walk(msgspec.Struct):
    """A whole walk.

    Args:
        on: the day.
        commit: that was walked through.
        machine: what it was walked on.
        root: seconds that making the root took, which count nowhere.
        parts: of the walk.
    """

    on: str
    commit: str
    machine: dict[str, Any]
    root: float
    parts: list[Part]


def kept(lines: Sequence[str], *, last: bool = False) -> list[str]:
    """Return what is kept of the lines that a command printed.

    Args:
        lines: that it printed.
        last: whether its last line says what came of it, and the others how.
    """
    said = [line for line in lines if line.strip() and not _ELSEWHERE.search(line)]
    chosen = said[-1:] if last else said[:MOST_LINES]
    for pattern, shown in _PRIVATE:
        chosen = [pattern.sub(shown, line) for line in chosen]
    cut = [line if len(line) <= MOST_CHARACTERS else f"{line[:MOST_CHARACTERS]}…" for line in chosen]
    return cut if last or len(said) <= MOST_LINES else [*cut, f"… ({len(said)})"]
