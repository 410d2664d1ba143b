"""``python -m tests.crash.run``: kill a part under load, again and again, and look whether all promises were kept.

What a round is, ``rounds`` says. On SQLite a worker or the whole service is killed, on PostgreSQL a worker, a node or
the database, each in turn. With ``--state`` the counts are kept in a file after every round, and whoever stops it goes
on there with the same seed. With ``--save`` the counts go to ``last.json`` and into the documents.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.crash import rounds
from tests.prove import stage

LAST = Path(__file__).with_name("last.json")
KEPT = {
    "accounts_lost": "accounts lost",
    "accepted": "sign-ins accepted after their end",
    "signed_out": "sign-ins lost",
    "tracebacks": "tracebacks",
}
"""What there must be none of."""

COUNTED = {
    "accounts": "accounts promised",
    "sign_outs": "sign-ins ended",
    "signed_in": "sign-ins that must go on",
    "asked": "questions after sign-ins that are over",
}

Results = dict[str, dict[str, rounds.Part]]
"""By engine, what was counted of each part."""


def run(engines: Sequence[str], count: int, seed: int, state: Path | None = None) -> Results:
    """Return what was counted.

    Args:
        engines: which.
        count: rounds of each.
        seed: what chance begins with.
        state: where it is kept what is done; ``None`` for nowhere.
    """
    kept: dict[str, Any] = {"seed": seed, "done": {}}
    if state is not None and state.exists():
        kept = json.loads(state.read_text(encoding="utf-8"))
    results: Results = {}
    for engine in engines:
        before = kept["done"].get(engine, {"rounds": 0, "parts": {}})

        def done(number: int, counted: dict[str, rounds.Part], engine: str = engine) -> None:
            kept["done"][engine] = {"rounds": number + 1, "parts": counted}
            if state is not None:
                stage.write(state, kept)
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{engine}: {number + 1} of {count} rounds")

        numbers = range(before["rounds"], count)
        results[engine] = rounds.run(engine, numbers, kept["seed"], before["parts"], done)
    return results


def seed_of(state: Path | None, given: int) -> int:
    """Return the seed with which *state* was begun, or the one that was given."""
    if state is not None and state.exists():
        return int(json.loads(state.read_text(encoding="utf-8"))["seed"])
    return given


def bad(results: Results) -> list[str]:
    """Return what is wrong with *results*, in words."""
    wrong = []
    for engine, parts in results.items():
        for part, one in parts.items():
            place = f"{engine}, {part} killed"
            wrong += [f"{place}: {one[name]} {words}" for name, words in KEPT.items() if one[name]]
            wrong += [f"{place}: {line}" for line in one["wrong"]]
            if "500" in one["answers"]:
                wrong.append(f"{place}: {one['answers']['500']} answers of 500")
            if one["sign_outs"] < one["rounds"]:
                wrong.append(f"{place}: only {one['sign_outs']} sign-ins ended in {one['rounds']} rounds")
    return wrong


def counts(results: Results) -> dict[str, int]:
    """Return the numbers of the report."""
    found: dict[str, int] = {}
    for engine, parts in results.items():
        found |= {f"{engine}: rounds in which a {part} was killed": one["rounds"] for part, one in parts.items()}
        for name, words in {**COUNTED, **KEPT}.items():
            found[f"{engine}: {words}"] = sum(one[name] for one in parts.values())
    return found


def table(results: Results) -> list[str]:
    """Return the rows of the documents' table."""
    return [
        f"| {engine} | {part} | {one['rounds']} | {one['accounts']} | {one['accounts_lost']} | {one['sign_outs']} "
        f"| {one['asked']} | {one['accepted']} | {one['signed_in']} | {one['signed_out']} |"
        for engine, parts in results.items()
        for part, one in parts.items()
    ]


def main() -> int:
    """Do what the command line says."""
    parser = stage.parser("tests.crash.run", __doc__, seeded=True)
    parser.add_argument("--engine", choices=tuple(rounds.ENGINES), action="append", help="all of them, if not said")
    parser.add_argument("--rounds", type=int, default=100, help="of each engine")
    parser.add_argument("--state", type=Path, metavar="FILE", help="where it is kept what is done")
    parser.add_argument("--save", action="store_true", help="keep the counts for the documents")
    options = parser.parse_args()
    engines = tuple(options.engine or rounds.ENGINES)
    seed = seed_of(options.state, options.seed)
    one = stage.Stage("kill rounds" if len(engines) > 1 else f"kill rounds on {engines[0]}", options.report, seed)
    sys.stdout.write(f"seed {seed}\n")
    results = run(engines, options.rounds, seed, options.state)
    if options.save:
        stage.write(LAST, {**(json.loads(LAST.read_text()) if LAST.exists() else {}), **results})
    sys.stdout.write("\n".join(table(results)) + "\n")
    wrong = bad(results)
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    seconds = sum(part["seconds"] for parts in results.values() for part in parts.values())
    return one.end(counts(results), wrong, details=results, seconds=seconds)


if __name__ == "__main__":
    sys.exit(main())
