"""Lay out what a run found: as text for the terminal, as Markdown for the performance pages, in English and Chinese.

Every table is made from ``Results`` alone, so the pages are what ``bench/results.json`` gives, and a test holds them to
it. A page marks where a table belongs by a pair of comments, ``<!-- bench: name -->`` and ``<!-- bench: end -->``; what
stands between them is replaced, the rest is prose and left alone. A target that was missed is written as missed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.added import ADDED, NAMES, UNSEALED
from bench.added_apps import BARE, IDLE, OWN
from bench.results import Comparison, Figure, Gauge, Profile, Results, Timing
from bench.targets import AIMED_AT, OURS, TIMED

PAGES = {language: Path(__file__).parent.parent / "docs" / language / "performance.md" for language in ("en", "zh")}

_MARKED = re.compile(r"(<!-- bench: (?P<name>[a-z-]+) -->\n).*?(<!-- bench: end -->)", re.DOTALL)

_WORDS: Mapping[str, Mapping[str, str]] = {
    "work": {"en": "work", "zh": "工作"},
    "payload": {"en": "payload", "zh": "载荷"},
    "against": {"en": "against", "zh": "对照"},
    "µs": {"en": "{} µs", "zh": "{} 微秒"},
    "peer µs": {"en": "peer µs", "zh": "对照 微秒"},
    "ratio": {"en": "ratio (least to greatest)", "zh": "比值（最小至最大）"},
    "target": {"en": "target", "zh": "目标"},
    "result": {"en": "result", "zh": "结果"},
    "measured": {"en": "measured", "zh": "实测"},
    "reached": {"en": "reached", "zh": "达到"},
    "missed": {"en": "**not reached**", "zh": "**未达到**"},
    "no target": {"en": "–", "zh": "–"},
    "to": {"en": " to ", "zh": " 至 "},
    "times faster": {"en": "{} times faster", "zh": "快至 {} 倍"},
    "times as much": {"en": "at most {} times", "zh": "至多 {} 倍"},
    "smaller": {"en": "smaller", "zh": "更小"},
    "value": {"en": "characters of the value", "zh": "值的字符数"},
    "field": {"en": "of the whole Set-Cookie field", "zh": "整个 Set-Cookie 字段的字符数"},
    "whose": {"en": "cookie of", "zh": "谁的 Cookie"},
    "import": {"en": "import", "zh": "导入"},
    "milliseconds": {"en": "ms (least to greatest)", "zh": "毫秒（最小至最大）"},
    "under": {"en": "under {} ms", "zh": "低于 {} 毫秒"},
    "who": {"en": "who", "zh": "谁"},
    "time": {"en": "µs (least to greatest)", "zh": "微秒（最小至最大）"},
    "assumed": {"en": "assumed or counted", "zh": "假设或计数"},
    "number": {"en": "day {}", "zh": "第 {} 天"},
    "workers": {"en": "worker processes, one key", "zh": "工作进程（同一把密钥）"},
    "restarts": {"en": "times all of them are started again", "zh": "全部重启的次数"},
    "visitors": {"en": "visitors (users), each at random times", "zh": "访客（用户），各在随机的时刻来访"},
    "idle": {"en": "idle time after which a session ends", "zh": "会话因闲置而结束的时间"},
    "minutes": {"en": "{} min", "zh": "{} 分钟"},
    "requests": {"en": "requests", "zh": "请求"},
    "sealed": {"en": "cookies sealed", "zh": "密封的 Cookie"},
    "opened": {"en": "cookies opened", "zh": "打开的 Cookie"},
    "hits": {"en": "of these with the derived key at hand", "zh": "其中派生密钥已在手边"},
    "share of these": {"en": "share of these", "zh": "其所占比例"},
    "share": {"en": "share", "zh": "占比"},
    "measured on": {"en": "measured on", "zh": "测量日期"},
    "processor": {"en": "processor", "zh": "处理器"},
    "cores": {"en": "cores", "zh": "核心数"},
    "system": {"en": "system", "zh": "系统"},
    "load": {"en": "load average before, after", "zh": "测量前后的平均负载"},
    "rounds": {"en": "rounds", "zh": "轮数"},
    "batch": {"en": "a batch", "zh": "每批时长"},
    "pinned": {"en": "pinned to a core", "zh": "是否绑定核心"},
    "no": {"en": "no", "zh": "否"},
    "what": {"en": "what", "zh": "项目"},
    "part": {"en": "part", "zh": "部分"},
    "kind": {"en": "what it is", "zh": "是什么"},
    "microseconds": {"en": "µs", "zh": "微秒"},
    "of libraries": {"en": "all libraries' C code", "zh": "全部库的 C 代码"},
    "all parts": {"en": "all parts", "zh": "全部部分"},
    "whole": {"en": "the whole, measured", "zh": "整体，实测"},
    "MiB": {"en": "{} MiB", "zh": "{} MiB"},
    "s": {"en": "{} s", "zh": "{} 秒"},
    "ms": {"en": "{} ms", "zh": "{} 毫秒"},
    "per s": {"en": "{} a second", "zh": "每秒 {} 次"},
    "of the rate": {"en": "{} of its rate", "zh": "其速率的 {}"},
    "% of a hash": {"en": "{} % of a hash", "zh": "一次哈希的 {} %"},
    "at least": {"en": "at least {}", "zh": "至少 {}"},
    "within": {"en": "all within ±{}", "zh": "全部在 ±{} 以内"},
    "at most": {"en": "at most {}", "zh": "至多 {}"},
    "bare": {"en": "without a session, µs", "zh": "无会话，微秒"},
    "its own adds": {"en": "its own adds µs", "zh": "自带会话增加 微秒"},
    "ours adds": {"en": "Hardtack adds µs", "zh": "Hardtack 增加 微秒"},
    "by the framework": {"en": "what the framework does around any session, µs", "zh": "框架围绕任何会话所做的，微秒"},
    "by the seal": {"en": "`Keyring.open` and `Keyring.seal`, µs", "zh": "`Keyring.open` 与 `Keyring.seal`，微秒"},
    "by the rest": {"en": "everything else of ours, µs", "zh": "我们其余的部分，微秒"},
}

_PARTS: Mapping[str, Mapping[str, str]] = {
    "find": {"en": "find the one cookie in the field", "zh": "在字段中找到唯一的 Cookie"},
    "base64 in": {"en": "base64, only as we write it", "zh": "base64，只接受我们的写法"},
    "base64 out": {"en": "base64", "zh": "base64"},
    "cipher": {"en": "AES-256-GCM", "zh": "AES-256-GCM"},
    "head": {"en": "msgpack: the head", "zh": "msgpack：头部"},
    "values": {"en": "msgpack: the values", "zh": "msgpack：值"},
    "lifetimes": {"en": "both lifetimes", "zh": "两种有效期"},
    "check": {"en": "check what is put in", "zh": "检查放入的内容"},
    "deadline": {"en": "the deadline", "zh": "截止时间"},
    "expiry": {"en": "the expiry, as bytes", "zh": "到期时间，写成字节"},
    "random": {"en": "12 random bytes of the system", "zh": "系统的 12 个随机字节"},
}

_KINDS: Mapping[str, Mapping[str, str]] = {
    "library": {"en": "a library's C code", "zh": "库的 C 代码"},
    "step": {"en": "a step of ours", "zh": "我们的步骤"},
    "bytecode": {"en": "{} instructions of Python", "zh": "{} 条 Python 指令"},
}

_GAUGES: Mapping[str, Mapping[str, str]] = {
    "layer-get": {
        "en": "added by the status layer to a request that needs nothing",
        "zh": "状态层给无所需求的请求增加的时间",
    },
    "layer-post": {"en": "the same, with content that is read", "zh": "同上，带有会被读取的内容"},
    "layer-unknown": {"en": "the same, asked on a condition", "zh": "同上，带有一个前置条件"},
    "layer-304": {"en": "the same, answered with 304", "zh": "同上，以 304 回答"},
    "layer-wsgi": {"en": "a request that needs nothing, WSGI", "zh": "无所需求的请求，WSGI"},
    "worker": {"en": "a serving worker at rest", "zh": "空闲的服务工作进程"},
    "worker, proportional": {
        "en": "the same, shared pages by their share (PSS)",
        "zh": "同上，共享页按份额计（PSS）",
    },
    "worker, private": {"en": "the same, only what is its own", "zh": "同上，只计自己独有的"},
    "more by the ended": {"en": "more with 10^6 ended sessions", "zh": "有 10^6 个已终止会话时多出"},
    "more by the ended, private": {"en": "the same, only what is its own", "zh": "同上，只计自己独有的"},
    "ready": {"en": "from start to ready", "zh": "从启动到就绪"},
    "ready with the ended": {
        "en": "from start to ready with 10^6 ended sessions",
        "zh": "有 10^6 个已终止会话时从启动到就绪",
    },
    "load": {"en": "of that, to read the 10^6 into memory", "zh": "其中把这 10^6 个读入内存"},
    "auth": {
        "en": "`/auth` more than a bare 204, of the processor's time",
        "zh": "`/auth` 比单纯的 204 多用的处理器时间",
    },
    "auth, alone": {"en": "the whole of it", "zh": "总共"},
    "auth behind nginx": {
        "en": "requests behind nginx, of as many as with a bare 204",
        "zh": "nginx 之后的请求次数与使用单纯的 204 时之比",
    },
    "auth behind nginx, a second": {"en": "requests behind nginx on this machine", "zh": "本机上 nginx 之后的请求次数"},
    "sign-ins": {"en": "sign-ins, of as many as bare argon2 allows", "zh": "登录次数与单纯 argon2 所容许次数之比"},
    "sign-ins a second": {"en": "sign-ins on this machine", "zh": "本机上的登录次数"},
    "p99, nobody signs in": {"en": "99 of 100 other requests, nobody signs in", "zh": "其他请求的 99%，无人登录时"},
    "p99, eight sign in": {"en": "99 of 100 other requests, eight sign in", "zh": "其他请求的 99%，八人同时登录时"},
    "sign-in": {
        "en": "wrong password, the account exists or not: difference of the medians",
        "zh": "密码错误，账户存在与否：中位数之差",
    },
    "forgot": {
        "en": "forgotten password, the account exists or not: the same",
        "zh": "忘记密码，账户存在与否：同上",
    },
    "sign-up": {
        "en": "sign-up by e-mail, the account exists or not: the same",
        "zh": "用邮箱注册，账户存在与否：同上",
    },
    "sign-in, no hash": {
        "en": "the control: no hash for unknown names, found out",
        "zh": "对照：对未知名字不做哈希，会被发现",
    },
}

_WORKS: Mapping[str, Mapping[str, str]] = {
    "seal": {"en": "seal", "zh": "密封"},
    "open": {"en": "open", "zh": "打开"},
    "field-open": {"en": "open, from the Cookie field", "zh": "打开（从 Cookie 字段起）"},
    "field-read": {"en": "open and read every key", "zh": "打开并读取每个键"},
    "field-save": {"en": "save, to the Set-Cookie field", "zh": "保存（到 Set-Cookie 字段止）"},
    "field-keep": {"en": "open and answer, nothing changed", "zh": "打开并应答，未作改动"},
    "flask-open": {"en": "`open_session`", "zh": "`open_session`"},
    "flask-read": {"en": "`open_session`, every key read", "zh": "`open_session`，读取每个键"},
    "flask-save": {"en": "`save_session`, changed", "zh": "`save_session`，有改动"},
    "flask-keep": {"en": "both, nothing changed", "zh": "两者，未作改动"},
    "starlette-reads": {
        "en": "added to a request that reads, Starlette",
        "zh": "给读取会话的请求增加的时间，Starlette",
    },
    "starlette-writes": {
        "en": "added to a request that writes, Starlette",
        "zh": "给写入会话的请求增加的时间，Starlette",
    },
    "flask-reads": {"en": "added to a request that reads, Flask", "zh": "给读取会话的请求增加的时间，Flask"},
    "flask-writes": {"en": "added to a request that writes, Flask", "zh": "给写入会话的请求增加的时间，Flask"},
    "django-reads": {"en": "added to a request that reads, Django", "zh": "给读取会话的请求增加的时间，Django"},
    "django-writes": {"en": "added to a request that writes, Django", "zh": "给写入会话的请求增加的时间，Django"},
    "crowd-open": {
        "en": "open: 100 keys, 10^6 accounts, 10^6 ended sessions",
        "zh": "打开：100 把密钥、10^6 个账户、10^6 个已终止会话",
    },
    "crowd-keys": {"en": "open: only the 100 keys", "zh": "打开：仅 100 把密钥"},
    "crowd-accounts": {"en": "open: only the 10^6 accounts", "zh": "打开：仅 10^6 个账户"},
    "crowd-ended": {"en": "open: only the 10^6 ended sessions", "zh": "打开：仅 10^6 个已终止会话"},
    "verdict": {"en": "verdict on one session", "zh": "对一个会话的裁定"},
    "weight": {"en": "size of the cookie's value", "zh": "Cookie 值的大小"},
}

_PEERS: Mapping[str, Mapping[str, str]] = {
    "itsdangerous": {"en": "itsdangerous as Flask configures it", "zh": "按 Flask 配置的 itsdangerous"},
    "signed only": {"en": "a lean signed token", "zh": "精简的签名令牌"},
    "starlette": {"en": "Starlette's session logic", "zh": "Starlette 的会话逻辑"},
    "starlette's middleware": {"en": "Starlette's middleware itself", "zh": "Starlette 的中间件本身"},
    "flask": {"en": "Flask's own", "zh": "Flask 自带"},
    "flask and the objects": {"en": "Flask's own, the objects made too", "zh": "Flask 自带，含创建对象"},
    "own": {"en": "the framework's own session", "zh": "框架自带的会话"},
    "floor": {"en": "the floor", "zh": "下限"},
    "few": {"en": "1 key, 10 accounts, none ended", "zh": "1 把密钥、10 个账户、没有已终止的会话"},
    "holds, none ended": {"en": "it holds; none was ended", "zh": "有效；没有已终止的会话"},
    "holds, many ended": {"en": "it holds; 10^6 others were ended", "zh": "有效；另有 10^6 个已终止"},
    "ended, many ended": {"en": "it was ended, as 10^6 were", "zh": "已终止；共有 10^6 个"},
    "hardtack": {"en": "Hardtack", "zh": "Hardtack"},
    "hardtack, unknown prefix": {"en": "Hardtack, unknown prefix", "zh": "Hardtack，未知前缀"},
    "hardtack, new ring": {"en": "Hardtack, new ring", "zh": "Hardtack，新密钥环"},
}

_SIZES: Mapping[str, Mapping[str, str]] = {
    "tiny": {"en": "tiny", "zh": "极小"},
    "typical": {"en": "typical", "zh": "典型"},
    "large": {"en": "large", "zh": "大"},
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its header, and its rows of as many cells."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """Return the table in Markdown."""
        lines = [self.header, ["---"] * len(self.header), *self.rows]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)

    def text(self) -> str:
        """Return the table in columns, without Markdown's marks."""
        lines = [[re.sub(r"[*`]", "", cell) for cell in line] for line in [self.header, *self.rows]]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n"
            for line in lines
        )


