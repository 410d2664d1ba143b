"""Failures in a row, by key: counted before anybody knows how the attempt ends, and forgotten with a success.

A key is the keyed hash of a name, whether it exists or not, or of a known device. ``count`` is one step of the
transaction in which an attempt takes its place, so attempts in any number of threads and processes see each other. An
attempt that dies in the middle stays counted as one failure, which the next success takes away like the others.

Rows below ``LIMIT`` are forgotten after ``FORGOTTEN`` seconds without a failure, those at the limit after ``KEPT``. No
more than ``ROWS`` are kept, which is looked at now and then (``room``): the lowest counts go first, of equal ones the
oldest. What went is not lost, or somebody
could fill the table to have a victim's row thrown out and begin again: the highest count that was ever thrown out is
kept as the *floor*, and a key without a row begins there. So no key is ever counted too low. That nobody is locked for
what was done to others, the floor stays at half of the limit; to lift it there, and to get a row out that is higher,
takes fifty failures at each of fifty thousand names, every one of which costs a place of somebody's budget and a hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select, update

from hardtack.store.prepared import Prepared
from hardtack.store.room import Room
from hardtack.store.schema import streak
from hardtack.store.upsert import ByEngine, Words

LIMIT = 100
"""Failures in a row after which no attempt is looked at any more (NIST SP 800-63B-4 §3.2.2)."""

ROWS = 50_000
FORGOTTEN = 30 * 86_400
KEPT = 400 * 86_400
DAY = 86_400

FLOOR = b"\0"
"""The key of the floor; no hash is that short."""

_MOST_FLOOR = LIMIT // 2


class Streak(NamedTuple):
    """What is known of one key.

    Args:
        failures: in a row, those that are under way among them.
        told: when the owner was told of a burst last, Unix seconds; 0: never.
    """

    failures: int = 0
    told: int = 0


_FIELDS = ("key", "failures", "last", "told")
_two: list[Any] = [bindparam("first"), bindparam("second")]

_SEVERAL = 500
_several = select(streak).where(streak.c.key.in_(bindparam("keys", expanding=True)))

# Every attempt runs these.
_present = Prepared(select(streak).where(streak.c.key.in_([*_two, bindparam("floor")])))


def _written(words: Words) -> Any:
    added = words.insert(streak)
    new = {name: added.excluded[name] for name in _FIELDS[1:]}
    return added.on_conflict_do_update(index_elements=["key"], set_=new)


_write = Prepared(ByEngine(_written), _FIELDS)
# Without a condition SQLite counts in an index and looks at no row; the floor is one of them where it is there.
_rows = Prepared(select(func.count().label("number")).select_from(streak))
_floors = select(func.count()).where(streak.c.key == FLOOR)
_lowest = (
    select(streak.c.key, streak.c.failures)
    .where(streak.c.key.not_in((FLOOR, bindparam("counted"))))
    .order_by(streak.c.failures, streak.c.last)
    .limit(bindparam("surplus"))
)
_throw_out = delete(streak).where(streak.c.key.in_(bindparam("keys", expanding=True)))
_tell = (
    update(streak)
    .where(streak.c.key == bindparam("told_of"), streak.c.told <= bindparam("before"))
    .values(told=bindparam("now"))
)
_reset = Prepared(update(streak).where(streak.c.key.in_(_two)).values(failures=0))
_over = (
    delete(streak).where(streak.c.failures < LIMIT, streak.c.last <= bindparam("forgotten")),
    delete(streak).where(streak.c.failures >= LIMIT, streak.c.last <= bindparam("kept")),
    # Of a row without failures only "told" counts, and that for a day.
    delete(streak).where(streak.c.failures == 0, streak.c.told <= bindparam("day_ago")),
)


class Streaks:
    """The table of failures in a row; every method takes the connection of the caller's transaction.

    Args:
        rows: the cap, the floor not counted.
    """

    def __init__(self, rows: int = ROWS) -> None:
        self._rows = rows
        self._room = Room(rows)

    def read(self, connection: Connection, keys: Sequence[bytes], now: int) -> tuple[Streak, ...]:
        """Return what is known of each of *keys*, in their order, with one statement.

        Args:
            connection: of a transaction that reads or writes.
            keys: keyed hashes, one or two.
            now: Unix seconds.
        """
        return _in_order(keys, _present.rows(connection, {**_named(keys), "floor": FLOOR}), now)

    def read_many(self, connection: Connection, keys: Sequence[bytes], now: int) -> tuple[Streak, ...]:
        """Return what is known of each of *keys*, however many there are; as ``read``."""
        rows: list[Any] = []
        for first in range(0, len(keys), _SEVERAL):
            asked = [FLOOR, *keys[first : first + _SEVERAL]]
            rows += connection.execute(_several, {"keys": asked})
        return _in_order(keys, rows, now)

    def count(self, connection: Connection, key: bytes, before: Streak, now: int) -> int:
        """Count one failure more and return how many that are.

        Args:
            connection: the transaction of ``Database.write`` in which *before* was read.
            key: whose.
            before: as ``read`` returned it.
            now: Unix seconds.
        """
        failures = before.failures + 1
        _write.run(connection, {"key": key, "failures": failures, "last": now, "told": before.told})
        if not self._room.is_due():
            return failures
        surplus = _rows.first(connection, {}).number - self._rows
        if surplus > 0:
            surplus -= connection.execute(_floors).scalar_one()
        if surplus > 0:
            self._make_room(connection, key, surplus, now)
        return failures

    def _make_room(self, connection: Connection, counted: bytes, surplus: int, now: int) -> None:
        lowest = connection.execute(_lowest, {"counted": counted, "surplus": surplus}).all()
        (before,) = self.read(connection, (FLOOR,), now)
        floor = min(max(before.failures, *(row.failures for row in lowest), 0), _MOST_FLOOR)
        _write.run(connection, {"key": FLOOR, "failures": floor, "last": now, "told": 0})
        connection.execute(_throw_out, {"keys": [row.key for row in lowest]})

    def tell(self, connection: Connection, key: bytes, now: int) -> bool:
        """Return whether the owner is to be told of a burst now, and note that they are; once a day at most."""
        told = {"told_of": key, "before": now - DAY, "now": now}
        return connection.execute(_tell, told).rowcount == 1

    def reset(self, connection: Connection, keys: Sequence[bytes]) -> None:
        """Let there be no failures of *keys*; the row stays for a day, so that nobody is told of bursts twice."""
        _reset.run(connection, _named(keys))

    def prune(self, connection: Connection, now: int) -> None:
        """Delete what says nothing any more."""
        ages = {"forgotten": now - FORGOTTEN, "kept": now - KEPT, "day_ago": now - DAY}
        for statement in _over:
            names = statement.compile().params
            connection.execute(statement, {name: age for name, age in ages.items() if name in names})


def _in_order(keys: Sequence[bytes], rows: Iterable[Any], now: int) -> tuple[Streak, ...]:
    """Return what *rows* say of each of *keys*; a key without a row, or with one that is forgotten, is at the floor."""
    found = {
        row.key: Streak(row.failures, row.told)
        for row in rows
        if row.last > now - (FORGOTTEN if row.failures < LIMIT else KEPT)
    }
    floor = Streak(found.get(FLOOR, Streak()).failures)
    return tuple(found.get(key, floor) for key in keys)


def _named(keys: Sequence[bytes]) -> dict[str, bytes]:
    """Return one or two keys by the names that they have in statements; one alone has both."""
    return {"first": keys[0], "second": keys[-1]}
