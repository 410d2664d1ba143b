"""The frame that every page stands in: templates and the words around them, rendered to text.

Templates escape whatever is put into them, and a name that was never given is an error instead of an empty string
(Jinja's autoescape and StrictUndefined). The shell renders; it reads no cookie and decides no status.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hardtack.errors import Refused, text_in
from hardtack.site import assets, texts
from hardtack.status import saying

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong and what to do about it, in the visitor's language.

    Args:
        detail: what went wrong.
        advice: what to do next and when; empty where the detail says that as well.
        fields: what is wrong with each field, by its name.
    """

    detail: str
    advice: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: Refused, language: str) -> Problem:
        """Return the texts of *error* in *language*, as every other form of the answer says them."""
        fields = {name: text_in(text, language) or "" for name, text in error.fields.items()}
        says = saying.of(error.status, error, language)
        return cls(says.explanation, says.advice, fields)


def render(
    template: str,
    language: str,
    *,
    url: Callable[[str], str],
    csrf_token: Callable[[], str],
    path: str | None,
    switch_url: str,
    signed_in: bool,
    cookie_problem: str = "",
    **values: Any,
) -> str:
    """Return the page *template* in *language*.

    Args:
        template: the file's name in ``templates/``.
        language: ``en`` or ``zh``.
        url: makes an address of ours out of a path.
        csrf_token: makes the hidden token of a form; called only where a form is.
        path: the page's own path, or ``None`` where nobody's sign-in was looked at.
        switch_url: the address that changes the language and comes back.
        signed_in: whether the visitor is.
        cookie_problem: what is wrong with the sign-in that the browser sent, if something is.
        values: what the page itself shows.
    """
    return _ENVIRONMENT.get_template(template).render(
        t=partial(texts.text, language),
        moment=partial(texts.moment, language),
        span=partial(texts.span, language),
        language=language,
        tag=texts.TAGS[language],
        css_path=assets.CSS_PATH,
        mark_path=assets.MARK_PATH,
        url=url,
        csrf_token=csrf_token,
        path=path,
        switch_url=switch_url,
        signed_in=signed_in,
        cookie_problem=cookie_problem,
        **{"problem": None, **values},
    )
