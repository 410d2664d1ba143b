"""Recovery codes: ten codes for somebody who has lost a factor, each good once.

A code has 120 random bits, so that a fast keyed hash is all that is kept (ASVS 6.5.2, 6.5.4), and the account is hashed
with it. The codes are made with the first second factor and whenever their owner wants new ones, which end all older
ones; they are in the one answer that makes them and nowhere else. A used code is told of by mail, and so that nobody is
left without, their owner is told when few are left (``Held.few_codes``).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login import audit, codes
from hardtack.login.codes import BadCode
from hardtack.login.credentials import require_held
from hardtack.login.factors import RECOVERY_CODE
from hardtack.login.outbox import Notice, Order
from hardtack.login.services import Services
from hardtack.session import Identity
from hardtack.store import factors as factor_rows
from hardtack.store import recovery_codes as rows
from hardtack.store.recovery_codes import Codes

COUNT = 10

PURPOSE = "recovery-code"
"""Of the keyed hash."""


class NoSecondFactor(Refused):
    """The account has no second factor that a recovery code could stand in for."""

    status = 409
    slug = "no-second-factor"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "Recovery codes stand in for a second factor, and your account has none yet. Set one up first.",
                "zh": "恢复码用来代替第二重验证，而您的账户还没有设置。请先设置一个。",
            }
        )


class NotYourCodes(Refused):
    """What is to be saved are not the codes of this account, or not any more."""

    status = 403
    slug = "not-your-codes"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "These codes are not good any more, so they were not saved. Make new ones.",
                "zh": "这些恢复码已失效，因此没有保存。请重新生成。",
            }
        )


class RecoveryCodes:
    """Makes and uses them.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def of(self, account_id: int) -> Codes:
        """Return how many codes an account has left, and when they were made."""
        with self._services.database.read() as connection:
            return rows.of(connection, account_id)

    def make(
        self,
        identity: Identity,
        *,
        client: str,
        now: int,
        device: str = "",
        language: str = "",
        first: bool = False,
    ) -> tuple[str, ...]:
        """Make new codes and end the old ones; return them, which nobody can show again.

        Args:
            identity: who is signed in, as a session says it.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            device: browser and system, in words of ours.
            language: of the request.
            first: whether that is for a factor that was just added: codes that there are stay, nothing is returned, and
                no mail goes beside that of the factor.

        Raises:
            NoSecondFactor: there is nothing that they could stand in for.
            SessionOver: the session is over.
        """
        services, account_id = self._services, identity.account
        made = tuple(_new() for _ in range(COUNT))
        with services.database.write() as connection:
            require_held(services, connection, identity)
            if first and rows.of(connection, account_id).left:
                return ()
            held = factor_rows.count(connection, account_id)
            if not (held.totp or held.passkeys):
                raise NoSecondFactor
            rows.replace(connection, account_id, [self._hash(account_id, code) for code in made], now)
            self._write(connection, audit.RECOVERY_CODES_MADE, account_id, now=now, client=client, device=device)
            if not first:
                self._tell(
                    connection,
                    account_id,
                    Order(
                        notice=Notice.RECOVERY_CODES_MADE,
                        at=now,
                        account=account_id,
                        language=language,
                        client=client,
                        device=device,
                    ),
                )
        return tuple(codes.grouped(code) for code in made)

    def use(
        self,
        connection: Connection,
        account_id: int,
        code: str,
        now: int,
        *,
        client: str = "",
        device: str = "",
        language: str = "",
    ) -> bool:
        """Use a code up; return whether it was the account's and nobody had used it. Its owner is told by mail.

        Args:
            connection: one that ``Database.write`` gave; the code is used up if its transaction is committed.
            account_id: whose it must be.
            code: as typed.
            now: Unix seconds.
            client: the network address, after trusted proxies.
            device: browser and system, in words of ours.
            language: of the request.

        Raises:
            BadCode: it cannot be a code.
        """
        wanted = self._hash(account_id, codes.recovery(code))
        if not rows.use(connection, account_id, wanted, now):
            return False
        self._write(connection, audit.RECOVERY_CODE_USED, account_id, now=now, client=client, device=device)
        order = Order(
            notice=Notice.RECOVERY_CODE_USED,
            at=now,
            account=account_id,
            language=language,
            client=client,
            device=device,
            detail=str(rows.of(connection, account_id).left),
        )
        self._tell(connection, account_id, order)
        return True

    def as_text(self, account_id: int, typed: Sequence[str]) -> str:
        """Return codes as a text file, one a line, if each is one of the account's that can be used.

        Raises:
            NotYourCodes: one is not.
        """
        try:
            wanted = [codes.recovery(each) for each in typed[: COUNT + 1]]
        except BadCode:
            raise NotYourCodes from None
        with self._services.database.read() as connection:
            if not rows.has(connection, account_id, [self._hash(account_id, code) for code in wanted]):
                raise NotYourCodes
        return "".join(f"{codes.grouped(code)}\n" for code in wanted)

    def _hash(self, account_id: int, code: str) -> bytes:
        return self._services.keyring.lookup_hash(f"{account_id} {code}".encode(), purpose=PURPOSE)

    def _write(
        self, connection: Connection, event: str, account_id: int, *, now: int, client: str, device: str
    ) -> None:
        trail = self._services.trail
        written = trail.write(
            connection,
            event,
            now=now,
            account_id=account_id,
            client=client,
            device=device,
            factors=(RECOVERY_CODE,),
        )
        trail.tell_after_commit(connection, written)

    def _tell(self, connection: Connection, account_id: int, order: Order) -> None:
        found = self._services.rows.by_id(connection, account_id)
        if found is not None and found.account.email is not None:
            self._services.outbox.put(connection, order)


def _new() -> str:
    return "".join(secrets.choice(codes.ALPHABET) for _ in range(codes.RECOVERY_LENGTH))
