"""Numbers that are seen in the wild although no registry knows them, and whose they are.

For the command line and the docs only: nothing here is ever sent. A client treats each as the x00 of its class
(RFC 9110 §15).
"""

from __future__ import annotations

SEEN: dict[range, dict[str, str]] = {
    range(419, 420): {"en": "Laravel sends it for an expired form", "zh": "Laravel 用它表示表单已过期"},
    range(420, 421): {"en": "Twitter once sent it for too many requests", "zh": "Twitter 曾用它表示请求过多"},
    range(430, 431): {"en": "Shopify sends it for too many requests", "zh": "Shopify 用它表示请求过多"},
    range(440, 441): {"en": "Microsoft IIS sends it for an expired sign-in", "zh": "微软 IIS 用它表示登录已过期"},
    range(444, 445): {
        "en": "nginx logs it where it closed the connection without an answer",
        "zh": "nginx 在日志里用它表示未作回答就关闭了连接",
    },
    range(449, 451): {"en": "Microsoft servers send it", "zh": "微软的服务器使用它"},
    range(494, 500): {
        "en": "nginx uses it internally and in its log",
        "zh": "nginx 在内部和日志里使用它",
    },
    range(509, 510): {
        "en": "some hosts send it for a used-up traffic quota",
        "zh": "一些主机商用它表示流量用尽",
    },
    range(520, 528): {"en": "Cloudflare sends it for faults of the server behind", "zh": "Cloudflare 用它表示源站故障"},
    range(529, 530): {"en": "some services send it when they are overloaded", "zh": "一些服务用它表示过载"},
    range(530, 531): {"en": "Cloudflare sends it for faults of the server behind", "zh": "Cloudflare 用它表示源站故障"},
    range(598, 600): {"en": "some proxies send it when a connection times out", "zh": "一些代理用它表示连接超时"},
}


def seen_as(code: int) -> dict[str, str]:
    """Return who uses the unregistered *code* and for what, by language; empty if that is not known."""
    return next((text for codes, text in SEEN.items() if code in codes), {})
