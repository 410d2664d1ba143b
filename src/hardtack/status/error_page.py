"""The HTML page for an error: our own, whole in one answer, without a script and without a second request.

It stands by itself so that it works while everything else is broken: its one style sheet is in the page, let through by
its hash (CSP Level 3 §8.4), and nothing is loaded from anywhere. Everything that comes from outside this module is
escaped. It follows the visitor's light or dark setting, reads in a sensible order without its style, and fits a narrow
screen. An application that wants its own page gives ``pages.answer`` a function instead.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from html import escape
from string import Template

from hardtack.status import why
from hardtack.status.saying import Saying
from hardtack.status.trace import Step

STYLE = """
:root { color-scheme: light dark; --paper: #f6f1e8; --ink: #29231d; --soft: #665b50; --line: #e4dacb; --link: #1c5570 }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181c; --ink: #ece5da; --soft: #aea497; --line: #313a41; --link: #8fc8e6 }
}
* { box-sizing: border-box }
body {
  margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 2rem 1.5rem;
  background: var(--paper); color: var(--ink); font: 1.0625rem/1.65 system-ui, -apple-system, "Segoe UI", Roboto,
  "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif;
}
main { width: 100%; max-width: 34rem; padding-bottom: 8vh }
h1 { margin: 0 0 1.25rem; font-size: 1.625rem; line-height: 1.3; font-weight: 600; overflow-wrap: anywhere }
.code {
  display: block; margin: 0 0 .75rem; padding-bottom: .5rem; border-bottom: 1px solid var(--line); color: var(--soft);
  font-size: 4.5rem; line-height: 1.1; font-weight: 200; letter-spacing: .03em; font-variant-numeric: tabular-nums;
}
p { margin: 0 0 .75rem; overflow-wrap: anywhere; text-wrap: pretty }
ul { margin: 0 0 .75rem; padding-left: 1.25rem; overflow-wrap: anywhere }
.advice { color: var(--soft) }
.home { margin: 1.75rem 0 0 }
a { color: var(--link); text-underline-offset: .2em }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; border-radius: 2px }
@media (max-width: 26rem) { .code { font-size: 3.5rem } h1 { font-size: 1.375rem } body { font-size: 1rem } }
"""

_PAGE = Template("""\
<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>$code $phrase</title>
<style>$style</style>
</head>
<body>
<main>
<h1><span class="code">$code</span> $phrase</h1>
<p>$explanation</p>
$items$advice$home$why</main>
</body>
</html>
""")

_HOME = {"en": "Go to the home page", "zh": "前往首页"}
_EXPLAINED = {"en": "What {code} means", "zh": "{code} 的含义"}
_NOT_OURS = 421  # the home page at this address would be answered with it as well


def render(says: Saying, language: str, trace: Sequence[Step] | None = None, explained: str = "") -> str:
    """Return the page that shows *says*.

    Args:
        says: what there is to say.
        language: ``en`` or ``zh``.
        trace: why it is the answer; shown as well.
        explained: the address of a page about the code; the way on leads there instead of to the home page.
    """
    items = "".join(f"<li>{escape(item)}</li>\n" for item in says.items)
    return _PAGE.substitute(
        language=language,
        code=says.code,
        phrase=escape(says.phrase),
        style=_style(traced=trace is not None),
        explanation=escape(says.explanation),
        items=f"<ul>\n{items}</ul>\n" if items else "",
        advice=f'<p class="advice">{escape(says.advice)}</p>\n' if says.advice else "",
        home=_way_on(says.code, language, explained),
        why="" if trace is None else why.shown(trace, language),
    )


def _way_on(code: int, language: str, explained: str) -> str:
    if code == _NOT_OURS:
        return ""
    words = _EXPLAINED[language].format(code=code) if explained else _HOME[language]
    return f'<p class="home"><a href="{escape(explained or "/")}">{escape(words)}</a></p>\n'


def _style(*, traced: bool) -> str:
    return STYLE + why.STYLE if traced else STYLE


@cache
def content_security_policy(*, traced: bool = False) -> str:
    """Return the policy that lets the page's own style through and nothing else (CSP Level 3).

    Args:
        traced: of the page that says why it is the answer.
    """
    digest = b64encode(hashlib.sha256(_style(traced=traced).encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
