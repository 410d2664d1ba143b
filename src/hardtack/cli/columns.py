"""Text laid out in a terminal's columns, where a Chinese character takes two of them (Unicode Annex #11).

Pure functions, text in and text out. Lines break between words and between Chinese characters, but never before a
closing mark or after an opening one, as Chinese typesetting wants it (GB/T 15834). Characters whose width depends on
the terminal's font (class A) count as one column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from unicodedata import combining, east_asian_width

_OPENING = "（“‘《〈【「『"
_CLOSING = "，。、；：！？）”’》〉】」』…"
_PIECE = re.compile(r" +|[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef“”‘’…]|[^ \u2e80-\uffef“”‘’…]+|.")


def width(text: str) -> int:
    """Return how many columns *text* takes."""
    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)


def pad(text: str, columns: int) -> str:
    """Return *text* filled up with spaces to *columns*."""
    return text + " " * (columns - width(text))


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield *rows* as lines, every column as wide as its widest cell."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(pad(cell, columns) for cell, columns in zip(row, widths, strict=True)).rstrip()


def wrap(text: str, columns: int) -> list[str]:
    """Return *text* in lines of at most *columns*; only a single word that is wider than that gets a longer line."""
    lines = [""]
    for space, unit in _units(text):
        room = columns - width(lines[-1])
        if lines[-1] and width(space) + width(unit) > room:
            lines.append(unit)
        else:
            lines[-1] += (space if lines[-1] else "") + unit
    return lines


def _units(text: str) -> Iterator[tuple[str, str]]:
    """Yield what must stay together, each with the space before it."""
    space = unit = ""
    for piece in _PIECE.findall(text):
        if piece.isspace():
            if unit:
                yield space, unit
            space, unit = piece, ""
        elif not unit or piece in _CLOSING or unit[-1] in _OPENING:
            unit += piece
        else:
            yield space, unit
            space, unit = "", piece
    if unit:
        yield space, unit
