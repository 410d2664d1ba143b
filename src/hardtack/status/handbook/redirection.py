"""Chapters on redirection, 3xx (RFC 9110 §15.4): the client has something more to do, mostly to go elsewhere.

A table of words in two languages, so the file is as long as it needs to be. It decides nothing.
"""

from __future__ import annotations

from hardtack.status.handbook.chapter import Chapter

CHAPTERS: dict[int, dict[str, Chapter]] = {
    300: {
        "en": Chapter(
            when=(
                "It is for a resource that exists in several forms at several addresses, where only the reader can "
                "tell which one is wanted: a recording in four formats, a name that fits three people. If `Accept` and "
                "its kin settle it, choose and answer 200 with `Vary`; if nothing on offer is acceptable, 406 with a "
                "list. Apache still sends it: mod_speling does when several file names come close to the one asked for."
            ),
            fields={
                "Location": (
                    "It names the form that the server prefers, and is left out if there is none; whoever follows "
                    "redirects by itself goes there."
                ),
            },
            client=(
                "Browsers disagree: Firefox goes to `Location` at once, Chrome shows the list, and `fetch` does not "
                "count 300 among the redirects. `curl -L` follows `Location` if it is there. A cache may keep the "
                "answer without an explicit lifetime."
            ),
            mistakes=(
                (
                    "A list that only a person can read, for a program to choose from. There is no standard format: "
                    "agree on one, or give each choice a `Link` field with `rel=alternate` and `type`."
                ),
                (
                    "Using it to ask for the language. Negotiate by `Accept-Language`, answer 200 with `Vary: "
                    "Accept-Language`, and put links to the other languages on the page."
                ),
                (
                    "A list of similar names that gives away what is there. What the asker may not see does not belong "
                    "into the list."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "资源有好几种形式、各有地址，而要哪一种只有读者自己知道，这时用它：同一段录音的四种格式，同名的三个人。"
                "`Accept` 之类能定的，就替对方选好，用 200 加 `Vary`；一样都不合要求，用 406 并列出清单。"
                "Apache 至今会发送它：文件名与所请求的相近、又不止一个时，mod_speling 就这样回答。"
            ),
            fields={
                "Location": "指出服务器首选的形式，没有首选就不写；会自动跟随的客户端便去那里。",
            },
            client=(
                "浏览器各行其是：Firefox 直接前往 `Location`，Chrome 显示清单，`fetch` 不把 300 算作重定向。"
                "`curl -L` 见到 `Location` 就跟过去。缓存不必写明期限也可保存。"
            ),
            mistakes=(
                (
                    "清单只有人看得懂，却要程序来选。清单没有标准格式：要么事先约定，要么每个选项各写一个 `Link`，"
                    "带上 `rel=alternate` 和 `type`。"
                ),
                (
                    "用它来问对方要哪种语言。应按 `Accept-Language` 协商，用 200 加 `Vary: Accept-Language`，"
                    "页面上再放其他语言的链接。"
                ),
                "相近的名字全列出来，等于告诉别人有些什么。对方无权看到的，不要列入。",
            ),
        ),
    },
    301: {
        "en": Chapter(
            when=(
                "Use it for pages that are fetched: a renamed article, the one true host name, http to https, a "
                "missing slash. Where the address also takes POST, PUT or DELETE, answer 308, which keeps the method. "
                "If there is any chance that the old address comes back, 302 or 307; if the page is gone and nothing "
                "took its place, 410."
            ),
            fields={
                "Location": (
                    "It holds the one new address, absolute or relative; if it has no fragment (`#…`), the browser "
                    "keeps that of the old address (RFC 9110 §10.2.2)."
                ),
            },
            client=(
                "Browsers and `curl -L` turn a POST into a GET and drop its content; other methods stay as they are in "
                "a browser. A cache may keep it without a lifetime, and a browser then goes to the new address without "
                "asking for as long as its cache holds. Search engines move the old page's standing to the new "
                "address. Browsers give up after 20 redirects in a row, `curl -L` after 50."
            ),
            mistakes=(
                (
                    "Trying a 301 out in production. Whoever met it holds it in the browser's cache, and taking it "
                    "back on the server does not reach them: begin with 302, or with `Cache-Control: max-age=300`."
                ),
                (
                    "Sending every dead page to the front page. Search engines treat that as a soft 404: lead each "
                    "page to its successor, and answer 410 for the rest."
                ),
                (
                    "Building `Location` from the `Host` of the request. A forged `Host` then sits in the cache and "
                    "takes everybody away: use a configured name, or a relative address."
                ),
                "Chains, from http to https to www to the slash. Go to the last address in one step.",
            ),
        ),
        "zh": Chapter(
            when=(
                "用于供人读取的页面：文章改名、统一到一个主机名、http 改到 https、补上斜杠。这个地址还接受 POST、"
                "PUT 或 DELETE 的，用 308，方法不变。旧地址还有可能恢复，用 302 或 307；页面没了又没有替代，用 410。"
            ),
            fields={
                "Location": (
                    "写唯一的新地址，绝对、相对都行；其中没有片段（`#…`）时，浏览器沿用旧地址的片段（RFC 9110 "
                    "§10.2.2）。"
                ),
            },
            client=(
                "浏览器和 `curl -L` 会把 POST 改成 GET 并丢掉正文；其他方法在浏览器里不变。缓存不必写明期限也可保存，"
                "浏览器只要缓存还在，就不再询问，直接去新地址。搜索引擎把旧页面的权重转给新地址。"
                "连续跳转 20 次浏览器便放弃，`curl -L` 是 50 次。"
            ),
            mistakes=(
                (
                    "直接在线上拿 301 做试验。遇到过的人已存在浏览器缓存里，在服务器上撤掉也影响不到他们：先用 302，"
                    "或加上 `Cache-Control: max-age=300`。"
                ),
                "失效的页面一律引到首页。搜索引擎当它是软 404：有后继的逐页引过去，其余用 410。",
                (
                    "拿请求里的 `Host` 拼 `Location`。伪造的 `Host` 一旦进了缓存，大家都会被带走：用配置好的名字，"
                    "或用相对地址。"
                ),
                "一跳接一跳：http 到 https，再到 www，再补斜杠。应当一步到位。",
            ),
        ),
    },
    302: {
        "en": Chapter(
            when=(
                "Use it where a page is elsewhere for now and is fetched with GET: a short link that counts its "
                "visitors, a page of the day, the way to the sign-in. After a form, 303 says plainly what 302 only "
                "does in practice; where the method must stay, 307. A program that lacks a session gets 401, not a "
                "redirect to a form that it cannot fill in."
            ),
            fields={
                "Location": "It holds the address for this once; the next request goes to the old one again.",
            },
            client=(
                "Browsers and curl turn a POST into a GET, as RFC 9110 §15.4.3 allows; Python's requests does so with "
                "every method but HEAD. `fetch` follows by itself, so a script sees the 200 of the sign-in page. "
                "Cookies set in the 302 are kept. A cache keeps it only with an explicit lifetime, and a search "
                "engine goes on listing the old address."
            ),
            mistakes=(
                "302 after a POST, to have the method kept. It is not: answer 307.",
                (
                    "Redirecting an API to the sign-in page. The client gets 200 and HTML, and reports broken JSON: "
                    "401 with `WWW-Authenticate`."
                ),
                (
                    "Going wherever `?next=` says. Such an open redirect lends your name to phishing: accept only "
                    "paths of your own, and refuse `//evil.example` and backslashes too."
                ),
                (
                    "302 for what has moved for good. Search engines and bookmarks never learn the new address: 301 or "
                    "308."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "页面眼下在别处、又是用 GET 去取的，用它：要计数的短链接、每日一页、引去登录。表单之后请用 303：302 "
                "只是实际上会改成 GET，303 才明说；方法必须保持，用 307。程序没有会话，回 401，"
                "别让它跳到一张填不了的表单。"
            ),
            fields={
                "Location": "只管这一次的地址；下次请求仍去原来的地址。",
            },
            client=(
                "浏览器和 curl 把 POST 改成 GET，RFC 9110 §15.4.3 允许这样做；Python 的 requests 除 HEAD 外一律改成 "
                "GET。`fetch` 自动跟过去，所以脚本看到的是登录页的 200。302 里设置的 Cookie 会保留。"
                "写明期限缓存才会保存；搜索引擎仍收录旧地址。"
            ),
            mistakes=(
                "POST 之后用 302，指望方法不变。会变的：请用 307。",
                "把 API 引到登录页。客户端拿到的是 200 和 HTML，便报 JSON 损坏：用 401 加 `WWW-Authenticate`。",
                (
                    "`?next=` 说去哪里就去哪里。这种开放重定向等于替钓鱼网站担保：只接受本站路径，`//evil.example` "
                    "和反斜杠也要拒绝。"
                ),
                "永久搬走的也用 302。搜索引擎和书签永远学不到新地址：用 301 或 308。",
            ),
        ),
    },
    303: {
        "en": Chapter(
            when=(
                "After a form was taken, send the browser to a page that can be reloaded; that is what 303 is for. It "
                "also ends the waiting at a status resource (202) by pointing to the result. If the form had faults, "
                "show it again at once with 422, and keep 303 for success. In answer to a GET it says that the thing "
                "itself cannot be sent, but that something about it is at `Location` (RFC 9110 §15.4.4)."
            ),
            fields={
                "Location": (
                    "It names the page of the result, which is another resource than the one that took the request, "
                    "and can be fetched again without harm."
                ),
            },
            client=(
                "Every browser and library goes on with GET, or with HEAD after a HEAD, and drops the content. A "
                "reload then repeats only that GET, and the form's own entry does not stand in the history. A cache "
                "keeps it only with an explicit lifetime, and drops what it held for the address that took the POST "
                "(RFC 9111 §4.4)."
            ),
            mistakes=(
                (
                    "Relying on it to prevent double orders. It stops the reload, not the second click or the retry "
                    "after a time-out: recognise the repetition by a token in the form or an `Idempotency-Key`."
                ),
                (
                    "Secrets in `Location`, such as a token or the message to show. They end up in logs, histories and "
                    "`Referer`: keep them in the session."
                ),
                (
                    "303 back to the form when something was wrong. What the person had typed is lost: answer 422 with "
                    "the filled form."
                ),
                (
                    "A result page that comes out of the cache and shows the old state. Give it `Cache-Control: "
                    "no-cache` and a validator."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "表单收下之后，把浏览器引到一个可以随便刷新的页面，303 就是为此而设。查询进度的资源（见 202）有了结果，"
                "也用它引过去。表单填得有误，当场用 422 再显示一次，303 只留给成功。回答 GET 时，"
                "它表示那个东西本身无法传送，但 `Location` 处有关于它的内容（RFC 9110 §15.4.4）。"
            ),
            fields={
                "Location": "指出结果页的地址；它与收下请求的不是同一个资源，而且要经得起反复获取。",
            },
            client=(
                "浏览器和各种库都改用 GET（原是 HEAD 则仍用 HEAD），并丢掉正文。之后刷新，重复的只是那个 GET，"
                "提交表单那一步不进历史记录。写明期限缓存才会保存，"
                "同时丢弃收下 POST 的那个地址的副本（RFC 9111 §4.4）。"
            ),
            mistakes=(
                (
                    "以为有了它就不会重复下单。它挡得住刷新，挡不住连点两下和超时重发："
                    "用表单里的令牌或 `Idempotency-Key` 认出重复。"
                ),
                "`Location` 里带着秘密，例如令牌或要显示的话。它们会进日志、历史记录和 `Referer`：请放在会话里。",
                "填错了也 303 回表单。用户填的全没了：用 422 带着填过的表单回答。",
                "结果页从缓存里出来，显示的还是旧样子。给它 `Cache-Control: no-cache` 和校验器。",
            ),
        ),
    },
    304: {
        "en": Chapter(
            when=(
                "Only a GET or HEAD that names what it holds may get it, and only where the answer would otherwise be "
                "200. For any other method a matching `If-None-Match` is 412 (RFC 9110 §13.1.2). Compare tags weakly "
                'here, so that `W/"a"` and `"a"` are the same, and look at `If-Modified-Since` only if there is no '
                "`If-None-Match` at all (RFC 9110 §13.2.2). Sign-in and permission come first: 401 and 403 win."
            ),
            fields={
                "Content-Location": "It tells which variant the 304 speaks of, where the 200 would have told.",
                "Date": "It sets the age of the stored answer back to zero.",
                "ETag": "It tells a cache that holds several versions which of them is the good one (RFC 9111 §4.3.4).",
                "Vary": "It says, as the 200 does, on which fields of the request the choice depends.",
                "Cache-Control": (
                    "It gives the stored answer its lifetime anew; if it is left out, the cache goes on by the rule it "
                    "stored, even where that has changed."
                ),
                "Expires": "It is the same for caches that know no `max-age`.",
            },
            client=(
                "The cache puts the fields of the 304 over those it stored (RFC 9111 §3.2, §4.3.4) and serves its "
                "copy. A script sees 200, unless it set `If-None-Match` itself. A client that holds no copy can do "
                "nothing with the answer and has to ask again without conditions. `curl --etag-compare` and `curl -z` "
                "then write nothing."
            ),
            mistakes=(
                (
                    "A tag that differs from server to server or from process to process (inode, start time, unsorted "
                    "keys). 304 then never comes: make it from the content or its version."
                ),
                (
                    'Comparing strings. A proxy that compresses makes `W/"a"` out of `"a"`, and several tags may stand '
                    "in one field: parse the list and compare weakly."
                ),
                (
                    "Weighing the date although a tag is there. A file that was put back with an old date then passes "
                    "for unchanged."
                ),
                (
                    "304 with content, or with the `Content-Type` and `Content-Length` of an empty page. Some caches "
                    "store those over the good ones; a `Content-Length` may only be that of the 200 (RFC 9110 §8.6)."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "只有说明了自己手里有什么的 GET 或 HEAD，而且本来该回 200，才可以用它。"
                "别的方法遇到匹配的 `If-None-Match`，用 412（RFC 9110 §13.1.2）。这里的标签按弱比较，"
                '`W/"a"` 与 `"a"` 算相同；没有 `If-None-Match` 时才看 `If-Modified-Since`（RFC 9110 §13.2.2）。'
                "登录和权限先查：401 和 403 优先。"
            ),
            fields={
                "Content-Location": "200 会写明是哪个变体的，304 也要写明说的是哪一个。",
                "Date": "让所存响应的年龄从头算起。",
                "ETag": "缓存里有好几个版本时，告诉它哪一个有效（RFC 9111 §4.3.4）。",
                "Vary": "与 200 一样，说明选择取决于请求的哪些字段。",
                "Cache-Control": "给所存的响应重新定期限；没有它，缓存就照当初存下的规则办，哪怕规则已经改了。",
                "Expires": "同上，给不懂 `max-age` 的缓存。",
            },
            client=(
                "缓存用 304 的字段覆盖所存的字段（RFC 9111 §3.2、§4.3.4），再给出副本。脚本看到的是 200，"
                "除非 `If-None-Match` 是它自己设的。手里没有副本的客户端拿它没用，只好不带条件再问一次。"
                "`curl --etag-compare` 和 `curl -z` 遇到它不输出任何内容。"
            ),
            mistakes=(
                "标签随服务器、随进程而变（inode、启动时间、没排序的键）。这样永远等不到 304：要从内容或其版本算出。",
                (
                    '拿字符串直接比。会压缩的代理把 `"a"` 改成 `W/"a"`，一个字段里还可能有好几个标签：先解析列表，'
                    "再按弱比较。"
                ),
                "有标签还去看日期。用旧日期放回去的文件，会被当成没改过。",
                (
                    "304 带内容，或者带着空页面的 `Content-Type` 和 `Content-Length`。有的缓存会用它们覆盖好的；"
                    "`Content-Length` 只能与 200 的相同（RFC 9110 §8.6）。"
                ),
            ),
        ),
    },
    305: {
        "en": Chapter(
            when=(
                "Never. RFC 2616 (§10.3.6) let an origin server demand that this one request be made through the proxy "
                "in `Location`; RFC 7231 deprecated it, because a server, or whoever forged its answer, could put "
                "itself between the client and the network. Which proxy is used is configured at the client: by hand, "
                "by policy, or by a PAC file. A server that wants its visitors to come through a gateway answers 403 "
                "and says so; another server for the same site is named by `Alt-Svc` (RFC 7838)."
            ),
            fields={},
            client=(
                "Browsers do not act on it and show the content. `curl -L` and some libraries follow `Location` as in "
                "any other 3xx, so they ask the proxy for its own page. No client is known to do what the code once "
                "meant."
            ),
            mistakes=(
                (
                    "Sending it from a company's site to make people use the proxy. Nobody obeys: configure the "
                    "browsers, and answer 403 with an explanation."
                ),
                (
                    "Taking it for a redirect in a client of one's own. Show it as an error; never let an answer "
                    "choose the proxy."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "任何时候都不用。RFC 2616（§10.3.6）曾让源服务器要求这一次请求经由 `Location` 里的代理；"
                "RFC 7231 弃用了它，因为服务器，或者伪造其响应的人，能借此插到客户端与网络之间。"
                "用哪个代理由客户端一方配置：手工、策略或 PAC 文件。服务器想让访客走网关，用 403 并说明；"
                "同一站点另有服务器，用 `Alt-Svc` 告知（RFC 7838）。"
            ),
            fields={},
            client=(
                "浏览器不照办，只显示内容。`curl -L` 和一些库把它当普通的 3xx，跟着 `Location` 走，"
                "于是向代理要了代理自己的页面。没听说哪个客户端会照当年的含义去做。"
            ),
            mistakes=(
                "公司网站用它逼大家走代理。没有谁会听：请配置浏览器，并用 403 加以说明。",
                "自己写客户端时把它当重定向。应当报错；绝不能让响应来挑代理。",
            ),
        ),
    },
    306: {
        "en": Chapter(
            when=(
                "Never: the number is kept out of use (RFC 9110 §15.4.7). A draft of 1996 had called it Switch Proxy, "
                "with a `Set-Proxy` field that told the client which proxy to use from now on; it was dropped before "
                "RFC 2616. It lives on in some libraries' tables of constants. For what it was meant to do see 305: "
                "proxies are configured at the client."
            ),
            fields={},
            client=(
                "Nobody knows it, so it is treated like 300, the first code of its class (RFC 9110 §15). A browser "
                "shows the content; `curl -L` would follow a `Location`."
            ),
            mistakes=(
                (
                    "Taking a free number for a meaning of one's own. Unassigned and reserved codes may be given out "
                    "later: use a registered one and put the detail into the content."
                ),
                (
                    "Sending every code of a table in a test and expecting clients to cope. For 306 the right result "
                    "is that of 300."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "任何时候都不用：这个编号保留不用（RFC 9110 §15.4.7）。1996 年的草案叫它 Switch Proxy，用 `Set-Proxy` "
                "字段告诉客户端今后走哪个代理，到 RFC 2616 定稿时已经取消。它还留在一些程序库的常量表里。"
                "它当初想做的事，参见 305：代理由客户端一方配置。"
            ),
            fields={},
            client=(
                "没有客户端认得它，所以按本类第一个状态码 300 对待（RFC 9110 §15）。浏览器显示内容；若有 `Location`，"
                "`curl -L` 会跟过去。"
            ),
            mistakes=(
                "占用空号，赋予自己的含义。未分配和保留的编号日后可能另有用途：用登记过的，细节写进内容。",
                "测试时把表里的状态码逐个发送，还要客户端各有讲究。306 的正确结果就是 300 的结果。",
            ),
        ),
    },
    307: {
        "en": Chapter(
            when=(
                "Use it where the move is for now and the request must arrive as it was: a POST to a mirror during "
                "maintenance, an upload to the storage that has room. After a form that was taken it is wrong, 303 is "
                "meant there; if the move is for good, 308. For a plain page that is only fetched, 302 does the same."
            ),
            fields={
                "Location": "It holds the address that gets the same method and the same content this once.",
            },
            client=(
                "Browsers, curl and libraries send the content again without asking the person. A script whose body is "
                "a stream fails, since it cannot be sent twice. To another origin, `fetch` and curl leave "
                "`Authorization` out; curl sends it with `--location-trusted`. The 307 Internal Redirect that Chrome "
                "shows is its own doing (HSTS) and never came over the network."
            ),
            mistakes=(
                (
                    "307 after a sign-in form. The browser posts the password on to the next address, which in OAuth "
                    "is somebody else's: RFC 9700 §4.12 forbids it, use 303."
                ),
                (
                    "307 from http to https for an API. The secret has gone over the wire in clear already: refuse "
                    "with 403 over http, and give browsers `Strict-Transport-Security`."
                ),
                (
                    "A framework behind TLS that adds a slash and redirects to `http://`, because it does not know of "
                    "the proxy. Set up the forwarded headers, or answer at both addresses."
                ),
                (
                    "Letting a large upload reach the first address and then redirecting. Decide before the content is "
                    "read, and let the client use `Expect: 100-continue`."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "搬动只是暂时的，而请求必须原样送到，用它：维护期间把 POST 转到镜像，把上传引到还有空间的存储。"
                "表单已经收下之后用它不对，那里该用 303；永久搬走，用 308。只供读取的普通页面，302 效果一样。"
            ),
            fields={
                "Location": "这一次用同样的方法、同样的正文去访问的地址。",
            },
            client=(
                "浏览器、curl 和各种库会重发正文，不问用户。脚本的正文若是流，就会失败，因为发不了第二遍。"
                "去往别的源时，`fetch` 和 curl 去掉 `Authorization`；curl 加上 `--location-trusted` 才会带。"
                "Chrome 显示的 307 Internal Redirect 是它自己的动作（HSTS），并没有经过网络。"
            ),
            mistakes=(
                (
                    "登录表单之后用 307。浏览器会把密码再 POST 到下一个地址，在 OAuth 里那是别人家的："
                    "RFC 9700 §4.12 禁止这样做，请用 303。"
                ),
                (
                    "API 用 307 从 http 引到 https。秘密已经以明文发送过一次：http 上直接用 403 拒绝，给浏览器发 "
                    "`Strict-Transport-Security`。"
                ),
                (
                    "框架在 TLS 后面补斜杠，却引到 `http://`，因为它不知道前面有代理。请配好转发的首部，"
                    "或者让两个地址都能回答。"
                ),
                "大文件已经传到第一个地址，才说换地方。应在读正文之前决定，并让客户端用 `Expect: 100-continue`。",
            ),
        ),
    },
    308: {
        "en": Chapter(
            when=(
                "Use it where an address has moved for good and takes more than GET: a version of an API, an upload "
                "address, the canonical host or slash of a whole site. For pages that are only fetched 301 does the "
                "same and is understood by older clients too. If the old address may come back, 307; if it is gone for "
                "good and has no successor, 410."
            ),
            fields={
                "Location": (
                    "It holds the new address, which gets the same method and content, now and in later requests."
                ),
            },
            client=(
                "Browsers and curl repeat the request as it was. A cache may keep the answer without an explicit "
                "lifetime, so a browser does not ask the old address again while its cache holds, as with 301. "
                "Python's urllib follows it only since 3.11, and very old browsers show the content. Search engines "
                "treat it like 301."
            ),
            mistakes=(
                (
                    "Trying it out without `Cache-Control`. It stays in browsers like a 301: begin with 307, or with "
                    "`max-age=300`."
                ),
                (
                    "Reading every 308 as a redirect. Google's resumable uploads answer 308 (Resume Incomplete) with "
                    "`Range` and no `Location`: without `Location` there is nowhere to go."
                ),
                (
                    "308 on an address whose callers sign the request. The signature covers the old host or path and "
                    "fails at the new one: publish the new address first."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "地址永久搬走，而且不只接受 GET，用它：API 的某个版本、上传地址、全站统一的主机名或斜杠。"
                "只供读取的页面，301 效果一样，老客户端也认得。旧地址可能恢复，用 307；彻底没了又没有后继，用 410。"
            ),
            fields={
                "Location": "新地址，这次和以后都用同样的方法和正文去访问。",
            },
            client=(
                "浏览器和 curl 原样重发。缓存不必写明期限也可保存，所以与 301 一样，浏览器在缓存清掉之前不再问旧地址。"
                "Python 的 urllib 从 3.11 起才会跟随，很老的浏览器则显示内容。搜索引擎当作 301 对待。"
            ),
            mistakes=(
                "不写 `Cache-Control` 就拿来试。它像 301 一样留在浏览器里：先用 307，或加上 `max-age=300`。",
                (
                    "见到 308 就当重定向。Google 的断点续传用 308（Resume Incomplete）回答，"
                    "带 `Range` 而没有 `Location`：没有 `Location` 就无处可去。"
                ),
                "调用方对请求签名的地址用 308。签名针对的是旧主机或旧路径，到新地址就失效：先公布新地址。",
            ),
        ),
    },
}
