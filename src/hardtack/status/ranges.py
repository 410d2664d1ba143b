"""Which bytes of a representation are asked for, and how several pieces are sent (RFC 9110 §14, §13.1.5).

A field that is no set of byte ranges is ignored whole: another unit, a member that is malformed or runs backwards, a
second ``Range``. So is a set of more than ``MOST_RANGES`` members. Ranges that overlap or touch become one, in the
place of the first of them, so that no byte is sent twice however often it is asked for (§15.3.7.2, §17.15). What comes
after that in the order of the request is left there; whether the pieces are worth sending is ``finish``'s to say.

The promise of ``parse_range`` and ``if_range``: they return for any text and never raise; numbers may have any number
of digits; time is linear in the field.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import Final, Literal, NamedTuple

from hardtack.errors import MisuseError
from hardtack.message import Request
from hardtack.status.dates import parse_date
from hardtack.status.validators import ETag, parse_etag

FIELDS = frozenset({"range", "if-range"})
"""The fields that ask for ranges."""
MOST_RANGES = 200
"""The most ranges of one request; those who fetch what changed in a large file ask for some tens at once."""

Range = tuple[int, int]
"""The first and the last byte, both included, counted from zero."""

_SET = re.compile(r"bytes=(.*)", re.IGNORECASE | re.ASCII | re.DOTALL)
_SPEC = re.compile(r"([0-9]*)-([0-9]*)")
_BOUNDARY = re.compile(r"[0-9A-Za-z]{1,70}")


class Unsatisfiable(Enum):
    """The field is a set of byte ranges, but none of them lies in the representation."""

    UNSATISFIABLE = "unsatisfiable"


UNSATISFIABLE: Final = Unsatisfiable.UNSATISFIABLE


def asked_for(request: Request) -> bool:
    """Return whether *request* may ask for ranges, before its field is read."""
    return "range" in request.headers


def parse_range(
    field: str, length: int, *, most: int = MOST_RANGES
) -> list[Range] | Literal[Unsatisfiable.UNSATISFIABLE] | None:
    """Return the ranges of a ``Range`` field that a representation of *length* bytes can satisfy.

    Args:
        field: its value; several fields are joined by commas, and then are no set of ranges.
        length: of the representation, in bytes.
        most: how many ranges may be asked for at once.

    Returns:
        ``None`` if the field is to be ignored; ``UNSATISFIABLE`` if it asks for nothing that is there; else at least
        one range, none of which overlaps or touches another, in the order asked for.
    """
    found = _SET.fullmatch(field.strip(" \t"))
    if found is None:
        return None
    members = [each for member in found[1].split(",", most * 2) if (each := member.strip(" \t"))]
    if not 0 < len(members) <= most:
        return None
    ranges = []
    for member in members:
        spec = _SPEC.fullmatch(member)
        if spec is None:
            return None
        first, last = spec[1].lstrip("0") or spec[1][:1], spec[2].lstrip("0") or spec[2][:1]
        if not first and not last:
            return None
        if first and last and (len(last), last) < (len(first), first):
            return None
        ranges.append(_within(first, last, length))
    satisfiable = [each for each in ranges if each is not None]
    if not satisfiable:
        return UNSATISFIABLE
    # An empty representation satisfies a suffix, but no Content-Range could say so (§14.1.2, §14.2).
    return _merged(satisfiable) if length else None


def _within(first: str, last: str, length: int) -> Range | None:
    """Return the range within *length* bytes, or ``None`` if nothing of it is."""
    if not first:
        suffix = _number(last, length)
        return (length - suffix, length - 1) if suffix else (None if last == "0" else (0, 0))
    start = _number(first, length)
    return (start, min(_number(last, length), length - 1) if last else length - 1) if start < length else None


def _number(digits: str, most: int) -> int:
    """Return the number, or *most* if it is larger; one of a thousand digits is never computed."""
    return most if len(digits) > len(str(most)) else min(int(digits), most)


def _merged(ranges: list[Range]) -> list[Range]:
    """Return *ranges* with those that overlap or touch made one, which stands where the first of them stood."""
    merged: list[list[int]] = []
    for place, (first, last) in sorted(enumerate(ranges), key=lambda each: each[1]):
        if merged and first <= merged[-1][2] + 1:
            merged[-1][0] = min(merged[-1][0], place)
            merged[-1][2] = max(merged[-1][2], last)
        else:
            merged.append([place, first, last])
    return [(first, last) for _, first, last in sorted(merged)]


def if_range(field: str | None, etag: ETag | None, last_modified: int | None, *, now: int) -> bool:
    """Return whether ``If-Range`` lets the ranges be sent (RFC 9110 §13.1.5).

    Args:
        field: its value, several joined by commas; ``None`` if absent: it holds.
        etag: the representation's present tag; it must be the same, and strong.
        last_modified: when it changed last, Unix time in seconds; it must be exactly that, and before *now*, since it
            may change again within the same second (§8.8.2.2).
        now: Unix time in seconds, which is the answer's ``Date``.
    """
    if field is None:
        return True
    named = parse_etag(field)
    if named is not None:
        return etag is not None and named.strong_equals(etag)
    return last_modified is not None and last_modified < now and parse_date(field, now=now) == last_modified


class Part(NamedTuple):
    """One piece of the content: what stands before it, and its first and last byte in the representation."""

    prefix: bytes
    first: int
    last: int


class Layout(NamedTuple):
    """The content of a 206: its pieces, what stands behind them, and how long all of it is, in bytes."""

    parts: tuple[Part, ...]
    suffix: bytes
    length: int


def parts(ranges: Sequence[Range], length: int, content_type: str | None, boundary: str) -> Layout:
    """Return how *ranges* are sent as ``multipart/byteranges`` (RFC 9110 §14.6, RFC 2046 §5.1).

    Args:
        ranges: at least one.
        length: of the whole representation, in bytes.
        content_type: of the representation, or ``None`` if it has none.
        boundary: drawn at random by the caller, so that nobody can write it into the representation.

    Raises:
        MisuseError: the boundary is none.
    """
    if not _BOUNDARY.fullmatch(boundary):
        raise MisuseError(f"{boundary!r} cannot be a boundary", "draw some thirty letters and digits at random")
    kind = "" if content_type is None else f"Content-Type: {content_type}\r\n"
    pieces = []
    for number, (first, last) in enumerate(ranges):
        start = "\r\n" if number else ""
        prefix = f"{start}--{boundary}\r\n{kind}Content-Range: {content_range(first, last, length)}\r\n\r\n"
        pieces.append(Part(prefix.encode("latin-1", "replace"), first, last))
    suffix = f"\r\n--{boundary}--\r\n".encode()
    size = sum(len(part.prefix) + part.last - part.first + 1 for part in pieces) + len(suffix)
    return Layout(tuple(pieces), suffix, size)


def content_range(first: int, last: int, length: int) -> str:
    """Return the value of ``Content-Range`` for one range (RFC 9110 §14.4)."""
    return f"bytes {first}-{last}/{length}"
