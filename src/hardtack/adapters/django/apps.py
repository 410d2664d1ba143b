"""Warn of unsafe settings when a project starts: ``"hardtack.adapters.django"`` in ``INSTALLED_APPS``.

Django's own checks of these are made by ``check --deploy`` only, and not all of them; these are made each time, as soon
as ``DEBUG`` is off, where the engine is ours. They read settings and change none, and no secret is in a text.

| id | says |
|---|---|
| ``hardtack.E001`` | a setting of ours cannot be used: the keyring, a name, what is said of signed cookies |
| ``hardtack.E002`` | browsers refuse a cookie of this name with these attributes (RFC 6265bis §4.1.3) |
| ``hardtack.W001`` | the keys come from a ``SECRET_KEY`` that is short |
| ``hardtack.W002`` | the cookie goes over plain http too |
| ``hardtack.W003`` | scripts can read the cookie |
| ``hardtack.W004`` | other sites' requests carry the cookie |
"""

from __future__ import annotations

import warnings
from typing import Any

from django.apps import AppConfig  # type: ignore[import-untyped]  # Django has no types
from django.conf import settings  # type: ignore[import-untyped]  # likewise
from django.core.checks import Error, Tags, Warning, register  # type: ignore[import-untyped]  # noqa: A004 - Django's own name

from hardtack.adapters.django.settings import keyring, place
from hardtack.adapters.django.signed import accepted
from hardtack.errors import MisuseError
from hardtack.seal import WeakSecretWarning
from hardtack.seal.host_secret import SHORT
from hardtack.session import cookie

ENGINE = "hardtack.adapters.django"


class HardtackConfig(AppConfig):  # type: ignore[misc]  # Django has no types
    """The application that Django finds here."""

    name = ENGINE
    label = "hardtack"

    def ready(self) -> None:
        """Register the checks."""
        register(Tags.security)(check)


def check(app_configs: Any = None, **kwargs: Any) -> list[Any]:
    """Return what is wrong with the settings of the sealed session."""
    if settings.SESSION_ENGINE != ENGINE:
        return []
    found: list[Any] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", WeakSecretWarning)  # said below
            keyring()
        place()
        accepted()
    except MisuseError as error:
        found.append(Error(str(error), id="hardtack.E001"))
    try:
        cookie.dump(
            settings.SESSION_COOKIE_NAME,
            "",
            path=settings.SESSION_COOKIE_PATH,
            domain=settings.SESSION_COOKIE_DOMAIN,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=settings.SESSION_COOKIE_HTTPONLY,
            samesite=settings.SESSION_COOKIE_SAMESITE or None,
        )
    except MisuseError as error:
        found.append(Error(str(error), id="hardtack.E002"))
    return found if settings.DEBUG else [*found, *_unsafe()]


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
