"""``hardtack accounts``: everything about accounts, beside a server that is running or not.

The commands work on the database that ``hardtack serve`` would use with the same folder, file and environment, or
inside an application on its own. A password comes from the terminal, asked for twice, or from standard input; never
from the command line, where every user of the machine could read it. Disabling ends all sessions of the account in
every running process at once.
"""

from __future__ import annotations

import json
import time
from typing import Any

import click

from hardtack.cli import accounts_changed, accounts_seen, asking, columns, shown, voice
from hardtack.cli.accounts_opened import begins, described, guessed, moment, opened, opened_with, options
from hardtack.errors import Refused
from hardtack.login import Account

SAY: dict[str, dict[str, Any]] = {
    "en": {
        "reads": "reading the accounts",
        "added": "added {name}",
        "added-administrator": "added {name}, who may administer",
        "disabled": "disabled {name}: all sessions have ended",
        "enabled": "enabled {name}",
        "release": "the link makes the browser known in which it is opened; it works once and for an hour",
        "release-hint": "hand it to the owner of the account and to nobody else; it signs nobody in",
        "last": "no administrator can sign in now: enable one, or add another with --administrator",
        "columns": ("NAME", "ROLE", "STATE", "SINCE"),
        "administrator": "administrator",
        "member": "member",
        "is-disabled": "disabled",
        "active": "active",
    },
    "zh": {
        "reads": "正在读取账户",
        "added": "已添加 {name}",
        "added-administrator": "已添加管理员 {name}",
        "disabled": "已停用 {name}，其所有会话均已结束",
        "enabled": "已启用 {name}",
        "release": "在哪个浏览器中打开此链接，哪个浏览器就成为已知设备；1 小时内有效，只能使用一次",
        "release-hint": "请只交给账户本人；链接本身不会登录任何人",
        "last": "现在没有管理员可以登录：请启用一个，或用 --administrator 添加一个",
        "columns": ("用户名", "角色", "状态", "创建时间"),
        "administrator": "管理员",
        "member": "成员",
        "is-disabled": "已停用",
        "active": "正常",
    },
}


@click.group(name="accounts")
def command() -> None:
    """Add, list, show, change, release and close accounts; invite; read the audit trail."""


@command.command()
@click.argument("name")
@click.option("--administrator", is_flag=True, help="Let the account administer.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@options
def add(name: str, administrator: bool, password_stdin: bool, data: str | None, database: str | None) -> None:
    """Add the account NAME; its password is asked for."""
    say = _say()
    with opened(data, database) as accounts:
        password = asking.password_from_input() if password_stdin else asking.password_from_terminal()
        try:
            account = accounts.add(name, password, administrator=administrator, now=int(time.time()))
        except Refused as refused:
            raise asking.misuse(refused) from None
    voice.say(say["added-administrator" if administrator else "added"].format(name=account.display_name))


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
@options
def list_(as_json: bool, data: str | None, database: str | None) -> None:
    """Print every account, by name."""
    say = _say()
    with opened(data, database) as accounts, shown.meanwhile(lambda: say["reads"]):
        found = accounts.list()
    if as_json:
        for account in found:
            click.echo(json.dumps(described(account), ensure_ascii=False))
        return
    for line in columns.table([say["columns"], *(_row(account) for account in found)]):
        click.echo(line)


@command.command()
@click.argument("name")
@options
def disable(name: str, data: str | None, database: str | None) -> None:
    """Let NAME sign in no more, and end all its sessions at once."""
    say = _say()
    with opened(data, database) as accounts:
        account = accounts.disable(name, int(time.time()))
        everybody = accounts.list()
    voice.say(say["disabled"].format(name=account.display_name))
    if not any(one.administrator and not one.disabled for one in everybody):
        voice.hint(say["last"])


@command.command()
@click.argument("name")
@options
def enable(name: str, data: str | None, database: str | None) -> None:
    """Let NAME sign in again."""
    with opened(data, database) as accounts:
        account = accounts.enable(name, int(time.time()))
    voice.say(_say()["enabled"].format(name=account.display_name))


@command.command()
@click.argument("name")
@click.option("--origin", metavar="URL", help="The public origin, if no file and no variable says it.")
@options
def release(name: str, origin: str | None, data: str | None, database: str | None) -> None:
    """Print a link that lets the owner of NAME sign in again.

    For an owner whom others' wrong passwords keep out, and who has neither a browser that the account knows nor mail.
    """
    say = _say()
    with opened_with(data, database) as (settings, prefix, accounts):
        address = begins(settings, prefix, origin)
        code = accounts.release.make(name, now=int(time.time()))
    click.echo(f"{address}/release?code={code}")
    voice.say(say["release"])
    voice.hint(say["release-hint"])
    voice.hint(guessed(settings, origin))


def _say() -> dict[str, Any]:
    return SAY[voice.language()]


def _row(account: Account) -> tuple[str, ...]:
    say = _say()
    return (
        account.display_name,
        say["administrator" if account.administrator else "member"],
        say["is-disabled" if account.disabled else "active"],
        moment(account.created),
    )


for _each in (*accounts_seen.COMMANDS, *accounts_changed.COMMANDS):
    command.add_command(_each)
