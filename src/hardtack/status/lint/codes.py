"""Whether the code is one that may be sent, and interim answers and a switch of protocols are in their place.

RFC 9110 §15 for the codes, §15.2 for 1xx, §7.8 for ``Upgrade``.
"""

from __future__ import annotations

from hardtack.status.facts import FACTS
from hardtack.status.lint.exchange import Rule, Seen, members, shown

_RESERVED = frozenset(code for code, facts in FACTS.items() if facts.standing == "reserved")
_RETIRED = frozenset(code for code, facts in FACTS.items() if facts.standing in ("deprecated", "obsolete", "temporary"))


def _in_range(seen: Seen) -> str | None:
    return None if 100 <= seen.status <= 599 else str(seen.status)


def _registered(seen: Seen) -> str | None:
    return str(seen.status) if 100 <= seen.status <= 599 and seen.status not in FACTS else None


def _not_reserved(seen: Seen) -> str | None:
    return str(seen.status) if seen.status in _RESERVED else None


def _not_retired(seen: Seen) -> str | None:
    return str(seen.status) if seen.status in _RETIRED else None


def _final(seen: Seen) -> str | None:
    return str(seen.status) if 100 <= seen.status < 200 and seen.status != 101 else None


def _interim(seen: Seen) -> str | None:
    wrong = [str(each.status) for each in seen.exchange.interim if not 100 <= each.status < 200 or each.status == 101]
    return ", ".join(wrong) or None


def _interim_understood(seen: Seen) -> str | None:
    if seen.exchange.request.http_version != "1.0":
        return None
    codes = [*(each.status for each in seen.exchange.interim), seen.status]
    return ", ".join(str(code) for code in codes if 100 <= code < 200) or None


def _continue_expected(seen: Seen) -> str | None:
    expected = (seen.asked.joined("expect") or "").lower()
    said = any(each.status == 100 for each in seen.exchange.interim)
    return "" if said and "100-continue" not in expected else None


def _switch_asked(seen: Seen) -> str | None:
    return "" if seen.status == 101 and "upgrade" not in seen.asked else None


def _switch_named(seen: Seen) -> str | None:
    return "" if seen.status == 101 and "upgrade" not in seen.fields else None


def _switch_http1(seen: Seen) -> str | None:
    return f"HTTP/{shown(seen.exchange.request.http_version)}" if seen.status == 101 and not seen.http1 else None


def _upgrade_in_connection(seen: Seen) -> str | None:
    if "upgrade" not in seen.fields or not seen.http1:
        return None
    options = [each.lower() for each in members(seen.fields.joined("connection")) or []]
    return None if "upgrade" in options else seen.show("Connection")


def _upgrade_required(seen: Seen) -> str | None:
    return "" if seen.status == 426 and "upgrade" not in seen.fields else None


RULES: tuple[Rule, ...] = (
    Rule(
        "code-is-in-range",
        "error",
        "RFC 9110 §15",
        _in_range,
        "A status code is a number from 100 to 599: send a registered one.",
        "状态码是 100 到 599 之间的数：请改用已登记的状态码。",
    ),
    Rule(
        "code-is-registered",
        "warning",
        "RFC 9110 §15, §16.2",
        _registered,
        "The code is not registered, so clients see the x00 of its class: send a registered one.",
        "该状态码没有登记，客户端会把它当作同类的 x00：请改用已登记的状态码。",
    ),
    Rule(
        "code-is-not-reserved",
        "error",
        "RFC 9110 §15.4.7, §15.5.19",
        _not_reserved,
        "The number is kept out of use: send another code.",
        "这个编号保留不用：请改用别的状态码。",
    ),
    Rule(
        "code-is-not-retired",
        "warning",
        "RFC 9110 §15.4.6",
        _not_retired,
        "The code is deprecated, obsolete or registered for a time only: send another one.",
        "该状态码已弃用、已废弃或只是临时登记：请改用别的状态码。",
    ),
    Rule(
        "final-answer-is-final",
        "error",
        "RFC 9110 §15.2",
        _final,
        "A 1xx answer is only interim, and the client goes on waiting: send a final code, 200 or above.",
        "1xx 只是中间响应，客户端会继续等待：请发送 200 以上的最终状态码。",
    ),
    Rule(
        "interim-answer-is-interim",
        "error",
        "RFC 9110 §15.2",
        _interim,
        "Before the final answer only 100, 102, 103 and 104 can stand: send anything else as the final one.",
        "最终响应之前只能有 100、102、103、104：其他状态码请作为最终响应发送。",
    ),
    Rule(
        "interim-answer-is-understood",
        "error",
        "RFC 9110 §15.2",
        _interim_understood,
        "HTTP/1.0 knows no 1xx: send the final answer only.",
        "HTTP/1.0 没有 1xx：只发送最终响应。",
    ),
    Rule(
        "continue-was-expected",
        "warning",
        "RFC 9110 §10.1.1",
        _continue_expected,
        "100 was sent to a request that did not expect it: send it only after Expect: 100-continue.",
        "请求没有要求就发送了 100：只在收到 Expect: 100-continue 之后发送。",
    ),
    Rule(
        "switch-was-asked-for",
        "error",
        "RFC 9110 §7.8",
        _switch_asked,
        "101 goes only to a request with Upgrade: answer in HTTP.",
        "101 只能回应带 Upgrade 的请求：请用 HTTP 回答。",
    ),
    Rule(
        "switch-names-the-protocol",
        "error",
        "RFC 9110 §15.2.2",
        _switch_named,
        "A 101 names the new protocol in Upgrade: add the field.",
        "101 要在 Upgrade 中写明新的协议：请加上该字段。",
    ),
    Rule(
        "switch-is-of-http-1",
        "error",
        "RFC 9113 §8.6",
        _switch_http1,
        "From HTTP/2 on there is no 101: use an extended CONNECT.",
        "HTTP/2 以后没有 101：请使用扩展的 CONNECT。",
    ),
    Rule(
        "upgrade-is-in-connection",
        "error",
        "RFC 9110 §7.8",
        _upgrade_in_connection,
        "Whoever sends Upgrade over HTTP/1.1 sends Connection: Upgrade as well: add it.",
        "在 HTTP/1.1 中发送 Upgrade 时要同时发送 Connection: Upgrade：请加上。",
    ),
    Rule(
        "upgrade-required-names-the-protocol",
        "error",
        "RFC 9110 §15.5.22",
        _upgrade_required,
        "A 426 says in Upgrade which protocol is needed: add the field.",
        "426 要在 Upgrade 中写明需要哪种协议：请加上该字段。",
    ),
)
"""The rules of this file."""
