"""What lies in a wheel and in a source distribution: all that the package needs, and nothing that nobody has asked for.

The wheel is held to the source distribution (the same files of the package, no more and no fewer), the source
distribution to a table of what must not be forgotten, and the metadata to ``pyproject.toml``. Everything here reads two
files and returns what is wrong, one line each; nothing is installed and nobody is asked.
"""

from __future__ import annotations

import fnmatch
import re
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from email import message_from_string
from pathlib import Path
from typing import Any

from packaging.metadata import Metadata
from packaging.requirements import Requirement

from tests.supply import pins

NEEDED: Mapping[str, str] = {
    "py.typed": "a type checker would not look at the package",
    "site/templates/*.html": "no page could be shown",
    "site/locale/en.toml": "no page would have words",
    "site/locale/zh.toml": "no page would have words in Chinese",
    "site/static/*.css": "pages would have no look",
    "site/settings.toml": "no setting would have a description",
    "site/asvs.json": "hardtack asvs would have nothing to say",
    "login/*.filter": "common passwords would be taken",
    "store/migrations/versions/*.py": "no database could be made",
    "cli/proxies/nginx.conf": "hardtack proxy would have nothing to print",
    "cli/doctor/findings.toml": "hardtack doctor would have nothing to say",
    "cli/help.zh.toml": "the command line would be in English alone",
}
"""Files of the package that are easily forgotten, since most are no code, and what would be then."""

BESIDE = ("pyproject.toml", "README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE", "SECURITY.md", "Makefile")
"""What whoever builds or reads a source distribution looks for, besides the package."""

REFUSED = ("*.pyc", "*.pyo", "*.so", "*.key", "*.pem", "*.sqlite", "*.db", "*.db-wal", "*.log", "*.env", "*.orig", "*~")
"""What is in no wheel: compiled, secret, or left lying about."""

FOLDERS = {"__pycache__", ".git", ".venv", "build", "dist", "hardtack-data", "node_modules", ".mypy_cache"}
SECRET = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{40}")
DIST_INFO = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}


