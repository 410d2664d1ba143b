"""The parts of the token's format."""

from __future__ import annotations

import base64
import os
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.seal import Purpose, SealError, token

ANY_CHARACTER = st.characters(exclude_categories=())
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def by_the_standard_library(text: str) -> bytes | None:
    """Decode slowly: every character in the alphabet, and the same text when encoded again."""
    if not set(text) <= set(ALPHABET) or len(text) % 4 == 1:
        return None
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return data if base64.urlsafe_b64encode(data).decode().rstrip("=") == text else None


def decoded(text: str) -> bytes | None:
    """Decode with the function under test."""
    try:
        return token.decode(text)
    except ValueError:
        return None


class TestBase64url:
    """The canonical text form."""

    @settings(deadline=None)
    @given(st.binary(max_size=300))
    def test_encoding_is_the_standard_librarys_without_padding(self, data: bytes) -> None:
        """RFC 4648 §5."""
        assert base64.urlsafe_b64encode(data).decode().rstrip("=") == token.encode(data)

    @settings(deadline=None)
    @given(st.binary(max_size=300))
    def test_what_was_encoded_decodes(self, data: bytes) -> None:
        """Of every length."""
        assert data == token.decode(token.encode(data))

    @pytest.mark.parametrize("size", [0, 1, 2])
    def test_every_short_text_of_latin_1_decodes_as_its_definition_says(self, size: int) -> None:
        """Alphabet, length and unused bits, without a gap."""
        texts = ["".join(characters) for characters in product(map(chr, range(256)), repeat=size)]
        assert [] == [text for text in texts if by_the_standard_library(text) != decoded(text)]

    def test_every_last_character_after_two_decodes_as_its_definition_says(self) -> None:
        """Three characters leave two unused bits."""
        texts = [f"Zz{chr(last)}" for last in range(256)]
        assert [] == [text for text in texts if by_the_standard_library(text) != decoded(text)]

    @settings(deadline=None, max_examples=500)
    @given(st.text(ANY_CHARACTER) | st.text(ALPHABET) | st.text(ALPHABET + '=+/"\\\n \x00é\ud800', max_size=12))
    def test_any_text_decodes_as_its_definition_says_or_raises_value_error(self, text: str) -> None:
        """Lone surrogates, zero bytes and all: never another exception, never a second spelling."""
        assert by_the_standard_library(text) == decoded(text)

    @pytest.mark.parametrize(
        "text", ['Zm9v"', '"Zm9v', 'Zm"9', "Zm9\\u0076", "Zm\\u0039v", "Zm9v\\/w", "Zm9v\\n", "Zg==", "Zm=v"]
    )
    def test_what_means_something_in_json_is_no_second_spelling(self, text: str) -> None:
        """Quotes, escapes and padding, since msgspec reads base64 in a JSON string."""
        assert None is decoded(text)


class TestPurpose:
    """Names of purposes."""

    @pytest.mark.parametrize("purpose", [*Purpose, *map(str, Purpose), "app-", "app-x", "app-" + 28 * "9"])
    def test_ours_and_an_applications_are_purposes_of_tokens(self, purpose: str) -> None:
        """As enumeration or as text."""
        assert str(purpose).encode() == token.token_purpose(purpose)

    @pytest.mark.parametrize(
        "purpose",
        [
            "",
            "Session",
            "session ",
            "session\n",
            "ses_sion",
            "séssion",
            "app-" + 29 * "9",
            "\ud800",
            b"session",
            None,
            7,
            (),
        ],
    )
    def test_what_is_no_name_is_misuse(self, purpose: Any) -> None:
        """1 to 32 of a-z, 0-9 and the hyphen."""
        with pytest.raises(MisuseError, match="not the name of a purpose"):
            token.token_purpose(purpose)

    @pytest.mark.parametrize("purpose", ["sesion", "application", "hardtack", "-", "32"])
    def test_a_name_that_nobody_owns_is_misuse(self, purpose: str) -> None:
        """So a slip of the pen cannot make a purpose of its own."""
        with pytest.raises(MisuseError, match="begin it with app-"):
            token.token_purpose(purpose)


