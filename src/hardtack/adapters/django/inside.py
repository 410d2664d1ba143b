"""What a session holds, as bytes: to be sealed, and to see whether it has changed.

``SESSION_SERIALIZER`` says how. For Django's own, which is JSON, the same is done by other means, to the same values
and errors: text is not written as escapes, which would take twice the room, and it is read by msgspec, and by Python's
own reader where JSON knows no word for it. Another serializer is called as Django calls it.

Whether something changed deep inside is seen by comparing snapshots. They are never sealed and never read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec
from django.core.signing import JSONSerializer  # type: ignore[import-untyped]  # Django has no types

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_from_json = msgspec.json.Decoder().decode
_packed = msgspec.msgpack.Encoder().encode
_UNCHANGING = frozenset({str, int, float, bool, type(None)})


def encode(serializer: Any, values: Any) -> bytes:
    """Return the values as they are sealed.

    Raises:
        TypeError: if JSON cannot carry one of them; another serializer raises what it likes.
    """
    if serializer is JSONSerializer:
        return _to_json(values).encode("utf-8", "surrogatepass")
    encoded: bytes = serializer().dumps(values)
    return encoded


def decode(serializer: Any, encoded: bytes) -> Any:
    """Return what was sealed, or raise whatever the serializer does."""
    if serializer is not JSONSerializer:
        return serializer().loads(encoded)
    try:
        return _from_json(encoded)
    except ValueError:  # NaN and half of a surrogate pair are no JSON, but Python's
        return json.loads(encoded.decode("utf-8", "surrogatepass"))


def may_change(serializer: Any, values: Mapping[str, Any]) -> bool:
    """Say whether one of the values has an inside that could change."""
    return serializer is not JSONSerializer or not _UNCHANGING.issuperset(map(type, values.values()))


def snapshot(serializer: Any, values: Any) -> bytes | None:
    """Return bytes that are others when the values are; ``None`` if they cannot be saved, as ``encode`` then says."""
    if serializer is JSONSerializer:
        with suppress(Exception):  # a number or a text that msgpack does not know
            return _packed(values)
    try:
        return encode(serializer, values)
    except Exception:
        return None
