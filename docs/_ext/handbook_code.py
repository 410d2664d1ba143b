"""How a program answers with each code: a few lines of Python per code, for the pages that ``handbook.py`` makes.

An error is raised, with whatever its class cannot do without; a redirect and the like come from
``hardtack.status.elsewhere``; what the layer makes of a 200 shows the 200. They are written as views of Flask, since
that takes the fewest lines, and the tests run every one of them in the status layer. Codes that a program does not
answer with have a sentence instead (``INSTEAD``).
"""

from __future__ import annotations

from hardtack.status import Status, for_status

_ARGUMENTS = {
    400: '({"en": "This is no JSON.", "zh": "这不是 JSON。"}, reason="broken-json")',
    401: '(challenge=challenge("Bearer", realm="example"))',
    402: '({"en": "The balance is used up.", "zh": "余额已用完。"})',
    403: '({"en": "Only its owner may change this.", "zh": "只有所有者才能修改。"}, reason="not-the-owner")',
    404: '({"en": "There is no such post.", "zh": "没有这篇文章。"})',
    405: '(allow=["GET", "HEAD"])',
    406: '(available=["text/html", "application/json"])',
    407: '(challenge=challenge("Basic", realm="proxy"))',
    409: '({"en": "This name is taken.", "zh": "这个名称已被占用。"}, reason="name-is-taken")',
    412: "(etag='\"v7\"')",
    413: "(close=True)",
    415: '(accept=["application/json"])',
    416: "(length=1234)",
    422: '(fields={"date": {"en": "There is no such day.", "zh": "没有这一天。"}})',
    423: '({"en": "Somebody else is editing this.", "zh": "别人正在编辑。"})',
    426: '(upgrade=["websocket"])',
    429: "(retry_after=30)",
    451: '({"en": "A court forbids it.", "zh": "法院禁止提供。"}, blocked_by="https://example.org/legal")',
    500: '(reason="ledger-does-not-add-up")',
    502: '(reason="upstream-sent-no-json")',
    503: "(retry_after=120)",
    505: '(supported=["HTTP/1.1", "HTTP/2"])',
}
"""What stands behind the class where it is raised; nothing where the class alone will do."""

_VIEWS = {
    200: '@app.get("/posts/<int:number>")\ndef read(number):\n    return f"This is post {number}."',
    201: '@app.post("/posts")\ndef write():\n    return "", *created("/posts/7", etag=\'"v1"\')',
    202: '@app.post("/reports")\ndef order():\n    return "", *accepted("/jobs/3", retry_after=10)',
    204: '@app.delete("/posts/<int:number>")\ndef delete(number):\n    return "", 204',
    205: '@app.post("/slips")\ndef take():\n    return "", 205',
    206: (
        '@app.get("/recordings/<int:number>")\ndef listen(number):\n'
        '    return b"all of it, in one piece", {"ETag": \'"v7"\', "Content-Type": "audio/ogg"}'
    ),
    207: (
        '@app.post("/batches")\ndef carry_out():\n'
        "    done = '<multistatus xmlns=\"DAV:\"/>'\n"
        '    return done, 207, {"Content-Type": "application/xml; charset=utf-8"}'
    ),
    300: (
        '@app.get("/recordings")\ndef choose():\n'
        '    return "/recordings/7.ogg\\n/recordings/7.flac\\n", 300, {"Content-Type": "text/plain"}'
    ),
    301: '@app.get("/articles/7")\ndef old_page():\n    return "", *moved("/posts/7", method="GET")',
    302: '@app.get("/today")\ndef today():\n    return "", 302, {"Location": "/posts/7"}',
    303: '@app.post("/orders")\ndef order():\n    return "", *see_other("/orders/7")',
    304: (
        '@app.get("/posts/<int:number>")\ndef read(number):\n'
        '    return f"This is post {number}.", {"ETag": \'"v7"\', "Cache-Control": "no-cache"}'
    ),
    307: '@app.post("/uploads")\ndef upload():\n    return "", *temporarily_at("/second-disk/uploads")',
    308: '@app.post("/v1/orders")\ndef order():\n    return "", *moved("/v2/orders", method="POST")',
}
_HELPERS = {201: "created", 202: "accepted", 301: "moved", 303: "see_other", 307: "temporarily_at", 308: "moved"}

