"""Two lanes: what changes something holds nobody up who only looks."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.lane import Lane
from hardtack.login import Accounts, Argon2id, HashingPool
from hardtack.message import Request
from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.site import Settings, Site, request_ids
from hardtack.status import ServiceUnavailable
from tests.adapters.asgi.driving import answer, exchange, scope


def test_what_finds_no_place_is_refused_at_once_and_counted() -> None:
    """One runs, one waits, the third is told when to come back; then there is room again."""
    lane = Lane(threads=1, waiting=1)
    done = threading.Event()

    async def crowd() -> None:
        first, second = (asyncio.create_task(lane.run(done.wait, 30)) for _ in range(2))
        await asyncio.sleep(0)
        assert (1, 1, 0) == (lane.running, lane.waiting, lane.refused)
        with pytest.raises(ServiceUnavailable) as refused:
            await lane.run(done.wait, 30)
        assert 1 == refused.value.retry_after
        done.set()
        assert [True, True] == list(await asyncio.gather(first, second))
        assert (0, 0, 1) == (lane.running, lane.waiting, lane.refused)

    asyncio.run(crowd())
    lane.close()


def test_where_the_system_gives_no_thread_nothing_is_done_later_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """The visitor was told that it was not: a form that counted afterwards would count twice."""
    lane = Lane(threads=2, waiting=1)
    done: list[int] = []

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def ask() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", start)
            with pytest.raises(ServiceUnavailable) as refused:
                await lane.run(done.append, 1)
        assert ("short-of-threads", 1) == (refused.value.reason, refused.value.retry_after)
        await lane.run(done.append, 2)

    asyncio.run(ask())
    lane.close()
    assert ([2], 1) == (done, lane.refused)


def test_a_lane_that_is_closed_says_so() -> None:
    """That is a fault, and no lack of anything."""
    lane = Lane(threads=1, waiting=1)
    lane.pool.shutdown()
    with pytest.raises(RuntimeError, match="shutdown"):
        asyncio.run(lane.run(int))


def test_a_thread_knows_of_which_request_it_is() -> None:
    """So that its lines in the log do."""
    lane = Lane(threads=1, waiting=1)

    async def one(name: str) -> str:
        request_ids.CURRENT.set(name)
        return await lane.run(request_ids.CURRENT.get)

    async def both() -> list[str]:
        return list(await asyncio.gather(one("first"), one("second")))

    assert ["first", "second"] == asyncio.run(both())
    lane.close()


def test_while_every_thread_that_signs_in_is_busy_a_page_is_answered(tmp_path: Path) -> None:
    """And the sign-in that finds no place is told so; the site has both lanes, with real pages in them."""
    keyring = Keyring.generate()
    hashing = HashingPool(Argon2id(memory=8, passes=1), threads=1)
    accounts = Accounts.connect(f"sqlite:///{tmp_path / 'accounts.db'}", keyring=keyring, hashing=hashing)
    site = Site(accounts, Sessions(keyring, revocations=accounts.revocations), Settings(), keyring)
    hold, held = threading.Event(), threading.Event()
    real = site.answer

    def slow(request: Request, *more: object) -> object:
        if request.method == "POST":
            held.set()
            hold.wait(30)
        return real(request, *more)  # type: ignore[arg-type]

    site.answer = slow  # type: ignore[method-assign,assignment]
    layer = Hardtack(site=site, page_threads=2, pages_waiting=0)
    post = scope("/sign-in", "POST", (b"origin", b"http://localhost:8000"))

    async def crowd() -> tuple[int, int, int, str | None]:
        first = asyncio.create_task(exchange(layer, post))
        await asyncio.to_thread(held.wait, 30)
        page = answer((await exchange(layer, scope("/sign-in")))[0])
        refused = answer((await exchange(layer, post))[0])
        assert layer.pages is not None
        assert (1, 0, 1) == (layer.pages.running, layer.pages.waiting, layer.pages.refused)
        hold.set()
        ended = answer((await first)[0])
        return page.status, refused.status, ended.status, refused.get("retry-after")

    page, refused, ended, later = asyncio.run(crowd())
    accounts.close()
    hashing.close()
    assert (200, 503, "1") == (page, refused, later)
    assert ended in (400, 415, 422)
