"""The data folder and what lies in it: whose it is, who else may look, whether there is room, on what disk it lies.

Modes and owners are compared with what the service makes: a folder of 0700, files of 0600, all of one user. Whether
something can be written is asked of the system, and nothing is written.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterable
from pathlib import Path

from hardtack.cli.doctor.findings import Findings, Patient, found
from hardtack.store.generation import SUFFIX

LITTLE, ENOUGH = 64, 512
"""MiB of free space: below the first the service will soon stop, below the second it is worth a look."""

NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs"})
"""File systems whose locks and shared memory do not reach across machines, or not reliably."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_CHANGE = stat.S_IWGRP | stat.S_IWOTH
_MOUNTS = Path("/proc/self/mounts")


def folder(patient: Patient) -> Findings:
    """Look at the data folder itself."""
    path = patient.folder
    if not path.is_dir():
        yield found("folder-missing", path=path)
        return
    about = path.stat()
    mode, owner = stat.S_IMODE(about.st_mode), user(about.st_uid)
    if mode & _OTHERS:
        # Who can only look sees names: what lies there is shut to them.
        yield found("folder-open" if mode & _CHANGE else "folder-seen", path=path, mode=f"{mode:04o}")
    if os.geteuid() not in (0, about.st_uid):
        yield found("other-user", path=path, owner=owner, user=user(os.geteuid()))
    elif not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        yield found("folder-shut", path=path, mode=f"{mode:04o}")
    elif not mode & _OTHERS:
        yield found("folder-right", path=path, owner=owner, mode=f"{mode:04o}")


def contents(patient: Patient) -> Findings:
    """Look at the files in it, as far as they are there."""
    if not patient.folder.is_dir():
        return
    owner, right = patient.folder.stat().st_uid, True
    for path in files(patient.folder):
        try:
            about = path.stat()
        except OSError as error:
            right = False
            yield found("file-shut", path=path, reason=error.strerror)
            continue
        mode = stat.S_IMODE(about.st_mode)
        # A keyring may belong to the administrator and be read by the group of the service.
        shared = path.name == "hardtack.key" and mode & stat.S_IRGRP
        if mode & _OTHERS & ~(stat.S_IRGRP if shared else 0):
            right = False
            yield found("file-open", path=path, mode=f"{mode:04o}")
        if about.st_uid != owner and not shared:
            right = False
            yield found("file-of-another", path=path, owner=user(about.st_uid), wanted=user(owner))
    if right:
        yield found("files-right", path=patient.folder)


def files(path: Path) -> Iterable[Path]:
    """Yield what the service keeps in the folder and nobody else may read."""
    for name in (
        "hardtack.key",
        "hardtack.db",
        "hardtack.db-wal",
        "hardtack.db-shm",
        f"hardtack.db{SUFFIX}",
        f"hardtack{SUFFIX}",
    ):
        if os.path.lexists(path / name):
            yield path / name


def room(patient: Patient) -> Findings:
    """Look at how much the disk has left."""
    if not patient.folder.is_dir():
        return
    disk = os.statvfs(patient.folder)
    free = disk.f_bavail * disk.f_frsize >> 20
    code = "disk-full" if free < LITTLE else "disk-low" if free < ENOUGH else "disk-right"
    yield found(code, path=patient.folder, free=free)
    # Some file systems have no inodes to run out of, and say 0.
    if disk.f_files and disk.f_favail < 100:
        yield found("inodes-low", path=patient.folder, free=disk.f_favail)


def file_system(path: Path, mounts: Path = _MOUNTS) -> str:
    """Return the kind of file system that *path* lies on; ``""`` where nobody can tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    real = os.path.realpath(path)
    below = [
        (len(place), kind)
        for place, kind in ((words[1].replace("\\040", " "), words[2]) for words in map(str.split, lines))
        if place in ("/", real) or real.startswith(f"{place}/")
    ]
    # The longest holds, and of two at one place the later, which hides the other.
    return max(enumerate(below), key=lambda each: (each[1][0], each[0]))[1][1] if below else ""


def user(number: int) -> str:
    """Return a user's name, or the number where there is none."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
