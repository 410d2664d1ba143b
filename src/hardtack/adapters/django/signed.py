"""Sessions that Django's ``signed_cookies`` has signed, taken over while a site changes to sealed ones.

They count until the date in ``HARDTACK_ACCEPT_SIGNED_UNTIL`` (Unix seconds), and each once where ``HARDTACK_SPENT`` (a
store such as ``hardtack.store.SpentTable``, or the dotted path of one) writes down what was used: it is spent as soon
as the session is loaded, before anybody reads a value. If the store fails, nothing is given out, and the cookie may be
tried again. Only JSON is read. What is in a session is not looked into, but for the moment at which it ends by itself;
nothing here writes a cookie.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.utils.module_loading import import_string  # type: ignore[import-untyped]  # likewise

from hardtack.errors import MisuseError
from hardtack.session import upgrade

REPLAYED = "replayed"
"""Why a cookie does not count that was taken over before."""
UNAVAILABLE = "store-unavailable"
"""Why a cookie does not count yet: the store did not say whether it was taken over before."""

MARK = ":"
"""What Django has signed has it, what is sealed never."""


class Taken(NamedTuple):
    """A session that Django has signed: its values, or why they are not given out."""

    values: dict[str, Any]
    why: str = ""
    error: str = ""
    """What the store raised: the name of its class."""


def accepted() -> tuple[int, upgrade.Spent | None] | None:
    """Return until when signed sessions count and where they are spent; ``None`` if the settings accept none.

    Raises:
        MisuseError: if the date is none, or what is to spend them cannot.
    """
    until = getattr(settings, "HARDTACK_ACCEPT_SIGNED_UNTIL", None)
    spent = getattr(settings, "HARDTACK_SPENT", None)
    if until is None:
        if spent is not None:
            raise MisuseError(
                "HARDTACK_SPENT is for signed cookies, and without a date none is accepted",
                "set HARDTACK_ACCEPT_SIGNED_UNTIL as well, or leave HARDTACK_SPENT out",
            )
        return None
    if type(until) is not int:
        raise MisuseError(
            f"HARDTACK_ACCEPT_SIGNED_UNTIL = {until!r} is no time",
            "give whole Unix seconds, such as int(datetime(2027, 3, 1, tzinfo=UTC).timestamp())",
        )
    if isinstance(spent, str):
        try:
            spent = import_string(spent)
        except ImportError as error:
            raise MisuseError(f"HARDTACK_SPENT: {error}", "give the dotted path of a SpentTable") from None
    # A class has the method too; every cookie would be refused, and nobody would know why.
    if spent is not None and (isinstance(spent, type) or not isinstance(spent, upgrade.Spent)):
        raise MisuseError(f"HARDTACK_SPENT = {spent!r} cannot write down what was used", "give SpentTable(database)")
    return until, spent


def asks_a_store(token: str) -> bool:
    """Say whether ``take`` may have to wait for a store."""
    return MARK in token and getattr(settings, "HARDTACK_SPENT", None) is not None


def take(token: str, max_age: int) -> Taken | None:
    """Return the session in a signed cookie; ``None`` if it does not count.

    Args:
        token: the value of the cookie, which has the ``MARK``.
        max_age: how old it may be, in seconds.
    """
    rules = accepted()
    now = int(time.time())
    if rules is None or now > rules[0]:
        return None
    until, spent = rules
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    values = upgrade.read_django(token, secrets, now=now, max_age=max_age)
    if values is None or _is_over(values.get("_session_expiry"), now):
        return None
    if spent is None:
        return Taken(values)
    try:
        first = spent.spend(upgrade.mark_of(token), until)
    except Exception as error:
        # Whatever the store raises: without its word the values are not given out.
        return Taken({}, UNAVAILABLE, type(error).__name__)
    return Taken(values) if first else Taken({}, REPLAYED)


def _is_over(expiry: object, now: int) -> bool:
    """Say whether a session has reached the moment that ``set_expiry`` gave it; seconds are looked at by the reader."""
    if not isinstance(expiry, str):
        return False
    try:
        return datetime.fromisoformat(expiry).timestamp() <= now
    except (ValueError, OverflowError):
        return True
