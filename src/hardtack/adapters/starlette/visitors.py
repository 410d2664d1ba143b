"""Who visits a Starlette application: ``request.user`` and ``request.auth``, and the account where one is needed.

``request.user`` and Starlette's ``@requires("authenticated")`` come from the sealed identity alone and touch no disk.
The account behind it is a row in a database, so whoever wants it awaits ``signed_in(request)`` or
``maybe_signed_in(request)``, which read it in a thread, once in a request. In a handler that runs in a thread itself,
``visit_of(request)`` has the same without waiting for another one.
"""

from __future__ import annotations

from starlette.authentication import BaseUser
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from hardtack.adapters.asgi.session import VISIT
from hardtack.adapters.bearer import check_scope
from hardtack.adapters.sign_in import SignedVisit
from hardtack.adapters.visits import Visit
from hardtack.errors import MisuseError
from hardtack.login import Account

AUTHENTICATED = "authenticated"
"""The scope of whoever is signed in, as Starlette's documentation calls it."""


def visit_of(connection: HTTPConnection) -> SignedVisit:
    """Return the visit of a request or a WebSocket.

    Raises:
        MisuseError: no Hardtack is around the application.
    """
    visit = connection.scope.get(VISIT)
    if not isinstance(visit, SignedVisit):
        raise MisuseError(
            "nobody knows who visits: this application has no Hardtack, or one without accounts",
            "write Hardtack(app) where the application is made",
        )
    return visit


async def signed_in(connection: HTTPConnection, token_scope: str | None = None) -> Account:
    """Return the account of whoever is signed in; see ``SignedVisit.require``.

    Args:
        connection: the request or the WebSocket.
        token_scope: what a personal access token must be good for to stand for a sign-in; ``None``: none does.

    Raises:
        Elsewhere: nobody is, and a person's browser is led to the sign-in page and back.
        Unauthorized: nobody is, and the request is a script's.
        Refused: a token came that is not good for this.
        MisuseError: *token_scope* is no name of a scope.
    """
    check_scope(token_scope)
    return await run_in_threadpool(visit_of(connection).require, token_scope)


async def recently_signed_in(
    connection: HTTPConnection, max_age: int | None = None, factor: str | None = None
) -> Account:
    """Return the account of whoever has proved to be its owner a moment ago; see ``SignedVisit.require_recent``.

    Args:
        connection: the request or the WebSocket.
        max_age: seconds; ``None`` for the setting ``recent_sign_in``.
        factor: what they must have proved last: ``"second"``, anything that they have beside the password, or
            ``"passkey"``; ``None``: any.

    Raises:
        Elsewhere: they have not, and a person's browser is led to the page that asks for it, and back.
        Unauthorized: they have not, and the request is a script's.
        MisuseError: *max_age* is no whole number above zero, or *factor* is none of these words.
    """
    return await run_in_threadpool(visit_of(connection).require_recent, max_age, factor)


async def maybe_signed_in(connection: HTTPConnection) -> Account | None:
    """Return the account of whoever is signed in, or ``None``."""
    visit = visit_of(connection)
    return None if visit.identity is None else await run_in_threadpool(lambda: visit.account)


class User(BaseUser):
    """Whoever visits, as ``request.user``: the number of the account, and whether somebody is signed in.

    Args:
        visit: the visit; asked when somebody asks.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    @property
    def is_authenticated(self) -> bool:
        """Whether somebody is signed in."""
        return self._visit.identity is not None

    @property
    def identity(self) -> str:
        """The number of the account as text; ``""`` if nobody is signed in."""
        identity = self._visit.identity
        return "" if identity is None else str(identity.account)

    @property
    def display_name(self) -> str:
        """The same: a name would be a look into the database, for which there is ``signed_in``."""
        return self.identity

    @property
    def factors(self) -> tuple[str, ...]:
        """What they have proved, such as ``("password", "totp")``; the latest last, nothing if nobody is signed in."""
        identity = self._visit.identity
        return () if identity is None else identity.factors

    @property
    def assurance(self) -> int:
        """What that is worth, 1, 2 or 3; 0 if nobody is signed in."""
        identity = self._visit.identity
        return 0 if identity is None else identity.assurance

    @property
    def authenticated_at(self) -> int:
        """When they proved the last of it, Unix seconds; 0 if nobody is signed in, or nobody knows."""
        identity = self._visit.identity
        return 0 if identity is None else identity.authenticated_at


class Credentials:
    """What whoever visits may do, as ``request.auth``.

    Args:
        visit: the visit; asked when somebody asks.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    @property
    def scopes(self) -> list[str]:
        """``["authenticated"]``, or nothing."""
        return [] if self._visit.identity is None else [AUTHENTICATED]


class Known:
    """An ASGI application that gives *app* the user beside the session."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI 3)."""
        visit = scope.get(VISIT)
        if visit is not None:
            scope["user"] = User(visit)
            scope["auth"] = Credentials(visit)
        await self.app(scope, receive, send)
