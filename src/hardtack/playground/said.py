"""What a thing says where it has something to say: a small page for a browser, text for everybody else.

The page is whole in one answer, like the pages of errors, and leads back to the code's own page. Everything that comes
from outside is escaped.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from html import escape
from string import Template
from typing import NamedTuple

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.status import negotiate
from hardtack.status.catalogue import Status
from hardtack.status.error_page import STYLE

HTML, TEXT = "text/html", "text/plain"
_BACK = {"en": "What {code} means", "zh": "{code} 的含义"}

_STYLE = f"""{STYLE}
label {{ display: block; margin: 0 0 .75rem; color: var(--soft) }}
input, button {{
  padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .375rem; background: transparent;
  color: var(--ink); font: inherit;
}}
input {{ display: block; width: 100% }}
button {{ border-color: var(--link); color: var(--link); cursor: pointer }}
input:focus-visible, button:focus-visible {{ outline: 2px solid var(--link); outline-offset: 2px }}
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
<p>$said</p>
$more<p class="home"><a href="/status/$slug">$back</a></p>
</main>
</body>
</html>
""")


class Input(NamedTuple):
    """One field of a form that a thing shows.

    Args:
        name: the field's name.
        value: what stands in it.
        label: language → what stands beside it; ``None`` where it is not for people.
    """

    name: str
    value: str
    label: dict[str, str] | None = None


class Filled(NamedTuple):
    """A form that a thing shows: where it is posted to, its fields, and language → what is on the button."""

    path: str
    inputs: tuple[Input, ...]
    button: dict[str, str]


def said(
    asked: Asked,
    status: int,
    words: dict[str, str],
    headers: list[tuple[str, str]] | None = None,
    *,
    links: Sequence[tuple[str, str]] = (),
    form: Filled | None = None,
) -> Response:
    """Return an answer of *status* that says *words* (language → text) in the visitor's language.

    Args:
        asked: the request.
        status: a registered code whose answer has content.
        words: language → text; nothing of HTML in it.
        headers: more fields.
        links: address and what is found there, one line each below the words; where both are the same, the words have
            named it, and only a page has it once more, to be followed.
        form: below them; as text, its fields are lines of their own, such as ``name=value``.
    """
    language = asked.language
    fields = [("Content-Language", language), ("Vary", "Accept, Accept-Language"), *(headers or [])]
    if not as_page(asked):
        lines = [words[language], *(f"{address} {what}" for address, what in links if what != address)]
        lines += [f"{each.name}={each.value}" for each in (form.inputs if form else ())]
        body = "\n".join(lines) + "\n"
        return Response(status, [("Content-Type", f"{TEXT}; charset=utf-8"), *fields], body.encode())
    code = Status(status)
    items = "".join(f'<li><a href="{escape(address)}">{escape(what)}</a></li>\n' for address, what in links)
    body = _PAGE.substitute(
        language=language,
        code=code.code,
        phrase=escape(code.phrase_in(language)),
        style=_STYLE,
        said=escape(words[language]),
        more=(f"<ul>\n{items}</ul>\n" if items else "") + ("" if form is None else _form(form, language)),
        slug=code.slug,
        back=escape(_BACK[language].format(code=code.code)),
    )
    fields.append(("Content-Security-Policy", _policy()))
    return Response(status, [("Content-Type", f"{HTML}; charset=utf-8"), *fields], body.encode())


def as_page(asked: Asked) -> bool:
    """Return whether who asks would rather have a page than text."""
    return negotiate.media_type(asked.request.headers.joined("accept"), (TEXT, HTML)) == HTML


def _form(form: Filled, language: str) -> str:
    lines = []
    for each in form.inputs:
        name, value = escape(each.name), escape(each.value)
        if each.label is None:
            lines.append(f'<input type="hidden" name="{name}" value="{value}">\n')
        else:
            shown = f'<input name="{name}" value="{value}" autocomplete="off">'
            lines.append(f"<label>{escape(each.label[language])} {shown}</label>\n")
    button = f"<button>{escape(form.button[language])}</button>\n"
    return f'<form method="post" action="{escape(form.path)}">\n{"".join(lines)}{button}</form>\n'


@cache
def _policy() -> str:
    digest = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    # Nothing leads out of here but the link back.
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
