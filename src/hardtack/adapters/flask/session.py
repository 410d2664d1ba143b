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
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec
from flask.sessions import SecureCookieSession, SessionInterface
from itsdangerous import BadSignature
from werkzeug.http import dump_cookie, http_date

from hardtack import message
from hardtack.adapters.flask.serializer import SealedSerializer
from hardtack.adapters.signed import MAX_COOKIES, UNAVAILABLE, SignedSessions
from hardtack.seal import Keyring, SealError
from hardtack.session import caching, cookie, upgrade
from hardtack.session import data as form
from hardtack.session.identity import ID_SIZE
from hardtack.session.sealed import log

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from flask.sessions import SessionMixin

    from hardtack.adapters.flask.editing import Editing

LEEWAY = 60
"""How far the clocks of two servers may be apart, in seconds."""

_MAX_KEPT = 64
_PURPOSE = "session"

_K = TypeVar("_K")
_V = TypeVar("_V")


def _mark_modified(session: SecureCookieSession) -> None:
    session.modified = True


class SealedSession(SecureCookieSession):
    """A session as Flask has it, which also remembers what came in, so that a change deep inside is seen."""

    sealed_head: form.Data | None = None
    """What the cookie carried besides the values, and those as they came; ``None`` without a cookie that opened."""

    # One function for all sessions, where Flask makes one for each.
    on_update = staticmethod(_mark_modified)

    came_once = False
    """Whether it came in a cookie that counts no second time: this answer carries it, whatever else is said."""

    keeps_cookie = False
    """Whether the cookie that came may be tried again: this answer does not replace it, it only may delete it."""

    def __init__(self, initial: Mapping[str, Any] | None = None) -> None:
        dict.__init__(self, initial or {})


class _Parts(NamedTuple):
    """What of a Set-Cookie value stays the same; made by Werkzeug, so that it is what Flask itself writes."""

    start: str
    end: str
    before_expires: str
    after_expires: str
    deletion: str


def _parts(
    name: str,
    domain: str | None,
    path: str,
    secure: bool,
    partitioned: bool,
    samesite: str | None,
    httponly: bool,
) -> _Parts:
    def dumped(**lifetime: Any) -> str:
        return dump_cookie(
            name,
            domain=domain,
            path=path,
            secure=secure,
            partitioned=partitioned,
            samesite=samesite,
            httponly=httponly,
            max_size=0,
            **lifetime,
        )

    start, _, end = dumped().partition("=")
    before, _, after = dumped(expires="@").removeprefix(f"{start}=").partition("Expires=@")
    return _Parts(f"{start}=", end, f"{before}Expires=", after, dumped(expires=0, max_age=0))


