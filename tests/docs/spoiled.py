"""Spoil each block that a test is said to run, and see that the test fails: ``python -m tests.docs.spoiled [PAGE …]``.

A mark in a page says which test runs a block; ``test_code_blocks`` sees that there is such a test and that it knows the
page. Whether it really runs the block only a block shows that cannot run. The tree is copied, a block of the copy is
spoiled in both languages, and the test must fail there; a test that fails without that shows nothing. It takes some
minutes. The exit status is 1 where a spoiled block is noticed by nobody.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tests.docs.code_blocks import DOCS, ROOT, Block, blocks, every_block

SPOILED = {
    "python": "raise AssertionError('spoiled')\n",
    "pycon": ">>> raise AssertionError('spoiled')\n",
    "console": "$ hardtack spoiled\n",
    "toml": "spoiled = 1\n",
    "html": "{% spoiled %}\n",
    "xml": "spoiled\n",
    "yaml": "spoiled: [\n",
    "nginx": "spoiled on;\n",
    "postgresql": "SELECT spoiled;\n",
    "text": "spoiled\n",
}
"""What is put before the code of a block, by its kind."""


def copied(tree: Path) -> None:
    """Copy what is under version control, as it lies there."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, names.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)


def outcome(tree: Path, block: Block) -> int:
    """Run the test of a block in the copy, of a page alone where the test is of many; return its exit status."""
    assert block.runner
    file, test = block.runner
    environ = {**os.environ, "PYTHONPATH": f"{tree / 'src'}:{tree}"}
    alone = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"{file}::{test}"]
    for words in ([*alone, "-k", Path(block.page).stem], alone):
        done = subprocess.run(words, cwd=tree, env=environ, capture_output=True, check=False)
        if done.returncode != 5:  # no test has the page in its name
            return done.returncode
    return 5


@contextmanager
def spoiled(tree: Path, block: Block, number: int) -> Iterator[None]:
    """Let a block not run in the copy, in both languages, since many tests compare them."""
    pages = [block.page, block.page.replace("docs/en/", "docs/zh/").replace("README.md", "README.zh-CN.md")]
    before = {name: (tree / name).read_text("utf-8") for name in pages if (tree / name).is_file()}
    for name, text in before.items():
        line = blocks(ROOT / name)[number].line
        lines = text.splitlines(keepends=True)
        lines.insert(line, SPOILED[block.kind])
        (tree / name).write_text("".join(lines), "utf-8")
    yield
    for name, text in before.items():
        (tree / name).write_text(text, "utf-8")


@click.command()
@click.argument("pages", nargs=-1)
@click.option("--verbose", is_flag=True, help="Name every block that is tried.")
def main(pages: tuple[str, ...], verbose: bool) -> None:
    """Spoil the blocks of all pages, or of PAGES, such as docs/en/flask.md."""
    unnoticed, tried, fine = [], 0, dict[tuple[str, ...], int]()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        copied(tree)
        for block in every_block():
            if block.runner is None or (pages and block.page not in pages):
                continue
            number = [each.line for each in blocks(ROOT / block.page)].index(block.line)
            without = fine.setdefault((block.page, *block.runner), -1)
            if without == -1:
                without = fine[(block.page, *block.runner)] = outcome(tree, block)
            with spoiled(tree, block, number):
                found = outcome(tree, block)
            tried += 1
            wrong = without != 0 or found != 1
            unnoticed += [block.place] if wrong else []
            if wrong or verbose:
                click.echo(f"{block.place} {block.kind} {'::'.join(block.runner)}: {without} {found}")
    click.echo(f"spoiled {tried} blocks under {DOCS.name}; unnoticed: {len(unnoticed)}")
    sys.exit(1 if unnoticed else 0)


if __name__ == "__main__":
    main()
