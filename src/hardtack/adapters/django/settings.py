"""What a project's settings say about its sealed sessions: the keys, and what a cookie is bound to.

| setting | means | without it |
|---|---|---|
| ``HARDTACK_KEYRING`` | a keyring, or the path of a keyring file, which is followed when it changes | the keys are derived from ``SECRET_KEY``; ``SECRET_KEY_FALLBACKS`` open |
| ``HARDTACK_REALM`` | the name of the site | ``hardtack`` |
| ``HARDTACK_APPLICATION`` | the name of the project | the first part of ``ROOT_URLCONF`` |
| ``HARDTACK_PROFILE`` | ``"safe"``: the cookie's name and flags are Hardtack's, decided by ``HARDTACK_ORIGIN`` | they are Django's |

Django's own settings are read each time, since tests change them in between, and those of ours as often as others take
their place (``override_settings``); what is made of them is kept by their values. Nothing here writes a setting, and no
secret is put into a text.
"""  # noqa: E501 - a row of a table is one line

from __future__ import annotations

import os
from typing import Any, NamedTuple

from django.conf import settings  # type: ignore[import-untyped]  # Django has no types

from hardtack.errors import MisuseError
from hardtack.seal import Keyring, keyfile
from hardtack.session import CookiePolicy
from hardtack.session.policy import decide

_MAX_KEPT = 64
_kept: dict[object, Keyring] = {}


class _Made(NamedTuple):
    """What was made of which settings."""

    settings: object
    secret: str | bytes
    fallbacks: tuple[str | bytes, ...]
    name: str
    sealing: tuple[Keyring, tuple[str, str, str]]


_latest: list[_Made] = []
_known: dict[str, Any] = vars(settings)  # where Django itself looks first; what is not there is looked up again
_UNKNOWN = ("",)  # no fallback is empty


def sealing(name: str | None = None) -> tuple[Keyring, tuple[str, str, str]]:
    """Return what seals the sessions and what they are bound to, by the settings as they are now.

    Args:
        name: the cookie's, where it is not the one in the settings.

    Raises:
        MisuseError: if one of the settings cannot be used.
    """
    if name is not None:
        return keyring(), (name, *place()[1:])
    known = _known.get
    if (
        _latest
        and (latest := _latest[0]).settings is known("_wrapped")
        and latest.secret == known("SECRET_KEY")
        and latest.fallbacks == tuple(known("SECRET_KEY_FALLBACKS", _UNKNOWN))
        and latest.name == known("SESSION_COOKIE_NAME")
    ):
        return latest.sealing
    now = (settings._wrapped, settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS), settings.SESSION_COOKIE_NAME)
    made = _Made(*now, (keyring(), place()))
    _latest[:] = [made]
    return made.sealing


def setting(name: str) -> Any:
    """Return a setting as it is now, without the way that Django's object takes to each."""
    found = _known.get(name, _UNKNOWN)
    return getattr(settings, name) if found is _UNKNOWN else found


def keyring() -> Keyring:
    """Return what seals the sessions, by the settings as they are now.

    Raises:
        KeyringError: if the file of the keyring cannot be used.
        MisuseError: if ``HARDTACK_KEYRING`` is neither a keyring nor a path.
    """
    given = getattr(settings, "HARDTACK_KEYRING", None)
    if given is None:
        secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        return _kept.get(secrets) or _keep(secrets, Keyring.from_host_secret("django", secrets))
    if isinstance(given, Keyring):
        return given
    if not isinstance(given, (str, os.PathLike)):
        # Not repeated in the text: somebody may have put a secret there.
        raise MisuseError(
            f"HARDTACK_KEYRING is a {type(given).__name__}",
            "give a Keyring, or the path of the file that `hardtack keys new` has made",
        )
    path = ("file", os.fspath(given))
    return _kept.get(path) or _keep(path, keyfile.follow(given))


def place() -> tuple[str, str, str]:
    """Return what a cookie is bound to: its name, the realm and the application.

    Raises:
        MisuseError: if a name is no text, or empty.
    """
    name = settings.SESSION_COOKIE_NAME
    realm = getattr(settings, "HARDTACK_REALM", "hardtack")
    application = getattr(settings, "HARDTACK_APPLICATION", None)
    if application is None:
        application = getattr(settings, "ROOT_URLCONF", "").partition(".")[0] or "django"
    for setting, given in (("HARDTACK_REALM", realm), ("HARDTACK_APPLICATION", application)):
        if not isinstance(given, str) or not given:
            raise MisuseError(f"{setting} is no name", "write a short text, such as the name of the site")
        if given == settings.SECRET_KEY:
            raise MisuseError(f"{setting} is the secret key", "write a name there: names are no secrets")
    return name, realm, application


def _keep(key: object, made: Keyring) -> Keyring:
    if len(_kept) >= _MAX_KEPT:
        _kept.clear()
    _kept[key] = made
    return made


def safe_policy() -> CookiePolicy | None:
    """Return the names and flags of the safe profile, or ``None`` where they are Django's.

    Raises:
        MisuseError: if the profile or the origin cannot be used.
    """
    profile = getattr(settings, "HARDTACK_PROFILE", None)
    if profile is None:
        return None
    if profile != "safe":
        raise MisuseError(f"HARDTACK_PROFILE = {profile!r} is not known", 'write "safe", or leave it out')
    return policy()


def policy() -> CookiePolicy:
    """Return the names and flags that the origin decides.

    Raises:
        MisuseError: if the origin cannot be used.
    """
    return decide(
        getattr(settings, "HARDTACK_ORIGIN", None),
        application=place()[2],
        insecure_plain_http=getattr(settings, "HARDTACK_INSECURE_PLAIN_HTTP", False),
    )
