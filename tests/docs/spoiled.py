"""Spoil each block that a test is said to run, and see that the test fails: ``python -m tests.docs.spoiled [PAGE …]``.

A mark in a page says which test runs a block; ``test_code_blocks`` sees that there is such a test and that it knows the
page. Whether it really runs the block only a block shows that cannot run. The tree is copied, and the tests are run
there: once as it is, since a test that fails anyway shows nothing, and then in rounds. A round spoils one block of
every page, in both languages, as far as different tests run them. The exit status is 1 where nobody notices one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from tests.docs.code_blocks import ROOT, Block, blocks, every_block

SPOILED = {
    "python": "raise AssertionError('spoiled')\n",
    "pycon": ">>> raise AssertionError('spoiled')\n",
    "toml": "spoiled = 1\n",
    "html": "{% spoiled %}\n",
    "xml": "spoiled\n",
    "yaml": "spoiled: [\n",
    "nginx": "spoiled on;\n",
    "postgresql": "SELECT spoiled;\n",
    "text": "spoiled\n",
}
"""What is put before the code of a block, by its kind; of a text or a page it takes the place."""

Where = tuple[str, int, str]
"""A page, and a block in it: the line of its fence, and its code."""

Round = dict[Block, frozenset[str]]
"""Blocks, each with the tests that run it."""


def copied(tree: Path) -> None:
    """Copy what is under version control, as it lies there."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)


def pytest_in(tree: Path, *words: str) -> str:
    """Run pytest in the copy; return what it prints."""
    environ = {**os.environ, "PYTHONPATH": f"{tree / 'src'}:{tree}"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", *words]
    return subprocess.run(command, cwd=tree, env=environ, capture_output=True, text=True, check=False).stdout


def failing(tree: Path, tests: Collection[str]) -> set[str]:
    """Run tests in the copy; return those that fail."""
    said = pytest_in(tree, "-q", "--tb=no", "-rA", *sorted(tests))
    passed = set(re.findall(r"^PASSED (\S+::\S+)", said, re.MULTILINE))
    return set(tests) - passed


def run_by(tree: Path, found: Collection[Block]) -> Round:
    """Return each block with its tests: those that have its page in their name, or all that its mark names."""
    named = sorted({"::".join(block.runner) for block in found if block.runner})
    there = re.findall(r"^(\S+::\S+)$", pytest_in(tree, "-q", "--collect-only", *named), re.MULTILINE)
    tests = {}
    for block in found:
        name = "::".join(block.runner or ())
        those = [each for each in there if each.partition("[")[0] == name]
        stem = re.compile(rf"[\[-]{re.escape(Path(block.page).stem)}(?:\.md)?[-\]]")
        tests[block] = frozenset([each for each in those if stem.search(each)] or those)
    return tests


def rounds(tests: Mapping[Block, frozenset[str]]) -> Iterator[Round]:
    """Yield blocks that can be spoiled at the same time, until all were."""
    left = dict(tests)
    while left:
        made: Round = {}
        for block, those in left.items():
            if not any(block.page == other.page or those & made[other] for other in made):
                made[block] = those
        yield made
        left = {block: those for block, those in left.items() if block not in made}


def places(block: Block) -> list[Where]:
    """Return where a block is in each language."""
    number = [each.line for each in blocks(ROOT / block.page)].index(block.line)
    chinese = block.page.replace("docs/en/", "docs/zh/").replace("README.md", "README.zh-CN.md")
    found = [(name, blocks(ROOT / name)[number]) for name in sorted({block.page, chinese})]
    return [(name, each.line, each.code) for name, each in found]


def wrong(kind: str, code: str) -> str:
    """Return code that cannot run any more: the first command says something else."""
    if kind == "console":
        return re.sub(r"^([$#] \S+) \S+", r"\1 spoiled", code, count=1, flags=re.MULTILINE)
    return SPOILED[kind] + ("" if kind in ("text", "html") else code)


@contextmanager
def spoiled(tree: Path, spoilt: Mapping[Block, list[Where]]) -> Iterator[None]:
    """Let blocks not run in the copy, in both languages, since many tests compare them."""
    before = {}
    for block, where in spoilt.items():
        for name, line, code in where:
            before[name] = (tree / name).read_text("utf-8")
            lines = before[name].splitlines(keepends=True)
            lines[line : line + len(code.splitlines())] = [wrong(block.kind, code)]
            (tree / name).write_text("".join(lines), "utf-8")
    yield
    for name, text in before.items():
        (tree / name).write_text(text, "utf-8")


@click.command()
@click.argument("pages", nargs=-1)
def main(pages: tuple[str, ...]) -> None:
    """Spoil the blocks of all pages, or of PAGES, such as docs/en/flask.md."""
    found = [block for block in every_block() if block.runner and (not pages or block.page in pages)]
    unnoticed = []
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        copied(tree)
        where = {block: places(block) for block in found}
        tests = run_by(tree, found)
        anyway = failing(tree, frozenset().union(*tests.values()))
        for test in sorted(anyway):
            click.echo(f"fails without that: {test}")
        for number, one in enumerate(rounds(tests)):
            with spoiled(tree, {block: where[block] for block in one}):
                noticed = failing(tree, frozenset().union(*one.values())) - anyway
            missed = [block for block, those in one.items() if not those & noticed]
            unnoticed += missed
            click.echo(f"round {number + 1}: {len(one)} blocks, unnoticed: {len(missed)}")
            for block in missed:
                click.echo(f"{block.place} ({block.kind}) is not run by {'::'.join(block.runner or ())}")
    click.echo(f"{len(found)} blocks were spoiled; unnoticed: {len(unnoticed)}")
    sys.exit(1 if unnoticed else 0)


if __name__ == "__main__":
    main()
