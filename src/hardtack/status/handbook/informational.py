"""Chapters on the interim answers, 1xx (RFC 9110 §15.2, RFC 2518, RFC 8297): what comes before the final answer.

A table of words in two languages, so the file is as long as it needs to be. It decides nothing.
"""

from __future__ import annotations

from hardtack.status.handbook.chapter import Chapter

CHAPTERS: dict[int, dict[str, Chapter]] = {
    100: {
        "en": Chapter(
            when=(
                "The server sends it when a request carries `Expect: 100-continue`, has content still to come, and "
                "its method, address and header fields give no reason to refuse (RFC 9110 §10.1.1). If they do give "
                "one, it sends the final answer at once instead: 401, 403, 405, 413, 417, whatever applies. It may "
                "leave 100 out once some of the content has arrived, and never sends it, or any other 1xx, to a "
                "client of HTTP/1.0 (RFC 9110 §15.2). An application does not write 100 itself: it refuses before it "
                "begins to read, and a server that says 100 only at that read then never says it."
            ),
            fields={},
            client=(
                "curl sends `Expect: 100-continue` over HTTP/1.1 when the content is larger than a megabyte or of "
                "unknown length, waits one second for 100, and then sends anyway. After 417 it repeats the request "
                "without `Expect`. Browsers never send the field, and a script cannot set it: fetch forbids it. A "
                "client that did not ask throws 100 away and goes on waiting."
            ),
            mistakes=(
                (
                    "Reading the whole upload and refusing it afterwards. Whatever the header section already settles "
                    "(sign-in, method, `Content-Length` over the limit) belongs before the first read."
                ),
                (
                    "Expecting the application to hold the client back behind a buffering proxy. nginx answers "
                    "`Expect` itself and collects the content first, so its `client_max_body_size` has to be right as "
                    "well."
                ),
                (
                    "Sending 100 to a request of HTTP/1.0 because it carries `Expect`. The expectation must be "
                    "ignored there (RFC 9110 §10.1.1)."
                ),
                (
                    "Answering early with an error and leaving the connection in doubt. Say `Connection: close`, or "
                    "read the rest and throw it away; otherwise the content of this request is taken for the "
                    "beginning of the next."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "请求带有 `Expect: 100-continue`，正文还没到，而单看方法、地址和首部又没有理由拒绝时，"
                "服务器发送它（RFC 9110 §10.1.1）。有理由拒绝，就直接给出最终响应：401、403、405、413、417，"
                "该是哪个就是哪个。正文若已到了一部分，100 可以省去；对 HTTP/1.0 的客户端，任何 1xx 都不得发送（RFC "
                "9110 §15.2）。应用不必自己写 100：要拒绝就在读正文之前拒绝，等应用开始读取才发 100 的服务器，"
                "就不会再发。"
            ),
            fields={},
            client=(
                "用 HTTP/1.1 时，正文超过 1 MB 或长度未知，curl 就会带上 `Expect: 100-continue`，等一秒，没等到 100 "
                "也照样发送；收到 417 则去掉 `Expect` 重来。浏览器从不发送这个字段，脚本也设置不了：fetch 不允许。"
                "没有问过的客户端收到 100，会忽略它，继续等待。"
            ),
            mistakes=(
                (
                    "把上传的内容全收下来，再说不行。看首部就能决定的事（登录、方法、`Content-Length` 超限），"
                    "应在读正文之前决定。"
                ),
                (
                    "以为应用隔着会缓冲的代理也能拦住客户端。nginx 自己回答 `Expect`，先把正文收齐再转交，"
                    "所以它的 `client_max_body_size` 也要设对。"
                ),
                ("HTTP/1.0 的请求带了 `Expect`，也回 100。对 HTTP/1.0 必须忽略这项要求（RFC 9110 §10.1.1）。"),
                (
                    "提前报错，却不交代连接怎么办。要么写明 `Connection: close`，要么把剩下的正文读掉，"
                    "否则这次的正文会被当成下一个请求的开头。"
                ),
            ),
        ),
    },
    101: {
        "en": Chapter(
            when=(
                "The server sends it when an HTTP/1.1 request offers protocols in `Upgrade` and the server takes one "
                "of them. Nobody has to accept: a server that does not want to ignores the field and answers as usual, "
                "and one that insists on another protocol answers 426. If the request also has `Expect: 100-continue`, "
                "100 goes out before 101 (RFC 9110 §7.8). HTTP/2 and HTTP/3 have no 101 (RFC 9113 §8.6, RFC 9114 "
                "§4.5): WebSocket begins there with an extended CONNECT that is answered by 200 (RFC 8441, RFC 9220)."
            ),
            fields={
                "Upgrade": (
                    "It names the protocol that holds from the next byte on, such as `websocket`; only one that the "
                    "client offered may stand here, and layers are listed from the lowest up (RFC 9110 §7.8)."
                ),
                "Connection": (
                    "It carries the option `upgrade`, so that no server in between passes `Upgrade` on: that field is "
                    "meant for this one connection (RFC 9110 §7.6.1)."
                ),
            },
            client=(
                "The client stops speaking HTTP on this connection with the empty line. A browser that opens a "
                "WebSocket also checks `Sec-WebSocket-Accept` against the key it sent, and fails the connection if the "
                "value does not fit or a subprotocol comes back that it never offered (RFC 6455 §4.1). Caches have no "
                "part in it."
            ),
            mistakes=(
                (
                    "A proxy in front that drops the upgrade. nginx passes neither `Upgrade` nor `Connection` on by "
                    "itself: set both with `proxy_set_header`, and `proxy_http_version 1.1` where that is not the "
                    "default."
                ),
                (
                    "Switching before `Origin` was checked. The same-origin rule does not hold for WebSocket, and "
                    "cookies are sent along: compare `Origin`, and refuse one that is not your own with 403."
                ),
                (
                    "Letting a middleware or a view write 101. Only the server that owns the connection can switch it; "
                    "an application accepts through the interface it was given (in ASGI, `websocket.accept`)."
                ),
                (
                    "Offering the upgrade from cleartext to HTTP/2, `Upgrade: h2c`. RFC 9113 §3.1 deprecates it, and "
                    "a proxy that passes it on blindly no longer sees the requests that follow."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "HTTP/1.1 的请求在 `Upgrade` 里列出协议，服务器从中接受一个，就发送它。接受与否由服务器决定："
                "不愿意就忽略这个字段、照常回答；非换协议不可，则用 426。请求同时带有 `Expect: 100-continue` 时，"
                "先发 100，再发 101（RFC 9110 §7.8）。HTTP/2 与 HTTP/3 没有 101（RFC 9113 §8.6、RFC 9114 §4.5）："
                "那里的 WebSocket 以扩展的 CONNECT 开始，用 200 回答（RFC 8441、RFC 9220）。"
            ),
            fields={
                "Upgrade": (
                    "写明从下一个字节起改用的协议，例如 `websocket`；只能写客户端提出过的，"
                    "有多层时由低到高排列（RFC 9110 §7.8）。"
                ),
                "Connection": (
                    "带上选项 `upgrade`，居中的服务器便不会把 `Upgrade` 转发出去："
                    "那个字段只管这一条连接（RFC 9110 §7.6.1）。"
                ),
            },
            client=(
                "首部末尾的空行之后，这条连接上就不再是 HTTP。打开 WebSocket 的浏览器还会拿自己发出的键核对 "
                "`Sec-WebSocket-Accept`，值不对，或者冒出一个没提出过的子协议，连接即告失败（RFC 6455 §4.1）。"
                "缓存与此无关。"
            ),
            mistakes=(
                (
                    "前面的代理把升级弄丢了。nginx 默认不转发 `Upgrade` 和 `Connection`：要用 `proxy_set_header` "
                    "写上这两个，默认版本不是 1.1 的，再加上 `proxy_http_version 1.1`。"
                ),
                (
                    "没查 `Origin` 就切换。同源规则管不到 WebSocket，Cookie 却会一起发来：先比对 `Origin`，"
                    "不认识的用 403 拒绝。"
                ),
                (
                    "由中间件或视图来写 101。只有掌管连接的服务器才能切换；"
                    "应用通过自己得到的接口表示接受（ASGI 里是 `websocket.accept`）。"
                ),
                (
                    "允许从明文升级到 HTTP/2，即 `Upgrade: h2c`。RFC 9113 §3.1 已弃用它；盲目转发它的代理，"
                    "再也看不到之后的请求。"
                ),
            ),
        ),
    },
    102: {
        "en": Chapter(
            when=(
                "No longer. RFC 2518 (§10.1) had WebDAV servers send it during methods that take long, say more than "
                "20 seconds; RFC 4918 left it out again, and the registry calls it obsolete. Work that takes long is "
                "answered with 202 and a place to look; what is only to be fetched in advance goes into a 103."
            ),
            fields={},
            client=(
                "Every client of HTTP/1.1 has to read over any number of interim answers, whether it knows them or not "
                "(RFC 9110 §15.2). Browsers and curl throw 102 away and keep waiting; whether it puts off their "
                "time-out is not written anywhere, so nothing should depend on that."
            ),
            mistakes=(
                (
                    "Sending 102 as the final answer of a job that goes on. The client then waits for an answer that "
                    "never comes: use 202."
                ),
                (
                    "Sending it to keep a proxy from giving up. Many proxies count only the final answer, or do not "
                    "know 1xx from behind at all: raise the proxy's time limit for this path, or make the work a job."
                ),
                (
                    "Setting it as the status of an ordinary response object. The client then has no final answer; no "
                    "1xx belongs there."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "如今不再发送。RFC 2518（§10.1）让 WebDAV 服务器在耗时较长（比如超过 20 秒）的方法中途发送它，RFC "
                "4918 又把它去掉，登记表上注明已废弃。耗时的工作用 202 回答，并指明到哪里看结果；"
                "只是想让客户端提前取东西，用 103。"
            ),
            fields={},
            client=(
                "不管认不认得，HTTP/1.1 的客户端都必须能跳过任意多个临时响应（RFC 9110 §15.2）。"
                "浏览器和 curl 丢掉 102 接着等；它能不能让超时重新计算，哪里都没有规定，不要指望。"
            ),
            mistakes=(
                "任务还在进行，就把 102 当作最终响应。客户端会一直等下去，等不到结果：应当用 202。",
                (
                    "靠它拖住代理，不让代理超时。许多代理只认最终响应，有的根本不认识后方发来的 1xx："
                    "请为这个路径调大代理的时限，或者改成后台任务。"
                ),
                ("把它设成普通响应对象的状态。客户端因此得不到最终响应；任何 1xx 都不该放在那里。"),
            ),
        ),
    },
    103: {
        "en": Chapter(
            when=(
                "Send it when the final answer takes a while (a database, a template, a cache miss behind a CDN) and "
                "it is already known which style sheets, scripts, fonts or other hosts the page will need. If the page "
                "is ready at once it brings nothing: put `Link` into the 200 alone. In Python the server has to lend a "
                "hand: `wsgi.early_hints` in the environ, or `http.response.early_hint` among the extensions of ASGI. "
                "Over HTTP/1.1 it is better left out, for a client that takes it for the final answer would take the "
                "next answer for part of this one (RFC 8297 §3)."
            ),
            fields={
                "Link": (
                    "It names what to fetch or where to connect, for instance `</style.css>; rel=preload; as=style` "
                    "or `<https://cdn.example>; rel=preconnect`, and is repeated in the final answer."
                ),
            },
            client=(
                "Chrome, Edge and Firefox preload and preconnect on it, Safari preconnects; Chrome and Safari want "
                "HTTP/2 or later. Chrome heeds it for the page in the window, not in frames or for subresources, and "
                "takes only the first 103. If the final answer redirects to another origin, the hints are dropped. "
                "curl, crawlers and most programs read over it, and caches do not store it."
            ),
            mistakes=(
                (
                    "Hints that the page does not keep. What was preloaded and not used has cost the visitor "
                    "bandwidth, and the browser complains in its console: hint at what every variant of the page needs."
                ),
                (
                    "Hints meant for somebody who is signed in, sent before it was checked who asks. They leave the "
                    "server before any 403: name nothing there that is a secret."
                ),
                (
                    "Fields of the message framing in it. `Content-Length` and `Transfer-Encoding` are forbidden in "
                    "every 1xx (RFC 9110 §8.6, RFC 9112 §6.1)."
                ),
                (
                    "Returning 103 as the status of a response object. The client then has no final answer: use the "
                    "hook, and if the server has none, send nothing."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "最终响应要费些工夫（查数据库、渲染模板、CDN 未命中），而页面要用哪些样式表、脚本、"
                "字体或别的主机已经知道，这时发送。页面马上就好的，用它没有好处，在 200 里写 `Link` 即可。"
                "在 Python 里要靠服务器配合：WSGI 环境里的 `wsgi.early_hints`，"
                "或 ASGI 扩展里的 `http.response.early_hint`。HTTP/1.1 上最好不发：若有客户端把它当作最终响应，"
                "就会把下一个响应当成这一个的内容（RFC 8297 §3）。"
            ),
            fields={
                "Link": (
                    "写明要预取什么、先连哪里，"
                    "例如 `</style.css>; rel=preload; as=style` 或 `<https://cdn.example>; rel=preconnect`，"
                    "最终响应里也要再写一遍。"
                ),
            },
            client=(
                "Chrome、Edge 和 Firefox 会据此预取和预连接，Safari 会预连接；Chrome 和 Safari 要求 HTTP/2 以上。"
                "Chrome 只在窗口主页面的导航中理会它，框架和子资源不算，而且只看第一个 103。最终响应若跳转到别的源，"
                "提示作废。curl、爬虫和多数程序略过它，缓存也不保存。"
            ),
            mistakes=(
                (
                    "提示了，页面却没用上。预取而未使用的东西白费访客的流量，浏览器还会在控制台里抱怨："
                    "只提示各种情形都要用的。"
                ),
                "还没查清来者是谁，就把登录后才看得到的东西写进提示。它比 403 先离开服务器：不要在里面写任何秘密。",
                (
                    "带上了与消息边界有关的字段。任何 1xx 里都不许出现 `Content-Length` 和 `Transfer-Encoding`（RFC "
                    "9110 §8.6、RFC 9112 §6.1）。"
                ),
                ("把 103 当作响应对象的状态返回。这样一来就没有最终响应了：请用服务器提供的接口；没有接口，就不发。"),
            ),
        ),
    },
    104: {
        "en": Chapter(
            when=(
                "Not in general: the number is registered for the time being only, for "
                "draft-ietf-httpbis-resumable-upload, and until that is an RFC its meaning may still change. A server "
                "that follows the draft sends it while an upload is running, to a client that asked for it. Where "
                "uploads have to be resumable today, use the tus protocol, version 1: it answers 201 with `Location` "
                "before the content comes."
            ),
            fields={
                "Location": (
                    "It names the upload resource, the address where the client asks how much has arrived and sends "
                    "what is missing."
                ),
            },
            client=(
                "A client that knows the draft (Apple's URLSession since iOS 17 is one) keeps the address. If the "
                "connection breaks it asks there with HEAD, reads `Upload-Offset`, and sends the rest with PATCH. "
                "Browsers, curl and all others read over it as over any interim answer and wait."
            ),
            mistakes=(
                (
                    "Sending it to everybody who uploads. It belongs only to a client that speaks the same version of "
                    "the draft, which is told by `Upload-Draft-Interop-Version`; the fields have changed between "
                    "versions."
                ),
                (
                    "An upload address that anyone may guess. Whoever has it can add to the upload or watch it: make "
                    "it long and random, bind it to the account, and let it expire."
                ),
                (
                    "Counting on 104 alone. A proxy may swallow it, so the final answer of the upload, or a separate "
                    "request that opens it, has to name the address as well."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "一般不发：这个编号只是为 draft-ietf-httpbis-resumable-upload 临时登记的，成为 RFC 之前含义还可能变。"
                "照草案实现的服务器在上传进行中、客户端有此要求时发送。眼下就要断点续传，请用 tus 协议第 1 版："
                "它在接收内容之前先以 201 和 `Location` 回答。"
            ),
            fields={
                "Location": "指出上传资源的地址：客户端到那里询问已收到多少，并补上缺的部分。",
            },
            client=(
                "认得草案的客户端（例如 iOS 17 起苹果的 URLSession）会记下地址。连接断了，就用 HEAD 去那里询问，"
                "读出 `Upload-Offset`，再用 PATCH 发送余下的部分。浏览器、"
                "curl 和其他客户端像对待任何临时响应一样略过它，继续等待。"
            ),
            mistakes=(
                (
                    "凡是上传都发。它只该发给支持同一版草案的客户端，版本写在 `Upload-Draft-Interop-Version` 里；"
                    "各版之间字段改过。"
                ),
                "上传地址猜得出来。拿到地址的人就能接着传，或者探知进度：地址要够长、够随机，与账号绑定，并且会过期。",
                "全靠 104。代理可能把它吞掉，所以上传的最终响应，或者事先建立上传的那次请求，也要给出地址。",
            ),
        ),
    },
}
