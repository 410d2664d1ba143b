"""What ``hardtack lint`` shows: each misuse once for each code of an address, and how often it came."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from hardtack.cli import columns
from hardtack.status.lint import Finding
from hardtack.status.lint.walk import Asked

_COLOURS = {"error": "red", "warning": "yellow"}


@dataclass(slots=True)
class Row:
    """One misuse at one address.

    Args:
        requests: those in whose answers it was found, in order.
        finding: what was found in the first of them.
    """

    requests: list[str]
    finding: Finding


def rows(found: Sequence[tuple[Asked, Sequence[Finding]]]) -> list[Row]:
    """Return the misuses, errors first, otherwise in the order in which they were found."""
    known: dict[tuple[str, str, int], Row] = {}
    for asked, findings in found:
        for finding in findings:
            key = (asked.exchange.request.path, finding.rule, finding.status)
            if key in known:
                known[key].requests.append(asked.label)
            else:
                known[key] = Row([asked.label], finding)
    return sorted(known.values(), key=lambda row: row.finding.level)


def as_json(target: str, requests: int, rows: Sequence[Row]) -> str:
    """Return one document with everything, in both languages."""
    findings: list[dict[str, Any]] = [{"requests": row.requests, **asdict(row.finding)} for row in rows]
    return json.dumps({"target": target, "requests": requests, "findings": findings}, ensure_ascii=False, indent=2)


def as_text(rows: Sequence[Row], language: str, terminal: int | None, say: Mapping[str, str]) -> str:
    """Return the misuses.

    Args:
        rows: the misuses.
        language: ``en`` or ``zh``.
        terminal: the terminal's columns; ``None`` for one line a misuse with tabs between.
        say: the words for the levels, and for how often.
    """
    lines = []
    for row in rows:
        finding = row.finding
        again = say["again"].format(times=len(row.requests) - 1) if row.requests[1:] else ""
        source = "" if finding.source == "hardtack" else f"{finding.source}: "
        if terminal is None:
            cells = (finding.level, row.requests[0], str(finding.status), source + finding.rule, finding.reference)
            lines.append("\t".join([*cells, finding.text[language] + again]))
            continue
        level = click.style(say[finding.level], fg=_COLOURS[finding.level], bold=True)
        lines.append(f"{level}  {row.requests[0]} → {finding.status}")
        lines.append(f"    {source}{finding.rule}  {finding.reference}{again}")
        lines += [f"    {line}" for line in columns.wrap(finding.text[language], terminal - 4)]
        lines.append("")
    return "\n".join(lines).rstrip("\n")
