"""An empty Debian in a folder: made by debootstrap, with one user, and taken away again with all that runs in it.

It shares the network of this machine, so that a browser outside reaches what is served inside, and nothing else but
what a Debian gets when it is installed: where packages come from, who answers for names, and, where this machine has
one of its own, the file of certificates that it believes. What a walker types is run in it with an empty environment.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

USER = "anna"
HOME = f"/home/{USER}"
CERTIFICATES = "/etc/ssl/walk.pem"
SOURCES = (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list"))
MOUNTS = (("proc", "-t", "proc", "proc"), ("dev/pts", "--bind", "/dev/pts"), ("dev/shm", "-t", "tmpfs", "tmpfs"))


class Root(NamedTuple):
    """The root.

    Args:
        folder: where it lies.
        seconds: that making it took.
    """

    folder: Path
    seconds: float

    def environment(self, user: str) -> list[str]:
        """Return the only variables that somebody has who sits down at it."""
        home = HOME if user == USER else "/root"
        said = [f"HOME={home}", f"USER={user}", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG=C.UTF-8"]
        trusted = [f"PIP_CERT={CERTIFICATES}"] if (self.folder / CERTIFICATES.lstrip("/")).exists() else []
        return [*said, *trusted, "TERM=xterm", "COLUMNS=100", "LINES=40", "DEBIAN_FRONTEND=noninteractive"]

    def command(self, user: str, *words: str) -> list[str]:
        """Return the command that runs *words* in it as *user*."""
        return [
            "chroot",
            f"--userspec={user}:{user}",
            str(self.folder),
            "/usr/bin/env",
            "-i",
            *self.environment(user),
            *words,
        ]


def mirror() -> str:
    """Return where this machine gets Debian's packages from.

    Raises:
        SystemExit: it does not say.
    """
    for path in SOURCES:
        if path.exists() and (found := re.search(r"^(?:URIs:|deb(?: \[.*?\])?) (\S+)", path.read_text(), re.MULTILINE)):
            return found[1]
    raise SystemExit("this machine's apt does not say where Debian's packages come from")


def codename() -> str:
    """Return the name of this machine's Debian, which the root gets too."""
    return re.search(r"^VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text(), re.MULTILINE)[1]  # type: ignore[index]


@contextmanager
def made(folder: Path, repository: Path) -> Iterator[Root]:
    """Make the root in *folder*, with a copy of the repository to clone from; take it away at the end.

    Args:
        folder: a path at which there is nothing.
        repository: the work tree whose last commit is walked through.
    """
    if folder.exists():
        raise SystemExit(f"{folder} is there already")
    began = time.monotonic()
    try:
        subprocess.run(
            ["debootstrap", "--variant=minbase", codename(), str(folder), mirror()],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for place, *told in MOUNTS:
            (folder / place).mkdir(exist_ok=True)
            subprocess.run(["mount", *told, str(folder / place)], check=True)
        shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
        (folder / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
        if trusted := os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE"):
            (folder / "etc/ssl").mkdir(exist_ok=True)
            shutil.copy(trusted, folder / CERTIFICATES.lstrip("/"))
        subprocess.run(["chroot", str(folder), "useradd", "-m", "-s", "/bin/bash", USER], check=True)
        # One file, which anybody may clone: there is no address yet from which everybody could.
        bundle = folder / "srv/hardtack.bundle"
        git = ["git", "-C", str(repository)]
        branch = subprocess.run([*git, "branch", "--show-current"], check=True, capture_output=True, text=True).stdout
        subprocess.run([*git, "bundle", "create", "-q", str(bundle), "HEAD", *branch.split()], check=True)
        bundle.chmod(0o644)
        yield Root(folder, time.monotonic() - began)
    finally:
        _end(folder)
        for place, *_ in reversed(MOUNTS):
            subprocess.run(["umount", "-q", str(folder / place)], check=False)
        if any(line.split()[1].startswith(f"{folder}/") for line in Path("/proc/mounts").read_text().splitlines()):
            raise SystemExit(f"something is still mounted below {folder}: nothing there was deleted")
        shutil.rmtree(folder, ignore_errors=True)


def _end(folder: Path) -> None:
    """End everything that runs in the root, and nothing else."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        inside = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit() and _root(each) == folder]
        for pid in inside:
            with suppress(ProcessLookupError):
                os.kill(pid, sent)
        if inside:
            time.sleep(1)


def _root(process: Path) -> Path | None:
    with suppress(OSError):
        return Path(os.readlink(process / "root"))
    return None
