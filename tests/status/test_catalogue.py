"""The catalogue: complete, true to the registry, in two languages and in our own words."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from hardtack.errors import MisuseError
from hardtack.status import Status
from hardtack.status.catalogue import class_of, family_name, language_of
from hardtack.status.facts import FACTS
from hardtack.status.texts import TEXTS
from hardtack.status.unregistered import SEEN, seen_as

VECTORS = Path(__file__).parent.parent / "vectors" / "status-facts.json"
FACTS_OF: dict[int, dict[str, Any]] = {row["code"]: row for row in json.loads(VECTORS.read_text())["codes"]}
CACHE = {"heuristic": "heuristic", "explicit-only": "explicit", "must-not-store": "never"}

every_code = pytest.mark.parametrize("code", sorted(FACTS_OF))
every_text = pytest.mark.parametrize(("code", "language"), [(code, tag) for code in FACTS_OF for tag in ("en", "zh")])


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+|(?<=[。！？])", text) if part]


def _fingerprint(text: str) -> str:
    return hashlib.sha256(re.sub(r"[\W_]+", "", text).casefold().encode()).hexdigest()[:16]


class TestStatus:
    """The codes themselves."""

    def test_every_registered_code_is_there_in_order(self) -> None:
        """Sixty-four codes, no more, sorted by number."""
        assert sorted(FACTS_OF) == [status.code for status in Status]
        assert len(Status) == 64

    def test_an_unregistered_number_is_a_misuse(self) -> None:
        """It says what is registered instead of inventing a meaning."""
        with pytest.raises(MisuseError, match="299 is not a registered status code"):
            Status(299)

    def test_a_status_is_its_number(self) -> None:
        """It can stand wherever a framework expects an integer."""
        assert (Status(404), f"{Status(404)}", Status.NOT_FOUND.code) == (404, "404", 404)

    def test_slugs_are_unique_words(self) -> None:
        """Each can stand in an address."""
        slugs = [status.slug for status in Status]
        assert len(set(slugs)) == 64
        assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", slug) for slug in slugs)
        assert "not-found" in slugs

    def test_a_family_is_the_codes_of_one_digit(self) -> None:
        """RFC 9110 §15 sorts by the first digit."""
        assert [100, 101, 102, 103, 104] == Status.family(1)
        assert [] == Status.family(6)

    def test_only_4xx_and_5xx_are_errors(self) -> None:
        """Forty codes have an exception."""
        assert [code for code in FACTS_OF if code >= 400] == [status for status in Status if status.is_error]


class TestFacts:
    """What the registry and the RFCs say."""

    @every_code
    def test_facts_are_those_of_the_registry(self, code: int) -> None:
        """Phrase, section, header fields, content, cacheability and who decides agree with the vectors."""
        status, facts = Status(code), FACTS_OF[code]
        assert facts["phrase"] == status.phrase
        assert status.reference.startswith(facts["reference"])
        assert tuple(facts["headers_must"]) == status.headers_required
        assert tuple(facts["headers_kept"]) == status.headers_kept
        assert (facts["content"] == "allowed") == status.content_allowed
        assert CACHE[facts["cache"]] == status.cache
        assert facts["decided_by"] == status.decided_by

    @every_code
    def test_the_note_is_known_code_by_code(self, code: int) -> None:
        """The note's phrase is the present one or listed as an old one."""
        status, facts = Status(code), FACTS_OF[code]
        assert facts["note_phrase"] == status.note_phrase
        assert (facts["note_phrase"] is not None) == status.in_note
        assert facts["note_phrase"] in (None, status.phrase, *status.aliases)

    def test_the_note_has_forty_one_of_the_codes(self) -> None:
        """All of the note is in the catalogue, and the catalogue goes on where the note ends."""
        assert sum(status.in_note for status in Status) == 41

    @every_code
    def test_the_phrase_that_python_still_uses_is_found(self, code: int) -> None:
        """``http.HTTPStatus`` has old names, and somebody will look them up."""
        phrase = FACTS_OF[code]["cpython_phrase"]
        assert phrase is None or code in Status.find(phrase)

    def test_caches_may_store_without_a_lifetime_what_rfc_9110_lists(self) -> None:
        """RFC 9110 §15.1, and 451 by RFC 7725 §3."""
        listed = [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 451, 501]
        assert listed == [status for status in Status if status.heuristically_cacheable]

    def test_four_codes_must_not_be_stored(self) -> None:
        """RFC 6585 forbids it for each of its own."""
        assert [428, 429, 431, 511] == [status for status in Status if not status.may_be_stored]

    def test_reserved_and_outdated_codes_may_not_be_sent(self) -> None:
        """What is kept out of use, deprecated, obsolete or registered for the time being."""
        assert [102, 104, 305, 306, 418, 510] == [status for status in Status if not status.may_be_sent]

    def test_each_standing_is_said(self) -> None:
        """402 waits for its definition and may still be sent."""
        assert {
            402: "future",
            305: "deprecated",
            306: "reserved",
            510: "obsolete",
            104: "temporary",
            404: "current",
        } == {code: Status(code).standing for code in (402, 305, 306, 510, 104, 404)}

    def test_recommended_fields_never_repeat_required_ones(self) -> None:
        """A field is in one list or the other."""
        assert not [status for status in Status if {*status.headers_required} & {*status.headers_recommended}]
        assert Status(429).headers_recommended == ("Retry-After",)

    @every_code
    def test_the_reference_leads_to_a_section(self, code: int) -> None:
        """The address is the section's own, or the draft's."""
        url = Status(code).reference_url
        pattern = r"https://www\.rfc-editor\.org/rfc/rfc\d+\.html#section-\d+(\.\d+)*"
        assert (
            re.fullmatch(pattern, url) or url == "https://datatracker.ietf.org/doc/draft-ietf-httpbis-resumable-upload/"
        )

    def test_the_tables_have_the_same_codes(self) -> None:
        """A code with facts and no words, or the other way round, would be a hole."""
        assert set(FACTS) == set(TEXTS) == set(FACTS_OF)


