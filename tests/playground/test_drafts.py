"""Drafts: nobody overwrites what they have not seen."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hardtack.adapters.asgi.types import Message
from hardtack.playground import drafts
from hardtack.playground.kept import Kept
from tests.adapters.asgi.driving import answer, scope
from tests.playground.inside import FORM, Inside

NEW = {"If-None-Match": "*"}


def matching(version: int) -> dict[str, str]:
    """Return the condition that *version* is the present one."""
    return {"If-Match": f'"{version}"'}


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    """Return a playground of its own."""
    return Inside(tmp_path)


def test_a_draft_is_begun_and_changed_version_by_version(inside: Inside) -> None:
    """201, then 200; what is read is what was written, with the tag of its version."""
    begun = inside.ask("PUT", "/drafts/mine", NEW, [b"Flour"])
    assert (201, "/playground/drafts/mine") == (begun.status, begun.get("Location"))
    changed = inside.ask("PUT", "/drafts/mine", matching(1), [b"Flour and water"])
    assert (200, b"This is version 2 now.\n") == (changed.status, changed.body)
    read = inside.get("/drafts/mine")
    assert (200, '"2"', b"Flour and water\n") == (read.status, read.get("ETag"), read.body)
    assert "text/plain; charset=utf-8" == read.get("Content-Type")


def test_an_edit_of_an_old_version_changes_nothing(inside: Inside) -> None:
    """412, with the tag of the present one."""
    inside.ask("PUT", "/drafts/1", matching(1), [b"The ship stays."])
    late = inside.ask("PUT", "/drafts/1", matching(1), [b"The ship sinks."])
    assert (412, '"2"') == (late.status, late.get("ETag"))
    assert b"The ship stays.\n" == inside.get("/drafts/1").body


def test_to_begin_what_is_there_changes_nothing(inside: Inside) -> None:
    """412: somebody was first."""
    assert 412 == inside.ask("PUT", "/drafts/1", NEW, [b"Mine!"]).status
    assert b"The ship sails at dawn.\n" == inside.get("/drafts/1").body


def test_to_change_what_is_not_there_makes_nothing(inside: Inside) -> None:
    """412, and 404 afterwards as before."""
    assert 412 == inside.ask("PUT", "/drafts/none", matching(1), [b"Boo"]).status
    assert 404 == inside.get("/drafts/none").status


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_an_edit_that_names_no_version_is_refused(inside: Inside, method: str) -> None:
    """428, whether the draft is there or not."""
    statuses = [inside.ask(method, f"/drafts/{name}", FORM, [b"text=Hello"]).status for name in ("1", "none")]
    assert [428, 428] == statuses


def test_a_form_with_a_condition_writes_its_field(inside: Inside) -> None:
    """As a script of a page sends it."""
    assert 200 == inside.ask("POST", "/drafts/1", {**FORM, **matching(1)}, [b"text=The+ship+stays."]).status
    assert b"The ship stays.\n" == inside.get("/drafts/1").body


def test_what_curl_calls_a_form_and_is_none_is_written_as_it_is(inside: Inside) -> None:
    """It says so by default of whatever it sends."""
    inside.ask("PUT", "/drafts/1", {**FORM, **matching(1)}, [b"The ship stays."])
    assert b"The ship stays.\n" == inside.get("/drafts/1").body


def test_of_two_edits_at_the_same_moment_one_is_refused(inside: Inside, tmp_path: Path) -> None:
    """While the content of one is on its way, after its condition has held, the other is written."""
    box, sent = Kept(tmp_path), []

    async def receive() -> Message:
        box.add(drafts.DRAFT, "1", "The ship sails at dawn.")
        assert box.change(drafts.DRAFT, "1", 1, "First")
        return {"type": "http.request", "body": b"Second", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    asked = scope("/playground/drafts/1", "PUT", (b"if-match", b'"1"'), (b"content-length", b"6"))
    asyncio.run(inside.app(asked, receive, send))
    assert 412 == answer(sent).status
    assert b"First\n" == inside.get("/drafts/1").body


def test_of_two_beginnings_at_the_same_moment_one_is_refused(inside: Inside) -> None:
    """Whoever is first has begun it."""

    async def everybody() -> list[int]:
        beginning = (inside.asking("PUT", "/drafts/mine", NEW, [b"%d" % number]) for number in range(4))
        return [each.status for each in await asyncio.gather(*beginning)]

    assert [201] + [412] * 3 == sorted(asyncio.run(everybody()))


def test_a_draft_has_its_limits(inside: Inside) -> None:
    """Of its name, and of its text."""
    assert 404 == inside.ask("PUT", f"/drafts/{'n' * 41}", NEW, [b"x"]).status
    inside.ask("PUT", f"/drafts/{'n' * 40}", NEW, [b"x" * 900])
    assert 500 + 1 == len(inside.get(f"/drafts/{'n' * 40}").body)


@pytest.mark.parametrize("name", ["a\r\nX: y", "你", "\ufffd", "a b", "a" * 41, "\u2028"])
def test_attack_no_name_breaks_the_field_that_it_stands_in(inside: Inside, name: str) -> None:
    """There are no drafts of such names, or no such addresses, so nothing of them comes into Location."""
    answer = inside.ask("PUT", f"/drafts/{name}", NEW, [b"Boo"])
    assert answer.status == (400 if set("\r ") & set(name) else 404)
    assert answer.get("Location") is None
