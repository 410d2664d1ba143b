"""Which settings cannot be used, or not beside each other, though each is of its type: every rule of that kind.

A rule says what is wrong in one line that names the setting, and what to write instead; ``configured`` finds the place
in the file by that name. Nothing is changed here and no value is filled in: ``settings`` does, once all of it holds.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from hardtack.errors import MisuseError
from hardtack.site import colours, listening, reports
from hardtack.site.forward_auth.rules import Rules
from hardtack.status.scope import are_scopes

if TYPE_CHECKING:
    from hardtack.site.settings import Settings

_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
# A token (RFC 9110 §5.6.2).

_LONGEST_BRAND = 64
_LONGEST_NAME, _LONGEST_PATH = 255, 4000
"""Octets: what file systems take for one name, and for a path with what we put behind it."""


def check(settings: Settings) -> None:
    """Do nothing if the settings can be used as they were given.

    Raises:
        MisuseError: they cannot.
    """
    if not settings.realm or not all(" " <= each <= "~" and each not in '"\\' for each in settings.realm):
        raise MisuseError(
            "realm: printable ASCII without quotes and backslashes is expected", 'write realm = "hardtack"'
        )
    _check_data(settings.data)
    Rules(settings.access)
    check_lifetimes(settings, "")
    if not are_scopes(settings.token_scopes):
        raise MisuseError(
            "token_scopes: a scope is up to 32 of a-z, 0-9 and : . _ - and begins with a letter or digit",
            'write token_scopes = ["read", "write"]',
        )
    if settings.sign_up_by == "email" and settings.mail_url is None:
        raise MisuseError(
            "sign_up_by: signing up by e-mail needs mail, and none is set up", 'write mail = "smtps://…" as well'
        )
    if settings.brand is not None:
        _check_brand(settings.brand)
    for name in ("accent", "accent_dark"):
        colour = getattr(settings, name)
        if colour is not None:
            colours.check(name, colour, dark=name == "accent_dark")
    if settings.admin_listen is not None:
        listening.parse(settings.admin_listen)
    if settings.csp_reports is not None:
        reports.check(settings.csp_reports)
    if settings.place_header is not None:
        _check_place_header(settings.place_header, settings.trusted_proxies)


def check_lifetimes(settings: Settings, prefix: str) -> None:
    """Do nothing if the absolute life of sign-ins is not the shorter one.

    Args:
        settings: with every lifetime filled in.
        prefix: of the settings in question: ``""``, or ``kept_`` for people who are kept signed in.

    Raises:
        MisuseError: it is.
    """
    idle, absolute = (f"{prefix}{name}" for name in ("idle_timeout", "absolute_timeout"))
    unused, whole = getattr(settings, idle), getattr(settings, absolute)
    if whole < unused:
        raise MisuseError(
            f"{absolute} ({whole} s) is shorter than {idle} ({unused} s)", f"make {absolute} the longer of the two"
        )


def _check_data(data: str) -> None:
    """Refuse what no folder can be called, which the system would refuse at each file in it.

    Raises:
        MisuseError: it is so.
    """
    try:
        octets = os.fsencode(data)
    except UnicodeEncodeError:  # a lone surrogate
        octets = b"\0"
    longest = max(len(name) for name in octets.split(b"/"))
    if b"\0" in octets or len(octets) > _LONGEST_PATH or longest > _LONGEST_NAME:
        raise MisuseError(
            f"data: no folder can be called {data!r:.60}",
            f'name one of at most {_LONGEST_NAME} octets, such as data = "hardtack-data"',
        )


def _check_brand(brand: str) -> None:
    # It stands in titles, in the sender of mails and in authenticator apps: one line, in which nothing is hidden.
    if not 0 < len(brand) <= _LONGEST_BRAND or not brand.isprintable() or brand != brand.strip():
        raise MisuseError(
            f"brand: a name of 1 to {_LONGEST_BRAND} characters in one line is expected",
            'write brand = "Ship\'s Stores"',
        )


def _check_place_header(name: str, proxies: tuple[str, ...]) -> None:
    if not _FIELD_NAME.fullmatch(name):
        raise MisuseError(
            f"place_header: {name!r:.80} is no name of a header field", 'write place_header = "cf-ipcountry"'
        )
    if not proxies:
        raise MisuseError(
            "place_header: the field is believed of a trusted proxy alone, and there is none",
            'write trusted_proxies = ["127.0.0.1"] as well',
        )
