"""What an application keeps in its session, as bytes."""

from __future__ import annotations

import contextlib
import datetime
import decimal
import enum
import fractions
import uuid
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.session import CookieTooLarge
from hardtack.session.data import (
    LAZY_FROM,
    LIMIT,
    UNDECODABLE,
    Data,
    DecodedData,
    check,
    decode,
    decode_at_once,
    decode_value,
    decode_values,
    encode_values,
    largest,
    report_size,
)

TEXT = st.text()
MOMENTS = st.datetimes(min_value=datetime.datetime(1, 1, 2), timezones=st.just(datetime.UTC))  # noqa: DTZ001 - hypothesis asks for it
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | TEXT
    | st.binary()
    | MOMENTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner) | st.dictionaries(st.integers(-9, 9), inner),
    max_leaves=12,
)


class Colour(enum.Enum):
    """Something that is no plain value."""

    RED = "red"


class Size(enum.IntEnum):
    """A number that is more than a number."""

    HUGE = 88


class Word(str):
    """Text that is more than text."""

    __slots__ = ()


def everything(encoded: bytes) -> dict[str, Any]:
    """Return all values, decoded."""
    values = decode_values(msgspec.Raw(encoded))
    return {key: decode_value(value) if type(value) is msgspec.Raw else value for key, value in values.items()}


@given(values=st.dictionaries(TEXT, VALUES), padding=st.sampled_from([0, LAZY_FROM]))
def test_what_is_accepted_comes_back_the_same(values: dict[str, Any], padding: int) -> None:
    """Everything that check lets in survives the way through bytes, and the same values give the same bytes."""
    values["padding"] = "x" * padding
    for key, value in values.items():
        check(key, value)
    encoded = encode_values(values)
    back = everything(encoded)
    assert back == values
    assert encode_values(back) == encoded
    assert encode_values(decode_values(msgspec.Raw(encoded))) == encoded


def test_a_tuple_comes_back_as_a_list() -> None:
    """The one conversion there is."""
    check("a", (1, ("b",)))
    assert everything(encode_values({"a": (1, ("b",))})) == {"a": [1, ["b"]]}


@pytest.mark.parametrize("key", [1, None, b"a", ("a",), Word("a"), 1.5])
def test_a_key_that_is_no_string_is_refused(key: Any) -> None:
    """The error shows the key."""
    with pytest.raises(MisuseError, match="is not a string"):
        check(key, 1)


@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        frozenset({1}),
        uuid.UUID(int=7),
        decimal.Decimal(1),
        fractions.Fraction(1),
        datetime.datetime(2026, 1, 1),  # noqa: DTZ001 - that is the point
        datetime.date(2026, 1, 1),
        datetime.timedelta(1),
        Colour.RED,
        Size.HUGE,
        Word("a"),
        object(),
        print,
        1j,
        msgspec.Raw(b"\x01"),
    ],
)
@pytest.mark.parametrize("place", ["itself", "list", "tuple", "dict"])
def test_what_would_come_back_as_something_else_is_refused_where_it_is_put_in(value: Any, place: str) -> None:
    """Also inside of a container; the error names the key."""
    put = {"itself": value, "list": [[value]], "tuple": (value,), "dict": {"b": value}}[place]
    with pytest.raises(MisuseError, match="'the key'"):
        check("the key", put)


def test_what_is_the_key_of_a_dictionary_inside_is_looked_into_as_well() -> None:
    """A tuple is no more plain there than what it holds."""
    check("the key", {("a", 1): 2})
    with pytest.raises(MisuseError, match="'the key'"):
        check("the key", {("a", frozenset()): 2})


def test_what_is_nested_too_deep_is_refused() -> None:
    """Also a list that holds itself; never a RecursionError."""
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(MisuseError, match="nested too deep"):
        check("a", endless)


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1, "\ud800", [{"x": 2**70}], object()])
def test_what_cannot_be_encoded_is_named_by_its_key(value: Any) -> None:
    """Numbers beyond 64 bits and half characters are seen at the latest when they are written."""
    with pytest.raises(MisuseError, match="'wrong'"):
        encode_values({"right": 1, "wrong": value})


def test_a_key_that_cannot_be_encoded_is_named() -> None:
    """A half character may hide in a key as well."""
    with pytest.raises(MisuseError, match="udc00"):
        encode_values({"\udc00": 1})