class SealedSessionInterface(SessionInterface):
    """Keep Flask's session in a cookie that nobody can read or forge.

    Args:
        keyring: what seals the cookies; ``None`` derives it from the application's ``SECRET_KEY``.
        realm: the name of the site, which the cookies are bound to.
        accept_signed_until: a Unix time in seconds. Up to then a session that Flask itself has signed is taken over
            where no sealed one came along, and goes out sealed in the same answer, under the same name.
        spent: where those that were taken over are written down, such as ``hardtack.store.SpentTable``, so that each
            is taken over once. ``None``: nobody knows which were, and a copy can be played until that time.

    Raises:
        MisuseError: if *accept_signed_until* is no whole number, or *spent* is given without it or cannot spend.
    """

    session_class = SealedSession
    serializer = SealedSerializer()
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
    ) -> None:
        self._signed = SignedSessions.of(accept_signed_until, spent)
        self._keyring = keyring
        self._realm = realm
        self._kept_keyrings: dict[tuple[str | bytes, ...], Keyring] = {}
        self._kept_parts: dict[tuple[Any, ...], _Parts] = {}

    # Opening ----------------------------------------------------------------------------------------------------------

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session that came with a request; ``None`` if the application has no secret."""
        keyring = self._keyring or self._keyring_of(app)
        if keyring is None:
            return None
        header = request.environ.get("HTTP_COOKIE")
        if header:
            name = self.get_cookie_name(app)
            # WSGI hands bytes over as latin-1; Flask sends a name that is not ASCII as UTF-8.
            tokens = cookie.find(header, name if name.isascii() else name.encode().decode("latin-1"))
            if tokens:
                return self._open(app, name, [token for token in tokens if token])
        return self.session_class()

    def _open(self, app: Flask, name: str, tokens: list[str]) -> SecureCookieSession:
        if len(tokens) > MAX_COOKIES:
            # Not even the first few: ours could be one of those left out, and somebody else's among them.
            _tell_refused(name, "duplicate")
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
            _tell_refused(name, "duplicate" if opened else str(reads[0]))
        return self.session_class()

    def _taken_over(self, app: Flask, name: str, tokens: list[str], signed: SignedSessions) -> SealedSession | None:
        """Return the session that Flask itself has signed, or an empty one where it does not count a second time."""
        secrets = [secret for secret in (app.secret_key, *(app.config["SECRET_KEY_FALLBACKS"] or ())) if secret]
        max_age = int(app.permanent_session_lifetime.total_seconds())
        loads = self.serializer.loads_signed

        def read(token: str, now: int) -> dict[str, Any] | None:
            return upgrade.read_flask(token, secrets, salt=self.salt, now=now, max_age=max_age, untag=loads)

        taken = signed.take(tokens, read)
        if taken is None:
            return None
        session = self.session_class(taken.values)
        if taken.why:
            _tell_refused(name, taken.why, taken.error)
            session.keeps_cookie = taken.why == UNAVAILABLE
            return session
        session.modified = True
        session.came_once = taken.once
        log.info("session upgraded: %s", name, extra={"event": "session-upgraded", "cookie": name})
        return session

    def _read(self, app: Flask, token: str, max_age: int | None = None) -> tuple[form.Data, dict[str, Any]] | str:
        """Return what is in the value of a cookie, or why it is refused."""
        keyring = self._keyring or self._keyring_of(app)
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
        for name, value in caching.protected(response.headers.items(), (self.get_cookie_name(app),), True):
            response.headers[name] = value

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
        limit = app.config["MAX_COOKIE_SIZE"]
        if limit and len(written) > limit:
            largest = form.largest(session, lambda value: self.serializer.dumps({"": value})[2:])
            warnings.warn(
                f"the session cookie has {len(written)} octets, MAX_COOKIE_SIZE allows {limit}: browsers may drop it "
                f"without a word. The largest keys, in octets: {largest}",
                stacklevel=2,
            )
        return written

    def _seal(self, app: Flask, values: Mapping[str, Any], head: form.Data | None, now: int, deadline: int) -> str:
        keyring = self._keyring or self._keyring_of(app)
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

    def _parts(self, app: Flask) -> _Parts:
        """Return what the application's settings make of the cookie, as they are now."""
        settings = (
            self.get_cookie_name(app),
            self.get_cookie_domain(app),
            self.get_cookie_path(app),
            self.get_cookie_secure(app),
            self.get_cookie_partitioned(app),
            self.get_cookie_samesite(app),
            self.get_cookie_httponly(app),
        )
        parts = self._kept_parts.get(settings)
        if parts is None:
            parts = _keep(self._kept_parts, settings, _parts(*settings))
        return parts

    def _keyring_of(self, app: Flask) -> Keyring | None:
        """Return the keyring that the application's secrets give, as they are now; ``None`` without a secret."""
        secret = app.secret_key
        if not secret:
            return None
        fallbacks = app.config["SECRET_KEY_FALLBACKS"]
        secrets = (secret, *fallbacks) if fallbacks else (secret,)
        keyring = self._kept_keyrings.get(secrets)
        if keyring is None:
            keyring = _keep(self._kept_keyrings, secrets, Keyring.from_host_secret("flask", secrets))
        return keyring

    # For extensions ---------------------------------------------------------------------------------------------------

    def get_signing_serializer(self, app: Flask) -> SealingSerializer | None:
        """Return what makes and reads the value of a session cookie; ``None`` if the application has no secret."""
        return None if (self._keyring or self._keyring_of(app)) is None else SealingSerializer(self, app)

    def editing(self, app: Flask) -> Editing:
        """Return what ``hardtack.session.testing.edited(client, app)`` opens and saves sessions with."""
        from hardtack.adapters.flask.editing import Editing  # noqa: PLC0415 - for tests only

        return Editing(self, app)


class SealingSerializer:
    """Make and read the value of a session cookie outside of a request, as extensions and tests do with Flask's own."""

    def __init__(self, interface: SealedSessionInterface, app: Flask) -> None:
        self._interface = interface
        self._app = app

    def dumps(self, obj: Mapping[str, Any]) -> str:
        """Return the value of a cookie that holds *obj*."""
        now = int(time.time())
        deadline = now + int(self._app.permanent_session_lifetime.total_seconds())
        return self._interface._seal(self._app, obj, None, now, deadline)

    def loads(self, s: str, max_age: int | None = None) -> dict[str, Any]:
        """Return what the value of a cookie holds.

        Raises:
            BadSignature: if it is refused.
        """
        read = self._interface._read(self._app, s, max_age)
        if isinstance(read, str):
            raise BadSignature(f"the session cookie is refused ({read})")
        return read[1]


def _tell_refused(name: str, why: str, error: str = "") -> None:
    """Log why a cookie does not count."""
    besides = {"error": error} if error else {}
    extra = {"event": "cookie-refused", "cookie": name, "reason": why, **besides}
    log.warning("cookie refused: %s (%s)", name, why, extra=extra)


def _keep(kept: dict[_K, _V], key: _K, value: _V) -> _V:
    """Put *value* into *kept*, which starts anew when it is full, and return it."""
    if len(kept) >= _MAX_KEPT:
        kept.clear()
    kept[key] = value
    return value