def _number(value: float) -> str:
    """Return *value* with the digits that mean something: two decimals below ten, one below a hundred."""
    size = abs(value)
    return f"{value:.2f}" if size < 10 else f"{value:.1f}" if size < 100 else f"{value:.0f}"


def _figure(figure: Figure, language: str) -> str:
    if figure.least == figure.greatest:
        return _number(figure.median)
    return f"{_number(figure.median)} ({_number(figure.least)}{_WORDS['to'][language]}{_number(figure.greatest)})"


def _verdict(reached: bool | None, language: str) -> str:
    return _WORDS["no target" if reached is None else "reached" if reached else "missed"][language]


def _aim(comparison: Comparison, language: str) -> str:
    if comparison.reach is None:
        return _WORDS["no target"][language]
    if comparison.sense == "times as much" and comparison.reach == 1:
        return _WORDS["smaller"][language]
    return _WORDS[comparison.sense][language].format(f"{comparison.reach:g}")


def _gauged(gauge: Gauge, language: str) -> str:
    return _WORDS[gauge.unit][language].format(_figure(gauge.figure, language))


def _most(gauge: Gauge, language: str) -> str:
    if gauge.reach is None:
        return _WORDS["no target"][language]
    how = {"of the rate": "at least", "% of a hash": "within"}.get(gauge.unit, "at most")
    return _WORDS[how][language].format(_WORDS[gauge.unit][language].format(f"{gauge.reach:g}"))


