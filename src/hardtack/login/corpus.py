"""Read a list of passwords that somebody else has collected: one a line, or lines of ``SHA1:count``.

The first line decides which of the two it is. A list of hashes must be one to its end; a list of passwords may hold
anything, as such lists do: what is no UTF-8 is taken as Latin-1, and what could be nobody's password here (too long, or
fewer than eight characters in simplified form) is counted and left out. A compressed file (gzip) is known by its first
bytes. Nothing is kept but counts; one line at a time is in memory, and of a line without end only its beginning.

The promise of :func:`keys`: it gives keys, or raises ``NoCorpus``, and nothing else but ``OSError``, whatever is read.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from typing import BinaryIO, cast

from hardtack.login import plain
from hardtack.login.filters import Kind, key_of_text
from hardtack.login.passwords import MAX_BYTES

MAX_LINE = 4096
"""Bytes of a line that are read; a longer one is nobody's password."""

_GZIP = b"\x1f\x8b"
_SHA1 = re.compile(rb"([0-9A-Fa-f]{16})[0-9A-Fa-f]{24}(?::([0-9]{1,18}))?[ \t]*\r?\n?")
_NTLM = re.compile(rb"[0-9A-Fa-f]{32}(?::[0-9]{1,18})?[ \t]*\r?\n?")


class NoCorpus(Exception):
    """What is read is no list; ``reason`` is ``empty``, ``ntlm``, ``not-sha1``, ``gzip`` or ``no-counts``."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(slots=True)
class Corpus:
    """A list that is being read.

    Args:
        file: where it is read from; it need not be seekable.
        least: how often a hash must have been seen to count.
    """

    file: BufferedReader
    least: int = 1
    kind: Kind = field(init=False)
    lines: int = 0
    left_out: int = 0
    _opened: BinaryIO = field(init=False)
    _first: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Look at the first line.

        Raises:
            NoCorpus: there is none, or it belongs to no list that can be used.
        """
        packed = self.file.peek(2)[:2] == _GZIP
        self._opened = cast("BinaryIO", gzip.GzipFile(fileobj=self.file)) if packed else self.file
        self._first = self._line()
        if not self._first:
            raise NoCorpus("empty")
        if _NTLM.fullmatch(self._first):
            raise NoCorpus("ntlm")
        self.kind = Kind.SHA1 if _SHA1.fullmatch(self._first) else Kind.TEXT
        if self.kind == Kind.TEXT and self.least > 1:
            raise NoCorpus("no-counts")

    def keys(self) -> Iterator[int]:
        """Give the key of each password that counts.

        Raises:
            NoCorpus: a line is no hash where the first one was, or the compressed file is damaged.
        """
        line = self._first
        key_of = self._key_of_hash if self.kind == Kind.SHA1 else _key_of_password
        while line:
            self.lines += 1
            key = key_of(line)
            if key is None:
                self.left_out += 1
            else:
                yield key
            line = self._line()

    def _key_of_hash(self, line: bytes) -> int | None:
        found = _SHA1.fullmatch(line)
        if found is None:
            if not line.strip():
                return None
            raise NoCorpus("not-sha1", self.lines)
        count = found[2]
        return int(found[1], 16) if count is None or int(count) >= self.least else None

    def _line(self) -> bytes:
        """Return the next line, or the beginning of one that is too long; nothing at the end."""
        try:
            line = self._opened.readline(MAX_LINE)
            rest = line
            while len(rest) == MAX_LINE and not rest.endswith(b"\n"):
                rest = self._opened.readline(MAX_LINE)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise NoCorpus("gzip", self.lines) from None
        return line


def _key_of_password(line: bytes) -> int | None:
    listed = line.rstrip(b"\r\n")
    if len(listed) > MAX_BYTES:
        return None
    try:
        text = listed.decode()
    except UnicodeDecodeError:
        text = listed.decode("latin-1")
    form = plain.simplified(text)
    return key_of_text(form) if len(form) >= plain.MIN_LISTED else None
