"""Negotiation: quality, specificity, wildcards, language look-up, and no exception for any field.

Werkzeug serves as an oracle where it follows the RFCs. Two tests show where it does not, so that the difference is on
record: it wants parameters of a media range and an offer to be equal (RFC 9110 §12.5.1 lets ``text/html`` include every
``text/html`` with parameters), and it prefers an exact language of low quality to a look-up of high quality (RFC 4647
§3.4 goes through the ranges by quality). For equal qualities of two languages the RFCs leave the choice open: we take
the one named first, Werkzeug the one offered first.
"""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

from hardtack.status.negotiate import MOST_CHARACTERS, MOST_MEMBERS, choices, language, media_type

TYPES = ["text/html", "text/plain", "application/json", "application/problem+json", "image/png"]
RANGES = [*TYPES, "text/*", "application/*", "*/*", "audio/ogg"]
QUALITIES = ["", ";q=1", ";q=0.9", "; q=0.8", " ;Q=0.5", ";q=0.001", ";q=0", ";q=0.0", ";q=2", ";q=x", ";q=-1"]
TAGS = ["en", "zh", "fr", "de", "*"]

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


class TestMediaType:
    """``Accept`` (RFC 9110 §12.5.1)."""

    @pytest.mark.parametrize(
        ("accept", "offers", "chosen"),
        [
            (None, ["text/html", "text/plain"], "text/html"),
            ("", ["text/html"], "text/html"),
            ("*/*", ["text/html", "text/plain"], "text/html"),
            ("text/plain", ["text/html", "text/plain"], "text/plain"),
            ("TEXT/Plain", ["text/plain"], "text/plain"),
            ("text/plain;q=0.5, text/html;q=0.4", ["text/html", "text/plain"], "text/plain"),
            (CHROME, ["application/json", "text/html"], "text/html"),
            ("application/json, text/plain, */*", ["text/html", "application/json"], "application/json"),
            ("image/png", ["text/html"], None),
            ("text/html;q=0", ["text/html"], None),
            ("text/*;q=0.1, text/html;q=0", ["text/html", "text/plain"], "text/plain"),
            ("text/html;q=0, */*", ["text/html"], None),
            ("text/*", ["application/json", "text/plain"], "text/plain"),
            ("text/html;level=1", ["text/html"], None),
            ("text/html;level=1", ["text/html", "text/html;level=1"], "text/html;level=1"),
            ("text/html;level=1;q=0.2, text/html;q=0.7", ["text/html;level=1", "text/html"], "text/html"),
            (
                'text/html;a="x,y;z\\"";q=0.5, text/plain;q=0.4',
                ['text/html;a="x,y;z\\""', "text/plain"],
                'text/html;a="x,y;z\\""',
            ),
            ("text/html;;q=0.5", ["text/html"], "text/html"),
            ("text/html;q=0.33333", ["text/html"], "text/html"),
            ("*/html", ["text/html"], "text/html"),
            ("text/html;q=nonsense, text/plain", ["text/html", "text/plain"], "text/plain"),
            ("text/html;level, text/plain", ["text/html", "text/plain"], "text/plain"),
            ("text, /, ;, ;text/plain, text/, @/@", ["text/html"], "text/html"),
            ("text/plain, text/plain;q=0", ["text/plain"], "text/plain"),
            ("text/html", ["no media type"], None),
            ("text/html", [], None),
        ],
    )
    def test_the_best_offer_is_chosen(self, accept: str | None, offers: list[str], chosen: str | None) -> None:
        """The most specific range decides, then quality, then specificity, then the server's order."""
        assert chosen == media_type(accept, offers)

    @pytest.mark.parametrize(
        ("offer", "q"),
        [
            ("text/plain;format=flowed", 1.0),
            ("text/plain", 0.7),
            ("text/html;level=3", 0.3),
            ("image/jpeg", 0.5),
            ("text/html;level=2", 0.4),
            ("text/html", 0.3),
        ],
    )
    def test_qualities_are_those_of_the_rfcs_own_example(self, offer: str, q: float) -> None:
        """The table at the end of RFC 9110 §12.5.1."""
        accept = "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/html;level=2;q=0.4, */*;q=0.5"
        assert [q] == [choice.q for choice in choices(accept, [offer])]

    @given(
        st.lists(st.tuples(st.sampled_from(RANGES), st.sampled_from(QUALITIES)), min_size=1, max_size=8),
        st.lists(st.sampled_from(TYPES), min_size=1, max_size=4, unique=True),
    )
    def test_the_choice_is_werkzeugs(self, members: list[tuple[str, str]], offers: list[str]) -> None:
        """Without parameters both follow the RFC, member by member."""
        accept = ", ".join(kind + quality for kind, quality in members)
        parsed = parse_accept_header(accept, MIMEAccept)
        expected = parsed.best_match(offers) if parsed else offers[0]
        assert expected == media_type(accept, offers)

    def test_werkzeug_misses_offers_with_parameters(self) -> None:
        """On record: ``text/html`` includes ``text/html;level=1``, which Werkzeug denies."""
        offer = "text/html;level=1"
        assert parse_accept_header("text/html", MIMEAccept).best_match([offer]) is None
        assert media_type("text/html", [offer]) == offer

    @given(st.one_of(st.text(), st.text(alphabet='ab/*;,="\\ q.01\t')), st.lists(st.sampled_from(TYPES)))
    @example('"' * 50, ["text/html"])
    @example("\\", ["text/html"])
    def test_any_field_gives_an_offer_or_none(self, accept: str, offers: list[str]) -> None:
        """The promise: never an exception."""
        assert media_type(accept, offers) in {*offers, None}

    def test_only_so_many_members_are_looked_at(self) -> None:
        """A field of a megabyte costs no more than one of a few kilobytes."""
        few = "image/png," * (MOST_MEMBERS - 1)
        assert media_type(few + "text/html", ["text/html"]) == "text/html"
        assert media_type("image/png," + few + "text/html", ["text/html"]) is None
        assert media_type("a/b;" + " " * MOST_CHARACTERS + ",text/html", ["text/html"]) is None


