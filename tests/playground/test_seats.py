"""A theatre: a seat is one person's, and the plan can only be looked at."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.playground.inside import FORM, Inside


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    """Return a playground of its own."""
    return Inside(tmp_path)


def test_a_seat_can_be_taken_once(inside: Inside) -> None:
    """Then it is a conflict, which says what stands in the way and where to look."""
    first, second = (inside.post("/seats/12", f"name={name}") for name in ("Ada", "Lin"))
    assert (201, "/playground/seats/12") == (first.status, first.get("Location"))
    assert 409 == second.status
    assert b"Seat 12 is taken already. /playground/seats says" in second.body


def test_of_many_at_once_only_one_gets_it(inside: Inside) -> None:
    """The box decides, not the order of the questions."""

    async def everybody() -> list[int]:
        wanting = (inside.asking("POST", "/seats/7", FORM, [b"name=%d" % number]) for number in range(6))
        return [each.status for each in await asyncio.gather(*wanting)]

    assert [201] + [409] * 5 == sorted(asyncio.run(everybody()))


def test_a_seat_given_back_is_free_again(inside: Inside) -> None:
    """For whoever comes next; giving back what nobody has changes nothing."""
    inside.post("/seats/3", "")
    assert b"Seat 3 is taken." in inside.get("/seats/3").body
    assert [204, 204] == [inside.ask("DELETE", "/seats/3").status for _ in range(2)]
    assert b"Seat 3 is free." in inside.get("/seats/3").body
    assert 201 == inside.post("/seats/3", "name=Lin").status


def test_the_plan_says_which_are_free(inside: Inside) -> None:
    """And a dash where none is."""
    assert b"Free seats: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.\n" == inside.get("/seats").body
    for number in range(1, 13):
        inside.post(f"/seats/{number}", "name=Ada")
    assert "Free seats: –.\n" == inside.get("/seats").body.decode()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_plan_itself_cannot_be_changed(inside: Inside, method: str) -> None:
    """405, with every method that works there."""
    response = inside.ask(method, "/seats")
    assert (405, {"GET", "HEAD", "OPTIONS"}) == (response.status, set((response.get("Allow") or "").split(", ")))


@pytest.mark.parametrize("seat", ["0", "13", "012", "x"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_seat_that_is_not_there_is_not_found(inside: Inside, method: str, seat: str) -> None:
    """There are twelve."""
    assert 404 == inside.ask(method, f"/seats/{seat}").status


def test_a_name_is_said_as_text_whatever_is_in_it(inside: Inside) -> None:
    """No HTML of a visitor's ends up in a page, and no more than forty characters of the name."""
    response = inside.ask("POST", "/seats/1", {**FORM, "Accept": "text/html"}, [b"name=%3Cscript%3E" + b"x" * 99])
    assert 201 == response.status
    assert b"<script" not in response.body
    assert b"&lt;script&gt;" + b"x" * 32 + b"." in response.body