class TestTexts:
    """Our own words."""

    @every_text
    def test_a_description_is_two_to_four_sentences_of_fair_length(self, code: int, language: str) -> None:
        """Long enough to explain, short enough to read."""
        text = Status(code).describe(language)
        assert 2 <= len(_sentences(text)) <= 4
        low, high = (40, 170) if language == "zh" else (110, 420)
        assert low <= len(text) <= high

    @every_text
    def test_a_summary_is_one_short_sentence(self, code: int, language: str) -> None:
        """It has to fit into a row of the table."""
        summary = Status(code).summary(language)
        assert len(_sentences(summary)) == 1
        assert len(summary) <= (40 if language == "zh" else 110)
        assert summary[-1] == ("。" if language == "zh" else ".")

    @every_text
    def test_errors_and_only_they_speak_to_the_visitor(self, code: int, language: str) -> None:
        """What happened and what to do next, each a sentence or two."""
        status = Status(code)
        said = (status.explain_to_visitor(language), status.advise_visitor(language))
        assert all(said) == status.is_error
        assert any(said) == status.is_error
        assert all(len(text) <= (45 if language == "zh" else 110) for text in said)

    @every_text
    def test_each_text_is_in_its_own_language(self, code: int, language: str) -> None:
        """Chinese is Chinese with Chinese punctuation; English has no Chinese but for quoted words of the note."""
        words = TEXTS[code][language]
        for text in filter(None, words):
            if language == "zh":
                assert re.search(r"[\u4e00-\u9fff]", text)
                assert not re.search(r"[\u4e00-\u9fff][,.;!?()]|[,;!?()][\u4e00-\u9fff]", text)
                assert text[-1] in "。；"
            else:
                assert not re.search(r"[\u3000-\u303f\uff00-\uffef“”]", text)
                assert text[-1] == "."
        if language == "en":
            assert not re.search(r"[\u4e00-\u9fff]", "".join(words[:4]))

    @every_code
    def test_no_sentence_is_the_notes(self, code: int) -> None:
        """The note's own explanations are quoted nowhere."""
        words = TEXTS[code]["zh"]
        ours = {_fingerprint(part) for text in words for part in (text, *_sentences(text))}
        assert not ours & {*FACTS_OF[code]["note_sentences"]}

    @every_text
    def test_a_correction_is_there_where_the_note_is_out_of_date(self, code: int, language: str) -> None:
        """And nowhere else."""
        assert FACTS_OF[code]["note_outdated"] == bool(Status(code).correction(language))

    def test_no_two_codes_say_the_same(self) -> None:
        """A text that fits two codes explains neither."""
        for language in ("en", "zh"):
            texts = [status.describe(language) for status in Status]
            assert len(set(texts)) == 64

    def test_any_chinese_tag_gets_chinese_and_everything_else_english(self) -> None:
        """Tags and locales as browsers and terminals write them."""
        tags = ["zh", "zh-CN", "zh_TW.UTF-8", "ZH-Hans", "en", "en-GB", "fr", "", "zha"]
        assert ["zh"] * 4 + ["en"] * 5 == [language_of(tag) for tag in tags]
        assert Status(404).phrase_in("zh-TW") == "未找到"
        assert Status(404).phrase_in("de") == "Not Found"


