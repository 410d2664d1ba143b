"""``python -m tests.nodes.run``: what people see of two nodes, on networks of their own, and how long it takes.

Two nodes of two workers and a PostgreSQL that waits for its disk, behind one nginx. Four parts: ``lag`` ends sign-ins
and measures how long the other node lets them in; ``sign-outs`` ends thousands by eight writers and asks every worker
after every one; ``rolling`` restarts, rotates and migrates under load; ``cut`` cuts one node off from the database
until nobody is recognised there any more, and mends it. The figures go to ``last.json`` and into the documents.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.crash.nodes import LASTING, Stand, nginx
from tests.nodes import cut, lag, network, rolling, sign_outs
from tests.nodes.asking import welcome

LAST = Path(__file__).with_name("last.json")
PARTS = ("lag", "sign-outs", "rolling", "cut")
OPTIONS = (*LASTING, "track_commit_timestamp=on")


def run(
    parts: Sequence[str] = PARTS,
    *,
    rounds: int,
    count: int,
    steps: Sequence[str] = rolling.STEPS,
    whole: bool,
    loopback: bool = False,
) -> dict[str, Any]:
    """Return what was found.

    Args:
        parts: which of ``PARTS``.
        rounds: of the lag, at rest and as many under load.
        count: how many sign-outs by eight writers.
        steps: what is done under load.
        whole: whether the node that is cut off stays so until the limit has passed.
        loopback: whether to make no networks, even where the system gives some.
    """
    loads: dict[str, float] = {}
    wires = network.made(loopback=loopback)
    try:
        with tempfile.TemporaryDirectory() as made:
            place = Path(made)
            stand = Stand(place, wires, OPTIONS)
            try:
                stand.wait()
                with nginx(place, stand.nodes) as port:
                    cookie = welcome(stand, port)
                    doing: dict[str, Callable[[], Any]] = {
                        "lag": lambda: lag.measured(stand, port, cookie, rounds),
                        "sign-outs": lambda: sign_outs.run(stand, port, wires, place, count),
                        "rolling": lambda: rolling.run(stand, port, wires, cookie, steps),
                        "cut": lambda: cut.run(stand, wires, cookie, whole=whole),
                    }
                    found: dict[str, Any] = {}
                    for part in parts:
                        loads[part] = round(os.getloadavg()[0], 1)
                        found[part] = doing[part]()
                        if part == "lag":
                            found[part], cookie = found[part]
            finally:
                stand.close()
    finally:
        wires.close()
    found["made"] = {
        "on": datetime.now(UTC).date().isoformat(),
        "over": wires.says,
        "cores": len(os.sched_getaffinity(0)),
        "load before": loads,
    }
    return found


def bad(found: dict[str, Any]) -> list[str]:
    """Return what is wrong with what was found, in words."""
    look: dict[str, Callable[[Any], list[str]]] = {
        "lag": lag.bad,
        "sign-outs": sign_outs.bad,
        "rolling": rolling.bad,
        "cut": cut.bad,
    }
    return [each for part, of in look.items() if part in found for each in of(found[part])]


def tables(found: dict[str, Any], language: str) -> list[str]:
    """Return the rows of the documents' tables."""
    words = WORDS[language]
    rows = [
        f"| {words[name]} | {one['samples']} | {one['p50']} | {one['p99']} | {one['max']} | {one['at once']} "
        f"| {one['own late']} / {one['own asked']} |"
        for name, one in found["lag"].items()
    ]
    many = found["sign-outs"]
    missed = sum(many["sign_outs"] - each for each in many["refused by each worker"])
    rows.append(
        f"| {many['sign_outs']} | {' + '.join(map(str, many['by each node']))} | {many['workers']} + {many['readers']} "
        f"| {missed} | {many['out of order or missed']} / {many['readings']} "
        f"| {many['numbers that were committed out of order']} | {many['seconds']} |"
    )
    rows += [
        f"| {words[name]} | {one['requests']} | {one['refused']} | {one['seconds']} |"
        for name, one in found["rolling"].items()
    ]
    off = found["cut"]
    then = max(off["cut off"][name]["longest then"] for name in ("page", "sign-in", "ready"))
    first = max(off["cut off"][name]["longest"] for name in ("page", "sign-in", "ready"))
    figures = {
        "held": off["held up the other"],
        "refused": off["first refused"],
        "first": first,
        "then": max(then, off["crowd"]["longest"]),
        "gone": off["connections gone"],
        "back": off["back"],
    }
    rows += [f"| {words[name]} | {figure} |" for name, figure in figures.items()]
    made = found["made"]
    load = ", ".join(f"{part} {made['load before'][part]}" for part in PARTS)
    return [*rows, f"| {made['on']} | {words[made['over']]} | {made['cores']} | {load} |"]


WORDS = {
    "en": {
        "at rest": "at rest",
        "under load": "under load",
        "SIGHUP": "SIGHUP to each node",
        "stop and start": "each node stopped and started",
        "key rotation": "keys rotated",
        "migration": "`hardtack database upgrade` from the revision before",
        "held": "the other node: until somebody signs in; the one that is cut off had this turn to write, and the next",
        "refused": "the node that is cut off: until people who are signed in get 503",
        "first": "there: the longest wait for a 503 in the first seconds",
        "then": "there: the longest wait for one after that, 60 people at once among them",
        "gone": "the server: until no connection of that node is left",
        "back": "after the wire is mended: until all is as before",
        "network namespaces": "network namespaces",
        "loopback addresses": "loopback addresses",
    },
    "zh": {
        "at rest": "空闲时",
        "under load": "有负载时",
        "SIGHUP": "对每个节点发送 SIGHUP",
        "stop and start": "依次停止并启动每个节点",
        "key rotation": "轮换密钥",
        "migration": "从上一修订版执行 `hardtack database upgrade`",
        "held": "另一节点：到有人能登录为止；被切断的节点正持有写入权，并排在下一个",
        "refused": "被切断的节点：到已登录者得到 503 为止",
        "first": "同上：最初几秒内等待 503 的最长时间",
        "then": "同上：此后等待 503 的最长时间，包括 60 人同时登录",
        "gone": "服务器：到不再留有该节点的连接为止",
        "back": "线路恢复后：到一切如初为止",
        "network namespaces": "网络命名空间",
        "loopback addresses": "回环地址",
    },
}
"""What the documents call each."""


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.nodes.run", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--sign-outs", type=int, default=10_000)
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--loopback", action="store_true", help="make no networks")
    parser.add_argument("--save", action="store_true", help="keep the figures for the documents")
    options = parser.parse_args()
    found = run(
        options.part or PARTS, rounds=options.rounds, count=options.sign_outs, whole=True, loopback=options.loopback
    )
    kept = json.loads(LAST.read_text()) if LAST.exists() else {}
    loads = {**kept.get("made", {}).get("load before", {}), **found["made"]["load before"]}
    kept = {**kept, **found, "made": {**found["made"], "load before": loads}}
    if options.save:
        LAST.write_text(json.dumps(kept, indent=2) + "\n")
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    if set(PARTS) <= set(kept):
        sys.stdout.write("\n".join(tables(kept, "en")) + "\n")
    if wrong := bad(found):
        sys.exit("; ".join(wrong))


if __name__ == "__main__":
    main()
