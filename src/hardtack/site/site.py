"""The one way of every request through the site: request in, response out, never an exception.

``refuse → open the session → route → CSRF check on unsafe methods → page → save the session → headers``. What is
refused on the way is negotiated by the status room and stands in our shell. Whatever nobody foresaw becomes a 500 that
says a number, and one log line with the same number that says where; no text of the error itself, because it may hold
what a visitor typed.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from markupsafe import Markup

from hardtack.errors import MisuseError, Refused
from hardtack.login import Account, Accounts
from hardtack.message import Request, Response
from hardtack.seal import Keyring, NoActiveKey
from hardtack.session import CookiePolicy, Sessions, csrf, policy
from hardtack.session.visitor import Visitor, cookie_header
from hardtack.site import answers, forms, headers, language, mailing, next_url, readings, unexpected
from hardtack.site.forward_auth import auth
from hardtack.site.forward_auth.gate import Gate
from hardtack.site.forward_auth.quick import QuickAuth
from hardtack.site.half_cookie import HalfCookie
from hardtack.site.known import KnownCookie
from hardtack.site.metrics import FEED_LAG, READY, UNCOUNTED, Counts
from hardtack.site.routes import Route, find, without_slash
from hardtack.site.services import Onward, Parts, Services
from hardtack.site.settings import Settings
from hardtack.site.shell import Problem, Shell
from hardtack.site.texts import TAGS
from hardtack.site.trusted_cookie import TrustedCookie
from hardtack.status import (
    ContentTooLarge,
    InternalServerError,
    MethodNotAllowed,
    MisdirectedRequest,
    NotFound,
    Status,
    pages,
    why,
)
from hardtack.status.forwarded import TrustedProxies
from hardtack.status.refuse import RefusePolicy, refuse, too_large
from hardtack.status.trace import Trace, fails, raises
from hardtack.store.steady import SteadyTime

_log = logging.getLogger("hardtack.site")


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
        if prefix and (not prefix.startswith("/") or prefix.endswith("/") or next_url.written(prefix) != prefix):
            raise MisuseError(f"prefix: {prefix!r} is no path", 'write it as "/auth", or leave it out')
        if home is not None and next_url.destination(home, origins=(), default="") != (home or None):
            raise MisuseError(f"home: {home!r} is no path", 'write where the application\'s start page is, such as "/"')
        if accounts.second_factors.accepts is not None and sessions.accepts is None:
            raise MisuseError(
                "these sessions take whoever has proved less than the assurance asks for",
                "open them with accepts=accounts.second_factors.accepts",
            )
        self._keyring = keyring
        shell = Shell.of(settings, templates=templates, texts=texts)
        tokens = csrf.Tokens(keyring)
        self.known: KnownCookie = KnownCookie(keyring, settings.realm)
        self.half_cookie: HalfCookie = HalfCookie(keyring, settings.realm)
        self._proxies = TrustedProxies(settings.trusted_proxies)
        self._any_host = RefusePolicy(development=settings.development, max_body=settings.max_body)
        gate = Gate(keyring, sessions, settings, accounts.revocations, shell.texts)
        judge = auth.Judge(accounts, sessions, gate=gate, origin=settings.origin, accesses=settings.access)
        self.auth: QuickAuth = QuickAuth(
            judge, self._any_host, self._proxies, origin=settings.origin, prefix=prefix, clock=clock
        )
        self._parts = Parts(
            accounts,
            sessions,
            settings,
            tokens,
            self.known,
            self.half_cookie,
            TrustedCookie(keyring, settings.realm),
            gate,
            self.auth,
            keyring,
            prefix,
            home,
            shell,
            tuple(forgets),
            counts,
        )
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
        try:
            self._parts.accounts.prune(self._steady.now())
        except Exception:
            _log.exception("pruning failed", extra={"event": "pruning-failed"})

    def close(self) -> None:
        """Stop what was started and let go of the database."""
        self._parts.accounts.close()

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
            return self._finished(request, self._refused(request, error, self._services(request, trace)))
        except Exception as unexpected:
            return self._failed(request, unexpected, trace)

    def answer(self, request: Request, trace: Trace = None) -> Response:
        """Answer *request*; never raises.

        Args:
            request: complete and believed, as :meth:`before_content` returns it.
            trace: where to note why.
        """
        try:
            return self._finished(request, self._answer(request, self._services(request, trace)))
        except Exception as unexpected:
            return self._failed(request, unexpected, trace)

    def _answer(self, request: Request, services: Services) -> Response:
        refused = self._head_refused(request)
        if refused is None and len(request.body) > self.max_body:
            refused = ContentTooLarge(too_large(self.max_body), reason="content-over-limit")
        if refused is not None:
            return self._refused(request, refused, services)
        if self._parts.settings.development:
            # Only this machine's own names come so far, and which of its ports it is, nobody else can tell.
            self._port = policy.port_of(request.host)
        route = self._route(services.path)
        if route is None or route.session:
            self._open(request, services)
            if not self._keyring.seals:
                return self._without_key(request, services)
        try:
            response = self._page(request, route, services)
        except Onward as onward:
            response = onward.response
        except Refused as error:
            response = self._refused(request, error, services)
        try:
            self._save(services, response)
        except NoActiveKey:
            return self._without_key(request, services)
        if services.entered and services.identity is None:
            # The revocations went while the person signed in, so that no cookie could be written: that is no success.
            services.visitor = None
            return self._refused(request, services.unsure, services)
        return response

    def _without_key(self, request: Request, services: Services) -> Response:
        """Answer 503 where neither a cookie nor the token of a form could be sealed; the visitor's cookies stay."""
        services.visitor = None
        return self._refused(request, NoActiveKey(), services)

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

    def _refused(self, request: Request, error: Refused, services: Services) -> Response:
        if error.status in (403, 421):
            said = {"status": error.status, "reason": error.reason, "client": request.client}
            _log.info("request refused", extra={"event": "request-refused", "fields": said})
        unexpected.note_failing_store(request, error)
        unexpected.note_shortage(request, error)
        raises(services.trace, error.reason)

        def page(status: Status, _error: Refused | None, tongue: str) -> str:
            # A way on from 421 would lead to 421.
            way_on = status.code != MisdirectedRequest.status
            steps = services.trace
            told = "" if steps is None else Markup(why.shown(steps, tongue))  # noqa: S704 - it is escaped there
            values = {"status": status, "refused": Problem.of(error, tongue), "way_on": way_on, "why": told}
            try:
                return services.page("error.html", **values)
            except Exception as failed:
                # The author's template cannot say it: ours does, and the status stays true.
                unexpected.note(error.extensions.get("incident", unexpected.number()), request, failed)
                services.parts = replace(services.parts, shell=services.parts.shell.plain)
                return services.page("error.html", **values)

        return pages.answer(error, answers.asking(request), language=services.language, page=page, trace=services.trace)

    def _finished(self, request: Request, response: Response) -> Response:
        """Put on *response* what every answer has."""
        if response.status == 401 and response.get("WWW-Authenticate") is None:
            response.set("WWW-Authenticate", self._services(request).challenge)
        settings = self._parts.settings
        # A report holds the address of its page, and a query may hold the code of a link. What a proxy copies to the
        # host of an application binds no host below that one.
        https = settings.https and self._own(request.path) != auth.PATH
        headers.protect(response, https=https, collector=None if request.query else settings.csp_reports)
        if (response.get("Content-Type") or "").startswith("text/html") or response.get("Content-Language"):
            response.set("Content-Language", TAGS[language.of(request, https=self._parts.settings.https)])
        if response.get("Cache-Control") != headers.IMMUTABLE:
            response.vary("Accept")
            response.vary("Accept-Language")
        if response.status not in (204, 304):
            length = response.get("Content-Length") if request.method == "HEAD" else None
            response.set("Content-Length", length or str(len(response.body)))
        if request.method == "HEAD":
            response.body = b""
        return response

    def _failed(self, request: Request, error: Exception, trace: Trace) -> Response:
        incident = unexpected.number()
        try:
            short = unexpected.shortage(error)
            if short is not None:
                raises(trace, short.reason)
                return self._finished(request, self._refused(request, short, self._services(request, trace)))
            unexpected.note(incident, request, error)
            said = self._parts.shell.texts.both("error.incident")
            detail = {tag: text.format(incident=incident) for tag, text in said.items()}
            answer = InternalServerError(detail, reason="unexpected-error", incident=incident)
            fails(trace, answer.reason, Status(answer.status).reference)
            return self._finished(request, self._refused(request, answer, self._services(request, trace)))
        except Exception:
            response = unexpected.plainly(incident, error)
            headers.protect(response, https=self._parts.settings.https)
            response.set("Content-Length", str(len(response.body)))
            return response
