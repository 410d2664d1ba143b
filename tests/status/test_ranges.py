"""Byte ranges: which are read, ignored or not to be had, how they are merged, and how several are laid out."""

from __future__ import annotations

import email
import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_range_header

from hardtack.errors import MisuseError
from hardtack.message import http_date
from hardtack.status.ranges import (
    MOST_RANGES,
    UNSATISFIABLE,
    Layout,
    Range,
    content_range,
    if_range,
    parse_range,
    parts,
)
from hardtack.status.validators import ETag

NOW = 1_795_910_400
BOUNDARY = "3d6b6a416f9b5"
CONTENT = random.Random(9110).randbytes(1000)  # noqa: S311 - the same in every run


class TestParse:
    """RFC 9110 §14.1.1, §14.1.2 and §14.2, on 1000 bytes."""

    @pytest.mark.parametrize(
        ("field", "expected"),
        [
            ("bytes=0-9", [(0, 9)]),
            ("bytes=0-0", [(0, 0)]),
            ("bytes=990-", [(990, 999)]),
            ("bytes=0-", [(0, 999)]),
            ("bytes=-10", [(990, 999)]),
            ("bytes=-1000", [(0, 999)]),
            ("bytes=-2000", [(0, 999)]),
            ("bytes=999-5000", [(999, 999)]),
            ("bytes=0-999999999999999999999999999999", [(0, 999)]),
            ("bytes=-999999999999999999999999999999", [(0, 999)]),
            ("bytes=000000000000000000000000000000001-0000000000000000002", [(1, 2)]),
            (f"bytes=0-{'9' * 100_000}", [(0, 999)]),
            ("BYTES=0-9", [(0, 9)]),
            (" bytes=0-9\t", [(0, 9)]),
            ("bytes= 0-99, 450-549, -100", [(0, 99), (450, 549), (900, 999)]),
            ("bytes=,0-9,,\t,", [(0, 9)]),
            ("bytes=0-0,-1", [(0, 0), (999, 999)]),
            ("bytes=0-9,5000-", [(0, 9)]),
            ("bytes=5000-,0-9", [(0, 9)]),
            ("bytes=0-9,-0", [(0, 9)]),
            ("bytes=900-909,0-9", [(900, 909), (0, 9)]),
        ],
    )
    def test_what_lies_in_the_representation_is_served(self, field: str, expected: list[Range]) -> None:
        """The end is cut to what there is, and what is not there at all is left out of the set."""
        assert parse_range(field, 1000) == expected

    @pytest.mark.parametrize(
        "field",
        [
            "bytes=1000-",
            "bytes=1000-1001",
            "bytes=5000-",
            "bytes=-0",
            "bytes=-000",
            "bytes=1000-,-0",
            f"bytes={'9' * 30}-",
            f"bytes={'9' * 30}-{'9' * 31}",
        ],
    )
    def test_a_set_of_which_nothing_is_there_cannot_be_satisfied(self, field: str) -> None:
        """RFC 9110 §14.1.2: "a first-pos that is less than the current length", "a non-zero suffix-length"."""
        assert parse_range(field, 1000) is UNSATISFIABLE

    @pytest.mark.parametrize(
        "field",
        [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=--1",
            "bytes=0",
            "bytes=a-b",
            "bytes=0-b",
            "bytes=9-0",
            "bytes=0-9,9-0",
            f"bytes={'9' * 30}-{'9' * 29}",
            "bytes=0-9,x",
            "bytes=0 - 9",
            "bytes=0-9;20-29",
            "bytes=+0-9",
            "bytes=0x0-0x9",
            "bytes=0-9\n",
            "bytes=\N{ARABIC-INDIC DIGIT ZERO}-9",
            "bytes =0-9",
            "bytes: 0-9",
            "bytes=0-9, bytes=20-29",
            "items=0-9",
            "bytess=0-9",
            "byte\N{LATIN SMALL LETTER LONG S}=0-9",
            "none=0-9",
            "=0-9",
            "0-9",
        ],
    )
    def test_everything_else_is_ignored(self, field: str) -> None:
        """RFC 9110 §14.2: "MUST ignore … a range unit it does not understand", "MAY ignore … an invalid" set."""
        assert parse_range(field, 1000) is None

    @pytest.mark.parametrize(
        ("field", "expected"),
        [("bytes=0-", UNSATISFIABLE), ("bytes=-5", None), ("bytes=0-,-5", None), ("bytes=-0", UNSATISFIABLE)],
    )
    def test_of_nothing_only_a_suffix_is_satisfiable(self, field: str, expected: Any) -> None:
        """RFC 9110 §14.1.2; no Content-Range could say so, so the empty whole is sent, as §14.2 allows."""
        assert parse_range(field, 0) == expected

    @pytest.mark.parametrize(
        ("field", "expected"),
        [
            ("bytes=0-9,5-19", [(0, 19)]),
            ("bytes=0-9,10-19", [(0, 19)]),
            ("bytes=0-9,11-19", [(0, 9), (11, 19)]),
            ("bytes=500-600,601-999", [(500, 999)]),
            ("bytes=500-700,601-999", [(500, 999)]),
            ("bytes=5-19,0-9", [(0, 19)]),
            ("bytes=0-9,0-9", [(0, 9)]),
            ("bytes=0-,5-6,-1", [(0, 999)]),
            ("bytes=900-909,0-9,905-919", [(900, 919), (0, 9)]),
            ("bytes=0-9,900-909,5-19", [(0, 19), (900, 909)]),
            ("bytes=20-29,0-9,10-19,500-", [(0, 29), (500, 999)]),
        ],
    )
    def test_what_overlaps_or_touches_becomes_one(self, field: str, expected: list[Range]) -> None:
        """RFC 9110 §15.3.7.2: "MAY coalesce any of the ranges that overlap"; the order is else the request's."""
        assert parse_range(field, 1000) == expected

    def test_two_hundred_times_the_whole_is_the_whole_once(self) -> None:
        """RFC 9110 §17.15: the attack that made servers fall over in 2011 gets no more than a plain request."""
        assert parse_range("bytes=" + ",".join(["0-"] * 200), 1000) == [(0, 999)]

    def test_too_many_are_ignored(self) -> None:
        """RFC 9110 §14.2: "MAY ignore … a set of many small ranges"; empty members do not count."""
        many = [f"{2 * each}-{2 * each}" for each in range(MOST_RANGES + 1)]
        assert parse_range(f"bytes={','.join(many)}", 1000) is None
        found = parse_range(f"bytes={',,'.join(many[:100])}", 1000)
        assert isinstance(found, list)
        assert len(found) == 100
        assert parse_range("bytes=0-0,2-2,4-4", 1000, most=2) is None
        assert parse_range("bytes=0-0,2-2", 1000, most=2) == [(0, 0), (2, 2)]
        assert parse_range("bytes=0-0", 1000, most=0) is None

    @pytest.mark.parametrize("piece", ["0-,", "0", ",", "-", "9-8,", " ", "=,", "bytes="])
    def test_a_megabyte_is_read(self, piece: str) -> None:
        """In linear time; were it quadratic, the test would not end."""
        assert parse_range("bytes=" + piece * (1_000_000 // len(piece)), 1000) is None

    @given(
        wanted=st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 1200)), min_size=1, max_size=8),
        length=st.integers(1, 1000),
    )
    def test_what_is_served_is_what_was_asked_for(self, wanted: list[tuple[int, int]], length: int) -> None:
        """Every byte that was asked for and is there, each once, and no other."""
        specs = [(min(pair), max(pair)) for pair in wanted]
        asked = {each for first, last in specs for each in range(first, min(last + 1, length))}
        found = parse_range("bytes=" + ", ".join(f"{first}-{last}" for first, last in specs), length)
        assert found is not None
        served = [] if found is UNSATISFIABLE else [each for first, last in found for each in range(first, last + 1)]
        assert sorted(asked) == sorted(served)
        if found is not UNSATISFIABLE:
            assert all(one[1] + 1 < other[0] for one, other in pairwise(sorted(found)))

    @given(first=st.integers(0, 2000), last=st.one_of(st.none(), st.integers(0, 2000)), length=st.integers(1, 1000))
    def test_werkzeug_reads_the_same_single_range(self, first: int, last: int | None, length: int) -> None:
        """A foreign reader; its end is not included, and it knows no last byte that comes before the first."""
        field = f"bytes={first}-{'' if last is None else last}"
        theirs = parse_range_header(field)
        found = parse_range(field, length)
        if theirs is None:
            assert found is None
            return
        range_for_length = theirs.range_for_length(length)
        assert found == (
            UNSATISFIABLE if range_for_length is None else [(range_for_length[0], range_for_length[1] - 1)]
        )

    @given(field=st.one_of(st.text(), st.text(st.sampled_from("0123456789-,=bytes \t"))), length=st.integers(0, 2000))
    def test_any_text_is_a_decision(self, field: str, length: int) -> None:
        """The promise of the parser."""
        for text in (field, f"bytes={field}"):
            found = parse_range(text, length)
            if isinstance(found, list):
                assert found
                assert all(0 <= first <= last < length for first, last in found)


