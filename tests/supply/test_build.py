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
    assert {name.partition("/")[0] for name in names} == {"hardtack", "hardtack-0.1.0.dev0.dist-info"}
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
