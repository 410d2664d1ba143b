"""How long after the answer to "sign out everywhere else" each worker of the other node still lets the person in.

While it is asked for on one node, both workers of the other one are asked after the ended sign-in without a pause, and
the lag of a worker is the time from that answer until its first refusal has come; 0 where it refused before. So the
question's own way is part of it. Workers of the node that did it are asked once the answer is there, and have no lag.
"""

from __future__ import annotations

import select
import time
from contextlib import nullcontext
from typing import Any

from tests.crash.nodes import Stand
from tests.crash.people import PASSWORD, Load, ask
from tests.nodes.asking import NAME, Line, lines, times

PEOPLE = 3
"""Who sign up, in and out meanwhile, where it is measured under load."""

FOR_EVER = 30.0


def measured(stand: Stand, port: int, mine: str, rounds: int) -> tuple[dict[str, Any], str]:
    """Return what was found at rest and under load, and the cookie of whoever signs others out.

    Args:
        stand: two nodes.
        port: of the proxy.
        mine: the cookie of the administrator.
        rounds: of each; one gives as many figures as a node has workers.
    """
    found = {}
    for name, beside in (("at rest", nullcontext()), ("under load", Load(port, PEOPLE))):
        with beside:
            run = Lag(stand, port, mine)
            for number in range(rounds):
                run.round(number % 2)
            mine = run.mine
        run.close()
        found[name] = {
            "samples": len(run.lags),
            **times(run.lags),
            "at once": sum(lag == 0 for lag in run.lags),
            "recognised": run.recognised,
            "own asked": run.own_asked,
            "own late": run.own_late,
        }
    return found, mine


def bad(found: dict[str, Any]) -> list[str]:
    """Return what is wrong with what was found, in words; how long it took is no matter here."""
    return [
        f"lag {name}: {one['own late']} accepted on their own node" for name, one in found.items() if one["own late"]
    ]


class Lag:
    """Sign-ins that are ended, again and again.

    Args:
        stand: two nodes.
        port: of the proxy.
        mine: the cookie of whoever ends the others of the same account.
    """

    def __init__(self, stand: Stand, port: int, mine: str) -> None:
        self._port = port
        self._lines = [lines(node) for node in stand.nodes]
        self.mine = mine
        self.lags: list[float] = []
        self.recognised = 0
        self.own_asked = 0
        self.own_late = 0

    def round(self, number: int) -> None:
        """Sign in by the proxy, be known everywhere, and be signed out by node *number*."""
        status, theirs = ask(self._port, "POST", "/sign-in", {"username": NAME, "password": PASSWORD})
        assert (200, True) == (status, bool(theirs))
        for line in (*self._lines[0], *self._lines[1]):
            assert 204 == line.auth(theirs)
            self.recognised += 1
        here, there = self._lines[number], self._lines[1 - number]
        answered, refused = self._end(here[0], there, theirs)
        self.lags += [max(0.0, at - answered) for at in refused.values()]
        for line in here:
            self.own_asked += 1
            self.own_late += line.auth(theirs) != 401

    def _end(self, by: Line, there: list[Line], theirs: str) -> tuple[float, dict[Line, float]]:
        """Return when the end was answered, and when each of the others refused for the first time."""
        asked = {line.socket.fileno(): line for line in (by, *there)}
        poll = select.poll()
        for descriptor, line in asked.items():
            poll.register(descriptor, select.POLLIN)
            if line is not by:
                line.send("GET", "/auth", theirs)
        by.send("POST", "/account/sessions", self.mine, {"action": "end-others"})
        answered = 0.0
        refused: dict[Line, float] = {}
        deadline = time.monotonic() + FOR_EVER
        while not answered or len(refused) < len(there):
            assert time.monotonic() < deadline
            for descriptor, _ in poll.poll(FOR_EVER * 1000):
                line = asked[descriptor]
                status, cookie = line.receive()
                now = time.monotonic()
                if line is by:
                    assert (200, True) == (status, bool(cookie))
                    answered, self.mine = now, cookie
                elif status == 204:
                    line.send("GET", "/auth", theirs)
                else:
                    assert status == 401
                    refused[line] = now
        return answered, refused

    def close(self) -> None:
        """Hang up."""
        for line in (*self._lines[0], *self._lines[1]):
            line.close()
