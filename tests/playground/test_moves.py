"""What is elsewhere: for today, for the time being, for good, and where the outcome of a form is."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from hardtack.playground.kept import Kept
from hardtack.playground.notes import FIRST, NOTE
from tests.playground.inside import FORM, Inside


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    """Return a playground of one's own."""
    return Inside(tmp_path)


def cards(inside: Inside, *forms: str) -> list[str]:
    """Send postcards one after the other; return where each answer leads."""
    answers = [inside.post("/postcards", form) for form in forms]
    assert [303] * len(forms) == [answer.status for answer in answers]
    return [(answer.get("Location") or "").removeprefix("/playground/notes/") for answer in answers]


def test_the_note_of_the_day_is_another_one_tomorrow(tmp_path: Path) -> None:
    """302, and after a week it is the same again."""
    found = []
    for day in range(8):
        answer = Inside(tmp_path, clock=lambda day=day: day * 86_400 + 80_000.5).get("/note-of-the-day")
        assert 302 == answer.status
        found.append((answer.get("Location") or "").removeprefix("/playground/notes/"))
    assert FIRST.keys() == set(found[:7])
    assert found[0] == found[7]


def test_the_note_of_today_is_there(inside: Inside) -> None:
    """By the clock of the machine."""
    where = (inside.get("/note-of-the-day").get("Location") or "").removeprefix("/playground")
    assert 200 == inside.get(where).status


def test_a_letter_goes_to_the_porter_as_it_is(inside: Inside) -> None:
    """307 keeps method and content; there it becomes a note."""
    answer = inside.post("/inbox", "text=Dear+neighbour")
    assert (307, "/playground/porter") == (answer.status, answer.get("Location"))
    assert 201 == inside.post("/porter", "text=Dear+neighbour").status
    assert 405 == inside.get("/inbox").status


@pytest.mark.parametrize(
    ("method", "address", "status", "where"),
    [
        ("GET", "/old-notes/1", 301, "/playground/notes/1"),
        ("HEAD", "/old-notes/1", 301, "/playground/notes/1"),
        ("PUT", "/old-notes/1", 308, "/playground/notes/1"),
        ("POST", "/old-notes", 308, "/playground/notes"),
    ],
)
def test_the_notes_have_moved_for_good(inside: Inside, method: str, address: str, status: int, where: str) -> None:
    """301 to who reads, and 308 to who must keep the method."""
    answer = inside.ask(method, address)
    assert (status, where) == (answer.status, answer.get("Location"))
    assert "driver/address-is-in-no-table=address-moved" in (answer.get("Hardtack-Trace") or "")


def test_a_form_that_is_sent_twice_makes_one_card(inside: Inside, tmp_path: Path) -> None:
    """Issue 8, bad input: both answers lead to the same note, also where the text has been changed in between."""
    once = re.findall(r"^once=(.+)$", inside.get("/postcards").body.decode(), re.MULTILINE)[0]
    first, second = cards(inside, f"once={once}&text=Ahoy", f"once={once}&text=Ahoy+again")
    assert first == second
    assert (1, "Ahoy") == Kept(tmp_path).get(NOTE, first)


def test_a_form_that_is_sent_twice_at_once_makes_one_card(inside: Inside, tmp_path: Path) -> None:
    """Whichever is first."""

    async def together() -> set[str]:
        form = [b"once=abc&text=Ahoy"]
        answers = await asyncio.gather(*(inside.asking("POST", "/postcards", FORM, form) for _ in range(4)))
        assert {303} == {answer.status for answer in answers}
        return {answer.get("Location") or "" for answer in answers}

    [where] = asyncio.run(together())
    assert (1, "Ahoy") == Kept(tmp_path).get(NOTE, where.rpartition("/")[2])


def test_cards_of_two_forms_are_two(inside: Inside) -> None:
    """Even if they say the same; without letters of their own they are one."""
    forms = ["once=a&text=Ahoy", "once=b&text=Ahoy", "text=Ahoy", "text=Ahoy", "text=Oh+no"]
    found = cards(inside, *forms)
    assert 4 == len(set(found))
    assert found[2] == found[3]


def test_every_form_has_letters_of_its_own_and_a_page_to_fill_in(inside: Inside) -> None:
    """Hidden from people, in their language."""
    pages = [inside.get("/postcards", Accept="text/html", Accept_Language="zh").body.decode() for _ in range(2)]
    letters = [re.findall(r'<input type="hidden" name="once" value="([\w-]{22})">', page) for page in pages]
    assert [1, 1] == [len(found) for found in letters]
    assert letters[0] != letters[1]
    assert '<form method="post" action="/playground/postcards">' in pages[0]
    assert "来自海边的问候。" in pages[0]


def test_a_card_without_a_text_is_none(inside: Inside) -> None:
    """422, and nothing is kept."""
    assert 422 == inside.post("/postcards", "once=abc").status
