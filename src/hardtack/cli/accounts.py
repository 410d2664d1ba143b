"""``hardtack accounts``: add, list, disable and enable accounts, beside a server that is running or not.

The commands work on the database that ``hardtack serve`` would use with the same folder, file and environment, or
inside an application on its own. A password comes from the terminal, asked for twice, or from standard input; never
from the command line, where every user of the machine could read it. Disabling ends all sessions of the account in
every running process at once.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from hardtack.cli import columns, given, voice
from hardtack.errors import MisuseError, Refused, text_in
from hardtack.login import Account, Accounts, NoSuchAccount
from hardtack.login.passwords import MAX_BYTES
from hardtack.seal import Keyring
from hardtack.site.settings import Settings

SAY = {
    "en": {
        "added": "added {name}",
        "added-administrator": "added {name}, who may administer",
        "disabled": "disabled {name}: all sessions have ended",
        "enabled": "enabled {name}",
        "nobody": "there is no account {name!r}",
        "nobody-hint": "hardtack accounts list shows every account",
        "last": "no administrator can sign in now: enable one, or add another with --administrator",
        "password": "Password",
        "again": "Password again",
        "no-terminal": "there is no terminal to ask for the password on",
        "no-terminal-hint": "send it to standard input, with --password-stdin",
        "not-text": "the password on standard input is not UTF-8",
        "not-text-hint": "send one line of UTF-8 text",
        "differ": "the two passwords are not the same",
        "differ-hint": "run the command again",
        "columns": ("NAME", "ROLE", "STATE", "SINCE"),
        "administrator": "administrator",
        "member": "member",
        "is-disabled": "disabled",
        "active": "active",
    },
    "zh": {
        "added": "已添加 {name}",
        "added-administrator": "已添加管理员 {name}",
        "disabled": "已停用 {name}，其所有会话均已结束",
        "enabled": "已启用 {name}",
        "nobody": "没有名为 {name!r} 的账户",
        "nobody-hint": "hardtack accounts list 可列出所有账户",
        "last": "现在没有管理员可以登录：请启用一个，或用 --administrator 添加一个",
        "password": "密码",
        "again": "再次输入密码",
        "no-terminal": "没有可用来询问密码的终端",
        "no-terminal-hint": "请加上 --password-stdin，从标准输入传入密码",
        "not-text": "标准输入中的密码不是 UTF-8 文本",
        "not-text-hint": "请传入一行 UTF-8 文本",
        "differ": "两次输入的密码不一致",
        "differ-hint": "请重新运行该命令",
        "columns": ("名字", "角色", "状态", "创建时间"),
        "administrator": "管理员",
        "member": "成员",
        "is-disabled": "已停用",
        "active": "正常",
    },
}

_SENTENCE_END = re.compile(r"(?<=[^\s.]\.)\s+(?=[A-Z])|(?<=。)")


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which database is meant."""
    function = click.option("--database", metavar="URL", help="The database, if it is not in the data folder.")(
        function
    )
    return click.option("--data", metavar="DIR", help="The data folder.  [default: hardtack-data]")(function)


@click.group(name="accounts")
def command() -> None:
    """Add, list, disable and enable accounts."""


