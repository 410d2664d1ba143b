"""What is known about a code, in words: each word that the catalogue uses has one, in both languages."""

from __future__ import annotations

import json

import pytest

from hardtack import status as room
from hardtack.status import Status
from hardtack.status.described import LABELS, LANGUAGES, exception_of, facts, other_names, outdated, record

both = pytest.mark.parametrize("language", LANGUAGES)


@both
def test_every_fact_has_a_label_and_every_label_a_fact(language: str) -> None:
    """Over all codes together."""
    assert set(LABELS[language]) == {key for status in Status for key in facts(status, language)}


@both
def test_every_code_says_what_it_holds_who_keeps_it_and_who_finds_it_out(language: str) -> None:
    """Nothing is empty."""
    for status in Status:
        known = facts(status, language)
        assert {"content", "cache", "decided_by", "reference"} <= set(known)
        assert all(known.values())


def test_an_error_has_the_exception_that_answers_with_it() -> None:
    """By the name under which it is imported."""
    for status in Status:
        module, _, name = exception_of(status).rpartition(".")
        assert ("hardtack.status" if status.is_error else "") == module
        assert not status.is_error or getattr(room, name).status == status


def test_the_notes_old_phrases_are_told_from_todays() -> None:
    """Capitals are no other name, and a reserved number has none."""
    assert {
        408: "Request Time-out",
        413: "Request Entity Too Large",
        414: "Request-URI Too Large",
        416: "Requested range not satisfiable",
        504: "Gateway Time-out",
    } == {status.code: outdated(status) for status in Status if outdated(status)}


def test_a_name_is_listed_once_whatever_its_case() -> None:
    """416 was written in two ways."""
    assert ["Requested Range Not Satisfiable"] == other_names(Status(416))


def test_a_record_is_json_and_names_each_code_in_both_languages() -> None:
    """For other programs."""
    for status in Status:
        known = json.loads(json.dumps(record(status)))
        assert (status.code, status.slug, set(LANGUAGES)) == (known["code"], known["slug"], set(known["name"]))
