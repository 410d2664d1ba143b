"""What scale costs: the parts are measured on both engines, the sums are those that are shown, the pages say them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench.scale import model, report, results
from bench.scale.__main__ import main
from bench.scale.model import LIMITS, Assumed, Term, lines, of, reached, scenes
from bench.scale.run import QUICK, run


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> results.Results:
    """A run with two nodes, on a file and on a real PostgreSQL; ``/auth`` is measured in ``test_auth``."""
    said: list[str] = []
    measured = run(QUICK._replace(asked=0), tmp_path_factory.mktemp("scale"), said.append)
    assert "postgresql: lag, busy" in said
    return measured


def test_everything_that_was_saved_is_measured(found: results.Results, tmp_path: Path) -> None:
    """Whatever the sizes are; and no figure is one that cannot be."""
    results.write(found, tmp_path / "results.json")
    assert found == results.read(tmp_path / "results.json")
    assert {"sqlite", "postgresql"} == set(found.engines)
    kinds = [{re.sub(r", \d+$", "", name) for name in each.figures} for each in (found, results.read())]
    assert kinds[0] | {"auth", "auth, a second"} == kinds[1]
    assert all(each.median >= 0 for each in found.figures.values())
    one = found.figures
    assert (2, 1) == (one["postgresql, sign-in writes"].median, one["postgresql, sign-out writes"].median)
    assert one["wake, octets"].median > one["look, octets"].median > 0 < one["lag, quiet"].median


def test_what_was_saved_can_be_laid_out() -> None:
    """In both languages, each figure in its place."""
    runs = report.saved()
    assert len(report.text(runs).splitlines()) > 60
    for language in ("en", "zh"):
        for lay_out in report.LAID_OUT.values():
            table = lay_out(runs, language)
            assert {len(table.header)} == {len(row) for row in table.rows}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_say_what_the_last_saved_runs_come_to(language: str) -> None:
    """To the character: nobody writes a figure by hand."""
    source = report.PAGES[language].read_text("utf-8")
    assert source == report.page(source, report.saved(), language)
    assert list(report.LAID_OUT) == [each["name"] for each in report._MARKED.finditer(source)]


def test_a_sum_that_is_shown_is_the_one_that_was_done() -> None:
    """Read back as arithmetic, with what the letters came to, it gives the same number."""
    for assumed in scenes(Assumed()):
        made = lines(assumed, report.saved().found)
        names = {each.letter: each.value for each in made} | {"S": assumed.sessions}
        checked = 0
        for each in made:
            if "⌈" in each.text or "min(" in each.text:
                continue
            shown = _evaluated(each.text, names)
            # Constants are written with four digits that mean something.
            assert shown == pytest.approx(each.value, rel=2e-3), each
            checked += 1
        assert checked > 18
    assert [1e6, 3e7, 1e8] == [each.sessions for each in scenes(Assumed())]
    assert model.RATE == of(lines(scenes(Assumed())[1], report.saved().found), "Q")


def _evaluated(text: str, names: dict[str, float]) -> float:
    """Return what a sum comes to, read from its text alone: numbers, units, letters, + − × ÷ and brackets."""
    units = {" µs": "*1e-6", " MiB": "*2**20", " B": "", " s": ""}
    text = text.replace(",", "").replace("×", "*").replace("÷", "/").replace("−", "-")
    for unit, factor in units.items():
        text = text.replace(unit, factor)
    return float(eval(text, {"__builtins__": {}}, names))  # noqa: S307 - the text of our own sums


def test_sums_keep_their_brackets() -> None:
    """Or the page would show another one than was done."""
    one, two, three = (Term(float(each), str(each)) for each in (1, 2, 3))
    assert ("(1 + 2) × 3", 9.0) == (((one + two) * three).text, ((one + two) * three).value)
    assert ("1 ÷ (2 × 3)", 1 / 6) == ((one / (two * three)).text, (one / (two * three)).value)
    assert ("3 − (1 + 2)", 0.0) == ((three - (one + two)).text, (three - (one + two)).value)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.what)
def test_a_limit_is_where_it_is_reached_and_not_before(limit: model.Limit) -> None:
    """By the same sums, a little before and a little after."""
    measured, assumed = report.saved().found, Assumed()
    most = reached(limit, assumed, measured)
    if limit.spread is not None:
        assumed = replace(assumed, spread=limit.spread)
    before, after = (of(lines(replace(assumed, sessions=most * by), measured), limit.letter) for by in (0.999, 1.001))
    assert before <= limit.bound < after
    assert 1e5 < most < 1e12


def test_the_command_does_the_sums_for_ones_own_figures(capsys: pytest.CaptureFixture[str]) -> None:
    """And saves no quick run."""
    assert 0 == main(["--sessions", "5e6", "--spread", "1"])
    said = capsys.readouterr()
    assert ("", True) == (said.err, "5,000,000 sessions" in said.out)
    with pytest.raises(SystemExit, match="2"):
        main(["--quick", "--save"])
    assert "not saved" in capsys.readouterr().err