class TestIfRange:
    """RFC 9110 §13.1.5."""

    CHANGED = NOW - 10

    @pytest.mark.parametrize(
        ("field", "etag", "holds"),
        [
            (None, ETag("v1"), True),
            (None, None, True),
            ('"v1"', ETag("v1"), True),
            ('"v0"', ETag("v1"), False),
            ('W/"v1"', ETag("v1"), False),
            ('"v1"', ETag("v1", weak=True), False),
            ('W/"v1"', ETag("v1", weak=True), False),
            ('"v1"', None, False),
            ('"v1", "v1"', ETag("v1"), False),
            ("*", ETag("v1"), False),
            ("v1", ETag("v1"), False),
            ("", ETag("v1"), False),
        ],
    )
    def test_a_tag_must_be_the_same_and_strong(self, field: str | None, etag: ETag | None, holds: bool) -> None:
        """The RFC: "exactly matches the ETag … using the strong comparison function"."""
        assert if_range(field, etag, self.CHANGED, now=NOW) is holds

    @pytest.mark.parametrize(
        ("date", "changed", "holds"),
        [
            (CHANGED, CHANGED, True),
            (CHANGED - 1, CHANGED, False),
            (CHANGED + 1, CHANGED, False),
            (CHANGED, None, False),
            (NOW - 1, NOW - 1, True),
            (NOW, NOW, False),
            (NOW + 5, NOW + 5, False),
        ],
    )
    def test_a_date_must_be_exactly_the_last_change_and_past(self, date: int, changed: int | None, holds: bool) -> None:
        """The RFC: "by exact match", and a strong validator: what changed this second may change again (§8.8.2.2)."""
        assert if_range(http_date(date), None, changed, now=NOW) is holds
        assert if_range(http_date(date), ETag("v1"), changed, now=NOW) is holds

    def test_the_old_formats_count(self) -> None:
        """RFC 9110 §5.6.7: the same second, written in another way."""
        assert http_date(NOW - 86_400) == "Sat, 28 Nov 2026 00:00:00 GMT"
        assert if_range("Saturday, 28-Nov-26 00:00:00 GMT", None, NOW - 86_400, now=NOW)

    @given(field=st.text())
    def test_any_text_is_a_decision(self, field: str) -> None:
        """The promise."""
        assert if_range(field, ETag("v1"), NOW - 1, now=NOW) in {False, True}


