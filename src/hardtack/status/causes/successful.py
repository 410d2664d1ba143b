"""Causes of 1xx and 2xx."""

from __future__ import annotations

from hardtack.status.causes.cause import Cause, Form

CAUSES: dict[int, Cause] = {
    203: Cause(
        "remarks-left-out",
        {"en": "A gateway that leaves remarks out", "zh": "略去批注的网关"},
        {
            "en": (
                "The museum behind this gateway has a page with a remark of its keeper in it. The gateway takes the "
                "remark out, so what you get is not what the museum sent, and 203 says so; its entity tag has become a "
                "weak one. At /playground/gateway/museum/biscuit the same page comes unchanged with 200, and a letter "
                "that says no-transform stays whole here, too."
            ),
            "zh": (
                "网关后面的博物馆有一个页面，里面写着管理员的批注。网关把批注去掉了，您拿到的就不是博物馆发出的原样，"
                "203 说明了这一点；它的实体标签也变成了弱标签。在 /playground/gateway/museum/biscuit，"
                "同一页面原样送达，状态码是 200；写明 no-transform 的信件在这里也会保持完整。"
            ),
        },
        ("curl -i {origin}/playground/gateway/museum-without-remarks/biscuit",),
        "handler/answers=203",
        Form(
            "/playground/gateway/museum-without-remarks/biscuit",
            {"en": "Read without remarks", "zh": "阅读略去批注的版本"},
        ),
    ),
}
