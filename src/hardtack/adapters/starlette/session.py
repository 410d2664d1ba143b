"""Starlette's ``SessionMiddleware``, sealed: a drop-in for an application that is otherwise unchanged.

``hardtack.adapters.starlette.SessionMiddleware`` keeps what the application knows: the keywords, the cookie's name and
attributes to the letter, JSON's rules for the values, when a cookie is written and deleted, ``accessed``, ``modified``
and ``Vary``. What changes: nobody can read the cookie; it is bound to its name, realm and application; keys can change;
a session that is used lives on; a change deep inside a list is noticed; answers that depend on the session stay out of
shared caches; one that browsers would drop is an error; a WebSocket's session is saved as it is accepted; and a change
that comes too late is an error instead of nothing.

This module only translates: what a message of ASGI carries, and when it is too late. Whatever is wrong with a cookie,
the session is empty. There is no way back to a cookie that is only signed, but for ``accept_signed_until``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Literal

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Secret
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hardtack.adapters.signed import SignedSessions
from hardtack.adapters.starlette.cookies import SessionCookie, Text
from hardtack.adapters.starlette.profile import safe
from hardtack.adapters.starlette.values import Session, too_late
from hardtack.errors import MisuseError
from hardtack.seal import Keyring
from hardtack.session import caching, cookie, upgrade
from hardtack.session.sealed import log
from hardtack.status import InternalServerError

if TYPE_CHECKING:
    from hardtack.adapters.starlette.editing import Editing

_ACCEPT = "websocket.accept"
_STARTS = frozenset({"http.response.start", "websocket.http.response.start", _ACCEPT})
"""The messages that carry header fields, and so the cookie."""
_SAID_TO_CACHES = frozenset(name.encode("ascii") for name in caching.LOOKED_AT)
_USUAL = frozenset({b"content-type", b"content-length", b"set-cookie"})
_FAILED = InternalServerError.status
_MAX_KEPT = 64
_MAX_AGE = 2**32
"""Seconds; more than a century, and still within what the seal can say."""


_Fields = list[tuple[bytes, bytes]]


def _protection(fields: _Fields, name: str) -> _Fields:
    named = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in fields]
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in caching.protected(named, (name,), True)]


_UNSAID = [(name.lower().encode(), value.encode("latin-1")) for name, value in caching.UNSAID]


class SessionMiddleware:
    """Keep ``request.session`` in a cookie that nobody can read or forge.

    Args:
        app: the application.
        secret_key: what the keys are derived from, a string or Starlette's ``Secret``; may be left out with *keyring*.
        session_cookie: the name of the cookie.
        max_age: how long a session lives after it was last written, or, where it is used, written anew (seconds).
            ``None``: for ever, in a cookie that ends with the browser.
        path: where the browser sends the cookie to.
        same_site: ``"lax"``, ``"strict"`` or ``"none"``.
        https_only: whether the cookie is Secure.
        domain: which host gets it, with all below; ``None`` for the one that sets it alone.
        partitioned: whether browsers keep one per top-level site.
        keyring: what seals the cookies, where not the keys derived from the secrets.
        fallbacks: the secret keys of before: sessions that they have sealed still open.
        realm: the name of the site, which the cookies are bound to.
        application: the name of the application, which they are bound to as well.
        accept_signed_until: a Unix time in seconds. Up to then a session that Starlette itself has signed is taken
            over where no sealed one came along, and goes out sealed in the same answer, under the same name.
        spent: where those that were taken over are written down, such as ``hardtack.store.SpentTable``, so that each
            is taken over once. ``None``: nobody knows which were, and a copy can be played until that time.
        profile: ``"safe"`` for our names and flags in the place of Starlette's, as *origin* gives them.
        origin: the public origin, such as ``https://example.org``; for *profile* alone.

    Raises:
        MisuseError: if a secret is missing, a setting is one that browsers would ignore or that cannot work, or the
            application has another session in the same cookie.
    """

    def __init__(
        self,
        app: ASGIApp,
        secret_key: str | Secret | None = None,
        session_cookie: str = "session",
        max_age: int | None = 14 * 24 * 60 * 60,
        path: str = "/",
        same_site: Literal["lax", "strict", "none"] = "lax",
        https_only: bool = False,
        domain: str | None = None,
        partitioned: bool = False,
        *,
        keyring: Keyring | None = None,
        fallbacks: Sequence[str | Secret] = (),
        realm: str = "hardtack",
        application: str = "app",
        accept_signed_until: int | None = None,
        spent: upgrade.Spent | None = None,
        profile: Literal["safe"] | None = None,
        origin: str | None = None,
    ) -> None:
        if max_age is not None and (type(max_age) is not int or abs(max_age) > _MAX_AGE):
            raise MisuseError(f"max_age={max_age!r} is no duration", "give whole seconds, or None")
        _check_names(realm=realm, application=application)
        if profile is not None:
            chosen: dict[str, tuple[object, object]] = {
                "session_cookie": (session_cookie, "session"),
                "path": (path, "/"),
                "same_site": (same_site, "lax"),
                "https_only": (https_only, False),
                "domain": (domain, None),
                "partitioned": (partitioned, False),
            }
            session_cookie, https_only = safe(profile, origin, application, chosen)
        elif origin is not None:
            raise MisuseError('origin= is for profile="safe" alone', 'write profile="safe" beside it')
        _check_alone(app, session_cookie)
        secrets = _secrets(secret_key, fallbacks)
        if keyring is None and secret_key is None:
            raise MisuseError("there is no secret key", "give secret_key= a long random string, or keyring= a Keyring")
        signed = SignedSessions.of(accept_signed_until, spent)
        if signed is not None and not secrets:
            raise MisuseError("nothing tells which cookies the site has signed", "give secret_key= as it was")
        # What browsers would ignore is refused here; they do not mind a dot before the domain.
        cookie.dump(
            session_cookie,
            "",
            path=path,
            domain=None if domain is None else domain.removeprefix("."),
            secure=https_only,
            httponly=True,
            samesite=same_site,
            partitioned=partitioned,
        )
        self.app = app
        self.session_cookie = session_cookie
        self.max_age = max_age
        self.path = path
        self.domain = domain
        self.security_flags = "httponly; samesite=" + same_site
        self.security_flags += "; secure" if https_only else ""
        self.security_flags += "" if domain is None else f"; domain={domain}"
        self.security_flags += "; partitioned" if partitioned else ""
        lifetime = "" if max_age is None else f"Max-Age={max_age}; "
        before, over = f"; path={path}; ", "expires=Thu, 01 Jan 1970 00:00:00 GMT; "
        self._takes_over = signed is not None
        self._protections: dict[tuple[object, ...], _Fields] = {}
        self._cookie = SessionCookie(
            session_cookie,
            keyring=keyring or Keyring.from_host_secret("starlette", secrets),
            place=(realm, application),
            max_age=max_age,
            text=Text(
                f"{session_cookie}=",
                f"{before}{lifetime}{self.security_flags}",
                f"{session_cookie}=null{before}{over}{self.security_flags}",
            ),
            signed=signed,
            secrets=secrets,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, with its session in ``scope["session"]``."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        header = ""
        for name, value in scope["headers"]:
            if name == b"cookie":
                header = f"{header}; {value.decode('latin-1')}"
        if self._takes_over and self._cookie.may_wait(header):
            session = await run_in_threadpool(self._cookie.open, header)
        else:
            session = self._cookie.open(header)
        scope["session"] = session

        # No coroutine: what *send* gives is handed on, so that no message is awaited twice.
        def send_with_session(message: Message) -> Awaitable[None]:
            if not session.headers_left:
                if message["type"] in _STARTS:
                    message = self._carrying(message, session)
                    session.headers_left = True
                elif message["type"] == "websocket.close":
                    self._turned_away(session)
            return send(message)

        await self.app(scope, receive, send_with_session)
        # A change deep inside is seen now, and no sooner.
        if session.exposed and self._cookie.has_changed_since(session):
            raise too_late()

    def editing(self) -> Editing:
        """Return what ``hardtack.session.testing.edited(client, app)`` opens and saves sessions with."""
        from hardtack.adapters.starlette.editing import Editing  # noqa: PLC0415 - for tests only

        return Editing(self._cookie, self.domain, self.path)

    def _carrying(self, message: Message, session: Session) -> Message:
        """Return the message with what the session adds to its header fields."""
        accept = message["type"] == _ACCEPT
        written = self._cookie.write(session, renew=accept or message["status"] < _FAILED)
        if written is None and not session.accessed:
            return message
        # A list of its own, since an application may send the same one twice.
        fields = [*(message.get("headers") or ())]
        if written is not None:
            fields.append((b"set-cookie", written.encode()))
        # Nobody keeps a WebSocket in a cache.
        if not accept:
            for name, _ in fields:
                # What nearly every answer has is known as it is.
                if name not in _USUAL and name.lower() in _SAID_TO_CACHES:
                    return {**message, "headers": self._protected(fields, written is not None)}
            fields += _UNSAID
        return {**message, "headers": fields}

    def _protected(self, fields: _Fields, writes: bool) -> _Fields:
        """Return the fields of an answer that is kept out of shared caches; what it takes is remembered."""
        place = (writes, *[field for field in fields if field[0].lower() in _SAID_TO_CACHES])
        changes = self._protections.get(place)
        if changes is None:
            changes = _protection(fields, self.session_cookie)
            if len(self._protections) >= _MAX_KEPT:
                self._protections.clear()
            self._protections[place] = changes
        replaced = [name for name, _ in changes]
        return [*(field for field in fields if field[0].lower() not in replaced), *changes]

    def _turned_away(self, session: Session) -> None:
        """Log that a WebSocket was closed before it was accepted, so that nothing carries what has changed."""
        if session.modified:
            log.warning(
                "changes of a session dropped: %s (the WebSocket was closed before it was accepted)",
                self.session_cookie,
                extra={"event": "session-not-saved", "cookie": self.session_cookie},
            )


def _secrets(secret_key: str | Secret | None, fallbacks: Sequence[str | Secret]) -> list[str]:
    """Return the secrets as text, the present one first; none of them is in the text of an error."""
    if isinstance(fallbacks, (str, Secret)):
        raise MisuseError("fallbacks must be a sequence of secret keys", "write fallbacks=[the key before]")
    secrets = [*(() if secret_key is None else (secret_key,)), *fallbacks]
    for secret in secrets:
        # str(None) would be a key that everybody knows.
        is_text = isinstance(secret, (str, Secret))
        if not is_text or not str(secret):
            raise MisuseError(
                f"a secret key is {'empty' if is_text else type(secret).__name__}, not text",
                "set it to a long random string, such as secrets.token_hex(32) gives",
            )
    return [str(secret) for secret in secrets]


def _check_alone(app: object, name: str) -> None:
    """Refuse a second session with the same cookie among the layers below: each would undo what the other writes."""
    layer: object | None = app
    while layer is not None:
        if getattr(layer, "session_cookie", None) == name:
            raise MisuseError(
                f"a {type(layer).__name__} of this application keeps its session in the cookie {name!r:.80} already",
                "take one of the two out, or give one another session_cookie=",
            )
        layer = getattr(layer, "app", None)


def _check_names(**names: object) -> None:
    for what, name in names.items():
        if not isinstance(name, str) or not name:
            raise MisuseError(f"{what}={name!r:.80} is no name", f'write {what}="shop", or leave it out')
