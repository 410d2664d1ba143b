"""``hardtack cookie``: say what a cookie is and what it holds, with the keys of this machine.

It reads from standard input: a token, ``name=value``, or a whole Cookie or Set-Cookie field; nothing of it is taken
from the command line, where other users could see it. The name decides for what purpose and in what context a cookie is
opened (``cookie_tries``); a token without a name is tried under the names that the settings give.

Values of session data stay hidden unless they are asked for, and a token is never repeated. Whether a session was
revoked is not looked up, since that takes the database.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from hardtack.cli import voice
from hardtack.cli.cookie_tries import UNSEALED, Tries, Try
from hardtack.cli.keys_place import Place
from hardtack.cli.logs import CONTROLS
from hardtack.errors import MisuseError
from hardtack.seal import Keyring, SealError, keytext, token
from hardtack.session import cookie, identity
from hardtack.session import data as form
from hardtack.site import Settings

MAX_INPUT = 1 << 20
"""The most bytes that are read; no Cookie field is as long."""

SAY = {
    "en": {
        "empty": "there is no cookie on standard input",
        "empty-hint": "pipe it in, such as: hardtack cookie < cookie.txt",
        "opened": "opened: sealed by one of these keys, and not changed since",
        "expired": "expired: it was sealed by one of these keys, and its end has come",
        "malformed": "malformed: not a sealed token, or cut off on the way",
        "unreadable": "malformed: sealed by one of these keys, but its contents are of another version",
        "unknown-key": "unknown-key: sealed under a key that is not in this keyring",
        "revoked-key": "unknown-key: sealed under a key that is revoked",
        "forged": "forged: changed on the way, or sealed for another name, realm, application or purpose",
        "forged-hint": "if the site has another realm or application than the default, say so with --realm and "
        "--application, for a gate its application's with --host; for a token without its name add --name",
        "visitor": "not sealed: a random value that ties a form to a browser that is not signed in",
        "start": "not sealed: a random value that ties a hand-off to the browser that has begun it",
        "which-host": "a gate, bound to the host of an application, and no rule in the settings names one",
        "which-host-hint": "say which with --host, or with --data where the settings are",
        "foreign": "not a cookie of Hardtack's by its name; if it is a session under another name, add --application",
        "hidden": "(add --values to see it)",
        "nobody": "nobody",
        "elsewhere": "kept on the server, not in the cookie",
    },
    "zh": {
        "empty": "标准输入中没有 Cookie",
        "empty-hint": "请用管道传入，例如：hardtack cookie < cookie.txt",
        "opened": "已打开：由本密钥环的密钥密封，且未被改动",
        "expired": "expired（已过期）：由本密钥环的密钥密封，但期限已到",
        "malformed": "malformed（格式不对）：不是密封令牌，或在传输中被截断",
        "unreadable": "malformed（格式不对）：由本密钥环的密钥密封，但内容属于另一版本",
        "unknown-key": "unknown-key（密钥未知）：密封它的密钥不在本密钥环中",
        "revoked-key": "unknown-key（密钥未知）：密封它的密钥已被吊销",
        "forged": "forged（不可信）：被改动过，或是为另一名称、领域、应用或用途密封的",
        "forged-hint": "若站点的领域或应用不是默认值，请用 --realm 与 --application 指定；"
        "通行证请用 --host 指明应用的主机；若令牌没有名称，请加上 --name",
        "visitor": "未密封：一个随机值，把表单与尚未登录的浏览器联系起来",
        "start": "未密封：一个随机值，把交接与发起它的浏览器联系起来",
        "which-host": "通行证，绑定于某个应用的主机，而设置中没有规则指明任何主机",
        "which-host-hint": "请用 --host 指明，或用 --data 指明设置所在的目录",
        "foreign": "从名称看不是 Hardtack 的 Cookie；若它是您自行命名的会话，请加上 --application",
        "hidden": "（加上 --values 可查看）",
        "nobody": "无人",
        "elsewhere": "保存在服务器上，不在 Cookie 中",
    },
}

_ATTRIBUTES = frozenset(
    ["path", "domain", "max-age", "expires", "secure", "httponly", "samesite", "partitioned", "priority"]
)
_TIMES = frozenset({"authenticated_at", "born", "issued", "deadline"})
_ELSEWHERE = form.encode(None)
"""What stands in the cookie of a session whose values are kept on the server."""
_WITH_KEY = frozenset({"opened", "expired", "unreadable", "unknown-key", "revoked-key", "forged"})
"""Outcomes of what is a token at least."""
_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


class Outcome(NamedTuple):
    """What became of a token.

    Args:
        word: which of the texts says it.
        what: for what it was sealed, if it opened.
        record: what it holds, if that could be read.
    """

    word: str
    what: Try | None = None
    record: Any = None


@click.command(name="cookie")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The data folder.  [default: hardtack-data]",
)
@click.option(
    "--keyring", type=click.Path(path_type=Path), metavar="PATH", help="The keyring, where it lies elsewhere."
)
@click.option("--name", default="", metavar="NAME", help="The cookie's name, where only its value is given.")
@click.option("--realm", metavar="REALM", help="The realm of the site.  [default: the setting]")
@click.option("--application", metavar="NAME", help="The application whose session it is.  [default: by the name]")
@click.option(
    "--host", metavar="HOST", help="The application's host to which a gate leads.  [default: those of the rules]"
)
@click.option("--values", is_flag=True, help="Print what the session holds too: it may be private.")
@click.pass_context
def command(
    context: click.Context,
    data: Path | None,
    keyring: Path | None,
    name: str,
    realm: str | None,
    application: str | None,
    host: str | None,
    values: bool,
) -> None:
    """Explain the cookie on standard input with the local keys.

    Takes a token, `name=value`, or a whole Cookie or Set-Cookie field. Exit status 0 if everything in it that is ours
    opened, else 1.
    """
    say = SAY[voice.language()]
    place = Place(keyring, data)
    ring = place.read()
    inside = place.application
    settings = Settings.load(None, os.environ, data=str(place.file.parent)) if inside is None else inside.settings
    found = cookies_in(sys.stdin.buffer.read(MAX_INPUT).decode(errors="replace"))
    if not found:
        raise MisuseError(say["empty"], say["empty-hint"])
    now = int(time.time())
    own = "site" if inside is None else inside.name
    tries = Tries.by(settings, realm=realm, application=application, host=host, own=own)
    words = set()
    for number, (own_name, value) in enumerate(found):
        outcome = judge(ring, own_name or name, value, tries, now)
        words.add(outcome.word)
        if number:
            click.echo()
        for label, line in explain(ring, own_name or name, value, outcome, now, values):
            click.echo(f"{label:<17} {CONTROLS.sub('�', line)}")
    for word in sorted({"forged", "which-host"} & words):
        voice.hint(say[f"{word}-hint"])
    context.exit(0 if "opened" in words and words <= {"opened", "foreign", *UNSEALED} else 1)


def cookies_in(text: str) -> list[tuple[str, str]]:
    """Return name and value of each cookie in *text*; the name of a bare value is empty.

    Promise: returns for any string, never raises.

    Args:
        text: one cookie or field a line; a Set-Cookie field has one cookie, attributes are left out.
    """
    found = []
    for line in text.splitlines():
        before, colon, after = line.partition(":")
        field = before.strip().lower() if colon else ""
        pairs = cookie.pairs(after if field in ("cookie", "set-cookie") else line)
        found += pairs[:1] if field == "set-cookie" else [pair for pair in pairs if not _is_attribute(*pair)]
    return found


def _is_attribute(name: str, value: str) -> bool:
    return (name or value).lower() in _ATTRIBUTES


def judge(ring: Keyring, name: str, value: str, tries: Tries, now: int) -> Outcome:
    """Return what becomes of a cookie that is opened with *ring* at *now*.

    Promise: returns for any *name* and *value*, never raises.
    """
    for word, names in UNSEALED.items():
        if names.fullmatch(name):
            return Outcome(word)
    outcome = Outcome("which-host" if tries.is_gate(name) else "foreign")
    for each in tries.of(name):
        outcome = _open(ring, value, each, now)
        if outcome.word != "forged":
            break
    if outcome.word == "unknown-key" and _key_state(ring, value) == "revoked":
        return Outcome("revoked-key")
    return outcome


def _open(ring: Keyring, value: str, what: Try, now: int) -> Outcome:
    word = "opened"
    try:
        opened = ring.open(value, purpose=what.purpose, context=what.context, now=now)
    except SealError as error:
        if error.reason != "expired":
            return Outcome(error.reason)
        word = "expired"
        # It is genuine, so what it held can be said; zero is before every end.
        opened = ring.open(value, purpose=what.purpose, context=what.context, now=0)
    try:
        return Outcome(word, what, what.decode(opened))
    except identity.UNDECODABLE:
        return Outcome("unreadable", what)


def explain(
    ring: Keyring, name: str, value: str, outcome: Outcome, now: int, values: bool
) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of a cookie, as labels and lines; nothing of its value.

    Args:
        ring: the keys.
        name: the cookie's name, or nothing.
        value: its value.
        outcome: what became of it.
        now: Unix time in seconds.
        values: whether values of session data may be shown.
    """
    say = SAY[voice.language()]
    if name:
        yield "cookie", name
    yield "outcome", say[outcome.word]
    identifier = _key_id(value) if outcome.word in _WITH_KEY else ""
    if identifier:
        yield "key", f"{identifier} {_key_state(ring, value)}".rstrip()
    if outcome.what is not None:
        yield "purpose", outcome.what.purpose.value
        yield "bound to", ", ".join(outcome.what.context)
    if outcome.record is not None:
        for field in outcome.record.__struct_fields__:
            held = getattr(outcome.record, field)
            if field == "values":
                yield from _values(held, say, values)
            else:
                yield field, _shown(field, held, say, now)


