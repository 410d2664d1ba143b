"""A meter that every machine agrees on: how many instructions of Python one try runs.

The clock says what an attacker sees, and needs many tries and a quiet machine. The instructions say what our code
decides by what it looks at: a comparison of ours that ends early runs fewer of them. What a library does in C is one
instruction, so this shows nothing about that; the clock does.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from tests.side_channels.judge import Try


def instructions(attempt: Try) -> float:
    """Return how many instructions one try runs, those of everything included that it calls."""
    count = 0

    def each(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "opcode"
        return each

    def begin(frame: FrameType, _event: str, _argument: object) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return each

    before = sys.gettrace()
    sys.settrace(begin)
    try:
        attempt()
    finally:
        sys.settrace(before)
    return count
