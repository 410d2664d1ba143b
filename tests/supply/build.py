"""``python -m tests.supply.build [FOLDER]``: the source distribution, the wheel, their SBOM and their hashes (``make build``).

What is built is the last commit and nothing else that lies in the work tree: it is exported first. The wheel is made
from the unpacked source distribution, as a packager makes it. Every time in it is that of the commit
(``SOURCE_DATE_EPOCH``), and neither the folder nor the umask, the clock, the language or the order of the disk is in it, so
whoever builds the same commit with the same hatchling (``requirements/serve.txt`` pins it) gets the same bytes, and can
compare them with ``SHA256SUMS``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
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
    _unpack(packed, folder)
    packed.unlink()
    return folder


def build(what: Source, folder: Path, *, environ: Mapping[str, str] | None = None) -> tuple[Path, Path]:
    """Build the source distribution and, from it, the wheel; return both.

    Args:
        what: to build.
        folder: where they come to lie; it is made if need be.
        environ: what the tool is to find in its environment beside ours.

    Raises:
        BuildError: if the tool fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        tree = export(what, Path(scratch) / "tree")
        packed = _hatchling("sdist", what, tree, folder, environ)
        _unpack(packed, Path(scratch) / "unpacked")
        [unpacked] = (Path(scratch) / "unpacked").iterdir()
        return packed, _hatchling("wheel", what, unpacked, folder, environ)


def _hatchling(target: str, what: Source, tree: Path, folder: Path, environ: Mapping[str, str] | None) -> Path:
    before = set(folder.iterdir())
    found = {**os.environ, **(environ or {}), "SOURCE_DATE_EPOCH": str(what.epoch)}
    _run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder.absolute()), folder=tree, environ=found)
    [made] = set(folder.iterdir()) - before
    return made


def _unpack(packed: Path, folder: Path) -> None:
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")


def _run(*command: str, folder: Path, environ: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environ)
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
