"""The last of the four moments: what the answer itself still needs (RFC 9110 §13, §14, §15).

``finish`` takes the request and the head of the answer that an application has given to it, and returns the head that
is sent and what becomes of the content: kept, left out, or cut into parts. It reads no content but to make a tag of it
on request. The rules are a table, tried in order; the first error ends it, and the driver then answers with the error's
page instead. What a rule cannot know it leaves out: a missing challenge or ``Allow`` is reported in the trace and never
made up.

Choices that the RFC leaves to a server:

- Ranges are served of what has a known length: content that is whole in memory or in a file, and a stream only with a
  validator and only in ascending order, since it is cut while it passes.
- Ranges of content with a coding (``Content-Encoding``) are served only where the answer itself says
  ``Accept-Ranges: bytes``: a compressor that runs anew for each request need not make the same bytes again, although
  the tag is the same. The tag is left as it is, because ``If-Match`` needs it strong.
- Parts are sent only if they are less than the whole; so no request makes an answer longer than its plain 200.
- A 304 and a 206 to ``If-Range`` lose what describes the representation, except for the fields of §15.4.5 and
  §15.3.7; what belongs to the answer (``Set-Cookie``, CORS, security policies) stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from hardtack.message import FIRST_DATE, Request, http_date
from hardtack.status.dates import parse_date
from hardtack.status.errors import InternalServerError, RangeNotSatisfiable
from hardtack.status.facts import FACTS
from hardtack.status.outgoing import Answer, Finished, FinishPolicy, Work
from hardtack.status.precondition import FIELDS, NotModified, precondition
from hardtack.status.ranges import UNSATISFIABLE, Part, content_range, if_range, parse_range, parts
from hardtack.status.trace import Step
from hardtack.status.validators import Validators, etag_of, parse_etag

__all__ = [
    "DESCRIBES",
    "LOOKED_AT",
    "NEEDS_NOTHING",
    "RULES",
    "VALIDATORS",
    "Answer",
    "FinishPolicy",
    "Finished",
    "Rule",
    "finish",
]

DESCRIBES = frozenset(
    {
        "accept-ranges",
        "content-digest",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-md5",
        "content-range",
        "content-type",
        "digest",
        "last-modified",
        "repr-digest",
        "transfer-encoding",
    }
)
"""Fields about a representation or its transfer that RFC 9110 §15.4.5 does not keep."""

NEEDS_NOTHING = frozenset(range(200, 400)) - {204, 205, 206, 304}
"""The codes of an answer that no rule changes, but for ``Accept-Ranges`` and ``Content-Length``, which it may do
without: if the request is neither HEAD nor has any of ``LOOKED_AT``, and the answer none of ``VALIDATORS``."""

LOOKED_AT = frozenset({*FIELDS, "if-range", "range"})
"""The fields of a request that some rule looks at."""

VALIDATORS = frozenset({"etag", "last-modified"})
"""The fields of an answer by which its versions are told apart."""

_NO_LONGER_TRUE = frozenset({"content-digest", "content-length", "content-md5", "content-range", "transfer-encoding"})
_ASKED_FOR: Mapping[int, tuple[str, ...]] = {416: ("Content-Range",)}
_ENDS_CONNECTION = frozenset({408, 413})


class Rule(NamedTuple):
    """One row of the table; ``check`` puts the answer right and says in one word what it did."""

    name: str
    reference: str
    check: Callable[[Work], str]


def finish(
    request: Request,
    answer: Answer,
    *,
    now: int,
    boundary: str,
    policy: FinishPolicy | None = None,
    trace: list[Step] | None = None,
) -> Finished:
    """Return *answer* as it is sent.

    Args:
        request: what it answers.
        answer: its head; it is not changed.
        now: Unix time in seconds, which is the answer's ``Date``.
        boundary: some thirty random letters and digits, used if several parts are sent.
        policy: what the server adds.
        trace: gets one step for each rule that is tried.
    """
    finished = Finished(status=answer.status, headers=list(answer.headers))
    first: dict[str, str] = {}
    for name, value in answer.headers:
        first.setdefault(name.lower(), value)
    work = Work(request, answer, finished, now, boundary, policy or _PLAIN, trace, first)
    for rule in RULES:
        outcome = rule.check(work)
        if trace is not None:
            trace.append(Step("finish", rule.name, rule.reference, outcome))
        if work.finished.error is not None:
            break
    return work.finished


def _status_can_be_sent(work: Work) -> str:
    status: object = work.finished.status
    if not isinstance(status, int) or isinstance(status, bool):
        return work.fail(InternalServerError(reason="status-no-number"))
    if not 100 <= status <= 599:
        return work.fail(InternalServerError(reason="status-out-of-range"))
    if status < 200 and status != 101:
        return work.fail(InternalServerError(reason="status-not-final"))
    work.finished.status = int(status)
    return ""


def _validators_are_ours(work: Work) -> str:
    tag, date = work.get("etag"), work.get("last-modified")
    work.etag = None if tag is None else parse_etag(tag)
    changed = None if date is None else parse_date(date, now=work.now)
    if changed is None or changed < FIRST_DATE:
        return ""
    work.last_modified = min(changed, work.now)
    if changed <= work.now:
        return ""
    work.set("Last-Modified", http_date(work.now))
    return "last-modified-in-the-future"


def _declared_are_sent(work: Work) -> str:
    """Send the validators that the handler's rules have declared, where it has not sent them itself.

    Otherwise no client could learn them. Under a coding the octets are others than those that the tag was declared of,
    so that it goes out weak; what If-Match asks is still decided by the tag as it was declared.
    """
    declared = work.answer.declared
    if declared is None or not work.reads or work.finished.status != 200:
        return ""
    added = []
    if declared.etag is not None and work.get("etag") is None:
        coded = (work.get("content-encoding") or "identity").strip().lower() != "identity"
        work.set("ETag", str(declared.etag._replace(weak=True) if coded else declared.etag))
        work.declared_tag = declared.etag
        added.append("etag")
    if declared.last_modified is not None and work.get("last-modified") is None:
        work.set("Last-Modified", http_date(declared.last_modified))
        added.append("last-modified")
    return ", ".join(f"{name}-added" for name in added)


def _tag_is_made(work: Work) -> str:
    body, most = work.answer.body, work.policy.make_etags_up_to
    if not most or not body or len(body) > most or not work.reads or work.finished.status != 200:
        return ""
    directives = (work.get("cache-control") or "").lower().split(",")
    if work.get("etag") is not None or "no-store" in (each.strip() for each in directives):
        return ""
    if work.answer.length not in (None, len(body)):
        return ""  # what answers a HEAD need not be the content
    work.etag = etag_of(body)
    work.set("ETag", str(work.etag))
    return "tag-made"


def _conditions_hold(work: Work) -> str:
    if not work.reads or work.finished.status not in (200, 206):
        return ""
    if not any(name in work.request.headers for name in FIELDS):
        return ""
    validators = Validators(exists=True, etag=work.declared_tag or work.etag, last_modified=work.last_modified)
    decision = precondition(work.request, validators, now=work.now, trace=work.trace)
    if decision is None:
        return ""
    if not isinstance(decision, NotModified):
        return work.fail(decision)
    work.finished.status = 304
    return decision.reason


def _range_is_served(work: Work) -> str:
    length, headers = work.answer.length, work.request.headers
    if not work.reads or work.finished.status != 200 or length is None or not _can_be_cut(work):
        return ""
    if work.get("accept-ranges") is None:
        work.set("Accept-Ranges", "bytes")
    field_value = headers.joined("range")
    if field_value is None or work.request.method != "GET":
        return ""
    condition = headers.joined("if-range")
    if not if_range(condition, work.etag, work.last_modified, now=work.now):
        return "if-range-failed"
    ranges = parse_range(field_value, length, most=work.policy.max_ranges)
    if ranges is None:
        return "range-ignored"
    if ranges is UNSATISFIABLE:
        return work.fail(RangeNotSatisfiable(length=length, reason="range-not-satisfiable"))
    if not work.answer.body_known and ranges != sorted(ranges):
        return "ranges-out-of-order"
    return _cut(work, ranges, length, shortened=condition is not None)


def _can_be_cut(work: Work) -> bool:
    said = (work.get("accept-ranges") or "").strip().lower()
    if not work.policy.ranges or work.get("content-range") is not None or said not in ("", "bytes"):
        return False
    coding = (work.get("content-encoding") or "identity").strip().lower()
    if coding != "identity" and not said:
        return False
    return work.answer.body_known or work.etag is not None or work.last_modified is not None


def _cut(work: Work, ranges: list[tuple[int, int]], length: int, *, shortened: bool) -> str:
    finished, kind = work.finished, work.get("content-type")
    if len(ranges) > 1:
        layout = parts(ranges, length, kind, work.boundary)
        if layout.length >= length:
            return "parts-longer-than-the-whole"
        size, finished.parts, finished.suffix = layout.length, layout.parts, layout.suffix
    else:
        [(first, last)] = ranges
        size, finished.parts = last - first + 1, (Part(b"", first, last),)
    finished.status, finished.content = 206, "parts"
    work.drop(_NO_LONGER_TRUE)
    if shortened:
        # But how to read the bytes stays, since a browser judges every answer by itself.
        work.drop(_superfluous(work) - {"content-type", "content-encoding", "accept-ranges"})
    if len(ranges) > 1:
        work.set("Content-Type", f"multipart/byteranges; boundary={work.boundary}")
    else:
        work.set("Content-Range", content_range(*ranges[0], length))
    work.set("Content-Length", str(size))
    return "partial"


def _superfluous(work: Work) -> frozenset[str]:
    """Return what a client with a copy of the representation has already; the time is all it has without a tag."""
    return DESCRIBES if work.get("etag") is not None else DESCRIBES - {"last-modified"}


def _content_is_allowed(work: Work) -> str:
    finished = work.finished
    status = finished.status
    if status in (101, 204):
        work.drop({"content-length", "transfer-encoding"})
    elif status == 205:
        work.drop({"transfer-encoding"})
        work.set("Content-Length", "0")
    elif status == 304:
        work.drop(_superfluous(work))
    elif work.request.method != "HEAD":
        if finished.content == "keep" and work.answer.length is not None and work.get("content-length") is None:
            _declare(work, work.answer.length)
        return ""
    finished.content = "none"
    return "no-content"


def _declare(work: Work, length: int) -> None:
    if work.get("transfer-encoding") is None:
        work.set("Content-Length", str(length))


def _fields_are_there(work: Work) -> str:
    status = work.finished.status
    if status == 401 and work.policy.challenge and work.get("www-authenticate") is None:
        work.set("WWW-Authenticate", work.policy.challenge)
    upgrades = status in (101, 426) and work.over_http_1 and work.get("upgrade") is not None
    if upgrades and work.get("connection") is None:
        work.set("Connection", "Upgrade")
    facts = FACTS.get(status)
    required = (*(() if facts is None else facts.required), *_ASKED_FOR.get(status, ()))
    missing = [name for name in required if work.get(name.lower()) is None and not _is_elsewhere(work, name)]
    return ", ".join(f"{name.lower()}-missing" for name in missing)


def _is_elsewhere(work: Work, name: str) -> bool:
    """Return whether the field has no place in this head: in each part of a 206, or not in this version of HTTP."""
    if name == "Content-Range":
        return (work.get("content-type") or "").lower().startswith("multipart/byteranges")
    return name == "Connection" and not work.over_http_1


def _says_when_to_return(work: Work) -> str:
    seconds = work.policy.retry_after.get(work.finished.status)
    if seconds is None or work.get("retry-after") is not None:
        return ""
    work.set("Retry-After", str(seconds))
    return "retry-after-added"


def _connection_ends(work: Work) -> str:
    if work.finished.status not in _ENDS_CONNECTION or not work.over_http_1 or work.get("connection") is not None:
        return ""
    work.set("Connection", "close")
    return "connection-closed"


RULES: tuple[Rule, ...] = (
    Rule("status-can-be-sent", "RFC 9110 §15", _status_can_be_sent),
    Rule("declared-validators-are-sent", "RFC 9110 §8.8.2.1, §8.8.3, §8.8.3.3", _declared_are_sent),
    Rule("last-modified-is-not-later-than-now", "RFC 9110 §8.8.2.1", _validators_are_ours),
    Rule("tag-is-made", "RFC 9110 §8.8.3", _tag_is_made),
    Rule("conditions-hold", "RFC 9110 §13.2", _conditions_hold),
    Rule("range-is-served", "RFC 9110 §13.1.5, §14.2, §15.3.7, §15.5.17", _range_is_served),
    Rule("content-is-allowed", "RFC 9110 §6.4.1, §8.6, §15.3.6, §15.4.5", _content_is_allowed),
    Rule("fields-are-there", "RFC 9110 §15", _fields_are_there),
    Rule("says-when-to-return", "RFC 9110 §10.2.3", _says_when_to_return),
    Rule("connection-ends", "RFC 9110 §15.5.9, §15.5.14", _connection_ends),
)
"""The rules in the order in which they are tried."""

_PLAIN = FinishPolicy()
