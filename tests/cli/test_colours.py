"""Colours are for terminals, and for nobody who does not want them."""

from __future__ import annotations

import io
import sys

import pytest

from hardtack.cli import voice
from hardtack.cli.commands import run


class Terminal(io.StringIO):
    """Standard output as a terminal has it."""

    def isatty(self) -> bool:
        """Say that somebody looks."""
        return True


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, None),
        ({"NO_COLOR": ""}, None),
        ({"NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm"}, None),
    ],
)
def test_who_wants_no_colours_says_so(environ: dict[str, str], wanted: bool | None) -> None:
    """By the variable that many programs know, if it is not empty, or by the terminal's name."""
    assert wanted is voice.colours(environ)


@pytest.mark.parametrize(
    ("stream", "variable", "coloured"),
    [
        (Terminal, "NO_COLOR=", True),
        (Terminal, "NO_COLOR=1", False),
        (Terminal, "TERM=dumb", False),
        (io.StringIO, "NO_COLOR=", False),
    ],
)
@pytest.mark.parametrize("words", [("status", "404"), ("lint", "tests.cli.slow_application:app"), ("doctor",)])
def test_only_a_terminal_gets_colours_and_only_whoever_wants_them(
    stream: type[io.StringIO], variable: str, coloured: bool, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read by a program is text alone, and so is what is read by somebody who has said so."""
    monkeypatch.setenv("TERM", "xterm")
    name, _, value = variable.partition("=")
    monkeypatch.setenv(name, value)
    shown = stream()
    monkeypatch.setattr(sys, "stdout", shown)
    run(words)
    assert shown.getvalue()
    assert coloured == ("\x1b[" in shown.getvalue())
