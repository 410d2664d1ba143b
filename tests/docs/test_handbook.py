"""The pages of the handbook: made of the data, alike in both languages, and their code runs."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from types import ModuleType

import flask
import pytest
from werkzeug.test import TestResponse

from hardtack.adapters.flask import Status as Layer
from hardtack.status import Status, for_status
from hardtack.status.causes import CAUSES, WHY_NOT
from hardtack.status.described import LANGUAGES

DOCS = Path(__file__).parents[2] / "docs"
MODULES = ("handbook", "handbook_code", "status_table")

every = pytest.mark.parametrize("status", Status, ids=lambda status: str(status.code))
both = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def handbook() -> Iterator[ModuleType]:
    """Return the module that makes the pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS / "_ext")
        yield importlib.import_module("handbook")
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def code(handbook: ModuleType) -> ModuleType:
    """Return the module that has the lines of Python."""
    return sys.modules["handbook_code"]


def text(name: str) -> str:
    """Return a page as it lies there."""
    return (DOCS / "status" / name).read_text("utf-8")


def shape(page: str) -> list[str]:
    """Return what two languages must share: headings' levels, rows, items, blocks and links, in their order."""
    kinds = r"^(#+(?= )|\| (?=`)|- |```\w*|\*\*(?=\S)|<!--)|\]\((?!\.\./)([^)]+)\)"
    return [match[1] or match[2] for match in re.finditer(kinds, page, re.MULTILINE)]


def test_making_the_pages_again_changes_nothing(handbook: ModuleType) -> None:
    """And nothing else lies among them: whoever changes the data runs `make handbook`."""
    lying = {path.relative_to(DOCS / "status").as_posix() for path in (DOCS / "status").rglob("*") if path.is_file()}
    made = handbook.pages()
    assert len(made) == 2 * (len(Status) + 1)
    assert set(made) == lying
    assert [] == [name for name, page in made.items() if page != text(name)]


def test_what_is_stale_is_removed(
    handbook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page of a code that is none any more, for one."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "299.md").write_text("# 299\n")
    monkeypatch.setattr(handbook, "FOLDER", tmp_path)
    handbook.main()
    assert "130 pages\n" == capsys.readouterr().out
    assert set(handbook.pages()) == {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.md")}


@pytest.mark.parametrize("name", ["index", *(str(status.code) for status in Status)])
def test_both_languages_have_the_same_shape(name: str) -> None:
    """The same sections, rows, items, blocks and links."""
    assert shape(text(f"en/{name}.md")) == shape(text(f"zh/{name}.md"))


@both
@every
def test_a_page_has_every_section_and_none_is_empty(status: Status, language: str, handbook: ModuleType) -> None:
    """In their order; what one can do is there where there is a cause, or a reason why there is none."""
    first, *sections = re.split(r"^## ", text(f"{language}/{status.code}.md"), flags=re.MULTILINE)
    assert first.startswith(f"# {status.code} ")
    assert first.splitlines()[0].endswith(status.phrase)
    assert status.phrase_in(language) in first.splitlines()[0]
    titles = list(handbook.TITLES[language].values())
    expected = titles if status.code in CAUSES or status.code in WHY_NOT else titles[:-1]
    assert expected == [section.splitlines()[0] for section in sections]
    assert [] == [section for section in sections if not section.partition("\n")[2].strip()]


@both
def test_the_index_leads_to_every_page(language: str) -> None:
    """One line a code, in the order of the numbers; and the page about the codes leads to the index."""
    lines = re.findall(r"^- \[(\d+) .+?\]\((\d+)\.md\).{10,}$", text(f"{language}/index.md"), re.MULTILINE)
    assert [(str(status.code),) * 2 for status in Status] == lines
    assert f"(../status/{language}/index.md)" in (DOCS / language / "status.md").read_text("utf-8")


@pytest.mark.parametrize(
    "path", sorted((DOCS / "status").rglob("*.md")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_every_link_to_another_page_leads_somewhere(path: Path) -> None:
    """As a code host follows it."""
    links = re.findall(r"\]\(([^):]+\.md)\)", path.read_text("utf-8"))
    assert links
    assert [] == [link for link in links if not (path.parent / link).is_file()]


def answered(view: str, headers: dict[str, str]) -> TestResponse:
    """Return the answer of an application of Flask in the status layer, whose only view is *view*."""
    app = flask.Flask("shop")
    Layer(app)
    exec(view, {"app": app})  # noqa: S102 - what the reader would run
    (rule,) = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
    path = rule.rule.replace("<int:number>", "7")
    return app.test_client().open(path, method=method, headers={"Host": "localhost", **headers})


@every
def test_a_page_shows_python_or_says_why_there_is_none(status: Status, code: ModuleType) -> None:
    """The same lines in both languages."""
    lines = code.lines(status)
    assert bool(lines) != (status.code in code.INSTEAD)
    for language in LANGUAGES:
        page = text(f"{language}/{status.code}.md")
        assert code.said(status, language) in page
        assert re.findall(r"^```python\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL) == ([lines] if lines else [])


@pytest.mark.parametrize("status", [status for status in Status if status.is_error and status.may_be_sent], ids=int)
def test_what_a_page_raises_is_answered_with_its_code(status: Status, code: ModuleType) -> None:
    """With the fields that the code cannot do without; those of the connection are the server's to send in WSGI."""
    with pytest.raises(for_status(status.code)) as raised:
        exec(code.lines(status))  # noqa: S102 - what the reader would run
    fields = {name for name, _ in raised.value.headers}
    assert set(status.headers_required) <= fields
    answer = answered('@app.get("/")\ndef view():\n' + indent(code.lines(status), "    "), {})
    assert status.code == answer.status_code
    assert set(status.headers_required) - {"Connection", "Upgrade"} <= set(answer.headers.keys())


SHOWN = [status for status in Status if not status.is_error and status.decided_by in ("app", "middleware")]


@pytest.mark.parametrize("status", SHOWN, ids=int)
def test_what_a_page_shows_leads_to_its_code(status: Status, code: ModuleType) -> None:
    """A part or nothing is made of the whole by the layer, for a request that wants it so."""
    answer = answered(code.lines(status), code.WITH.get(status.code, {}))
    assert status.code == answer.status_code
    assert set(status.headers_required) <= set(answer.headers.keys())
    if status in (201, 202, 301, 302, 303, 307, 308):
        assert answer.headers["Location"].startswith("/")
    assert status.content_allowed or not answer.data
