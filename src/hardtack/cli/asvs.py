"""``hardtack asvs``: how this service stands to OWASP ASVS 5.0, under the settings that it runs with.

For each of 120 requirements: shown by tests, the operator's duty, not applicable, or not met. What is judged and what
tests have shown comes with the package (``hardtack.site.asvs``); this command looks at the settings and lays it out. In
a terminal it is a table with the sentences below the lines; piped, one line a requirement with tabs between.

Exit status: 0, whatever stands in the table; 1 if nothing is numbered so; 2 wrong usage.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from hardtack.cli import columns, given, voice
from hardtack.errors import MisuseError
from hardtack.site import asvs
from hardtack.site.settings import Settings

_WIDEST = 120
"""Columns; longer lines are hard to read."""

_NARROWEST = 30

OUTCOMES = {
    "en": {"shown": "shown", "duty": "duty", "not-applicable": "not applicable", "not-met": "NOT MET"},
    "zh": {"shown": "已证明", "duty": "运维职责", "not-applicable": "不适用", "not-met": "未满足"},
}

HEAD = {
    "en": ("requirement", "level", "outcome", "what it asks"),
    "zh": ("要求", "级别", "结论", "内容"),
}

COUNTED = {"en": ("level", "requirements"), "zh": ("级别", "要求数")}

SAY = {
    "en": {
        "shown-by": "shown by 1 test",
        "shown-by-many": "shown by {count} tests",
        "all": "all",
        "title": "{name} {version}, at assurance {assurance}",
        "unknown": "there is no requirement {name} among those that are judged",
        "unknown-hint": "hardtack asvs V6.2 for a chapter, hardtack asvs V6.2.4 for one requirement",
        "tests-hint": "hardtack asvs --tests names the tests; hardtack asvs V6.2.4 tells all about one requirement",
    },
    "zh": {
        "shown-by": "1 个测试证明",
        "shown-by-many": "{count} 个测试证明",
        "all": "合计",
        "title": "{name} {version}，安全等级 {assurance}",
        "unknown": "所评估的要求中没有 {name}",
        "unknown-hint": "hardtack asvs V6.2 显示一章，hardtack asvs V6.2.4 显示一条要求",
        "tests-hint": "hardtack asvs --tests 列出测试名；hardtack asvs V6.2.4 显示一条要求的全部内容",
    },
}


@click.command(name="asvs")
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@click.option("--assurance", type=click.IntRange(1, 3), metavar="1|2|3", help="Judge as if this were configured.")
@click.option(
    "--level", type=click.IntRange(1, 3), default=3, metavar="1|2|3", help="Show up to this level.  [default: 3]"
)
@click.option("--tests", "with_tests", is_flag=True, help="Name the tests that show each requirement.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, in both languages.")
@click.option("--data", metavar="DIR", help="The data folder, whose settings hold.  [default: hardtack-data]")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings.")
def command(
    numbers: tuple[str, ...],
    assurance: int | None,
    level: int,
    with_tests: bool,
    as_json: bool,
    data: str | None,
    config: Path | None,
) -> None:
    """Show how the service meets OWASP ASVS 5.0, line by line."""
    settings = _settings(data, config)
    assured = asvs.assurance_of(settings) if assurance is None else assurance
    lines = [line for line in asvs.card(settings, assurance=assured) if line.level <= level]
    if numbers:
        lines = _chosen(lines, numbers)
    if as_json:
        click.echo(json.dumps(document(lines, assured), ensure_ascii=False, indent=1))
    elif sys.stdout.isatty():
        _draw(lines, assured, tests=with_tests or bool(numbers))
        if not numbers and not with_tests:
            voice.hint(SAY[voice.language()]["tests-hint"])
    else:
        language = voice.language()
        for line in lines:
            because = (line.because or {}).get(language, "")
            tests = " ".join(line.tests)
            click.echo("\t".join((line.id, str(line.level), line.outcome, line.asks[language], because, tests)))


def document(lines: list[asvs.Line], assurance: int) -> dict[str, Any]:
    """Return *lines* as values that JSON can write, with the counts of each level."""
    source = asvs.sheet().source
    return {
        "standard": {"name": source.name, "version": source.version, "address": source.address},
        "assurance": assurance,
        "counts": {str(level): row for level, row in asvs.counts(lines).items()},
        "requirements": [
            {
                "id": line.id,
                "level": line.level,
                "asks": line.asks,
                "outcome": line.outcome,
                "because": line.because,
                "tests": list(line.tests),
            }
            for line in lines
        ],
    }


def _settings(data: str | None, config: Path | None) -> Settings:
    """Return the settings of the application around, or those that ``hardtack serve`` would take."""
    inside = given.application() if data is None and config is None else None
    return Settings.load(config, os.environ, data=data) if inside is None else inside.settings


def _chosen(lines: list[asvs.Line], numbers: tuple[str, ...]) -> list[asvs.Line]:
    """Return the lines of these requirements and chapters, with or without the letter before the number."""
    wanted = [f"V{number.upper().removeprefix('V')}" for number in numbers]
    for name in wanted:
        if not any(_within(line.id, name) for line in lines):
            say = SAY[voice.language()]
            raise MisuseError(say["unknown"].format(name=name), say["unknown-hint"])
    return [line for line in lines if any(_within(line.id, name) for name in wanted)]


def _within(identifier: str, name: str) -> bool:
    return identifier == name or identifier.startswith(f"{name}.")


def _draw(lines: list[asvs.Line], assurance: int, *, tests: bool) -> None:
    language = voice.language()
    head = HEAD[language]
    source = asvs.sheet().source
    rows = [(line.id, str(line.level), _outcome(line, language)) for line in lines]
    widths = [max(map(columns.width, each)) for each in zip(head[:3], *rows, strict=True)]
    indent = sum(widths) + 2 * len(widths)
    room = max(min(shutil.get_terminal_size().columns, _WIDEST) - indent, _NARROWEST)
    click.echo(SAY[language]["title"].format(name=source.name, version=source.version, assurance=assurance))
    click.echo()
    for cells, texts in ((head[:3], [head[3]]), *zip(rows, _texts(lines, tests), strict=True)):
        first, *rest = [folded for text in texts for folded in columns.wrap(text, room)]
        click.echo("  ".join([*map(columns.pad, cells, widths), first]))
        for text in rest:
            click.echo(" " * indent + text)
    click.echo()
    for text in columns.table(list(_counted(lines))):
        click.echo(text)


def _outcome(line: asvs.Line, language: str) -> str:
    if line.outcome != "shown":
        return OUTCOMES[language][line.outcome]
    count = len(line.tests)
    return SAY[language]["shown-by" if count == 1 else "shown-by-many"].format(count=count)


def _texts(lines: list[asvs.Line], tests: bool) -> Iterator[list[str]]:
    """Yield for each line what stands in its last column: what it asks, why it is so, and what shows it."""
    language = voice.language()
    for line in lines:
        because = [] if line.because is None else [f"→ {line.because[language]}"]
        yield [line.asks[language], *because, *(line.tests if tests else ())]


def _counted(lines: list[asvs.Line]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the counts, with the sum of the levels last."""
    language = voice.language()
    yield (*COUNTED[language], *OUTCOMES[language].values())
    rows = {str(level): list(row.values()) for level, row in asvs.counts(lines).items() if any(row.values())}
    rows[SAY[language]["all"]] = [sum(each) for each in zip(*rows.values(), strict=True)]
    for name, row in rows.items():
        yield (name, str(sum(row)), *map(str, row))
