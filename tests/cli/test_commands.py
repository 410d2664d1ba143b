"""The table of commands, and what becomes of an error."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from hardtack.cli import chinese, columns
from hardtack.cli.commands import COMMANDS, hardtack_command, run
from hardtack.errors import HardtackError, MisuseError, Refused


def hide(tmp_path: Path, *names: str) -> dict[str, str]:
    """Return an environment in which the packages *names* cannot be imported, as if their extra were not installed."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "from importlib.abc import MetaPathFinder\n"
        "class Hidden(MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {names!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Hidden())\n"
    )
    return {**os.environ, "PYTHONPATH": str(tmp_path)}


def hardtack(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "hardtack", *arguments], env=environ, capture_output=True, text=True, check=False
    )


def test_the_bare_core_answers_one_line() -> None:
    """Without click there is no command line, but there is an answer (DESIGN §8)."""
    script = "import sys; sys.modules['click'] = None; from hardtack.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (1, "", "hardtack: hint: pip install 'hardtack[cli]'\n") == (done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("hidden", "arguments", "extra"),
    [("sqlalchemy", ["accounts", "list"], "login"), ("uvicorn", ["serve"], "serve"), ("argon2", ["serve"], "serve")],
)
def test_a_command_without_its_extra_names_the_extra(
    tmp_path: Path, hidden: str, arguments: list[str], extra: str
) -> None:
    """Never a traceback (DESIGN §8)."""
    done = hardtack(hide(tmp_path, hidden), *arguments)
    expected = f"hardtack: {arguments[0]} needs {hidden}, which is not installed\n"
    assert (1, f"{expected}hardtack: hint: pip install 'hardtack[{extra}]'\n") == (done.returncode, done.stderr)


def test_what_the_smallest_extra_promises_works_with_it(tmp_path: Path) -> None:
    """Click alone, and each command that is said to need no more can be used; `keys` once could not."""
    environ = hide(tmp_path, "sqlalchemy", "alembic", "uvicorn", "argon2", "jinja2", "fido2", "pyotp", "segno")
    script = (
        "from importlib import import_module\n"
        "from hardtack.cli.commands import COMMANDS\n"
        "for name, (extra, _) in COMMANDS.items():\n"
        "    if extra == 'cli': print(name, import_module('hardtack.cli.' + name).command.name)\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert ("", {name for name, (extra, _) in COMMANDS.items() if extra == "cli"}) == (
        done.stderr,
        {line.split()[0] for line in done.stdout.splitlines()},
    )


@pytest.mark.parametrize(("language", "said"), [("C.UTF-8", "run the service"), ("zh_CN.UTF-8", "运行服务")])
def test_by_itself_it_shows_the_five_things_that_people_do(tmp_path: Path, language: str, said: str) -> None:
    """Each a command that there is, in the terminal's language, with the smallest install."""
    environ = hide(tmp_path, "sqlalchemy", "uvicorn", "argon2", "jinja2") | {"LC_ALL": language, "PYTHONUTF8": "1"}
    done = hardtack(environ)
    shown = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("  hardtack ")]
    assert (0, "", 5) == (done.returncode, done.stderr, len(set(shown) & set(COMMANDS)))
    assert said in done.stdout
    assert "hardtack --help" in done.stdout


def helps(command: click.Command, context: click.Context) -> Iterator[str]:
    """Return each paragraph of a command's help, of its options and of the commands below it."""
    texts = [command.help or "", *(each.help or "" for each in command.params if isinstance(each, click.Option))]
    for text in texts:
        yield from (" ".join(each.split()) for each in inspect.cleandoc(text).split("\n\n") if each)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below
            yield from helps(below, click.Context(below, info_name=name, parent=context))


def test_all_help_is_there_in_chinese_too_and_nothing_else_is() -> None:
    """A text that was changed without its Chinese is told here, and so is a Chinese one that nothing says any more."""
    said = set(helps(hardtack_command, click.Context(hardtack_command))) | {line for _, line in COMMANDS.values()}
    said |= {"Usage: ", "Options", "Commands", "Examples", "Show this message and exit."}
    assert said == set(chinese.words())
    assert [] == [text for text in chinese.words().values() if not re.search(r"[\u4e00-\u9fff]", text)]


