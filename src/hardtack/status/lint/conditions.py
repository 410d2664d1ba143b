"""Whether the request's own conditions say what the answer says (RFC 9110 §13, §15.4.5, §15.5.13).

They are held against the validators of the answer itself or, where that has none, of the 200 that a plain GET had.
"""

from __future__ import annotations

from hardtack.status.facts import FACTS
from hardtack.status.lint.exchange import READING, Rule, Seen, shown
from hardtack.status.validators import ANY, parse_etags

_LEAN = ("content-type", "content-encoding", "content-language", "content-range")


def _none_match(seen: Seen) -> bool | None:
    """Return whether ``If-None-Match`` holds, or ``None`` if it is absent or cannot be told."""
    tags = parse_etags(seen.asked.all("if-none-match"))
    if tags is None:
        return None
    if tags is ANY:
        return None if seen.exchange.whole is None else seen.whole is None
    return None if seen.etag is None else not any(tag.weak_equals(seen.etag) for tag in tags)


def _match(seen: Seen) -> bool | None:
    """Return whether ``If-Match`` holds, or ``None`` if it is absent or cannot be told."""
    tags = parse_etags(seen.asked.all("if-match"))
    if tags is None:
        return None
    if tags is ANY:
        return True if seen.whole is not None or seen.etag is not None else None
    return None if seen.etag is None else any(tag.strong_equals(seen.etag) for tag in tags)


def _since(seen: Seen, name: str) -> bool | None:
    """Return whether it has changed since the date of the field *name*, or ``None`` if that cannot be told."""
    values = seen.asked.all(name)
    date = seen.date(values[0]) if len(values) == 1 else None
    return None if date is None or seen.last_modified is None else seen.last_modified > date


def _seen(seen: Seen, name: str) -> str:
    known = seen.show("ETag", "Last-Modified")
    return f"{name}: {shown(seen.asked.joined(name) or '')}" + (f"; {known}" if known else "")


def _asked(seen: Seen) -> str | None:
    condition = "if-none-match" in seen.asked or "if-modified-since" in seen.asked
    return "" if seen.status == 304 and not condition else None


def _reading(seen: Seen) -> str | None:
    return shown(seen.method) if seen.status == 304 and seen.method not in READING else None


def _true_304(seen: Seen) -> str | None:
    if seen.status != 304:
        return None
    if "if-none-match" in seen.asked:
        return _seen(seen, "If-None-Match") if _none_match(seen) is True else None
    return _seen(seen, "If-Modified-Since") if _since(seen, "if-modified-since") is True else None


def _keeps_304(seen: Seen) -> str | None:
    return _lost(seen, 304)


def _keeps_206(seen: Seen) -> str | None:
    return _lost(seen, 206)


def _lost(seen: Seen, status: int) -> str | None:
    if seen.status != status or seen.whole is None:
        return None
    kept = [name for name in FACTS[status].kept if name != "Date" or seen.on_wire]
    lost = [name for name in kept if name in seen.whole and name not in seen.fields]
    return ", ".join(lost) or None


def _lean(seen: Seen) -> str | None:
    said = [name for name in _LEAN if seen.status == 304 and name in seen.fields]
    return ", ".join(said) or None


def _honours_none_match(seen: Seen) -> str | None:
    unheard = seen.status in (200, 206) and seen.method in READING and _none_match(seen) is False
    return f"{seen.status}; {_seen(seen, 'If-None-Match')}" if unheard else None


def _honours_modified_since(seen: Seen) -> str | None:
    if seen.status not in (200, 206) or seen.method not in READING or "if-none-match" in seen.asked:
        return None
    return _seen(seen, "If-Modified-Since") if _since(seen, "if-modified-since") is False else None


def _honours_match(seen: Seen) -> str | None:
    unheard = seen.status in (200, 206, 304) and seen.method in READING and _match(seen) is False
    return f"{seen.status}; {_seen(seen, 'If-Match')}" if unheard else None


def _honours_unmodified_since(seen: Seen) -> str | None:
    if seen.status not in (200, 206, 304) or seen.method not in READING or "if-match" in seen.asked:
        return None
    return _seen(seen, "If-Unmodified-Since") if _since(seen, "if-unmodified-since") is True else None


def _false_412(seen: Seen) -> str | None:
    if seen.status != 412:
        return None
    if "if-match" in seen.asked:
        first, name = _match(seen), "If-Match"
    else:
        changed = _since(seen, "if-unmodified-since")
        first, name = None if changed is None else not changed, "If-Unmodified-Since"
    return _seen(seen, name) if first is True and "if-none-match" not in seen.asked else None


def _read_is_304(seen: Seen) -> str | None:
    alone = "if-match" not in seen.asked and "if-unmodified-since" not in seen.asked
    wrong = seen.status == 412 and seen.method in READING and alone
    return (
        shown(seen.method) if wrong and ("if-none-match" in seen.asked or "if-modified-since" in seen.asked) else None
    )


