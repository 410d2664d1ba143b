"""Chapters on the server's errors, 5xx (RFC 9110 §15.6; RFC 2295, 2774, 4918, 5842, 6585): the server could not do it.

A table of words in two languages, so the file is as long as it needs to be. It decides nothing.
"""

from __future__ import annotations

from hardtack.status.handbook.chapter import Chapter

CHAPTERS: dict[int, dict[str, Chapter]] = {
    500: {
        "en": Chapter(
            when=(
                "It is the answer to an exception that nobody caught, as long as the answer has not begun. If the "
                "cause is known, a better code is too: the request was wrong (400, 422), a server behind failed (502) "
                "or was slow (504), the database is away for a moment (503), the disk is full (507). Once the first "
                "bytes of a 200 are out, the status cannot be changed: break the connection off, so that the client "
                "sees the content is incomplete."
            ),
            fields={},
            client=(
                "A browser shows the content; if there is none, Chrome puts up a page of its own (HTTP ERROR 500). "
                "Programs repeat by themselves only what is idempotent, GET or PUT, and not a POST (RFC 9110 §9.2.2); "
                "`curl --retry` counts it as passing. A cache does not keep it without an explicit lifetime, and may "
                "serve an old copy instead if that allowed `stale-if-error` (RFC 5861 §4). Search engines crawl more "
                "slowly, and drop pages that stay so."
            ),
            mistakes=(
                (
                    "The traceback in the content. It tells strangers paths, versions and sometimes keys: switch the "
                    "debug mode off, write the trace to the log, and put a reference number into the answer."
                ),
                (
                    "500 for what the caller got wrong: a missing parameter, a date of the 31st of February, broken "
                    "JSON. Check the input and answer 400 or 422, or every scanner wakes somebody at night."
                ),
                "Catching everything and answering 200. Caches, retries and alarms all go by the status.",
                (
                    "An error page that needs the database, the session or the template that just failed. Keep it "
                    "plain and ready."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "异常没有被捕获，而响应还没开始发送时，用它。知道原因，就有更确切的状态码：请求有错（400、422），"
                "后方服务器失败（502）或太慢（504），数据库暂时不在（503），磁盘满了（507）。200 "
                "的头几个字节已经发出，状态便改不了：断开连接，让客户端看出内容不完整。"
            ),
            fields={},
            client=(
                "浏览器显示内容；没有内容时，Chrome 会换上自己的页面（HTTP ERROR 500）。程序只自动重试幂等的请求，"
                "如 GET、PUT，不重试 POST（RFC 9110 §9.2.2）；`curl --retry` 把它算作一时的故障。没写明期限，"
                "缓存不保存它；旧副本若允许 `stale-if-error`，可以拿来顶替（RFC 5861 §4）。搜索引擎会放慢抓取，"
                "一直这样的页面会被剔除。"
            ),
            mistakes=(
                "内容里是一大段堆栈。路径、版本乃至密钥都会泄露：关掉调试模式，堆栈写进日志，响应里只给一个编号。",
                (
                    "调用方的错也回 500：少了参数、2 月 31 日、JSON 不完整。要检查输入，回 400 或 422，"
                    "否则每来一个扫描器，半夜就有人被告警叫醒。"
                ),
                "捕获一切异常，然后回 200。缓存、重试、告警全都看状态码。",
                "错误页要用到刚刚出错的数据库、会话或模板。它应当简单，而且事先备好。",
            ),
        ),
    },
    501: {
        "en": Chapter(
            when=(
                "It is for a method that this server knows nowhere, such as `FROB`, and for a transfer coding that it "
                "cannot read (RFC 9112 §6.1). If the method works at some other address, the answer here is 405 with "
                "`Allow`. GET and HEAD never get 501, since every server must support them (RFC 9110 §9.1). An address "
                "whose function is still to be written is a 404."
            ),
            fields={},
            client=(
                "The client gives up; repeating the same request makes no sense. A browser shows the content. By the "
                "letter a cache may keep it without an explicit lifetime, but caches store little else than the "
                "answers to GET, so it seldom happens."
            ),
            mistakes=(
                (
                    "501 where 405 is meant. Python's `http.server` answers `Unsupported method ('POST')` with 501 if "
                    "only the handler for it is missing: say 405 and what is allowed."
                ),
                (
                    "405 or 400 for a word that is no method anywhere. 405 asks for an `Allow` and suggests that the "
                    "method exists: answer 501."
                ),
                (
                    "501 from a part of the program that is still to be written. It counts as the server's failure "
                    "and sets off alarms: do not offer the address at all."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "服务器在任何地方都不认识的方法（例如 `FROB`），或读不懂的传输编码（RFC 9112 §6.1），用它。"
                "方法在别的地址可用，这里就用 405 加 `Allow`。GET 和 HEAD 绝不会得到 501，"
                "因为每台服务器都必须支持它们（RFC 9110 §9.1）。功能还没写好的地址，是 404。"
            ),
            fields={},
            client=(
                "客户端只能作罢，原样重试没有意义。浏览器显示内容。按条文，缓存不必写明期限就可保存它；"
                "不过缓存基本只存 GET 的响应，实际很少发生。"
            ),
            mistakes=(
                (
                    "该用 405 的用了 501。Python 的 `http.server` 只要缺少处理函数，"
                    "就以 501 回答 `Unsupported method ('POST')`：应当用 405，并说明允许哪些方法。"
                ),
                "根本不是方法的词，却回 405 或 400。405 要带 `Allow`，还暗示这个方法存在：请用 501。",
                "还没写的功能返回 501。它算服务器失败，会触发告警：这个地址干脆不要开放。",
            ),
        ),
    },
    502: {
        "en": Chapter(
            when=(
                "Only a server that asks another one says so: a proxy, or an application in the middle of a call to "
                "someone else's API. What came back was no HTTP, was cut off, or the connection was refused (nginx and "
                "most others say 502 for that, Apache and HAProxy 503). If nothing came back in time it is 504. A "
                "fault in your own code is 500, even with a proxy in front."
            ),
            fields={},
            client=(
                "A browser shows the content. Programs repeat idempotent requests after a pause; `curl --retry` does. "
                "nginx tries the next server of the group by itself, though not for POST once the request was sent. No "
                "cache keeps it without an explicit lifetime."
            ),
            mistakes=(
                (
                    "An idle time behind that is shorter than the one in front. Application servers often close after "
                    "a few seconds, while load balancers hold a connection for a minute: now and then a request hits "
                    "a connection that is closing. Let the server behind wait longer."
                ),
                (
                    "Header fields that do not fit into the proxy's buffer. nginx logs `upstream sent too big header`: "
                    "make the cookies smaller, or raise `proxy_buffer_size`."
                ),
                (
                    "A worker that is killed in the middle of an answer. Gunicorn does so after 30 seconds by default, "
                    "and the proxy can only say 502: give the handler a shorter limit, so that it answers 503 or 504."
                ),
                (
                    "Passing the other API's 401 or 404 on as your own. Your caller would look for the fault in its "
                    "own request: say 502 and log what came."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "只有要去问别的服务器的一方才用它：代理，或者正在调用别家 API 的应用。回来的不是 HTTP、中途断了，"
                "或者连接被拒绝（nginx 等多数用 502，Apache 和 HAProxy 用 503）。迟迟没有回音，是 504。自己代码出错是 "
                "500，前面有代理也一样。"
            ),
            fields={},
            client=(
                "浏览器显示内容。程序过一会儿重试幂等的请求，`curl --retry` 就这样做。nginx 会自动换组里的下一台，"
                "但 POST 已经发出就不换。没写明期限，缓存不保存它。"
            ),
            mistakes=(
                (
                    "后方的空闲时限比前面的短。应用服务器往往几秒就关连接，负载均衡器却保留一分钟："
                    "偶尔就有请求撞上正在关闭的连接。要让后方等得更久。"
                ),
                (
                    "首部太大，代理的缓冲区放不下。nginx 日志里是 `upstream sent too big header`：把 Cookie 变小，"
                    "或调大 `proxy_buffer_size`。"
                ),
                (
                    "工作进程答到一半被终止。Gunicorn 默认 30 秒就这样做，代理只能说 502：给处理函数更短的时限，"
                    "由它回 503 或 504。"
                ),
                "把对方 API 的 401、404 当成自己的转出去。调用方会在自己的请求里找毛病：用 502，并把收到的记进日志。",
            ),
        ),
    },
    503: {
        "en": Chapter(
            when=(
                "Use it while the service as a whole cannot take the request: maintenance, too many requests in hand, "
                "a start that is not finished, a database that is away. It concerns everybody; if one client asks too "
                "often, that is 429. A handler that exceeds its own time is 503 as well, for 504 is a gateway's word. "
                "Answer cheaply and early, before the content is read."
            ),
            fields={
                "Retry-After": (
                    "It says when to come again, in seconds (`120`) or as a date; leave it out rather than guess "
                    "wildly, and scatter it a little, or everybody comes at the same second (RFC 9110 §10.2.3)."
                ),
            },
            client=(
                "curl with `--retry` and urllib3 wait as `Retry-After` says; browsers do not heed it and show the "
                "page. Load balancers take the server out of rotation if the health check answers so. Search engines "
                "keep the page for some days and crawl more slowly; 503 for `robots.txt` halts the crawl of the whole "
                "site."
            ),
            mistakes=(
                (
                    "A maintenance page with 200, or a 302 to one. It gets indexed and cached in the place of the real "
                    "pages: 503, at every address."
                ),
                (
                    "Clients that repeat at once and for ever. Three layers with three tries each make 27 requests out "
                    "of one: double the pause, add chance, and let only one layer repeat."
                ),
                (
                    "A health check that answers 503 because a neighbour is down. All servers then leave the rotation "
                    "together: readiness may look at what nothing works without, liveness at itself alone."
                ),
                "A CDN that keeps the 503 after the maintenance is over. Send `Cache-Control: no-store` with it.",
            ),
        ),
        "zh": Chapter(
            when=(
                "整个服务眼下应付不了，用它：维护，手头的请求太多，启动还没完成，数据库不在。它对所有人都一样；"
                "某个客户端来得太勤，用 429。处理函数超过自己的时限也是 503，504 是网关用的。回答要尽早、少费资源，"
                "不等读正文。"
            ),
            fields={
                "Retry-After": (
                    "说明何时再来，写秒数（`120`）或日期；没有把握就不写，不要乱猜，并且稍微错开，"
                    "否则大家会在同一秒涌来（RFC 9110 §10.2.3）。"
                ),
            },
            client=(
                "带 `--retry` 的 curl 和 urllib3 照 `Retry-After` 等待；浏览器不理会，只显示页面。健康检查若得到它，"
                "负载均衡器就把这台摘下。搜索引擎会把页面留几天，并放慢抓取；`robots.txt` 得到 503，"
                "整个站点都暂停抓取。"
            ),
            mistakes=(
                "维护页用 200，或者 302 跳到维护页。它会顶替正常页面进索引、进缓存：每个地址都用 503。",
                "客户端马上重试，没完没了。三层各试三次，一个请求变成 27 个：间隔要翻倍，加些随机，而且只让一层重试。",
                (
                    "依赖的别的服务出了故障，健康检查就回 503。所有服务器于是一起下线：就绪检查只看不可或缺的依赖，"
                    "存活检查只看自己。"
                ),
                "维护结束了，CDN 还存着 503。请带上 `Cache-Control: no-store`。",
            ),
        ),
    },
    504: {
        "en": Chapter(
            when=(
                "A gateway or proxy says so when the server behind did not answer within the limit, and an "
                "application may while it waits for somebody else's API. If the server behind answered, but not "
                "properly, it is 502. If the client was slow to send, it is 408. An application that was itself too "
                "slow, without waiting for anybody, says 503."
            ),
            fields={},
            client=(
                "A browser shows the content. A program may repeat a GET or PUT after a pause, but must not repeat a "
                "POST blindly, for the work may have been done or may still run. `curl --retry` counts it as passing. "
                "No cache keeps it without an explicit lifetime; a stale copy may stand in under `stale-if-error` (RFC "
                "5861 §4)."
            ),
            mistakes=(
                (
                    "Raising the proxy's limit (nginx: `proxy_read_timeout`, 60 seconds) until the report gets "
                    "through. The next limit on the way strikes: answer 202 and let the client fetch the result."
                ),
                (
                    "Limits that grow towards the inside. The proxy gives up first and the work behind runs on for "
                    "nobody: the application's limit has to be shorter than the proxy's, and the database's shorter "
                    "still."
                ),
                (
                    "Repeating a payment after 504. Send an `Idempotency-Key`, and ask for the state before ordering "
                    "again."
                ),
                (
                    "A call to another API with no limit at all. Python's requests waits for ever unless `timeout` is "
                    "given."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "网关或代理等后方服务器超过时限，用它；应用等别家 API 时也可以用。后方回答了，但响应无效，是 502。"
                "客户端发得慢，是 408。应用没在等谁，是自己太慢，用 503。"
            ),
            fields={},
            client=(
                "浏览器显示内容。程序过一会儿可以重试 GET 或 PUT，但不能盲目重试 POST：事情也许办完了，也许还在办。"
                "`curl --retry` 把它算作一时的故障。没写明期限，缓存不保存它；"
                "有 `stale-if-error` 时可以用过期副本顶替（RFC 5861 §4）。"
            ),
            mistakes=(
                (
                    "报表出不来，就调大代理的时限（nginx 的 `proxy_read_timeout`，60 秒）。沿途还有别的时限：用 202 "
                    "回答，让客户端来取结果。"
                ),
                "越往里时限越长。代理先放弃了，后面还在为没人等的事忙：应用的时限要比代理短，数据库的再短一些。",
                "付款遇到 504 就重发。要带 `Idempotency-Key`，先查状态再下单。",
                "调用别家 API 不设时限。Python 的 requests 不给 `timeout` 会一直等下去。",
            ),
        ),
    },
    505: {
        "en": Chapter(
            when=(
                "The HTTP server says so to a request line with a major version that it does not speak, such as "
                "`HTTP/3.0` on an HTTP/1.1 connection. A higher minor version is no reason: `HTTP/1.2` is treated as "
                "1.1 (RFC 9110 §2.5). What is no version at all is 400, and wanting another protocol is 426. The "
                "content should name the versions that the server speaks (RFC 9110 §15.6.6)."
            ),
            fields={},
            client=(
                "Browsers do not see it, nor does curl as a rule: they agree on HTTP/2 in the TLS handshake and learn "
                "of HTTP/3 from `Alt-Svc` or DNS. Who receives it is a scanner, or a program that builds its request "
                "line by hand; it should ask again with `HTTP/1.1`."
            ),
            mistakes=(
                (
                    "A space in an address that was not encoded. Some servers read `GET /a b HTTP/1.1` as version `b "
                    "HTTP/1.1` and say 505: encode it as `%20` in the client; the server should say 400 (RFC 9112 "
                    "§3.2)."
                ),
                (
                    "Letting such requests through. Most Python servers do not look at the version, and some hand "
                    "`HTTP/3.0` to the application as if it were 1.1: check it in a layer around the application."
                ),
                (
                    "505 to make a client use HTTP/2 or a newer TLS. For the protocol there is 426, and an old TLS is "
                    "refused in the handshake."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "请求行里的主版本不受支持，HTTP 服务器便用它，例如 HTTP/1.1 的连接上来了 `HTTP/3.0`。"
                "次版本高一些不算理由：`HTTP/1.2` 按 1.1 处理（RFC 9110 §2.5）。根本不是版本号的用 400，希望换协议用 "
                "426。内容里应写明服务器支持哪些版本（RFC 9110 §15.6.6）。"
            ),
            fields={},
            client=(
                "浏览器遇不到它，curl 一般也遇不到：HTTP/2 在 TLS 握手时谈好，HTTP/3 从 `Alt-Svc` 或 DNS 得知。"
                "收到它的是扫描器，或者自己拼请求行的程序；应改用 `HTTP/1.1` 再请求。"
            ),
            mistakes=(
                (
                    "地址里的空格没编码。有的服务器把 `GET /a b HTTP/1.1` 的版本读成 `b HTTP/1.1`，便说 505："
                    "客户端要编码成 `%20`；服务器应当用 400（RFC 9112 §3.2）。"
                ),
                (
                    "把这种请求放进来。Python 服务器大多不看版本，有的把 `HTTP/3.0` 当作 1.1 交给应用："
                    "请在应用外面的一层检查。"
                ),
                "想让客户端用 HTTP/2 或更新的 TLS，就回 505。协议有 426，旧 TLS 在握手时就拒绝。",
            ),
        ),
    },
    506: {
        "en": Chapter(
            when=(
                "Leave it to the scheme that it belongs to, transparent content negotiation (RFC 2295), an experiment "
                "of 1998 that browsers never took up. Apache's mod_negotiation can still send it, when a variant in a "
                "type map is itself a negotiated resource. For any other fault in the configuration answer 500; "
                "ordinary negotiation needs only `Accept` and `Vary`."
            ),
            fields={},
            client=(
                "No client can mend it. Browsers show the content, programs treat it as 500 (RFC 9110 §15), and no "
                "cache keeps it without an explicit lifetime."
            ),
            mistakes=(
                (
                    "A `.var` file or a MultiViews name listed as a variant of another one. List the files themselves "
                    "(`page.en.html`), each with its type and language."
                ),
                (
                    "Using it for a redirect loop or a clash of languages in an application. That is a 500, with the "
                    "cause in the log."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "把它留给它所属的机制：透明内容协商（RFC 2295），1998 年的一项试验，浏览器从未采用。"
                "Apache 的 mod_negotiation 至今可能发送它：类型映射里的某个变体自己又是要协商的资源。"
                "配置上的其他差错用 500；普通的协商只需要 `Accept` 和 `Vary`。"
            ),
            fields={},
            client="客户端无能为力。浏览器显示内容，程序当作 500 对待（RFC 9110 §15）；没写明期限，缓存不保存它。",
            mistakes=(
                (
                    "把 `.var` 文件或 MultiViews 的名字列为另一个资源的变体。应当列出文件本身（`page.en.html`），"
                    "各自写明类型和语言。"
                ),
                "应用里跳转成环、语言冲突也用它。那是 500，原因写进日志。",
            ),
        ),
    },
    507: {
        "en": Chapter(
            when=(
                "Use it when a write fails because there is no room: the disk is full (`ENOSPC`), the quota is used up "
                "(`EDQUOT`), the mailbox is at its limit. If this one request is too large whatever room there is, it "
                "is 413; if the plan of the account does not include it, 403. WebDAV servers name the cause in the "
                "content, `DAV:quota-not-exceeded` or `DAV:sufficient-disk-space` (RFC 4331 §6)."
            ),
            fields={},
            client=(
                "A request that a person started must not be sent again until that person does something (RFC 4918 "
                "§11.5). Sync clients stop uploading and say that the storage is full. A browser shows the content; "
                "`curl --retry` does not count 507 as passing."
            ),
            mistakes=(
                (
                    "Leaving half a file behind. Write to a temporary name, rename when all is there, and remove the "
                    "rest after a failure."
                ),
                (
                    "Finding out only after ten gigabytes. Compare `Content-Length` with the free room or the quota "
                    "before reading."
                ),
                (
                    "500 for a full disk. The operator then looks for a fault in the code: let `ENOSPC` and `EDQUOT` "
                    "become 507, and raise an alarm before it comes to that."
                ),
                (
                    "Forgetting where a proxy puts the content. nginx answers 500 if its own temporary directory is "
                    "full, before the application hears of it."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "没地方可写、写入失败，用它：磁盘满了（`ENOSPC`），配额用完（`EDQUOT`），邮箱到了上限。不管有没有空间，"
                "这一个请求本身就太大，用 413；账号的套餐不包括，用 403。WebDAV 服务器在内容里写明原因："
                "`DAV:quota-not-exceeded` 或 `DAV:sufficient-disk-space`（RFC 4331 §6）。"
            ),
            fields={},
            client=(
                "由人发起的请求，那个人没有新的动作之前不得重发（RFC 4918 §11.5）。同步客户端会停止上传，"
                "并提示存储已满。浏览器显示内容；`curl --retry` 不把 507 算作一时的故障。"
            ),
            mistakes=(
                "留下半个文件。先写到临时名字，全到了再改名，失败就清掉。",
                "收了 10 GB 才发现放不下。读正文之前，先把 `Content-Length` 与剩余空间或配额相比较。",
                "磁盘满了回 500。管理员会去代码里找毛病：让 `ENOSPC` 和 `EDQUOT` 变成 507，并在满之前就告警。",
                "忘了代理把正文放在哪里。nginx 自己的临时目录满了就回 500，应用还不知道有这回事。",
            ),
        ),
    },
    508: {
        "en": Chapter(
            when=(
                "In WebDAV it is the answer to a request with `Depth: infinity` that met a loop of bindings, if the "
                "client did not say `DAV: bind`; one that did gets a 207 with 208 inside (RFC 5842 §7). A gateway that "
                "finds its own name in `CDN-Loop` (RFC 8586) or `Via` may use it too, as may an application that is "
                "called by itself over two services. Redirects that go round are no 508: each of them is a sound 3xx."
            ),
            fields={},
            client=(
                "A WebDAV client asks again level by level with `Depth: 1`, or says `DAV: bind`. All others can only "
                "report it, for the same request runs into the same loop; `curl --retry` does not repeat it. No cache "
                "keeps it without an explicit lifetime."
            ),
            mistakes=(
                (
                    "Looking for a loop behind every 508. Shared hosts with CloudLinux send "
                    "`508 Resource Limit Is Reached` when an account has too many processes at work: that ought to be "
                    "503."
                ),
                (
                    "Two proxies that forward to each other. Add `CDN-Loop` or `Via` to what you forward and stop at "
                    "your own name; no customer may strip `CDN-Loop` (RFC 8586 §2)."
                ),
                (
                    "A server that asks its own public address while it answers. Under load its workers wait for each "
                    "other: call the function instead."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "在 WebDAV 里，`Depth: infinity` 的请求遇到绑定成环，而客户端没有声明 `DAV: bind`，就用它；声明过的，"
                "得到的是里面带 208 的 207（RFC 5842 §7）。网关在 `CDN-Loop`（RFC 8586）或 `Via` 里看到自己的名字，"
                "也可以用；应用绕过别的服务又调到自己，同样可以。跳转兜圈子不是 508：每一跳都是正常的 3xx。"
            ),
            fields={},
            client=(
                "WebDAV 客户端改用 `Depth: 1` 逐层去问，或者声明 `DAV: bind`。其他客户端只能报告，"
                "因为同样的请求还会掉进同样的环；`curl --retry` 不会重试。没写明期限，缓存不保存它。"
            ),
            mistakes=(
                (
                    "见到 508 就以为真有循环。装了 CloudLinux 的共享主机，账号的进程太多时会发 "
                    "`508 Resource Limit Is Reached`：那本该是 503。"
                ),
                (
                    "两个代理互相转发。转发时加上 `CDN-Loop` 或 `Via`，见到自己的名字就停；"
                    "`CDN-Loop` 不许客户自行去掉（RFC 8586 §2）。"
                ),
                "服务器回答请求时又去访问自己的公开地址。负载一高，工作进程便互相等待：直接调用函数。",
            ),
        ),
    },
    510: {
        "en": Chapter(
            when=(
                "Never. RFC 2774, an experiment that is historic now, let a client demand extensions with `Man` and a "
                "method such as `M-GET`, and a server ask for more of them with 510. If a request lacks something, "
                "the codes of today say what: 400, 401, 415, 426, 428; a method that is not known is 501."
            ),
            fields={},
            client=(
                'Nobody knows it any more, so it counts as 500 (RFC 9110 §15). The `MAN: "ssdp:discover"` in a search '
                "for UPnP devices stems from the same RFC, but goes over UDP and never gets a 510."
            ),
            mistakes=(
                (
                    "Using it to say that the subscription, the plug-in or the client's version is lacking. That is "
                    "402 or 403, or 400 with the reason in the content."
                ),
                "Answering `M-POST` or `M-SEARCH` over TCP with 510. It is an unknown method: 501.",
            ),
        ),
        "zh": Chapter(
            when=(
                "任何时候都不用。RFC 2774 是一项已归入历史的试验：客户端用 `Man` 和 `M-GET` 之类的方法强制要求扩展，"
                "服务器用 510 要求补上别的扩展。请求缺了什么，今天的状态码都能说明：400、401、415、426、428；"
                "不认识的方法是 501。"
            ),
            fields={},
            client=(
                '已经没有谁认得它，一律算作 500（RFC 9110 §15）。搜索 UPnP 设备时的 `MAN: "ssdp:discover"` 出自同一份 '
                "RFC，但走 UDP，不会得到 510。"
            ),
            mistakes=(
                "用它表示缺少订阅、插件，或者客户端版本太旧。那是 402 或 403，或者用 400 并把原因写在内容里。",
                "TCP 上来了 `M-POST` 或 `M-SEARCH`，回 510。那只是不认识的方法：501。",
            ),
        ),
    },
    511: {
        "en": Chapter(
            when=(
                "Only a gateway that keeps a whole network closed says so, in place of the site that was asked for. A "
                "site whose visitor has to sign in answers 401, or 303 to its form; a proxy that wants a password "
                "answers 407. Better still, a network need not answer for others at all: it announces its portal by "
                "DHCP or router advertisement (RFC 8910) and offers the API of RFC 8908."
            ),
            fields={},
            client=(
                "Systems find the portal by a small request over plain http: Android's `generate_204`, Apple's "
                "`hotspot-detect.html`, Windows' `connecttest.txt`. Whatever comes back other than expected opens the "
                "sign-in window, and Chrome knows 511 by name. No cache may store it (RFC 6585 §6). Programs see an "
                "error, which is the point: a 200 or 302 would have passed for the site's own answer."
            ),
            mistakes=(
                "A site that sends it for its own sign-in. It says that the network is to blame: 401 or 403.",
                (
                    "The form itself in the answer. It would stand under the address of the site that was asked for, "
                    "and the password manager would offer that site's password: give a link or `<meta "
                    "http-equiv=refresh>` to the portal's own host."
                ),
                (
                    "Answering every address with 200 and the portal. Feed readers, updaters and caches take it for "
                    "the content: 511, which cannot be mistaken."
                ),
                (
                    "Breaking into https to show the page. The browser shows a warning about the certificate, and with "
                    "HSTS no way past it: let the check over http find the portal."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "只有把整个网络拦下的网关才用它，顶替所访问网站的回答。网站要访客登录，用 401，或用 303 引到表单；"
                "代理要口令，用 407。更好的办法是网络根本不替别人回答：通过 DHCP 或路由通告公布门户（RFC 8910），"
                "并提供 RFC 8908 的接口。"
            ),
            fields={},
            client=(
                "系统靠明文 http 的小请求发现门户：Android 的 `generate_204`、苹果的 `hotspot-detect.html`、"
                "Windows 的 `connecttest.txt`。回来的不是预期内容，就打开登录窗口；Chrome 认得 511。"
                "任何缓存都不得保存它（RFC 6585 §6）。程序看到的是错误，这正是用意：200 或 302 会被当成网站自己的回答。"
            ),
            mistakes=(
                "网站用它要求登录。这等于说是网络的问题：用 401 或 403。",
                (
                    "响应里直接放登录表单。表单会显示在所访问网站的地址下，密码管理器会把那个网站的密码填进去："
                    "给出链接或 `<meta http-equiv=refresh>`，引到门户自己的主机。"
                ),
                "所有地址都回 200 和门户页。订阅阅读器、更新程序和缓存会当成真内容：用 511，不会弄错。",
                "插手 https 来显示页面。浏览器会报证书错误，有 HSTS 时连跳过都不行：让 http 上的探测去发现门户。",
            ),
        ),
    },
}