WITH = {206: {"Range": "bytes=0-4"}, 304: {"If-None-Match": '"v7"'}}
"""What a request has to say so that the view of the code leads to it."""

_BY_THE_LAYER = {
    "en": "Answer with the whole and its tag: the status layer makes this code of it where the request asks for it.",
    "zh": "给出全部内容和标签即可：请求有此要求时，状态层会据此改用这个状态码。",
}
_RAISED = {
    "en": "Raise it anywhere beneath the status layer; the visitor gets a page, a problem document or plain text.",
    "zh": "在状态层之内的任何地方引发它；访问者会得到网页、问题文档或纯文本。",
}
_ANSWERED = {
    "en": "As a view of Flask; in any other framework it is the status and the fields of the response.",
    "zh": "这里写成 Flask 的视图；在其他框架里，就是响应的状态和首部。",
}
_NOT_TO_BE_SENT = {
    "en": "It should not be sent, so Hardtack has no helper for it.",
    "zh": "不应再发送它，所以 Hardtack 没有为它准备什么。",
}
INSTEAD = {
    100: {
        "en": "The server sends it when the application begins to read; whoever wants to refuse raises before that.",
        "zh": "应用开始读取正文时，由服务器发送；要拒绝，就在读取之前引发异常。",
    },
    101: {
        "en": "The server sends it when the application takes up the other protocol, in ASGI with `websocket.accept`.",
        "zh": "应用接受另一种协议时，由服务器发送；在 ASGI 里就是 `websocket.accept`。",
    },
    102: _NOT_TO_BE_SENT,
    103: {
        "en": (
            "Where the server offers it, call `wsgi.early_hints` of the environ, or send ASGI's message "
            "`http.response.early_hint`; the status layer lets both pass."
        ),
        "zh": (
            "服务器支持时，调用 WSGI 环境里的 `wsgi.early_hints`，或发送 ASGI 消息 `http.response.early_hint`；"
            "状态层会放行。"
        ),
    },
    104: _NOT_TO_BE_SENT,
    203: {
        "en": "Only a gateway sends it, after it has changed the content; an application answers 200.",
        "zh": "只有改动过内容的网关才发送它；应用用 200。",
    },
    208: {
        "en": "It is never the status of an answer: write it into the XML of a 207.",
        "zh": "它从不作为响应的状态：写在 207 的 XML 里。",
    },
    226: {
        "en": "Hardtack has no helper for it: answer 200, and let a content coding save the bytes.",
        "zh": "Hardtack 没有为它准备什么：请用 200，由内容编码来省流量。",
    },
    305: _NOT_TO_BE_SENT,
    306: _NOT_TO_BE_SENT,
    418: {
        "en": "`Unused418` is there so that no code is missing. Do not raise it.",
        "zh": "`Unused418` 只是为了不缺任何一个状态码。请不要引发它。",
    },
    510: {
        "en": "`NotExtended` is there so that no code is missing. Do not raise it.",
        "zh": "`NotExtended` 只是为了不缺任何一个状态码。请不要引发它。",
    },
}
"""Codes that a program does not answer with, and what to do instead."""


def said(status: Status, language: str) -> str:
    """Return the sentence before the lines of *status*, or instead of them."""
    if status.code in INSTEAD:
        return INSTEAD[status.code][language]
    if status.code in WITH:
        return _BY_THE_LAYER[language]
    return (_RAISED if status.is_error else _ANSWERED)[language]


def lines(status: Status) -> str:
    """Return the lines of Python that answer with *status*; ``""`` where a program does not."""
    if status.code in INSTEAD:
        return ""
    if not status.is_error:
        helper = _HELPERS.get(status.code)
        return (f"from hardtack.status.elsewhere import {helper}\n\n" if helper else "") + _VIEWS[status.code]
    name, arguments = for_status(status.code).__name__, _ARGUMENTS.get(status.code, "")
    if name == "NotImplemented":  # Python has a name like it
        return f"from hardtack.status import errors\n\nraise errors.{name}{arguments}"
    imported = f"{name}, challenge" if "challenge(" in arguments else name
    return f"from hardtack.status import {imported}\n\nraise {name}{arguments}"