class TestFind:
    """Looking a code up by any of its names."""

    @pytest.mark.parametrize(
        ("text", "codes"),
        [
            ("404", [404]),
            ("Not Found", [404]),
            ("not-found", [404]),
            ("NOT_FOUND", [404]),
            ("  not   found ", [404]),
            ("Request Time-out", [408]),
            ("Request Entity Too Large", [413]),
            ("Payload Too Large", [413]),
            ("Request-URI Too Large", [414]),
            ("Request-URI Too Long", [414]),
            ("Requested range not satisfiable", [416]),
            ("Gateway Time-out", [504]),
            ("HTTP Version not supported", [505]),
            ("Unprocessable Entity", [422]),
            ("Moved Temporarily", [302]),
            ("Switch Proxy", [306]),
            ("I'm a teapot", [418]),
            ("(Unused)", [306, 418]),
            ("未找到", [404]),
            ("临时移动", [302]),
            ("我是茶壶", [418]),
            ("teapot", []),
            ("", []),
            ("499", []),
        ],
    )
    def test_a_name_finds_its_codes(self, text: str, codes: list[int]) -> None:
        """Case, spaces and hyphens do not matter."""
        assert codes == Status.find(text)


class TestUnregistered:
    """Numbers that no registry knows."""

    def test_a_client_treats_an_unknown_code_as_x00(self) -> None:
        """RFC 9110 §15."""
        assert [100, 200, 300, 400, 500, 404] == [class_of(code) for code in (199, 299, 399, 499, 599, 404)]

    @pytest.mark.parametrize("code", [-1, 0, 99, 600, 1000])
    def test_what_is_no_status_code_is_a_misuse(self, code: int) -> None:
        """Outside 100 to 599 there is no class."""
        with pytest.raises(MisuseError, match="is not a status code"):
            class_of(code)

    def test_numbers_seen_in_the_wild_are_none_of_the_registered(self) -> None:
        """Their users are named in both languages."""
        seen = [code for codes in SEEN for code in codes]
        assert not set(seen) & set(FACTS)
        assert all(set(text) == {"en", "zh"} for text in SEEN.values())
        assert seen_as(499)["en"].startswith("nginx")
        assert seen_as(299) == {}


def test_a_family_is_named_after_its_first_digit() -> None:
    """As in the name of a template, also for a code that nobody has registered."""
    assert [family_name(code) for code in (100, 404, 499, 503)] == ["1xx", "4xx", "4xx", "5xx"]
