"""Say which settings cannot be used, and which are unsafe, when a project starts.

Django's own checks of a session's cookie are made by ``check --deploy`` only, and not all of them; these are made each
time; the warnings as soon as ``DEBUG`` is off. They read settings and change none, and no secret is in a text. How the
parts must stand to each other is looked at in ``order``.

| id | says |
|---|---|
| ``hardtack.E001`` | a setting of the sealed session cannot be used: the keyring, a name, the profile, what is said of signed cookies |
| ``hardtack.E002`` | browsers refuse a cookie of this name with these attributes (RFC 6265bis §4.1.3) |
| ``hardtack.E003`` | ``HARDTACK_STATUS`` cannot be used |
| ``hardtack.E004`` | a setting of the sign-in cannot be used, or there is no keyring |
| ``hardtack.E005`` | there is no such setting |
| ``hardtack.W001`` | the keys come from a ``SECRET_KEY`` that is short |
| ``hardtack.W002`` | the cookie goes over plain http too |
| ``hardtack.W003`` | scripts can read the cookie |
| ``hardtack.W004`` | other sites' requests carry the cookie |
"""  # noqa: E501 - a row of a table is one line

from __future__ import annotations

import difflib
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.core.checks import Error, Warning  # type: ignore[import-untyped]  # noqa: A004 - Django's own name

from hardtack.adapters.django.installed import ENGINE, Installed
from hardtack.adapters.django.pages import ProjectAnswering
from hardtack.adapters.django.settings import keyring, place, safe_policy
from hardtack.adapters.django.signed import accepted
from hardtack.errors import HardtackError, MisuseError
from hardtack.seal import WeakSecretWarning
from hardtack.seal.host_secret import SHORT
from hardtack.session import cookie

OWN = frozenset(
    {
        "HARDTACK_ACCEPT_SIGNED_UNTIL",
        "HARDTACK_ADMINISTRATORS_ARE_STAFF",
        "HARDTACK_APPLICATION",
        "HARDTACK_HOME",
        "HARDTACK_KEYRING",
        "HARDTACK_PREFIX",
        "HARDTACK_PROFILE",
        "HARDTACK_SPENT",
        "HARDTACK_STATUS",
        "HARDTACK_TEMPLATES",
        "HARDTACK_TEXTS",
    }
)
"""The settings that a project has besides those of the sign-in."""


def check(app_configs: Any = None, **kwargs: Any) -> list[Any]:
    """Return what is wrong with the settings."""
    installed = Installed.now()
    found = [*_unknown(), *_tried("E003", _status)]
    if installed.signs_in or installed.has_backend:
        found += _tried("E004", _sign_in)
    if settings.SESSION_ENGINE != ENGINE or installed.data_of_visit:
        return found
    found += _tried("E001", _session)
    if getattr(settings, "HARDTACK_PROFILE", None) is not None:
        return found  # names and flags are decided, and safe
    found += _tried("E002", _cookie)
    return found if settings.DEBUG else [*found, *_unsafe()]


def _tried(number: str, try_it: Callable[[], object]) -> list[Any]:
    try:
        try_it()
    except HardtackError as error:
        return [Error(str(error), id=f"hardtack.{number}")]
    return []


def _status() -> None:
    ProjectAnswering.from_settings({})


def _session() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeakSecretWarning)  # said below
        keyring()
    place()
    safe_policy()
    accepted()


def _sign_in() -> None:
    if find_spec("sqlalchemy") is None or find_spec("jinja2") is None:
        raise MisuseError("the sign-in needs parts that are not installed", "pip install 'hardtack[login]'")
    from hardtack.adapters.django.signing import keys, said  # noqa: PLC0415 - it needs the extra "login"
    from hardtack.site import Settings  # noqa: PLC0415 - likewise

    Settings.given("the settings of the project", said())
    place()
    keys()
    staff = getattr(settings, "HARDTACK_ADMINISTRATORS_ARE_STAFF", False)
    if type(staff) is not bool:
        raise MisuseError(f"HARDTACK_ADMINISTRATORS_ARE_STAFF = {staff!r} is no answer", "write True or False")


def _unknown() -> list[Any]:
    """Return an error for each setting that looks like ours and is none."""
    if find_spec("jinja2") is None or find_spec("sqlalchemy") is None:
        return []  # without the extra "login" nobody can say what it would know
    from hardtack.adapters.django.signing import NAMES, PREFIX  # noqa: PLC0415 - it needs that extra

    known = OWN | set(NAMES)
    found = []
    for name in dir(settings):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "the page about Django lists them"
            found.append(Error(f"there is no setting {name}", hint=hint, id="hardtack.E005"))
    return found


def _cookie() -> None:
    cookie.dump(
        settings.SESSION_COOKIE_NAME,
        "",
        path=settings.SESSION_COOKIE_PATH,
        domain=settings.SESSION_COOKIE_DOMAIN,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=settings.SESSION_COOKIE_HTTPONLY,
        samesite=settings.SESSION_COOKIE_SAMESITE or None,
    )


def _unsafe() -> list[Any]:
    """Return what nobody should do in production."""
    secrets = (
        ()
        if getattr(settings, "HARDTACK_KEYRING", None) is not None
        else (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )
    site = str(settings.SESSION_COOKIE_SAMESITE or "none").lower()
    rules = (
        (
            any(len(secret) < SHORT for secret in secrets),
            "W001",
            f"SECRET_KEY or one of its fallbacks has less than {SHORT} characters, and the session's keys come from it",
            "use a random one, such as secrets.token_hex(32) gives, or set HARDTACK_KEYRING",
        ),
        (
            not settings.SESSION_COOKIE_SECURE,
            "W002",
            "the session cookie goes over plain http too, where anybody on the way can take it",
            "set SESSION_COOKIE_SECURE = True",
        ),
        (
            not settings.SESSION_COOKIE_HTTPONLY,
            "W003",
            "every script in a page can take the session cookie",
            "set SESSION_COOKIE_HTTPONLY = True",
        ),
        (
            site == "none",
            "W004",
            "requests that other sites make carry the session cookie",
            'set SESSION_COOKIE_SAMESITE = "Lax"',
        ),
    )
    return [Warning(text, hint=hint, id=f"hardtack.{number}") for wrong, number, text, hint in rules if wrong]
