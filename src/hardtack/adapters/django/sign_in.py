"""``SignInMiddleware``, in the place of ``AuthenticationMiddleware``: who it is comes from the identity alone.

``request.hardtack`` is the request's visit, ``request.user`` the Django user of whoever is signed in there, asked for
when somebody looks. Our pages are answered under ``HARDTACK_PREFIX``. ``login()`` and ``logout()`` of
``django.contrib.auth``, and so its views and ``/admin/``, sign the visit in and out, and where an account needs a
second factor they sign nobody in: our page for it does. Forged forms are Django's
``CsrfViewMiddleware``'s matter; where a project has none, the visit's own check is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import (  # type: ignore[import-untyped]  # Django has no types
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from django.contrib.auth.middleware import AuthenticationMiddleware  # type: ignore[import-untyped]  # likewise
from django.contrib.auth.models import AnonymousUser  # type: ignore[import-untyped]  # likewise
from django.contrib.auth.signals import user_logged_in, user_logged_out  # type: ignore[import-untyped]  # likewise
from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # likewise
from django.http.response import HttpResponseBase  # type: ignore[import-untyped]  # likewise
from django.utils.functional import SimpleLazyObject  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.django import translate
from hardtack.adapters.django.accounts import account_of, backend
from hardtack.adapters.django.visiting import Visiting, onward_of, page, visit_of
from hardtack.adapters.visits import Elsewhere
from hardtack.errors import Refused
from hardtack.session import csrf
from hardtack.status import Forbidden

_NOT_LINKED = {
    "en": "Another user of this application has your name, so you cannot go on under it. "
    "Please ask whoever runs the application.",
    "zh": "本应用已有另一位用户使用您的名字，因此无法以此名字继续。请联系本应用的管理者。",
}


class SignInMiddleware(AuthenticationMiddleware):  # type: ignore[misc]  # Django has no types
    """The sign-in of one project.

    Args:
        get_response: what answers behind it.

    Raises:
        MisuseError: a setting cannot be used, or there is no keyring.
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._visiting = Visiting()
        self._site = self._visiting.sign_in.site
        if self._visiting.sign_in.csrf:
            self.process_view: Callable[..., Any] = self._check

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Answer with one of our pages, or tell the project who it is."""
        if self._site.has(request.path):
            return self._page(request)
        if visit_of(request) is None:  # else SessionMiddleware has opened it
            refused = self._visiting.begin(request)
            if refused is not None:
                return refused
            request._hardtack_ends = True
        visit = visit_of(request)
        if visit is not None:
            visit.changed = partial(_ask_anew, request)
        _ask_anew(request)
        return None

    def _page(self, request: HttpRequest) -> HttpResponse:
        asked, response = self._site.before_content(translate.head_of(request))
        if response is None:
            self._visiting.sign_in.begin()
            # Read so that Django's own limits, which are others, have no say.
            response = self._site.answer(replace(asked, body=request.read(self._site.max_body + 1)))
        return translate.answer(response)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Finish the visit that was opened here."""
        return self._visiting.end(request, response) if hasattr(request, "_hardtack_ends") else response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer what the visit has decided."""
        visit = visit_of(request)
        if visit is None or visit.decided is not error or not isinstance(error, Refused | Elsewhere):
            return None
        visit.decided = None
        return translate.answer(page(request, visit.request, error))

    def _check(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Refuse what another site has sent, as ``CsrfViewMiddleware`` would, and where it would."""
        visit = visit_of(request)
        if visit is None or getattr(view, "csrf_exempt", False) or getattr(request, "_dont_enforce_csrf_checks", False):
            return None
        try:
            sent = request.POST.getlist(csrf.TOKEN_FIELD) if visit.may_hold_token() else []
            visit.check(sent[0] if len(sent) == 1 else None)
        except Refused as error:
            visit.decided = None
            return translate.answer(page(request, visit.request, error))
        return None


def _ask_anew(request: HttpRequest) -> None:
    """Let who it is be asked for when somebody looks, whatever was found before."""
    request.__dict__.pop("_cached_user", None)
    request.user = SimpleLazyObject(partial(user_of, request))
    request.auser = partial(auser_of, request)


def user_of(request: HttpRequest) -> Any:
    """Return the Django user of whoever is signed in.

    Raises:
        Refused: nobody can tell whether somebody is, or the name is another user's in this project.
    """
    if not hasattr(request, "_cached_user"):
        # Django's cache_page keeps what it sees before anything of ours has said whose page it is.
        request._cache_update_cache = False
        visit = visit_of(request)
        account = None if visit is None else visit.account
        if visit is None or account is None or account.disabled:
            request._cached_user = AnonymousUser()
        else:
            ours, path = backend()
            user = ours.user_of(account)
            if user is None:
                raise visit.deciding(Forbidden(_NOT_LINKED, reason="user-not-linked"))
            user.backend = path
            request._cached_user = user if ours.user_can_authenticate(user) else AnonymousUser()
    return request._cached_user


async def auser_of(request: HttpRequest) -> Any:
    """As ``user_of``, in a thread."""
    return await sync_to_async(user_of)(request)


def _signed_in(request: HttpRequest | None = None, user: Any = None, **_: Any) -> None:
    """Let what Django has signed in be signed in."""
    visit = visit_of(request)
    if visit is None:
        return
    account = account_of(user)
    if account is not None:
        # Django has put its user into the request already, with whatever its backend has added to it.
        changed, visit.changed = visit.changed, None
        try:
            visit.sign_in(account, onward=onward_of(request))
        except BaseException:
            _forget(request)
            raise
        finally:
            visit.changed = changed
        request.__dict__.pop("_cached_user", None)


def _forget(request: Any) -> None:
    """Take back what Django has noted of a sign-in that is none, or not yet."""
    for name in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY):
        request.session.pop(name, None)
    _ask_anew(request)


def _signed_out(request: HttpRequest | None = None, **_: Any) -> None:
    """Let what Django has signed out be signed out everywhere."""
    visit = visit_of(request)
    if visit is not None:
        visit.sign_out()


_SIGNED_IN = "hardtack-signed-in"


def _connect() -> None:
    """Let Django tell us of a sign-in before anybody else, who would hear of one that is none yet."""
    user_logged_in.connect(_signed_in, dispatch_uid=_SIGNED_IN)
    with user_logged_in.lock:
        user_logged_in.receivers.sort(key=lambda receiver: receiver[0][0] != _SIGNED_IN)
        user_logged_in.sender_receivers_cache.clear()


_connect()
user_logged_out.connect(_signed_out, dispatch_uid="hardtack-signed-out")
