"""How the command line speaks."""

from __future__ import annotations

import pytest

from hardtack.cli import voice


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C", "LC_ALL": "zh_TW"}, "zh"),
        ({"LC_ALL": "", "LANG": "zh"}, "zh"),
    ],
)
def test_the_language_is_the_terminals(environ: dict[str, str], language: str) -> None:
    """POSIX: LC_ALL wins over LC_MESSAGES, that over LANG; an empty one is not set."""
    assert language == voice.language(environ)


def test_talk_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output is for data, so that it can be piped."""
    voice.say("one\ntwo")
    voice.hint("do this")
    voice.hint("")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "hardtack: one\nhardtack: two\nhardtack: hint: do this\n"
