"""Error pages of an application's own, from a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardtack.adapters.own_pages import page_from
from hardtack.errors import MisuseError
from hardtack.status import Conflict, InternalServerError, NotFound, Status


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pages for one code, for a family, and in one language."""
    (tmp_path / "404.html").write_text("404 $language $detail")
    (tmp_path / "404.zh.html").write_text("未找到 $language")
    (tmp_path / "4xx.html").write_text("$status $phrase $$5 $unknown")
    return tmp_path


def test_the_closest_page_is_taken(folder: Path) -> None:
    """One for the code and the language, for the code, for the family; else ours."""
    page = page_from(folder)
    assert page is not None
    assert "未找到 zh-CN" == page(Status(404), NotFound(), "zh")
    assert "404 en &lt;b&gt;" == page(Status(404), NotFound("<b>"), "en")
    assert "409 Conflict $5 $unknown" == page(Status(409), Conflict(), "en")
    assert "410 Gone $5 $unknown" == page(Status(410), None, "en")
    assert page(Status(500), InternalServerError(), "en") is None
    (folder / "error.html").write_text("else $status")
    later = page_from(str(folder))
    assert later is not None
    assert "else 500" == later(Status(500), InternalServerError(), "en")


def test_a_function_is_itself() -> None:
    """And nothing is nothing."""

    def page(*_: object) -> str:
        return "mine"

    assert page_from(page) is page
    assert page_from(None) is None


def test_a_folder_without_pages_or_with_a_broken_one_is_the_programmers(tmp_path: Path) -> None:
    """Found at start."""
    with pytest.raises(MisuseError, match="no page"):
        page_from(tmp_path)
    (tmp_path / "404.html").write_bytes(b"\xff")
    with pytest.raises(MisuseError, match="UTF-8"):
        page_from(tmp_path)
