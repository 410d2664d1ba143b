"""How a ring of keys is written down: a text of one entry a line, in a file or an environment variable.

``docs/spec/seal.md`` specifies the text ("The keyring's text form"). Reading refuses what others could have read or
changed, and whatever is not exactly a ring: each complaint names the line and what to do, and repeats nothing of the
line, for any word of it may be a misplaced secret. Making a file never overwrites one.

This is the one module of the room that touches files and the environment. It reads no clock: a new file's own time of
change, which the file system just set, says since when its key is active.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from os import PathLike

from hardtack.seal import token as form
from hardtack.seal.keyring import ACTIVE, PEPPER_SIZE, STATES, Key, Keyring, KeyringError

HEADER = "hardtack keyring 1"
MAX_FILE = 1 << 20
"""The largest keyring file in bytes; thousands of keys fit."""

_REFUSED_MODES = stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_MOMENT_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_RESTORE = "restore the line from a backup of the keyring"


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
        with os.fdopen(descriptor, "wb") as file:
            # The mode asked for above is subject to the umask, which may have taken the owner's own rights.
            os.fchmod(descriptor, 0o600)
            key = Key(os.urandom(form.SECRET_SIZE), ACTIVE, int(os.fstat(descriptor).st_mtime))
            pepper = os.urandom(PEPPER_SIZE)
            file.write(write([key], pepper).encode())
            file.flush()
            os.fsync(descriptor)
        _sync_folder(where)
    except OSError as error:
        with suppress(OSError):
            os.unlink(where)
        raise KeyringError(
            f"{where} cannot be written: {_why(error)}", "make room on the disk, then try again"
        ) from None
    return Keyring([key], pepper)


def read(path: str | PathLike[str]) -> Keyring:
    """Return the ring in the file at *path*.

    Raises:
        KeyringError: if the file cannot be read, may be read by everybody or changed by others, or is no keyring.
    """
    where = os.fspath(path)
    try:
        content = _content(where)
    except FileNotFoundError:
        raise KeyringError(
            f"there is no keyring at {where}", f"make one with `hardtack keys new {shlex.quote(where)}`"
        ) from None
    except KeyringError:
        raise
    except (OSError, ValueError) as error:
        raise KeyringError(
            f"{where} cannot be read: {_why(error)}", "let the user that runs Hardtack own the file"
        ) from None
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise KeyringError(f"line {line} of {where} is not text in UTF-8", _RESTORE) from None
    return parse(text, where)


def _content(where: str) -> bytes:
    # Without O_NONBLOCK, opening a named pipe would wait for its writer for ever.
    descriptor = os.open(where, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise KeyringError(f"{where} is not a file", "name the keyring file itself")
        if found.st_mode & _REFUSED_MODES:
            raise KeyringError(
                f"{where} is open to others (mode {stat.S_IMODE(found.st_mode):04o})",
                f"run `chmod 600 {shlex.quote(where)}`",
            )
        if found.st_size > MAX_FILE:
            raise KeyringError(f"{where} is too large for a keyring", "name the keyring file itself")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_FILE)
    finally:
        os.close(descriptor)


def from_environment(name: str) -> Keyring:
    """Return the ring in the environment variable *name*, where ``;`` may stand for a line end.

    Raises:
        KeyringError: if the variable is missing, empty, or holds no keyring.
    """
    text = os.environ.get(name, "")
    if not text:
        raise KeyringError(
            f"the environment variable {name} is not set",
            "set it to the text of a keyring file (`hardtack keys new` makes one), with ; for line ends",
        )
    return parse(text.replace(";", "\n"), name)


def write(keys: list[Key], pepper: bytes) -> str:
    """Return the text of a ring, which ``parse`` reads."""
    lines = [HEADER, f"pepper {form.encode(pepper)}"]
    lines.extend(f"key {key.id.hex()} {key.state} {moment(key.since or 0)} {form.encode(key.secret)}" for key in keys)
    return "\n".join(lines) + "\n"


def moment(since: int) -> str:
    """Return a Unix time in seconds as it is written in a keyring, such as ``2026-01-31T12:00:00Z``."""
    return datetime.fromtimestamp(since, UTC).strftime(_MOMENT_FORMAT)


def parse(text: str, source: str) -> Keyring:
    """Return the ring that *text* describes.

    Whatever *text* is, this returns a ring or raises ``KeyringError``, never anything else; the error repeats nothing
    of the text.

    Args:
        text: the text of a keyring.
        source: where it comes from, for the error.

    Raises:
        KeyringError: if it is not exactly a ring.
    """
    entries = _entries(text)
    number, words = next(entries, (1, []))
    if words != HEADER.split():
        raise _Line(number, source).error("is not the beginning of a keyring", f"it must say `{HEADER}`")
    pepper: bytes | None = None
    keys: dict[bytes, Key] = {}
    active = 0
    for number, words in entries:
        line = _Line(number, source)
        match words:
            case ["pepper", encoded]:
                if pepper is not None:
                    raise line.error("is a second pepper", "keep the one that was there first")
                pepper = line.secret(encoded, PEPPER_SIZE)
            case ["key", identifier, state, since, encoded]:
                key = line.key(identifier, state, since, encoded)
                if key.id in keys:
                    raise line.error(
                        "has the id of a key in an earlier line", "remove one of the two: the id alone chooses the key"
                    )
                if key.state == ACTIVE and active:
                    raise line.error(f"is a second active key, after line {active}", "let the older one be `opening`")
                active = number if key.state == ACTIVE else active
                keys[key.id] = key
            case _:
                raise line.error(
                    "is no entry of a keyring",
                    "write `pepper SECRET`, `key ID STATE SINCE SECRET`, or # before a comment",
                )
    if pepper is None:
        raise KeyringError(f"{source} has no pepper", _RESTORE)
    if not active:
        raise KeyringError(f"{source} has no active key", "let the newest key be `active`")
    return Keyring(list(keys.values()), pepper)


def _entries(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield number and words of each line that is neither empty nor a comment."""
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if words and not words[0].startswith("#"):
            yield number, words


