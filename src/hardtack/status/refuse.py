"""The first of the four moments: what a request's head alone already rules out (RFC 9110 §5, §7.2, §15.5; RFC 9112).

``refuse`` takes the head of a request and a policy, and returns the ``Refused`` that answers it, or nothing. It needs
no route, no session and no content, so it can be asked before the first byte of content is read. The rules are a table,
tried in order; each is named, cites the sentence that decides it, says which codes it answers with, and gives one
reason for the log. Many servers let these cases through, so they are decided here whatever the server does.

The promise: returns, never raises, whatever the head holds; in time linear in the head's length. Nothing is repaired:
a doubled or contradictory field is refused and never guessed at. A refusal after which nobody can know where the next
request begins closes the connection too (RFC 9112 §6.3).

Development mode (no public origin is configured) answers only a browser on the same machine: the host must be
``localhost``, ``127.0.0.1`` or ``[::1]``, no field may betray a proxy, and no other origin may ask. So an unconfigured
server that is put behind a proxy by mistake shows a page that says what to set, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from hardtack.errors import MisuseError, Refused
from hardtack.message import Request
from hardtack.status import framing, host
from hardtack.status.errors import (
    ContentTooLarge,
    ExpectationFailed,
    MisdirectedRequest,
    RequestHeaderFieldsTooLarge,
    TooEarly,
    URITooLong,
)
from hardtack.status.errors import NotImplemented as CannotDo
from hardtack.status.precondition import SAFE
from hardtack.status.trace import Step

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""The methods of RFC 9110 §9.3 and RFC 5789 that an origin server supports; CONNECT and TRACE are not among them."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""The hosts that development mode answers for."""

PROXY_FIELDS = frozenset(
    {
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "cdn-loop",
    }
)
"""Fields that a proxy adds, besides everything that begins with ``x-forwarded``."""

