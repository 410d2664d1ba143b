"""Django's own session, sealed, as a project's tests open and edit it: what ``session.testing.edited`` needs.

It goes through Django's own ``SessionMiddleware``, with a request that has nothing but cookies, so that the settings
count as they do for a visitor. It decides nothing and sends nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.contrib.sessions.middleware import SessionMiddleware  # type: ignore[import-untyped]  # likewise
from django.http import HttpRequest, HttpResponse, parse_cookie  # type: ignore[import-untyped]  # likewise

from hardtack.session.testing import Place, domain_of

if TYPE_CHECKING:
    from hardtack.adapters.django.session import SessionStore


class Editing:
    """The sessions of one project.

    Args:
        store: the class of its sessions.
    """

    def __init__(self, store: type[SessionStore]) -> None:
        self._store = store
        self._request = HttpRequest()

    def place(self, host: str) -> Place:
        """Return where the client keeps the cookie: the project's own settings go before *host*."""
        domain = settings.SESSION_COOKIE_DOMAIN
        here = domain or domain_of(host)
        return Place((settings.SESSION_COOKIE_NAME,), here, settings.SESSION_COOKIE_PATH, below=domain is not None)

    def open(self, cookie_header: str) -> SessionStore:
        """Return the session that a Cookie field holds."""
        self._request.COOKIES = parse_cookie(cookie_header)
        return self._store(self._request.COOKIES.get(settings.SESSION_COOKIE_NAME))

    def save(self, session: Any) -> list[str]:
        """Return the cookies that the answer to a request would set, by name and value."""
        self._request.session = session
        answer = SessionMiddleware(lambda _: HttpResponse()).process_response(self._request, HttpResponse())
        return [f"{name}={written.value}" for name, written in answer.cookies.items()]
