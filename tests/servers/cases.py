"""What an HTTP server itself has to answer: octets on a connection, and what RFC 9110 and 9112 say about them.

``app`` means that the request has reached the application, which answers 200; where the application (or a layer around
it) can still give the right word, that is no fault, and Hardtack's gives it. What nobody behind the server can mend is
marked as the server's own.
"""

from __future__ import annotations

from typing import NamedTuple

HOST = b"Host: localhost:{port}\r\n"


class Case(NamedTuple):
    """One case.

    Args:
        id: its name.
        title: in English.
        zh: in Chinese.
        section: what decides it.
        octets: what is sent; ``{port}`` stands for the port, ``{post}`` for an address that takes POST.
        right: every outcome that is right.
        alone: nobody behind the server can mend what it does wrong here.
        pause: seconds to wait for an answer before the connection is given up.
        then: octets that are sent when an interim answer has come, or after half a second.
    """

    id: str
    title: str
    zh: str
    section: str
    octets: bytes
    right: tuple[str, ...]
    alone: bool = False
    pause: float = 3
    then: bytes = b""


def _get(fields: bytes = b"", target: bytes = b"/", version: bytes = b"HTTP/1.1", host: bytes = HOST) -> bytes:
    return b"GET " + target + b" " + version + b"\r\n" + host + fields + b"Connection: close\r\n\r\n"


def _post(fields: bytes, content: bytes = b"", version: bytes = b"HTTP/1.1", host: bytes = HOST) -> bytes:
    return b"POST {post} " + version + b"\r\n" + host + fields + b"Connection: close\r\n\r\n" + content


_LONG = b"a" * 1_000_000
SLOW = 25.0
"""Seconds that a slow head or slow content is watched for."""

