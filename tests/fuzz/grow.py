"""``python -m tests.fuzz.grow TARGET…``: take into the corpus what the fuzzer has reached and the corpus does not.

Of what lies in ``build/fuzz/<target>`` after a run without a seed each input is looked at, the shortest first; it is
taken if it goes a way from one line to another in our code that nothing before it went. So the corpus stays small: the
fuzzer itself would keep one input for each number of times that a loop is gone through.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Callable
from importlib import import_module
from types import FrameType
from typing import Any

from tests.fuzz.run import FOUND, HERE, ROOT, TARGETS

OURS = str(ROOT / "src" / "hardtack")
MOST = 1024
"""Octets of an input that is taken; nobody reads a longer one."""

Way = tuple[str, int, int]


def ways(check: Callable[[bytes], str], content: bytes) -> set[Way]:
    """Return the ways from line to line in our code that a target goes with an input."""
    found: set[Way] = set()

    def enter(frame: FrameType, _event: str, _given: Any) -> Callable[[FrameType, str, Any], Any] | None:
        name = frame.f_code.co_filename
        if not name.startswith(OURS):
            return None
        last = 0

        def step(frame: FrameType, event: str, _given: Any) -> Any:
            nonlocal last
            if event == "line":
                found.add((name, last, frame.f_lineno))
                last = frame.f_lineno
            return step

        return step

    sys.settrace(enter)
    try:
        check(content)
    finally:
        sys.settrace(None)
    return found


def grow(target: str) -> tuple[int, int]:
    """Take what is new; return how many inputs were looked at, and how many were taken."""
    check = import_module(f"tests.fuzz.targets.{target}").check
    corpus = HERE / "corpus" / target
    there = [path.read_bytes() for path in corpus.iterdir()]
    for content in there:
        check(content)  # what is only done once, such as filling a cache, is no way of an input
    gone = set().union(*(ways(check, content) for content in there))
    collected = sorted((path.read_bytes() for path in (FOUND / target).iterdir()), key=len)
    taken = 0
    for content in collected:
        if len(content) <= MOST and (new := ways(check, content) - gone):
            gone |= new
            (corpus / f"found-{hashlib.sha256(content).hexdigest()[:12]}").write_bytes(content)
            taken += 1
    return len(collected), taken


def main(targets: list[str]) -> None:
    """Let the corpora of these targets grow, or of all that something was collected for."""
    logging.disable()
    for target in targets or [name for name in TARGETS if (FOUND / name).is_dir()]:
        looked_at, taken = grow(target)
        print(f"{target}: {taken} of {looked_at} inputs taken", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
