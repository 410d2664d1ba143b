"""The values of a Starlette session as bytes: JSON's rules, as Starlette's own session has them, in less room.

What JSON carries comes back as JSON gives it back: a tuple as a list, a key of a dictionary as text. What it does not
carry is an error that names the key. Nearly always the values are such that msgpack carries them the same; a number of
more than 64 bits or a lone surrogate makes the whole session JSON text inside.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec

from hardtack.adapters.starlette.values import Session
from hardtack.errors import MisuseError
from hardtack.session import data as form

UNDECODABLE: tuple[type[Exception], ...] = (*form.UNDECODABLE, ValueError)
"""What ``decode`` raises, and nothing else."""

_SCALARS = frozenset({str, int, float, bool, type(None)})
_TEXT = frozenset({str})
_LISTS = frozenset({list, tuple})


def encode(values: Mapping[str, Any]) -> bytes:
    """Return the values of a session, encoded.

    Raises:
        MisuseError: if JSON cannot carry one of them; the text names its key.
    """
    try:
        if not _is_plain(values):
            values = json.loads(json.dumps(values))
        return form.encode(values)
    except (OverflowError, UnicodeEncodeError):
        return form.encode(json.dumps(values))
    except (TypeError, ValueError, RecursionError) as error:
        key = next((key for key, value in values.items() if not _fits(key, value)), "")
        raise MisuseError(
            f"the session cannot carry what is under the key {key!r:.80}: {error}",
            "store what JSON has: text, numbers, lists, dictionaries",
        ) from None


def is_still(session: Session, encoded: bytes) -> bool:
    """Say whether a session holds the values that *encoded* does, without this being noted.

    Raises:
        MisuseError: if it does not, and JSON cannot carry one of its values.
    """
    try:
        # Nearly always it does, and then nobody has to look into them.
        if form.encode(session) == encoded:
            return True
    except Exception:  # noqa: S110 - what msgpack does not carry is carried, or refused, below
        pass
    return not session.may_change_inside() or encode(session.as_it_is()) == encoded


def decode(encoded: msgspec.Raw) -> dict[str, Any]:
    """Return the values that bytes hold.

    Raises:
        UNDECODABLE: one of them, if they are not the values of a session.
    """
    values = form.decode_value(encoded)
    if type(values) is str:
        values = json.loads(values)
    if type(values) is not dict:
        raise ValueError("it is no session")
    return values


def _fits(key: object, value: object) -> bool:
    try:
        json.dumps({key: value})
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _is_plain(values: object) -> bool:
    """Say whether msgpack carries and gives back the same as JSON, but for numbers that are too large."""
    if type(values) is dict:
        if not _TEXT.issuperset(map(type, values)):
            return False
        inner: Iterable[object] = values.values()
    elif type(values) in _LISTS:
        inner = cast("Iterable[object]", values)
    else:
        return type(values) in _SCALARS
    # Written out instead of all(...): this runs at every save, and most of what is there is no container.
    for value in inner:  # noqa: SIM110
        if type(value) not in _SCALARS and not _is_plain(value):
            return False
    return True
