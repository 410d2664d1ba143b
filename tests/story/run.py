"""Tell the story and write down what came of it: ``python -m tests.story.run [ADAPTER …]``.

Writes ``docs/_ext/story.json``, from which the documents' table of frameworks is made. A step that fails has no
outcome, so the table shows nothing for it; the tests then fail too.
"""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.adapters.raw import ROOT
from tests.story.adapters import ADAPTERS, DIFFERENCES, Adapter
from tests.story.steps import STEPS
from tests.story.telling import Step, Story, told

PUBLISHED = ROOT / "docs" / "_ext" / "story.json"
SHOWN = "yes"


def tell(adapter: Adapter, folder: Path, steps: Sequence[Step] = STEPS) -> tuple[dict[str, str], list[str]]:
    """Tell the story, or some steps of it, through one adapter.

    Returns:
        What came of each step that was told to its end: ``yes``, or the number of a difference; and how others failed.
    """
    with told(adapter.command, folder, adapter.prepare) as story:
        return go_on(adapter, story, steps)


def go_on(adapter: Adapter, story: Story, steps: Sequence[Step]) -> tuple[dict[str, str], list[str]]:
    """Tell some steps in a story that has begun; return what ``tell`` returns."""
    outcomes: dict[str, str] = {}
    failures: list[str] = []
    for step in steps:
        number, tale = SHOWN, step.tell
        for at, difference in enumerate(DIFFERENCES, 1):
            if adapter.name in difference.adapters and step.name == difference.step:
                number, tale = str(at), difference.tell
        try:
            tale(story)
        except Exception:
            failures.append(f"{adapter.name}: {step.name}\n{traceback.format_exc()}")
        else:
            outcomes[step.name] = number
    if failures:
        failures.append(f"the end of the server's log:\n{story.log.read_text()[-4000:]}")
    return outcomes, failures


def described() -> dict[str, Any]:
    """Return what the table says beside the outcomes."""
    return {
        "adapters": [{"name": one.name, "title": one.title, "server": one.server} for one in ADAPTERS.values()],
        "steps": [{"chapter": step.chapter, "name": step.name, "en": step.en, "zh": step.zh} for step in STEPS],
        "differences": [{"en": one.en, "zh": one.zh} for one in DIFFERENCES],
    }


def published() -> dict[str, Any]:
    """Return what the documents say now."""
    found: dict[str, Any] = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Tell the story through the adapters that are named, or all."""
    outcomes: dict[str, dict[str, str]] = published()["outcomes"] if PUBLISHED.exists() else {}
    for name in sys.argv[1:] or ADAPTERS:
        with tempfile.TemporaryDirectory() as folder:
            outcomes[name], failures = tell(ADAPTERS[name], Path(folder) / "data")
        print(f"{name}: {len(outcomes[name])} of {len(STEPS)}", *failures, sep="\n")  # noqa: T201 - a command's output
    kept = {name: outcomes[name] for name in ADAPTERS if name in outcomes}
    found = {**described(), "outcomes": kept}
    PUBLISHED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
