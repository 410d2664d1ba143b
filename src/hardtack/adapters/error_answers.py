"""Every error as an answer: what was raised, what a handler's rules have decided, and what nobody foresaw.

The page and its words are ``hardtack.status``'s, or the application's own. The one thing that is made here is the
number of an incident and the log line that it stands in. An error's own text is never in an answer.
"""

from __future__ import annotations

import logging
import secrets
from contextvars import ContextVar

from hardtack.adapters.traces import Traces
from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.status import pages
from hardtack.status.limits import Limits, failure, note
from hardtack.status.pages import Page
from hardtack.status.precondition import NotModified
from hardtack.status.trace import Step, answers, header

Steps = list[Step] | None

TRACE_FIELD = "Hardtack-Trace"

Made = set[tuple[int, str]]
"""What pages have been made: the code and the media type of each."""

MADE: ContextVar[Made] = ContextVar("hardtack-pages-made")
"""Set by a driver for each request, so that a page of ours is not taken for an error of the application's own."""

_log = logging.getLogger("hardtack.status")


class ErrorAnswers:
    """The answers to errors, by the settings of a layer.

    Args:
        page: the application's own pages; ``None``: ours.
        language: the language of a visitor whose wish cannot be met (``en`` or ``zh``).
        types: where the types of problems are described; ``about:blank``: nowhere.
        limits: how much, how long and how many.
        problems: give whoever accepts anything at all a problem instead of text.
        explained: the address below which codes are explained, where our pages lead on to; ``None``: to the home page.
        traces: where answers are kept with what decided them, where that is told.
    """

    traces: Traces | None
    """Where answers are kept with what decided them; ``None``: nowhere, and nothing is noted."""

    def __init__(
        self,
        page: Page | None,
        language: str,
        types: str,
        limits: Limits,
        *,
        problems: bool = False,
        explained: str | None = None,
        traces: Traces | None = None,
    ) -> None:
        self.limits = limits
        self._page = page
        self._language = language
        self._types = types
        self._problems = problems
        self._explained = explained
        self.traces = traces

    def page(self, request: Request, error: Refused, steps: Steps = None) -> Response:
        """Return *error* as an answer; never raises, whatever the application's own pages do."""
        try:
            response = self._rendered(request, error, self._page, steps)
        except Exception:
            _log.exception("an error page of the application failed", extra={"event": "error-page-failed"})
            response = self._rendered(request, error, None, steps)
        made = MADE.get(None)
        if made is not None:
            made.add((response.status, response.get("Content-Type") or ""))
        return self._traced(request, response, steps)

    def _rendered(self, request: Request, error: Refused, page: Page | None, steps: Steps) -> Response:
        return pages.answer(
            error,
            request,
            page=page,
            default_language=self._language,
            types=self._types,
            problems=self._problems,
            trace=steps,
            explained=self._explained,
        )

    def decided(self, request: Request, decision: Refused | NotModified, steps: Steps) -> Response:
        """Return the answer to what a handler's rules decided."""
        if isinstance(decision, Refused):
            return self.page(request, decision, steps)
        return self._traced(request, Response(decision.status, list(decision.headers)), steps)

    def raised(self, request: Request, error: Refused | NotModified, steps: Steps) -> Response:
        """Return the answer to what the application raised to be its answer, or what a rule raised on its behalf."""
        note(error, steps)
        return self.decided(request, error, steps)

    def answered(self, request: Request, error: Refused, steps: Steps) -> Response:
        """Return our page for *error*, which is what the application itself has answered."""
        answers(steps, error.status)
        return self.page(request, error, steps)

    def failed(self, request: Request, error: Exception, steps: Steps, *, traceback: bool = True) -> Response:
        """Return the answer to what escaped from the application, and write down what nobody foresaw.

        Args:
            traceback: write down where it came from too; not where the application's framework does.
        """
        # Where tasks run in groups, what is raised in one of them comes out wrapped.
        while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        if isinstance(error, Refused | NotModified):
            return self.raised(request, error, steps)
        incident = secrets.token_hex(6)
        refused = failure(error, incident, self.limits, trace=steps)
        _log.error(
            "unexpected error",
            exc_info=error if traceback else None,
            extra={
                "event": "unexpected-error",
                "fields": {
                    "incident": incident,
                    "status": refused.status,
                    "method": request.method,
                    "path": request.path,
                },
            },
        )
        return self.page(request, refused, steps)

    def begin(self) -> Steps:
        """Return the list that why is noted in for one request, or ``None``."""
        return None if self.traces is None else []

    def told(self, request: Request, status: int, steps: Steps) -> list[tuple[str, str]]:
        """Keep that *request* was answered with *status*, and return the fields that say why."""
        if steps is None:
            return []
        if self.traces is not None:
            self.traces.note(request, status, steps)
        return [(TRACE_FIELD, header(steps))]

    def _traced(self, request: Request, response: Response, steps: Steps) -> Response:
        response.set_each(self.told(request, response.status, steps))
        return response
