"""What a Flask session carries, as bytes."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
from collections import OrderedDict
from typing import Any

import flask
import pytest
from flask.json.tag import JSONTag, TaggedJSONSerializer
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from hardtack.adapters.flask.serializer import SealedSerializer

TEXT = st.text(st.characters(exclude_categories=()), max_size=9)
MOMENTS = st.datetimes(
    min_value=datetime.datetime(1971, 1, 1),  # noqa: DTZ001 - hypothesis asks for it
    timezones=st.sampled_from([datetime.UTC, datetime.timezone(datetime.timedelta(hours=8))]),
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | TEXT
    | st.binary(max_size=9)
    | st.uuids()
    | TEXT.map(Markup)
    | MOMENTS.map(lambda moment: moment.replace(microsecond=0))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(TEXT | st.sampled_from([" t", " di"]), inner)
    ),
    max_leaves=9,
)


def exact(value: Any) -> Any:
    """Return *value* with its types, so that a list does not pass for a tuple, nor text for ``Markup``."""
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value), [exact(item) for item in value]
    return type(value), value


def way(value: Any, serializer: SealedSerializer | TaggedJSONSerializer | None = None) -> Any:
    """Return what becomes of *value* on its way through a session."""
    serializer = serializer or SealedSerializer()
    return serializer.loads(serializer.dumps({"x": value}))["x"]


@settings(deadline=None)
@given(value=VALUES)
@example(value=[(1, (2, [3, ()]))])
@example(value={" t": "not-a-tuple", " t__": {" di": 1}})
@example(value={"\ud800": 1, "a": (2,)})
@example(value=[2**64, -(2**63) - 1, "\ud800", Markup("\udfff")])
def test_everything_that_flask_carries_comes_back_the_same(value: Any) -> None:
    """With its exact types, at any depth, and as Flask's own serializer brings it back."""
    assert exact(way(value)) == exact(value)
    assert exact(way(value)) == exact(way(value, TaggedJSONSerializer()))


@settings(deadline=None)
@given(value=st.dictionaries(TEXT, VALUES, max_size=3))
def test_the_same_values_give_the_same_bytes(value: dict[str, Any]) -> None:
    """So that a session that was only read is not taken for a changed one."""
    serializer = SealedSerializer()
    encoded = serializer.dumps(value)
    assert serializer.gives(value, encoded)
    assert serializer.gives(serializer.loads(encoded), encoded)
    assert not serializer.gives({**value, "more": 1}, encoded)


class Size(enum.IntEnum):
    """A number with a name."""

    LARGE = 3


class Label(str):
    """Text that is more than text."""

    __slots__ = ()


@dataclasses.dataclass
class Point:
    """Two numbers."""

    x: int
    y: int


class Html:
    """Something that templates take as it is."""

    def __html__(self) -> str:
        """Return it."""
        return "<b>"


@pytest.mark.parametrize(
    "value",
    [
        Size.LARGE,
        Label("x"),
        Html(),
        Point(1, 2),
        decimal.Decimal("1.50"),
        datetime.date(2026, 1, 2),
        OrderedDict(b=1, a=2),
        {7: "a", 2.5: "b", True: "c", None: "d", "7": "e"},
        {"deep": [{7: ({8: 9},)}]},
        float("inf"),
        True,
    ],
)
def test_what_json_turns_into_something_plain_is_turned_the_same(value: Any) -> None:
    """As Flask's own serializer does it, so that an application finds what it is used to."""
    assert exact(way(value)) == exact(way(value, TaggedJSONSerializer()))


def test_a_number_that_is_none_stays_none() -> None:
    """It does not equal itself, and comes back all the same."""
    assert way([float("nan")]) != way([float("nan")])
    assert str(way([float("nan"), (1,)])) == "[nan, (1,)]"


