"""Jobs: taken on at once, done later, shown meanwhile, and left to nobody when a process ends."""

from __future__ import annotations

import asyncio
import json
import logging
from hashlib import pbkdf2_hmac
from pathlib import Path
from typing import Any

import pytest

from hardtack.message import Response
from hardtack.playground import jobs
from hardtack.playground.jobs import MOST_WAITING, ROUNDS, Job, Mill
from hardtack.playground.kept import Kept
from hardtack.status import ServiceUnavailable
from tests.playground.inside import FORM, Inside

KIND = "job"


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a round cost next to nothing."""
    monkeypatch.setattr(jobs, "_ITERATIONS", 1)


def ground(text: str) -> str:
    """Return what the mill must make of *text*, by the same algorithm and one iteration a round."""
    for _ in range(ROUNDS):
        text = pbkdf2_hmac("sha256", text.encode(), b"hardtack playground", 1).hex()
    return text


def with_mill(folder: Path, **settings: Any) -> tuple[Inside, Mill]:
    """Return a playground whose mill takes no rest, and the mill."""
    mill = Mill(Kept(folder), **{"rest": 0, **settings})
    return Inside(folder, jobs=mill), mill


async def until_done(inside: Inside, where: str) -> Response:
    """Look at a job until its page leads on."""
    for _ in range(10_000):
        answer = await inside.asking("GET", where)
        if answer.status == 303:
            return answer
        assert (200, "1") == (answer.status, answer.get("Refresh"))
    raise AssertionError("the job is never done")


async def until_idle(mill: Mill) -> None:
    """Let the mill work until it has nothing more to do."""
    while mill.busy:
        await asyncio.sleep(0.001)


def at(answer: Response) -> str:
    """Return where an answer leads, below ``/playground``."""
    return (answer.get("Location") or "").removeprefix("/playground")


def test_a_job_is_taken_on_and_done_later(tmp_path: Path) -> None:
    """202 leads to a page that shows how far it is, that to the result, and the result is the mill's work."""
    inside, _ = with_mill(tmp_path)

    async def visit() -> None:
        taken = await inside.asking("POST", "/jobs", FORM, [b"text=Grind+me"])
        assert (202, "1") == (taken.status, taken.get("Retry-After"))
        done = await until_done(inside, at(taken))
        result = await inside.asking("GET", at(done))
        assert 200 == result.status
        assert ground("Grind me") in result.body.decode()

    asyncio.run(visit())


def test_the_page_of_a_job_says_how_far_it_is(tmp_path: Path) -> None:
    """Round by round, as it stands in the box."""
    inside, _ = with_mill(tmp_path)
    inside.kept.add(KIND, "a", json.dumps(Job(7, "x", 9e9)))
    assert f"Round 7 of {ROUNDS}" in inside.get("/jobs/a").body.decode()
    assert 404 == inside.get("/jobs/a/result").status


def test_a_job_that_there_is_not_is_not_found(tmp_path: Path) -> None:
    """Neither its page nor its result; and without a text there is no job."""
    inside = Inside(tmp_path)
    assert [404, 404, 422] == [
        inside.get("/jobs/a").status,
        inside.get("/jobs/a/result").status,
        inside.post("/jobs", "text=").status,
    ]


def test_too_many_jobs_are_turned_away(tmp_path: Path) -> None:
    """503 says when to come back; what waits is done all the same, one after the other."""
    _, mill = with_mill(tmp_path)

    async def visit() -> list[str]:
        names = [await mill.new(str(number)) for number in range(MOST_WAITING)]
        with pytest.raises(ServiceUnavailable) as refused:
            await mill.new("one more")
        assert refused.value.retry_after
        mill.see_to("not there")  # nor has the queue room for what was left elsewhere
        await until_idle(mill)
        return names

    names = asyncio.run(visit())
    for number, name in enumerate(names):
        found = asyncio.run(mill.find(name))
        assert found is not None
        assert (ROUNDS, ground(str(number))) == found[1][:2]


