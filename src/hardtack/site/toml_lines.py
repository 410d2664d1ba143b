"""On which line of a TOML file each of its keys stands: what the standard library's reader does not tell.

A scan of the text for its structure alone (TOML 1.0: keys, strings, arrays, tables); values are read by ``tomllib`` and
decided nowhere here. A key is named by its path: the names of the tables above it, its own name, and numbers from 0 for
the elements of arrays, whether they are written as ``[[access]]`` or in brackets. The first line on which a path is
named is its line.

The promise: for every text that ``tomllib`` takes, the paths are exactly those of what it returns.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import Any

Path = tuple[str | int, ...]

_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BASIC, _LITERAL = r'"(?:\\.|[^"\\])*"', r"'[^']*'"
# Before the three quotes at its end, a string of several lines may have two more of its own.
_LONG_BASIC, _LONG_LITERAL = r'"""(?:\\.|[^\\])*?""""{0,2}', r"'''.*?''''{0,2}"
_STRING = re.compile(f"{_LONG_BASIC}|{_LONG_LITERAL}|{_BASIC}|{_LITERAL}", re.DOTALL)
_BARE = re.compile(r"[^,\[\]{}#\n\"']+")
_PART = rf"(?:[A-Za-z0-9_-]+|{_BASIC}|{_LITERAL})"
_KEY = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*")


def lines(text: str) -> dict[Path, int]:
    r"""Return the line, counted from 1, on which each path of *text* is named first.

    Args:
        text: TOML that ``tomllib`` has read, with ``\n`` for line ends.
    """
    scan = _Scan(text)
    scan.document()
    return scan.found


class _Scan:
    """One pass through a text."""

    def __init__(self, text: str) -> None:
        self.found: dict[Path, int] = {}
        self._text = text
        self._at = 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        # How many elements each array of tables has so far: a header below it means the last one.
        self._elements: dict[Path, int] = {}

    def document(self) -> None:
        """Go through all of it."""
        above: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._next("["):
                above = self._header()
            else:
                self._pair(above)
            self._skip(_BLANK)

    def _header(self) -> Path:
        """Take ``[table]`` or ``[[array]]`` and return the path that the pairs below it lie under."""
        element = self._next("[")
        self._skip(_SPACE)
        *before, last = self._key()
        path = (*self._resolved(before), last)
        if element:
            self._note(path)
            self._elements[path] = self._elements.get(path, 0) + 1
        path = self._last(path)
        self._note(path)
        self._skip(_SPACE)
        self._at += 2 if element else 1
        return path

    def _resolved(self, names: list[str]) -> Path:
        path: Path = ()
        for name in names:
            path = self._last((*path, name))
            self._note(path)
        return path

    def _last(self, path: Path) -> Path:
        count = self._elements.get(path, 0)
        return (*path, count - 1) if count else path

    def _pair(self, above: Path) -> None:
        """Take ``key = value``."""
        path = above
        for name in self._key():
            path = (*path, name)
            self._note(path)
        self._skip(_SPACE)
        self._at += 1
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._next("["):
            self._elements_of(path)
        elif self._next("{"):
            self._members_of(path)
        else:
            self._skip(_STRING if self._text[self._at] in "\"'" else _BARE)

    def _elements_of(self, path: Path) -> None:
        number = 0
        self._skip(_BLANK)
        while not self._next("]"):
            self._note((*path, number))
            self._value((*path, number))
            number += 1
            self._past_comma()

    def _members_of(self, path: Path) -> None:
        self._skip(_BLANK)
        while not self._next("}"):
            self._pair(path)
            self._past_comma()

    def _past_comma(self) -> None:
        self._skip(_BLANK)
        if self._next(","):
            self._skip(_BLANK)

    def _key(self) -> list[str]:
        """Take a key and return its parts; what quotes and escapes in it mean is the library's to say."""
        match = _KEY.match(self._text, self._at)
        assert match is not None  # noqa: S101 - the library has read it
        self._at = match.end()
        table: Any = tomllib.loads(f"{match[0]} = 0")
        names = []
        while isinstance(table, dict):
            [(name, table)] = table.items()
            names.append(name)
        return names

    def _note(self, path: Path) -> None:
        self.found.setdefault(path, bisect_right(self._ends, self._at - 1) + 1)

    def _next(self, sign: str) -> bool:
        """Step over *sign* if it is next, and return whether it was."""
        found = self._text.startswith(sign, self._at)
        self._at += len(sign) if found else 0
        return found

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._at)
        assert match is not None  # noqa: S101 - as above
        self._at = match.end()
