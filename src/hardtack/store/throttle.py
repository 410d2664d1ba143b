"""Budgets of attempts by key, counted by GCRA: so many at once, then one every so many seconds.

One row per key holds the *theoretical arrival time*: when the budget is whole again. A place is free while that lies
no further ahead than the whole budget; taking one moves it ahead by one interval, giving it back moves it back by one.
All keys of one attempt are taken in one IMMEDIATE transaction, all or none, so parallel attempts in any number of
threads and processes together never get more places than there are.

Keys are keyed hashes, so the table tells nobody who tried what. A row whose time has come says nothing and is deleted
by the next caller; ``ROWS`` caps how many there are, which is looked at now and then (``room``), and those nearest to
their end go first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from hardtack.store.prepared import Prepared
from hardtack.store.room import Room
from hardtack.store.schema import throttle
from hardtack.store.upsert import ByEngine, Words

ROWS = 50_000
"""Keys that are remembered at a time."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many attempts a key has.

    Args:
        at_once: places when nothing was used for a while.
        interval: seconds after which one place more is free.
    """

    at_once: int
    interval: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no place was given.

    Args:
        retry_after: seconds until there is one.
        first: whether this is the first refusal since a place was given last; only that is worth a row of audit.
    """

    retry_after: int
    first: bool


_FIELDS = ("key", "arrival", "since", "told")

# Every attempt runs these.
_past = Prepared(delete(throttle).where(throttle.c.arrival <= bindparam("now")))
_count = Prepared(select(func.count().label("number")).select_from(throttle))
_nearest = select(throttle.c.key).order_by(throttle.c.arrival).limit(bindparam("surplus"))
_surplus = delete(throttle).where(throttle.c.key.in_(_nearest))
_present = Prepared(select(throttle).where(throttle.c.key.in_([bindparam("first"), bindparam("last")])))
_told = update(throttle).where(throttle.c.key.in_(bindparam("keys", expanding=True))).values(told=1)


def _written(words: Words) -> Any:
    added = words.insert(throttle)
    new = {name: added.excluded[name] for name in _FIELDS[1:]}
    return added.on_conflict_do_update(index_elements=["key"], set_=new)


_take = Prepared(ByEngine(_written), _FIELDS)
_give_back = Prepared(
    update(throttle)
    .where(throttle.c.key == bindparam("taken"), throttle.c.since <= bindparam("taken_at"))
    .values(arrival=throttle.c.arrival - bindparam("interval"))
)


class Budgets:
    """The table of budgets; every method takes the connection of the caller's transaction.

    Args:
        rows: the cap.
    """

    def __init__(self, rows: int = ROWS) -> None:
        self._rows = rows
        self._room = Room(rows)

    def take(self, connection: Connection, wanted: Sequence[tuple[bytes, Budget]], now: int) -> Refusal | None:
        """Take one place of every budget in *wanted*, or none at all; return why not.

        Args:
            connection: one that ``Database.write`` gave.
            wanted: keys and their budgets, one or two.
            now: Unix seconds.
        """
        _past.run(connection, {"now": now})
        if self._room.is_due():
            self._make_room(connection)
        keys = [key for key, _ in wanted]
        present = {row.key: row for row in _present.rows(connection, {"first": keys[0], "last": keys[-1]})}
        # What lies further ahead than a whole budget was written by a clock that has been put back: it says nothing.
        rows = {
            key: present[key]
            for key, budget in wanted
            if key in present and present[key].arrival <= now + _whole(budget)
        }
        arrivals = {key: rows[key].arrival if key in rows else now for key in keys}
        waits = {key: arrivals[key] + budget.interval - _whole(budget) - now for key, budget in wanted}
        full = [key for key in keys if waits[key] > 0]
        if full:
            first = any(not rows[key].told for key in full)
            if first:
                connection.execute(_told, {"keys": full})
            return Refusal(max(waits.values()), first)
        taken = [
            {
                "key": key,
                "arrival": arrivals[key] + budget.interval,
                "since": rows[key].since if key in rows else now,
                "told": 0,
            }
            for key, budget in wanted
        ]
        _take.run_each(connection, taken)
        return None

    def give_back(self, connection: Connection, taken: Sequence[tuple[bytes, Budget]], taken_at: int) -> None:
        """Give back the places that one ``take`` gave, and nothing more: what came back by itself is left alone.

        Args:
            connection: one that ``Database.write`` gave.
            taken: what was given to ``take``.
            taken_at: when, Unix seconds.
        """
        _give_back.run_each(
            connection, [{"taken": key, "taken_at": taken_at, "interval": budget.interval} for key, budget in taken]
        )

    def prune(self, connection: Connection, now: int) -> None:
        """Delete the rows that say nothing any more, and those above the cap that are nearest to it."""
        _past.run(connection, {"now": now})
        self._make_room(connection)

    def _make_room(self, connection: Connection) -> None:
        surplus = _count.first(connection, {}).number - self._rows
        if surplus > 0:
            connection.execute(_surplus, {"surplus": surplus})


def _whole(budget: Budget) -> int:
    """Return the seconds in which a budget fills up."""
    return budget.at_once * budget.interval
