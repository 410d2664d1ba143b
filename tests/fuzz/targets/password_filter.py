"""A filter file of passwords: opened or refused as a misuse, and then asked without any other error."""

from __future__ import annotations

from pathlib import Path

from hardtack.errors import MisuseError
from hardtack.login.filters import CHECKSUM, HEAD, MAX_SHARDS, SHARD, PasswordFilter, checksum

OUTCOMES = {"refused", "damaged", "whole"}

KEYS = (0, 1, 1 << 63, (1 << 64) - 1, 0x0123456789ABCDEF)


def check(data: bytes) -> str:
    """Hold both the file and the same with a checksum that fits to the promise."""
    return _check(_vouched_for(data)) if _check(data) == "refused" else _check(data)


def _vouched_for(data: bytes) -> bytes:
    """Return *data* with the checksum of its head put right, so that what it says is looked at."""
    if len(data) < HEAD.size:
        return data
    body = HEAD.size + min(HEAD.unpack_from(data)[5], MAX_SHARDS) * SHARD.size
    return data[:body] + checksum(data[:body], CHECKSUM) + data[body + CHECKSUM :]


def _check(data: bytes) -> str:
    """Open it, ask for some keys and read all of it."""
    try:
        opened = PasswordFilter.read(memoryview(data), Path("passwords.filter"))
    except MisuseError as error:
        return "refused" if error.hint else "refused without a hint"
    assert opened.entries >= 0
    try:
        opened.check()
    except MisuseError as error:
        return "damaged" if error.hint else "damaged without a hint"
    for key in KEYS:
        assert opened.has_key(key) in (True, False)
    assert opened.has_text("password") in (True, False)
    assert opened.has_secret(b"password") in (True, False)
    return "whole"