def test_what_cannot_be_encoded_beside_values_still_encoded_is_found() -> None:
    """Values that nobody has looked at are not suspected."""
    before = msgspec.Raw(encode_values({"right": ["x" * LAZY_FROM]}))
    values = {**decode_values(before), "wrong": 2**64}
    with pytest.raises(MisuseError, match="'wrong'"):
        encode_values(values)


HEAD = [b"i" * 16, None, 0, 1, 2, 3, {"a": 1}]


@pytest.mark.parametrize(
    ("place", "value"), [(0, b"i" * 15), (1, -1), (1, "7"), (2, None), (2, -1), (3, "1"), (4, 1.0), (5, None)]
)
def test_a_head_of_another_kind_is_refused(place: int, value: Any) -> None:
    """Nothing is converted or guessed."""
    fields = [*HEAD]
    assert decode(msgspec.msgpack.encode(fields)).account is None
    assert decode_at_once(msgspec.msgpack.encode(fields)) == DecodedData(b"i" * 16, None, 0, 1, 2, 3, {"a": 1})
    fields[place] = value
    for one in (decode, decode_at_once):
        with pytest.raises(msgspec.DecodeError):
            one(msgspec.msgpack.encode(fields))


@pytest.mark.parametrize("fields", [HEAD[:6], [*HEAD, 1], {}, 7])
def test_another_number_of_fields_is_refused(fields: Any) -> None:
    """A head is a head only if it is whole."""
    for one in (decode, decode_at_once):
        with pytest.raises(msgspec.DecodeError):
            one(msgspec.msgpack.encode(fields))


@pytest.mark.parametrize("one", [decode, decode_at_once])
def test_a_head_is_not_changed(one: Any) -> None:
    """It is what came, whatever is written next."""
    head = one(msgspec.msgpack.encode(HEAD))
    with pytest.raises(AttributeError):
        head.account = 7


@given(junk=st.binary())
@example(junk=b"\x81\xa1\xff\x01")
@example(junk=b"\x81\xa1a" + b"\x91" * 2000)
@example(junk=b"\x81\xa1a\xda\x03\x00" + b"\xff" * 0x300)
def test_any_bytes_are_refused_or_data(junk: bytes) -> None:
    """The promise of all three decoders: a result, or one of UNDECODABLE, never anything else."""
    with contextlib.suppress(*UNDECODABLE):
        assert isinstance(decode(junk), Data)
    with contextlib.suppress(*UNDECODABLE):
        everything(junk)


def test_the_largest_keys_are_named_with_their_sizes() -> None:
    """Largest first, three of them, no values."""
    values = {"a": "x" * 10, "b": "secret" * 50, "c": 1, "d": "y" * 20}
    assert largest(values) == "'b' 303, 'd' 21, 'a' 11"
    with pytest.raises(CookieTooLarge, match="5000 octets") as refused:
        report_size("session", 5000, values)
    assert "'b' 303" in refused.value.problem
    assert "secret" not in str(refused.value)


def test_whoever_encodes_values_in_another_way_measures_them_so(caplog: pytest.LogCaptureFixture) -> None:
    """In the error as in the warning, which says the cookie and its size by name."""

    def encode(value: Any) -> bytes:
        return bytes(value)

    with pytest.raises(CookieTooLarge, match="'b' 40, 'a' 3\n"):
        report_size("session", LIMIT + 1, {"a": 3, "b": 40}, encode)
    report_size("session", LIMIT, {"a": 3, "b": 40}, encode)
    (record,) = caplog.records
    assert record.getMessage().endswith("'b' 40, 'a' 3")
    assert (record.__dict__["cookie"], record.__dict__["size"]) == ("session", LIMIT)


@pytest.mark.parametrize(("octets", "kind"), [(511, str), (512, msgspec.Raw)])
def test_the_values_of_a_large_session_stay_encoded(octets: int, kind: type) -> None:
    """Exactly from the size on that is said."""
    encoded = encode_values({"a": "x" * (octets - len(encode_values({"a": "x" * 256})) + 256)})
    assert len(encoded) == octets
    assert type(decode_values(msgspec.Raw(encoded))["a"]) is kind