class _Line:
    """One line of a keyring's text, to read its words and to complain about them."""

    __slots__ = ("_number", "_source")

    def __init__(self, number: int, source: str) -> None:
        self._number = number
        self._source = source

    def error(self, problem: str, hint: str) -> KeyringError:
        """Return the error that says what is wrong with this line; never with a word of it."""
        return KeyringError(f"line {self._number} of {self._source} {problem}", hint)

    def secret(self, encoded: str, size: int) -> bytes:
        """Return the bytes that *encoded* is the canonical base64url of."""
        try:
            secret = form.decode(encoded)
        except ValueError:
            raise self.error("has a secret that is not canonical base64url", _RESTORE) from None
        if len(secret) != size:
            raise self.error(
                f"has a secret of {len(secret)} bytes instead of {size}",
                f"{_RESTORE}; a secret is random, never a password",
            )
        return secret

    def key(self, identifier: str, state: str, since: str, encoded: str) -> Key:
        """Return the key that the words after ``key`` describe."""
        if not _KEY_ID.fullmatch(identifier):
            raise self.error("has an id that is not 8 digits of lower-case hexadecimal", _RESTORE)
        if state not in STATES:
            raise self.error(
                "has a state that this version does not know",
                f"write one of: {', '.join(STATES)}; or install a newer Hardtack",
            )
        key = Key(self.secret(encoded, form.SECRET_SIZE), state, self._moment(since))
        if key.id.hex() != identifier:
            raise self.error("has an id that is not its secret's: one of them was changed", _RESTORE)
        return key

    def _moment(self, since: str) -> int:
        try:
            if not _MOMENT.fullmatch(since):
                raise ValueError("not in the form that is written here")
            return int(datetime.fromisoformat(since).timestamp())
        except ValueError:
            raise self.error("has a time that is not one", "write it as 2026-01-31T12:00:00Z, in UTC") from None


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
