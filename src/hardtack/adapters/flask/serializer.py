"""What a Flask session carries, as bytes: everything that Flask's own carries, and it comes back the same.

Flask writes JSON with tags around what JSON lacks: tuple, bytes, ``Markup``, UUID, datetime. This writes msgpack with
extension types in their place, which is smaller and needs no escape for dictionaries that look like a tag. What is
neither becomes what the application's JSON provider makes of it, as with Flask: a date becomes text, a set an error.
Two things come back better: datetimes keep their fractions of a second, and dictionaries their order.

``register`` takes the tag classes that are written for Flask's serializer. Most sessions hold plain values only, which
the C encoder does alone; whether it did justice to them is seen by decoding and comparing. Only the others are walked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any
from uuid import UUID

import msgspec
from flask import json
from flask.json.tag import (
    JSONTag,
    PassDict,
    PassList,
    TagBytes,
    TagDateTime,
    TagDict,
    TaggedJSONSerializer,
    TagMarkup,
    TagTuple,
    TagUUID,
)
from markupsafe import Markup

# The codes of our extension types. They are part of the format: cookies that are out there hold them.
_TUPLE, _MARKUP, _UUID, _INTEGER, _TEXT, _TAGGED, _PAIRS = range(1, 8)

_PLAIN = frozenset({bool, float, type(None)})
_MIN_INTEGER, _MAX_INTEGER = -(1 << 63), (1 << 64) - 1

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode
# Refuses a dictionary with keys other than text, at any depth; JSON makes text of them.
_encode_text_keys = msgspec.msgpack.Encoder(order="deterministic").encode


class SealedSerializer(TaggedJSONSerializer):
    """Turn the values of a session into bytes and back.

    It keeps the tag classes of Flask's own serializer and their order, since that is what ``register`` promises; but
    those of Flask's itself only say which value is theirs, and are written in our way.
    """

    __slots__ = ("_decode_tagged", "_only_defaults")

    def __init__(self) -> None:
        super().__init__()
        self._only_defaults = True
        self._decode_tagged = msgspec.msgpack.Decoder(ext_hook=self._read_extension).decode

    def register(self, tag_class: type[JSONTag], force: bool = False, index: int | None = None) -> None:
        """Register a tag class, as with Flask's serializer."""
        super().register(tag_class, force, index)
        self._only_defaults = False

    def dumps(self, value: Any) -> bytes:  # type: ignore[override] # bytes are sealed, not text
        """Return *value* as bytes.

        Raises:
            TypeError: for a value that Flask's own session could not carry either.
        """
        if self._only_defaults:
            try:
                _encode_text_keys(value)
                encoded = _encode(value)
                if _decode(encoded) == value:
                    return encoded
            except (TypeError, ValueError, OverflowError, msgspec.MsgspecError):
                pass  # It holds something that msgpack has no type for.
        return _encode(self.tag(value))

    def loads(self, value: bytes) -> Any:  # type: ignore[override] # bytes are sealed, not text
        """Return what *value* holds.

        Raises:
            Exception: of any kind, if it was not made by ``dumps`` with the same tag classes.
        """
        return self._decode_tagged(value)

    def loads_signed(self, value: str) -> Any:
        """Return what Flask's own serializer, with the same tag classes, has written as JSON.

        Raises:
            Exception: of any kind, if it has not.
        """
        return super().loads(value)

    def gives(self, value: Any, encoded: bytes) -> bool:
        """Say whether ``dumps(value)`` is *encoded*.

        A list deep inside that has become an equal tuple, or the reverse, may pass for the same.
        """
        try:
            if _encode(value) == encoded:
                return True
        except (TypeError, ValueError, OverflowError, msgspec.MsgspecError):
            pass
        return self.dumps(value) == encoded

    def tag(self, value: Any) -> Any:
        """Return *value* as msgpack can carry it."""
        for tag in self.order:
            if tag.check(value):
                write = _WRITERS.get(type(tag))
                if write is not None:
                    return write(self, value)
                if not tag.key:
                    return tag.tag(value)
                return msgspec.msgpack.Ext(_TAGGED, _encode((tag.key, tag.to_json(value))))
        if type(value) is str:
            return _text(value)
        if type(value) is int:
            return value if _MIN_INTEGER <= value <= _MAX_INTEGER else msgspec.msgpack.Ext(_INTEGER, b"%d" % value)
        if type(value) in _PLAIN:
            return value
        return self.tag(json.loads(json.dumps(value)))

    def _read_extension(self, code: int, data: memoryview) -> Any:
        if code == _TAGGED:
            key, value = self._decode_tagged(data)
            return self.tags[key].to_python(value)
        if code == _TUPLE:
            return tuple(self._decode_tagged(data))
        if code == _PAIRS:
            return dict(self._decode_tagged(data))
        return _READERS[code](bytes(data))


def _text(value: str) -> Any:
    try:
        value.encode()
    except UnicodeEncodeError:  # Lone surrogates are no text in msgpack.
        return msgspec.msgpack.Ext(_TEXT, value.encode("utf-8", "surrogatepass"))
    return value


def _dictionary(serializer: SealedSerializer, value: dict[Any, Any]) -> Any:
    keys = [key if type(key) is str else _key(key) for key in value]
    items = [serializer.tag(item) for item in value.values()]
    try:
        _encode(keys)
    except UnicodeEncodeError:  # Nor are they text in a key.
        pairs = [*zip(map(_text, keys), items, strict=True)]
        return msgspec.msgpack.Ext(_PAIRS, _encode(pairs))
    return dict(zip(keys, items, strict=True))


def _key(key: Any) -> str:
    """Return the text that JSON makes of a dictionary's key."""
    return str(next(iter(json.loads(json.dumps({key: None})))))


_WRITERS: Mapping[type[JSONTag], Callable[[SealedSerializer, Any], Any]] = {
    TagDict: _dictionary,
    PassDict: _dictionary,
    TagTuple: lambda serializer, value: msgspec.msgpack.Ext(_TUPLE, _encode([serializer.tag(item) for item in value])),
    PassList: lambda serializer, value: [serializer.tag(item) for item in value],
    TagBytes: lambda _, value: bytes(value),
    TagMarkup: lambda _, value: msgspec.msgpack.Ext(_MARKUP, str(value.__html__()).encode("utf-8", "surrogatepass")),
    TagUUID: lambda _, value: msgspec.msgpack.Ext(_UUID, value.bytes),
    # Flask takes a datetime without a zone for UTC.
    TagDateTime: lambda _, value: value if value.tzinfo else value.replace(tzinfo=UTC),
}
_READERS: Mapping[int, Callable[[bytes], Any]] = {
    _MARKUP: lambda data: Markup(data.decode("utf-8", "surrogatepass")),  # noqa: S704 - it was Markup when it came in
    _UUID: lambda data: UUID(bytes=data),
    _INTEGER: int,
    _TEXT: lambda data: data.decode("utf-8", "surrogatepass"),
}
