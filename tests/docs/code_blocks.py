"""The code blocks of the documents, each with what its page says of who runs it.

A block of a kind in ``CARRIED_OUT`` is run by ``test_code_blocks`` as it stands and says nothing. Whatever else there
is says it in a comment, which a reader does not see::

    <!-- run by tests/docs/test_sign_ins.py::test_its_python_block_runs -->     above a block
    <!-- not run: it serves until it is stopped -->                             above a block
    <!-- python blocks: run by tests/FILE.py::TEST -->                          for all such blocks of a page
    <!-- blocks: run by … -->                                                   whatever their kind

What stands above a block goes before what holds for the page. The marks stand in the English pages: a test holds the
Chinese ones to the same code. The pages of ``UNMARKED`` say nothing themselves, and those of the handbook are made by a
program whose tests run what it writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

CARRIED_OUT = frozenset({"console", "toml", "nginx", "javascript"})

UNMARKED = {
    "README.md": {
        "python": "run by tests/docs/test_documents.py::test_every_python_block_of_the_readme_and_the_overview_runs",
        "console": "not run: the first installs, and serves until it is stopped; docs/en/asvs.md has the other",
    },
    "CONTRIBUTING.md": {"console": "not run: it is the whole of the tests"},
    "docs/en/architecture.md": {"text": "not run: they are drawings in letters"},
}
"""What holds of pages that show nothing but their text in any viewer."""

PAGES = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    DOCS / "index.md",
    *sorted((DOCS / "spec").glob("*.md")),
    *sorted((DOCS / "en").rglob("*.md")),
)

_FENCE = re.compile(r"^(?:<!-- (?P<mark>[^\n]+?) -->\n\n?)?```(?P<kind>[^\n]*)\n(?P<code>.*?)^```$", re.M | re.S)
_FOR_ALL = re.compile(r"^<!-- (?:([a-z, ]+) )?blocks: (.+?) -->$", re.MULTILINE)
_RUN_BY = re.compile(r"run by (?P<file>\S+?\.py)::(?P<test>test_\w+)")
_NOT_RUN = re.compile(r"not run[a-z ]*: (?P<why>\S.*)")


class Block(NamedTuple):
    """A block of code of a page.

    Args:
        page: from the root of the tree.
        line: of its fence, counted from 1.
        kind: what stands behind the fence.
        code: what is in it.
        mark: what is said about who runs it, or "".
    """

    page: str
    line: int
    kind: str
    code: str
    mark: str

    @property
    def place(self) -> str:
        """Where it is, as an editor opens it."""
        return f"{self.page}:{self.line}"

    @property
    def runner(self) -> tuple[str, str] | None:
        """The file and the test that run it, where one is named."""
        found = _RUN_BY.fullmatch(self.mark)
        return (found["file"], found["test"]) if found else None

    @property
    def why_not(self) -> str:
        """Why it is not run, or ""."""
        found = _NOT_RUN.fullmatch(self.mark)
        return found["why"] if found else ""

    @property
    def is_carried_out(self) -> bool:
        """Whether ``test_code_blocks`` runs it."""
        return not self.mark and self.kind in CARRIED_OUT


def blocks(path: Path) -> list[Block]:
    """Return the blocks of a page, in their order; directives, such as tables that are made, are none."""
    name, text = path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
    general = dict(UNMARKED.get(name, {}))
    for match in _FOR_ALL.finditer(text):
        general |= dict.fromkeys((match[1] or "*").split(", "), match[2])
    found = []
    for match in _FENCE.finditer(text):
        if match["kind"].startswith("{"):
            continue
        line = text.count("\n", 0, match.start("kind")) + 1
        own = match["mark"] or ""
        own = own if _RUN_BY.fullmatch(own) or _NOT_RUN.fullmatch(own) else ""
        mark = own or general.get(match["kind"]) or general.get("*", "")
        found.append(Block(name, line, match["kind"], match["code"], mark))
    return found


def unread(path: Path) -> list[str]:
    """Return the comments of a page that look like marks and say nothing of any block."""
    said = {block.mark for block in blocks(path)} - {""}
    looks = re.findall(r"^<!--.*\b(?:run by|not run)\b.*-->$", path.read_text("utf-8"), re.MULTILINE)
    return [line for line in looks if not any(line.endswith(f" {mark} -->") for mark in said)]


def every_block() -> Iterator[Block]:
    """Yield the blocks of all pages."""
    for path in PAGES:
        yield from blocks(path)
