"""The table of all rules, and what one exchange breaks of them.

The promise of ``lint``: it returns for any exchange and never raises, in time linear in it but for sorting.
"""

from __future__ import annotations

from hardtack.status.lint import codes, conditions, content, demanded, fits, ranges, storing, written
from hardtack.status.lint.exchange import Exchange, Finding, Rule, Seen

RULES: tuple[Rule, ...] = (
    *codes.RULES,
    *content.RULES,
    *demanded.RULES,
    *fits.RULES,
    *conditions.RULES,
    *ranges.RULES,
    *written.RULES,
    *storing.RULES,
)
"""Every rule; each is tried, and none depends on another."""


_LONGEST = 200  # characters


def lint(exchange: Exchange) -> list[Finding]:
    """Return what is wrong in *exchange*, the worst first."""
    seen = Seen(exchange)
    found = []
    for rule in RULES:
        shown = rule.check(seen)
        if shown is not None:
            shown = _printable(shown)
            text = (
                {"en": f"{rule.en} ({shown})", "zh": f"{rule.zh}（{shown}）"}
                if shown
                else {"en": rule.en, "zh": rule.zh}
            )
            found.append(Finding(rule.name, rule.level, seen.status, rule.reference, text))
    return sorted(found, key=lambda finding: finding.level)


def _printable(shown: str) -> str:
    """Return what a server sent so that it can stand in a line: short, and with nothing that a terminal would obey."""
    short = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
    return "".join(character if character.isprintable() else "?" for character in short)
