"""Which accounts ``hardtack accounts`` works on, and how one is written down for a program.

They are those of the database that ``hardtack serve`` would use with the same folder, file and environment, or those of
the application that the commands are run inside.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from hardtack.cli import asking, given, voice
from hardtack.errors import MisuseError, Refused
from hardtack.login import Account, Accounts, NoSuchAccount
from hardtack.seal import Keyring
from hardtack.session import policy
from hardtack.site.opening import connect
from hardtack.site.settings import Settings

SAY = {
    "en": {
        "nobody": "there is no account {name!r}",
        "nobody-hint": "hardtack accounts list shows every account",
        "port": "the link is for port {port}; if the service has another one, add --origin http://localhost:PORT",
    },
    "zh": {
        "nobody": "没有名为 {name!r} 的账户",
        "nobody-hint": "hardtack accounts list 可列出所有账户",
        "port": "链接使用端口 {port}；如果服务使用别的端口，请加上 --origin http://localhost:端口",
    },
}


def options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which database is meant."""
    function = click.option("--database", metavar="URL", help="The database, if it is not in the data folder.")(
        function
    )
    return click.option("--data", metavar="DIR", help="The data folder.  [default: hardtack-data]")(function)


@contextmanager
def opened(data: str | None, database: str | None) -> Iterator[Accounts]:
    """Open the accounts that ``hardtack serve`` would open, or those of the application."""
    with opened_with(data, database) as (*_, accounts):
        yield accounts


@contextmanager
def opened_with(data: str | None, database: str | None) -> Iterator[tuple[Settings, str, Accounts]]:
    """As ``opened``, with the settings and what the addresses of the pages begin with."""
    inside = given.application() if data is None else None
    if inside is not None:
        settings, keyring = inside.settings, inside.keyring
        if database is not None:
            settings = msgspec.structs.replace(settings, database=database)
    else:
        settings = Settings.load(None, os.environ, data=data, database=database)
        in_environment = os.environ.get("HARDTACK_KEYRING")
        keyring = Keyring.from_env() if in_environment else Keyring.load(settings.keyring_path)
    with connect(settings, keyring) as accounts:
        try:
            yield settings, "" if inside is None else inside.prefix, accounts
        except NoSuchAccount as missing:
            say = SAY[voice.language()]
            raise MisuseError(say["nobody"].format(name=missing.name), say["nobody-hint"]) from None
        except Refused as refused:
            raise asking.misuse(refused) from None


def described(account: Account) -> dict[str, Any]:
    """Return *account* as JSON has it."""
    return {
        "id": account.id,
        "name": account.name,
        "display_name": account.display_name,
        "administrator": account.administrator,
        "roles": list(account.roles),
        "email": account.email,
        "disabled": account.disabled,
        "created": moment(account.created),
    }


def moment(seconds: int) -> str:
    """Return the time *seconds* (Unix) as RFC 3339 writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def begins(settings: Settings, prefix: str, origin: str | None) -> str:
    """Return what every link begins with: what is configured or said here, never what a request says (attack 17).

    Args:
        settings: of the service or the application.
        prefix: of the pages.
        origin: as the operator typed it, or ``None``.

    Raises:
        MisuseError: it is none.
    """
    told = None if origin is None else policy.normal_origin(origin)
    return f"{told or settings.public_origin}{prefix}"


def guessed(settings: Settings, origin: str | None) -> str:
    """Return a hint that the port of a link is the one that is set, which need not be the one that is listened on.

    In development mode nobody has said where the service is, and ``serve --port`` tells nobody but itself.

    Args:
        settings: of the service or the application.
        origin: as the operator typed it, or ``None``.
    """
    known = origin is not None or not settings.development
    return "" if known else SAY[voice.language()]["port"].format(port=settings.port)
