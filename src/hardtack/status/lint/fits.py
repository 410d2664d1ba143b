"""Whether the code fits what was asked, as far as the request tells: 406, 411 to 417, 421, 428 and 431, PUT, Host.

RFC 9110 §15.5, RFC 6585 §3 and §5, RFC 9112 §3.2.
"""

from __future__ import annotations

from hardtack.status.framing import host_is_well_formed
from hardtack.status.lint.exchange import READING, Rule, Seen
from hardtack.status.precondition import FIELDS

_NEGOTIATES = ("accept", "accept-charset", "accept-encoding", "accept-language")
_SUPPORTED_TARGET = 8000
"""Octets of a target that everybody should support (RFC 9110 §4.1)."""
_SMALL_FIELDS = 1000
"""Octets of all fields together that nobody can call large."""


def _negotiated(seen: Seen) -> str | None:
    return "" if seen.status == 406 and not any(name in seen.asked for name in _NEGOTIATES) else None


def _length_lacked(seen: Seen) -> str | None:
    return "" if seen.status == 411 and "content-length" in seen.asked else None


def _condition_there(seen: Seen) -> str | None:
    return "" if seen.status == 412 and not any(name in seen.asked for name in FIELDS) else None


def _content_there(seen: Seen) -> str | None:
    return str(seen.status) if seen.status in (413, 415) and not seen.asked_content else None


def _target_long(seen: Seen) -> str | None:
    request = seen.exchange.request
    length = len(request.target or f"{request.path}?{request.query}")
    return f"{length} B" if seen.status == 414 and length < _SUPPORTED_TARGET else None


def _expectation_there(seen: Seen) -> str | None:
    return "" if seen.status == 417 and "expect" not in seen.asked else None


def _condition_lacked(seen: Seen) -> str | None:
    if seen.status != 428:
        return None
    return "" if seen.method in READING or "if-match" in seen.asked or "if-unmodified-since" in seen.asked else None


def _fields_large(seen: Seen) -> str | None:
    size = sum(len(name) + len(value) + 4 for name, value in seen.asked)
    return f"{size} B" if seen.status == 431 and size < _SMALL_FIELDS else None


def _put(seen: Seen) -> str | None:
    whole = seen.exchange.whole
    if seen.method != "PUT" or whole is None or not 200 <= seen.status < 300:
        return None
    wrong = (whole.status in (404, 410) and seen.status in (200, 204)) or (whole.status == 200 and seen.status == 201)
    return f"GET: {whole.status}; PUT: {seen.status}" if wrong else None


def _host(seen: Seen) -> str | None:
    request = seen.exchange.request
    # What has no Host in process may have come from a test's client, and over a socket a server has seen it first.
    if not seen.on_wire or not seen.http1 or 400 <= seen.status <= 599:
        return None
    return "" if host_is_well_formed(request, None) is not None else None


RULES: tuple[Rule, ...] = (
    Rule(
        "not-acceptable-was-negotiated",
        "warning",
        "RFC 9110 §15.5.7",
        _negotiated,
        "A 406 answers what Accept and its kin exclude, and the request has none of them: send what there is.",
        "406 回应的是 Accept 等字段排除了一切，而请求中没有这些字段：请直接发送现有的内容。",
    ),
    Rule(
        "length-required-lacked-length",
        "error",
        "RFC 9110 §15.5.12",
        _length_lacked,
        "411 asks for Content-Length, which was there: take it, or send 400 or 413.",
        "411 要求 Content-Length，而请求中有：请接受，或改用 400、413。",
    ),
    Rule(
        "failed-condition-was-there",
        "error",
        "RFC 9110 §15.5.13",
        _condition_there,
        "412 says that a condition of the request failed, and it has none: send 409, or 428 to ask for one.",
        "412 表示请求的前提条件不成立，而请求没有条件：请用 409；要求带条件时用 428。",
    ),
    Rule(
        "refused-content-was-there",
        "warning",
        "RFC 9110 §15.5.14, §15.5.16",
        _content_there,
        "413 and 415 refuse content, and the request has none: send 400, or 411 if some is needed.",
        "413 和 415 拒绝的是内容，而请求没有内容：请用 400；需要内容时用 411。",
    ),
    Rule(
        "refused-target-is-long",
        "warning",
        "RFC 9110 §4.1, §15.5.15",
        _target_long,
        "Targets of 8000 octets should be taken, and this one is shorter: raise the limit.",
        "应当支持 8000 字节的目标，而这个更短：请放宽上限。",
    ),
    Rule(
        "failed-expectation-was-there",
        "error",
        "RFC 9110 §15.5.18, §10.1.1",
        _expectation_there,
        "417 answers an Expect field that cannot be met, and there is none: send 400.",
        "417 回应的是无法满足的 Expect，而请求中没有：请用 400。",
    ),
    Rule(
        "required-condition-lacked",
        "warning",
        "RFC 6585 §3",
        _condition_lacked,
        "428 asks a change for a condition; the request is none, or has one: decide by it, with 412 if it fails.",
        "428 要求修改请求带条件；该请求不是修改，或已带条件：请按条件判断，不成立时用 412。",
    ),
    Rule(
        "refused-fields-are-large",
        "warning",
        "RFC 6585 §5",
        _fields_large,
        "431 says that the fields are too large, and they are small: send 400, and name the field.",
        "431 表示首部字段过大，而它们很小：请用 400，并指出是哪个字段。",
    ),
    Rule(
        "put-says-what-it-did",
        "error",
        "RFC 9110 §9.3.4",
        _put,
        "PUT answers 201 where it made something, 200 or 204 where it changed something: send that.",
        "PUT 新建时用 201，修改时用 200 或 204：请照此发送。",
    ),
    Rule(
        "host-is-demanded",
        "error",
        "RFC 9112 §3.2",
        _host,
        "A request over HTTP/1.1 without one good Host is refused: send 400.",
        "HTTP/1.1 请求没有唯一且正确的 Host 时必须拒绝：请用 400。",
    ),
)
"""The rules of this file."""
