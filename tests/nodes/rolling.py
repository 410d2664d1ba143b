"""Nodes that are restarted one after the other, keys that are rotated and a schema that is changed, while people come.

Everybody comes by the proxy, which knows nothing of what is done behind it but that a node which lets nobody connect is
to be passed over. People sign up, look at their page, sign out and in again; no answer may be another than that.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from hardtack.store import schema
from tests.crash.nodes import WORKERS, Node, Stand
from tests.crash.people import PAUSE, Load, ask
from tests.nodes.asking import until_true
from tests.nodes.network import Wires

PEOPLE = 3
LOOKERS = 2
DELAY = "2"
"""Seconds from the announcement of a key to its first use."""

BEFORE = "0004"
"""The revision before the present one."""

UNDONE = """
    DROP INDEX ix_invitation_open_until; DROP INDEX ix_account_open_name; DROP TABLE counted;
    ALTER TABLE feed DROP COLUMN swept; UPDATE {table} SET version_num = '{before}'
"""
"""What takes the present revision back."""

STEPS = ("SIGHUP", "stop and start", "key rotation", "migration")
GOOD = {200, 201}


class Looking:
    """People who look at their page without a pause, with the cookie that they have.

    Args:
        port: of the proxy.
        cookie: theirs.
        people: how many.
    """

    def __init__(self, port: int, cookie: str, people: int) -> None:
        self.answers: Counter[int] = Counter()
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._look, args=(port, cookie)) for _ in range(people)]

    def _look(self, port: int, cookie: str) -> None:
        while not self._enough.is_set():
            self.answers[ask(port, "GET", "/account", cookie=cookie)[0]] += 1
            time.sleep(PAUSE)

    def __enter__(self) -> Looking:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join()


def run(stand: Stand, port: int, wires: Wires, cookie: str, steps: Sequence[str] = STEPS) -> dict[str, Any]:
    """Return, for each thing that is done, how many requests were answered meanwhile and how many were refused.

    Args:
        stand: two nodes.
        port: of the proxy.
        wires: between them.
        cookie: of somebody who is signed in.
        steps: which of ``STEPS``.
    """
    known: dict[str, Callable[[], None]] = {
        "SIGHUP": lambda: _each(stand, _replace_workers),
        "stop and start": lambda: _each(stand, _restart),
        "key rotation": lambda: _rotate(stand),
        "migration": lambda: _migrate(stand, wires),
    }
    found = {}
    for name in steps:
        began = time.monotonic()
        with Load(port, PEOPLE) as load, Looking(port, cookie, LOOKERS) as looking:
            known[name]()
        answers = load.answers + looking.answers
        found[name] = {
            "requests": sum(answers.values()),
            "refused": sum(number for status, number in answers.items() if status not in GOOD),
            "answers": {str(status): number for status, number in sorted(answers.items())},
            "seconds": round(time.monotonic() - began, 1),
        }
    return found


def bad(found: dict[str, Any]) -> list[str]:
    """Return what is wrong with what was found, in words."""
    return [f"{name}: {one['refused']} refused, {one['answers']}" for name, one in found.items() if one["refused"]]


def _each(stand: Stand, what: Callable[[Node], None]) -> None:
    for node in stand.nodes:
        what(node)
        until_true(node.is_whole)


def _replace_workers(node: Node) -> None:
    before = set(node.service.workers)
    node.service.process.send_signal(signal.SIGHUP)
    until_true(lambda: len(now := set(node.service.workers)) == WORKERS and not now & before)


def _restart(node: Node) -> None:
    node.service.process.send_signal(signal.SIGTERM)
    assert 0 == node.service.process.wait(60)
    node.start()


def _rotate(stand: Stand) -> None:
    """Announce a key on one node, carry the file to the other, and wait until both seal with it."""
    first, second = (node.service.data / "hardtack.key" for node in stand.nodes)
    _command("keys", "rotate", "--delay", DELAY, "--data", str(first.parent))
    shutil.copy(first, second.with_suffix(".new"))
    second.with_suffix(".new").replace(second)
    time.sleep(float(DELAY) + 2)


def _migrate(stand: Stand, wires: Wires) -> None:
    """Take the present revision back, and make it again by the command, as before an upgrade of the nodes."""
    with stand.database.superuser(stand.name) as connection, connection.transaction():
        for each in UNDONE.format(table=schema.VERSION_TABLE, before=BEFORE).split(";"):
            connection.execute(each)
    time.sleep(1)
    data = str(stand.nodes[0].service.data)
    with wires.node(0):
        said = _command("database", "upgrade", "--data", data, "--database", stand.urls[0])
    assert f"{schema.REVISION} (before: {BEFORE})" in said
    time.sleep(1)


def _command(*arguments: str) -> str:
    command = [sys.executable, "-m", "hardtack", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout + done.stderr
