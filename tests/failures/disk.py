"""A small disk of a test's own, which can be filled to the last octet.

It lies in a mount namespace: nobody sees it but who is started ``through`` it, and it is gone with the process that
holds it. Only root can make one here, so a test that is run by somebody else makes itself root of a namespace of users.
"""

from __future__ import annotations

import errno
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_MOUNT = 'mount -t tmpfs -o "size=$1,mode=0755" small "$0" && echo made && exec cat'
_BLOCK = 1 << 12


@dataclass
class Disk:
    """The disk.

    Args:
        place: where whoever is started through it finds it.
        inside: where the test finds it.
        through: what comes before the command of whoever is to see it; it becomes that command.
    """

    place: Path
    inside: Path
    through: tuple[str, ...]

    def fill(self) -> None:
        """Leave no room."""
        with (self.inside / "filler").open("ab", buffering=0) as filler:
            while True:
                try:
                    filler.write(bytes(_BLOCK))
                except OSError as error:
                    assert error.errno == errno.ENOSPC
                    return

    def clear(self) -> None:
        """Make room again."""
        (self.inside / "filler").unlink(missing_ok=True)


@contextmanager
def small_disk(size: int) -> Iterator[Disk]:
    """Mount a disk of *size* octets in a folder of its own, into which everybody may look."""
    as_root = () if os.geteuid() == 0 else ("--map-root-user",)
    enter = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
    place = Path(tempfile.mkdtemp(prefix="hardtack-disk-"))
    command = ["unshare", *as_root, "--mount", "--propagation", "private", "sh", "-c", _MOUNT, str(place), str(size)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdin is not None
    try:
        assert holder.stdout.readline() == b"made\n"
        through = ("nsenter", "--target", str(holder.pid), *enter, "--mount", "--")
        yield Disk(place, Path(f"/proc/{holder.pid}/root{place}"), through)
    finally:
        holder.stdin.close()
        holder.wait(20)
        holder.stdout.close()
        place.rmdir()
