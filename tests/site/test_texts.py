"""Every text is there in every language, is used, and says the same things."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import hardtack.site
from hardtack.site import texts

SITE = Path(hardtack.site.__file__).parent
# An id stands in quotes in a template or a module: t("sign_in.title"), both("form.malformed").
ID = re.compile(r"""["']([a-z_]+\.[a-z_]+)["']""")


def placeholders(text: str) -> set[str]:
    """Return the names of the placeholders in *text*."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def used() -> set[str]:
    """Return every text id that a template or a module names."""
    sources = [*SITE.glob("*.py"), *SITE.glob("templates/*.html")]
    sections = {identifier.partition(".")[0] for identifier in texts.table("en")}
    found = {match for source in sources for match in ID.findall(source.read_text(encoding="utf-8"))}
    names = {identifier for identifier in found if identifier.partition(".")[0] in sections}
    return {name for name in names if not name.endswith((".html", ".toml", ".css", ".svg"))}


def test_every_language_has_the_same_texts() -> None:
    """A page must not fail in one language only."""
    assert {language: set(texts.table("en")) for language in texts.LANGUAGES} == {
        language: set(texts.table(language)) for language in texts.LANGUAGES
    }
    assert sorted(texts.LANGUAGES) == sorted(path.stem for path in SITE.glob("locale/*.toml"))


def test_every_language_has_the_same_placeholders() -> None:
    """What is put into a text in one language is put into it in every one."""
    for identifier, text in texts.table("en").items():
        assert (identifier, placeholders(text)) == (identifier, placeholders(texts.table("zh")[identifier]))


def test_every_text_that_is_used_exists() -> None:
    """No page names a text that nobody wrote."""
    assert set() == used() - set(texts.table("en"))


def test_every_text_that_exists_is_used() -> None:
    """No translation work for nothing; the units of time are put together in one place."""
    units = {f"time.{unit}{plural}" for unit in ("day", "hour", "minute") for plural in ("", "s")}

    assert set() == set(texts.table("en")) - used() - units


def test_no_text_holds_markup_or_is_empty() -> None:
    """Texts are escaped as they are, so markup in them would be seen."""
    for language in texts.LANGUAGES:
        assert [] == [
            name for name, text in texts.table(language).items() if not text.strip() or re.search("[<>]", text)
        ]


def test_chinese_texts_are_chinese() -> None:
    """Nothing was left in English, and Chinese sentences end in Chinese punctuation."""
    same_everywhere = {"site.title", "site.other_language", "site.other_language_tag", "home.first_code", "time.months"}
    chinese = re.compile(r"[\u4e00-\u9fff]")

    left = [
        name for name, text in texts.table("zh").items() if not chinese.search(text) and name not in same_everywhere
    ]
    half_width = [name for name, text in texts.table("zh").items() if re.search(r"[\u4e00-\u9fff][,.:;?!()]", text)]
    assert ([], []) == (left, half_width)


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "22 November 2026, 20:07 UTC"), ("zh", "2026 年 11 月 22 日 20:07（UTC）")]
)
def test_a_moment_is_written_in_words(language: str, expected: str) -> None:
    """In UTC and said so."""
    assert expected == texts.moment(language, 1795378020)


def test_a_moment_is_written_for_machines() -> None:
    """As RFC 3339 has it."""
    assert "2026-11-22T20:07:00Z" == texts.machine_time(1795378020)


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (86400, "1 day", "1 天"),
        (172800, "2 days", "2 天"),
        (3600, "1 hour", "1 小时"),
        (90000, "25 hours", "25 小时"),
        (5400, "90 minutes", "90 分钟"),
        (61, "1 minute", "1 分钟"),
        (1, "1 minute", "1 分钟"),
    ],
)
def test_a_span_takes_the_largest_unit_that_fits(seconds: int, english: str, chinese: str) -> None:
    """Rounded down to minutes, never to nothing."""
    assert (english, chinese) == (texts.span("en", seconds), texts.span("zh", seconds))


def test_an_unknown_text_is_a_mistake() -> None:
    """It is found by the first test that renders the page."""
    with pytest.raises(KeyError):
        texts.text("en", "no.such")
