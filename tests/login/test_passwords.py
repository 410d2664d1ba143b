"""Passwords: what may be one, byte for byte, and argon2id."""

from __future__ import annotations

import contextlib
import resource
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import argon2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardtack.login import Argon2id, BadPassword
from hardtack.login.passwords import MAX_BYTES, HashUnreadable, as_bytes

CHEAP = Argon2id(memory=8, passes=1)
GOOD = "correct horse battery staple"


def refusal(work: Callable[[], object]) -> str:
    """Return why a password cannot be used."""
    with pytest.raises(BadPassword) as caught:
        work()
    assert (422, ["password"]) == (caught.value.status, list(caught.value.fields))
    return caught.value.reason.removeprefix("bad-password-")


class TestLimits:
    """What can be a password at all."""

    @pytest.mark.parametrize(
        "password", [GOOD, "", "a", "密" * 341, "🙂" * 256, " " * 15, "a" * MAX_BYTES, "\x00" * 15]
    )
    def test_the_bytes_of_a_password_are_exactly_what_was_typed(self, password: str) -> None:
        """One that exists is not measured, so that a rule can change."""
        assert password.encode() == as_bytes(password)

    @pytest.mark.parametrize("password", ["a" * (MAX_BYTES + 1), "密" * 342, "🙂" * 257])
    def test_a_password_has_at_most_1024_bytes(self, password: str) -> None:
        """Bytes, since they are what is hashed."""
        assert "too-long" == refusal(lambda: as_bytes(password))

    @pytest.mark.parametrize("character", ["a", "ﷺ", "\ud800"])
    def test_attack_15_a_huge_password_costs_nothing(self, character: str) -> None:
        """A megabyte is refused without being encoded: no memory is taken for it."""
        password = character * 2**20
        tracemalloc.start()
        try:
            assert "too-long" == refusal(lambda: as_bytes(password))
            assert tracemalloc.get_traced_memory()[1] < 100_000
        finally:
            tracemalloc.stop()

    def test_attack_16_what_is_no_text_is_refused(self) -> None:
        """A lone surrogate has no bytes, so it could never be verified exactly."""
        assert "not-text" == refusal(lambda: as_bytes(GOOD + "\ud800"))

    @settings(deadline=None)
    @given(st.text(max_size=MAX_BYTES + 2) | st.text(alphabet=st.characters(categories=["Cs", "Lo"]), max_size=30))
    def test_fuzz_bytes_or_bad_password_and_nothing_else(self, password: str) -> None:
        """The promise; and the bytes are exactly the text."""
        with contextlib.suppress(BadPassword):
            assert password == as_bytes(password).decode()


class TestArgon2id:
    """The hash."""

    @pytest.mark.asvs("11.4.2")
    def test_the_default_parameters_are_the_designs(self) -> None:
        """19 MiB, two passes, one lane, and a salt of its own for each hash."""
        hasher = Argon2id()
        first, second = hasher.hash(b"secret"), hasher.hash(b"secret")
        assert first != second
        assert all(encoded.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for encoded in (first, second))
        assert hasher.verify(first, b"secret")
        assert not hasher.is_outdated(first)

    @pytest.mark.asvs("6.2.8")
    @pytest.mark.parametrize(
        ("password", "other"),
        [
            ("a" * 72 + "b", "a" * 72 + "c"),
            ("before\x00after", "before"),
            ("before\x00after", "before\x00later"),
            (" password", "password"),
            ("password ", "password"),
            ("pass  word", "pass word"),
            ("password", "Password"),
            ("é", "e\u0301"),
            ("ﬁ", "fi"),
            ("ａ", "a"),
            ("🙂", "🙃"),
            ("line\n", "line"),
            ("line\r\n", "line\n"),
        ],
    )
    def test_attack_16_passwords_are_verified_exactly_as_typed(self, password: str, other: str) -> None:
        """Past byte 72, after a NUL, with every space, in every form of Unicode (ASVS 6.2.8)."""
        encoded = CHEAP.hash(as_bytes(password))
        assert CHEAP.verify(encoded, as_bytes(password))
        assert not CHEAP.verify(encoded, as_bytes(other))

    @pytest.mark.asvs("11.2.2")
    @pytest.mark.parametrize(
        "other", [Argon2id(memory=16, passes=1), Argon2id(memory=8, passes=2), Argon2id(memory=16, passes=1, lanes=2)]
    )
    def test_a_hash_of_other_parameters_is_verified_and_outdated(self, other: Argon2id) -> None:
        """A hash says itself how it was made."""
        encoded = other.hash(b"secret")
        assert CHEAP.verify(encoded, b"secret")
        assert CHEAP.is_outdated(encoded)

    def test_a_decoy_looks_like_a_hash_and_fits_nothing(self) -> None:
        """Same parameters, same lengths, and the same work to verify."""
        decoy = CHEAP.decoy()
        assert argon2.extract_parameters(decoy) == argon2.extract_parameters(CHEAP.hash(b"secret"))
        assert not CHEAP.verify(decoy, b"secret")
        assert decoy != CHEAP.decoy()

    @pytest.mark.parametrize(
        "encoded", ["", "plain", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=8,t=1,p=1$AA$AA"]
    )
    def test_a_damaged_hash_is_said_to_be_one(self, encoded: str) -> None:
        """It is not the visitor's mistake."""
        with pytest.raises(HashUnreadable):
            CHEAP.verify(encoded, b"secret")

    def test_hashers_with_the_same_parameters_are_equal(self) -> None:
        """And show them, and nothing else."""
        assert Argon2id(memory=8, passes=1) == CHEAP
        assert "Argon2id(memory=8, passes=1, lanes=1)" == repr(CHEAP)


@pytest.mark.asvs("16.5.3")
def test_too_little_memory_is_neither_a_wrong_password_nor_a_damaged_hash() -> None:
    """Nobody is told either, and nobody's hash is called damaged in the log; with memory it is right again."""
    greedy, encoded = Argon2id(memory=1 << 20, passes=1), CHEAP.hash(b"right")
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    # Half of what is asked for, so that nothing else in this process misses any.
    resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 29), before[1]))
    try:
        with pytest.raises(MemoryError):
            greedy.hash(b"right")
        with pytest.raises(MemoryError):
            greedy.verify(encoded.replace("m=8,", "m=1048576,"), b"right")
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    assert (True, False) == (greedy.verify(encoded, b"right"), greedy.verify(encoded, b"wrong"))
