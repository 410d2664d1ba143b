"""Django's ``request.session``, sealed: the engine for a project that is otherwise unchanged.

It is what ``signed_cookies`` is, method by method, for the whole of Django that looks at a session: Django's own
middleware sets and deletes the cookie, with the names, attributes and ``Vary`` that the settings give it, and
``django.contrib.auth`` signs in on it. What changes: nobody can read the cookie; it is bound to its name, the site and
the project (``settings``); ``set_expiry`` holds on the server too, whatever a browser does with the cookie; a change
deep inside a list is noticed without ``modified = True``; and a session that no browser would keep is an error.

Whatever is wrong with a cookie, the session is empty and begins anew: one line for the log that Django has for it, and
one of ours that says the reason. The values become what ``SESSION_SERIALIZER`` makes of them; with Django's own it is
JSON, so that numbers as keys come back as text. Django shows an engine only one cookie of a name, so two of them are
not noticed here. While a site changes over, what ``signed_cookies`` has signed is taken over (``signed``). There is no
revocation: a copied cookie is good until it expires.
"""

from __future__ import annotations

import logging
import os
import time
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

import msgspec
from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.contrib.sessions.backends.base import SessionBase  # type: ignore[import-untyped]  # likewise
from django.http import HttpResponse  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.django import inside, signed
from hardtack.adapters.django.settings import sealing, setting
from hardtack.seal import SealError
from hardtack.seal.token import LAST_SECOND
from hardtack.session import cookie
from hardtack.session import data as form
from hardtack.session.identity import ID_SIZE
from hardtack.session.lifetimes import LEEWAY
from hardtack.session.sealed import log

_PURPOSE = "session"
_SMALL = form.WARNING - 2 * cookie.MAX_ATTRIBUTE  # below it no attributes that browsers take make a cookie large
_UNSUSPICIOUS = ("expired", signed.UNAVAILABLE)

_suspicious = logging.getLogger("django.security.SuspiciousSession")
_as_bytes = msgspec.msgpack.Encoder().encode
_from_bytes = msgspec.msgpack.Decoder(bytes).decode


