"""What a session holds, as bytes: to be sealed, and to see whether it has changed.

``SESSION_SERIALIZER`` says how. For Django's own, which is JSON, the same is done by other means, to the same values
and errors: text is not written as escapes, which would take twice the room, and it is written and read by msgspec, and
by Python's own writer and reader where the two might differ. Another serializer is called as Django calls it.

Whether something changed deep inside is seen by comparing snapshots. They are never sealed and never read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
from django.core.signing import JSONSerializer  # type: ignore[import-untyped]  # Django has no types
from django.utils.module_loading import import_string  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.django.caches import MAX_KEPT

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_from_json = msgspec.json.Decoder().decode
_to_plain_json = msgspec.json.Encoder().encode
_packed = msgspec.msgpack.Encoder().encode
_WRITTEN_ALIKE = frozenset({str, int, bool, type(None)})
_TEXT = frozenset({str})


@lru_cache(maxsize=MAX_KEPT)
def serializer_at(path: str) -> Any:
    """Return what ``SESSION_SERIALIZER`` names."""
    return import_string(path)


def encode(serializer: Any, values: Any) -> bytes:
    """Return the values as they are sealed.

    Raises:
        TypeError: if JSON cannot carry one of them; another serializer raises what it likes.
    """
    if serializer is JSONSerializer:
        try:
            if type(values) is dict and _is_plain(values):
                return _to_plain_json(values)
        except Exception:  # noqa: S110 - what msgspec does not write is written, or refused, below
            pass
        return _to_json(values).encode("utf-8", "surrogatepass")
    encoded: bytes = serializer().dumps(values)
    return encoded


def _is_plain(values: dict[Any, Any] | list[Any]) -> bool:
    """Say whether msgspec writes the values as Python does; numbers with a fraction it may write otherwise."""
    inner: Iterable[Any] = values
    if type(values) is dict:
        if not _TEXT.issuperset(map(type, values)):
            return False
        inner = values.values()
    for value in inner:
        kind = type(value)
        if kind not in _WRITTEN_ALIKE and not ((kind is dict or kind is list) and _is_plain(value)):
            return False
    return True


def decode(serializer: Any, encoded: bytes) -> Any:
    """Return what was sealed, or raise whatever the serializer does."""
    if serializer is not JSONSerializer:
        return serializer().loads(encoded)
    try:
        return _from_json(encoded)
    except ValueError:  # NaN and half of a surrogate pair are no JSON, but Python's
        return json.loads(encoded.decode("utf-8", "surrogatepass"))


def snapshot(serializer: Any, values: Any) -> bytes | None:
    """Return bytes that are others when the values are; ``None`` if they cannot be saved, as ``encode`` then says."""
    if serializer is JSONSerializer:
        try:
            return _packed(values)
        except Exception:  # noqa: S110 - a number or a text that msgpack does not know
            pass
    try:
        return encode(serializer, values)
    except Exception:
        return None
