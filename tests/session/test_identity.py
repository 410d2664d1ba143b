"""What the identity cookie carries."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardtack.session import CookieTooLarge
from hardtack.session.cookie import MAX_PAIR
from hardtack.session.identity import UNDECODABLE, Identity, decode, encode, sized

COUNT = st.integers(0, 2**63)
IDENTITIES = st.builds(
    Identity,
    session_id=st.binary(min_size=16, max_size=16),
    lineage=st.binary(min_size=16, max_size=16),
    account=COUNT,
    epoch=COUNT,
    profile_version=COUNT,
    factors=st.lists(st.text(max_size=9), max_size=3).map(tuple),
    authenticated_at=COUNT,
    born=COUNT,
    issued=COUNT,
    deadline=COUNT,
    device=st.binary(max_size=40),
)
GOOD = [b"s" * 16, b"l" * 16, 7, 0, 0, ["password"], 1, 1, 1, 2, b""]


@given(identity=IDENTITIES)
def test_an_identity_comes_back_as_it_was(identity: Identity) -> None:
    """Every field survives the way through bytes."""
    assert decode(encode(identity)) == identity


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, b"s" * 15),
        (1, b"l" * 17),
        (2, -1),
        (2, "7"),
        (2, None),
        (2, 7.0),
        (5, "password"),
        (5, [1]),
        (9, -2),
        (10, ""),
    ],
)
def test_a_field_of_another_kind_is_refused(place: int, value: Any) -> None:
    """Nothing is converted or guessed."""
    fields = [*GOOD]
    fields[place] = value
    with pytest.raises(msgspec.DecodeError):
        decode(msgspec.msgpack.encode(fields))


def test_what_an_earlier_version_has_not_written_is_empty() -> None:
    """No key that it is bound to, and nobody was asked."""
    identity = decode(msgspec.msgpack.encode(GOOD[:10]))
    assert (identity.device, identity.kept) == (b"", None)


@pytest.mark.parametrize("fields", [GOOD[:9], [*GOOD, b""], [*GOOD, None, b""], [], {}, dict(enumerate(GOOD)), 7, None])
def test_another_number_of_fields_or_another_shape_is_refused(fields: Any) -> None:
    """A field that a newer version added would be lost at re-issue, so it is not overlooked."""
    with pytest.raises(msgspec.DecodeError):
        decode(msgspec.msgpack.encode(fields))


def test_an_identity_is_not_changed() -> None:
    """It would be somebody else's."""
    identity = decode(msgspec.msgpack.encode(GOOD))
    with pytest.raises(AttributeError):
        identity.account = 8  # type: ignore[misc] # that is the point


@given(junk=st.binary())
@example(junk=encode(GOOD).replace(b"password", b"pass\xff\xff\xff\xff"))
def test_any_bytes_are_refused_or_an_identity(junk: bytes) -> None:
    """The promise: an Identity or one of UNDECODABLE, never anything else."""
    with contextlib.suppress(*UNDECODABLE):
        assert isinstance(decode(junk), Identity)


@pytest.mark.parametrize(
    ("factors", "how"), [(["password"], "password"), (["password", "totp"], "password+totp"), ([], "nothing")]
)
def test_a_representation_shows_no_ids(factors: list[str], how: str) -> None:
    """Representations end up in logs, and forms are bound to the lineage."""
    shown = repr(decode(msgspec.msgpack.encode([*GOOD[:5], factors, *GOOD[6:]])))
    assert shown == f"<Identity of account 7 by {how}, epoch 0>"


def test_what_browsers_just_keep_is_not_too_long() -> None:
    """One octet more is; the error names the cookie and not its value."""
    field = "a=" + "x" * (MAX_PAIR - 2)
    assert sized(field) == field
    with pytest.raises(CookieTooLarge, match="the identity cookie a would have 4097 octets"):
        sized(field + "x")
