"""The line on a terminal that says how far something is."""

from __future__ import annotations

import sys

import pytest

from hardtack.cli import shown


@pytest.mark.parametrize(
    ("text", "seen"),
    [("copying", "copying"), ("copying account", "copying a"), ("正在复制account", "正在复制a")],
)
def test_a_line_is_never_wider_than_the_terminal(
    text: str, seen: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that wraps could not be written over; a Chinese character takes two columns."""
    monkeypatch.setenv("COLUMNS", "10")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with shown.line() as line:
        line(text)
    assert f"\r\x1b[K{seen}\r\x1b[K" == capsys.readouterr().err


def test_where_there_is_no_terminal_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A file would be full of it."""
    with shown.line() as line:
        line("copying")
    assert (False, "") == (line.on, capsys.readouterr().err)