def summary(results: Results, language: str) -> Table:
    """Return the targets, what was measured, and whether it was enough."""
    header = [_WORDS[word][language] for word in ("work", "against", "target", "measured", "result")]
    rows = [
        [
            _WORKS[each.work][language],
            _PEERS[each.peer][language],
            _aim(each, language),
            _figure(each.ratio, language),
            _verdict(each.reached, language),
        ]
        for each in results.comparisons
        if each.reach is not None
    ]
    rows += [
        [
            f"`{each.what}`",
            _WORDS["no target"][language],
            _WORDS["under"][language].format(f"{each.reach:g}"),
            _figure(each.milliseconds, language),
            _verdict(each.reached, language),
        ]
        for each in results.imports
        if each.reach is not None
    ]
    rows += [
        [
            _GAUGES[each.what][language],
            _WORDS["no target"][language],
            _most(each, language),
            _gauged(each, language),
            _verdict(each.reached, language),
        ]
        for each in results.gauges
        if each.reach is not None
    ]
    return Table(header, rows)


def timed(row: int) -> Callable[[Results, str], Table]:
    """Return what lays out the timed comparisons of a row of the targets."""
    ours = {(target.work, target.peer): target.ours for target in TIMED}

    def lay_out(results: Results, language: str) -> Table:
        header = [
            *(_WORDS[word][language] for word in ("work", "payload", "against")),
            _WORDS["µs"][language].format(_PEERS[OURS][language]),
            *(_WORDS[word][language] for word in ("peer µs", "ratio", "target", "result")),
        ]
        rows = [
            [
                _WORKS[each.work][language],
                _SIZES[each.size][language],
                _PEERS[each.peer][language],
                _number(results.timing(each.work, each.size, ours[each.work, each.peer]).median),
                _number(results.timing(each.work, each.size, each.peer).median),
                _figure(each.ratio, language),
                _aim(each, language),
                _verdict(each.reached, language),
            ]
            for each in results.comparisons
            if each.row == row
        ]
        return Table(header, rows)

    return lay_out


