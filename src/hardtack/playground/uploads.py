"""Uploads: content that is measured and not kept.

Who sends ``Expect: 100-continue`` is told to go on once its content is read here, and not before: what the layer around
refuses has no 100 in front of it, so that nothing was sent in vain (RFC 9110 §10.1.1).
"""

from __future__ import annotations

import hashlib

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.said import said
from hardtack.playground.thing import Thing


async def _measure(asked: Asked) -> Response:
    content = await asked.content()
    digest = hashlib.sha256(content).hexdigest()
    words = {
        "en": f"{len(content)} octets came in. Their SHA-256 is {digest}.",
        "zh": f"收到 {len(content)} 个八位组，SHA-256 为 {digest}。",
    }
    return said(asked, 200, words)


THINGS = (Thing("/digests", {"POST": _measure}),)
