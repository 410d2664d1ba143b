"""Row 11 of the targets: whether opening a session depends on how many keys, accounts and ended sessions there are.

- ``many``: 100 keys in the ring, a million accounts whose epochs are in memory, a million ended sessions.
- ``few``: one key, ten accounts, no ended session.

Both open whole sessions by ``Sessions.open``: an identity cookie and a data cookie of each of 1,000 visitors, whose
accounts and keys are spread evenly over what there is; then one key is read, as in ``fields``. Both ask a real
``RevocationTable`` over a real SQLite database on disk. The visitors take turns, so no two openings in a row have a key
in common (but for the one key of ``few``), and every derived key is at hand: warm, as the rest.

``crowd-keys``, ``-accounts`` and ``-ended`` have many of one thing and few of the others, and tell what the difference
is made of. ``verdict`` is the look at the ended sessions alone. Nothing polls here while others are timed: the table
trusts its first load for a day instead of a minute.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import million
from bench.fields import KEY, ORIGIN
from bench.million import Crowd
from bench.rounds import Contender, Group
from hardtack.seal import Key, Keyring
from hardtack.session import Sessions
from hardtack.store import RevocationTable

VISITORS = 1000
OPENING = "opening"

_DAY = 86_400.0


@contextmanager
def groups(payloads: dict[str, dict[str, Any]], now: int, many: Crowd, few: Crowd) -> Iterator[list[Group]]:
    """Give the contenders, whose databases are there for as long; *now* is in Unix seconds."""
    crowds = {
        "open": many,
        "keys": replace(few, keys=many.keys),
        "accounts": replace(few, accounts=many.accounts),
        "ended": replace(few, ended=many.ended),
    }
    with TemporaryDirectory(prefix="hardtack-bench-") as folder, ExitStack() as opened:
        tables = {}
        for name, crowd in {**crowds, "few": few}.items():
            database = million.make(Path(folder) / f"{name}.db", crowd)
            opened.callback(database.close)
            tables[name] = RevocationTable(database, limit=_DAY)
            tables[name].refresh()
            if name == "open":
                ended = million.some_ended(database, VISITORS)
        found = []
        for size, payload in payloads.items():
            beside = _opening("few", few, tables["few"], payload, now)
            found += [
                Group(f"crowd-{name}/{size}", [_opening("many", crowd, tables[name], payload, now), beside])
                for name, crowd in crowds.items()
            ]
        holding = [os.urandom(16) for _ in range(VISITORS)]
        found.append(
            Group(
                "verdict/",
                [
                    _asking("holds, none ended", tables["few"], holding, few, ""),
                    _asking("holds, many ended", tables["open"], holding, many, ""),
                    _asking("ended, many ended", tables["open"], ended, many, "revoked"),
                ],
            )
        )
        yield found


def load_seconds(crowd: Crowd, times: int) -> list[float]:
    """Return how long it takes to read all ended sessions and all epochs, from a database that was just opened."""
    with TemporaryDirectory(prefix="hardtack-bench-") as folder:
        database = million.make(Path(folder) / "hardtack.db", crowd)
        taken = []
        for _ in range(times):
            table = RevocationTable(database)
            began = time.perf_counter()
            table.refresh()
            taken.append(time.perf_counter() - began)
            assert len(table) == crowd.ended
        database.close()
    return taken


def _opening(name: str, crowd: Crowd, table: RevocationTable, payload: dict[str, Any], now: int) -> Contender:
    keys = [Key(os.urandom(32)) for _ in range(crowd.keys)]
    cookies = list(_sign_in(keys, crowd, payload, now))
    opening = Keyring([keys[0], *(Key(each.secret, OPENING) for each in keys[1:])], None)
    sessions = Sessions(opening, origin=ORIGIN, application="bench", revocations=table)
    for each in cookies:
        session = sessions.open(each, now)
        assert session.identity is not None
        assert payload == dict(session)
    open_ = sessions.open
    around = cycle(cookies)

    def run(turns: Iterable[str]) -> None:
        for each in turns:
            open_(each, now)[KEY]

    return Contender(name, run, lambda turns: list(islice(around, turns)))


def _sign_in(keys: list[Key], crowd: Crowd, payload: dict[str, Any], now: int) -> Iterator[str]:
    """Yield the Cookie field of each visitor; each signs in at a time when another key of the ring was active."""
    choose = random.Random(1)  # noqa: S311 - whose turn it is; nothing secret
    at_their_time = [Sessions(Keyring([key], None), origin=ORIGIN, application="bench") for key in keys]
    for number in range(VISITORS):
        sessions = at_their_time[number % len(keys)]
        session = sessions.open("", now)
        session.sign_in(account=choose.randint(1, crowd.accounts), epoch=million.EPOCH, now=now)
        session.update(payload)
        yield "; ".join(field.partition(";")[0] for field in sessions.save(session, now))


def _asking(name: str, table: RevocationTable, lineages: list[bytes], crowd: Crowd, verdict: str) -> Contender:
    choose = random.Random(1)  # noqa: S311 - whose turn it is; nothing secret
    asked = [(one, os.urandom(16), choose.randint(1, crowd.accounts)) for one in lineages]
    ask, epoch = table.verdict, million.EPOCH
    assert {verdict} == {ask(lineage, own, account, epoch, 0) for lineage, own, account in asked}
    around = cycle(asked)

    def run(turns: Iterable[tuple[bytes, bytes, int]]) -> None:
        for lineage, own, account in turns:
            ask(lineage, own, account, epoch, 0)

    return Contender(name, run, lambda turns: list(islice(around, turns)))