class SessionStore(SessionBase):  # type: ignore[misc]  # Django has no types
    """A session in a cookie that nobody can read or forge."""

    def __init__(self, session_key: str | None = None) -> None:
        self._seen: bytes | None = None  # the values as they were when the session was last as it should be
        self._head: form.Data | None = None  # what came with them
        self._keeps_cookie = False  # whether the cookie that came may be tried again, so that none may replace it
        # As Django's, without finding the serializer again for every request.
        self._session_key = session_key
        self.accessed: bool = False
        self._modified = False
        self.serializer: Any = inside.serializer_at(setting("SESSION_SERIALIZER"))

    cookie_name: str | None = None
    """The name of the cookie, where it is not ``SESSION_COOKIE_NAME``: in the safe profile."""

    @property
    def keeps_cookie(self) -> bool:
        """Whether the cookie that came may be tried again, so that no answer replaces it."""
        return self._keeps_cookie

    @property
    def _name(self) -> str:
        return self.cookie_name or str(setting("SESSION_COOKIE_NAME"))

    # Whether it has changed -------------------------------------------------------------------------------------------

    @property
    def modified(self) -> bool:
        """Whether the session is to be written; False makes what it holds now the state to compare with."""
        return not self._keeps_cookie and (self._modified or self._changed_inside())

    @modified.setter
    def modified(self, said: bool) -> None:
        self._modified = bool(said)
        cache = self.__dict__.get("_session_cache")
        if not said and cache is not None:
            self._seen = inside.snapshot(self.serializer, cache)

    def _changed_inside(self) -> bool:
        """Say whether the values are others than they were, though nobody has said so."""
        cache = self.__dict__.get("_session_cache")
        if self._seen is None or not cache:
            return False
        return inside.snapshot(self.serializer, cache) != self._seen

    def _get_session(self, no_load: bool = False) -> dict[str, Any]:
        """Return the values, loaded once: as Django's, without an error that is raised for every request."""
        self.accessed = True
        cache: dict[str, Any] | None = self.__dict__.get("_session_cache")
        if cache is None:
            self._session_cache: dict[str, Any] = {} if no_load or self.session_key is None else self.load()
            cache = self._session_cache
        return cache

    _session = property(_get_session)

    def get_session_cookie_age(self) -> int:
        """Return the seconds that a session lives without a word about it."""
        return int(setting("SESSION_COOKIE_AGE"))

    # Opening ----------------------------------------------------------------------------------------------------------

    def load(self) -> dict[str, Any]:
        """Return what the cookie holds; if it is refused, an empty session begins."""
        token = self.session_key
        if token is not None:
            if signed.MARK in token:
                taken = signed.take(token, self.get_session_cookie_age())
                if taken is not None:
                    return self._take_over(taken)
            values = self._open(token)
            if not isinstance(values, str):
                return values
            _tell_refused(self._name, values)
        self.create()
        return {}

    def _take_over(self, taken: signed.Taken) -> dict[str, Any]:
        """Return the values of a session that Django has signed: this answer carries it, sealed, if it counts."""
        self.create()
        if taken.why:
            _tell_refused(self._name, taken.why, taken.error)
            self._keeps_cookie = taken.why == signed.UNAVAILABLE
        else:
            name = self._name
            log.info("session upgraded: %s", name, extra={"event": "session-upgraded", "cookie": name})
        return taken.values

    def _open(self, token: str) -> dict[str, Any] | str:
        """Return the values in a cookie, or why it is refused."""
        if len(token) > cookie.MAX_PAIR:
            return "oversized"
        now = int(time.time())
        # Outside of what is caught: settings that are wrong are no matter of the cookie.
        ring, context = sealing(self.cookie_name)
        try:
            head = form.decode(ring.open(token, purpose=_PURPOSE, context=context, now=now))
            encoded = _from_bytes(head.values)
            values = inside.decode(self.serializer, encoded)
        except SealError as error:
            return error.reason
        except Exception:
            # Nobody knows what a serializer of the project raises; it is no reason for an error page.
            return "malformed"
        if type(values) is not dict:
            return "malformed"
        if head.issued > now + LEEWAY:
            return "future"
        # A lifetime of its own is in the seal; else what the settings say today counts where it is shorter.
        if not values.get("_session_expiry") and now >= head.issued + self.get_session_cookie_age():
            return "expired"
        if head.account is not None:
            # Data that belongs to an account is nobody's here: this session knows of no sign-in of ours.
            return "other-account"
        self._head, self._seen = head, inside.snapshot(self.serializer, values)
        return values

    # Saving -----------------------------------------------------------------------------------------------------------

    def create(self) -> None:
        """Begin anew: the answer sets the cookie."""
        self._head = self._seen = None
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Seal the session into its key, which Django puts into the cookie.

        Raises:
            CookieTooLarge: if browsers would drop the cookie; the text names the largest keys.
            TypeError: if the serializer cannot carry a value.
        """
        if self._keeps_cookie:
            return
        token = self._get_session_key()
        name = self._name
        if len(name) + len(token) > _SMALL:
            size = len(name) + 1 + len(token) + self._size_of_attributes()
            if size > form.WARNING:
                values = {str(key): value for key, value in self._session.items()}
                form.report_size(name, size, values, partial(inside.encode, self.serializer))
        self._session_key = token
        self.modified = True

    def delete(self, session_key: str | None = None) -> None:
        """Forget the session: the answer deletes the cookie. A copy of it stays good until it expires."""
        self._session_key = ""
        self._session_cache = {}
        self._keeps_cookie = False  # a sign-out must hold
        self.create()

    def exists(self, session_key: str | None = None) -> bool:
        """Return False: there is nothing on the server that could exist."""
        return False

    def cycle_key(self) -> None:
        """Go on with the same values under an id of their own, as at a sign-in."""
        self._session  # noqa: B018 - loads what came, before its head is forgotten
        self._head = None
        self.save()

    def _get_session_key(self) -> str:
        """Return the session, sealed."""
        values = self._session
        encoded = inside.encode(self.serializer, values)
        now = int(time.time())
        expiry = values.get("_session_expiry")
        # Django's way, but the time of day is asked for only where a moment is given.
        given = {} if isinstance(expiry, (str, datetime)) else {"expiry": expiry, "modification": None}
        deadline = min(max(now + int(self.get_expiry_age(**given)), 1), LAST_SECOND)
        head = self._head
        own = (os.urandom(ID_SIZE), 0, now) if head is None else (head.id, head.sequence + 1, head.born)
        own_id, sequence, born = own
        plaintext = form.encode((own_id, None, sequence, born, now, deadline, msgspec.Raw(_as_bytes(encoded))))
        ring, context = sealing(self.cookie_name)
        return ring.seal(plaintext, purpose=_PURPOSE, context=context, expires_at=deadline)

    def _size_of_attributes(self) -> int:
        """Return how many octets Django's middleware puts behind the value."""
        kept = not self.get_expire_at_browser_close()
        return (len(str(int(self.get_expiry_age()))) if kept else 0) + _attributes(
            kept,
            settings.SESSION_COOKIE_DOMAIN,
            settings.SESSION_COOKIE_PATH,
            settings.SESSION_COOKIE_SECURE,
            settings.SESSION_COOKIE_HTTPONLY,
            settings.SESSION_COOKIE_SAMESITE,
        )

    @classmethod
    def clear_expired(cls) -> None:
        """Do nothing: what has expired is nowhere but in browsers."""

    # The same for asynchronous views ----------------------------------------------------------------------------------

    async def aload(self) -> dict[str, Any]:
        """As ``load``, which may wait for a store only where a signed cookie is taken over."""
        token = self.session_key
        if token is not None and signed.asks_a_store(token):
            # In a thread, as Django does it for its own engines.
            return dict(await super().aload())
        return self.load()

    async def acreate(self) -> None:
        """As ``create``."""
        self.create()

    async def asave(self, must_create: bool = False) -> None:
        """As ``save``."""
        self.save(must_create)

    async def adelete(self, session_key: str | None = None) -> None:
        """As ``delete``."""
        self.delete(session_key)

    async def aexists(self, session_key: str | None = None) -> bool:
        """As ``exists``."""
        return self.exists(session_key)

    async def acycle_key(self) -> None:
        """As ``cycle_key``."""
        self.cycle_key()

    @classmethod
    async def aclear_expired(cls) -> None:
        """As ``clear_expired``."""

    # For tests --------------------------------------------------------------------------------------------------------

    @classmethod
    def editing(cls) -> Any:
        """Return what ``hardtack.session.testing.edited(client, SessionStore)`` opens and saves sessions with."""
        from hardtack.adapters.django.editing import Editing  # noqa: PLC0415 - for tests only

        return Editing(cls)


@lru_cache(maxsize=64)
def _attributes(kept: bool, domain: Any, path: Any, secure: Any, httponly: Any, samesite: Any) -> int:
    """Return the octets of a cookie's attributes without the digits of Max-Age, from Django itself."""
    response = HttpResponse()
    age, expires = (0, "Thu, 01 Jan 1970 00:00:00 GMT") if kept else (None, None)
    response.set_cookie("n", "", age, expires, path, domain, secure or None, httponly or None, samesite)
    return len(response.cookies["n"].OutputString().removeprefix('n=""')) - kept


def _tell_refused(name: str, why: str, error: str = "") -> None:
    """Log that a cookie does not count: in Django's words where it is suspicious, and in ours why."""
    if why not in _UNSUSPICIOUS:
        _suspicious.warning("Session data corrupted")
    extra = {"event": "cookie-refused", "cookie": name, "reason": why, **({"error": error} if error else {})}
    log.warning("cookie refused: %s (%s)", name, why, extra=extra)
