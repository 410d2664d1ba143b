"""Half a sign-in: one factor is proved, another one is still to be proved or to be enrolled.

It is no session and gives no right but one: to go on with the sign-in that it belongs to, for five minutes. What the
browser holds is sealed; what makes it good is a row that is deleted at success, at cancelling, at the fifth wrong
answer, and that a higher epoch or a disabled account makes worthless (attack 25). It names its account itself, so
nothing else that is sent can turn it to another one. The id of the session is drawn only when all is proved.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login.services import Services
from hardtack.session.identity import UNDECODABLE
from hardtack.store import half as rows
from hardtack.store.accounts import Account
from hardtack.store.half import HalfRow

LIFETIME = 300
"""Seconds."""

MOST_FAILURES = 5
"""Wrong answers after which the sign-in begins anew."""

LONGEST_ONWARD = 1024

__all__ = ["LIFETIME", "MOST_FAILURES", "UNDECODABLE", "Half", "HalfOver", "HalfSignIns", "Shown", "decode", "encode"]


class Shown(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """What the cookie carries.

    Args:
        id: 16 random bytes.
        onward: where to go in the end, a path of ours; ``""`` for nowhere in particular.
        keep: whether they asked to be kept signed in.
    """

    id: Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
    onward: str = ""
    keep: bool = False

    def __repr__(self) -> str:
        # The id stays out: representations end up in logs.
        return "<Shown>"


@dataclass(frozen=True, slots=True)
class Half:
    """A half-done sign-in that is good.

    Args:
        row: as it is written down.
        account: whose it is.
        shown: what the cookie carries.
    """

    row: HalfRow
    account: Account
    shown: Shown

    @property
    def factors(self) -> tuple[str, ...]:
        """What was proved so far."""
        return self.row.factors


class HalfOver(Refused):
    """There is no half-done sign-in, or it is over: too long ago, too many wrong answers, or done already."""

    status = 401
    slug = "half-signed-in-over"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "This sign-in is over: it took too long, or too many answers were wrong. Please begin anew.",
                "zh": "此次登录已结束：用时过长，或错误次数过多。请重新开始。",
            }
        )


encode: Callable[[Any], bytes] = msgspec.msgpack.Encoder().encode
decode: Callable[[bytes], Shown] = msgspec.msgpack.Decoder(Shown).decode
"""Return what bytes show, or raise one of ``UNDECODABLE``, never anything else."""


class HalfSignIns:
    """Begins, reads and ends them.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def begin(
        self, account: Account, factors: tuple[str, ...], *, onward: str = "", keep: bool = False, now: int
    ) -> Half:
        """Write down that *factors* are proved and something is missing.

        Args:
            account: whose they are, as it was when they were proved.
            factors: what was proved.
            onward: where to go in the end; one that is too long is left out.
            keep: whether they asked to be kept signed in.
            now: Unix seconds.
        """
        shown = Shown(os.urandom(16), onward if len(onward) <= LONGEST_ONWARD else "", keep)
        row = HalfRow(
            half_id=shown.id, account_id=account.id, epoch=account.epoch, factors=factors, until=now + LIFETIME
        )
        with self._services.database.write() as connection:
            rows.add(connection, row)
        return Half(row, account, shown)

    def read(self, shown: Shown, now: int) -> Half | None:
        """Return the half-done sign-in that a browser shows, if it is good."""
        with self._services.database.read() as connection:
            return self.find(connection, shown, now)

    def find(self, connection: Connection, shown: Shown, now: int) -> Half | None:
        """Return the same as the caller's transaction sees it."""
        row = rows.find(connection, shown.id, now)
        found = None if row is None else self._services.rows.by_id(connection, row.account_id)
        return None if row is None or found is None else Half(row, found.account, shown)

    def require(self, connection: Connection, half: Half, now: int) -> Half:
        """Return *half* as the caller's transaction sees it, before something is decided by it.

        Raises:
            HalfOver: it is good no more.
        """
        found = self.find(connection, half.shown, now)
        if found is None or found.account.id != half.account.id:
            raise HalfOver
        return found

    def prove(self, connection: Connection, half: Half, factor: str) -> Half:
        """Write that *factor* is proved, too, where something else is still missing; return it as it is then."""
        factors = tuple(dict.fromkeys((*half.factors, factor)))
        rows.prove(connection, half.row.half_id, factors)
        return replace(half, row=replace(half.row, factors=factors))

    def proved(self, half: Half, factor: str, now: int) -> Half:
        """Return the same after *factor*, which was made just now, in a transaction of its own.

        Raises:
            HalfOver: it is good no more.
        """
        with self._services.database.write() as connection:
            return self.prove(connection, self.require(connection, half, now), factor)

    def fail(self, connection: Connection, half: Half) -> bool:
        """Count a wrong answer; return whether the sign-in has to begin anew."""
        return rows.fail(connection, half.row.half_id, MOST_FAILURES)

    def cancel(self, shown: Shown) -> None:
        """Let it be over, because whoever began it says so."""
        with self._services.database.write() as connection:
            rows.spend(connection, shown.id)
