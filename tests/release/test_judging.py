"""What looks at a release can find something: each judgement with a control; nothing is built or installed."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from typing import Any

import pytest

from tests.release import extras, installed, run, typed
from tests.supply import pins


def test_every_extra_of_pyproject_is_looked_at() -> None:
    """And Hardtack without any."""
    project: Any = pins.project()["project"]
    assert set(extras.EXTRAS) == {"", *project["optional-dependencies"]}


@pytest.mark.parametrize("name", extras.EXTRAS)
def test_what_an_extra_asks_for_is_among_what_is_installed_for_it(name: str) -> None:
    """Each with its hashes, at a version that is asked for; pip then says whether it is all."""
    written = pins.read(extras.needs(extras.EXTRAS[name], [name] if name else []))
    asked = [*pins.of_extra(), *(pins.of_extra(name) if name else ())]
    assert pins.disagreements(asked, written) == []


def test_the_core_needs_two_packages_and_theirs() -> None:
    """What the design promises: cryptography and msgspec, nothing else."""
    names = {pin.name for pin in pins.read(extras.needs(extras.EXTRAS[""], []))}
    assert names == {"cryptography", "cffi", "pycparser", "msgspec"}


@pytest.mark.parametrize(
    ("module", "why", "expected"),
    [
        ("store.database", "", []),
        ("store.database", "sqlalchemy", ["hardtack.store.database wants sqlalchemy"]),
        ("store.postgres", "psycopg", []),
        ("store.database", "psycopg", ["hardtack.store.database wants psycopg"]),
        ("adapters.flask.session", "flask", []),
        ("cli.serve", "click", []),
        ("storeroom", "sqlalchemy", []),
        ("cli.serve", "NameError: name 'x'", ["hardtack.cli.serve cannot be imported: NameError: name 'x'"]),
    ],
)
def test_what_an_extra_does_not_bring_is_told(module: str, why: str, expected: list[str]) -> None:
    """What belongs to another extra or to a framework is not its business; a fault is everybody's."""
    assert extras.judge(("store",), {module: why}) == expected


@pytest.mark.parametrize(
    ("said", "status", "expected"),
    [
        ("....\n12 passed in 3.21s", 0, (12, 0)),
        ("..F.\n2 failed, 12 passed in 3.21s", 1, (12, 2)),
        ("=== 3412 passed, 2 deselected in 161.02s (0:02:41) ===", 0, (3412, 0)),
        ("12 passed in 3.21s", 1, (12, 1)),
        ("2 failed in 1.00s", 1, (0, 1)),
        ("12 passed, 1 error in 3.21s", 1, (12, 1)),
        ("no tests ran in 0.01s", 5, (0, 1)),
        ("Killed", -9, (0, 1)),
    ],
)
def test_what_pytest_has_said_is_read(said: str, status: int, expected: tuple[int, int]) -> None:
    """A run that was cut off, or in which no test ran, has not passed."""
    assert installed.read(said, status)[:2] == expected


def test_what_is_left_out_and_what_is_chosen_is_there() -> None:
    """No name of a folder or of a test that has moved."""
    names = [name.partition("::") for name in (*installed.FEW, *installed.OF_THE_TREE)]
    assert [path for path, _, _ in names if not (pins.ROOT / path).exists()] == []
    assert [test for path, _, test in names if test and f"def {test}(" not in (pins.ROOT / path).read_text()] == []


def test_types_that_are_not_known_are_told() -> None:
    """Unknown, guessed, and no py.typed; what is private or of others is not judged."""
    symbol = {"name": "hardtack.a", "isExported": True, "isTypeKnown": True, "isTypeAmbiguous": False}
    guessed = {**symbol, "name": "hardtack.b", "isTypeAmbiguous": True, "diagnostics": [{"message": "guessed\nhere"}]}
    unknown = {**symbol, "name": "hardtack.c", "isTypeKnown": False}
    private = {**unknown, "name": "hardtack._d", "isExported": False}
    django = {**unknown, "name": "hardtack.adapters.django.E"}
    wrong = {**guessed, "name": "hardtack.adapters.django.F", "isTypeKnown": False}
    report = {"pyTypedPath": "py.typed", "symbols": [symbol, guessed, unknown, private, django, wrong]}
    read = typed.judge({"typeCompleteness": report})
    assert read.known == 1
    assert read.found == [
        "hardtack.b: guessed here",
        "hardtack.c: its type is not known",
        "hardtack.adapters.django.F: guessed here",
    ]
    assert [line.partition(":")[0] for line in read.explained] == ["hardtack.adapters.django.E"]
    assert typed.judge({"typeCompleteness": {"symbols": [symbol]}}).found != []


def test_ours_is_one_of_the_pythons_that_are_promised() -> None:
    """The tests run on a Python that the classifiers name, and pyproject.toml begins with the first of them."""
    project: Any = pins.project()["project"]
    assert f"{sys.version_info[0]}.{sys.version_info[1]}" in run.promised()
    assert f">={run.promised()[0]}" == project["requires-python"]


def test_every_command_that_contributors_are_told_exists() -> None:
    """Targets of the Makefile, modules and files; the checklist of a release is among them."""
    text = (pins.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", (pins.ROOT / "Makefile").read_text(), re.MULTILINE))
    code = re.findall(r"`([^`\n]+(?:\n[^`\n]+)?)`|^\$ (.+)$", text, re.MULTILINE)
    said = [" ".join((inline or line).split()) for inline, line in code]
    assert [each for each in said if (found := re.match(r"make ([a-z-]+)", each)) and found[1] not in targets] == []
    modules = {found[1] for each in said if (found := re.match(r"python -m ([\w.]+)", each))}
    assert len(modules) > 5
    assert [name for name in modules if find_spec(name) is None] == []
    files = {each for each in said if re.fullmatch(r"(?:tests|docs|src|requirements)/[\w./-]+", each)}
    assert [name for name in files if not (pins.ROOT / name).exists()] == []
