"""What the outside tools wrote when they attacked us, read, and what is made of it; the tools are not run here."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.outside import guessing, reading, run, slow, sqlmap, wapiti
from tests.outside.findings import EXPLAINED, Explanation, Finding, Outcome, explanations
from tests.outside.stand import PROVOKED, is_meant

RECORDED = Path(__file__).with_name("recorded")


def recorded(name: str) -> str:
    """Return what a tool wrote."""
    return (RECORDED / name).read_text(encoding="utf-8")


def test_what_hydra_has_found_is_read_though_its_json_is_none() -> None:
    """A backslash of the command line makes the whole unreadable; a list that is taken for empty would hide a find."""
    with pytest.raises(json.JSONDecodeError):
        json.loads(recorded("hydra-found.json"))
    assert [("control", "qvzk0000wdtmhxrb")] == reading.hydra(recorded("hydra-found.json"))
    assert [] == reading.hydra(recorded("hydra-nothing.json"))


def test_what_patator_has_found_is_an_answer_and_no_failure_of_its_own() -> None:
    """A line without a status is one where nothing was answered, and is no find."""
    found = recorded("patator-found.csv")
    assert [(303, "qvzk0000wdtmhxrb|2001:db8:0::1")] == reading.patator(found)
    assert [] == reading.patator(recorded("patator-nothing.csv"))
    assert [] == reading.patator(found.replace(",303,", ",xxx,"))


def test_what_wapiti_says_is_one_line_for_each_rule_and_place() -> None:
    """The place has the path and the parameter, and no port, so that it is the same in every run."""
    found, pages = reading.wapiti(recorded("wapiti.json"))
    assert 258 == pages
    assert [
        ("Clickjacking Protection", "GET /"),
        ("Cross Site Request Forgery", "POST /playground/drafts/1"),
        ("Htaccess Bypass", "ABC /playground/article"),
        ("Internal Server Error", "GET /account (QUERY_STRING)"),
        ("LDAP Injection", "GET / (QUERY_STRING)"),
    ] == [(rule, place) for rule, place, _ in found]


def test_what_sqlmap_calls_injectable_is_named_with_its_address() -> None:
    """Of a run over many addresses each find belongs to the one that was tried last."""
    assert (["id (GET)"], 1) == reading.sqlmap(recorded("sqlmap-found.txt"))
    found, tried = reading.sqlmap(recorded("sqlmap-nothing.txt"))
    assert ([], True) == (found, tried > 1)
    together = (
        recorded("sqlmap-nothing.txt") + "testing URL 'https://localhost:1/goods'\n" + recorded("sqlmap-found.txt")
    )
    assert ["/goods id (GET)"] == reading.sqlmap(together)[0]


def test_what_slowhttptest_has_held_is_counted() -> None:
    """A report of nothing is a run that has shown nothing."""
    text = recorded("slowhttptest.csv")
    assert {"seconds": 5, "seconds available": 5, "connected at most": 50} == reading.slowhttptest(text)
    gone = re.sub(r"(?m)^(\d+,\d+,\d+,\d+),50$", r"\1,0", text)
    assert 0 == reading.slowhttptest(gone)["seconds available"]
    assert 0 == reading.slowhttptest("")["seconds"]


def test_a_finding_that_nothing_explains_is_found() -> None:
    """An entry holds for one tool, one rule and the whole of a place; part of it is not enough."""
    outcome = Outcome("wapiti")
    outcome.find("XSS", "GET /here (q)", "said")
    outcome.find("XSS", "GET /there (q)")
    outcome.find("XSS", "GET /there (q)")
    known = [Explanation("wapiti", "XSS", r"GET /there", "en", "zh"), Explanation("sqlmap", "XSS", ".*", "en", "zh")]
    assert (["wapiti: XSS: GET /here (q): said", "wapiti: XSS: GET /there (q)"], []) == outcome.judged(known)
    known.append(Explanation("wapiti", "XSS", r"GET /there \(q\)", "because", "因为"))
    assert (["wapiti: XSS: GET /here (q): said"], ["wapiti: XSS: GET /there (q): because"]) == outcome.judged(known)


def test_every_explanation_has_a_reason_in_both_languages_and_names_a_place() -> None:
    """A pattern that matches anything would hide what is found later, and so would one that names no tool of ours."""
    entries = explanations(EXPLAINED)
    assert entries
    for entry in entries:
        assert entry.tool in run.TOOLS
        assert len(entry.en) > 40
        assert re.search(r"[\u4e00-\u9fff]", entry.zh)
        assert (
            not entry.holds_for(Finding(entry.tool, entry.rule, "GET /somewhere-else (id)")) or "QUERY" in entry.place
        )


def test_what_wapiti_said_of_us_is_explained_or_was_mended() -> None:
    """The error of a head that was too long for nginx is a bug that was mended, and nothing must ever explain it."""
    outcome = Outcome("wapiti")
    for rule, place, said in reading.wapiti(recorded("wapiti.json"))[0]:
        outcome.find(rule, place, said)
    found, explained = outcome.judged()
    assert ["Internal Server Error"] == [line.split(": ")[1] for line in found]
    assert 4 == len(explained)


@pytest.mark.parametrize(
    ("path", "status", "meant"),
    [
        ("/status/500", 500, True),
        ("/status/502", 500, False),
        ("/playground/bill", 500, True),
        ("/account", 500, False),
        ("/status/internal-server-error", 500, False),
    ],
)
def test_a_500_is_meant_only_where_somebody_asked_for_it(path: str, status: int, meant: bool) -> None:
    """Codes may be provoked by their number, and things of the playground fail on purpose; nothing else may."""
    assert meant == is_meant(path, status)
    assert not meant or PROVOKED.fullmatch(path)


def test_the_password_to_be_guessed_stands_where_it_is_said_and_once() -> None:
    """And each address of a list that rotates is of another network, /64 by /64."""
    for way in guessing.PATATORS:
        words, right = guessing.passwords(way, 45, guessing.PLACE)
        assert (guessing.PLACE - 1, 1) == (words.index(right), words.count(right))
        if way.rotating:
            assert 45 == len({word.rsplit(":", 4)[0] for word in words})


def test_a_tool_that_is_not_there_is_said_and_nothing_is_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The status is 2, as of every stage that could not run, before anything was attacked."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setitem(run.EXECUTABLES, "wapiti", "/nowhere/wapiti")
    assert 2 == run.main(["wapiti"])
    assert "wapiti" in capsys.readouterr().err
    assert "tests/outside/install" in run.__doc__ if run.__doc__ else False


def test_every_tool_has_a_short_form_and_a_long_one() -> None:
    """Whoever adds a bound for one form and forgets the other would learn it after half an hour."""
    for bounds in (
        guessing.LENGTH,
        guessing.BOUND,
        slow.SECONDS,
        slow.CONNECTIONS,
        sqlmap.WHOLE,
        sqlmap.APART,
        wapiti.EACH,
    ):
        assert bounds[True] < bounds[False]
