"""What a view says about itself before it is called: its ``@rules``, and the methods of a class-based one.

A class whose own code comes first (``dispatch`` or ``http_method_not_allowed`` of its own, as a required sign-in or a
framework for interfaces has it) is asked nothing: it answers itself, with its own ``Allow``.
"""

from __future__ import annotations

from typing import Any

from django.views import View  # type: ignore[import-untyped]  # Django has no types

from hardtack.errors import Refused
from hardtack.status.errors import MethodNotAllowed
from hardtack.status.rules import Route, rules_of


def route_of(view: Any, method: str) -> Route | None:
    """Return what the rules of *view*, or of the one of its methods that *method* calls, say about the route."""
    rules = rules_of(view)
    if rules is None:
        rules = rules_of(getattr(getattr(view, "view_class", None), method.lower(), None))
    return None if rules is None else rules.route


def wrong_method(view: Any, method: str) -> Refused | None:
    """Return the error for a method that a class-based view has not, with the methods that it has."""
    made_of: Any = getattr(view, "view_class", None)
    if (
        not isinstance(made_of, type)
        or not issubclass(made_of, View)
        or getattr(made_of, "dispatch", None) is not View.dispatch
        or getattr(made_of, "http_method_not_allowed", None) is not View.http_method_not_allowed
    ):
        return None
    names: list[str] = getattr(view, "view_initkwargs", {}).get("http_method_names") or getattr(
        made_of, "http_method_names", []
    )
    # A view answers HEAD by its get(), unless it forbids that (django.views.View.setup).
    allow = [name.upper() for name in names if hasattr(made_of, name) or (name == "head" and hasattr(made_of, "get"))]
    return None if method in allow else MethodNotAllowed(allow=allow, reason="method-not-allowed")
