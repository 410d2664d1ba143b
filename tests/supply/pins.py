"""What ``requirements/*.txt`` pin: read strictly, and held against what ``pyproject.toml`` asks for.

A file is lines of ``name==version``, each with the SHA-256 of every file that may be installed, and nothing else: no
option, no address, no range. Whoever installs from it with ``--require-hashes`` gets what was tested, or nothing. This
module reads and compares; it installs nothing and asks no index.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from importlib.metadata import Distribution
from pathlib import Path
from typing import NamedTuple

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "requirements"
HASH = re.compile(r"    --hash=sha256:([0-9a-f]{64})")
ELSEWHERE = [
    {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "sys_platform": platform,
        "platform_system": system,
        "os_name": "nt" if platform == "win32" else "posix",
    }
    for version in ("3.11", "3.13", "3.15")
    for platform, system in (
        ("win32", "Windows"),
        ("darwin", "Darwin"),
        ("linux", "Linux"),
        ("emscripten", "Emscripten"),
    )
]
"""Environments of other platforms and Pythons, which the files are for as well."""


class Pin(NamedTuple):
    """One requirement of a file.

    Args:
        name: in the normal form.
        version: the only one.
        extras: that are asked for.
        marker: where it is wanted; ``None`` for everywhere.
        hashes: SHA-256 of every file that may be installed.
    """

    name: str
    version: str
    extras: frozenset[str]
    marker: Marker | None
    hashes: tuple[str, ...]

    @property
    def here(self) -> bool:
        """Whether it is wanted on this platform and Python."""
        return self.marker is None or self.marker.evaluate()


def read(text: str) -> list[Pin]:
    """Return what a file pins.

    Raises:
        ValueError: for whatever is no pin with hashes, naming the line; nothing else.
    """
    pins, lines = [], iter(text.splitlines())
    for line in lines:
        if not line or line.startswith("#"):
            continue
        hashes, more = [], line.endswith(" \\")
        requirement = _pinned(line.removesuffix(" \\"))
        while more:
            following = next(lines, "")
            more = following.endswith(" \\")
            found = HASH.fullmatch(following.removesuffix(" \\"))
            if found is None:
                raise ValueError(f"no SHA-256: {following!r}")
            hashes.append(found[1])
        if not hashes:
            raise ValueError(f"without a hash: {line!r}")
        [exact] = requirement.specifier
        pins.append(
            Pin(
                canonicalize_name(requirement.name),
                exact.version,
                frozenset(requirement.extras),
                requirement.marker,
                tuple(hashes),
            )
        )
    return pins


def _pinned(line: str) -> Requirement:
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        raise ValueError(f"no requirement: {line!r}") from None
    exact = [each for each in requirement.specifier if each.operator == "==" and not each.version.endswith(".*")]
    if requirement.url is not None or len(exact) != 1 or len(requirement.specifier) != 1:
        raise ValueError(f"not one version: {line!r}")
    return requirement


def read_file(name: str) -> list[Pin]:
    """Return what the file of this name in ``requirements`` pins."""
    return read((FOLDER / name).read_text(encoding="utf-8"))


# What is asked for ---------------------------------------------------------------------------------------------------


def project() -> dict[str, object]:
    """Return ``pyproject.toml``."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def of_extra(*names: str) -> list[Requirement]:
    """Return what extras of Hardtack ask for, those included that they name; without a name, what is always needed."""
    read: dict = project()["project"]  # type: ignore[type-arg,assignment]
    if not names:
        return [Requirement(each) for each in read["dependencies"]]
    found: list[Requirement] = []
    for name in names:
        for each in map(Requirement, read["optional-dependencies"][name]):
            found += of_extra(*sorted(each.extras)) if each.name == "hardtack" else [each]
    return found


def of_group(name: str) -> list[Requirement]:
    """Return what a group of dependencies asks for, those included that it includes (PEP 735)."""
    groups: dict = project()["dependency-groups"]  # type: ignore[type-arg,assignment]
    found: list[Requirement] = []
    for each in groups[name]:
        found += [Requirement(each)] if isinstance(each, str) else of_group(each["include-group"])
    return found


def asked() -> dict[str, list[Requirement]]:
    """Return what each file is made from, as ``make requirements`` does; files of other tools are not here."""
    return {
        "serve.txt": [*of_extra(), *of_extra("serve"), *of_group("build")],
        "dev.txt": [*of_extra(), *of_extra("serve", "postgres"), *of_group("dev")],
        "postgres.txt": of_extra("postgres"),
        "fuzz.txt": of_group("fuzz"),
        "httplint.txt": [each for each in of_extra("lint") if each.name == "httplint"],
        "lowest.txt": [*of_extra(), *of_extra("serve", "postgres"), *of_group("test"), *of_group("build")],
        "release.txt": of_group("release"),
    }


def disagreements(wanted: Sequence[Requirement], pins: Iterable[Pin]) -> list[str]:
    """Return what is asked for and not pinned, or pinned at a version that is not asked for."""
    by_name: dict[str, list[Pin]] = {}
    for pin in pins:
        by_name.setdefault(pin.name, []).append(pin)
    found = []
    for each in wanted:
        name = canonicalize_name(each.name)
        if name not in by_name:
            found.append(f"{each} is not pinned")
        for pin in by_name.get(name, ()):
            if not each.specifier.contains(pin.version, prereleases=True):
                found.append(f"{each} is pinned at {pin.version}")
            if missing := each.extras - pin.extras:
                found.append(f"{each} is pinned without {', '.join(sorted(missing))}")
    return found


# What follows from it ------------------------------------------------------------------------------------------------


def needed(
    wanted: Iterable[Requirement], installed: dict[str, Distribution], *, anywhere: bool = False
) -> dict[str, set[str]]:
    """Return every distribution that *wanted* come to, by name, each with the names of those that it needs itself.

    Args:
        wanted: where to begin.
        installed: by normal name; what is not among them ends the search there.
        anywhere: whether to follow what is wanted on other platforms and Pythons only, too.
    """
    found: dict[str, set[str]] = {}
    done: set[tuple[str, frozenset[str]]] = set()
    waiting = [each for each in wanted if _wanted(each, frozenset(), anywhere=anywhere)]
    while waiting:
        each = waiting.pop()
        name, extras = canonicalize_name(each.name), frozenset(each.extras)
        found.setdefault(name, set())
        if (name, extras) in done or name not in installed:
            continue
        done.add((name, extras))
        for text in installed[name].requires or ():
            following = Requirement(text)
            if _wanted(following, extras, anywhere=anywhere):
                found[name].add(canonicalize_name(following.name))
                waiting.append(following)
    return found


def _wanted(requirement: Requirement, extras: frozenset[str], *, anywhere: bool) -> bool:
    marker = requirement.marker
    if marker is None:
        return True
    chosen = [{"extra": extra} for extra in ("", *extras)]
    if anywhere and any(marker.evaluate({**each, **where}) for each in chosen for where in ELSEWHERE):
        return True
    return any(marker.evaluate(each) for each in chosen)
