"""The third of the four moments: what the request's own conditions forbid or save (RFC 9110 §13).

``precondition`` takes the request and what is known about the representation that it selects, and returns the 412 or
428 that answers it, the 304, or nothing. The rules are a table in the order of §13.2.2, which is not ours to change.
It is asked where the answer would be a 2xx without the conditions (§13.2.1): after everything that may refuse the
request, authorisation above all, and before the method does anything. What is not known decides nothing.

Two choices that the RFC leaves open: a change that seems to have happened already is refused like any other (§13.1.1
calls that better off), and a field that cannot be read is a date to be ignored or a list in which nothing matches, as
the sections say. ``If-Range`` belongs to ``ranges``. The promise: returns for any request, never raises, in time
linear in its fields.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from hardtack.errors import HardtackError, Refused
from hardtack.message import Request, http_date
from hardtack.status.dates import parse_date
from hardtack.status.errors import PreconditionFailed, PreconditionRequired
from hardtack.status.trace import Step
from hardtack.status.validators import ANY, Validators, parse_etags

FIELDS = ("if-match", "if-unmodified-since", "if-none-match", "if-modified-since")
"""The conditions that are decided here; a request with none of them is only asked for one if that is required."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""The methods that change nothing (RFC 9110 §9.2.1)."""

_READING = frozenset({"GET", "HEAD"})
_WITHOUT_REPRESENTATION = frozenset({"CONNECT", "OPTIONS", "TRACE"})


class NotModified(HardtackError):
    """304: the client's copy is still good; a value that is returned, and raised where only that stops a handler.

    Args:
        headers: the fields that the answer has, of those in RFC 9110 §15.4.5.
    """

    status = 304
    reason = "not-modified"

    def __init__(self, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(self.reason)
        self.headers = headers


class _Ignored(NamedTuple):
    reason: str


@dataclass(slots=True)
class _Asked:
    """The request, and the validators as they are now: nothing has changed later than now (RFC 9110 §8.8.2.1)."""

    request: Request
    validators: Validators
    now: int
    last_modified: int | None

    @property
    def reads(self) -> bool:
        return self.request.method in _READING

    def date(self, name: str) -> int | None:
        values = self.request.headers.all(name)
        return parse_date(values[0], now=self.now) if len(values) == 1 else None

    def failed(self, reason: str) -> PreconditionFailed:
        etag = self.validators.etag
        return PreconditionFailed(etag=None if etag is None else str(etag), reason=reason)

    def unmodified(self) -> NotModified | _Ignored:
        fields = self.validators.fields
        if fields is None:
            return _Ignored("left-to-the-answer")
        if self.validators.etag is not None:
            return NotModified((*fields, ("ETag", str(self.validators.etag))))
        if self.last_modified is not None:
            return NotModified((*fields, ("Last-Modified", http_date(self.last_modified))))
        return NotModified(fields)


Decision = Refused | NotModified | _Ignored | None


class Rule(NamedTuple):
    """One row of the table."""

    name: str
    reference: str
    check: Callable[[_Asked], Decision]


def precondition(
    request: Request, validators: Validators, *, now: int, trace: list[Step] | None = None
) -> Refused | NotModified | None:
    """Return what the conditions of *request* make of it, or ``None`` if it goes on.

    Args:
        request: the request; its body is not looked at.
        validators: what is known about the representation that the request selects.
        now: Unix time in seconds.
        trace: gets one step for each rule that is tried.
    """
    changed = validators.last_modified
    asked = _Asked(request, validators, now, None if changed is None else min(changed, now))
    for rule in RULES:
        decision = rule.check(asked)
        if trace is not None:
            reason = "" if decision is None else decision.reason
            trace.append(Step("precondition", rule.name, rule.reference, reason))
        if decision is not None:
            return None if isinstance(decision, _Ignored) else decision
    return None


def _conditions_count(asked: _Asked) -> Decision:
    if asked.request.method in _WITHOUT_REPRESENTATION:
        return _Ignored("method-without-representation")
    if asked.reads and asked.validators.exists is False:
        # Without the conditions the answer would be 404.
        return _Ignored("nothing-to-read")
    return None


def _if_match(asked: _Asked) -> Decision:
    tags = parse_etags(asked.request.headers.all("if-match"))
    validators = asked.validators
    if tags is None or validators.exists is None:
        return None
    if tags is ANY:
        holds = validators.exists
    else:
        holds = validators.etag is not None and any(tag.strong_equals(validators.etag) for tag in tags)
    return None if holds else asked.failed("if-match-failed")


def _if_unmodified_since(asked: _Asked) -> Decision:
    if "if-match" in asked.request.headers:
        return None
    date, changed = asked.date("if-unmodified-since"), asked.last_modified
    return (
        asked.failed("if-unmodified-since-failed")
        if date is not None and changed is not None and changed > date
        else None
    )


def _if_none_match(asked: _Asked) -> Decision:
    tags = parse_etags(asked.request.headers.all("if-none-match"))
    etag = asked.validators.etag
    if tags is None:
        return None
    if tags is ANY:
        matches = asked.validators.exists is True
    else:
        matches = etag is not None and any(tag.weak_equals(etag) for tag in tags)
    if not matches:
        return None
    return asked.unmodified() if asked.reads else asked.failed("if-none-match-failed")


def _if_modified_since(asked: _Asked) -> Decision:
    if not asked.reads or "if-none-match" in asked.request.headers:
        return None
    date, changed = asked.date("if-modified-since"), asked.last_modified
    return asked.unmodified() if date is not None and changed is not None and changed <= date else None


def _says_which_version(asked: _Asked) -> Decision:
    headers = asked.request.headers
    if not asked.validators.protect or asked.request.method in SAFE or "if-match" in headers:
        return None
    if asked.last_modified is not None and asked.date("if-unmodified-since") is not None:
        return None
    # Where something exists, this one has failed already.
    if parse_etags(headers.all("if-none-match")) is ANY:
        return None
    return PreconditionRequired(reason="condition-missing")


RULES: tuple[Rule, ...] = (
    Rule("conditions-count", "RFC 9110 §13.2.1", _conditions_count),
    Rule("if-match", "RFC 9110 §13.2.2 step 1, §13.1.1", _if_match),
    Rule("if-unmodified-since", "RFC 9110 §13.2.2 step 2, §13.1.4", _if_unmodified_since),
    Rule("if-none-match", "RFC 9110 §13.2.2 step 3, §13.1.2", _if_none_match),
    Rule("if-modified-since", "RFC 9110 §13.2.2 step 4, §13.1.3", _if_modified_since),
    Rule("says-which-version", "RFC 6585 §3", _says_which_version),
)
"""The rules in the order in which they are tried."""
