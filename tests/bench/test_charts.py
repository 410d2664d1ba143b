"""The charts show what the saved run found, and nothing else."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from bench import charts, report, results

SVG = "{http://www.w3.org/2000/svg}"


def test_the_charts_are_those_of_the_saved_run() -> None:
    """Whoever draws by hand is told here (``python -m bench --docs``)."""
    wanted = charts.files(results.read())
    assert set(wanted) == set(charts.FOLDER.glob("*.svg"))
    assert [] == [path.name for path, text in wanted.items() if path.read_text("utf-8") != text]


@pytest.mark.parametrize("name", charts.CHARTS)
def test_a_bar_is_as_long_as_its_figure(name: str) -> None:
    """From zero, on one scale; ours has a colour of its own, and the peers are there."""
    found, chart = results.read(), charts.CHARTS[name]
    picture = ElementTree.fromstring(charts.draw(chart, found, "en"))  # noqa: S314 - ours
    drawn = [(float(each.get("width", 0)), each.get("class")) for each in picture.iter(f"{SVG}rect")]
    figures = [(figure.median, who) for _, row in charts.bars(chart, found) for who, figure in row]
    assert len(drawn) == len(figures) >= 2 * len(chart.works)
    scales = [width / median for (width, _), (median, _) in zip(drawn, figures, strict=True)]
    assert max(scales) / min(scales) < 1.05
    assert ["o" if who.startswith("hardtack") else "p" for _, who in figures] == [colour for _, colour in drawn]
    for _, row in charts.bars(chart, found):
        assert {True, False} == {who.startswith("hardtack") for who, _ in row}


@pytest.mark.parametrize("language", charts.LANGUAGES)
def test_the_page_shows_every_chart(language: str) -> None:
    """Each in its own language."""
    page = report.PAGES[language].read_text("utf-8")
    assert sorted(charts.CHARTS) == sorted(re.findall(rf"charts/([a-z]+)-{language}\.svg", page))
