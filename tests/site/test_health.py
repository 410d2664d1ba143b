"""Alive and ready, for whoever watches the process."""

from __future__ import annotations

import pytest

from hardtack.store import StoreUnavailable
from tests.site.conftest import MakeWorld, World, set_cookies


def test_alive_is_alive_whatever_else_is_wrong(world: World) -> None:
    """Restarting would not help."""
    response = world.browser().get("/healthz")

    assert (200, b"alive\n") == (response.status, response.body)


def test_ready_only_after_the_revocations_are_loaded(world: World) -> None:
    """Nobody can be recognised before (DESIGN §4)."""
    before = world.browser().get("/readyz")
    world.site.start()
    after = world.browser().get("/readyz")

    assert (503, "1", b"not ready\n") == (before.status, before.get("retry-after"), before.body)
    assert (200, b"ready\n") == (after.status, after.body)


def test_not_ready_while_the_database_does_not_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Visitors are better sent elsewhere."""
    world.site.start()

    def fail() -> bool:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(world.accounts, "has_administrator", fail)
    assert 503 == world.browser().get("/readyz").status


def test_nobodys_cookies_are_looked_at(world: World) -> None:
    """The answer is the same for all."""
    browser = world.browser(cookies={"hardtack-8000": "junk"})

    assert [] == set_cookies(browser.get("/healthz"))
    assert "Cookie" not in (browser.get("/healthz").get("vary") or "")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_public_service_answers_whoever_watches_it_by_its_address(make_world: MakeWorld, path: str) -> None:
    """A balancer or a container's own check names the address, not the public host; pages stay with that host."""
    world = make_world(origin="https://id.example.org")
    world.site.start()
    watcher = world.browser(host="10.0.0.7:8000")

    assert (200, 421) == (watcher.get(path).status, watcher.get("/").status)


def test_development_mode_makes_no_exception(world: World) -> None:
    """Nothing at all is answered to other hosts (DESIGN §4)."""
    assert 421 == world.browser(host="10.0.0.7:8000").get("/healthz").status