@pytest.mark.parametrize("value", [{1, 2}, object(), 1j, print, [{"x": object()}]])
def test_what_flask_refuses_is_refused_the_same(value: Any) -> None:
    """The error that the application would have had before."""
    with pytest.raises(TypeError) as theirs:
        way(value, TaggedJSONSerializer())
    with pytest.raises(TypeError) as ours:
        way(value)
    assert str(ours.value) == str(theirs.value)


def test_a_datetime_keeps_its_fractions_and_one_without_a_zone_is_utc() -> None:
    """Better than Flask's whole seconds; the rest as Flask has it."""
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.UTC)
    assert way(moment) == moment
    assert way(moment.replace(tzinfo=None)) == moment
    assert way(moment.astimezone(datetime.timezone(datetime.timedelta(hours=8)))).tzinfo == datetime.UTC


def test_dictionaries_keep_their_order() -> None:
    """At every depth."""
    value = {"b": 1, "a": {"z": 1, "y": (1,)}}
    assert list(way(value)) == ["b", "a"]
    assert list(way(value)["a"]) == ["z", "y"]


class TagOrdered(JSONTag):
    """The example of Flask's documentation, in our words: a dictionary that knows that it is ordered."""

    __slots__ = ()
    key = " od"

    def check(self, value: Any) -> bool:
        """Take what is ordered."""
        return isinstance(value, OrderedDict)

    def to_json(self, value: Any) -> Any:
        """Return pairs."""
        return [[key, self.serializer.tag(item)] for key, item in value.items()]

    def to_python(self, value: Any) -> Any:
        """Return it again."""
        return OrderedDict(value)


class TagColour(JSONTag):
    """A class of the application's."""

    __slots__ = ()
    key = " co"

    def check(self, value: Any) -> bool:
        """Take colours."""
        return isinstance(value, complex)

    def to_json(self, value: Any) -> Any:
        """Return two numbers."""
        return [value.real, value.imag]

    def to_python(self, value: Any) -> Any:
        """Return a colour."""
        return complex(*value)


class PassSet(JSONTag):
    """Sets become lists, and stay it."""

    __slots__ = ()

    def check(self, value: Any) -> bool:
        """Take sets."""
        return isinstance(value, set)

    def to_json(self, value: Any) -> Any:
        """Return a list."""
        return sorted(value)

    tag = to_json


def test_tag_classes_of_the_application_are_taken() -> None:
    """Registered as with Flask's own serializer, before or after the others, with what they hold tagged as well."""
    serializer, theirs = SealedSerializer(), TaggedJSONSerializer()
    for one in (serializer, theirs):
        one.register(TagOrdered, index=0)
        one.register(TagColour)
        one.register(PassSet)
    value = {"o": OrderedDict(b=(1, 2), a=1j, c=Markup("x")), "s": {2, 1}, "t": (1j,)}
    assert exact(way(value, serializer)) == exact(way(value, theirs))
    assert type(way(value, serializer)["o"]) is OrderedDict
    with pytest.raises(KeyError):
        serializer.register(TagColour)


def test_a_default_tag_may_be_replaced() -> None:
    """With ``force``, as with Flask's."""

    class TagHex(JSONTag):
        __slots__ = ()
        key = " b"

        def check(self, value: Any) -> bool:
            return isinstance(value, bytes)

        def to_json(self, value: Any) -> Any:
            return value.hex()

        def to_python(self, value: Any) -> Any:
            return bytearray.fromhex(value)

    serializer = SealedSerializer()
    serializer.register(TagHex, force=True, index=0)
    assert way(b"ab", serializer) == bytearray(b"ab")
    assert type(way(b"ab", serializer)) is bytearray


def test_the_json_provider_of_the_application_decides_about_the_rest() -> None:
    """As with Flask's own serializer."""
    app = flask.Flask(__name__)
    app.json.default = lambda value: f"<{type(value).__name__}>"  # type: ignore[attr-defined]
    with app.app_context():
        assert way({"x": object()}) == {"x": "<object>"}
