"""The charts of the performance pages: bars with the peers beside us, drawn from ``bench/results.json`` alone.

Each is an SVG file for each language that takes the light or the dark scheme of whoever looks; a bar is the median, a
thin line over it goes from the least to the greatest. They begin at zero, and a group has one scale. ``write`` is
called where the pages are written, and a test holds the files to the results.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bench.results import Figure, Results
from bench.targets import AIMED_AT, OURS

FOLDER = Path(__file__).parents[1] / "docs" / "_static" / "charts"
LANGUAGES = ("en", "zh")

_WIDTH, _LABEL, _NUMBER = 720, 210, 96
_BAR, _GAP, _HEAD, _TITLE = 18, 7, 30, 34
_STYLE = """
text{font:14px system-ui,"Noto Sans CJK SC",sans-serif;fill:#26221c}
.t{font-weight:700;font-size:16px}.g{font-weight:600}.q{fill:#6b6157}.o{fill:#1c5570}.p{fill:#9a8768}.w{stroke:#26221c;stroke-width:1.5}
@media(prefers-color-scheme:dark){text{fill:#ece5d8}
.q{fill:#a99f90}.o{fill:#8fc7e8}.p{fill:#7d7464}.w{stroke:#ece5d8}}
""".strip()

_NAMES = {
    "hardtack": {"en": "Hardtack", "zh": "Hardtack"},
    "itsdangerous": {"en": "itsdangerous (Flask)", "zh": "itsdangerous（Flask）"},
    "starlette": {"en": "Starlette", "zh": "Starlette"},
    "flask": {"en": "Flask", "zh": "Flask"},
    "signed only": {"en": "a lean signed token", "zh": "精简的签名令牌"},
    "floor": {"en": "the bare cipher", "zh": "裸的加密运算"},
    "own, added": {"en": "the framework's own", "zh": "框架自己的会话"},
    "hardtack, added": {"en": "Hardtack", "zh": "Hardtack"},
}


@dataclass(frozen=True, slots=True)
class Chart:
    """What one chart shows.

    Args:
        title: over it.
        works: the groups of bars: the work, and what it is called.
        who: whose bars there are in each group, in order.
    """

    title: dict[str, str]
    works: dict[str, dict[str, str]]
    who: Sequence[str]


CHARTS = {
    "seal": Chart(
        {"en": "A token, microseconds", "zh": "一个令牌，微秒"},
        {"seal": {"en": "seal", "zh": "密封"}, "open": {"en": "open", "zh": "打开"}},
        ("hardtack", "itsdangerous", "signed only", "floor"),
    ),
    "session": Chart(
        {"en": "A session in a cookie, microseconds", "zh": "cookie 中的会话，微秒"},
        {
            "flask-open": {"en": "Flask: open", "zh": "Flask：打开"},
            "flask-save": {"en": "Flask: save", "zh": "Flask：保存"},
            "field-open": {"en": "Starlette: open", "zh": "Starlette：打开"},
            "field-save": {"en": "Starlette: save", "zh": "Starlette：保存"},
        },
        ("hardtack", "flask", "starlette"),
    ),
    "added": Chart(
        {"en": "What a session adds to a request, microseconds", "zh": "会话给一个请求增加的时间，微秒"},
        {
            f"{framework.lower()}-{work}": {"en": f"{framework}: {en}", "zh": f"{framework}：{zh}"}
            for framework in ("Starlette", "Flask", "Django")
            for work, en, zh in (("reads", "read", "读"), ("writes", "write", "写"))
        },
        ("hardtack, added", "own, added"),
    ),
}


def bars(chart: Chart, results: Results) -> Iterator[tuple[str, list[tuple[str, Figure]]]]:
    """Give each group's work, and whose bars with which figures are in it."""
    found = {(each.work, each.who): each.microseconds for each in results.timings if each.size == AIMED_AT}
    for work in chart.works:
        yield work, [(who, found[work, who]) for who in chart.who if (work, who) in found]


def draw(chart: Chart, results: Results, language: str) -> str:
    """Return a chart, as SVG.

    Args:
        chart: which.
        results: what was measured.
        language: ``"en"`` or ``"zh"``.
    """
    groups = list(bars(chart, results))
    most = max(figure.greatest for _, row in groups for _, figure in row)
    scale = (_WIDTH - _LABEL - _NUMBER) / most
    parts, top = [f'<text class="t" x="0" y="18">{escape(chart.title[language])}</text>'], _TITLE
    for work, row in groups:
        parts.append(f'<text class="g" x="0" y="{top + 18}">{escape(chart.works[work][language])}</text>')
        top += _HEAD
        for who, figure in row:
            colour = "o" if who.split(",")[0] == OURS else "p"
            middle, long = top + _BAR / 2, figure.median * scale
            least, greatest = (_LABEL + at * scale for at in (figure.least, figure.greatest))
            parts += [
                f'<text x="12" y="{top + 14}">{escape(_NAMES[who][language])}</text>',
                f'<rect class="{colour}" x="{_LABEL}" y="{top}" width="{long:.1f}" height="{_BAR}" rx="3"/>',
                f'<path class="w" d="M{least:.1f} {middle}H{greatest:.1f}"/>',
                f'<text class="q" x="{greatest + 8:.1f}" y="{top + 14}">{figure.median:.3g}</text>',
            ]
            top += _BAR + _GAP
        top += _GAP
    said = escape(chart.title[language], quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{said}" viewBox="0 0 {_WIDTH} {top}" '
        f'width="{_WIDTH}" height="{top}"><style>{_STYLE}</style>{"".join(parts)}</svg>\n'
    )


def files(results: Results) -> dict[Path, str]:
    """Return what is to be in which file."""
    return {
        FOLDER / f"{name}-{language}.svg": draw(chart, results, language)
        for name, chart in CHARTS.items()
        for language in LANGUAGES
    }


def write(results: Results) -> None:
    """Draw all charts."""
    FOLDER.mkdir(exist_ok=True)
    for path, text in files(results).items():
        path.write_text(text, "utf-8")
