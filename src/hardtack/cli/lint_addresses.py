"""Which addresses an application has, as its router says: that of Starlette, FastAPI, Flask or Django.

Only those without parameters are found, because nobody but the author knows what to put in; and those of no other kind
of application. Nothing is asked of the application itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from typing import Any


def addresses(app: Any) -> dict[str, frozenset[str]]:
    """Return the addresses without parameters that the application's router has, each with its methods."""
    found: dict[str, set[str]] = {}
    for path, methods in (*_starlette(app), *_flask(app), *_django(app)):
        if path.startswith("/") and not set("{<(") & set(path):
            found.setdefault(path, set()).update(methods)
    return {path: frozenset(methods) for path, methods in found.items()}


def _starlette(app: Any) -> Iterable[tuple[str, Iterable[str]]]:
    with suppress(Exception):  # another framework's attribute of that name
        for route in getattr(app, "routes", ()):
            path, methods = getattr(route, "path", None), getattr(route, "methods", None)
            if isinstance(path, str) and methods:
                yield path, methods


def _flask(app: Any) -> Iterable[tuple[str, Iterable[str]]]:
    rules = getattr(getattr(app, "url_map", None), "iter_rules", None)
    for rule in rules() if rules is not None else ():
        yield str(rule.rule), set(rule.methods or ())


def _django(app: Any) -> Iterable[tuple[str, Iterable[str]]]:
    if not type(app).__module__.startswith("django.core.handlers"):
        return
    resolvers: Any = import_module("django.urls.resolvers")
    for pattern in resolvers.get_resolver().url_patterns:
        if isinstance(pattern, resolvers.URLPattern):
            yield "/" + str(pattern.pattern), ()
