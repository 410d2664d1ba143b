"""The one way of every request through the site: request in, response out, never an exception.

``refuse → open the session → route → CSRF check on unsafe methods → page → save the session → headers``. What becomes
of whatever was refused on the way, or foreseen by nobody, is in ``outcomes``.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from hardtack.errors import MisuseError, Refused
from hardtack.login import Account, Accounts
from hardtack.message import Request, Response
from hardtack.seal import Keyring, NoActiveKey
from hardtack.session import CookiePolicy, Sessions, csrf, policy
from hardtack.session.visitor import Visitor, cookie_header
from hardtack.site import forms, language, mailing, next_url, outcomes, readings
from hardtack.site.answers import Onward
from hardtack.site.forward_auth.quick import QuickAuth
from hardtack.site.half_cookie import HalfCookie
from hardtack.site.known import KnownCookie
from hardtack.site.metrics import FEED_LAG, READY, UNCOUNTED, Counts
from hardtack.site.parts import Parts
from hardtack.site.routes import Route, find, without_slash
from hardtack.site.services import Services
from hardtack.site.settings import Settings
from hardtack.site.shell import Shell
from hardtack.status import ContentTooLarge, MethodNotAllowed, NotFound
from hardtack.status.forwarded import TrustedProxies
from hardtack.status.refuse import RefusePolicy, refuse, too_large
from hardtack.status.trace import Trace
from hardtack.store.steady import SteadyTime

_log = logging.getLogger("hardtack.site")

LONGEST_PRUNING = 30
"""Seconds for which a site that is closed waits for a pruning."""


class Site:
    """The pages, ready to answer.

    Args:
        accounts: the account store.
        sessions: opens and saves cookies.
        settings: what the operator set.
        keyring: seals the tokens of forms.
        prefix: what every address begins with, such as ``/auth``; nothing by default.
        home: the address of the start page of the application around, such as ``/``; with it the site has none.
        templates: a folder with templates that take the place of ours; see ``shell``.
        texts: texts that take the place of ours, by language and id; see ``texts``.
        forgets: how the data cookies of the application around are named, which a sign-out deletes, too.
        counts: where what the operator wants to know is counted.
        clock: returns Unix seconds.

    Raises:
        MisuseError: the prefix or the start page is no path, a trusted proxy is no address, a template or a text
            cannot take the place of ours, the logo cannot be used, mail cannot be sent as the settings say, or the
            sessions know nothing of the assurance.
    """

    def __init__(
        self,
        accounts: Accounts,
        sessions: Sessions,
        settings: Settings,
        keyring: Keyring,
        *,
        prefix: str = "",
        home: str | None = None,
        templates: str | os.PathLike[str] | None = None,
        texts: Mapping[str, Mapping[str, str]] | None = None,
        forgets: Sequence[CookiePolicy] = (),
        counts: Counts = UNCOUNTED,
        clock: Callable[[], float] = time.time,
    ) -> None:
        _check(accounts, sessions, prefix, home)
        shell = Shell.of(settings, templates=templates, texts=texts)
        self._proxies = TrustedProxies(settings.trusted_proxies)
        self._any_host = RefusePolicy(development=settings.development, max_body=settings.max_body)
        self._parts = Parts.of(
            accounts,
            sessions,
            settings,
            keyring,
            shell,
            prefix=prefix,
            home=home,
            forgets=forgets,
            counts=counts,
            proxies=self._proxies,
            any_host=self._any_host,
            clock=clock,
        )
        self.known: KnownCookie = self._parts.known
        self.half_cookie: HalfCookie = self._parts.half_cookie
        self.auth: QuickAuth = self._parts.auth
        self._route = partial(
            find,
            alone=home is None,
            provokes=settings.provokes,
            hands_off=bool(settings.access),
            files=shell.files,
        )
        self._clock = clock
        # A clock of the caller's own is believed.
        self._steady = SteadyTime() if clock is time.time else SteadyTime(clock, clock)
        self._port: int | None = None
        self._pruning = threading.Lock()
        self._closed = False
        self._duty = mailing.duty(
            settings, os.environ, shell=shell, prefix=prefix, clock=clock, port=lambda: self._port
        )
        self._policy = self._any_host
        if settings.origin is not None:
            self._policy = replace(self._any_host, hosts=frozenset({settings.origin.partition("://")[2]}))

    @property
    def policy(self) -> RefusePolicy:
        """Which hosts the site answers for."""
        return self._policy

    @property
    def development(self) -> bool:
        """Whether only a browser on the same machine is answered, and may be told why."""
        return self._parts.settings.development

    @property
    def max_body(self) -> int:
        """The largest content that a request may have, in bytes."""
        return self._parts.settings.max_body

    def has(self, path: str) -> bool:
        """Return whether *path* is an address of the site, so that an application behind it never sees it."""
        own = self._own(path)
        return self._route(own) is not None or without_slash(own, self._route) is not None

    @staticmethod
    def changes(request: Request) -> bool:
        """Return whether *request* may change something, and so wait for a hash or for its turn to write."""
        return request.method not in csrf.SAFE_METHODS

    def start(self) -> None:
        """Load what must be known before the first visitor is recognised, and carry mail from now on."""
        # In the child of a fork nobody would give back what a thread of the parent held.
        self._pruning, self._closed = threading.Lock(), False
        self._parts.accounts.revocations.lagged = partial(self._parts.counts.took, FEED_LAG)
        self._parts.accounts.revocations.start_polling()
        # What is said when nothing can be read any more must have been read by then.
        self._parts.shell.prepare("shell.html", "error.html")
        if self._duty is not None:
            self._parts.accounts.postman.start(self._duty)

    def stop_soon(self) -> None:
        """Say to whoever asks that no more visitors are to be sent here; everything goes on being answered."""
        self._parts.stopping.set()
        self._parts.counts.put(READY, 0)

    def look(self, *, far: bool = False) -> None:
        """Count how much there is to do now; worth doing every second.

        Args:
            far: look into the database as well, for what is told by it alone.
        """
        readings.near(self._parts)
        if far:
            readings.far(self._parts)

    def prune(self) -> None:
        """Delete what has expired; worth doing every hour. A database that does not answer is left for next time."""
        with self._pruning:
            # Whoever prunes now and then may come late, and would open again what nobody closes any more.
            if self._closed:
                return
            try:
                self._parts.accounts.prune(self._steady.now())
            except Exception:
                _log.exception("pruning failed", extra={"event": "pruning-failed"})

    def close(self) -> None:
        """Stop what was started and let go of the database, after the pruning that is under way."""
        self._closed = True
        # In the child of a fork, a thread that is not there may hold it for ever.
        waited = self._pruning.acquire(timeout=LONGEST_PRUNING)
        try:
            self._parts.accounts.close()
        finally:
            if waited:
                self._pruning.release()

    def before_content(self, head: Request, trace: Trace = None) -> tuple[Request, Response | None]:
        """Decide what needs no content: who the visitor is behind proxies, and whether to go on at all.

        Args:
            head: the request without its content; ``client`` is the peer's own address.
            trace: where to note why.

        Returns:
            The request as it is believed, and the refusal, if it is refused.
        """
        try:
            request = self._proxies.believed(head, trace=trace)
        except Refused as error:
            return head, self.refuse(head, error, trace)
        refused = self._head_refused(request, trace)
        if refused is None and "expect" in request.headers:
            # The client waits for a word before it sends its content; 100 would only make it send in vain.
            refused = self._never_taken(request)
        return request, None if refused is None else self.refuse(request, refused, trace)

    def refuse(self, request: Request, error: Refused, trace: Trace = None) -> Response:
        """Return *error* as an answer to *request*, without a look at the visitor's cookies; never raises."""
        try:
            services = self._services(request, trace)
            return outcomes.finished(request, outcomes.refused(request, error, services), services)
        except Exception as unforeseen:
            return self._failed(request, unforeseen, trace)

    def answer(self, request: Request, trace: Trace = None) -> Response:
        """Answer *request*; never raises.

        Args:
            request: complete and believed, as :meth:`before_content` returns it.
            trace: where to note why.
        """
        try:
            services = self._services(request, trace)
            return outcomes.finished(request, self._answer(request, services), services)
        except Exception as unforeseen:
            return self._failed(request, unforeseen, trace)

    def _failed(self, request: Request, error: Exception, trace: Trace) -> Response:
        # A view of its own: whatever was begun in the other is over.
        return outcomes.failed(request, error, self._parts, lambda: self._services(request, trace), trace)

    def _answer(self, request: Request, services: Services) -> Response:
        refused = self._head_refused(request)
        if refused is None and len(request.body) > self.max_body:
            refused = ContentTooLarge(too_large(self.max_body), reason="content-over-limit")
        if refused is not None:
            return outcomes.refused(request, refused, services)
        if self._parts.settings.development:
            # Only this machine's own names come so far, and which of its ports it is, nobody else can tell.
            self._port = policy.port_of(request.host)
        route = self._route(services.path)
        if route is None or route.session:
            self._open(request, services)
            if not self._parts.keyring.seals:
                return self._without_key(request, services)
        try:
            response = self._page(request, route, services)
        except Onward as onward:
            response = onward.response
        except Refused as error:
            response = outcomes.refused(request, error, services)
        try:
            self._save(services, response)
        except NoActiveKey:
            return self._without_key(request, services)
        if services.entered and services.identity is None:
            # The revocations went while the person signed in, so that no cookie could be written: that is no success.
            services.visitor = None
            return outcomes.refused(request, services.unsure, services)
        return response

    def _without_key(self, request: Request, services: Services) -> Response:
        """Answer 503 where neither a cookie nor the token of a form could be sealed; the visitor's cookies stay."""
        services.visitor = None
        return outcomes.refused(request, NoActiveKey(), services)

    def _head_refused(self, request: Request, trace: Trace = None) -> Refused | None:
        route = self._route(self._own(request.path))
        return refuse(request, self._any_host if route is not None and route.any_host else self._policy, trace=trace)

    def _never_taken(self, request: Request) -> Refused | None:
        route = self._route(self._own(request.path))
        if route is None or request.method in route.allow:
            return None
        return MethodNotAllowed(allow=route.allow)

    def _services(self, request: Request, trace: Trace = None) -> Services:
        settings = self._parts.settings
        return Services(
            parts=self._parts,
            path=self._own(request.path),
            here=next_url.carried(request.path, request.query if request.method in ("GET", "HEAD") else ""),
            language=language.of(request, https=settings.https),
            now=int(self._clock()),
            origin=settings.origin or f"{request.scheme}://{request.host}".lower(),
            host=request.host,
            request=request,
            trace=trace,
        )

    def signed_in(self, request: Request) -> Account | None:
        """Return who is signed in, for what stands beside the pages; no cookie is written.

        Args:
            request: believed, as :meth:`before_content` returns it.

        Raises:
            Refused: nobody knows now which sessions have ended, or the store does not answer.
        """
        services = self._services(request)
        self._open(request, services)
        self._check_known(services)
        return services.account

    def around(self, request: Request, visitor: Visitor, sessions: Sessions, now: int) -> Services:
        """Return the view of a request to the application around, for what a form of its own begins.

        Args:
            request: what was asked.
            visitor: the browser, with the application's session.
            sessions: what opened that.
            now: Unix seconds.
        """
        parts = replace(self._parts, sessions=sessions)
        return replace(self._services(request), parts=parts, visitor=visitor, now=now)

    def _own(self, path: str) -> str:
        """Return *path* below the prefix, or ``""`` if it is not."""
        prefix = self._parts.prefix
        if not prefix:
            return path
        if path == prefix:
            return "/"
        return path.removeprefix(prefix) if path.startswith(prefix + "/") else ""

    def _open(self, request: Request, services: Services) -> None:
        cookies = cookie_header(request)
        session = self._parts.sessions.open(cookies, services.now, request.host)
        if session.bearer is not None:
            self._parts.accounts.sign_ins.note(session.bearer, services.now, self._parts.sessions)
        names = self._parts.sessions.policy.for_host(request.host)
        services.visitor = Visitor(session, self._parts.tokens, names, cookies, services.now)

    def _page(self, request: Request, route: Route | None, services: Services) -> Response:
        self._check_known(services)
        if route is None:
            return self._elsewhere(request, services)
        if request.method == "OPTIONS" and route.options and "OPTIONS" not in route.pages:
            return Response(204, [("Allow", ", ".join(route.allow))])
        page = route.page(request.method)
        if page is None:
            raise MethodNotAllowed(allow=route.allow)
        if services.visitor is not None and request.method not in csrf.SAFE_METHODS:
            self._check_origin(request, services, services.visitor)
        return page(request, services)

    @staticmethod
    def _check_known(services: Services) -> None:
        visitor = services.visitor
        if visitor is not None and visitor.session.identity_why == "revocations-unavailable":
            raise services.unsure

    def _elsewhere(self, request: Request, services: Services) -> Response:
        meant = without_slash(services.path, self._route)
        if meant is None:
            raise NotFound
        return Response(308, [("Location", next_url.written(services.url(meant), request.query))])

    @staticmethod
    def _check_origin(request: Request, services: Services, visitor: Visitor) -> None:
        """Refuse a form that another site sent (DESIGN §4).

        Raises:
            Refused: 403 if so; 400 or 415 if the form cannot be read.
        """
        services.form = form = forms.read(request, services.texts)
        sent = form.fields.get(csrf.TOKEN_FIELD) or request.headers.get(csrf.TOKEN_HEADER)
        csrf.check(
            request,
            origins=(services.origin,),
            has_cookie=visitor.has_cookie,
            token=sent if isinstance(sent, str) else None,
            verify=visitor.valid,
        )

    def _save(self, services: Services, response: Response) -> None:
        """Write the visitor's cookies into *response*, the session's last: it looks at the revocations again."""
        visitor = services.visitor
        if visitor is None:
            return
        response.vary("Cookie")
        cookies = [*services.set_cookies, *visitor.set_cookies()]
        if services.told:
            cookies.append(visitor.forget_identity())
        for value in [*cookies, *self._parts.sessions.save(visitor.session, services.now)]:
            response.add("Set-Cookie", value)


def _check(accounts: Accounts, sessions: Sessions, prefix: str, home: str | None) -> None:
    """Say what of a site can be none.

    Raises:
        MisuseError: the prefix or the start page is no path, or the sessions know nothing of the assurance.
    """
    if prefix and (not prefix.startswith("/") or prefix.endswith("/") or next_url.written(prefix) != prefix):
        raise MisuseError(f"prefix: {prefix!r} is no path", 'write it as "/auth", or leave it out')
    if home is not None and next_url.destination(home, origins=(), default="") != (home or None):
        raise MisuseError(f"home: {home!r} is no path", 'write where the application\'s start page is, such as "/"')
    if accounts.second_factors.accepts is not None and sessions.accepts is None:
        raise MisuseError(
            "these sessions take whoever has proved less than the assurance asks for",
            "open them with accepts=accounts.second_factors.accepts",
        )
