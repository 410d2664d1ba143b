"""Causes of 4xx that are as old as HTTP: 400 to 417 (RFC 9110 §15.5).

The later codes are in ``client_error_later``.
"""

from __future__ import annotations

from hardtack.status.causes.cause import Cause, Form

CAUSES: dict[int, Cause] = {
    400: Cause(
        "broken-escape",
        {"en": "A broken escape in the address", "zh": "地址里的转义不成立"},
        {
            "en": "A percent sign in an address begins an escape of two hexadecimal digits, and %zz is none. Nobody "
            "can know which note is meant, and another server might read it otherwise, so the request is refused "
            "before any note is looked for.",
            "zh": "地址里的百分号后面应是两位十六进制数字，而 %zz 不是。谁也不知道指的是哪张便条，"
            "换一台服务器又可能有别的读法，所以还没去找便条就先拒绝了。",
        },
        ("curl -i --path-as-is '{origin}/playground/notes/%zz'",),
        "refuse/target-is-well-formed=target-malformed",
        Form("/playground/notes/%zz", {"en": "Open the broken address", "zh": "打开这个残缺的地址"}),
    ),
    401: Cause(
        "locked-diary",
        {"en": "A diary, and nobody is signed in", "zh": "要看日记，却没有登录"},
        {
            "en": "The diary belongs to whoever is signed in to this service. As long as nobody is, or the cookie is "
            "no longer good, the answer says in WWW-Authenticate how to prove who one is. Sign in and open it again: "
            "it greets you by name.",
            "zh": "日记属于登录了本服务的人。没有登录，或 Cookie 已经失效，响应就用 WWW-Authenticate "
            "说明怎样证明身份。登录之后再打开，它会叫出您的名字。",
        },
        ("curl -i {origin}/playground/diary",),
        "handler/raises=nobody-signed-in",
        Form("/playground/diary", {"en": "Open the diary", "zh": "翻开日记"}),
    ),
    402: Cause(
        "paid-article",
        {"en": "An article that costs three coins", "zh": "一篇要三枚游戏币的文章"},
        {
            "en": "The first two lines pay in play money and read the article with the receipt, which is good for one "
            "reading. The third comes without a receipt and is told the price. No standard says how to pay on the web, "
            "so the answer does: to whom, and how much.",
            "zh": "前两行用游戏币付款，再凭收据阅读文章；一张收据只能读一次。第三行没有收据，得到的是价钱。"
            "网上怎样付款没有标准，所以由响应说明：付到哪里，付多少。",
        },
        (
            "receipt=$(curl -s -o /dev/null -w '%{{redirect_url}}' -d coins=3 {origin}/playground/article/payments)",
            'curl -i "$receipt"',
            "curl -i {origin}/playground/article",
        ),
        "handler/raises=nothing-paid",
        Form("/playground/article", {"en": "Read without paying", "zh": "不付款就读"}),
    ),
    403: Cause(
        "form-of-another-site",
        {"en": "A form that another site has sent", "zh": "别的网站发来的表单"},
        {
            "en": "Only this site's own pages may send a wish here. A browser says in Sec-Fetch-Site whose page a form "
            "was on, and no page can forge that; curl can, and plays first one of ours and then a stranger's. The "
            "stranger's wish is understood and not allowed, whoever is signed in.",
            "zh": "只有本站自己的页面可以在这里许愿。浏览器会在 Sec-Fetch-Site 里说明表单来自谁的页面，"
            "网页无法伪造；curl 却可以，它先扮作本站，再扮作别的网站。别站发来的愿望服务器看得懂，但不允许，"
            "谁登录了都一样。",
        },
        (
            "curl -i -H 'Sec-Fetch-Site: same-origin' -d 'wish=a fair wind' {origin}/playground/wishes",
            "curl -i -H 'Sec-Fetch-Site: cross-site' -d 'wish=a fair wind' {origin}/playground/wishes",
        ),
        "handler/raises=sec-fetch-site",
    ),
    404: Cause(
        "lost-note",
        {"en": "A note that is not there", "zh": "一张不存在的便条"},
        {
            "en": "Notes 1 and 2 are there, and those that somebody has added. A note called lost is not, and the "
            "server does not say whether there ever was one or will be.",
            "zh": "第 1、2 号便条是有的，还有大家后来添加的。名叫 lost 的便条没有；以前有没有过，"
            "以后会不会有，服务器都不说。",
        },
        ("curl -i {origin}/playground/notes/lost",),
        "handler/raises=not-found",
        Form("/playground/notes/lost", {"en": "Look for the note", "zh": "去找这张便条"}),
    ),
    405: Cause(
        "fixed-plan",
        {"en": "A plan that can only be looked at", "zh": "只能看的座位表"},
        {
            "en": "A seat of the theatre can be taken and given back, the plan of all seats only be looked at. Whoever "
            "tries to delete it, or posts to it, learns from Allow every method that works at this address.",
            "zh": "剧院的座位可以占、可以退，整张座位表却只能看。想删除它，或向它发送 POST，"
            "会从 Allow 得知这个地址支持的全部方法。",
        },
        ("curl -i -X DELETE {origin}/playground/seats",),
        "admit/method-is-allowed=method-not-allowed",
        Form("/playground/seats", {"en": "Post to the plan", "zh": "向座位表提交"}, "post"),
    ),
    406: Cause(
        "picture-of-a-song",
        {"en": "A picture of what is only text", "zh": "只有文字，却要图片"},
        {
            "en": "The shanty can be had as text and as a page. Who accepts nothing but a picture cannot get it, and "
            "is told what there is. A browser always accepts anything at the end of its list, so it never comes to "
            "that.",
            "zh": "这首船歌有纯文本和网页两种形式。只接受图片的客户端得不到它，会被告知有哪些形式。"
            "浏览器的 Accept 末尾总有“什么都行”，所以不会遇到。",
        },
        ("curl -i -H 'Accept: image/png' {origin}/playground/shanty",),
        "admit/an-offer-is-acceptable=no-offer-acceptable",
    ),
    407: Cause(
        "proxy-for-guests",
        {"en": "A proxy that is for guests", "zh": "来宾专用的代理"},
        {
            "en": (
                "With -x, curl takes this service as its proxy and gives it the whole address, that of a museum which "
                "no one else can find. The proxy wants to know who is asking, and says in Proxy-Authenticate how to "
                "tell it. Write guest:baked-twice@ before the proxy's address, and the page comes. That password is "
                "for everybody, and the proxy leads nowhere else."
            ),
            "zh": (
                "使用 -x 时，curl 把本服务当作代理，并把完整的地址交给它；那家博物馆只有这个代理找得到。"
                "代理想知道是谁在请求，并在 Proxy-Authenticate 里说明怎样回答。在代理地址前写上 guest:baked-twice@，"
                "页面就会送来。这个密码人人可用，而代理也不通往别处。"
            ),
        },
        ("curl -i -x {origin} http://museum.test/biscuit",),
        "handler/raises=proxy-credentials-missing",
    ),
    408: Cause(
        "slow-dictation",
        {"en": "A dictation with a long pause", "zh": "听写时停顿太久"},
        {
            "en": "The clerk writes down what comes and waits three seconds for the next piece. This dictation "
            "pauses for four. The clerk gives up and closes the connection, since the rest might come at any time "
            "and would be taken for the next request.",
            "zh": "文书边听边记，下一句最多等三秒，而这次停顿了四秒。文书不再等待，并关闭连接，"
            "因为剩下的内容随时可能到达，会被当成下一个请求。",
        },
        ("(printf 'Dear'; sleep 4; printf ' all') | curl -i -T - {origin}/playground/dictation",),
        "driver/content-comes-in-time=piece-seconds",
    ),
    409: Cause(
        "taken-seat",
        {"en": "A seat that somebody has already", "zh": "已经有人的座位"},
        {
            "en": "Ada takes seat 12, or somebody did before her; Lin wants the same one. Nothing is wrong with the "
            "request itself, but with the state that it meets. Of two that come at the same moment only one gets the "
            "seat, and whoever has it can give it back (DELETE).",
            "zh": "Ada 占了 12 号座位（或者早有人占了），Lin 也要同一个。请求本身没有错，"
            "只是与座位眼下的状态冲突。两人同时来，也只有一人能得到；座位可以用 DELETE 退回。",
        },
        (
            "curl -i -d name=Ada {origin}/playground/seats/12",
            "curl -i -d name=Lin {origin}/playground/seats/12",
        ),
        "handler/raises=seat-is-taken",
        Form(
            "/playground/seats/12",
            {"en": "Take seat 12 (twice)", "zh": "占 12 号座位（按两次）"},
            "post",
            {"name": "Lin"},
        ),
    ),
    410: Cause(
        "guestbook-taken-away",
        {"en": "A guestbook taken away for good", "zh": "永久撤掉的留言簿"},
        {
            "en": "There was a guestbook once. It was taken away on purpose and comes back nowhere, so the table of "
            "addresses says that it is gone instead of leaving it open, and links to it can be forgotten.",
            "zh": "这里曾有一本留言簿，后来有意撤掉了，也没有搬到别处。"
            "地址表里写明它已撤除，而不是含糊其辞，指向它的链接可以删掉了。",
        },
        ("curl -i {origin}/playground/guestbook",),
        "driver/address-is-in-no-table=address-gone",
        Form("/playground/guestbook", {"en": "Open the guestbook", "zh": "翻开留言簿"}),
    ),
    411: Cause(
        "letter-without-weight",
        {"en": "A letter that nobody has weighed", "zh": "没有称过的信"},
        {
            "en": "The letter box wants to know how heavy a letter is before it takes it. Sent in chunks, a letter "
            "has no declared length; with Content-Length it would be taken.",
            "zh": "信箱要先知道信有多重才肯收。分块发送的信没有声明长度；带上 Content-Length 就会收下。",
        },
        ("curl -i -H 'Content-Type: text/plain' -H 'Transfer-Encoding: chunked' -d Hello {origin}/playground/letters",),
        "admit/length-is-declared=length-not-declared",
    ),
    412: Cause(
        "stale-edit",
        {"en": "An edit that comes too late", "zh": "来得太迟的修改"},
        {
            "en": "The first line begins a draft, the second changes its version 1, as If-Match says. The third means "
            "version 1 as well, but that is no longer the present one: the condition does not hold, so nothing is "
            "overwritten and the present tag comes with the answer. A browser's own forms cannot send conditions.",
            "zh": "第一行写下草稿，第二行修改第 1 版，If-Match 说明了这一点。第三行要改的也是第 1 版，"
            "但它已不是最新的：条件不成立，于是什么也没有覆盖，响应里带着最新的标签。浏览器的表单发不出条件。",
        },
        (
            "curl -i -X PUT -H 'If-None-Match: *' -d 'Flour and water' {origin}/playground/drafts/mine-$$",
            "curl -i -X PUT -H 'If-Match: \"1\"' -d 'Flour, water and salt' {origin}/playground/drafts/mine-$$",
            "curl -i -X PUT -H 'If-Match: \"1\"' -d 'Flour, water and sugar' {origin}/playground/drafts/mine-$$",
        ),
        "precondition/if-match=if-match-failed",
    ),
    413: Cause(
        "heavy-letter",
        {"en": "A letter that is too heavy", "zh": "太重的信"},
        {
            "en": "What is dictated has no declared length, so it is counted, and broken off after 64 KB. A letter "
            "says how long it is, and over 2 KB it is refused before any of it is read. In both cases the connection "
            "is closed, because nobody wants to read the rest.",
            "zh": "听写没有声明长度，只能边收边数，超过 64 KB 就中断。信则声明了长度，超过 2 KB，"
            "一个字节都不读就拒绝。两种情形都会关闭连接，因为剩下的没有人要读。",
        },
        (
            "printf '%070000d' 0 | curl -i -T - {origin}/playground/dictation",
            "printf '%03000d' 0 | curl -i -H 'Content-Type: text/plain' --data-binary @- {origin}/playground/letters",
        ),
        "admit/content-is-within-limit=content-length-over-limit",
        Form(
            "/playground/letters", {"en": "Post a heavy letter", "zh": "寄一封太重的信"}, "post", {"letter": "o" * 3000}
        ),
    ),
    414: Cause(
        "endless-address",
        {"en": "An address of nine thousand digits", "zh": "九千位数字的地址"},
        {
            "en": "The number of a verse stands in the address, and somebody writes it with nine thousand digits. An "
            "address is read up to 8192 octets, so this one is not; what is that long belongs in the content.",
            "zh": "地址里写着第几段歌词，有人写了九千位数字。地址最多读 8192 字节，这一个就不读了；"
            "这么长的数据应当放进正文。",
        },
        ("curl -i \"{origin}/playground/shanty?verse=$(printf '%09000d' 1)\"",),
        "refuse/target-is-within-limit=target-over-limit",
        Form("/playground/shanty", {"en": "Ask for that verse", "zh": "要这段歌词"}, fields={"verse": f"{1:09000}"}),
    ),
    415: Cause(
        "form-in-the-letter-box",
        {"en": "A form in the letter box", "zh": "往信箱里投表单"},
        {
            "en": "The letter box takes plain text. What curl and a browser's form send by default is "
            "application/x-www-form-urlencoded, which nobody reads there; Accept in the answer says what would do.",
            "zh": "信箱只收纯文本。curl 和浏览器的表单默认发送 application/x-www-form-urlencoded，"
            "那里没有人读；响应里的 Accept 会说明收什么。",
        },
        ("curl -i -d 'letter=Dear all' {origin}/playground/letters",),
        "admit/content-type-is-accepted=content-type-not-accepted",
        Form("/playground/letters", {"en": "Post the form", "zh": "投递表单"}, "post", {"letter": "Dear all"}),
    ),
    416: Cause(
        "verse-behind-the-end",
        {"en": "A part behind the end", "zh": "末尾之后的部分"},
        {
            "en": "The shanty has fewer than a hundred thousand bytes, and somebody asks for what comes after those, "
            "as a download does that is resumed after the file became shorter. Content-Range in the answer says how "
            "long it is now.",
            "zh": "这首船歌不到十万字节，有人却要十万字节之后的部分——文件变短之后续传下载就会这样。"
            "响应里的 Content-Range 说明它现在有多长。",
        },
        ("curl -i -r 100000- {origin}/playground/shanty",),
        "finish/range-is-served=range-not-satisfiable",
    ),
    417: Cause(
        "strange-expectation",
        {"en": "An expectation that nobody knows", "zh": "没人知道的期望"},
        {
            "en": "Expect knows one value only: with 100-continue a client asks to be told before it sends its "
            "content. A fair wind is nothing that a server could promise, and to act as if it had would be worse "
            "than to say no.",
            "zh": "Expect 只有一个值：客户端用 100-continue 请服务器先应一声，再发送正文。"
            "顺风（a fair wind）不是服务器能答应的；与其装作答应了，不如明说不行。",
        },
        ("curl -i -H 'Expect: a-fair-wind' {origin}/playground/shanty",),
        "refuse/expectation-is-known=expectation-unknown",
    ),
}
