"""``import hardtack`` costs next to nothing: what is not loaded cannot take time.

How long it takes is a figure and no test: ``make bench`` measures it, and ``docs/en/performance.md`` says it.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

LOADED = """\
import sys
before = set(sys.modules)
{statement}
new = set(sys.modules) - before
print(*sorted({{name.partition(".")[0] for name in new}} - sys.stdlib_module_names))
print(*sorted(name for name in new if name.startswith("hardtack.")))
print(*sorted(new & {{"asyncio", "sqlite3", "ssl", "email", "http.client", "logging", "decimal", "dataclasses"}}))
"""
"""What a statement loads: packages that are not Python's own, modules of ours, and what is heavy of Python's own."""

CORE = {"hardtack", "cryptography", "_cffi_backend", "_openssl", "msgspec", "typing_extensions"}
"""The two packages and theirs; msgspec looks for the last, and can do without it."""


def loaded(statement: str) -> list[list[str]]:
    """Return what a statement loads in a new process."""
    command = [sys.executable, "-c", LOADED.format(statement=statement)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split() for line in done.stdout.splitlines()]


def test_importing_hardtack_loads_nothing_of_others_and_nothing_heavy() -> None:
    """Neither a framework nor a database, not even the two packages of the core; the errors alone are there at once."""
    assert loaded("import hardtack") == [["hardtack"], ["hardtack.errors"], []]


@pytest.mark.parametrize("room", ["seal", "session", "status"])
def test_a_room_of_the_core_loads_the_two_packages_of_the_core_at_most(room: str) -> None:
    """No framework, no database, no template, no command line, wherever all of them are installed."""
    assert set(loaded(f"import hardtack.{room}")[0]) <= CORE


def test_the_few_names_load_from_their_rooms() -> None:
    """And a name that is none is an ordinary AttributeError."""
    script = (
        "import hardtack\n"
        "for name in hardtack.__all__: getattr(hardtack, name)\n"
        "print(hardtack.Status(404).phrase, hasattr(hardtack, 'biscuit'))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "Not Found False\n" == done.stdout