def of_wheel(path: Path) -> dict[str, bytes]:
    """Return the files of a wheel by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def of_sdist(path: Path) -> dict[str, bytes]:
    """Return the files of a source distribution by name, without the one folder that they all lie in."""
    found = {}
    with tarfile.open(path) as archive:
        for member in archive:
            if (file := archive.extractfile(member)) is not None:
                found[member.name.partition("/")[2]] = file.read()
    return found


def other(wheel: Mapping[str, bytes], again: Mapping[str, bytes]) -> list[str]:
    """Return the files that are not the same in two wheels, but for what says the version of what has built them."""

    def told(name: str, held: bytes | None) -> bytes | None:
        if held is None or not name.endswith(".dist-info/METADATA"):
            return held
        return re.sub(rb"^Metadata-Version: .*$", b"", held, count=1, flags=re.MULTILINE)

    names = [name for name in sorted({*wheel, *again}) if not name.endswith((".dist-info/WHEEL", ".dist-info/RECORD"))]
    return [name for name in names if told(name, wheel.get(name)) != told(name, again.get(name))]


def wrong(sdist: Mapping[str, bytes], wheel: Mapping[str, bytes]) -> list[str]:
    """Return what is wrong with a release, one line each: the files first, then the metadata."""
    package = {name.removeprefix("hardtack/"): held for name, held in wheel.items() if name.startswith("hardtack/")}
    sources = {name.removeprefix("src/hardtack/"): held for name, held in sdist.items() if name.startswith("src/")}
    found = [f"the wheel lacks {name}" for name in sorted(sources.keys() - package.keys())]
    found += [f"the wheel has {name}, which is in no source" for name in sorted(package.keys() - sources.keys())]
    found += [
        f"{name} is another one in the wheel"
        for name in sorted(package)
        if sources.get(name) not in (None, package[name])
    ]
    found += [f"no {each}: {why}" for each, why in NEEDED.items() if not fnmatch.filter(package, each)]
    found += [f"the source distribution lacks {name}" for name in BESIDE if not sdist.get(name)]
    found += _misplaced(wheel, everywhere=True) + _misplaced(sdist, everywhere=False)
    found += [f"{name} holds a private key" for name in sorted(wheel) if SECRET.search(wheel[name])]
    return found + _dist_info(sdist, wheel)


def _misplaced(files: Iterable[str], *, everywhere: bool) -> list[str]:
    """Return what must not be there. A source distribution brings tests, some of which need damaged files."""
    found = []
    for name in sorted(files):
        if set(name.split("/")[:-1]) & FOLDERS or fnmatch.fnmatch(name, "*.pyc"):
            found.append(f"{name} is no source")
        elif everywhere and any(fnmatch.fnmatch(name, each) for each in REFUSED):
            found.append(f"{name} has no place in a wheel")
    return found


def _dist_info(sdist: Mapping[str, bytes], wheel: Mapping[str, bytes]) -> list[str]:
    """Hold what the wheel says of itself to ``pyproject.toml``, to the licence and to the README of the sources."""
    said = {}
    for name, held in wheel.items():
        top, _, rest = name.partition("/")
        if top.endswith(".dist-info"):
            said[rest] = held
        elif top != "hardtack":
            return [f"{name} lies beside the package"]
    if said.keys() != DIST_INFO:
        return [f"the wheel describes itself in {sorted(said)}, and should in {sorted(DIST_INFO)}"]
    found = []
    if said["licenses/LICENSE"] != sdist.get("LICENSE"):
        found.append("the licence in the wheel is another one")
    if b"Root-Is-Purelib: true" not in said["WHEEL"] or b"Tag: py3-none-any" not in said["WHEEL"]:
        found.append("the wheel is not for every platform")
    return found + metadata(said["METADATA"].decode(), said["entry_points.txt"].decode(), wheel, sdist)


def metadata(text: str, points: str, wheel: Mapping[str, bytes], sdist: Mapping[str, bytes]) -> list[str]:
    """Return where the metadata are not valid (PEP 566 and after) or are not what ``pyproject.toml`` says."""
    project: dict[str, Any] = pins.project()["project"]  # type: ignore[assignment]  # TOML has no types
    try:
        read = Metadata.from_email(text, validate=True)
    except ExceptionGroup as group:
        return [f"metadata: {each}" for each in group.exceptions]
    version = re.search(rb'^__version__ = "([^"]+)"$', wheel.get("hardtack/__init__.py", b""), re.MULTILINE)
    extras = project["optional-dependencies"]
    asked = {str(Requirement(each)) for each in project["dependencies"]}
    says: list[tuple[str, object, object]] = [
        ("the name", read.name, project["name"]),
        ("the version", str(read.version), version[1].decode() if version else None),
        ("the Pythons", str(read.requires_python), project["requires-python"]),
        ("the extras", sorted(read.provides_extra or ()), sorted(extras)),
        ("what is always needed", {str(each) for each in read.requires_dist or () if not each.marker}, asked),
        ("the licence", read.license_expression, project["license"]),
        ("the kinds", sorted(read.classifiers or ()), sorted(project["classifiers"])),
        ("how the text is written", read.description_content_type, "text/markdown"),
        ("the text", (read.description or "").strip(), sdist.get("README.md", b"").decode().strip()),
    ]
    found = [f"{what}: {said!r}, and should be {should!r}" for what, said, should in says if said != should]
    for extra in extras:
        # What an extra takes from another one is written out.
        wanted = pins.of_extra(extra)
        number = sum(f'extra == "{extra}"' in str(each.marker) for each in read.requires_dist or ())
        if number != len(wanted):
            found.append(f"the extra {extra} asks for {number} packages, and should for {len(wanted)}")
    for name, target in {**project["scripts"], **project["entry-points"]["pytest11"]}.items():
        if f"{name} = {target}\n" not in f"{points}\n":
            found.append(f"the entry point {name} = {target} is missing")
    if message_from_string(text)["Dynamic"]:
        found.append("something in the metadata is still open (Dynamic)")
    return found
