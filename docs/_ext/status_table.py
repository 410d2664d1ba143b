"""``status-table``: tables of status codes for the docs, made from the catalogue, so that the two cannot disagree.

    ```{status-table} en
    :family: 4
    ```

shows the codes of one class (all without the option) in English or Chinese; ``:show: corrections`` shows instead where
the note that the project started from is out of date, and ``:show: decisions`` who decides each code of that note, and
where. Each code of the first is a target, ``#status-en-404``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cells import Cell, table
from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack
from hardtack.status import Status, for_status
from hardtack.status.decisions import DECISIONS

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LABELS = {
    "en": {
        "code": "Code",
        "meaning": "What it means",
        "facts": "Facts",
        "aliases": "also called",
        "required": "must have",
        "kept": "must keep",
        "recommended": "should have",
        "content": "has no content",
        "heuristic": "may be stored without a lifetime",
        "never": "must not be stored",
        "deprecated": "deprecated",
        "reserved": "kept out of use",
        "obsolete": "obsolete",
        "temporary": "registered for the time being",
        "future": "reserved for future use",
        "note": "The note says",
        "correction": "What is out of date",
        "who": "Who decides it",
        "where": "Where, by which rule",
        "comma": ", ",
        "colon": ": ",
    },
    "zh": {
        "code": "状态码",
        "meaning": "含义",
        "facts": "要点",
        "aliases": "又称",
        "required": "必须带有",
        "kept": "必须保留",
        "recommended": "最好带有",
        "content": "没有内容",
        "heuristic": "没有写明期限也可以缓存",
        "never": "不得缓存",
        "deprecated": "已弃用",
        "reserved": "保留不用",
        "obsolete": "已废弃",
        "temporary": "临时登记",
        "future": "留待将来定义",
        "note": "笔记的写法",
        "correction": "过时之处",
        "who": "由谁决定",
        "where": "在哪里，依据哪条规则",
        "comma": "、",
        "colon": "：",
    },
}


WHO = {
    "en": {
        "refuse": "the request's head",
        "addresses": "the tables of addresses",
        "admit": "the route's facts",
        "precondition": "the conditions",
        "finish": "the answer",
        "limits": "the limits",
        "server": "the HTTP server",
        "server+app": "the HTTP server",
        "app": "the application",
        "middleware": "the application",
        "gateway": "a gateway",
        "never": "nobody",
    },
    "zh": {
        "refuse": "请求的首部",
        "addresses": "地址表",
        "admit": "路由的说明",
        "precondition": "前提条件",
        "finish": "响应本身",
        "limits": "上限",
        "server": "HTTP 服务器",
        "server+app": "HTTP 服务器",
        "app": "应用程序",
        "middleware": "应用程序",
        "gateway": "网关",
        "never": "没有谁",
    },
}
"""Who decides: a module of ``hardtack.status``, or one of ``Status.decided_by``."""

ELSEWHERE = {
    "en": {
        100: "when the application begins to read the content; a refusal before that keeps it from being sent",
        101: "when it takes up another protocol, such as WebSocket",
        200: "its answer; to GET and HEAD it may become 206, 304, 412 or 416",
        201: "its own word",
        202: "its own word",
        203: "when it has changed the content on the way; an origin server never does",
        204: "its own word; the content is left out",
        205: "its own word; the content is left out",
        300: "its own word",
        302: "its own word; we send 303 where a form was handled",
        303: "its own word; our pages after a form and for a sign-in",
        305: "deprecated: it may not be sent any more",
        306: "reserved: it may not be sent any more",
        307: "its own word",
        400: "and the HTTP server, for what is no HTTP at all",
        401: "whoever asks for a sign-in: our pages, or the application",
        402: "its own word; reserved for future use",
        403: "whoever knows the rights: the cross-site check of our pages, or the application",
        404: "the router, of our pages or of the application",
        407: "a forward proxy",
        408: "and the HTTP server, while the head is still coming",
        409: "its own word",
        414: "and the HTTP server, for its own limit",
        502: "and a gateway in front of us, where we ourselves do not answer",
        505: "and the HTTP server, if it looks at the version",
    },
    "zh": {
        100: "应用程序开始读取正文时发送；在此之前拒绝，就不会发送",
        101: "改用另一种协议（例如 WebSocket）时发送",
        200: "它的回答；对 GET 和 HEAD 可能变成 206、304、412 或 416",
        201: "由它自己说明",
        202: "由它自己说明",
        203: "在途中改动了内容时发送；源服务器从不发送",
        204: "由它自己说明；正文会被略去",
        205: "由它自己说明；正文会被略去",
        300: "由它自己说明",
        302: "由它自己说明；处理完表单后我们用 303",
        303: "由它自己说明；我们的页面在处理表单之后、要求登录时使用",
        305: "已弃用，不能再发送",
        306: "保留，不能再发送",
        307: "由它自己说明",
        400: "根本不是 HTTP 的内容由 HTTP 服务器回答",
        401: "要求登录的一方：我们的页面，或应用程序",
        402: "由它自己说明；留待将来定义",
        403: "知道权限的一方：我们页面的跨站检查，或应用程序",
        404: "我们页面的路由，或应用程序的路由",
        407: "正向代理",
        408: "首部还没收完时由 HTTP 服务器回答",
        409: "由它自己说明",
        414: "超过 HTTP 服务器自己的上限时由它回答",
        502: "我们自己没有回答时，由前面的网关回答",
        505: "HTTP 服务器如果检查版本，也会回答",
    },
}
"""What there is to say beside the rules, or where there is none."""


class StatusTable(Directive):
    """One table; its argument is the language."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {
        "family": directives.nonnegative_int,
        "show": lambda value: directives.choice(value, ("codes", "corrections", "decisions")),
    }

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        language = directives.choice(self.arguments[0], tuple(LABELS))
        labels = LABELS[language]
        family = self.options.get("family")
        listed = list(Status) if family is None else Status.family(family)
        if self.options.get("show") == "corrections":
            wrong = [status for status in listed if status.correction(language)]
            head = [labels["code"], labels["note"], labels["correction"]]
            return [table(head, [_correction(status, language) for status in wrong], (14, 30, 56))]
        if self.options.get("show") == "decisions":
            head = [labels["code"], labels["who"], labels["where"]]
            return [table(head, [_decision(status, language) for status in listed if status.in_note], (26, 22, 52))]
        head = [labels["code"], labels["meaning"], labels["facts"]]
        return [table(head, [_row(status, language) for status in listed], (22, 50, 28))]


