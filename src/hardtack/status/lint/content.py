"""Whether there is content only where there may be some, and what is said about its length and kind is true.

RFC 9110 §6.4.1, §8.3 and §8.6, RFC 9112 §6. What a server leaves out by itself is found all the same, because not every
server does.
"""

from __future__ import annotations

from hardtack.status.lint.exchange import Rule, Seen, number

_NONE = frozenset({*range(100, 200), 204, 304})
_NO_LENGTH = frozenset({*range(100, 200), 204})


def _octets(count: int | None) -> str:
    return f"{count} B"


def _no_content(seen: Seen) -> str | None:
    return _octets(seen.octets) if seen.status in _NONE and seen.octets else None


def _reset(seen: Seen) -> str | None:
    return _octets(seen.octets or seen.length) if seen.status == 205 and (seen.octets or seen.length) else None


def _no_length(seen: Seen) -> str | None:
    return seen.show("Content-Length") if seen.status in _NO_LENGTH and "content-length" in seen.fields else None


def _no_coding(seen: Seen) -> str | None:
    return "" if seen.status in _NO_LENGTH and "transfer-encoding" in seen.fields else None


def _head(seen: Seen) -> str | None:
    return _octets(seen.octets) if seen.method == "HEAD" and seen.octets and seen.on_wire else None


def _head_left(seen: Seen) -> str | None:
    return _octets(seen.octets) if seen.method == "HEAD" and seen.octets and not seen.on_wire else None


def _has_content(seen: Seen) -> bool:
    """Return whether the answer's content is what its fields speak of."""
    return seen.method != "HEAD" and seen.status not in _NONE and seen.status >= 100


def _length_true(seen: Seen) -> str | None:
    wrong = _has_content(seen) and seen.length is not None and seen.length != seen.octets
    return f"{seen.show('Content-Length')}; {_octets(seen.octets)}" if wrong else None


def _one_length(seen: Seen) -> str | None:
    values = seen.fields.all("content-length")
    return seen.show("Content-Length") if len(values) > 1 or any(number(each) is None for each in values) else None


def _length_of_200(seen: Seen) -> str | None:
    if seen.whole is None or seen.length is None or not (seen.status == 304 or _head_of_200(seen)):
        return None
    length = number(seen.whole.get("content-length") or "")
    if length is None or "content-encoding" in seen.whole or "content-encoding" in seen.fields:
        return None
    return None if seen.length == length else f"{seen.length}; 200: {length}"


def _head_of_200(seen: Seen) -> bool:
    return seen.method == "HEAD" and seen.status == 200


def _length_or_coding(seen: Seen) -> str | None:
    return "" if "content-length" in seen.fields and "transfer-encoding" in seen.fields else None


def _typed(seen: Seen) -> str | None:
    untyped = _has_content(seen) and seen.octets and "content-type" not in seen.fields
    return _octets(seen.octets) if untyped else None


def _connect(seen: Seen) -> str | None:
    framed = "content-length" in seen.fields or "transfer-encoding" in seen.fields
    return seen.show("Content-Length") if seen.method == "CONNECT" and 200 <= seen.status < 300 and framed else None


def _explained(seen: Seen) -> str | None:
    silent = 400 <= seen.status <= 599 and seen.method != "HEAD" and not seen.octets
    return str(seen.status) if silent else None


RULES: tuple[Rule, ...] = (
    Rule(
        "no-content-where-none-may-be",
        "error",
        "RFC 9110 §6.4.1, §15.3.5, §15.4.5",
        _no_content,
        "1xx, 204 and 304 have no content, and some servers send it into the next answer: leave it out, or send 200.",
        "1xx、204、304 没有内容，有的服务器会把它混进下一个响应：请去掉内容，或改用 200。",
    ),
    Rule(
        "reset-has-no-content",
        "error",
        "RFC 9110 §15.3.6",
        _reset,
        "A 205 has no content: leave it out and send Content-Length: 0, or send 200.",
        "205 没有内容：请去掉内容并发送 Content-Length: 0，或改用 200。",
    ),
    Rule(
        "no-length-in-204",
        "error",
        "RFC 9110 §8.6",
        _no_length,
        "1xx and 204 have no Content-Length, not even 0: leave the field out.",
        "1xx 和 204 不得有 Content-Length，0 也不行：请去掉该字段。",
    ),
    Rule(
        "no-transfer-coding-in-204",
        "error",
        "RFC 9112 §6.1",
        _no_coding,
        "1xx and 204 have no Transfer-Encoding: leave the field out.",
        "1xx 和 204 不得有 Transfer-Encoding：请去掉该字段。",
    ),
    Rule(
        "head-has-no-content",
        "error",
        "RFC 9110 §9.3.2",
        _head,
        "The answer to HEAD has no content, or it is taken for the next answer: send the fields alone.",
        "对 HEAD 的响应没有内容，否则会被当作下一个响应：只发送首部字段。",
    ),
    Rule(
        "head-content-is-not-left-to-the-server",
        "warning",
        "RFC 9110 §9.3.2",
        _head_left,
        "The application sends content to HEAD, which not every server leaves out: send the fields alone.",
        "应用对 HEAD 发送了内容，并非所有服务器都会去掉：只发送首部字段。",
    ),
    Rule(
        "length-is-true",
        "error",
        "RFC 9110 §8.6",
        _length_true,
        "Content-Length is not the length of the content, so that clients wait or cut: send the true one, or none.",
        "Content-Length 与内容的长度不符，客户端会一直等待或截断：请写真实长度，或不写。",
    ),
    Rule(
        "length-is-one-number",
        "error",
        "RFC 9110 §8.6, RFC 9112 §6.3",
        _one_length,
        "Content-Length is one decimal number, once: send it so.",
        "Content-Length 是一个十进制数，只出现一次：请照此发送。",
    ),
    Rule(
        "length-is-that-of-the-200",
        "error",
        "RFC 9110 §8.6",
        _length_of_200,
        "In a 304 and in the answer to HEAD, Content-Length is that of the 200: send that one, or none.",
        "304 和对 HEAD 的响应中，Content-Length 是 200 的长度：请写那个长度，或不写。",
    ),
    Rule(
        "length-or-transfer-coding",
        "error",
        "RFC 9112 §6.2",
        _length_or_coding,
        "Content-Length and Transfer-Encoding contradict each other: send one of them.",
        "Content-Length 与 Transfer-Encoding 互相矛盾：只发送其中一个。",
    ),
    Rule(
        "content-has-a-type",
        "warning",
        "RFC 9110 §8.3",
        _typed,
        "Content without Content-Type is guessed at: say what it is.",
        "内容没有 Content-Type，客户端只能猜测：请写明类型。",
    ),
    Rule(
        "connect-has-no-length",
        "error",
        "RFC 9110 §9.3.6",
        _connect,
        "A 2xx to CONNECT opens a tunnel and has neither Content-Length nor Transfer-Encoding: leave them out.",
        "对 CONNECT 的 2xx 打开隧道，不得有 Content-Length 或 Transfer-Encoding：请去掉。",
    ),
    Rule(
        "error-explains-itself",
        "warning",
        "RFC 9110 §15.5, §15.6",
        _explained,
        "An error without content tells nobody what to do: say what went wrong and whether to try again.",
        "错误响应没有内容，谁也不知道该怎么办：请说明出了什么错、能否重试。",
    ),
)
"""The rules of this file."""