def test_a_job_whose_process_has_ended_is_taken_on_where_it_was_left(tmp_path: Path) -> None:
    """By whoever is asked about it next, once the time is over for which the other answered for it."""
    clock = Clock()
    inside, mill = with_mill(tmp_path, clock=clock)
    half = ground("Grind me")
    inside.kept.add(KIND, "a", json.dumps(Job(ROUNDS - 1, half, clock.now + 10)))

    async def visit() -> str:
        assert 200 == (await inside.asking("GET", "/jobs/a")).status
        assert not mill.busy
        clock.now += 10
        await until_done(inside, "/jobs/a")
        return (await inside.asking("GET", "/jobs/a/result")).body.decode()

    assert pbkdf2_hmac("sha256", half.encode(), b"hardtack playground", 1).hex() in asyncio.run(visit())


def test_of_two_processes_one_does_the_job(tmp_path: Path) -> None:
    """Whoever is second finds that the version is another, and leaves it."""
    first, second = Mill(Kept(tmp_path), rest=0.001), Mill(Kept(tmp_path), rest=0.001)

    async def both() -> tuple[int, Job] | None:
        name = await first.new("Grind me")
        second.see_to(name)
        await until_idle(first)
        await until_idle(second)
        return await first.find(name)

    found = asyncio.run(both())
    assert found is not None
    # One version for each round: nobody has done one twice.
    assert (1 + ROUNDS, ROUNDS, ground("Grind me")) == (found[0], *found[1][:2])


def test_a_round_that_another_process_overtook_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version is another when the round is over: what stands there stays, and the work is the other's."""
    _, mill = with_mill(tmp_path)
    box = Kept(tmp_path)
    box.add(KIND, "a", json.dumps(Job(3, "x", 0)))
    theirs = json.dumps(Job(4, "theirs", 9e9))

    def overtaken(value: str) -> str:
        assert box.change(KIND, "a", 1, theirs)
        return value

    async def see() -> None:
        mill.see_to("a")
        await until_idle(mill)

    monkeypatch.setattr(jobs, "_round", overtaken)
    asyncio.run(see())
    assert (2, theirs) == box.get(KIND, "a")


def test_a_job_that_is_done_or_gone_is_not_begun_again(tmp_path: Path) -> None:
    """Nor one that somebody else answers for."""
    _, mill = with_mill(tmp_path)
    box = Kept(tmp_path)
    box.add(KIND, "done", json.dumps(Job(ROUNDS, "x", 0)))
    box.add(KIND, "theirs", json.dumps(Job(1, "x", 9e9)))

    async def see() -> None:
        for name in ("done", "theirs", "gone", "done"):
            mill.see_to(name)
        await until_idle(mill)

    asyncio.run(see())
    assert [1, 1] == [found[0] for name in ("done", "theirs") if (found := box.get(KIND, name)) is not None]


def test_a_job_that_fails_does_not_stop_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is written down, and whoever is asked about it tries again."""
    _, mill = with_mill(tmp_path)
    Kept(tmp_path).add(KIND, "broken", "{")

    async def see() -> tuple[int, Job] | None:
        mill.see_to("broken")
        name = await mill.new("Grind me")
        await until_idle(mill)
        return await mill.find(name)

    with caplog.at_level(logging.ERROR, "hardtack.playground"):
        found = asyncio.run(see())
    assert ["playground-job-failed"] == [getattr(record, "event", "") for record in caplog.records]
    assert found is not None
    assert found[1].finished


def test_each_playground_has_one_mill(tmp_path: Path) -> None:
    """It is made when it is first asked for; a job that was broken off with its loop does not block the queue."""
    inside = Inside(tmp_path)
    where = at(inside.post("/jobs", "text=Grind+me"))  # the loop ends with the answer, and the work with it
    assert 200 == inside.get(where).status
    clock = Clock()
    again, mill = with_mill(tmp_path, clock=clock)
    clock.now = 9e9

    async def visit() -> None:
        await until_done(again, where)
        await until_idle(mill)

    asyncio.run(visit())
