"""``make handbook``: the pages of docs/status, one per code and language, and an index for each language.

Made of the catalogue, the handbook's chapters, the tables of decisions and the natural causes, so that none of them
can disagree with another. They are plain Markdown, to be read on a code host as well as in the docs, and are committed;
a test holds them to what this makes. Nothing about a code is known here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from handbook_code import lines, said
from status_table import ELSEWHERE, WHO

from hardtack.status import Status, for_status
from hardtack.status.causes import CAUSES, WHY_NOT
from hardtack.status.decisions import DECISIONS
from hardtack.status.described import LABELS, LANGUAGES, facts
from hardtack.status.handbook import CHAPTERS

FOLDER = Path(__file__).parents[1] / "status"
ORIGIN = {"origin": "http://localhost:8000", "host": "localhost:8000"}

MADE = "<!-- Made by `make handbook`, and held to it by a test. Change src/hardtack/status, and make it anew. -->"

TITLES = {
    "en": {
        "meaning": "What it means",
        "when": "When it is answered",
        "fields": "Header fields",
        "client": "What a client does next",
        "mistakes": "Common mistakes",
        "facts": "Facts",
        "decisions": "What decides it in Hardtack",
        "python": "In Python",
        "cause": "See it happen",
    },
    "zh": {
        "meaning": "含义",
        "when": "何时使用",
        "fields": "首部字段",
        "client": "客户端接下来做什么",
        "mistakes": "常见错误",
        "facts": "要点",
        "decisions": "在 Hardtack 里由谁决定",
        "python": "在 Python 里",
        "cause": "亲手试试",
    },
}
TALK = {
    "en": {
        "field": ("Field", "The answer", "What it is there for"),
        "no fields": "It needs no header field of its own.",
        "correction": "Correction to the note that the project started from",
        "noted": "it calls this “{}”. ",
        "colon": ": ",
        "ended": ".",
        "reference": "{} ({})",
        "no rule": "No rule of the status layer answers with it: that is up to {}{}.",
        "nobody": "No rule of the status layer answers with it, and nothing sends it by itself.",
        "besides": ": {}",
        "serve": "With `hardtack serve` on your own machine, paste:",
        "trace": "`Hardtack-Trace` then says why: `{}`.",
        "button": "On `{origin}/status/{slug}` a browser does the same: “{label}”.",
        "other": "[中文](../zh/{}.md)",
        "all": "All codes",
        "title": "The handbook of status codes",
        "lead": (
            "What an author or an operator needs to know of every registered code: when to answer with it, which "
            "header fields it needs, what a client does next, what is often done wrong, and how to see it happen. "
            "`hardtack status 404` says the short of it in the terminal."
        ),
        "families": {
            1: "Informational: 1xx",
            2: "Successful: 2xx",
            3: "Redirection: 3xx",
            4: "Client errors: 4xx",
            5: "Server errors: 5xx",
        },
    },
    "zh": {
        "field": ("字段", "响应", "用途"),
        "no fields": "它不需要专门的首部字段。",
        "correction": "对本项目最初那份笔记的更正",
        "noted": "笔记写作“{}”。",
        "colon": "：",
        "ended": "。",
        "reference": "{}（{}）",
        "no rule": "状态层没有规则会用它回答，由{}决定{}。",
        "nobody": "状态层没有规则会用它回答，它也不会自行出现。",
        "besides": "：{}",
        "serve": "在自己的机器上运行 `hardtack serve`，然后粘贴：",
        "trace": "`Hardtack-Trace` 会说明缘由：`{}`。",
        "button": "在浏览器里也可以：打开 `{origin}/status/{slug}`，点“{label}”。",
        "other": "[English](../en/{}.md)",
        "all": "全部状态码",
        "title": "状态码手册",
        "lead": (
            "开发者和运维人员需要了解的，每个已登记的状态码都有一页：何时使用、需要哪些首部字段、客户端接下来做什么、"
            "常犯哪些错误，以及怎样亲眼看到它。`hardtack status 404` 在终端里给出简短的说明。"
        ),
        "families": {
            1: "信息：1xx",
            2: "成功：2xx",
            3: "重定向：3xx",
            4: "客户端错误：4xx",
            5: "服务器错误：5xx",
        },
    },
}


def pages() -> dict[str, str]:
    """Return every page: its path under docs/status → its text."""
    made = {f"{language}/index.md": index(language) for language in LANGUAGES}
    return made | {
        f"{language}/{status.code}.md": page(status, language) for language in LANGUAGES for status in Status
    }


def index(language: str) -> str:
    """Return the list of all codes in one language."""
    talk = TALK[language]
    text = [f"# {talk['title']}", MADE, talk["other"].format("index"), talk["lead"]]
    for digit, family in talk["families"].items():
        text += [f"## {family}", "\n".join(_line(status, language) for status in Status.family(digit))]
    return "\n\n".join(text) + "\n"


def _line(status: Status, language: str) -> str:
    name, phrase = status.phrase_in(language), f" {status.phrase}" if language == "zh" else ""
    return (
        f"- [{status.code} {name}]({status.code}.md){phrase}{TALK[language]['colon']}{_text(status.summary(language))}"
    )


def page(status: Status, language: str) -> str:
    """Return the page of one code in one language."""
    titles, chapter = TITLES[language], CHAPTERS[status.code][language]
    name = f"{status.phrase_in('zh')} {status.phrase}" if language == "zh" else status.phrase
    sections = {
        "meaning": _text(status.describe(language)),
        "when": _text(chapter.when),
        "fields": _fields(status, language),
        "client": _text(chapter.client),
        "mistakes": _list(chapter.mistakes),
        "facts": _facts(status, language),
        "decisions": _decisions(status, language),
        "python": "\n\n".join(_python(status, language)),
        "cause": "\n\n".join(_cause(status, language)),
    }
    text = [f"# {status.code} {name}", MADE, _ways(status, language)]
    for key, section in sections.items():
        text += [f"## {titles[key]}", section] if section else []
    return "\n\n".join(text) + "\n"


def _ways(status: Status, language: str) -> str:
    listed = list(Status)
    place = listed.index(status)
    before = [f"[← {each.code}]({each.code}.md)" for each in listed[:place][-1:]]
    after = [f"[{each.code} →]({each.code}.md)" for each in listed[place + 1 :][:1]]
    talk = TALK[language]
    return " · ".join([*before, f"[{talk['all']}](index.md)", *after, talk["other"].format(status.code)])


def _text(text: str) -> str:
    """Return *text* as Markdown: what would mean something outside backticks is escaped."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"[\\*<]|\b_|_\b", r"\\\g<0>", part) for part in parts[::2]]
    return "`".join(parts)


