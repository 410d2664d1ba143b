"""Causes of 4xx."""

from __future__ import annotations

from hardtack.status.causes.cause import Cause

CAUSES: dict[int, Cause] = {
    407: Cause(
        "proxy-for-guests",
        {"en": "A proxy that is for guests", "zh": "来宾专用的代理"},
        {
            "en": (
                "With -x, curl takes this service as its proxy and gives it the whole address, that of a museum which "
                "no one else can find. The proxy wants to know who is asking, and says in Proxy-Authenticate how to "
                "tell it. Write guest:baked-twice@ before the proxy's address, and the page comes. That password is "
                "for everybody, and the proxy leads nowhere else."
            ),
            "zh": (
                "使用 -x 时，curl 把本服务当作代理，并把完整的地址交给它；那家博物馆只有这个代理找得到。"
                "代理想知道是谁在请求，并在 Proxy-Authenticate 里说明怎样回答。在代理地址前写上 guest:baked-twice@，"
                "页面就会送来。这个密码人人可用，而代理也不通往别处。"
            ),
        },
        ("curl -i -x {origin} http://museum.test/biscuit",),
        "handler/raises=proxy-credentials-missing",
    ),
}
