"""What belongs to an account beside its row: its sign-ins, factors, access tokens, invitations and events.

Read as a whole, for a person who wants to have what is kept about them, and let go, where sessions or the whole account
end. Nothing that could be used goes out: no hash of a token, no number that names a session. What ends a session or a
token is its revocation or the account's state; the rows that are deleted here opened nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, func, select, update

from hardtack.store import factors
from hardtack.store.schema import (
    access_token,
    account,
    audit,
    invitation,
    passkey,
    recovery_code,
    signed_in,
    totp,
    trusted_device,
)

MOST_EVENTS = 10_000
"""So many events of one account are read at most, the newest."""

_SIGN_IN = ("began", "last_seen", "until", "client", "device", "place", "factors")
_TOKEN = ("label", "scopes", "created", "until", "last_used")
_INVITATION = ("created", "until", "email", "roles", "withdrawn", "used")
_APP = ("created",)
_PASSKEY = ("label", "created", "last_used", "transports", "backed_up")
_CODE = ("created", "used")
_TRUSTED = ("created", "until", "client", "device")
_EVENT = ("at", "event", "client", "reason", "factors", "actor_id", "device")


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """What is kept about one account; times are Unix seconds.

    Args:
        sign_ins: those that the list of sign-ins has, the newest first.
        tokens: its access tokens, without what they are checked against.
        invitations: those that its owner has sent.
        apps: its authenticator app, without the secret.
        passkeys: its passkeys, without their keys.
        codes: its recovery codes, without the codes.
        trusted: the browsers in which no second factor is asked for.
        events: what the audit trail says about it, the newest first.
        events_in_all: how many of these there are, read or not.
        password_changed: when the password was set last.
    """

    sign_ins: tuple[dict[str, Any], ...]
    tokens: tuple[dict[str, Any], ...]
    invitations: tuple[dict[str, Any], ...]
    apps: tuple[dict[str, Any], ...]
    passkeys: tuple[dict[str, Any], ...]
    codes: tuple[dict[str, Any], ...]
    trusted: tuple[dict[str, Any], ...]
    events: tuple[dict[str, Any], ...]
    events_in_all: int
    password_changed: int | None


def read(connection: Connection, account_id: int, *, events: int = MOST_EVENTS) -> Belongings:
    """Return what belongs to an account.

    Args:
        connection: of a transaction that reads or writes.
        account_id: the account.
        events: how many events at most.
    """
    about = audit.c.account_id == account_id
    in_all = connection.execute(select(func.count()).select_from(audit).where(about)).scalar_one()
    newest = select(*(audit.c[name] for name in _EVENT)).where(about)
    newest = newest.order_by(audit.c.at.desc(), audit.c.id.desc()).limit(events)
    changed = select(account.c.password_changed).where(account.c.id == account_id)
    return Belongings(
        sign_ins=_rows(
            connection,
            select(*(signed_in.c[name] for name in _SIGN_IN))
            .where(signed_in.c.account_id == account_id)
            .order_by(signed_in.c.began.desc()),
        ),
        tokens=_rows(
            connection,
            select(*(access_token.c[name] for name in _TOKEN))
            .where(access_token.c.account_id == account_id)
            .order_by(access_token.c.id),
        ),
        invitations=_rows(
            connection,
            select(*(invitation.c[name] for name in _INVITATION))
            .where(invitation.c.invited_by == account_id)
            .order_by(invitation.c.created),
        ),
        apps=_of(connection, totp, _APP, account_id),
        passkeys=_of(connection, passkey, _PASSKEY, account_id),
        codes=_of(connection, recovery_code, _CODE, account_id),
        trusted=_of(connection, trusted_device, _TRUSTED, account_id),
        events=_rows(connection, newest),
        events_in_all=in_all,
        password_changed=connection.execute(changed).scalar(),
    )


def end_sign_ins(connection: Connection, account_id: int, *, keep: bytes | None = None) -> None:
    """Take the account's sign-ins off the list, where a higher epoch has ended them.

    Args:
        connection: one that ``Database.write`` gave.
        account_id: the account.
        keep: the lineage that goes on.
    """
    ended = delete(signed_in).where(signed_in.c.account_id == account_id)
    connection.execute(ended if keep is None else ended.where(signed_in.c.lineage != keep))


def let_go(connection: Connection, account_id: int, now: int) -> None:
    """Delete the account's factors, sign-ins and access tokens, and withdraw its invitations that nobody has used."""
    factors.let_go(connection, account_id)
    end_sign_ins(connection, account_id)
    connection.execute(delete(access_token).where(access_token.c.account_id == account_id))
    open_still = (invitation.c.invited_by == account_id) & invitation.c.used.is_(None)
    connection.execute(update(invitation).where(open_still, invitation.c.withdrawn.is_(None)).values(withdrawn=now))


def is_the_only_administrator(connection: Connection, account_id: int) -> bool:
    """Return whether the account is an administrator and there is no other one who may sign in."""
    able = select(account.c.id).where(account.c.closed_at.is_(None), account.c.administrator == 1)
    this = able.where(account.c.id == account_id)
    others = able.where(account.c.id != account_id, account.c.disabled_at.is_(None)).limit(1)
    return connection.execute(this).first() is not None and connection.execute(others).first() is None


def _of(connection: Connection, table: Table, names: tuple[str, ...], account_id: int) -> tuple[dict[str, Any], ...]:
    """Return the columns *names* of an account's rows of *table*, the oldest first."""
    wanted = select(*(table.c[name] for name in names)).where(table.c.account_id == account_id)
    return tuple(sorted(_rows(connection, wanted), key=lambda row: row["created"]))


def _rows(connection: Connection, wanted: Select[Any]) -> tuple[dict[str, Any], ...]:
    return tuple(dict(row) for row in connection.execute(wanted).mappings())
