"""Lay out what was measured and what the sums come to: for the terminal, and for the pages ``scale``.

Every table is made from the saved runs, and a test holds the pages to it. A page marks where a table belongs by a pair
of comments, ``<!-- scale: name -->`` and ``<!-- scale: end -->``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

from bench import results as figures
from bench.report import Table
from bench.results import Figure
from bench.scale import model, results
from bench.scale.model import GIB, MIB, Assumed
from bench.scale.results import Results
from bench.scale.texts import ASSUMED, ENGINES, LIMITS, LINES, TABLES, WORDS, WORKS, Texts

PAGES = {language: Path(__file__).parent.parent.parent / "docs" / language / "scale.md" for language in ("en", "zh")}

_MARKED = re.compile(r"(<!-- scale: (?P<name>[a-z-]+) -->\n).*?(<!-- scale: end -->)", re.DOTALL)


class Runs(NamedTuple):
    """The saved runs that the pages are made from, and what is assumed."""

    scale: Results
    bench: figures.Results
    assumed: Assumed

    @property
    def found(self) -> model.Measured:
        """What the sums take."""
        return model.measured(self.scale, self.bench)


def saved(assumed: Assumed | None = None) -> Runs:
    """Return the last saved runs."""
    return Runs(results.read(), figures.read(), assumed or Assumed())


def _say(texts: Texts, name: str, language: str) -> str:
    return texts[name][language == "zh"]


def _word(name: str, language: str) -> str:
    return _say(WORDS, name, language)


def number(value: float) -> str:
    """Return a number with the digits that mean something."""
    return f"{value:,.2f}" if abs(value) < 10 and value != int(value) else f"{value:,.0f}"


def written(value: float, kind: str) -> str:
    """Return what a line came to, with its unit."""
    units: Mapping[str, Callable[[float], str]] = {
        "number": number,
        "decimal": lambda each: f"{each:,.2f}",
        "share": lambda each: f"{each * 100:,.2f} %",
        "MiB": lambda each: f"{each / MIB:,.0f} MiB",
        "GiB": lambda each: f"{each / GIB:,.2f} GiB",
        "s": lambda each: f"{each:,.1f} s",
        "hours": lambda each: f"{each:,.1f} h",
        "KiB a second": lambda each: f"{each / 1024:,.1f} KiB/s",
    }
    return units[kind](value)


def _spread(figure: Figure) -> str:
    return f"{number(figure.median)} ({number(figure.least)} – {number(figure.greatest)})"


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:.1f} ms"


def assumed(runs: Runs, language: str) -> Table:
    """Return what is assumed, and how it is replaced."""
    rows = [
        [
            _say(ASSUMED, each.name, language),
            "–" if each.name == "sessions" else f"{getattr(runs.assumed, each.name):g}",
            f"`--{each.name}`",
        ]
        for each in fields(Assumed)
    ]
    return Table([_word(name, language) for name in ("what", "assumed", "option")], rows)


def sums(runs: Runs, language: str) -> Table:
    """Return the sums, and what they come to in each of the page's scenes."""
    return table_of(runs, language, model.scenes(runs.assumed))


def table_of(runs: Runs, language: str, asked: list[Assumed]) -> Table:
    """Return the sums for certain scenes; the text of a sum is that of the last."""
    done = [model.lines(each, runs.found) for each in asked]
    heads = [_word("sessions", language).format(f"{each.sessions:,.0f}") for each in asked]
    rows = [
        [
            each.letter,
            _say(LINES, each.what, language),
            f"{_of_all([scene[place].text for scene in done])}",
            *(written(scene[place].value, each.kind) for scene in done),
        ]
        for place, each in enumerate(done[-1])
    ]
    return Table([_word("line", language), _word("what", language), _word("sum", language), *heads], rows)


def _of_all(texts: list[str]) -> str:
    """Return how a line is worked out; where a measured figure depends on the size, each."""
    return " · ".join(dict.fromkeys(texts))


def limits(runs: Runs, language: str) -> Table:
    """Return what gives out, the first first."""
    found = runs.found
    rows = []
    for each in sorted(model.LIMITS, key=lambda limit: model.reached(limit, runs.assumed, found)):
        most = model.reached(each, runs.assumed, found)
        asked = most * runs.assumed.active * runs.assumed.asks / 60
        bound = f"{each.letter} = {written(each.bound, each.kind)}"
        rows.append([_say(LIMITS, each.what, language), bound, _rough(most), _rough(asked)])
    return Table([_word(name, language) for name in ("limit", "sum", "up to", "at")], rows)


def _rough(value: float) -> str:
    """Return a number of two digits that mean something: it comes from sums over assumptions."""
    digits = len(str(int(value))) - 2
    return f"{round(value, -digits):,.0f}"


def rates(runs: Runs, language: str) -> Table:
    """Return how many transactions a second there are, by how many write."""
    one = runs.scale.figures
    counts = sorted(int(name.rpartition(", ")[2]) for name in one if name.startswith("sqlite, sign-outs, "))
    header = [_word("engine", language), _word("work", language)]
    header += [
        text
        for count in counts
        for text in (
            f"{_word('writers', language).format(count)}: {_word('rate', language)}",
            _word("wait", language),
        )
    ]
    rows = [
        [
            ENGINES[engine],
            _say(WORKS, work, language),
            *(
                text
                for count in counts
                for text in (
                    _spread(one[f"{engine}, {work}, {count}"]),
                    _ms(one[f"{engine}, {work} wait, {count}"].median),
                )
            ),
        ]
        for engine in ENGINES
        for work in ("sign-outs", "sign-ins")
    ]
    return Table(header, rows)


