"""Causes of the 4xx that came later: 421 to 451 (RFC 9110 §15.5.20 to §15.5.22, RFC 6585, 7725, 8470)."""

from __future__ import annotations

from hardtack.status.causes.cause import Cause, Form

CAUSES: dict[int, Cause] = {
    421: Cause(
        "letter-for-another-house",
        {"en": "A request for another host", "zh": "找的是另一台主机"},
        {
            "en": "The connection leads here, but Host names a house that this server does not answer for, as happens "
            "with a wrong entry in DNS or with a connection that is used for two names. To guess would show one site "
            "under the name of another.",
            "zh": "连接到了这里，Host 写的却是这台服务器不负责的主机；DNS 填错，或一条连接用于两个域名，"
            "就会这样。若是去猜，就会把一个网站显示在另一个的名下。",
        },
        ("curl -i -H 'Host: elsewhere.example' {origin}/playground/shanty",),
        "refuse/is-local-in-development=development-foreign-host",
    ),
    422: Cause(
        "back-before-leaving",
        {"en": "A voyage that ends before it begins", "zh": "还没出发就回来的航行"},
        {
            "en": "The form can be read and both dates are dates, but the ship would be back a week before it "
            "leaves. The answer says of each field what is wrong with it.",
            "zh": "表单读得懂，两个日期也都是日期，可是船会在出发前一周回来。响应会逐个说明哪个字段有什么问题。",
        },
        ("curl -i -d leaves=2026-08-09 -d returns=2026-08-02 {origin}/playground/voyages",),
        "handler/raises=dates-do-not-fit",
        Form(
            "/playground/voyages",
            {"en": "Book the voyage", "zh": "预订航行"},
            "post",
            {"leaves": "2026-08-09", "returns": "2026-08-02"},
        ),
    ),
    425: Cause(
        "note-in-early-data",
        {"en": "A note that may be a repetition", "zh": "可能是重放的便条"},
        {
            "en": "A gateway says with Early-Data that the request came in the first packet of a TLS connection, where "
            "anybody who recorded it can send it again. Reading twice does no harm, adding a note twice does, so the "
            "client is asked to repeat it once the connection stands.",
            "zh": "网关用 Early-Data 说明，这个请求来自 TLS 连接的第一个数据包，录下它的人可以再发一遍。"
            "读两次无妨，写两次就不行了，所以请客户端等连接建好后再发。",
        },
        ("curl -i -H 'Early-Data: 1' -d 'text=At once' {origin}/playground/notes",),
        "refuse/is-not-too-early=early-data-unsafe",
    ),
    426: Cause(
        "socket-without-upgrade",
        {"en": "A socket asked for as a page", "zh": "把套接字当网页来要"},
        {
            "en": "This address speaks WebSocket only. Who asks for it without Upgrade cannot get anything here by "
            "plain HTTP, and is told in Upgrade which protocol to change to; with a handshake, the same address "
            "answers 101.",
            "zh": "这个地址只讲 WebSocket。请求里没有 Upgrade，用普通的 HTTP 在这里就什么也得不到，"
            "响应用 Upgrade 说明要换成哪种协议；带上握手，同一个地址会回答 101。",
        },
        ("curl -i {origin}/playground/socket",),
        "handler/raises=not-a-handshake",
        Form("/playground/socket", {"en": "Open it as a page", "zh": "当作网页打开"}),
    ),
    428: Cause(
        "edit-without-condition",
        {"en": "An edit that names no version", "zh": "没有说明版本的修改"},
        {
            "en": "Several people write on this draft. An edit that does not say which version it means could "
            "overwrite what its author has never seen, so it must come with If-Match and the tag that was read. A "
            "browser's form cannot send that field.",
            "zh": "这份草稿由几个人一起写。修改时不说明针对哪一版，就可能盖掉没见过的内容，"
            "所以必须带上 If-Match 和读到的标签。浏览器的表单发不出这个字段。",
        },
        ("curl -i -X PUT -d 'The ship stays' {origin}/playground/drafts/1",),
        "precondition/says-which-version=condition-missing",
        Form(
            "/playground/drafts/1",
            {"en": "Save without looking", "zh": "不看就保存"},
            "post",
            {"text": "The ship stays"},
        ),
    ),
    429: Cause(
        "impatient-bell",
        {"en": "A bell that is rung too often", "zh": "敲得太勤的钟"},
        {
            "en": "Everybody may ring the ship's bell three times in ten seconds. Who rings a fourth time is told in "
            "Retry-After how long the crew wants to sleep.",
            "zh": "每个人十秒内可以敲三次船钟。敲第四次的人，会从 Retry-After 得知船员们还要睡多久。",
        },
        ("for n in 1 2 3 4; do curl -i -X POST {origin}/playground/bell; done",),
        "handler/raises=bell-rung-too-often",
        Form("/playground/bell", {"en": "Ring (four times)", "zh": "敲钟（敲四次）"}, "post"),
    ),
    431: Cause(
        "too-much-cargo",
        {"en": "Two hundred and fifty header fields", "zh": "二百五十个首部字段"},
        {
            "en": "A request brings a field for every rope on board. Up to 200 fields are read, and 32 KB of them all "
            "together; who sends more pays for it with a refusal, and not the server with its memory.",
            "zh": "请求为船上每根绳子带了一个字段。最多读 200 个字段，合计 32 KB；再多就会被拒绝，而不是占用服务器的"
            "内存。",
        },
        (
            "n=0",
            "while [ $n -lt 250 ]; do n=$((n+1)); echo Rope-$n: hemp; done | curl -i -H @- {origin}/playground/shanty",
        ),
        "refuse/fields-are-within-limits=fields-over-count",
    ),
    451: Cause(
        "forbidden-chart",
        {"en": "A chart that an order withholds", "zh": "依令不得公开的海图"},
        {
            "en": "An order, made up like the authority that gave it, says that this chart may not be shown. The "
            "answer says who demands it and why, and names in Link whoever carries it out, so that nobody takes it "
            "for a loss or a whim.",
            "zh": "一道命令（和下令的机关一样是虚构的）说这张海图不得公开。响应说明是谁要求的、为什么，"
            "并用 Link 指明由谁执行，免得有人以为是丢了，或是任性。",
        },
        ("curl -i {origin}/playground/sea-chart",),
        "driver/address-is-in-no-table=address-blocked",
        Form("/playground/sea-chart", {"en": "Open the chart", "zh": "打开海图"}),
    ),
}
