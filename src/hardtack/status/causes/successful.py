"""Causes of 1xx and 2xx: something goes on, or has succeeded (RFC 9110 §15.2, §15.3)."""

from __future__ import annotations

from hardtack.status.causes.cause import Cause, Form

_LOCATION = r"tr -d '\r' | sed -n 's/^[Ll]ocation: //p'"
_HANDSHAKE = (
    "-H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' "
    "-H 'Sec-WebSocket-Key: aGFyZHRhY2sgYmlzY3VpdA=='"
)

CAUSES: dict[int, Cause] = {
    100: Cause(
        "upload-that-asks-first",
        {"en": "An upload that asks first", "zh": "先问一声再上传"},
        {
            "en": "Expect: 100-continue holds the content back until the server wants it. Here it is wanted: the "
            "moment the application begins to read, the server sends the interim answer, the content follows, and the "
            "final answer says what has come in. Had the rules refused the request, the final answer would have come "
            "at once, and nothing would have been sent in vain.",
            "zh": "Expect: 100-continue 让正文先等在原地，服务器要了才发。这里要它：应用程序一开始读取，服务器就发出"
            "这个临时响应，正文随后送到，最终响应再说明收到了什么。假如规则不放行，最终响应会马上到来，正文也就不必白送。",
        },
        ("curl -i --http1.1 -H 'Expect: 100-continue' -d 'a barrel of biscuits' {origin}/playground/digests",),
        "driver/content-is-wanted=continue",
    ),
    101: Cause(
        "socket-that-echoes",
        {"en": "A WebSocket that says everything back", "zh": "有话必回的 WebSocket"},
        {
            "en": "The request asks to go on in WebSocket, and brings a key for it. The address speaks that protocol, "
            "so the server agrees, proves with Sec-WebSocket-Accept that it has read the key, and from the empty line "
            "on the connection is no longer HTTP. curl has nothing to say in it and hangs up after two seconds; a "
            "WebSocket client would hear back whatever it says.",
            "zh": "请求提出改说 WebSocket，并带来一把钥匙。这个地址会说这种协议，服务器便同意，并用 "
            "Sec-WebSocket-Accept 证明自己读到了钥匙；空行之后，这条连接就不再是 HTTP。curl 无话可说，两秒后挂断；"
            "换成 WebSocket 客户端，说什么就会听到什么。",
        },
        (f"curl -i --http1.1 --max-time 2 {_HANDSHAKE} {{origin}}/playground/socket",),
        "handler/answers=101",
    ),
    200: Cause(
        "note-that-is-read",
        {"en": "A note that hangs on the wall", "zh": "墙上的一张便条"},
        {
            "en": "A note is asked for, it is there, and nothing speaks against showing it. The answer carries its "
            "text and the entity tag of its present version, with which one may later ask whether it has changed.",
            "zh": "有人要看一张便条，它就在那里，也没有什么妨碍把它给人看。响应带着便条的文字和当前版本的实体标签，"
            "以后可以凭它询问便条是否改过。",
        },
        ("curl -i {origin}/playground/notes/1",),
        "handler/answers=200",
        Form("/playground/notes/1", {"en": "Read the note", "zh": "看这张便条"}),
    ),
    201: Cause(
        "note-that-is-new",
        {"en": "A note that was not there before", "zh": "新写的一张便条"},
        {
            "en": "What the form brings becomes a note of its own, with an address of its own. Location says where it "
            "is, and the ETag belongs to it: with both, whoever has written it can change it without reading it first.",
            "zh": "表单送来的文字成了一张新便条，有自己的地址。Location 说明它在哪里，ETag 就是它的标签；"
            "有了这两样，写的人不必先读一遍也能修改它。",
        },
        ("curl -i -d 'text=Water, biscuits, patience.' {origin}/playground/notes",),
        "handler/answers=201",
        Form(
            "/playground/notes",
            {"en": "Write a note", "zh": "写一张便条"},
            "post",
            {"text": "Water, biscuits, patience."},
        ),
    ),
    202: Cause(
        "work-in-a-queue",
        {"en": "Work that waits in a queue", "zh": "排队等候的活儿"},
        {
            "en": "The mill grinds a text to one number in twenty rounds, which takes longer than anybody should have "
            "to wait for an answer. So the work is taken on, and Location leads to a page that shows how far it is. "
            "Once it is done, that page leads on to the result.",
            "zh": "磨坊要磨二十轮才能把一段文字磨成一个数，不该让人为响应等这么久。所以活儿先接下来，"
            "Location 指向显示进度的页面；做完之后，那个页面再引向结果。",
        },
        ("curl -i -d 'text=Grind me.' {origin}/playground/jobs",),
        "handler/answers=202",
        Form("/playground/jobs", {"en": "Take it to the mill", "zh": "送去磨坊"}, "post", {"text": "Grind me."}),
    ),
    203: Cause(
        "remarks-left-out",
        {"en": "A gateway that leaves remarks out", "zh": "略去批注的网关"},
        {
            "en": (
                "The museum behind this gateway has a page with a remark of its keeper in it. The gateway takes the "
                "remark out, so what you get is not what the museum sent, and 203 says so; its entity tag has become a "
                "weak one. At /playground/gateway/museum/biscuit the same page comes unchanged with 200, and a letter "
                "that says no-transform stays whole here, too."
            ),
            "zh": (
                "网关后面的博物馆有一个页面，里面写着管理员的批注。网关把批注去掉了，您拿到的就不是博物馆发出的原样，"
                "203 说明了这一点；它的实体标签也变成了弱标签。在 /playground/gateway/museum/biscuit，"
                "同一页面原样送达，状态码是 200；写明 no-transform 的信件在这里也会保持完整。"
            ),
        },
        ("curl -i {origin}/playground/gateway/museum-without-remarks/biscuit",),
        "handler/answers=203",
        Form(
            "/playground/gateway/museum-without-remarks/biscuit",
            {"en": "Read without remarks", "zh": "阅读略去批注的版本"},
        ),
    ),
    204: Cause(
        "note-that-is-saved",
        {"en": "A note that is saved, and that is all", "zh": "保存好了，别无他话"},
        {
            "en": "The first line writes a note and remembers where it is. The second saves another text in its place, "
            "and says with If-Match which version it means. The text is known to whoever has sent it, so the answer "
            "has nothing to add but the tag of the new version, and an editor stays as it is.",
            "zh": "第一行写一张便条，并记下它的地址；第二行把另一段文字存进去，用 If-Match 说明针对的是哪一版。"
            "文字是对方自己发来的，响应除了新版本的标签没有别的可说，编辑器也就停在原处。",
        },
        (
            f"note=$(curl -s -o /dev/null -D - -d 'text=Milk.' {{origin}}/playground/notes | {_LOCATION})",
            "curl -i -X PUT -H 'If-Match: \"1\"' -H 'Content-Type: text/plain' -d 'Milk and bread.' {origin}$note",
        ),
        "handler/answers=204",
    ),
    205: Cause(
        "entry-after-entry",
        {"en": "One heron, and the form is empty again", "zh": "记下一只苍鹭，表单随即清空"},
        {
            "en": "Whoever counts birds makes one entry after the other, always in the same form. The entry is taken, "
            "nothing is to be shown, and the form should be as it was for the next bird: that is what the answer says. "
            "Browsers stay on the page, but most leave the form as it is.",
            "zh": "数鸟的人用同一张表单，一条接一条地录入。这一条收下了，没有什么要显示，表单该恢复原样好录下一只："
            "响应说的正是这个意思。浏览器会停在原来的页面，但大多不会把表单清空。",
        },
        ("curl -i -d bird=heron {origin}/playground/tally",),
        "handler/answers=205",
        Form("/playground/tally", {"en": "Count a heron", "zh": "记一只苍鹭"}, "post", {"bird": "heron"}),
    ),
    206: Cause(
        "resumed-download",
        {"en": "A download that goes on where it broke", "zh": "从断处接着下载"},
        {
            "en": "The second line fetches half of an almanac, as if the connection had broken. The third sees how "
            "much is there already and asks for the rest with Range. The file is longer than that and can be cut "
            "anywhere, so only the rest is sent, and Content-Range says where it belongs.",
            "zh": "第二行只取回年历的一半，就像连接中途断了。第三行看到已有多少，用 Range 只要剩下的部分。"
            "文件确实还有下文，又可以从任何地方切开，所以只发剩下的，并用 Content-Range 说明它的位置。",
        },
        (
            "file=$(mktemp)",
            'curl -s -r 0-49999 -o "$file" {origin}/playground/almanac.txt',
            'curl -s -C - -o "$file" -D - {origin}/playground/almanac.txt',
        ),
        "finish/range-is-served=partial",
    ),
}
