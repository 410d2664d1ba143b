"""Whether every public name has a type that a checker knows: pyright's ``--verifytypes``, judged here.

Whoever writes an application against Hardtack with a strict checker must not meet a name of ours whose type is unknown
or guessed. pyright looks at the wheel as it is installed, with ``py.typed``, and lists every name that can be reached
without an underscore: the modules of the reference and all the others. What others have written is not judged.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.supply import installing

UNTYPED = {"hardtack.adapters.django": "made of Django's classes, which have no types"}
"""Where names may be unknown, though never guessed, since what they are made of is; and why."""


class Typed(NamedTuple):
    """What pyright has found.

    Args:
        known: names whose type is known.
        found: what is wrong, one line each.
        explained: what is not known and cannot be, with the reason.
    """

    known: int
    found: list[str]
    explained: list[str]


class TypesError(Exception):
    """pyright could not run; the text is what it said."""


def verify(pyright: Path, python: Path, folder: Path) -> Typed:
    """Ask pyright about the Hardtack that an environment has.

    Args:
        pyright: the command.
        python: of the environment.
        folder: where it is run; no source lies there.

    Raises:
        TypesError: if what it says is no report.
    """
    command: list[str | Path] = [pyright, "--verifytypes", "hardtack", "--ignoreexternal", "--outputjson"]
    # --pythonpath does not count here: pyright asks the first Python that it finds.
    environ = {**installing.environ(), "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environ)
    try:
        return judge(json.loads(done.stdout))
    except (ValueError, KeyError):
        raise TypesError(done.stdout[-2000:] + done.stderr[-2000:]) from None


def judge(report: Mapping[str, Any]) -> Typed:
    """Return how many exported names are known, and a line for each one that is not."""
    found = [f"pyright: {each['message']}" for each in report.get("generalDiagnostics", ())]
    complete = report["typeCompleteness"]
    if not complete.get("pyTypedPath"):
        found.append("py.typed is missing, so nothing of the package counts as typed")
    known, explained = 0, []
    for symbol in complete["symbols"]:
        if not symbol["isExported"]:
            continue
        if symbol["isTypeKnown"] and not symbol["isTypeAmbiguous"]:
            known += 1
            continue
        reason = next((why for place, why in UNTYPED.items() if symbol["name"].startswith(f"{place}.")), None)
        if reason is not None and not symbol["isTypeAmbiguous"]:
            explained.append(f"{symbol['name']}: {reason}")
            continue
        said = "; ".join(each["message"].replace("\n", " ") for each in symbol.get("diagnostics", ()))
        found.append(f"{symbol['name']}: {said or 'its type is not known'}")
    return Typed(known, found, explained)
