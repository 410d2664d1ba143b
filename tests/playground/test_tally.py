"""The tally: entries that empty their form, of which none is lost, and a report that one chooses the form of."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from hardtack.playground.kept import Kept
from tests.playground.inside import FORM, Inside

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    """Return a playground of one's own."""
    return Inside(tmp_path)


def test_an_entry_is_taken_and_its_form_is_empty_again(inside: Inside) -> None:
    """205 without content (RFC 9110 §15.3.6), and the bird is counted."""
    for _ in range(2):
        answer = inside.post("/tally", "bird=heron")
        assert (205, b"", "0") == (answer.status, answer.body, answer.get("Content-Length"))
    inside.post("/tally", "bird=swift")
    counts = {"heron": 2, "kingfisher": 0, "magpie": 0, "sparrow": 0, "swift": 1}
    assert counts == json.loads(inside.get("/tally.json").body)


@pytest.mark.parametrize("form", ["", "bird=penguin", "bird="])
def test_a_bird_that_is_not_counted_is_not(inside: Inside, form: str) -> None:
    """422 names those that are."""
    answer = inside.post("/tally", form)
    assert 422 == answer.status
    assert "kingfisher" in answer.body.decode()


def test_of_entries_at_once_none_is_lost(inside: Inside) -> None:
    """Each counts on what the others have written."""

    async def together() -> None:
        await asyncio.gather(*(inside.asking("POST", "/tally", FORM, [b"bird=heron"]) for _ in range(6)))

    asyncio.run(together())
    assert 6 == json.loads(inside.get("/tally.json").body)["heron"]


def test_an_entry_that_is_always_too_late_is_told_to_come_again(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with when; nothing is counted twice."""
    inside.post("/tally", "bird=heron")
    monkeypatch.setattr(Kept, "change", lambda *_: False)
    answer = inside.post("/tally", "bird=heron")
    assert (503, "1") == (answer.status, answer.get("Retry-After"))
    assert 1 == json.loads(inside.get("/tally.json").body)["heron"]


@pytest.mark.parametrize("accept", [None, "*/*", BROWSER, "text/csv, application/json", "text/*"])
def test_who_would_take_several_forms_is_asked_to_choose(inside: Inside, accept: str | None) -> None:
    """300 lists them, for people and for programs (RFC 9110 §15.4.1), and prefers none."""
    answer = inside.get("/tally", **({} if accept is None else {"Accept": accept}))
    assert (300, None) == (answer.status, answer.get("Location"))
    link = answer.get("Link") or ""
    for name in ("csv", "json", "txt"):
        assert f"/playground/tally.{name}" in answer.body.decode()
        assert f'</playground/tally.{name}>; rel="alternate"; type=' in link


def test_the_choice_is_a_list_of_links_on_the_page(inside: Inside) -> None:
    """A person only needs to press one."""
    assert '<li><a href="/playground/tally.csv">text/csv</a></li>' in inside.get("/tally", Accept=BROWSER).body.decode()


@pytest.mark.parametrize(
    ("accept", "name", "kind"),
    [
        ("text/csv", "csv", "text/csv; charset=utf-8"),
        ("application/json, */*;q=0.1", "json", "application/json"),
        ("text/plain;q=0.9, text/csv;q=0.8", "txt", "text/plain; charset=utf-8"),
    ],
)
def test_who_says_which_form_gets_it(inside: Inside, accept: str, name: str, kind: str) -> None:
    """200, with the form's own address beside it."""
    answer = inside.get("/tally", Accept=accept)
    assert (200, kind) == (answer.status, answer.get("Content-Type"))
    assert (f"/playground/tally.{name}", "Accept") == (answer.get("Content-Location"), answer.get("Vary"))
    own = inside.get(f"/tally.{name}")
    assert (answer.body, kind) == (own.body, own.get("Content-Type"))


def test_a_form_that_there_is_not_is_refused(inside: Inside) -> None:
    """406 lists those that there are."""
    answer = inside.get("/tally", Accept="image/png")
    assert (406, "Accept") == (answer.status, (answer.get("Vary") or "").partition(",")[0])
    assert "text/csv" in answer.body.decode()


def test_the_forms_say_the_same(inside: Inside) -> None:
    """A bird and how often, line by line."""
    inside.post("/tally", "bird=magpie")
    assert b"magpie,1" in inside.get("/tally.csv").body
    assert ["magpie", "1"] in [line.split() for line in inside.get("/tally.txt").body.decode().splitlines()]
