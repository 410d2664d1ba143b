"""Whose error page a Django project shows: its own templates come first, Django's bare pages give way to ours.

For a code of our own the templates ``404.html``, ``errors/404.html``, ``errors/4xx.html`` and ``errors/error.html``
are looked for, in this order, with the variables ``status``, ``phrase``, ``detail``, ``advice`` and ``language``. The
names and texts are the status layer's; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.http import HttpRequest  # type: ignore[import-untyped]  # likewise
from django.template import TemplateDoesNotExist, loader  # type: ignore[import-untyped]  # likewise
from django.views import defaults  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.answering import Answering
from hardtack.errors import MisuseError, Refused
from hardtack.status import Status, saying, stand_in
from hardtack.status.catalogue import family_name

shown: ContextVar[HttpRequest | None] = ContextVar("hardtack-django-request", default=None)
"""The request that a page answers, for the project's context processors."""

_TITLES = (
    ("Bad Request (400)", ""),
    ("403 Forbidden", ""),
    ("Not Found", "The requested resource was not found on this server."),
    ("Server Error (500)", ""),
)
"""What Django's own bare pages say (``django.views.defaults``)."""


class ProjectAnswering(Answering):
    """What the middleware asks."""

    @classmethod
    def from_settings(cls, theirs: Mapping[str, Any]) -> ProjectAnswering:
        """Return it as ``HARDTACK_STATUS`` says.

        Args:
            theirs: what a sign-in says where the project says nothing else.

        Raises:
            MisuseError: a setting cannot be what it is said to be.
        """
        given = getattr(settings, "HARDTACK_STATUS", {})
        if not isinstance(given, dict):
            raise MisuseError(
                f"HARDTACK_STATUS is a {type(given).__name__}", 'write HARDTACK_STATUS = {"hosts": ["www.example.org"]}'
            )
        try:
            return cls(**{"templates": _template, **theirs, **given})
        except TypeError as error:
            raise MisuseError(
                f"HARDTACK_STATUS: {error}", "write the settings of the status layer, as its page in the docs lists"
            ) from None

    def stands_in(self, status: int, headers: list[tuple[str, str]], content: bytes) -> bool:
        """Return whether our page takes the place of the project's error; not of the pages that explain one."""
        if settings.DEBUG and self._errors == "all":
            return stand_in.is_bare(status, headers, content)
        return super().stands_in(status, headers, content)

    def collects(self, status: int, headers: list[tuple[str, str]], size: int) -> bool:
        """Return whether our page may take the place of an error of *size* octets."""
        return not settings.DEBUG and super().collects(status, headers, size)


@cache
def _bare_pages() -> frozenset[bytes]:
    return frozenset(
        (defaults.ERROR_PAGE_TEMPLATE % {"title": title, "details": details}).encode() for title, details in _TITLES
    )


def bare(content: bytes) -> bool:
    """Return whether an error says no more than Django itself does without a template of the project's."""
    return content in _bare_pages()


def _template(status: Status, error: Refused | None, language: str) -> str | None:
    code = status.code if error is None else error.status
    says = saying.of(code, error or Refused(), language)
    names = [f"{code}.html", f"errors/{code}.html", f"errors/{family_name(code)}.html", "errors/error.html"]
    try:
        template: Any = loader.select_template(names)
    except TemplateDoesNotExist:
        return None
    page: str = template.render(
        {
            "status": code,
            "phrase": says.phrase,
            "detail": says.explanation,
            "advice": says.advice,
            "language": language,
        },
        shown.get(),
    )
    return page
