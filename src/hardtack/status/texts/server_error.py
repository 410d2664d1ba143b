"""Words for the server's errors, 5xx (RFC 9110 §15.6; RFC 2295, 2774, 4918, 5842, 6585): the server could not do it."""

from __future__ import annotations

from hardtack.status.texts.words import Words

TEXTS: dict[int, dict[str, Words]] = {
    500: {
        "en": Words(
            "The server failed in a way that it was not prepared for.",
            "The request may be perfectly right; the cause is in the server's log. The client may try again later, "
            "with care where a request must not be carried out twice.",
            "Something went wrong on our side.",
            "Try again in a moment. If it happens again, tell the people who run this site.",
        ),
        "zh": Words(
            "服务器出了意料之外的差错。",
            "请求本身可能毫无问题，原因要到服务器的日志里找。客户端可以稍后再试；不能重复执行的请求要小心。",
            "我们这边出了点问题。",
            "请稍后再试；如果仍然出错，请告知网站管理员。",
        ),
    },
    501: {
        "en": Words(
            "The server cannot do what the request asks, for any resource.",
            "Above all this means a method that it does not know; a method that it knows but does not allow at this "
            "address gets 405. The client uses another method.",
            "This server does not know how to do what was asked.",
            "Go back and use the links and buttons of the page.",
        ),
        "zh": Words(
            "请求所要的事，服务器对任何资源都办不到。",
            "最常见的是它不认识这个方法；认识、只是此处不允许的方法则用 405。客户端应改用别的方法。",
            "这台服务器不会处理这种请求。",
            "请返回上一页，通过页面上的链接或按钮操作。",
        ),
    },
    502: {
        "en": Words(
            "A server in between got an invalid answer from the server behind it.",
            "The application behind a gateway or proxy may have crashed, talked nonsense or broken off. The client "
            "tries again later; the operator looks at the server behind.",
            "A server behind this one gave no usable answer.",
            "Try again in a moment.",
        ),
        "zh": Words(
            "居中的服务器从后方的服务器得到了无效的响应。",
            "可能是网关或代理身后的应用崩溃了，答非所问，或中途断开。客户端稍后再试；管理员应检查后方的服务器。",
            "后方的服务器没有给出可用的回答。",
            "请稍后再试。",
        ),
    },
    503: {
        "en": Words(
            "The server is too busy or under maintenance and cannot take the request now.",
            "The state is expected to pass, and Retry-After may say when. The client waits at least that long and "
            "tries again.",
            "The service is busy or under maintenance at the moment.",
            "Try again in a little while.",
        ),
        "zh": Words(
            "服务器眼下太忙或正在维护，顾不上这个请求。",
            "这种状态预计会过去，Retry-After 可以说明何时恢复。客户端至少等到那时再试。",
            "服务正忙或正在维护。",
            "请过一会儿再试。",
        ),
    },
    504: {
        "en": Words(
            "A server in between waited too long for the server behind it.",
            "The application behind a gateway or proxy did not answer in time, and may still be at work. The client "
            "tries again later, with care where a request must not be carried out twice.",
            "A server behind this one took too long to answer.",
            "Try again in a moment.",
            "The phrase is Gateway Timeout now; and what the gateway waits for is an answer (响应), not a request "
            "(请求).",
        ),
        "zh": Words(
            "居中的服务器等后方的服务器等得太久。",
            "网关或代理身后的应用没有及时回答，也许仍在工作。客户端稍后再试；不能重复执行的请求要小心。",
            "后方的服务器太久没有回答。",
            "请稍后再试。",
            "现名 Gateway Timeout；网关没有等到的是后方服务器的响应，而不是请求。",
        ),
    },
    505: {
        "en": Words(
            "The server does not speak the major version of HTTP in which the request was made.",
            "The content should say why, and which versions it does speak. The client asks again in one of those.",
            "This server does not speak the version of HTTP that your program uses.",
            "Update your program or browser.",
            "Every word is capitalised now: HTTP Version Not Supported.",
        ),
        "zh": Words(
            "请求所用的 HTTP 主版本，服务器并不支持。",
            "响应的内容应说明原因，以及支持哪些版本。客户端换用其中之一再请求。",
            "您的程序所用的 HTTP 版本，这台服务器不支持。",
            "请更新浏览器或程序。",
            "现在每个单词的首字母都大写：HTTP Version Not Supported。",
        ),
    },
    506: {
        "en": Words(
            "The server's content negotiation is set up so that it never comes to an end.",
            "The variant that it chose is itself set up to negotiate, so it cannot be where the choice ends. Only the "
            "operator can mend this; the scheme, transparent negotiation, is hardly in use.",
            "This server is set up in a way that leads in a circle.",
            "Tell the people who run this site.",
        ),
        "zh": Words(
            "服务器的内容协商配置成了死循环。",
            "它选中的变体自己又要参与协商，选择就没有尽头。只有管理员能修正配置；这套透明协商机制几乎无人使用。",
            "服务器的配置陷入了循环。",
            "请告知网站管理员。",
        ),
    },
    507: {
        "en": Words(
            "The server has no room left to store what the request needs.",
            "The code comes from WebDAV and suits any server whose disk or quota is full. The client waits until room "
            "has been made; what a person started must not be repeated without that person.",
            "There is no room left to save this.",
            "Delete what you no longer need, or tell the people who run this site.",
        ),
        "zh": Words(
            "服务器没有足够的空间来保存请求所需的内容。",
            "它源自 WebDAV，磁盘或配额已满的服务器都可以使用。"
            "客户端要等腾出空间再试；由用户发起的请求，未经用户不得自动重发。",
            "存储空间已满，无法保存。",
            "请删除不再需要的内容，或告知网站管理员。",
        ),
    },
    508: {
        "en": Words(
            "The server gave up because the request would go round in a circle for ever.",
            "In WebDAV, a collection contains itself and everything below it was asked for; gateways that meet their "
            "own mark in a request use it as well. The client asks for less depth, or the operator breaks the circle.",
            "The request would have gone round in a circle.",
            "Tell the people who run this site.",
        ),
        "zh": Words(
            "请求会无休止地绕圈，服务器因此中止。",
            "在 WebDAV 里，这表示集合包含自身，而请求又要求全部层级；网关在请求里认出自己的标记时也会用它。"
            "客户端减小深度，或由管理员解开循环。",
            "请求陷入了循环，服务器已中止处理。",
            "请告知网站管理员。",
        ),
    },
    510: {
        "en": Words(
            "Obsolete: the request lacks an extension that the server demands.",
            "It belonged to an experiment with mandatory extensions, which is historic now. No server should send it; "
            "a client treats it like 500.",
            "This server demands an extension that your program does not know.",
            "Tell the people who run this site.",
        ),
        "zh": Words(
            "已废弃：请求缺少服务器要求的扩展。",
            "它属于一项强制扩展的试验，如今已归入历史。服务器不应再发送；客户端遇到时当作 500 处理。",
            "服务器要求一项您的程序不支持的扩展。",
            "请告知网站管理员。",
        ),
    },
    511: {
        "en": Words(
            "The network, not the site, wants you to sign in before it lets anything through.",
            "Only the gateway of a network, such as that of a hotel or a railway, says so and links to its own sign-in "
            "page; no origin server does. The client signs in there and repeats the request, and no cache may store "
            "the answer.",
            "The network that you use wants you to sign in first.",
            "Open the sign-in page of the network, then try again.",
        ),
        "zh": Words(
            "要求登录的是所在的网络，而不是网站。",
            "只有酒店、车站等网络的网关会发送它，并给出自己的登录页链接；源服务器绝不发送。"
            "客户端在那里登录后重发请求，任何缓存都不得保存这个响应。",
            "您使用的网络要求先登录。",
            "请先打开该网络的登录页面，然后再试。",
        ),
    },
}
