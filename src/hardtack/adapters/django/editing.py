"""Django's own session, sealed, as a project's tests open and edit it: what ``session.testing.edited`` needs.

It goes through ``SessionMiddleware``, with a request that has nothing but cookies, so that the settings count as they
do for a visitor, those of the safe profile too. It decides nothing and sends nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.http import HttpRequest, HttpResponse, parse_cookie  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.django.installed import Installed
from hardtack.adapters.django.sessions import SessionMiddleware
from hardtack.adapters.django.settings import safe_policy
from hardtack.errors import MisuseError
from hardtack.session.testing import Place, domain_of

if TYPE_CHECKING:
    from hardtack.adapters.django.session import SessionStore


class Editing:
    """The sessions of one project.

    Args:
        store: the class of its sessions.

    Raises:
        MisuseError: the project's sessions are those of its sign-in.
    """

    def __init__(self, store: type[SessionStore]) -> None:
        if Installed.now().signs_in:
            raise MisuseError(
                "the session of a project with SignInMiddleware belongs to a visit",
                "write edited(client, sign_in().sessions, now=…) with hardtack.adapters.django.signing.sign_in",
            )
        self._middleware = SessionMiddleware(lambda _: HttpResponse())
        self._middleware.SessionStore = store
        self._request = HttpRequest()

    def place(self, host: str) -> Place:
        """Return where the client keeps the cookie: the project's own settings go before *host*."""
        policy = safe_policy()
        if policy is not None:
            self._request.META["HTTP_HOST"] = host
            return Place((policy.for_host(host).session_name,), domain_of(host), "/")
        domain = settings.SESSION_COOKIE_DOMAIN
        here = domain or domain_of(host)
        return Place((settings.SESSION_COOKIE_NAME,), here, settings.SESSION_COOKIE_PATH, below=domain is not None)

    def open(self, cookie_header: str) -> Any:
        """Return the session that a Cookie field holds."""
        self._request.COOKIES = parse_cookie(cookie_header)
        self._middleware.process_request(self._request)
        return self._request.session

    def save(self, session: Any) -> list[str]:
        """Return the cookies that the answer to a request would set, by name and value."""
        self._request.session = session
        answer = self._middleware.process_response(self._request, HttpResponse())
        return [f"{name}={written.value}" for name, written in answer.cookies.items()]