class TestLanguage:
    """``Accept-Language`` (RFC 9110 §12.5.4, RFC 4647 §3.4)."""

    @pytest.mark.parametrize(
        ("field", "chosen"),
        [
            (None, "en"),
            ("", "en"),
            ("zh", "zh"),
            ("zh-CN", "zh"),
            ("zh-TW", "zh"),
            ("zh-Hans", "zh"),
            ("zh-Hant-HK", "zh"),
            ("ZH-hans-cn", "zh"),
            ("zh-x-private", "zh"),
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
            ("en-US,en;q=0.9,zh-CN;q=0.8", "en"),
            ("zh-TW, en;q=0.5", "zh"),
            ("fr, de", "en"),
            ("fr, zh;q=0.1", "zh"),
            ("*", "en"),
            ("en;q=0.1, *", "zh"),
            ("*, zh;q=0.9", "en"),
            ("*, zh", "zh"),
            ("zh, en, *", "zh"),
            ("en, zh, *", "en"),
            ("en;q=0", "zh"),
            ("en;q=0, *;q=0.5", "zh"),
            ("en;q=0, zh;q=0", "en"),
            ("zh;q=0.2, zh;q=0.9, en;q=0.5", "zh"),
            ("zh;q=2", "en"),
            ("zh_CN", "en"),
            ("zha", "en"),
            ("zh;level=1", "zh"),
            ("zh;=", "en"),
            ("-,zh-,*-CN", "en"),
            (";", "en"),
            (";zh", "en"),
        ],
    )
    def test_the_visitors_language_is_found(self, field: str | None, chosen: str) -> None:
        """Each range by quality, shortened from its end until an offer fits."""
        assert chosen == language(field)

    def test_the_offers_may_be_any_tags_and_keep_their_spelling(self) -> None:
        """A range never finds an offer that says more than itself."""
        assert language("zh-hans-cn", ["en", "zh-Hans"]) == "zh-Hans"
        assert language("zh", ["en", "zh-Hans"]) == "en"
        assert language("fr", ["zh", "en"]) == "zh"

    @given(
        st.lists(st.sampled_from(TAGS), min_size=1, max_size=5, unique=True),
        st.lists(st.sampled_from(TAGS[:-1]), min_size=1, max_size=4, unique=True),
    )
    def test_the_choice_is_werkzeugs(self, tags: list[str], offers: list[str]) -> None:
        """For ranges of one subtag and different qualities both agree."""
        field = ", ".join(f"{tag};q=0.{9 - place}" for place, tag in enumerate(tags))
        expected = parse_accept_header(field, LanguageAccept).best_match(offers, default=offers[0])
        assert expected == language(field, offers)

    def test_werkzeug_prefers_an_exact_language_that_is_wanted_less(self) -> None:
        """On record: RFC 4647 §3.4 looks ``zh-TW`` up before it comes to ``en``."""
        field = "zh-TW, en;q=0.5"
        assert parse_accept_header(field, LanguageAccept).best_match(["en", "zh"]) == "en"
        assert language(field, ["en", "zh"]) == "zh"

    @given(st.one_of(st.text(), st.text(alphabet=string.ascii_lowercase + '-*,;=q.019" \\')))
    def test_any_field_gives_an_offer(self, field: str) -> None:
        """The promise: never an exception."""
        assert language(field) in ("en", "zh")

    def test_only_so_many_members_are_looked_at(self) -> None:
        """The rest is as if it were not there."""
        assert language("fr," * MOST_MEMBERS + "zh") == "en"
