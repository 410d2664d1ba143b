"""The values of a Starlette session as bytes: JSON's rules, as Starlette's own session has them, in less room.

What JSON carries comes back as JSON gives it back: a tuple as a list, a key of a dictionary as text. What it does not
carry is an error that names the key. Nearly always the values are such that msgpack carries them the same; a number of
more than 64 bits or a lone surrogate makes the whole session JSON text inside.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from hardtack.adapters.starlette.values import Session
from hardtack.errors import MisuseError
from hardtack.session import data as form

UNDECODABLE: tuple[type[Exception], ...] = (*form.UNDECODABLE, ValueError)
"""What ``decode`` raises, and nothing else."""

_TEXT = frozenset({str})
_SCALARS = frozenset({str, int, float, bool, type(None)})


def encode(values: dict[str, Any]) -> bytes:
    """Return the values of a session, encoded, without this being noted.

    Args:
        values: the session, or what is in one.

    Raises:
        MisuseError: if JSON cannot carry one of them; the text names its key.
    """
    try:
        if not _is_plain(values):
            values = json.loads(json.dumps(_plain(values)))
        return form.encode(values)
    except (OverflowError, UnicodeEncodeError):
        return form.encode(json.dumps(_plain(values)))
    except (TypeError, ValueError, RecursionError) as error:
        key = next((key for key, value in dict.items(values) if not _fits(key, value)), "")
        raise MisuseError(
            f"the session cannot carry what is under the key {key!r:.80}: {error}",
            "store what JSON has: text, numbers, lists, dictionaries",
        ) from None


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return dict(dict.items(values))


def is_still(session: Session, encoded: msgspec.Raw | bytes) -> bool:
    """Say whether a session holds the values that *encoded* does, without this being noted.

    Raises:
        MisuseError: if it does not, and JSON cannot carry one of its values.
    """
    before = bytes(encoded)
    try:
        # Nearly always it does, and then nobody has to look into them.
        if form.encode(session) == before:
            return True
    except Exception:  # noqa: S110 - what msgpack does not carry is carried, or refused, below
        pass
    return not session.may_change_inside() or encode(session) == before


def decode_text(values: Any) -> dict[str, Any]:
    """Return the values of a session that came as JSON text inside.

    Raises:
        UNDECODABLE: one of them, if they are not the values of a session.
    """
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


def _is_plain(values: dict[Any, Any]) -> bool:
    """Say whether msgpack carries and gives back the same as JSON, but for numbers that are too large."""
    if not _TEXT.issuperset(map(type, dict.keys(values))):
        return False
    # Written out instead of all(...): this runs at every save, and most of what is there is no container.
    for value in dict.values(values):  # noqa: SIM110
        if type(value) not in _SCALARS and not _is_plain_inside(value):
            return False
    return True


def _is_plain_inside(value: Any) -> bool:
    """Say the same of a value that is none of the simplest."""
    kind = type(value)
    if kind is not list and kind is not tuple:
        return kind is dict and _is_plain(value)
    for each in value:  # noqa: SIM110 - as above
        if type(each) not in _SCALARS and not _is_plain_inside(each):
            return False
    return True
