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
        "handler/fails=unhandled-error",
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
    502: Cause(
        "closed-house",
        {"en": "A gateway before a closed house", "zh": "网关后面的大门紧闭"},
        {
            "en": (
                "This address is a gateway: it asks another server and passes its answer on. Behind this one nobody "
                "listens, so the connection is refused. The gateway itself is well, and says that the one behind it is "
                "not. It says the same of a server that answers with something that is no HTTP; "
                "/playground/gateway/museum/telegraph leads to one."
            ),
            "zh": (
                "这个地址是一个网关：它向另一台服务器请求，再把应答转交给您。但这一个的后面没有人在监听，连接被拒绝。"
                "网关自己一切正常，它说明是后面的服务器出了问题。后面的服务器如果回答了根本不是 HTTP 的内容，"
                "网关也这样说；/playground/gateway/museum/telegraph 就是一例。"
            ),
        },
        ("curl -i {origin}/playground/gateway/closed-house",),
        "handler/fails=upstream-failed",
        Form("/playground/gateway/closed-house", {"en": "Knock at the closed house", "zh": "去敲紧闭的大门"}),
    ),
    503: Cause(
        "ninth-cup-of-tea",
        {"en": "A ninth cup of tea at once", "zh": "同时要的第九杯茶"},
        {
            "en": (
                "Tea takes three seconds, and while it brews it holds one of the eight places that the playground has "
                "in each process. Eight people wait for theirs; whoever comes ninth is turned away at once and told "
                "when to come back (Retry-After). The rest of the service has places of its own and does not notice."
            ),
            "zh": (
                "泡一杯茶要三秒，泡的时候占用一个名额，演练场在每个进程里有八个。已有八个人在等，第九个人会立刻被请回，"
                "并得知何时再来（Retry-After）。服务的其他部分有自己的名额，不受影响。"
            ),
        },
        (
            "for cup in 1 2 3 4 5 6 7 8; do curl -s -o /dev/null {origin}/playground/tea & done",
            "sleep 1; curl -i {origin}/playground/tea; wait",
        ),
        "driver/is-not-too-busy=in-flight",
    ),
    504: Cause(
        "archive-that-searches-on",
        {"en": "An archive that never stops searching", "zh": "怎么也查不完的档案室"},
        {
            "en": (
                "The museum behind this gateway takes the request and then searches its archive for a minute. The "
                "gateway waits a second and a half, which is all that it gives to another server, and answers that no "
                "answer came in time."
            ),
            "zh": (
                "网关后面的博物馆接下了请求，然后在档案室里查找整整一分钟。网关给别的服务器的时间只有一秒半，"
                "等过之后，它便回答说没有及时等到应答。"
            ),
        },
        ("curl -i {origin}/playground/gateway/museum/archive",),
        "handler/fails=upstream-timed-out",
        Form("/playground/gateway/museum/archive", {"en": "Ask the archive", "zh": "查询档案室"}),
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
