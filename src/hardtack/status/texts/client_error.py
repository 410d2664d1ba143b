"""Words for the client's errors, 4xx (RFC 9110 §15.5, RFC 4918, 6585, 7725, 8470): the request cannot be met as it is.

Longer than a module should be because it is a table: one entry per code, each in two languages and for two readers.
"""

from __future__ import annotations

from hardtack.status.texts.words import Words

TEXTS: dict[int, dict[str, Words]] = {
    400: {
        "en": Words(
            "The request itself is faulty, so the server does not act on it.",
            "Broken syntax, contradictory lengths, a missing or doubled Host or parameters that make no sense all lead "
            "to it. The client should put the request right before sending it again.",
            "Something in the request was not as it should be, so it could not be read.",
            "Go back, reload the page and try once more. If you typed the address yourself, check it.",
        ),
        "zh": Words(
            "请求本身有毛病，服务器不予处理。",
            "语法不对、长度自相矛盾、Host 缺失或重复、参数无法理解，都会得到它。客户端应先改正请求，再重新发送。",
            "这次请求的内容有误，服务器读不懂。",
            "请返回上一页，刷新后再试；如果地址是您自己输入的，请检查是否有误。",
        ),
    },
    401: {
        "en": Words(
            "Valid credentials are missing.",
            "Nothing, or something false or expired, proves who is asking; WWW-Authenticate says how to prove it. The "
            "client obtains credentials and repeats the request with them. Despite its name this code is about "
            "authentication; 403 is the one about rights.",
            "This page is for people who are signed in.",
            "Sign in, then open the page again.",
        ),
        "zh": Words(
            "缺少有效的身份凭据。",
            "请求没有证明来者是谁，或者凭据不对、已经过期；WWW-Authenticate 会说明怎样证明。客户端取得凭据后重发请求。"
            "英文名的字面意思是“未授权”，讲的却是认证；权限不足应当用 403。",
            "登录后才能查看这个页面。",
            "请先登录，然后重新打开。",
        ),
    },
    402: {
        "en": Words(
            "Reserved for future use; some services send it where a payment is due.",
            "No standard says yet how to pay or what the answer contains. A client shows the message and cannot go on "
            "by itself.",
            "A payment is needed before this can go on.",
            "Check the payment details of your account, or ask the people who run this site.",
        ),
        "zh": Words(
            "留待将来定义；有些服务在需要付款时使用它。",
            "至今没有标准规定怎样付款、响应里写什么。客户端只能把说明展示给用户，自己无法继续。",
            "需要先付款才能继续。",
            "请检查账户的付款信息，或联系网站管理员。",
        ),
    },
    403: {
        "en": Words(
            "The request is clear, but it is not allowed.",
            "The account may lack the right, the request may come from a foreign site, or nobody at all may do this. "
            "The server can explain why, or send 404 instead to hide that the thing exists. Repeating the request with "
            "the same credentials changes nothing.",
            "You do not have permission to see this page or to do this.",
            "If you have another account, sign in with it; otherwise ask the people who run this site.",
        ),
        "zh": Words(
            "请求清楚明白，但不被允许。",
            "可能是账户没有权限，可能是请求来自别的网站，也可能谁都不许这样做。"
            "服务器可以说明原因，也可以改用 404 来隐藏资源的存在。用同样的凭据重试没有意义。",
            "您没有权限查看此页面或进行此操作。",
            "如果您有其他账户，请换用后再试；否则请联系网站管理员。",
        ),
    },
    404: {
        "en": Words(
            "There is nothing at this address, or the server does not say that there is.",
            "No page belongs to the address, or it is hidden from those who may not see it. Whether that will last is "
            "left open; where it is for good, 410 is clearer. The client checks the address or drops the link.",
            "There is no page at this address.",
            "Check the address for typing mistakes, or start again from the home page.",
        ),
        "zh": Words(
            "这个地址上什么也没有，或者服务器不愿透露。",
            "没有页面对应这个地址，或者它对无权查看的人隐藏了起来。"
            "至于会不会一直如此，404 并不说明；确定永久撤除时用 410 更明白。客户端应检查地址，或去掉这个链接。",
            "这个地址上没有页面。",
            "请检查地址是否有误，或从首页重新开始。",
        ),
    },
    405: {
        "en": Words(
            "The address exists, but not for this method.",
            "That happens when, for example, something is posted to a page that can only be read; Allow lists every "
            "method that works there. The client uses one of those.",
            "This page cannot do what was just asked of it.",
            "Go back and use the links and buttons of the page.",
        ),
        "zh": Words(
            "地址存在，但不支持这个方法。",
            "例如向只读的页面发送 POST，就会得到它；Allow 列出那里可用的全部方法。客户端从中选用一个。",
            "这个页面不支持刚才的操作。",
            "请返回上一页，通过页面上的链接或按钮操作。",
        ),
    },
    406: {
        "en": Words(
            "The resource has no form that fits what the client accepts.",
            "Accept, Accept-Language or Accept-Encoding rule out everything that the server has, and it does not want "
            "to send its default instead. The client looks at the list in the content, or asks again with wider "
            "wishes.",
            "This page exists, but not in a format or language that your program accepts.",
            "Try it in another program or browser.",
        ),
        "zh": Words(
            "资源没有客户端能接受的形式。",
            "Accept、Accept-Language 或 Accept-Encoding 把服务器能提供的都排除在外，而它又不打算发送默认的形式。"
            "客户端可参看内容里的清单，或放宽条件再请求。",
            "这个页面存在，但没有您的程序能接受的格式或语言。",
            "请换一个浏览器或程序再试。",
        ),
    },
    407: {
        "en": Words(
            "The proxy between client and server wants to know who is asking.",
            "It says so before it passes anything on, and tells in Proxy-Authenticate how to prove it. The client "
            "repeats the request with Proxy-Authorization.",
            "The proxy of your network asks you to sign in first.",
            "Enter your details for the proxy, or ask the people who run your network.",
            "The answer must carry Proxy-Authenticate, which says how to authenticate to the proxy.",
        ),
        "zh": Words(
            "客户端与服务器之间的代理要求先证明身份。",
            "代理在转发之前就这样回答，并在 Proxy-Authenticate 里说明怎样证明。"
            "客户端带上 Proxy-Authorization 重发请求。",
            "您所在网络的代理要求先验证身份。",
            "请填写代理的账户信息，或联系网络管理员。",
            "响应必须带有 Proxy-Authenticate，说明怎样向代理认证。",
        ),
    },
    408: {
        "en": Words(
            "The request did not arrive complete in the time that the server was willing to wait.",
            "A slow or stalled connection leads to it, and the server usually closes that connection. The client may "
            "send the same request again on a new one.",
            "Your request took too long to arrive.",
            "Check your connection and try again.",
            "The phrase is Request Timeout now, written as one word.",
        ),
        "zh": Words(
            "在服务器愿意等待的时间内，请求没有完整到达。",
            "连接太慢或停滞时会得到它，服务器通常随即关闭连接。客户端可以在新的连接上重发同一请求。",
            "请求传送得太慢，服务器没有等到。",
            "请检查网络连接，然后再试一次。",
            "现名 Request Timeout，不再写作 Time-out。",
        ),
    },
    409: {
        "en": Words(
            "The request does not fit the present state of the resource.",
            "Somebody else may have saved a newer version, or a name may be taken already; the content should tell "
            "what stands in the way. The client resolves that and sends the request again.",
            "This clashes with something that exists already or has changed in the meantime.",
            "Load the page again to see the present state, then repeat your change.",
        ),
        "zh": Words(
            "请求与资源目前的状态相冲突。",
            "例如别人已经保存了更新的版本，或名称已被占用；响应应说明障碍何在。客户端解决之后可以重新提交。",
            "这项操作与现有的内容冲突，可能已有人先做了改动。",
            "请重新加载页面，查看最新状态后再修改。",
        ),
    },
    410: {
        "en": Words(
            "What was here has been taken away for good and has no new address.",
            "It is said on purpose, where 404 would leave open whether the resource comes back. Clients, search "
            "engines and link lists should forget the address.",
            "What was at this address has been removed for good.",
            "Delete bookmarks that lead here, or look for something similar from the home page.",
            "301 is for what has moved; what is gone has no new place, so the one cannot stand for the other.",
        ),
        "zh": Words(
            "这里曾有的东西已永久撤除，也没有新地址。",
            "这是有意说明，因为 404 不表示以后还会不会出现。客户端、搜索引擎和收藏夹都应删去这个地址。",
            "这个地址上的内容已被永久移除。",
            "请删除指向这里的书签，或从首页寻找类似的内容。",
            "301 用于搬走的资源；410 说的是已经撤除、没有新位置的资源，两者不能互相代替。",
        ),
    },
    411: {
        "en": Words(
            "The server wants to know the length of the content before it takes it.",
            "A request with content but without Content-Length leads to it, one sent in chunks included. The client "
            "adds the field and sends the request again.",
            "Your program did not say how large its upload is.",
            "Try again in another program or browser.",
            "Content sent in chunks is meant too: its length is not declared beforehand either.",
        ),
        "zh": Words(
            "服务器要先知道正文有多长才肯接收。",
            "带有正文却没有 Content-Length 的请求会得到它，分块传输的也算在内。客户端加上该字段后重发。",
            "您的程序没有说明上传内容的大小。",
            "请换一个浏览器或程序再试。",
            "分块（chunked）传输的正文也包括在内，因为它同样没有事先声明长度。",
        ),
    },
    412: {
        "en": Words(
            "A condition that the client set for its request does not hold.",
            "If-Match or If-Unmodified-Since shows that the resource has changed, or If-None-Match that it exists "
            "already; nothing has been altered. The client fetches the present state and decides anew.",
            "This has changed since you loaded it, so nothing was saved.",
            "Load the page again and repeat your change.",
            "The condition is not erroneous (错误), it turned out false: the server understood it and, as the client "
            "wished, did nothing.",
        ),
        "zh": Words(
            "客户端为请求设定的条件不成立。",
            "If-Match 或 If-Unmodified-Since 表明资源已经改变，或 If-None-Match 表明它已经存在；"
            "服务器什么也没有改动。客户端取回最新状态后再作决定。",
            "内容在您打开之后已被改动，因此这次没有保存。",
            "请重新加载页面，再次修改。",
            "不是先决条件写错了，而是条件不成立：服务器读懂了请求，并按客户端的意思没有执行。",
        ),
    },
    413: {
        "en": Words(
            "The content of the request is larger than the server takes.",
            "The server may say so as soon as the declared length is over its limit, and close the connection instead "
            "of reading on; where the limit is for now only, Retry-After says when to come back. The client sends "
            "less, or in smaller parts.",
            "What you sent is larger than this site takes.",
            "Send a smaller file, or several smaller ones.",
            "It was Request Entity Too Large in RFC 2616 and Payload Too Large in RFC 7231; now it is Content Too "
            "Large.",
        ),
        "zh": Words(
            "请求的正文超过了服务器愿意接收的大小。",
            "只要声明的长度超限，服务器就可以这样回答，并关闭连接不再读取；"
            "若只是眼下受限，会用 Retry-After 说明何时再来。客户端应减小内容，或分成几份发送。",
            "您发送的内容超过了本站允许的大小。",
            "请换用较小的文件，或分几次发送。",
            "RFC 2616 称 Request Entity Too Large，RFC 7231 称 Payload Too Large，现名 Content Too Large。",
        ),
    },
    414: {
        "en": Words(
            "The address of the request is longer than the server will read.",
            "Data that belongs in a POST was put into the address, redirects feed on each other, or somebody probes "
            "for weak spots. The client shortens the address or sends the data as content.",
            "The address is too long.",
            "Shorten it, or begin again from the home page.",
            "Request-URI Too Large is an old name, from RFC 2068; now the phrase is URI Too Long.",
        ),
        "zh": Words(
            "请求的地址长得超出了服务器的上限。",
            "本该用 POST 发送的数据被放进了地址，重定向绕圈越滚越长，或者有人在试探漏洞。"
            "客户端应缩短地址，或把数据放进正文。",
            "这个地址太长了。",
            "请缩短地址，或从首页重新开始。",
            "Request-URI Too Large 是 RFC 2068 的旧名，现名 URI Too Long。",
        ),
    },
    415: {
        "en": Words(
            "The server does not take content of this format here.",
            "The Content-Type or Content-Encoding of the request does not suit, or the content turns out to be "
            "something else; Accept, Accept-Encoding or Accept-Patch in the answer say what would do. The client "
            "converts its content.",
            "Files or data of this kind are not accepted here.",
            "Convert the file to another format and try again.",
        ),
        "zh": Words(
            "服务器在这里不接收这种格式的内容。",
            "可能是请求的 Content-Type 或 Content-Encoding 不合适，也可能是内容与声明不符；"
            "响应里的 Accept、Accept-Encoding 或 Accept-Patch 会说明可以接收什么。客户端转换格式后再发。",
            "这里不接受这种类型的文件或数据。",
            "请转换成其他格式后再试。",
        ),
    },
    416: {
        "en": Words(
            "None of the requested ranges can be served.",
            "They all lie past the end, for instance because the file has become shorter, or they are too many; "
            "Content-Range tells the present length as bytes */N. The client begins anew, or asks for a range that "
            "exists.",
            "The part of the file that your program asked for does not exist.",
            "Start the download again from the beginning.",
            "Requested range not satisfiable is the name in RFC 2616; now the phrase is Range Not Satisfiable.",
        ),
        "zh": Words(
            "所要的范围没有一个可以满足。",
            "范围全都超出末尾（例如文件变短了），或者数量过多；Content-Range: bytes */N 会告知当前的长度。"
            "客户端从头下载，或改要存在的范围。",
            "您的程序所要的那一段文件不存在。",
            "请从头重新下载。",
            "Requested range not satisfiable 是 RFC 2616 的旧名，现名 Range Not Satisfiable。",
        ),
    },
    417: {
        "en": Words(
            "The server, or one on the way, cannot meet what the Expect field demands.",
            "Only 100-continue is defined for that field, and anything else may be turned down like this. The client "
            "sends the request again without Expect.",
            "Your program expects something that this server does not offer.",
            "Try again in another program or browser.",
        ),
        "zh": Words(
            "Expect 字段的要求，服务器或途中的某一站无法满足。",
            "这个字段只定义了 100-continue，其他要求都可以这样拒绝。客户端去掉 Expect 后重发。",
            "您的程序提出了服务器无法满足的要求。",
            "请换一个浏览器或程序再试。",
        ),
    },
    418: {
        "en": Words(
            "This number is reserved because of a joke: a teapot that is asked to brew coffee.",
            "RFC 2324 made it on 1 April 1998, and so many programs have copied it that the number is kept out of use. "
            "No server should send it in earnest; a client treats it like 400.",
            "This is a teapot: it cannot brew coffee.",
            "Ask it for tea, or go to the home page.",
        ),
        "zh": Words(
            "这个编号因为一个玩笑而保留：请茶壶煮咖啡。",
            "它出自 1998 年愚人节的 RFC 2324，因为许多程序都照样实现，这个编号便封存不用。"
            "服务器不应当真发送它；客户端遇到时当作 400 处理。",
            "这是一把茶壶，煮不了咖啡。",
            "请改要茶水，或回到首页。",
        ),
    },
    421: {
        "en": Words(
            "The request arrived at a server that does not answer for this host.",
            "A client may have reused a connection for another host name, a proxy or a DNS entry may lead to the wrong "
            "place, or the server is not set up for the name. The client may try again on a connection of its own to "
            "that host.",
            "This server does not answer for the address that you used.",
            "Check the address. If you run this site, check its configured public address.",
        ),
        "zh": Words(
            "请求送到了不负责该主机名的服务器。",
            "可能是客户端把连接挪用给了别的主机名，可能是代理或 DNS 指错了地方，也可能是服务器没有为这个名称做配置。"
            "客户端可以另开一条连接到该主机再试。",
            "这台服务器不负责您访问的地址。",
            "请检查地址；如果您是管理员，请检查本站配置的公开地址。",
        ),
    },
    422: {
        "en": Words(
            "The content is well-formed and of the right type, but what it says cannot be carried out.",
            "A form may name a date that does not exist or a password that is too short; the answer should point at "
            "each field. The client corrects them and sends them again.",
            "Some of what you entered cannot be used.",
            "Go back, correct it and send it again.",
        ),
        "zh": Words(
            "内容格式无误、类型正确，但所写的无法照办。",
            "例如表单里的日期并不存在，或密码太短；响应应指出每个有问题的字段。客户端改正后重新发送。",
            "您填写的内容有些无法使用。",
            "请返回上一页，改正后重新提交。",
        ),
    },
    423: {
        "en": Words(
            "The resource is locked, so it cannot be changed now.",
            "In WebDAV, somebody else holds the lock, and the content may say which one. The client waits until it is "
            "released, or sends the token where the lock is its own.",
            "Somebody else is working on this at the moment.",
            "Wait a little and try again.",
        ),
        "zh": Words(
            "资源被锁定，现在不能修改。",
            "在 WebDAV 里，这表示别人持有锁，内容里可以说明是哪一把。客户端等锁释放；若锁是自己的，则带上锁令牌重发。",
            "目前有人正在编辑这项内容。",
            "请稍候再试。",
        ),
    },
    424: {
        "en": Words(
            "This was not done because another action that it depends on has failed.",
            "WebDAV servers use it mostly inside a 207, where one failed step takes others with it. The client mends "
            "the first failure and repeats the whole.",
            "This could not be done because a step before it failed.",
            "Try again; if it happens again, tell the people who run this site.",
        ),
        "zh": Words(
            "它依赖的另一项操作失败了，因此没有执行。",
            "WebDAV 服务器多在 207 响应里使用它：一步失败，其他步骤也随之作罢。客户端先解决最初的失败，再整体重做。",
            "由于前面的步骤失败，这项操作没有进行。",
            "请再试一次；如果仍然失败，请告知网站管理员。",
        ),
    },
    425: {
        "en": Words(
            "The server will not act on a request that might be a replay.",
            "The request came in the early data of a TLS connection, which an attacker can send a second time, and "
            "acting twice could do harm. The client sends it again once the handshake is complete.",
            "The request arrived before the secure connection was fully set up.",
            "Try once more; it should work now.",
        ),
        "zh": Words(
            "请求有可能是重放的，服务器暂不处理。",
            "请求随 TLS 的早期数据（early data）到达，攻击者可以把它再发一遍，而重复执行可能造成损害。"
            "客户端等握手完成后重发即可。",
            "安全连接尚未完全建立，请求就到了。",
            "请再试一次，应该就可以了。",
        ),
    },
    426: {
        "en": Words(
            "The server serves this only over another protocol, named in Upgrade.",
            "A WebSocket address that is opened with plain HTTP is one example. The client changes to one of the named "
            "protocols and repeats the request.",
            "This address works only over another protocol.",
            "Update your program, or use the one that was made for this service.",
        ),
        "zh": Words(
            "这项服务只通过 Upgrade 所列的其他协议提供。",
            "例如用普通的 HTTP 打开 WebSocket 地址，就会得到它。客户端改用所列协议之一，再重复请求。",
            "这个地址只能通过其他协议访问。",
            "请更新您的程序，或使用该服务专用的程序。",
        ),
    },
    428: {
        "en": Words(
            "The server changes this only if the request says which version it is meant for.",
            "It demands If-Match or a similar condition, so that two people do not overwrite each other unseen. The "
            "client fetches the present state, and sends its change with the ETag that came along.",
            "Your program did not say which version it wants to change, so nothing was saved.",
            "Load the page again and repeat your change.",
        ),
        "zh": Words(
            "必须说明针对哪个版本，服务器才肯修改。",
            "它要求带上 If-Match 之类的条件，以免两个人不知不觉互相覆盖。"
            "客户端先取得当前的状态，再带上随之而来的 ETag 提交修改。",
            "您的程序没有说明要修改哪个版本，因此没有保存。",
            "请重新加载页面，再次修改。",
        ),
    },
    429: {
        "en": Words(
            "The client has sent more requests than it is allowed to in this time.",
            "Servers protect themselves and others with it; Retry-After may say how long to wait, and no cache may "
            "store the answer. The client slows down and comes back later.",
            "There have been too many requests from you in a short time.",
            "Wait a little, then try again.",
        ),
        "zh": Words(
            "客户端在这段时间内发出的请求超过了限额。",
            "服务器借此保护自己和其他用户；Retry-After 可以说明要等多久，任何缓存都不得保存这个响应。"
            "客户端应放慢速度，稍后再来。",
            "短时间内来自您的请求过多。",
            "请稍等片刻再试。",
        ),
    },
    431: {
        "en": Words(
            "The header fields of the request are larger than the server takes, all together or one alone.",
            "Mostly, cookies have piled up; where a single field is to blame the answer should name it. The client "
            "deletes cookies or shortens its fields, and tries again.",
            "Your browser sent more cookies or other header data than this server takes.",
            "Delete the cookies of this site and try again.",
        ),
        "zh": Words(
            "请求的首部字段太大，也许是总和，也许只是其中一个。",
            "多半是 Cookie 越积越多；若问题只在某一个字段，响应应指出它。客户端清除 Cookie 或缩短字段后再试。",
            "浏览器发送的 Cookie 等首部数据超过了上限。",
            "请清除本站的 Cookie 后再试。",
        ),
    },
    451: {
        "en": Words(
            "The resource is withheld because the law demands it.",
            "A court order or a similar demand stands behind it, and the content should explain it; a Link with "
            'rel="blocked-by" names who carries out the block. The client can only show the explanation.',
            "For legal reasons, this page cannot be shown.",
            "If you want to know more, ask the people who run this site.",
        ),
        "zh": Words(
            "依照法律要求，这项资源不予提供。",
            "背后是法院命令之类的要求，内容里应说明缘由；"
            '带 rel="blocked-by" 的 Link 指出由谁执行屏蔽。客户端只能向用户展示说明。',
            "由于法律原因，无法显示此页面。",
            "如需了解详情，请联系网站管理员。",
        ),
    },
}
