"""Jobs: work that takes longer than an answer should (202), and a page that shows how far it is.

A mill grinds a text to one number in many rounds, and writes down each in the box that all processes share. Whoever
takes a job on says in the box until when he answers for it; where that time has passed and the job is not done, because
its process has ended, the next process that is asked about it takes it on where it was left. Each process works off one
job at a time, with a rest after each round, so that nobody else has to wait.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections import deque
from collections.abc import Callable
from hashlib import pbkdf2_hmac
from typing import Any, NamedTuple

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.kept import Kept
from hardtack.playground.notes import FORM, MOST_CONTENT, text_of
from hardtack.playground.said import said
from hardtack.playground.thing import PREFIX, Thing
from hardtack.status import NotFound, ServiceUnavailable
from hardtack.status.rules import rules

ROUNDS = 20
MOST_WAITING = 8
"""How many jobs wait in one process; more are turned away."""

_KIND = "job"
_ITERATIONS = 2000  # of one round: some milliseconds of one core
_REST = 0.1  # seconds
_MINE = 10  # seconds for which whoever has taken a job on answers for it, after each round anew
_QUEUE = "jobs"
_FULL = {
    "en": f"The mill has {MOST_WAITING} jobs waiting already.",
    "zh": f"磨坊里已经有 {MOST_WAITING} 件活在排队。",
}

_log = logging.getLogger("hardtack.playground")


class Job(NamedTuple):
    """A job: how many rounds are done, what has come out so far, and until when somebody answers for it (seconds)."""

    done: int
    value: str
    until: float

    @property
    def finished(self) -> bool:
        """Whether there is nothing more to do."""
        return self.done >= ROUNDS


class Mill:
    """What works the jobs off, one after the other.

    Args:
        kept: the box.
        rest: seconds after each round.
        clock: returns Unix seconds, the same in all processes.
    """

    def __init__(self, kept: Kept, *, rest: float = _REST, clock: Callable[[], float] = time.time) -> None:
        self._kept = kept
        self._rest = rest
        self._clock = clock
        self._waiting: deque[str] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether it works, or something waits."""
        return bool(self._waiting)

    async def find(self, name: str) -> tuple[int, Job] | None:
        """Return the version of a job and the job, or ``None`` if there is none of this name."""
        found = await asyncio.to_thread(self._kept.get, _KIND, name)
        return None if found is None else (found[0], Job(*json.loads(found[1])))

    async def new(self, text: str) -> str:
        """Take a new job on; return its name.

        Raises:
            ServiceUnavailable: too many wait already.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise ServiceUnavailable(_FULL, reason="queue-is-full", retry_after=ROUNDS // 4)
        name = secrets.token_hex(8)
        await asyncio.to_thread(self._kept.add, _KIND, name, json.dumps(Job(0, text, 0)))
        self.see_to(name)
        return name

    def is_left(self, job: Job) -> bool:
        """Return whether there is work to do for which nobody answers now."""
        return not job.finished and job.until <= self._clock()

    def see_to(self, name: str) -> None:
        """Put a job in the queue, unless it is there or the queue is full."""
        if name in self._waiting or len(self._waiting) >= MOST_WAITING:
            return
        self._waiting.append(name)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while self._waiting:
            try:
                await self._grind(self._waiting[0])
            except Exception:
                # Nobody answers for the job any more: whoever is asked about it next tries again.
                _log.exception("a job of the playground failed", extra={"event": "playground-job-failed"})
            finally:
                self._waiting.popleft()

    async def _grind(self, name: str) -> None:
        found = await self.find(name)
        if found is None or not self.is_left(found[1]):
            return
        version, job = found
        while not job.finished:
            until = self._clock() + _MINE
            job = Job(job.done + 1, await asyncio.to_thread(_round, job.value), until)
            if not await asyncio.to_thread(self._kept.change, _KIND, name, version, json.dumps(job)):
                return  # another process has it, or it was thrown away
            version += 1
            await asyncio.sleep(self._rest)


def _round(value: str) -> str:
    return pbkdf2_hmac("sha256", value.encode(), b"hardtack playground", _ITERATIONS).hex()


def _mill(asked: Asked) -> Mill:
    behind: dict[str, Any] = asked.behind
    if _QUEUE not in behind:
        behind[_QUEUE] = Mill(behind["kept"])
    mill: Mill = behind[_QUEUE]
    return mill


@rules(accepts=FORM, max_body=MOST_CONTENT)
async def _take_on(asked: Asked) -> Response:
    name = await _mill(asked).new(await text_of(asked))
    where = f"{PREFIX}/jobs/{name}"
    words = {
        "en": f"The mill has taken it on. {where} shows how far it is.",
        "zh": f"磨坊已经接下这件活。进度见 {where}。",
    }
    return said(asked, 202, words, [("Location", where), ("Retry-After", "1")], links=[(where, where)])


async def _show(asked: Asked) -> Response:
    name = asked.parts["name"]
    mill = _mill(asked)
    found = await mill.find(name)
    if found is None:
        raise NotFound
    job = found[1]
    if job.finished:
        where = f"{PREFIX}/jobs/{name}/result"
        words = {"en": f"It is done. The result is at {where}.", "zh": f"已经完成，结果在 {where}。"}
        return said(asked, 303, words, [("Location", where)])
    if mill.is_left(job):
        mill.see_to(name)
    words = {"en": f"Round {job.done} of {ROUNDS} is done.", "zh": f"已完成 {job.done} 轮，共 {ROUNDS} 轮。"}
    # A browser looks again by itself (WHATWG HTML, "shared declarative refresh steps").
    return said(asked, 200, words, [("Refresh", "1")])


async def _result(asked: Asked) -> Response:
    found = await _mill(asked).find(asked.parts["name"])
    if found is None or not found[1].finished:
        raise NotFound
    value = found[1].value
    words = {
        "en": f"After {ROUNDS} rounds of the mill this is left: {value}",
        "zh": f"磨了 {ROUNDS} 轮之后，剩下的是：{value}",
    }
    return said(asked, 200, words)


THINGS = (
    Thing("/jobs", {"POST": _take_on}),
    Thing("/jobs/{name}", {"GET": _show}),
    Thing("/jobs/{name}/result", {"GET": _result}),
)
