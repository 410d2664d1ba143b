"""Views that need a sign-in, or one from a moment ago: for synchronous and asynchronous views.

A person's browser is led to our page and back, a script is told where to go (401); the visit decides which. Whose user
is not active in Django is refused (403), since a sign-in would not help.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, ParamSpec, TypeVar, cast, overload

from asgiref.sync import sync_to_async
from django.http import HttpRequest  # type: ignore[import-untyped]  # Django has no types

from hardtack.adapters.bearer import check_scope
from hardtack.adapters.django.sign_in import user_of
from hardtack.adapters.django.visiting import visit_of
from hardtack.adapters.recent import check_recent
from hardtack.adapters.sign_in import SignedVisit
from hardtack.errors import MisuseError
from hardtack.status import Forbidden

P = ParamSpec("P")
T = TypeVar("T")
View = Callable[P, T]


@overload
def sign_in_required(view: View[P, T]) -> View[P, T]: ...
@overload
def sign_in_required(*, token_scope: str | None = ...) -> Callable[[View[P, T]], View[P, T]]: ...
def sign_in_required(view: Any = None, *, token_scope: str | None = None) -> Any:
    """Let nobody see a view but who is signed in.

    Args:
        view: the view, where the decorator is written without parentheses.
        token_scope: what a personal access token must be good for to stand for a sign-in; ``None``: none does.

    Raises:
        MisuseError: *token_scope* is no name of a scope.
    """
    check_scope(token_scope)

    def decorate(view: View[P, T]) -> View[P, T]:
        return _requiring(view, lambda visit: visit.require(token_scope))

    return decorate if view is None else decorate(view)


@overload
def recent_sign_in_required(view: View[P, T]) -> View[P, T]: ...
@overload
def recent_sign_in_required(
    *, max_age: int | None = ..., factor: str | None = ...
) -> Callable[[View[P, T]], View[P, T]]: ...
def recent_sign_in_required(view: Any = None, *, max_age: int | None = None, factor: str | None = None) -> Any:
    """Let nobody see a view but who has proved a moment ago who they are.

    Args:
        view: the view, where the decorator is written without parentheses.
        max_age: seconds; ``None`` for the setting ``HARDTACK_RECENT_SIGN_IN``.
        factor: what they must have proved last: ``"second"``, anything that they have beside the password, or
            ``"passkey"``; ``None``: any.

    Raises:
        MisuseError: *max_age* is no whole number above zero, or *factor* is none of these words.
    """
    check_recent(max_age, factor)

    def decorate(view: View[P, T]) -> View[P, T]:
        return _requiring(view, lambda visit: visit.require_recent(max_age, factor))

    return decorate if view is None else decorate(view)


def _requiring(view: View[P, T], ask: Callable[[SignedVisit], object]) -> View[P, T]:
    if not callable(view):
        raise MisuseError(f"{view!r} is no view", "write the decorator on the line above the def")
    if iscoroutinefunction(view):

        @wraps(view)
        async def awaited(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            await sync_to_async(_admit)(request, ask)
            return await view(request, *args, **kwargs)

        return cast("View[P, T]", awaited)

    @wraps(view)
    def called(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        _admit(request, ask)
        return cast("Any", view)(request, *args, **kwargs)

    return cast("View[P, T]", called)


def _admit(request: HttpRequest, ask: Callable[[SignedVisit], object]) -> None:
    visit = visit_of(request)
    if visit is None:
        raise MisuseError(
            "nothing has recognised the visitor of this request",
            'put "hardtack.adapters.django.middleware.SignInMiddleware" into MIDDLEWARE',
        )
    ask(visit)
    if not user_of(request).is_authenticated:
        raise visit.deciding(Forbidden(reason="user-not-active"))
