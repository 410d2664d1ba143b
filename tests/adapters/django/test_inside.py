"""What a session holds, as bytes: the quick way gives what Django's own serializer would."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.signing import JSONSerializer  # type: ignore[import-untyped]  # Django has no types
from hypothesis import given
from hypothesis import strategies as st

from hardtack.adapters.django import inside

_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
_json = st.recursive(
    _scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner), max_leaves=25
)


def written(values: Any) -> bytes:
    """Return the JSON that Python writes, without escapes for what is not ASCII."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


@given(st.dictionaries(st.text() | st.integers(), _json))
def test_values_are_written_as_python_writes_them(values: dict[Any, Any]) -> None:
    """To the letter: a number, a name or a text that msgspec would write otherwise goes the longer way."""
    assert inside.encode(JSONSerializer, values) == written(values)


@pytest.mark.parametrize("value", [b"octets", {"a set"}, object(), 1j])
def test_what_json_does_not_carry_is_refused(value: object) -> None:
    """Also deep inside, where msgspec alone would write some of it."""
    with pytest.raises(TypeError):
        inside.encode(JSONSerializer, {"key": [value]})
    assert inside.snapshot(JSONSerializer, {"key": 1j}) is None


def test_what_contains_itself_is_refused() -> None:
    """As Python's own writer does."""
    values: dict[str, Any] = {}
    values["itself"] = [values]
    with pytest.raises(ValueError, match="Circular"):
        inside.encode(JSONSerializer, values)
