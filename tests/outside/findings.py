"""What one tool has done, in the form of a stage's report: counts, findings, and which of them are explained.

A finding has the tool that made it, its rule there, and the place where it was made. ``explained.toml`` says of some
why they are none; an entry holds for one tool and one rule, and for the places that its pattern matches wholly. What
no entry holds for counts as found. Nothing is explained but what stands there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EXPLAINED = Path(__file__).with_name("explained.toml")


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that a tool says is wrong.

    Args:
        tool: its name.
        rule: what it calls this, or a word of ours where we judge what it did.
        place: method and path, with the parameter where one is named.
        said: in its own words, or ours.
    """

    tool: str
    rule: str
    place: str
    said: str = ""

    def __str__(self) -> str:
        return f"{self.tool}: {self.rule}: {self.place}" + (f": {self.said}" if self.said else "")


@dataclass(frozen=True)
class Explanation:
    """Why some findings are none.

    Args:
        tool: whose they are.
        rule: as the tool calls it.
        place: a regular expression that matches the whole place.
        en: why.
        zh: the same in Chinese.
    """

    tool: str
    rule: str
    place: str
    en: str
    zh: str

    def holds_for(self, finding: Finding) -> bool:
        """Return whether it speaks of *finding*."""
        same = (self.tool, self.rule) == (finding.tool, finding.rule)
        return same and re.fullmatch(self.place, finding.place) is not None


def explanations(path: Path = EXPLAINED) -> list[Explanation]:
    """Return what ``explained.toml`` says."""
    return [Explanation(**each) for each in tomllib.loads(path.read_text(encoding="utf-8")).get("explained", [])]


@dataclass
class Outcome:
    """What came of one tool.

    Args:
        tool: its name.
        counts: numbers by what they count.
        findings: everything that it found, and that we did.
        details: more, for whoever reads the whole report.
    """

    tool: str
    counts: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    def find(self, rule: str, place: str, said: str = "") -> None:
        """Note one."""
        self.findings.append(Finding(self.tool, rule, place, said))

    def judged(self, known: Iterable[Explanation] | None = None) -> tuple[list[str], list[str]]:
        """Return the findings that nothing explains, and those that are, with the reason; one line each."""
        entries = list(explanations() if known is None else known)
        found, explained = [], []
        for finding in sorted(set(self.findings)):
            why = next((entry.en for entry in entries if entry.holds_for(finding)), None)
            if why is None:
                found.append(str(finding))
            else:
                explained.append(f"{finding.tool}: {finding.rule}: {finding.place}: {why}")
        return found, explained
