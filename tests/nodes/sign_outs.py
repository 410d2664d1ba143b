"""Thousands of sign-outs by eight processes on two nodes, each seen by every worker, in the order of the commits.

Four writers on each node, in processes of their own, wait for a random time before each commit. Beside the nodes' own
workers there are two readers on each node, processes that hold the same table as a worker does. A reader knows after
each reading how many sign-outs there were by then (the feed counts them) and how many it knows: as long as both are
the same, what it knows are the first ones, and none was missed or overtaken. A sign-out that was answered on its own
node must be known to its readers at once. At the end each worker is asked after every single one, over its socket.

``python -m tests.nodes.sign_outs writer|reader …`` is one of these processes.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import random
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from hardtack.login import Accounts
from hardtack.seal import Keyring
from hardtack.session import Identity
from hardtack.session.identity import encode
from hardtack.store import RevocationTable
from tests.crash.nodes import Stand
from tests.crash.people import PASSWORD, ask
from tests.nodes.asking import lines
from tests.nodes.network import Wires
from tests.scale import sign_outs as scale
from tests.scale.sign_outs import PATIENCE, PAUSE, WRITERS, board_at

NODES = 2
EACH_ACCOUNT = 500
"""Sign-outs of one account; past a thousand its epoch would be raised instead."""

READERS = 2
PATIENCE_OF_ALL = 3600
"""Seconds that all of it may take on a machine that does much else."""

KNOWN = 20
"""Sign-ins of each writer that each worker is asked after before they end, and as many that never end."""


def identity(accounts: list[int], writer: int, number: int) -> Identity:
    """Return who is signed out next by this writer."""
    drawn = hashlib.blake2b(f"{writer} {number}".encode(), digest_size=32).digest()
    now = int(time.time())
    return Identity(
        session_id=drawn[:16],
        lineage=drawn[16:],
        account=accounts[writer * len(accounts) // WRITERS + number // EACH_ACCOUNT],
        epoch=0,
        profile_version=0,
        factors=("password",),
        authenticated_at=now,
        born=now,
        issued=now,
        deadline=now + 3600,
    )


def run(stand: Stand, port: int, wires: Wires, place: Path, count: int) -> dict[str, Any]:
    """Return what was found of *count* sign-outs.

    Args:
        stand: two nodes on a database that keeps the time of commits.
        port: of the proxy.
        wires: between them.
        place: a folder.
        count: a multiple of the number of writers.
    """
    each = count // WRITERS
    accounts = _people(stand, port, WRITERS * (-(-(each + KNOWN) // EACH_ACCOUNT)))
    board = place / "board"
    board.write_bytes(bytes(8 * (WRITERS + 1)))
    asked = [line for node in stand.nodes for line in lines(node)]
    cookies = _Cookies(stand, accounts)
    before = [cookies.of(writer, number) for writer in range(WRITERS) for number in range(min(KNOWN, each))]
    never = [cookies.of(writer, each + number) for writer in range(WRITERS) for number in range(KNOWN)]
    recognised = sum(line.auth(cookie) == 403 for line in asked for cookie in before)
    began = time.monotonic()
    readers, writers = [], []
    for node, url in enumerate(stand.urls):
        with wires.node(node):
            common = [url, stand.nodes[node].service.data, board, json.dumps(accounts)]
            readers += [_start("reader", *common, node) for _ in range(READERS)]
            writers += [_start("writer", *common, writer, each) for writer in range(node, WRITERS, NODES)]
    for process in (*readers, *writers):
        assert process.stdout is not None
        assert "ready\n" == process.stdout.readline()
    for process in (*readers, *writers):
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    started = time.monotonic()
    retries = sum(_end(process)["retries"] for process in writers)
    seconds = time.monotonic() - started
    board_at(str(board))[WRITERS] = 1
    found = [_end(process) for process in readers]
    ended = [cookies.of(writer, number) for number in range(each) for writer in range(WRITERS)]
    refused = [sum(line.auth(cookie) == 401 for cookie in ended) for line in asked]
    still = sum(line.auth(cookie) == 403 for line in asked for cookie in never)
    for line in asked:
        line.close()
    overtaken, by_nodes = _commits(stand, each * WRITERS)
    return {
        "sign_outs": each * WRITERS,
        "by each node": by_nodes,
        "writers": WRITERS,
        "tried again": retries,
        "workers": len(asked),
        "known before": [recognised, len(before) * len(asked)],
        "refused by each worker": refused,
        "never ended and recognised": [still, len(never) * len(asked)],
        "readers": len(found),
        "readings": sum(one["readings"] for one in found),
        "out of order or missed": sum(one["broken"] for one in found),
        "trusted on their own node after the answer": sum(one["trusted"] for one in found),
        "known to each reader": [one["known"] for one in found],
        "numbers that were committed out of order": overtaken,
        "seconds": round(seconds, 1),
        "seconds with all questions": round(time.monotonic() - began, 1),
    }


def bad(found: dict[str, Any]) -> list[str]:
    """Return what is wrong with what was found, in words."""
    count = found["sign_outs"]
    good = {
        "known before": found["known before"][1:] * 2,
        "refused by each worker": [count] * found["workers"],
        "never ended and recognised": found["never ended and recognised"][1:] * 2,
        "out of order or missed": 0,
        "trusted on their own node after the answer": 0,
        "known to each reader": [count] * found["readers"],
        "numbers that were committed out of order": 0,
        "by each node": [count // NODES] * NODES,
    }
    return [f"sign-outs: {name}: {found[name]}" for name, wanted in good.items() if found[name] != wanted]


class _Cookies:
    """What the people's browsers hold, sealed with the nodes' key."""

    def __init__(self, stand: Stand, accounts: list[int]) -> None:
        self._keyring = Keyring.load(stand.nodes[0].service.data / "hardtack.key")
        self._accounts = accounts

    def of(self, writer: int, number: int) -> str:
        """Return one."""
        name, who = "__Host-hardtack", identity(self._accounts, writer, number)
        sealed = self._keyring.seal(
            encode(replace(who, profile_version=0)),
            purpose="identity",
            context=(name, "hardtack"),
            expires_at=who.deadline,
        )
        return f"{name}={sealed}"


def _people(stand: Stand, port: int, number: int) -> list[int]:
    """Let people sign up; return the numbers of their accounts."""
    names = [f"many-{each}" for each in range(number)]
    for name in names:
        assert 201 == ask(port, "POST", "/sign-up", {"username": name, "password": PASSWORD})[0]
    with stand.database.superuser(stand.name) as connection:
        found = connection.execute("SELECT id FROM account WHERE name = ANY(%s) ORDER BY id", (names,)).fetchall()
    assert number == len(found)
    return [row[0] for row in found]


def _commits(stand: Stand, count: int) -> tuple[int, list[int]]:
    """Return how many numbers of the feed are not in the order of the commits, and how many each node has made."""
    asked = "SELECT subject, pg_xact_commit_timestamp(xmin) FROM revocation ORDER BY change DESC LIMIT %s"
    with stand.database.superuser(stand.name) as connection:
        rows = connection.execute(asked, (count,)).fetchall()[::-1]
    made = {
        hashlib.blake2b(f"{writer} {number}".encode(), digest_size=32).digest()[16:]: writer
        for writer in range(WRITERS)
        for number in range(count // WRITERS)
    }
    nodes = [0] * NODES
    for subject, _ in rows:
        nodes[made[bytes(subject)] % NODES] += 1
    return sum(later[1] <= earlier[1] for earlier, later in pairwise(rows)), nodes


def _start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-m", "tests.nodes.sign_outs", *map(str, arguments)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environ)


def _end(process: subprocess.Popen[str]) -> dict[str, int]:
    said, complaint = process.communicate(timeout=PATIENCE_OF_ALL)
    assert ("", 0) == (complaint, process.returncode)
    found: dict[str, int] = json.loads(said)
    return found


def read(table: RevocationTable, board: mmap.mmap | memoryview, accounts: list[int], node: int) -> dict[str, int]:
    """Look after each reading whether it knows all, and after each answer of this node whether it knows that."""
    counts = {"readings": 0, "broken": 0, "trusted": 0, "known": 0}
    table.refresh()
    first, real = table._seen - len(table), table._load

    def load() -> None:
        real()
        counts["readings"] += 1
        counts["broken"] += table._seen - len(table) != first

    table._load = load  # type: ignore[method-assign] # what is read is the same
    table.start_polling()
    seen = [0] * WRITERS
    while True:
        last_round = board[WRITERS] == 1
        for writer in range(node, WRITERS, NODES):
            answered = int(board[writer])
            for number in range(seen[writer], answered):
                counts["trusted"] += not _is_over(table, identity(accounts, writer, number))
            seen[writer] = answered
        if last_round:
            break
        time.sleep(random.random() * PAUSE)  # noqa: S311 - no secret
    ended = [(writer, number) for writer in range(WRITERS) for number in range(int(board[writer]))]
    deadline = time.monotonic() + PATIENCE
    while counts["known"] < len(ended) and time.monotonic() < deadline:
        counts["known"] = sum(_is_over(table, identity(accounts, *one)) for one in ended)
    table.stop_polling()
    return counts


def _is_over(table: RevocationTable, who: Identity) -> bool:
    return table.verdict(who.lineage, who.session_id, who.account, 0, 1) == "revoked"


def main() -> None:
    """Be what the arguments say."""
    role, url, folder, path, text, *numbers = sys.argv[1:]
    board, people = board_at(path), json.loads(text)
    keyring = Keyring.load(Path(folder) / "hardtack.key")
    with Accounts.connect(url, keyring=keyring, folder=Path(folder)) as accounts:
        print("ready", flush=True)  # noqa: T201 - the parent waits for it
        sys.stdin.read()
        if role == "writer":
            writer, count = map(int, numbers)
            found = scale.write(
                accounts, board, writer, count, -1, who=lambda _, number: identity(people, writer, number)
            )
        else:
            found = read(accounts.revocations, board, people, int(numbers[0]))
    print(json.dumps(found))  # noqa: T201 - what was found


if __name__ == "__main__":
    main()
