"""``GET /auth``: may this request go on to the application? What a reverse proxy asks before every one (DESIGN §7).

``peer → original request → who it is → the rules → the answer``. Only a proxy that is trusted, or one on this machine,
is believed; whatever is not certain is refused. On the portal's own host the identity cookie says who it is, on any
other one the cookie of the gate, which ``gate`` reads; everything that the applications are told about them comes from
the row of their account, as it is now (``people``), and never from the request. A role that was taken away is missing
at the very next request, whatever the cookie says.

Idle time slides here as on the pages: an answer that lets somebody in carries their cookie anew where it is due. No
refusal sets a cookie. ``Judge`` decides; ``show`` is the page, and ``quick`` the same without a thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from hardtack.errors import Refused
from hardtack.login import Accounts
from hardtack.message import Request, Response
from hardtack.session import Identity, Sessions
from hardtack.session.revocation import RETRY_AFTER
from hardtack.session.session import UNAVAILABLE
from hardtack.session.visitor import cookie_header
from hardtack.site import answers, metrics, next_url, step_up
from hardtack.site.forward_auth import answer
from hardtack.site.forward_auth.cookies import ours, without
from hardtack.site.forward_auth.gate import Gate
from hardtack.site.forward_auth.original import MODES, Original, is_believed, original, well_formed_host
from hardtack.site.forward_auth.people import People, Person
from hardtack.site.forward_auth.rules import NO_RULE, Access, Decision, Rules
from hardtack.status import Forbidden, ServiceUnavailable, pages
from hardtack.status.errors import BadRequest, challenge

if TYPE_CHECKING:
    from hardtack.site.services import Services

PATH = "/auth"

_TEXTS = {"second": "error.needs_second", "passkey": "error.needs_passkey"}

_OUTCOMES = {400: "malformed", 503: "unavailable"}
"""As what a refusal is counted, by its status; others are counted by their reason."""

_log = logging.getLogger("hardtack.site")


class Judged(NamedTuple):
    """What was found out about one request.

    Args:
        decision: of the rules.
        shown: what the cookie shows; ``None``: nobody is signed in.
        person: whose it is; ``None`` also where the account is closed, disabled or not known.
        own: whether it was on the portal's own host.
    """

    decision: Decision
    shown: Identity | None
    person: Person | None
    own: bool


class Unsure(ServiceUnavailable):
    """Nobody knows now which sessions have ended, so nobody is trusted."""

    def __init__(self) -> None:
        super().__init__(retry_after=RETRY_AFTER, reason=UNAVAILABLE)


class LetIn:
    """How many requests were let in without a page: a number that only grows, for the one thread that lets them in.

    To count is ``let_in.total += 1`` and no more, since the quick way has few microseconds; whoever looks at the
    service every second asks for what is ``fresh``, one at a time, and it goes into the counts.
    """

    __slots__ = ("_told", "total")

    def __init__(self) -> None:
        self.total: int = 0
        self._told = 0

    def fresh(self) -> int:
        """Return how many there were since the last time that this was asked."""
        total = self.total  # read once: the event loop counts on meanwhile
        before, self._told = self._told, total
        return total - before


class Judge:
    """Decides about every request; safe to share among threads.

    Args:
        accounts: the account store.
        sessions: opens the cookies of the portal's own host.
        origin: the public origin; ``None`` is development mode.
        accesses: the rules.
        gate: reads the cookies of other hosts.
    """

    def __init__(
        self,
        accounts: Accounts,
        sessions: Sessions,
        *,
        origin: str | None,
        accesses: tuple[Access, ...],
        gate: Gate,
    ) -> None:
        self.accounts = accounts
        self.sessions = sessions
        self.rules: Rules = Rules(accesses)
        self.people: People = People(accounts)
        self.let_in: LetIn = LetIn()
        self.gate = gate
        self._own = None if origin is None else _host(origin)
        self._ours = frozenset(ours(sessions.policy))

    def is_own(self, host: str, origin: str) -> bool:
        """Return whether *host* gets the portal's own cookies.

        Args:
            host: as ``Original.host`` spells it.
            origin: the portal's, as the request was sent to it, which decides in development mode alone.
        """
        return host == (self._own or _host(origin))

    def left(self, asked: Original, cookies: str) -> str:
        """Return what the application may get of a Cookie field; ``""`` where the proxy takes ours out by itself."""
        return without(cookies, self._ours) if asked.style == "traefik" else ""

    def judge(self, asked: Original, cookies: str, now: int, origin: str) -> Judged:
        """Return whether a request may go on; may wait for the database.

        Args:
            asked: what was asked of the proxy.
            cookies: the Cookie field of whoever asks.
            now: Unix seconds.
            origin: as for ``is_own``.

        Raises:
            Refused: nobody can tell now.
        """
        own = self.is_own(asked.host, origin)
        shown: Identity | None = None
        if own:
            shown, why = self.sessions.identify(cookies, now, asked.host)
            if why == UNAVAILABLE:
                raise Unsure
        elif self.rules.names(asked.host):
            shown = self.gate.read(cookies, asked.host, now)
        return self.of(asked, shown, own=own, look=self.people.read)

    def glance(self, host: str, cookies: str, now: int, *, own: bool) -> Identity | None:
        """Return what a cookie shows beyond all doubt; waits for nothing, raises nothing, logs nothing."""
        if own:
            return self.sessions.glance(cookies, now, host)
        return self.gate.glance(cookies, host, now) if self.rules.names(host) else None

    def of(self, asked: Original, shown: Identity | None, *, own: bool, look: Callable[[int], Person | None]) -> Judged:
        """Return whether *shown* may ask *asked*, looking the person up by *look*."""
        person = None if shown is None else look(shown.account)
        who = None
        if shown is not None and person is not None:
            who = person.by(shown.factors) if self.rules.ask_for_factors else person.who
        # Without rules nobody has said that another host is one of ours.
        decision = self.rules.decide(asked, who) if own or self.rules.accesses else NO_RULE
        return Judged(decision, shown, person, own)

    def renewal(self, judged: Judged, now: int, host: str) -> tuple[str, ...]:
        """Return the Set-Cookie values of an answer that lets somebody in.

        Args:
            judged: what was found out.
            now: Unix seconds.
            host: as ``Original.host`` spells it.
        """
        shown, person = judged.shown, judged.person
        if shown is None or person is None:
            return ()
        self.accounts.sign_ins.note(shown, now, self.sessions)
        if judged.own:
            field = self.sessions.renewal(shown, now, host, profile_version=person.version)
        else:
            field = self.gate.renewed(shown, host, now)
        return () if field is None else (field,)


def _host(origin: str) -> str:
    scheme, _, host = origin.partition("://")
    return well_formed_host(host, scheme) or ""


def show(request: Request, services: Services) -> Response:
    """Answer 204 if the request that the proxy asks about may go on, and refuse it otherwise."""
    counts = services.parts.counts
    try:
        asked = _asked(request)
        judge = services.parts.auth.judge
        judged = judge.judge(asked, cookie_header(request), services.now, services.origin)
        if judged.decision.allowed:
            services.parts.auth.learn(request.headers.names)
            counts.add(metrics.AUTH, "allowed")
            who = None if judged.person is None else judged.person.fields
            renewal = judge.renewal(judged, services.now, asked.host)
            return answer.allowed(who or answer.NOBODY, renewal, judge.left(asked, cookie_header(request)))
        refused = _refused(asked, judged.decision, services)
        counts.add(metrics.AUTH, judged.decision.reason)
        return refused
    except Refused as error:
        counts.add(metrics.AUTH, _OUTCOMES.get(error.status, error.reason))
        # In a page of its own, without our shell: it is shown on the application's host, where none of ours are.
        if error.status != 401:
            _note(error, request)
        return pages.answer(error, answers.asking(request), language=services.language)


def _asked(request: Request) -> Original:
    if not is_believed(request):
        raise Forbidden(reason="auth-peer-not-trusted")
    return original(request, mode(request.query))


def mode(query: str) -> str:
    """Return the mode that the proxy's configuration names.

    Raises:
        BadRequest: the query says anything else.
    """
    said = query.removeprefix("mode=")
    if said not in MODES or (query and not said) or (said and said == query):
        raise BadRequest(reason="unknown-mode")
    return said


def _refused(asked: Original, decision: Decision, services: Services) -> Response:
    """Return the answer to whoever may not go on, or not yet.

    Raises:
        Refused: they may not, or no redirect would help.
    """
    judge = services.parts.auth.judge
    own = judge.is_own(asked.host, services.origin)
    portal = services.origin
    back = next_url.carried(asked.path, asked.query) if asked.method in ("GET", "HEAD") else "/"
    signs_in = challenge("Session", realm=services.settings.realm, sign_in=portal + services.url("/sign-in"))
    if decision.needs == "sign-in" and own:
        address = f"{services.url('/sign-in')}?{urlencode({'next': back}, safe='/')}"
        return answer.sign_in_first(asked, portal + address, signs_in)
    if decision.needs and not own and (decision.needs == "sign-in" or asked.navigates):
        # Another factor is proved on the portal as well, and a new gate says so.
        return answer.sign_in_first(asked, judge.gate.way_in(asked.host, back), signs_in)
    if decision.needs and asked.navigates:
        address = step_up.page(services.url(step_up.PAGE), back, decision.needs)
        return answer.sign_in_first(asked, portal + address, signs_in)
    raise Forbidden(services.texts.both(_TEXTS.get(decision.needs, "error.may_not")), reason=decision.reason)


def _note(error: Refused, request: Request) -> None:
    """Log why a request was refused; where to is not said, since an address may hold what is secret."""
    said = {"status": error.status, "reason": error.reason, "client": request.client}
    _log.info("forward-auth refused a request", extra={"event": "request-refused", "fields": said})