def _key_id(value: str) -> str:
    """Return the id in a token that was not malformed, in hexadecimal."""
    return token.decode(value)[1 : 1 + token.KEY_ID_SIZE].hex()


def _key_state(ring: Keyring, value: str) -> str:
    identifier = _key_id(value)
    return next((key.state for key in ring.keys if key.id == identifier), "")


def _shown(field: str, value: Any, say: dict[str, str], now: int) -> str:
    """Return a field of a record as text."""
    if field in _TIMES:
        return f"{keytext.moment(value)} ({_distance(value - now)})"
    if isinstance(value, bytes):
        return value.hex() or "-"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "-"
    if field == "account" and value is None:
        return say["nobody"]
    return json.dumps(value)


def _distance(seconds: int) -> str:
    """Return how far off a time is, in its largest whole unit, with the sign of the direction."""
    size, unit = next((each for each in _UNITS if abs(seconds) >= each[0]), _UNITS[-1])
    return f"{'+' if seconds > 0 else '-'}{abs(seconds) // size} {unit}" if seconds else "0 s"


def _values(encoded: msgspec.Raw, say: dict[str, str], values: bool) -> Iterator[tuple[str, str]]:
    """Yield each key of a session's data, with the type and size of what is under it."""
    if bytes(encoded) == _ELSEWHERE:
        yield "values", say["elsewhere"]
        return
    try:
        held = {key: msgspec.Raw(form.encode(value)) for key, value in form.decode_values(encoded).items()}
        decoded = {key: form.decode_value(value) for key, value in held.items()}
    except form.UNDECODABLE:
        yield "values", say["unreadable"]
        return
    for key, value in decoded.items():
        text = _written(value) if values else say["hidden"]
        yield "value", f"{key}: {type(value).__name__}, {len(held[key])} B {text}"


def _written(value: Any) -> str:
    """Return a value of session data as text: JSON, or as Python writes what JSON lacks, such as a key of bytes."""
    try:
        return json.dumps(value, ensure_ascii=False, default=_besides)
    except TypeError:
        return repr(value)


def _besides(value: Any) -> str:
    """Return what JSON lacks as text; an extension is a type of some framework's, which nothing here knows."""
    if isinstance(value, msgspec.msgpack.Ext):
        return f"extension {value.code}, {bytes(value.data).hex()}"
    return str(value)
