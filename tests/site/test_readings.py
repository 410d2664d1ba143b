"""How much there is to do, looked at in a real site."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from hardtack.login.hashing import HashingBusy, HashingPool
from hardtack.site import Site, metrics
from hardtack.site.series import Kept, Together, place
from hardtack.store import StoreUnavailable
from tests.login.test_postman import wait_for
from tests.site.conftest import World


@pytest.fixture
def together(tmp_path: Path) -> Together:
    """Return what adds up, over an empty folder."""
    return Together(tmp_path / "counts")


@pytest.fixture
def counted(world: World, together: Together, tmp_path: Path) -> Site:
    """Return the site, counting."""
    counts = Kept(tmp_path / "counts")
    return Site(world.accounts, world.sessions, world.settings, world.keyring, counts=counts, clock=world.clock)


def read(together: Together, metric: metrics.Metric, now: float = 0) -> float:
    """Return a gauge or a counter without labels."""
    return together.read(now)[0][place(metric, ())]


def test_ready_is_who_knows_what_has_ended_until_he_stops(counted: Site, together: Together) -> None:
    """The others are asked by nobody for visitors any more."""
    counted.look(far=True)
    assert 0 == read(together, metrics.READY)

    counted.start()
    counted.look(far=True)
    assert 1 == read(together, metrics.READY)

    counted.stop_soon()
    assert 0 == read(together, metrics.READY)
    counted.look(far=True)
    assert 0 == read(together, metrics.READY)


def test_the_lag_and_the_failures_of_the_feed_are_seen(
    counted: Site, world: World, together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Since the last load that was good."""
    table = world.accounts.revocations
    table.refresh()
    counted.look()
    loaded_at = table.loaded_at
    assert 30 == pytest.approx(read(together, metrics.REVOCATION_LAG, loaded_at + 30))
    assert 0 == read(together, metrics.FEED_FAILURES)

    def fail() -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(table, "_load", fail)
    world.accounts.revocations._catch_up(poll=True)
    counted.look()
    assert 1 == read(together, metrics.FEED_FAILURES)
    assert loaded_at == table.loaded_at


def test_mail_that_waits_is_seen_and_a_database_that_does_not_answer_changes_nothing(
    counted: Site, world: World, together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody carries it here."""
    world.browser().json("POST", "/forgot", {"email": "mike@example.org"})
    counted.look(far=True)
    assert (1, 0) == (read(together, metrics.MAIL_WAITING), read(together, metrics.MAIL_STUCK))

    def fail() -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(world.accounts.postman, "state", fail)
    counted.look(far=True)
    assert 1 == read(together, metrics.MAIL_WAITING)


def test_the_hashing_queue_is_seen_from_both_ends(
    counted: Site, world: World, together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One works, one has a place, one waits, and one is turned away."""
    pool = HashingPool(world.accounts.hashing.hasher, threads=1, places=2, patience=20)
    monkeypatch.setattr(type(world.accounts), "hashing", pool)
    done = threading.Event()

    def stay() -> None:
        with pool.place():
            done.wait(30)

    waiting = [threading.Thread(target=stay) for _ in range(3)]
    for thread in waiting:
        thread.start()
    wait_for(lambda: (pool.running, pool.waiting) == (2, 1))
    counted.look()
    assert (1, 2) == (read(together, metrics.HASHING_RUNNING), read(together, metrics.HASHING_WAITING))

    pool._patience = 0.01
    with pytest.raises(HashingBusy), pool.place():
        pass
    done.set()
    for thread in waiting:
        thread.join(30)
    counted.look()
    assert (0, 0) == (read(together, metrics.HASHING_RUNNING), read(together, metrics.HASHING_WAITING))
    assert 1 == read(together, metrics.HASHING_REFUSED)
    pool.close()
