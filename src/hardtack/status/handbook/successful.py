"""Chapters on success, 2xx (RFC 9110 §15.3, RFC 3229, RFC 4918, RFC 5842): the request was understood and taken.

A table of words in two languages, so the file is as long as it needs to be. It decides nothing.
"""

from __future__ import annotations

from hardtack.status.handbook.chapter import Chapter

CHAPTERS: dict[int, dict[str, Chapter]] = {
    200: {
        "en": Chapter(
            when=(
                "It is the answer when all went well and no other 2xx says more: 201 when something new has an address "
                "now, 202 when the work is still to be done, 204 when there is nothing to show, 206 for a part. After "
                "a form it is rarely right, for a reload would send the form again: 303 to the result. For CONNECT it "
                "opens the tunnel and has no content at all (RFC 9110 §15.3.1). An empty list is a 200 with an empty "
                "list, not a 404 and not a 204."
            ),
            fields={},
            client=(
                "A browser shows the content as what `Content-Type` says. A cache may keep the answer to a GET even if "
                "nothing is said about a lifetime, usually for a tenth of the time since `Last-Modified` (RFC 9111 "
                "§4.2.2). The answer to a POST it keeps only with an explicit lifetime and a `Content-Location` equal "
                "to the address of the request (RFC 9110 §9.3.3). A crawler puts the page into its index."
            ),
            mistakes=(
                (
                    'Answering 200 with `{"error": …}` inside. Caches keep it, retries do not happen, monitors stay '
                    "green: the status has to say that it failed, the content says how (RFC 9457)."
                ),
                (
                    "A page that says not found, sent as 200. Search engines call it a soft 404 and go on crawling a "
                    "thousand such addresses: answer 404, or 410."
                ),
                (
                    "A sign-in form, sent as 200 at the address that was asked for. A program takes the form for the "
                    "data: 401 with a challenge for programs, 303 to the form for browsers."
                ),
                (
                    "A personal page without `Cache-Control`. A shared cache may store it and give it to the next "
                    "visitor, for a cookie in the request does not prevent that: say `private` or `no-store`."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "一切顺利，又没有更确切的 2xx 时用它：新资源有了地址用 201，事情还没办完用 202，没有东西要显示用 "
                "204，只给一部分用 206。表单提交之后用它多半不合适，刷新会把表单再交一遍：用 303 引到结果页。对 "
                "CONNECT，它表示隧道已打通，不带任何内容（RFC 9110 §15.3.1）。空列表就是内容为空列表的 200，不是 "
                "404，也不是 204。"
            ),
            fields={},
            client=(
                "浏览器照 `Content-Type` 显示内容。对 GET 的响应，即使没写期限，缓存也可以保存，期限通常取 "
                "`Last-Modified` 至今时长的十分之一（RFC 9111 §4.2.2）。对 POST 的响应，只有写明期限，且 "
                "`Content-Location` 与请求地址相同，才可保存（RFC 9110 §9.3.3）。爬虫会把页面收进索引。"
            ),
            mistakes=(
                (
                    '返回 200，里面却是 `{"error": …}`。缓存会存下它，该重试的不重试，监控一片绿：失败由状态码来说，'
                    "详情写进内容（RFC 9457）。"
                ),
                "页面写着“找不到”，状态却是 200。搜索引擎称之为软 404，会没完没了地抓这类地址：请用 404 或 410。",
                (
                    "在所请求的地址上直接以 200 给出登录表单。程序会把表单当成数据：对程序用 401 并附质询，"
                    "对浏览器用 303 引到表单。"
                ),
                (
                    "因人而异的页面不写 `Cache-Control`。请求带 Cookie 并不妨碍共享缓存保存，下一位访客可能看到它："
                    "写上 `private` 或 `no-store`。"
                ),
            ),
        ),
    },
    201: {
        "en": Chapter(
            when=(
                "A POST that made a record, an account or an upload answers so, with the address of what it made. A "
                "PUT must answer so if there was nothing at its address before, and 200 or 204 if it replaced "
                "something (RFC 9110 §9.3.4). If the thing will exist only later, it is 202; if a person sent a form "
                "in a browser, 303 to the new page serves better. The resource has to exist before the answer goes out."
            ),
            fields={
                "Location": (
                    "It names the main resource that was created; without it, that is the address of the request, "
                    "which is right for PUT and nearly always wrong for POST."
                ),
                "ETag": (
                    "It is the validator of the new resource, so that the client can send its first change with "
                    "`If-Match` and need not fetch first."
                ),
            },
            client=(
                "Nobody follows `Location` here: a browser shows the content at the old address, and `curl -L` follows "
                "3xx only. A program reads the field and stores it. A cache drops what it held for the address of the "
                "request, since the method was unsafe (RFC 9111 §4.4)."
            ),
            mistakes=(
                (
                    "201 to a POST without `Location`. It then says that the collection itself is what was created: "
                    "name the member."
                ),
                (
                    "An `ETag` in the answer to a PUT whose content was changed while it was stored (white space, an "
                    "added date). It may stand there only if every byte was kept, else the client believes it holds "
                    "what the server has (RFC 9110 §9.3.4)."
                ),
                (
                    "A `Location` that a script of another origin cannot read. CORS hides it unless the answer says "
                    "`Access-Control-Expose-Headers: Location`."
                ),
                (
                    "A POST that is repeated after a time-out and creates the thing twice. Take an `Idempotency-Key`, "
                    "or let the client choose the address and use PUT with `If-None-Match: *`."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "POST 建立了记录、账号或上传之后用它，并给出新资源的地址。PUT 的地址原先空着，就必须用 201；"
                "替换了已有的，用 200 或 204（RFC 9110 §9.3.4）。东西稍后才会有，用 202；用户在浏览器里提交的表单，"
                "用 303 引到新页面更好。发出响应时，资源必须已经存在。"
            ),
            fields={
                "Location": (
                    "指出新建的主要资源；没有它，就等于说新资源在请求的地址上，对 PUT 是对的，对 POST 几乎总是错的。"
                ),
                "ETag": "新资源的校验器：客户端头一次修改就能带上 `If-Match`，不必先取一遍。",
            },
            client=(
                "没有谁会跟着这里的 `Location` 走：浏览器留在原地址显示内容，`curl -L` 也只跟 3xx。"
                "程序读出这个字段存起来。由于方法不安全，缓存会丢弃该请求地址上的旧副本（RFC 9111 §4.4）。"
            ),
            mistakes=(
                "对 POST 回 201 却没有 `Location`。这等于说新建的是集合本身：请写出成员的地址。",
                (
                    "PUT 的内容在保存时改过（空白、补上的日期），响应里仍给 `ETag`。只有一字节不差地存下才可以给，"
                    "否则客户端会以为自己手里的就是服务器上的（RFC 9110 §9.3.4）。"
                ),
                "`Location` 给了，跨源的脚本却读不到。要写 `Access-Control-Expose-Headers: Location`，CORS 才放行。",
                (
                    "超时后重发 POST，结果建了两份。接受 `Idempotency-Key`，或者由客户端定地址，"
                    "用 PUT 加 `If-None-Match: *`。"
                ),
            ),
        ),
    },
    202: {
        "en": Chapter(
            when=(
                "Use it when the work outlives the request: a video to be converted, a report, mail to many. Check "
                "first whatever can be checked at once and refuse with 400, 403, 409 or 422; 202 is for what can only "
                "be known later. If it is done within a second or so, wait and answer 200, 201 or 204. A client may "
                "ask for this way of working with `Prefer: respond-async` (RFC 7240 §4.1)."
            ),
            fields={},
            client=(
                "The client reads from the content where to look, waits and asks there with GET. Browsers show the "
                "content and do nothing more: `Location` has no fixed meaning in a 202, and no program follows it by "
                "itself. `Retry-After` is defined only for other codes, but many clients take it as advice how soon to "
                "ask."
            ),
            mistakes=(
                (
                    "202 and no place to look. The client can then only guess or send again: give the address of a "
                    "status resource in the content, and in `Location` too if you like."
                ),
                (
                    "Keeping the job in the memory of one process. A restart loses what was accepted: write it down "
                    "before answering."
                ),
                (
                    "A status resource that answers 202 or 500 about the job. It answers for itself: 200 with "
                    "`pending` or `failed` in the content, and 303 to the result once there is one."
                ),
                (
                    "Starting the job again when the request is repeated. Recognise the repetition, by an "
                    "`Idempotency-Key` for instance, and answer with the same status address."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "工作耗时太久、请求等不到它做完时用它：转码视频、生成报表、群发邮件。能当场查的先查，不行就用 400、"
                "403、409 或 422 拒绝；202 只留给事后才知道结果的事。一两秒就能办完的，等一等，用 200、201 或 204。"
                "客户端也可以用 `Prefer: respond-async` 要求这样办（RFC 7240 §4.1）。"
            ),
            fields={},
            client=(
                "客户端从内容里读出到哪里查询，等一会儿，再用 GET 去问。浏览器只显示内容，别的什么也不做：202 里的 "
                "`Location` 没有规定含义，程序也不会自动跟过去。`Retry-After` 只为别的状态码定义过，"
                "不过许多客户端会照它决定多久再来问。"
            ),
            mistakes=(
                (
                    "回了 202，却没说到哪里查。客户端只好瞎猜或重发：在内容里给出状态资源的地址，"
                    "愿意的话 `Location` 也写上。"
                ),
                "任务只放在某个进程的内存里。一重启，收下的就没了：先存好，再回答。",
                (
                    "查询状态的资源拿 202 或 500 来说任务的情况。它只替自己回答：用 200，"
                    "内容里写 `pending` 或 `failed`；有了结果，用 303 引过去。"
                ),
                "请求重复发来，任务就再做一遍。要认得出重复，例如靠 `Idempotency-Key`，并回以同一个状态地址。",
            ),
        ),
    },
    203: {
        "en": Chapter(
            when=(
                "Only a proxy sends it, in place of the 200 that came from behind, after it changed the content: a "
                "filter that takes scripts out, a gateway that shrinks pictures, a translator. An origin server never "
                "does; where its data came from is not the matter of this code. A proxy must not change content that "
                "came with `Cache-Control: no-transform`, and is free to keep the 200 if it does change something (RFC "
                "9110 §7.7)."
            ),
            fields={},
            client=(
                "A browser treats it like 200, and a cache may keep it without an explicit lifetime. A program that "
                "compares with 200 instead of asking for 2xx throws a usable answer away. Validators learnt this way "
                "may hold only on the same way, through the same proxies (RFC 9110 §15.3.4)."
            ),
            mistakes=(
                (
                    "Taking the name for not authorised, and answering an expired token with it and a sign-in page. "
                    "Clients take that for success: it is 401."
                ),
                (
                    "Changing the content and passing the origin's strong `ETag` or `Content-Digest` on. Make the tag "
                    "weak or a new one, and drop the digest."
                ),
                (
                    "Sending it from an application because the data came from elsewhere. That is a plain 200; say in "
                    "the content where they come from."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "只有代理会发送它：代理改动过内容，就用它替换后方来的 200，例如去掉脚本的过滤器、压缩图片的网关、"
                "翻译代理。源服务器从不发送；数据从哪里来，与这个状态码无关。带着 `Cache-Control: no-transform` "
                "的内容，代理不得改动；做了别的改动，也可以仍用 200（RFC 9110 §7.7）。"
            ),
            fields={},
            client=(
                "浏览器当作 200 对待，缓存不必写明期限也可保存。只认 200、不认其他 2xx 的程序，会把能用的响应扔掉。"
                "由此得到的校验器可能只在同一条路上、经过同样的代理才管用（RFC 9110 §15.3.4）。"
            ),
            mistakes=(
                ("望文生义，当成“未授权”，令牌过期就回 203 和登录页。客户端会以为成功了：该用 401。"),
                "改了内容，却原样转发源服务器的强 `ETag` 或 `Content-Digest`。标签应改弱或另给一个，摘要应去掉。",
                "数据抄自别处，应用便发 203。那就是普通的 200，来源写在内容里即可。",
            ),
        ),
    },
    204: {
        "en": Chapter(
            when=(
                "It suits a PUT or DELETE that worked, a saved draft, a counted click, an OPTIONS preflight: done, "
                "and the page stays. If the client wants to see what it saved, answer 200 with it; if the person is "
                "to see another page, 303. A file of no bytes is a 200 with `Content-Length: 0`, since it is a "
                "representation that happens to be empty. A DELETE of what was gone already may answer 404, or 204 "
                "where the difference does not matter."
            ),
            fields={},
            client=(
                "The answer is over with the empty line, whatever the fields say (RFC 9112 §6.3). A browser that was "
                "to open the address stays where it is, and the person sees nothing happen. In a script, "
                "`response.json()` fails on it. An EventSource stops reconnecting, and a cache may keep the answer to "
                "a GET as it would a 200."
            ),
            mistakes=(
                (
                    "Content after it. Not every server takes it out, and on a connection that is kept open those "
                    "bytes are read as the beginning of the next answer."
                ),
                (
                    "`Content-Length` or `Transfer-Encoding` in it. Both are forbidden, even with the value 0 (RFC "
                    "9110 §8.6, RFC 9112 §6.1)."
                ),
                (
                    "204 for a search without a hit. An empty list is a 200 with `[]`, which the client can read like "
                    "any other."
                ),
                (
                    "204 to a form that a person sent without scripts. Nothing moves, so it is sent again: 303 to a "
                    "page that says so."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "PUT 或 DELETE 成功、草稿已存、点击已计数、OPTIONS 预检通过，都适合用它：办好了，页面不动。"
                "客户端想看存下的样子，用 200 带上内容；用户该看另一页，用 303。"
                "零字节的文件是 200 加 `Content-Length: 0`，它也是一份表示，只不过是空的。要删的东西早已不在，"
                "可以回 404；若无所谓，回 204 也行。"
            ),
            fields={},
            client=(
                "不管首部怎么写，空行一到响应就结束（RFC 9112 §6.3）。浏览器本要打开这个地址，结果停在原处，"
                "用户觉得什么也没发生。脚本里对它调用 `response.json()` 会出错。EventSource 从此不再重连；"
                "对 GET 的这种响应，缓存可以像 200 那样保存。"
            ),
            mistakes=(
                ("后面还跟着内容。并非每种服务器都会把它去掉；连接不断开时，这些字节会被读成下一个响应的开头。"),
                (
                    "带上 `Content-Length` 或 `Transfer-Encoding`。两者都禁止，值为 0 也不行（RFC 9110 §8.6、"
                    "RFC 9112 §6.1）。"
                ),
                "搜索没有结果就回 204。空列表是内容为 `[]` 的 200，客户端照常解析。",
                "表单不用脚本，直接提交，却回 204。画面不动，用户就再交一次：用 303 引到一个说明已办好的页面。",
            ),
        ),
    },
    205: {
        "en": Chapter(
            when=(
                "The definition fits a desk where one form after the other is typed in: taken, clear it for the next. "
                "In practice no browser clears anything, so it is of use only between a program and a server that "
                "both know it. For people, answer 303 to an empty form, or 204 and let a script reset the form."
            ),
            fields={},
            client=(
                "A browser that receives it for a form or a link does the same as for 204: it stays on the page and "
                "leaves the fields as they are. In `fetch` its body is always empty. Programs mostly count it as one "
                "more 2xx."
            ),
            mistakes=(
                "Expecting the browser to empty the form. Call `form.reset()` in a script, or send 303.",
                (
                    "Content in it. It is forbidden (RFC 9110 §15.3.6), and servers seldom take it out, so the "
                    "application must not give any."
                ),
                (
                    "Leaving `Content-Length: 0` out. Unlike 204, a 205 does not end by itself in HTTP/1.1 (RFC 9112 "
                    "§6.3), and the client waits until the connection is closed."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "按定义，它适合一份接一份录入表单的场合：收下了，清空好填下一份。实际上没有浏览器会清空，"
                "所以只有程序和服务器双方都认得它时才有用。面对用户，请用 303 引到空表单，或者用 204，"
                "再由脚本重置表单。"
            ),
            fields={},
            client=(
                "表单或链接得到它，浏览器与对待 204 无异：停在原页，各栏原样不动。在 `fetch` 里，它的内容总是空的。"
                "程序多半只把它算作又一个 2xx。"
            ),
            mistakes=(
                "指望浏览器清空表单。请在脚本里调用 `form.reset()`，或者用 303。",
                ("带了内容。这是禁止的（RFC 9110 §15.3.6），而服务器很少会替应用去掉，所以应用自己就不能给。"),
                (
                    "漏掉 `Content-Length: 0`。与 204 不同，HTTP/1.1 里的 205 不会自行结束（RFC 9112 §6.3），"
                    "客户端会一直等到连接关闭。"
                ),
            ),
        ),
    },
    206: {
        "en": Chapter(
            when=(
                "Only a GET with `Range` gets it, and only if `If-Range` (where present) still fits and at least one "
                "range lies within the content; 416 if none does, and 200 with the whole if the unit is unknown or the "
                "method is another one: HEAD too is answered as if `Range` were not there (RFC 9110 §14.2). A server "
                "may ignore the field altogether and answer 200. Preconditions such as `If-None-Match` come first, so "
                "304 and 412 win over 206."
            ),
            fields={
                "Content-Range": (
                    "It says which bytes these are and of how many, as in `bytes 0-499/1234`; with several ranges it "
                    "stands in each part of `multipart/byteranges` and not in the header section of the answer (RFC "
                    "9110 §15.3.7.2)."
                ),
                "Date": "It tells a cache how old the part is, as in the 200 to the same request.",
                "Cache-Control": (
                    "It has to be that of the 200; without it a part of a private file may end up in a shared cache."
                ),
                "ETag": (
                    "It shows that two parts belong to the same version: only a strong validator lets a client join "
                    "them (RFC 9110 §15.3.7.3)."
                ),
                "Expires": "It is the lifetime for caches that know no `max-age`, and goes along where the 200 has it.",
                "Content-Location": (
                    "It names the variant that was chosen, if the 200 names it, so that the next range is asked of the "
                    "same one."
                ),
                "Vary": (
                    "It keeps a cache from joining parts of the German and the English version, or of a compressed "
                    "and a plain one."
                ),
            },
            client=(
                "A video player asks for piece after piece; Safari does not play media from a server that knows no "
                "ranges. `curl -C -` resumes a download, and gives up with exit code 33 if a 200 comes back. A cache "
                "that does not know `Range` must not store it (RFC 9111 §3.3). A client has to look at "
                "`Content-Range`, because the server may send less than was asked for."
            ),
            mistakes=(
                (
                    "Ignoring `If-Range`. The file changed, the client glues the new tail to the old head, and the "
                    "download is broken without an error: compare it, and send the whole as 200 if it does not fit."
                ),
                ("Answering 416 to two ranges because only one is supported: send the first, or the whole as 200."),
                (
                    "Serving a hundred overlapping ranges. It multiplies the traffic and has felled Apache once "
                    "(CVE-2011-3192): merge what overlaps, or ignore the field (RFC 9110 §14.2)."
                ),
                "206 for page one of a list that nobody asked a range of. That is a 200 with `Link: …; rel=next`.",
            ),
        ),
        "zh": Chapter(
            when=(
                "只有带 `Range` 的 GET 才得到它，而且 `If-Range`（若有）仍然相符，至少一个范围落在内容之内；"
                "一个都不落在其中，用 416。单位不认识，或是别的方法，用 200 给出全部："
                "对 HEAD 也当作没有 `Range`（RFC 9110 §14.2）。服务器也可以根本不理这个字段，用 200 回答。"
                "`If-None-Match` 之类的条件先判断，所以 304 和 412 优先于 206。"
            ),
            fields={
                "Content-Range": (
                    "说明这是哪些字节、总共多少，如 `bytes 0-499/1234`；有多个范围时，"
                    "写在 `multipart/byteranges` 的每一段里，而不写在响应的首部（RFC 9110 §15.3.7.2）。"
                ),
                "Date": "让缓存知道这一段有多旧，与同一请求的 200 相同。",
                "Cache-Control": "必须与 200 的相同；没有它，私人文件的片段可能进了共享缓存。",
                "ETag": "证明两段属于同一版本：只有强校验器相同，客户端才可以拼接（RFC 9110 §15.3.7.3）。",
                "Expires": "给不懂 `max-age` 的缓存看的期限，200 有就要带上。",
                "Content-Location": "200 若写明选中了哪个变体，这里也要写，下一段才会向同一个变体去要。",
                "Vary": "免得缓存把中文版与英文版、压缩过与没压缩过的片段拼在一起。",
            },
            client=(
                "视频播放器一段一段地要；服务器不支持范围，Safari 就不播放。`curl -C -` 用它续传，若得到 200，"
                "便以退出码 33 放弃。不懂 `Range` 的缓存不得保存它（RFC 9111 §3.3）。客户端必须看 `Content-Range`，"
                "因为服务器给的可以比要的少。"
            ),
            mistakes=(
                (
                    "不理会 `If-Range`。文件已改，客户端把新的后半截接到旧的前半截上，下载坏了也不报错：要比较，"
                    "不相符就用 200 给出全部。"
                ),
                "只支持一个范围，遇到两个就回 416。应当只给第一个，或用 200 给出全部。",
                (
                    "上百个重叠的范围照单全给。流量成倍放大，Apache 曾因此瘫痪（CVE-2011-3192）：合并重叠的，"
                    "或者忽略这个字段（RFC 9110 §14.2）。"
                ),
                "列表的第一页用 206，而谁也没要过范围。那就是 200，加上 `Link: …; rel=next`。",
            ),
        ),
    },
    207: {
        "en": Chapter(
            when=(
                "WebDAV answers PROPFIND and PROPPATCH with it, and DELETE, COPY or MOVE of a collection when some "
                "members failed; if all went well the latter get 204 or 201 (RFC 4918 §9.6.1, §9.8.5, §9.9.4). If the "
                "whole request fails for one reason, send that code alone: 403, 404, 423. An API of your own that "
                "takes many orders at once may borrow the code, but no client knows the shape of its content."
            ),
            fields={
                "Content-Type": (
                    "It is `application/xml; charset=utf-8` (or `text/xml`), for the content is a document with the "
                    "root element `DAV:multistatus` (RFC 4918 §13)."
                ),
            },
            client=(
                "A WebDAV client goes through every `DAV:response` and, inside, every `DAV:propstat`, and may find "
                "nothing but failures there. Browsers show the XML; `curl -f` and every other check for 2xx call it "
                "success. Caches are of little use here, since most properties have no validator."
            ),
            mistakes=(
                (
                    "Taking 207 for success. It only says that the answer has several statuses in it: look at each of "
                    "them."
                ),
                (
                    "Listing what went well too. In the answer to DELETE, COPY or MOVE leave out 204 and 201, and the "
                    "424 that follow from a listed failure; otherwise the document grows with the tree (RFC 4918 "
                    "§9.6.1)."
                ),
                (
                    "Answering PROPFIND with `Depth: infinity` for a whole disk. It may be refused with 403 and "
                    "`DAV:propfind-finite-depth` (RFC 4918 §9.1)."
                ),
                "207 for a batch that has to succeed as a whole. If one part fails, undo all and send 409 or 422.",
            ),
        ),
        "zh": Chapter(
            when=(
                "WebDAV 用它回答 PROPFIND 和 PROPPATCH；对集合的 DELETE、COPY、MOVE，只在有成员失败时用，全部成功则用 "
                "204 或 201（RFC 4918 §9.6.1、§9.8.5、§9.9.4）。整个请求因同一个原因失败，就单独回那个状态码：403、"
                "404、423。自己的接口一次收许多条指令时也可以借用，但内容的格式要自己约定，现成的客户端都不认得。"
            ),
            fields={
                "Content-Type": (
                    "写 `application/xml; charset=utf-8`（或 `text/xml`），"
                    "因为内容是以 `DAV:multistatus` 为根元素的文档（RFC 4918 §13）。"
                ),
            },
            client=(
                "WebDAV 客户端逐个查看 `DAV:response`，再看其中每个 `DAV:propstat`，里面可能全是失败。浏览器直接显示 "
                "XML；`curl -f` 和一切只看 2xx 的检查都当它成功。多数属性没有校验器，缓存派不上用场。"
            ),
            mistakes=(
                "把 207 当成成功。它只说明响应里有多个状态：要逐个看。",
                (
                    "成功的也一一列出。DELETE、COPY、MOVE 里，204、201 以及由已列失败引起的 424 都省略，"
                    "否则文档会跟着目录树膨胀（RFC 4918 §9.6.1）。"
                ),
                (
                    "对整个磁盘回答 `Depth: infinity` 的 PROPFIND。"
                    "可以用 403 和 `DAV:propfind-finite-depth` 拒绝（RFC 4918 §9.1）。"
                ),
                "本该要么全成、要么全不成的一批操作也用 207。有一项失败就全部撤销，回 409 或 422。",
            ),
        ),
    },
    208: {
        "en": Chapter(
            when=(
                "Never as the status of an answer: it stands only in a `DAV:status` element within the XML of a 207. A "
                "server with bindings (RFC 5842) writes it there, in reply to PROPFIND with `Depth: infinity`, where a "
                "collection turns up a second time. It does so only for a client that said `DAV: bind`; any other gets "
                "508 when the bindings form a loop (RFC 5842 §7.1). Few servers have bindings at all."
            ),
            fields={},
            client=(
                "A client that knows bindings takes the members from the earlier entry, and tells by `DAV:resource-id` "
                "that both are one collection. Whoever meets it as the status of a whole answer treats it like 200 "
                "(RFC 9110 §15)."
            ),
            mistakes=(
                (
                    "Sending it for a duplicate order or a request seen before. Repeat the first answer (200 or 201), "
                    "or refuse with 409."
                ),
                (
                    "Writing it into the 207 for a client that did not say `DAV: bind`. Such a client takes the branch "
                    "for empty: answer 508."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "从不作为整个响应的状态：它只写在 207 的 XML 里，放在 `DAV:status` 元素中。支持绑定（RFC 5842）"
                "的服务器回答 `Depth: infinity` 的 PROPFIND 时，同一集合第二次出现，就这样标记。"
                "而且只对声明过 `DAV: bind` 的客户端；绑定成环时，其他客户端得到的是 508（RFC 5842 §7.1）。"
                "支持绑定的服务器本就很少。"
            ),
            fields={},
            client=(
                "懂得绑定的客户端以先列出的那份成员为准，并凭 `DAV:resource-id` 认出两者是同一集合。"
                "若遇到整个响应的状态就是它，当作 200 对待（RFC 9110 §15）。"
            ),
            mistakes=(
                "重复的订单、见过的请求，就回 208。应当重复第一次的响应（200 或 201），或者用 409 拒绝。",
                "客户端没有声明 `DAV: bind`，也在 207 里写它。对方会以为那一支是空的：请用 508。",
            ),
        ),
    },
    226: {
        "en": Chapter(
            when=(
                "Only when a GET names with `A-IM` a manipulation that the server has, and with `If-None-Match` the "
                "version that the client holds (RFC 3229 §10.4.1). Some feed readers still send `A-IM: feed`, an "
                "unregistered use, and a few servers answer with only the new entries. For a new design take "
                "Compression Dictionary Transport (RFC 9842): it saves the same bytes with a 200 and an ordinary "
                "content coding."
            ),
            fields={
                "IM": (
                    "It lists what was done to the content, in that order, for example `vcdiff` or `feed, gzip`; "
                    "without it nobody can undo it."
                ),
                "Delta-Base": (
                    "It carries the entity tag of the version that the difference starts from, which is needed where "
                    "the client named several in `If-None-Match`."
                ),
            },
            client=(
                "A client that asked applies the difference to the version it holds and keeps the result under the new "
                "`ETag`. Browsers and curl never ask. A cache that does not know the scheme would pass the difference "
                "off as the whole, which is why such answers carry `Cache-Control: no-store, im`: whoever knows `im` "
                "disregards the `no-store`."
            ),
            mistakes=(
                (
                    "Sending a shortened feed as 200 with `IM: feed`. A cache then gives the remnant to everybody. "
                    "Send all of it, or a true 226."
                ),
                (
                    "Answering so without `A-IM`. The client takes the difference for the page: a request that did not "
                    "ask gets 200."
                ),
                "Forgetting `Vary` where the address answers in both ways. Name `A-IM` and `If-None-Match` in it.",
            ),
        ),
        "zh": Chapter(
            when=(
                "只有 GET 用 `A-IM` 提出了服务器支持的处理，又用 `If-None-Match` 说明手里是哪个版本，才用它（RFC 3229 "
                "§10.4.1）。有些订阅阅读器至今还发送 `A-IM: feed`（未经登记的用法），少数服务器便只回新条目。"
                "新的设计请用压缩字典传输（RFC 9842）：同样省流量，用的是 200 和普通的内容编码。"
            ),
            fields={
                "IM": "按先后列出对内容做过的处理，例如 `vcdiff` 或 `feed, gzip`；没有它，谁也还原不了。",
                "Delta-Base": (
                    "差异以哪个版本为底，这里写它的实体标签；客户端在 `If-None-Match` 里列了好几个时少不了它。"
                ),
            },
            client=(
                "提出过要求的客户端把差异套用到手里的版本，并以新的 `ETag` 保存结果。浏览器和 curl 从不提出。"
                "不懂这套机制的缓存会把差异当作全文，所以这种响应写 `Cache-Control: no-store, im`："
                "认得 `im` 的就不理会 `no-store`。"
            ),
            mistakes=(
                ("把截短的订阅用 200 加 `IM: feed` 发出。缓存随后把残缺的内容发给所有人。要么给全文，要么真用 226。"),
                "请求没带 `A-IM` 也这样回答。客户端会把差异当成页面：没有提出的，一律用 200。",
                "同一地址两种答法，却忘了 `Vary`。要写上 `A-IM` 和 `If-None-Match`。",
            ),
        ),
    },
}
