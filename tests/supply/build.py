"""``python -m tests.supply.build [FOLDER]``: a release and what is said of it (``make build``).

That is the source distribution, the wheel, the bill of materials and the hashes of the three.

What is built is the last commit and nothing else that lies in the work tree: it is exported first. The wheel is made
from the unpacked source distribution, as a packager makes it. Every time in it is that of the commit
(``SOURCE_DATE_EPOCH``), and neither the folder nor the umask, the clock, the language or the order of the disk is in
it, so whoever builds the same commit with the same hatchling (``requirements/serve.txt`` pins it) gets the same bytes,
and can compare them with ``SHA256SUMS``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.supply import pins

SUMS = "SHA256SUMS"
# What hatchling takes where nobody says a time: the same for everybody, too.
NO_COMMIT = 1_580_601_600


class Source(NamedTuple):
    """What is built.

    Args:
        commit: its name; ``None`` if this is no repository, as in an unpacked source distribution.
        epoch: its time, Unix seconds.
    """

    commit: str | None
    epoch: int


class BuildError(Exception):
    """A build failed; the text is what the tool said."""


def source() -> Source:
    """Return what there is to build: the last commit, or this folder."""
    if not (pins.ROOT / ".git").exists():
        return Source(None, int(os.environ.get("SOURCE_DATE_EPOCH", NO_COMMIT)))
    commit, epoch = _run("git", "log", "-1", "--format=%H %ct", folder=pins.ROOT).split()
    return Source(commit, int(epoch))


def export(what: Source, folder: Path) -> Path:
    """Lay the files of the commit into a folder that does not exist yet, and return it."""
    if what.commit is None:
        return pins.ROOT
    folder.mkdir(parents=True)
    packed = folder.with_suffix(".tar")
    _run("git", "archive", "--format=tar", f"--output={packed}", what.commit, folder=pins.ROOT)
    unpack(packed, folder)
    packed.unlink()
    return folder


def build(
    what: Source, folder: Path, *, tree: Path | None = None, environ: Mapping[str, str] | None = None, umask: int = -1
) -> tuple[Path, Path]:
    """Build the source distribution and, from it, the wheel; return both.

    Args:
        what: to build.
        folder: where they come to lie; it is made if need be.
        tree: where the files are already; they are exported otherwise.
        environ: what the tool is to find in its environment beside ours.
        umask: under which it works; -1 for ours.

    Raises:
        BuildError: if the tool fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    epoch = {"SOURCE_DATE_EPOCH": str(what.epoch)}

    def made(target: str, source: Path) -> Path:
        before = set(folder.iterdir())
        command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder.absolute())]
        _run(*command, folder=source, environ={**os.environ, **(environ or {}), **epoch}, umask=umask)
        [new] = set(folder.iterdir()) - before
        return new

    with tempfile.TemporaryDirectory() as scratch:
        packed = made("sdist", tree or export(what, Path(scratch) / "tree"))
        return packed, made("wheel", unpack(packed, Path(scratch) / "unpacked"))


def unpack(packed: Path, folder: Path) -> Path:
    """Unpack what we have packed; return the only folder in it, if there is but one, else where it lies."""
    folder.mkdir(parents=True, exist_ok=True)
    _run("tar", "-xf", str(packed.absolute()), folder=folder)
    there = list(folder.iterdir())
    return there[0] if len(there) == 1 else folder


def _run(*command: str, folder: Path, environ: Mapping[str, str] | None = None, umask: int = -1) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environ, umask=umask)
    if done.returncode:
        raise BuildError(done.stdout + done.stderr)
    return done.stdout


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: list[str]) -> int:
    """Build everything into the folder and say what was made."""
    from tests.supply import sbom

    folder = Path(arguments[0] if arguments else "dist")
    what = source()
    if what.commit is not None and _run("git", "status", "--porcelain", folder=pins.ROOT):
        sys.stderr.write("the work tree has changes that are in no commit, and so not in what is built\n")
    shutil.rmtree(folder, ignore_errors=True)
    packed, wheel = build(what, folder)
    described = wheel.with_name(f"{packed.name.removesuffix('.tar.gz')}.cdx.json")
    described.write_text(sbom.make(what, packed, wheel), encoding="utf-8")
    lines = [f"{sha256(path)}  {path.name}\n" for path in sorted((packed, wheel, described))]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    sys.stdout.write(f"{what.commit or 'no commit: this folder'}\n{''.join(lines)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
