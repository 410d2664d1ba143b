"""``hardtack config``: every mistake at once, and every setting in force."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from hardtack.cli import config
from hardtack.cli.commands import run
from hardtack.site import Settings

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hardtack(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs one command in an empty folder and returns its status, data and talk."""
    for name in [name for name in os.environ if name.startswith(("HARDTACK_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run_one(*arguments: str, **environ: str) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            status = run(["config", *arguments])
        return status, *capfd.readouterr()

    return run_one


def test_nothing_is_wrong_with_no_settings(hardtack: Run) -> None:
    """Which is how everybody begins."""
    assert (0, "", "hardtack: the settings are right: no file; the environment and defaults alone\n") == hardtack(
        "check"
    )


def test_every_mistake_is_said_at_once(hardtack: Run, tmp_path: Path) -> None:
    """Those that only the start would find as well; the exit status tells a script."""
    (tmp_path / "own.toml").write_text('prot = 1\n\ntrusted_proxies = ["nobody"]\nmail = "smtps://u:secret@h"\n')
    status, out, err = hardtack("check", "--config", "own.toml", HARDTACK_WORKERS="many")
    assert (1, "") == (status, out)
    assert [
        "hardtack: own.toml:1: there is no setting prot",
        "hardtack: hint: did you mean port?",
        "hardtack: environment: HARDTACK_WORKERS: expected int, got str",
        "hardtack: hint: see what workers may be in the documentation of the settings",
        "hardtack: own.toml:3: trusted_proxies: 'nobody' is no address and no network",
        "hardtack: hint: write addresses such as 127.0.0.1, networks such as 10.0.0.0/8, or unix",
        "hardtack: own.toml:4: mail: a password in the URL would be read by everybody who sees the settings",
        "hardtack: hint: leave it out, and set the environment variable HARDTACK_MAIL_PASSWORD",
        "hardtack: mistakes: 4",
    ] == err.splitlines()


def test_mistakes_are_values_for_a_program_as_well(hardtack: Run, tmp_path: Path) -> None:
    """With the file, the line and the setting, in the terminal's language."""
    (tmp_path / "hardtack-data").mkdir()
    (tmp_path / "hardtack-data" / "hardtack.toml").write_text("\nprot = 1\n")
    status, out, err = hardtack("check", "--json", LC_ALL="zh_CN.UTF-8")
    assert (1, "") == (status, err)
    assert {
        "good": False,
        "file": "hardtack-data/hardtack.toml",
        "mistakes": [
            {
                "source": "file",
                "file": "hardtack-data/hardtack.toml",
                "line": 2,
                "name": "prot",
                "setting": "prot",
                "problem": "没有名为 prot 的设置",
                "hint": "您是否想写 port？",
            }
        ],
    } == json.loads(out)
    (tmp_path / "hardtack-data" / "hardtack.toml").write_text("port = 1\n")
    assert {"good": True, "file": "hardtack-data/hardtack.toml", "mistakes": []} == json.loads(
        hardtack("check", "--json")[1]
    )


def test_every_setting_is_shown_with_where_it_comes_from(hardtack: Run, tmp_path: Path) -> None:
    """Piped, a line each with tabs between."""
    (tmp_path / "own.toml").write_text('\nworkers = 2\nabsolute_timeout = 3000000\nmail = "smtps://u:secret@h"\n')
    status, out, err = hardtack("show", "--config", "own.toml", "--data", "here", HARDTACK_PORT="81")
    assert (0, "") == (status, err)
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in out.splitlines()}
    assert list(rows) == list(Settings.__struct_fields__)
    assert ["2", "processes", "own.toml:2", "How many processes serve."] == rows["workers"]
    assert ["81", "", "the environment, HARDTACK_PORT"] == rows["port"][:3]
    assert ['"here"', "", "--data"] == rows["data"][:3]
    assert ["3000000", "seconds", "follows from another setting"] == rows["kept_absolute_timeout"][:3]
    assert ['"smtps://u:***@h"', "", "own.toml:4"] == rows["mail"][:3]
    assert ['"sqlite:///here/hardtack.db"', "", "default"] == rows["database"][:3]
    assert ["none", "", "default"] == rows["origin"][:3]
    assert "secret" not in out


def test_a_person_sees_a_table(hardtack: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a setting does stands below it."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    lines = hardtack("show", LC_ALL="zh_CN.UTF-8")[1].splitlines()
    assert ["设置", "值", "单位", "来源"] == lines[0].split()
    at = next(number for number, line in enumerate(lines) if line.startswith("idle_timeout "))
    assert ["idle_timeout", "86400", "秒", "默认值"] == lines[at].split()
    assert "    登录在最后一次使用之后多久失效。" == lines[at + 1]


def test_what_is_printed_as_a_file_can_be_used_as_one(hardtack: Run, tmp_path: Path) -> None:
    """It says the same settings; what was not said stays unsaid."""
    (tmp_path / "own.toml").write_text(
        'realm = "a b"\ncontext_words = ["x", "猫"]\nplayground = true\norigin = "http://[::1]"\n'
    )
    out = hardtack("show", "--config", "own.toml", "--toml", HARDTACK_SIGN_UP="off")[1]
    assert {
        "origin": "http://[::1]",
        "sign_up": "off",
        "realm": "a b",
        "context_words": ["x", "猫"],
        "playground": True,
    } == tomllib.loads(out)
    assert "# How many processes serve. (processes)\n# workers = 1\n" in out
    (tmp_path / "again.toml").write_text(out)
    assert Settings.load(Path("own.toml"), {"HARDTACK_SIGN_UP": "off"}) == Settings.load(Path("again.toml"), {})
    told = "".join(line.removeprefix("# ") for line in out.splitlines(keepends=True) if " = " in line)
    # The defaults in it are those that hold, so that whoever takes the marks away changes nothing.
    meant = Settings.load(Path("again.toml"), {})
    (tmp_path / "all.toml").write_text(told)
    every = Settings.load(Path("all.toml"), {})
    follow = ("database", "mail", "mail_from", "sign_up_by", "brand", "accent", "accent_dark")
    assert meant == msgspec.structs.replace(every, **{name: getattr(meant, name) for name in follow})


def test_settings_are_values_for_a_program_as_well(hardtack: Run) -> None:
    """Each with its place."""
    rows = json.loads(hardtack("show", "--json", HARDTACK_PORT="81")[1])
    assert {
        "setting": "port",
        "value": 81,
        "source": "environment",
        "file": None,
        "line": None,
        "name": "HARDTACK_PORT",
        "unit": None,
        "does": "The port to listen on; 0 takes a free one.",
    } in rows


def test_nothing_is_in_force_while_something_is_wrong(hardtack: Run) -> None:
    """So nothing is shown, but what is wrong."""
    status, out, err = hardtack("show", HARDTACK_PORT="x")
    assert (1, "") == (status, out)
    assert "HARDTACK_PORT: expected int" in err


def test_one_form_at_a_time_is_printed(hardtack: Run) -> None:
    """Two are wrong usage."""
    assert 2 == hardtack("show", "--toml", "--json")[0]


@pytest.mark.parametrize("what", ["SAY", "HEAD"])
def test_both_languages_say_everything(what: str) -> None:
    """Neither is behind the other."""
    texts = getattr(config, what)
    assert (len(texts["en"]), type(texts["en"])) == (len(texts["zh"]), type(texts["zh"]))
