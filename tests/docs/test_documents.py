"""The documents tell the truth: what they show runs, and what there is, they name."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hardtack.adapters.answering import Answering
from hardtack.cli.commands import COMMANDS
from hardtack.login import audit
from hardtack.seal import keyfile
from hardtack.site.routes import ROUTES
from tests.warned import STRICT

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
PAIRED = sorted(str(path.relative_to(DOCS / "en")) for path in (DOCS / "en").rglob("*.md"))


def blocks(path: Path, language: str) -> list[str]:
    """Return the code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(), re.MULTILINE | re.DOTALL)


def shape(path: Path) -> list[str]:
    """Return the levels of the headings and the numbers of rows between them: what two languages must share."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    return [match[1] for match in re.finditer(r"^(#+) ", text, re.MULTILINE)]


FIRST_SEEN = [*blocks(READMES[0], "python"), *blocks(DOCS / "en" / "overview.md", "python")]


@pytest.mark.parametrize("number", range(len(FIRST_SEEN)))
def test_every_python_block_of_the_readme_and_the_overview_runs(number: int, tmp_path: Path) -> None:
    """What a newcomer pastes works as it stands; the one that raises says so itself."""
    code = FIRST_SEEN[number]
    keyfile.create(tmp_path / "hardtack.key")  # as `hardtack keys new` does
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    expected = "hardtack.status.errors.MethodNotAllowed: 405" if "raise MethodNotAllowed" in code else ""
    assert (1 if expected else 0, True) == (done.returncode, expected in done.stderr), done.stderr


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_python_block_of_the_sessions_page_runs(language: str) -> None:
    """As it stands, in both languages."""
    (code,) = blocks(DOCS / language / "sessions.md", "python")
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("page", ["starlette", "fastapi", "asgi"])
def test_the_python_blocks_of_the_pages_about_asgi_run(page: str, language: str, tmp_path: Path) -> None:
    """One after the other, with warnings as errors, where keys have been made as the page says."""
    subprocess.run([sys.executable, "-m", "hardtack", "keys", "new"], cwd=tmp_path, check=True, capture_output=True)
    code = "\n".join(blocks(DOCS / language / f"{page}.md", "python"))
    command = [sys.executable, *STRICT, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "" == done.stderr


@pytest.mark.parametrize(
    "pair", [READMES, [DOCS / each / "overview.md" for each in ("en", "zh")]], ids=["readme", "overview"]
)
def test_the_two_languages_are_equal_in_headings_and_code(pair: list[Path]) -> None:
    """Neither is behind the other."""
    assert shape(pair[0]) == shape(pair[1])
    for language in ("python", "console", "toml"):
        assert blocks(pair[0], language) == blocks(pair[1], language)


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_everything_that_the_readme_shows_or_leads_to_is_there(readme: Path) -> None:
    """Each picture in a light and a dark form, none of them heavy; each page, and the section in it."""
    text = readme.read_text()
    pictures = re.findall(r'(?:src|srcset)="([^"]+)"', text)
    assert 6 == len(pictures) == len(set(pictures))
    for picture in pictures:
        assert (ROOT / picture).stat().st_size < 80_000
    for page, _, section in (link.partition("#") for link in re.findall(r"\]\(([^):]+)\)", text)):
        there = (ROOT / page).read_text()
        heads = [
            re.sub(r"[^\w\s-]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.+)", there, re.M)
        ]
        assert not section or section in heads


def test_the_three_examples_of_the_readme_are_short() -> None:
    """The status, a session, a sign-in, in at most ten lines each."""
    assert [True] * 3 == [len(each.splitlines()) <= 10 for each in blocks(READMES[0], "python")]


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_readme_says_of_asvs_what_the_card_says(readme: Path) -> None:
    """How many requirements stand where, and which of them are not met: never better than the card has it."""
    card = (DOCS / "en" / "asvs.md").read_text()
    counts = re.findall(r"^\| (\d) \| all \| 120 \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", card, re.MULTILINE)
    section = re.search(
        r"^```console\n\$ hardtack asvs --level 2\n```$(.+?)^## ", readme.read_text(), re.MULTILINE | re.DOTALL
    )
    assert section
    said = re.findall(r"^\| (\d) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", section[1], re.MULTILINE)
    assert (["1", "2", "3"], counts) == ([row[0] for row in said], said)
    not_met = card.partition("\n## What is not met\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^- \*\*V([\d.]+)\*\*", not_met, re.MULTILINE)) == set(
        re.findall(r"\b\d+\.\d+\.\d+\b", section[1])
    )


def test_the_tutorial_runs_as_it_stands(tmp_path: Path) -> None:
    """Line by line, with the answers that it shows; the code is the same in both languages."""
    typed = [blocks(DOCS / language / "tutorial.md", "pycon") for language in ("en", "zh")]
    assert typed[0] == typed[1]
    (tmp_path / "typed.txt").write_text("\n".join(typed[0]))
    # In a process of its own, with which the application and its threads end.
    command = [sys.executable, "-W", "error", "-m", "doctest", "typed.txt"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stdout), done.stderr


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_file_that_the_architecture_sends_somebody_to_is_there(language: str) -> None:
    """In the table of what is changed where."""
    table = re.search(
        r"^## (?:Where do I change|要改).*?(?=^## )", (DOCS / language / "architecture.md").read_text(), re.M | re.S
    )
    assert table
    named = re.findall(r"`([\w*/.]+/[\w.*]*|[a-z]+\.toml)`", table[0])
    assert len(named) > 20
    for name in named:
        places = [ROOT, ROOT / "src" / "hardtack", ROOT / "src" / "hardtack" / "site" / "locale"]
        assert any(list(place.glob(name.rstrip("/"))) for place in places), name


@pytest.mark.parametrize("name", PAIRED)
def test_every_page_of_the_docs_exists_in_both_languages(name: str) -> None:
    """With the same sections."""
    assert shape(DOCS / "en" / name) == shape(DOCS / "zh" / name)


def test_no_page_is_in_chinese_only() -> None:
    """The other direction of the same promise."""
    assert PAIRED == sorted(str(path.relative_to(DOCS / "zh")) for path in (DOCS / "zh").rglob("*.md"))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str, language: str) -> None:
    """And what it does is said in a line."""
    assert f"hardtack {name}" in (DOCS / language / "service.md").read_text()


@pytest.mark.asvs("6.1.3", "6.3.4")
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", [path for path in ROUTES if not path.startswith("/assets") and "." not in path])
def test_every_address_is_documented(path: str, language: str) -> None:
    """With its methods."""
    assert f"`{path}`" in (DOCS / language / "service.md").read_text()


def events() -> set[str]:
    """Return every event that the code logs: written beside ``event``, passed to a note, or an audit constant."""
    found: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        found |= set(re.findall(r'(?:"event": |_note\(\s*logging\.\w+,\s*)"([a-z-]+)"', path.read_text()))
    return found | set(audit.EVENTS)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("event", sorted(events()))
def test_every_log_event_is_documented(event: str, language: str) -> None:
    """Whoever greps the log for it finds what it means."""
    assert f"`{event}`" in (DOCS / language / "logs.md").read_text()


def test_nothing_names_a_registry_host() -> None:
    """Requirements are names and hashes; where they come from is the reader's choice."""
    for path in (ROOT / "requirements").glob("*.txt"):
        assert [] == re.findall(r"https?://\S+", path.read_text())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_setting_of_the_status_layer_is_documented(language: str) -> None:
    """In the order of the signature, with the defaults that are plain values."""
    page = (DOCS / language / "status-layer.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|", page, re.MULTILINE)
    parameters = [each for each in inspect.signature(Answering.__init__).parameters.values() if each.name != "self"]
    assert [each.name for each in parameters] == [name for name, _ in rows]
    for parameter, (_, shown) in zip(parameters, rows, strict=True):
        if isinstance(parameter.default, str | int) and not isinstance(parameter.default, bool):
            assert f"`{parameter.default}`" == shown
