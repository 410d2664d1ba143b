"""What the machine could not give: 503 to be tried again and one line, not a fault with a number."""

from __future__ import annotations

import errno
import logging
from typing import NoReturn

import pytest

from hardtack.site.shell import Shell
from tests.site.conftest import MakeWorld


def fail(*_: object, **__: object) -> NoReturn:
    """Open no file."""
    raise OSError(errno.EMFILE, "Too many open files")


def test_a_page_that_cannot_be_read_is_503(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The page that says so was read when the service started."""
    world = make_world()
    world.site.start()
    render = Shell.render

    def only_errors(self: Shell, template: str, *arguments: object, **values: object) -> str:
        return render(self, template, *arguments, **values) if template == "error.html" else fail()  # type: ignore[arg-type] # as they came

    monkeypatch.setattr(Shell, "render", only_errors)
    answer = world.browser().get("/sign-in")
    assert (503, "5") == (answer.status, answer.get("retry-after"))
    assert b"<html" in answer.body
    (line,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert ("short-of-resources", "short-of-files") == (line.event, line.fields["reason"])  # type: ignore[attr-defined]


def test_where_not_even_that_page_can_be_made_it_is_503_still(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In plain words."""
    world = make_world()
    monkeypatch.setattr(Shell, "render", fail)
    answer = world.browser().get("/sign-in")
    assert (503, "5", b"503\n") == (answer.status, answer.get("retry-after"), answer.body)
