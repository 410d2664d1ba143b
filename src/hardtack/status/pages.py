"""The answer to an error, in the form and the language that suit whoever asked (RFC 9110 §12.5).

A browser gets a page, a program that accepts JSON gets ``application/problem+json``, and whoever accepts anything at
all (as ``curl`` does) gets plain text; somebody who accepts none of them gets text rather than a 406 about an error. An
error's answer is never stored, never sniffed and never says anything internal: what it shows is the catalogue's words
and what the error itself has for the visitor. A header field of the error that could not be sent is left out, so that
nothing in it can forge the rest of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hardtack.errors import MisuseError, Refused
from hardtack.message import Request, Response
from hardtack.status import error_page, negotiate, problem, saying, why
from hardtack.status.catalogue import Status, class_of, language_of
from hardtack.status.errors import for_status, is_field
from hardtack.status.saying import Saying
from hardtack.status.trace import Step

Page = Callable[[Status, Refused | None, str], str | None]
"""Makes an HTML page out of the status, the error (``None`` if only a number was given) and the language, or leaves it
to ours (``None``)."""

HTML, TEXT = "text/html", "text/plain"
_OFFERS = (HTML, problem.MEDIA_TYPE, "application/json", TEXT)
_NOT_THE_ERRORS = frozenset({"content-length", "content-security-policy"})


def answer(
    error: Refused | int,
    request: Request,
    *,
    language: str | None = None,
    page: Page | None = None,
    default_language: str = "en",
    types: str = "about:blank",
    problems: bool = False,
    trace: Sequence[Step] | None = None,
    explained: str | None = None,
) -> Response:
    """Return the answer to *error*.

    Args:
        error: what was raised, or an error's status code that needs no header field.
        request: what was asked, for ``Accept``, ``Accept-Language`` and the method.
        language: ``en`` or ``zh``; negotiated if ``None``.
        page: makes the HTML page instead of our own, where it returns one; the caller then decides about a content
            security policy.
        default_language: the language where the visitor has no wish that we can meet.
        types: where the types of problems are described; see ``problem.document``.
        problems: give whoever accepts anything at all a problem instead of text, as the clients of an API expect.
        trace: what was tried so far, to be shown below the words; for development. A page that *page* makes is its own.
        explained: the address below which there is a page for each code, such as ``/status``; our page leads there.

    Raises:
        MisuseError: the status is no error, or is given as a bare number although its answer needs a header field.
    """
    refused = _from_number(error) if isinstance(error, int) else error
    code = int(error) if isinstance(error, int) else error.status
    if not 400 <= code <= 599:
        raise MisuseError(f"{code} is no error", "an error page is for codes from 400 to 599")
    tongue = language_of(language or _negotiated(request, default_language))
    variant = _variant(request.headers.joined("accept"), problem.MEDIA_TYPE if problems else TEXT)
    response = Response(code, _headers(refused, variant, tongue))
    if variant == problem.MEDIA_TYPE:
        body = problem.encode(problem.document(code, refused, tongue, types=types, trace=trace))
    elif variant == HTML and (own := page and page(class_of(code), None if isinstance(error, int) else error, tongue)):
        body = _utf8(own)
    elif variant == HTML:
        about = f"{explained}/{class_of(code).slug}" if explained else ""
        body = _utf8(error_page.render(saying.of(code, refused, tongue), tongue, trace, about))
        response.set("Content-Security-Policy", error_page.content_security_policy(traced=trace is not None))
    else:
        body = _utf8(_text(saying.of(code, refused, tongue), why.as_text(trace or (), tongue)))
    for name in _varies(refused):
        response.vary(name)
    response.set("Content-Length", str(len(body)))
    response.body = b"" if request.method == "HEAD" else body
    return response


def _from_number(code: int) -> Refused:
    status = class_of(code)
    if status.code == code and status.headers_required:
        raise MisuseError(
            f"{code} needs {' and '.join(status.headers_required)}",
            f"give the exception instead of the number: {for_status(code).__name__}(…)",
        )
    return for_status(status.code)() if status.is_error else Refused()


def _negotiated(request: Request, default_language: str) -> str:
    default = language_of(default_language)
    return negotiate.language(request.headers.joined("accept-language"), (default, "en" if default == "zh" else "zh"))


def _variant(accept: str | None, anything: str) -> str:
    """Return the media type of the answer; *anything* is that for whoever takes them all alike."""
    ranked = negotiate.choices(accept, _OFFERS)
    if not ranked:
        # "application/vnd.api+json" alone, for example: none of ours, but JSON will be understood best.
        return problem.MEDIA_TYPE if "json" in (accept or "").lower() else TEXT
    best = ranked[0]
    if best.specificity == 0 and (TEXT, best.q) in {(each.offer, each.q) for each in ranked}:
        return anything
    if best.offer == TEXT:
        return TEXT
    return HTML if best.offer == HTML else problem.MEDIA_TYPE


def _headers(refused: Refused, variant: str, language: str) -> list[tuple[str, str]]:
    fields = [
        ("Content-Type", variant if variant == problem.MEDIA_TYPE else f"{variant}; charset=utf-8"),
        ("Content-Language", language),
        ("Vary", "Accept, Accept-Language"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if refused.retry_after is not None:
        fields.append(("Retry-After", str(max(0, refused.retry_after))))
    ours = _NOT_THE_ERRORS | {name.lower() for name, _ in fields}
    own = [(name, value) for name, value in refused.headers if name.lower() not in ours and is_field(name, value)]
    return fields + own


def _varies(refused: Refused) -> list[str]:
    lines = [value for name, value in refused.headers if name.lower() == "vary" and is_field(name, value)]
    return [member.strip() for line in lines for member in line.split(",") if member.strip()]


def _text(says: Saying, told: str) -> str:
    blocks = [
        f"{says.code} {says.phrase}",
        "\n".join(filter(None, (says.explanation, says.advice))),
        "\n".join(f"- {item}" for item in says.items),
        told,
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _utf8(text: str) -> bytes:
    # A lone surrogate, from a path that was no text, becomes a question mark instead of a second error.
    return text.encode("utf-8", "replace")
