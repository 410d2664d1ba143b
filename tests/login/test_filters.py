"""The file of a filter: what is written is what is asked, and damage is told."""

from __future__ import annotations

import hashlib
import mmap
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from hardtack.errors import MisuseError
from hardtack.login import filling, filters
from hardtack.login.filling import FilterBuilder
from hardtack.login.filters import HEAD, SHARD, Kind, PasswordFilter, key_of_sha1, key_of_text


def sha1(text: str) -> int:
    """Return the key of a password in a filter of SHA-1."""
    return key_of_sha1(hashlib.sha1(text.encode(), usedforsecurity=False).digest())


def written(
    path: Path, keys: Iterable[int], *, kind: Kind = Kind.TEXT, width: int = 1, **options: int
) -> PasswordFilter:
    """Write a filter and open it."""
    with FilterBuilder(kind, path.parent, width=width, **options) as builder:
        for key in keys:
            builder.add(key)
        builder.write(path)
    return PasswordFilter.open(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test's filter lies."""
    return tmp_path / "passwords.filter"


class TestAsking:
    """What is in a filter."""

    @pytest.mark.parametrize("width", [1, 3])
    @pytest.mark.parametrize("shard_keys", [1 << 18, 100, 3])
    def test_every_text_is_found_however_many_shards_there_are(self, path: Path, width: int, shard_keys: int) -> None:
        """One, sixteen, and more than there are heaps."""
        listed = written(
            path, (key_of_text(f"text {number}") for number in range(1_000)), width=width, shard_keys=shard_keys
        )
        assert all(listed.has_text(f"text {number}") for number in range(1_000))
        assert (Kind.TEXT, width, 1_000) == (listed.kind, listed.width, listed.entries)
        assert path.stat().st_size == listed.size
        assert sum(listed.has_text(f"other {number}") for number in range(1_000)) < 25
        listed.check()

    def test_a_filter_of_sha1_is_asked_for_exact_passwords_and_one_of_texts_is_not(
        self, path: Path, tmp_path: Path
    ) -> None:
        """The kind is in the file, so nobody can ask the wrong way."""
        hashes = written(path, [sha1("Secret")], kind=Kind.SHA1)
        assert hashes.has_secret(b"Secret")
        assert not hashes.has_text("Secret")
        texts = written(tmp_path / "texts", [key_of_text("secret")])
        assert texts.has_text("secret")
        assert not texts.has_secret(b"secret")

    def test_an_empty_filter_has_nothing(self, path: Path) -> None:
        """It is a filter all the same."""
        listed = written(path, [])
        assert 0 == listed.entries
        assert not listed.has_text("password")
        listed.check()

    def test_a_filter_is_shared_by_threads(self, path: Path) -> None:
        """All of whom look at a shard for the first time at once."""
        listed = written(path, (key_of_text(str(number)) for number in range(2_000)), shard_keys=50)
        found: list[bool] = []

        def ask() -> None:
            found.append(all(listed.has_text(str(number)) for number in range(2_000)))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [True] * 8 == found

    def test_a_filter_lives_on_in_the_child_of_a_fork_and_after_its_file_is_replaced(self, path: Path) -> None:
        """The mapping is of the file that was opened; a new one is taken up by a new start."""
        listed = written(path, [key_of_text("secret")])
        written(path, [key_of_text("other")])
        child = os.fork()
        if not child:
            os._exit(0 if listed.has_text("secret") else 1)
        assert 0 == os.waitpid(child, 0)[1]
        assert listed.has_text("secret")

    def test_a_key_does_not_depend_on_the_process_or_the_machine(self) -> None:
        """It is part of the format, so it is written here."""
        assert 0x5BAA61E4C9B93F3F == sha1("password")
        program = "from hardtack.login.filters import key_of_text; print(key_of_text('password'))"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert int(done.stdout) == key_of_text("password") == KEY_OF_PASSWORD


KEY_OF_PASSWORD = 0x6EFB9351714005C5


class TestDamage:
    """A file that is not what was written."""

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            (lambda _: b"", "no password filter"),
            (lambda _: b"password\n123456\n", "no password filter"),
            (lambda raw: raw[: HEAD.size - 1], "no password filter"),
            (lambda raw: raw[: HEAD.size], "damaged"),
            (lambda raw: raw[:-1], "damaged"),
            (lambda raw: raw + b"\x00", "damaged"),
            (lambda raw: changed(raw, HEAD.size + 8), "damaged"),
            (lambda raw: vouched(changed(raw, 8)), "another version"),
            (lambda raw: vouched(changed(raw, 9, 7)), "another version"),
            (lambda raw: vouched(changed(raw, 9, 3)), "another version"),
            (lambda raw: vouched(changed(raw, 10)), "another version"),
            (lambda raw: vouched(changed(raw, 11)), "damaged"),
            (lambda raw: vouched(changed(raw, 11, 9)), "damaged"),
            (lambda raw: vouched(changed(raw, 12)), "damaged"),
            (lambda raw: vouched(changed(raw, 12, 3)), "damaged"),
            (lambda raw: vouched(changed(raw, 14)), "damaged"),
            (lambda raw: vouched(changed(raw, 16)), "damaged"),
            (lambda raw: vouched(changed(raw, HEAD.size + 8)), "damaged"),
            (lambda raw: vouched(changed(raw, HEAD.size + 8, raw[HEAD.size + 8])), "damaged"),
            (lambda raw: vouched(changed(raw, HEAD.size + 11, 0x40)), "damaged"),
            (lambda raw: vouched(changed(raw, HEAD.size + 12, raw[HEAD.size + 12])), "damaged"),
        ],
    )
    def test_a_file_that_is_no_filter_is_refused_with_what_to_do(
        self, path: Path, change: Callable[[bytes], bytes], problem: str
    ) -> None:
        """Cut, longer, changed, of another version, or with a table that makes no sense though its checksum fits."""
        written(path, (key_of_text(str(number)) for number in range(10)))
        path.write_bytes(change(path.read_bytes()))
        with pytest.raises(MisuseError, match=problem) as caught:
            PasswordFilter.open(path)
        assert "hardtack passwords build" in caught.value.hint
        assert str(path) in caught.value.problem

    def test_damaged_fingerprints_are_told_when_they_are_first_needed(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A wrong yes or no would look like any other; looking at all of a large file at each start would take long."""
        written(path, (key_of_text(str(number)) for number in range(1_000)), shard_keys=600)
        raw = path.read_bytes()
        path.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
        monkeypatch.setattr(filters, "SMALL", 100)
        listed = PasswordFilter.open(path)
        assert [] == caplog.records
        with pytest.raises(MisuseError, match="damaged"):
            listed.check()
        assert listed.has_key(0) in (True, False)
        with pytest.raises(MisuseError, match="damaged"):
            listed.has_key((1 << 64) - 1)
        assert {"password-filter-damaged"} == {vars(record)["event"] for record in caplog.records}

    def test_all_of_a_small_file_is_looked_at_when_it_is_opened(self, path: Path) -> None:
        """So that whoever starts the service is told, and no visitor."""
        written(path, [key_of_text("secret")])
        raw = path.read_bytes()
        path.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
        with pytest.raises(MisuseError, match="damaged"):
            PasswordFilter.open(path)

    @pytest.mark.parametrize("name", ["missing", "."])
    def test_a_file_that_cannot_be_read_is_a_misuse(self, tmp_path: Path, name: str) -> None:
        """With the setting's name."""
        with pytest.raises(MisuseError, match="cannot be read") as caught:
            PasswordFilter.open(tmp_path / name)
        assert "password_filter" in caught.value.hint

    def test_what_cannot_be_mapped_is_a_misuse(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Some file systems cannot."""
        written(path, [1])

        def fail(*_: object, **__: object) -> None:
            raise ValueError("cannot mmap")

        monkeypatch.setattr(mmap, "mmap", fail)
        with pytest.raises(MisuseError, match="cannot be read: cannot mmap"):
            PasswordFilter.open(path)


class TestFilling:
    """Writing one."""

    def test_keys_that_wait_on_disk_give_the_same_file(self, path: Path, tmp_path: Path) -> None:
        """Whether they are few or many changes where they wait and nothing else."""
        keys = [key_of_text(str(number)) for number in range(3_000)]
        written(path, keys, shard_keys=5)
        written(tmp_path / "other", [*keys[::-1], *keys[:500]], shard_keys=5, held=100)
        assert path.read_bytes()[HEAD.size :] != b""
        assert path.stat().st_size > 3_000
        opened = PasswordFilter.open(tmp_path / "other")
        assert opened.entries == 3_000
        assert all(opened.has_key(key) for key in keys)

    def test_memory_and_disk_give_one_file_byte_for_byte(self, path: Path, tmp_path: Path) -> None:
        """So that anybody can make a file again and compare."""
        keys = [key_of_text(str(number)) for number in range(3_000)]
        written(path, keys)
        written(tmp_path / "other", keys[::-1], held=100)
        assert path.read_bytes() == (tmp_path / "other").read_bytes()

    def test_there_are_never_more_shards_than_the_format_allows(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However many keys there are; shards grow instead."""
        monkeypatch.setattr(filling, "MAX_SHARDS", 512)
        listed = written(path, (key_of_text(str(number)) for number in range(2_000)), shard_keys=1)
        assert 512 == HEAD.unpack_from(path.read_bytes())[5]
        assert all(listed.has_text(str(number)) for number in range(2_000))

    def test_progress_is_told_shard_by_shard(self, tmp_path: Path, path: Path) -> None:
        """With how many there are."""
        told: list[tuple[int, int]] = []
        with FilterBuilder(Kind.TEXT, tmp_path, shard_keys=10) as builder:
            for number in range(40):
                builder.add(key_of_text(str(number)))
            made = builder.write(path, told=lambda done, shards: told.append((done, shards)))
        assert [(1, 4), (2, 4), (3, 4), (4, 4)] == told
        assert (40, path.stat().st_size, 4) == made

    def test_an_interruption_leaves_the_old_file_and_nothing_else(self, tmp_path: Path, path: Path) -> None:
        """While keys are gathered and while shards are built alike."""
        written(path, [key_of_text("old")])
        before = path.read_bytes()

        def interrupted(_done: int, _shards: int) -> None:
            raise KeyboardInterrupt

        with FilterBuilder(Kind.TEXT, tmp_path, held=10) as builder:
            for number in range(40):
                builder.add(key_of_text(str(number)))
            assert 2 == len(list(tmp_path.iterdir()))
            with pytest.raises(KeyboardInterrupt):
                builder.write(path, told=interrupted)
        assert [path] == list(tmp_path.iterdir())
        assert before == path.read_bytes()

    def test_a_folder_that_takes_nothing_is_an_error_of_the_system(self, tmp_path: Path) -> None:
        """Whoever asked for it says so in words."""
        with FilterBuilder(Kind.TEXT, tmp_path) as builder, pytest.raises(FileNotFoundError):
            builder.write(tmp_path / "missing" / "passwords.filter")

    def test_whoever_serves_may_read_what_somebody_else_has_made(self, path: Path) -> None:
        """There is nothing secret in it."""
        written(path, [1])
        assert 0o644 == path.stat().st_mode & 0o777


def changed(raw: bytes, place: int, bits: int = 0xFF) -> bytes:
    """Return *raw* with some bits of one byte turned over."""
    return raw[:place] + bytes([raw[place] ^ bits]) + raw[place + 1 :]


def vouched(raw: bytes) -> bytes:
    """Return *raw*, of one shard, with a checksum that fits."""
    body = HEAD.size + SHARD.size
    return raw[:body] + filters.checksum(raw[:body], filters.CHECKSUM) + raw[body + filters.CHECKSUM :]
