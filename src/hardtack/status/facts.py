"""What the registry and the RFCs say about each status code, as one table.

One row per code of the IANA registry (as read in November 2026): 64 codes. The rows hold facts only; what a code means
in words is in ``texts/``, and ``catalogue.Status`` joins the two. Nothing here decides anything: the exceptions, the
pages, the command line, the docs and the tests all read this table.

Sources: RFC 9110 §15 (the codes), §15.1 (which are heuristically cacheable), RFC 2295, 2324, 2518, 2774, 3229, 4918,
5842, 6585, 7725, 8297, 8470. A row's header fields are names; ``kept`` are those that must be in the answer whenever a
200 to the same request would have had them (RFC 9110 §15.3.7 and §15.4.5).
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal

Cache = Literal["heuristic", "explicit", "never"]
"""``heuristic``: may be stored without a lifetime; ``explicit``: only with one; ``never``: must not be stored."""

DecidedBy = Literal["server", "server+app", "middleware", "app", "gateway", "never"]
"""Who can find out that the code applies: the HTTP server, a middleware such as ours, the application, a gateway."""

Standing = Literal["current", "future", "reserved", "deprecated", "obsolete", "temporary"]
"""``future``: reserved for future use (402); ``reserved``: the number is kept out of use (306, 418)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One row of the table.

    Args:
        phrase: the registered English phrase.
        name: the Chinese name.
        reference: the defining section.
        decided_by: who can find out that the code applies.
        required: names of the fields without which the answer is wrong.
        kept: names of the fields that must stay if a 200 would have had them.
        recommended: names of the fields that the RFC or good custom asks for.
        content: whether the answer may have content.
        cache: how a cache may treat the answer.
        standing: where the registration stands.
        aliases: English phrases that the code once had or is called by.
        names: other Chinese names that it is called by.
        note: the phrase that the note has for it, or ``None`` where the note lacks it.
    """

    phrase: str
    name: str
    reference: str
    decided_by: DecidedBy
    _: KW_ONLY
    required: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    recommended: tuple[str, ...] = ()
    content: bool = True
    cache: Cache = "explicit"
    standing: Standing = "current"
    aliases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    note: str | None = None


FACTS: dict[int, Facts] = {
    # RFC 9110 §15.2: Informational 1xx
    100: Facts("Continue", "继续", "RFC 9110 §15.2.1", "server", content=False, note="Continue"),
    101: Facts(
        "Switching Protocols",
        "切换协议",
        "RFC 9110 §15.2.2",
        "server",
        required=("Upgrade", "Connection"),
        content=False,
        note="Switching Protocols",
    ),
    102: Facts("Processing", "处理中", "RFC 2518 §10.1", "never", content=False, standing="obsolete"),
    103: Facts("Early Hints", "早期提示", "RFC 8297 §2", "server+app", recommended=("Link",), content=False),
    104: Facts(
        "Upload Resumption Supported",
        "支持断点续传",
        "draft-ietf-httpbis-resumable-upload",
        "never",
        recommended=("Location",),
        content=False,
        standing="temporary",
    ),
    # RFC 9110 §15.3: Successful 2xx
    200: Facts("OK", "成功", "RFC 9110 §15.3.1", "app", cache="heuristic", note="OK"),
    201: Facts("Created", "已创建", "RFC 9110 §15.3.2", "app", recommended=("Location", "ETag"), note="Created"),
    202: Facts("Accepted", "已接受", "RFC 9110 §15.3.3", "app", note="Accepted"),
    203: Facts(
        "Non-Authoritative Information",
        "非权威信息",
        "RFC 9110 §15.3.4",
        "gateway",
        cache="heuristic",
        names=("非授权信息",),
        note="Non-Authoritative Information",
    ),
    204: Facts(
        "No Content", "无内容", "RFC 9110 §15.3.5", "middleware", content=False, cache="heuristic", note="No Content"
    ),
    205: Facts("Reset Content", "重置内容", "RFC 9110 §15.3.6", "app", content=False, note="Reset Content"),
    206: Facts(
        "Partial Content",
        "部分内容",
        "RFC 9110 §15.3.7",
        "middleware",
        required=("Content-Range",),
        kept=("Date", "Cache-Control", "ETag", "Expires", "Content-Location", "Vary"),
        cache="heuristic",
        note="Partial Content",
    ),
    207: Facts("Multi-Status", "多状态", "RFC 4918 §11.1", "app", required=("Content-Type",)),
    208: Facts("Already Reported", "已报告", "RFC 5842 §7.1", "never"),
    226: Facts("IM Used", "已使用实例操控", "RFC 3229 §10.4.1", "never", required=("IM",), recommended=("Delta-Base",)),
    # RFC 9110 §15.4: Redirection 3xx
    300: Facts(
        "Multiple Choices",
        "多种选择",
        "RFC 9110 §15.4.1",
        "app",
        recommended=("Location",),
        cache="heuristic",
        note="Multiple Choices",
    ),
    301: Facts(
        "Moved Permanently",
        "永久移动",
        "RFC 9110 §15.4.2",
        "middleware",
        recommended=("Location",),
        cache="heuristic",
        note="Moved Permanently",
    ),
    302: Facts(
        "Found",
        "在别处找到",
        "RFC 9110 §15.4.3",
        "app",
        recommended=("Location",),
        aliases=("Moved Temporarily",),
        names=("临时移动",),
        note="Found",
    ),
    303: Facts(
        "See Other",
        "查看其他位置",
        "RFC 9110 §15.4.4",
        "app",
        recommended=("Location",),
        names=("查看其它地址",),
        note="See Other",
    ),
    304: Facts(
        "Not Modified",
        "未修改",
        "RFC 9110 §15.4.5",
        "middleware",
        kept=("Content-Location", "Date", "ETag", "Vary", "Cache-Control", "Expires"),
        content=False,
        note="Not Modified",
    ),
    305: Facts("Use Proxy", "使用代理", "RFC 9110 §15.4.6", "never", standing="deprecated", note="Use Proxy"),
    306: Facts(
        "(Unused)",
        "未使用",
        "RFC 9110 §15.4.7",
        "never",
        standing="reserved",
        aliases=("Unused", "Switch Proxy"),
        note="Unused",
    ),
    307: Facts(
        "Temporary Redirect",
        "临时重定向",
        "RFC 9110 §15.4.8",
        "middleware",
        recommended=("Location",),
        note="Temporary Redirect",
    ),
    308: Facts(
        "Permanent Redirect",
        "永久重定向",
        "RFC 9110 §15.4.9",
        "middleware",
        recommended=("Location",),
        cache="heuristic",
    ),
    # RFC 9110 §15.5: Client Error 4xx
    400: Facts(
        "Bad Request", "请求错误", "RFC 9110 §15.5.1", "server", recommended=("Connection",), note="Bad Request"
    ),
    401: Facts(
        "Unauthorized", "未认证", "RFC 9110 §15.5.2", "middleware", required=("WWW-Authenticate",), note="Unauthorized"
    ),
    402: Facts("Payment Required", "需要付款", "RFC 9110 §15.5.3", "app", standing="future", note="Payment Required"),
    403: Facts("Forbidden", "禁止访问", "RFC 9110 §15.5.4", "middleware", note="Forbidden"),
    404: Facts("Not Found", "未找到", "RFC 9110 §15.5.5", "middleware", cache="heuristic", note="Not Found"),
    405: Facts(
        "Method Not Allowed",
        "方法不允许",
        "RFC 9110 §15.5.6",
        "middleware",
        required=("Allow",),
        cache="heuristic",
        note="Method Not Allowed",
    ),
    406: Facts("Not Acceptable", "无法接受", "RFC 9110 §15.5.7", "middleware", note="Not Acceptable"),
    407: Facts(
        "Proxy Authentication Required",
        "需要代理认证",
        "RFC 9110 §15.5.8",
        "gateway",
        required=("Proxy-Authenticate",),
        note="Proxy Authentication Required",
    ),
    408: Facts(
        "Request Timeout",
        "请求超时",
        "RFC 9110 §15.5.9",
        "server+app",
        recommended=("Connection",),
        aliases=("Request Time-out",),
        note="Request Time-out",
    ),
    409: Facts("Conflict", "冲突", "RFC 9110 §15.5.10", "app", note="Conflict"),
    410: Facts("Gone", "已消失", "RFC 9110 §15.5.11", "middleware", cache="heuristic", note="Gone"),
    411: Facts("Length Required", "需要内容长度", "RFC 9110 §15.5.12", "middleware", note="Length Required"),
    412: Facts(
        "Precondition Failed",
        "先决条件失败",
        "RFC 9110 §15.5.13",
        "middleware",
        recommended=("ETag",),
        note="Precondition Failed",
    ),
    413: Facts(
        "Content Too Large",
        "内容过大",
        "RFC 9110 §15.5.14",
        "middleware",
        recommended=("Retry-After", "Connection"),
        aliases=("Request Entity Too Large", "Payload Too Large"),
        note="Request Entity Too Large",
    ),
    414: Facts(
        "URI Too Long",
        "URI 过长",
        "RFC 9110 §15.5.15",
        "server",
        cache="heuristic",
        aliases=("Request-URI Too Large", "Request-URI Too Long"),
        note="Request-URI Too Large",
    ),
    415: Facts(
        "Unsupported Media Type",
        "不支持的媒体类型",
        "RFC 9110 §15.5.16",
        "middleware",
        recommended=("Accept", "Accept-Encoding", "Accept-Patch"),
        note="Unsupported Media Type",
    ),
    416: Facts(
        "Range Not Satisfiable",
        "范围无法满足",
        "RFC 9110 §15.5.17",
        "middleware",
        recommended=("Content-Range",),
        aliases=("Requested range not satisfiable", "Requested Range Not Satisfiable"),
        note="Requested range not satisfiable",
    ),
    417: Facts("Expectation Failed", "预期失败", "RFC 9110 §15.5.18", "middleware", note="Expectation Failed"),
    418: Facts(
        "(Unused)",
        "未使用",
        "RFC 9110 §15.5.19",
        "never",
        standing="reserved",
        aliases=("Unused", "I'm a teapot", "I'm a Teapot"),
        names=("我是茶壶",),
    ),
    421: Facts("Misdirected Request", "请求误投", "RFC 9110 §15.5.20", "middleware", names=("请求被错误定向",)),
    422: Facts(
        "Unprocessable Content", "无法处理的内容", "RFC 9110 §15.5.21", "app", aliases=("Unprocessable Entity",)
    ),
    423: Facts("Locked", "已锁定", "RFC 4918 §11.3", "app"),
    424: Facts("Failed Dependency", "依赖失败", "RFC 4918 §11.4", "app"),
    425: Facts("Too Early", "请求过早", "RFC 8470 §5.2", "middleware"),
    426: Facts(
        "Upgrade Required", "需要升级协议", "RFC 9110 §15.5.22", "server+app", required=("Upgrade", "Connection")
    ),
    428: Facts("Precondition Required", "需要先决条件", "RFC 6585 §3", "middleware", cache="never"),
    429: Facts(
        "Too Many Requests", "请求过多", "RFC 6585 §4", "middleware", recommended=("Retry-After",), cache="never"
    ),
    431: Facts(
        "Request Header Fields Too Large",
        "请求首部字段过大",
        "RFC 6585 §5",
        "server",
        cache="never",
        names=("请求头字段过大",),
    ),
    451: Facts(
        "Unavailable For Legal Reasons",
        "因法律原因不可用",
        "RFC 7725 §3",
        "middleware",
        recommended=("Link",),
        cache="heuristic",
    ),
    # RFC 9110 §15.6: Server Error 5xx
    500: Facts(
        "Internal Server Error", "服务器内部错误", "RFC 9110 §15.6.1", "middleware", note="Internal Server Error"
    ),
    501: Facts(
        "Not Implemented", "未实现", "RFC 9110 §15.6.2", "middleware", cache="heuristic", note="Not Implemented"
    ),
    502: Facts("Bad Gateway", "网关错误", "RFC 9110 §15.6.3", "gateway", note="Bad Gateway"),
    503: Facts(
        "Service Unavailable",
        "服务不可用",
        "RFC 9110 §15.6.4",
        "middleware",
        recommended=("Retry-After",),
        note="Service Unavailable",
    ),
    504: Facts(
        "Gateway Timeout",
        "网关超时",
        "RFC 9110 §15.6.5",
        "middleware",
        aliases=("Gateway Time-out",),
        note="Gateway Time-out",
    ),
    505: Facts(
        "HTTP Version Not Supported",
        "不支持的 HTTP 版本",
        "RFC 9110 §15.6.6",
        "server",
        aliases=("HTTP Version not supported",),
        note="HTTP Version not supported",
    ),
    506: Facts("Variant Also Negotiates", "变体也在协商", "RFC 2295 §8.1", "never"),
    507: Facts("Insufficient Storage", "存储空间不足", "RFC 4918 §11.5", "middleware"),
    508: Facts("Loop Detected", "检测到循环", "RFC 5842 §7.2", "middleware"),
    510: Facts(
        "Not Extended", "未扩展", "RFC 2774 §7", "never", standing="obsolete", aliases=("Not Extended (OBSOLETED)",)
    ),
    511: Facts("Network Authentication Required", "需要网络认证", "RFC 6585 §6", "never", cache="never"),
}
