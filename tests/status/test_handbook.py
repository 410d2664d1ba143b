"""The handbook's chapters: whole, in both languages, and never loaded where nobody reads them."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest

from hardtack.status import Status
from hardtack.status.described import LANGUAGES
from hardtack.status.handbook import CHAPTERS, Chapter

LONGEST = 700
"""Characters of one text: more is an essay."""

every = pytest.mark.parametrize("status", Status, ids=lambda status: str(status.code))
both = pytest.mark.parametrize("language", LANGUAGES)


def texts(chapter: Chapter) -> list[str]:
    """Return all that is said in a chapter."""
    return [chapter.when, *chapter.fields.values(), chapter.client, *chapter.mistakes]


def test_every_code_has_a_chapter_in_both_languages() -> None:
    """And no chapter is about anything else."""
    assert [status.code for status in Status] == sorted(CHAPTERS)
    assert {LANGUAGES} == {tuple(chapters) for chapters in CHAPTERS.values()}


@both
@every
def test_the_fields_are_those_of_the_catalogue(status: Status, language: str) -> None:
    """In its order: required, kept, recommended."""
    fields = (*status.headers_required, *status.headers_kept, *status.headers_recommended)
    assert list(fields) == list(CHAPTERS[status.code][language].fields)


@both
@every
def test_a_chapter_is_short_and_whole(status: Status, language: str) -> None:
    """Nothing is empty or too long, and two to four mistakes are named, as many as in the other language."""
    chapter = CHAPTERS[status.code][language]
    assert 2 <= len(chapter.mistakes) <= 4
    assert len(CHAPTERS[status.code]["en"].mistakes) == len(CHAPTERS[status.code]["zh"].mistakes)
    assert [] == [text for text in texts(chapter) if not 10 <= len(text) <= LONGEST]
    assert len(set(texts(chapter))) == len(texts(chapter))


@both
@every
def test_a_text_is_well_written(status: Status, language: str) -> None:
    """It ends as a sentence does, opens and closes its backticks and brackets, and has no space too many."""
    end, brackets = (".", "()") if language == "en" else ("。", "（）")
    for text in texts(CHAPTERS[status.code][language]):
        assert text.rstrip("`").endswith(end), text
        assert 0 == text.count("`") % 2, text
        prose = "-".join(text.split("`")[::2])
        assert prose.count(brackets[0]) == prose.count(brackets[1]), text
        assert "  " not in prose, text
        assert text == text.strip()


@every
def test_both_languages_show_the_same_things_to_type(status: Status) -> None:
    """What stands in backticks in one chapter stands in the other too, but for what is said in its own language."""
    shown = [
        {part for text in texts(CHAPTERS[status.code][language]) for part in text.split("`")[1::2]}
        for language in LANGUAGES
    ]
    assert set() == shown[0] ^ shown[1]


@both
@every
def test_a_chapter_repeats_no_sentence_of_the_catalogue(status: Status, language: str) -> None:
    """They stand on one page, one after the other."""
    stop = "." if language == "en" else "。"
    said = status.describe(language).split(stop)
    repeated = [
        part
        for part, text in itertools.product(said, texts(CHAPTERS[status.code][language]))
        if len(part) > 10 and part.strip() in text
    ]
    assert [] == repeated


def test_answering_loads_neither_the_handbook_nor_the_causes() -> None:
    """They are long, and read only where somebody wants to read about a code."""
    code = (
        "import sys, hardtack.status, hardtack.status.refuse, hardtack.status.finish, hardtack.adapters.asgi\n"
        "unread = ('hardtack.status.handbook', 'hardtack.status.causes')\n"
        "print([name for name in sys.modules if name.startswith(unread)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]\n" == done.stdout
