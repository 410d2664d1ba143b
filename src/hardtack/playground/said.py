"""What a thing says where it has something to say: a small page for a browser, text for everybody else.

The page is whole in one answer, like the pages of errors, and leads back to the code's own page. Everything that comes
from outside is escaped.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from html import escape
from string import Template

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.status import negotiate
from hardtack.status.catalogue import Status
from hardtack.status.error_page import STYLE

_HTML, _TEXT = "text/html", "text/plain"
_BACK = {"en": "What {code} means", "zh": "{code} 的含义"}

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
<p class="home"><a href="/status/$slug">$back</a></p>
</main>
</body>
</html>
""")


def said(asked: Asked, status: int, words: dict[str, str], headers: list[tuple[str, str]] | None = None) -> Response:
    """Return an answer of *status* that says *words* (language → text) in the visitor's language.

    Args:
        asked: the request.
        status: a registered code whose answer has content.
        words: language → text; nothing of HTML in it.
        headers: more fields.
    """
    language = asked.language
    fields = [("Content-Language", language), ("Vary", "Accept, Accept-Language"), *(headers or [])]
    if negotiate.media_type(asked.request.headers.joined("accept"), (_TEXT, _HTML)) != _HTML:
        body = words[language] + "\n"
        return Response(status, [("Content-Type", f"{_TEXT}; charset=utf-8"), *fields], body.encode())
    code = Status(status)
    body = _PAGE.substitute(
        language=language,
        code=code.code,
        phrase=escape(code.phrase_in(language)),
        style=STYLE,
        said=escape(words[language]),
        slug=code.slug,
        back=escape(_BACK[language].format(code=code.code)),
    )
    fields.append(("Content-Security-Policy", _policy()))
    return Response(status, [("Content-Type", f"{_HTML}; charset=utf-8"), *fields], body.encode())


@cache
def _policy() -> str:
    digest = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    # Nothing leads out of here but the link back.
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
