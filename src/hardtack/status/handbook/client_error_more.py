"""The handbook's chapters for 418 to 451, the younger of the client's errors (RFC 9110, 4918, 6585, 7725, 8470).

Longer than a module should be because it is a table: one chapter per code, each in two languages.
"""

from __future__ import annotations

from hardtack.status.handbook.chapter import Chapter

CHAPTERS: dict[int, dict[str, Chapter]] = {
    418: {
        "en": Chapter(
            when=(
                "Never in earnest. RFC 2324 made up a protocol for coffee pots, RFC 7168 added tea, and RFC 9110 "
                "§15.5.19 keeps the number out of use; in the registry its phrase is `(Unused)`. Instead, answer 403 "
                "to those who are not welcome, 429 to those who ask too often, 501 for what the server cannot do."
            ),
            fields={},
            client=(
                "It counts as a 400 (RFC 9110 §15): the content is shown, nothing is repeated, and no cache keeps it "
                "without a lifetime. Some services send it all the same, to callers that they have banned or for fun; "
                "a client heeds `Retry-After` there as anywhere. Libraries carry the name: `HTTPStatus.IM_A_TEAPOT` "
                "in Python, `StatusTeapot` in Go."
            ),
            mistakes=(
                (
                    "418 to robots, so as not to tell them anything: they know very well what a 4xx is, and honest "
                    "clients do not learn when to come back. Answer 403, or 429 with `Retry-After`."
                ),
                (
                    "418 as a stopgap in code that is not finished, and then it goes live: monitors and clients do not "
                    "know what to do with it. Answer 501 or 503."
                ),
                (
                    "Giving the number a meaning of one's own because it is free: it is reserved and may be assigned "
                    "one day. Take the 4xx that fits, and tell the finer reasons apart by the `type` of a problem "
                    "document (RFC 9457)."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "不应当真发送。RFC 2324 虚构了一个控制咖啡壶的协议，RFC 7168 又补上了茶，"
                "RFC 9110 §15.5.19 把这个编号封存不用，登记表里的名称是 `(Unused)`。不欢迎的用 403，来得太勤的用 429，"
                "服务器做不到的用 501。"
            ),
            fields={},
            client=(
                "它等同于 400（RFC 9110 §15）：内容照样显示，不会重试，没有有效期就不缓存。有的服务还是会发，"
                "或者用来答复被封禁的调用方，或者只为好玩；若带有 `Retry-After`，客户端照样应当遵守。"
                "程序库里也有它的名字：Python 的 `HTTPStatus.IM_A_TEAPOT`，Go 的 `StatusTeapot`。"
            ),
            mistakes=(
                (
                    "对爬虫答 418，以为这样不露口风：它们很清楚 4xx 是什么，守规矩的客户端反而不知道何时再来。应改答 "
                    "403，或 429 加 `Retry-After`。"
                ),
                "功能没写完先用 418 占位，结果上了线：监控和客户端都不知道怎么处理。应改答 501 或 503。",
                (
                    "觉得编号没人用，就自己定个含义：它是保留的，将来仍可能另派用场。请选合适的 4xx，"
                    "更细的原因用问题文档的 `type` 区分（RFC 9457）。"
                ),
            ),
        ),
    },
    421: {
        "en": Chapter(
            when=(
                "The host, the scheme or the port of the request does not belong to what the server is set up for, or "
                "does not suit the connection: another certificate, other demands on the client's certificate (RFC "
                "9110 §7.4). A missing or malformed `Host` is 400, an unknown path under a known name 404. A proxy "
                "must not generate it (RFC 9110 §15.5.20); a gateway that answers for the origin may."
            ),
            fields={},
            client=(
                "It may repeat the request over another connection, whatever the method (RFC 9110 §15.5.20). Browsers "
                "use one HTTP/2 connection for several names that its certificate covers (RFC 9113 §9.1.1); after a "
                "421 Chrome tries once more without such sharing and without alternative services. A person therefore "
                "sees it only when the second attempt has failed too."
            ),
            mistakes=(
                (
                    "A proxy that speaks TLS to the server behind it without SNI: newer versions of Apache answer 421 "
                    "to that. For nginx, set `proxy_ssl_server_name on;` and `proxy_ssl_name $host;`."
                ),
                (
                    "A proxy that passes its own upstream's name on as `Host`: the application then refuses every "
                    "request. Pass the name that the visitor used (nginx: `proxy_set_header Host $host;`)."
                ),
                (
                    "Serving the default site under every name: links in e-mails and entries in caches can then be "
                    "made to bear a stranger's host. Keep a list of names and answer 421 to the rest."
                ),
                (
                    "400 for a host that is unknown but well-formed: a browser that has reused a connection then does "
                    "not try another. Answer 421."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "请求的主机名、协议或端口不在服务器的配置之内，或者与这条连接不相称：证书不是那一张，"
                "对客户端证书的要求也不同（RFC 9110 §7.4）。`Host` 缺失或写得不对是 400，名称对而路径不存在是 404。"
                "代理不得自行生成它（RFC 9110 §15.5.20）；代表源服务器作答的网关可以。"
            ),
            fields={},
            client=(
                "客户端可以另换一条连接重发，什么方法都行（RFC 9110 §15.5.20）。一张证书涵盖几个名称时，"
                "浏览器会让它们共用一条 HTTP/2 连接（RFC 9113 §9.1.1）；收到 421，Chrome 会放弃共用、也不用替代服务，"
                "再试一次。所以只有第二次也失败，人才会看到它。"
            ),
            mistakes=(
                (
                    "代理经 TLS 转给后方，却不发 SNI：较新的 Apache 会答 421。nginx 请设 `proxy_ssl_server_name on;` "
                    "和 `proxy_ssl_name $host;`。"
                ),
                (
                    "代理把上游自己的名称当作 `Host` 传过去：应用便拒绝所有请求。应传访客所用的名称（nginx："
                    "`proxy_set_header Host $host;`）。"
                ),
                (
                    "什么名称都给默认站点：邮件里的链接、缓存里的条目就可能被换成别人的主机名。应列出自己的名称，"
                    "其余答 421。"
                ),
                "主机名写法没错、只是不认识，就答 400：共用连接的浏览器不会再换一条。应改答 421。",
            ),
        ),
    },
    422: {
        "en": Chapter(
            when=(
                "The format is taken (otherwise 415) and the syntax is right (otherwise 400), but what the content "
                "says cannot be done: an end before its beginning, a city that is not in the country named (RFC 9110 "
                "§15.5.21). If the same content could pass once the state has changed, it is 409. The code comes from "
                "WebDAV (RFC 4918) and belongs to all of HTTP since RFC 9110."
            ),
            fields={},
            client=(
                "Nothing is repeated unchanged. A browser shows the form again, as the content has it; Turbo shows a "
                "form's errors only if the code is a 4xx or 5xx, while htmx leaves a 4xx out of the page unless it is "
                "told otherwise. Programs want a list of the faults, each with its place, as in the example of RFC "
                "9457 §3."
            ),
            mistakes=(
                (
                    '200 with `"success": false` inside: caches, monitors and the error paths of clients see a '
                    "success. Answer 422."
                ),
                "422 for JSON that does not parse: that is broken syntax, so 400.",
                (
                    "Reporting one fault at a time, or only that something is invalid: the person sends the form five "
                    "times. Name all fields and what is wrong with each."
                ),
                (
                    "Repeating the rejected values in the answer, passwords included, as some validators do: they end "
                    "up in logs. Leave them out."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "格式可以接收（否则 415），语法也对（否则 400），只是所写的办不到：结束早于开始，"
                "城市不在所填的国家里（RFC 9110 §15.5.21）。同样的内容等状态变了就能通过，那是 409。"
                "它出自 WebDAV（RFC 4918），从 RFC 9110 起归整个 HTTP 所有。"
            ),
            fields={},
            client=(
                "不会原样重发。浏览器按内容重新显示表单；Turbo 只有在 4xx 或 5xx 时才显示表单的错误，"
                "htmx 则默认不把 4xx 放进页面，要另行设置。程序希望得到错误的清单，每条注明位置，"
                "可参照 RFC 9457 §3 的例子。"
            ),
            mistakes=(
                '答 200，里面写 `"success": false`：缓存、监控和客户端的错误处理都以为成功了。应改答 422。',
                "JSON 解析不了也答 422：那是语法错误，应改答 400。",
                "一次只报一个错，或者只说无效：用户要把表单提交五遍。请一次写明所有字段，以及各自错在哪里。",
                "把被拒的值原样写回响应，连密码也在内，有些校验库就这样：最后都进了日志。请去掉。",
            ),
        ),
    },
    423: {
        "en": Chapter(
            when=(
                "The source or the target of the method is locked, and the request does not bear the token: PUT, "
                "PROPPATCH, MOVE, DELETE, another LOCK (RFC 4918 §11.3). Reading is never stopped by a write lock (RFC "
                "4918 §7). It also serves outside WebDAV, for a document that somebody has checked out; a version that "
                "has changed is 412 or 409, an account that is blocked 401, 403 or 429."
            ),
            fields={},
            client=(
                "A WebDAV client looks in the content for `lock-token-submitted` or `no-conflicting-lock`, and asks "
                "with PROPFIND for `lockdiscovery`, which tells the owner and the time that is left. With a lock of "
                "its own it sends the token in `If` (RFC 4918 §10.4). Office programs open the file for reading only, "
                "or offer a copy."
            ),
            mistakes=(
                (
                    "Locks without an end: after a crash nobody can save any more. Give every lock a timeout, and let "
                    "its owner or an administrator break it."
                ),
                "423 for a GET: a write lock does not concern it (RFC 4918 §7). Answer 200.",
                (
                    "423 for an account that is blocked after wrong passwords: it tells strangers that the account "
                    "exists. Answer as for a wrong password, or 429."
                ),
                (
                    "No content: the client cannot tell a lock of its own from a foreign one. Send the XML with the "
                    "precondition and the address of the locked resource (RFC 4918 §16)."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "方法的源或目标被锁住，而请求没有带上锁令牌：PUT、PROPPATCH、MOVE、DELETE 或再次 LOCK（RFC 4918 §11.3）"
                "。写锁从不妨碍读取（RFC 4918 §7）。WebDAV 之外也可以用，例如有人签出了文档；版本变了是 412 或 409，"
                "账户被封是 401、403 或 429。"
            ),
            fields={},
            client=(
                "WebDAV 客户端在内容里找 `lock-token-submitted` 或 `no-conflicting-lock`，"
                "再用 PROPFIND 查询 `lockdiscovery`，里面有持锁人和剩余时间。锁是自己的，"
                "就在 `If` 里带上令牌（RFC 4918 §10.4）。办公软件会以只读方式打开，或另存副本。"
            ),
            mistakes=(
                ("锁没有期限：程序一崩溃就谁也存不了。每把锁都要有时限，并允许持锁人或管理员解开。"),
                "GET 也答 423：写锁与它无关（RFC 4918 §7），应改答 200。",
                "多次输错密码、账户被封，答 423：等于告诉外人这个账户存在。应与密码错误答得一样，或用 429。",
                (
                    "没有内容：客户端分不清锁是自己的还是别人的。应发送 XML，"
                    "写明先决条件和被锁资源的地址（RFC 4918 §16）。"
                ),
            ),
        ),
    },
    424: {
        "en": Chapter(
            when=(
                "Inside a 207: PROPPATCH sets all properties or none, so when one fails the others get 424 (RFC 4918 "
                "§9.2). Batches do likewise for a step that was left out because an earlier one failed. As the answer "
                "to a single request it is hardly ever right: where a service behind the server fails, it is 502, 503 "
                "or 504."
            ),
            fields={},
            client=(
                "It looks for the first entry that is not 424: there lies the cause. What bears 424 has not been done, "
                "so nothing needs to be undone; the client mends the cause and sends the whole again. Browsers and "
                "caches do not look into a 207 at all."
            ),
            mistakes=(
                (
                    "424 because another service has failed: a 4xx blames the caller, and `curl --retry` does not "
                    "repeat it. Answer 502 or 504, or 503 with `Retry-After`."
                ),
                (
                    "424 in the 207 for a DELETE of a collection: it should not be there, since the client can tell "
                    "that the collections above a failed member stay too (RFC 4918 §9.6.1)."
                ),
                (
                    "424 for some properties while others were saved: PROPPATCH is all or nothing (RFC 4918 §9.2). "
                    "Undo what was done."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "用在 207 里面：PROPPATCH 要么全部设置，要么一个也不设，所以一个属性失败，其余都是 424（RFC 4918 "
                "§9.2）。批处理也这样：前一步失败，后面略过的步骤答 424。单独一个请求几乎用不着它：后端的服务出错，"
                "应当用 502、503 或 504。"
            ),
            fields={},
            client=(
                "客户端要找第一个不是 424 的条目，原因就在那里。标着 424 的都没有执行，所以无须撤销；"
                "解决原因之后整体重发。浏览器和缓存根本不看 207 里面写了什么。"
            ),
            mistakes=(
                (
                    "别的服务出错就答 424：4xx 是在怪调用方，`curl --retry` 也不会重试。应改答 502、504，"
                    "或 503 加 `Retry-After`。"
                ),
                (
                    "删除集合（DELETE）的 207 里出现 424：本不应有，成员没删掉，上级集合自然也还在，"
                    "客户端推得出来（RFC 4918 §9.6.1）。"
                ),
                "有的属性已经保存，其余却答 424：PROPPATCH 是全有或全无（RFC 4918 §9.2），已做的要撤销。",
            ),
        ),
    },
    425: {
        "en": Chapter(
            when=(
                "Only if the request came in the early data of TLS 1.3 or QUIC, or bears `Early-Data: 1` from a "
                "gateway, and doing it twice would do harm (RFC 8470 §5.2); other clients do not know that they may "
                "repeat it. A server that ends TLS itself may just as well wait for the handshake. Behind a gateway "
                "waiting is no help, as the field stays (RFC 8470 §5.1)."
            ),
            fields={},
            client=(
                "A user agent that has sent early data repeats the request by itself, after the handshake; Chrome and "
                "Firefox do it without anybody noticing. A gateway passes the 425 on if the request reached it with "
                "`Early-Data`; otherwise it may repeat it, once its own handshake with the client is complete (RFC "
                "8470 §5.2). Caches do not keep it by default."
            ),
            mistakes=(
                (
                    "`ssl_early_data on;` in nginx without `proxy_set_header Early-Data $ssl_early_data;`: the "
                    "application cannot know what may be a replay. Set both or neither."
                ),
                (
                    "Two servers behind one name that decide differently: an attacker replays to the one that accepts "
                    "(RFC 8470 §6.2). Give all of them the same rule."
                ),
                (
                    "Trusting every GET: a link that unsubscribes or confirms something has effects too (RFC 8470 §3). "
                    "Refuse it in early data, or have it change nothing."
                ),
                (
                    "425 because a report is not ready or a client asks too soon: the code is about replays. Answer "
                    "202 or 409, or 429 with `Retry-After`."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "只在这种情况下使用：请求随 TLS 1.3 或 QUIC 的早期数据到达，或者带有网关加上的 `Early-Data: 1`，"
                "而且重复执行会有害（RFC 8470 §5.2）；别的客户端并不知道可以重发。自己终结 TLS 的服务器，"
                "等到握手完成再处理也一样好。在网关后面等没有用，那个字段一直都在（RFC 8470 §5.1）。"
            ),
            fields={},
            client=(
                "发过早期数据的客户端会在握手之后自动重发；Chrome 和 Firefox 这样做，人毫无察觉。"
                "请求到网关时已带 `Early-Data`，网关就要把 425 传回去；否则它可以等自己与客户端握手完成，"
                "再代为重发（RFC 8470 §5.2）。缓存默认不保存。"
            ),
            mistakes=(
                (
                    "nginx 开了 `ssl_early_data on;`，却没有 `proxy_set_header Early-Data $ssl_early_data;`："
                    "应用无从知道哪些可能是重放。要么都设，要么都不设。"
                ),
                (
                    "同一名称后面的两台服务器判断不一：攻击者会重放给肯接受的那台（RFC 8470 §6.2）。"
                    "所有服务器的规则要一致。"
                ),
                (
                    "以为 GET 都没关系：退订、确认之类的链接同样有后果（RFC 8470 §3）。早期数据里的要拒绝，"
                    "或者让它什么也不改。"
                ),
                (
                    "报表没生成好，或者客户端来得太早，就答 425：这个状态码只讲重放。应改答 202、409，"
                    "或 429 加 `Retry-After`。"
                ),
            ),
        ),
    },
    426: {
        "en": Chapter(
            when=(
                "The address works only over another protocol that the same connection can change to: a WebSocket "
                "opened with a plain GET, or in a version that the server does not speak (RFC 6455 §4.2.2). A switch "
                "to https is a matter for a redirect, 308 or 301, as `Upgrade` cannot lead to another connection (RFC "
                "9110 §7.8); an HTTP version that is not served is 505. In HTTP/2 and HTTP/3 both fields are "
                "forbidden (RFC 9113 §8.2.2, RFC 9114 §4.2), so 426 cannot be sent properly there."
            ),
            fields={
                "Upgrade": "The protocols that would do, the preferred one first, such as `websocket` (RFC 9110 §7.8).",
                "Connection": (
                    "`Upgrade`: whoever sends that field has to list it here, so that no station on the way passes it "
                    "on (RFC 9110 §7.8)."
                ),
            },
            client=(
                "A browser or curl shows the content and changes to nothing by itself. A WebSocket client whose "
                "version was refused reads `Sec-WebSocket-Version` and tries one of those that it lists. Caches keep "
                "it only with a lifetime."
            ),
            mistakes=(
                (
                    "A proxy in front that drops `Upgrade`: WebSockets then often end in 426. For nginx, set "
                    "`proxy_http_version 1.1;`, `proxy_set_header Upgrade $http_upgrade;` and `proxy_set_header "
                    'Connection "upgrade";`.'
                ),
                (
                    "A proxy that speaks HTTP/1.0 to the server behind it, long the default of nginx: Envoy, for one, "
                    "answers 426 to that. Set `proxy_http_version 1.1;`."
                ),
                (
                    "426 to force https: browsers do not follow it. Redirect, and send `Strict-Transport-Security` "
                    "over https."
                ),
                (
                    "426 for an app that is too old: the code is about the protocol of the connection. Answer 400 with "
                    "a reason that the app can read, or 410 for a version of the API that is gone."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "这个地址只能走另一种协议，而且在同一条连接上就能切换：用普通 GET 打开 WebSocket，"
                "或者版本是服务器不支持的（RFC 6455 §4.2.2）。改用 https 应当靠重定向（308 或 301），因为 `Upgrade` "
                "不能引到另一条连接上去（RFC 9110 §7.8）；不支持的 HTTP 版本是 505。HTTP/2 和 HTTP/3 "
                "里这两个字段都不许出现（RFC 9113 §8.2.2、RFC 9114 §4.2），所以在那里无法正确地答 426。"
            ),
            fields={
                "Upgrade": "可用的协议，首选的在前，例如 `websocket`（RFC 9110 §7.8）。",
                "Connection": "写 `Upgrade`：发送那个字段就必须在这里列出，途中各站才不会转发它（RFC 9110 §7.8）。",
            },
            client=(
                "浏览器和 curl 只显示内容，不会自行切换。WebSocket 客户端的版本被拒时，会读取 `Sec-WebSocket-Version`，"
                "换用其中列出的版本。没有有效期，缓存不会保存。"
            ),
            mistakes=(
                (
                    "前面的代理丢掉了 `Upgrade`：WebSocket 往往就得到 426。nginx 要设 `proxy_http_version 1.1;`、"
                    '`proxy_set_header Upgrade $http_upgrade;` 和 `proxy_set_header Connection "upgrade";`。'
                ),
                (
                    "代理以 HTTP/1.0 转给后方（nginx 长期以来的默认值）：有的服务器会答 426，例如 Envoy。请设 "
                    "`proxy_http_version 1.1;`。"
                ),
                "用 426 强制 https：浏览器不会照办。应重定向，并在 https 上发送 `Strict-Transport-Security`。",
                (
                    "客户端应用版本太旧也答 426：它讲的是连接所用的协议。应改答 400 并给出应用读得懂的原因；"
                    "接口的旧版本已停用则是 410。"
                ),
            ),
        ),
    },
    428: {
        "en": Chapter(
            when=(
                "The resource has several editors, and a PUT, PATCH or DELETE without a condition would overwrite "
                "unseen what others have done (RFC 6585 §3). A condition that is there and false is 412. Do not demand "
                "one for reading, nor for a POST that gives the new thing an address of its own; for creating at a "
                "known address `If-None-Match: *` is the right condition."
            ),
            fields={},
            client=(
                "A program fetches the state with GET, takes its `ETag`, and repeats the change with `If-Match`. The "
                "content should explain just that (RFC 6585 §3). A form in a browser cannot send `If-Match`: put the "
                "version into a hidden input and compare it on the server. No cache may store the answer (RFC 6585 §3)."
            ),
            mistakes=(
                "Demanding `If-Match` where GET sends no `ETag`: nobody can comply. Send strong tags first.",
                "412 for a condition that is missing: it means that one was there and was false. Answer 428.",
                "Taking `If-Match: *` as protection: it holds as long as anything exists at the address. Demand a tag.",
                (
                    "Switching it on overnight for an API in use: all old clients fail at once. Log the requests "
                    "without a condition first, and tell those who send them."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "资源有几个人在编辑，不带条件的 PUT、PATCH 或 DELETE 会在不知不觉中覆盖别人的改动（RFC 6585 §3）。"
                "带了条件而不成立是 412。读取不必要求条件，由服务器分配新地址的 POST 也不必；在已知地址上新建，"
                "合适的条件是 `If-None-Match: *`。"
            ),
            fields={},
            client=(
                "程序用 GET 取得状态和 `ETag`，再带上 `If-Match` 重发改动。内容应说明的正是这一点（RFC 6585 §3）。"
                "浏览器表单发送不了 `If-Match`：把版本放进隐藏的输入项，由服务器比较。"
                "任何缓存都不得保存这个响应（RFC 6585 §3）。"
            ),
            mistakes=(
                "要求 `If-Match`，GET 却不给 `ETag`：谁也办不到。先把强标签发出来。",
                "缺条件却答 412：412 表示带了条件但不成立。应改答 428。",
                "以为 `If-Match: *` 也算保护：只要地址上有东西它就成立。应要求具体的标签。",
                "在用的接口一夜之间启用：旧客户端全部失败。先记录哪些请求没带条件，通知他们。",
            ),
        ),
    },
    429: {
        "en": Chapter(
            when=(
                "This one client has used up its allowance, counted by account, token or network address; RFC 6585 §4 "
                "leaves open how. Where the server is too busy for everybody, it is 503; a single request that is too "
                "large is 413. Under attack nobody has to answer at all: closing the connection is cheaper (RFC 6585 "
                "§7.2)."
            ),
            fields={
                "Retry-After": (
                    "How long to wait, in seconds such as `120`, or as a date (RFC 9110 §10.2.3); RFC 6585 §4 leaves "
                    "it optional, but without it clients guess."
                ),
            },
            client=(
                "A good program waits as long as it is told, plus a random while, or else doubles its pause each time. "
                "`curl --retry` counts 429 among the passing errors and heeds `Retry-After` (since 7.66). Google's "
                "crawlers slow down as for a 5xx, and drop pages if it lasts for days. A browser shows the content and "
                "repeats nothing."
            ),
            mistakes=(
                (
                    "Counting by the address of one's own proxy: all visitors then share one allowance. Read the "
                    "client's address from `Forwarded` or `X-Forwarded-For`, and only if a trusted proxy has set it."
                ),
                (
                    "503 for a limit per client: nginx's `limit_req` sends it unless `limit_req_status 429;` is set. "
                    "Clients take it for an outage."
                ),
                (
                    "`Retry-After` in milliseconds or as a Unix time: `1717000000` means 54 years. Send seconds, or a "
                    "date in the format of HTTP."
                ),
                (
                    "A CDN that is set to cache every 4xx: the 429 of one client reaches everybody. It must not be "
                    "stored (RFC 6585 §4), so add `Cache-Control: no-store`."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "这一个客户端用完了限额，可以按账户、令牌或网络地址来计；RFC 6585 §4 没有规定怎么算。"
                "服务器对谁都忙不过来是 503；单个请求太大是 413。遭到攻击时可以根本不答，直接断开更省（RFC 6585 §7.2）"
                "。"
            ),
            fields={
                "Retry-After": (
                    "要等多久，写秒数（例如 `120`）或日期（RFC 9110 §10.2.3）；RFC 6585 §4 并不强求，"
                    "但没有它客户端只能猜。"
                ),
            },
            client=(
                "好的程序按所说的时间等待，再加一点随机的时长；没有说明，就每次把间隔加倍。"
                "`curl --retry` 把 429 算作暂时的错误，并遵守 `Retry-After`（自 7.66 起）。"
                "Google 的爬虫会像遇到 5xx 一样放慢，连续几天如此则会移除页面。浏览器只显示内容，不会重试。"
            ),
            mistakes=(
                (
                    "按自己代理的地址计数：所有访客共用一份限额。应从 `Forwarded` 或 `X-Forwarded-For` 读取客户端地址，"
                    "而且只信可靠的代理所写的。"
                ),
                (
                    "按客户端限流却答 503：nginx 的 `limit_req` 就这样，除非设了 `limit_req_status 429;`。"
                    "客户端会以为出了故障。"
                ),
                "`Retry-After` 写成毫秒或 Unix 时间：`1717000000` 意味着 54 年。应写秒数，或 HTTP 格式的日期。",
                (
                    "CDN 的规则把 4xx 都缓存起来：一个客户端的 429 发给了所有人。它不得保存（RFC 6585 §4），"
                    "请加上 `Cache-Control: no-store`。"
                ),
            ),
        ),
    },
    431: {
        "en": Chapter(
            when=(
                "The header section as a whole, or one field of it, is over the limit; in the second case the content "
                "should name the field (RFC 6585 §5). An address that is too long is 414, a field that is malformed "
                "400. A framework can only set a lower limit than the server in front of it; under attack the server "
                "may close without a word (RFC 6585 §7.3)."
            ),
            fields={},
            client=(
                "A browser sends the same cookies with every request, so each page of the site fails, the one for "
                "signing out included. The answer itself can help: browsers obey `Set-Cookie` in errors too (RFC 6265 "
                '§3), so `Max-Age=0` deletes the cookie that is to blame, and `Clear-Site-Data: "cookies"` all of '
                "them. No cache may store it (RFC 6585 §5)."
            ),
            mistakes=(
                (
                    "Keeping state in cookies, for the whole domain: a few of 4 kB each are too many, as nginx and "
                    "Apache take about 8 kB for one field. Keep it on the server, with an identifier in the cookie, "
                    "and narrow `Domain` and `Path`."
                ),
                (
                    "400 instead, as from nginx and Apache: visitors think that the page is broken. Say in its content "
                    "that cookies are the cause, and answer 431 where the server can be told to."
                ),
                (
                    "Raising the limit in one place only: Kerberos tickets of people in many groups pass the proxy and "
                    "fail behind it. Raise it at every station on the way (Node.js: `--max-http-header-size`)."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "整个首部或其中一个字段超过上限；如果是后者，内容应指明是哪个字段（RFC 6585 §5）。地址过长是 414，"
                "字段写得不对是 400。框架的上限只能比前面的服务器更低；遭到攻击时，服务器可以直接断开（RFC 6585 §7.3）"
                "。"
            ),
            fields={},
            client=(
                "浏览器每次都带着同样的 Cookie，所以全站都打不开，连退出登录也不行。响应自己就能帮忙：错误响应里的 "
                "`Set-Cookie` 浏览器照样执行（RFC 6265 §3），`Max-Age=0` 可以删掉出问题的那个，"
                '`Clear-Site-Data: "cookies"` 则全部清除。任何缓存都不得保存它（RFC 6585 §5）。'
            ),
            mistakes=(
                (
                    "把状态存进整个域名的 Cookie：每个 4 kB，几个就满了，因为 nginx 和 Apache 一个字段大约只收 8 kB。"
                    "状态应放在服务器上，Cookie 里只放标识，并收窄 `Domain` 和 `Path`。"
                ),
                (
                    "改答 400，nginx 和 Apache 就这样：访客以为页面坏了。内容里要说明是 Cookie 的问题，"
                    "服务器能改的话就答 431。"
                ),
                (
                    "只调高一处的上限：所属的组多了，Kerberos 票据过得了代理，却过不了后面那台。"
                    "沿途每一站都要调（Node.js：`--max-http-header-size`）。"
                ),
            ),
        ),
    },
    451: {
        "en": Chapter(
            when=(
                "A legal demand makes the one who answers withhold the resource: a court's order, a notice about "
                "copyright, a sanction (RFC 7725 §3). It says nothing about whether the resource exists. The rules of "
                "the house, or a licence for certain countries that the owner has signed, are 403; where even the "
                "demand has to stay secret, 404 is left."
            ),
            fields={
                "Link": (
                    '`<https://isp.example/legal>; rel="blocked-by"`: who carries out the block, and not who has '
                    "ordered it (RFC 7725 §4)."
                ),
            },
            client=(
                "A browser shows the content, search engines drop the page, and caches may keep it without a lifetime "
                "(RFC 7725 §3). A provider that cuts into TLS cannot send it without an error about the certificate, "
                "so people there see a failed connection instead."
            ),
            mistakes=(
                (
                    "A block for one country in a shared cache: the 451 is stored and handed to everybody else. Send "
                    "`Cache-Control: private` or `no-store`, or let the CDN keep one copy per country."
                ),
                (
                    "No explanation: the content should say who demands it, under which law, and which people and "
                    "things it concerns (RFC 7725 §3)."
                ),
                (
                    "A `blocked-by` that names the court or the claimant: the link identifies who implements the block "
                    "(RFC 7725 §4). Name the others in the content."
                ),
            ),
        ),
        "zh": Chapter(
            when=(
                "作答的一方因法律上的要求而不能提供：法院命令、版权通知、制裁（RFC 7725 §3）。它并不说明资源是否存在。"
                "自己的站规，或者权利人自愿签下的地区授权，用 403；连这项要求本身都须保密时，只能用 404。"
            ),
            fields={
                "Link": (
                    '`<https://isp.example/legal>; rel="blocked-by"`：指出由谁执行屏蔽，不是由谁下令（RFC 7725 §4）。'
                ),
            },
            client=(
                "浏览器显示内容，搜索引擎移除页面，缓存不必有有效期也可以保存（RFC 7725 §3）。运营商插手 TLS 连接，"
                "必然引出证书错误，送不到 451，人们看到的只是连接失败。"
            ),
            mistakes=(
                (
                    "只对一国屏蔽，却进了共享缓存：存下的 451 会发给所有人。请写 `Cache-Control: private` 或 "
                    "`no-store`，或让 CDN 按国家分别保存。"
                ),
                "没有说明：内容应写明是谁要求、依据哪部法律、涉及哪些人和物（RFC 7725 §3）。",
                "`blocked-by` 指向法院或投诉人：这个链接要指出的是执行屏蔽的一方（RFC 7725 §4）。其他各方写在内容里。",
            ),
        ),
    },
}
