"""Words for redirection, 3xx (RFC 9110 §15.4): the client has something more to do, mostly to go elsewhere."""

from __future__ import annotations

from hardtack.status.texts.words import Words

TEXTS: dict[int, dict[str, Words]] = {
    300: {
        "en": Words(
            "The resource has several representations, each with its own address, and the client is to choose.",
            "A server sends it when it leaves the choice to the other side; the content lists them, and Location may "
            "name the server's favourite. A browser may follow Location at once, otherwise the person picks from the "
            "list.",
            correction="A slip of the pen: 相应 in the second sentence should read 响应, the answer.",
        ),
        "zh": Words(
            "资源有多种表示，各有自己的地址，由客户端来选。",
            "服务器把选择权交给对方时使用，内容里列出清单，也可用 Location 指出首选。"
            "有 Location 时浏览器可以直接前往，否则由用户从清单里挑选。",
            correction="笔误：“相应可返回……”应为“响应可返回……”。",
        ),
    },
    301: {
        "en": Words(
            "The resource has a new permanent address, given in Location.",
            "It is right when a page or a whole site has moved for good. Clients go there and should use the new "
            "address from now on; some turn a POST into a GET on the way, so 308 is the choice where the method has to "
            "stay.",
        ),
        "zh": Words(
            "资源有了新的永久地址，写在 Location 里。",
            "适用于页面或整个网站搬走、不再回来的情形。客户端前往新地址，以后也应一直使用它；"
            "有的客户端途中会把 POST 改成 GET，方法必须保持不变时请用 308。",
        ),
    },
    302: {
        "en": Words(
            "For now, the resource is found at another address, given in Location.",
            "The move is a temporary one, so the client keeps using the old address for later requests. Browsers "
            "follow with GET even after a POST; 303 says that on purpose, and 307 keeps the method.",
            correction="临时移动 translates Moved Temporarily, the name in RFC 2068; the phrase has been Found since "
            "RFC 2616.",
        ),
        "zh": Words(
            "资源暂时在另一个地址，写在 Location 里。",
            "搬动只是暂时的，所以客户端以后仍用原来的地址。"
            "浏览器跟随时往往把 POST 改成 GET；有意改用 GET 请用 303，要保持方法不变请用 307。",
            correction="“临时移动”译自 RFC 2068 的旧名 Moved Temporarily；自 RFC 2616 起，名称是 Found。",
        ),
    },
    303: {
        "en": Words(
            "The result of this request is to be fetched from another address, given in Location.",
            "It is the usual answer once a form was handled, so that reloading the page does not send the form again. "
            "The client fetches the new address with GET (or HEAD), whatever the first method was.",
            correction="It is not looked up with GET and POST: the client always goes on with GET (or HEAD).",
        ),
        "zh": Words(
            "这次请求的结果要到另一个地址去取，写在 Location 里。",
            "表单处理完毕后通常用它，这样刷新页面不会重复提交。"
            "无论原来是什么方法，客户端都改用 GET（或 HEAD）访问新地址。",
            correction="不是用 GET 和 POST 查看：客户端一律改用 GET（或 HEAD）。",
        ),
    },
    304: {
        "en": Words(
            "The copy that the client holds is still good.",
            "It answers a conditional GET or HEAD when an ETag in If-None-Match still matches or, without that field, "
            "when nothing has changed since If-Modified-Since. There is no content; the client uses its stored copy "
            "and updates that copy's header fields.",
            correction="A date is only the second way: an ETag in If-None-Match comes first, and where it is present "
            "If-Modified-Since is ignored.",
        ),
        "zh": Words(
            "客户端手里的副本仍然有效。",
            "它回答带条件的 GET 或 HEAD：If-None-Match 里的 ETag 仍然匹配，"
            "或者没有该字段而资源自 If-Modified-Since 以来没有变化。"
            "响应不带内容，客户端使用已存的副本，并更新它的首部。",
            correction="日期只是第二选择：If-None-Match 里的 ETag 优先，有它时 If-Modified-Since 不起作用。",
        ),
    },
    305: {
        "en": Words(
            "Formerly: the resource must be fetched through the proxy named in Location.",
            "It is deprecated, because letting any server choose a client's proxy is unsafe, and no server should send "
            "it any more. Clients do not act on it.",
            correction="Deprecated since RFC 7231 for reasons of security: it is not sent any more.",
        ),
        "zh": Words(
            "早年的含义是：必须经由 Location 指定的代理来访问。",
            "它已被弃用，因为任由服务器指定客户端的代理并不安全，服务器不应再发送。客户端也不会照办。",
            correction="自 RFC 7231 起因安全原因弃用，不应再发送。",
        ),
    },
    306: {
        "en": Words(
            "This number is reserved and no longer means anything.",
            "An early draft used it under the name Switch Proxy, to make clients change their proxy. No server sends "
            "it; a client that meets it treats it like 300.",
            correction="The registered phrase is (Unused), in brackets; the number is reserved, and nothing may send "
            "it.",
        ),
        "zh": Words(
            "这个编号仅作保留，已没有含义。",
            "早期草案曾以 Switch Proxy（切换代理）之名，用它让客户端更换代理。"
            "服务器不会发送它；客户端万一遇到，就当作 300 处理。",
            correction="登记的名称是带括号的 (Unused)；编号保留，不得再发送。",
        ),
    },
    307: {
        "en": Words(
            "For now, the same request is to be sent to another address, given in Location.",
            "It serves a temporary move, or leads from http to https, where the method and the content must stay as "
            "they are. The client repeats the request there unchanged, and keeps using the old address later.",
            correction="It does not redirect with GET: the method must not change, so a POST stays a POST.",
        ),
        "zh": Words(
            "请把同一请求暂时发到 Location 所给的地址。",
            "适用于临时搬动，或从 http 引导到 https，而方法与正文都不能变的情形。"
            "客户端原样重发到那里，以后仍用原来的地址。",
            correction="重定向时不是改用 GET：方法不得改变，POST 仍是 POST。",
        ),
    },
    308: {
        "en": Words(
            "The resource has a new permanent address, and the method must not change on the way there.",
            "It is right when an address that also takes POST or PUT has moved for good. The client repeats the "
            "request unchanged at Location, and uses that address from now on.",
        ),
        "zh": Words(
            "资源有了新的永久地址，前往时方法不得改变。",
            "适用于接受 POST 或 PUT 的地址永久搬走的情形。客户端把请求原样重发到 Location，今后也一直使用新地址。",
        ),
    },
}
