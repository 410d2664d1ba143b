"""A release: the same bytes from the same commit, nothing in it but what belongs there, and a bill of all of it."""

from __future__ import annotations

import json
import os
import stat
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

import hardtack
from tests.release import contents
from tests.supply import build, licences, pins, sbom

ELSEWHERE = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7", "HOME": "/nowhere", "USER": "somebody"}


class Built(NamedTuple):
    """One release, built twice."""

    source: build.Source
    first: tuple[Path, Path]
    second: tuple[Path, Path]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the last commit, and once more from what the first has packed: elsewhere, later and by somebody else."""
    folder = tmp_path_factory.mktemp("releases")
    source = build.source()
    first = build.build(source, folder / "first")
    tree = build.unpack(first[0], folder / "a longer name of a folder" / "tree")
    for path in tree.rglob("*"):
        os.utime(path, (1, 1))
    second = build.build(source, folder / "second", tree=tree, environ=ELSEWHERE, umask=0o077)
    return Built(source, first, second)


def test_two_builds_of_a_commit_are_the_same_to_the_byte(built: Built) -> None:
    """Whatever the folder, the clock, the umask, the language and the order: anybody can compare."""
    assert [path.name for path in built.first] == [path.name for path in built.second]
    assert [build.sha256(path) for path in built.first] == [build.sha256(path) for path in built.second]


def test_every_time_in_a_release_is_the_commits(built: Built) -> None:
    """The control of the one above: had hatchling not been told the time, this would show it."""
    packed, wheel = built.first
    with tarfile.open(packed) as archive:
        assert {member.mtime for member in archive} == {built.source.epoch}
    even = datetime.fromtimestamp(built.source.epoch // 2 * 2, UTC)
    with zipfile.ZipFile(wheel) as archive:
        assert {member.date_time for member in archive.infolist()} == {even.timetuple()[:6]}


def test_the_wheel_holds_the_package_and_nothing_else(built: Built) -> None:
    """No test, no key, no database, no compiled module, nothing that anybody may write to or that is a link."""
    with zipfile.ZipFile(built.first[1]) as archive:
        members = archive.infolist()
        names = {member.filename for member in members}
    assert {name.partition("/")[0] for name in names} == {"hardtack", f"hardtack-{hardtack.__version__}.dist-info"}
    source = {str(path.relative_to(pins.ROOT / "src")) for path in (pins.ROOT / "src").rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} <= source
    assert [name for name in names if name.endswith((".pyc", ".key", ".sqlite", ".db", ".so"))] == []
    modes = {member.external_attr >> 16 for member in members}
    assert {stat.S_IFMT(mode) for mode in modes} <= {0, stat.S_IFREG}
    assert [oct(mode) for mode in modes if mode & 0o022] == []


def test_the_source_distribution_has_what_a_build_needs(built: Built) -> None:
    """The pins, the licence and how to report a hole go along."""
    with tarfile.open(built.first[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        people = {(member.uid, member.gid, member.uname, member.gname) for member in archive}
    assert {"pyproject.toml", "requirements/serve.txt", "Makefile", "LICENSE", "SECURITY.md"} <= names
    assert [name for name in names if name.startswith((".venv", "build/", ".git/"))] == []
    assert people == {(0, 0, "", "")}


def test_wheels_of_two_builders_are_compared_but_for_what_says_who_has_built_them() -> None:
    """The version of the metadata is the builder's; everything else is ours."""
    ours = {"a.dist-info/METADATA": b"Metadata-Version: 2.5\nName: a\n", "a.dist-info/WHEEL": b"1", "a/b.py": b""}
    theirs = {"a.dist-info/METADATA": b"Metadata-Version: 2.4\nName: a\n", "a.dist-info/WHEEL": b"2", "a/b.py": b""}
    assert contents.other(ours, theirs) == []
    changed = {"a.dist-info/METADATA": b"Metadata-Version: 2.4\nName: b\n", "a/c.py": b""}
    assert contents.other(ours, theirs | changed) == ["a.dist-info/METADATA", "a/c.py"]


Held = tuple[dict[str, bytes], dict[str, bytes]]


@pytest.fixture(scope="module")
def held(built: Built) -> Held:
    """The files of the source distribution and of the wheel."""
    return contents.of_sdist(built.first[0]), contents.of_wheel(built.first[1])


