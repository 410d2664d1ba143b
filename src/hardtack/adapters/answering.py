"""What both drivers ask before, beside and after an application: the settings of the status layer, bound together.

A driver (ASGI or WSGI) moves messages, counts octets and measures time; which answer follows is asked here, and decided
by ``hardtack.status`` alone; errors become answers in ``error_answers``.
"""

from __future__ import annotations

import difflib
import inspect
import secrets
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from hardtack.adapters.error_answers import TRACE_FIELD, ErrorAnswers, Steps
from hardtack.adapters.own_pages import page_from
from hardtack.adapters.traces import Traces
from hardtack.errors import MisuseError, Refused
from hardtack.message import Request, Response
from hardtack.status import ranges, stand_in
from hardtack.status.addresses import Addresses
from hardtack.status.admit import admit
from hardtack.status.errors import ServiceUnavailable
from hardtack.status.finish import Answer, Finished, FinishPolicy
from hardtack.status.finish import finish as finished
from hardtack.status.forwarded import TrustedProxies
from hardtack.status.limits import Limits, past, shed
from hardtack.status.outgoing import begins_late, declared_length, stand_beside
from hardtack.status.pages import Page
from hardtack.status.precondition import NotModified, precondition
from hardtack.status.refuse import RefusePolicy, refuse
from hardtack.status.rules import Route, Validators

Errors = Literal["bare", "all", "none"]
RouteOf = Callable[[Request], Route | None]

__all__ = ["TRACE_FIELD", "Answering", "Errors", "RouteOf", "Steps"]


