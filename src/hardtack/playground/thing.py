"""A thing of the playground: an address, and a handler for each method that works there.

Which methods, and so ``Allow``, the table says alone; what a handler's ``@rules`` say is read before the handler, so
that the layer decides as it does for every application.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from hardtack.playground.asked import Handler
from hardtack.status.rules import Route, rules_of

PREFIX = "/playground"


@dataclass(frozen=True)
class Thing:
    """One address, or many of one pattern.

    Args:
        path: below ``/playground``; ``{name}`` stands for one segment.
        handlers: method → handler.
    """

    path: str
    handlers: Mapping[str, Handler]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What the whole path matches, its parts by name."""
        return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(PREFIX + self.path)))

    @property
    def methods(self) -> frozenset[str]:
        """Every method that works here, OPTIONS and HEAD among them."""
        return frozenset({*self.handlers, "OPTIONS"} | ({"HEAD"} if "GET" in self.handlers else set()))

    def route(self, method: str) -> Route:
        """Return what is known about a request of *method* before its handler."""
        handler = self.handlers.get("GET" if method == "HEAD" else method)
        declared = None if handler is None else rules_of(handler)
        return replace(Route() if declared is None else declared.route, methods=self.methods)


def find(things: Iterable[Thing], path: str) -> tuple[Thing, dict[str, str]] | None:
    """Return the thing at *path* and the parts of the address, or ``None``."""
    for thing in things:
        found = thing.pattern.fullmatch(path)
        if found is not None:
            return thing, found.groupdict()
    return None
