"""Which tests carry the mark of which requirement, read in the source without running anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def marked(decorators: list[ast.expr]) -> Iterator[str]:
    """Yield the requirements that the mark among *decorators* names."""
    for each in decorators:
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "pytest.mark.asvs":
            yield from (f"V{ast.literal_eval(argument)}" for argument in each.args)


def marks() -> dict[str, list[str]]:
    """Return which tests carry the mark of which requirement, as the source has it."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        text = path.read_text()
        if "pytest.mark.asvs(" not in text:
            continue
        for node in ast.parse(text).body:
            inside = node.body if isinstance(node, ast.ClassDef) else [node]
            outer = list(marked(node.decorator_list)) if isinstance(node, ast.ClassDef) else []
            group = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
            for each in inside:
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test_"):
                    for number in (*outer, *marked(each.decorator_list)):
                        name = f"{path.relative_to(ROOT)}::{group}{each.name}"
                        found.setdefault(number, set()).add(name)
    return {number: sorted(tests) for number, tests in sorted(found.items())}
