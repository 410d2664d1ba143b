"""How a ring of keys is written as text: one entry a line.

``docs/spec/seal.md`` specifies the text ("The keyring's text form"). Reading refuses whatever is not exactly a ring:
each complaint names the line and what to do, and repeats nothing of the line, for any word of it may be a misplaced
secret. A change keeps the lines that it does not touch as they are, comments and empty lines included.

Nothing here touches a file or asks a clock; ``keyfile`` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from hardtack.seal import token as form
from hardtack.seal.key import ACTIVE, STATES, Key, KeyringError
from hardtack.seal.keyring import PEPPER_SIZE

HEADER = "hardtack keyring 1"
RESTORE = "restore the line from a backup of the keyring"

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_LAST = 253_402_300_799  # the end of the year 9999: the form has four digits for it
_KEY_ID = re.compile(r"[0-9a-f]{8}")


class Written(NamedTuple):
    """What a text holds: the keys in the states that are written down, and the pepper."""

    keys: tuple[Key, ...]
    pepper: bytes

    def __repr__(self) -> str:
        return f"<Written {', '.join(f'{key.id.hex()} {key.state}' for key in self.keys)}>"


def write(keys: Sequence[Key], pepper: bytes) -> str:
    """Return the text of a ring, which ``read`` reads."""
    return "\n".join([HEADER, f"pepper {form.encode(pepper)}", *map(_entry, keys)]) + "\n"


def rewrite(text: str, keys: Sequence[Key]) -> str:
    """Return *text* with the entries of exactly *keys*, every other line as it was.

    Entries that stay keep their place, new ones come last, and those of keys that are gone are taken out.

    Args:
        text: what ``read`` accepts.
        keys: the keys after a change.
    """
    entries = {key.id.hex(): _entry(key) for key in keys}
    lines = []
    for line in text.split("\n"):
        words = line.split()
        if words[:1] != ["key"]:
            lines.append(line)
        elif words[1] in entries:
            entry = entries.pop(words[1])
            lines.append(line if words == entry.split() else entry)
    while lines and not lines[-1].strip():
        lines.pop()
    return "\n".join([*lines, *entries.values()]) + "\n"


def moment(since: int) -> str:
    """Return a Unix time in seconds as it is written in a keyring, such as ``2026-01-31T12:00:00Z``."""
    # Not by strftime, which writes the year 1 as "1" on some systems.
    return datetime.fromtimestamp(min(since, _LAST), UTC).replace(tzinfo=None).isoformat() + "Z"


def read(text: str, source: str) -> Written:
    """Return what *text* holds.

    Whatever *text* is, this returns keys that make a ring, or raises ``KeyringError``, never anything else; the error
    repeats nothing of the text.

    Args:
        text: the text of a keyring.
        source: where it comes from, for the error.

    Raises:
        KeyringError: if it is not exactly a ring; the first of ``complaints``.
    """
    keys, pepper, wrong = _examine(text, source)
    if wrong or pepper is None:
        raise wrong[0]
    return Written(keys, pepper)


def complaints(text: str, source: str) -> list[KeyringError]:
    """Return everything that keeps *text* from being a ring, in the order of its lines; nothing if it is one."""
    return _examine(text, source)[2]


def _examine(text: str, source: str) -> tuple[tuple[Key, ...], bytes | None, list[KeyringError]]:
    """Return the keys and the pepper that can be read, and what is wrong; without a pepper something always is."""
    entries = _entries(text)
    number, words = next(entries, (1, []))
    if words != HEADER.split():
        # Whatever follows is no keyring of this version, so there is nothing more to say of it.
        unseen = text.startswith("\ufeff")
        hint = "save the file as UTF-8 without a byte order mark" if unseen else f"it must say `{HEADER}`"
        wrong = _Line(number, source).error("is not the beginning of a keyring", hint)
        return (), None, [wrong]
    ring = _Ring(source)
    for number, words in entries:
        ring.take(number, words)
    return tuple(ring.keys.values()), ring.pepper, [*ring.wrong, *ring.missing()]


def _entry(key: Key) -> str:
    return f"key {key.id.hex()} {key.state} {moment(key.since or 0)} {form.encode(key.secret)}"


def _entries(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield number and words of each line that is neither empty nor a comment."""
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if words and not words[0].startswith("#"):
            yield number, words


class _Ring:
    """What the lines so far hold, and what is wrong with them."""

    __slots__ = ("_active", "_peppers", "_source", "keys", "pepper", "wrong")

    def __init__(self, source: str) -> None:
        self._source = source
        self._active = 0
        self._peppers = 0
        self.keys: dict[bytes, Key] = {}
        self.pepper: bytes | None = None
        self.wrong: list[KeyringError] = []

    def take(self, number: int, words: list[str]) -> None:
        """Read one line."""
        line = _Line(number, self._source)
        try:
            match words:
                case ["pepper", encoded]:
                    self._take_pepper(line, encoded)
                case ["key", identifier, state, since, encoded]:
                    self._take_key(line, number, identifier, state, since, encoded)
                case _:
                    raise line.error(
                        "is no entry of a keyring",
                        "write `pepper SECRET`, `key ID STATE SINCE SECRET`, or # before a comment",
                    )
        except KeyringError as error:
            self.wrong.append(error)

    def missing(self) -> Iterator[KeyringError]:
        """Yield what no line had."""
        if not self._peppers:
            yield KeyringError(f"{self._source} has no pepper", RESTORE)
        if not self._active:
            yield KeyringError(f"{self._source} has no active key", "let the newest key be `active`")

    def _take_pepper(self, line: _Line, encoded: str) -> None:
        self._peppers += 1
        if self._peppers > 1:
            raise line.error("is a second pepper", "keep the one that was there first")
        self.pepper = line.secret(encoded, PEPPER_SIZE)

    def _take_key(self, line: _Line, number: int, *words: str) -> None:
        state = words[1]
        active = self._active
        if state == ACTIVE:
            # It counts as the active one even where the rest of its line is damaged: nobody need make another so.
            self._active = active or number
        key = line.key(*words)
        if key.id in self.keys:
            raise line.error(
                "has the id of a key in an earlier line", "remove one of the two: the id alone chooses the key"
            )
        if state == ACTIVE and active:
            raise line.error(f"is a second active key, after line {active}", "let the older one be `opening`")
        self.keys[key.id] = key


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
            raise self.error("has a secret that is not canonical base64url", RESTORE) from None
        if len(secret) != size:
            raise self.error(
                f"has a secret of {len(secret)} bytes instead of {size}",
                f"{RESTORE}; a secret is random, never a password",
            )
        return secret

    def key(self, identifier: str, state: str, since: str, encoded: str) -> Key:
        """Return the key that the words after ``key`` describe."""
        if not _KEY_ID.fullmatch(identifier):
            raise self.error("has an id that is not 8 digits of lower-case hexadecimal", RESTORE)
        if state not in STATES:
            raise self.error(
                "has a state that this version does not know",
                f"write one of: {', '.join(STATES)}; or install a newer Hardtack",
            )
        key = Key(self.secret(encoded, form.SECRET_SIZE), state, self._moment(since))
        if key.id.hex() != identifier:
            raise self.error("has an id that is not its secret's: one of them was changed", RESTORE)
        return key

    def _moment(self, since: str) -> int:
        try:
            if not _MOMENT.fullmatch(since):
                raise ValueError("not in the form that is written here")
            return int(datetime.fromisoformat(since).timestamp())
        except ValueError:
            raise self.error("has a time that is not one", "write it as 2026-01-31T12:00:00Z, in UTC") from None
