"""Say what stands in the wrong place, or does not go with something else, when a project starts.

| id | says |
|---|---|
| ``hardtack.E006`` | a middleware of ours stands there twice |
| ``hardtack.E007`` | who it is would be said by somebody else, or before there is a session |
| ``hardtack.E008`` | the safe profile needs our ``SessionMiddleware`` |
| ``hardtack.E009`` | Django's cache would keep somebody's page for everybody |
| ``hardtack.W005`` | ``StatusMiddleware`` is not the first |
| ``hardtack.W006`` | in the safe profile a setting of the cookie counts for nothing |
| ``hardtack.W007`` | the session's data does not belong to the account |
| ``hardtack.W008`` | Django's own sign-in does not know our accounts |
| ``hardtack.W009`` | without a public origin only this machine is answered |
| ``hardtack.W010`` | Django's reports of errors would show the password of the database |
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.core.checks import Error, Warning  # type: ignore[import-untyped]  # noqa: A004 - Django's own name

from hardtack.adapters.django.installed import (
    DJANGO_AUTHENTICATION,
    DJANGO_CACHE,
    DJANGO_SESSION,
    SESSION,
    SIGN_IN,
    STATUS,
    Installed,
)
from hardtack.adapters.django.settings import policy, safe_policy
from hardtack.errors import MisuseError

_NAMES = {STATUS: "StatusMiddleware", SESSION: "SessionMiddleware", SIGN_IN: "SignInMiddleware"}
_WHERE = "hardtack.adapters.django.middleware"


def check(app_configs: Any = None, **kwargs: Any) -> list[Any]:
    """Return what does not go together."""
    installed = Installed.now()
    return [*_errors(installed), *_warnings(installed), *_ignored(installed)]


def _errors(installed: Installed) -> Iterator[Any]:
    for kind, name in _NAMES.items():
        if len(installed.at(kind)) > 1:
            yield Error(f"{name} is in MIDDLEWARE twice", hint="leave one out", id="hardtack.E006")
    sign_in, session = installed.at(SIGN_IN), installed.at(DJANGO_SESSION)
    if sign_in and session and sign_in[0] < session[0]:
        yield Error(
            "SignInMiddleware stands before SessionMiddleware",
            hint="put it behind: the session is opened for whoever is signed in, and saved outside",
            id="hardtack.E007",
        )
    others = [place for place in installed.at(DJANGO_AUTHENTICATION) if place not in sign_in]
    if sign_in and others:
        yield Error(
            "AuthenticationMiddleware and SignInMiddleware both say who it is",
            hint="leave AuthenticationMiddleware out: SignInMiddleware stands in its place",
            id="hardtack.E007",
        )
    if getattr(settings, "HARDTACK_PROFILE", None) is not None and not installed.at(SESSION):
        yield Error(
            "the safe profile needs a middleware that knows it",
            hint=f'write "{_WHERE}.SessionMiddleware" in the place of Django\'s',
            id="hardtack.E008",
        )
    ours = [*installed.at(SESSION), *sign_in]
    if ours and any(place > min(ours) for place in installed.at(DJANGO_CACHE)):
        yield Error(
            "UpdateCacheMiddleware keeps answers before it is said whose they are, and gives them to others",
            hint="put it before SessionMiddleware and SignInMiddleware",
            id="hardtack.E009",
        )


def _warnings(installed: Installed) -> Iterator[Any]:
    if installed.at(STATUS) not in ([], [0]):
        yield Warning(
            "StatusMiddleware is not the first: what stands before it is not looked at",
            hint=f'put "{_WHERE}.StatusMiddleware" at the beginning of MIDDLEWARE',
            id="hardtack.W005",
        )
    if _password_in(getattr(settings, "HARDTACK_DATABASE", None)):
        yield Warning(
            "HARDTACK_DATABASE holds a password, and Django writes the setting into its reports of errors",
            hint="leave it out of the URL, and give it in the way that the database's driver has, such as PGPASSFILE",
            id="hardtack.W010",
        )
    if not installed.signs_in:
        return
    if installed.at(DJANGO_SESSION) and not installed.data_of_visit:
        yield Warning(
            "the session's data does not belong to the account: whoever signs in next on a browser may find it",
            hint=f'write "{_WHERE}.SessionMiddleware" in the place of Django\'s, and SESSION_ENGINE = "'
            'hardtack.adapters.django"',
            id="hardtack.W007",
        )
    if not installed.has_backend:
        yield Warning(
            "Django's own sign-in, such as that of /admin/, does not know the accounts, and whom it signs in nobody "
            "recognises",
            hint='write "hardtack.adapters.django.accounts.AccountsBackend" into AUTHENTICATION_BACKENDS',
            id="hardtack.W008",
        )
    if not settings.DEBUG and getattr(settings, "HARDTACK_ORIGIN", None) is None:
        yield Warning(
            "there is no public origin, so that only a browser on this machine is answered",
            hint='set HARDTACK_ORIGIN, such as "https://www.example.org"',
            id="hardtack.W009",
        )


def _password_in(url: Any) -> bool:
    try:
        return isinstance(url, str) and bool(urlsplit(url).password)
    except ValueError:
        return False  # said by the other checks


def _ignored(installed: Installed) -> Iterator[Any]:
    """Yield a warning for each setting of the cookie that says something else than what is decided."""
    try:
        names = policy() if installed.data_of_visit else safe_policy()
    except MisuseError:
        return  # said by the other checks
    if names is None:
        return
    decided: dict[str, object] = {
        "SESSION_COOKIE_DOMAIN": None,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_SAMESITE": "Lax",
    }
    if not names.development:
        decided |= {"SESSION_COOKIE_NAME": names.session_name, "SESSION_COOKIE_SECURE": names.secure}
    for name, value in decided.items():
        if settings.is_overridden(name) and getattr(settings, name) != value:
            yield Warning(
                f"{name} counts for nothing: what is decided is {value!r}",
                hint="leave it out; the origin decides the names and flags of the cookie",
                id="hardtack.W006",
            )
