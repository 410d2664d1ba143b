"""Conditional and range requests over raw sockets: ours all right, the others' answers as the documents say."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from types import ModuleType
from typing import Any

import pytest

from tests import tables
from tests.conformance.cases import CASES, CONTENT, GROUPS, LENGTH
from tests.conformance.run import SAVED, outcomes, scores, served, wrong
from tests.conformance.served import DATE, TAG
from tests.conformance.systems import AROUND, SYSTEMS
from tests.conformance.wire import Answer, Validators, ask, observe

OURS = [name for name, system in SYSTEMS.items() if system.ours]
PEERS = [name for name, system in SYSTEMS.items() if not system.ours]
ETAG = Validators('"x"', None)


@pytest.fixture(scope="module")
def saved() -> dict[str, Any]:
    """What the documents' table is made from."""
    found: dict[str, Any] = json.loads(SAVED.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def extension() -> ModuleType:
    """Return the Sphinx extension that makes the tables."""
    return tables.extension("conformance_table")


@pytest.mark.parametrize("name", OURS)
def test_every_case_is_answered_right_by_ours(name: str) -> None:
    """Under each driver, with content in memory and in pieces; no case is left out."""
    found = outcomes(name)
    assert ({}, {case.id for case in CASES}, 0) == (wrong(found), set(found), list(found.values()).count(None))


@pytest.mark.parametrize("name", OURS)
def test_what_one_may_not_see_answers_as_if_nothing_had_been_asked(name: str) -> None:
    """401, 403 and 404 are the same to the octet, so that no condition and no range tells what is there."""
    with served(name) as port:
        for path, method in itertools.product(("/401", "/403", "/404"), ("GET", "HEAD", "PUT")):
            plain = _said(port, f"{method} {path}")
            assert int(path[1:]) == plain[0]
            for field in FIELDS_THAT_ASK:
                assert plain == _said(port, f"{method} {path}", field)


@pytest.mark.parametrize("name", OURS)
def test_nothing_follows_a_head_or_a_304_of_ours(name: str) -> None:
    """Whatever the server in front does with content that should not be there."""
    with served(name) as port:
        for field in ("", "Range: bytes=0-9", f'If-Match: "{TAG}"', 'If-Match: "another"'):
            assert b"" == _said(port, "HEAD /file", field)[2]
        assert (304, b"") == _said(port, "GET /file", "If-None-Match: *")[::2]


FIELDS_THAT_ASK = (
    "If-Match: *",
    'If-Match: "another"',
    "If-None-Match: *",
    f'If-None-Match: "{TAG}"',
    f"If-Modified-Since: {DATE}",
    "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
    "Range: bytes=0-9",
    "Range: bytes=5000-",
    f'Range: bytes=0-9\r\nIf-Range: "{TAG}"',
)


def _said(port: int, first: str, field: str = "") -> tuple[int, list[tuple[str, str]], bytes]:
    lines = [f"{first} HTTP/1.1", "Host: localhost", "Connection: close", *([field] if field else [])]
    if first.startswith("PUT"):
        lines.append("Content-Length: 0")
    answer = ask(port, ("\r\n".join(lines) + "\r\n\r\n").encode())
    assert answer is not None
    return answer.status, [pair for pair in answer.fields if pair[0] != "date"], answer.content


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_was_asked_what_the_saved_table_says_of_it(name: str, saved: dict[str, Any]) -> None:
    """Right or wrong is its own matter; but no outcome is claimed that one cannot get by asking."""
    found = outcomes(name)
    (claimed,) = (system["outcomes"] for system in saved["systems"] if system["name"] == name)
    asked = [case for case, outcome in found.items() if outcome is not None]
    assert [] == [case for case, outcome in claimed.items() if outcome is not None and case not in asked]
    assert set(claimed) == set(found)


@pytest.mark.parametrize("name", AROUND)
def test_around_a_peer_the_layer_mends_and_spoils_nothing(name: str) -> None:
    """What the peer alone has right stays right, and nothing less can be asked of it."""
    alone, around = outcomes(name.removeprefix("around-")), outcomes(name)
    assert set(wrong(around)) <= set(wrong(alone))
    assert [case for case, outcome in alone.items() if outcome is None] == [
        case for case, outcome in around.items() if outcome is None
    ]


def test_there_are_cases_enough_and_each_cites_its_sentence() -> None:
    """At least fifty-eight besides those that ask whether a thing is there; a sentence of ours, and its section."""
    counted = Counter(case.group for case in CASES)
    assert counted["R"] >= 21
    assert counted["I"] >= 8
    assert counted["C"] >= 29
    assert set(GROUPS) == set(counted)
    assert len(CASES) == len({case.id for case in CASES})
    asked = [case.request for case in CASES if case.group != "F"]  # F asks again what others ask
    assert len(asked) == len(set(asked)) >= 58
    for case in CASES:
        assert re.fullmatch(r"\d+\.\d+(\.\d+)*", case.section), case.id
        assert re.fullmatch(r"[A-Z].{15,160}\.", case.sentence), case.id
        assert len(case.right) == len(set(case.right)) >= 1, case.id
    assert LENGTH == len(CONTENT)


def test_the_saved_table_is_of_these_cases_and_these_systems(saved: dict[str, Any]) -> None:
    """If not: run the command that the file names."""
    said = [(case["id"], case["title"], case["zh"], case["section"], tuple(case["right"])) for case in saved["cases"]]
    assert said == [(case.id, case.title, case.zh, case.section, case.right) for case in CASES]
    assert [(name, system.title) for name, system in SYSTEMS.items()] == [
        (system["name"], system["title"]) for system in saved["systems"]
    ]
    assert GROUPS == saved["groups"]
    assert list(AROUND) == [system["name"] for system in saved["around"]]
    assert set(AROUND) <= {f"around-{name}" for name in SYSTEMS}
    assert {""} != {system["version"] for system in saved["systems"]}


def test_the_saved_table_has_all_of_ours_right_and_no_peer_with_all(saved: dict[str, Any]) -> None:
    """What the documents say in their first sentence; a peer that reaches all is then to be praised there."""
    found = {system["name"]: system["outcomes"] for system in saved["systems"]}
    assert [{}] * len(OURS) == [wrong(found[name]) for name in OURS]
    assert [0] * len(OURS) == [list(found[name].values()).count(None) for name in OURS]
    assert [] == [name for name in PEERS if not wrong(found[name])]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_every_group_and_every_system(language: str, extension: ModuleType) -> None:
    """With the scores that follow from the outcomes, and each case under its title."""
    page = (SAVED.parents[1] / language / "conformance.md").read_text(encoding="utf-8")
    wanted = [":show: scores", ":show: around", *(f":group: {group}" for group in GROUPS)]
    assert [1] * len(wanted) == [page.count(f"```{{conformance-table}} {language}\n{each}\n") for each in wanted]
    drawn = tables.cells(f".. conformance-table:: {language}\n   :show: scores")
    assert len(SYSTEMS) + 1 == len(drawn)
    for row, system in zip(drawn[1:], extension.SAVED["systems"], strict=True):
        numbers = [tuple(int(each) for each in re.findall(r"\d+", cell)) for cell in row[1:]]
        assert [pair if pair[1] else () for pair in scores(system["outcomes"]).values()] == numbers
        assert row[0].startswith(system["title"])
    beside = tables.cells(f".. conformance-table:: {language}\n   :show: around")
    assert 2 * len(AROUND) + 1 == len(beside)
    assert {len(GROUPS) + 1} == {len(row) for row in beside}
    for group in GROUPS:
        rows = tables.cells(f".. conformance-table:: {language}\n   :group: {group}")
        titles = [case.zh if language == "zh" else case.title for case in CASES if case.group == group]
        assert [f"{title} (" for title in titles] == [
            row[0][: len(title) + 2] for row, title in zip(rows[1:], titles, strict=True)
        ]
        assert ["✓"] * len(titles) == [row[1] for row in rows[1:]]
        assert {1 + 1 + len(PEERS)} == {len(row) for row in rows}
    assert extension.setup is not None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, "closed"),
        (Answer(200, [], CONTENT[:-1]), "200 with other content"),
        (Answer(200, [("content-range", "bytes 0-999/1000")], CONTENT), "200 with Content-Range"),
        (Answer(206, [("etag", '"x"'), ("content-range", "bytes 0-9/1000")], CONTENT[1:11]), "206 with other content"),
        (Answer(206, [("etag", '"x"')], CONTENT[:10]), "206 malformed"),
        (Answer(206, [("content-range", "bytes 0-9/1000")], CONTENT[:10]), "206 without the tag"),
        (Answer(206, [("etag", '"x"')], CONTENT * 3), "206 amplified"),
        (Answer(206, [("etag", '"x"'), ("content-type", "multipart/byteranges")], b""), "206 malformed"),
        (
            Answer(206, [("etag", '"x"'), ("content-type", "multipart/byteranges; boundary=b")], b"--b\r\n\r\n--b"),
            "206 malformed",
        ),
        (Answer(304, [("etag", '"x"')], b"x"), "304 with content"),
        (Answer(304, [], b""), "304 without the tag"),
        (Answer(416, [], b""), "416 without the length"),
    ],
)
def test_a_wrong_answer_is_never_taken_for_a_right_one(answer: Answer | None, expected: str) -> None:
    """The observer is what all scores rest on."""
    seen = observe(answer, CASES[0], ETAG)
    assert expected == seen
    assert not any(seen in case.right for case in CASES)


@pytest.mark.parametrize(
    ("status", "carried_out", "expected"),
    [(204, True, "done"), (204, False, "204, not done"), (412, True, "412, but done"), (412, False, "412")],
)
def test_what_an_unsafe_request_did_counts_not_what_its_answer_says(
    status: int, carried_out: bool, expected: str
) -> None:
    """A 412 after the change has been made is wrong."""
    case = next(case for case in CASES if case.id == "W2")
    assert expected == observe(Answer(status, [], b""), case, ETAG, carried_out=carried_out)
