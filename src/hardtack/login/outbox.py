"""Mail that somebody is to get: ordered in the transaction of what it tells of, written and sent elsewhere.

An order says what happened and to whom; it is no text yet. Who is meant by an address that a visitor typed is looked up
when it is carried out, off the way of the request: so a request for mail runs the same statements whether the
address is anybody's, and its time tells nothing (attack 8). Links are made then, too, so that no code lies in the
database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum

import msgspec
from sqlalchemy import Connection

from hardtack.seal import Keyring
from hardtack.session.identity import UNDECODABLE
from hardtack.store import outbox as rows
from hardtack.store.committed import after_commit

LIFETIME = 86_400
"""Seconds after which an order that could not be carried out is given up."""

logger: logging.Logger = logging.getLogger("hardtack.mail")


class Notice(StrEnum):
    """What mail may be about. In the first three, who is meant by an address or a name is yet to be looked up."""

    SIGN_UP = "sign-up"
    FORGOT = "forgot"
    RELEASE = "release"
    INVITATION = "invitation"
    VERIFY_ADDRESS = "verify-address"
    RESET_BY_ADMINISTRATOR = "reset-by-administrator"
    ADDRESS_CHANGED = "address-changed"
    PASSWORD_CHANGED = "password-changed"
    NEW_DEVICE = "new-device"
    FAILURES = "failures"
    TOKEN_MADE = "token-made"
    ADMINISTERED = "administered"
    ACCOUNT_CLOSED = "account-closed"
    PASSKEY_COPIED = "passkey-copied"
    FACTOR_RESET_ASKED = "factor-reset-asked"
    FACTOR_RESET_CALLED_OFF = "factor-reset-called-off"
    FACTORS_RESET = "factors-reset"
    FACTOR_ADDED = "factor-added"
    FACTOR_REMOVED = "factor-removed"
    RECOVERY_CODES_MADE = "recovery-codes-made"
    RECOVERY_CODE_USED = "recovery-code-used"
    FACTOR_FAILURES = "factor-failures"
    TRUSTED_DEVICE_STOLEN = "trusted-device-stolen"


class Order(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """One piece of mail to be written.

    Args:
        notice: what it is about.
        at: when that happened, Unix seconds.
        account: whom it is for; 0 where that must be looked up, or there is no account.
        address: where it goes, if that is not the account's own address (as typed): an address that is the account's
            no more or not yet, or that of an account that is closed.
        language: of the request that it comes from; the account's own goes before it.
        onward: where the reader goes in the end, a path of ours.
        identifier: of the invitation or token that it is about, where there is one.
        client: the network address of who asked.
        device: browser and system of who asked, as ``device_names`` stores them.
        detail: what else the text says: of a token its label, of an invitation who invites, of a closed account its
            name, of failures how many; of an address ``removed``, where there is no other in its place; of a factor its
            word and, after a space, its label; of a recovery code how many are left.
    """

    notice: Notice
    at: int
    account: int = 0
    address: str = ""
    language: str = ""
    onward: str = ""
    identifier: bytes = b""
    client: str = ""
    device: str = ""
    detail: str = ""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Order)


class Outbox:
    """Takes orders.

    Args:
        keyring: seals them.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self.arrived: Callable[[], object] | None = None
        """Called once an order of this process is in the database; it waits for nothing."""

    def put(self, connection: Connection, order: Order) -> None:
        """Order mail in the caller's transaction; where too many wait already, it is not sent, and the log says so.

        Args:
            connection: one that ``Database.write`` gave.
            order: what is to be sent.
        """
        content = _encoder.encode(order)
        if not rows.put(connection, self._keyring, content, now=order.at, until=order.at + LIFETIME):
            logger.error("the outbox is full", extra={"event": "outbox-full", "notice": order.notice.value})
        elif self.arrived is not None:
            after_commit(connection, self.arrived)

    @staticmethod
    def decode(content: bytes) -> Order | None:
        """Return the order in *content*, or ``None`` if it is one of another version."""
        try:
            return _decoder.decode(content)
        except UNDECODABLE:
            return None