def _joined(layout: Layout) -> bytes:
    pieces = [part.prefix + CONTENT[part.first : part.last + 1] for part in layout.parts]
    return b"".join([*pieces, layout.suffix])


class TestParts:
    """RFC 9110 §14.6 and §15.3.7.2."""

    def test_each_part_says_what_it_is(self) -> None:
        """Written out once in full, so that it can be read."""
        layout = parts([(0, 2), (997, 999)], 1000, "text/plain", BOUNDARY)
        assert [part[1:] for part in layout.parts] == [(0, 2), (997, 999)]
        assert layout.parts[0].prefix == (
            b"--3d6b6a416f9b5\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-2/1000\r\n\r\n"
        )
        assert layout.parts[1].prefix == (
            b"\r\n--3d6b6a416f9b5\r\nContent-Type: text/plain\r\nContent-Range: bytes 997-999/1000\r\n\r\n"
        )
        assert layout.suffix == b"\r\n--3d6b6a416f9b5--\r\n"
        assert layout.length == len(_joined(layout))

    def test_what_has_no_type_gets_none(self) -> None:
        """The RFC: the type only "if the selected representation would have had" one."""
        assert b"Content-Type" not in _joined(parts([(0, 2), (9, 9)], 1000, None, BOUNDARY))

    @given(
        ranges=st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)).map(sorted).map(tuple), min_size=1),
        kind=st.sampled_from([None, "text/plain", 'text/html; charset="utf-8"', "image/png"]),
    )
    def test_a_foreign_reader_finds_every_part(self, ranges: list[Any], kind: str | None) -> None:
        """Python's own reader of MIME; and the length is that of what is sent."""
        layout = parts(ranges, 1000, kind, BOUNDARY)
        body = _joined(layout)
        assert layout.length == len(body)
        head = f"Content-Type: multipart/byteranges; boundary={BOUNDARY}\r\n\r\n".encode()
        message = email.message_from_bytes(head + body)
        assert message.is_multipart()
        found = [part for part in message.walk() if part is not message]
        assert [part["Content-Range"] for part in found] == [content_range(first, last, 1000) for first, last in ranges]
        assert [part["Content-Type"] for part in found] == [kind] * len(ranges)

    def test_the_pieces_are_the_bytes_asked_for(self) -> None:
        """Cut out between the delimiters, line ends in the content or not."""
        ranges = [(10, 400), (0, 3), (500, 999)]
        pieces = _joined(parts(ranges, 1000, None, BOUNDARY)).split(f"--{BOUNDARY}".encode())[1:-1]
        contents = [piece.split(b"\r\n\r\n", 1)[1][:-2] for piece in pieces]
        assert contents == [CONTENT[first : last + 1] for first, last in ranges]

    def test_a_type_that_cannot_be_sent_does_not_break_the_layout(self) -> None:
        """The driver's server refuses the field itself, if it does."""
        assert b"Content-Type: ?\r\n" in _joined(parts([(0, 1)], 1000, "日", BOUNDARY))

    @pytest.mark.parametrize("boundary", ["", "a b", 'a"', "a\r\nb", "é", "x" * 71])
    def test_a_boundary_is_letters_and_digits(self, boundary: str) -> None:
        """So that it needs no quotes, which some clients do not take off."""
        with pytest.raises(MisuseError, match="cannot be a boundary"):
            parts([(0, 1)], 1000, None, boundary)
