"""The rounds of one engine: people, a kill at a random moment, and a look whether every promise was kept.

A round: people sign up, in and out through the proxy; at a random moment a part is killed; they go on for a random
moment more, and in each fourth round until everything is whole again. Then they rest, and:

* every account that was promised is in the database, and one of them signs in;
* every sign-in whose end was promised is refused by every worker of every node, those of other nodes a moment after
  it, or after the database was there again, without which nobody can hear of it;
* everybody who was signed in, and has not asked for the end of it, still is;
* the database's own check finds no damage, and no log a traceback.

Which part, when and for how long is drawn from the seed and the round's number alone, so that rounds that are run later
are the same ones. What people do at that moment is not.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.crash.lone import Lone
from tests.crash.nodes import PATIENCE, Stand, nginx
from tests.crash.people import PASSWORD, Load, Promises, ask, asking
from tests.failures.running import alone

ENGINES: Mapping[str, type[Lone] | type[Stand]] = {"sqlite": Lone, "postgresql": Stand}
PEOPLE = 3
DELAY = 0.1, 0.6
"""Seconds under load before the kill, after somebody was promised something: any time between these."""
AFTER = 0.0, 0.6
"""Seconds under load after it."""
THROUGHOUT = 4
"""In one round of so many there is load until everything is whole again."""

Part = dict[str, Any]
"""What was counted of one part; numbers, the answers by status, and what was wrong in words."""


def run(
    engine: str, numbers: range, seed: int, before: Mapping[str, Part], done: Callable[[int, dict[str, Part]], None]
) -> dict[str, Part]:
    """Do the rounds *numbers* and return what was counted of each part.

    Args:
        engine: one of ``ENGINES``.
        numbers: of the rounds, the first being 0; each part is killed in turn.
        seed: what chance begins with.
        before: what was counted in earlier rounds.
        done: told after each round its number and what was counted so far.
    """
    counted = {part: dict(before.get(part) or _nothing()) for part in ENGINES[engine].parts}
    if not numbers:
        return counted
    with _standing(engine) as (stand, port), Load(port, PEOPLE) as load:
        said = _tracebacks(stand)
        for number in numbers:
            part = stand.parts[number % len(stand.parts)]
            began, chance = time.monotonic(), random.Random(f"{seed} {engine} {number}")  # noqa: S311 - no secret
            found, wrong = _round(stand, load, part, chance)
            now = _tracebacks(stand)
            found["tracebacks"], said = now - said, now
            _add(counted[part], found, load.answers, wrong + stand.damage(), time.monotonic() - began)
            load.answers.clear()
            done(number, counted)
    return counted


@contextmanager
def _standing(engine: str) -> Iterator[tuple[Lone | Stand, int]]:
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        stand = ENGINES[engine](place)
        try:
            stand.wait()
            with nginx(place, stand.nodes) as port:
                yield stand, port
        finally:
            stand.close()


def _nothing() -> Part:
    names = ("rounds", "accounts", "accounts_lost", "sign_outs", "asked", "accepted", "signed_in", "signed_out")
    return {**dict.fromkeys(names, 0), "tracebacks": 0, "wrong": [], "answers": {}, "seconds": 0.0}


def _add(part: Part, found: Counter[str], answers: Counter[int], wrong: list[str], seconds: float) -> None:
    part["rounds"] += 1
    for name, number in found.items():
        part[name] += number
    for status, number in answers.items():
        key = str(status) if status else "none"
        part["answers"][key] = part["answers"].get(key, 0) + number
    part["wrong"] += wrong
    part["seconds"] = round(part["seconds"] + seconds, 1)


def _round(stand: Lone | Stand, load: Load, part: str, chance: random.Random) -> tuple[Counter[str], list[str]]:
    load.go_on()
    deadline = time.monotonic() + PATIENCE
    while not load.promises.ended:
        # On a machine that does much else the delay may be over before anybody was promised anything.
        assert time.monotonic() < deadline
        time.sleep(0.005)
    time.sleep(chance.uniform(*DELAY))
    stand.kill(part, chance)
    # A database that was killed is there again by now; a part that only answers visitors has kept nobody from hearing.
    there = time.monotonic()
    if chance.randrange(THROUGHOUT):
        time.sleep(chance.uniform(*AFTER))
        load.pause()
    stand.wait()
    load.pause()
    return _look(stand, load.promises.taken(), there if part == "database" else 0.0, chance)


def _look(
    stand: Lone | Stand, promised: Promises, there: float, chance: random.Random
) -> tuple[Counter[str], list[str]]:
    """Look for what was promised; nobody asks for anything else meanwhile.

    Args:
        stand: where.
        promised: what.
        there: since when nothing keeps nodes from hearing of each other; seconds of the clock that only grows.
        chance: chooses who signs in.
    """
    wrong = []
    found = Counter(accounts=len(promised.accounts), sign_outs=len(promised.ended), signed_in=len(promised.good))
    found["accounts_lost"] = len(set(promised.accounts) - stand.names())
    last = max(there, *(at for at, _ in promised.ended))
    time.sleep(max(0.0, last + stand.heard - time.monotonic()))
    for node in stand.nodes:
        for pid in node.service.workers:
            with alone(node.service, pid), asking(node.port) as one:
                for at, cookie in promised.ended:
                    found["asked"] += 1
                    if one.is_let_in(cookie):
                        found["accepted"] += 1
                        since = f"{time.monotonic() - at:.1f} s after it"
                        wrong.append(f"a sign-in accepted {since}, {time.monotonic() - last:.1f} s after the last")
                for cookie in promised.good:
                    found["signed_out"] += not one.is_let_in(cookie)
    if promised.accounts:
        body = {"username": chance.choice(promised.accounts), "password": PASSWORD}
        status, _ = ask(chance.choice(stand.nodes).port, "POST", "/sign-in", body)
        found["accounts_lost"] += status != 200
    return found, wrong


def _tracebacks(stand: Lone | Stand) -> int:
    return sum(node.log.read_bytes().count(b"Traceback") for node in stand.nodes)
