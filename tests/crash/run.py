"""``python -m tests.crash.run``: kill a part under load, again and again, and look whether all promises were kept.

A round: people sign up, in and out through the proxy; at a random moment a worker, a node or the database is killed;
once everything is whole again, every account that was promised must be in the database, and every sign-in whose end was
promised must be refused by every node, asked several times. The counts go to ``last.json`` and into the documents.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.crash.nodes import PATIENCE, WORKERS, Stand, nginx
from tests.crash.people import Load, ask

LAST = Path(__file__).with_name("last.json")
PARTS = ("worker", "node", "database")
PEOPLE = 3
DELAY = 0.1, 0.6
"""Seconds under load before the kill: any time between these."""
HEARD = 1.5
"""Seconds after which the other node must have heard of a sign-out, by the poll if by nothing else."""
ASKED = WORKERS + 1
"""How often each node is asked about a sign-in that is over, by connections of their own."""


def run(rounds: int, parts: tuple[str, ...] = PARTS) -> dict[str, dict[str, Any]]:
    """Return, for each part, what was promised and what was found after so many rounds."""
    results: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        stand = Stand(place)
        try:
            stand.wait()
            with nginx(place, stand.nodes) as port:
                for part in parts:
                    results[part] = _rounds(stand, port, part, rounds)
        finally:
            stand.close()
    return results


def _rounds(stand: Stand, port: int, part: str, rounds: int) -> dict[str, Any]:
    found: Counter[str] = Counter()
    began, before = time.monotonic(), _tracebacks(stand)
    with Load(port, PEOPLE) as load:
        for number in range(rounds):
            time.sleep(random.uniform(*DELAY))  # noqa: S311 - no secret
            stand.kill(part)
            stand.wait()
            _look(stand, load, found)
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{part}: {number + 1} of {rounds}")
        deadline = time.monotonic() + PATIENCE
        while not (found["sign-outs"] or load.promises.ended) and time.monotonic() < deadline:
            # On a machine that does much else a round may be over before anybody was promised anything.
            time.sleep(0.02)
        answers = dict(sorted(load.answers.items()))
    _look(stand, load, found)
    assert found["accounts"] > rounds / 4
    assert found["sign-outs"] > rounds / 4
    return {
        "rounds": rounds,
        "accounts": found["accounts"],
        "accounts_lost": found["accounts_lost"],
        "sign_outs": found["sign-outs"],
        "accepted": found["accepted"],
        "asked": found["asked"],
        "tracebacks": _tracebacks(stand) - before,
        "answers": {str(status) if status else "none": number for status, number in answers.items()},
        "seconds": round(time.monotonic() - began),
    }


def _tracebacks(stand: Stand) -> int:
    return sum(node.log.read_text().count("Traceback") for node in stand.nodes)


def _look(stand: Stand, load: Load, found: Counter[str]) -> None:
    """Look for what was promised until now."""
    accounts, ended = load.promises.taken()
    found["accounts"] += len(accounts)
    found["accounts_lost"] += len(set(accounts) - stand.names())
    found["sign-outs"] += len(ended)
    for at, cookie in ended:
        time.sleep(max(0.0, at + HEARD - time.monotonic()))
        for node in stand.nodes:
            for _ in range(ASKED):
                status, _ = ask(node.port, "GET", "/account", cookie=cookie)
                found["asked"] += 1
                found["accepted"] += status == 200


def bad(results: dict[str, dict[str, Any]]) -> list[str]:
    """Return what is wrong with *results*, in words."""
    wrong = []
    for part, one in results.items():
        kept = ("accounts_lost", "accepted", "tracebacks")
        wrong += [f"{part}: {name} {one[name]}" for name in kept if one[name]]
        if "500" in one["answers"]:
            wrong.append(f"{part}: {one['answers']['500']} answers of 500")
    return wrong


def table(results: dict[str, dict[str, Any]]) -> list[str]:
    """Return the rows of the documents' table."""
    return [
        f"| {part} | {one['rounds']} | {one['accounts']} | {one['accounts_lost']} | {one['sign_outs']} "
        f"| {one['asked']} | {one['accepted']} |"
        for part, one in results.items()
    ]


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.run", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--save", action="store_true", help="keep the counts for the documents")
    options = parser.parse_args()
    results = run(options.rounds, tuple(options.part or PARTS))
    if options.save:
        kept = json.loads(LAST.read_text()) if LAST.exists() else {}
        LAST.write_text(json.dumps({**kept, **results}, indent=2) + "\n")
    sys.stdout.write("\n".join(table(results)) + "\n")
    if wrong := bad(results):
        sys.exit("; ".join(wrong))


if __name__ == "__main__":
    main()
