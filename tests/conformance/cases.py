"""Conditional and range requests (RFC 9110 §13 and §14), each with its right outcomes and the sentence that decides it.

A row is one request, whole: method, target and the fields besides ``Host`` and ``Connection``. Where a field speaks of
the representation, it names what the system itself has sent for it: ``{etag}`` (its entity tag, as sent), ``{weak}``
(the same, weak), ``{modified}`` (its date), ``{rfc850}`` and ``{asctime}`` (that date in the two older forms),
``{before}`` and ``{after}`` (an hour to either side). A system that sends no tag is not asked what needs one.

The sentence is ours, after the section that it names; what the standard leaves open has several right outcomes. The
outcomes are what ``wire.observe`` says of an answer:

- ``200``, ``404``, …: that status, and for 200 the whole content;
- ``206 0-9``: these bytes alone, with Content-Range; ``206 parts 0-9,20-29``: multipart/byteranges with these parts;
- ``304``: without content and with the tag that a 200 would have (a "must" of §15.4.5, as for 206 in §15.3.7);
- ``416``: with ``Content-Range: bytes */1000`` (a "should" of §15.5.17; R12 rests on another, all else on "must");
- ``done``: an unsafe request was carried out; ``412``: the precondition failed, and nothing was carried out.

This file decides nothing about any system: it was written from the standard alone.
"""

from __future__ import annotations

from typing import NamedTuple

