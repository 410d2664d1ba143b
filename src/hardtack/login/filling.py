"""Write a filter file from any number of keys, in bounded memory.

Keys are kept in 256 heaps by their first bits, in memory as long as they are few and in files of a folder once they are
many; then one shard after another is built from its heap and written. Memory is bounded by ``HELD`` keys waiting and
one shard under construction: about 250 MB for a thousand million keys, which take 8 bytes each on disk meanwhile. The
file appears under its name when it is whole, in the place of the one before; an interruption leaves that one as it was.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from hardtack.login import filters, fuse, plain
from hardtack.login.filters import HEAD, MAX_SHARDS, SHARD, Kind, PasswordFilter

SHARD_KEYS = 1 << 18
"""Keys of a shard at most, as far as ``MAX_SHARDS`` allows."""

HELD = 1 << 21
"""Keys that wait in memory at most."""

_HEAP_BITS = 8


class Written(NamedTuple):
    """What was written.

    Args:
        entries: distinct keys.
        size: bytes of the file.
        shards: its parts.
    """

    entries: int
    size: int
    shards: int


def rate(listed: PasswordFilter, samples: int) -> float:
    """Return the share of so many random passwords that *listed* says yes to, which is as often as it is wrong."""
    asked = (os.urandom(12).hex() for _ in range(samples))
    if listed.kind == Kind.SHA1:
        return sum(listed.has_secret(password.encode()) for password in asked) / samples
    return sum(listed.has_text(password) for password in asked) / samples


class FilterBuilder:
    """Gathers keys and writes the file; used in a ``with`` block, at the end of which its files are gone.

    Args:
        kind: what the keys are made of.
        folder: where keys wait if they are many; with room for 8 bytes a key.
        width: bytes of a fingerprint.
        shard_keys: keys of a shard at most; more of them make the file a little smaller and take more memory.
        held: keys that wait in memory at most.
    """

    def __init__(
        self, kind: Kind, folder: Path, *, width: int = 1, shard_keys: int = SHARD_KEYS, held: int = HELD
    ) -> None:
        self.kind = kind
        self.width = width
        self.count: int = 0
        self._shard_keys = shard_keys
        self._held = held
        self._waiting = 0
        self._heaps = [array("Q") for _ in range(1 << _HEAP_BITS)]
        self._spooled = False
        self._folder = tempfile.TemporaryDirectory(prefix=".hardtack-filter-", dir=folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def add(self, key: int) -> None:
        """Take *key*, 64 bits; one that comes again is dropped in the end."""
        self._heaps[key >> (64 - _HEAP_BITS)].append(key)
        self.count += 1
        self._waiting += 1
        if self._waiting >= self._held:
            self._spool()

    def _spool(self) -> None:
        for number, heap in enumerate(self._heaps):
            with self._heap_file(number).open("ab") as file:
                heap.tofile(file)
            self._heaps[number] = array("Q")
        self._waiting = 0
        self._spooled = True

    def _heap_file(self, number: int) -> Path:
        return Path(self._folder.name) / f"{number:02x}"

    def write(self, path: Path, *, told: Callable[[int, int], object] = lambda done, shards: None) -> Written:
        """Write the filter to *path*.

        Args:
            path: what is there is replaced at the end, at once.
            told: called after each shard with how many are done, and of how many.

        Raises:
            OSError: it cannot be written; nothing has changed then.
        """
        shards = 1
        while shards * self._shard_keys < self.count and shards < MAX_SHARDS:
            shards *= 2
        descriptor, name = tempfile.mkstemp(prefix=".hardtack-filter-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                entries = self._write(file, shards, told)
                file.flush()
                os.fsync(file.fileno())
                size = file.tell()
            # The passwords in it are no secret, and workers may run as somebody else.
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
        return Written(entries, size, shards)

    def _write(self, file: BinaryIO, shards: int, told: Callable[[int, int], object]) -> int:
        """Write all of the filter to *file* and return how many keys are in it; the position is then its end."""
        body = HEAD.size + shards * SHARD.size + filters.CHECKSUM
        file.seek(body)
        table = b""
        entries = 0
        for done, keys in enumerate(self._shards(shards), 1):
            distinct = set(keys)
            entries += len(distinct)
            shape, fingerprints = fuse.build(distinct, width=self.width) if distinct else (fuse.Shape(0, 0, 0), b"")
            digest = filters.checksum(fingerprints, filters.SHARD_CHECKSUM)
            table += SHARD.pack(shape.seed, shape.segment, shape.starts, len(distinct), digest)
            file.write(fingerprints)
            told(done, shards)
        end = file.tell()
        forms = plain.VERSION if self.kind == Kind.TEXT else 0
        head = HEAD.pack(filters.MAGIC, filters.FORMAT, self.kind, forms, self.width, shards, entries) + table
        file.seek(0)
        file.write(head + filters.checksum(head, filters.CHECKSUM))
        file.seek(end)
        return entries

    def _shards(self, shards: int) -> Iterator[array[int]]:
        """Give the keys of each shard, in order."""
        bits = shards.bit_length() - 1
        if bits <= _HEAP_BITS:
            together = 1 << (_HEAP_BITS - bits)
            for first in range(0, 1 << _HEAP_BITS, together):
                keys = array("Q")
                for number in range(first, first + together):
                    keys.extend(self._heap(number))
                yield keys
            return
        apart = 1 << (bits - _HEAP_BITS)
        for number in range(1 << _HEAP_BITS):
            parts = [array("Q") for _ in range(apart)]
            for key in self._heap(number):
                parts[key >> (64 - bits) & (apart - 1)].append(key)
            yield from parts

    def _heap(self, number: int) -> array[int]:
        """Return the keys of one heap, from its file and from memory."""
        keys = array("Q")
        if self._spooled:
            content = self._heap_file(number).read_bytes()
            keys.frombytes(content)
        keys.extend(self._heaps[number])
        return keys
