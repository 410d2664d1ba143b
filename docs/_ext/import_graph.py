"""The picture of the rooms, drawn from what the modules import at the moment of the build: so it cannot be wrong.

The rooms stand below each other in the order of the import contract in ``pyproject.toml``. An arc goes from a room to
each room that it imports from, thicker where more modules do; one that went upwards would be drawn on the other side,
dashed.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from html import escape
from math import log2
from pathlib import Path
from typing import Any

import grimp
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]
PACKAGE = "hardtack"

_BOX, _HIGH, _GAP, _EDGE = 190, 40, 22, 20
_SVG = (
    '<svg class="import-graph" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{said}" '
    'viewBox="0 0 {width} {height}" style="max-width:{width}px" fill="none" stroke="currentColor">'
)
_TEXT = 'stroke="none" fill="currentColor"'
_WORDS = {
    "en": (
        "{rooms} rooms, {modules} modules; an arc leads from a room to one that it imports from",
        "{a} imports from {b}: {n}",
    ),
    "zh": ("{rooms} 个房间，{modules} 个模块；弧线从一个房间指向它所导入的房间", "{a} 从 {b} 导入：{n}"),
}


@dataclass(frozen=True)
class Rooms:
    """What imports what.

    Args:
        order: the rooms, from the outermost to the innermost.
        modules: how many modules each has.
        imports: for a room and another, how many imports of modules there are.
    """

    order: list[str]
    modules: dict[str, int]
    imports: dict[tuple[str, str], int]


def read() -> Rooms:
    """Look at the package as it is."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["type"] == "layers")
    order = [room.strip().removeprefix(f"{PACKAGE}.") for layer in layers for room in layer.split("|")]
    graph = grimp.build_graph(PACKAGE, cache_dir=None)

    def room(module: str) -> str:
        return module.split(".")[1] if "." in module else ""

    modules = Counter(room(module) for module in graph.modules)
    imports: Counter[tuple[str, str]] = Counter()
    for module in graph.modules:
        for other in graph.find_modules_directly_imported_by(module):
            pair = room(module), room(other)
            if pair[0] != pair[1] and set(pair) <= set(order):
                imports[pair] += 1
    return Rooms(order, {each: modules[each] for each in order}, dict(imports))


def draw(rooms: Rooms, language: str) -> str:
    """Return the picture, as SVG that takes the page's colours.

    Args:
        rooms: what there is.
        language: ``"en"`` or ``"zh"``.
    """
    title, edge = _WORDS[language]
    middle = {room: _EDGE + number * (_HIGH + _GAP) + _HIGH / 2 for number, room in enumerate(rooms.order)}
    reach = max(abs(middle[a] - middle[b]) for a, b in rooms.imports) / 2 * 0.8
    left = _EDGE + (reach if any(middle[a] > middle[b] for a, b in rooms.imports) else 0)
    width, height = left + _BOX + reach + _EDGE, _EDGE * 2 + len(rooms.order) * (_HIGH + _GAP) - _GAP
    said = escape(title.format(rooms=len(rooms.order), modules=sum(rooms.modules.values())))
    parts = [_SVG.format(width=f"{width:.0f}", height=f"{height:.0f}", said=said)]
    for (a, b), number in sorted(rooms.imports.items()):
        down = middle[a] < middle[b]
        side = left + _BOX if down else left
        bend = side + (1 if down else -1) * abs(middle[a] - middle[b]) * 0.533
        begins, ends = middle[a] + 6, middle[b] - 6
        look = f'stroke-width="{1 + log2(number) / 2:.1f}"' + ("" if down else ' stroke-dasharray="4"')
        way = f"M{side:.0f} {begins:.0f}C{bend:.0f} {begins:.0f} {bend:.0f} {ends:.0f} {side:.0f} {ends:.0f}"
        parts.append(f'<path opacity=".45" {look} d="{way}"><title>{edge.format(a=a, b=b, n=number)}</title></path>')
    for room, at in middle.items():
        number = rooms.modules[room]
        parts += [
            f'<rect x="{left:.0f}" y="{at - _HIGH / 2:.0f}" width="{_BOX}" height="{_HIGH}" rx="8"/>',
            f'<text x="{left + 14:.0f}" y="{at + 5:.0f}" font-weight="600" {_TEXT}>{room}</text>',
            f'<text x="{left + _BOX - 14:.0f}" y="{at + 5:.0f}" text-anchor="end" {_TEXT}>{number}</text>',
        ]
    return "".join([*parts, "</svg>"])


class ImportGraph(SphinxDirective):
    """``{import-graph} en``: the picture."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return it, for pages that are read in a browser."""
        return [nodes.raw("", draw(read(), self.arguments[0]), format="html")]


def setup(app: Any) -> dict[str, bool]:
    """Make the directive known."""
    app.add_directive("import-graph", ImportGraph)
    return {"parallel_read_safe": True}
