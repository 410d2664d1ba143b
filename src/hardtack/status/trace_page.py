"""The last answers of a process and why they are what they are: a page for whoever develops the application.

Only a browser on the same machine gets it: by its address, and by the rules of development mode (no proxy, no other
origin, a host that is this machine's). It shows the method, the path, the code and the steps of each answer, and
nothing else that a visitor sent: no query, no field, no content. For programs there is the same as JSON, for everybody
else as text. Nothing is kept here; ``MOST`` and ``LONGEST`` say how much a driver keeps.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from string import Template
from typing import NamedTuple

from hardtack.message import Request, Response
from hardtack.status import error_page, negotiate, why
from hardtack.status.forwarded import TrustedProxies
from hardtack.status.precondition import SAFE
from hardtack.status.refuse import RefusePolicy, refuse
from hardtack.status.trace import Step, header

PATH = "/status/trace"
"""Where the service shows it, in development mode."""

MOST = 50
"""The most answers that are kept."""
LONGEST = 200
"""The most characters of a path that are kept."""

_HTML, _JSON, _TEXT = "text/html", "application/json", "text/plain"
_DEVELOPMENT = RefusePolicy(development=True)
_MACHINE = TrustedProxies(("127.0.0.0/8", "::1"))

_WORDS = {
    "en": (
        "Why these answers",
        "The last answers of this process, the newest first.",
        "Nothing has been answered yet.",
    ),
    "zh": ("为什么是这些答复", "本进程最近的答复，最新的在前。", "还没有答复过任何请求。"),
}

_STYLE = """
main { max-width: 52rem; align-self: start }
.why summary { color: inherit; overflow-wrap: anywhere }
.why summary small { display: block; padding-left: 1rem }
.why { margin-top: .75rem }
"""

_PAGE = Template("""\
<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
<h1>$title</h1>
<p class="advice">$what</p>
$answers</main>
</body>
</html>
""")


class Traced(NamedTuple):
    """One answer.

    Args:
        method: of the request.
        path: its path, without the query; the first ``LONGEST`` characters.
        status: the code that it was answered with.
        steps: what was tried.
    """

    method: str
    path: str
    status: int
    steps: Sequence[Step]


def may_see(request: Request) -> bool:
    """Return whether *request* is a look at the page from a browser on the same machine."""
    from_here = request.method in SAFE and request.client in _MACHINE
    return from_here and refuse(request, _DEVELOPMENT) is None


def page(answers: Iterable[Traced], request: Request) -> Response:
    """Return the page of *answers*, the newest first, in the form and the language that suit *request*."""
    language = negotiate.language(request.headers.joined("accept-language"), ("en", "zh"))
    form = negotiate.media_type(request.headers.joined("accept"), (_TEXT, _HTML, _JSON)) or _TEXT
    told = list(answers)
    fields = [
        ("Content-Type", form if form == _JSON else f"{form}; charset=utf-8"),
        ("Content-Language", language),
        ("Vary", "Accept, Accept-Language"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if form == _HTML:
        text = _html(told, language)
        fields.append(("Content-Security-Policy", _policy()))
    else:
        text = _json(told) if form == _JSON else _text(told, language)
    body = text.encode("utf-8", "replace")
    fields.append(("Content-Length", str(len(body))))
    return Response(200, fields, b"" if request.method == "HEAD" else body)


def _html(answers: list[Traced], language: str) -> str:
    title, what, none = _WORDS[language]
    return _PAGE.substitute(
        language=language,
        title=title,
        style=_style(),
        what=what if answers else none,
        answers="".join(why.shown(each.steps, language, _summary(each)) for each in answers),
    )


def _summary(each: Traced) -> str:
    decided = escape(header(each.steps))
    return f"<strong>{each.status}</strong> {escape(each.method)} {escape(each.path)}<small>{decided}</small>"


def _json(answers: list[Traced]) -> str:
    told = [
        {"method": each.method, "path": each.path, "status": each.status, "trace": why.members(each.steps)}
        for each in answers
    ]
    return json.dumps({"answers": told}, ensure_ascii=False)


def _text(answers: list[Traced], language: str) -> str:
    lines = [f"{each.status} {_line(each.method)} {_line(each.path)}\n    {header(each.steps)}\n" for each in answers]
    return "".join(lines) or f"{_WORDS[language][2]}\n"


def _line(text: str) -> str:
    """Return *text* with nothing in it that a terminal would obey."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _style() -> str:
    return error_page.STYLE + why.STYLE + _STYLE


@cache
def _policy() -> str:
    digest = b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
