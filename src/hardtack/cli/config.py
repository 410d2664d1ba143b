"""``hardtack config``: whether the settings are right, and which are in force.

``check`` names every mistake at once, each with the source that made it (in a file, the line) and what to write
instead. ``show`` prints every setting with its value, where it comes from, its unit and what it does. What a setting is
and what is wrong with it is decided in ``hardtack.site``; nothing is changed, and no password is shown.

Exit status of ``check``: 0 nothing is wrong, 1 something is.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from hardtack.cli import columns, voice
from hardtack.site import Settings, before_start, configured
from hardtack.site.configured import Gathered
from hardtack.site.described import InForce, in_force
from hardtack.site.mistakes import DEFAULT, DERIVED, Mistake, Place

SAY = {
    "en": {
        "good": "the settings are right: {source}",
        "wrong": "mistakes: {count}",
        "nothing": "no file; the environment and defaults alone",
        "nothing-set": "none",
        DEFAULT: "default",
        DERIVED: "follows from another setting",
        "environment": "the environment, {name}",
        "made": "Made by hardtack config show --toml. What is commented out is the default.",
    },
    "zh": {
        "good": "设置没有问题：{source}",
        "wrong": "错误数：{count}",
        "nothing": "没有文件，只有环境变量和默认值",
        "nothing-set": "无",
        DEFAULT: "默认值",
        DERIVED: "由其他设置决定",
        "environment": "环境变量 {name}",
        "made": "由 hardtack config show --toml 生成。注释掉的是默认值。",
    },
}

HEAD = {"en": ("setting", "value", "unit", "from"), "zh": ("设置", "值", "单位", "来源")}

_file = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings.  [default: hardtack.toml in the data folder]",
)
_data = click.option("--data", metavar="DIR", help="The data folder.  [default: hardtack-data]")


def _of_sources(function: Callable[..., None]) -> Callable[..., None]:
    return _file(_data(function))


@click.group(name="config")
def command() -> None:
    """Check the settings, and show those in force."""


@command.command()
@_of_sources
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def check(context: click.Context, config: Path | None, data: str | None, as_json: bool) -> None:
    """Say everything that is wrong with the settings; exit status 1 if anything is."""
    gathered = gather(config, data)
    wrong = before_start.mistakes(gathered, os.environ)
    if as_json:
        click.echo(json.dumps(document(gathered, wrong), ensure_ascii=False, indent=1))
    else:
        say_mistakes(gathered, wrong)
    context.exit(1 if wrong else 0)


@command.command()
@_of_sources
@click.option("--toml", "as_toml", is_flag=True, help="Print a file that can be used as hardtack.toml.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def show(context: click.Context, config: Path | None, data: str | None, as_toml: bool, as_json: bool) -> None:
    """Print every setting in force: its value, where it comes from, its unit, and what it does.

    Exit status 1 if a setting is mistaken; then nothing is in force.
    """
    if as_toml and as_json:
        raise click.UsageError("--toml, --json")
    gathered = gather(config, data)
    if gathered.mistakes:
        say_mistakes(gathered, gathered.mistakes)
        context.exit(1)
    rows = list(in_force(gathered))
    if as_json:
        click.echo(json.dumps([_as_json(row) for row in rows], ensure_ascii=False, indent=1))
    elif as_toml:
        click.echo("\n".join(_as_toml(rows)))
    elif sys.stdout.isatty():
        click.echo("\n".join(_as_text(rows)))
    else:
        for row in rows:
            click.echo("\t".join(_cells(row)))


def gather(config: Path | None, data: str | None) -> Gathered[Settings]:
    """Return the settings that ``hardtack serve`` would take."""
    return configured.gather(Settings, config, os.environ, {"data": data})


def say_mistakes(gathered: Gathered[Settings], wrong: Iterable[Mistake]) -> None:
    """Say each mistake and what to do about it, then how many there are."""
    say, language, count = SAY[voice.language()], voice.language(), 0
    for mistake in wrong:
        count += 1
        voice.say(mistake.told(language))
        voice.hint(mistake.texts(language)[1])
    source = say["nothing"] if gathered.file is None else str(gathered.file)
    voice.say(say["wrong"].format(count=count) if count else say["good"].format(source=source))


def document(gathered: Gathered[Settings], wrong: Iterable[Mistake]) -> dict[str, Any]:
    """Return the outcome of a check as values that JSON can write."""
    mistakes = [
        {**_place_as_json(each.place), "setting": each.setting or None, "problem": problem, "hint": hint}
        for each in wrong
        for problem, hint in [each.texts(voice.language())]
    ]
    return {"good": not mistakes, "file": _text(gathered.file), "mistakes": mistakes}


def _place_as_json(place: Place) -> dict[str, Any]:
    return {"source": place.kind, "file": _text(place.file), "line": place.line or None, "name": place.name or None}


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _as_json(row: InForce) -> dict[str, Any]:
    language = voice.language()
    return {
        "setting": row.name,
        "value": row.value,
        **_place_as_json(row.place),
        "unit": row.about.counts(language) or None,
        "does": row.about.line(language),
    }


def _as_toml(rows: list[InForce]) -> Iterable[str]:
    """Yield the lines of a file: pairs first, arrays of tables last, as TOML wants it."""
    language = voice.language()
    yield f"# {SAY[language]['made']}"
    for row in sorted(rows, key=lambda row: row.written.startswith("[[")):
        unit = f" ({row.about.counts(language)})" if row.about.unit else ""
        yield ""
        yield f"# {row.about.line(language)}{unit}"
        said = row.place.kind not in (DEFAULT, DERIVED)
        written = row.written or f"{row.name} ="
        yield written if said else "\n".join(f"# {line}" for line in written.splitlines())


def _cells(row: InForce) -> tuple[str, ...]:
    say, language = SAY[voice.language()], voice.language()
    value = row.written.partition(" = ")[2] if not row.written.startswith("[[") else json.dumps(row.value)
    place = str(row.place)
    if row.place.kind in (DEFAULT, DERIVED):
        place = say[row.place.kind]
    elif row.place.kind == "environment":
        place = say["environment"].format(name=place)
    return (row.name, value or say["nothing-set"], row.about.counts(language), place, row.about.line(language))


def _as_text(rows: list[InForce]) -> Iterable[str]:
    """Yield a table for people; what a setting does stands below it."""
    cells = [HEAD[voice.language()], *(_cells(row)[:4] for row in rows)]
    table = list(columns.table(cells))
    yield table[0]
    for line, row in zip(table[1:], rows, strict=True):
        yield line
        yield from (f"    {text}" for text in columns.wrap(_cells(row)[4], 100))
