"""Every text is there in every language, is used, and says the same things."""

from __future__ import annotations

import html
import re
import string
from pathlib import Path
from typing import Any

import pytest

import hardtack.site
from hardtack.errors import MisuseError
from hardtack.login import audit
from hardtack.site import event_words, texts
from tests.site.conftest import MakeWorld

SITE = Path(hardtack.site.__file__).parent
# An id stands in quotes in a template or a module: t("sign_in.title"), both("form.malformed").
ID = re.compile(r"""["']([a-z_]+\.[a-z_]+)["']""")


def placeholders(text: str) -> set[str]:
    """Return the names of the placeholders in *text*."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def used() -> set[str]:
    """Return every text id that a template or a module names."""
    sources = [*SITE.rglob("*.py"), *SITE.rglob("templates/**/*.*")]
    sections = {identifier.partition(".")[0] for identifier in texts.OURS.table("en")}
    found = {match for source in sources for match in ID.findall(source.read_text(encoding="utf-8"))}
    names = {identifier for identifier in found if identifier.partition(".")[0] in sections}
    # What ends so is put together with a fixed word: ``"second_factor.with_" ~ factor``.
    begun = tuple(name for name in names if name.endswith("_"))
    names = {name for name in names if not name.endswith("_")}
    names |= {identifier for identifier in texts.OURS.table("en") if begun and identifier.startswith(begun)}
    return {name for name in names if not name.endswith((".html", ".toml", ".css", ".svg"))}


def test_every_language_has_the_same_texts() -> None:
    """A page must not fail in one language only."""
    assert {language: set(texts.OURS.table("en")) for language in texts.LANGUAGES} == {
        language: set(texts.OURS.table(language)) for language in texts.LANGUAGES
    }
    assert sorted(texts.LANGUAGES) == sorted(path.stem for path in SITE.glob("locale/*.toml"))


def test_every_language_has_the_same_placeholders() -> None:
    """What is put into a text in one language is put into it in every one."""
    for identifier, text in texts.OURS.table("en").items():
        assert (identifier, placeholders(text)) == (identifier, placeholders(texts.OURS.table("zh")[identifier]))


def test_every_text_that_is_used_exists() -> None:
    """No page names a text that nobody wrote."""
    assert set() == used() - set(texts.OURS.table("en"))


def test_every_text_that_exists_is_used() -> None:
    """No translation work for nothing; ids of units, events and reasons are put together in one place each."""
    units = {f"time.{unit}{plural}" for unit in ("day", "hour", "minute") for plural in ("", "s")}
    trail = {
        f"{section}.{word.replace('-', '_')}"
        for section, words in (
            ("event", audit.EVENTS),
            ("reason", event_words.REASONS),
            ("factor", event_words.FACTORS),
        )
        for word in words
    }

    assert set() == set(texts.OURS.table("en")) - used() - units - trail
    assert set() == trail - set(texts.OURS.table("en"))


def test_no_text_holds_markup_or_is_empty() -> None:
    """Texts are escaped as they are, so markup in them would be seen."""
    for language in texts.LANGUAGES:
        assert [] == [
            name for name, text in texts.OURS.table(language).items() if not text.strip() or re.search("[<>]", text)
        ]


def test_chinese_texts_are_chinese() -> None:
    """Nothing was left in English, and Chinese sentences end in Chinese punctuation."""
    same_everywhere = {
        "site.brand",
        "site.title",
        "site.other_language",
        "site.other_language_tag",
        "home.first_code",
        "mail.colon",
        "mail.fact",
        "sessions.and",
        "time.months",
    }
    chinese = re.compile(r"[\u4e00-\u9fff]")

    left = [
        name
        for name, text in texts.OURS.table("zh").items()
        if not chinese.search(text) and name not in same_everywhere
    ]
    half_width = [
        name for name, text in texts.OURS.table("zh").items() if re.search(r"[\u4e00-\u9fff][,.:;?!()]", text)
    ]
    assert ([], []) == (left, half_width)


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "22 November 2026, 20:07 UTC"), ("zh", "2026 年 11 月 22 日 20:07（UTC）")]
)
def test_a_moment_is_written_in_words(language: str, expected: str) -> None:
    """In UTC and said so."""
    assert expected == texts.OURS.moment(language, 1795378020)


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
        (20, "20 seconds", "20 秒"),
        (1, "1 second", "1 秒"),
    ],
)
def test_a_span_takes_the_largest_unit_that_fits(seconds: int, english: str, chinese: str) -> None:
    """Rounded down to minutes from one on, and to seconds below."""
    assert (english, chinese) == (texts.OURS.span("en", seconds), texts.OURS.span("zh", seconds))


def test_an_unknown_text_is_a_mistake() -> None:
    """It is found by the first test that renders the page."""
    with pytest.raises(KeyError):
        texts.OURS.text("en", "no.such")


class TestGiven:
    """Texts that take the place of ours."""

    def test_they_stand_where_ours_stood_and_nowhere_else(self) -> None:
        """One by one; another site is not concerned."""
        given = texts.Texts({"en": {"site.brand": "Shop", "sign_in.title": "Come in"}, "zh": {"site.brand": "商店"}})

        assert ("Shop", "商店", "Come in") == (
            given.text("en", "site.brand"),
            given.text("zh", "site.brand"),
            given.text("en", "sign_in.title"),
        )
        assert given.table("zh")["sign_in.title"] == texts.OURS.table("zh")["sign_in.title"]
        assert {"en": "Shop", "zh": "商店"} == given.both("site.brand")
        assert "Hardtack" == texts.OURS.text("en", "site.brand")

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_pages_errors_and_refusals_say_them(self, make_world: MakeWorld, language: str) -> None:
        """Whatever makes the text: a template, a form's reader, a page's refusal, a time."""
        given = {
            "site.brand": "Shop-0",
            "sign_in.title": "Title-1",
            "form.password_missing": "Missing-2",
            "form.incomplete": "Incomplete-3",
            "form.malformed": "Malformed-4",
            "form.wrong_type": "Type-5",
            "sign_up.closed": "Closed-6",
            "welcome.no_code": "Code-7",
            "cookie.damaged": "Damaged-8",
            "time.moment": "{year}{month}{day}{clock}-9",
            "error.home": "Home-10",
        }
        world = make_world(texts={language: given}, sign_up="off")
        browser = world.browser(language=language)
        world.member()
        seen = [
            browser.get("/sign-in"),
            browser.submit("/sign-in", username="a", password=""),
            browser.json("POST", "/sign-in", {}),
            browser.post("/sign-in", b"%"),
            browser.post("/sign-in", b"x", content_type="text/plain"),
            browser.get("/sign-up"),
            browser.get("/welcome"),
            world.browser(language=language, cookies={"hardtack-8000": "x"}).get("/sign-in"),
        ]
        browser.sign_in()
        seen.append(browser.get("/account"))
        said = "".join(response.body.decode() for response in seen)

        assert [] == [text for text in given.values() if text.partition("-")[2] and f"-{text[-1]}" not in said]
        assert [] == [text for text in given.values() if "{" not in text and text not in said]
        assert "Hardtack" not in said

    @pytest.mark.asvs("3.2.2")
    def test_they_are_escaped_like_ours(self, make_world: MakeWorld) -> None:
        """A text is no markup, whoever wrote it."""
        world = make_world(texts={"en": {"site.brand": "A <b>& co"}})

        assert "A &lt;b&gt;&amp; co" in world.browser().get("/sign-in").body.decode()

    def test_an_empty_text_is_one(self) -> None:
        """Whoever wants no footer has none."""
        assert "" == texts.Texts({"en": {"site.footer": ""}}).text("en", "site.footer")

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"fr": {}}, "'fr' is no language of the pages, which are en and zh"),
            ({"site.brand": "Shop"}, 'write texts={"en": {"site.brand": "Shop"}'),
            ({"en": "Shop"}, "texts by their ids are expected"),
            ({"en": {"site.brnad": "Shop"}}, "did you mean 'site.brand'?"),
            ({"en": {"zzzzzz": "Shop"}}, "such as 'site.brand'"),
            ({"zh": {5: "Shop"}}, "no text 5"),
            ({"zh": {"site.brand": None}}, "'site.brand' in 'zh' must be a text"),
            ({"en": {"site.brand": "{page}"}}, "placeholders as ours: none"),
            ({"en": {"site.title": "{page}"}}, "placeholders as ours: {brand} and {page}"),
            ({"en": {"site.title": "{page} {brand} {more}"}}, "placeholders as ours"),
            ({"en": {"site.title": "{} {brand}"}}, "placeholders as ours"),
            ({"en": {"site.title": "{page} {brand.__class__}"}}, "placeholders as ours"),
            ({"en": {"site.title": "{page!r} {brand}"}}, "placeholders as ours"),
            ({"en": {"site.title": "{page:>9} {brand}"}}, "placeholders as ours"),
            ({"en": {"site.title": "{page} {brand} {"}}, "a brace that is no placeholder is written twice"),
            ({"en": {"time.months": "Jan Feb"}}, "'time.months' in 'en' must be twelve words"),
        ],
    )
    def test_what_no_page_could_show_is_a_mistake(self, given: Any, said: str) -> None:
        """Said when the site is made, with what to write instead."""
        with pytest.raises(MisuseError) as caught:
            texts.Texts(given)
        assert said in str(caught.value)

    @pytest.mark.parametrize("brand", ["Ship's <Stores> & Söhne", "商店", "{page} {brand} {0} {", "}}{{"])
    def test_a_brand_is_said_as_it_is_in_every_language(self, make_world: MakeWorld, brand: str) -> None:
        """In the title, the header and the labels; no brace in it means anything."""
        world = make_world(brand=brand)
        for language in texts.LANGUAGES:
            text = world.browser(language=language).get("/sign-in").body.decode()
            assert html.unescape(text).count(brand) >= 3
            assert "Hardtack" not in text
            assert "<Stores>" not in text

    def test_the_text_of_a_language_goes_before_the_brand(self) -> None:
        """It says more."""
        given = texts.Texts({"zh": {"site.brand": "商店"}}, brand="Shop")
        assert ("Shop", "商店") == (given.text("en", "site.brand"), given.text("zh", "site.brand"))

    def test_it_is_said_by_the_site(self, make_world: MakeWorld) -> None:
        """Not by the first visitor."""
        with pytest.raises(MisuseError, match="did you mean"):
            make_world(texts={"en": {"site.brands": "Shop"}})

    def test_braces_are_written_twice(self) -> None:
        """As in every text with placeholders."""
        assert "{Shop}" == texts.Texts({"en": {"site.brand": "{{Shop}}"}}).text("en", "site.brand")