CASES: tuple[Case, ...] = (
    Case("plain", "an ordinary request", "普通的请求", "RFC 9110 §9.3.1", _get(), ("200",)),
    Case("garbage", "no request at all", "根本不是请求", "RFC 9112 §2.2", b"GARBAGE\r\n\r\n", ("400",), alone=True),
    Case(
        "version-3",
        "`HTTP/3.0` on this connection",
        "此连接上写 `HTTP/3.0`",
        "RFC 9110 §15.6.6",
        _get(version=b"HTTP/3.0"),
        ("505",),
    ),
    Case(
        "version-2",
        "`HTTP/2.0` on this connection",
        "此连接上写 `HTTP/2.0`",
        "RFC 9110 §15.6.6",
        _get(version=b"HTTP/2.0"),
        ("505",),
    ),
    Case(
        "version-1.2",
        "`HTTP/1.2`: as 1.1",
        "`HTTP/1.2`：当作 1.1",
        "RFC 9110 §2.5",
        _get(version=b"HTTP/1.2"),
        ("200",),
    ),
    Case("host-missing", "no `Host`", "没有 `Host`", "RFC 9112 §3.2", _get(host=b""), ("400",)),
    Case(
        "host-doubled", "two `Host` fields", "两个 `Host`", "RFC 9112 §3.2", _get(b"Host: other.example\r\n"), ("400",)
    ),
    Case("host-malformed", "`Host: a/b@c`", "`Host: a/b@c`", "RFC 9112 §3.2", _get(host=b"Host: a/b@c\r\n"), ("400",)),
    Case(
        "target-long",
        "an address of a million octets",
        "一百万个八位组的地址",
        "RFC 9110 §15.5.15",
        b"GET /" + _LONG + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        ("414",),
        alone=True,
    ),
    Case(
        "fields-long",
        "a field of a million octets",
        "一百万个八位组的字段",
        "RFC 6585 §5",
        _get(b"X-Long: " + _LONG + b"\r\n"),
        ("431",),
        alone=True,
    ),
    Case("fields-many", "5000 fields", "5000 个字段", "RFC 6585 §5", _get(b"X-Many: 1\r\n" * 5000), ("431",)),
    Case(
        "expect",
        "`Expect: 100-continue`, the content is read",
        "`Expect: 100-continue`，且读取内容",
        "RFC 9110 §10.1.1",
        _post(b"Expect: 100-continue\r\nContent-Length: 2\r\n"),
        ("100, 200", "100, 201"),
        alone=True,
        then=b"hi",
    ),
    Case(
        "expect-1.0",
        "the same in HTTP/1.0, where it means nothing",
        "同上，但为 HTTP/1.0，应忽略",
        "RFC 9110 §10.1.1",
        _post(b"Expect: 100-continue\r\nContent-Length: 2\r\n", b"hi", b"HTTP/1.0"),
        ("200", "201"),
        alone=True,
    ),
    Case(
        "expect-else",
        "another expectation",
        "其他期望",
        "RFC 9110 §10.1.1",
        _get(b"Expect: miracles\r\n"),
        ("417", "200"),
    ),
    Case(
        "length-and-chunks",
        "`Content-Length` beside `Transfer-Encoding`",
        "`Content-Length` 与 `Transfer-Encoding` 并存",
        "RFC 9112 §6.3",
        _post(b"Content-Length: 7\r\nTransfer-Encoding: chunked\r\n", b"2\r\nhi\r\n0\r\n\r\n"),
        ("400",),
    ),
    Case(
        "lengths",
        "two lengths that differ",
        "两个不同的长度",
        "RFC 9112 §6.3",
        _post(b"Content-Length: 2\r\nContent-Length: 3\r\n", b"hi!"),
        ("400",),
    ),
    Case(
        "coding",
        "a transfer coding that nobody knows",
        "无人认识的传输编码",
        "RFC 9112 §6.1",
        _post(b"Transfer-Encoding: xyz\r\n", b"hi"),
        ("501", "400"),
        alone=True,
    ),
    Case(
        "chunks-1.0",
        "chunks in HTTP/1.0",
        "HTTP/1.0 里的分块",
        "RFC 9112 §6.1",
        _post(b"Transfer-Encoding: chunked\r\n", b"2\r\nhi\r\n0\r\n\r\n", b"HTTP/1.0"),
        ("400",),
    ),
    Case(
        "chunk-malformed",
        "a chunk whose size is no number",
        "分块大小不是数字",
        "RFC 9112 §7.1",
        _post(b"Transfer-Encoding: chunked\r\n", b"zz\r\nhi\r\n0\r\n\r\n"),
        ("400",),
        alone=True,
    ),
    Case(
        "method",
        "a method that nobody knows",
        "无人认识的方法",
        "RFC 9110 §9.1",
        b"FROB / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
        ("501",),
    ),
    Case(
        "trace",
        "TRACE, which is off",
        "TRACE，已停用",
        "RFC 9110 §9.3.8",
        b"TRACE / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
        ("501", "405"),
    ),
    Case(
        "connect",
        "CONNECT to a server that is no proxy",
        "向并非代理的服务器发 CONNECT",
        "RFC 9110 §9.3.6",
        b"CONNECT a.example:1 HTTP/1.1\r\nHost: a.example:1\r\n\r\n",
        ("400", "405", "421", "501"),
    ),
    Case("space", "a space before a colon", "冒号前有空格", "RFC 9112 §5.1", _get(b"X-Odd : 1\r\n"), ("400",)),
    Case(
        "folded",
        "a folded line: refused or joined",
        "折行：拒绝或合并",
        "RFC 9112 §5.2",
        _get(b"X-Folded: a\r\n b\r\n"),
        ("400", "200"),
        alone=True,
    ),
    Case(
        "head-slow",
        "a head that does not end",
        "迟迟发不完的头部",
        "RFC 9110 §15.5.9",
        b"GET / HTTP/1.1\r\nHost: loc",
        ("408",),
        alone=True,
        pause=SLOW,
    ),
    Case(
        "content-slow",
        "content that does not come",
        "迟迟不来的内容",
        "RFC 9110 §15.5.9",
        _post(b"Content-Length: 9\r\n", b"hi"),
        ("408",),
        pause=SLOW,
    ),
)
