"""What a whole run has found: one JSON file, a page of text, and the copy that the documents show.

Copied is only what was run on a commit with nothing changed beside it, so that anybody can run the same.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bench import machine
from tests.prove.plans import MINUTE, Plan
from tests.prove.running import PASSED, ROOT, UNABLE, WRONG, Outcome
from tests.prove.stage import CANNOT_RUN, FOUND, NOTHING_FOUND, write

HERE = Path(__file__).parent
LAST = {"short": HERE / "last.json", "long": HERE / "last-long.json"}
CARRIED = HERE / "carried"
"""How far the last long run has come, while it is not at its end; whoever has checked it out goes on there."""
NOT_BEGUN = "not begun"


def commit() -> tuple[str, bool]:
    """Return the commit that is checked out, and whether something is changed beside it; ``""`` without any."""
    asked = (["git", "rev-parse", "HEAD"], ["git", "status", "--porcelain"])
    try:
        found = [
            subprocess.run(each, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip() for each in asked
        ]
    except (OSError, subprocess.CalledProcessError):
        return "", True
    return found[0], bool(found[1])


def source() -> str:
    """Return the name that git gives to all that lies in ``src`` at this commit; ``""`` without any."""
    asked = ["git", "rev-parse", "HEAD:src"]
    try:
        return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def made(
    form: str,
    seed: int,
    at: tuple[str, bool],
    outcomes: Mapping[str, Outcome],
    plans: Sequence[Plan],
    seconds: float,
    commits: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the report of a run.

    Args:
        form: ``short`` or ``long``.
        seed: of all stages.
        at: the commit, and whether something was changed beside it.
        outcomes: of each stage that was begun, by its name.
        plans: of all stages.
        seconds: that it took, with what was interrupted.
        commits: at which each stage has run, by its name; all of them have the same ``src``.
    """
    here = machine.describe(0, os.getloadavg()[0])
    return {
        "form": form,
        "on": datetime.now(UTC).date().isoformat(),
        "commit": at[0],
        "changed": at[1],
        "machine": {"cpu": here.cpu, "cores": here.cores, "system": here.system, "python": here.python},
        "seed": seed,
        "seconds": round(seconds),
        "stages": [_stage(plan, outcomes.get(plan.name), commits.get(plan.name, ()), at[0]) for plan in plans],
    }


def _stage(plan: Plan, outcome: Outcome | None, commits: Sequence[str], last: str) -> dict[str, Any]:
    """Return what the report says of one stage; of the commits, where they are not just the *last* one."""
    if outcome is None:
        return {"name": plan.name, "verdict": NOT_BEGUN} | ({"commits": [*commits]} if commits else {})
    said: dict[str, Any] = {
        key: outcome.report[key] for key in ("seed", "counts", "found", "explained") if key in outcome.report
    }
    one = {
        "name": plan.name,
        "verdict": outcome.verdict,
        "why": outcome.why,
        "command": f"python -m {' '.join((plan.module, *plan.arguments))}",
        "seconds": round(outcome.report.get("seconds", outcome.seconds)),
    }
    if set(commits) - {last}:
        one["commits"] = [*commits]
    return {key: value for key, value in (one | said).items() if key != "why" or value}


def status(report: Mapping[str, Any]) -> int:
    """Return the exit status: 2 if a stage has not run to its end, 1 if one has found something, else 0."""
    verdicts = {stage["verdict"] for stage in report["stages"]}
    if verdicts - {PASSED, WRONG}:
        return CANNOT_RUN
    return FOUND if WRONG in verdicts else NOTHING_FOUND


def text(report: Mapping[str, Any]) -> str:
    """Return the report for people."""
    lines = [
        f"commit {report['commit'] or 'unknown'}{', with changes beside it' if report['changed'] else ''}",
        f"{report['machine']['cpu']}, {report['machine']['cores']} cores, {report['machine']['python']}",
        f"seed {report['seed']}, {report['seconds'] / MINUTE:.0f} minutes in all",
    ]
    for stage in report["stages"]:
        took = f" ({stage['seconds'] / MINUTE:.1f} min)" if "seconds" in stage else ""
        lines += ["", f"{stage['name']}: {stage['verdict']}{took}"]
        lines += [f"    {stage['why']}"] if "why" in stage else []
        lines += [f"    {number:>12,} {words}" for words, number in stage.get("counts", {}).items()]
        lines += [f"    FOUND: {line}" for line in stage.get("found", [])]
        if explained := stage.get("explained"):
            lines.append(f"    {len(explained):>12,} findings of tools are explained")
    unable = [stage["name"] for stage in report["stages"] if stage["verdict"] not in (PASSED, WRONG)]
    found = sum(len(stage.get("found", [])) for stage in report["stages"])
    lines += ["", f"{found} found; {'not run to the end: ' + ', '.join(unable) if unable else 'every stage has run'}"]
    return "\n".join(lines) + "\n"


def save(folder: Path, form: str, plans: Sequence[Plan]) -> str:
    """Copy the last report to where the documents find it; return why not, or nothing.

    Of a long run that is not at its end, how far it is goes with it; whatever lay there of an earlier one is removed.

    Args:
        folder: of the run.
        form: ``short`` or ``long``.
        plans: of all stages.
    """
    try:
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    except OSError:
        return f"there is no report in {folder}: run it first"
    if report["changed"] or not report["commit"]:
        return "it was run with changes beside the commit: commit them and run it again, so that others can"
    unfinished = status(report) == CANNOT_RUN
    if UNABLE in {stage["verdict"] for stage in report["stages"]} or (unfinished and form == "short"):
        return "not every stage has run to its end"
    write(LAST[form], report)
    if form == "long":
        shutil.rmtree(CARRIED, ignore_errors=True)
    if unfinished:
        CARRIED.mkdir()
        states = ["state.json", *(f"{plan.file}.state" for plan in plans if plan.carried)]
        for name in states:
            if (folder / name).exists():
                # What a stage has said may name files by the folder of this clone.
                said = (folder / name).read_text(encoding="utf-8").replace(f"{ROOT}/", "")
                (CARRIED / name).write_text(said, encoding="utf-8")
    return ""
