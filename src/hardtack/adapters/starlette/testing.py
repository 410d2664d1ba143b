"""For the tests of a Starlette or FastAPI application with Hardtack: a client that is signed in, in one line.

``visitor(app)`` is Starlette's ``TestClient`` at the application's own origin (in development mode any other host is
refused, and ``http://testserver`` is one) that says where its requests come from, as a browser does, so that forms
pass the cross-site check. ``signed_in(app, "alice")`` is one in which somebody is signed in, without a page and without
a password; the account is made if there is none. Both go through the code that serves visitors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from starlette.applications import Starlette
from starlette.testclient import TestClient

from hardtack.adapters import signed_client
from hardtack.adapters.starlette.layer import Hardtack
from hardtack.errors import MisuseError
from hardtack.login import PasswordRules
from hardtack.session.assurance import PASSWORD


class Browser(TestClient):
    """Starlette's client; its WebSockets too are at the origin that it was given."""

    def websocket_connect(self, url: str, *args: Any, **options: Any) -> Any:
        """Open a WebSocket at *url*."""
        return super().websocket_connect(urljoin(str(self.base_url).replace("http", "ws", 1), url), *args, **options)


def visitor(app: Starlette, **options: Any) -> Browser:
    """Return a client for *app* that is somebody's browser at its origin.

    Args:
        app: the application.
        options: of Starlette's ``TestClient``.

    Raises:
        MisuseError: the application has no Hardtack.
    """
    origin = _hardtack_of(app).origin
    fields = {"origin": origin, **options.get("headers", {})}
    return Browser(app, **{"base_url": origin, **options, "headers": fields})


def signed_in(
    app: Starlette, name: str, *, ago: int = 0, factors: Sequence[str] = (PASSWORD,), **options: Any
) -> Browser:
    """Return a client for *app* in which *name* is signed in.

    Args:
        app: the application.
        name: of the account, which is made if there is none, with a password that nobody knows.
        ago: for how many seconds, for what asks for a recent sign-in.
        factors: what they have proved, the latest last, such as ``("password", "totp")``.
        options: of Starlette's ``TestClient``.

    Raises:
        MisuseError: the application has no Hardtack, or the name cannot be one.
    """
    hardtack = _hardtack_of(app)
    client = visitor(app, **options)
    signed_client.put_in(
        client,
        hardtack.sign_in,
        name,
        host=hardtack.host,
        ago=ago,
        idle=0,
        factors=factors,
        password=PasswordRules().random(),
    )
    return client


def _hardtack_of(app: Starlette) -> Hardtack:
    hardtack = getattr(app.state, "hardtack", None)
    if not isinstance(hardtack, Hardtack):
        raise MisuseError("this application has no Hardtack", "write Hardtack(app) where the application is made")
    return hardtack
