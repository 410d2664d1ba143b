"""The handbook's chapters for 400 to 417, the older of the client's errors (RFC 9110 §15.5).

Longer than a module should be because it is a table: one chapter per code, each in two languages. The rest of 4xx is in
``client_error_more.py``.
"""

from __future__ import annotations

from hardtack.status.handbook.chapter import Chapter

CHAPTERS: dict[int, dict[str, Chapter]] = {
    400: {
        "en": Chapter(
            when=(
                "Send it when the request cannot be read as HTTP or cannot be trusted: no `Host` or two of them in "
                "HTTP/1.1 (RFC 9112 §3.2), a space before a field's colon (RFC 9112 §5.1), a `Content-Length` that is "
                "no number or contradicts itself (RFC 9112 §6.3), JSON that does not parse. Where the content parses "
                "and only its values are wrong, 422 says it better; a format that is not taken here is 415, an address "
                "over the limit 414, header fields over the limit 431. A client treats every 4xx code that it does not "
                "know like 400 (RFC 9110 §15), so 400 also serves where no other code fits."
            ),
            fields={
                "Connection": (
                    "`close`, after an error in the framing: the server can no longer tell where the next request "
                    "begins, and has to close the connection (RFC 9112 §6.3)."
                ),
            },
            client=(
                "A browser shows the content and leaves it at that; a program must change something first, since the "
                "same bytes lead to the same answer. Behind a proxy it is worth finding out which of the two has "
                "answered: nginx, for one, sends 400 of its own accord for plain HTTP on a TLS port and for cookies "
                "that are too large. No cache keeps it unless the answer gives a lifetime."
            ),
            mistakes=(
                (
                    "Passing `Content-Length` and `Transfer-Encoding` together on to the application: two servers in a "
                    "row may then disagree on where the request ends, and that is request smuggling. Refuse it, or go "
                    "by `Transfer-Encoding` alone; close the connection afterwards in either case (RFC 9112 §6.1)."
                ),
                (
                    "500 because the parser of the JSON or of the query raised an exception: the fault is the "
                    "client's, and the alarm rings for the wrong people. Catch the exception and answer 400."
                ),
                (
                    "400 for everything, from a missing sign-in to a name that is taken: clients can only guess. Use "
                    "401, 404, 409 or 422, and put the reason into the content, for instance as "
                    "`application/problem+json` (RFC 9457)."
                ),
                (
                    "A page that repeats the faulty part of the request unescaped: that opens the site to cross-site "
                    "scripting. Escape it, or name only the field that is wrong."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "请求不合 HTTP 的格式，或者不可信时使用：HTTP/1.1 里没有 `Host` 或有两个（RFC 9112 §3.2），"
                "字段名与冒号之间有空格（RFC 9112 §5.1），`Content-Length` 不是数字或自相矛盾（RFC 9112 §6.3），JSON "
                "解析不了。正文能解析、只是值不对，用 422 更准确；格式不接收用 415，地址过长用 414，首部过大用 431。"
                "客户端遇到不认识的 4xx 一律按 400 处理（RFC 9110 §15），所以没有更合适的状态码时也用它。"
            ),
            fields={
                "Connection": (
                    "分帧出错时写 `close`：服务器已分不清下一个请求从哪里开始，只能关闭连接（RFC 9112 §6.3）。"
                ),
            },
            client=(
                "浏览器只是把内容显示出来；程序必须先改动请求，原样重发还是同样的结果。前面有代理时，先弄清是谁答的："
                "例如有人用明文 HTTP 访问 TLS 端口，或者 Cookie 过大，nginx 都会自己答 400。响应没有给出有效期，"
                "缓存就不会保存它。"
            ),
            mistakes=(
                (
                    "把同时带有 `Content-Length` 和 `Transfer-Encoding` 的请求放给应用："
                    "前后两台服务器对请求在哪里结束看法不一，就成了请求走私。要么拒绝，要么只认 `Transfer-Encoding`；"
                    "无论哪种，答完都要关闭连接（RFC 9112 §6.1）。"
                ),
                (
                    "解析 JSON 或查询参数时抛出异常，就答 500：错在客户端，却惊动了服务器的值班人员。应捕获异常，改答 "
                    "400。"
                ),
                (
                    "不管是没登录还是重名，一律 400：客户端只能猜。请分别用 401、404、409、422，并在内容里写明原因，"
                    "例如采用 `application/problem+json`（RFC 9457）。"
                ),
                "在错误页里原样回显出错的那段请求：这会招来跨站脚本攻击。回显前要转义，或者只说明哪个字段有问题。",
            ),
        ),
    },
    401: {
        "en": Chapter(
            when=(
                "A resource needs to know who is asking, and the request has no credentials, or wrong, revoked or "
                "expired ones. Somebody who is known and may still not do this gets 403; so does a token whose scope "
                "is too narrow (`insufficient_scope`, RFC 6750 §3.1). A browser cannot turn a challenge into a sign-in "
                "form, so for pages a site usually redirects to its form with 303 and keeps 401 for programs."
            ),
            fields={
                "WWW-Authenticate": (
                    'At least one challenge, such as `Basic realm="staff"` or `Bearer error="invalid_token"`: it names '
                    "the scheme by which the client can prove who is asking (RFC 9110 §11.6.1)."
                ),
            },
            client=(
                "For `Basic` and `Digest` a browser opens a dialogue of its own, and sends a password that worked with "
                "later requests too; for `Bearer`, or a scheme that it does not know, it shows the content. With `-u` "
                "curl sends Basic at once, without waiting for a challenge; with `--anyauth` it asks first and then "
                "chooses. If the same challenge comes back after an attempt, a client should show the content instead "
                "of trying again (RFC 9110 §15.5.2)."
            ),
            mistakes=(
                (
                    "No `WWW-Authenticate`, as in many JSON APIs: the field is required (RFC 9110 §15.5.2), and some "
                    "client libraries fail without it. Send at least `Bearer` with a realm."
                ),
                (
                    "`Basic` in the answer to a call by a script: the browser opens its password dialogue over the "
                    "page. Challenge scripts with a scheme that it leaves alone, such as `Bearer`."
                ),
                (
                    "401 for somebody who is signed in but lacks the right: the client renews its token or signs in "
                    "again, and ends up in a loop. Answer 403."
                ),
                (
                    "Redirecting an API call to the sign-in page: the program gets 200 and HTML where it expects JSON. "
                    "Redirect only when a page is opened (`Sec-Fetch-Mode: navigate`), otherwise answer 401."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "资源要知道来者是谁，而请求没带凭据，或者凭据不对、已撤销、已过期。来者是谁已经清楚、只是无权这样做，"
                "用 403；令牌的权限范围不够也用 403（`insufficient_scope`，RFC 6750 §3.1）。"
                "浏览器不会把质询变成登录表单，所以网站的页面通常用 303 转到登录页，401 留给程序。"
            ),
            fields={
                "WWW-Authenticate": (
                    '至少一个质询，例如 `Basic realm="staff"` 或 `Bearer error="invalid_token"`，'
                    "指明用哪种方案证明身份（RFC 9110 §11.6.1）。"
                ),
            },
            client=(
                "遇到 `Basic` 和 `Digest`，浏览器会弹出自己的密码框，通过之后的请求都会带上这个密码；"
                "遇到 `Bearer` 或不认识的方案，就只显示内容。curl 用 `-u` 时不等质询就直接发送 Basic，"
                "加 `--anyauth` 才先探问再选择。如果试过之后又收到同样的质询，客户端应当把内容展示出来，"
                "而不是反复尝试（RFC 9110 §15.5.2）。"
            ),
            mistakes=(
                (
                    "不带 `WWW-Authenticate`，许多 JSON 接口都这样：这个字段必不可少（RFC 9110 §15.5.2），"
                    "有的客户端库缺了它就会出错。至少发一个带 realm 的 `Bearer`。"
                ),
                (
                    "脚本发来的请求也用 `Basic` 质询：浏览器会在页面上弹出密码框。请改用浏览器不会插手的方案，"
                    "例如 `Bearer`。"
                ),
                "已经登录、只是权限不足，也答 401：客户端会不断换令牌、重新登录，陷入循环。应改答 403。",
                (
                    "把接口请求重定向到登录页：程序本来要 JSON，却收到 200 和一页 HTML。"
                    "只在打开页面时（`Sec-Fetch-Mode: navigate`）重定向，其余答 401。"
                ),
            ),
        ),
    },
    402: {
        "en": Chapter(
            when=(
                "The RFC keeps the number for later and says no more (RFC 9110 §15.5.3), so its meaning is what a "
                "service documents: a card that was declined, or a prepaid balance that is used up. Take it only "
                "where money really is what is missing; a lack of rights is 403, too many requests in a while 429."
            ),
            fields={},
            client=(
                "To every browser, cache and library it is a 400 with another number: the content is shown, and "
                "nothing is paid or repeated. The content therefore has to say what is owed and where to pay, for a "
                "program in members that are documented. Schemes by which a program pays by itself and repeats the "
                "request are agreements between the two sides and no standard of the IETF."
            ),
            mistakes=(
                (
                    "A bare 402: visitors take it for a fault of the site. Say what has to be paid, and link to the "
                    "page where that can be done."
                ),
                (
                    "Barring the whole account, the payment page and the sign-in included: then nobody can pay. Leave "
                    "open what is needed to settle the bill."
                ),
                (
                    "402 for articles behind a paywall, to search engines as well: they treat it like any 4xx and drop "
                    "the page. Serve an extract with 200 instead."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "RFC 只说这个编号留待将来，没有更多内容（RFC 9110 §15.5.3），所以含义由各家服务的文档来定，"
                "例如刷卡被拒，或者预付的余额用完。只有缺的确实是钱才用它；权限不足用 403，短时间内请求过多用 429。"
            ),
            fields={},
            client=(
                "在浏览器、缓存和程序库看来，它不过是换了编号的 400：内容照样显示，不会替人付款，也不会重试。"
                "因此内容里要写明欠多少、到哪里付；给程序看的，要有文档约定的字段。让程序自己付款后重发的方案，"
                "都是双方的约定，并不是 IETF 的标准。"
            ),
            mistakes=(
                "只有一个 402，什么也不说：访客会以为网站坏了。请写明要付什么，并给出付款页面的链接。",
                "欠费就封掉整个账户，连付款页和登录页也打不开：这样谁也付不了款。结清账单所需的页面要留着。",
                "付费文章对搜索引擎也答 402：它们会像对待其他 4xx 一样把页面移出索引。可以用 200 提供一段摘要。",
            ),
        ),
    },
    403: {
        "en": Chapter(
            when=(
                "The request is understood, but it is not allowed with these credentials: a right is missing, a check "
                "against cross-site requests has failed, a policy bars the path or the network. No valid credentials "
                "at all is 401; a method that is open to nobody here is 405. To hide that something exists, answer "
                "404 (RFC 9110 §15.5.4), and answer it in the same way and equally fast for things that do not exist."
            ),
            fields={},
            client=(
                "It should not send the request again by itself with the same credentials, though it may with others "
                "(RFC 9110 §15.5.4). A browser shows the content and never asks for a password. curl prints the "
                "content and ends with 0; only with `--fail` does it end with 22. Google takes a page that answers 403 "
                "out of its index, and a 403 for `robots.txt` means to crawlers that they may fetch everything (RFC "
                "9309 §2.3.1.3)."
            ),
            mistakes=(
                (
                    "403 for a visitor who has not signed in: nothing tells them, or their program, that signing in "
                    "would help. Answer 401 with a challenge, or lead a page to the form."
                ),
                (
                    "403 as a brake for crawlers or as a rate limit: it does not say when to come back, and Google "
                    "does not slow down for it. Answer 429 with `Retry-After`."
                ),
                (
                    "Hunting for missing rights of the account when the file system is to blame: nginx answers 403 "
                    "when its process may not read a file, or when a directory has no index page. Look into the "
                    "server's error log first."
                ),
                (
                    "A bare 403 from a web application firewall: the owner of the site cannot tell which rule it was. "
                    "Give the page a reference number that is also in the log."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "请求看得懂，但凭这样的身份不许做：权限不够，跨站请求的检查没通过，或者策略禁止这个路径或网络。"
                "根本没有有效凭据用 401；这个方法在此对谁都不开放用 405。要隐藏资源的存在，"
                "可以答 404（RFC 9110 §15.5.4），但对真不存在的东西也要答得一模一样，快慢也一样。"
            ),
            fields={},
            client=(
                "客户端不应带着同样的凭据自动重发，换一套凭据则可以（RFC 9110 §15.5.4）。浏览器只显示内容，"
                "不会要求输入密码。curl 打印内容，退出码仍是 0，加 `--fail` 才是 22。Google 会把答 403 的页面移出索引；"
                "而 `robots.txt` 答 403，在爬虫看来等于可以随意抓取（RFC 9309 §2.3.1.3）。"
            ),
            mistakes=(
                "访客没登录就答 403：人和程序都看不出登录就能解决。应改答 401 并附质询，页面则转到登录表单。",
                "用 403 给爬虫减速，或者拿来限流：它没说何时再来，Google 也不会因此放慢。请用 429 加 `Retry-After`。",
                (
                    "明明是文件权限的问题，却去查账户的权限：nginx 进程读不了文件，或目录没有首页文件，都会答 403。"
                    "先看服务器的错误日志。"
                ),
                (
                    "Web 应用防火墙只给一个 403，什么也不说：站长查不出是哪条规则拦下的。页面上应有编号，"
                    "日志里也记同一个编号。"
                ),
            ),
        ),
    },
    404: {
        "en": Chapter(
            when=(
                "No route leads anywhere from this path, or the record that it names does not exist. A search without "
                "hits is not missing: that is 200 with an empty list. A path that exists for other methods is 405, one "
                "that has moved 301 or 308, one that was taken away on purpose and for good 410."
            ),
            fields={},
            client=(
                "A browser shows the content. Caches may keep a 404 without having been told to (RFC 9110 §15.1), and "
                "CDNs do for a short while: a page that was published a moment ago may still seem to be missing. "
                "Search engines drop the page; a missing `robots.txt` means that everything may be fetched (RFC 9309 "
                "§2.3.1.3)."
            ),
            mistakes=(
                (
                    "The page that says “not found” with 200, a soft 404: monitors, caches and search engines take it "
                    "for content. Single-page applications do so when they serve `index.html` for every path; let the "
                    "server answer 404 for paths that it does not know."
                ),
                (
                    "Redirecting everything that is missing to the home page: visitors lose the thread, and Google "
                    "counts it as a soft 404 all the same. Redirect only to a true successor."
                ),
                (
                    "404 when the database or another service cannot be reached: an outage takes pages out of the "
                    "search index. Answer 503."
                ),
                (
                    "A lifetime of a year on every answer of the folder for assets, the errors included: a 404 from "
                    "the middle of a deployment then stays in caches. Give long lifetimes to 200 only."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "这个路径没有对应的路由，或者所指的记录不存在。搜索没有结果不算未找到，那是 200 加空列表。路径存在、"
                "只是方法不对用 405，搬走了用 301 或 308，有意永久撤除用 410。"
            ),
            fields={},
            client=(
                "浏览器显示内容。缓存不必得到许可就可以保存 404（RFC 9110 §15.1），CDN 也确实会存一小会儿，"
                "所以刚发布的页面可能一时还显示不存在。搜索引擎会把页面移出索引；没有 `robots.txt` "
                "则表示一切都可以抓取（RFC 9309 §2.3.1.3）。"
            ),
            mistakes=(
                (
                    "页面写着“未找到”，状态码却是 200，即所谓软 404：监控、缓存和搜索引擎都会把它当成正常内容。"
                    "单页应用对任何路径都返回 `index.html`，就是这样；服务器不认识的路径应当答 404。"
                ),
                "找不到的一律转到首页：访客不知所措，Google 照样算作软 404。只有真正的替代页面才值得重定向。",
                "数据库或别的服务连不上时答 404：一次故障就让页面掉出搜索索引。应改答 503。",
                (
                    "静态资源目录的所有响应都设一年的有效期，连错误也不例外：部署途中的一个 404 就会留在缓存里。"
                    "长有效期只给 200。"
                ),
            ),
        ),
    },
    405: {
        "en": Chapter(
            when=(
                "The server knows the method, and the path exists, but this resource does not allow the method (RFC "
                "9110 §15.5.6). A method that the server does not know at all is 501 (RFC 9110 §9.1); one that only "
                "this caller may not use is 403."
            ),
            fields={
                "Allow": (
                    "All methods that the resource supports at present, such as `GET, HEAD, PUT`; the value may be "
                    "empty where none is allowed for the time being (RFC 9110 §10.2.1)."
                ),
            },
            client=(
                "A program reads `Allow` and takes one of those; a browser shows the content and does not try another "
                "method. In calls across origins the code hides: if the preflight `OPTIONS` is answered with 405, the "
                "browser blocks the call, and its console speaks of CORS. Caches may keep a 405 without a lifetime "
                "(RFC 9110 §15.1)."
            ),
            mistakes=(
                (
                    "404 for a method that the path lacks: the client looks for a typing mistake in the address. "
                    "Answer 405 with `Allow`."
                ),
                (
                    "No `Allow`: nginx leaves it out when a static file gets a POST. The field is required (RFC 9110 "
                    "§15.5.6), so add it there or let the application answer."
                ),
                (
                    "Only the methods of the first route that fits, as some routers do: a path whose PUT and DELETE "
                    "are routes of their own then says `GET, HEAD`. Collect the methods of all routes with that path."
                ),
                (
                    "405 for HEAD where GET works: monitors and link checkers that ask with HEAD report the page as "
                    "broken. Serve HEAD wherever there is a GET."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "服务器认识这个方法，路径也存在，只是这个资源不允许（RFC 9110 §15.5.6）。"
                "整个服务器都不认识的方法用 501（RFC 9110 §9.1）；只是这个人不许用，则是 403。"
            ),
            fields={
                "Allow": (
                    "资源当前支持的全部方法，例如 `GET, HEAD, PUT`；暂时一个都不允许时，值可以为空（RFC 9110 §10.2.1）"
                    "。"
                ),
            },
            client=(
                "程序读取 `Allow`，换用其中一个；浏览器只显示内容，不会另试别的方法。跨源调用时它常常藏而不露："
                "预检的 `OPTIONS` 得到 405，浏览器便拦下整个调用，控制台里只说 CORS。"
                "缓存不必有有效期也可以保存 405（RFC 9110 §15.1）。"
            ),
            mistakes=(
                "路径不支持这个方法就答 404：客户端会以为地址写错了。应改答 405 并附上 `Allow`。",
                (
                    "不带 `Allow`：对静态文件发 POST，nginx 就不给。这个字段必不可少（RFC 9110 §15.5.6），"
                    "请在那里补上，或交给应用来答。"
                ),
                (
                    "只列出第一个匹配的路由的方法，有些路由器就这样：同一路径的 PUT、DELETE 另有路由，`Allow` "
                    "里却只有 `GET, HEAD`。应汇总这个路径上所有路由的方法。"
                ),
                "GET 可用，HEAD 却答 405：用 HEAD 探测的监控和死链检查会误报。凡是有 GET 的地方都应支持 HEAD。",
            ),
        ),
    },
    406: {
        "en": Chapter(
            when=(
                "`Accept` and its kin rule out everything there is, and sending something else would help nobody, as "
                "in an API whose callers can only read what they asked for. It is a choice and never a duty: the "
                "server may also ignore the wish and send its default (RFC 9110 §12.4.1). If no content coding suits, "
                "send the content without one, unless `identity` is excluded too (RFC 9110 §12.5.3). A format of the "
                "request that does not suit is 415."
            ),
            fields={},
            client=(
                "Browsers end their `Accept` with `*/*` and so hardly ever see it; programs with a narrow `Accept` "
                "do. The content should list what there is, but no standard says how a program would choose from that "
                "list by itself (RFC 9110 §15.5.7). Some web application firewalls answer 406 too, and then it has "
                "nothing to do with `Accept`."
            ),
            mistakes=(
                (
                    "406 because of `Accept-Language`: somebody who asks for French gets nothing at all instead of an "
                    "English page. Send the default, with `Content-Language`."
                ),
                (
                    "Comparing `Accept` as a string: `application/*` and `*/*;q=0.1` fit JSON as well, and no `Accept` "
                    "at all means that anything will do (RFC 9110 §12.4.1). Parse the ranges and weights."
                ),
                (
                    "A 406 without content: the client does not learn what it could ask for. List the types or "
                    "languages, with their addresses if they have any."
                ),
                (
                    "No `Vary: Accept` on the answers that do suit: a cache hands the JSON to the next visitor, who "
                    "wanted HTML (RFC 9110 §12.5.5)."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "`Accept` 等字段排除了现有的一切形式，另给一种又没有用处，例如调用方只会读取自己要的那种格式。"
                "这是可选的做法，从不强制：服务器也可以不理会这个愿望，发送默认形式（RFC 9110 §12.4.1）。"
                "没有合适的内容编码时，就不编码直接发送，除非连 `identity` 也被排除（RFC 9110 §12.5.3）。"
                "请求自身的格式不合适，是 415。"
            ),
            fields={},
            client=(
                "浏览器的 `Accept` 总以 `*/*` 收尾，几乎遇不到它；`Accept` 写得很窄的程序才会。"
                "内容里应列出现有的形式，但程序如何自动从中挑选，并没有标准（RFC 9110 §15.5.7）。有些 Web "
                "应用防火墙拦下请求时也答 406，那就与 `Accept` 毫无关系。"
            ),
            mistakes=(
                (
                    "因为 `Accept-Language` 答 406：想看法文的人连英文页面也看不到。请发送默认语言，"
                    "并注明 `Content-Language`。"
                ),
                (
                    "把 `Accept` 当字符串比较：`application/*` 和 `*/*;q=0.1` 同样包含 JSON，"
                    "没有 `Accept` 则表示什么都行（RFC 9110 §12.4.1）。应解析其中的范围和权重。"
                ),
                "406 没有内容：客户端不知道还能要什么。请列出可用的类型或语言，有各自地址的也写上。",
                "正常的响应没有 `Vary: Accept`：缓存会把 JSON 交给下一个想要 HTML 的人（RFC 9110 §12.5.5）。",
            ),
        ),
    },
    407: {
        "en": Chapter(
            when=(
                "Only a forward proxy asks this way, one that the client has been told to use, and only for the hop to "
                "itself (RFC 9110 §11.7.1). An origin server, and a reverse proxy that stands in for it, answers 401 "
                "instead. A network that wants a sign-in before it lets anything through has 511."
            ),
            fields={
                "Proxy-Authenticate": (
                    'At least one challenge, such as `Basic realm="proxy"` or `Negotiate`; it concerns the proxy that '
                    "sent it and nobody behind it (RFC 9110 §11.7.1)."
                ),
            },
            client=(
                "A browser asks in a dialogue that names the proxy, or uses the account of the computer (`Negotiate`, "
                "`NTLM`), and sends `Proxy-Authorization` from then on. For https addresses the question comes in the "
                "answer to CONNECT, so the proxy's page is not shown. curl takes `--proxy-user` and `--proxy-anyauth`; "
                "where CONNECT is refused it ends with 56, and there is no answer of the site to look at."
            ),
            mistakes=(
                (
                    "407 from an origin server or a reverse proxy: Chrome gives up with `ERR_UNEXPECTED_PROXY_AUTH`. "
                    "Answer 401 with `WWW-Authenticate`."
                ),
                (
                    "407 without `Proxy-Authenticate`: clients do not know what to do, and the field is required (RFC "
                    "9110 §15.5.8)."
                ),
                (
                    "Only `Basic` for Java programs: since 8u111 Java does not use it in tunnels for https "
                    "(`jdk.http.auth.tunneling.disabledSchemes`). Offer another scheme, or change that property."
                ),
                (
                    "Letting `Proxy-Authorization` travel on to the site: that hands the proxy's password to "
                    "strangers. The proxy has to take the field out once it has used it."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "只有客户端事先设定好的正向代理才这样问，而且只管到它自己这一跳（RFC 9110 §11.7.1）。源服务器，"
                "以及代表它的反向代理，应当用 401。网络要先登录才放行，那是 511。"
            ),
            fields={
                "Proxy-Authenticate": (
                    '至少一个质询，例如 `Basic realm="proxy"` 或 `Negotiate`；只与发出它的代理有关，'
                    "与后面的服务器无关（RFC 9110 §11.7.1）。"
                ),
            },
            client=(
                "浏览器弹出写有代理名称的密码框，或者直接用电脑的账户（`Negotiate`、`NTLM`），"
                "此后的请求都带上 `Proxy-Authorization`。访问 https 地址时，代理是在答复 CONNECT 时提问的，"
                "所以代理的页面不会显示。curl 用 `--proxy-user` 和 `--proxy-anyauth`；CONNECT 被拒则以 56 退出，"
                "根本没有网站的响应可看。"
            ),
            mistakes=(
                (
                    "源服务器或反向代理答 407：Chrome 会报 `ERR_UNEXPECTED_PROXY_AUTH` 而放弃。"
                    "应改答 401 并附 `WWW-Authenticate`。"
                ),
                "407 不带 `Proxy-Authenticate`：客户端不知如何是好，而这个字段必不可少（RFC 9110 §15.5.8）。",
                (
                    "对 Java 程序只提供 `Basic`：自 8u111 起，Java 在 https 隧道里不用它（"
                    "`jdk.http.auth.tunneling.disabledSchemes`）。请提供别的方案，或修改这个属性。"
                ),
                "把 `Proxy-Authorization` 一路传给网站：等于把代理的密码交给外人。代理用过之后就应去掉这个字段。",
            ),
        ),
    },
    408: {
        "en": Chapter(
            when=(
                "A request has begun, and its header section or its content stalls for longer than the server waits. "
                "A handler that takes too long is not the client's fault: that is 503, or 504 where another server "
                "was waited for. A connection without any request on it is best closed without a word."
            ),
            fields={
                "Connection": (
                    "`close`: the server waits no longer (RFC 9110 §15.5.9), and on an open connection the rest of "
                    "the late request would be taken for the next one."
                ),
            },
            client=(
                "The client may repeat the request, on a new connection if need be. Chrome and Firefox do so unseen "
                "when the 408 arrives on a connection that had served a request before; otherwise they show the "
                "content. `curl --retry` counts it among the passing errors."
            ),
            mistakes=(
                (
                    "408 on an idle connection: browsers open connections in advance, and may take it for the answer "
                    "to the request that follows. Close such connections silently (HAProxy: `option "
                    "http-ignore-probes`)."
                ),
                (
                    "408 for a slow handler or database: the client repeats the request, and the load grows. Answer "
                    "503 or 504."
                ),
                (
                    "No limit at all on a header section that does not end, as in several application servers: that "
                    "invites Slowloris attacks. Set a limit, or put a proxy in front that has one (nginx: "
                    "`client_header_timeout`)."
                ),
                (
                    "One limit for the whole upload: a large file over a slow line never arrives. Limit the pause "
                    "between two pieces, or demand a least rate."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "请求已经开始，首部或正文却停滞不前，超过了服务器愿意等的时间。处理得太慢不是客户端的错：那是 503，"
                "若是在等另一台服务器则是 504。连接上根本没有请求时，悄悄关掉最好。"
            ),
            fields={
                "Connection": (
                    "写 `close`：服务器不再等了（RFC 9110 §15.5.9）；连接不关，迟到的那部分请求会被当成下一个请求。"
                ),
            },
            client=(
                "客户端可以重发，必要时另开连接。如果 408 出现在先前用过的连接上，Chrome 和 Firefox 会悄悄重试；"
                "否则就显示内容。`curl --retry` 把它算作暂时的错误。"
            ),
            mistakes=(
                (
                    "在空闲连接上发 408：浏览器会预先建立连接，可能把它当成下一个请求的答复。"
                    "这种连接应悄悄关闭（HAProxy 有 `option http-ignore-probes`）。"
                ),
                "程序或数据库太慢也答 408：客户端会重发，负载越来越重。应改答 503 或 504。",
                (
                    "首部迟迟不结束也一直等，好几种应用服务器就这样：很容易遭到 Slowloris 攻击。请设时限，"
                    "或在前面放一个有时限的代理（nginx：`client_header_timeout`）。"
                ),
                "整个上传只设一个总时限：网速慢的人永远传不完大文件。应限制两段数据之间的停顿，或要求最低速率。",
            ),
        ),
    },
    409: {
        "en": Chapter(
            when=(
                "The request is sound and would go through if the resource were in another state: a name is taken, an "
                "order has been shipped already, a collection is still missing above the one to be made (WebDAV, RFC "
                "4918 §9.3.1). If the client itself has set the condition, with `If-Match`, it is 412; what would be "
                "wrong in any state is 422, and a lock is 423."
            ),
            fields={},
            client=(
                "No client repeats it by itself: reading the present state and merging is up to the program or the "
                "person. The content should let them recognise the cause (RFC 9110 §15.5.10): the version that is "
                "there, the name that is taken, a link to it. With CouchDB, for example, a program fetches the current "
                "`_rev`, merges, and sends the document again."
            ),
            mistakes=(
                (
                    "500 from a unique index: two people take the same name in the same second, and the check "
                    "beforehand has let both through. Catch the database's error and answer 409."
                ),
                (
                    "409 without a reason: nobody can resolve a conflict that is not described. Say what clashes with "
                    "what."
                ),
                (
                    "409 for values that are wrong in themselves, such as an end before the beginning: the client "
                    "waits for a state that never comes. Answer 422."
                ),
                (
                    "409 at sign-up that gives away whose address has an account already. Where that is confidential, "
                    "answer alike in both cases, and tell the rest by e-mail."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "请求本身没有问题，换个状态就能执行：名称已被占用，订单已经发货，要建的集合上面还缺一级（WebDAV，"
                "RFC 4918 §9.3.1）。条件若是客户端自己用 `If-Match` 提出的，则是 412；在任何状态下都不对的是 422，"
                "被锁住的是 423。"
            ),
            fields={},
            client=(
                "没有哪个客户端会自动重发：取回最新状态、合并改动，要靠程序或人。"
                "内容应让人看出原因（RFC 9110 §15.5.10）：现在是哪个版本，哪个名称被占，链接在哪里。以 CouchDB 为例，"
                "程序取得当前的 `_rev`，合并之后再提交。"
            ),
            mistakes=(
                "唯一索引冲突变成 500：两个人同一秒注册同一个名称，事先的检查都放行了。应捕获数据库的错误，改答 409。",
                "只有 409，不说原因：冲突说不清楚，谁也解决不了。请写明哪一项与哪一项冲突。",
                "值本身就不对也答 409，例如结束早于开始：客户端会去等一个永远不会出现的状态。应改答 422。",
                "注册时用 409 泄露哪个邮箱已有账户。这属于隐私时，两种情况要答得一样，其余的用邮件告知。",
            ),
        ),
    },
    410: {
        "en": Chapter(
            when=(
                "Somebody has decided that the resource is gone for good: an account was deleted, a campaign is over, "
                "a version of an API has been switched off. If that is not certain, 404 is the answer (RFC 9110 "
                "§15.5.11); if there is a successor, 301 or 308. The 410 need not be kept up for ever."
            ),
            fields={},
            client=(
                "Google treats 404 and 410 alike: both take the page out of its index. Feed readers that heed the "
                "code stop fetching, and whoever sends messages to the address takes it off the list. Caches may keep "
                "it without a lifetime (RFC 9110 §15.1); bookmarks stay in the browser."
            ),
            mistakes=(
                (
                    "A rule that is too wide, so that living pages answer 410: caches and search engines remember it. "
                    "Begin with a short `Cache-Control: max-age`, and look through the log before you lengthen it."
                ),
                (
                    "Switching off an API with 410 from one day to the next: announce it in time with `Deprecation` "
                    "(RFC 9745) and `Sunset` (RFC 8594)."
                ),
                "410 for something that has moved: whoever had a link is turned away. Redirect with 301 or 308.",
                (
                    "Using the address again later for something else: those who were told to forget it do not come "
                    "back. Take a new one."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "已有人决定这个资源永久撤除：账户注销了，活动结束了，接口的旧版本停用了。"
                "没有把握就用 404（RFC 9110 §15.5.11）；有替代品则用 301 或 308。这个标记不必永远保留。"
            ),
            fields={},
            client=(
                "Google 对 404 和 410 一视同仁，都会移出索引。遵守它的订阅阅读器会停止抓取；"
                "往这个地址推送消息的一方，应把它从名单中删除。缓存不必有有效期也可以保存（RFC 9110 §15.1）；"
                "浏览器的书签还在。"
            ),
            mistakes=(
                (
                    "规则写得太宽，好好的页面也答 410：缓存和搜索引擎都会记住。先用很短的 `Cache-Control: max-age`，"
                    "看过日志再延长。"
                ),
                "接口说停就停，第二天就答 410：应提前用 `Deprecation`（RFC 9745）和 `Sunset`（RFC 8594）预告。",
                "搬走了的东西也答 410：拿着链接来的人吃了闭门羹。请用 301 或 308 重定向。",
                "过后又把这个地址派作他用：已被告知忘掉它的客户端不会再来。请换一个新地址。",
            ),
        ),
    },
    411: {
        "en": Chapter(
            when=(
                "The server, or what stands behind it, has to know the size before it takes the content: a storage "
                "service, or a gateway that cannot pass chunks on (RFC 9112 §6.3). A server that can read chunks has "
                "no need of it: it counts while it reads, and answers 413 once there is too much. A length that is "
                "given but malformed is 400."
            ),
            fields={},
            client=(
                "It may send the request again with a valid `Content-Length`. curl sends chunks when the content comes "
                "from a pipe (`-T -`), and no length at all for `-X POST` without data; `-d ''` makes it send "
                "`Content-Length: 0`. In a browser, a stream as the body of `fetch` has no known length; a `Blob` or a "
                "string has."
            ),
            mistakes=(
                (
                    "Demanding a length for a GET or DELETE without content: there is nothing to measure, and a user "
                    "agent should not send the field then (RFC 9110 §8.6)."
                ),
                (
                    "A client's POST without content and without `Content-Length: 0`: some front ends answer 411 to "
                    "it. Send the zero, as user agents should (RFC 9110 §8.6)."
                ),
                (
                    "nginx with `proxy_request_buffering off` in front of an application that wants a length: chunks "
                    "go through as they are. Leave buffering on, and nginx sends a `Content-Length` itself."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "服务器或它后面的系统必须先知道大小才能接收：例如存储服务，或者无法转发分块的网关（RFC 9112 §6.3）。"
                "能读分块的服务器用不着它：边读边数，超了再答 413。给了长度但写得不对，是 400。"
            ),
            fields={},
            client=(
                "客户端可以加上正确的 `Content-Length` 重发。curl 的内容来自管道（`-T -`）时会分块发送；"
                "`-X POST` 不带数据时则完全没有长度，写成 `-d ''` 才会发送 `Content-Length: 0`。在浏览器里，"
                "用流作为 `fetch` 的正文就没有已知的长度，用 `Blob` 或字符串则有。"
            ),
            mistakes=(
                "GET 或 DELETE 没有正文，也要求长度：没有什么可量的，这时客户端本不应发送这个字段（RFC 9110 §8.6）。",
                (
                    "客户端发送没有正文的 POST，又不写 `Content-Length: 0`：有些前端服务器会答 411。应按规范写上 "
                    "0（RFC 9110 §8.6）。"
                ),
                (
                    "应用要求长度，前面的 nginx 却设了 `proxy_request_buffering off`：分块会原样传过去。保留缓冲，"
                    "nginx 就会自己写上 `Content-Length`。"
                ),
            ),
        ),
    },
    412: {
        "en": Chapter(
            when=(
                "A condition of the request is false: `If-Match` or `If-Unmodified-Since`, or `If-None-Match` with a "
                "method other than GET and HEAD, for which the answer is 304 (RFC 9110 §13.1.2). Conditions come last: "
                "where the request would get 401, 403 or a redirect without them, it gets that (RFC 9110 §13.2.1). A "
                "condition that is demanded and missing is 428; a clash that nobody made a condition is 409."
            ),
            fields={
                "ETag": (
                    "The tag of the state as it is now, so that the client can tell at once whether it has that "
                    "version already; no RFC demands it."
                ),
            },
            client=(
                "A program fetches the present state, merges, and sends its change again with the new tag. A form in a "
                "browser cannot set these fields, a script can. If the answer to a successful PUT got lost, repeating "
                "it with the old tag leads to 412 as well; the server may answer 2xx instead when the change has "
                "clearly been made already (RFC 9110 §13.1.1)."
            ),
            mistakes=(
                (
                    "Checking after the handler has written: the change is made, and the 412 is untrue. Compare "
                    "before, and within the transaction that writes (`UPDATE … WHERE version = …`)."
                ),
                (
                    'Weak tags for editing: `If-Match` compares strongly, so `W/"…"` never matches (RFC 9110 '
                    "§8.8.3.2). nginx weakens the tags of what it compresses and Apache's mod_deflate appends `-gzip`; "
                    "give out a strong tag of the version instead."
                ),
                "304 for a PUT or DELETE with `If-None-Match`: a 304 is for GET and HEAD only. Answer 412.",
                (
                    "Ignoring `If-Match` and answering 200: the client believes itself protected, and overwrites the "
                    "work of others."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "请求所带的条件不成立：`If-Match` 或 `If-Unmodified-Since`，以及 GET、"
                "HEAD 之外的方法所带的 `If-None-Match`（这两个方法答 304，RFC 9110 §13.1.2）。条件排在最后判断："
                "不带条件时会得到 401、403 或重定向的，照样答那个（RFC 9110 §13.2.1）。要求带条件却没带是 428；"
                "没有带条件而发生冲突是 409。"
            ),
            fields={
                "ETag": "当前状态的标签，客户端一看便知自己手里是不是这个版本；没有 RFC 强制要求。",
            },
            client=(
                "程序取回当前的状态，合并之后带上新的标签重新提交。浏览器表单设置不了这些字段，脚本可以。"
                "如果 PUT 成功了而响应丢失，用旧标签重发也会得到 412；改动显然已经生效时，"
                "服务器也可以改答 2xx（RFC 9110 §13.1.1）。"
            ),
            mistakes=(
                (
                    "处理完才检查条件：改动已经做了，412 就不符合实情。应在执行之前比较，"
                    "并与写入放在同一个事务里（`UPDATE … WHERE version = …`）。"
                ),
                (
                    '编辑用的是弱标签：`If-Match` 采用强比较，`W/"…"` 永远不匹配（RFC 9110 §8.8.3.2）。'
                    "nginx 压缩时会把标签变弱，Apache 的 mod_deflate 会加上 `-gzip`；请另给一个表示版本的强标签。"
                ),
                "带 `If-None-Match` 的 PUT 或 DELETE 答 304：304 只用于 GET 和 HEAD。应改答 412。",
                "不理会 `If-Match`，照答 200：客户端以为有保护，实际覆盖了别人的改动。",
            ),
        ),
    },
    413: {
        "en": Chapter(
            when=(
                "The content is over the limit of the server or of this route; it is best said from `Content-Length`, "
                "before a byte is read. Header fields that are too large are 431, an address that is too long is 414, "
                "and a disk or a quota that is full is 507. Content of a good size with wrong values is 422."
            ),
            fields={
                "Retry-After": (
                    "Only where the limit is a passing one, such as a queue for uploads that is full: when to try "
                    "again, in seconds or as a date (RFC 9110 §15.5.14)."
                ),
                "Connection": (
                    "`close`, where an HTTP/1.1 server does not want to read the rest; in HTTP/2 and HTTP/3 it is "
                    "enough to end the stream."
                ),
            },
            client=(
                "A browser sends its form to the end; if the server closes the connection meanwhile, the answer may "
                "get lost, and the visitor sees `ERR_CONNECTION_RESET`. curl asks beforehand with `Expect: "
                "100-continue` when the content is over 1 MB and the version HTTP/1.1, and then sends none of it. A "
                "program compresses, splits the upload, or gives up; `curl --retry` does not repeat it."
            ),
            mistakes=(
                (
                    "Raising only one of several limits: nginx has `client_max_body_size` at 1 MB by default, and "
                    "answers 413 before the application hears of the request. Set all of them on the way."
                ),
                (
                    "Closing the connection at once: the operating system resets it, and the client never reads the "
                    "answer. Close the writing side first, read on for a while, then close (RFC 9112 §9.6)."
                ),
                "Looking at `Content-Length` only: content in chunks has none. Count what is read as well.",
                (
                    "400 or 500 for content that is too large: the client cannot know that a smaller file would do. "
                    "Where a framework does so, turn it into 413."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "正文超过服务器或这个路由的上限；最好在读取之前，一看 `Content-Length` 就答。首部过大是 431，"
                "地址过长是 414，磁盘或配额已满是 507。大小合适而值不对，是 422。"
            ),
            fields={
                "Retry-After": (
                    "只在限制是一时的情况下使用，例如上传队列已满：说明何时再来，写秒数或日期（RFC 9110 §15.5.14）。"
                ),
                "Connection": "HTTP/1.1 服务器不想再读下去时写 `close`；在 HTTP/2 和 HTTP/3 里，结束这个流就够了。",
            },
            client=(
                "浏览器会把表单一直发完；服务器若中途关闭连接，响应可能丢失，访客只看到 `ERR_CONNECTION_RESET`。用 "
                "HTTP/1.1 发送 1 MB 以上的内容时，curl 会先用 `Expect: 100-continue` 询问，被拒就一点也不发。"
                "程序可以压缩、分段，或者放弃；`curl --retry` 不会重试它。"
            ),
            mistakes=(
                (
                    "只调高其中一处的上限：nginx 的 `client_max_body_size` 默认是 1 MB，应用还没见到请求它就答了 413。"
                    "沿途每一处都要设。"
                ),
                (
                    "立刻关闭连接：操作系统会发出复位，客户端读不到响应。应先关闭写的一端，再读一会儿，"
                    "然后才关（RFC 9112 §9.6）。"
                ),
                "只看 `Content-Length`：分块的正文没有它。读的时候也要计数。",
                "内容过大却答 400 或 500：客户端不知道换个小文件就行。框架若这样答，请改成 413。",
            ),
        ),
    },
    414: {
        "en": Chapter(
            when=(
                "A server that gets a longer request target than it wants to parse has to answer 414 (RFC 9112 §3); "
                "lines of 8000 octets are the least that all should take. As a rule only the server in front can say "
                "it, and a framework can merely set a lower limit. Cookies and other fields that are too large are "
                "431, even where both share one buffer."
            ),
            fields={},
            client=(
                "A browser shows the content and does not shorten anything. A program sends the parameters as the "
                "content of a POST. Caches may keep a 414 without a lifetime (RFC 9110 §15.1), which does little harm, "
                "as hardly anybody asks for the same long address again."
            ),
            mistakes=(
                (
                    "A sign-in page that wraps the whole address into `?next=` at every redirect: each round makes it "
                    "longer, until 414 ends it. Keep the target in the session, or take over an inner `next` instead "
                    "of wrapping it."
                ),
                (
                    "404 for an address that is too long, as IIS does (404.14 and 404.15): nobody thinks of the "
                    "length. Answer 414."
                ),
                (
                    "400, as some application servers do: the client does not learn what is wrong. Let a proxy in "
                    "front set the limit and answer 414 (nginx: `large_client_header_buffers`)."
                ),
                (
                    "Raising the limit for a GET of 100 kB: proxies, CDNs and logs on the way have limits of their "
                    "own, often at 8 kB. Send the data as content."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "请求目标长得超出服务器愿意解析的限度，就必须答 414（RFC 9112 §3）；各方至少应支持 8000 "
                "个八位字节的请求行。一般只有最前面的服务器能答它，框架至多把上限设得更低。Cookie 等字段过大是 431，"
                "即使两者共用一个缓冲区。"
            ),
            fields={},
            client=(
                "浏览器只显示内容，不会替人缩短地址。程序应把参数改作 POST 的正文发送。缓存不必有有效期也可以保存 "
                "414（RFC 9110 §15.1），但几乎没人会再要同一个长地址，影响不大。"
            ),
            mistakes=(
                (
                    "登录页每次重定向都把整个地址包进 `?next=`：一次比一次长，最后得到 414。应把目标存进会话，"
                    "里面已有 `next` 就直接沿用，不要再套一层。"
                ),
                "地址过长答 404，IIS 就这样（404.14 和 404.15）：没人会想到是长度的问题。应改答 414。",
                (
                    "答 400，有些应用服务器就这样：客户端不知道错在哪里。让前面的代理设上限并答 414（nginx："
                    "`large_client_header_buffers`）。"
                ),
                "为了 100 kB 的 GET 去调高上限：沿途的代理、CDN 和日志各有上限，往往只有 8 kB。数据应放进正文。",
            ),
        ),
    },
    415: {
        "en": Chapter(
            when=(
                "The `Content-Type` or `Content-Encoding` of the request is not among those taken here, or the bytes "
                "are not what they are said to be. The right type with broken syntax is 400, the right syntax with "
                "wrong values 422; 406 is about the format of the answer. A request without `Content-Type` may be "
                "examined or refused (RFC 9110 §8.3)."
            ),
            fields={
                "Accept": (
                    "After a wrong media type: those that would have been taken, such as `application/json` (RFC 9110 "
                    "§12.5.1)."
                ),
                "Accept-Encoding": (
                    "After a wrong content coding, and only then: the codings that are taken, such as `gzip`, or "
                    "`identity` for none (RFC 9110 §12.5.3)."
                ),
                "Accept-Patch": (
                    "After a PATCH in an unknown format: those that are known, such as `application/merge-patch+json` "
                    "(RFC 5789 §2.2)."
                ),
            },
            client=(
                "Nothing is repeated by itself; the program converts the content, or corrects its label. `fetch` "
                "labels a string `text/plain;charset=UTF-8`, and `curl -d` labels everything "
                "`application/x-www-form-urlencoded`: for JSON, set the field by hand, or use `curl --json`. A form in "
                "a browser knows only that type, `multipart/form-data` and `text/plain`."
            ),
            mistakes=(
                (
                    "Reading JSON whatever the label says: a form on a foreign site may send `text/plain` without a "
                    "preflight, which opens the way to CSRF. Take JSON only as `application/json`."
                ),
                (
                    "Comparing the whole value: `application/json; charset=utf-8` is then refused. Parse the type, "
                    "without regard to case, and look at the parameters separately."
                ),
                (
                    "`Accept-Encoding` in every 415: it tells the client that the coding was to blame, and is "
                    "forbidden for any other reason (RFC 9110 §12.5.3)."
                ),
                (
                    "A client that sets `Content-Type: multipart/form-data` for a `FormData` by hand: the boundary is "
                    "missing, and nothing can be parsed. Leave the field to the browser."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "请求的 `Content-Type` 或 `Content-Encoding` 不在这里接收之列，或者实际的字节与声明不符。"
                "类型对而语法坏了是 400，语法对而值不对是 422；406 说的是响应的格式。没有 `Content-Type` 的请求，"
                "可以查看内容来判断，也可以拒绝（RFC 9110 §8.3）。"
            ),
            fields={
                "Accept": "媒体类型不对时，列出本可接收的类型，例如 `application/json`（RFC 9110 §12.5.1）。",
                "Accept-Encoding": (
                    "内容编码不对时才写，列出接收的编码，例如 `gzip`；一种都不收就写 `identity`（RFC 9110 §12.5.3）。"
                ),
                "Accept-Patch": (
                    "PATCH 的格式不认识时，列出认识的格式，例如 `application/merge-patch+json`（RFC 5789 §2.2）。"
                ),
            },
            client=(
                "不会自动重发，要由程序转换内容，或改正标注。`fetch` 把字符串标为 `text/plain;charset=UTF-8`，"
                "`curl -d` 一律标为 `application/x-www-form-urlencoded`：发送 JSON 要自己设置这个字段，"
                "或用 `curl --json`。浏览器的表单只会用后一种，以及 `multipart/form-data` 和 `text/plain`。"
            ),
            mistakes=(
                (
                    "不管标注是什么，都当 JSON 来读：别的网站上的表单不经预检就能发送 `text/plain`，给 CSRF 开了门。"
                    "JSON 只应以 `application/json` 接收。"
                ),
                "拿整个值去比较：`application/json; charset=utf-8` 就被拒了。应解析出类型，不分大小写，参数另看。",
                (
                    "每个 415 都带 `Accept-Encoding`：这等于告诉客户端是编码的问题；因为别的缘故拒绝时，"
                    "不得带它（RFC 9110 §12.5.3）。"
                ),
                (
                    "客户端给 `FormData` 手工设置 `Content-Type: multipart/form-data`：缺了 boundary，"
                    "什么也解析不出来。这个字段交给浏览器去写。"
                ),
            ),
        ),
    },
    416: {
        "en": Chapter(
            when=(
                "`Range` asks for bytes, and not one of its ranges overlaps the content: each begins at or after the "
                "end, or is `bytes=-0` (RFC 9110 §14.1.2). One range that can be served is enough for 206; where "
                "`If-Range` does not match, the range is ignored and the answer is 200. A server may also refuse a "
                "great number of small or overlapping ranges like this, or ignore `Range` altogether."
            ),
            fields={
                "Content-Range": (
                    "`bytes */N`, where N is the present length, so that the client can ask for something that exists "
                    "(RFC 9110 §14.4, §15.5.17)."
                ),
            },
            client=(
                "Whoever resumes a file that is complete already asks for a range at its end: `curl -C -` then appends "
                "nothing, and `wget -c` says that nothing is left to do. Players and download managers begin anew when "
                "the file has become shorter. No client can rely on the code, as a server may always send everything "
                "with 200."
            ),
            mistakes=(
                (
                    "416 because one range of several is past the end, as in `bytes=0-9,5000-` for a short file: send "
                    "206 with those that can be served."
                ),
                (
                    "416 for an unknown unit such as `items=0-9`: `Range` has to be ignored then, and the answer is "
                    "200 (RFC 9110 §14.2)."
                ),
                (
                    "No `Content-Range`: the client does not learn the length. For a range of bytes it should be "
                    "there (RFC 9110 §15.5.17)."
                ),
                (
                    "416 for `bytes=0-` on an empty file, which players ask for as a matter of course: a server may "
                    "ignore the field when there is no content (RFC 9110 §14.2), and 200 is the kinder answer."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "`Range` 要的是字节，却没有一个范围与内容重叠：都从末尾或末尾之后开始，"
                "或者写成 `bytes=-0`（RFC 9110 §14.1.2）。只要有一个范围可以满足，就答 206；`If-Range` 不匹配时，"
                "忽略范围，答 200。范围又多又碎或互相重叠，服务器也可以这样拒绝，或者干脆不理会 `Range`。"
            ),
            fields={
                "Content-Range": (
                    "`bytes */N`，N 是当前的长度，客户端据此可以改要存在的范围（RFC 9110 §14.4、§15.5.17）。"
                ),
            },
            client=(
                "文件已经下完又去续传，要的范围正好从末尾开始：`curl -C -` 什么也不会追加，`wget -c` 会说无事可做。"
                "文件变短了，播放器和下载工具会从头再来。客户端不能指望一定得到它，"
                "因为服务器随时可以用 200 发送全部内容。"
            ),
            mistakes=(
                ("几个范围里有一个越过末尾就答 416，例如对短文件要 `bytes=0-9,5000-`：应改答 206，发送能满足的那些。"),
                ("单位不认识（例如 `items=0-9`）就答 416：这时必须忽略 `Range`，答 200（RFC 9110 §14.2）。"),
                "不带 `Content-Range`：客户端不知道长度是多少。范围以字节计时应当带上（RFC 9110 §15.5.17）。",
                (
                    "对空文件的 `bytes=0-` 答 416，而播放器照例就是这样问的："
                    "没有内容时服务器可以忽略这个字段（RFC 9110 §14.2），答 200 更妥当。"
                ),
            ),
        ),
    },
    417: {
        "en": Chapter(
            when=(
                "`Expect` has a member other than `100-continue`; the server may answer 417, or ignore it (RFC 9110 "
                "§10.1.1). For `100-continue` itself, send 100, or the final code if it is certain already: 401, 413 "
                "or 415 is then the better answer. In an HTTP/1.0 request that expectation has to be ignored."
            ),
            fields={},
            client=(
                "A client that gets 417 after `100-continue` should repeat the request without it (RFC 9110 §10.1.1); "
                "curl does so by itself. Browsers never send `Expect`, and scripts cannot set it. The `HttpWebRequest` "
                "of the .NET Framework sends it by default (`ServicePointManager.Expect100Continue`)."
            ),
            mistakes=(
                (
                    "417 for `100-continue` from an old proxy or a small embedded server: every upload costs another "
                    "round trip. Support the expectation, or let it through."
                ),
                (
                    "No 100 and no final answer either: the client waits in vain, curl for a second, before it sends "
                    "the content. One of the two is due at once (RFC 9110 §10.1.1)."
                ),
                (
                    "417 because the content breaks a rule of the application: the code is about the field `Expect`. "
                    "Answer 422."
                ),
                (
                    "An error page that repeats the value of `Expect` unescaped: Apache had such a hole "
                    "(CVE-2006-3918). Escape it, or leave it out."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "`Expect` 里有 `100-continue` 以外的要求；服务器可以答 417，也可以不理会（RFC 9110 §10.1.1）。"
                "对 `100-continue` 本身，应发送 100；结果已定就直接发送最终的状态码，例如 401、413 或 415。"
                "HTTP/1.0 请求里的这个要求必须忽略。"
            ),
            fields={},
            client=(
                "客户端发了 `100-continue` 而得到 417，应去掉它重发（RFC 9110 §10.1.1）；curl 会自动这样做。"
                "浏览器从不发送 `Expect`，脚本也设置不了。.NET Framework 的 `HttpWebRequest` 默认会发送（"
                "`ServicePointManager.Expect100Continue`）。"
            ),
            mistakes=(
                "老旧的代理或嵌入式服务器对 `100-continue` 答 417：每次上传都多一个来回。应支持这个要求，或者放行。",
                (
                    "既不发 100，也不给最终响应：客户端白等一场（curl 等一秒）才发送内容。"
                    "两者必须立刻给出一个（RFC 9110 §10.1.1）。"
                ),
                "内容不符合应用的规则也答 417：这个状态码只讲 `Expect` 字段。应改答 422。",
                "错误页原样回显 `Expect` 的值：Apache 有过这样的漏洞（CVE-2006-3918）。要转义，或者不写。",
            ),
        ),
    },
}