def added(comparisons: Sequence[Comparison], timings: Sequence[Timing], language: str) -> Table:
    """Return what a session adds to a request, beside what the framework's own adds."""
    took = {(each.work, each.size, each.who): _number(each.microseconds.median) for each in timings}
    header = [
        _WORDS[word][language]
        for word in ("work", "payload", "bare", "its own adds", "ours adds", "ratio", "target", "result")
    ]
    rows = [
        [
            _WORKS[each.work][language],
            _SIZES[each.size][language],
            *(took[each.work, each.size, who] for who in (BARE, f"{OWN}{ADDED}", f"{OURS}{ADDED}")),
            _figure(each.ratio, language),
            _aim(each, language),
            _verdict(each.reached, language),
        ]
        for each in comparisons
        if each.work in NAMES
    ]
    return Table(header, rows)


def added_parts(timings: Sequence[Timing], language: str) -> Table:
    """Return what our part of it consists of."""
    took = {(each.work, each.who): each.microseconds.median for each in timings if each.size == AIMED_AT}
    header = [
        _WORDS[word][language] for word in ("work", "ours adds", "by the framework", "by the seal", "by the rest")
    ]
    rows = []
    for work in NAMES:
        ours, framework, seal = (took[work, f"{who}{ADDED}"] for who in (OURS, IDLE, UNSEALED))
        figures = (ours, framework, seal, ours - framework - seal)
        rows.append([_WORKS[work][language], *map(_number, figures)])
    return Table(header, rows)