_SET_ORIGIN = {
    "en": "No public address is set for this server yet, so for now it answers only in a browser on the same machine, "
    "at localhost. If you run it, start it with --origin and the address that visitors use, for example "
    "--origin https://www.example.org.",
    "zh": "这台服务器还没有设置公开地址，目前只能在它所在的机器上用浏览器通过 localhost 访问。"
    "如果您是管理员，请在启动时用 --origin 写明访问者使用的地址，例如 --origin https://www.example.org。",
}
_MEGABYTE = 1024 * 1024
_LIMITS = {
    "max_body": "bytes",
    "temporary_limit": "seconds",
    "max_target": "octets",
    "max_fields": "octets",
    "max_field_count": "fields",
}
_TOO_MANY_FIELDS = {
    "en": "Your browser sent more header fields than this site reads. Deleting the cookies of this site often helps.",
    "zh": "您的浏览器发送的首部字段太多，本站无法读取。删除本站的 Cookie 通常可以解决。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusePolicy:
    """What a server answers for.

    Args:
        hosts: the authorities that are ours (``www.example.org``, ``[2001:db8::1]:8443``); one without a port stands
            for the default ports. ``None``: any.
        development: only a browser on the same machine is answered.
        max_body: the most content that is taken, in bytes.
        temporary_limit: seconds until more content will be taken, where that limit holds for now only.
        methods: the methods that some resource supports; matched exactly, since methods are case-sensitive.
        max_target: the longest request-target that is read, in octets as sent.
        max_fields: the most that all header fields together may have, in octets as HTTP/1.1 writes them.
        max_field_count: the most header fields.
        early_data_from_proxy: a trusted proxy marks what came as TLS early data (RFC 8470); then what is unsafe must
            come again after the handshake.

    Raises:
        MisuseError: a host is malformed, or a limit is negative.
    """

    hosts: frozenset[str] | None = None
    development: bool = False
    max_body: int = 65536
    temporary_limit: int | None = None
    methods: frozenset[str] = METHODS
    max_target: int = 8192
    max_fields: int = 32768
    max_field_count: int = 200
    early_data_from_proxy: bool = False
    authorities: frozenset[host.Authority] | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, unit in _LIMITS.items():
            if (limit := getattr(self, name)) is not None and limit < 0:
                raise MisuseError(f"{name}: {limit} {unit} cannot be", f"give a number of {unit} that is not negative")
        ours = None
        if self.hosts is not None:
            ours = frozenset(_authority(each) for each in self.hosts)
        object.__setattr__(self, "authorities", ours)


def _authority(text: str) -> host.Authority:
    authority = host.parse(text)
    if authority is None:
        raise MisuseError(f"hosts: {text!r} is no host", 'write it as in the address, such as "www.example.org:8443"')
    return host.without_default_port(authority)


Check = Callable[[Request, RefusePolicy], Refused | None]


class Rule(NamedTuple):
    """One row of the table: its name, the sentence behind it, what decides, and the codes that it can answer with."""

    name: str
    reference: str
    check: Check
    answers: tuple[int, ...]


def refuse(request: Request, policy: RefusePolicy, *, trace: list[Step] | None = None) -> Refused | None:
    """Return what answers the request at once, or ``None`` if its head rules nothing out.

    Args:
        request: the request; its body is not looked at. ``host`` is what is believed about the authority.
        policy: what the server answers for.
        trace: where to note each rule that was tried.
    """
    for rule in RULES:
        refused = rule.check(request, policy)
        if trace is not None:
            trace.append(Step("refuse", rule.name, rule.reference, "" if refused is None else refused.reason))
        if refused is not None:
            return refused
    return None


def _asked_for(request: Request) -> host.Authority | None:
    return host.parse(request.host or request.headers.get("host") or "")


def _target_is_within_limit(request: Request, policy: RefusePolicy) -> Refused | None:
    length = len(request.target) or len(request.path) + len(request.query)
    return URITooLong(reason="target-over-limit") if length > policy.max_target else None


def _fields_are_within_limits(request: Request, policy: RefusePolicy) -> Refused | None:
    headers = request.headers
    if len(headers) > policy.max_field_count:
        return RequestHeaderFieldsTooLarge(_TOO_MANY_FIELDS, reason="fields-over-count")
    # Each is followed by a colon, a space and the end of the line.
    if len("".join(map("".join, headers))) + 4 * len(headers) <= policy.max_fields:
        return None
    largest = max(headers, key=lambda pair: len(pair[1]))[0]
    named = largest if len(largest) <= 100 else f"{largest[:100]}…"
    return RequestHeaderFieldsTooLarge(_too_large_a_field(named), reason="fields-over-limit")


def _host_is_ours(request: Request, policy: RefusePolicy) -> Refused | None:
    if policy.authorities is None:
        return None
    authority = _asked_for(request)
    if authority in policy.authorities:
        return None
    if authority is None or host.without_default_port(authority) not in policy.authorities:
        return MisdirectedRequest(reason="host-not-ours")
    return None


def _is_local_in_development(request: Request, policy: RefusePolicy) -> Refused | None:
    if not policy.development:
        return None
    authority = _asked_for(request)
    if authority is None or authority.host not in LOOPBACK:
        return MisdirectedRequest(_SET_ORIGIN, reason="development-foreign-host")
    for name, _ in request.headers:
        if name in PROXY_FIELDS or name.startswith("x-forwarded"):
            return MisdirectedRequest(_SET_ORIGIN, reason="development-behind-proxy")
    for origin in request.headers.all("origin"):
        scheme, _, asking = origin.partition("://")
        if scheme.lower() != request.scheme or not asking or not _same(asking, authority, request.scheme):
            return MisdirectedRequest(_SET_ORIGIN, reason="development-other-origin")
    return None


def _same(text: str, authority: host.Authority, scheme: str) -> bool:
    other = host.parse(text)
    default = 443 if scheme == "https" else 80
    return other is not None and (other.host, other.port or default) == (authority.host, authority.port or default)


def _expectation_is_known(request: Request, _policy: RefusePolicy) -> Refused | None:
    if "expect" not in request.headers or request.http_version == "1.0":
        return None
    expected = ",".join(request.headers.all("expect"))
    if all(member.strip(" \t").lower() in ("", "100-continue") for member in expected.split(",")):
        return None
    return ExpectationFailed(reason="expectation-unknown")


def _is_not_too_early(request: Request, policy: RefusePolicy) -> Refused | None:
    if not policy.early_data_from_proxy or request.method in SAFE or "early-data" not in request.headers:
        return None
    # Doubled or with another value it means the same (RFC 8470 §5.1).
    return TooEarly(reason="early-data-unsafe")


def _method_is_known(request: Request, policy: RefusePolicy) -> Refused | None:
    if request.method in policy.methods:
        return None
    return CannotDo(reason="trace-is-off" if request.method == "TRACE" else "method-unknown")


def _length_is_within_limit(request: Request, policy: RefusePolicy) -> Refused | None:
    return over_limit(request.headers.get("content-length"), policy.max_body, policy.temporary_limit)


def over_limit(declared: str | None, limit: int, retry_after: int | None = None) -> ContentTooLarge | None:
    """Return 413 if the *declared* length is over *limit*; one that is no number is another rule's matter."""
    if declared is None or not (declared.isascii() and declared.isdigit() and _exceeds(declared.lstrip("0"), limit)):
        return None
    return ContentTooLarge(too_large(limit), reason="content-length-over-limit", close=True, retry_after=retry_after)


def _too_large_a_field(name: str) -> dict[str, str]:
    return {
        "en": f"Your browser sent more in its header fields than this site reads; the largest is {name}. "
        "Deleting the cookies of this site often helps.",
        "zh": f"您的浏览器发送的首部字段太长，本站无法读取，其中最长的是 {name}。删除本站的 Cookie 通常可以解决。",
    }


def _exceeds(digits: str, limit: int) -> bool:
    # First by its number of digits: a number of a megabyte is never computed.
    return len(digits) > len(str(limit)) or int(digits or "0") > limit


def too_large(limit: int) -> dict[str, str]:
    """Return what to tell a visitor whose content is larger than *limit* bytes."""
    if limit >= _MEGABYTE:
        size = f"{limit / _MEGABYTE:.4g} MB"
    elif limit >= 1024:
        size = f"{limit / 1024:.4g} KB"
    else:
        size = f"{limit} bytes"
    return {
        "en": f"What you sent is larger than this site takes: {size} at most. Send less, or in several parts.",
        "zh": f"您发送的内容超过了本站允许的大小，最多 {size.replace('bytes', '字节')}。请减小内容，或分几次发送。",
    }


LOOKED_AT = frozenset({"host", "content-length", "transfer-encoding", "expect", "early-data"})
"""The fields that some rule looks at by name. Of any other, only its form and its length are looked at, so two heads
that differ in nothing else are decided alike; development mode alone looks at more."""

RULES: tuple[Rule, ...] = (
    Rule("version-is-spoken", "RFC 9110 §2.5 and §15.6.6", framing.version_is_spoken, (505,)),
    Rule("fields-are-well-formed", "RFC 9110 §5.1 and §5.5, RFC 9112 §5.1", framing.fields_are_well_formed, (400,)),
    Rule("host-is-well-formed", "RFC 9110 §7.2, RFC 9112 §3.2", framing.host_is_well_formed, (400,)),
    Rule("length-is-certain", "RFC 9110 §8.6, RFC 9112 §6.1 and §6.3", framing.length_is_certain, (400,)),
    Rule("coding-is-known", "RFC 9112 §6.1 and §6.3", framing.coding_is_known, (400, 501)),
    Rule("target-is-within-limit", "RFC 9110 §15.5.15, RFC 9112 §3", _target_is_within_limit, (414,)),
    Rule("target-is-well-formed", "RFC 9112 §3 and §3.2", framing.target_is_well_formed, (400,)),
    Rule("fields-are-within-limits", "RFC 6585 §5, RFC 9110 §5.4", _fields_are_within_limits, (431,)),
    Rule("host-is-ours", "RFC 9110 §7.4 and §15.5.20", _host_is_ours, (421,)),
    Rule("is-local-in-development", "RFC 9110 §15.5.20", _is_local_in_development, (421,)),
    Rule("expectation-is-known", "RFC 9110 §10.1.1 and §15.5.18", _expectation_is_known, (417,)),
    Rule("is-not-too-early", "RFC 8470 §5.1 and §5.2", _is_not_too_early, (425,)),
    Rule("method-is-known", "RFC 9110 §9.1 and §15.6.2", _method_is_known, (501,)),
    Rule("length-is-within-limit", "RFC 9110 §15.5.14", _length_is_within_limit, (413,)),
)
"""The rules in the order in which they are tried."""
