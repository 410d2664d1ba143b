"""A small disk of a test's own, which can be filled to the last octet.

It lies in a mount namespace: nobody sees it but who is started ``through`` it, and it is gone with the process that
holds it. Whoever is started there has no right of root's to write where the mode of a file forbids it. Only root can
mount anything, so a test that somebody else runs is root in a namespace of users.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_MOUNT = 'mount -t tmpfs -o "size=$1,mode=0755" small "$0" && echo made && exec cat'
_BLOCK = 1 << 12
_ROOT = os.geteuid() == 0
_AS_OURSELVES = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")


@dataclass
class Disk:
    """The disk.

    Args:
        place: where whoever is started through it finds it.
        inside: where the test finds it.
        through: what comes before a command; it becomes that command.
        as_nobody: the same, for what refuses to be run by root.
    """

    place: Path
    inside: Path
    through: tuple[str, ...]
    as_nobody: tuple[str, ...]

    def folder(self, name: str) -> Path:
        """Make a folder for what root must not run; return where that finds it."""
        (self.inside / name).mkdir(mode=0o700)
        if _ROOT:
            shutil.chown(self.inside / name, "nobody", "nogroup")
        return self.place / name

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave no room, and make some again."""
        filler = self.inside / "filler"
        try:
            with filler.open("ab", buffering=0) as file, suppress(OSError):
                while True:
                    file.write(bytes(_BLOCK))
            assert os.statvfs(self.inside).f_bavail == 0
            yield
        finally:
            filler.unlink()


@contextmanager
def small_disk(size: int) -> Iterator[Disk]:
    """Mount a disk of *size* octets in a folder of its own, into which everybody may look."""
    place = Path(tempfile.mkdtemp(prefix="hardtack-disk-"))
    apart = ["unshare", *(() if _ROOT else ("--map-root-user",)), "--mount", "--propagation", "private"]
    holder = subprocess.Popen(
        [*apart, "sh", "-c", _MOUNT, str(place), str(size)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    users = () if _ROOT else ("--user", "--preserve-credentials")
    enter = ("nsenter", "--target", str(holder.pid), *users, "--mount", "--")
    nobody = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig=QUIT", "--")
    powerless = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--")
    try:
        assert holder.stdout.readline() == b"made\n"
        yield Disk(
            place,
            Path(f"/proc/{holder.pid}/root{place}"),
            (*enter, *(powerless if _ROOT else _AS_OURSELVES)),
            (*enter, *(nobody if _ROOT else _AS_OURSELVES)),
        )
    finally:
        holder.stdin.close()
        holder.wait(20)
        holder.stdout.close()
        place.rmdir()
