"""The audit trail: every authentication event as a row and as one log record (ASVS 16.3.1).

A record goes to the logger ``hardtack.audit`` after the commit of its row, with extras: ``event`` (a fixed word) and
plain values, all from our own tables or parsed. Nothing that a visitor typed reaches either as typed, so nothing can
forge a line or colour a terminal (attack 31). A name that matches no account is written as a keyed hash
only, because people type passwords into that field. No secret is ever written.

Of attempts that the throttle refuses, the first since a place was given is an event; the rest would only let anybody
fill the trail.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from sqlalchemy import Connection

from hardtack.login.throttle import address
from hardtack.seal import Keyring
from hardtack.store import audit as rows
from hardtack.store.audit import Event
from hardtack.store.committed import after_commit

SIGNED_IN = "sign-in"
SIGN_IN_REFUSED = "sign-in-refused"
SIGNED_OUT = "sign-out"
CONFIRMED = "confirm"
CONFIRM_REFUSED = "confirm-refused"
SIGNED_UP = "sign-up"
SIGN_UP_REFUSED = "sign-up-refused"
SIGN_UP_ASKED = "sign-up-asked"
WELCOMED = "welcome"
WELCOME_REFUSED = "welcome-refused"
WELCOME_MADE = "welcome-link-made"
ADDED = "account-added"
DISABLED = "account-disabled"
ENABLED = "account-enabled"
CLOSED = "account-closed"
EXPORTED = "account-exported"
PASSWORD_CHANGED = "password-changed"
PASSWORD_REFUSED = "password-refused"
FORGOT = "forgot"
RESET = "reset"
RESET_REFUSED = "reset-refused"
RESET_STARTED = "reset-started"
ADDRESS_ASKED = "address-asked"
ADDRESS_CHANGED = "address-changed"
LINK_REFUSED = "link-refused"
INVITED = "invited"
INVITATION_WITHDRAWN = "invitation-withdrawn"
ROLES_CHANGED = "roles-changed"
SESSION_ENDED = "session-ended"
SESSIONS_ENDED = "sessions-ended"
LOCKED = "locked"
RELEASE_ASKED = "release-asked"
RELEASED = "released"
TOKEN_MADE = "token-made"
TOKEN_ENDED = "token-ended"
TOKEN_REFUSED = "token-refused"
PASSKEY_RENAMED = "passkey-renamed"
PASSKEY_COPIED = "passkey-copied"
FACTOR_RESET_ASKED = "factor-reset-asked"
FACTOR_RESET_CALLED_OFF = "factor-reset-called-off"
FACTORS_RESET = "factors-reset"
FACTOR_ADDED = "factor-added"
FACTOR_REMOVED = "factor-removed"
RECOVERY_CODES_MADE = "recovery-codes-made"
RECOVERY_CODE_USED = "recovery-code-used"
CODE_REFUSED = "code-refused"
PASSWORD_PROVED = "password-proved"
SECOND_FACTOR_PROVED = "second-factor-proved"
SECOND_FACTOR_REFUSED = "second-factor-refused"
DEVICE_TRUSTED = "device-trusted"
DEVICE_FORGOTTEN = "device-forgotten"
DEVICE_STOLEN = "trusted-device-stolen"
HANDED_OFF = "hand-off"

EVENTS = (
    SIGNED_IN,
    SIGN_IN_REFUSED,
    SIGNED_OUT,
    CONFIRMED,
    CONFIRM_REFUSED,
    SIGNED_UP,
    SIGN_UP_REFUSED,
    SIGN_UP_ASKED,
    WELCOMED,
    WELCOME_REFUSED,
    WELCOME_MADE,
    ADDED,
    DISABLED,
    ENABLED,
    CLOSED,
    EXPORTED,
    PASSWORD_CHANGED,
    PASSWORD_REFUSED,
    FORGOT,
    RESET,
    RESET_REFUSED,
    RESET_STARTED,
    ADDRESS_ASKED,
    ADDRESS_CHANGED,
    LINK_REFUSED,
    INVITED,
    INVITATION_WITHDRAWN,
    ROLES_CHANGED,
    SESSION_ENDED,
    SESSIONS_ENDED,
    LOCKED,
    RELEASE_ASKED,
    RELEASED,
    TOKEN_MADE,
    TOKEN_ENDED,
    TOKEN_REFUSED,
    PASSKEY_RENAMED,
    PASSKEY_COPIED,
    FACTOR_RESET_ASKED,
    FACTOR_RESET_CALLED_OFF,
    FACTORS_RESET,
    FACTOR_ADDED,
    FACTOR_REMOVED,
    RECOVERY_CODES_MADE,
    RECOVERY_CODE_USED,
    CODE_REFUSED,
    PASSWORD_PROVED,
    SECOND_FACTOR_PROVED,
    SECOND_FACTOR_REFUSED,
    DEVICE_TRUSTED,
    DEVICE_FORGOTTEN,
    DEVICE_STOLEN,
    HANDED_OFF,
)

OPERATOR = 0
"""The ``actor_id`` of whoever works on the command line."""

logger: logging.Logger = logging.getLogger("hardtack.audit")


class Trail:
    """Writes events.

    Args:
        keyring: hashes the names that match no account.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def write(
        self,
        connection: Connection,
        event: str,
        *,
        now: int,
        account_id: int | None = None,
        name: str | None = None,
        client: str = "",
        reason: str = "",
        factors: tuple[str, ...] = (),
        actor_id: int | None = None,
        device: str = "",
    ) -> Event:
        """Write the row of an event in the caller's transaction, and return it for ``tell``.

        Args:
            connection: one that ``Database.write`` gave.
            event: one of ``EVENTS``.
            now: Unix seconds.
            account_id: the account that is meant, if there is one.
            name: a name that matches no account; only its keyed hash is written.
            client: the network address as the adapter knows it.
            reason: why it was refused, a fixed word; of a hand-off the host.
            factors: what the person signed in with.
            actor_id: who did it, where that is somebody else than the account's owner; 0 for the operator.
            device: browser and system, in words of ours.
        """
        found = address(client)
        written = Event(
            event=event,
            at=now,
            account_id=account_id,
            name_hash=None if name is None else self._keyring.lookup_hash(name.encode(), purpose="audit-name"),
            client="" if found is None else str(found),
            reason=reason,
            factors=factors,
            actor_id=actor_id,
            device=device,
        )
        rows.write(connection, written)
        return written

    @staticmethod
    def tell(event: Event) -> None:
        """Log *event*; called after the commit of its row."""
        fields: dict[str, Any] = {
            "at": event.at,
            "account": event.account_id,
            "name_hash": None if event.name_hash is None else event.name_hash.hex(),
            "client": event.client,
            "reason": event.reason,
            "factors": " ".join(event.factors),
            "actor": event.actor_id,
            "device": event.device,
        }
        present = {name: value for name, value in fields.items() if value not in (None, "")}
        logger.info(event.event, extra={"event": event.event, **present})

    def tell_after_commit(self, connection: Connection, event: Event) -> None:
        """Log *event* once the transaction of *connection*, in which its row is, is committed."""
        after_commit(connection, partial(self.tell, event))
