"""``hardtack asvs``: the table in a terminal, lines for other tools, and one document."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import msgspec
import pytest

from hardtack.cli import asvs as command
from hardtack.cli.commands import run
from hardtack.cli.given import Application
from hardtack.seal import Keyring
from hardtack.site import Settings, asvs


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep this machine's own environment out."""
    for name in [name for name in os.environ if name.startswith(("HARDTACK_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command and return what it prints."""
    assert 0 == run(["asvs", *arguments])
    said = capsys.readouterr()
    return said.out


def terminal(*arguments: str, language: str = "C.UTF-8", columns: int = 100) -> tuple[str, str]:
    """Run the command with a terminal as its standard output; return what it draws, and its talk."""
    ours, theirs = os.openpty()
    environ = {**os.environ, "LC_ALL": language, "COLUMNS": str(columns), "PYTHONUTF8": "1"}
    words = [sys.executable, "-m", "hardtack", "asvs", *arguments]
    with subprocess.Popen(words, stdout=theirs, stderr=subprocess.PIPE, env=environ) as process:
        os.close(theirs)
        drawn = b""
        try:
            while part := os.read(ours, 65536):
                drawn += part
        except OSError:  # what Linux answers when the other end is closed
            pass
        talk = process.stderr.read() if process.stderr else b""
    os.close(ours)
    assert 0 == process.returncode
    return drawn.decode().replace("\r\n", "\n"), talk.decode()


def test_every_requirement_is_a_line_for_other_tools(capsys: pytest.CaptureFixture[str]) -> None:
    """Number, level, outcome, what it asks, why, and the tests; with tabs between."""
    rows = [line.split("\t") for line in printed(capsys).splitlines()]
    assert 120 == len(rows)
    assert {6} == {len(row) for row in rows}
    assert set(asvs.OUTCOMES) >= {row[2] for row in rows}
    for row in rows:
        assert (row[2] == "shown") == bool(row[5])
        assert row[2] == "shown" or row[4]


def test_a_level_has_those_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    """As the standard counts them: whoever claims level 2 meets level 1."""
    assert [34, 93, 120] == [len(printed(capsys, "--level", str(level)).splitlines()) for level in (1, 2, 3)]


def test_the_document_has_everything_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    """With the standard and its version, and the counts."""
    found = json.loads(printed(capsys, "--json", "--assurance", "2"))
    assert ("5.0.0", 2) == (found["standard"]["version"], found["assurance"])
    assert found["standard"]["address"].startswith("https://github.com/OWASP/ASVS/")
    assert [34, 59, 27] == [sum(row.values()) for row in found["counts"].values()]
    assert 120 == len(found["requirements"])
    assert {"id", "level", "asks", "outcome", "because", "tests"} == set(found["requirements"][0])
    assert {"en", "zh"} == set(found["requirements"][0]["asks"])


@pytest.mark.parametrize("word", ["V6.2.4", "v6.2.4", "6.2.4"])
def test_one_requirement_is_shown_with_its_tests(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """However its number is written."""
    (row,) = printed(capsys, word).splitlines()
    assert row.startswith("V6.2.4\t1\t")


def test_a_chapter_is_shown_and_nothing_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A number is no beginning of another: 6.2 is not 6.20, and 1 is none at all."""
    assert 12 == len(printed(capsys, "6.2").splitlines())
    assert {"V6"} == {row.partition(".")[0] for row in printed(capsys, "V6").splitlines()}


@pytest.mark.parametrize(("language", "words"), [("C", "there is no requirement V1"), ("zh_CN.UTF-8", "没有 V1")])
def test_what_is_numbered_by_nobody_is_said(
    language: str, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line and a hint; also where it is above the level that is asked for."""
    monkeypatch.setenv("LC_ALL", language)
    assert 1 == run(["asvs", "1"])
    said = capsys.readouterr()
    assert "" == said.out
    assert words in said.err
    assert "hint: hardtack asvs V6.2" in said.err
    assert 1 == run(["asvs", "V6.3.8", "--level", "2"])


def test_the_settings_decide(capsys: pytest.CaptureFixture[str]) -> None:
    """Those of the folder, of a file, or of the application around."""
    Path("hardtack-data").mkdir()
    Path("hardtack-data/hardtack.toml").write_text('origin = "http://a.example"\ninsecure_plain_http = true\n')
    Path("other.toml").write_text('origin = "https://a.example"\n')
    plain = printed(capsys, "V3.4.1")
    assert "not-met" in plain
    assert "origin" in plain
    assert "not-met" not in printed(capsys, "V3.4.1", "--config", "other.toml")
    inside = Application("shop", Settings(origin="https://shop.example"), Keyring.generate())
    assert 0 == run(["asvs", "V3.4.1"], application=inside)
    assert "not-met" not in capsys.readouterr().out
    assert 0 == run(["asvs", "V3.4.1", "--data", "hardtack-data"], application=inside)
    assert "not-met" in capsys.readouterr().out


def test_an_assurance_that_is_named_goes_before_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    """To see what would be."""
    assert "assurance = 2" in printed(capsys, "V6.3.3", "--assurance", "1")
    assert "assurance = 2" not in printed(capsys, "V6.3.3", "--assurance", "2")


def test_a_terminal_has_a_table_with_reasons_and_counts() -> None:
    """Every line fits; the tests are not named unless somebody asks."""
    drawn, talk = terminal()
    lines = drawn.splitlines()
    assert "OWASP Application Security Verification Standard 5.0.0, at assurance 1" == lines[0]
    assert ["requirement", "level", "outcome"] == lines[2].split()[:3]
    assert 100 >= max(map(len, lines))
    assert 120 == len([line for line in lines if line.startswith("V")])
    assert "→ " in drawn
    assert "::test_" not in drawn
    assert ["all", "120"] == lines[-1].split()[:2]
    assert "hint: hardtack asvs --tests" in talk


def test_a_terminal_names_the_tests_when_asked() -> None:
    """For one requirement, or for all."""
    drawn, talk = terminal("V6.2.4")
    assert "shown by " in drawn
    assert "::test_" in drawn
    assert "" == talk
    assert "::test_" in terminal("--tests", "--level", "1")[0]


def test_a_terminal_speaks_chinese() -> None:
    """Every word of ours; numbers, names of settings and tests stay as they are."""
    drawn, talk = terminal("--level", "1", language="zh_CN.UTF-8")
    assert "安全等级 1" in drawn
    assert "个测试证明" in drawn
    assert "合计" in drawn
    assert "hardtack: hint: hardtack asvs --tests 列出测试名" in talk


def test_both_languages_have_the_same_words() -> None:
    """And every outcome has one."""
    assert set(command.SAY["en"]) == set(command.SAY["zh"])
    assert set(asvs.OUTCOMES) == set(command.OUTCOMES["en"]) == set(command.OUTCOMES["zh"])


def test_one_test_is_one_test() -> None:
    """In English there is a difference."""
    line = asvs.Line("V1.1.1", 1, {"en": "a", "zh": "a"}, "shown", None, ("one",))
    assert "shown by 1 test" == command._outcome(line, "en")
    assert "shown by 2 tests" == command._outcome(msgspec.structs.replace(line, tests=("one", "two")), "en")


def test_it_needs_the_core_and_click_alone() -> None:
    """An auditor need not install a database to read the card."""
    code = (
        "import sys\n"
        "from hardtack.cli.commands import run\n"
        "assert run(['asvs', '--json']) == 0\n"
        "heavy = {'sqlalchemy', 'alembic', 'argon2', 'jinja2', 'uvicorn'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)


def test_it_is_a_command() -> None:
    """With a help of its own."""
    assert isinstance(command.command, click.Command)
    assert "ASVS" in (command.command.help or "")
