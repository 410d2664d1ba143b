"""Which code is decided where: the tables of every moment, read as one.

Nothing is decided here. The docs and the tests read it, so that what is written about a code cannot disagree with the
rules that answer with it. A code without a row is somebody else's: the HTTP server's, the application's own word, a
gateway's, or nobody's (``Status.decided_by``).
"""

from __future__ import annotations

from typing import NamedTuple

from hardtack.status import addresses, admit, finish, limits, precondition, refuse


class Decision(NamedTuple):
    """One code that one rule answers with.

    Args:
        status: the code.
        where: the module of ``hardtack.status`` that decides it.
        rule: the name of the rule, the table, the limit or the reason there.
        reference: the sentence behind it.
    """

    status: int
    where: str
    rule: str
    reference: str


_BY_CONDITION = {
    "if-match": (412,),
    "if-unmodified-since": (412,),
    "if-none-match": (304, 412),
    "if-modified-since": (304,),
    "says-which-version": (428,),
}
_BY_ANSWER = {
    "status-can-be-sent": (500,),
    "conditions-hold": (304, 412),
    "range-is-served": (206, 416),
}


def _all() -> list[Decision]:
    heads = [(code, "refuse", rule.name, rule.reference) for rule in refuse.RULES for code in rule.answers]
    routes = [(code, "admit", rule.name, rule.reference) for rule in admit.RULES for code in rule.answers]
    conditions = [
        (code, "precondition", rule.name, rule.reference)
        for rule in precondition.RULES
        for code in _BY_CONDITION.get(rule.name, ())
    ]
    answers = [
        (code, "finish", rule.name, rule.reference) for rule in finish.RULES for code in _BY_ANSWER.get(rule.name, ())
    ]
    tables = [(code, "addresses", table, reference) for code, (table, reference) in addresses.ANSWERS.items()]
    passed = [(row.status, "limits", row.limit, row.reference) for row in limits.PAST]
    escaped = [(code, "limits", reason, reference) for reason, (code, reference) in limits.FAILURES.items()]
    rows = [*heads, *tables, *routes, *conditions, *answers, *passed, *escaped]
    return sorted((Decision(*row) for row in rows), key=lambda each: each.status)


DECISIONS: tuple[Decision, ...] = tuple(_all())
"""Every decision, in the order of the codes and then in that of the way of a request."""
