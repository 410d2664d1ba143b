"""Whether the fields of an answer are written as they must be: dates, tags, ``Retry-After``, ``Location``, ``Vary``.

RFC 9110 §5, §6.6.1, §8.8, §10.2 and §12.5.5. A date that is written in one of the two old formats is read by everybody
and may all the same not be sent (§5.6.7).
"""

from __future__ import annotations

import re

from hardtack.message import FIRST_DATE, LAST_DATE, http_date
from hardtack.status.lint.exchange import Rule, Seen, is_token, members, number
from hardtack.status.validators import parse_etag

_DATES = ("date", "last-modified")
_ONCE = (
    *("age", "content-location", "content-range", "content-type", "date", "etag", "expires", "last-modified"),
    *("location", "retry-after", "server"),
)
_REFERENCE = re.compile(r"(?:[!#$&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]|%[0-9A-Fa-f]{2})*")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def _imf(value: str) -> bool:
    date = Seen.date(value)
    return date is not None and FIRST_DATE <= date <= LAST_DATE and http_date(date) == value.strip(" \t")


def _dates(seen: Seen) -> str | None:
    wrong = [name for name in _DATES if any(not _imf(value) for value in seen.fields.all(name))]
    return seen.show(*wrong) if wrong else None


def _expires(seen: Seen) -> str | None:
    return seen.show("Expires") if any(not _imf(value) for value in seen.fields.all("expires")) else None


def _dated(seen: Seen) -> str | None:
    needed = seen.on_wire and 200 <= seen.status < 500
    return "" if needed and "date" not in seen.fields else None


def _not_in_the_future(seen: Seen) -> str | None:
    changed, date = (seen.date(seen.fields.get(name)) for name in ("last-modified", "date"))
    later = changed is not None and date is not None and changed > date
    return seen.show("Last-Modified", "Date") if later else None


def _etag(seen: Seen) -> str | None:
    return seen.show("ETag") if any(parse_etag(value) is None for value in seen.fields.all("etag")) else None


def _retry_after(seen: Seen) -> str | None:
    values = seen.fields.all("retry-after")
    return seen.show("Retry-After") if any(number(each.strip()) is None and not _imf(each) for each in values) else None


def _location(seen: Seen) -> str | None:
    # An address can hold a code that is good once, so it is not shown.
    values = seen.fields.all("location")
    return "" if any(not _REFERENCE.fullmatch(value.strip(" \t")) for value in values) else None


def _redirects(seen: Seen) -> str | None:
    return str(seen.status) if seen.status in _REDIRECTS and "location" not in seen.fields else None


def _elsewhere(seen: Seen) -> str | None:
    request = seen.exchange.request
    here = request.target or request.path + (f"?{request.query}" if request.query else "")
    leads = seen.fields.get("location")
    # Whoever gets a cookie may be answered otherwise the next time, and a form was sent that is not sent again.
    if seen.status not in _REDIRECTS or leads is None or "set-cookie" in seen.fields or seen.method != "GET":
        return None
    return "" if leads in (here, f"{request.scheme}://{request.host}{here}") else None


def _choices(seen: Seen) -> str | None:
    return "" if seen.status == 300 and not seen.octets and seen.method != "HEAD" else None


def _see_other(seen: Seen) -> str | None:
    return str(seen.status) if seen.status in (301, 302) and seen.method == "POST" else None


def _vary(seen: Seen) -> str | None:
    named = members(seen.fields.joined("vary"))
    return None if named is None or (named and all(is_token(each) for each in named)) else seen.show("Vary")


def _varies(seen: Seen) -> str | None:
    if seen.whole is None or seen.status != 200 or seen.method not in ("GET", "HEAD"):
        return None
    named = {each.lower() for each in members(seen.fields.joined("vary")) or []}
    for name, asked in (("content-type", "accept"), ("content-language", "accept-language")):
        differs = seen.fields.get(name) != seen.whole.get(name)
        if differs and asked in seen.asked and not named & {asked, "*"}:
            return asked
    return None


def _once(seen: Seen) -> str | None:
    doubled = [name for name in _ONCE if len(seen.fields.all(name)) > 1]
    return ", ".join(doubled) or None


def _sendable(seen: Seen) -> str | None:
    for name, value in seen.fields:
        if not is_token(name) or any(character in value for character in "\r\n\0"):
            return name if is_token(name) else ""
    return None


