"""The command itself: which installation is meant, and how the findings are laid out.

Findings are data and go to standard output: in a terminal a line each with what to do below it, piped one line with
tabs between, or one JSON document. Exit status: 0 nothing is wrong (warnings are not), 1 something is, 2 wrong usage.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from hardtack.adapters.asgi import service
from hardtack.cli import columns, config, shown, voice
from hardtack.cli.doctor import outside, rounds
from hardtack.cli.doctor.findings import LEVELS, Finding, Patient

SAY = {
    "en": {
        "looks": "looking",
        "right": "ok",
        "note": "note",
        "warning": "warning",
        "wrong": "WRONG",
        "sum": "ok {right}, notes {note}, warnings {warning}, wrong {wrong}",
    },
    "zh": {
        "looks": "正在查看",
        "right": "正常",
        "note": "说明",
        "warning": "警告",
        "wrong": "错误",
        "sum": "正常 {right}，说明 {note}，警告 {warning}，错误 {wrong}",
    },
}

_WIDEST = 100
"""Columns; longer lines are hard to read."""


@click.command(name="doctor")
@click.option("--data", metavar="DIR", help="The data folder.  [default: hardtack-data]")
@click.option("--config", "file", type=click.Path(path_type=Path), metavar="FILE", help="Settings.")
@click.option("--url", metavar="URL", help="Look from outside, too, at this address, such as https://id.example.org.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def command(context: click.Context, data: str | None, file: Path | None, url: str | None, as_json: bool) -> None:
    """Look at an installation, running or stopped, and say what is wrong and how to mend it.

    Exit status 1 if something is wrong. Run it as the user that runs the service, with its environment.
    """
    patient = examined(data, file, url)
    found: list[tuple[str, Finding]] = []
    findings = rounds.findings(patient)
    while (each := _next(findings)) is not None:
        found.append(each)
        if not as_json:
            _show(*each)
    counts = Counter(finding.level for _, finding in found)
    if as_json:
        click.echo(json.dumps(document(found), ensure_ascii=False, indent=1))
    else:
        voice.say(SAY[voice.language()]["sum"].format_map({level: counts[level] for level in LEVELS}))
    context.exit(1 if counts["wrong"] else 0)


def _next(findings: Iterator[tuple[str, Finding]]) -> tuple[str, Finding] | None:
    """Return the next finding, or ``None`` after the last; some checks wait for a server that may say nothing."""
    with shown.meanwhile(lambda: SAY[voice.language()]["looks"]):
        return next(findings, None)


def examined(data: str | None, file: Path | None, url: str | None) -> Patient:
    """Return the installation that is meant.

    Raises:
        MisuseError: *url* is no address of a service.
    """
    gathered = config.gather(file, data)
    return Patient(
        gathered=gathered,
        now=int(time.time()),
        environ=dict(os.environ),
        keyring=lambda: service.keyring(gathered.settings),
        url=None if url is None else outside.written(url),
    )


def document(found: list[tuple[str, Finding]]) -> dict[str, Any]:
    """Return the findings as values that JSON can write."""
    counts, language = Counter(finding.level for _, finding in found), voice.language()
    return {
        "good": not counts["wrong"],
        "counts": {level: counts[level] for level in LEVELS},
        "findings": [
            {
                "check": name,
                "code": finding.code,
                "level": finding.level,
                "found": finding.found(language),
                "mend": finding.mend(language) or None,
            }
            for name, finding in found
        ],
    }


def _show(name: str, finding: Finding) -> None:
    language = voice.language()
    say, text, mend = SAY[language], finding.found(language), finding.mend(language)
    if not sys.stdout.isatty():
        click.echo("\t".join((finding.level, name, finding.code, text, mend)).replace("\n", "; "))
        return
    head = columns.pad(say[finding.level], 9) + columns.pad(name, 10)
    color = {"wrong": "red", "warning": "yellow"}.get(finding.level)
    for number, line in enumerate(columns.wrap(text, _WIDEST - 19)):
        click.secho(f"{' ' * 19 if number else head}{line}", fg=color)
    for line in mend.splitlines():
        for number, each in enumerate(columns.wrap(line, _WIDEST - 21)):
            click.echo(f"{' ' * 19}{'  ' if number else '→ '}{each}")