def cold(results: Results, language: str) -> Table:
    """Return what sealing and opening cost beside the warm case."""
    header = [_WORDS[word][language] for word in ("work", "payload", "who", "time")]
    rows = [
        [
            _WORKS[each.work][language],
            _SIZES[each.size][language],
            _PEERS[each.who][language],
            _figure(each.microseconds, language),
        ]
        for each in results.timings
        if each.work in {"seal", "open"} and each.who.startswith(OURS) and each.size == AIMED_AT
    ]
    return Table(header, rows)


def weights(results: Results, language: str) -> Table:
    """Return the sizes of the cookies."""
    header = [_WORDS[word][language] for word in ("payload", "whose", "value", "field")]
    rows = [
        [_SIZES[each.size][language], _WEIGHED[each.who], str(each.value), str(each.field)] for each in results.weights
    ]
    return Table(header, rows)


_WEIGHED = {"hardtack": "Hardtack", "starlette": "Starlette", "flask": "Flask"}


def compared_weights(results: Results, language: str) -> Table:
    """Return our cookie's size by the peers'."""
    header = [_WORDS[word][language] for word in ("payload", "against", "ratio", "target", "result")]
    rows = [
        [
            _SIZES[each.size][language],
            _WEIGHED[each.peer],
            _figure(each.ratio, language),
            _aim(each, language),
            _verdict(each.reached, language),
        ]
        for each in results.comparisons
        if each.work == "weight"
    ]
    return Table(header, rows)