def _success(seen: Seen) -> str | None:
    whole = seen.exchange.whole
    if seen.status not in (304, 412) or whole is None or seen.method not in READING:
        return None
    return f"{whole.status}; {seen.status}" if not 200 <= whole.status < 300 and whole.status != 412 else None


def _same_tag(seen: Seen) -> str | None:
    if seen.whole is None or seen.status not in (206, 304) or seen.method not in READING:
        return None
    tag, other = seen.fields.get("etag"), seen.whole.get("etag")
    changed = (
        tag is not None and other is not None and tag.strip().removeprefix("W/") != other.strip().removeprefix("W/")
    )
    return f"ETag: {shown(tag or '')}; 200: {shown(other or '')}" if changed else None


RULES: tuple[Rule, ...] = (
    Rule(
        "not-modified-was-asked-for",
        "error",
        "RFC 9110 §15.4.5",
        _asked,
        "304 goes only to a request with If-None-Match or If-Modified-Since, since the client has no copy: send 200.",
        "304 只能回应带 If-None-Match 或 If-Modified-Since 的请求，否则客户端没有副本：请用 200。",
    ),
    Rule(
        "not-modified-is-for-reading",
        "error",
        "RFC 9110 §13.1.2, §15.4.5",
        _reading,
        "304 goes to GET and HEAD alone: where a change is not wanted, send 412.",
        "304 只用于 GET 和 HEAD：不希望修改时请用 412。",
    ),
    Rule(
        "not-modified-is-true",
        "error",
        "RFC 9110 §13.1.2, §13.1.3",
        _true_304,
        "The condition says that the client's copy is another one: send 200; If-Modified-Since counts only alone.",
        "条件表明客户端的副本是另一个版本：请用 200；有 If-None-Match 时不看 If-Modified-Since。",
    ),
    Rule(
        "not-modified-keeps-fields",
        "error",
        "RFC 9110 §15.4.5",
        _keeps_304,
        "A 304 has the fields that the 200 has and a cache updates its copy by: add them.",
        "304 要带上 200 所有的、缓存据以更新副本的字段：请加上。",
    ),
    Rule(
        "not-modified-is-lean",
        "warning",
        "RFC 9110 §15.4.5",
        _lean,
        "A 304 says nothing of what it does not send: leave these fields out.",
        "304 不描述它没有发送的内容：请去掉这些字段。",
    ),
    Rule(
        "part-keeps-fields",
        "error",
        "RFC 9110 §15.3.7",
        _keeps_206,
        "A 206 has the fields that the 200 has and that a client puts the parts together by: add them.",
        "206 要带上 200 所有的、客户端据以拼接的字段：请加上。",
    ),
    Rule(
        "tag-is-that-of-the-200",
        "error",
        "RFC 9110 §15.4.5, §15.3.7",
        _same_tag,
        "304 and 206 have the tag that the 200 has: make the tag of what is selected, not of what is sent.",
        "304 和 206 的标签要与 200 的相同：请按所选的表示生成标签，而不是按发送的内容。",
    ),
    Rule(
        "if-none-match-is-honoured",
        "error",
        "RFC 9110 §13.1.2, §13.2.2",
        _honours_none_match,
        "If-None-Match names the present version: send 304, also where Range is there.",
        "If-None-Match 指的就是现有版本：请用 304，带 Range 时也一样。",
    ),
    Rule(
        "if-modified-since-is-honoured",
        "warning",
        "RFC 9110 §13.1.3",
        _honours_modified_since,
        "Nothing has changed since that date: send 304.",
        "该日期之后没有修改：请用 304。",
    ),
    Rule(
        "if-match-is-honoured",
        "error",
        "RFC 9110 §13.1.1, §13.2.2",
        _honours_match,
        "If-Match names another version: send 412.",
        "If-Match 指的是另一个版本：请用 412。",
    ),
    Rule(
        "if-unmodified-since-is-honoured",
        "error",
        "RFC 9110 §13.1.4",
        _honours_unmodified_since,
        "It has changed since that date: send 412.",
        "该日期之后有修改：请用 412。",
    ),
    Rule(
        "failed-condition-is-false",
        "error",
        "RFC 9110 §13.1.1, §13.1.4, §15.5.13",
        _false_412,
        "The condition holds, so that the request may go on: do what it asks.",
        "条件成立，请求可以继续：请照它所要求的去做。",
    ),
    Rule(
        "reading-is-answered-by-304",
        "error",
        "RFC 9110 §13.1.2",
        _read_is_304,
        "A client that asks GET or HEAD whether its copy is good is told so by 304: send that.",
        "客户端用 GET 或 HEAD 询问副本是否有效时用 304 回答：请改用 304。",
    ),
    Rule(
        "conditions-count-for-success",
        "error",
        "RFC 9110 §13.2.1",
        _success,
        "Without the condition it would be no success, and then conditions do not count: send the same as without.",
        "没有条件时也不会成功，这时条件不起作用：请按没有条件时回答。",
    ),
)
"""The rules of this file."""