RULES: tuple[Rule, ...] = (
    Rule(
        "date-is-written-as-one",
        "error",
        "RFC 9110 §5.6.7, §6.6.1, §8.8.2",
        _dates,
        "Dates are written like Sun, 06 Nov 1994 08:49:37 GMT, or nobody can reckon with them: write them so.",
        "日期的写法是 Sun, 06 Nov 1994 08:49:37 GMT，否则无法据以计算：请照此书写。",
    ),
    Rule(
        "expiry-is-written-as-a-date",
        "warning",
        "RFC 9111 §5.3",
        _expires,
        "What is no date in Expires counts as expired: write a date, or Cache-Control instead.",
        "Expires 中不是日期的值视为已过期：请写日期，或改用 Cache-Control。",
    ),
    Rule(
        "answer-is-dated",
        "warning",
        "RFC 9110 §6.6.1",
        _dated,
        "A server with a clock dates its answers: add Date.",
        "有时钟的服务器要给响应注明日期：请加上 Date。",
    ),
    Rule(
        "nothing-changed-in-the-future",
        "error",
        "RFC 9110 §8.8.2.1",
        _not_in_the_future,
        "Last-Modified is later than Date: send the time of the answer instead.",
        "Last-Modified 晚于 Date：请改用响应的时间。",
    ),
    Rule(
        "tag-is-quoted",
        "error",
        "RFC 9110 §8.8.3",
        _etag,
        "An entity tag stands in double quotes, with W/ before them if it is weak: write it so.",
        "实体标签要用双引号括起来，弱标签在前面加 W/：请照此书写。",
    ),
    Rule(
        "retry-after-is-seconds-or-a-date",
        "error",
        "RFC 9110 §10.2.3",
        _retry_after,
        "Retry-After is whole seconds or a date: write one of them.",
        "Retry-After 是整数秒数或日期：请写其中一种。",
    ),
    Rule(
        "location-is-an-address",
        "error",
        "RFC 9110 §10.2.2",
        _location,
        "Location is a URI reference in ASCII without spaces: percent-encode what is none.",
        "Location 是不含空格的 ASCII URI 引用：其他字符请用百分号编码。",
    ),
    Rule(
        "redirect-says-where",
        "warning",
        "RFC 9110 §15.4.2, §15.4.3, §15.4.4, §15.4.8, §15.4.9",
        _redirects,
        "Without Location no client follows: add it.",
        "没有 Location，客户端无从跟随：请加上。",
    ),
    Rule(
        "redirect-leads-elsewhere",
        "warning",
        "RFC 9110 §15.4",
        _elsewhere,
        "The redirect leads back to where it came from, without end: send it elsewhere, or answer.",
        "重定向又回到原处，没有尽头：请指向别处，或直接回答。",
    ),
    Rule(
        "choices-are-listed",
        "warning",
        "RFC 9110 §15.4.1",
        _choices,
        "A 300 lists what there is to choose from: add the list as content.",
        "300 要列出可选的项：请把列表写进内容。",
    ),
    Rule(
        "form-is-answered-by-303",
        "warning",
        "RFC 9110 §15.4.2, §15.4.3, §15.4.4",
        _see_other,
        "After POST some clients repeat it and some read: send 303 to have them read, 307 or 308 to have it repeated.",
        "POST 之后有的客户端会重发，有的会改为读取：要读取用 303，要重发用 307 或 308。",
    ),
    Rule(
        "vary-is-a-list-of-fields",
        "error",
        "RFC 9110 §12.5.5",
        _vary,
        "Vary is * or names of fields with commas between: write it so.",
        "Vary 是 * 或用逗号分隔的字段名：请照此书写。",
    ),
    Rule(
        "negotiated-answer-says-vary",
        "warning",
        "RFC 9110 §12.5.5",
        _varies,
        "The answer depends on this field of the request, and caches do not know: name it in Vary.",
        "响应取决于请求的这个字段，而缓存并不知道：请写进 Vary。",
    ),
    Rule(
        "field-comes-once",
        "error",
        "RFC 9110 §5.3",
        _once,
        "The field has one value and came more than once: send it once.",
        "该字段只有一个值，却出现了多次：只发送一次。",
    ),
    Rule(
        "field-can-be-sent",
        "error",
        "RFC 9110 §5.1, §5.5",
        _sendable,
        "A field's name is a token and its value has no line break and no NUL: take them out, or the answer is split.",
        "字段名是记号，值中没有换行和 NUL：请去掉，否则响应会被拆开。",
    ),
)
"""The rules of this file."""
