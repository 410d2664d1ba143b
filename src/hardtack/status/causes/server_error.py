"""Causes of 5xx."""

from __future__ import annotations

from hardtack.status.causes.cause import Cause, Form

CAUSES: dict[int, Cause] = {
    500: Cause(
        "mistake-in-the-program",
        {"en": "A bill that nobody shares", "zh": "没有人分摊的账单"},
        {
            "en": (
                "A small program splits a bill among the guests. Whoever wrote it forgot that there may be none, so it "
                "divides by zero. Nobody foresaw that, so the visitor gets a number for a report and nothing about the "
                "program's insides; what went wrong stands in the log, beside the same number."
            ),
            "zh": (
                "一个小程序把账单平分给各位客人。写它的人没想到可能一位客人也没有，于是除以了零。这是没有预料到的错误，"
                "所以访问者只得到一个可以反馈的编号，看不到程序的内部；出错的详情连同这个编号写在日志里。"
            ),
        },
        ("curl -i '{origin}/playground/bill?total=90&guests=0'",),
        "",
        Form(
            "/playground/bill",
            {"en": "Split 90 among nobody", "zh": "把 90 元分给零个人"},
            fields={"total": "90", "guests": "0"},
        ),
    ),
    501: Cause(
        "unheard-of-method",
        {"en": "A method that nobody knows", "zh": "谁也不认识的方法"},
        {
            "en": (
                "HTTP lets anybody think of a new method, and a server says 501 to one that it does not know at all. "
                "A note can be read, so GET works here; BREW works nowhere on this server. Where a method is known and "
                "only this address has no use for it, the word is 405."
            ),
            "zh": (
                "HTTP 允许任何人发明新的方法；服务器对完全不认识的方法回答 501。便条可以读取，所以 GET 在这里有效；"
                "而 BREW 在整台服务器上都不存在。如果方法是认识的，只是这个地址用不上，应当回答 405。"
            ),
        },
        ("curl -i -X BREW {origin}/playground/notes/1",),
        "refuse/method-is-known=method-unknown",
    ),
    505: Cause(
        "version-out-of-place",
        {"en": "HTTP/3 on the wrong kind of connection", "zh": "在不对的连接上说 HTTP/3"},
        {
            "en": (
                "HTTP/3 exists, but it runs over QUIC and never begins with a line of text. Whoever writes HTTP/3.0 on "
                "such a line claims a version that this connection cannot have. The server says so in its own version, "
                "lists what it speaks, and closes the connection."
            ),
            "zh": (
                "HTTP/3 确实存在，但它运行在 QUIC 之上，从不以一行文本开头。在这样的一行里写 HTTP/3.0，"
                "就是声称一个这条连接不可能有的版本。服务器用自己的版本说明这一点，列出它支持的版本，然后关闭连接。"
            ),
        },
        (r"printf 'GET /playground/notes/1 HTTP/3.0\r\nHost: {host}\r\n\r\n' | curl -s telnet://{host}",),
        "refuse/version-is-spoken=version-not-spoken",
    ),
}
