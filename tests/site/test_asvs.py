"""The scorecard: what is judged, what tests have shown, and what the settings make of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hardtack.site import Settings, asvs

PUBLIC: dict[str, Any] = {"origin": "https://id.example.org", "mail": "smtps://mail.example.org"}


def sheet_of(**requirement: Any) -> asvs.Sheet:
    """Return judgements with one requirement, and two sentences."""
    sentences = {name: {"en": f"{name}.", "zh": f"{name}。"} for name in ("one", "other")}
    values = {
        "source": {"name": "S", "version": "1", "address": "https://s.example", "licence": "L"},
        "chapter": {"V1.1": {"en": "A", "zh": "甲"}},
        "requirement": {"V1.1.1": {"level": 1, "en": "a", "zh": "甲", **requirement}},
        "because": sentences,
    }
    return msgspec.convert(values, asvs.Sheet)


def line_of(*, shown: bool | None = True, settings: Settings | None = None, **requirement: Any) -> asvs.Line:
    """Return the line of one requirement; *shown* says what its tests have done, ``None`` that there is none."""
    proved = {} if shown is None else {"V1.1.1": asvs.Evidence(shown, ("tests/test_a.py::test_a",))}
    (line,) = asvs.card(settings or Settings(), judged=sheet_of(**requirement), proved=proved)
    return line


def test_what_tests_show_is_shown_with_their_names() -> None:
    """With a remark, if there is one."""
    line = line_of()
    assert ("shown", None, ("tests/test_a.py::test_a",)) == (line.outcome, line.because, line.tests)
    assert {"en": "one.", "zh": "one。"} == line_of(because="one").because


@pytest.mark.parametrize("shown", [False, None])
def test_without_a_test_that_passes_a_line_is_not_met(shown: bool | None) -> None:
    """Whether one fails or there is none; the remark goes with the claim."""
    line = line_of(shown=shown, because="one")
    assert ("not-met", asvs.UNPROVED, ()) == (line.outcome, line.because, line.tests)


@pytest.mark.parametrize("outcome", ["duty", "not-applicable", "not-met"])
def test_any_other_outcome_has_its_sentence_and_no_test(outcome: str) -> None:
    """Also where there are tests."""
    line = line_of(outcome=outcome, because="other")
    assert (outcome, {"en": "other.", "zh": "other。"}, ()) == (line.outcome, line.because, line.tests)


def test_the_first_case_that_holds_takes_the_place_of_the_outcome() -> None:
    """And none does where none holds."""
    cases = [
        {"when": "plain-http", "outcome": "not-met", "because": "one"},
        {"when": "assurance-1", "outcome": "duty", "because": "other"},
    ]
    plain = line_of(cases=cases)
    assert ("not-met", {"en": "one.", "zh": "one。"}) == (plain.outcome, plain.because)
    https = Settings(origin="https://id.example.org")
    assert "duty" == line_of(cases=cases, settings=https).outcome
    (higher,) = asvs.card(https, assurance=2, judged=sheet_of(outcome="duty", because="one", cases=cases))
    assert {"en": "one.", "zh": "one。"} == higher.because


@pytest.mark.parametrize(
    ("name", "settings", "assurance", "holds"),
    [
        ("assurance-1", {}, 1, True),
        ("assurance-1", {}, 2, False),
        ("assurance-3", {}, 3, True),
        ("assurance-3", {}, 2, False),
        ("plain-http", {}, 1, True),
        ("plain-http", {"origin": "http://id.example.org", "insecure_plain_http": True}, 1, True),
        ("plain-http", PUBLIC, 1, False),
        ("no-reports", {}, 1, True),
        ("no-reports", {"csp_reports": "https://reports.example/csp"}, 1, False),
        ("no-mail", {}, 1, False),
        ("no-mail", {"origin": "https://id.example.org"}, 1, True),
        ("no-mail", PUBLIC, 1, False),
        ("by-name", {"origin": "https://id.example.org"}, 1, True),
        ("by-name", {**PUBLIC, "sign_up_by": "name"}, 1, True),
        ("by-name", PUBLIC, 1, False),
    ],
)
def test_a_circumstance_follows_from_the_settings(
    name: str, settings: dict[str, Any], assurance: int, holds: bool
) -> None:
    """Each both ways."""
    assert holds == asvs.CIRCUMSTANCES[name](Settings(**settings), assurance)


def test_the_assurance_is_that_of_the_settings() -> None:
    """Unless another one is asked for."""
    by_settings = asvs.card(Settings(**PUBLIC))
    assert by_settings == asvs.card(Settings(**PUBLIC), assurance=asvs.assurance_of(Settings()))
    assert by_settings != asvs.card(Settings(**PUBLIC), assurance=3)


def test_every_judgement_is_whole() -> None:
    """120 requirements: 34 of level 1, 59 of level 2, 27 of level 3; every name leads to something that is used."""
    judged = asvs.sheet()
    levels: list[int] = [each.level for each in judged.requirement.values()]
    assert (34, 59, 27) == tuple(levels.count(level) for level in asvs.LEVELS)
    assert list(judged.requirement) == sorted(judged.requirement, key=asvs.position)
    assert {each.rpartition(".")[0] for each in judged.requirement} == set(judged.chapter)
    named = {each.because for each in judged.requirement.values()} - {None}
    named |= {case.because for each in judged.requirement.values() for case in each.cases}
    assert set(judged.because) == named
    assert set(asvs.CIRCUMSTANCES) == {case.when for each in judged.requirement.values() for case in each.cases}
    for each in judged.requirement.values():
        assert each.outcome == "shown" or each.because


def test_every_text_is_a_sentence_in_its_language() -> None:
    """English ends in a full stop, Chinese in its own and without a space where there need not be one."""
    judged = asvs.sheet()
    texts = [(each.en, each.zh) for each in judged.requirement.values()]
    for english, chinese in (*texts, *((each.en, each.zh) for each in judged.because.values())):
        assert english.endswith(".")
        assert english[0].isupper()
        assert chinese.endswith("。")
    for each in judged.chapter.values():
        assert not each.en.endswith(".")
        assert not each.zh.endswith("。")


def test_lines_are_counted_by_level_and_outcome() -> None:
    """Every line once."""
    lines = asvs.card(Settings(**PUBLIC))
    counted = asvs.counts(lines)
    assert [34, 59, 27] == [sum(row.values()) for row in counted.values()]
    assert ["shown", "duty", "not-applicable", "not-met"] == list(counted[1])
    assert sum(line.outcome == "shown" for line in lines) == sum(row["shown"] for row in counted.values())


def test_a_number_stands_where_it_belongs() -> None:
    """V6.2.4 comes before V6.2.12, and each in its chapter."""
    assert asvs.position("V6.2.4") < asvs.position("V6.2.12") < asvs.position("V10.2.1")
    assert "V6.2" == line_of().chapter.replace("V1.1", "V6.2")
    assert {"V3.1", "V16.5"} <= {line.chapter for line in asvs.card(Settings())}
