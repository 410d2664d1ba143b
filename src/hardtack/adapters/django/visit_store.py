"""Django's ``request.session`` where Hardtack signs people in: its values are the data of the visit.

The methods are those of the engine, and what a session may hold is what ``SESSION_SERIALIZER`` can carry. Sealing, the
cookie's name, whose data it is, and when it ends are decided by ``hardtack.session``: data of another account is
dropped, data of nobody is taken along once into a sign-in. The keys by which ``django.contrib.auth`` knows who is
signed in mean nothing here and are not kept. ``set_expiry`` makes the data end earlier, on the server.

While a site changes over (``HARDTACK_ACCEPT_SIGNED_UNTIL``), what lay in the cookie of before is taken along, be it
signed by Django or sealed by the engine: where nobody is signed in and no cookie of ours came, and without the keys
that mean a sign-in.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import msgspec
from asgiref.sync import sync_to_async
from django.conf import settings  # type: ignore[import-untyped]  # likewise
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # type: ignore[import-untyped]  # Django has no types
from django.core.signing import JSONSerializer  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.django import inside
from hardtack.adapters.django.session import SessionStore
from hardtack.adapters.django.signed import accepted, asks_a_store
from hardtack.session import Session
from hardtack.session.sealed import NONE

_WHOLE = "_hardtack_encoded"
_UNTIL = "_hardtack_until"
_SIGN_IN = (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY)

_to_map = msgspec.msgpack.Encoder().encode
_from_map = msgspec.msgpack.Decoder(dict[str, Any]).decode


class VisitStore(SessionStore):
    """The data of one visit.

    Args:
        session: the visit's.
        before: the cookie of before, if it came.
    """

    def __init__(self, session: Session | None = None, before: str | None = None) -> None:
        super().__init__(None)
        self._of_visit = session
        self._before = before
        self._owner: int | None = None  # whose the values are, that were read last
        self.took_over: bool = False
        """Whether the cookie of before has been used, so that this answer deletes it."""

    def _get_session(self, no_load: bool = False) -> dict[str, Any]:
        """Return the values; there is no key by which another engine would know whether there are any."""
        self.accessed = True
        held: dict[str, Any] | None = self.__dict__.get("_session_cache")
        identity = None if self._of_visit is None else self._of_visit.identity
        before, self._owner = self._owner, None if identity is None else identity.account
        if held is None or before not in (None, self._owner):
            # Signed out, or signed in as somebody else, meanwhile: nothing of before may reach whoever comes next.
            held = self._session_cache = {} if no_load else self.load()
        return held

    async def _aget_session(self, no_load: bool = False) -> dict[str, Any]:
        may_wait = not no_load and self._before is not None and asks_a_store(self._before)
        if may_wait and "_session_cache" not in self.__dict__:
            await sync_to_async(self._get_session)()
        return self._get_session(no_load)

    _session = property(_get_session)

    def load(self) -> dict[str, Any]:
        """Return what the visit's data holds, or what came in the cookie of before."""
        session = self._of_visit
        if session is None:
            return {}
        if self._before and session.identity_why and session.why == NONE and accepted() is not None:
            values = self._taken_over(self._before)
        else:
            values = self._held(_from_map(session.encoded))
        session.accessed = True
        for key in _SIGN_IN:
            values.pop(key, None)
        self._seen = inside.snapshot(self.serializer, values)
        return values

    def _held(self, held: dict[str, Any]) -> dict[str, Any]:
        until = held.pop(_UNTIL, None)
        whole = held.pop(_WHOLE, None)
        if until is not None and time.time() >= until:
            return {}
        if whole is None:
            return held
        try:
            return dict(inside.decode(self.serializer, whole))
        except Exception:
            # Nobody knows what a serializer of the project raises; it is no reason for an error page.
            return {}

    def _taken_over(self, before: str) -> dict[str, Any]:
        """Return what was in the cookie of before, which the engine judges and spends."""
        engine = SessionStore(before)
        values = engine.load()
        self.took_over = bool(values) and not engine.keeps_cookie
        self._modified = self.took_over
        return values

    def save(self, must_create: bool = False) -> None:
        """Let the answer carry the session."""
        self._session  # noqa: B018 - loads what came
        self.modified = True

    def cycle_key(self) -> None:
        """Go on with the same values; a sign-in draws a new id for them by itself."""
        self.save()

    def delete(self, session_key: str | None = None) -> None:
        """Forget the data; who is signed in stays so."""
        self._session_cache: dict[str, Any] = {}
        self.create()

    def write(self) -> None:
        """Put what the project has changed into the visit's data.

        Raises:
            TypeError: the serializer cannot carry a value.
        """
        session = self._of_visit
        if session is None or not (self.modified or settings.SESSION_SAVE_EVERY_REQUEST):
            return
        session.replace(self._encoded())
        session.modified = True
        self.modified = False  # what is changed from now on is another change

    def _encoded(self) -> bytes:
        values = {key: value for key, value in self._session.items() if key not in _SIGN_IN}
        if not values:
            return _to_map({})
        own = {_UNTIL: int(time.time() + self.get_expiry_age())} if values.get("_session_expiry") else {}
        encoded = inside.encode(self.serializer, values)
        if self.serializer is JSONSerializer:
            with suppress(Exception):  # a number or a text that msgpack does not know
                return _to_map({**inside.decode(self.serializer, encoded), **own})
        return _to_map({_WHOLE: encoded, **own})