def _list(items: Iterator[str] | tuple[str, ...]) -> str:
    return "\n".join(f"- {_text(item)}" for item in items)


def _fields(status: Status, language: str) -> str:
    said_of, talk, labels = CHAPTERS[status.code][language].fields, TALK[language], LABELS[language]
    needs = {
        **dict.fromkeys(status.headers_required, labels["required"]),
        **dict.fromkeys(status.headers_kept, labels["kept"]),
        **dict.fromkeys(status.headers_recommended, labels["recommended"]),
    }
    if not needs:
        return talk["no fields"]
    rows = [talk["field"], ("---",) * 3]
    rows += [(f"`{name}`", need, _text(said_of[name]).replace(" | ", r" \| ")) for name, need in needs.items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _facts(status: Status, language: str) -> str:
    labels, talk = LABELS[language], TALK[language]
    shown = {labels[key]: _text(value) for key, value in facts(status, language).items() if key not in _ELSEWHERE}
    if status.is_error:
        shown[labels["exception"]] = f"`hardtack.status.{for_status(status.code).__name__}`"
    shown[labels["reference"]] = f"[{status.reference}]({status.reference_url})"
    if correction := status.correction(language):
        old = talk["noted"].format(status.note_phrase) if status.note_phrase != status.phrase else ""
        shown[talk["correction"]] = old + _text(correction)
    return "\n".join(f"- {_capital(label)}{talk['colon']}{value}" for label, value in shown.items())


_ELSEWHERE = ("required", "kept", "recommended", "exception", "reference", "correction")
"""Facts that have a table of their own, or marks."""


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _decisions(status: Status, language: str) -> str:
    talk, who, besides = TALK[language], WHO[language], ELSEWHERE[language].get(status.code, "")
    rules = [each for each in DECISIONS if each.status == status]
    items = [
        _capital(who[each.where])
        + talk["colon"]
        + talk["reference"].format(f"`{each.where}/{each.rule}`", _text(each.reference))
        for each in rules
    ]
    if rules or status.decided_by == "never":
        items += [] if rules else [talk["nobody"]]
        items += [_capital(_text(besides)) + talk["ended"]] if besides else []
    else:
        besides = talk["besides"].format(besides) if besides else ""
        items.append(talk["no rule"].format(who[status.decided_by], besides))
    return "\n".join(f"- {item}" for item in items)


def _python(status: Status, language: str) -> Iterator[str]:
    yield said(status, language)
    if code := lines(status):
        yield f"```python\n{code}\n```"


def _cause(status: Status, language: str) -> Iterator[str]:
    talk = TALK[language]
    if status.code in WHY_NOT:
        yield _text(WHY_NOT[status.code][language])
    if cause := CAUSES.get(status.code):
        yield f"**{_text(cause.title[language])}**"
        yield _text(cause.story[language])
        yield talk["serve"]
        yield "```sh\n" + "\n".join(command.format(**ORIGIN) for command in cause.commands) + "\n```"
        if cause.decided:
            yield talk["trace"].format(cause.decided)
        if cause.form:
            label = _text(cause.form.label[language])
            yield talk["button"].format(origin=ORIGIN["origin"], slug=status.slug, label=label)


def main() -> None:
    """Write the pages, and remove whatever else lies among them."""
    made = pages()
    for path in FOLDER.rglob("*.md"):
        if path.relative_to(FOLDER).as_posix() not in made:
            path.unlink()
    for name, text in made.items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(made)} pages\n")


if __name__ == "__main__":
    main()
