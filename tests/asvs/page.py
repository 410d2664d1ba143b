"""The published scorecard: one page in each language, made of what was judged and what tests have shown.

The page supposes the settings that the documents recommend for a public service (https, mail, sign-up by e-mail), says
what each assurance makes of them, and what other settings would change. ``python -m tests.asvs.run`` writes it; a test
holds both pages to the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hardtack.site import Settings, asvs

ROOT = Path(__file__).parents[2]
LANGUAGES = ("en", "zh")
SETTINGS = Settings(origin="https://id.example.org", mail="smtps://mail.example.org")

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "title": "OWASP ASVS 5.0, line by line",
        "made": "<!-- Made by `make asvs`, and held to it by a test. Change src/hardtack/site/asvs.toml. -->",
        "lead": (
            "How Hardtack stands to the [{name} {version}]({address}): the {count} requirements that concern a "
            "sign-in, its sessions, cookies, tokens and logs. The standard is OWASP's, under {licence}; what each line "
            "asks is said here in our own words and in one sentence, so read the standard beside it.\n\n"
            "What is judged is the service, `hardtack serve`, and our pages in an application of yours; what your "
            "application does around them is yours to judge. Each line is **shown** by tests that are named and that "
            "pass, or is **the operator's duty**, or is **not applicable**, or is **not met**, and says why. A line is "
            "shown only while every test with its mark passes: one that fails, is skipped or is missing empties it. "
            "[What protects a sign-in](security.md) says in whole sentences what an auditor looks for in the documents."
            "\n\n```console\n$ hardtack asvs --level 2\n$ hardtack asvs V6.2.4\n$ hardtack asvs --json --assurance 2\n"
            "```\n\n"
            "The command says the same of a service with its own settings: it reads `hardtack.toml` and the "
            "environment, as the service does. `--assurance` judges as if that were configured; `--level` shows the "
            "requirements up to a level; `--tests` names the tests; `--json` gives one document. A chapter or a number "
            "shows that part alone. The exit status is 0 whatever stands in the table, and 1 where there is no such "
            "number.\n\n"
            "This page supposes an https `origin`, `mail`, and with it sign-up by e-mail. {tests} tests carry a mark."
        ),
        "counts": "Counts",
        "counts-head": ("assurance", "level", "requirements", "shown", "duty", "not applicable", "not met"),
        "all": "all",
        "duties": "What is the operator's",
        "not-met": "What is not met",
        "at": "at assurance {levels}",
        "others": "What other settings change",
        "others-lead": "With these settings, these lines are not met as well.",
        "circumstances": {
            "plain-http": "Without an https `origin`",
            "no-mail": "Without `mail`",
            "by-name": 'With `sign_up_by = "name"`',
        },
        "not-applicable": "What does not concern us",
        "lines": "Line by line",
        "level": "level {level}",
        "shown": "shown by {count}",
        "tests": ("1 test", "{count} tests"),
        "outcomes": {"duty": "the operator's duty", "not-applicable": "not applicable", "not-met": "not met"},
        "none": "None.",
        "colon": ": ",
        "stop": ".",
        "space": " ",
        "brackets": ("(", ")"),
        "list": ", ",
    },
    "zh": {
        "title": "OWASP ASVS 5.0 逐条对照",
        "made": "<!-- 由 `make asvs` 生成，并由测试核对。请修改 src/hardtack/site/asvs.toml。 -->",
        "lead": (
            "Hardtack 与 [{name} {version}]({address}) 的对照：涉及登录及其会话、Cookie、令牌和日志的 {count} 条要求。"
            "标准归 OWASP 所有，采用 {licence} 许可；这里只用我们自己的一句话概括每条要求，请与标准原文一同阅读。\n\n"
            "评估的对象是服务 `hardtack serve` 以及嵌入您应用的我们的页面；您的应用自身由您评估。"
            "每条要求的结论为：**已证明**（列出通过的测试）、**运维者的职责**、**不适用**或**未满足**，并说明理由。"
            "只有带有该条标记的测试全部通过才算已证明：任一测试失败、被跳过或缺失，该条即告落空。"
            "审计者要在文档中查找的内容，见[登录的保护措施](security.md)。\n\n"
            "```console\n$ hardtack asvs --level 2\n$ hardtack asvs V6.2.4\n$ hardtack asvs --json --assurance 2\n"
            "```\n\n"
            "命令按服务自己的设置给出同样的结论：它与服务一样读取 `hardtack.toml` 和环境变量。"
            "`--assurance` 按假定的安全等级评估；`--level` 只显示到某一级别；`--tests` 列出测试名；"
            "`--json` 输出一份文档。"
            "给出章号或条号则只显示该部分。无论结论如何，退出状态均为 0；没有该编号时为 1。\n\n"
            "本页假定 `origin` 为 https、设置了 `mail`，因而以邮箱注册。带有标记的测试共 {tests} 个。"
        ),
        "counts": "统计",
        "counts-head": ("安全等级", "级别", "要求数", "已证明", "运维职责", "不适用", "未满足"),
        "all": "合计",
        "duties": "运维者的职责",
        "not-met": "未满足的要求",
        "at": "安全等级 {levels}",
        "others": "其他设置带来的变化",
        "others-lead": "采用以下设置时，这些要求也未满足。",
        "circumstances": {
            "plain-http": "没有 https 的 `origin`",
            "no-mail": "没有 `mail`",
            "by-name": '`sign_up_by = "name"`',
        },
        "not-applicable": "不适用的要求",
        "lines": "逐条对照",
        "level": "第 {level} 级",
        "shown": "{count}证明",
        "tests": ("1 个测试", "{count} 个测试"),
        "outcomes": {"duty": "运维者的职责", "not-applicable": "不适用", "not-met": "未满足"},
        "none": "无。",
        "colon": "：",
        "stop": "。",
        "space": "",
        "brackets": ("（", "）"),
        "list": "、",
    },
}


def path(language: str) -> Path:
    """Return where the page of the language lies."""
    return ROOT / "docs" / language / "asvs.md"


def page(language: str) -> str:
    """Return the page of the language."""
    return "\n".join(_page(language)).rstrip() + "\n"


def _page(language: str) -> Iterator[str]:
    words = WORDS[language]
    source = asvs.sheet().source
    cards = {assurance: asvs.card(SETTINGS, assurance=assurance) for assurance in asvs.LEVELS}
    yield from (f"# {words['title']}", "", words["made"], "")
    yield words["lead"].format(
        name=source.name,
        version=source.version,
        address=source.address,
        licence=source.licence,
        count=len(cards[1]),
        tests=len({test for each in asvs.evidence().values() for test in each.tests}),
    )
    yield from ("", f"## {words['counts']}", "", *_counts(language, cards), "")
    yield from (f"## {words['duties']}", "", *_list(language, cards, "duty"), "")
    yield from (f"## {words['not-met']}", "", *_list(language, cards, "not-met"), "")
    yield from (f"## {words['others']}", "", words["others-lead"], "", *_others(language), "")
    yield from (f"## {words['not-applicable']}", "", *_list(language, cards, "not-applicable"), "")
    yield from (f"## {words['lines']}", "", *_lines(language, cards))


def _counts(language: str, cards: dict[int, list[asvs.Line]]) -> Iterator[str]:
    head = WORDS[language]["counts-head"]
    yield f"| {' | '.join(head)} |"
    yield "|--" * len(head) + "|"
    for assurance, lines in cards.items():
        rows = {str(level): [*row.values()] for level, row in asvs.counts(lines).items()}
        rows[WORDS[language]["all"]] = [sum(each) for each in zip(*rows.values(), strict=True)]
        for level, row in rows.items():
            yield f"| {' | '.join(map(str, (assurance, level, sum(row), *row)))} |"


def _list(language: str, cards: dict[int, list[asvs.Line]], outcome: str) -> Iterator[str]:
    """Yield the lines that have the outcome at any assurance by their reason, and at which if not at all."""
    words = WORDS[language]
    at: dict[tuple[str, str], list[int]] = {}
    for assurance, lines in cards.items():
        for line in lines:
            if line.outcome == outcome:
                at.setdefault((line.id, (line.because or {})[language]), []).append(assurance)
    groups: dict[str, list[str]] = {}
    opening, closing = words["brackets"]
    for (identifier, because), levels in sorted(at.items(), key=lambda item: asvs.position(item[0][0])):
        where = words["level"].format(level=asvs.sheet().requirement[identifier].level)
        if levels != list(cards):
            where += words["list"] + words["at"].format(levels=words["list"].join(map(str, levels)))
        groups.setdefault(because, []).append(f"**{identifier}**{words['space']}{opening}{where}{closing}")
    if not groups:
        yield words["none"]
    for because, numbers in groups.items():
        yield f"- {words['list'].join(numbers)}{words['colon']}{because}"


def _others(language: str) -> Iterator[str]:
    words = WORDS[language]
    judged = asvs.sheet()
    for name, text in words["circumstances"].items():
        lines = [
            (identifier, case.because)
            for identifier, each in judged.requirement.items()
            for case in each.cases
            if case.when == name
        ]
        numbers = words["list"].join(f"**{identifier}**" for identifier, _ in lines)
        sentences = dict.fromkeys(judged.because[because].as_dict()[language] for _, because in lines)
        yield f"- {text}{words['colon']}{numbers}{words['stop']}{words['space']}{words['space'].join(sentences)}"


def _lines(language: str, cards: dict[int, list[asvs.Line]]) -> Iterator[str]:
    words = WORDS[language]
    chapter = ""
    # Whatever is shown at any assurance has its tests there; reasons that depend on it stand in the lists above.
    for each in zip(*cards.values(), strict=True):
        line = next((line for line in each if line.outcome == "shown"), each[0])
        if line.chapter != chapter:
            chapter = line.chapter
            yield from (f"### {chapter} {asvs.sheet().chapter[chapter].as_dict()[language]}", "")
        yield from _line(words, line, language, changes=len({other.outcome for other in each}) > 1, cards=each)


def _line(
    words: dict[str, Any], line: asvs.Line, language: str, *, changes: bool, cards: tuple[asvs.Line, ...]
) -> Iterator[str]:
    opening, closing = words["brackets"]
    level = words["level"].format(level=line.level)
    yield f"**{line.id}**{words['space']}{opening}{level}{closing}{words['colon']}{line.asks[language]}"
    outcomes: dict[str, str] = words["outcomes"]
    one, many = words["tests"]
    if line.outcome == "shown":
        count = one if len(line.tests) == 1 else many.format(count=len(line.tests))
        said = words["shown"].format(count=count)
        if changes:
            where = [number for number, other in zip(asvs.LEVELS, cards, strict=True) if other.outcome == "shown"]
            said += words["list"] + words["at"].format(levels=words["list"].join(map(str, where)))
    else:
        said = outcomes[line.outcome]
    because = "" if line.because is None else f"{words['space']}{line.because[language]}"
    yield f"*{said[:1].upper()}{said[1:]}*{words['stop']}{because}"
    yield ""
    for test in line.tests:
        name, _, function = test.partition("::")
        yield f"- `{name}` `{function}`"
    if line.tests:
        yield ""
