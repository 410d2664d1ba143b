"""The trace of one answer as it is shown to an author: inside an error page, in a text, and in a problem document.

The steps that decided something come first and by themselves, since they are what is looked for; then what was tried
and decided nothing. Each names its section, with a link. Nothing is decided here, and everything that comes from
outside this module is escaped; ``hardtack.status.trace`` says what a step may hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from hardtack.status.catalogue import language_of
from hardtack.status.trace import Step, decisive, in_words, readable

TITLE = {"en": "Why this answer", "zh": "为什么是这个答复"}
_DECIDED = {"en": "This decided it:", "zh": "由此决定："}
_COMMA = {"en": ", ", "zh": "，"}
_TRIED = {"en": "These were tried and decide nothing:", "zh": "下列规则也试过，不作决定："}

STYLE = """
.why { margin: 1.75rem 0 0; padding-top: .75rem; border-top: 1px solid var(--line); font-size: .875rem }
.why summary { cursor: pointer; color: var(--link) }
.why summary:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 2px }
.why p { margin: .75rem 0 .25rem; color: var(--soft) }
.why ul { margin: 0 }
.why li { margin: 0 0 .25rem }
.why small { display: block; font-size: inherit; color: var(--soft) }
.why code { font: .9375em ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace }
.why .decides code { font-weight: 700 }
"""
"""What a page needs besides its own style."""

_SECTION = re.compile(r"(?:RFC (\d+) )?§([\d.]*\d)")


def shown(steps: Sequence[Step], language: str, title: str | None = None) -> str:
    """Return *steps* in HTML, closed until somebody opens it.

    Args:
        steps: in the order in which they were tried.
        language: ``en`` or ``zh``.
        title: what stands there while it is closed, in HTML; ``None``: that it says why.
    """
    language = language_of(language)
    decided = decisive(steps)
    blocks = (
        (_DECIDED, "decides", decided),
        (_TRIED, "tried", [step for step in steps if not step.outcome]),
    )
    inside = "".join(
        f'<p>{words[language]}</p>\n<ul class="{kind}">\n{"".join(_item(step, language) for step in listed)}</ul>\n'
        for words, kind, listed in blocks
        if listed
    )
    return f'<details class="why">\n<summary>{title or TITLE[language]}</summary>\n{inside}</details>\n'


def _item(step: Step, language: str) -> str:
    outcome = f" = {step.outcome}" if step.outcome else ""
    where = (escape(in_words(step.moment, language)), linked(step.reference, language))
    return f"<li><code>{escape(step.rule + outcome)}</code> <small>{_COMMA[language].join(where)}</small></li>\n"


def linked(reference: str, language: str = "en") -> str:
    """Return *reference*, such as ``RFC 9110 §8.3 and §15.5.16``, in HTML, each section a link to where it is."""
    rfc = ""

    def link(found: re.Match[str]) -> str:
        nonlocal rfc
        rfc = found[1] or rfc
        if not rfc:
            return found[0]
        address = f"https://www.rfc-editor.org/rfc/rfc{rfc}.html#section-{found[2]}"
        return f'<a href="{address}" rel="noreferrer">{found[0]}</a>'

    if language == "zh":
        reference = reference.replace(" and ", "、").replace(", ", "、")
    return _SECTION.sub(link, escape(reference))


def as_text(steps: Sequence[Step], language: str) -> str:
    """Return the steps that decided something, one line each under a title, or ``""`` if none did."""
    decided = decisive(steps)
    return f"{TITLE[language_of(language)]}\n{readable(decided, language)}" if decided else ""


def members(steps: Sequence[Step]) -> list[dict[str, str]]:
    """Return *steps* as JSON has them, in the order in which they were tried."""
    return [step._asdict() for step in steps]
