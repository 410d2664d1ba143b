"""``/language?to=zh&next=…``: read on in another language.

The choice is kept in a cookie for a year and goes before ``Accept-Language``. It is the one thing that a link
changes, so the link works from our own pages only: where the browser says that it comes from another site, the
visitor is sent on and nothing is set (ASVS 3.5.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardtack.message import Request, Response
from hardtack.session import cookie
from hardtack.session.visitor import cookie_header
from hardtack.site import answers, forms
from hardtack.site.texts import LANGUAGES
from hardtack.status import negotiate

if TYPE_CHECKING:
    from hardtack.site.services import Services

COOKIE = "hardtack-language"
KEPT = 365 * 86400
"""Seconds."""


def switch(request: Request, services: Services) -> Response:
    """Keep the chosen language and go back to where the visitor was."""
    asked = forms.query(request)
    chosen = asked.get("to")
    ours = request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    if chosen in LANGUAGES and ours:
        services.set_cookies.append(
            cookie.dump(
                cookie_name(https=services.settings.https),
                chosen,
                path="/",
                max_age=KEPT,
                secure=services.settings.https,
                httponly=True,
                samesite="Lax",
            )
        )
    return answers.see_other(services.destination(asked.get("next"), default=services.home))


def cookie_name(*, https: bool) -> str:
    """Return the cookie's name; over https a name that no other host can set (RFC 6265bis §4.1.3.2)."""
    return f"__Host-{COOKIE}" if https else COOKIE


def of(request: Request, *, https: bool) -> str:
    """Return the language to answer *request* in: the visitor's choice, else what the browser prefers."""
    chosen = cookie.find(cookie_header(request), cookie_name(https=https))
    if len(chosen) == 1 and chosen[0] in LANGUAGES:
        return chosen[0]
    return negotiate.language(request.headers.joined("accept-language"), LANGUAGES)
