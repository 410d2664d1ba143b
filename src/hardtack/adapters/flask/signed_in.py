"""Who is signed in, in a Flask application: proxies for the one of this request, and decorators for views.

``@sign_in_required`` and ``@recent_sign_in_required`` stand below the route and above ``@rules``: who may not see a
page is not told whether it has changed. What they ask, and where a visitor is led, is decided by the visit; here it is
only found. Views may be asynchronous.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from types import FunctionType
from typing import Any, ParamSpec, TypeVar, cast, overload

from flask import current_app, has_request_context, request
from flask.globals import request_ctx
from markupsafe import Markup, escape
from werkzeug.local import LocalProxy

from hardtack.adapters.bearer import check_scope
from hardtack.adapters.flask.visit_session import VisitInterface, VisitSession
from hardtack.adapters.recent import check_recent
from hardtack.adapters.sign_in import SignedVisit
from hardtack.adapters.wsgi.session import VISIT
from hardtack.errors import MisuseError
from hardtack.login import Account
from hardtack.session import Identity
from hardtack.session.csrf import TOKEN_FIELD

P = ParamSpec("P")
T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., Any])

_EXEMPT = "__hardtack_csrf_exempt__"
_BARE = "__hardtack_bare__"


def this_visit() -> SignedVisit:
    """Return the visit of this request.

    Raises:
        MisuseError: there is no request, or its application has no sign-in of ours.
    """
    visit = request.environ.get(VISIT) if has_request_context() else None
    if not isinstance(visit, SignedVisit):
        raise MisuseError(
            "there is no request of an application with a sign-in",
            "write Hardtack(app, keyring=…) once, and ask inside a view; in a test, app.test_request_context()",
        )
    return visit


current_account: Account = cast("Account", LocalProxy(lambda: this_visit().account))
"""The account of whoever is signed in; false where nobody is (as every proxy, it is never ``is None``)."""

current_identity: Identity = cast("Identity", LocalProxy(lambda: this_visit().identity))
"""How they are signed in: since when, by which factors; false where nobody is."""


# Views ----------------------------------------------------------------------------------------------------------------


@overload
def sign_in_required(view: Callable[P, T], /) -> Callable[P, T]: ...
@overload
def sign_in_required(*, token_scope: str | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]: ...
def sign_in_required(view: Any = None, /, *, token_scope: str | None = None) -> Any:
    """Show *view* to people who are signed in; lead others to the sign-in page and back, and answer a script 401.

    Args:
        view: the view, where the decorator has no arguments.
        token_scope: what a personal access token must be good for to stand for a sign-in; ``None``: none does.

    Raises:
        MisuseError: *token_scope* is no name of a scope.
    """
    check_scope(token_scope)

    def decorate(decorated: Callable[P, T]) -> Callable[P, T]:
        return _asking_first(decorated, lambda visit: visit.require(token_scope))

    return decorate if view is None else decorate(view)


@overload
def recent_sign_in_required(view: Callable[P, T], /) -> Callable[P, T]: ...
@overload
def recent_sign_in_required(
    *, max_age: int | None = None, factor: str | None = None
) -> Callable[[Callable[P, T]], Callable[P, T]]: ...
def recent_sign_in_required(view: Any = None, /, *, max_age: int | None = None, factor: str | None = None) -> Any:
    """Show *view* to people who have proved a moment ago who they are; lead others to the page that asks for it again.

    Args:
        view: the view, where the decorator has no arguments.
        max_age: how long ago it may be, in seconds; ``None`` for the setting ``recent_sign_in``.
        factor: what they must have proved last: ``"second"``, anything that they have beside the password, or
            ``"passkey"``; ``None``: any.

    Raises:
        MisuseError: *max_age* is no whole number above zero, or *factor* is none of these words.
    """
    check_recent(max_age, factor)

    def decorate(decorated: Callable[P, T]) -> Callable[P, T]:
        return _asking_first(decorated, lambda visit: visit.require_recent(max_age, factor))

    return decorate if view is None else decorate(view)


def _asking_first(view: Callable[P, T], ask: Callable[[SignedVisit], object]) -> Callable[P, T]:
    _must_be_view(view, "in a class of views write decorators = [sign_in_required]")

    @wraps(view)
    def decorated(*args: P.args, **kwargs: P.kwargs) -> T:
        ask(this_visit())
        return cast("T", current_app.ensure_sync(view)(*args, **kwargs))

    setattr(decorated, _BARE, False)  # where ``wraps`` has taken over that the view has a decorator already
    if isinstance(view, FunctionType):
        setattr(view, _BARE, True)
    return decorated


def check_order(views: Iterable[object]) -> None:
    """Look whether everybody may see a view whose author has asked for a sign-in.

    Raises:
        MisuseError: its decorator stands above the route, which then knows the function without it.
    """
    for view in views:
        if getattr(view, _BARE, False):
            name = getattr(view, "__qualname__", view)
            raise MisuseError(
                f"{name} would be shown to everybody: its decorator stands above the route",
                "write the route first, and @sign_in_required below it",
            )


# Forms ----------------------------------------------------------------------------------------------------------------


def csrf_exempt(view: View) -> View:
    """Let other sites and programs without a token send to *view*, which must then know by itself whom it believes.

    Raises:
        MisuseError: it is no view.
    """
    _must_be_view(view, "of a class of views, exempt what as_view() returns; of a blueprint, each view")
    setattr(view, _EXEMPT, True)
    return view


def _must_be_view(view: object, instead: str) -> None:
    if isinstance(view, type) or not callable(view):
        raise MisuseError(f"{view!r:.80} is no view", f"put the decorator on a function, below the route; {instead}")


def is_exempt(view: object) -> bool:
    """Return whether *view* is exempt, or was before decorators that keep to ``functools.wraps``."""
    return getattr(view, _EXEMPT, False) is True


def csrf_token() -> str:
    """Return the token for a form that is being shown."""
    return this_visit().csrf_token()


def csrf_field() -> Markup:
    """Return the hidden field with the token for a form that is being shown."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN_FIELD, escape(csrf_token()))


