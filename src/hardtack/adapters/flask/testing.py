"""For the tests of a Flask application with ``Hardtack``: clients that are signed in, in one line.

``signed_in(app, "ada")`` returns a test client of somebody who is signed in, ``browser(app)`` one of nobody. Both send
what a browser sends with the application's own pages, so forms need no token and pages lead to the sign-in page; they
go to the public origin, where one is configured. Nothing is switched off: accounts, cookies and refusals are the real
ones. A plain ``app.test_client()`` is a script: it needs tokens, and gets 401.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask.testing import FlaskClient

from hardtack.adapters import signed_client
from hardtack.adapters.flask.configured import EXTENSION
from hardtack.errors import MisuseError
from hardtack.login import Account
from hardtack.session import assurance

if TYPE_CHECKING:
    from flask import Flask

    from hardtack.adapters.flask.hardtack import Installed

PASSWORD = "a password for tests alone"  # noqa: S105 - it opens nothing but what a test has made
"""The password of the accounts that ``signed_in`` makes."""

_BROWSER = {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_SEC_FETCH_MODE": "navigate"}


class Browser(FlaskClient):
    """A test client that goes to the public origin and sends what a browser sends."""

    origin: str | None = None

    def open(self, *args: Any, **options: Any) -> Any:
        """Send a request, as Flask's client does."""
        named = {"base_url", "url_scheme", "subdomain"} & options.keys()
        if self.origin is not None and not named and args and isinstance(args[0], str):
            options["base_url"] = self.origin
        return super().open(*args, **options)


def browser(app: Flask) -> Browser:
    """Return the client of a visitor who is not signed in.

    Raises:
        MisuseError: the application has no ``Hardtack``.
    """
    installed = _installed(app)
    # Made as the application makes its clients, so that a class of its own counts too.
    own = app.test_client_class or FlaskClient
    kind: type[Browser] = type("Browser", (Browser, *(() if own is FlaskClient else (own,))), {})
    made = kind(app, app.response_class, use_cookies=True)
    made.origin = installed.sign_in.settings.origin
    made.environ_base.update(_BROWSER)
    return made


def signed_in(
    app: Flask,
    who: str | Account,
    *,
    administrator: bool = False,
    keep: bool | None = None,
    ago: int = 0,
    factors: Sequence[str] = (assurance.PASSWORD,),
) -> Browser:
    """Return the client of somebody who is signed in.

    Args:
        app: the application.
        who: an account, or the name of one, which is made if there is none.
        administrator: whether it may administer, where it is made.
        keep: whether they asked to be kept signed in.
        ago: for how many seconds they have been.
        factors: what they have proved, the latest last, such as ``("password", "totp")``.

    Raises:
        MisuseError: the application has no ``Hardtack``.
        BadName: the name is none.
    """
    made = browser(app)
    signed_client.put_in(
        made,
        _installed(app).sign_in,
        who,
        host="localhost",
        ago=ago,
        # Nothing has come from it since.
        idle=ago,
        factors=factors,
        password=PASSWORD,
        administrator=administrator,
        keep=keep,
    )
    return made


def _installed(app: Flask) -> Installed:
    found: Installed | None = app.extensions.get(EXTENSION)
    if found is None:
        raise MisuseError("the application has no sign-in", "write Hardtack(app, keyring=…) before the test")
    return found
