"""What a database holds, sealed."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.seal import Key, Keyring, NoActiveKey, Purpose, SealError, columns, token, xaes

PLACE = ("session_data", "data", "00" * 16)
RING = Keyring.generate()
SEALED = columns.seal(RING, b"what it holds", PLACE)


def refusal(sealed: bytes, place: tuple[str, ...] = PLACE, ring: Keyring = RING) -> str:
    """Return the reason why a value does not open."""
    with pytest.raises(SealError) as caught:
        columns.open(ring, sealed, place)
    return caught.value.reason


@given(data=st.binary(max_size=200), place=st.lists(st.text(max_size=10), max_size=4))
def test_what_was_sealed_for_a_place_opens_there(data: bytes, place: list[str]) -> None:
    """Whatever it is, and wherever it lies."""
    assert data == columns.open(RING, columns.seal(RING, data, place), place)


def test_it_has_no_limit_of_its_own() -> None:
    """Unlike a token, which must fit into a cookie or a link."""
    data = os.urandom(2 * token.MAX_TOKEN)
    sealed = columns.seal(RING, data, PLACE)
    assert data == columns.open(RING, sealed, PLACE)
    assert len(data) + 50 == len(sealed)


@pytest.mark.parametrize("place", [("account", *PLACE[1:]), (*PLACE[:2], "01" * 16), PLACE[:2], ()])
def test_a_value_in_another_place_is_refused(place: tuple[str, ...]) -> None:
    """Who can write to the database cannot give one person's value to another."""
    assert "forged" == refusal(SEALED, place)


def flipped(bit: int) -> bytes:
    """Return the sealed value with one bit changed."""
    return (int.from_bytes(SEALED, "big") ^ (1 << bit)).to_bytes(len(SEALED), "big")


@pytest.mark.asvs("11.3.3")
@given(sealed=st.binary(max_size=120) | st.integers(0, 8 * len(SEALED) - 1).map(flipped))
def test_anything_else_is_refused_and_nothing_else_is_raised(sealed: bytes) -> None:
    """Any bytes, and the true ones with a single bit changed."""
    assert refusal(sealed) in ("malformed", "unknown-key", "forged")


def test_each_reason_is_named() -> None:
    """For the log."""
    assert ["malformed", "malformed", "unknown-key", "forged"] == [
        refusal(SEALED[:49]),
        refusal(b"\x02" + SEALED[1:]),
        refusal(SEALED, ring=Keyring.generate()),
        refusal(SEALED[:-1] + bytes([SEALED[-1] ^ 1])),
    ]


def test_a_revoked_key_opens_it_and_no_token() -> None:
    """What is the owner's stays readable until it is sealed anew, under the key that is active now."""
    old, new = Key(os.urandom(32)), Key(os.urandom(32))
    before = Keyring([old], None)
    sealed, text = columns.seal(before, b"x", PLACE), before.seal(b"x", purpose="session")
    after = Keyring([Key(old.secret, "revoked"), new], None)
    assert b"x" == columns.open(after, sealed, PLACE)
    with pytest.raises(SealError, match="unknown-key"):
        after.open(text, purpose="session", now=0)
    assert [old.id, new.id] == [one[columns.KEY_ID] for one in (sealed, columns.seal(after, b"x", PLACE))]


@pytest.mark.parametrize("purpose", [*Purpose, "app-column"])
def test_a_token_is_no_column_and_a_column_no_token(purpose: str) -> None:
    """Not even under one key and in one context."""
    text = RING.seal(b"x", purpose=purpose, context=PLACE)
    assert "forged" == refusal(token.decode(text))
    with pytest.raises(SealError, match="forged"):
        RING.open(token.encode(SEALED), purpose=purpose, context=PLACE, now=0)
    with pytest.raises(MisuseError, match="'column' is not a purpose"):
        RING.seal(b"x", purpose="column")


def test_without_an_active_key_nothing_is_sealed() -> None:
    """And what there is still opens."""
    ring = Keyring.generate()
    sealed = columns.seal(ring, b"x", PLACE)
    ring.revoke([bytes.fromhex(ring.keys[0].id)])
    assert b"x" == columns.open(ring, sealed, PLACE)
    with pytest.raises(NoActiveKey):
        columns.seal(ring, b"x", PLACE)


def test_the_vectors_of_the_specification_open(vectors: dict[str, Any], ring: Keyring) -> None:
    """Made without our code, under every key of the ring."""
    assert 5 == len(vectors["columns"])
    for vector in vectors["columns"]:
        assert bytes.fromhex(vector["data"]) == columns.open(ring, bytes.fromhex(vector["sealed"]), vector["place"])


def test_a_prefix_is_drawn_anew_as_for_tokens() -> None:
    """After 2^16 values of one key."""
    key = RING.column_key()
    assert key is not None
    key.draw()
    first = columns.seal(RING, b"", PLACE)
    key.turns = iter(())
    second = columns.seal(RING, b"", PLACE)
    prefix = slice(5, 5 + xaes.PREFIX_SIZE)
    assert first[prefix] != second[prefix]
    assert b"" == columns.open(RING, first, PLACE) == columns.open(RING, second, PLACE)
