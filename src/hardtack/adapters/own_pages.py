"""An application's own error pages from a folder: the note's personal 404, without a template engine.

The folder holds ``404.html`` for one code, ``4xx.html`` and ``5xx.html`` for the rest of a family and ``error.html``
for all others; a name with a language in it (``404.zh.html``) comes before the one without. They are read once, at
start, so that an error is answered without a look at the disk. ``$status``, ``$phrase``, ``$detail``, ``$advice`` and
``$language`` are replaced by text that is escaped for HTML; any other dollar sign stays as it is.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

from hardtack.errors import MisuseError, Refused
from hardtack.status import Status, saying
from hardtack.status.catalogue import family_name
from hardtack.status.pages import Page


def page_from(templates: Page | str | Path | None) -> Page | None:
    """Return the function that makes the application's own pages, or ``None`` without any.

    Args:
        templates: a folder, or the function itself.

    Raises:
        MisuseError: there is no such folder, it holds no page, or a page is no UTF-8.
    """
    if not isinstance(templates, str | Path):
        return templates
    folder = Path(templates)
    pages = {path.name.removesuffix(".html"): _template(path) for path in sorted(folder.glob("*.html"))}
    if not pages:
        raise MisuseError(f"templates: no page is in {folder}", "put a 404.html there, or an error.html for every code")

    def page(status: Status, error: Refused | None, language: str) -> str | None:
        code = status.code if error is None else error.status
        for name in (str(code), family_name(code), "error"):
            template = pages.get(f"{name}.{language}") or pages.get(name)
            if template is not None:
                return template.safe_substitute(variables(code, error, language))
        return None

    return page


def variables(code: int, error: Refused | None, language: str) -> dict[str, str]:
    """Return what a page's variables stand for, escaped for HTML."""
    says = saying.of(code, error or Refused(), language)
    return {
        "status": str(code),
        "phrase": escape(says.phrase),
        "detail": escape(says.explanation),
        "advice": escape(says.advice),
        "language": "zh-CN" if language == "zh" else "en",
    }


def _template(path: Path) -> Template:
    try:
        return Template(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise MisuseError(f"templates: {path} is no UTF-8", "save the page as UTF-8") from None
