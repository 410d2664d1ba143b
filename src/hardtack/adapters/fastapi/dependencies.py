"""Parameters of a FastAPI endpoint that say who visits and what the session holds.

| parameter | is |
|---|---|
| ``account: SignedIn`` | the account of whoever is signed in; nobody else gets to the endpoint |
| ``account: RecentlySignedIn`` | the same, of whoever has proved it a moment ago |
| ``account: MaybeSignedIn`` | the account, or ``None`` |
| ``identity: Identity`` | what the sealed identity says, or ``None``; no look into the database |
| ``session: Session`` | the application's data, a mapping |
| ``cart: Annotated[Cart, in_session(CART)]`` | part of the session, of the application's own type; saved |
| ``token: CsrfToken`` | the token of a form that is being shown |

An account is a row in a database, so these run in a thread, as every ``def`` of FastAPI's does. FastAPI asks all
parameters before the endpoint, and so before its ``@rules``: authorisation comes before preconditions
(RFC 9110 §13.2.1). A WebSocket may have the same parameters; who is refused is refused before it is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Security
from fastapi.openapi.models import APIKey, APIKeyIn
from fastapi.security import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection

from hardtack import session as sessions
from hardtack.adapters.bearer import check_scope
from hardtack.adapters.recent import check_recent
from hardtack.adapters.sign_in import SignedVisit
from hardtack.adapters.starlette.visitors import visit_of
from hardtack.login import Account
from hardtack.session.typed import Typed

SCHEME = "hardtack"
"""The name of the security scheme in the OpenAPI document."""
OPTIONAL = "hardtack-optional"
"""The name that stands for it, until the document is made, where nobody has to be signed in."""

_Struct = TypeVar("_Struct", bound=msgspec.Struct)


class IdentityCookie(SecurityBase):
    """The cookie that says who visits, as FastAPI finds security schemes; gives the visit.

    Args:
        scheme_name: what it is called in the OpenAPI document.
    """

    def __init__(self, scheme_name: str) -> None:
        self.scheme_name = scheme_name
        # The application's own name for it is written in when its document is made.
        self.model: APIKey = APIKey.model_validate({"in": APIKeyIn.cookie, "name": SCHEME})

    async def __call__(self, connection: HTTPConnection) -> SignedVisit:
        """Return the visit.

        Raises:
            MisuseError: no Hardtack is around the application.
        """
        return visit_of(connection)


# For the document alone: the visit looks at the field itself.
_BEARER = HTTPBearer(scheme_name="hardtack-token", bearerFormat="ht_…", auto_error=False)
_Required = Annotated[SignedVisit, Security(IdentityCookie(SCHEME))]
_Optional = Annotated[SignedVisit, Security(IdentityCookie(OPTIONAL))]
_Visit = Annotated[SignedVisit, Depends(visit_of)]


def signed_in(visit: _Required) -> Account:
    """Return the account of whoever is signed in; see ``SignedVisit.require``."""
    return visit.require()


def signed_in_or_token(scope: str) -> Callable[..., Account]:
    """Return a dependency: the account of whoever is signed in, or shows a personal access token that is good for it.

    ``account: Annotated[Account, Security(signed_in_or_token("read"))]``

    Args:
        scope: what a token must be good for.

    Raises:
        MisuseError: *scope* is no name of one.
    """
    check_scope(scope)

    def either(visit: _Required, _token: Annotated[object, Security(_BEARER)]) -> Account:
        return visit.require(scope)

    return either


def maybe_signed_in(visit: _Optional) -> Account | None:
    """Return the account of whoever is signed in, or ``None``."""
    return visit.account


def recently_signed_in(*, max_age: int | None = None, factor: str | None = None) -> Callable[..., Account]:
    """Return a dependency: the account of whoever has proved to be its owner a moment ago.

    ``account: Annotated[Account, Security(recently_signed_in(max_age=60, factor="second"))]``

    Args:
        max_age: seconds; ``None`` for the setting ``recent_sign_in``.
        factor: what they must have proved last: ``"second"``, anything that they have beside the password, or
            ``"passkey"``; ``None``: any.

    Raises:
        MisuseError: *max_age* is no whole number above zero, or *factor* is none of these words.
    """
    check_recent(max_age, factor)

    def recently(visit: _Required) -> Account:
        return visit.require_recent(max_age, factor)

    return recently


def _identity(visit: _Optional) -> sessions.Identity | None:
    return visit.identity


def _session(visit: _Visit) -> sessions.Session:
    return visit.session


def _csrf_token(visit: _Visit) -> str:
    return visit.csrf_token()


# Asked anew each time: another dependency may have signed the visitor out meanwhile. The visit reads the account once.
SignedIn = Annotated[Account, Security(signed_in, use_cache=False)]
MaybeSignedIn = Annotated[Account | None, Security(maybe_signed_in, use_cache=False)]
RecentlySignedIn = Annotated[Account, Security(recently_signed_in(), use_cache=False)]
Identity = Annotated[sessions.Identity | None, Security(_identity, use_cache=False)]
Session = Annotated[sessions.Session, Depends(_session)]
CsrfToken = Annotated[str, Depends(_csrf_token)]


def in_session(typed: Typed[_Struct]) -> Any:
    """Return a dependency: what the session holds of a type, saved when the endpoint has returned.

    ``cart: Annotated[Cart, in_session(CART)]``; an endpoint that raises saves nothing.

    Args:
        typed: says the type, its key in the session and its version.
    """

    def held(visit: _Visit) -> Iterator[_Struct]:
        with typed.edit(visit.session) as value:
            yield value

    # Before the answer is sent, since a cookie travels with its head.
    return Depends(held, scope="function")
