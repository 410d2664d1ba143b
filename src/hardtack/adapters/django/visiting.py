"""A visit around a Django request: opened before the project is asked, finished when its answer is there.

Whoever stands outermost does it: ``SessionMiddleware``, whose session is then the visit's, or else
``SignInMiddleware``. Nothing is decided here; what the visit has decided is answered, whatever became of the exception.
"""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.contrib.auth import REDIRECT_FIELD_NAME  # type: ignore[import-untyped]  # likewise
from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # likewise
from django.http.response import HttpResponseBase  # type: ignore[import-untyped]  # likewise
from django.shortcuts import resolve_url  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.django import translate
from hardtack.adapters.django.exchange import ATTRIBUTE
from hardtack.adapters.django.late import watch
from hardtack.adapters.django.session import SessionStore
from hardtack.adapters.django.signing import sign_in
from hardtack.adapters.django.visit_store import VisitStore
from hardtack.adapters.sign_in import SignedVisit, SignIn
from hardtack.adapters.visits import Elsewhere
from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.session import CookiePolicy
from hardtack.status import InternalServerError, pages
from hardtack.status.forwarded import TrustedProxies

VISIT = "hardtack"
"""The attribute of a request that is its visit."""


def visit_of(request: HttpRequest) -> SignedVisit | None:
    """Return the visit of *request*, if it has one."""
    visit = getattr(request, VISIT, None)
    return visit if isinstance(visit, SignedVisit) else None


def onward_of(request: HttpRequest) -> str | None:
    """Return where a form that signs somebody in leads to, as Django's own ``LoginView`` finds it; ``None`` if nowhere.

    What a visitor has named is not believed yet.
    """
    named: str | None = request.POST.get(REDIRECT_FIELD_NAME, request.GET.get(REDIRECT_FIELD_NAME))
    if not named and settings.is_overridden("LOGIN_REDIRECT_URL"):
        named = resolve_url(settings.LOGIN_REDIRECT_URL)
    return named


def believed(request: HttpRequest) -> Request:
    """Return the head of *request* as it is believed.

    Raises:
        Refused: what proxies say of it contradicts itself.
    """
    exchange = getattr(request, ATTRIBUTE, None)
    if exchange is not None:
        return cast("Request", exchange.asked)
    head = translate.head_of(request)
    proxies = sign_in().settings.trusted_proxies
    return TrustedProxies(proxies).believed(head) if proxies else head


def page(request: HttpRequest, asked: Request, error: Refused | Elsewhere) -> Response:
    """Return *error* as an answer, in the project's own page where it has one."""
    if isinstance(error, Elsewhere):
        return error.response
    exchange = getattr(request, ATTRIBUTE, None)
    if exchange is None:
        return pages.answer(error, asked)
    made: Response = exchange.made(partial(exchange.answering.raised, asked, error, exchange.steps))
    return made


def _key(request: HttpRequest) -> str | None:
    key: str | None = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return key


def _hide(request: HttpRequest, names: CookiePolicy) -> None:
    """Take our cookies out of what the project sees: Django writes the others into its reports of errors."""
    ours = (names.identity_name, names.session_name, names.visitor_name)
    for name in (*ours, names.known_name, names.half_name, names.trusted_name):
        request.COOKIES.pop(name, None)


class Visiting:
    """Opens the visits of one project."""

    def __init__(self) -> None:
        self.sign_in: SignIn = sign_in()

    def begin(self, request: HttpRequest, store: Any = None) -> HttpResponse | None:
        """Open the visit of *request*, unless a page of ours answers it; return what refuses the request, if it is.

        Args:
            request: the request.
            store: the class of the project's sessions; one that is ours is the visit's own from now on.
        """
        if self.sign_in.has(request.path):
            _hide(request, self.sign_in.sessions.policy.for_host(request.META.get("HTTP_HOST", "")))
            if store is not None:
                request.session = store()  # for whoever looks before the page is asked; nobody saves it
            return None
        try:
            visit = self.sign_in.open(believed(request))
        except Refused as error:
            return translate.answer(pages.answer(error, translate.head_of(request)))
        setattr(request, VISIT, visit)
        _hide(request, visit.visitor.names)
        if store is not None:
            own = issubclass(store, SessionStore)
            request.session = VisitStore(visit.session, _key(request)) if own else store(_key(request))
        return None

    def keeps_another(self, request: HttpRequest) -> bool:
        """Return whether the project's session is of another engine, and so Django's matter."""
        return visit_of(request) is not None and not isinstance(request.session, VisitStore)

    def end(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the answer with what the visit adds, or with what it has decided in its place."""
        visit = visit_of(request)
        if visit is None:
            return response
        if visit.decided is not None:
            response = translate.put(response, page(request, visit.request, visit.decided))
        session = getattr(request, "session", None)
        # As Django does: an answer that failed leaves the data as it was.
        if isinstance(session, VisitStore) and response.status_code < InternalServerError.status:
            session.write()
            if session.took_over:
                translate.delete_session_cookie(response)
        translate.fields(response, visit.finish(response.items()))
        watch(response, partial(_check_left, visit, session))
        return response


def _check_left(visit: SignedVisit, session: Any) -> None:
    """Look whether the session was changed after its answer had left.

    Raises:
        MisuseError: it was, so nothing can carry the change.
    """
    if isinstance(session, VisitStore) and session.modified:
        session.write()
    visit.check_left()