class Answering(ErrorAnswers):
    """The settings of the layer, and every answer that follows from them.

    Args:
        hosts: the hosts that are answered for, such as ``www.example.org``; ``None``: any.
        policy: what a request's head must not hold, where the defaults do not fit.
        limits: how much, how long and how many.
        addresses: what has moved, is gone or is blocked.
        templates: a folder of error pages of one's own (``404.html``), or a function that makes them.
        language: the language of a visitor whose wish cannot be met (``en`` or ``zh``).
        types: where the types of problems are described; ``about:blank``: nowhere.
        explained: the address below which there is a page for each code, such as ``/status``: our error pages lead
            there instead of to the home page.
        problems: give whoever accepts anything at all a problem instead of text, as the clients of an API expect.
        errors: which errors of the application get our page: those that say nothing (``bare``), ``all``, ``none``.
        make_etags: the largest answer, in bytes, that gets an entity tag made from its content; 0: none.
        finish: what is added to answers, where the defaults do not fit.
        take_ranges: keep ``Range`` from the application, so that none but the layer cuts, also what the application
            would cut wrongly.
        route: returns what is known about the route of a request, where the application can tell beforehand.
        maintenance_file: while this file is there, everybody gets 503.
        trusted_proxies: addresses or networks of proxies that are believed about the visitor.
        trace: tell in ``Hardtack-Trace`` and on error pages why an answer is what it is; for development only. A path,
            such as ``/status/trace``, shows the last answers there as well, to a browser on the same machine.
        clock: returns Unix seconds.

    Raises:
        MisuseError: a setting cannot be what it is said to be.
    """

    def __init__(
        self,
        *,
        hosts: Collection[str] | None = None,
        policy: RefusePolicy | None = None,
        limits: Limits | None = None,
        addresses: Addresses | None = None,
        templates: Page | str | Path | None = None,
        language: str = "en",
        types: str = "about:blank",
        explained: str | None = None,
        problems: bool = False,
        errors: Errors = "bare",
        make_etags: int = 0,
        finish: FinishPolicy | None = None,
        take_ranges: bool = False,
        route: RouteOf | None = None,
        maintenance_file: str | Path | None = None,
        trusted_proxies: Sequence[str] = (),
        trace: bool | str = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if errors not in ("bare", "all", "none"):
            raise MisuseError(f"errors: {errors!r} is not known", 'write "bare", "all" or "none"')
        if isinstance(hosts, str):
            raise MisuseError(f"hosts: {hosts!r} is one text", f"write hosts=[{hosts!r}]")
        if limits is None:
            limits = (
                Limits() if policy is None else Limits(max_body=policy.max_body, temporary_limit=policy.temporary_limit)
            )
        traces = Traces(trace if isinstance(trace, str) else None) if trace is not False else None
        super().__init__(
            page_from(templates), language, types, limits, problems=problems, explained=explained, traces=traces
        )
        self.policy: RefusePolicy = replace(
            policy or RefusePolicy(), max_body=limits.max_body, temporary_limit=limits.temporary_limit
        )
        if hosts is not None:
            self.policy = replace(self.policy, hosts=frozenset(hosts))
        self.maintenance: bool = limits.maintenance
        self._maintenance_file = None if maintenance_file is None else Path(maintenance_file)
        self.addresses = addresses
        self._errors = errors
        self._proxies = TrustedProxies(trusted_proxies) if trusted_proxies else None
        self.takes_ranges = take_ranges
        self._route = route
        self._finish = finish or FinishPolicy(
            retry_after={} if limits.retry_after is None else {ServiceUnavailable.status: limits.retry_after}
        )
        if make_etags:
            self._finish = replace(self._finish, make_etags_up_to=make_etags)
        self._clock = clock
        self.shed: int = 0
        """How many requests were turned away before they cost anything, so far."""

    # Before the application

    @property
    def max_body(self) -> int:
        """The most content that is read, in bytes."""
        return self.policy.max_body

    def before(self, head: Request, in_flight: int, steps: Steps) -> tuple[Request, Response | None]:
        """Decide what needs neither the application nor the content.

        Returns:
            The request as it is believed, and what answers it, if anything does already.
        """
        if self._proxies is not None:
            try:
                head = self._proxies.believed(head, trace=steps)
            except Refused as error:
                return head, self.page(head, error, steps)
        refused = shed(self.limits, in_flight, maintenance=self.closed, trace=steps)
        self.shed += refused is not None
        refused = refused or refuse(head, self.policy, trace=steps)
        if refused is None and self.traces is not None and (shown := self.traces.shown(head)) is not None:
            return head, shown
        if refused is None and self.addresses is not None:
            found = self.addresses.find(head, trace=steps)
            if isinstance(found, Response):
                return head, self._traced(head, found, steps)
            refused = found
        if refused is None and self._route is not None and (route := self._route(head)) is not None:
            refused = admit(head, route, trace=steps)
        return head, None if refused is None else self.page(head, refused, steps)

    @property
    def closed(self) -> bool:
        """Whether the site is under maintenance now."""
        return self.maintenance or (self._maintenance_file is not None and self._maintenance_file.exists())

    def carried(self, request: Request, validators: Validators, steps: Steps) -> Refused | NotModified | None:
        """Decide what a handler's own rules say, just before its body."""
        if validators.route is not None and (refused := admit(request, validators.route, trace=steps)) is not None:
            return refused
        return self.precondition(request, validators, steps)

    def precondition(self, request: Request, validators: Validators, steps: Steps) -> Refused | NotModified | None:
        """Decide the request's own conditions."""
        return precondition(request, validators, now=self.now, trace=steps)

    @property
    def now(self) -> int:
        """The time in whole Unix seconds."""
        return int(self._clock())

    @property
    def may_remember(self) -> bool:
        """Whether what the rules said about a head holds for any other that differs in nothing that they look at."""
        asks_more = self.addresses or self._route or self._proxies or self.policy.development
        return not (asks_more or self.traces is not None or self._finish.make_etags_up_to)

    @property
    def may_pass(self) -> bool:
        """Whether an answer that no rule would change may go out unasked."""
        return not (self.traces is not None or self._finish.make_etags_up_to)

    # While the application runs

    def slow(self, steps: Steps, *, stalled: bool) -> Refused:
        """Return the error for content that is too slow: its next piece (*stalled*), or all of it."""
        return past("piece_seconds" if stalled else "body_seconds", self.limits, trace=steps)

    def too_large(self, most: int, steps: Steps) -> Refused:
        """Return the error for content of more than *most* bytes, found while it was read."""
        return past("max_body", replace(self.limits, max_body=most), trace=steps)

    def late(self, request: Request, waiting: list[object], steps: Steps) -> Response:
        """Return the answer for a handler over its deadline; *waiting* is what ``UPSTREAM`` was set to."""
        passed = "upstream_seconds" if waiting else "handler_seconds"
        return self.page(request, past(passed, self.limits, trace=steps), steps)

    # After it

    def finish(
        self,
        request: Request,
        status: int,
        headers: list[tuple[str, str]],
        content: bytes | None,
        steps: Steps,
        *,
        file: bool = False,
        declared: Validators | None = None,
    ) -> Finished:
        """Return how the application's answer goes out.

        Args:
            content: all of it, or ``None`` where it comes in pieces.
            file: any piece can be had at any time.
            declared: what the handler's own rules have said.
        """
        size = None if content is None else len(content)
        boundary = secrets.token_hex(15) if ranges.asked_for(request) else ""  # it costs a call of the system
        known = file or content is not None
        answer = Answer(status=status, headers=headers, length=size, body_known=known, body=content, declared=declared)
        if size is None or (request.method == "HEAD" and not size):
            answer.length = declared_length(headers)
        done = finished(request, answer, now=self.now, boundary=boundary, policy=self._finish, trace=steps)
        if steps is not None:
            # A page of ours that was made inside the application has one already.
            done.headers = [field for field in done.headers if field[0].lower() != TRACE_FIELD.lower()]
            done.headers += self.told(request, done.status, steps)
        return done

    def failed_at_the_end(self, request: Request, done: Finished, error: Refused, steps: Steps) -> Response:
        """Return the page for what was only found when the answer was there, with the fields that stand beside it."""
        response = self.page(request, error, steps)
        stand_beside(response, [(name, value) for name, value in done.headers if name != TRACE_FIELD])
        return response

    def waits(self, headers: list[tuple[str, str]]) -> bool:
        """Return whether the head is held back until the first content is there: not where it may be long in coming."""
        return not begins_late(headers)

    def collects(self, status: int, headers: list[tuple[str, str]], size: int) -> bool:
        """Return whether to wait for more content before the head is looked at, *size* octets being there."""
        if self._errors == "bare":
            return size <= stand_in.MOST and stand_in.may_be_bare(status, headers)
        return self._errors == "all" and stand_in.is_error(status)

    def stands_in(self, status: int, headers: list[tuple[str, str]], content: bytes) -> bool:
        """Return whether our page takes the place of the application's error."""
        if self._errors == "bare":
            return stand_in.is_bare(status, headers, content)
        return self._errors == "all" and stand_in.is_error(status)

    def instead_of(self, request: Request, status: int, headers: list[tuple[str, str]], steps: Steps) -> Response:
        """Return our page in the place of the application's error."""
        return self.answered(request, stand_in.error_of(status, headers), steps)


def known(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return *settings* as they are, if there is each of them.

    Raises:
        MisuseError: there is not.
    """
    names = [name for name in inspect.signature(Answering).parameters if name != "self"]
    for name in settings:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"did you mean {near[0]}?" if near else f"the settings are {', '.join(names)}"
            raise MisuseError(f"the status layer has no setting {name!r:.80}", hint)
    return dict(settings)
