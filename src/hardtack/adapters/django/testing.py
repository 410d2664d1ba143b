"""For the tests of a Django project with ``SignInMiddleware``: clients that are signed in, in one line.

``signed_in("ada")`` returns a test client of somebody who is signed in, ``browser()`` one of nobody. Both send what a
browser sends with the project's own pages, so forms need no token of ours and pages lead to the sign-in page; they go
to the public origin, where one is configured, and to this machine where none is. Nothing is switched off: accounts,
cookies and refusals are the real ones. Django's own ``Client`` is a script and goes to ``testserver``, and its
``force_login`` signs nobody in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.test import Client  # type: ignore[import-untyped]  # Django has no types

from hardtack.adapters import signed_client
from hardtack.adapters.django.installed import Installed
from hardtack.adapters.django.signing import sign_in
from hardtack.errors import MisuseError
from hardtack.login import Account
from hardtack.session import assurance

PASSWORD = "a password for tests alone"  # noqa: S105 - it opens nothing but what a test has made
"""The password of the accounts that ``signed_in`` makes."""

_BROWSER = {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_SEC_FETCH_MODE": "navigate"}
_HTTPS = {"wsgi.url_scheme": "https", "SERVER_PORT": "443"}


class Browser(Client):  # type: ignore[misc]  # Django has no types
    """A test client that goes to the public origin."""

    secure = False

    def request(self, **request: Any) -> Any:
        """Send a request, as Django's client does."""
        return super().request(**{**request, **(_HTTPS if self.secure else {})})


def browser(**options: Any) -> Browser:
    """Return the client of a visitor who is not signed in.

    Args:
        options: of Django's ``Client``.

    Raises:
        MisuseError: the project has no ``SignInMiddleware``.
    """
    if not Installed.now().signs_in:
        raise MisuseError(
            "the project has no sign-in",
            'add "hardtack.adapters.django.middleware.SignInMiddleware" to MIDDLEWARE before the test',
        )
    origin = urlsplit(sign_in().settings.origin or "http://localhost")
    # Fields that a test names in headers= go before these.
    made = Browser(**{"HTTP_HOST": origin.netloc, **_BROWSER, **options})
    made.secure = origin.scheme == "https"
    return made


def signed_in(
    who: str | Account,
    *,
    administrator: bool = False,
    keep: bool | None = None,
    ago: int = 0,
    factors: Sequence[str] = (assurance.PASSWORD,),
    **options: Any,
) -> Browser:
    """Return the client of somebody who is signed in.

    Args:
        who: an account, or the name of one, which is made if there is none.
        administrator: whether it may administer, where it is made.
        keep: whether they asked to be kept signed in.
        ago: for how many seconds they have been, for what asks for a recent sign-in.
        factors: what they have proved, the latest last, such as ``("password", "totp")``.
        options: of Django's ``Client``.

    Raises:
        MisuseError: the project has no ``SignInMiddleware``.
        BadName: the name is none.
    """
    made = browser(**options)
    signed_client.put_in(
        made,
        sign_in(),
        who,
        host="localhost",
        ago=ago,
        idle=0,
        factors=factors,
        password=PASSWORD,
        administrator=administrator,
        keep=keep,
    )
    return made
