"""Words for success, 2xx (RFC 9110 §15.3, RFC 3229, RFC 4918, RFC 5842): the request was understood and taken."""

from __future__ import annotations

from hardtack.status.texts.words import Words

TEXTS: dict[int, dict[str, Words]] = {
    200: {
        "en": Words(
            "The request succeeded, and the answer carries what was asked for.",
            "What that is depends on the method: a representation for GET, the same header fields without content for "
            "HEAD, the outcome of the action for POST. The client uses it, and a cache may keep the answer to a GET "
            "even without an explicit lifetime.",
        ),
        "zh": Words(
            "服务器照请求做了，要的东西就在响应里。",
            "具体是什么取决于方法：GET 得到资源的表示，HEAD 只得到同样的首部，POST 得到操作的结果。"
            "客户端直接使用；对 GET 的这种响应，即使没有写明期限，缓存也可以保存。",
        ),
    },
    201: {
        "en": Words(
            "The request succeeded and made at least one new resource.",
            "Its address is in Location or, without that field, is the address of the request itself. The answer "
            "describes the new resource or links to it, and an ETag in it belongs to the new resource; the client goes "
            "on from there.",
        ),
        "zh": Words(
            "请求成功，并且产生了至少一个新资源。",
            "新资源的地址写在 Location 里；没有这个字段时，就是请求本身的地址。"
            "响应会描述新资源或附上链接，其中的 ETag 属于新资源；客户端从那里继续。",
        ),
    },
    202: {
        "en": Words(
            "The request was taken on, but the work is not done yet.",
            "The work may still fail or be turned down later, and HTTP has no way to send that news afterwards. A good "
            "answer therefore names a place where progress can be seen; the client looks there in a while.",
        ),
        "zh": Words(
            "请求已经收下，但事情还没办完。",
            "之后它仍可能失败，甚至不被执行，而 HTTP 无法事后补发结果。"
            "所以响应最好指明到哪里查询进度，客户端过些时候再去看。",
        ),
    },
    203: {
        "en": Words(
            "The request succeeded, but a proxy on the way has changed the content.",
            "A transforming proxy declares with it that it altered the origin server's 200 answer, for example by "
            "filtering or recompressing it. The client may use the content, remembering that it is not quite what the "
            "origin sent.",
            correction="It is not about metadata from a copy: it says that a transforming proxy changed the content of "
            "the origin's 200 answer. And non-authoritative (非权威) is not unauthorised (非授权).",
        ),
        "zh": Words(
            "请求成功，但途中的代理改动过内容。",
            "会做转换（例如过滤、重新压缩）的代理用它声明：源服务器的 200 响应已被自己改动。"
            "客户端可以使用这份内容，但要记得它与源服务器发出的并不完全相同。",
            correction="它说的不是元信息来自副本，而是途中的转换代理改动了源服务器 200 响应的内容。"
            "“非权威”也不等于“非授权”。",
        ),
    },
    204: {
        "en": Words(
            "The request succeeded and there is nothing more to show.",
            "It fits a save or a deletion that needs no new page; the answer ends after its header section, and an "
            "ETag in it belongs to the resource as changed. A browser stays on the page that it shows.",
        ),
        "zh": Words(
            "请求成功，没有别的内容要显示。",
            "保存或删除之后不需要换页时适合用它：响应到首部为止，其中的 ETag 属于改动后的资源。浏览器停留在当前页面。",
        ),
    },
    205: {
        "en": Words(
            "The request succeeded; the client should put the view it was sent from back to its first state.",
            "It is meant for forms that were taken and are to be filled in again from the beginning, and it has no "
            "content. The client clears the form, although browsers in practice treat it like 204.",
        ),
        "zh": Words(
            "请求成功，客户端应把当前视图恢复到最初的样子。",
            "表单已经收下、用户要接着填下一份时适合用它，响应不带内容。"
            "客户端把表单清空；不过浏览器实际上多把它当作 204 对待。",
        ),
    },
    206: {
        "en": Words(
            "Here is the part of the representation that the Range field asked for.",
            "It answers a GET whose ranges can be satisfied: one range comes with Content-Range, several come as "
            "multipart/byteranges with that field in each part. The client looks which part it received, and joins "
            "parts only where a strong validator shows that they belong to the same representation.",
        ),
        "zh": Words(
            "这是 Range 字段所要的那一部分。",
            "GET 请求的范围可以满足时就是这种响应：单个范围带 Content-Range，"
            "多个范围用 multipart/byteranges 发送，每一段各带一个。"
            "客户端要看清拿到的是哪一段；只有强校验器证明同属一份表示时，才能拼接。",
        ),
    },
    207: {
        "en": Words(
            "The request touched several resources, and the content gives a status for each of them.",
            "WebDAV servers answer methods such as PROPFIND with it, as an XML document. The client reads the status "
            "of every member, since 207 by itself does not say that anything succeeded.",
        ),
        "zh": Words(
            "请求涉及多个资源，各自的结果写在内容里。",
            "WebDAV 服务器用它回答 PROPFIND 之类的方法，内容是一份 XML 文档。"
            "客户端要逐项查看状态，因为 207 本身并不说明成功与否。",
        ),
    },
    208: {
        "en": Words(
            "The members of this collection were listed already, earlier in the same answer.",
            "It appears only inside the XML of a 207, where one collection would otherwise be listed twice because "
            "several bindings lead to it. The client uses the entry that came first.",
        ),
        "zh": Words(
            "这个集合的成员在同一份响应的前文已经列过。",
            "它只出现在 207 响应的 XML 里：多个绑定指向同一集合时，借此避免重复列出。客户端以先出现的那一份为准。",
        ),
    },
    226: {
        "en": Words(
            "The answer is not the whole representation but the outcome of the manipulations listed in IM.",
            "A server that knows delta encoding may send it to a GET with A-IM, for instance with only the difference "
            "from the version that the client has. The client applies it to that version; the scheme never came into "
            "wide use.",
        ),
        "zh": Words(
            "响应不是完整的表示，而是经过 IM 所列处理的结果。",
            "支持增量编码的服务器可以这样回答带 A-IM 的 GET，例如只发送与客户端手中版本的差异。"
            "客户端把差异套用到那个版本上；这套机制始终没有普及。",
        ),
    },
}
