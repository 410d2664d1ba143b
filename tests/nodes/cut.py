"""A node whose wire to the database is cut, in the middle of a write, and what everybody sees until it is mended.

In the whole run it is the worst moment: the write has stood still for a while, and another of the same node waits.

Packets vanish both ways; no connection is closed. On the node that is cut off people who are signed in go on for as
long as what is known of the ended sessions may be trusted; whoever signs in there is told to come back, after how long
is measured. On the other one people sign in as soon as the server has taken the turn from whoever held it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.crash.nodes import HOST, WORKERS, Node, Stand
from tests.crash.people import PASSWORD
from tests.failures.running import ASKED
from tests.nodes.asking import NAME, lines, until_true
from tests.nodes.network import Namespaces, Wires

CUT, OTHER = 0, 1
CROWD = 60
"""Who sign in at the same moment at a node that has been cut off for a while."""

SETTLED = 12.0
"""Seconds after which the node that is cut off knows it, and the other one is held up no more."""

LIMIT = 60.0
"""Seconds for which people go on at a node that hears nothing (``hardtack.store.revocations.LIMIT``)."""

BEYOND = 12.0
"""Seconds after that in which they are looked at, too."""

STILL = 6.0
"""Seconds for which the write has stood still by then: whoever waits gets the turn a moment before giving up."""

PAUSE = 0.05
PATIENCE = 120


class Seen:
    """Asks one thing again and again, and keeps when, what came of it, and after how long.

    Args:
        ask: returns a status.
        pause: seconds between two.
    """

    def __init__(self, ask: Callable[[], int], pause: float = PAUSE) -> None:
        self.found: list[tuple[float, int, float]] = []
        self._ask = ask
        self._pause = pause
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._enough.wait(self._pause):
            began = time.monotonic()
            status = self._ask()
            self.found.append((began, status, time.monotonic() - began))

    def end(self) -> None:
        """Ask no more."""
        self._enough.set()
        self._thread.join()

    def longest(self, after: float = 0.0, before: float = float("inf")) -> float:
        """Return the longest wait for an answer, of what was asked in that time."""
        return round(max((took for at, _, took in self.found if after <= at < before), default=0.0), 2)

    def statuses(self, after: float = 0.0, before: float = float("inf")) -> list[int]:
        """Return what was answered to what was asked in that time."""
        return sorted({status for at, status, took in self.found if after <= at and at + took < before})


def asked(node: Node, method: str, path: str, cookie: str = "", body: dict[str, str] | None = None) -> int:
    """Send one request to a node; return its status. Whoever is told 503 is told when to come back."""
    fields = {**ASKED, "Host": HOST, "Accept": "application/json"}
    if path != "/auth":
        del fields["X-Forwarded-Host"]
    if cookie:
        fields["Cookie"] = cookie
    content = None
    if body is not None:
        fields |= {"Content-Type": "application/json", "Origin": f"https://{HOST}"}
        content = json.dumps(body).encode()
    status, answered, text = node.service.ask(method, path, body=content, headers=fields)
    assert status != 503 or path == "/readyz" or int(answered["Retry-After"]) > 0
    assert "Traceback" not in text
    return status


def sign_in(node: Node) -> int:
    """Sign in at a node; return the status."""
    return asked(node, "POST", "/sign-in", body={"username": NAME, "password": PASSWORD})


def run(stand: Stand, wires: Wires, cookie: str, *, whole: bool) -> dict[str, Any]:
    """Return what was seen.

    Args:
        stand: two nodes.
        wires: between them.
        cookie: of the administrator.
        whole: until the limit has passed, and not for a moment only.
    """
    cut, other = stand.nodes[CUT], stand.nodes[OTHER]
    until_true(lambda: _good(cut, cookie) and _good(other, cookie))
    for node in stand.nodes:
        for line in lines(node):
            # What a worker has never heard of somebody it would have to read.
            assert 204 == line.auth(cookie)
            line.close()
    holder, waiting = _holder(stand, wires), _holder(stand, wires)
    _tell(holder)
    assert holder.stdout is not None
    assert "holding\n" == holder.stdout.readline()
    if whole:
        time.sleep(STILL)
        _tell(waiting)
        until_true(lambda: _waits(stand))
    began = time.monotonic()
    wires.cut(CUT)
    _tell(holder)
    seen = {
        "application": Seen(lambda: asked(cut, "GET", "/auth", cookie)),
        "page": Seen(lambda: asked(cut, "GET", "/account", cookie)),
        "sign-in": Seen(lambda: sign_in(cut)),
        "ready": Seen(lambda: asked(cut, "GET", "/readyz")),
    }
    elsewhere = {
        "application": Seen(lambda: asked(other, "GET", "/auth", cookie)),
        "page": Seen(lambda: asked(other, "GET", "/account", cookie)),
        "sign-in": Seen(lambda: sign_in(other)),
    }
    try:
        time.sleep(SETTLED)
        settled = time.monotonic()
        crowd = _crowd(cut)
        gone = None
        if whole:
            gone = _gone(stand, wires, began)
            time.sleep(max(0.0, began + LIMIT + BEYOND - time.monotonic()))
        until_true(lambda: any(status == 200 for _, status, _ in elsewhere["sign-in"].found))
        ended = time.monotonic()
        wires.join(CUT)
        until_true(lambda: all(_good(cut, cookie) for _ in range(3 * WORKERS)))
        back = time.monotonic() - ended
    finally:
        wires.join(CUT)
        for each in (*seen.values(), *elsewhere.values()):
            each.end()
    held, _ = holder.communicate(timeout=PATIENCE)
    waited, _ = waiting.communicate("begin\ngo on\n" if not whole else "go on\n", timeout=PATIENCE)
    first = min(at + took for at, status, took in elsewhere["sign-in"].found if status == 200)
    refused = [at for at, status, _ in seen["application"].found if status == 503 and at < ended]
    found: dict[str, Any] = {
        "wires": wires.says,
        "seconds": round(ended - began, 1),
        "held up the other": round(first - began, 2),
        "holder": json.loads(held),
        "waiting": json.loads(waited.splitlines()[-1]),
        "connections gone": gone,
        "back": round(back, 2),
        "first refused": round(refused[0] - began, 1) if refused else None,
        "cut off": {
            name: {
                "answers": one.statuses(began, ended),
                "after the limit": one.statuses(began + LIMIT + 1, ended) if whole else None,
                "longest": one.longest(began, settled),
                "longest then": one.longest(settled, ended),
            }
            for name, one in seen.items()
        },
        "crowd": crowd,
        "other": {
            name: {"answers": one.statuses(), "longest": one.longest(), "then": one.statuses(first)}
            for name, one in elsewhere.items()
        },
    }
    return found


def _good(node: Node, cookie: str) -> bool:
    """Return whether all is as it should be, as far as one worker can tell."""
    try:
        return (204, 200, 200, 200) == (
            asked(node, "GET", "/auth", cookie),
            asked(node, "GET", "/account", cookie),
            sign_in(node),
            asked(node, "GET", "/readyz"),
        )
    except OSError:
        return False


def _holder(stand: Stand, wires: Wires) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-m", "tests.nodes.holding", stand.urls[CUT]]
    with wires.node(CUT):
        holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert "ready\n" == holder.stdout.readline()
    return holder


def _tell(holder: subprocess.Popen[str]) -> None:
    """Let it begin, or go on."""
    assert holder.stdin is not None
    holder.stdin.write("\n")
    holder.stdin.flush()


def _waits(stand: Stand) -> bool:
    """Return whether somebody waits for the turn to write."""
    with stand.database.superuser(stand.name) as connection:
        found = connection.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchone()
    return found is not None


def _crowd(node: Node) -> dict[str, Any]:
    """Let many sign in at once; return what they saw, and how long the last one waited."""

    def one(_: int) -> tuple[int, float]:
        began = time.monotonic()
        return sign_in(node), time.monotonic() - began

    with ThreadPoolExecutor(CROWD) as pool:
        found = list(pool.map(one, range(CROWD)))
    return {
        "people": CROWD,
        "answers": sorted({status for status, _ in found}),
        "longest": round(max(took for _, took in found), 2),
    }


def _gone(stand: Stand, wires: Wires, began: float) -> float | None:
    """Return after how many seconds the server has given up every connection of the node; where that can be told."""
    if not isinstance(wires, Namespaces):
        return None
    asked = "SELECT count(*) FROM pg_stat_activity WHERE client_addr = %s"
    with stand.database.superuser(stand.name) as connection:
        while time.monotonic() < began + LIMIT:
            found = connection.execute(asked, ("10.213.1.2",)).fetchone()
            if found == (0,):
                return round(time.monotonic() - began, 1)
            time.sleep(0.1)
    return float("inf")


def bad(found: dict[str, Any]) -> list[str]:
    """Return what is wrong with what was seen, in words."""
    cut, other, whole = found["cut off"], found["other"], found["first refused"] is not None
    kept = [cut["application"]["answers"] == ([204, 503] if whole else [204])]
    if whole:
        kept += [cut[name]["after the limit"] == [503] for name in ("application", "page", "sign-in", "ready")]
    wrong = [] if all(kept) else [f"cut off: {cut}"]
    if not {*cut["page"]["answers"], *cut["sign-in"]["answers"], *found["crowd"]["answers"]} <= {200, 503}:
        wrong.append(f"neither answered nor told to come back: {cut}, {found['crowd']}")
    if (other["application"]["answers"], other["page"]["answers"], other["sign-in"]["then"]) != ([204], [200], [200]):
        wrong.append(f"the other one: {other}")
    if "written" in {found["holder"]["told"], found["waiting"]["told"] if whole else ""}:
        wrong.append(f"a write that nobody can have received: {found['holder']}, {found['waiting']}")
    return wrong
