"""The saved walk is one of the pages as they are, and what walks it reads a terminal as a person does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from types import ModuleType

import msgspec
import pytest

from tests import tables
from tests.docs.followed import blocks, calls
from tests.walk import log
from tests.walk.run import PARTS, REPOSITORY, SAVED
from tests.walk.terminal import Terminal, screen
from tests.walk.walker import SHELL

WALK = msgspec.json.decode(SAVED.read_bytes(), type=log.Walk)


@pytest.fixture(scope="module")
def shown() -> ModuleType:
    """Return the module that shows the walk in the documents."""
    return tables.extension("walk_log")


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """Give a terminal of this machine."""
    made = Terminal(SHELL, {"Secret: ": "biscuit"})
    yield made
    made.close()


def test_a_command_is_read_as_it_stands_on_the_screen(terminal: Terminal) -> None:
    """Without colours, and with the last of what was written over; its exit status comes along."""
    done = terminal.type(r"printf 'one\rtwo\n\033[31mred\033[0m\n'; false")
    assert (1, ["two", "red"]) == (done.status, done.lines)


def test_what_is_asked_is_answered(terminal: Terminal) -> None:
    """As a password is, which nobody sees."""
    assert ["", "biscuit"] == terminal.type("read -s -p 'Secret: ' word; echo; echo; echo $word").lines[1:]


def test_what_goes_on_is_stopped_by_ctrl_c(terminal: Terminal) -> None:
    """Its end is known by the mark that the shell prints then."""
    terminal.type("echo ready; sleep 60", wait_for="ready")
    assert ["ready"] == terminal.more(0.01)
    assert 130 == terminal.stop().status
    assert ["again"] == terminal.type("echo again").lines


def test_a_screen_has_no_empty_ends() -> None:
    """Nor carriage returns."""
    assert ["a", "", "b"] == screen("\r\n\na\r\n\nb \n\n")


def test_nothing_private_is_kept() -> None:
    """A one-time code, a key, and where packages come from."""
    lines = [
        "open http://localhost:8000/welcome?code=abcdefghijkl",
        "Get:1 http://deb.example.com/ x",
        "0" * 64,
        *"45678901",
    ]
    assert ["open http://localhost:8000/welcome?code=…", "…", *"456789", "… (10)"] == log.kept(lines)


def test_the_saved_walk_has_every_part_and_everything_succeeded() -> None:
    """In the order in which they are walked."""
    assert [(part.name, part.page, part.target) for part, _ in PARTS] == [
        (part.name, part.page, part.target) for part in WALK.parts
    ]
    failed = [step.words for part in WALK.parts for step in part.steps if step.status]
    assert [] == failed


@pytest.mark.parametrize("part", WALK.parts, ids=lambda part: part.name)
def test_the_saved_walk_is_one_of_the_pages_as_they_are(part: log.Part) -> None:
    """What was typed stands in the page, or the log says why not; a page that has changed must be walked again."""
    page = REPOSITORY / part.page
    text = page.read_text("utf-8")
    typed = [step for step in part.steps if step.kind in (log.TYPED, log.DOWNLOAD) and not step.note]
    ways = re.compile(r"sudo apt |cd |mkdir |Ctrl-C|hardtack$|sudo nginx -s stop")
    whole = {*re.findall(r"^\$ (.+)$", text, re.MULTILINE), *re.findall(r"`([^`\n]+)`", text)}
    unsaid = [step.words for step in typed if step.words not in whole and not ways.match(step.words)]
    assert [] == unsaid
    if "README.md" != part.page:
        said = [call.words for block in blocks(page) if "console" == block.kind for call in calls(block.code)]
        instead = sum(bool(step.note) for step in part.steps)
        assert len(set(said) - {step.words for step in typed}) <= instead
        files = {block.file for block in blocks(page) if block.file}
        assert files == {step.words for step in part.steps if log.WRITTEN == step.kind}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_the_walk(language: str, shown: ModuleType) -> None:
    """All parts with their times, and all that was typed, in both languages."""
    walk = json.loads(SAVED.read_text("utf-8"))
    text = "".join(node.astext() for node in (*shown._times(walk, language), *shown._log(walk, language)))
    assert [] == [part.name for part in WALK.parts if shown.word(part.name, language) not in text]
    assert [] == [step.words for part in WALK.parts for step in part.steps if step.words not in text]
    assert [] == re.findall(r"https?://(?!localhost|wiki\.localhost|127\.0\.0\.1|id\.example\.org)\S+", text)
