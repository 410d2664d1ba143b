"""Installing as a user does, into a folder that is thrown away, and looking at what then lies there.

pip compares each file that it fetches with the hashes of the requirements (``--require-hashes``) before anything of it
is unpacked; what was unpacked is compared here with the list that each wheel brings (RECORD). Together they say: what
lies on the disk is what was pinned. Where the files come from is how pip is set up.
"""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution
from pathlib import Path


class InstallError(Exception):
    """pip has refused, or was not able; the text is what it said."""


def environ() -> dict[str, str]:
    """Return this process's environment without what tools have put into it for their own work."""
    ours = ("PYTEST_", "COV_", "COVERAGE_", "HARDTACK_", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def pip(*arguments: str | Path) -> str:
    """Run pip and return what it says.

    Raises:
        InstallError: if it does not succeed.
    """
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ())
    if done.returncode:
        raise InstallError(done.stdout + done.stderr)
    return done.stdout


def install(
    folder: Path,
    files: Iterable[Path],
    *,
    wheel: Path | None = None,
    sources: bool = False,
    python: str | None = None,
) -> Path:
    """Make an environment, install into it what files pin, by its hashes, and return where it then lies.

    Args:
        folder: where to make it.
        files: of requirements.
        wheel: one of Hardtack's, to install as well.
        sources: whether what is published as sources alone is built from them, with what pip fetches for that.
        python: the interpreter that it is an environment of; ours otherwise.

    Raises:
        InstallError: if pip refuses, as it does where one hash is another.
    """
    subprocess.run([python or sys.executable, "-m", "venv", "--without-pip", folder], check=True, env=environ())
    there = folder / "bin" / "python"
    binary = () if sources else ("--only-binary=:all:",)
    for each in files:
        pip("--python", there, "install", "--quiet", "--no-deps", *binary, "--require-hashes", "-r", each)
    if wheel is not None:
        pip("--python", there, "install", "--quiet", "--no-deps", "--no-index", wheel)
    return next(folder.glob("lib/python*/site-packages"))


def changed(distribution: Distribution) -> tuple[int, list[str]]:
    """Return how many files of a distribution were compared with its RECORD, and which are other ones or gone.

    What pip writes itself after unpacking, such as compiled modules, has no hash there.
    """
    compared, other = 0, []
    for file in distribution.files or ():
        if file.hash is None or file.hash.mode != "sha256":
            continue
        compared += 1
        try:
            digest = hashlib.sha256(Path(str(file.locate())).read_bytes()).digest()
        except OSError:
            other.append(f"{distribution.metadata['Name']}: {file} is gone")
            continue
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            other.append(f"{distribution.metadata['Name']}: {file} is not what its RECORD says")
    return compared, other
