"""Whether caches are told rightly what they may keep (RFC 9111, RFC 6585 §3 to §6)."""

from __future__ import annotations

from hardtack.status.facts import FACTS
from hardtack.status.lint.exchange import Rule, Seen, number, shown

_NEVER = frozenset(code for code, facts in FACTS.items() if facts.cache == "never")
_SECONDS = ("max-age", "s-maxage", "stale-while-revalidate", "stale-if-error")


def _refusal(seen: Seen) -> str | None:
    if seen.status not in _NEVER or "no-store" in seen.directives:
        return None
    kept = [name for name in ("max-age", "s-maxage", "public") if name in seen.directives]
    kept = [name for name in kept if seen.directives[name] != "0"]
    expires = [] if "max-age" in seen.directives or "expires" not in seen.fields else ["expires"]
    later = [name for name in expires if (date := seen.date(seen.fields.get(name))) is not None and _after(seen, date)]
    return ", ".join([*kept, *later]) or None


def _after(seen: Seen, expires: int) -> bool:
    date = seen.date(seen.fields.get("date"))
    return date is None or expires > date


def _seconds(seen: Seen) -> str | None:
    for name in _SECONDS:
        if name in seen.directives and number(seen.directives[name]) is None:
            return f"{name}={shown(seen.directives[name])}"
    return None


def _agree(seen: Seen) -> str | None:
    both = "no-store" in seen.directives and any(seen.directives.get(name, "0") != "0" for name in _SECONDS)
    return seen.show("Cache-Control") if both else None


def _age(seen: Seen) -> str | None:
    return seen.show("Age") if any(number(value.strip()) is None for value in seen.fields.all("age")) else None


RULES: tuple[Rule, ...] = (
    Rule(
        "refusal-is-not-stored",
        "error",
        "RFC 6585 §3, §4, §5, §6",
        _refusal,
        "428, 429, 431 and 511 are not stored, or everybody is refused for one: send Cache-Control: no-store.",
        "428、429、431、511 不得保存，否则一人受限、人人受限：请发送 Cache-Control: no-store。",
    ),
    Rule(
        "lifetime-is-a-number",
        "error",
        "RFC 9111 §1.2.2, §5.2.2",
        _seconds,
        "A lifetime is whole seconds, and caches take anything else for none: write a number.",
        "期限是整数秒数，其他写法会被缓存当作没有：请写数字。",
    ),
    Rule(
        "storing-is-said-once",
        "warning",
        "RFC 9111 §5.2.2.5",
        _agree,
        "no-store and a lifetime contradict each other, and no-store counts: send one of them.",
        "no-store 与期限互相矛盾，以 no-store 为准：只发送其中一个。",
    ),
    Rule(
        "age-is-a-number",
        "error",
        "RFC 9111 §5.1",
        _age,
        "Age is whole seconds: write a number, or leave it to caches.",
        "Age 是整数秒数：请写数字，或留给缓存去写。",
    ),
)
"""The rules of this file."""