LENGTH = 1000
CONTENT = b"".join(b"%04d" % number for number in range(LENGTH // 4))
"""The representation at ``/file``: a thousand bytes of which every four are another number."""

GROUPS = {
    "R": {"en": "Range", "zh": "Range"},
    "I": {"en": "If-Range", "zh": "If-Range"},
    "C": {"en": "preconditions of GET and HEAD", "zh": "GET 与 HEAD 的前置条件"},
    "W": {"en": "preconditions of unsafe methods", "zh": "不安全方法的前置条件"},
    "F": {"en": "really there", "zh": "确实具备"},
}
"""Groups and what they are about. A server may ignore Range, so that one which knows no ranges is right in R and I;
F asks whether the feature is there."""


class Case(NamedTuple):
    """One request and what is right."""

    id: str
    title: str
    zh: str
    request: str
    right: tuple[str, ...]
    section: str
    sentence: str

    @property
    def group(self) -> str:
        """The letter of its group."""
        return self.id[0]


MAY_IGNORE = "a server may ignore Range"
MANY = ",".join(["0-"] * 200)
TINY = ",".join(f"{2 * number}-{2 * number}" for number in range(400))

CASES: tuple[Case, ...] = (
    # Range: §14.1 says what it means, §14.2 when it is looked at ------------------------------------------------------
    Case("R1", "the first hundred bytes", "前一百个字节", "GET /file|Range: bytes=0-99", ("206 0-99", "200"),
         "14.1.2", f"Positions count from zero and the last one is included; {MAY_IGNORE}."),
    Case("R2", "the first byte alone", "仅第一个字节", "GET /file|Range: bytes=0-0", ("206 0-0", "200"),
         "14.1.2", "First and last position may be the same: one byte."),
    Case("R3", "from a position to the end", "从某处到末尾", "GET /file|Range: bytes=900-", ("206 900-999", "200"),
         "14.1.2", "Without a last position the range goes to the end."),
    Case("R4", "the last hundred bytes", "最后一百个字节", "GET /file|Range: bytes=-100", ("206 900-999", "200"),
         "14.1.2", "A suffix is so many bytes from the end."),
    Case("R5", "a suffix longer than the file", "后缀比文件还长", "GET /file|Range: bytes=-2000", ("206 0-999", "200"),
         "14.1.2", "If the representation is shorter than the suffix, the whole of it is meant."),
    Case("R6", "an end beyond the file", "终点超出文件", "GET /file|Range: bytes=500-5000", ("206 500-999", "200"),
         "14.1.2", "A last position at or beyond the length stands for the rest."),
    Case("R7", "a start just beyond the file", "起点恰好超出文件", "GET /file|Range: bytes=1000-", ("416", "200"),
         "14.1.2", "A range is satisfiable only if its first position is less than the length; a 416 should say the "
         "length (§15.5.17)."),
    Case("R8", "a range far beyond the file", "范围远在文件之外", "GET /file|Range: bytes=5000-6000", ("416", "200"),
         "15.5.17", "No range overlaps the representation: 416, with the length in Content-Range."),
    Case("R9", "a suffix of nothing", "长度为零的后缀", "GET /file|Range: bytes=-0", ("416", "200"),
         "14.1.2", "A suffix is satisfiable only if its length is not zero."),
    Case("R10", "two ranges", "两个范围", "GET /file|Range: bytes=0-9,500-509", ("206 parts 0-9,500-509", "200"),
         "15.3.7.2", "Several parts go in a multipart/byteranges, each with its own Content-Range."),
    Case("R11", "two ranges that overlap", "两个重叠的范围", "GET /file|Range: bytes=0-99,50-149",
         ("206 parts 0-99,50-149", "206 0-149", "206 parts 0-149", "200"),
         "15.3.7.2", "Ranges that overlap may be sent as asked for, or as one."),
    Case("R12", "two ranges in descending order", "倒序的两个范围", "GET /file|Range: bytes=900-999,0-9",
         ("206 parts 900-999,0-9", "200"),
         "15.3.7.2", "Parts should be sent in the order in which the ranges were asked for."),
    Case("R13", "one range within and one beyond", "一个在内、一个在外", "GET /file|Range: bytes=0-9,5000-",
         ("206 0-9", "206 parts 0-9", "200"),
         "14.1.2", "A set is satisfiable if one of its ranges is; one part may go without multipart (§15.3.7.2)."),
    Case("R14", "two ranges beyond", "两个都在外", "GET /file|Range: bytes=5000-,6000-", ("416", "200"),
         "14.1.2", "A set of which no range is satisfiable is not satisfiable."),
    Case("R15", "an unknown unit", "未知的单位", "GET /file|Range: items=0-9", ("200",),
         "14.2", "A Range with a unit that the server does not understand must be ignored."),
    Case("R16", "the unit in capitals", "单位用大写", "GET /file|Range: BYTES=0-9", ("206 0-9", "200"),
         "14.1", "The names of units are compared without case."),
    Case("R17", "an end before its start", "终点在起点之前", "GET /file|Range: bytes=9-0", ("200", "400", "416"),
         "14.1.1", "A last position less than the first makes the range invalid; it may be ignored or refused."),
    Case("R18", "letters for numbers", "以字母代替数字", "GET /file|Range: bytes=abc", ("200", "400", "416"),
         "14.2", "An invalid set of ranges may be ignored or refused, and is no fault of the server."),
    Case("R19", "spaces and empty elements", "空格与空元素", "GET /file|Range: bytes=0-9 , ,500-509",
         ("206 parts 0-9,500-509", "200"),
         "5.6.1.2", "A recipient must accept some empty elements in a list, and space around its commas."),
    Case("R20", "an end of thirty digits", "三十位数的终点",
         "GET /file|Range: bytes=0-999999999999999999999999999999", ("206 0-999", "200"),
         "14.1.2", "There is no greatest number: recipients must be ready for large ones, and none may overflow."),
    Case("R21", "HEAD with a Range", "带 Range 的 HEAD", "HEAD /file|Range: bytes=0-9", ("200",),
         "14.2", "Ranges are defined for GET alone: with another method Range must be ignored."),
    Case("R22", "two hundred times the whole file", "整个文件两百遍", f"GET /file|Range: bytes={MANY}",
         ("200", "206 0-999", "206 parts 0-999", "400", "416"),
         "17.15", "Many overlapping ranges are an attack: they are to be ignored, joined or refused."),
    Case("R23", "four hundred single bytes", "四百个单字节", f"GET /file|Range: bytes={TINY}",
         ("200", "206 0-998", "206 parts 0-998", "400", "416"),
         "17.15", "So are many small ranges, whose parts would outgrow the file."),
    # If-Range: §13.1.5 ------------------------------------------------------------------------------------------------
    Case("I1", "the tag, still right", "标签仍然正确", "GET /file|Range: bytes=0-9|If-Range: {etag}",
         ("206 0-9", "200"), "13.1.5", "If the tag is that of the representation, strongly compared, it is sent."),
    Case("I2", "another tag", "另一个标签", 'GET /file|Range: bytes=0-9|If-Range: "another"', ("200",),
         "13.1.5", "If the validator does not match, Range must be ignored."),
    Case("I3", "the tag, but weak", "标签正确，但是弱标签", "GET /file|Range: bytes=0-9|If-Range: {weak}", ("200",),
         "13.1.5", "A weak tag never matches by strong comparison (§8.8.3.2): parts of two versions could be mixed."),
    Case("I4", "the date, still right", "日期仍然正确", "GET /file|Range: bytes=0-9|If-Range: {modified}",
         ("206 0-9", "200"), "13.1.5", "If the date is exactly that of the representation, the range is sent."),
    Case("I5", "an earlier date", "较早的日期", "GET /file|Range: bytes=0-9|If-Range: {before}", ("200",),
         "13.1.5", "A date must be the same exactly."),
    Case("I6", "a later date", "较晚的日期", "GET /file|Range: bytes=0-9|If-Range: {after}", ("200",),
         "13.1.5", "A later date does not match either: it is compared for equality, unlike If-Unmodified-Since."),
    Case("I7", "neither a tag nor a date", "既非标签也非日期", "GET /file|Range: bytes=0-9|If-Range: soon", ("200",),
         "13.1.5", "What is neither cannot match, so Range must be ignored."),
    Case("I8", "If-Range without Range", "没有 Range 的 If-Range", 'GET /file|If-Range: {etag}', ("200",),
         "13.1.5", "Without Range, If-Range must be ignored."),
    Case("I9", "the right tag, a range beyond", "标签正确，范围在外", "GET /file|Range: bytes=5000-|If-Range: {etag}",
         ("416", "200"), "15.5.17", "If-Range holds, so the range counts, and it cannot be satisfied."),
    Case("I10", "another tag, a range beyond", "标签不符，范围在外",
         'GET /file|Range: bytes=5000-|If-Range: "another"', ("200",),
         "13.2.2", "If-Range is asked first: where it fails there is no Range that could be unsatisfiable."),
    # Preconditions of GET and HEAD: §13.1.1 to §13.1.4, in the order of §13.2.2 ---------------------------------------
    Case("C1", "If-None-Match: the tag", "If-None-Match：该标签", "GET /file|If-None-Match: {etag}", ("304",),
         "13.1.2", "If a listed tag matches, a GET is answered with 304."),
    Case("C2", "If-None-Match: the tag, weak", "If-None-Match：该标签的弱形式", "GET /file|If-None-Match: {weak}",
         ("304",), "13.1.2", "If-None-Match compares weakly: W/ makes no difference."),
    Case("C3", "If-None-Match: another tag", "If-None-Match：另一个标签", 'GET /file|If-None-Match: "another"',
         ("200",), "13.1.2", "If no listed tag matches, the method is carried out."),
    Case("C4", "If-None-Match: *", "If-None-Match：*", "GET /file|If-None-Match: *", ("304",),
         "13.1.2", "The star matches if there is any representation."),
    Case("C5", "If-None-Match: a list with the tag", "If-None-Match：含该标签的列表",
         'GET /file|If-None-Match: "a", {etag}, "b"', ("304",), "13.1.2", "One matching tag of the list is enough."),
    Case("C6", "If-None-Match: a list without it", "If-None-Match：不含该标签的列表",
         'GET /file|If-None-Match: "a", W/"b"', ("200",), "13.1.2", "None of the list matches."),
    Case("C7", "If-None-Match on two lines", "分成两行的 If-None-Match",
         'GET /file|If-None-Match: "a"|If-None-Match: {etag}', ("304",),
         "5.3", "Lines of the same list field mean one list, in their order."),
    Case("C8", "a comma inside a tag", "标签内含逗号", 'GET /file|If-None-Match: "a,b", {etag}', ("304",),
         "8.8.3", "A comma may be part of an opaque tag; it does not end it."),
    Case("C9", "HEAD, If-None-Match: the tag", "HEAD，If-None-Match：该标签", "HEAD /file|If-None-Match: {etag}",
         ("304",), "13.1.2", "HEAD is answered as GET is: 304."),
    Case("C10", "If-None-Match right, If-Modified-Since earlier", "If-None-Match 符合，If-Modified-Since 较早",
         "GET /file|If-None-Match: {etag}|If-Modified-Since: {before}", ("304",),
         "13.1.3", "Where there is an If-None-Match, If-Modified-Since must be ignored."),
    Case("C11", "If-None-Match another, If-Modified-Since right", "If-None-Match 不符，If-Modified-Since 符合",
         'GET /file|If-None-Match: "another"|If-Modified-Since: {modified}', ("200",),
         "13.1.3", "Where there is an If-None-Match, If-Modified-Since must be ignored, also if it would give 304."),
    Case("C12", "If-Modified-Since: the date", "If-Modified-Since：该日期", "GET /file|If-Modified-Since: {modified}",
         ("304",), "13.1.3", "Not modified later than the date: 304."),
    Case("C13", "If-Modified-Since: a later date", "If-Modified-Since：较晚的日期",
         "GET /file|If-Modified-Since: {after}", ("304",),
         "13.1.3", "The condition is false if the representation's date is earlier than or equal to the one given."),
    Case("C14", "If-Modified-Since: an earlier date", "If-Modified-Since：较早的日期",
         "GET /file|If-Modified-Since: {before}", ("200",), "13.1.3", "Modified since: the method is carried out."),
    Case("C15", "If-Modified-Since: no date", "If-Modified-Since：不是日期", "GET /file|If-Modified-Since: yesterday",
         ("200",), "13.1.3", "What is no valid HTTP date must be ignored."),
    Case("C16", "a date in the form of RFC 850", "RFC 850 形式的日期", "GET /file|If-Modified-Since: {rfc850}",
         ("304",), "5.6.7", "A recipient must accept all three forms of a date."),
    Case("C17", "a date in the form of asctime", "asctime 形式的日期", "GET /file|If-Modified-Since: {asctime}",
         ("304",), "5.6.7", "A recipient must accept all three forms of a date."),
    Case("C18", "HEAD, If-Modified-Since: the date", "HEAD，If-Modified-Since：该日期",
         "HEAD /file|If-Modified-Since: {modified}", ("304",), "13.1.3", "It is defined for GET and HEAD alike."),
    Case("C19", "If-Match: the tag", "If-Match：该标签", "GET /file|If-Match: {etag}", ("200",),
         "13.1.1", "If a listed tag matches, the method is carried out."),
    Case("C20", "If-Match: another tag", "If-Match：另一个标签", 'GET /file|If-Match: "another"', ("412",),
         "13.1.1", "If none matches, the method must not be carried out: 412 (§13.2.2, step 1)."),
    Case("C21", "If-Match: *", "If-Match：*", "GET /file|If-Match: *", ("200",),
         "13.1.1", "The star holds if there is any representation."),
    Case("C22", "If-Match: the tag, weak", "If-Match：该标签的弱形式", "GET /file|If-Match: {weak}", ("412",),
         "13.1.1", "If-Match compares strongly: a weak tag matches nothing."),
    Case("C23", "If-Match: a list with the tag", "If-Match：含该标签的列表", 'GET /file|If-Match: "a", {etag}',
         ("200",), "13.1.1", "One matching tag of the list is enough."),
    Case("C24", "If-Match right, If-Unmodified-Since earlier", "If-Match 符合，If-Unmodified-Since 较早",
         "GET /file|If-Match: {etag}|If-Unmodified-Since: {before}", ("200",),
         "13.1.4", "Where there is an If-Match, If-Unmodified-Since must be ignored."),
    Case("C25", "If-Unmodified-Since: the date", "If-Unmodified-Since：该日期",
         "GET /file|If-Unmodified-Since: {modified}", ("200",), "13.1.4", "Not modified later: it is carried out."),
    Case("C26", "If-Unmodified-Since: a later date", "If-Unmodified-Since：较晚的日期",
         "GET /file|If-Unmodified-Since: {after}", ("200",), "13.1.4", "Nor since then: it is carried out."),
    Case("C27", "If-Unmodified-Since: an earlier date", "If-Unmodified-Since：较早的日期",
         "GET /file|If-Unmodified-Since: {before}", ("412",), "13.1.4", "Modified since: it must not be carried out."),
    Case("C28", "If-Unmodified-Since: no date", "If-Unmodified-Since：不是日期",
         "GET /file|If-Unmodified-Since: tomorrow", ("200",), "13.1.4", "What is no valid HTTP date must be ignored."),
    Case("C29", "If-Match and If-None-Match: the tag", "If-Match 与 If-None-Match：该标签",
         "GET /file|If-Match: {etag}|If-None-Match: {etag}", ("304",),
         "13.2.2", "If-Match holds, so If-None-Match is asked next, and it is false: 304."),
    Case("C30", "If-Match another, If-None-Match the tag", "If-Match 不符，If-None-Match 符合",
         'GET /file|If-Match: "another"|If-None-Match: {etag}', ("412",),
         "13.2.2", "If-Match is asked first, and its failure is the answer."),
    Case("C31", "If-Unmodified-Since earlier, If-Modified-Since right",
         "If-Unmodified-Since 较早，If-Modified-Since 符合",
         "GET /file|If-Unmodified-Since: {before}|If-Modified-Since: {modified}", ("412",),
         "13.2.2", "If-Unmodified-Since is asked before If-Modified-Since."),
    Case("C32", "If-None-Match right, with Range", "If-None-Match 符合并带 Range",
         "GET /file|If-None-Match: {etag}|Range: bytes=0-9", ("304",),
         "13.2.2", "Range counts only after the preconditions, where the answer would be 200."),
    Case("C33", "If-Match another, with Range", "If-Match 不符并带 Range",
         'GET /file|If-Match: "another"|Range: bytes=0-9', ("412",),
         "13.2.2", "Range counts only after the preconditions."),
    Case("C34", "If-Modified-Since right, with Range", "If-Modified-Since 符合并带 Range",
         "GET /file|If-Modified-Since: {modified}|Range: bytes=0-9", ("304",),
         "13.2.2", "Range counts only after the preconditions, where the answer would be 200."),
    Case("C35", "If-None-Match another, with Range", "If-None-Match 不符并带 Range",
         'GET /file|If-None-Match: "another"|Range: bytes=0-9', ("206 0-9", "200"),
         "13.2.2", "The precondition holds, and so the range is sent."),
    Case("C36", "If-Match where nothing is", "对不存在的资源用 If-Match", 'GET /missing|If-Match: "a"', ("404",),
         "13.2.1", "Preconditions are ignored where the answer without them would be neither 2xx nor 412."),
    Case("C37", "If-None-Match: * where nothing is", "对不存在的资源用 If-None-Match：*",
         "GET /missing|If-None-Match: *", ("404",),
         "13.2.1", "Preconditions are ignored where the answer without them would be neither 2xx nor 412."),
    # Preconditions of unsafe methods ----------------------------------------------------------------------------------
    Case("W1", "PUT, If-Match: the tag", "PUT，If-Match：该标签", "PUT /file|If-Match: {etag}", ("done",),
         "13.1.1", "A listed tag matches: the method is carried out."),
    Case("W2", "PUT, If-Match: another tag", "PUT，If-Match：另一个标签", 'PUT /file|If-Match: "another"', ("412",),
         "13.1.1", "None matches: the method must not be carried out, or an update would be lost."),
    Case("W3", "PUT, If-Match: the tag, weak", "PUT，If-Match：该标签的弱形式", "PUT /file|If-Match: {weak}",
         ("412",), "13.1.1", "If-Match compares strongly."),
    Case("W4", "PUT, If-Match: *", "PUT，If-Match：*", "PUT /file|If-Match: *", ("done",),
         "13.1.1", "There is a representation: the star holds."),
    Case("W5", "PUT, If-Match: * where nothing is", "PUT，对不存在的资源用 If-Match：*", "PUT /new|If-Match: *",
         ("412",), "13.1.1", "There is no representation: the star fails, and nothing is made."),
    Case("W6", "PUT, If-None-Match: * where nothing is", "PUT，对不存在的资源用 If-None-Match：*",
         "PUT /new|If-None-Match: *", ("done",), "13.1.2", "The way to make something only if it is not there yet."),
    Case("W7", "PUT, If-None-Match: *", "PUT，If-None-Match：*", "PUT /file|If-None-Match: *", ("412",),
         "13.1.2", "It is there already; with a method other than GET and HEAD the answer is 412."),
    Case("W8", "PUT, If-None-Match: the tag", "PUT，If-None-Match：该标签", "PUT /file|If-None-Match: {etag}",
         ("412",), "13.1.2", "With a method other than GET and HEAD a matching tag is 412, never 304."),
    Case("W9", "PUT, If-Unmodified-Since: the date", "PUT，If-Unmodified-Since：该日期",
         "PUT /file|If-Unmodified-Since: {modified}", ("done",), "13.1.4", "Not modified later: it is carried out."),
    Case("W10", "PUT, If-Unmodified-Since: an earlier date", "PUT，If-Unmodified-Since：较早的日期",
         "PUT /file|If-Unmodified-Since: {before}", ("412",), "13.1.4", "Modified since: it must not be carried out."),
    Case("W11", "PUT, If-Modified-Since: the date", "PUT，If-Modified-Since：该日期",
         "PUT /file|If-Modified-Since: {modified}", ("done",),
         "13.1.3", "With a method other than GET and HEAD, If-Modified-Since must be ignored."),
    Case("W12", "DELETE, If-Match: another tag", "DELETE，If-Match：另一个标签", 'DELETE /file|If-Match: "another"',
         ("412",), "13.1.1", "None matches: the method must not be carried out."),
    Case("W13", "POST, If-Match: another tag", "POST，If-Match：另一个标签", 'POST /file|If-Match: "another"',
         ("412",), "13.1.1", "None matches: the method must not be carried out."),
    # What is really there ---------------------------------------------------------------------------------------------
    Case("F1", "one range", "单个范围", "GET /file|Range: bytes=0-99", ("206 0-99",),
         "15.3.7.1", "One part goes as content of a 206 with Content-Range."),
    Case("F2", "several ranges", "多个范围", "GET /file|Range: bytes=0-9,500-509", ("206 parts 0-9,500-509",),
         "15.3.7.2", "Several parts go in a multipart/byteranges."),
    Case("F3", "a range if the tag is right", "标签正确时的范围", "GET /file|Range: bytes=0-9|If-Range: {etag}",
         ("206 0-9",), "13.1.5", "Where ranges are supported, a matching tag gets the part."),
    Case("F4", "304 by tag", "按标签回答 304", "GET /file|If-None-Match: {etag}", ("304",),
         "13.1.2", "If a listed tag matches, a GET is answered with 304."),
    Case("F5", "412 by tag", "按标签回答 412", 'GET /file|If-Match: "another"', ("412",),
         "13.1.1", "If none matches, the method must not be carried out."),
)  # fmt: skip
