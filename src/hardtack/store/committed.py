"""What is to be done once a transaction is committed, and not at all if it is not.

It is noted at the transaction's connection, which ``Database.write`` clears when it begins and reads when it has
committed. Whatever is called must raise nothing and wait for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

_CALLS = "hardtack_committed"


def after_commit(connection: Connection, call: Callable[[], Any]) -> None:
    """Have *call* called once the transaction of *connection*, which ``Database.write`` gave, is committed."""
    connection.info.setdefault(_CALLS, []).append(call)


def taken(connection: Connection) -> Sequence[Callable[[], Any]]:
    """Return what was noted at *connection*, and forget it there."""
    calls: Sequence[Callable[[], Any]] = connection.info.pop(_CALLS, ())
    return calls
