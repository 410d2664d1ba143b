"""A million revoked ids: what they cost, that a restart finds them, and that they go when their time is over."""

from __future__ import annotations

import json
import sqlite3
import time

from sqlalchemy import func, select, text

from hardtack.store import Database, feed
from hardtack.store.schema import revocation
from tests.scale.conftest import Start

NUMBER = 1_000_000
SAMPLE = 10_000
OVER, ALIVE = 1_000_000_000, 2**31 - 1
MEMORY = 64 * 2**20
"""DESIGN §9."""

FILL = f"""
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {NUMBER})
INSERT INTO revocation (change, kind, subject, account_id, until)
SELECT i, CASE i % 3 WHEN 0 THEN 'session' ELSE 'lineage' END, randomblob(16), i / 900,
       CASE i % 2 WHEN 0 THEN {OVER} ELSE {ALIVE} END
FROM n
"""  # noqa: S608 - our own numbers


def fill(database: Database) -> None:
    """Put the rows in, faster than anybody could sign out: all at once, without waiting for the disk."""
    connection = sqlite3.connect(database.path, isolation_level=None)
    for statement in ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -200000", "BEGIN", FILL):
        connection.execute(statement).close()
    connection.execute("UPDATE feed SET change = ?", (NUMBER,)).close()
    connection.execute("COMMIT").close()
    connection.close()


def sample(database: Database, until: int) -> list[bytes]:
    """Return some of the ids that count until then."""
    chosen = select(revocation.c.subject).where(revocation.c.until == until, text("change % 97 < 2")).limit(SAMPLE)
    with database.read() as connection:
        return list(connection.execute(chosen).scalars())


def test_a_million_revoked_ids(url: str, start_process: Start) -> None:
    """Within 64 MiB; a restart refuses every one; pruning and a feed that is too old do as they should."""
    database = Database.connect(url)
    database.migrate()
    fill(database)
    kept, over = sample(database, ALIVE), sample(database, OVER)
    assert [SAMPLE, SAMPLE] == [len(kept), len(over)]

    given = "\n\n".join("\n".join(one.hex() for one in ids) for ids in (kept, over))
    said, complaint = start_process("restarted.py", url).communicate(given, timeout=300)
    assert "revocations cannot be read\n" == complaint, complaint
    found = json.loads(said)

    started = time.perf_counter()
    with database.write() as connection:
        pruned = feed.prune(connection, OVER + 1)
        left = connection.execute(select(func.count()).select_from(revocation)).scalar_one()
    database_seconds = time.perf_counter() - started
    database.close()
    print(  # noqa: T201 - the figures of the documentation
        f"\n{NUMBER} revoked ids: {found['memory'] / 2**20:.1f} MiB, loaded in {found['load_seconds']:.2f} s, "
        f"verdict on a session that holds {found['verdict_microseconds']:.2f} µs, "
        f"on one that was ended {found['verdict_microseconds_revoked']:.2f} µs; "
        f"half of them deleted from the database in {database_seconds:.2f} s"
    )

    assert NUMBER == found["ids"]
    assert found["memory"] <= MEMORY
    assert {"": 40_000} == found["good"]
    assert {"revoked": 4 * SAMPLE} == found["revoked"]
    assert NUMBER // 2 == found["ids_after_pruning"]
    assert {"revoked": 2 * SAMPLE} == found["revoked_after_pruning"]
    assert {"": 2 * SAMPLE} == found["over_after_pruning"]
    assert {"": 20, "revoked": 20} == found["at_the_limit"]
    assert {"unknown": 40} == found["too_old"]
    assert {"": 20, "revoked": 20} == found["readable_again"]
    assert (NUMBER // 2, NUMBER // 2) == (pruned, left)
