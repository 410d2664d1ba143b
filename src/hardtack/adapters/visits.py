"""What an application of any framework has of Hardtack's session: one ``Visits`` for it, one ``Visit`` for a request.

A visit knows who is signed in, holds the application's own data, makes and checks the tokens of its forms, and says
what its answer must carry: the cookies, and the word to caches. How a host hands over a request and takes an answer is
the adapter's matter; what is decided is decided by ``session`` and ``status``. Nothing here needs more than the core;
accounts and pages come with ``sign_in``.

What a visit raises is kept in ``decided``, because the host's framework may make an answer of its own out of an
exception; the layer that opened the visit gives the right one in its place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hardtack.errors import HardtackError, MisuseError, Refused
from hardtack.message import Request, Response
from hardtack.seal import Keyring
from hardtack.session import Identity, Session, Sessions, caching, csrf
from hardtack.session.csrf import Tokens
from hardtack.session.revocation import RETRY_AFTER
from hardtack.session.session import UNAVAILABLE
from hardtack.session.visitor import Visitor, cookie_header
from hardtack.status import ServiceUnavailable

if TYPE_CHECKING:
    from hardtack.site import Site


class Elsewhere(HardtackError):
    """The visitor is led somewhere else before the page; a person's browser only.

    Args:
        response: the answer that does it.
    """

    def __init__(self, response: Response) -> None:
        super().__init__("the visitor is led elsewhere first")
        self.response = response


Decided = Refused | Elsewhere


def completed(decided: Decided, status: int, fields: list[tuple[str, str]]) -> list[tuple[str, str]] | None:
    """Return the fields of an application's answer that says what was decided, or ``None`` if it says another thing.

    An application may say it in its own form, with fields of its own, such as those that let another origin's script
    read the answer; what makes it the right word (the challenge, where to go) is added where it is missing.

    Args:
        decided: what its visit has decided.
        status: of its answer.
        fields: of its answer.
    """
    said = decided.response if isinstance(decided, Elsewhere) else decided
    if status != said.status:
        return None
    own = list(said.headers)
    there = {name.lower() for name, _ in fields}
    pairs = {(name.lower(), value) for name, value in fields}
    if any(name.lower() in there and (name.lower(), value) not in pairs for name, value in own):
        return None
    return [*fields, *((name, value) for name, value in own if name.lower() not in there)]


@dataclass(slots=True)
class Visit:
    """One request of one visitor.

    Args:
        visits: what opened it.
        request: the request; its content is not looked at.
        visitor: the browser: its session, and what ties a form to it.
        now: Unix seconds.
        decided: what was raised for this request, if anything was.
        set_cookies: more Set-Cookie values that go with the answer.
    """

    visits: Visits
    request: Request
    visitor: Visitor
    now: int
    decided: Decided | None = None
    set_cookies: list[str] = field(default_factory=list)
    _written: bytes | None = field(default=None, repr=False)
    _begun: bool = False  # the answer

    @property
    def session(self) -> Session:
        """The application's data for this visitor, a mapping."""
        return self.visitor.session

    @property
    def identity(self) -> Identity | None:
        """Who is signed in, or ``None``.

        Raises:
            ServiceUnavailable: nobody can tell at this moment whether the sign-in has been ended.
        """
        session = self.visitor.session
        if session.identity_why == UNAVAILABLE:
            raise self.deciding(ServiceUnavailable(retry_after=RETRY_AFTER, reason=UNAVAILABLE))
        return session.identity

    @property
    def moment(self) -> int:
        """Unix seconds: when the request came, or now, once its answer has begun, which a WebSocket's does early."""
        return int(self.visits.clock()) if self._begun else self.now

    def has_ended(self) -> bool:
        """Say whether the sign-in has been ended since the answer began, as a stream or a WebSocket has to know.

        Nothing is looked up before that. It may wait for a disk; where nobody can tell, it has ended.
        """
        identity = self.session.identity
        return self._begun and identity is not None and not self.visits.sessions.holds(identity, self.moment)

    @property
    def origin(self) -> str:
        """The application's own origin, as the visitor's browser sees it."""
        return self.visits.sessions.policy.origin or f"{self.request.scheme}://{self.request.host}".lower()

    # Forms ------------------------------------------------------------------------------------------------------------

    def csrf_token(self) -> str:
        """Return a token for a form that is being shown; signed out, the answer may set the visitor cookie."""
        self.session.accessed = True
        return self.visitor.token()

    def needs_token(self) -> bool:
        """Say whether ``check`` would look at a token, which may be in a form that has to be read for it."""
        return csrf.needs_token(self.request, has_cookie=self.visitor.has_cookie)

    def may_hold_token(self) -> bool:
        """Say whether ``check`` would look at a token that only a urlencoded form can hold, so that one reads it.

        As long as it is not larger than ``csrf.MOST_FORM``; what is in it is found by ``csrf.token_in``.
        """
        return csrf.may_hold_token(self.request) and self.needs_token()

    def check(self, token: str | None = None) -> None:
        """Let the request pass if it was made by the application's own pages, or changes nothing.

        Args:
            token: of the form; the field ``X-CSRF-Token`` is looked at by itself.

        Raises:
            CrossSiteRequest: for any other.
        """
        sent = token or self.request.headers.get(csrf.TOKEN_HEADER)
        try:
            csrf.check(
                self.request,
                origins=(self.origin,),
                has_cookie=self.visitor.has_cookie,
                token=sent,
                verify=self.visitor.valid,
            )
        except Refused as error:
            raise self.deciding(error) from None

    def check_handshake(self) -> None:
        """Let the handshake of a WebSocket pass if the application's own pages opened it.

        Raises:
            CrossSiteRequest: for any other.
        """
        try:
            csrf.check_handshake(self.request, origins=(self.origin,))
        except Refused as error:
            raise self.deciding(error) from None

    # The answer -------------------------------------------------------------------------------------------------------

    def finish(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the fields of the answer with what the session adds: its cookies, ``Vary`` and ``Cache-Control``.

        It may wait for a disk: see ``Visits.may_wait``.

        Raises:
            CookieTooLarge, MisuseError, SessionConflict, NoActiveKey: as ``Sessions.save``.
        """
        fields = list(headers)
        self._begun = True
        session = self.session
        cookies = [*self.set_cookies, *self.visitor.set_cookies(), *self.visits.sessions.save(session, self.now)]
        fields += [("Set-Cookie", cookie) for cookie in cookies]
        of = self.visitor.names
        names = (*session.cookie_names, of.visitor_name, of.known_name, of.half_name, of.trusted_name)
        if session.accessed:
            self._written = session.encoded
        for name, value in caching.protected(fields, names, session.accessed):
            fields = [pair for pair in fields if pair[0].lower() != name.lower()]
            fields.append((name, value))
        return fields

    def check_left(self) -> None:
        """Look whether the session was changed after its answer had left.

        Raises:
            MisuseError: it was, so nothing can carry the change.
        """
        session = self.session
        changed = session.modified if self._written is None else session.encoded != self._written
        if changed:
            raise MisuseError(
                "the session was changed after the headers of the answer had left, so nothing can carry the change",
                "change it before the answer begins, and not in a streamed body or a background task; in a WebSocket, "
                "before accept()",
            )

    def deciding(self, error: Decided) -> Decided:
        """Keep *error* as what is answered, and return it to be raised."""
        self.decided = error
        return error


class Visits:
    """What opens the visits of one application.

    Args:
        sessions: opens and saves the cookies.
        keyring: seals the tokens of forms; the ring of *sessions*.
        csrf: whether the layers let unsafe requests pass only from the application's own pages.
        clock: returns Unix seconds.
    """

    def __init__(
        self, sessions: Sessions, keyring: Keyring, *, csrf: bool = True, clock: Callable[[], float] = time.time
    ) -> None:
        self.sessions = sessions
        self.csrf = csrf
        self._tokens = Tokens(keyring)
        self.clock = clock

    site: Site | None = None
    """The pages, where the visits have some."""

    @property
    def status_settings(self) -> dict[str, Any]:
        """What the status layer around the application is told, where its author says nothing else."""
        return {}

    def start(self) -> None:
        """Load what must be known before the first request; nothing here."""

    def close(self) -> None:
        """Let go of what was opened; nothing here."""

    def may_wait(self) -> bool:
        """Say whether opening or finishing a visit may wait for a disk, so that an event loop leaves it to a thread."""
        return self.sessions.may_wait()

    def begin(self) -> None:
        """Start what this process has not started yet; it may wait for a disk. For servers that know no start."""
        if self.may_wait():
            self.start()

    def open(self, request: Request) -> Visit:
        """Return the visit of one request; never raises, whatever came with it."""
        return Visit(self, request, *self._opened(request))

    def _opened(self, request: Request) -> tuple[Visitor, int]:
        now = int(self.clock())
        cookies = cookie_header(request)
        session = self.sessions.open(cookies, now, request.host)
        names = self.sessions.policy.for_host(request.host)
        return Visitor(session, self._tokens, names, cookies, now), now
