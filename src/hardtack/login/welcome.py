"""The first administrator: a link that works once, for fifteen minutes, while there is no administrator.

The code is 128 random bits; the database holds only its keyed hash, in one row. Each start of the service without an
administrator replaces it. Looking at the link consumes nothing. Redeeming it happens in the transaction that makes the
account and finds no administrator yet, so of two at the same moment one succeeds. There is no default account, and once
there is an administrator, disabled or not, every code is gone for ever.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Literal

from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login import audit, passwords
from hardtack.login.names import NameTaken
from hardtack.login.services import Services
from hardtack.login.sign_up import checked
from hardtack.login.throttle import TooManyAttempts
from hardtack.store import welcome as link
from hardtack.store.accounts import Account, NameIsTaken

CODE_BYTES = 16
LIFETIME = 900
"""Seconds that a link is good for."""

State = Literal["valid", "expired", "gone"]

_MAX_CODE = 64


class WelcomeGone(Refused):
    """There is an administrator already."""

    status = 410
    slug = "welcome-gone"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "This service has its administrator already, so the link is gone. Please sign in instead.",
                "zh": "本服务已有管理员，此链接已失效，请直接登录。",
            }
        )


class WelcomeCodeWrong(Refused):
    """The code is not that of the link that is valid now."""

    status = 403
    slug = "welcome-code-wrong"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "This link is wrong or has expired. Restart the service: it prints a new one.",
                "zh": "此链接不正确或已过期。请重新启动服务，它会显示新的链接。",
            }
        )


def make_code(services: Services, now: int) -> str:
    """Make the link's code and return it; an earlier one is worth nothing from now on.

    Args:
        services: the parts to work with.
        now: Unix seconds.

    Raises:
        WelcomeGone: there is an administrator.
    """
    code = secrets.token_urlsafe(CODE_BYTES)
    with services.database.write() as connection:
        if services.rows.has_administrator(connection):
            raise WelcomeGone
        link.replace(connection, link.WelcomeRow(_hash(services, code), now + LIFETIME))
        event = services.trail.write(connection, audit.WELCOME_MADE, now=now, actor_id=audit.OPERATOR)
    services.trail.tell(event)
    return code


def state(services: Services, code: str, now: int) -> State:
    """Return what *code* is worth: ``expired`` for everything that is not the valid one. It consumes nothing."""
    with services.database.read() as connection:
        return _state(services, connection, code, now)


def welcome(
    services: Services, code: str, name: str, password: str, *, client: str, now: int, device: str = ""
) -> Account:
    """Make the first administrator.

    Args:
        services: the parts to work with.
        code: from the link.
        name: as typed.
        password: as typed.
        client: the network address, after trusted proxies.
        now: Unix seconds.
        device: browser and system, in words of ours.

    Raises:
        BadName, BadPassword: what was typed cannot be used.
        WelcomeGone: there is an administrator.
        WelcomeCodeWrong: the code is wrong, replaced or expired.
        TooManyAttempts: the client has tried too many codes.
        HashingBusy: too many are waiting.
        NameTaken: somebody has the name, or one that looks like it.
    """
    passwords.as_bytes(password)
    _admit(services, code, client=client, now=now, device=device)
    good, secret = checked(services.passwords, name, password)
    with services.hashing.place() as place:
        encoded = place.hash(secret)
    try:
        with services.database.write() as connection:
            _require(_state(services, connection, code, now))
            account = services.rows.insert(
                connection,
                name=good.canonical,
                forms=good.forms,
                display_name=good.display,
                password_hash=encoded,
                administrator=True,
                now=now,
            )
            link.clear(connection)
            services.throttle.give_back(connection, services.throttle.client(client), now)
            event = services.trail.write(
                connection,
                audit.WELCOMED,
                now=now,
                account_id=account.id,
                client=client,
                device=device,
                factors=("password",),
            )
    except NameIsTaken:
        raise NameTaken from None
    services.trail.tell(event)
    return account


def _admit(services: Services, code: str, *, client: str, now: int, device: str) -> None:
    """Count the attempt for the client and look at the code, before anything is hashed."""
    with services.database.write() as connection:
        refusal = services.throttle.take(connection, services.throttle.client(client), now)
        found = _state(services, connection, code, now)
        event = None
        if refusal.first if refusal is not None else found != "valid":
            reason = "throttled" if refusal is not None else found
            event = services.trail.write(
                connection, audit.WELCOME_REFUSED, now=now, client=client, device=device, reason=reason
            )
    if event is not None:
        services.trail.tell(event)
    if refusal is not None:
        raise TooManyAttempts(refusal.retry_after)
    _require(found)


def _require(found: State) -> None:
    if found == "gone":
        raise WelcomeGone
    if found != "valid":
        raise WelcomeCodeWrong


def _state(services: Services, connection: Connection, code: str, now: int) -> State:
    if services.rows.has_administrator(connection):
        return "gone"
    row = link.read(connection)
    if row is None or len(code) > _MAX_CODE or not hmac.compare_digest(_hash(services, code), row.code_hash):
        return "expired"
    return "valid" if now < row.expires else "expired"


def _hash(services: Services, code: str) -> bytes:
    return services.keyring.lookup_hash(code.encode("utf-8", "replace"), purpose="welcome")
