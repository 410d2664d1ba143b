"""The picture of the rooms is the imports that there are."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

import_graph = importlib.import_module("import_graph")  # it lies beside the documents


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_import_between_rooms_is_an_arc_and_none_goes_up(language: str) -> None:
    """The rooms are the folders that there are; an arc that went up would be dashed."""
    rooms = import_graph.read()
    folders = {path.name for path in (ROOT / "src" / "hardtack").iterdir() if (path / "__init__.py").exists()}
    assert folders | {"message", "errors"} == set(rooms.order)
    picture = ElementTree.fromstring(import_graph.draw(rooms, language))  # noqa: S314 - ours
    drawn = [each.text or "" for each in picture.iter("{http://www.w3.org/2000/svg}title")]
    assert len(rooms.imports) == len(drawn) == len(set(drawn))
    assert {frozenset(pair) for pair in rooms.imports} == {
        frozenset(room for room in rooms.order if re.search(rf"\b{room}\b", text)) for text in drawn
    }
    assert "stroke-dasharray" not in import_graph.draw(rooms, language)


def test_an_import_that_goes_up_would_be_seen() -> None:
    """On the other side, and dashed."""
    rooms = import_graph.Rooms(["outer", "inner"], {"outer": 1, "inner": 1}, {("inner", "outer"): 3})
    assert "stroke-dasharray" in import_graph.draw(rooms, "en")
