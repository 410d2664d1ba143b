"""Notes: read, written, saved and taken away, each with the code that fits, and never over somebody else's work."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardtack.message import Response
from hardtack.playground import notes
from hardtack.playground.kept import Kept
from tests.playground.inside import Inside

TEXT = {"Content-Type": "text/plain; charset=utf-8"}
PAGE = {"Accept": "text/html"}


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    """Return a playground of one's own."""
    return Inside(tmp_path)


def written(inside: Inside, text: str = "Milk.") -> str:
    """Return the address of a new note."""
    answer = inside.post("/notes", f"text={text}")
    assert 201 == answer.status
    return (answer.get("Location") or "").removeprefix("/playground")


def put(inside: Inside, where: str, text: bytes = b"Milk and bread.", **fields: str) -> Response:
    """Return the answer to saving a note."""
    headers = {**TEXT, **{name.replace("_", "-"): value for name, value in fields.items()}}
    return inside.ask("PUT", where, headers, [text])


def test_a_note_of_the_house_can_be_read(inside: Inside) -> None:
    """200, with its text alone and the tag of its version."""
    answer = inside.get("/notes/1")
    assert (200, b"HTTP forgets. A cookie remembers.") == (answer.status, answer.body)
    assert "text/plain; charset=utf-8" == answer.get("Content-Type")
    assert '"1"' == answer.get("ETag")
    assert "handler/answers=200" in (answer.get("Hardtack-Trace") or "")


def test_every_representation_of_a_note_has_a_tag_of_its_own(inside: Inside) -> None:
    """A page and a text, and one in another language, are other octets (RFC 9110 §8.8.3)."""
    found = {}
    for accept in ("text/plain", "text/html"):
        for language in ("en", "zh"):
            answer = inside.get("/notes/1", Accept=accept, Accept_Language=language)
            found[answer.get("ETag")] = answer.body
    assert {'"1"', '"1-zh"', '"1-page"', '"1-page-zh"'} == found.keys()
    assert 4 == len(set(found.values()))


def test_the_text_of_a_visitors_note_has_one_tag_in_every_language(inside: Inside) -> None:
    """It is the same text, and whoever reads it may save it with that tag."""
    where = written(inside)
    answers = [inside.get(where, Accept_Language=language) for language in ("en", "zh")]
    assert [('"1"', b"Milk.")] * 2 == [(answer.get("ETag"), answer.body) for answer in answers]


def test_a_note_that_is_known_is_not_sent_again(inside: Inside) -> None:
    """304, with the tag and what depends on the request, and nothing else."""
    answer = inside.get("/notes/1", If_None_Match='"1"')
    assert (304, b"") == (answer.status, answer.body)
    assert ('"1"', "Accept, Accept-Language") == (answer.get("ETag"), answer.get("Vary"))
    assert "finish/conditions-hold=not-modified" in (answer.get("Hardtack-Trace") or "")
    assert 200 == inside.get("/notes/1", If_None_Match='"1-page"').status


def test_a_new_note_has_an_address_and_a_tag(inside: Inside) -> None:
    """201; the page leads there too."""
    answer = inside.ask("POST", "/notes", {**PAGE, "Content-Type": notes.FORM}, [b"text=%3Cb%3E"])
    where = answer.get("Location") or ""
    assert (201, '"1"') == (answer.status, answer.get("ETag"))
    assert f'<a href="{where}">' in answer.body.decode()
    assert b"<b>" == inside.get(where.removeprefix("/playground")).body


@pytest.mark.parametrize("form", ["", "text=", "text=%20", "other=1", "text=%ff&x"])
def test_a_form_without_a_text_makes_no_note(inside: Inside, form: str) -> None:
    """422 says what is missing; octets that are no UTF-8 are read as what stands for them."""
    answer = inside.post("/notes", form)
    assert (201 if "%ff" in form else 422) == answer.status


def test_a_form_that_is_no_text_is_none(inside: Inside) -> None:
    """Nor are more fields than a form has."""
    assert 422 == inside.ask("POST", "/notes", {"Content-Type": notes.FORM}, [b"text=\xff"]).status
    assert 422 == inside.post("/notes", "&".join(["text=1"] * 40)).status


