"""What an application keeps in its session, as bytes: a fixed head, and the values in msgpack.

The head says whose the data is, which write it was, and its times; the values follow as they are, so that they are
decoded only when somebody asks for one, and two states are compared by their bytes: a change deep inside a list is a
change. Only plain values are carried: nothing that could execute is ever encoded or decoded.

| put in | comes back |
|---|---|
| ``None``, ``bool``, ``int`` of 64 bits, ``float``, ``str``, ``bytes``, ``datetime`` with a zone | the same |
| ``list``, ``dict`` | the same |
| ``tuple`` | ``list`` |
| anything else | refused when it is put in, or, slipped into something that was there, when it is saved |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from hardtack.errors import MisuseError
from hardtack.session.cookie import MAX_PAIR, CookieTooLarge
from hardtack.session.identity import UNDECODABLE, Count, Id
from hardtack.session.sealed import log

LIMIT = MAX_PAIR
"""The most octets of a whole Set-Cookie value; what RFC 6265 §6.1 makes every browser keep, attributes included."""
WARNING = LIMIT * 4 // 5

__all__ = [
    "EMPTY",
    "LIMIT",
    "UNDECODABLE",
    "WARNING",
    "Data",
    "DecodedData",
    "check",
    "check_inside",
    "decode",
    "decode_at_once",
    "decode_value",
    "decode_values",
    "encode",
    "encode_values",
    "largest",
    "report_size",
]

_SCALARS = frozenset({str, int, bool, float, bytes, type(None)})
_NOTHING_INSIDE = _SCALARS | {msgspec.Raw}


class Data(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """A session's data as it is sealed.

    Args:
        id: 16 random bytes, new at every sign-in.
        account: the number of the account that it belongs to, or ``None`` if nobody was signed in.
        sequence: how often it was written.
        born: when it began (Unix time in seconds, as every time here).
        issued: when this cookie was written.
        deadline: when it ends.
        values: the values, encoded.
    """

    id: Id
    account: Count | None
    sequence: Count
    born: Count
    issued: Count
    deadline: Count
    values: msgspec.Raw


class DecodedData(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """The same, its values decoded with it: for who wants them at once, in one pass."""

    id: Id
    account: Count | None
    sequence: Count
    born: Count
    issued: Count
    deadline: Count
    values: Any


encode: Callable[[Any], bytes] = msgspec.msgpack.Encoder().encode
decode: Callable[[bytes], Data] = msgspec.msgpack.Decoder(Data).decode
"""Return the Data that bytes hold, its values not yet looked into, or raise one of ``UNDECODABLE``."""
decode_at_once: Callable[[bytes], DecodedData] = msgspec.msgpack.Decoder(DecodedData).decode
"""Return the same with its values decoded, or raise one of ``UNDECODABLE``."""
_decode_all = msgspec.msgpack.Decoder(dict[str, Any]).decode
_decode_keys = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode
decode_value: Callable[[bytes], Any] = msgspec.msgpack.Decoder().decode
"""Return one value, or raise one of ``UNDECODABLE``."""
EMPTY = encode({})

LAZY_FROM = 512
"""From how many octets on values are decoded one by one, when they are asked for; below, all at once is quicker."""


def decode_values(encoded: msgspec.Raw, *, lazily: bool = False) -> dict[str, Any]:
    """Return the values by key; in a large session each is still a ``Raw``, for ``decode_value``.

    Args:
        encoded: all of them.
        lazily: leave each encoded, however small the session is: so what a framework has types of its own for, written
            as extensions of msgpack, goes out as it came in.

    Raises:
        UNDECODABLE: one of them, if the values are not a map with text for keys.
    """
    return _decode_all(encoded) if len(encoded) < LAZY_FROM and not lazily else _decode_keys(encoded)


def encode_values(values: Mapping[str, Any]) -> bytes:
    """Return the values of a session, encoded.

    Raises:
        MisuseError: if msgpack cannot carry one of them; the text names its key.
    """
    try:
        return encode(values)
    except Exception:
        check_inside(values)
        key = next((key for key, value in values.items() if not _fits(key, value)), "")
        raise MisuseError(
            f"the session cannot carry what is under the key {key!r:.80}",
            "store plain values, numbers of at most 64 bits, and text without lone surrogates",
        ) from None


def _fits(key: str, value: object) -> bool:
    try:
        encode({key: value})
    except Exception:
        return False
    return True


def check(key: object, value: object) -> None:
    """Accept a pair that a session can carry and give back the same (a tuple as a list).

    Raises:
        MisuseError: for any other; the text names the key.
    """
    if type(key) is not str:
        raise MisuseError(f"the session key {key!r:.80} is not a string", "write str(key)")
    if type(value) not in _SCALARS:
        try:
            _check_inside(key, value)
        except RecursionError:
            raise MisuseError(f"what is under the session key {key!r:.80} is nested too deep", "store less") from None


def check_inside(values: Mapping[str, Any]) -> None:
    """Accept values that a session can carry, whatever was slipped into them since they were put in.

    The encoder would make a list of a set and text of a date, and nobody would notice until they come back. What nobody
    has decoded in this request is not looked into.

    Raises:
        MisuseError: for any other; the text names the key.
    """
    for key, value in values.items():
        if type(value) not in _NOTHING_INSIDE:
            check(key, value)


def _check_inside(key: str, value: object) -> None:
    if type(value) is list:  # nearly always, and this runs for every one of them at every save
        inner: Iterable[object] = value
    elif isinstance(value, dict):
        for item in value:
            if type(item) not in _SCALARS:
                _check_inside(key, item)
        inner = value.values()
    elif isinstance(value, (list, tuple)):
        inner = value
    elif _is_moment(value):
        return
    else:
        raise MisuseError(
            f"the session cannot carry a {type(value).__name__} (under the key {key!r:.80})",
            "store plain values: text, numbers, bytes, lists, dictionaries, datetimes with a zone",
        )
    for item in inner:
        if type(item) not in _SCALARS:
            _check_inside(key, item)


def _is_moment(value: object) -> bool:
    """Say whether *value* is a datetime with a zone: msgpack writes it, and nothing else here, as an extension."""
    try:
        return encode(value)[0] in b"\xc7\xd6\xd7"
    except Exception:
        return False


def largest(values: Mapping[str, Any], encode: Callable[[Any], bytes] = encode, count: int = 3) -> str:
    """Return which keys of a session take the most room, for an error or a log line: names and octets, no values."""
    sizes = sorted(((len(encode(value)), key) for key, value in values.items()), reverse=True)
    return ", ".join(f"{key!r:.80} {size}" for size, key in sizes[:count])


def report_size(name: str, size: int, values: Mapping[str, Any], encode: Callable[[Any], bytes] = encode) -> None:
    """Warn of a session whose Set-Cookie value is nearly too large, and name the keys that take the most room.

    Args:
        name: the cookie's.
        size: how many octets the Set-Cookie value has.
        values: what is in the session.
        encode: what makes octets of a value.

    Raises:
        CookieTooLarge: if it has more octets than browsers keep.
    """
    if size > LIMIT:
        raise CookieTooLarge(
            f"the session cookie {name} would have {size} octets; browsers drop what has more than {LIMIT}. "
            f"The largest keys, in octets: {largest(values, encode)}",
            "keep less in the session, such as an id instead of the thing itself",
        )
    log.warning(
        "session cookie %s has %d of at most %d octets; the largest keys, in octets: %s",
        name,
        size,
        LIMIT,
        largest(values, encode),
        extra={"event": "cookie-large", "cookie": name, "size": size},
    )
