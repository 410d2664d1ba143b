"""The first of the four moments: what a request's head alone already rules out (RFC 9110 §7.2, §8.6, §15.5; RFC 9112).

``refuse`` takes the head of a request and a policy, and returns the ``Refused`` that answers it, or nothing. It needs
no route, no session and no content, so it can be asked before the first byte of content is read. The rules are a table,
tried in order; each is named, cites the sentence that decides it, and gives one reason for the log. Many servers let
these cases through, so they are decided here whatever the server does.

The promise: returns, never raises, whatever the head holds; in time linear in the head's length. Nothing is repaired:
a doubled or contradictory field is refused and never guessed at.

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
from hardtack.status import host
from hardtack.status.errors import BadRequest, ContentTooLarge, MisdirectedRequest
from hardtack.status.errors import NotImplemented as CannotDo

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


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusePolicy:
    """What a server answers for.

    Args:
        hosts: the authorities that are ours (``www.example.org``, ``[2001:db8::1]:8443``); one without a port stands
            for the default ports. ``None``: any.
        development: only a browser on the same machine is answered.
        max_body: the most content that is taken, in bytes.
        methods: the methods that some resource supports; matched exactly, since methods are case-sensitive.

    Raises:
        MisuseError: a host is malformed, or the limit is negative.
    """

    hosts: frozenset[str] | None = None
    development: bool = False
    max_body: int = 65536
    methods: frozenset[str] = METHODS
    authorities: frozenset[host.Authority] | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.max_body < 0:
            raise MisuseError(f"max_body: {self.max_body} bytes cannot be", "give the limit in bytes, or 0 for none")
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
    """One row of the table."""

    name: str
    reference: str
    check: Check


class Step(NamedTuple):
    """One rule that was tried: its name, the sentence behind it, and why it refuses (``""`` if it does not)."""

    rule: str
    reference: str
    reason: str


def refuse(request_head: Request, policy: RefusePolicy) -> Refused | None:
    """Return what answers the request at once, or ``None`` if its head rules nothing out.

    Args:
        request_head: the request; its body is not looked at. ``host`` is what is believed about the authority.
        policy: what the server answers for.
    """
    for rule in RULES:
        refused = rule.check(request_head, policy)
        if refused is not None:
            return refused
    return None


def trace(request_head: Request, policy: RefusePolicy) -> list[Step]:
    """Return each rule that was tried and what it found, up to and including the one that refuses."""
    steps = []
    for rule in RULES:
        refused = rule.check(request_head, policy)
        steps.append(Step(rule.name, rule.reference, "" if refused is None else refused.reason))
        if refused is not None:
            break
    return steps


def _host_is_well_formed(request: Request, _policy: RefusePolicy) -> Refused | None:
    named = request.headers.all("host")
    if len(named) > 1:
        return BadRequest(reason="host-doubled", close=True)
    if request.host and request.host not in named:
        named.append(request.host)
    if not named and request.http_version not in ("0.9", "1.0"):
        # HTTP/1.0 knows no Host; whether we answer without one is a later rule's matter.
        return BadRequest(reason="host-missing", close=True)
    if any(host.parse(each) is None for each in named):
        return BadRequest(reason="host-malformed", close=True)
    return None


def _asked_for(request: Request) -> host.Authority | None:
    return host.parse(request.host or request.headers.get("host") or "")


def _length_is_certain(request: Request, _policy: RefusePolicy) -> Refused | None:
    lengths = request.headers.all("content-length")
    if not lengths:
        return None
    if "transfer-encoding" in request.headers:
        return BadRequest(reason="content-length-with-transfer-encoding", close=True)
    if len(lengths) > 1:
        return BadRequest(reason="content-length-doubled", close=True)
    if not (lengths[0].isascii() and lengths[0].isdigit()):
        return BadRequest(reason="content-length-malformed", close=True)
    return None


def _host_is_ours(request: Request, policy: RefusePolicy) -> Refused | None:
    if policy.authorities is None:
        return None
    authority = _asked_for(request)
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


def _length_is_within_limit(request: Request, policy: RefusePolicy) -> Refused | None:
    declared = request.headers.get("content-length")
    # Compared without leading zeros and first by its number of digits: a number of a megabyte is never computed.
    if declared is None or not _exceeds(declared.lstrip("0"), policy.max_body):
        return None
    return ContentTooLarge(too_large(policy.max_body), reason="content-length-over-limit", close=True)


def _exceeds(digits: str, limit: int) -> bool:
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


def _method_is_known(request: Request, policy: RefusePolicy) -> Refused | None:
    return None if request.method in policy.methods else CannotDo(reason="method-unknown")


RULES: tuple[Rule, ...] = (
    Rule("host-is-well-formed", "RFC 9110 §7.2, RFC 9112 §3.2", _host_is_well_formed),
    Rule("length-is-certain", "RFC 9110 §8.6, RFC 9112 §6.1 and §6.3", _length_is_certain),
    Rule("host-is-ours", "RFC 9110 §7.4 and §15.5.20", _host_is_ours),
    Rule("is-local-in-development", "RFC 9110 §15.5.20", _is_local_in_development),
    Rule("length-is-within-limit", "RFC 9110 §15.5.14", _length_is_within_limit),
    Rule("method-is-known", "RFC 9110 §9.1 and §15.6.2", _method_is_known),
)
"""The rules in the order in which they are tried."""