def test_a_release_has_all_that_it_needs_and_says_what_pyproject_says(held: Held) -> None:
    """Typed, with its templates, words, filters, migrations and licence; name, extras and Pythons are right."""
    assert contents.wrong(*held) == []


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("hardtack/py.typed", None, "the wheel lacks py.typed"),
        ("hardtack/login/common.filter", b"", "login/common.filter is another one in the wheel"),
        ("hardtack/site/left.py", b"", "the wheel has site/left.py, which is in no source"),
        ("hardtack/__pycache__/a.pyc", b"", "hardtack/__pycache__/a.pyc is no source"),
        ("hardtack/hardtack.key", b"", "hardtack/hardtack.key has no place in a wheel"),
        (
            "hardtack/cli/a.txt",
            b"-----BEGIN EC PRIVATE KEY-----\n" + b"A" * 64,
            "hardtack/cli/a.txt holds a private key",
        ),
        ("tests/test_a.py", b"", "tests/test_a.py lies beside the package"),
    ],
)
def test_a_wheel_with_a_flaw_is_found_out(held: Held, name: str, change: bytes | None, told: str) -> None:
    """The controls: something is missing, another one, too much, compiled, secret or in the wrong place."""
    sdist, wheel = held[0], dict(held[1])
    if change is None:
        del wheel[name]
    else:
        wheel[name] = change
    assert told in contents.wrong(sdist, wheel)


@pytest.mark.parametrize(
    ("said", "other", "told"),
    [
        ("Name: hardtack", "Name: hardtrack", "the name: 'hardtrack'"),
        ("Requires-Python: >=3.11", "Requires-Python: >=3.9", "the Pythons: '>=3.9'"),
        ("Provides-Extra: lint", "Provides-Extra: linen", "the extras: "),
        ("Requires-Dist: msgspec>=0.21\n", "", "what is always needed: "),
        ("License-Expression: Apache-2.0", "License-Expression: MIT", "the licence: 'MIT'"),
        ("License-Expression: Apache-2.0", "License-Expression: Biscuit", "metadata: "),
        ("\n# Hardtack", "\n# Biscuit", "the text: "),
    ],
)
def test_metadata_that_are_not_those_of_pyproject_are_found_out(held: Held, said: str, other: str, told: str) -> None:
    """The controls of what an index shows and what pip decides by."""
    sdist, wheel = held
    [name] = [each for each in wheel if each.endswith(".dist-info/METADATA")]
    text = wheel[name].decode()
    assert said in text
    found = contents.wrong(sdist, {**wheel, name: text.replace(said, other, 1).encode()})
    assert [line for line in found if line.startswith(told)], found


def test_the_bill_is_valid_and_names_every_package_with_its_licence_and_hashes(built: Built) -> None:
    """By the schema of CycloneDX 1.6; what is pinned for the service is what stands there."""
    text = sbom.make(built.source, *built.first)
    assert sbom.wrong(text) is None
    kept = licences.read()
    assert sbom.components(text) == {name: row["version"] for name, row in kept.items() if row["extras"] != ["lint"]}
    pinned = {pin.name: pin for file in sbom.FILES for pin in pins.read_file(file)}
    bill = json.loads(text)
    for each in bill["components"]:
        assert each["licenses"], each["name"]
        if each["type"] == "library":
            hashes = [prop["value"] for prop in each["properties"] if prop["name"] == "hardtack:sha256"]
            assert hashes == sorted(pinned[each["name"]].hashes)
    properties = {each["name"]: each["value"] for each in bill["metadata"]["component"]["properties"]}
    assert properties["hardtack:commit"] == built.source.commit
    assert {build.sha256(path) for path in built.first} <= set(properties.values())


def test_the_bill_is_the_same_each_time(built: Built) -> None:
    """Its number and its time are those of what was built."""
    assert sbom.make(built.source, *built.first) == sbom.make(built.source, *built.second)


def test_a_bill_with_a_flaw_is_not_valid(built: Built) -> None:
    """The control: the schema is really asked."""
    assert sbom.wrong(sbom.make(built.source, *built.first).replace('"type": "library"', '"type": "bookcase"', 1))
