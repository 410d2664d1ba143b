"""``python -m tests.supply.run --report FILE``: what comes in and what goes out, looked at from end to end.

- every file of requirements is read and held to ``pyproject.toml``;
- the last commit is built twice, in two folders, under two umasks, clocks, languages and hash seeds, and compared;
- the bill of materials is made, validated against the schema of CycloneDX, and compared with the pins;
- the wheel is installed with its pinned requirements as a user does, by their hashes; what then lies there is compared,
  file by file, with the RECORD of each wheel, and by name and version with the bill; the command answers;
- what the tests themselves run on is compared with its pins and RECORDs likewise;
- a hash that is changed by one digit is refused, as a control;
- the licences of what is installed are those of the list.

It needs git, tar and an index for pip. The exit status is 0 if nothing was found, 1 if something was, 2 if it could not
run.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.supply import build, installing, licences, pins, sbom

ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "11", "HOME": "/nowhere", "USER": "somebody"}
NOT_ASKED = (
    "known vulnerabilities: no database of them is asked, since the stage needs no network beyond pip's index; "
    "whoever has one gives it the bill of materials, dist/hardtack-….cdx.json"
)


class Report:
    """What was counted and found so far."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.found: list[str] = []
        self.details: dict[str, Any] = {}

    def look(self, name: str, part: Callable[[Report], None]) -> None:
        """Do one part and say so."""
        before = len(self.found)
        part(self)
        sys.stdout.write(f"{'found' if len(self.found) > before else 'good '}  {name}\n")
        sys.stdout.flush()


def requirements(report: Report) -> None:
    """Read every file, and hold those that are made from ``pyproject.toml`` to it."""
    asked = pins.asked()
    for path in sorted(pins.FOLDER.glob("*.txt")):
        try:
            read = pins.read_file(path.name)
        except ValueError as error:
            report.found.append(f"requirements/{path.name}: {error}")
            continue
        wrong = pins.disagreements(asked.get(path.name, ()), read)
        report.found += [f"requirements/{path.name}: {each}" for each in wrong]
        _add(report, "requirements pinned", len(read))
        _add(report, "hashes of their files", sum(len(pin.hashes) for pin in read))


def builds(report: Report, folder: Path) -> None:
    """Build twice and compare, and say the hashes."""
    what = build.source()
    first = build.build(what, folder / "first")
    second = build.build(what, folder / "second folder" / "deeper", environ=ELSEWHERE, umask=0o077)
    for ours, theirs in zip(first, second, strict=True):
        if build.sha256(ours) != build.sha256(theirs):
            report.found.append(f"two builds of {ours.name} differ")
        report.details[ours.name] = build.sha256(ours)
    report.details["commit"] = what.commit
    report.counts["builds compared"] = 2
    bill = sbom.make(what, *first)
    if bill != sbom.make(what, *second):
        report.found.append("two bills of materials differ")
    if wrong := sbom.wrong(bill):
        report.found.append(f"the bill of materials is not valid: {wrong}")
    (folder / "bill.json").write_text(bill, encoding="utf-8")
    report.counts["components of the bill of materials"] = len(json.loads(bill)["components"])


def installed(report: Report, folder: Path) -> None:
    """Install the wheel with what is pinned, and compare everything."""
    [wheel] = (folder / "first").glob("*.whl")
    there = installing.install(folder / "user", [pins.FOLDER / name for name in sbom.FILES], wheel=wheel)
    distributions = licences.installed(str(there))
    for each in distributions.values():
        number, other = installing.changed(each)
        _add(report, "installed files compared with their RECORD", number)
        report.found += other
    named = sbom.components((folder / "bill.json").read_text(encoding="utf-8"))
    building = set(pins.needed(pins.of_group("build"), distributions, anywhere=True))
    pinned = {pin.name: pin.version for name in sbom.FILES for pin in pins.read_file(name) if pin.here}
    for name, each in distributions.items():
        if name != "hardtack" and pinned.get(name) != each.version:
            report.found.append(f"{name} {each.version} is installed, and not pinned so")
        if name != "hardtack" and named.get(name) != each.version and name not in building:
            report.found.append(f"{name} {each.version} is installed, and not in the bill of materials")
    for line in licences.wrong(licences.found(distributions)):
        report.found.append(f"licence: {line}")
    report.counts["packages installed by their hashes"] = len(pinned)
    report.counts["licences looked at"] = len(licences.read())
    done = subprocess.run(
        [folder / "user" / "bin" / "hardtack", "--version"],
        capture_output=True,
        text=True,
        check=False,
        env=installing.environ(),
    )
    if done.returncode:
        report.found.append(f"what was installed does not run: {done.stderr}")


def ours(report: Report) -> None:
    """Compare what the tests run on with its pins and its RECORDs."""
    there = licences.installed()
    for pin in pins.read_file("dev.txt"):
        if pin.here and (pin.name not in there or there[pin.name].version != pin.version):
            report.found.append(f"{pin.name} {pin.version} is pinned for the tests, and not installed")
    for each in there.values():
        number, other = installing.changed(each)
        _add(report, "installed files compared with their RECORD", number)
        report.found += other


def control(report: Report, folder: Path) -> None:
    """See that pip refuses a file whose hash is another, and that a changed file is found."""
    [pin] = [pin for pin in pins.read_file("serve.txt") if pin.name == "click"]
    other = folder / "changed.txt"
    wrong = [f"{hash_[:-1]}{'0' if hash_[-1] != '0' else '1'}" for hash_ in pin.hashes]
    other.write_text(f"click=={pin.version}" + "".join(f" \\\n    --hash=sha256:{each}" for each in wrong) + "\n")
    try:
        installing.install(folder / "refused", [other])
        report.found.append("control: pip takes a file whose hash is not the one that is pinned")
    except installing.InstallError as error:
        if "hash" not in str(error).lower():
            raise
    there = next((folder / "user").glob("lib/python*/site-packages"))
    target = there / "click" / "core.py"
    before = target.read_bytes()
    target.write_bytes(before + b"\n")
    if installing.changed(licences.installed(str(there))["click"])[1] == []:
        report.found.append("control: a changed file of an installed package is not noticed")
    report.counts["controls"] = 2


def _add(report: Report, label: str, number: int) -> None:
    report.counts[label] = report.counts.get(label, 0) + number


def missing() -> Iterator[str]:
    """Yield what must be installed first."""
    for tool in ("git", "tar"):
        if shutil.which(tool) is None:
            yield tool


def main(arguments: list[str]) -> int:
    """Do all of it, and write the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.supply.run")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--seed", type=int, help="taken and not used: no chance plays here")
    chosen = parser.parse_args(arguments)
    if tools := list(missing()):
        sys.stderr.write(f"install {', '.join(tools)}\n")
        return 2
    report, began = Report(), time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            report.look("requirements", requirements)
            report.look("two builds and the bill of materials", lambda each: builds(each, folder))
            report.look("what a user installs", lambda each: installed(each, folder))
            report.look("what the tests run on", ours)
            report.look("controls", lambda each: control(each, folder))
        except (installing.InstallError, build.BuildError, sbom.SbomError) as error:
            sys.stderr.write(f"could not run: {error}\n")
            return 2
    written = {
        "stage": "supply",
        "seconds": round(time.monotonic() - began),
        "seed": None,
        "counts": report.counts,
        "found": report.found,
        "explained": [NOT_ASKED],
        "details": report.details,
    }
    if chosen.report:
        chosen.report.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(written, indent=1) + "\n")
    return 1 if report.found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
