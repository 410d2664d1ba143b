"""What a backup is: a folder with the files of a service, and a list of them that is written last.

Without its list a folder is no backup, and a file that is not as the list says makes it none: so that half a copy, or
one in which something has changed, is never restored. The list holds sums and no secret; the keyring lies beside it,
so that the folder must be kept as safe as the service's own.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from hardtack.errors import MisuseError

LIST = "backup.json"
DATABASE = "hardtack.db"
KEYS = "hardtack.key"
BESIDE = ("hardtack.toml", "passwords.filter")
"""What else lies in a data folder and is worth keeping."""
FILES = frozenset({DATABASE, KEYS, *BESIDE})


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The list.

    Args:
        version: of Hardtack.
        revision: of the database's schema.
        made_at: when it was made, Unix seconds.
        files: the SHA-256 of each, by its name.
    """

    version: str
    revision: str
    made_at: int
    files: dict[str, str]


def empty_folder(path: Path) -> None:
    """Make a folder for us alone at *path*, where there is none, or an empty one.

    Raises:
        MisuseError: there is something, or it cannot be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise MisuseError(f"{path} is not empty", "name a folder that does not exist: nothing is overwritten")
        path.chmod(0o700)
    except OSError as error:
        raise MisuseError(f"{path} cannot be made: {error.strerror}", "name another folder") from None


def put(content: bytes, path: Path) -> str:
    """Write *content* to a new file, readable by us alone, and return its sum."""
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags | os.O_CLOEXEC, 0o600)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(content).hexdigest()


def sum_of(path: Path) -> str:
    """Return the SHA-256 of a file, which may be large."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def part(made: Path, source: Path) -> float:
    """Return which part of a file is in its copy: 0 where there is none yet, 1 where nothing is to be copied."""
    try:
        return min(1.0, made.stat().st_size / (source.stat().st_size or 1))
    except OSError:
        return 0.0


def checked(folder: Path) -> Listed:
    """Return the list of the backup in *folder*, all files of which are as it says.

    Raises:
        MisuseError: it is no backup, or something in it is missing or has changed.
    """
    try:
        listed = msgspec.json.decode((folder / LIST).read_bytes(), type=Listed)
    except (OSError, msgspec.MsgspecError):
        raise MisuseError(f"{folder} is no backup", "name a folder that `hardtack backup` has made") from None
    for name, known in listed.files.items():
        # A list that somebody has changed names no file outside.
        if name not in FILES or not (folder / name).is_file() or sum_of(folder / name) != known:
            raise MisuseError(f"{folder / name} is not as it was when the backup was made", "take another backup")
    return listed
