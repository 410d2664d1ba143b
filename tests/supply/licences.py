"""Under which licence everything comes that Hardtack runs with: ``python -m tests.supply.licences`` writes the list.

The licence is read from the metadata of what is installed: the SPDX expression (PEP 639) or, where a package has none,
what a person has read in its licence file (``licences.toml``), as long as the package still says the words that stood
beside it. Whatever is neither is unknown, and refused like a licence that is not allowed. Of alternatives one must be
allowed, of parts each. This is no legal advice; it keeps a licence that nobody has looked at from coming in with an
upgrade.
"""

from __future__ import annotations

import json
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from license_expression import ExpressionError, get_spdx_licensing  # type: ignore[import-untyped]  # it has no types
from packaging.utils import canonicalize_name

from tests.supply import pins

FILE = pins.ROOT / "docs" / "_ext" / "licences.json"
TABLE = Path(__file__).with_name("licences.toml")
ALWAYS = "always"
EXTRAS = ("cli", "login", "serve", "postgres", "lint")
FILES = ("serve.txt", "postgres.txt", "httplint.txt")
"""Which files pin what the extras need."""

Licences = dict[str, dict[str, Any]]
"""By name: the version, the licence, and the extras that need it."""


@cache
def table() -> dict[str, Any]:
    """Return what is allowed, and what was read."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def said(distribution: Distribution) -> str:
    """Return what the metadata says in words, where it has no expression."""
    classifiers = distribution.metadata.get_all("Classifier") or ()
    words = [each.rpartition("::")[2].strip() for each in classifiers if each.startswith("License ::")]
    # The field may hold a whole licence; its first line is enough to see that it is another.
    written = distribution.metadata.get_all("License") or [""]
    return ", ".join(words) or written[0].partition("\n")[0].strip()


def expression(distribution: Distribution) -> str | None:
    """Return the SPDX expression of a distribution's licence; ``None`` if it is not known."""
    if written := distribution.metadata.get_all("License-Expression"):
        return str(written[0])
    read = table()["read"].get(canonicalize_name(distribution.metadata["Name"]))
    return read["is"] if read and read["said"] == said(distribution) else None


def refused(written: str | None) -> str | None:
    """Return why a licence is not taken, or ``None`` if it is."""
    if not written:
        return "its licence is not known"
    try:
        parsed = get_spdx_licensing().parse(written, validate=True)
    except ExpressionError:
        return f"{written!r} is no SPDX expression"
    return None if _allowed(parsed) else f"{written} is not allowed"


def _allowed(part: Any) -> bool:
    match getattr(part, "operator", "").strip():
        case "AND":
            return all(map(_allowed, part.args))
        case "OR":
            return any(map(_allowed, part.args))
    return part.render() in table()["allowed"]


def installed(folder: str | None = None) -> dict[str, Distribution]:
    """Return what is installed, by normal name: here, or in a folder."""
    found = distributions() if folder is None else distributions(path=[folder])
    return {canonicalize_name(each.metadata["Name"]): each for each in found}


def needed_by(extra: str, there: dict[str, Distribution], *, anywhere: bool = False) -> dict[str, set[str]]:
    """Return what an extra needs, down to the last; ``ALWAYS`` is what is needed without one."""
    wanted = pins.of_extra() if extra == ALWAYS else [*pins.of_extra(), *pins.of_extra(extra)]
    return pins.needed(wanted, there, anywhere=anywhere)


def found(there: dict[str, Distribution]) -> Licences:
    """Return every distribution that Hardtack runs with and that is installed, by name."""
    rows: Licences = {}
    for extra in (ALWAYS, *EXTRAS):
        for name in needed_by(extra, there):
            if name in there:
                row: dict[str, Any] = {"version": there[name].version, "licence": expression(there[name]), "extras": []}
                rows.setdefault(name, row)["extras"].append(extra)
    for name, told in table()["elsewhere"].items():
        [pin] = [pin for file in FILES for pin in pins.read_file(file) if pin.name == name]
        rows[name] = {"version": pin.version, "licence": told["is"], "extras": told["extras"], "where": told["where"]}
    # Whatever is always needed is needed by each; that is said once.
    return {
        name: {**row, "extras": [ALWAYS] if ALWAYS in row["extras"] else row["extras"]}
        for name, row in sorted(rows.items())
    }


def read() -> Licences:
    """Return the list that is kept."""
    kept: Licences = json.loads(FILE.read_text(encoding="utf-8"))
    return kept


def wrong(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return what is not allowed or not known."""
    return [f"{name} {row['version']}: {why}" for name, row in rows.items() if (why := refused(row["licence"]))]


def main() -> int:
    """Install what the extras need into a folder, by its hashes, write the list and say what is wrong."""
    from tests.supply.installing import install

    with tempfile.TemporaryDirectory() as folder:
        python = install(Path(folder), [pins.FOLDER / name for name in FILES[:2]])
        beside = install(Path(folder) / "beside", [pins.FOLDER / FILES[2]], sources=True)
        rows = found({**installed(str(beside)), **installed(str(python))})
    FILE.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    for line in wrong(rows):
        sys.stderr.write(f"{line}\n")
    return 1 if wrong(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
