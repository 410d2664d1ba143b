"""The natural causes: for every code that may be sent, something that one can do so that it arises by itself.

They are data: the pages under ``/status`` and the handbook show them, ``hardtack.playground`` is where they happen, and
the tests run each of their commands against a real server. 305 and 306 have none, and never will (``WHY_NOT``).
"""

from __future__ import annotations

from hardtack.status.causes import client_error, client_error_later, redirection, server_error, successful
from hardtack.status.causes.cause import Cause, Form

CAUSES: dict[int, Cause] = {
    **successful.CAUSES,
    **redirection.CAUSES,
    **client_error.CAUSES,
    **client_error_later.CAUSES,
    **server_error.CAUSES,
}
"""Code → its cause."""

WHY_NOT: dict[int, dict[str, str]] = {
    305: {
        "en": (
            "No server should send 305 any more: whoever can answer in its place could send all traffic through a "
            "proxy of his own, so browsers ignore it (RFC 9110 §15.4.6)."
        ),
        "zh": (
            "服务器不应再发送 305：能冒充应答的人可以借它把全部流量引向自己的代理，因此浏览器都不理会它"
            "（RFC 9110 §15.4.6）。"
        ),
    },
    306: {
        "en": "306 is kept out of use: it stood in a draft once, and the number is reserved (RFC 9110 §15.4.7).",
        "zh": "306 不再使用：它只出现在早年的草案里，这个编号予以保留（RFC 9110 §15.4.7）。",
    },
}
"""Codes of the note that have no cause, and why."""

__all__ = ["CAUSES", "WHY_NOT", "Cause", "Form"]