@command.command()
@click.argument("name")
@click.option("--administrator", is_flag=True, help="Let the account administer.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@_options
def add(name: str, administrator: bool, password_stdin: bool, data: str | None, database: str | None) -> None:
    """Add the account NAME; its password is asked for."""
    say = _say()
    with _accounts(data, database) as accounts:
        password = _password_from_input() if password_stdin else _password_from_terminal()
        try:
            account = accounts.add(name, password, administrator=administrator, now=int(time.time()))
        except Refused as refused:
            raise _misuse(refused) from None
    voice.say(say["added-administrator" if administrator else "added"].format(name=account.display_name))


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
@_options
def list_(as_json: bool, data: str | None, database: str | None) -> None:
    """Print every account, by name."""
    with _accounts(data, database) as accounts:
        found = accounts.list()
    if as_json:
        for account in found:
            click.echo(json.dumps(_described(account), ensure_ascii=False))
        return
    say = _say()
    rows = [say["columns"], *(_row(account) for account in found)]
    widths = [max(columns.width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        padded = (columns.pad(cell, width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


@command.command()
@click.argument("name")
@_options
def disable(name: str, data: str | None, database: str | None) -> None:
    """Let NAME sign in no more, and end all its sessions at once."""
    say = _say()
    with _accounts(data, database) as accounts:
        account = accounts.disable(name, int(time.time()))
        everybody = accounts.list()
    voice.say(say["disabled"].format(name=account.display_name))
    if not any(one.administrator and not one.disabled for one in everybody):
        voice.hint(say["last"])


@command.command()
@click.argument("name")
@_options
def enable(name: str, data: str | None, database: str | None) -> None:
    """Let NAME sign in again."""
    with _accounts(data, database) as accounts:
        account = accounts.enable(name, int(time.time()))
    voice.say(_say()["enabled"].format(name=account.display_name))


def _say() -> dict[str, Any]:
    return SAY[voice.language()]


@contextmanager
def _accounts(data: str | None, database: str | None) -> Iterator[Accounts]:
    """Open the accounts that ``hardtack serve`` would open, or those of the application."""
    inside = given.application() if data is None else None
    if inside is not None:
        settings, keyring = inside.settings, inside.keyring
        if database is not None:
            settings = msgspec.structs.replace(settings, database=database)
    else:
        settings = Settings.load(None, os.environ, data=data, database=database)
        in_environment = os.environ.get("HARDTACK_KEYRING")
        keyring = Keyring.from_env() if in_environment else Keyring.load(settings.keyring_path)
    with Accounts.connect(settings.database_url, keyring=keyring) as accounts:
        try:
            yield accounts
        except NoSuchAccount as missing:
            say = _say()
            raise MisuseError(say["nobody"].format(name=missing.name), say["nobody-hint"]) from None


def _password_from_terminal() -> str:
    say = _say()
    if not sys.stdin.isatty():
        raise MisuseError(say["no-terminal"], say["no-terminal-hint"])
    password: str = click.prompt(say["password"], hide_input=True, err=True)
    if password != click.prompt(say["again"], hide_input=True, err=True):
        raise MisuseError(say["differ"], say["differ-hint"])
    return password


def _password_from_input() -> str:
    """Return standard input up to its end, without the one line end that a terminal or ``echo`` adds."""
    # Whatever is longer is too long in any case, so no more of it need be read.
    sent = sys.stdin.buffer.read(2 * MAX_BYTES)
    if sent.endswith(b"\n"):
        sent = sent[:-1].removesuffix(b"\r")
    try:
        return sent.decode()
    except UnicodeDecodeError:
        say = _say()
        raise MisuseError(say["not-text"], say["not-text-hint"]) from None


def _misuse(refused: Refused) -> MisuseError:
    """Return what a visitor would be told, in the voice of the command line: what is wrong, then what to do."""
    language = voice.language()
    texts = dict.fromkeys(text_in(text, language) or "" for text in (refused.detail, *refused.fields.values()))
    sentences = [sentence for text in texts for sentence in _SENTENCE_END.split(text)]
    spoken = [sentence.strip().rstrip(".。") for sentence in sentences]
    problem, *hints = [sentence[:1].lower() + sentence[1:] for sentence in spoken if sentence]
    return MisuseError(problem, "\n".join(hints))


def _described(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "display_name": account.display_name,
        "administrator": account.administrator,
        "disabled": account.disabled,
        "created": _moment(account.created),
    }


def _row(account: Account) -> tuple[str, ...]:
    say = _say()
    return (
        account.display_name,
        say["administrator" if account.administrator else "member"],
        say["is-disabled" if account.disabled else "active"],
        _moment(account.created),
    )


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
