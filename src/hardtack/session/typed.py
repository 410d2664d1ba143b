"""Part of a session as a type of the application's own, with a version, and a hook that brings old ones up to date.

A mapping of plain values is what a session is; an application that wants names and types declares a ``msgspec.Struct``
and reads and edits that. What is kept is the version and the fields as plain values, under one key, so that other keys
go on as they are and nothing that could execute is ever decoded.

Cookies are out for weeks, so every form that was ever written will come back: one of an earlier version goes through
the hook, and what then still does not fit, or comes from a later version (the deployment was taken back), is not
guessed at: the reading begins anew, and one log line names the key and the reason, no value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import msgspec

from hardtack.errors import MisuseError
from hardtack.session.data import decode_value, encode
from hardtack.session.sealed import log
from hardtack.session.session import Session

_Struct = TypeVar("_Struct", bound=msgspec.Struct)

_UNFIT: tuple[type[Exception], ...] = (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError)
"""What encoding and decoding raise for values that msgpack cannot carry or that are not of the type."""


class Typed(Generic[_Struct]):
    """A type that part of a session has; made once, for all sessions.

    Args:
        struct: the type; each of its fields has a default, since every session begins without it.
        key: the key that it is kept under.
        version: the version of its form, from 1; one more whenever that changes.
        migrate: called with an earlier version and the fields of that, returns those of the present one; ``None`` if
            there is no earlier one, or it is not worth keeping.

    Raises:
        MisuseError: if the type cannot begin without values, or the version is no whole number from 1.
    """

    __slots__ = ("_decode", "_migrate", "_struct", "key", "version")

    def __init__(
        self,
        struct: type[_Struct],
        *,
        key: str,
        version: int = 1,
        migrate: Callable[[int, Any], Any] | None = None,
    ) -> None:
        if type(version) is not int or version < 1:
            raise MisuseError(f"version={version!r:.80} is no version", "give a whole number from 1 on")
        try:
            struct()
        except TypeError as error:
            raise MisuseError(f"a session cannot begin with {struct.__name__}: {error}", "give defaults") from None
        self._struct = struct
        self._decode = msgspec.msgpack.Decoder(struct).decode
        self._migrate = migrate
        self.key: str = key
        self.version: int = version

    def read(self, session: Session) -> _Struct:
        """Return what the session holds, or a new one; changing it changes no session (``edit`` does).

        Raises only what the hook raises.
        """
        held = session.get(self.key)
        if held is None:
            return self._struct()
        version, fields = held if isinstance(held, list) and len(held) == 2 else (None, None)
        if type(version) is not int or not 1 <= version <= self.version:
            return self._begin_anew("other-version")
        if version < self.version:
            if self._migrate is None:
                return self._begin_anew("no-migration")
            fields = self._migrate(version, fields)
        try:
            return self._decode(encode(fields))
        except _UNFIT:
            return self._begin_anew("other-form")

    def write(self, session: Session, value: _Struct) -> None:
        """Keep *value* in the session.

        Raises:
            MisuseError: if a field holds what the type does not say, or a session cannot carry.
        """
        try:
            if type(value) is not self._struct:
                raise TypeError(type(value).__name__)
            encoded = encode(value)
            self._decode(encoded)
        except _UNFIT as error:
            raise MisuseError(
                f"this is no {self._struct.__name__} that a session can carry (under the key {self.key!r}): {error}",
                "store what the fields say, of plain values",
            ) from None
        session[self.key] = [self.version, decode_value(msgspec.Raw(encoded))]

    @contextmanager
    def edit(self, session: Session) -> Iterator[_Struct]:
        """Yield what the session holds, and keep it at the end; not if the block raises, nor if it is as new.

        ``with CART.edit(session) as cart: cart.items.append(sku)``
        """
        value = self.read(session)
        yield value
        if self.key in session or value != self._struct():
            self.write(session, value)

    def _begin_anew(self, why: str) -> _Struct:
        log.warning(
            "session key %r begins anew: %s",
            self.key,
            why,
            extra={"event": "session-type-refused", "key": self.key, "reason": why},
        )
        return self._struct()
