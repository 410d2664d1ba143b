"""Causes of 3xx: the client has something more to do, mostly to go elsewhere (RFC 9110 §15.4)."""

from __future__ import annotations

from hardtack.status.causes.cause import Cause, Form

CAUSES: dict[int, Cause] = {
    300: Cause(
        "report-in-three-forms",
        {"en": "A report in three forms, none preferred", "zh": "三种格式的报告，由您来选"},
        {
            "en": "The tally of birds is there as CSV, as JSON and as plain text. curl accepts anything, and a browser "
            "likes these three equally well, so no form is better than another and the choice is left to whoever "
            "asks. With Accept: text/csv there would be nothing left to choose.",
            "zh": "鸟类统计有 CSV、JSON 和纯文本三种格式。curl 什么都接受，浏览器对这三种也一视同仁，"
            "没有哪一种更合适，于是交给来访者自己选。加上 Accept: text/csv，就没有可选的了。",
        },
        ("curl -i {origin}/playground/tally",),
        "handler/answers=300",
        Form("/playground/tally", {"en": "Ask for the report", "zh": "查看报告"}),
    ),
    301: Cause(
        "old-address-of-a-note",
        {"en": "The old address of a note", "zh": "便条的旧地址"},
        {
            "en": "All notes have moved from old-notes to notes, and will not come back. The old addresses stand in a "
            "table, which is asked before the application, and it says where each has gone. The answer may be "
            "remembered for good.",
            "zh": "所有便条都从 old-notes 搬到了 notes，不会再搬回来。旧地址列在一张表里，"
            "还没问到应用程序，表就说出它们搬去了哪里。这个回答可以一直记住。",
        },
        ("curl -i {origin}/playground/old-notes/1",),
        "driver/address-is-in-no-table=address-moved",
        Form("/playground/old-notes/1", {"en": "Follow the old address", "zh": "打开旧地址"}),
    ),
    302: Cause(
        "note-of-the-day",
        {"en": "The note of the day", "zh": "今天的便条"},
        {
            "en": "This address leads to one of seven notes, by the date. Tomorrow it leads to another, so whoever "
            "keeps an address should keep this one and not the one that it leads to today.",
            "zh": "这个地址按日期引向七张便条中的一张，明天就会引向另一张。要收藏的话，请收藏这个地址，"
            "不要收藏它今天引向的那一个。",
        },
        ("curl -i {origin}/playground/note-of-the-day",),
        "handler/answers=302",
        Form("/playground/note-of-the-day", {"en": "See today's note", "zh": "看今天的便条"}),
    ),
    303: Cause(
        "postcard-sent-twice",
        {"en": "A postcard, sent by a nervous finger", "zh": "手一抖，明信片寄了两次"},
        {
            "en": "The form of a postcard brings some letters that are good for one card. The card becomes a note, and "
            "the answer leads there with GET, so that reloading the page sends nothing again. The last line sends the "
            "same form once more: there is one card all the same, and the answer leads to it.",
            "zh": "明信片的表单带着一串只够寄一张的字符。寄出后成为一张便条，响应用 GET 引向它，"
            "所以刷新页面不会再寄一次。最后一行把同一张表单又发了一遍：明信片仍然只有一张，响应引向的也是它。",
        },
        (
            "once=$(curl -s {origin}/playground/postcards | sed -n 's/^once=//p')",
            "curl -i -d \"once=$once\" -d 'text=Greetings from the sea.' {origin}/playground/postcards",
            "curl -i -d \"once=$once\" -d 'text=Greetings from the sea.' {origin}/playground/postcards",
        ),
        "handler/answers=303",
        Form(
            "/playground/postcards",
            {"en": "Send a postcard", "zh": "寄一张明信片"},
            "post",
            {"text": "Greetings from the sea."},
        ),
    ),
    304: Cause(
        "note-that-is-known",
        {"en": "A note that one knows already", "zh": "已经看过的便条"},
        {
            "en": "The first line asks for nothing but the entity tag of a note. The second asks for the note, unless "
            "it still has that tag. Nobody has changed it, so there is nothing to send: the copy that the client holds "
            "is good.",
            "zh": "第一行只问便条的实体标签。第二行要便条本身，但说明：如果标签还是这个就不必发。"
            "没有人改过它，所以不用再发，客户端手里的副本仍然有效。",
        },
        (
            r"tag=$(curl -sI {origin}/playground/notes/1 | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')",
            'curl -i -H "If-None-Match: $tag" {origin}/playground/notes/1',
        ),
        "finish/conditions-hold=not-modified",
    ),
    307: Cause(
        "letterbox-being-painted",
        {"en": "A letterbox that is being painted", "zh": "信箱正在刷漆"},
        {
            "en": "Until the paint is dry, letters go to the porter. The letter that was brought here is to be brought "
            "there, not asked for: the method stays POST, and the client sends the content once more. Tomorrow's "
            "letter should try the letterbox first.",
            "zh": "漆干之前，信件由门房代收。送到这里的信要改送到那里去，而不是去那里看一眼：方法仍是 POST，"
            "客户端把正文再发一次。明天的信，还应先投这个信箱。",
        },
        ("curl -i -d 'text=Dear neighbour, come to tea.' {origin}/playground/inbox",),
        "handler/answers=307",
        Form(
            "/playground/inbox",
            {"en": "Post a letter", "zh": "投一封信"},
            "post",
            {"text": "Dear neighbour, come to tea."},
        ),
    ),
    308: Cause(
        "old-address-that-takes-notes",
        {"en": "The old address, where notes were left", "zh": "当年投递便条的旧地址"},
        {
            "en": "The address at which new notes are left has moved for good, too. After a 301 many clients would "
            "come to the new one with GET and without the note, so what is no GET is told that the method must stay.",
            "zh": "投递新便条的地址也永久搬走了。若回答 301，许多客户端会改用 GET 去新地址，便条就丢在了半路；"
            "所以对 GET 以外的方法，响应说明方法必须保持不变。",
        },
        ("curl -i -d 'text=Still addressed to the old house.' {origin}/playground/old-notes",),
        "driver/address-is-in-no-table=address-moved",
        Form(
            "/playground/old-notes",
            {"en": "Leave a note at the old address", "zh": "在旧地址留一张便条"},
            "post",
            {"text": "Still addressed to the old house."},
        ),
    ),
}
