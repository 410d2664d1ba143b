"""Django's ``SessionMiddleware`` with a word to caches, and in the safe profile with Hardtack's own cookie.

It is Django's: which answer sets or deletes the cookie, and with what lifetime, is as there, and Django's own tests
hold it to that. With our engine the cookie is found and written with less work (``carried``). Besides, every answer
that has to do with a session says so to caches (``hardtack.session.caching``). With ``HARDTACK_PROFILE = "safe"`` the
cookie has the name and the flags that ``hardtack.session.policy`` decides from ``HARDTACK_ORIGIN``; the project goes on
seeing it under ``SESSION_COOKIE_NAME``. Where ``SignInMiddleware`` stands behind, the session is that of the visit:
sealed for the account, and ended with the sign-in.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware  # type: ignore[import-untyped]  # likewise
from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # likewise
from django.http.response import HttpResponseBase  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.django import signed, translate
from hardtack.adapters.django.caches import protect
from hardtack.adapters.django.carried import set_cookie, token_of
from hardtack.adapters.django.installed import Installed
from hardtack.adapters.django.session import SessionStore
from hardtack.adapters.django.settings import safe_policy, setting
from hardtack.session import CookiePolicy
from hardtack.status import InternalServerError


class SessionMiddleware(DjangoSessionMiddleware):  # type: ignore[misc]  # Django has no types
    """Django's, with a word to caches.

    Args:
        get_response: what answers behind it.

    Raises:
        MisuseError: a setting cannot be used.
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._policy = safe_policy()
        self._visiting: Any = None
        if Installed.now().signs_in:
            # By name, since the session alone needs the core alone.
            self._visiting = import_module("hardtack.adapters.django.visiting").Visiting()
        ours = issubclass(self.SessionStore, SessionStore)
        self._plain = ours and self._policy is None and self._visiting is None

    def __call__(self, request: HttpRequest) -> Any:
        """Answer one request."""
        if not self._plain or self.async_mode:
            return super().__call__(request)
        # The same as Django's, without asking itself each time what it can do.
        self.process_request(request)
        return self._left(request, self.get_response(request))

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Give the request its session, which is read when somebody asks for it."""
        if self._visiting is not None:
            refused: HttpResponse | None = self._visiting.begin(request, self.SessionStore)
            return refused
        if self._plain:
            request.session = self.SessionStore(token_of(request, setting("SESSION_COOKIE_NAME")))
            return None
        policy = self._names(request)
        if policy is None:
            super().process_request(request)
            return None
        value = request.COOKIES.pop(policy.session_name, None)
        # The project knows the cookie by its own name for it, and no other cookie by that name. Under that
        # name alone Django keeps it out of its reports of errors.
        before = request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        if value is None and before is not None and signed.MARK in before and signed.accepted() is not None:
            value, request._hardtack_before = before, True  # what Django itself has signed is taken over
        if value is not None:
            request.COOKIES[settings.SESSION_COOKIE_NAME] = value
        super().process_request(request)
        request.session.cookie_name = policy.session_name
        return None

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Save the session, and say to caches what the answer has to do with it."""
        if self._visiting is not None:
            if self._visiting.keeps_another(request):
                response = super().process_response(request, response)
            ended: HttpResponseBase = self._visiting.end(request, response)
            return ended
        if self._plain:
            return self._left(request, response)
        response = super().process_response(request, response)
        policy, name = self._names(request), settings.SESSION_COOKIE_NAME
        session = getattr(request, "session", None)
        if policy is not None:
            _rename(response, session, name, policy)
            if hasattr(request, "_hardtack_before") and policy.session_name in response.cookies:
                translate.delete_session_cookie(response)
            name = policy.session_name
        protect(response, name, depends=bool(getattr(session, "accessed", False)))
        return response

    def _left(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """As Django's ``process_response``, for a session of ours, which nobody else can have ended meanwhile."""
        session = getattr(request, "session", None)
        if not isinstance(session, SessionStore):
            return super().process_response(request, response)
        name = setting("SESSION_COOKIE_NAME")
        if session.is_empty():
            if token_of(request, name) is not None:
                return self._said(super().process_response(request, response), name, session)
        elif (
            session.modified or setting("SESSION_SAVE_EVERY_REQUEST")
        ) and response.status_code < InternalServerError.status:
            max_age = None if session.get_expire_at_browser_close() else session.get_expiry_age()
            session.save()
            set_cookie(response, name, session.session_key, max_age)
        return self._said(response, name, session)

    @staticmethod
    def _said(response: HttpResponseBase, name: str, session: SessionStore) -> HttpResponseBase:
        protect(response, name, depends=session.accessed)
        return response

    def _names(self, request: HttpRequest) -> CookiePolicy | None:
        """Return the names in the safe profile; without an origin the port of the Host is part of them."""
        return None if self._policy is None else self._policy.for_host(request.META.get("HTTP_HOST", ""))


def _rename(response: HttpResponseBase, session: Any, name: str, policy: CookiePolicy) -> None:
    """Give the cookie that Django has set, or deleted, the name and the flags of *policy*."""
    if name not in response.cookies:
        return
    value = response.cookies.pop(name).value
    if value:
        age = None if session.get_expire_at_browser_close() else session.get_expiry_age()
        response.cookies.load(policy.set_cookie(policy.session_name, value, max_age=age))
    else:
        response.cookies.load(policy.delete_cookie(policy.session_name))
