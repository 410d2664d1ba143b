"""What becomes of what the lint finds in a running application: a line in the log, an entry in a list, or an error.

For development and tests. What is looked at is said in ``hardtack.status.lint``; content that comes in pieces is
counted and not kept. Nothing here changes an answer.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Collection
from typing import Any

from hardtack.errors import MisuseError
from hardtack.status.lint import RULES, Exchange, Finding, lint
from hardtack.status.lint.known import Known

_log = logging.getLogger("hardtack.status")

Collect = Callable[[Exchange, Finding], object]


class Judge:
    """Looks at every exchange of one application.

    Args:
        collect: called with each exchange and finding, instead of the log.
        raises: raise a ``MisuseError`` with the first error; warnings are only told.
        ignore: names of rules that do not count.

    Raises:
        MisuseError: there is no rule of that name.
    """

    def __init__(self, *, collect: Collect | None = None, raises: bool = False, ignore: Collection[str] = ()) -> None:
        unknown = sorted(set(ignore) - {rule.name for rule in RULES})
        if unknown:
            raise MisuseError(f"ignore: the lint has no rule {unknown[0]!r}", "write a name as the finding shows it")
        self._collect = collect or _tell
        self._raises = raises
        self._ignored = frozenset(ignore)
        self._known = Known()
        self._unfinished: dict[int, Callable[[], None]] = {}

    def begin(self, number: int, finish: Callable[[], None]) -> None:
        """Note that an exchange has begun whose end only the reader of its content brings about."""
        self._unfinished[number] = finish

    def finish(self) -> None:
        """Bring every exchange to its end whose content nobody has read; a test's client may leave it."""
        while self._unfinished:
            self._unfinished.popitem()[1]()

    def end(self, number: int) -> None:
        """Note that an exchange has come to its end."""
        self._unfinished.pop(number, None)

    def look_at(self, exchange: Exchange) -> None:
        """Look at one exchange.

        Raises:
            MisuseError: an error was found, and is to be raised.
        """
        exchange = self._known.beside(exchange)
        found = [finding for finding in lint(exchange) if finding.rule not in self._ignored]
        for finding in found:
            self._collect(exchange, finding)
        if self._raises and found and found[0].level == "error":
            first = found[0]
            request = exchange.request
            raise MisuseError(
                f"{first.rule}: {request.method} {request.path} is answered {first.status}",
                f"{first.text['en']} [{first.reference}]",
            )


def _tell(exchange: Exchange, finding: Finding) -> None:
    _log.warning(
        "%s: %s",
        finding.rule,
        finding.text["en"],
        extra={
            "event": "lint-finding",
            "rule": finding.rule,
            "level": finding.level,
            "status": finding.status,
            "method": exchange.request.method,
            "path": exchange.request.path,
            "reference": finding.reference,
        },
    )


def kind(app: Any) -> str:
    """Return ``asgi``, ``wsgi``, ``factory`` (a function without arguments), or ``""`` for anything else."""
    if not callable(app) or inspect.isclass(app):
        return ""
    call = app if inspect.isroutine(app) else type(app).__call__
    try:
        taken = [
            each
            for each in inspect.signature(app).parameters.values()
            if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD) and each.default is each.empty
        ]
    except (TypeError, ValueError):
        return ""
    if inspect.iscoroutinefunction(call):
        return "asgi"
    kinds = ("factory", "", "wsgi", "asgi")
    return kinds[len(taken)] if len(taken) < len(kinds) else ""
