"""What is known about a code beside its text, in words: the same on the command line, on the pages and in JSON.

``facts`` puts what the catalogue holds into words, each under a key that ``LABELS`` has a label for; ``record`` is all
of it for a program. Nothing is known here that the catalogue does not say.
"""

from __future__ import annotations

from typing import Any

from hardtack.status.catalogue import Status
from hardtack.status.errors import for_status

LANGUAGES = ("en", "zh")

LABELS: dict[str, dict[str, str]] = {
    "en": {
        "required": "must have",
        "kept": "must keep",
        "recommended": "should have",
        "content": "content",
        "cache": "caches",
        "decided_by": "found out by",
        "standing": "standing",
        "aliases": "other names",
        "exception": "in Python",
        "reference": "defined in",
        "correction": "correction",
    },
    "zh": {
        "required": "必须带有",
        "kept": "必须保留",
        "recommended": "最好带有",
        "content": "内容",
        "cache": "缓存",
        "decided_by": "由谁判定",
        "standing": "登记状况",
        "aliases": "别称",
        "exception": "Python 中",
        "reference": "定义于",
        "correction": "更正",
    },
}
"""What stands before each fact, by language and key."""

WORDS: dict[str, dict[str, dict[str, str]]] = {
    "en": {
        "content": {"True": "may have some", "False": "has none"},
        "cache": {
            "heuristic": "may store it even without a lifetime",
            "explicit": "may store it only with a lifetime",
            "never": "must not store it",
        },
        "decided_by": {
            "server": "the HTTP server",
            "server+app": "the HTTP server together with the application",
            "middleware": "a layer around the application, such as Hardtack",
            "app": "the application",
            "gateway": "a gateway or proxy",
            "never": "nobody by itself; only an author who wants it",
        },
        "standing": {
            "future": "reserved for future use",
            "reserved": "the number is kept out of use",
            "deprecated": "deprecated, should not be sent",
            "obsolete": "obsolete, should not be sent",
            "temporary": "registered for the time being",
        },
    },
    "zh": {
        "content": {"True": "可以有", "False": "没有"},
        "cache": {
            "heuristic": "没有写明期限也可以保存",
            "explicit": "写明期限时才可以保存",
            "never": "不得保存",
        },
        "decided_by": {
            "server": "HTTP 服务器",
            "server+app": "HTTP 服务器与应用一起",
            "middleware": "应用外面的一层，例如 Hardtack",
            "app": "应用",
            "gateway": "网关或代理",
            "never": "不会自行出现，除非作者有意为之",
        },
        "standing": {
            "future": "留待将来定义",
            "reserved": "编号保留，不得使用",
            "deprecated": "已弃用，不应发送",
            "obsolete": "已废弃，不应发送",
            "temporary": "临时登记",
        },
    },
}
"""What the catalogue's own words mean, by language, key and word."""


def facts(status: Status, language: str) -> dict[str, str]:
    """Return what is known about *status* besides its text, each under its label's key; nothing empty."""
    words = WORDS[language]
    comma = "、" if language == "zh" else ", "
    found = {
        "required": comma.join(status.headers_required),
        "kept": comma.join(status.headers_kept),
        "recommended": comma.join(status.headers_recommended),
        "content": words["content"][str(status.content_allowed)],
        "cache": words["cache"][status.cache],
        "decided_by": words["decided_by"][status.decided_by],
        "standing": words["standing"].get(status.standing, ""),
        "aliases": comma.join(other_names(status)),
        "exception": exception_of(status),
        "reference": f"{status.reference}  {status.reference_url}",
        "correction": status.correction(language),
    }
    return {key: value for key, value in found.items() if value}


def other_names(status: Status) -> list[str]:
    """Return the English phrases that *status* once had or is called by, each once whatever its case."""
    return list({alias.casefold(): alias for alias in status.aliases}.values())


def outdated(status: Status) -> str:
    """Return the phrase that the note has for *status*, if it is one of former times; ``""`` if it is today's."""
    note = status.note_phrase or ""
    return note if status.standing == "current" and note.casefold() != status.phrase.casefold() else ""


def exception_of(status: Status) -> str:
    """Return the name of the exception that answers with *status*, with its module; ``""`` where it is no error."""
    return f"hardtack.status.{for_status(status.code).__name__}" if status.is_error else ""


def record(status: Status) -> dict[str, Any]:
    """Return *status* as a JSON object, its texts in both languages."""
    return {
        "code": status.code,
        "phrase": status.phrase,
        "slug": status.slug,
        "name": {language: status.phrase_in(language) for language in LANGUAGES},
        "text": {language: status.describe(language) for language in LANGUAGES},
        "headers_required": list(status.headers_required),
        "headers_kept": list(status.headers_kept),
        "headers_recommended": list(status.headers_recommended),
        "content_allowed": status.content_allowed,
        "cache": status.cache,
        "decided_by": status.decided_by,
        "standing": status.standing,
        "aliases": list(status.aliases),
        "exception": exception_of(status) or None,
        "reference": status.reference,
        "reference_url": status.reference_url,
        "in_note": status.in_note,
        "correction": {each: status.correction(each) for each in LANGUAGES} if status.correction() else None,
    }