def imports(results: Results, language: str) -> Table:
    """Return how long the imports take."""
    header = [_WORDS[word][language] for word in ("import", "milliseconds", "target", "result")]
    rows = [
        [
            f"`{each.what}`",
            _figure(each.milliseconds, language),
            _WORDS["no target"][language]
            if each.reach is None
            else _WORDS["under"][language].format(f"{each.reach:g}"),
            _verdict(each.reached, language),
        ]
        for each in results.imports
    ]
    return Table(header, rows)


def verdicts(results: Results, language: str) -> Table:
    """Return how long the look at the ended sessions takes."""
    header = [_WORDS[word][language] for word in ("work", "who", "time")]
    rows = [
        [_WORKS[each.work][language], _PEERS[each.who][language], _figure(each.microseconds, language)]
        for each in results.timings
        if each.work == "verdict"
    ]
    return Table(header, rows)


def gauged(row: int) -> Callable[[Results, str], Table]:
    """Return what lays out the gauges of a row of the targets: what was measured by itself, beside no peer."""
    return lambda results, language: _gauges([each for each in results.gauges if each.row == row], language)


def _gauges(found: Sequence[Gauge], language: str) -> Table:
    header = [_WORDS[word][language] for word in ("what", "measured", "target", "result")]
    rows = [
        [
            _GAUGES[each.what][language],
            _gauged(each, language),
            _most(each, language),
            _verdict(each.reached, language),
        ]
        for each in found
    ]
    # A machine that cannot tell has no figures of some rows, and the page says so.
    return Table(header, rows or [["–"] * len(header)])


def parts(profile: Profile, language: str) -> Table:
    """Return where the time of one operation goes."""
    rows = [
        (
            f"`{each.name}`" if each.kind == "bytecode" else _PARTS[each.name][language],
            _KINDS[each.kind][language].format(each.instructions),
            each.microseconds,
        )
        for each in profile.parts
    ]
    of_libraries = sum(each.microseconds for each in profile.parts if each.kind == "library")
    rows += [
        (_WORDS["of libraries"][language], "", of_libraries),
        (_WORDS["all parts"][language], "", sum(each.microseconds for each in profile.parts)),
        (_WORDS["whole"][language], "", profile.whole),
    ]
    return Table(
        [_WORDS[word][language] for word in ("part", "kind", "microseconds", "share")],
        [[name, kind, _number(took), f"{100 * took / profile.whole:.0f} %"] for name, kind, took in rows],
    )


def breakdown(work: str) -> Callable[[Results, str], Table]:
    """Return what lays out where the time of one operation goes."""
    return lambda results, language: parts(next(each for each in results.profiles if each.work == work), language)


def day(results: Results, language: str) -> Table:
    """Return the simulated days, a column each."""
    names = ("workers", "restarts", "visitors", "requests", "sealed", "opened", "hits")
    rows = [[_WORDS[name][language], *(f"{getattr(each, name):,}" for each in results.days)] for name in names]
    shares = [f"{100 * each.hits / each.opened:.2f} %" for each in results.days]
    idle = [_WORDS["minutes"][language].format(f"{each.idle_seconds // 60:,}") for each in results.days]
    rows[3:3] = [[_WORDS["idle"][language], *idle]]
    rows.append([_WORDS["share of these"][language], *shares])
    numbers = [_WORDS["number"][language].format(number) for number in range(1, len(results.days) + 1)]
    return Table([_WORDS["assumed"][language], *numbers], rows)


