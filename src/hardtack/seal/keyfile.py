"""Where a ring of keys is kept: a file, or an environment variable.

``keytext`` is the text that both hold. Reading refuses what others could have read or changed. Making a file never
overwrites one; changing one puts a whole new file in its place, under a lock, so that readers see the old or the new
and two writers lose nothing, whatever happens in between.

This is the one module of the room that touches files, the environment and the clock: it decides for which moment a
ring is made, and so which of its keys seals.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from os import PathLike

from hardtack.seal import keytext, rotation
from hardtack.seal import token as form
from hardtack.seal.followed import FollowedKeyring, Found
from hardtack.seal.key import ACTIVE, Key, KeyringError
from hardtack.seal.keyring import PEPPER_SIZE, Keyring
from hardtack.seal.keytext import HEADER, RESTORE, Written, moment, write

__all__ = [
    "HEADER",
    "MAX_FILE",
    "change",
    "change_environment",
    "complaints",
    "create",
    "follow",
    "follow_environment",
    "from_environment",
    "moment",
    "parse",
    "read",
    "write",
]

VARIABLE = "HARDTACK_KEYRING"
MAX_FILE = 1 << 20
"""The largest keyring file in bytes; thousands of keys fit."""

Change = Callable[[rotation.Keys, int], rotation.Keys]
"""What is to become of the keys, at a Unix time in seconds; see ``rotation``."""

_REFUSED_MODES = stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP
_UNSETTLED = 2
"""For how many seconds after a change a file may change again and look the same: file systems have coarse clocks."""


def clock() -> int:
    """Return the time in whole Unix seconds."""
    return int(time.time())


# A file ---------------------------------------------------------------------------------------------------------------


def create(path: str | PathLike[str]) -> Keyring:
    """Make a file at *path* with a new ring of one active key, readable by its owner alone, and return the ring.

    Raises:
        KeyringError: if there is something at *path* already, or the file cannot be written.
    """
    where = os.fspath(path)
    try:
        descriptor = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise KeyringError(
            f"{where} exists already", "keep it, or name another path: a keyring is never overwritten"
        ) from None
    except (OSError, ValueError) as error:
        raise KeyringError(
            f"{where} cannot be made: {_why(error)}", "make its folder first, and make it writable"
        ) from None
    try:
        # The file system's own time: it says since when the key is active, and equals the file's time of change.
        key = Key(os.urandom(form.SECRET_SIZE), ACTIVE, int(os.fstat(descriptor).st_mtime))
        pepper = os.urandom(PEPPER_SIZE)
        _fill(descriptor, write([key], pepper), 0o600)
        _sync_folder(where)
    except OSError as error:
        with suppress(OSError):
            os.unlink(where)
        raise KeyringError(
            f"{where} cannot be written: {_why(error)}", "make room on the disk, then try again"
        ) from None
    return Keyring([key], pepper)


def read(path: str | PathLike[str]) -> Keyring:
    """Return the ring in the file at *path*, in the states of this moment.

    Raises:
        KeyringError: if the file cannot be read, may be read by everybody or changed by others, or is no keyring.
    """
    where = os.fspath(path)
    with _opened(where) as descriptor:
        return _ring(keytext.read(_text(descriptor, where), where))


def follow(path: str | PathLike[str]) -> FollowedKeyring:
    """Return a ring that takes up every change of the file at *path*, and every key whose time has come.

    Raises:
        KeyringError: if it cannot be read now; later the last good ring is kept.
    """
    where = os.path.abspath(path)

    def look(before: Found | None) -> Found:
        with _opened(where) as descriptor:
            found = os.fstat(descriptor)
            stamp = (found.st_dev, found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            if before is not None and before.stamp == stamp:
                return before
            written = keytext.read(_text(descriptor, where), where)
            return Found(written, stamp if found.st_ctime < clock() - _UNSETTLED else None)

    return FollowedKeyring(look, clock)


def change(path: str | PathLike[str], changed: Change) -> Keyring:
    """Change the keys in the file at *path* and return the new ring.

    The file is replaced as a whole and at once; its owner, group and mode stay, and so do comments. Writers wait for
    each other. Whatever goes wrong, the old file is still there.

    Raises:
        KeyringError: if the file cannot be read or written, or *changed* refuses.
    """
    # A link stays a link: what it points to is replaced.
    where = os.path.realpath(path)
    while True:
        with _opened(where) as descriptor:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                # Another writer may have put a new file in its place while this one waited for the old one's lock.
                if not os.path.samestat(os.fstat(descriptor), os.stat(where)):
                    continue
                text, ring = _changed(_text(descriptor, where), where, changed)
                _replace(where, text, os.fstat(descriptor))
            except OSError as error:
                raise KeyringError(
                    f"{where} cannot be replaced: {_why(error)}",
                    "do it as the user that owns the file; its folder must be writable, and the disk have room",
                ) from None
            return ring


def complaints(path: str | PathLike[str]) -> list[KeyringError]:
    """Return everything that is wrong with the file at *path* and its folder; nothing if it is good.

    Raises:
        KeyringError: if it cannot be looked at.
    """
    where = os.fspath(path)
    wrong = []
    folder = os.path.dirname(os.path.realpath(where))
    mode = os.stat(folder).st_mode if os.path.isdir(folder) else 0
    # In a folder with the sticky bit, such as /tmp, others cannot replace the file.
    if mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX:
        wrong.append(
            KeyringError(
                f"others may replace the file, since its folder {folder} is open to them "
                f"(mode {stat.S_IMODE(mode):04o})",
                f"run `chmod go-w {shlex.quote(folder)}`",
            )
        )
    with _opened(where) as descriptor:
        wrong.extend(_refusals(os.fstat(descriptor), where))
        try:
            text = _decoded(_content(descriptor, where), where)
        except KeyringError as error:
            return [*wrong, error]
    return [*wrong, *keytext.complaints(text, where)]


# The environment ------------------------------------------------------------------------------------------------------


def from_environment(name: str = VARIABLE) -> Keyring:
    """Return the ring in the environment variable *name*, where ``;`` may stand for a line end.

    Raises:
        KeyringError: if the variable is missing, empty, or holds no keyring.
    """
    return _ring(keytext.read(environment(name), name))


def follow_environment(name: str = VARIABLE) -> FollowedKeyring:
    """Return a ring of the environment variable *name* that takes up an announced key when its time has come.

    Raises:
        KeyringError: if the variable is missing, empty, or holds no keyring.
    """
    found = Found(keytext.read(environment(name), name), name)
    return FollowedKeyring(lambda before: found, clock)


def change_environment(changed: Change, name: str = VARIABLE) -> tuple[str, Keyring]:
    """Return what the environment variable *name* is to be set to after a change of its keys, and the new ring.

    Raises:
        KeyringError: if the variable holds no keyring, or *changed* refuses.
    """
    text, ring = _changed(environment(name), name, changed)
    return ";".join(line.strip() for line in text.splitlines()), ring


def environment(name: str = VARIABLE) -> str:
    """Return the text in the environment variable *name*, with line ends.

    Raises:
        KeyringError: if it is not set.
    """
    text = os.environ.get(name, "")
    if not text:
        raise KeyringError(
            f"the environment variable {name} is not set",
            "set it to the text of a keyring file (`hardtack keys new` makes one), with ; for line ends",
        )
    return text.replace(";", "\n")


def parse(text: str, source: str, now: int | None = None) -> Keyring:
    """Return the ring that *text* describes.

    Whatever *text* is, this returns a ring or raises ``KeyringError``, never anything else; the error repeats nothing
    of the text.

    Args:
        text: the text of a keyring.
        source: where it comes from, for the error.
        now: the moment for which the ring is made, Unix time in seconds; ``None`` for the present one.

    Raises:
        KeyringError: if it is not exactly a ring.
    """
    return _ring(keytext.read(text, source), now)


# What these have in common --------------------------------------------------------------------------------------------


def _ring(written: Written, now: int | None = None) -> Keyring:
    return Keyring(rotation.settled(written.keys, clock() if now is None else now), written.pepper)


def _changed(text: str, source: str, changed: Change) -> tuple[str, Keyring]:
    """Return the text after a change and its ring, which is read again from it: what is written can be read."""
    now = clock()
    after = keytext.rewrite(text, changed(keytext.read(text, source).keys, now))
    return after, parse(after, source, now)


@contextmanager
def _opened(where: str) -> Iterator[int]:
    """Open the file for reading."""
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for its writer for ever.
        descriptor = os.open(where, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeyringError(
            f"there is no keyring at {where}", f"make one with `hardtack keys new {shlex.quote(where)}`"
        ) from None
    except (OSError, ValueError) as error:
        raise _unreadable(where, error) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _text(descriptor: int, where: str) -> str:
    """Return the text of the file, or raise the first thing that is wrong with the file itself."""
    for refusal in _refusals(os.fstat(descriptor), where):
        raise refusal
    return _decoded(_content(descriptor, where), where)


def _refusals(found: os.stat_result, where: str) -> Iterator[KeyringError]:
    if stat.S_ISREG(found.st_mode) and found.st_mode & _REFUSED_MODES:
        yield KeyringError(
            f"{where} is open to others (mode {stat.S_IMODE(found.st_mode):04o})",
            f"run `chmod 600 {shlex.quote(where)}`",
        )


def _content(descriptor: int, where: str) -> bytes:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise KeyringError(f"{where} is not a file", "name the keyring file itself")
    if found.st_size > MAX_FILE:
        raise KeyringError(f"{where} is too large for a keyring", "name the keyring file itself")
    try:
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_FILE)
    except OSError as error:
        raise _unreadable(where, error) from None


def _unreadable(where: str, error: OSError | ValueError) -> KeyringError:
    return KeyringError(f"{where} cannot be read: {_why(error)}", "let the user that runs Hardtack own the file")


def _decoded(content: bytes, where: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise KeyringError(f"line {line} of {where} is not text in UTF-8", RESTORE) from None


def _replace(where: str, text: str, before: os.stat_result) -> None:
    """Put a new file with *text* in the place of the one at *where*, which this process has locked."""
    new = f"{where}.new"
    # The lock is ours, so what lies there is what another writer left when it was stopped.
    with suppress(FileNotFoundError):
        os.unlink(new)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        _fill(descriptor, text, stat.S_IMODE(before.st_mode), (before.st_uid, before.st_gid))
        os.replace(new, where)
    except OSError:
        with suppress(OSError):
            os.unlink(new)
        raise
    _sync_folder(where)


def _fill(descriptor: int, text: str, mode: int, owner: tuple[int, int] = (-1, -1)) -> None:
    """Write *text* to a new file, so that it survives a loss of power, and close it; -1 leaves an owner as it is."""
    with os.fdopen(descriptor, "wb") as file:
        os.fchown(descriptor, *owner)
        # The mode that it was made with was subject to the umask, which may have taken the owner's own rights.
        os.fchmod(descriptor, mode)
        file.write(text.encode())
        file.flush()
        os.fsync(descriptor)


def _sync_folder(path: str) -> None:
    """Make the new name in its folder survive a loss of power, as fsync(2) of the file alone does not."""
    descriptor = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _why(error: OSError | ValueError) -> str:
    """Return the system's reason, without the path that the message names already."""
    return (getattr(error, "strerror", None) or str(error)).lower()
