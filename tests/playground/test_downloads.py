"""The almanac: whole, in parts, and whole again where the part that one has is of another edition."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from hardtack.playground.downloads import almanac
from tests.playground.inside import Inside


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    """Return a playground of one's own."""
    return Inside(tmp_path)


def test_the_almanac_is_always_the_same() -> None:
    """So a part from yesterday fits a part of today."""
    lines = almanac().decode("ascii").splitlines()
    assert ("01 Jan 2000  Sat  2451545", "31 Dec 2009  Thu  2455197") == (lines[0], lines[-1])
    assert "6f0fdbb2214d757bac7bdc3850a61f1e" == hashlib.sha256(almanac()).hexdigest()[:32]


def test_it_comes_whole_with_its_tag(inside: Inside) -> None:
    """200, and that it can be cut."""
    answer = inside.get("/almanac.txt")
    assert (200, almanac()) == (answer.status, answer.body)
    assert ('"6f0fdbb2214d757bac7bdc3850a61f1e"', "bytes") == (answer.get("ETag"), answer.get("Accept-Ranges"))


@pytest.mark.parametrize("asked", ["bytes=50000-", "bytes=-44978"])
def test_the_rest_of_a_broken_download_is_a_part(inside: Inside, asked: str) -> None:
    """206 says where it belongs, and put together it is the whole."""
    tag = inside.get("/almanac.txt").get("ETag") or ""
    answer = inside.get("/almanac.txt", Range=asked, If_Range=tag)
    assert (206, "bytes 50000-94977/94978") == (answer.status, answer.get("Content-Range"))
    assert almanac() == almanac()[:50000] + answer.body
    assert "finish/range-is-served=partial" in (answer.get("Hardtack-Trace") or "")


def test_several_parts_come_in_one_answer(inside: Inside) -> None:
    """206 as multipart/byteranges, each with its place."""
    answer = inside.get("/almanac.txt", Range="bytes=0-24, 100-124")
    assert 206 == answer.status
    assert (answer.get("Content-Type") or "").startswith("multipart/byteranges; boundary=")
    assert [b"bytes 0-24/94978", b"bytes 100-124/94978"] == [
        line.removeprefix(b"Content-Range: ") for line in answer.body.splitlines() if line.startswith(b"Content-Range")
    ]
    assert almanac()[100:125] in answer.body


def test_a_part_of_another_edition_is_answered_with_the_whole(inside: Inside) -> None:
    """200 where If-Range fails: what one has must be thrown away (RFC 9110 §13.1.5)."""
    answer = inside.get("/almanac.txt", Range="bytes=50000-", If_Range='"last-year"')
    assert (200, almanac()) == (answer.status, answer.body)


def test_a_part_behind_the_end_is_not_there(inside: Inside) -> None:
    """416 says how long it is."""
    answer = inside.get("/almanac.txt", Range="bytes=94978-")
    assert (416, "bytes */94978") == (answer.status, answer.get("Content-Range"))


def test_who_has_it_is_told_so(inside: Inside) -> None:
    """304 by its tag; and HEAD tells its length without it."""
    tag = inside.get("/almanac.txt").get("ETag") or ""
    assert 304 == inside.get("/almanac.txt", If_None_Match=tag).status
    head = inside.ask("HEAD", "/almanac.txt")
    assert (200, "94978", b"") == (head.status, head.get("Content-Length"), head.body)