class TestAssociatedData:
    """Version, key id, purpose and context."""

    @settings(deadline=None)
    @given(
        first=st.tuples(st.sampled_from([b"a", b"ab", b"abc"]), st.lists(st.text("ab\x00", max_size=4), max_size=4)),
        second=st.tuples(st.sampled_from([b"a", b"ab", b"abc"]), st.lists(st.text("ab\x00", max_size=4), max_size=4)),
    )
    def test_it_is_injective(self, first: tuple[bytes, list[str]], second: tuple[bytes, list[str]]) -> None:
        """Equal bytes only for equal purposes and contexts."""
        same = token.associated_data(b"kkkk", *first) == token.associated_data(b"kkkk", *second)
        assert (first == second) == same

    def test_the_kind_of_sequence_does_not_matter(self) -> None:
        """A list, which JSON gives, is as good as a tuple."""
        assert token.associated_data(b"kkkk", b"p", ["a", "b"]) == token.associated_data(b"kkkk", b"p", ("a", "b"))

    def test_the_most_strings_fit(self) -> None:
        """Their number takes two bytes."""
        assert b"\xff\xff\x00\x00" == token.associated_data(b"kkkk", b"p", [""] * 65535)[8:12]

    def test_the_longest_string_fits(self) -> None:
        """Its length takes two bytes."""
        assert 4 + 1 + 3 + 2 + 2 + 65535 == len(token.associated_data(b"kkkk", b"p", ["x" * 65535]))

    @pytest.mark.parametrize(
        "context",
        [
            *("name", b"name", None, 7, {"a"}, {"a": "b"}, iter("ab"), ("x",) * 65536),
            *([b"a"], [None], [1], [["a"]], ["\ud800"], ["x" * 65536]),
        ],
    )
    def test_what_is_no_sequence_of_strings_is_misuse(self, context: Any) -> None:
        """A single string above all, which is a sequence of its letters."""
        with pytest.raises(MisuseError, match="context"):
            token.associated_data(b"kkkk", b"p", context)


class TestExpiry:
    """The end in the plaintext."""

    @pytest.mark.parametrize(
        ("end", "field"), [(None, "0000000000"), (1, "0000000001"), (token.LAST_SECOND, "ffffffffff")]
    )
    def test_it_takes_five_bytes(self, end: int | None, field: str) -> None:
        """All zero for none."""
        assert field == token.expiry_field(end).hex()

    @pytest.mark.parametrize("end", [0, -1, 1 << 40, 1.5, float("nan"), "1", b"1", (), False])
    def test_what_is_no_time_is_misuse(self, end: Any) -> None:
        """Zero above all, which would mean none."""
        with pytest.raises(MisuseError, match="is not a time"):
            token.expiry_field(end)


def test_the_limits_are_the_specifications() -> None:
    """50 bytes without data, 65536 characters at most; an end in 40 bits."""
    assert (67, 65536, 49102) == (token.MIN_TOKEN, token.MAX_TOKEN, token.MAX_DATA)
    assert (1 << 40) - 1 == token.LAST_SECOND


def test_ids_and_keys_of_different_purposes_have_nothing_in_common() -> None:
    """One secret, one extraction, different expansions."""
    secret = os.urandom(32)
    keys = {token.aead_key(secret, purpose.encode()) for purpose in [*Purpose, "app-a", "app-b"]}
    assert len(Purpose) + 2 == len(keys)
    assert all(key[:4] != token.key_id(secret) for key in keys)


@pytest.mark.asvs("11.2.5")
def test_a_seal_error_says_its_reason_and_nothing_else() -> None:
    """It goes to the log."""
    assert ("forged", "forged") == (SealError("forged").reason, str(SealError("forged")))
