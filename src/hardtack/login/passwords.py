"""Passwords: what may be one, and argon2id.

The limits are checked before any other work, the length in characters before even encoding, so that a huge password
costs nothing (attack 15). A password is its UTF-8 bytes exactly as typed: nothing is normalised, stripped or cut off
(ASVS 6.2.8; attack 16). What else a new one must be, ``rules`` decides.

A text with a lone surrogate has no UTF-8 form and no keyboard produces it: it is refused as ``BadPassword``, at sign-up
and at sign-in alike, so that the same password always gives the same bytes.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import argon2
from argon2.exceptions import Argon2Error, InvalidHashError, VerificationError, VerifyMismatchError
from argon2.low_level import error_to_str

from hardtack.errors import Refused, Text

MIN_LENGTH = 15
"""Characters of a password that is the only factor (NIST SP 800-63B-4 §3.1.1.1)."""

MIN_LENGTH_BESIDE = 8
"""Characters of a password beside which a second factor is asked for (ASVS 6.2.1)."""

MAX_BYTES = 1024
"""Bytes of UTF-8; far above the 64 characters that must be allowed, far below what would cost anything."""

_NO_MEMORY = error_to_str(-22)
"""All that argon2's library says where it finds no memory (``ARGON2_MEMORY_ALLOCATION_ERROR``)."""

CONTEXT_WORDS = ("hardtack",)
"""Words that anybody would guess here; the account's own name and its parts come to them."""

LEFT_OVER = 8
"""Characters that must remain of a password when every context word is taken out of it."""


class BadPassword(Refused):
    """What was typed cannot be a password; ``fields`` says why.

    Args:
        reason: ``too-short``, ``too-short-beside`` (a second factor), ``too-long``, ``not-text``, ``guessable`` (the
            account's or service's own words) or ``common``.
        text: what is said of it; ``None`` for what is always said for that reason.
    """

    status = 422
    slug = "bad-password"

    def __init__(self, reason: str, text: Text | None = None) -> None:
        text = text or _TEXTS[reason]
        super().__init__(text, reason=f"bad-password-{reason}", fields={"password": text})


_TEXTS: dict[str, dict[str, str]] = {
    "too-short": {
        "en": f"A password needs at least {MIN_LENGTH} characters. Four or five unrelated words are a good one.",
        "zh": f"密码至少需要 {MIN_LENGTH} 个字符，可以用几个互不相关的词组成。",
    },
    "too-short-beside": {
        "en": f"A password needs at least {MIN_LENGTH_BESIDE} characters, also beside a second factor.",
        "zh": f"即使有第二重验证，密码也至少需要 {MIN_LENGTH_BESIDE} 个字符。",
    },
    "too-long": {
        "en": f"This password is too long: {MAX_BYTES} bytes are the limit, about a thousand letters.",
        "zh": f"密码过长：最多 {MAX_BYTES} 个字节，约 340 个汉字。",
    },
    "not-text": {
        "en": "This password contains something that is not a character. Please type it again.",
        "zh": "密码中含有无法识别的字符，请重新输入。",
    },
    "guessable": {
        "en": "This password is made of your name or of the name of this service. Please choose another.",
        "zh": "密码由您的名字或本服务的名称组成，容易被猜到，请换一个。",
    },
    "common": {
        "en": "This password, or one that it is easily made from, is on a list of leaked and common passwords. "
        "Please choose another.",
        "zh": "这个密码（或与它相近的形式）在已泄露的常用密码之列，请换一个。",
    },
}


def as_bytes(password: str) -> bytes:
    """Return the bytes that are hashed.

    Args:
        password: exactly as typed, of any length.

    Raises:
        BadPassword: it is too long or no text, and nothing else, whatever is given.
    """
    # Each character is at least one byte: what has more characters need not be encoded to know that it is too long.
    if len(password) > MAX_BYTES:
        raise BadPassword("too-long")
    try:
        secret = password.encode()
    except UnicodeEncodeError:
        raise BadPassword("not-text") from None
    if len(secret) > MAX_BYTES:
        raise BadPassword("too-long")
    return secret


@dataclass(frozen=True, slots=True)
class Argon2id:
    """Argon2id with its parameters (RFC 9106); the defaults are OWASP's for one lane.

    Args:
        memory: KiB that one hash fills; concurrent hashes take as much each.
        passes: how often it is filled.
        lanes: threads of one hash; 1, because the pool has a thread per core already.
    """

    memory: int = 19456
    passes: int = 2
    lanes: int = 1
    _hasher: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the hasher once."""
        hasher = argon2.PasswordHasher(time_cost=self.passes, memory_cost=self.memory, parallelism=self.lanes)
        object.__setattr__(self, "_hasher", hasher)

    def hash(self, secret: bytes) -> str:
        """Hash *secret* with a random salt and return the encoded hash, which carries its parameters.

        Raises:
            MemoryError: the system has none to give.
        """
        with _short_of_memory():
            return str(self._hasher.hash(secret))

    def verify(self, encoded: str, secret: bytes) -> bool:
        """Return whether *secret* is what *encoded* was made of.

        Raises:
            HashUnreadable: *encoded* is no argon2 hash.
            MemoryError: the system has none to give.
        """
        try:
            with _short_of_memory():
                self._hasher.verify(encoded, secret)
        except VerifyMismatchError:
            return False
        except (InvalidHashError, VerificationError) as error:
            raise HashUnreadable from error
        return True

    def is_outdated(self, encoded: str) -> bool:
        """Return whether *encoded* was made with other parameters than these."""
        return bool(self._hasher.check_needs_rehash(encoded))

    def decoy(self) -> str:
        """Return an encoded hash of these parameters that no password fits: what an unknown name is checked against."""
        salt, tag = (base64.b64encode(os.urandom(size)).decode().rstrip("=") for size in (16, 32))
        return f"$argon2id$v=19$m={self.memory},t={self.passes},p={self.lanes}${salt}${tag}"


class HashUnreadable(Exception):
    """A stored hash is damaged; nobody can sign in with it."""


@contextmanager
def _short_of_memory() -> Iterator[None]:
    """Call it what it is where argon2 finds no memory: neither a wrong password nor a damaged hash."""
    try:
        yield
    except Argon2Error as error:
        if str(error) == _NO_MEMORY:
            raise MemoryError from error
        raise