def test_the_text_of_a_note_cannot_become_part_of_the_page(inside: Inside) -> None:
    """What a visitor has written is shown as it is written."""
    where = written(inside, "%3Cscript%3Ealert(1)%3C/script%3E")
    page = inside.get(where, **PAGE).body.decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "nosniff" == inside.get(where).get("X-Content-Type-Options")


def test_a_note_is_saved_by_who_knows_its_version(inside: Inside) -> None:
    """204 with the next tag, and what was sent is what is read."""
    where = written(inside)
    answer = put(inside, where, if_match='"1"')
    assert (204, '"2"', b"") == (answer.status, answer.get("ETag"), answer.body)
    read = inside.get(where)
    assert ('"2"', b"Milk and bread.") == (read.get("ETag"), read.body)


def test_a_note_is_not_saved_over_another_version(inside: Inside) -> None:
    """412 with the tag as it is now; without a version 428."""
    where = written(inside)
    put(inside, where, if_match='"1"')
    stale = put(inside, where, b"Lost?", if_match='"1"')
    assert (412, '"2"') == (stale.status, stale.get("ETag"))
    assert 428 == put(inside, where, b"Lost?").status
    assert b"Milk and bread." == inside.get(where).body


@pytest.mark.parametrize("text", [b" ", b"\xff"])
def test_what_is_no_text_is_not_saved(inside: Inside, text: bytes) -> None:
    """422, and the note stays as it was."""
    where = written(inside)
    assert 422 == put(inside, where, text, if_match='"1"').status
    assert b"Milk." == inside.get(where).body


def test_a_note_takes_nothing_but_text_and_not_too_much(inside: Inside) -> None:
    """415 says what it takes, 413 how much."""
    where = written(inside)
    picture = inside.ask("PUT", where, {"Content-Type": "image/png", "If-Match": '"1"'}, [b"x"])
    assert (415, "text/plain") == (picture.status, picture.get("Accept"))
    assert 413 == put(inside, where, b"x" * (notes.MOST_CONTENT + 1), if_match='"1"').status


def test_a_note_that_is_not_there_cannot_be_saved(inside: Inside) -> None:
    """Notes get their names from us."""
    assert 404 == put(inside, "/notes/mine", if_none_match="*").status
    assert 412 == put(inside, "/notes/mine", if_match='"1"').status
    assert 404 == inside.get("/notes/mine").status


def test_a_note_is_taken_away_by_who_knows_its_version(inside: Inside) -> None:
    """204, and then there is nothing to take away."""
    where = written(inside)
    assert 428 == inside.ask("DELETE", where).status
    assert 412 == inside.ask("DELETE", where, {"If-Match": '"2"'}).status
    assert 204 == inside.ask("DELETE", where, {"If-Match": '"1"'}).status
    assert 404 == inside.get(where).status
    assert 404 == inside.ask("DELETE", where, {"If-None-Match": "*"}).status


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_note_of_the_house_stays_as_it_is(inside: Inside, method: str) -> None:
    """403 before any condition counts (RFC 9110 §13.2.1): nobody's words stand under a link of ours."""
    for condition in ({}, {"If-Match": '"1"'}, {"If-Match": '"9"'}):
        answer = inside.ask(method, "/notes/1", {**TEXT, **condition}, [b"Mine."] if method == "PUT" else [])
        assert 403 == answer.status
        assert "note-behind-glass" in (answer.get("Hardtack-Trace") or "")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_of_two_that_save_one_version_at_once_only_one_does(
    inside: Inside, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version that the condition was checked against is the one that is changed, whatever happens in between."""
    where = written(inside)
    name = where.rpartition("/")[2]
    read = Kept.get

    def read_before_another_saves(box: Kept, kind: str, wanted: str) -> tuple[int, str] | None:
        found = read(box, kind, wanted)
        if found is not None:
            box.change(kind, name, found[0], "The other was quicker.")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Kept, "get", read_before_another_saves)
        answer = inside.ask(method, where, {**TEXT, "If-Match": '"1"'}, [b"Mine."] if method == "PUT" else [])
    assert 412 == answer.status
    assert b"The other was quicker." == inside.get(where).body
