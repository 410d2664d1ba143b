"""``python -m tests.release.run``: whether a release can go out, looked at as whoever installs it gets it.

``make release-check`` builds the last commit into ``dist`` and asks this:

- what lies in the wheel and in the source distribution, and what they say of themselves (``contents``; twine too);
- whether the wheel that pip makes of the source distribution is the same to the byte, and the same by content where
  hatchling is the oldest that is allowed;
- whether each extra brings what it promises, in an environment that has nothing else (``extras``);
- whether the tests pass against the wheel, in a folder without its sources: on the oldest Python with the lowest
  versions that ``pyproject.toml`` allows, and on the newest Python with those that are pinned (``installed``);
- whether pyright knows the type of every public name (``typed``).

By default the tests are those of the rooms; ``--all`` runs all that are not about the sources. It needs an index for
pip. The exit status is 0 if nothing was found, 1 if something was, 2 if it could not run.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.prove import stage
from tests.release import contents, extras, installed, typed
from tests.supply import build, installing, pins

TOOLS = pins.ROOT / ".venv-release" / "bin"
PARTS = ("contents", "extras", "lowest", "newest", "types")


class Check:
    """One run of it.

    Args:
        dist: where the release lies.
        folder: for all that is made on the way.
        chosen: which tests are run.
        workers: how many at once.
    """

    def __init__(self, dist: Path, folder: Path, chosen: Sequence[str], workers: int) -> None:
        [self.wheel], [self.sdist] = dist.glob("*.whl"), dist.glob("*.tar.gz")
        self.folder = folder
        self.chosen = chosen
        self.workers = workers
        self.counts: dict[str, int] = {}
        self.found: list[str] = []
        self.explained: list[str] = []
        self._environments: dict[str, Path] = {}

    def contents(self) -> None:
        """Look at what was built, and build it again from the source distribution."""
        held = contents.of_wheel(self.wheel)
        self.counts["files of the wheel"] = len(held)
        self.found += contents.wrong(contents.of_sdist(self.sdist), held)
        done = _run([TOOLS / "twine", "check", "--strict", self.wheel, self.sdist])
        if done.returncode:
            self.found.append(f"twine: {done.stdout}{done.stderr}")
        again = self._wheel_of(Path(sys.executable), "again")
        if build.sha256(again) != build.sha256(self.wheel):
            self.found.append("the wheel that pip makes of the source distribution is another one")
        oldest = contents.of_wheel(self._wheel_of(self.environment("lowest"), "oldest"))
        if changed := contents.other(held, oldest):
            self.found.append(f"built with the lowest hatchling, these are others: {', '.join(changed)}")
        self.counts["wheels compared"] = 3

    def _wheel_of(self, python: Path, name: str) -> Path:
        """Let pip make a wheel of the source distribution, with what builds in an environment, at the commit's time."""
        folder = self.folder / name
        own: list[str | Path] = ["--python", python] if name != "again" else []
        command: list[str | Path] = [sys.executable, "-m", "pip", *own, "wheel"]
        command += ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--no-index"]
        epoch = {**installing.environ(), "SOURCE_DATE_EPOCH": str(build.source().epoch)}
        done = _run([*command, "-w", folder, self.sdist], environ=epoch)
        if done.returncode:
            raise build.BuildError(done.stdout + done.stderr)
        [wheel] = folder.glob("*.whl")
        return wheel

    def extras(self) -> None:
        """Install each extra by itself, and see what it brings."""
        for name in extras.EXTRAS:
            folder = self.folder / f"extra-{name or 'none'}"
            folder.mkdir()
            number, found = extras.look(name, self.wheel, folder)
            self.counts[f"modules imported with {f'[{name}]' if name else 'no extra'}"] = number
            self.found += found

    def environment(self, name: str) -> Path:
        """Return the interpreter of the environment with the lowest or the newest versions; it is made once."""
        if name not in self._environments:
            end = 0 if name == "lowest" else -1
            version = pythons()[end]
            if version != promised()[end]:
                self.explained.append(f"Python {promised()[end]} is not here: the {name} versions ran on {version}")
            file = "lowest.txt" if name == "lowest" else "dev.txt"
            sys.stdout.write(f"making an environment: Python {version}, requirements/{file}\n")
            there = installed.environment(self.folder / name, f"python{version}", file, self.wheel)
            self._environments[name] = there
        return self._environments[name]

    def tests(self, name: str) -> None:
        """Run the tests in one of the two environments."""
        python = self.environment(name)
        there = installed.tree(self.sdist, self.folder / f"tests-{name}")
        where = installed.imported_from(python, there)
        if not where.is_relative_to(self.folder / name):
            self.found.append(f"the tests would find Hardtack at {where}, and not the wheel")
            return
        ran = installed.run(python, there, self.chosen, self.workers)
        self.counts[f"tests passed with the {name} versions"] = ran.passed
        if ran.failed:
            self.found.append(f"{ran.failed} tests failed with the {name} versions")

    def types(self) -> None:
        """Ask pyright about every public name."""
        empty = self.folder / "nothing"
        empty.mkdir()
        read = typed.verify(TOOLS / "pyright", self.environment("newest"), empty)
        self.counts["public names whose type is known"] = read.known
        self.found += read.found
        self.explained += read.explained

    def part(self, name: str) -> Callable[[], None]:
        """Return what one part does."""
        if name in ("lowest", "newest"):
            return lambda: self.tests(name)
        return {"contents": self.contents, "extras": self.extras, "types": self.types}[name]


