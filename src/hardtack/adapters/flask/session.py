"""Flask's own ``session``, sealed: a drop-in for an application that is otherwise unchanged.

``app.session_interface = SealedSessionInterface()`` keeps what the application knows: the cookie's name and attributes
and the configuration they come from, ``SECRET_KEY`` and ``SECRET_KEY_FALLBACKS`` (the keys are derived from them),
``permanent``, the types that a session carries, ``Vary``, and the methods that subclasses override. What changes:
nobody can read the cookie; it is bound to its name and to the application; a change deep inside a list is noticed
without ``modified = True``; a refused cookie is one log line.

Whatever is wrong with a cookie, the session is empty; there is no way back to a cookie that is only signed. While a
site changes over, ``accept_signed_until`` takes what Flask itself has signed and seals it; each cookie once, where
``spent`` writes them down. Cookies of one name that come from several paths or applications do not disturb each other,
but when two of them open, neither is believed. There is no revocation: a copied cookie is good until it expires.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from flask.sessions import SecureCookieSession, SessionInterface
from werkzeug.http import http_date

from hardtack import message
from hardtack.adapters.flask.caches import protect
from hardtack.adapters.flask.host_secret import HostKeyrings, tell_refused
from hardtack.adapters.flask.origin_names import NamedByOrigin, SafeProfile
from hardtack.adapters.flask.parts import Parts, keep, parts_of, settings_of, warn_of_size
from hardtack.adapters.flask.serializer import SealedSerializer
from hardtack.adapters.flask.signing import SealingSerializer
from hardtack.adapters.flask.taken_over import deletion, take, tokens_of
from hardtack.adapters.flask.values import SealedSession
from hardtack.adapters.signed import UNAVAILABLE, SignedSessions
from hardtack.seal import Keyring, SealError
from hardtack.session import CookiePolicy, cookie, upgrade
from hardtack.session import data as form
from hardtack.session.identity import ID_SIZE
from hardtack.session.lifetimes import LEEWAY

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from flask.sessions import SessionMixin

    from hardtack.adapters.flask.editing import Editing

__all__ = ["LEEWAY", "SealedSession", "SealedSessionInterface", "SealingSerializer"]

_PURPOSE = "session"


class SealedSessionInterface(NamedByOrigin):
    """Keep Flask's session in a cookie that nobody can read or forge.

    Args:
        keyring: what seals the cookies; ``None`` derives it from the application's ``SECRET_KEY``.
        realm: the name of the site, which the cookies are bound to.
        accept_signed_until: a Unix time in seconds. Up to then a session that Flask itself has signed is taken over
            where no sealed one came along, and goes out sealed in the same answer, under the same name.
        spent: where those that were taken over are written down, such as ``hardtack.store.SpentTable``, so that each
            is taken over once. ``None``: nobody knows which were, and a copy can be played until that time.
        profile: ``"host"`` keeps the cookie's name and flags of the configuration, ``"safe"`` takes ours, by *origin*.
        origin: the public origin, such as ``https://example.org``; ``None`` is development mode.

    Raises:
        MisuseError: if *accept_signed_until* is no whole number, *spent* is given without it or cannot spend, or the
            profile or the origin cannot be.
    """

    session_class = SealedSession
    serializer: SealedSerializer = SealedSerializer()
    """What the values become; take tag classes of your own with ``register``, as with Flask's serializer."""
    salt = upgrade.FLASK_SALT
    """What Flask's own sessions were signed under, for ``accept_signed_until``; a subclass may set another."""

    def __init__(
        self,
        keyring: Keyring | None = None,
        *,
        realm: str = "hardtack",
        accept_signed_until: int | None = None,
        spent: upgrade.Spent | None = None,
        profile: str = "host",
        origin: str | None = None,
    ) -> None:
        self._safe = SafeProfile.of(profile, origin)
        self._signed = SignedSessions.of(accept_signed_until, spent)
        self._keyring = keyring
        self._realm = realm
        self._host = HostKeyrings()
        self._kept_parts: dict[tuple[Any, ...], Parts] = {}

    def cookie_policy(self, app: Flask) -> CookiePolicy | None:
        """Return the names and flags by the origin, in the safe profile."""
        return None if self._safe is None else self._safe.policy(app)

    # Opening ----------------------------------------------------------------------------------------------------------

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session that came with a request; ``None`` if the application has no secret."""
        keyring = self._keyring or self._host.of(app)
        if keyring is None:
            return None
        header = request.environ.get("HTTP_COOKIE")
        if header:
            name = self.get_cookie_name(app)
            # WSGI hands bytes over as latin-1; Flask sends a name that is not ASCII as UTF-8.
            tokens = cookie.find(header, name if name.isascii() else name.encode().decode("latin-1"))
            if tokens:
                return self._open(app, name, [token for token in tokens if token])
            if self._signed is not None and self._safe is not None:
                return self._moved(app, header, self._signed) or self.session_class()
        return self.session_class()

    def _moved(self, app: Flask, header: str, signed: SignedSessions) -> SealedSession | None:
        """Return the session that Flask itself has signed under the name that the configuration has."""
        name = SessionInterface.get_cookie_name(self, app)
        session = self._taken_over(app, name, tokens_of(header, name), signed)
        if session is not None:
            session.moved = session.modified
        return session

    def _open(self, app: Flask, name: str, tokens: list[str]) -> SecureCookieSession:
        if len(tokens) > upgrade.MAX_COOKIES:
            # Not even the first few: ours could be one of those left out, and somebody else's among them.
            tell_refused(name, "duplicate")
            return self.session_class()
        if self._signed is not None:
            session = self._taken_over(app, name, tokens, self._signed)
            if session is not None:
                return session
        reads = [self._read(app, token) for token in tokens]
        opened = [read for read in reads if not isinstance(read, str)]
        if len(opened) == 1:
            head, values = opened[0]
            session = self.session_class(values)
            session.__dict__["sealed_head"] = head
            return session
        if reads:
            tell_refused(name, "duplicate" if opened else str(reads[0]))
        return self.session_class()

    def _taken_over(self, app: Flask, name: str, tokens: list[str], signed: SignedSessions) -> SealedSession | None:
        """Return the session that Flask itself has signed, or an empty one where it does not count a second time."""
        taken = take(signed, app, name, tokens, self.serializer, self.salt)
        if taken is None:
            return None
        session = self.session_class(taken.values)
        if taken.why:
            session.keeps_cookie = taken.why == UNAVAILABLE
        else:
            session.modified = True
            session.came_once = taken.once
        return session

    def _read(self, app: Flask, token: str, max_age: int | None = None) -> tuple[form.Data, dict[str, Any]] | str:
        """Return what is in the value of a cookie, or why it is refused."""
        keyring = self._keyring or self._host.of(app)
        if keyring is None:
            return "unknown-key"
        if len(token) > cookie.MAX_PAIR:
            return "oversized"
        now = int(time.time())
        try:
            opened = keyring.open(
                token,
                purpose=_PURPOSE,
                context=(self.get_cookie_name(app), self._realm, app.name),
                now=now - LEEWAY,
            )
            head = form.decode(opened)
            values = self.serializer.loads(head.values)
        except SealError as error:
            return error.reason
        except Exception:
            # Nobody knows what a tag class of the application raises; it is no reason for an error page.
            return "malformed"
        if type(values) is not dict:
            return "malformed"
        if max_age is None:
            max_age = int(app.permanent_session_lifetime.total_seconds())
        if head.issued > now + LEEWAY:
            return "future"
        if now - LEEWAY >= head.issued + max_age:
            return "expired"
        # Data that belongs to an account is nobody's here: this session knows of no sign-in.
        return (head, values) if head.account is None else "other-account"

    # Saving -----------------------------------------------------------------------------------------------------------

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Put the session into the answer to a request, as far as it needs to be written."""
        if getattr(session, "moved", False):
            response.headers.add("Set-Cookie", deletion(super(NamedByOrigin, self), app))
        if not session:
            if session.modified:
                response.headers.add("Set-Cookie", self._parts(app).deletion)
            if session.modified or session.accessed:
                self._protect(app, response)
            return
        if session.accessed and self._changed_inside(session):
            session.modified = True
        keeps = getattr(session, "keeps_cookie", False)
        if getattr(session, "came_once", False) or (not keeps and self.should_set_cookie(app, session)):
            response.headers.add("Set-Cookie", self._set_cookie(app, session))
        elif not session.accessed:
            return
        self._protect(app, response)

    def _protect(self, app: Flask, response: Response) -> None:
        """Keep an answer that depends on the session out of shared caches; what the application says for them stands.

        Flask itself names Cookie in Vary and leaves it at that.
        """
        protect(response.headers, self.get_cookie_name(app))

    def _changed_inside(self, session: SessionMixin) -> bool:
        """Say whether the values are others than those that came, though nobody has said so."""
        own = session.__dict__
        # Whoever has set ``modified`` has decided, also for False.
        head = own.get("sealed_head") if "modified" not in own else None
        return head is not None and not self.serializer.gives(dict(session), bytes(head.values))

    def _set_cookie(self, app: Flask, session: SessionMixin) -> str:
        parts = self._parts(app)
        now = int(time.time())
        lifetime = app.permanent_session_lifetime.total_seconds()
        token = self._seal(app, session, getattr(session, "sealed_head", None), now, now + int(lifetime))
        if type(self).get_expiration_time is SessionInterface.get_expiration_time:
            # The same as below, without the way through a datetime, which costs as much as sealing does.
            expires = message.http_date(now + int(lifetime)) if session.permanent else None
        else:
            moment = self.get_expiration_time(app, session)
            expires = None if moment is None else http_date(moment)
        if expires is None:
            written = f"{parts.start}{token}{parts.end}"
        else:
            written = f"{parts.start}{token}{parts.before_expires}{expires}{parts.after_expires}"
        warn_of_size(len(written), app.config["MAX_COOKIE_SIZE"], session, self.serializer)
        return written

    def _seal(self, app: Flask, values: Mapping[str, Any], head: form.Data | None, now: int, deadline: int) -> str:
        keyring = self._keyring or self._host.of(app)
        if keyring is None:
            raise RuntimeError("the session cannot be sealed: the application has no secret key any more")
        if head is None:
            own_id, sequence, born = os.urandom(ID_SIZE), 0, now
        else:
            own_id, sequence, born = head.id, head.sequence + 1, head.born
        encoded = msgspec.Raw(self.serializer.dumps(dict(values)))
        return keyring.seal(
            form.encode((own_id, None, sequence, born, now, deadline, encoded)),
            purpose=_PURPOSE,
            context=(self.get_cookie_name(app), self._realm, app.name),
            expires_at=deadline,
        )

    def _parts(self, app: Flask) -> Parts:
        """Return what the application's settings make of the cookie, as they are now."""
        settings = settings_of(self, app)
        parts = self._kept_parts.get(settings)
        if parts is None:
            parts = keep(self._kept_parts, settings, parts_of(*settings))
        return parts

    # For extensions ---------------------------------------------------------------------------------------------------

    def get_signing_serializer(self, app: Flask) -> SealingSerializer | None:
        """Return what makes and reads the value of a session cookie; ``None`` if the application has no secret."""
        return None if (self._keyring or self._host.of(app)) is None else SealingSerializer(self, app)

    def editing(self, app: Flask) -> Editing:
        """Return what ``hardtack.session.testing.edited(client, app)`` opens and saves sessions with."""
        from hardtack.adapters.flask.editing import Editing  # noqa: PLC0415 - for tests only

        return Editing(self, app)
