"""Every code block of the documents runs, or its page says why not; and whatever it is, it can be read.

``code_blocks`` says how a page says it. What this file runs by itself are the blocks that name nothing but what is
ours: commands, settings, lines for nginx and for browsers.
"""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from hardtack.site import Settings
from tests.docs import commands, shapes
from tests.docs.code_blocks import CARRIED_OUT, DOCS, PAGES, ROOT, UNMARKED, Block, blocks, every_block, unread
from tests.docs.test_how_to_operating import accepted_by_nginx

BLOCKS = list(every_block())
RUN_HERE = sorted({block.page for block in BLOCKS if block.is_carried_out and block.kind == "console"})
RUNNERS = sorted({(block.page, block.runner) for block in BLOCKS if block.runner})
CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")


def of(page: str) -> list[Block]:
    """Return the blocks of a page."""
    return [block for block in BLOCKS if block.page == page]


def test_every_block_runs_or_says_why_not() -> None:
    """Whoever adds one says which test runs it, or why none does."""
    silent = [block.place for block in BLOCKS if not (block.is_carried_out or block.runner or block.why_not)]
    assert [] == silent, "say above it <!-- run by tests/FILE.py::TEST --> or <!-- not run: WHY -->"


@cache
def functions(file: str) -> frozenset[str]:
    """Return the names of the tests in *file*."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_the_test_that_is_named_is_there_and_reads_that_page() -> None:
    """``python -m tests.docs.spoiled`` shows that it fails where the block is wrong."""
    for page, (file, test) in RUNNERS:
        assert test in functions(file), (page, file, test)
        stem = re.escape(Path(page).stem)
        assert re.search(rf"[\"/]{stem}(?:\.md)?\"", (ROOT / file).read_text("utf-8")), (page, file)


def test_every_block_can_be_read() -> None:
    """Python compiles, settings are settings, and each command is one with those words."""
    wrong = []
    for block in BLOCKS:
        assert block.kind in shapes.SHAPES, block.place
        try:
            shapes.SHAPES[block.kind](block.code)
            if block.kind == "python" and block.why_not:
                shapes.imports_what_there_is(block.code)
        except Exception as error:
            wrong.append(f"{block.place}: {error!r}")
    assert [] == wrong


def test_no_block_or_mark_is_written_so_that_nobody_sees_it() -> None:
    """Fences stand at the beginning of a line, marks are spelt as they are read, and each is for something."""
    for path in PAGES:
        text = path.read_text("utf-8")
        fences = re.findall(r"^ *(?:```|~~~|:::)", text, re.MULTILINE)
        directives = re.findall(r"^(?:```|:::)\{", text, re.MULTILINE)
        assert len(fences) == 2 * (len(blocks(path)) + len(directives)), path
        assert [] == unread(path), path


def test_nothing_is_said_of_a_page_that_has_no_such_block() -> None:
    """In the table of those that say nothing themselves."""
    said = {(page, kind) for page, kinds in UNMARKED.items() for kind in kinds}
    assert [] == sorted(said - {(block.page, block.kind) for block in BLOCKS})


@pytest.mark.parametrize("page", RUN_HERE)
def test_commands_say_what_the_page_shows(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other, in a folder with keys, a database and two people, for the host of the pages."""
    monkeypatch.setenv("HARDTACK_ORIGIN", "https://id.example.org")
    ids: dict[str, str] = {}
    for block in of(page):
        if block.is_carried_out and block.kind == "console":
            for command, shown in commands.typed(block.code):
                assert commands.words(command), f"{block.place}: only commands of ours are run here: {command} {folder}"
                commands.carry_out(command, shown, ids)


def test_settings_are_taken(tmp_path: Path) -> None:
    """As ``hardtack.toml``, with every value in its place."""
    taken = [block for block in BLOCKS if block.is_carried_out and block.kind == "toml"]
    assert taken
    for block in taken:
        path = tmp_path / "hardtack.toml"
        path.write_text(block.code, "utf-8")
        assert Settings.load(path, {}).data, block.place


