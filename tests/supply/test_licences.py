"""Licences: of everything that Hardtack runs with, known, allowed, and listed as it is installed."""

from __future__ import annotations

from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

import pytest

from tests.supply import licences, pins


def described(folder: Path, *lines: str) -> Distribution:
    """Return a distribution whose metadata are these lines."""
    (folder / "thing.dist-info").mkdir()
    (folder / "thing.dist-info" / "METADATA").write_text("\n".join(("Metadata-Version: 2.4", "Version: 1", *lines, "")))
    return PathDistribution(folder / "thing.dist-info")


def test_every_licence_of_the_list_is_allowed() -> None:
    """One that is not known is none."""
    assert licences.wrong(licences.read()) == []


def without_lint(rows: licences.Licences) -> licences.Licences:
    """Return a list without the extra ``lint``, of which little is installed beside the others."""
    kept = {name: {**row, "extras": [each for each in row["extras"] if each != "lint"]} for name, row in rows.items()}
    return {name: row for name, row in kept.items() if row["extras"]}


def test_the_list_is_what_is_installed() -> None:
    """With its versions, its licences and what needs it."""
    found = without_lint(licences.found(licences.installed()))
    assert without_lint(licences.read()) == found, "run: python -m tests.supply.licences"


def test_the_list_is_what_is_pinned() -> None:
    """No package of the service and its extras is left out, and each stands there at the version of the pin."""
    kept = {name: row["version"] for name, row in licences.read().items()}
    building = pins.needed(pins.of_group("build"), licences.installed(), anywhere=True)
    service = {pin.name: pin.version for file in licences.FILES[:2] for pin in pins.read_file(file)}
    assert {name for name in service if name not in kept} <= set(building)
    assert {name: version for name, version in service.items() if name in kept and kept[name] != version} == {}
    beside = {pin.name: pin.version for pin in pins.read_file(licences.FILES[2]) if pin.here}
    assert {name for name in beside if name not in kept} == set()
    assert {name: kept[name] for name in kept if name not in service} == {
        name: version for name, version in beside.items() if name not in service
    }


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "GPL-3.0-only",
        "AGPL-3.0-or-later",
        "MIT AND GPL-2.0-only",
        "SSPL-1.0 OR BUSL-1.1",
        "LicenseRef-Proprietary",
        "BSD License",
        "(MIT",
    ],
)
def test_attack_a_licence_that_nobody_has_allowed_is_refused(written: str | None) -> None:
    """An upgrade that changes it stops here."""
    assert licences.refused(written)


@pytest.mark.parametrize("written", ["MIT", "MIT OR GPL-3.0-only", "(Apache-2.0 OR GPL-2.0-only) AND PSF-2.0"])
def test_of_alternatives_one_must_be_allowed_and_of_parts_each(written: str) -> None:
    """As whoever takes them may choose."""
    assert licences.refused(written) is None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Name: h11", "Classifier: License :: OSI Approved :: MIT License"], "MIT"),
        (["Name: h11", "License: MIT License"], "MIT"),
        (["Name: h11", "License-Expression: BSD-3-Clause"], "BSD-3-Clause"),
        (["Name: h11", "License: MIT License or else"], None),
        (["Name: h12", "Classifier: License :: OSI Approved :: MIT License"], None),
        (["Name: h12"], None),
    ],
)
def test_what_was_read_holds_as_long_as_the_package_says_the_same(
    tmp_path: Path, lines: list[str], expected: str | None
) -> None:
    """Words are no licence by themselves: somebody has read the file that stood beside these."""
    assert licences.expression(described(tmp_path, *lines)) == expected


def test_nothing_was_read_in_vain() -> None:
    """Of a package that is not needed any more, or says it in SPDX now, the row goes."""
    kept = licences.read()
    assert {name for name in (*licences.table()["read"], *licences.table()["elsewhere"]) if name not in kept} == set()
