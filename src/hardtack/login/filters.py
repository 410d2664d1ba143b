"""A file of passwords that nobody may choose, as a filter that cannot be read back: its format, and how it is asked.

The file is mapped into memory, so that all processes share its pages and one that is never asked costs nothing. Format
1, little-endian throughout::

    magic      8  "HTFILTER"
    format     1  1
    kind       1  1: simplified forms of texts; 2: SHA-1 of exact passwords
    forms      1  the version of the simplified form (``plain.VERSION``); 0 for SHA-1
    width      1  bytes of a fingerprint, 1 to 4
    shards     4  a power of two, at most 4096
    entries    8  keys in all shards
    shard     28  for each: seed 8, segment 4, starts 4, entries 4, checksum of its fingerprints 8
    checksum  16  of everything before it
    …             the fingerprints of each shard: the first byte of every one, then the second, …

A key is 64 bits: the first of BLAKE2b of a simplified form's UTF-8, or of the SHA-1. The first bits of a key choose the
shard, which is a binary fuse filter (``fuse``). Checksums are BLAKE2b of that many bytes.

The promise of :meth:`PasswordFilter.open`: a filter, or ``MisuseError``; and of asking one: yes, no, or ``MisuseError``
once a shard's fingerprints turn out to be damaged, when it is first used. Never anything else, whatever the file holds.
All of a small file is looked at when it is opened; reading a thousand million entries would make every start slow.
"""

from __future__ import annotations

import hashlib
import logging
import mmap
import os
import struct
import threading
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Self

from hardtack.errors import MisuseError
from hardtack.login import fuse, plain

MAGIC = b"HTFILTER"
FORMAT = 1
MAX_SHARDS = 4096

HEAD = struct.Struct("<8sBBBBIQ")
SHARD = struct.Struct("<QIII8s")
CHECKSUM = 16
SHARD_CHECKSUM = 8

SMALL = 1 << 24
"""Bytes of a file that is read whole when it is opened; it takes 20 ms."""

_PERSON = b"hardtack-filter"
_REBUILD = "make it again: hardtack passwords build CORPUS"

logger: logging.Logger = logging.getLogger("hardtack.login")