def machine(results: Results, language: str) -> Table:
    """Return where, when and how it was measured."""
    found, method = results.machine, results.method
    pinned = _WORDS["no"][language] if method.cpu is None else str(method.cpu)
    told = {
        "measured on": results.date,
        "processor": found.cpu,
        "cores": str(found.cores),
        "system": found.system,
        "load": f"{found.load_before:.2f}, {found.load_after:.2f}",
        "rounds": str(method.rounds),
        "batch": f"{method.batch_milliseconds:g} ms",
        "pinned": pinned,
    }
    rows = [[_WORDS[name][language], value] for name, value in told.items()]
    rows.append(["Python", found.python])
    rows += [[name, version] for name, version in results.versions.items()]
    return Table([_WORDS["what"][language], ""], rows)


TABLES: Mapping[str, tuple[str, Callable[[Results, str], Table]]] = {
    "summary": ("The targets", summary),
    "tokens": ("Row 1: a payload into a token and back", timed(1)),
    "fields": ("Row 2: from the Cookie field to the Set-Cookie field", timed(2)),
    "breakdown-open": ("Row 2, opening: where the time goes", breakdown("field-open")),
    "breakdown-read": ("Row 2, opening and reading every key: where the time goes", breakdown("field-read")),
    "breakdown-save": ("Row 2, saving: where the time goes", breakdown("field-save")),
    "interfaces": ("Row 3: the session interface in Flask", timed(3)),
    "floor": ("Row 4: beside the floor", timed(4)),
    "cold": ("Row 4, cold: the typical payload when nothing is kept yet", cold),
    "sizes": ("Row 5: the cookies", weights),
    "compared-sizes": ("Row 5: our cookie beside the peers'", compared_weights),
    "added": (
        "Row 6: what the session adds to a request",
        lambda results, language: added(results.comparisons, results.timings, language),
    ),
    "added-parts": (
        "Row 6: what ours consists of",
        lambda results, language: added_parts(results.timings, language),
    ),
    "crowd": ("Row 11: many keys, accounts and ended sessions", timed(11)),
    "verdicts": ("Row 11: the look at the ended sessions alone", verdicts),
    "layer": ("Row 7: what the status layer adds to a request", gauged(7)),
    "memory": ("Row 12: a worker of the service", gauged(12)),
    "auth": ("Row 8: forward-auth beside a bare 204", gauged(8)),
    "rate": ("Row 9: sign-ins beside bare argon2", gauged(9)),
    "waiting": ("Row 10: others while people sign in", gauged(10)),
    "telling": ("What the time of an answer tells", gauged(0)),
    "imports": ("Row 12: imports", imports),
    "day": ("How often the derived key is at hand: a simulated day", day),
    "machine": ("Where, when and how", machine),
}
"""Every table by the name that marks its place, with its title for the terminal."""


def profiles(found: Sequence[Profile]) -> str:
    """Return where the time goes, for the terminal."""
    return "\n".join(f"{_WORKS[each.work]['en']}\n\n{parts(each, 'en').text()}" for each in found)


def gauges(found: Sequence[Gauge]) -> str:
    """Return what was measured by itself, for the terminal."""
    return _gauges(found, "en").text()


def text(results: Results) -> str:
    """Return everything, for the terminal."""
    return "\n".join(f"{title}\n\n{lay_out(results, 'en').text()}" for title, lay_out in TABLES.values())


def page(source: str, results: Results, language: str) -> str:
    """Return the page *source* with every marked table made anew from *results*.

    Raises:
        KeyError: if the page marks the place of a table that there is not.
    """

    def replace(match: re.Match[str]) -> str:
        _, lay_out = TABLES[match["name"]]
        return f"{match[1]}\n{lay_out(results, language).markdown()}\n{match[3]}"

    return _MARKED.sub(replace, source)


def marked(source: str) -> list[str]:
    """Return the names of the tables whose places a page marks."""
    return [match["name"] for match in _MARKED.finditer(source)]


def write_pages(results: Results) -> None:
    """Make the tables of both performance pages anew."""
    for language, path in PAGES.items():
        path.write_text(page(path.read_text("utf-8"), results, language), "utf-8")
