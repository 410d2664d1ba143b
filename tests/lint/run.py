"""Lint the examples of other frameworks and write what is found: ``python -m tests.lint.run``.

Writes ``docs/_ext/lint.json``, from which the documents' table is made. Each application is linted by the command
itself, in a process of its own; tags, which differ from machine to machine, are left out.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SAVED = ROOT / "docs" / "_ext" / "lint.json"

FILE = ("/static/file.txt",)
APPS = {
    "starlette": ("Starlette", ("/", "/note", "/file", *FILE)),
    "fastapi": ("FastAPI", ("/", "/items/", "/file")),
    "flask": ("Flask", ("/", "/note", "/file", *FILE)),
    "django": ("Django", ("/", "/note", *FILE)),
}
"""By the package: how it is called, and the addresses that are asked."""


def linted(package: str) -> list[dict[str, Any]]:
    """Return what the command finds in the example of *package*."""
    target = [f"tests.lint.apps.{package}_app:app", *(word for path in APPS[package][1] for word in ("--path", path))]
    done = subprocess.run(
        [sys.executable, "-m", "hardtack", "lint", *target, "--json", "--own"],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)["findings"]
    return [
        {
            "rule": each["rule"],
            "level": each["level"],
            "status": each["status"],
            "requests": [re.sub(r'"(?!hardtack)[^"]+"', '"…"', request) for request in each["requests"]],
        }
        for each in found
    ]


def found() -> dict[str, Any]:
    """Return what is published."""
    apps = [
        {"package": name, "title": title, "version": version(name), "findings": linted(name)}
        for name, (title, _) in APPS.items()
    ]
    return {"command": "python -m tests.lint.run", "apps": apps}


def published() -> dict[str, Any]:
    """Return what was published last."""
    saved: dict[str, Any] = json.loads(SAVED.read_text(encoding="utf-8"))
    return saved


if __name__ == "__main__":
    SAVED.write_text(json.dumps(found(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