class Kind(IntEnum):
    """What the keys were made of."""

    TEXT = 1
    SHA1 = 2


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of a filter.

    Args:
        shape: how it is laid out; ``None`` if it is empty.
        entries: keys in it.
        checksum: of its fingerprints.
        offset: where they begin in the file, in bytes.
    """

    shape: fuse.Shape | None
    entries: int
    checksum: bytes
    offset: int


def key_of_text(text: str) -> int:
    """Return the key of *text*, which must be in simplified form."""
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8, person=_PERSON).digest()
    return int.from_bytes(digest, "big")


def key_of_sha1(digest: bytes) -> int:
    """Return the key of a password whose SHA-1 is *digest*."""
    return int.from_bytes(digest[:8], "big")


def checksum(content: bytes | memoryview, size: int) -> bytes:
    """Return *size* bytes that tell whether *content* is as it was written."""
    return hashlib.blake2b(content, digest_size=size, person=_PERSON).digest()


class PasswordFilter:
    """An open filter. Safe to share among threads, and whole in the child of a fork.

    Args:
        path: the file.
        kind: what its keys were made of.
        width: bytes of a fingerprint.
        shards: its parts.
        content: the file, mapped.
    """

    def __init__(self, path: Path, kind: Kind, width: int, shards: tuple[Shard, ...], content: memoryview) -> None:
        self.path = path
        self.kind = kind
        self.width = width
        self.entries: int = sum(shard.entries for shard in shards)
        self.size: int = len(content)
        self._shards = shards
        self._bits = len(shards).bit_length() - 1
        self._content = content
        self._seen: dict[int, memoryview] = {}
        self._looking = threading.Lock()

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Return the filter in the file at *path*.

        Raises:
            MisuseError: there is no such file, or no filter of this version in it; and nothing else.
        """
        where = Path(path)
        try:
            with where.open("rb") as file:
                # An empty file cannot be mapped.
                size = os.fstat(file.fileno()).st_size
                content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b"")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise MisuseError(
                f"the password filter {where} cannot be read: {reason}",
                "name a file that hardtack passwords build has made, or leave the setting password_filter out",
            ) from None
        opened = cls.read(content, where)
        if opened.size <= SMALL:
            opened.check()
        return opened

    @classmethod
    def read(cls, content: memoryview, path: Path) -> Self:
        """Return the filter that *content* is; errors name *path*.

        Raises:
            MisuseError: it is none of this version; and nothing else.
        """
        if len(content) < HEAD.size or content[: len(MAGIC)] != MAGIC:
            raise _damaged(path, "it is no password filter")
        _, version, kind, forms, width, count, entries = HEAD.unpack_from(content)
        if version != FORMAT or kind not in list(Kind) or forms != (plain.VERSION if kind == Kind.TEXT else 0):
            raise _damaged(path, "another version of hardtack made it")
        body = HEAD.size + count * SHARD.size + CHECKSUM
        if not 0 < width <= fuse.MAX_WIDTH or not 0 < count <= MAX_SHARDS or count & (count - 1) or len(content) < body:
            raise _damaged(path, "it is damaged")
        if checksum(content[: body - CHECKSUM], CHECKSUM) != content[body - CHECKSUM : body]:
            raise _damaged(path, "it is damaged")
        shards, end = _shards(content, count, width, body)
        # What the checksum vouches for was written by a program; that it makes sense is still looked at.
        if shards is None or end != len(content) or sum(shard.entries for shard in shards) != entries:
            raise _damaged(path, "it is damaged")
        return cls(path, Kind(kind), width, shards, content)

    def has_text(self, simplified: str) -> bool:
        """Return whether *simplified*, in simplified form, seems to be in a filter of texts.

        Raises:
            MisuseError: the file is damaged.
        """
        return self.kind == Kind.TEXT and self.has_key(key_of_text(simplified))

    def has_secret(self, secret: bytes) -> bool:
        """Return whether the password *secret* seems to be in a filter of SHA-1.

        Raises:
            MisuseError: the file is damaged.
        """
        if self.kind != Kind.SHA1:
            return False
        return self.has_key(key_of_sha1(hashlib.sha1(secret, usedforsecurity=False).digest()))

    def has_key(self, key: int) -> bool:
        """Return whether *key* seems to be in the filter.

        Raises:
            MisuseError: the file is damaged.
        """
        number = key >> (64 - self._bits)
        shape = self._shards[number].shape
        if shape is None:
            return False
        fingerprints = self._seen.get(number)
        if fingerprints is None:
            fingerprints = self._look(number)
        return fuse.contains(fingerprints, shape, key, width=self.width)

    def check(self) -> None:
        """Read every part of the filter.

        Raises:
            MisuseError: the file is damaged.
        """
        for number, shard in enumerate(self._shards):
            if shard.shape is not None:
                self._look(number)

    def _look(self, number: int) -> memoryview:
        """Return the fingerprints of a shard, which nobody has used yet, after a look at their checksum."""
        shard = self._shards[number]
        places = shard.shape.places if shard.shape is not None else 0
        content = self._content[shard.offset : shard.offset + places * self.width]
        if checksum(content, SHARD_CHECKSUM) != shard.checksum:
            # Nobody can set a password now; the visitor is told no more than that something is wrong.
            logger.error("the password filter %s is damaged", self.path, extra={"event": "password-filter-damaged"})
            raise _damaged(self.path, "it is damaged")
        with self._looking:
            return self._seen.setdefault(number, content)


def _shards(content: memoryview, count: int, width: int, offset: int) -> tuple[tuple[Shard, ...] | None, int]:
    """Return the shards and where the last one ends, or ``None`` where the table makes no sense."""
    shards = []
    for number in range(count):
        seed, segment, starts, entries, digest = SHARD.unpack_from(content, HEAD.size + number * SHARD.size)
        shape = None
        if entries:
            if segment & (segment - 1) or not 0 < segment <= fuse.MAX_SEGMENT or not starts:
                return None, offset
            shape = fuse.Shape(seed, segment, starts)
        shards.append(Shard(shape, entries, digest, offset))
        offset += 0 if shape is None else shape.places * width
    return tuple(shards), offset


def _damaged(path: Path, problem: str) -> MisuseError:
    return MisuseError(f"the password filter {path} cannot be used: {problem}", _REBUILD)