def promised() -> list[str]:
    """Return the Pythons of the classifiers, such as ``3.11``, as they stand there: the oldest first."""
    return re.findall(r"Programming Language :: Python :: (3\.\d+)", (pins.ROOT / "pyproject.toml").read_text())


def pythons() -> list[str]:
    """Return those of them that are here; the one that runs this is one of them."""
    ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return [each for each in promised() if each == ours or _answers(f"python{each}", each)]


def _answers(command: str, version: str) -> bool:
    # A version manager's stand-in may be there for a Python that is not, and a Python without what makes environments.
    if shutil.which(command) is None:
        return False
    done = _run([command, "-c", "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"])
    return done.stdout.strip() == version


def _run(command: Sequence[str | Path], *, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environ or installing.environ())


def main(arguments: list[str]) -> int:
    """Look at the release in ``dist`` and say what was found."""
    parser = stage.parser("tests.release.run", "Look at a release as whoever installs it gets it.")
    parser.add_argument("--dist", type=Path, default=pins.ROOT / "dist", help="where the release lies")
    parser.add_argument("--all", action="store_true", help="run all tests, not those of the rooms alone")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2, help="how many tests run at once")
    parser.add_argument("--part", action="append", choices=PARTS, help="do this alone; may be given several times")
    parser.add_argument("tests", nargs="*", help="run these tests, instead of those of the rooms")
    chosen = parser.parse_args(arguments)
    run = stage.Stage("release", chosen.report)
    tests = ("tests",) if chosen.all else chosen.tests or installed.FEW
    with tempfile.TemporaryDirectory(prefix="release-") as name:
        try:
            check = Check(chosen.dist, Path(name), tests, chosen.workers)
            for part in chosen.part or PARTS:
                before = len(check.found)
                check.part(part)()
                sys.stdout.write(f"{'found' if len(check.found) > before else 'good '}  {part}\n")
                sys.stdout.flush()
        except (installing.InstallError, build.BuildError, typed.TypesError, OSError, ValueError) as error:
            sys.stderr.write(f"could not run: {error}\n")
            return stage.CANNOT_RUN
    for label, number in check.counts.items():
        sys.stdout.write(f"{number:>7,}  {label}\n")
    for line in check.found:
        sys.stdout.write(f"found: {line}\n")
    for line in check.explained:
        sys.stdout.write(f"explained: {line}\n")
    return run.end(check.counts, check.found, check.explained)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
