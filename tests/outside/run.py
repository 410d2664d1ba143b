"""``python -m tests.outside.run``: let tools of others attack the service, and judge what they say.

hydra and patator guess at passwords, wapiti and sqlmap look for holes, slowhttptest holds connections. All of it
happens in a network of its own that has nothing but the loopback, so that nothing can leave this machine whatever a
tool tries. The short form is for ``make prove``, the long one for ``make prove-long``; ``--save`` keeps the counts
for the documents. ``tests/outside/install`` installs the tools.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.outside import guessing, slow, sqlmap, wapiti
from tests.outside.findings import Outcome

ROOT = Path(__file__).parents[2]
SAVED = Path(__file__).with_name("last.json")
ALONE = "HARDTACK_OUTSIDE_ALONE"
"""Set in the environment of the process that has the network of its own."""

TOOLS: dict[str, Callable[..., Outcome]] = {
    "hydra": partial(guessing.run, "hydra"),
    "patator": partial(guessing.run, "patator"),
    "wapiti": wapiti.run,
    "sqlmap": sqlmap.run,
    "slowhttptest": slow.run,
}
EXECUTABLES = {"wapiti": str(wapiti.EXECUTABLE), "sqlmap": str(sqlmap.EXECUTABLE)}


def missing(tools: list[str]) -> list[str]:
    """Return which of *tools*, and of what they need, are not there."""
    needed = {tool: EXECUTABLES.get(tool, tool) for tool in tools} | {"unshare": "unshare", "ip": "ip"}
    return [name for name, executable in needed.items() if not shutil.which(executable, path=_path())]


def _path() -> str:
    return f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"


def run(tools: list[str], *, short: bool) -> dict[str, Any]:
    """Return the report of a stage, after all of *tools*."""
    began = time.monotonic()
    report: dict[str, Any] = {
        "stage": "outside",
        "seconds": 0,
        "seed": None,
        "counts": {},
        "found": [],
        "explained": [],
    }
    details: dict[str, Any] = {"form": "short" if short else "long"}
    with tempfile.TemporaryDirectory() as folder:
        # Some of them leave their own behind.
        os.environ["TMPDIR"] = folder
        for tool in tools:
            sys.stderr.write(f"{tool} …\n")
            at = time.monotonic()
            outcome = _one(tool, Path(folder) / tool, short=short)
            found, explained = outcome.judged()
            report["counts"] |= {f"{tool}: {name}": value for name, value in outcome.counts.items()}
            report["counts"][f"{tool}: seconds"] = round(time.monotonic() - at)
            report["found"] += found
            report["explained"] += explained
            details[tool] = {
                **outcome.details,
                "counts": outcome.counts,
                "found": len(found),
                "explained": len(explained),
            }
    return {**report, "seconds": round(time.monotonic() - began), "details": details}


def _one(tool: str, place: Path, *, short: bool) -> Outcome:
    try:
        return TOOLS[tool](place, short=short)
    except (AssertionError, OSError, ValueError) as error:
        # What the other tools find is not lost with it, and it counts as found, since nothing was shown.
        traceback.print_exc()
        outcome = Outcome(tool)
        outcome.find("failed", type(error).__name__, str(error)[:500])
        return outcome


def _alone(arguments: list[str]) -> int:
    """Run the same command in a network of its own, as root or in a user namespace; return its exit status."""
    namespaces = ["--net"] if os.geteuid() == 0 else ["--net", "--user", "--map-root-user"]
    inside = f'ip link set lo up && exec "{sys.executable}" -m tests.outside.run "$@"'
    command = ["unshare", *namespaces, "sh", "-c", inside, "sh", *arguments]
    environ = {**os.environ, ALONE: "1", "PATH": _path()}
    return subprocess.run(command, env=environ, cwd=ROOT, check=False).returncode


def summary(report: dict[str, Any]) -> str:
    """Return what somebody reads at the end."""
    lines = [f"{name}: {value}" for name, value in report["counts"].items()]
    lines += [f"explained: {line}" for line in report["explained"]]
    return "\n".join([*lines, *(f"FOUND: {line}" for line in report["found"])]) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit status: 0 nothing found, 1 something, 2 it could not run."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="python -m tests.outside.run", description=__doc__)
    parser.add_argument("tools", nargs="*", metavar="TOOL", help=f"of {', '.join(TOOLS)}; without any: all")
    parser.add_argument("--report", type=Path, help="write the report here, as JSON")
    parser.add_argument("--short", action="store_true", help="five minutes in the place of forty")
    parser.add_argument("--save", action="store_true", help="keep the counts for the documents")
    options = parser.parse_args(words)
    tools = list(dict.fromkeys(options.tools or TOOLS))
    if unknown := set(tools) - set(TOOLS):
        parser.error(f"no such tool: {', '.join(sorted(unknown))}")
    if absent := missing(tools):
        sys.stderr.write(f"not there: {', '.join(absent)}; run tests/outside/install\n")
        return 2
    if ALONE not in os.environ:
        return _alone(words)
    report = run(tools, short=options.short)
    if options.report:
        options.report.parent.mkdir(parents=True, exist_ok=True)
        options.report.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if options.save:
        _save(report, tools)
    sys.stdout.write(summary(report))
    return 1 if report["found"] else 0


def _save(report: dict[str, Any], tools: list[str]) -> None:
    kept = json.loads(SAVED.read_text(encoding="utf-8")) if SAVED.exists() else {}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for tool in tools:
        counts = {
            name.split(": ", 1)[1]: value for name, value in report["counts"].items() if name.startswith(f"{tool}: ")
        }
        found = [line for line in report["found"] if line.startswith(f"{tool}: ")]
        explained = [line for line in report["explained"] if line.startswith(f"{tool}: ")]
        kept[tool] = {
            "date": time.strftime("%Y-%m-%d"),
            "commit": commit.stdout.strip(),
            "form": report["details"]["form"],
            "counts": counts,
            "found": len(found),
            "explained": len(explained),
        }
    kept = {tool: kept[tool] for tool in TOOLS if tool in kept}
    SAVED.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
