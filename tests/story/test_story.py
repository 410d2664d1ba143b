"""One story through every adapter: signing up, data, forms, the right status, time, keys, and the end of sessions.

What came of each step is in ``docs/_ext/story.json``, from which the documents' table is made; ``python -m
tests.story.run`` tells the story anew and writes it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.story import run
from tests.story.adapters import ADAPTERS
from tests.story.steps import STEPS
from tests.story.telling import Step, Story


@pytest.mark.parametrize("name", ADAPTERS)
def test_the_story(name: str, tmp_path: Path) -> None:
    """From the first visit to the last, over sockets to a real server; as the documents say it goes."""
    outcomes, failures = run.tell(ADAPTERS[name], tmp_path / "data")
    assert not failures, "\n".join(failures)
    assert run.published()["outcomes"].get(name) == outcomes


def test_a_step_that_fails_has_no_outcome_and_is_named(tmp_path: Path) -> None:
    """The others are told all the same."""

    def fails(_story: Story) -> None:
        raise AssertionError("the sea was rough")

    steps = [Step("", "rough", "", "", fails), STEPS[0]]
    outcomes, (failure, _log) = run.tell(ADAPTERS["wsgi"], tmp_path / "data", steps)
    assert {STEPS[0].name: "yes"} == outcomes
    assert failure.startswith("wsgi: rough\n")
    assert "the sea was rough" in failure


def test_every_step_is_told_once_and_says_what_it_means() -> None:
    """In one sentence each, in English and in Chinese."""
    assert len(STEPS) >= 30
    assert len(STEPS) == len({step.name for step in STEPS})
    assert all(step.en.endswith(".") and ". " not in step.en for step in STEPS)
    assert all(step.zh.endswith("。") and step.zh.count("。") == 1 for step in STEPS)


def test_the_published_table_has_today_s_steps_and_adapters() -> None:
    """If not: run ``python -m tests.story.run``."""
    assert run.described() == {key: value for key, value in run.published().items() if key != "outcomes"}
