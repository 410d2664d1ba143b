"""Why an answer is what it is: the rules that were tried at each of the four moments, in order.

Every moment appends one ``Step`` for each rule that it tries to the list it is given, and does nothing of the kind
without one. What the application said itself, between those moments, is a step too: ``handler/answers``,
``handler/raises`` or ``handler/fails``. Nothing is decided here. A step holds names and reasons only, ours and those
of the application's errors, never what a visitor has sent, so the whole of it may be logged; the short form for a
header field is for development.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Moment = Literal["refuse", "admit", "precondition", "handler", "finish", "driver"]

LONGEST = 512
"""The most characters of the value that ``header`` makes."""

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "refuse": "the request's head",
        "admit": "the route",
        "precondition": "the conditions",
        "handler": "the application",
        "finish": "the answer",
        "driver": "the driver",
        "": "decides nothing",
    },
    "zh": {
        "refuse": "请求头部",
        "admit": "路由",
        "precondition": "前提条件",
        "handler": "应用程序",
        "finish": "响应",
        "driver": "驱动程序",
        "": "不作决定",
    },
}


class Step(NamedTuple):
    """One rule that was tried.

    Args:
        moment: when: one of the four moments, the application between them, or the driver that carries them out.
        rule: the rule's name, as the documentation has it.
        reference: the section that decides it.
        outcome: the reason in one word if the rule decides something, else ``""``.
    """

    moment: Moment
    rule: str
    reference: str
    outcome: str = ""


Trace = list[Step] | None

_ANSWERS = "RFC 9110 §15"
CONTINUES = "continue"
"""The outcome of a step after which the request goes on."""


def answers(steps: Trace, status: int) -> None:
    """Note in *steps* that the application answered with *status*, unless what it raised is noted already."""
    if steps is not None and not any(step.moment == "handler" for step in steps):
        steps.append(Step("handler", "answers", _ANSWERS, str(status)))


def raises(steps: Trace, reason: str) -> None:
    """Note in *steps* that the application raised its answer, unless it is a rule's or the driver's, noted already.

    Args:
        reason: the error's own, in one word.
    """
    if steps is not None and not any(_says(step, reason) for step in steps):
        steps.append(Step("handler", "raises", _ANSWERS, reason))


def _says(step: Step, reason: str) -> bool:
    return step.outcome == reason or (step.moment == "driver" and step.outcome not in ("", CONTINUES))


def fails(steps: Trace, reason: str, reference: str) -> None:
    """Note in *steps* that something escaped from the application that it did not mean as an answer."""
    if steps is not None:
        steps.append(Step("handler", "fails", reference, reason))


def decisive(steps: Iterable[Step]) -> list[Step]:
    """Return those of *steps* that decided something."""
    return [step for step in steps if step.outcome]


def in_words(moment: Moment, language: str = "en") -> str:
    """Return what *moment* is called in *language* (``"en"`` or ``"zh"``; English for any other)."""
    return _WORDS.get(language, _WORDS["en"])[moment]


def readable(steps: Iterable[Step], language: str = "en") -> str:
    """Return *steps* for a person, one line each, in *language* (``"en"`` or ``"zh"``; English for any other)."""
    nothing = _WORDS.get(language, _WORDS["en"])[""]
    line = "{}：{}（{}）：{}" if language == "zh" else "{}: {} ({}): {}"
    return "\n".join(
        line.format(in_words(step.moment, language), step.rule, step.reference, step.outcome or nothing)
        for step in steps
    )


def header(steps: Iterable[Step]) -> str:
    """Return *steps* as the value of one header field: what decided something, and how many rules were tried.

    Such as ``precondition/if-none-match=not-modified; tried=14``. Printable ASCII, at most ``LONGEST`` characters.
    """
    steps = list(steps)
    tried = f"tried={len(steps)}"
    decided = "; ".join(f"{step.moment}/{step.rule}={step.outcome}" for step in decisive(steps))
    plain = "".join(character if " " <= character <= "~" else "?" for character in decided)
    return f"{plain[: LONGEST - len(tried) - 2]}; {tried}" if plain else tried
