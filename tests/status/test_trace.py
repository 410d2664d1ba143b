"""The trace for people and for a header field."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from hardtack.status.errors import is_field
from hardtack.status.trace import CONTINUES, LONGEST, Moment, Step, answers, fails, header, raises, readable

STEPS = [
    Step("refuse", "host-is-well-formed", "RFC 9110 §7.2"),
    Step("precondition", "if-none-match", "RFC 9110 §13.1.2", "not-modified"),
    Step("finish", "conditions-hold", "RFC 9110 §13.2", "not-modified"),
]


def test_a_person_reads_one_line_for_each_rule() -> None:
    """The moment, the rule, the section, and what it decided."""
    assert readable(STEPS).splitlines() == [
        "the request's head: host-is-well-formed (RFC 9110 §7.2): decides nothing",
        "the conditions: if-none-match (RFC 9110 §13.1.2): not-modified",
        "the answer: conditions-hold (RFC 9110 §13.2): not-modified",
    ]


def test_a_person_reads_it_in_chinese() -> None:
    """Another language gets English."""
    assert readable(STEPS[:1], "zh") == "请求头部：host-is-well-formed（RFC 9110 §7.2）：不作决定"
    assert readable(STEPS, "fr") == readable(STEPS, "en")
    for moment in get_args(Moment):
        assert readable([Step(moment, "x", "y", "z")], "zh") != readable([Step(moment, "x", "y", "z")], "en")


def test_the_field_names_what_decided_something() -> None:
    """And how many rules were tried."""
    decisive = "precondition/if-none-match=not-modified; finish/conditions-hold=not-modified"
    assert header(STEPS) == f"{decisive}; tried=3"
    assert header(STEPS[:1]) == "tried=1"
    assert header([]) == "tried=0"


def test_what_the_application_says_is_noted_once() -> None:
    """What it raised comes before the answer that was made of it, and what a rule or the driver decided before both."""
    alone: list[Step] = []
    answers(alone, 201)
    answers(alone, 404)
    assert header(alone) == "handler/answers=201; tried=1"
    raised: list[Step] = []
    raises(raised, "seat-is-taken")
    answers(raised, 409)
    assert header(raised) == "handler/raises=seat-is-taken; tried=1"
    for decided in (Step("admit", "method-is-allowed", "", "no-such-method"), Step("driver", "in-time", "", "late")):
        steps = [Step("refuse", "host-is-well-formed", ""), decided]
        raises(steps, "no-such-method")
        assert len(steps) == 2


def test_a_step_after_which_the_request_goes_on_hides_no_word() -> None:
    """That content was wanted is not what the application's error came from."""
    steps = [Step("driver", "content-is-wanted", "RFC 9110 §10.1.1", CONTINUES)]
    raises(steps, "seat-is-taken")
    assert header(steps) == "driver/content-is-wanted=continue; handler/raises=seat-is-taken; tried=2"


def test_what_escaped_is_noted_with_its_sentence() -> None:
    """It is no word of the application's."""
    steps: list[Step] = []
    fails(steps, "storage-full", "RFC 4918 §11.5")
    assert steps == [("handler", "fails", "RFC 4918 §11.5", "storage-full")]


def test_without_a_list_nothing_is_noted() -> None:
    """Which is how it is in production."""
    answers(None, 200)
    raises(None, "x")
    fails(None, "x", "")


@given(words=st.lists(st.tuples(st.text(), st.text()), max_size=40))
def test_the_field_can_always_be_sent(words: list[tuple[str, str]]) -> None:
    """Whatever the rules are called."""
    value = header(Step("driver", rule, "", outcome) for rule, outcome in words)
    assert len(value) <= LONGEST
    assert is_field("Hardtack-Trace", value)
