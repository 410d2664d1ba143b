"""Every command's help ends with examples that are true, in the terminal's language."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from hardtack.cli import columns, examples, first
from hardtack.cli.commands import hardtack_command, run


def commands(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Yield the command and each below it: its name, itself, its context."""
    yield context.command_path.removeprefix("hardtack").strip(), command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below
            yield from commands(below, click.Context(below, info_name=name, parent=context))


ALL = {
    name: (command, context)
    for name, command, context in commands(hardtack_command, click.Context(hardtack_command, info_name="hardtack"))
}
LINES = [
    *((name, line) for name, lines in examples.table().items() for line in lines),
    *(("", line) for line in first.EXAMPLES),
]


def test_every_command_has_an_example_and_none_is_of_another() -> None:
    """A new command without one is told here, and so is an example of a command that has gone."""
    assert ALL.keys() - {""} == examples.table().keys()
    assert [] == [name for name, lines in examples.table().items() if not lines]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_help_shows_its_examples(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole lines to copy, and below each in the terminal's language what it does, within 80 columns."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8" if "zh" == language else "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")
    for name, (command, context) in ALL.items():
        shown = command.get_help(context)
        _, _, below = shown.partition("Examples:\n")
        lines = examples.table().get(name, first.EXAMPLES)
        assert [line for line in lines if f"  {line}\n" not in below] == [], name
        said = " ".join(below.split())
        assert [each for each in lines.values() if each[language] not in said] == [], name
        assert [] == [each for each in shown.splitlines() if 80 < columns.width(each) and each.strip() not in lines]


@pytest.mark.parametrize(("name", "line"), LINES)
def test_every_example_is_one_of_its_command(name: str, line: str) -> None:
    """Read by the command's own parser, up to where the shell takes over."""
    program, *words = shlex.split(re.split(r" (?:>|>>|<|\|) ", line)[0])
    command: click.Command = hardtack_command
    context = click.Context(command, info_name="hardtack")
    while isinstance(command, click.Group):
        below = command.get_command(context, words[0])
        assert below, line
        command, context = below, click.Context(below, info_name=words.pop(0), parent=context)
    try:
        command.parse_args(context, list(words))
    except click.exceptions.Exit:
        assert ["--help"] == words
    assert "hardtack" == program
    assert context.command_path.removeprefix("hardtack").strip().startswith(name)


def test_every_example_says_in_both_languages_what_it_does() -> None:
    """And in the one that it claims."""
    said = [does for lines in (*examples.table().values(), first.EXAMPLES) for does in lines.values()]
    assert {("en", "zh")} == {tuple(each) for each in said}
    assert [] == [each for each in said if re.search(r"[\u4e00-\u9fff]", each["en"]) or not each["zh"]]


def test_the_heading_is_chinese_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """As the others of the help are."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert 0 == run(["keys", "rotate", "--help"])
    assert "\n示例:\n  hardtack keys rotate\n" in capsys.readouterr().out


def test_what_must_be_given_is_said_in_chinese(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the parser's own remark."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert 0 == run(["proxy", "--help"])
    shown = capsys.readouterr().out
    assert "[必填]" in shown
    assert "[required]" not in shown


def test_within_an_application_an_example_begins_as_its_commands_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Who copies it from there gets what it says."""
    assert 0 == run(["keys", "list", "--help"], program="flask hardtack")
    assert "\n  flask hardtack keys list\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["biscuit"], "没有 biscuit 这个命令"),
        (["serve", "--biscuit"], "没有 --biscuit 这个选项"),
        (["serve", "--prot", "1"], "没有 --prot 这个选项"),
        (["backup"], "缺少 DIR"),
        (["proxy", "nginx"], "缺少 --upstream"),
        (["tune", "biscuit"], "多余的内容：biscuit"),
        (["serve", "--port"], "选项 --port 需要一个值"),
        (["asvs", "--tests=1"], "选项 --tests 不带值"),
        (["serve", "--port", "x"], "--port 的值 x 不是整数"),
        (["tune", "--target", "5"], "--target 的值 5 不在范围 10<=x<=2000 内"),
        (["serve", "--sign-up", "never"], "--sign-up 的值 never 不是以下之一：'open', 'invitation', 'off'"),
        (["accounts", "audit", "--since", "now"], "--since 的值 now 应写成 '%Y-%m-%d'"),
    ],
)
def test_wrong_usage_is_said_in_the_terminals_language(
    words: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the parser says of it as well as what our commands say."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert 2 == run(words)
    assert f"hardtack: {said}\n" == capsys.readouterr().err.partition("hardtack: hint")[0]
