"""``hardtack serve`` gives every case its word, and the table in the documents says what was measured."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Start
from tests.servers.cases import CASES, SLOW, Case
from tests.servers.run import COMMAND, SAVED, mendable, outcome, right
from tests.servers.systems import SERVERS

POST = SERVERS["hardtack"].post


@pytest.fixture(scope="module")
def saved() -> dict[str, Any]:
    """What the last run of all servers has written."""
    content: dict[str, Any] = json.loads(SAVED.read_text(encoding="utf-8"))
    return content


def test_every_case_is_right_on_a_real_socket(start: Start) -> None:
    """Those that wait for a limit of 15 or 20 s are tried with shorter ones elsewhere."""
    port = start().port
    found = {case.id: (outcome(port, case, POST), case.right) for case in CASES if case.pause < SLOW}
    assert {} == {name: said for name, (said, good) in found.items() if said not in good}


def test_the_saved_cases_are_the_cases_and_ours_are_all_right(saved: dict[str, Any]) -> None:
    """Whoever changes a case asks all servers again."""
    assert COMMAND == saved["command"]
    assert [(case.id, case.title, case.zh, case.section, list(case.right)) for case in CASES] == [
        (case["id"], case["title"], case["zh"], case["section"], case["right"]) for case in saved["cases"]
    ]
    assert list(SERVERS) == [server["name"] for server in saved["servers"]]
    assert {"right"} == set(saved["servers"][0]["marks"].values())


def test_marks_follow_from_outcomes(saved: dict[str, Any]) -> None:
    """A tick is never written by hand."""
    cases = {case.id: case for case in CASES}
    for server in saved["servers"]:
        for name, said in server["outcomes"].items():
            case = cases[name]
            mark = "right" if right(case, said) else "layer" if mendable(case, said) else "wrong"
            assert server["marks"][name] == mark, (server["name"], name)


def test_no_server_gives_every_case_its_word_by_itself(saved: dict[str, Any]) -> None:
    """If one does some day, the page must say so."""
    assert [] == [each["name"] for each in saved["servers"][2:] if set(each["marks"].values()) == {"right"}]


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_case_says_what_decides_it(case: Case) -> None:
    """In both languages, with a section."""
    assert case.title
    assert re.search(r"[\u4e00-\u9fff]", case.zh) or case.zh == case.title
    assert re.fullmatch(r"RFC \d{4} §[\d.]+", case.section)


def test_the_page_names_the_limits_that_hold() -> None:
    """The numbers of seconds and octets are those of the code."""
    from hardtack.status import unparsed

    for language in ("en", "zh"):
        page = (Path(__file__).parents[2] / "docs" / language / "servers.md").read_text(encoding="utf-8")
        assert f"{unparsed.HEAD_SECONDS} " in page
        assert f"{unparsed.IDLE_SECONDS} " in page
        assert f"{unparsed.MAX_HEAD // 1024} kB" in page
