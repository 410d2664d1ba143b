"""Every parser keeps its promise on the corpus of the fuzzer, and on ten thousand changes of it.

The fuzzer itself, which finds more, needs atheris: ``python -m tests.fuzz.run SECONDS``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TARGETS = sorted(path.stem for path in (HERE / "targets").glob("*.py"))
CHANGES = 10_000
"""Of each corpus, where a target does not say that they cost more and how many there are to be."""

each_target = pytest.mark.parametrize("target", TARGETS)


def corpus(target: str) -> dict[str, bytes]:
    """Return the corpus of *target* by the name of each file."""
    return {path.name: path.read_bytes() for path in sorted((HERE / "corpus" / target).iterdir())}


def changed(inputs: list[bytes], source: random.Random, count: int = CHANGES) -> Iterator[bytes]:
    """Yield changes of *inputs*: bytes exchanged, cut, doubled, and halves of two put together."""
    for _ in range(count):
        one, other = source.choice(inputs), source.choice(inputs)
        at, to = sorted(source.randrange(len(one) + 1) for _ in range(2))
        junk = source.choice([b"", b"\x00", b"\xff", b";", b",", b"=", b":", b"%", b'"', b"\n", source.randbytes(3)])
        yield source.choice(
            [one[:at] + junk + one[to:], one[:at] + junk + one[at:], one[:to] + one[at:], one[:at] + other[at:]]
        )


def test_every_target_has_a_corpus_and_every_corpus_a_target() -> None:
    """So that none is left out in silence."""
    assert sorted(path.name for path in (HERE / "corpus").iterdir()) == TARGETS


@each_target
def test_the_promise_holds_on_the_corpus_which_reaches_every_outcome(target: str) -> None:
    """A target raises when its promise is broken, and says otherwise what became of the input."""
    module = import_module(f"tests.fuzz.targets.{target}")
    assert {module.check(content) for content in corpus(target).values()} == module.OUTCOMES


@each_target
def test_the_promise_holds_on_changes_of_the_corpus(target: str) -> None:
    """Always the same ten thousand."""
    module = import_module(f"tests.fuzz.targets.{target}")
    source = random.Random(target)  # noqa: S311 - a test that fails must fail again
    changes = changed(list(corpus(target).values()), source, getattr(module, "CHANGES", CHANGES))
    outcomes = {module.check(content) for content in changes}
    assert outcomes <= module.OUTCOMES
    assert len(outcomes) > 1


def test_every_dictionary_is_a_targets() -> None:
    """And one word a line, as the fuzzer reads it."""
    for path in (HERE / "dictionaries").iterdir():
        assert path.name in TARGETS
        assert all(line[:1] == line[-1:] == '"' for line in path.read_text().splitlines())
