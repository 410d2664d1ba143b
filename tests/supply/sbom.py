"""The software bill of materials of a release: CycloneDX 1.6, as JSON.

It says what was built, by its hashes, and everything that the service runs with when it is installed from the pinned
requirements: each package with version, licence, the SHA-256 of every file that may be installed, what it needs in
turn, and which extras need it. Beside these stand the lists that the filters of common passwords were made from. The
same commit gives the same text, byte for byte: its time is that of the commit, and its number is made from the hashes
of what was built. Nothing here asks an index; the graph is read from what is installed and held to the pins.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import Distribution
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.utils import canonicalize_name

from bench.passwords import SOURCES
from tests.supply import licences, pins
from tests.supply.build import Source, sha256

EXTRAS = ("cli", "login", "serve", "postgres")
FILES = ("serve.txt", "postgres.txt")
_NUMBERS = uuid.UUID("6f4c3f0e-6f0f-5d0b-9d3a-5f2f1b7f8a11")


class SbomError(Exception):
    """What is installed is not what is pinned, so that no bill can be written."""


def make(what: Source, *built: Path) -> str:
    """Return the bill of what was built.

    Args:
        what: was built, for its commit and its time.
        built: the files.

    Raises:
        SbomError: if what is installed is not what is pinned, or a licence is not known.
    """
    version = built[0].name.removesuffix(".tar.gz").rpartition("-")[2]
    bom = Bom(serial_number=uuid.uuid5(_NUMBERS, " ".join(map(sha256, built))))
    bom.metadata.timestamp = datetime.fromtimestamp(what.epoch, UTC)
    bom.metadata.tools.components.clear()
    bom.metadata.tools.tools.clear()
    root = _component("hardtack", version, "Apache-2.0", (), kind=ComponentType.FRAMEWORK)
    root.properties.update(Property(name=f"hardtack:sha256:{path.name}", value=sha256(path)) for path in built)
    if what.commit is not None:
        root.properties.add(Property(name="hardtack:commit", value=what.commit))
    bom.metadata.component = root
    there = licences.installed()
    components, graph = _runtime(there)
    for each in (*components.values(), *_lists()):
        bom.components.add(each)
    for name, needs in graph.items():
        bom.register_dependency(components[name], [components[each] for each in sorted(needs) if each in components])
    direct = {canonicalize_name(each.name) for each in [*pins.of_extra(), *pins.of_extra(*EXTRAS)]}
    bom.register_dependency(root, [components[each] for each in sorted(direct)])
    return str(JsonV1Dot6(bom).output_as_string(indent=1)) + "\n"


def _runtime(there: dict[str, Distribution]) -> tuple[dict[str, Component], dict[str, set[str]]]:
    """Return what the service runs with, by name, and what each needs."""
    graph: dict[str, set[str]] = {}
    wanted_by: dict[str, list[str]] = {}
    for extra in (licences.ALWAYS, *EXTRAS):
        for name, needs in licences.needed_by(extra, there, anywhere=True).items():
            graph.setdefault(name, set()).update(needs)
            wanted_by.setdefault(name, []).append(extra)
    listed = licences.read()
    components = {}
    # Whatever nobody needs to run is there for the build alone; the tests look at what that is.
    for pin in (each for file in FILES for each in pins.read_file(file) if each.name in graph):
        if pin.here and pin.name in there and there[pin.name].version != pin.version:
            raise SbomError(f"{pin.name} {pin.version} is pinned, and {there[pin.name].version} is installed")
        if pin.name not in listed:
            raise SbomError(f"nobody has looked at the licence of {pin.name}; see tests/supply/licences.py")
        component = _component(pin.name, pin.version, listed[pin.name]["licence"], pin.hashes)
        component.properties.update(Property(name="hardtack:extra", value=each) for each in wanted_by[pin.name])
        components[pin.name] = component
    return components, {name: needs for name, needs in graph.items() if name in components}


def _component(
    name: str, version: str, licence: str, hashes: Iterable[str], *, kind: ComponentType = ComponentType.LIBRARY
) -> Component:
    address = PackageURL("pypi", None, name, version)
    return Component(
        type=kind,
        name=name,
        version=version,
        purl=address,
        bom_ref=str(address),
        licenses=[LicenseFactory().make_from_string(licence)],
        # CycloneDX has the hashes of one thing there; an index has several files of a version.
        properties=[Property(name="hardtack:sha256", value=each) for each in hashes],
    )


def _lists() -> list[Component]:
    """Return the lists that the filters of common passwords were made from; none of their text is in the package."""
    return [
        Component(
            type=ComponentType.DATA,
            name=each.name,
            version=each.version,
            description=f"{each.holds}; only a filter made from it is in the package",
            scope=ComponentScope.EXCLUDED,
            purl=PackageURL(each.registry, None, each.name.lower(), each.version),
            bom_ref=f"list:{each.name}@{each.version}",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each.sha256)],
            licenses=[LicenseFactory().make_from_string(each.licence)],
        )
        for each in SOURCES.values()
    ]


def wrong(text: str) -> str | None:
    """Return what is wrong with a bill by the schema of CycloneDX 1.6, or ``None``."""
    found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return None if found is None else str(found)


def components(text: str) -> dict[str, str]:
    """Return the packages that a bill names, each with its version."""
    found = json.loads(text)["components"]
    return {each["name"]: each["version"] for each in found if each["type"] == "library"}
