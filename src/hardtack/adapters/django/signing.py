"""The one ``SignIn`` of a project: what its settings say, made once and kept.

``HARDTACK_<SETTING>`` is a setting of ``hardtack.site.Settings``; ``HARDTACK_KEYRING``, ``HARDTACK_APPLICATION``,
``HARDTACK_PREFIX``, ``HARDTACK_HOME``, ``HARDTACK_TEMPLATES`` and ``HARDTACK_TEXTS`` say the rest. Nothing is opened
before somebody asks.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any

import msgspec
from django.conf import settings  # type: ignore[import-untyped]  # Django has no types

from hardtack.adapters.django.installed import DJANGO_CSRF, Installed
from hardtack.adapters.django.settings import keyring, place
from hardtack.adapters.sign_in import SignIn
from hardtack.errors import MisuseError
from hardtack.seal import Keyring, keyfile
from hardtack.site import Settings

PREFIX = "HARDTACK_"

_OF_THE_SERVICE = frozenset(
    {
        "host",
        "port",
        "workers",
        "playground",
        "log_format",
        "access",
        "parent_domain",
        "access_log",
        "admin_listen",
        "stop_delay",
    }
)

NAMES = {
    f"{PREFIX}{field.name.upper()}": field.name
    for field in msgspec.structs.fields(Settings)
    if field.name not in _OF_THE_SERVICE
}
"""The settings of the sign-in by their names in a project."""

_OTHERS = {
    "HARDTACK_KEYRING": "keyring",
    "HARDTACK_PREFIX": "prefix",
    "HARDTACK_HOME": "home",
    "HARDTACK_TEMPLATES": "templates",
    "HARDTACK_TEXTS": "texts",
}

_lock = threading.Lock()
_kept: list[tuple[dict[str, Any], SignIn]] = []


def said(names: Mapping[str, str] = NAMES) -> dict[str, Any]:
    """Return what the project has set, by the names that ``SignIn`` has for it."""
    found = {}
    for setting, name in names.items():
        value = getattr(settings, setting, None)
        if value is not None:
            found[name] = os.fspath(value) if isinstance(value, os.PathLike) else value
    return found


def keys() -> Keyring:
    """Return the keyring of the sign-in.

    Raises:
        MisuseError: there is none; a ``SECRET_KEY`` is none.
        KeyringError: it cannot be used.
    """
    if getattr(settings, "HARDTACK_KEYRING", None) is not None:
        return keyring()
    if os.environ.get(keyfile.VARIABLE):
        return keyfile.follow_environment()
    raise MisuseError(
        "the sign-in has no keyring, and a SECRET_KEY does not do",
        "make one with `hardtack keys new FILE` and name the file in HARDTACK_KEYRING",
    )


def sign_in() -> SignIn:
    """Return the sign-in of the project, made when it is first asked for.

    Raises:
        MisuseError: a setting cannot be used, or there is no keyring.
    """
    wanted = {**said({**NAMES, **_OTHERS}), "application": place()[2], "csrf": not Installed.now().at(DJANGO_CSRF)}
    with _lock:
        for known, made in _kept:
            if known == wanted:
                return made
        made = SignIn(**wanted)
        _kept.append((wanted, made))
        return made
