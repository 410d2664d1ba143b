"""Columns: widths, padding and folding with characters that take two columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.cli.columns import pad, width, wrap


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("Not Found", 9), ("未找到", 6), ("URI 过长", 8), ("（旧）", 6), ("e\u0301", 1)]
)
def test_a_chinese_character_takes_two_columns(text: str, columns: int) -> None:
    """And a combining mark none."""
    assert columns == width(text)


def test_padding_fills_columns_not_characters() -> None:
    """So that what follows is aligned."""
    assert pad("状态码", 8) == "状态码  "
    assert width(pad("状态码", 8)) == width(pad("code", 8))
    assert pad("too long", 3) == "too long"


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 13, ["one two three"]),
        ("extraordinary day", 5, ["extraordinary", "day"]),
        ("这个地址上没有页面", 8, ["这个地址", "上没有页", "面"]),
        ("这个地址。上没有", 8, ["这个地", "址。上没", "有"]),
        ("这个“地址”上", 8, ["这个“地", "址”上"]),
        ("使用 Cookie 时", 8, ["使用", "Cookie", "时"]),
        ("（旧）名", 4, ["（旧）", "名"]),
        ("  a", 5, ["a"]),
    ],
)
def test_lines_break_where_each_language_lets_them(text: str, columns: int, lines: list[str]) -> None:
    """Between words and between Chinese characters; no closing mark begins a line, no opening one ends it."""
    assert lines == wrap(text, columns)


@given(st.text(alphabet="ab 中文，。（）“”x", max_size=60), st.integers(min_value=8, max_value=40))
def test_nothing_is_lost_and_nothing_begins_with_a_closing_mark(text: str, columns: int) -> None:
    """Only spaces at the folds go."""
    lines = wrap(text, columns)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not [line for line in lines[1:] if line[0] in "，。）”" and text.count(" ") == 0]
    assert not [line for line in lines if width(line) > columns and " " in line]
