"""Alive and ready, for whoever watches the process."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardtack.store import StoreUnavailable
from tests.login.test_addressee import member
from tests.login.test_postman import wait_for
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
    assert (200, b"ready\nmail: ok\n") == (after.status, after.body)


def test_nothing_is_said_of_mail_where_there_is_none(make_world: MakeWorld) -> None:
    """One word, as ever."""
    world = make_world(origin="https://id.example.org")
    world.site.start()

    assert b"ready\n" == world.browser(host="id.example.org", scheme="https").get("/readyz").body


def test_mail_that_does_not_go_out_is_seen_and_makes_nobody_unready(world: World, tmp_path: Path) -> None:
    """It can wait; visitors cannot. Requests that order mail are answered as ever, and it goes when it can."""
    (tmp_path / "mail").write_text("a file is in the way of the folder")
    world.clock.now = 1_800_000_000
    member(world.accounts, email="mike@example.org")
    world.site.start()
    browser = world.browser()
    asked = browser.json("POST", "/forgot", {"email": "mike@example.org"})
    failing = b"ready\nmail: failing since 2027-01-15T08:00:00Z\n"
    wait_for(lambda: browser.get("/readyz").body == failing)
    assert (202, 200) == (asked.status, browser.get("/readyz").status)

    (tmp_path / "mail").unlink()
    world.clock.now += 10
    world.accounts.postman.wake()
    wait_for(lambda: browser.get("/readyz").body == b"ready\nmail: ok\n")
    assert 1 == len(list((tmp_path / "mail").glob("*.eml")))


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
