"""The page about sign-in before any application shows what ``hardtack proxy`` prints, in both languages."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from hardtack.cli.proxy import TEMPLATES, command

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {language: DOCS / language / "forward-auth.md" for language in ("en", "zh")}
SHOWN = re.compile(r"^```console\n\$ hardtack proxy ([^\n]*)\n```\n\n```[a-z]+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("language", PAGES)
def test_it_shows_what_the_command_prints(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Word for word, for each of the proxies."""
    monkeypatch.chdir(tmp_path)
    shown = SHOWN.findall(PAGES[language].read_text("utf-8"))
    assert [*TEMPLATES] == [words.split()[0] for words, _ in shown]
    for words, configuration in shown:
        done = CliRunner().invoke(command, shlex.split(words))
        assert (0, configuration) == (done.exit_code, done.stdout)


def test_both_languages_show_the_same_code() -> None:
    """Whatever is in it."""
    english, chinese = (re.findall(r"^```.*?^```$", page.read_text("utf-8"), re.M | re.S) for page in PAGES.values())
    assert english == chinese
