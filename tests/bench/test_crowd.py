"""The databases with many accounts and ended sessions, and what is measured with them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench import crowd, million, payloads, worker
from hardtack.store import RevocationTable

SMALL = million.Crowd(keys=3, accounts=50, ended=40)


def test_a_filled_database_is_read_into_memory_whole(tmp_path: Path) -> None:
    """Every ended session is refused, and every account's epoch counts."""
    database = million.make(tmp_path / "hardtack.db", SMALL)
    table = RevocationTable(database)
    ended = million.some_ended(database, 1000)

    verdicts = {table.verdict(one, bytes(16), 1, million.EPOCH, 0) for one in ended}
    earlier = {table.verdict(bytes(16), bytes(16), account, million.EPOCH - 1, 0) for account in range(1, 51)}
    database.close()

    assert 40 == len(ended) == len(table)
    assert {"revoked"} == verdicts == earlier
    assert "" == table.verdict(bytes(16), bytes(16), 51, 0, 0)


def test_a_crowd_opens_sessions_of_every_key_and_asks_a_real_table() -> None:
    """Both sides of the row are there for every payload, and the look at the ended sessions beside them."""
    found = payloads.load()

    with crowd.groups(found, 1_700_000_000, SMALL, million.Crowd(keys=1, accounts=2, ended=0)) as groups:
        for group in groups:
            for each in group.contenders:
                each.run(each.prepare(5))
        names = {group.name: [each.name for each in group.contenders] for group in groups}

    kinds = ("open", "keys", "accounts", "ended")
    assert [*(f"crowd-{kind}/{size}" for size in found for kind in kinds), "verdict/"] == list(names)
    assert {("many", "few")} == {tuple(names[f"crowd-open/{size}"]) for size in found}


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_a_worker_is_weighed_on_linux_only(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other system tells how much of a process is in memory in the same way, so nothing is said there."""
    monkeypatch.setattr(sys, "platform", system)

    assert worker.measure(SMALL, 1) == []


def test_a_service_that_does_not_start_says_why(tmp_path: Path) -> None:
    """A figure is never taken from a process that has ended."""
    (tmp_path / "data").write_text("no folder")

    with pytest.raises(RuntimeError, match="cannot be made"):
        worker.start(tmp_path / "data")