def alone(runs: Runs, language: str) -> Table:
    """Return what one piece of work costs the database."""
    one = runs.scale.figures
    rows = [
        [
            ENGINES[engine],
            _say(WORKS, work, language),
            number(one[f"{engine}, {work} writes"].median) if work != "use" else "1/500",
            f"{_spread(one[f'{engine}, {work} held'])} µs",
            f"{_spread(one[f'{work}, server'])} µs" if engine == "postgresql" else "–",
        ]
        for engine in ENGINES
        for work in ("sign-in", "sign-out", "use")
    ]
    return Table([_word(name, language) for name in ("engine", "work", "writes", "turn", "server")], rows)


def feed(runs: Runs, language: str) -> Table:
    """Return what it costs to know what has ended."""
    one = runs.scale.figures
    rows = []
    for work in ("look", "wake", "load"):
        for engine in ENGINES:
            server, sent = one.get(f"{work}, server"), one.get(f"{work}, octets")
            there = engine == "postgresql"
            worker = one[f"{engine}, {work}"] if work == "load" else one[f"{engine}, {work}, worker"]
            rows.append(
                [
                    ENGINES[engine],
                    _say(WORKS, work, language),
                    f"{_spread(worker)} µs",
                    f"{_spread(server)} µs" if there and server else "–",
                    number(sent.median) if there and sent else "–",
                ]
            )
    return Table([_word(name, language) for name in ("engine", "work", "worker", "server", "octets")], rows)


def lag(runs: Runs, language: str) -> Table:
    """Return after how long other nodes know of a change."""
    one = runs.scale.figures
    rows = [
        [
            _word(name, language),
            _spread(one[f"lag rate, {name}"]),
            _ms(one[f"lag, {name}"].median),
            _ms(one[f"lag p99, {name}"].median),
            _ms(one[f"lag, {name}"].greatest),
        ]
        for name in ("quiet", "busy")
    ]
    return Table([_word(name, language) for name in ("nodes", "rate alone", "median", "wait", "most")], rows)


def memory(runs: Runs, language: str) -> Table:
    """Return what the table of ended sessions weighs."""
    one = runs.scale.figures
    rows = [
        [f"{size:,}", *(number(one[f"{name}, {size}"].median) for name in ("table", "put in", "look"))]
        for size in model.sizes(runs.scale)
    ]
    return Table([_word(name, language) for name in ("ended", "each", "put in", "look")], rows)


def rows(runs: Runs, language: str) -> Table:
    """Return how much a row takes in the database."""
    one = runs.scale.figures
    found = [
        [
            _say(TABLES, table, language),
            *(f"{number(one[f'{engine}, row of {table}'].median)} B" for engine in ENGINES),
        ]
        for table in TABLES
    ]
    return Table([_word("row", language), *ENGINES.values()], found)


def beside(runs: Runs, language: str) -> Table:
    """Return the figures that stand alone."""
    one, found, gauges = runs.scale.figures, runs.found, {each.what: each.figure for each in runs.bench.gauges}
    told = {
        "hashes": _spread(one["hashes"]),
        "hashes a day": _rough(one["hashes"].median * model.DAY),
        "sign-ins": number(1 / found.sign_in),
        "sign-ins a day": _rough(model.DAY / found.sign_in),
        "auth": _spread(one["auth"]),
        "auth a second": _rough(1 / found.auth),
        "behind": _spread(one["auth, a second"]),
        "rest": _spread(gauges["worker, private"]),
        "ready": _spread(gauges["ready"]),
        "dense": number(one["epoch, dense"].median),
        "sparse": number(one["epoch, sparse"].median),
        "syncs": number(one["syncs"].median),
    }
    return Table(
        [_word("what", language), _word("figure", language)],
        [[_word(name, language), value] for name, value in told.items()],
    )


def machine(runs: Runs, language: str) -> Table:
    """Return where, when and beside what it was measured."""
    scale = runs.scale
    told = {
        "measured": scale.date,
        "engines": ", ".join(scale.engines.values()),
        "processor": f"{scale.machine.cpu}, {scale.machine.cores}",
        "load": f"{scale.machine.load_before:.2f}, {scale.machine.load_after:.2f}",
        "took": f"{scale.seconds:.0f} s",
    }
    return Table([_word("what", language), ""], [[_word(name, language), value] for name, value in told.items()])


LAID_OUT: Mapping[str, Callable[[Runs, str], Table]] = {
    "assumed": assumed,
    "sums": sums,
    "limits": limits,
    "rates": rates,
    "alone": alone,
    "feed": feed,
    "lag": lag,
    "memory": memory,
    "rows": rows,
    "beside": beside,
    "machine": machine,
}


def text(runs: Runs) -> str:
    """Return everything, for the terminal."""
    return "\n".join(lay_out(runs, "en").text() for lay_out in LAID_OUT.values())


def page(source: str, runs: Runs, language: str) -> str:
    """Return the page *source* with every marked table made anew."""
    return _MARKED.sub(
        lambda found: f"{found[1]}\n{LAID_OUT[found['name']](runs, language).markdown()}\n{found[3]}", source
    )


def write_pages(runs: Runs) -> None:
    """Make the tables of both pages anew."""
    for language, path in PAGES.items():
        path.write_text(page(path.read_text("utf-8"), runs, language), "utf-8")