def test_nginx_takes_its_lines(tmp_path: Path) -> None:
    """Lines of a server stand in one."""
    taken = [block.code for block in BLOCKS if block.is_carried_out and block.kind == "nginx"]
    whole = "".join(code if "server {" in code else f"server {{ {code} }}" for code in taken)
    assert taken
    accepted_by_nginx(tmp_path, whole)


def test_javascript_is_taken(tmp_path: Path) -> None:
    """As a module."""
    taken = [block.code for block in BLOCKS if block.is_carried_out and block.kind == "javascript"]
    assert taken
    (tmp_path / "block.mjs").write_text("\n".join(taken), "utf-8")
    done = subprocess.run(["node", "--check", str(tmp_path / "block.mjs")], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)


def alike(kind: str, english: str, chinese: str) -> bool:
    """Return whether two lines are the same code, whatever is said beside it or shown of what a command says."""
    if english == chinese:
        return True
    if kind == "text":
        return True  # a drawing, which has words between
    bare = [re.sub(r"\s+# .*$", "", line).replace('"zh"', '"en"') for line in (english, chinese)]
    if bare[0] == bare[1]:
        return True
    if not CHINESE.search(chinese):
        return False
    texts = [re.sub(r'"[^"]*"', '""', line) for line in bare]
    return texts[0] == texts[1] or (kind == "console" and not commands.PROMPT.match(english))


def test_the_chinese_pages_have_the_same_code() -> None:
    """Block by block and line by line; only what people read is in another language."""
    for page in sorted({block.page for block in BLOCKS if block.page.startswith("docs/en/")}):
        english, chinese = of(page), blocks(DOCS / "zh" / Path(page).relative_to("docs/en"))
        assert [block.kind for block in english] == [block.kind for block in chinese], page
        for ours, theirs in zip(english, chinese, strict=True):
            lines = ours.code.splitlines(), theirs.code.splitlines()
            assert len(lines[0]) == len(lines[1]), theirs.place
            assert [] == [pair for pair in zip(*lines, strict=True) if not alike(ours.kind, *pair)], theirs.place


def test_a_slip_in_a_block_is_found() -> None:
    """In each kind of code: the checks are no ceremony."""
    wrong = [
        ("console", "$ hardtack keys rotate --sideways\n"),
        ("console", "$ hardtack sreve\n"),
        ("console", "$ python -m tests.attacks.run --slowly\n"),
        ("console", "$ python -m tests.no_such.run\n"),
        ("console", "$ make coffee\n"),
        ("console", "$ pip install 'hardtack[cil]'\n"),
        ("console", "$ curl https://id.example.org/sign-inn\n"),
        ("console", "$ curl -X DELETE https://id.example.org/sign-in\n"),
        ("console", "$ HARDTACK_ORIGEN=https://example.org hardtack status\n"),
        ("console", "$ crul http://localhost:8000/\n"),
        ("console", "hardtack status\n"),
        ("python", "def shop(:\n"),
        ("pycon", ">>> def shop(:\n"),
        ("toml", "origin = https://example.org\n"),
        ("html", "{% if account %}\n"),
        ("xml", "<svg>"),
        ("nginx", "server {"),
    ]
    for kind, code in wrong:
        with pytest.raises(Exception):  # noqa: B017, PT011 - each reader of code has its own
            shapes.SHAPES[kind](code)
    with pytest.raises(AssertionError, match="Statsu"):
        shapes.imports_what_there_is("from hardtack.status import Statsu\n")
    assert not alike("python", 'origin="https://a.example"', 'origin="https://b.example"')
    assert not alike("console", "$ hardtack keys list", "$ hardtack keys check")
    assert alike("python", "shop()  # opens", "shop()  # 打开")
    assert "console" in CARRIED_OUT
