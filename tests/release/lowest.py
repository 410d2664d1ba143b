"""The lowest versions that ``pyproject.toml`` allows, each of which is one that was tested.

A lower bound is a promise: with this version it works. ``requirements/lowest.txt`` pins what whoever has just these
versions runs on, with hashes; ``make requirements`` makes it (``uv pip compile --resolution lowest-direct``), ``make
release-check`` runs the tests on it. This module says whether the file is what the bounds say, so that nobody writes a
bound that no test has seen. What others need in turn is the newest, since their bounds are theirs.
"""

from __future__ import annotations

from collections.abc import Iterable

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.supply import pins

FILE = "lowest.txt"


def bound(requirement: Requirement) -> Version | None:
    """Return the lowest version that is allowed; ``None`` if every old one is."""
    found = [Version(each.version) for each in requirement.specifier if each.operator in (">=", "==", "~=")]
    return max(found, default=None)


def wrong(wanted: Iterable[Requirement], pinned: Iterable[pins.Pin]) -> list[str]:
    """Return where a lower bound is not the version that is pinned, and so tested; one line each."""
    lowest: dict[str, Version] = {}
    texts: dict[str, set[str]] = {}
    found = []
    for each in wanted:
        name, least = str(canonicalize_name(each.name)), bound(each)
        if least is None:
            found.append(f"{each} has no lower bound")
            continue
        # Where two ask for the same, the higher bound counts.
        lowest[name] = max(least, lowest.get(name, least))
        texts.setdefault(name, set()).add(str(each))
    versions = {pin.name: Version(pin.version) for pin in pinned if pin.here}
    for name, least in lowest.items():
        if name in versions and versions[name] != least:
            found.append(f"{' and '.join(sorted(texts[name]))}: tested with {versions[name]}")
    return found
