"""Lay out what a run found: as text for the terminal, as Markdown for the pages ``growth`` in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.growth.results import Grown, Results
from bench.report import Table
from bench.results import Figure

PAGES = {language: Path(__file__).parent.parent.parent / "docs" / language / "growth.md" for language in ("en", "zh")}

_MARKED = re.compile(r"(<!-- growth: (?P<name>[a-z-]+) -->\n).*?(<!-- growth: end -->)", re.DOTALL)

_WORKS: Mapping[str, tuple[str, str]] = {
    "sign-in": ("sign-in", "登录"),
    "sign-in, wrong": ("sign-in with a wrong password", "密码错误的登录"),
    "sign-in, no hash": ("sign-in without the password's hash", "不含密码哈希的登录"),
    "sign-out": ("sign-out", "退出"),
    "auth": ("`/auth`", "`/auth`"),
    "auth, unknown": ("what `/auth` reads of somebody new", "`/auth` 读取一个新来者的资料"),
    "verdicts": ("a thousand verdicts on sessions", "对会话作一千次裁定"),
    "admin": ("`/admin`", "`/admin`"),
    "accounts": ("accounts", "账户列表"),
    "accounts, next": ("accounts, a page in the middle", "账户列表，中间的一页"),
    "accounts, by name": ("accounts, by the beginning of a name", "账户列表，按名称开头查找"),
    "accounts, by address": ("accounts, by the beginning of an address", "账户列表，按邮箱开头查找"),
    "accounts, nobody": ("accounts, nobody is found", "账户列表，没有找到"),
    "accounts, closed": ("accounts, where all that fit are closed", "账户列表，符合的都已注销"),
    "account": ("one account", "一个账户"),
    "invitations": ("invitations", "邀请"),
    "throttles": ("accounts under attack", "受到攻击的账户"),
    "trail": ("audit trail", "审计记录"),
    "trail, older": ("audit trail, half a year back", "审计记录，半年之前"),
    "trail, of an event": ("audit trail, of one event", "审计记录，某种事件"),
    "trail, of an account": ("audit trail, of the busiest account", "审计记录，最活跃的账户"),
    "trail, of both": ("audit trail, of both", "审计记录，两者都限定"),
    "trail, of days": ("audit trail, of certain days", "审计记录，某些日子"),
    "trail, nothing": ("audit trail, nothing is found", "审计记录，没有找到"),
}
_AGAINST = {"empty": ("empty", "空的"), "page": ("a page's worth", "一页之量")}
_PLACES = {"empty": ("empty", "空的"), "many": ("{:,} accounts", "{:,} 个账户")}
_TASKS: Mapping[str, tuple[str, str]] = {
    "prune, first": ("the first deletion of what is over", "第一次清除过期内容"),
    "prune, again": ("the same an hour later", "一小时后再次清除"),
    "everybody": ("ending every sign-in of everybody", "结束所有人的所有登录"),
    "parts": ("giving the audit trail parts, as below", "如下文所述为审计记录分区"),
    "month, by rows": ("deleting a month's events row by row", "逐行删除一个月的事件"),
    "month, as a part": ("dropping a month's part", "删除一个月的分区"),
}
_WORDS: Mapping[str, tuple[str, str]] = {
    "work": ("what is asked", "请求"),
    "against": ("against", "对照"),
    "small": ("ms there", "对照 毫秒"),
    "grown": ("ms, grown", "增长后 毫秒"),
    "ratio": ("times as long (least to greatest)", "倍数（最小至最大）"),
    "worked": ("of the processor's time", "处理器时间之比"),
    "target": ("target", "目标"),
    "at most": ("at most {}", "至多 {}"),
    "reached": ("reached", "达到"),
    "missed": ("**not reached**", "**未达到**"),
    "place": ("database", "数据库"),
    "ready": ("s until ready", "就绪所需秒数"),
    "resident": ("MiB of a worker", "工作进程 MiB"),
    "private": ("of these its own", "其中独有"),
    "task": ("what is done", "工作"),
    "seconds": ("s", "秒"),
    "what": ("what", "项目"),
    "measured": ("measured on", "测量日期"),
    "size": ("accounts, events, revocations", "账户、事件、撤销"),
    "file": ("size of the database", "数据库大小"),
    "engine": ("engine", "数据库引擎"),
    "rounds": ("rounds", "轮数"),
    "processor": ("processor, cores", "处理器，核心数"),
    "load": ("load average before, after", "测量前后的平均负载"),
}


def _say(texts: tuple[str, str], language: str) -> str:
    return texts[language == "zh"]


def _word(name: str, language: str) -> str:
    return _say(_WORDS[name], language)


def _figure(figure: Figure) -> str:
    return f"{figure.median:.2f} ({figure.least:.2f} – {figure.greatest:.2f})"


def works(results: Results, language: str) -> Table:
    """Return how long everything takes that is asked."""
    header = [_word(name, language) for name in ("work", "against", "small", "grown", "ratio", "worked", "target")]
    rows = [
        [
            _say(_WORKS[each.work], language),
            _say(_AGAINST[each.against], language),
            f"{each.waited[0]:.2f}",
            f"{each.waited[1]:.2f}",
            _figure(each.waited_ratio),
            _figure(each.worked_ratio),
            _aim(each, language),
        ]
        for each in results.grown
    ]
    return Table(header, rows)


def _aim(grown: Grown, language: str) -> str:
    if grown.reach is None:
        return "–"
    verdict = _word("reached" if grown.reached else "missed", language)
    return f"{_word('at most', language).format(f'{grown.reach:g}')}: {verdict}"


def starts(results: Results, language: str) -> Table:
    """Return what a start comes to."""
    header = [_word(name, language) for name in ("place", "ready", "resident", "private")]
    rows = [
        [_say(_PLACES[each.place], language).format(results.accounts), *map(_figure, figures)]
        for each in results.starts
        for figures in ((each.ready, each.resident, each.private),)
    ]
    return Table(header, rows)


def tasks(results: Results, language: str) -> Table:
    """Return how long it takes what is done beside."""
    rows = [[_say(_TASKS[each.name], language), f"{each.seconds:.2f}"] for each in results.tasks]
    return Table([_word("task", language), _word("seconds", language)], rows)


def machine(results: Results, language: str) -> Table:
    """Return where, when and how it was measured."""
    found = results.machine
    told = {
        "measured": results.date,
        "size": f"{results.accounts:,}, {results.events:,}, {results.ended:,}",
        "engine": results.engine,
        "file": f"{results.mebibytes:,.0f} MiB",
        "rounds": str(results.rounds),
        "processor": f"{found.cpu}, {found.cores}",
        "load": f"{found.load_before:.2f}, {found.load_after:.2f}",
    }
    return Table([_word("what", language), ""], [[_word(name, language), value] for name, value in told.items()])


LAID_OUT: Mapping[str, Callable[[Results, str], Table]] = {
    "works": works,
    "starts": starts,
    "tasks": tasks,
    "machine": machine,
}


TABLES = {
    f"{name}{after}": (engine, lay_out)
    for engine, after in (("sqlite", ""), ("postgresql", "-postgresql"))
    for name, lay_out in LAID_OUT.items()
}
"""What the pages have: of which engine, and how it is laid out."""


def text(results: Results) -> str:
    """Return everything of one run, for the terminal."""
    return "\n".join(lay_out(results, "en").text() for lay_out in LAID_OUT.values())


def page(source: str, results: Mapping[str, Results], language: str) -> str:
    """Return the page *source* with every marked table made anew from the *results* of each engine."""

    def made(found: re.Match[str]) -> str:
        engine, lay_out = TABLES[found["name"]]
        return f"{found[1]}\n{lay_out(results[engine], language).markdown()}\n{found[3]}"

    return _MARKED.sub(made, source)


def write_pages(results: Mapping[str, Results]) -> None:
    """Make the tables of both pages anew."""
    for language, path in PAGES.items():
        path.write_text(page(path.read_text("utf-8"), results, language), "utf-8")
