"""Whether parts are sent only where they were asked for, and say truly which parts they are (RFC 9110 §14, §15.3.7).

What was asked is read as ``hardtack.status.ranges`` reads it; a set that a server may ignore or refuse as it likes
(malformed, or many ranges that overlap) is not held against it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from hardtack.status.lint.exchange import Rule, Seen, members, number, shown
from hardtack.status.ranges import UNSATISFIABLE, if_range, parse_range

_CONTENT_RANGE = re.compile(
    r"(?P<unit>[^ ]+) (?:(?P<first>[0-9]+)-(?P<last>[0-9]+)|(?P<none>\*))/(?P<length>[0-9]+|\*)"
)
_UNIT = re.compile(r"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=")
_BOUNDARY = re.compile(r';[ \t]*boundary=(?:"([^"]{1,70})"|([^ \t;"]{1,70}))', re.IGNORECASE)
_NOBODY_MAY_REFUSE = 3
"""Fewer ranges than this neither are many nor overlap more than twice (RFC 9110 §14.2)."""


class Sent(NamedTuple):
    """One ``Content-Range`` of bytes; *length* is ``None`` where it is not said."""

    first: int
    last: int
    length: int | None


def _sent(value: str) -> Sent | None:
    found = _CONTENT_RANGE.fullmatch(value.strip(" \t"))
    if found is None or found["unit"].lower() != "bytes" or found["none"]:
        return None
    first, last = number(found["first"]), number(found["last"])
    length = None if found["length"] == "*" else number(found["length"])
    if first is None or last is None or first > last or (found["length"] != "*" and length is None):
        return None
    return None if length is not None and last >= length else Sent(first, last, length)


def _one(seen: Seen) -> Sent | None:
    return _sent(seen.fields.get("content-range") or "") if seen.status == 206 else None


def _multipart(seen: Seen) -> bool:
    kind = (seen.fields.get("content-type") or "").lower()
    return seen.status == 206 and kind.startswith("multipart/byteranges")


def _unit(seen: Seen) -> str | None:
    found = _UNIT.match(seen.asked.joined("range") or "")
    return None if found is None else found[1].lower()


def _asked_for(seen: Seen) -> str | None:
    return "" if seen.status == 206 and "range" not in seen.asked else None


def _for_get(seen: Seen) -> str | None:
    wrong = seen.status in (206, 416) and seen.method != "GET" and "range" in seen.asked
    return f"{shown(seen.method)}: {seen.status}" if wrong else None


def _says_which(seen: Seen) -> str | None:
    return "" if seen.status == 206 and "content-range" not in seen.fields and not _multipart(seen) else None


def _inside(seen: Seen) -> str | None:
    return seen.show("Content-Range") if _multipart(seen) and "content-range" in seen.fields else None


def _each_part(seen: Seen) -> str | None:
    if not _multipart(seen) or not seen.kept or not seen.body:
        return None
    named = _BOUNDARY.search(seen.fields.get("content-type") or "")
    if named is None:
        return "boundary"
    pieces = seen.body.split(b"--" + (named[1] or named[2]).encode("latin-1", "replace"))[1:-1]
    heads = [piece.partition(b"\r\n\r\n")[0].lower() for piece in pieces]
    return None if heads and all(b"\r\ncontent-range:" in head for head in heads) else f"{len(heads)}"


def _single(seen: Seen) -> str | None:
    asked = members(seen.asked.joined("range"))
    return seen.show("Content-Type") if _multipart(seen) and asked is not None and len(asked) == 1 else None


def _well_formed(seen: Seen) -> str | None:
    value = seen.fields.get("content-range")
    if seen.status != 206 or value is None:
        return None
    found = _CONTENT_RANGE.fullmatch(value.strip(" \t"))
    if found is not None and found["unit"].lower() != "bytes":
        return None  # what another unit counts is not known
    return None if _sent(value) is not None else seen.show("Content-Range")


def _as_asked(seen: Seen) -> str | None:
    sent, field = _one(seen), seen.asked.joined("range")
    if sent is None or field is None or sent.length is None:
        return None
    asked = parse_range(field, sent.length)
    if isinstance(asked, list) and any(first <= sent.first and sent.last <= last for first, last in asked):
        return None
    return f"Range: {shown(field)}; {seen.show('Content-Range')}"


def _as_long(seen: Seen) -> str | None:
    sent = _one(seen)
    if sent is None or seen.method == "HEAD":
        return None
    size = sent.last - sent.first + 1
    wrong = size != seen.octets or seen.length not in (None, size)
    return f"{seen.show('Content-Range', 'Content-Length')}; {seen.octets} B" if wrong else None


def _means_partial(seen: Seen) -> str | None:
    return seen.show("Content-Range") if "content-range" in seen.fields and seen.status not in (206, 416) else None


def _range_there(seen: Seen) -> str | None:
    return "" if seen.status == 416 and "range" not in seen.asked else None


def _says_length(seen: Seen) -> str | None:
    if seen.status != 416:
        return None
    found = _CONTENT_RANGE.fullmatch((seen.fields.get("content-range") or "").strip(" \t"))
    return None if found is not None and found["none"] and found["length"] != "*" else seen.show("Content-Range")


def _length_of_all(seen: Seen) -> int | None:
    """Return how long the whole is, as the 416 itself or the 200 says."""
    said = _CONTENT_RANGE.fullmatch((seen.fields.get("content-range") or "").strip(" \t"))
    if said is not None and (length := number(said["length"])) is not None:
        return length
    return None if seen.whole is None else number(seen.whole.get("content-length") or "")


def _satisfiable(seen: Seen) -> str | None:
    field, length = seen.asked.joined("range"), _length_of_all(seen)
    if seen.status != 416 or field is None or length is None or field.count(",") + 1 >= _NOBODY_MAY_REFUSE:
        return None
    ranges = parse_range(field, length)
    if ranges is None or ranges is UNSATISFIABLE:
        return None
    return f"Range: {shown(field)}; {length} B"


def _unknown_unit(seen: Seen) -> str | None:
    unit = _unit(seen)
    if unit in (None, "bytes") or unit in (members(seen.fields.joined("accept-ranges")) or []):
        return None
    # A 400 may have another reason, unless the same without Range was good.
    refused = seen.status == 416 or (seen.status == 400 and seen.whole is not None)
    return f"Range: {shown(seen.asked.joined('range') or '')}; {seen.status}" if refused else None


def _if_range(seen: Seen) -> str | None:
    condition = seen.asked.joined("if-range")
    if seen.status != 206 or condition is None or (seen.etag is None and seen.last_modified is None):
        return None
    changed = seen.last_modified
    # A time is strong enough once a second has passed, which the answer alone cannot tell: in doubt it was.
    holds = if_range(condition, seen.etag, changed, now=0 if changed is None else changed + 1)
    return None if holds else f"If-Range: {shown(condition)}"


def _in_order(seen: Seen) -> str | None:
    if not _multipart(seen) or not seen.kept:
        return None
    found = re.findall(rb"\r\ncontent-range:[ \t]*([^\r]{1,80})", seen.body.lower())
    sent = sorted(each for value in found if (each := _sent(value.decode("latin-1"))) is not None)
    return "" if any(later.first <= earlier.last for earlier, later in pairwise(sent)) else None


RULES: tuple[Rule, ...] = (
    Rule(
        "part-was-asked-for",
        "error",
        "RFC 9110 §15.3.7, §14.2",
        _asked_for,
        "206 goes only to a request with Range: send 200 and the whole.",
        "206 只能回应带 Range 的请求：请用 200 发送全部内容。",
    ),
    Rule(
        "range-is-for-get",
        "error",
        "RFC 9110 §14.2",
        _for_get,
        "Range means something with GET alone: ignore it, and answer the method as without it.",
        "Range 只对 GET 有意义：请忽略它，按没有该字段时回答。",
    ),
    Rule(
        "part-says-which-it-is",
        "error",
        "RFC 9110 §15.3.7.1",
        _says_which,
        "A 206 says which part it is: add Content-Range, or send the whole with 200.",
        "206 要说明是哪一部分：请加上 Content-Range，或用 200 发送全部内容。",
    ),
    Rule(
        "several-parts-say-it-inside",
        "error",
        "RFC 9110 §15.3.7.2",
        _inside,
        "In multipart/byteranges Content-Range stands in each part, and not in the head: take it out there.",
        "multipart/byteranges 的 Content-Range 写在各部分之中，不写在首部：请从首部去掉。",
    ),
    Rule(
        "each-part-says-which-it-is",
        "error",
        "RFC 9110 §15.3.7.2, §14.6",
        _each_part,
        "multipart/byteranges needs a boundary, and every part between two of them its Content-Range: add them.",
        "multipart/byteranges 要有分隔符，每一部分都要有 Content-Range：请加上。",
    ),
    Rule(
        "one-range-is-no-multipart",
        "error",
        "RFC 9110 §15.3.7.2",
        _single,
        "One range was asked for: send it without multipart, with Content-Range in the head.",
        "请求只要一个范围：请不用 multipart 发送，把 Content-Range 写在首部。",
    ),
    Rule(
        "parts-do-not-overlap",
        "warning",
        "RFC 9110 §15.3.7.2, §17.15",
        _in_order,
        "The same octets are sent twice: make ranges that overlap one.",
        "同样的字节发送了两次：请把重叠的范围合并。",
    ),
    Rule(
        "content-range-is-well-formed",
        "error",
        "RFC 9110 §14.4",
        _well_formed,
        "Content-Range is bytes FIRST-LAST/LENGTH, the last not before the first and within the length: write it so.",
        "Content-Range 的写法是 bytes 起-止/总长，止不小于起且小于总长：请照此书写。",
    ),
    Rule(
        "part-is-what-was-asked-for",
        "error",
        "RFC 9110 §15.3.7, §14.2",
        _as_asked,
        "The part lies outside what Range asked for: send that, or the whole with 200.",
        "发送的部分不在 Range 所要的范围内：请发送所要的部分，或用 200 发送全部。",
    ),
    Rule(
        "part-is-as-long-as-it-says",
        "error",
        "RFC 9110 §14.4, §8.6",
        _as_long,
        "Content-Range and the length of the content disagree, so that files are spoilt: make them agree.",
        "Content-Range 与内容长度不符，文件会拼错：请让两者一致。",
    ),
    Rule(
        "content-range-means-a-part",
        "warning",
        "RFC 9110 §14.4",
        _means_partial,
        "Content-Range says nothing beside this code, and is ignored: send 206, or leave it out.",
        "Content-Range 在这个状态码下没有意义，会被忽略：请用 206，或去掉该字段。",
    ),
    Rule(
        "unsatisfiable-range-was-there",
        "error",
        "RFC 9110 §15.5.17",
        _range_there,
        "416 goes only to a request with Range: send another code.",
        "416 只能回应带 Range 的请求：请改用别的状态码。",
    ),
    Rule(
        "unsatisfiable-range-says-the-length",
        "warning",
        "RFC 9110 §15.5.17",
        _says_length,
        "A 416 says how long the whole is: add Content-Range: bytes */LENGTH.",
        "416 要说明总长：请加上 Content-Range: bytes */总长。",
    ),
    Rule(
        "satisfiable-range-is-not-refused",
        "error",
        "RFC 9110 §14.1.1, §14.2, §15.5.17",
        _satisfiable,
        "At least one of the ranges lies in the whole: send it with 206, or ignore Range and send 200.",
        "至少有一个范围在内容之内：请用 206 发送，或忽略 Range 用 200。",
    ),
    Rule(
        "unknown-unit-is-ignored",
        "error",
        "RFC 9110 §14.2",
        _unknown_unit,
        "A Range in a unit that is not known is ignored: send 200 and the whole.",
        "不认识的范围单位应当忽略：请用 200 发送全部内容。",
    ),
    Rule(
        "if-range-holds",
        "error",
        "RFC 9110 §13.1.5, §14.2",
        _if_range,
        "If-Range names another version, or only a weak tag, so parts would not fit together: send 200 and the whole.",
        "If-Range 指的是另一个版本，或只是弱标签，各部分拼不到一起：请用 200 发送全部内容。",
    ),
)
"""The rules of this file."""
