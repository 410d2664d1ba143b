"""Error pages of an application's own, as templates of Jinja: ``errors/404.html`` in its folder of templates.

``errors/404.html`` is for one code, ``errors/4xx.html`` and ``errors/5xx.html`` for the rest of a family,
``errors/error.html`` for all others. They have the variables ``status``, ``phrase``, ``detail``, ``advice`` and
``language``, as in Flask. They are found when the application starts and rendered in the visitor's language.
"""

from __future__ import annotations

import os
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from hardtack.errors import Refused
from hardtack.status import Status, saying
from hardtack.status.catalogue import family_name
from hardtack.status.pages import Page

FOLDER = "errors"


def page_from(templates: str | os.PathLike[str]) -> Page | None:
    """Return what makes the pages, or ``None`` if the folder has none."""
    folder = Path(templates)
    there = frozenset(path.stem for path in (folder / FOLDER).glob("*.html"))
    if not there:
        return None
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True)

    def page(status: Status, error: Refused | None, language: str) -> str | None:
        code = status.code if error is None else error.status
        name = next((name for name in (str(code), family_name(code), "error") if name in there), None)
        if name is None:
            return None
        says = saying.of(code, error or Refused(), language)
        return environment.get_template(f"{FOLDER}/{name}.html").render(
            status=code,
            phrase=says.phrase,
            detail=says.explanation,
            advice=says.advice,
            language=language,
        )

    return page
