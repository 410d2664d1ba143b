"""Words for the interim answers, 1xx (RFC 9110 §15.2, RFC 2518, RFC 8297): something comes before the final answer."""

from __future__ import annotations

from hardtack.status.texts.words import Words

TEXTS: dict[int, dict[str, Words]] = {
    100: {
        "en": Words(
            "The beginning of the request is fine so far; the client may go on and send its content.",
            "A server says so to a request with Expect: 100-continue once it means to read the content. The client "
            "then sends it and waits for the final answer; one that did not ask simply ignores this one.",
        ),
        "zh": Words(
            "请求的开头没有问题，客户端可以接着发送正文。",
            "客户端带着 Expect: 100-continue 来问，而服务器打算读取正文时，就先回这一句。"
            "客户端随即发送正文，等待最终的响应；没有问过的客户端忽略它即可。",
        ),
    },
    101: {
        "en": Words(
            "The server agrees to the change of protocol that the client asked for in Upgrade.",
            "The Upgrade field of this answer names the protocol that the connection speaks from the next byte on; "
            "WebSocket over HTTP/1.1 begins this way. The client carries on in it, on the same connection.",
            correction="The new protocol need not be a higher one, nor a version of HTTP: WebSocket is neither. The "
            "server picks one of those that the client offered.",
        ),
        "zh": Words(
            "服务器同意按客户端在 Upgrade 中提出的要求换用协议。",
            "响应里的 Upgrade 写明换成哪种协议，空行之后双方就按它通信；HTTP/1.1 上的 WebSocket 便是这样开始的。"
            "客户端在同一条连接上改说新协议。",
            correction="新协议不必“更高级”，也不必是 HTTP 的某个版本：WebSocket 两者都不是。"
            "服务器只是从客户端列出的协议中选一个。",
        ),
    },
    102: {
        "en": Words(
            "The server has the whole request and is still working on it.",
            "WebDAV invented it to keep clients from giving up during a long operation, and later dropped it for want "
            "of use. A client just keeps waiting for the final answer.",
        ),
        "zh": Words(
            "服务器已收到完整的请求，还在办理。",
            "WebDAV 当初用它防止客户端在耗时的操作中放弃等待，后来因为几乎没人用而取消。客户端继续等待最终的响应即可。",
        ),
    },
    103: {
        "en": Words(
            "The final answer is not ready, but these header fields will probably be in it.",
            "It is sent ahead with Link fields while the page is still being prepared. The client may begin to fetch "
            "the style sheets and scripts named there, and takes nothing for certain until the final answer.",
        ),
        "zh": Words(
            "最终响应还没准备好，但这些首部字段多半会出现在其中。",
            "服务器还在准备页面时，可以先用 Link 字段给出提示。"
            "客户端可以马上预取其中的样式表和脚本，但一切以最终响应为准。",
        ),
    },
    104: {
        "en": Words(
            "The server can take this upload up again should it break off.",
            "It is an interim answer to an upload, and its Location names the address where the upload continues. The "
            "number is registered for the time being only, for a draft on resumable uploads: a client that knows the "
            "draft keeps the address, every other one waits for the final answer.",
        ),
        "zh": Words(
            "万一上传中断，这台服务器可以从断点接着收。",
            "它是上传过程中的临时响应，Location 给出续传的地址。这个编号只是随断点续传草案临时登记的："
            "认得草案的客户端记下地址，其他客户端照常等待最终响应。",
        ),
    },
}