def _row(status: Status, language: str) -> list[Cell]:
    labels = LABELS[language]
    target = nodes.strong("", str(status.code), ids=[f"status-{language}-{status.code}"])
    name = [nodes.paragraph("", "", target, nodes.Text(f" {status.phrase}"))]
    if language == "zh":
        name.append(nodes.paragraph("", status.phrase_in("zh")))
    aliases = list({alias.casefold(): alias for alias in status.aliases}.values())
    if aliases:
        called = f"{labels['aliases']}{labels['colon']}{labels['comma'].join(aliases)}"
        name.append(nodes.paragraph("", "", nodes.emphasis("", called)))
    return [name, [nodes.paragraph("", status.describe(language))], _facts(status, labels)]


def _facts(status: Status, labels: dict[str, str]) -> list[nodes.Node]:
    items = []
    for key, names in (
        ("required", status.headers_required),
        ("kept", status.headers_kept),
        ("recommended", status.headers_recommended),
    ):
        if names:
            item = nodes.paragraph("", f"{labels[key]}{labels['colon']}")
            for place, name in enumerate(names):
                item += [nodes.Text(labels["comma"] if place else ""), nodes.literal("", name)]
            items.append(item)
    said = [
        labels["content"] if not status.content_allowed else "",
        labels.get(status.cache, ""),
        labels.get(status.standing, ""),
    ]
    items += [nodes.paragraph("", text) for text in said if text]
    if status.is_error:
        items.append(nodes.paragraph("", "", nodes.literal("", for_status(status.code).__name__)))
    link = nodes.reference("", status.reference, refuri=status.reference_url)
    items.append(nodes.paragraph("", "", link))
    return [nodes.bullet_list("", *(nodes.list_item("", item) for item in items))]


def _correction(status: Status, language: str) -> list[Cell]:
    link = nodes.reference("", str(status.code), refuri=f"#status-{language}-{status.code}")
    noted = nodes.paragraph("", status.note_phrase or "")
    return [[nodes.paragraph("", "", link)], [noted], [nodes.paragraph("", status.correction(language))]]


def _decision(status: Status, language: str) -> list[Cell]:
    name = status.phrase if language == "en" else status.phrase_in("zh")
    link = nodes.reference("", f"{status.code} {name}", refuri=f"#status-{language}-{status.code}")
    decisions = [each for each in DECISIONS if each.status == status]
    who = list(dict.fromkeys(WHO[language][each.where] for each in decisions)) or [WHO[language][status.decided_by]]
    items = [
        nodes.paragraph(
            "",
            "",
            nodes.literal("", each.where),
            nodes.Text(LABELS[language]["colon"]),
            nodes.literal("", each.rule),
            nodes.Text(f" ({each.reference})" if language == "en" else f"（{each.reference}）"),
        )
        for each in decisions
    ]
    if said := ELSEWHERE[language].get(status):
        items.append(nodes.paragraph("", said))
    where = nodes.bullet_list("", *(nodes.list_item("", item) for item in items))
    return [[nodes.paragraph("", "", link)], [nodes.paragraph("", LABELS[language]["comma"].join(who))], [where]]


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known."""
    app.add_directive("status-table", StatusTable)
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
