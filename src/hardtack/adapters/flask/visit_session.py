"""Flask's ``session`` over a visit: the data of the application, bound to the account of whoever is signed in.

To the application it is the dictionary that Flask has: the same types, ``permanent``, ``modified``, ``accessed``,
flashes, test transactions. What it becomes is decided by ``hardtack.session``: how long it lives, when it is renewed,
whose it is. A change deep inside is noticed without ``modified = True``; setting that to ``False`` says that changes
are not meant to be kept. There is always a session; ``SECRET_KEY`` is not needed for it.
While a site changes over, what Flask itself has signed is taken into it: where nobody is signed in, no cookie of ours
came along, and until the date that was set.

What a visit has decided (a form of another site, a page that needs a sign-in) is answered here at last, where some
error handler or view of the application has made something else of the exception; its own words for it stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from flask.sessions import SecureCookieSession, SessionInterface
from werkzeug.datastructures import Headers

from hardtack import message
from hardtack.adapters.flask.host_secret import tell_refused
from hardtack.adapters.flask.origin_names import NamedByOrigin
from hardtack.adapters.flask.serializer import SealedSerializer
from hardtack.adapters.flask.taken_over import deletion, take, tokens_of
from hardtack.adapters.signed import SignedSessions
from hardtack.adapters.visits import Decided, Visit, Visits, completed
from hardtack.adapters.wsgi.exchange import Body, asked
from hardtack.adapters.wsgi.session import VISIT
from hardtack.session import CookiePolicy, upgrade
from hardtack.session.data import EMPTY
from hardtack.session.sealed import NONE

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from flask.sessions import SessionMixin

    from hardtack.adapters.flask.editing import VisitEditing

Page = Callable[[Visit, Decided], message.Response]


def _mark_modified(session: SecureCookieSession) -> None:
    session.modified = True


class VisitSession(SecureCookieSession):
    """The data of one visit, as Flask has it."""

    visit: Visit
    came: bytes
    """What it held when it was opened, or was last given back to the visit, encoded."""

    moved = False
    """Whether it was signed by Flask, under another name, under which this answer deletes it."""

    on_update: Any = staticmethod(_mark_modified)  # one for all sessions, where Flask makes one for each

    def __init__(self, visit: Visit, values: Mapping[str, Any], came: bytes) -> None:
        dict.__init__(self, values)
        self.visit = visit
        self.came = came


class VisitInterface(NamedByOrigin):
    """Keep Flask's session in the visit of the request.

    Args:
        visits: what opens the visits.
        page: returns the answer to what a visit has decided.
        signed: which sessions count that Flask itself has signed; ``None`` for none.
    """

    session_class = VisitSession
    serializer: SealedSerializer = SealedSerializer()
    """What the values become; take tag classes of your own with ``register``, as with Flask's serializer."""
    salt = upgrade.FLASK_SALT
    """What Flask's own sessions were signed under; a subclass may set another."""

    def __init__(self, visits: Visits, page: Page, signed: SignedSessions | None = None) -> None:
        self.visits = visits
        self._page = page
        self._signed = signed

    def cookie_policy(self, app: Flask) -> CookiePolicy:
        """Return the names and flags."""
        return self.visits.sessions.policy

    # Opening ----------------------------------------------------------------------------------------------------------

    def open_session(self, app: Flask, request: Request) -> VisitSession:
        """Return the session that came with a request, and leave its visit with the request."""
        environ = request.environ
        visit = environ[VISIT] = self.visits.open(asked(environ))
        session = self.session_class(visit, {}, EMPTY)
        self.read(session)
        if self._signed is not None and visit.session.identity_why and visit.session.why == NONE:
            self._take_over(app, session, environ.get("HTTP_COOKIE", ""), self._signed)
        visit.session.accessed = False  # nobody has asked yet
        return session

    def _take_over(self, app: Flask, session: VisitSession, header: str, signed: SignedSessions) -> None:
        """Put into *session* what Flask itself has signed, if it came along and counts."""
        name = SessionInterface.get_cookie_name(self, app)
        taken = take(signed, app, name, tokens_of(header, name), self.serializer, self.salt)
        if taken is not None and not taken.why:
            session.update(taken.values)
            session.moved = True

    def read(self, session: VisitSession) -> None:
        """Take the values that the visit has now."""
        encoded = session.visit.session.encoded
        try:
            values = self.serializer.loads(encoded)
        except Exception:
            # Nobody knows what a tag class of the application raises; it is no reason for an error page.
            tell_refused(session.visit.session.cookie_names[1], "malformed")
            values, encoded = {}, EMPTY
        dict.clear(session)
        dict.update(session, values)
        session.came = encoded

    # Saving -----------------------------------------------------------------------------------------------------------

    def give_back(self, session: VisitSession) -> None:
        """Give the visit the values as they are now, where they are others than those that came.

        Raises:
            TypeError: for a value that Flask's own session could not carry either.
            MisuseError: a key of the session is no text that UTF-8 can carry.
        """
        values = dict(session)
        if not session.modified:
            # Whoever has set ``modified`` has decided, also for False.
            if "modified" in vars(session) or self.serializer.gives(values, session.came):
                return
        elif values:
            session.visit.session.modified = True
        encoded = self.serializer.dumps(values)
        session.visit.session.replace(encoded)
        session.came = encoded

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Put the session into the answer to a request, as far as it needs to be written.

        Raises:
            TypeError, CookieTooLarge, MisuseError, NoActiveKey: as ``give_back`` and ``Visit.finish``.
        """
        assert isinstance(session, VisitSession)  # noqa: S101 - for the types: this interface opens no other
        visit = session.visit
        if visit.decided is not None:
            self._decide(visit, visit.decided, response)
        visit.session.persistent = bool(session.permanent)
        self.give_back(session)
        if session.accessed:
            visit.session.accessed = True
        response.headers = Headers(visit.finish(response.headers.items()))
        if session.moved:
            response.headers.add("Set-Cookie", deletion(super(NamedByOrigin, self), app))
        if response.is_streamed and not response.direct_passthrough:
            pieces = response.response
            response.response = Body(self._watched(session, pieces), getattr(pieces, "close", _nothing))

    def _decide(self, visit: Visit, decided: Decided, response: Response) -> None:
        """Make *response* what the visit has decided, unless it says that already, in whatever words."""
        said = completed(decided, response.status_code, list(response.headers.items()))
        if said is not None:
            response.headers = Headers(said)
            return
        made = self._page(visit, decided)
        response.call_on_close(getattr(response.response, "close", _nothing))
        response.direct_passthrough = False
        response.status_code = made.status
        response.headers = Headers(made.headers)
        response.set_data(made.body)

    def _watched(self, session: VisitSession, pieces: Iterable[Any]) -> Iterator[Any]:
        """Give what comes in pieces, and look whether the session was changed meanwhile.

        Raises:
            MisuseError: it was, so nothing can carry the change.
        """
        yield from pieces
        if "modified" in vars(session) and not session.modified:
            return
        if not self.serializer.gives(dict(session), session.came):
            session.visit.session.replace(self.serializer.dumps(dict(session)))
            session.visit.check_left()

    def editing(self, app: Flask) -> VisitEditing:
        """Return what ``hardtack.session.testing.edited(client, app)`` opens and saves sessions with."""
        from hardtack.adapters.flask.editing import VisitEditing  # noqa: PLC0415 - for tests only

        return VisitEditing(self, app)


def _nothing() -> None:
    return None