# By the application's own forms ---------------------------------------------------------------------------------------


def sign_in(
    account: Account, *, keep: bool = False, authenticated_at: int | None = None, onward: str | None = None
) -> None:
    """Make *account* the one who is signed in; whoever was before is signed out everywhere.

    The visitor's data goes along, but for what meant a sign-in; the data of another account does not. Whoever needs a
    second factor is not signed in yet: they are led to our page for it, and a script is told where it is (401).

    Args:
        account: who it is, as ``Hardtack.authenticate`` returns it.
        keep: whether they asked to be kept signed in.
        authenticated_at: when they proved it, where that was not now, as with a sign-in that another library has seen
            (Unix seconds; 0: nobody knows). Whoever is not recent is asked for the password before what is delicate.
        onward: where our page leads to in the end, such as the form's ``next``; an address of another site is none.
            ``None``: this page, and after a form the start page.
    """
    _with_data(lambda visit: visit.sign_in(account, keep=keep, authenticated_at=authenticated_at, onward=onward))


def sign_out() -> None:
    """End the sign-in everywhere, then forget it and the application's data here."""
    _with_data(lambda visit: visit.sign_out())


def _with_data(change: Callable[[SignedVisit], None]) -> None:
    """Do what also changes the data; Flask's session has a copy of it."""
    visit, session, interface = this_visit(), request_ctx.session, current_app.session_interface
    assert isinstance(session, VisitSession)  # noqa: S101 - for the types: a visit comes with its session
    assert isinstance(interface, VisitInterface)  # noqa: S101 - likewise
    interface.give_back(session)
    change(visit)
    interface.read(session)
