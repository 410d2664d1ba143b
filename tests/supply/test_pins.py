"""The supply chain, before anything is installed: pinned, hashed, and what is pinned is what somebody asks for."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from packaging.requirements import Requirement

from tests.supply import licences, pins

FILES = sorted(path.name for path in pins.FOLDER.glob("*.txt"))
HASH = f"    --hash=sha256:{'0' * 64}"


@pytest.mark.parametrize("name", FILES)
def test_every_file_pins_versions_and_hashes_and_nothing_else(name: str) -> None:
    """No option, no address, no range: whoever installs gets these files or nothing."""
    assert len(pins.read_file(name)) > 0


@pytest.mark.parametrize(
    "text",
    [
        "click==8.5.1",
        f"click>=8 \\\n{HASH}",
        f"click==8.* \\\n{HASH}",
        f"click==8.5.1,<9 \\\n{HASH}",
        f"click==8.5.1 \\\n    --hash=sha1:{'0' * 40}",
        f"click==8.5.1 \\\n{HASH[:-1]}",
        f"click @ https://example.org/click.whl \\\n{HASH}",
        f"-e . \\\n{HASH}",
        f"--index-url https://example.org/simple\nclick==8.5.1 \\\n{HASH}",
        f"click==8.5.1 \\\n{HASH} \\\n    --no-binary",
        "-r other.txt",
    ],
)
def test_attack_a_line_that_would_let_something_else_in_is_no_pin(text: str) -> None:
    """The control: each of these is refused by name."""
    with pytest.raises(ValueError, match=r"^(no|not|without)"):
        pins.read(text)


@pytest.mark.parametrize("name", list(pins.asked()))
def test_what_is_asked_for_is_pinned_at_a_version_that_is_asked_for(name: str) -> None:
    """Nobody changes pyproject.toml and forgets the pins."""
    assert pins.disagreements(pins.asked()[name], pins.read_file(name)) == []


def test_what_disagrees_is_told() -> None:
    """The control: a version too old, an extra that is missing, and what is not there at all."""
    [pin] = pins.read(f"click==8.1 \\\n{HASH}")
    wanted = [Requirement(each) for each in ("click>=8.2", "click[fast]", "jinja2")]
    assert pins.disagreements(wanted, [pin]) == [
        "click>=8.2 is pinned at 8.1",
        "click[fast] is pinned without fast",
        "jinja2 is not pinned",
    ]


@pytest.mark.parametrize("name", ["serve.txt", "dev.txt", "postgres.txt"])
def test_nothing_is_pinned_that_nobody_asks_for(name: str) -> None:
    """What is left of a dependency that has gone would be installed for ever."""
    needed = pins.needed(pins.asked()[name], licences.installed(), anywhere=True)
    assert [pin.name for pin in pins.read_file(name) if pin.name not in needed] == []


@pytest.mark.parametrize("name", ["serve.txt", "postgres.txt", "fuzz.txt", "mutants.txt"])
def test_what_is_installed_together_has_one_version(name: str) -> None:
    """These lie in one environment with what the tests need; one file must not take away what another has put there."""
    tests = {(pin.name, str(pin.marker)): pin.version for pin in pins.read_file("dev.txt")}
    other = {(pin.name, str(pin.marker)): pin.version for pin in pins.read_file(name)}
    assert {key: version for key, version in other.items() if tests.get(key, version) != version} == {}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", FILES)
def test_every_file_is_documented(name: str, language: str) -> None:
    """With what it is for."""
    assert f"`{name}`" in (pins.ROOT / "docs" / language / "supply-chain.md").read_text(encoding="utf-8")


def test_what_is_installed_here_is_what_is_pinned() -> None:
    """The tests run on the versions of the files, and the files of the service have the same ones."""
    there = licences.installed()
    files = ("serve.txt", "postgres.txt", "dev.txt")
    pinned = {(pin.name, pin.version) for pin in chain(*map(pins.read_file, files)) if pin.here}
    assert {(name, there[name].version) for name, _ in pinned} == pinned


def test_whatever_installs_from_the_files_demands_their_hashes() -> None:
    """In the Makefile and in the container; a hash that pip is not told to demand protects nobody."""
    texts = [(pins.ROOT / name).read_text() for name in ("Makefile", "deploy/container/Containerfile")]
    lines = [line for text in texts for line in re.split(r"(?<!\\)\n", text)]
    installing = [line for line in lines if re.search(r"-r\s+\S*(requirements/)?\w+\.txt", line)]
    assert len(installing) >= 3
    assert [line for line in installing if "--require-hashes" not in line] == []
