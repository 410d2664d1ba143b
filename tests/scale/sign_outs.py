"""One of many processes: a writer that signs people out, or a reader that asks after every one that was answered.

They share a board, a file mapped into memory: for each writer the number of its answered sign-outs, and a last number
that is raised when no more will come. Which session comes next is known to all, so a reader can also ask after one that
nobody can have ended yet.

Both say ``ready`` and wait for the end of their standard input; at the end each says one JSON object.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import random
import signal
import sys
import time
import warnings
from array import array
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event

from hardtack.login import Accounts
from hardtack.seal import Keyring
from hardtack.session import Identity
from hardtack.store import StoreUnavailable

WRITERS = 8
DELAY = 0.001
"""Seconds that a writer waits at most before it commits."""

PAUSE = 0.01
"""Seconds that a reader rests at most before it looks for more; so it meets writers at every point of their way."""

PATIENCE = 60


def identity(writer: int, number: int) -> Identity:
    """Return who is signed out next by this writer; each account has room for all that fall to it."""
    drawn = hashlib.blake2b(f"{writer} {number}".encode(), digest_size=32).digest()
    return Identity(
        session_id=drawn[:16],
        lineage=drawn[16:],
        account=1 + writer * 1000 + number // 500,
        epoch=0,
        profile_version=0,
        factors=("password",),
        authenticated_at=1,
        born=1,
        issued=1,
        deadline=2**31 - 1,
    )


def board_at(path: str) -> memoryview:
    """Map the board."""
    with Path(path).open("r+b") as file:
        return memoryview(mmap.mmap(file.fileno(), 8 * (WRITERS + 1))).cast("Q")


def write(
    accounts: Accounts,
    board: memoryview,
    writer: int,
    count: int,
    dies_at: int,
    *,
    who: Callable[[int, int], Identity] = identity,
) -> dict[str, int]:
    """Sign out *count* people, or be killed between a commit and its announcement."""
    engine = accounts._database._engine
    event.listen(engine, "commit", lambda _: time.sleep(random.random() * DELAY))  # noqa: S311 - no secret
    retries = 0
    for number in range(count):
        if number == dies_at:
            accounts._database.generation.advance = lambda: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign] # the point
        while True:
            try:
                accounts.sign_out(who(writer, number), int(time.time()))
                break
            except StoreUnavailable:
                retries += 1
        board[writer] = number + 1
    return {"retries": retries}


def read(accounts: Accounts, board: memoryview, *, deaf: bool) -> dict[str, int]:
    """Ask after each sign-out as soon as it is answered, and after one that has not begun."""
    table = accounts.revocations
    if deaf:
        # The control: without the generation, this is a feed with a lag.
        table.refresh()
        table._numbers = memoryview(array("Q", [table._noted]))
    else:
        table.start_polling()
    seen, trusted, early, asked = [0] * WRITERS, 0, 0, 0
    parent = os.getppid()
    while True:
        # A test that has failed says nothing more, and its process is gone.
        last_round = board[WRITERS] == 1 or os.getppid() != parent
        for writer in range(WRITERS):
            answered = board[writer]
            for number in range(seen[writer], answered):
                who = identity(writer, number)
                trusted += table.verdict(who.lineage, who.session_id, who.account, 0, 1) != "revoked"
            seen[writer] = answered
            ahead = identity(writer, answered + 1)
            verdict = table.verdict(ahead.lineage, ahead.session_id, ahead.account, 0, 1)
            if board[writer] == answered:
                asked, early = asked + 1, early + (verdict != "")
        if last_round:
            return {"ended": sum(seen), "trusted": trusted, "not_begun": asked, "refused_early": early}
        time.sleep(random.random() * PAUSE)  # noqa: S311 - no secret


def main() -> None:
    """Be what the arguments say."""
    warnings.simplefilter("error")
    role, url, path, *numbers = sys.argv[1:]
    board = board_at(path)
    with Accounts.connect(url, keyring=Keyring.generate()) as accounts:
        print("ready", flush=True)  # noqa: T201 - the parent waits for it
        sys.stdin.read()
        if role == "writer":
            found = write(accounts, board, *map(int, numbers))
        else:
            found = read(accounts, board, deaf=role == "deaf")
        if role == "reader":
            found["killed"] = find_killed(accounts, *map(int, numbers))
    print(json.dumps(found))  # noqa: T201 - what was found


def find_killed(accounts: Accounts, writer: int, number: int) -> int:
    """Return whether the sign-out that was committed and never answered is known, by the poll if by nothing else."""
    who = identity(writer, number)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if accounts.revocations.verdict(who.lineage, who.session_id, who.account, 0, 1) == "revoked":
            return 1
        time.sleep(0.01)
    return 0


if __name__ == "__main__":
    main()