@pytest.mark.parametrize("arguments", [["--help"], ["keys", "rotate", "--help"], ["accounts"]])
def test_help_speaks_the_terminals_language(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With lines no wider than the terminal, and English again in the next process."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert 0 == run(arguments)
    shown = capsys.readouterr().out
    assert shown.startswith("用法：hardtack")
    assert "Show this" not in shown
    assert max(columns.width(line) for line in shown.splitlines()) <= 80
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert 0 == run(arguments)
    assert "Usage: hardtack" in capsys.readouterr().out


def test_help_needs_no_extra_and_names_every_command(tmp_path: Path) -> None:
    """Help comes from the table alone."""
    done = hardtack(hide(tmp_path, "sqlalchemy", "uvicorn", "argon2", "jinja2"), "--help")
    assert 0 == done.returncode
    assert [] == [name for name in COMMANDS if name not in done.stdout]


def test_status_needs_click_and_nothing_else(tmp_path: Path) -> None:
    """The note as a command, with the smallest install."""
    done = hardtack(hide(tmp_path, "sqlalchemy", "uvicorn", "argon2", "jinja2", "alembic"), "status", "416")
    assert (0, "") == (done.returncode, done.stderr)
    assert "Range Not Satisfiable" in done.stdout


@pytest.mark.parametrize("arguments", [["biscuit"], ["serve", "--biscuit"], ["serve", "--port", "x"]])
def test_wrong_usage_is_one_line_a_hint_and_exit_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The three exit statuses are documented in hardtack.cli."""
    assert 2 == run(arguments)
    lines = capsys.readouterr().err.splitlines()
    assert 2 == len(lines)
    assert lines[0].startswith("hardtack: ")
    assert lines[1].startswith("hardtack: hint: ")
    assert lines[1].endswith("--help")


def test_without_a_word_it_prints_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer types the name and sees what there is."""
    assert 0 == run([])
    assert "serve" in capsys.readouterr().out


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    """A report of a fault begins with it."""
    assert 0 == run(["--version"])
    assert "0." in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each loads and describes itself."""
    assert 0 == run([name, "--help"])
    assert "Usage: hardtack" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["keys", "accounts", "passwords", "mail"])
def test_what_a_command_does_is_said_in_one_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Where it is longer, the help cuts it off in the middle of a sentence."""
    assert 0 == run([name, "--help"])
    _, _, commands = capsys.readouterr().out.partition("Commands:\n")
    commands, _, examples = commands.partition("\n\n")
    assert commands
    assert examples.startswith("Examples:\n")
    assert [] == [line for line in commands.splitlines() if not line.endswith(".")]
    assert "..." not in commands


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (MisuseError("the key is too short", "make another"), ["the key is too short", "hint: make another"]),
        (MisuseError("no such account"), ["no such account"]),
        (
            Refused({"en": "The name is taken.", "zh": "已被占用。"}, fields={"username": {"en": "Choose another."}}),
            ["The name is taken.", "hint: Choose another."],
        ),
        (Refused(reason="closed", fields={"username": "no"}), ["closed", "hint: no"]),
        (HardtackError("the server did not start"), ["the server did not start"]),
        (click.ClickException("the file is gone"), ["the file is gone"]),
        (click.Abort(), ["stopped"]),
    ],
)
def test_an_error_is_one_line_a_hint_and_exit_status_1(
    error: Exception, lines: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a command raises on purpose; what it did not mean to raise is a fault and keeps its traceback."""

    @click.command()
    def command() -> None:
        raise error

    module = types.ModuleType("hardtack.cli.failing")
    vars(module)["command"] = command
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(COMMANDS, "failing", ("cli", "Fail."))
    monkeypatch.setenv("LC_ALL", "C")
    assert 1 == run(["failing"])
    captured = capsys.readouterr()
    assert ("", [f"hardtack: {line}" for line in lines]) == (captured.out, captured.err.splitlines())


def test_a_module_of_ours_that_is_missing_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no extra that somebody forgot to install."""
    monkeypatch.setitem(COMMANDS, "absent", ("cli", "Not there."))
    with pytest.raises(ModuleNotFoundError):
        run(["absent"])
