"""Colours are for terminals, and for nobody who does not want them."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from hardtack.cli import voice


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [({}, None), ({"NO_COLOR": ""}, None), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"TERM": "xterm"}, None)],
)
def test_who_wants_no_colours_says_so(environ: dict[str, str], wanted: bool | None) -> None:
    """By the variable that many programs know, if it is not empty, or by the terminal's name."""
    assert wanted is voice.colours(environ)


@pytest.mark.parametrize(("variable", "coloured"), [("NO_COLOR=", True), ("NO_COLOR=1", False), ("TERM=dumb", False)])
def test_a_terminal_gets_colours_unless_nobody_wants_them(variable: str, coloured: bool) -> None:
    """On a real one, where a command prints in colours."""
    name, _, value = variable.partition("=")
    here, there = pty.openpty()
    environ = {**os.environ, "TERM": "xterm", name: value}
    with subprocess.Popen([sys.executable, "-m", "hardtack", "status", "404"], stdout=there, env=environ) as process:
        os.close(there)
        shown = b""
        try:
            while part := os.read(here, 4096):
                shown += part
        except OSError:
            pass  # the other end is closed
        os.close(here)
    assert (0, coloured) == (process.returncode, b"\x1b[1m" in shown)
    assert b"Not Found" in shown


def test_a_pipe_gets_none() -> None:
    """What is read by a program is text alone."""
    done = subprocess.run([sys.executable, "-m", "hardtack", "status", "404"], capture_output=True, check=True)
    assert b"\x1b" not in done.stdout
