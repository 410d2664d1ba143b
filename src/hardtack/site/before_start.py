"""What would be wrong with the settings at the start, beyond what the settings themselves can tell.

The parts that a start makes are asked one by one whether they can be made of the settings: the proxies, the database's
URL, the mail server's URL with its sender and password, the logo, the password filter. Each refusal becomes a mistake
with its place. Logo and filter are the only files that are opened; nothing is made, and no network is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hardtack.errors import MisuseError
from hardtack.site import configured, logo, mailing, opening
from hardtack.site.configured import Gathered
from hardtack.site.mistakes import Mistake, said_by
from hardtack.site.settings import Settings
from hardtack.status.forwarded import TrustedProxies
from hardtack.store.url import place_of

_PARTS: tuple[tuple[tuple[str, ...], Callable[[Settings, Mapping[str, str]], Any]], ...] = (
    (("trusted_proxies",), lambda settings, _environ: TrustedProxies(settings.trusted_proxies)),
    (("database",), lambda settings, _environ: place_of(settings.database_url)),
    (("mail", "mail_from"), mailing.carrier),
    (("logo",), lambda settings, _environ: None if settings.logo is None else logo.read(settings.logo)),
    (("password_filter",), lambda settings, _environ: opening.rules(settings)),
)
"""What is made of which settings; the setting that a refusal names first is the one that it is about."""


def mistakes(gathered: Gathered[Settings], environ: Mapping[str, str]) -> tuple[Mistake, ...]:
    """Return everything that is wrong: what the settings tell, and then what a start would.

    Args:
        gathered: what the sources say.
        environ: where the mail server's password is.
    """
    # What was mistaken counts as not said here, so that one mistake is not told twice.
    found = list(gathered.mistakes)
    for names, make in _PARTS:
        try:
            make(gathered.settings, environ)
        except MisuseError as error:
            name = next((each for each in names[::-1] if error.problem.startswith(f"{each}:")), names[0])
            found.append(Mistake(gathered.place(name), name, said_by(error)))
    return tuple(found)


def load(gathered: Gathered[Settings], environ: Mapping[str, str]) -> Settings:
    """Return the settings for a start.

    Args:
        gathered: what the sources say.
        environ: where the mail server's password is.

    Raises:
        MisuseError: something is wrong; the text names the place of the first mistake.
    """
    configured.raise_first(mistakes(gathered, environ))
    return gathered.settings
