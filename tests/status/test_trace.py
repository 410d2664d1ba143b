"""The trace for people and for a header field."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hardtack.status.errors import is_field
from hardtack.status.trace import LONGEST, Step, header, readable

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
    assert readable(STEPS[:1], "zh") == "请求头部: host-is-well-formed (RFC 9110 §7.2): 不作决定"
    assert readable(STEPS, "fr") == readable(STEPS, "en")
    for moment in ("refuse", "admit", "precondition", "finish", "driver"):
        assert readable([Step(moment, "x", "y", "z")], "zh") != readable([Step(moment, "x", "y", "z")], "en")


def test_the_field_names_what_decided_something() -> None:
    """And how many rules were tried."""
    decisive = "precondition/if-none-match=not-modified; finish/conditions-hold=not-modified"
    assert header(STEPS) == f"{decisive}; tried=3"
    assert header(STEPS[:1]) == "tried=1"
    assert header([]) == "tried=0"


@given(words=st.lists(st.tuples(st.text(), st.text()), max_size=40))
def test_the_field_can_always_be_sent(words: list[tuple[str, str]]) -> None:
    """Whatever the rules are called."""
    value = header(Step("driver", rule, "", outcome) for rule, outcome in words)
    assert len(value) <= LONGEST
    assert is_field("Hardtack-Trace", value)
