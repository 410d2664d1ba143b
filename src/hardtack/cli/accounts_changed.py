"""``hardtack accounts roles``, ``invite``, ``withdraw``, ``reset``, ``close`` and their like: what the operator does.

A link is the only thing on standard output, so that it can be handed on; it is printed once and kept nowhere. Nobody's
password is asked for, seen or set here. Everything is in the audit trail as done by the operator.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from hardtack.cli import shown, voice
from hardtack.cli.accounts_opened import begins, guessed, opened, opened_with, options
from hardtack.errors import MisuseError
from hardtack.login.audit import OPERATOR

SAY: dict[str, dict[str, Any]] = {
    "en": {
        "roles": "roles of {name}: {roles}",
        "no-roles": "{name} has no roles",
        "administrates": "{name} may administer",
        "nothing-said": "say which roles, or --none, --administrator or --no-administrator",
        "invited": "the link makes one account, until {until}",
        "invited-hint": "hand it to whoever is meant; it is printed this once",
        "mailed": "it is also sent to {email}",
        "sign-up-off": "sign-up is off: the link is worth nothing until the setting sign_up is changed",
        "withdrawn": "withdrawn",
        "no-invitation": "there is no such invitation that could be withdrawn",
        "no-invitation-hint": "hardtack accounts invitations shows every one",
        "reset-mailed": "a link to set a new password is on its way to {email}",
        "reset-mailed-hint": "it is sent while hardtack serve runs",
        "reset": "the link sets a new password; it works once and for half an hour",
        "reset-hint": "hand it to the owner of the account and to nobody else",
        "forgotten": "the old password does not count any more, and all sessions have ended",
        "reset-factors": "the second factor of {name} is taken away with the first sign-in after {due} (UTC)",
        "reset-factors-told": "the owner is told by mail and can call it off until then",
        "reset-factors-untold": "the owner has no address, so nobody tells them but you",
        "kept-factors": "the reset is called off: the second factor of {name} stays",
        "nothing-to-keep": "{name} has no reset under way",
        "close": "Close {name} for ever? Its name is never given out again",
        "unsure": "closing cannot be undone, and there is no terminal to ask on",
        "unsure-hint": "add --yes if it is meant",
        "closed": "closed {name}: all sessions have ended, and the name is never given out again",
        "everybody": "End every sign-in of every account?",
        "everybody-unsure": "it signs everybody out, and there is no terminal to ask on",
        "everybody-ends": "ending every sign-in",
        "everybody-out": "nobody is signed in any more",
    },
    "zh": {
        "roles": "{name} 的角色：{roles}",
        "no-roles": "{name} 没有角色",
        "administrates": "{name} 可以管理本站",
        "nothing-said": "请指定角色，或使用 --none、--administrator、--no-administrator",
        "invited": "此链接可以注册一个账户，有效至 {until}",
        "invited-hint": "请交给受邀的人；它只显示这一次",
        "mailed": "链接也会发往 {email}",
        "sign-up-off": "注册已关闭：在更改设置项 sign_up 之前，此链接无效",
        "withdrawn": "已撤回",
        "no-invitation": "没有可以撤回的这个邀请",
        "no-invitation-hint": "hardtack accounts invitations 可列出所有邀请",
        "reset-mailed": "设置新密码的链接将发往 {email}",
        "reset-mailed-hint": "hardtack serve 运行时才会发送",
        "reset": "此链接可以设置新密码，30 分钟内有效，只能使用一次",
        "reset-hint": "请只交给账户的主人",
        "forgotten": "原密码不再有效，所有会话均已结束",
        "close": "要永久注销 {name} 吗？此用户名不会再给别人使用",
        "reset-factors": "{due}（UTC）之后首次登录时，{name} 的第二重验证将被移除",
        "reset-factors-told": "主人会收到邮件通知，在此之前可以取消",
        "reset-factors-untold": "主人没有邮箱，只有您能告知",
        "kept-factors": "重置已取消：{name} 的第二重验证保持不变",
        "nothing-to-keep": "{name} 没有正在进行的重置",
        "unsure": "注销无法撤销，而且没有可用来确认的终端",
        "unsure-hint": "如果确定，请加上 --yes",
        "closed": "已注销 {name}：所有会话均已结束，此用户名不会再给别人使用",
        "everybody": "要结束所有账户的所有登录吗？",
        "everybody-unsure": "这会让所有人退出登录，而且没有可用来确认的终端",
        "everybody-ends": "正在结束所有登录",
        "everybody-out": "现在没有任何人处于登录状态",
    },
}


def _say() -> dict[str, Any]:
    return SAY[voice.language()]


@click.command()
@click.argument("name")
@click.argument("given", metavar="[ROLE]...", nargs=-1)
@click.option("--none", "no_roles", is_flag=True, help="Take every role away.")
@click.option("--administrator/--no-administrator", default=None, help="Whether the account may administer.")
@options
def roles(
    name: str,
    given: tuple[str, ...],
    no_roles: bool,
    administrator: bool | None,
    data: str | None,
    database: str | None,
) -> None:
    """Set the roles of NAME, or whether it may administer.

    It has these roles afterwards and no others.
    """
    say = _say()
    if not given and not no_roles and administrator is None:
        raise click.UsageError(say["nothing-said"])
    with opened(data, database) as accounts:
        before = accounts.named(name)
        account = accounts.administration.set_roles(
            before.id,
            given if given or no_roles else before.roles,
            before.administrator if administrator is None else administrator,
            OPERATOR,
            int(time.time()),
        )
    listed = ", ".join(account.roles)
    voice.say(say["roles" if listed else "no-roles"].format(name=account.display_name, roles=listed))
    if account.administrator:
        voice.say(say["administrates"].format(name=account.display_name))


@click.command()
@click.option("--email", metavar="ADDRESS", help="The only address that it is good for; it is sent there, too.")
@click.option("--role", "given", metavar="ROLE", multiple=True, help="A role of the account; may be given again.")
@click.option("--days", type=click.IntRange(1, 90), default=7, show_default=True, help="For how long it is good.")
@click.option("--origin", metavar="URL", help="The public origin, if no file and no variable says it.")
@options
def invite(
    email: str | None, given: tuple[str, ...], days: int, origin: str | None, data: str | None, database: str | None
) -> None:
    """Print a link with which somebody may make an account."""
    say = _say()
    now = int(time.time())
    with opened_with(data, database) as (settings, prefix, accounts):
        address = begins(settings, prefix, origin)
        mailed = email is not None and settings.mail_url is not None
        _, code = accounts.invitations.make(
            email=email,
            roles=given,
            lifetime=days * 86_400,
            by_mail=mailed,
            language=voice.language(),
            now=now,
        )
    click.echo(f"{address}/sign-up?code={code}")
    voice.say(say["invited"].format(until=time.strftime("%Y-%m-%d", time.gmtime(now + days * 86_400))))
    if mailed:
        voice.say(say["mailed"].format(email=email))
    voice.hint(say["invited-hint"] if settings.invites else say["sign-up-off"])
    voice.hint(guessed(settings, origin))


@click.command()
@click.argument("identifier", metavar="ID")
@options
def withdraw(identifier: str, data: str | None, database: str | None) -> None:
    """Withdraw the invitation ID."""
    say = _say()
    try:
        number = bytes.fromhex(identifier)
    except ValueError:
        number = b""
    with opened(data, database) as accounts:
        done = accounts.invitations.withdraw(number, now=int(time.time()))
    if not done:
        raise MisuseError(say["no-invitation"], say["no-invitation-hint"])
    voice.say(say["withdrawn"])


@click.command()
@click.argument("name")
@click.option("--forget-password", is_flag=True, help="Let the present password and all sessions end at once.")
@click.option("--origin", metavar="URL", help="The public origin, if no file and no variable says it.")
@options
def reset(name: str, forget_password: bool, origin: str | None, data: str | None, database: str | None) -> None:
    """Make a link for a new password of NAME.

    It goes to the owner by mail or, where that cannot be sent, is printed.
    """
    say = _say()
    with opened_with(data, database) as (settings, prefix, accounts):
        address = begins(settings, prefix, origin)
        account = accounts.named(name)
        code = accounts.recovery.start(
            account.id,
            OPERATOR,
            int(time.time()),
            forget_password=forget_password,
            by_mail=settings.mail_url is not None,
        )
    if code is not None:
        click.echo(f"{address}/reset?code={code}")
    voice.say(say["reset-mailed" if code is None else "reset"].format(email=account.email))
    if forget_password:
        voice.say(say["forgotten"])
    voice.hint(say["reset-mailed-hint" if code is None else "reset-hint"])
    if code is not None:
        voice.hint(guessed(settings, origin))


@click.command(name="reset-factors")
@click.argument("name")
@click.option("--cancel", is_flag=True, help="Call off the reset that is under way.")
@options
def reset_factors(name: str, cancel: bool, data: str | None, database: str | None) -> None:
    """Take the second factor of NAME away, who has lost it.

    It takes effect after the waiting time of the setting factor_reset_wait, in which the owner can call it off. Nobody
    is signed in before a new one is set up.
    """
    say = _say()
    now = int(time.time())
    with opened(data, database) as accounts:
        account = accounts.named(name)
        if cancel:
            done = accounts.factor_reset.call_off(account.id, now=now, actor_id=OPERATOR)
            voice.say(say["kept-factors" if done else "nothing-to-keep"].format(name=account.display_name))
            return
        row = accounts.factor_reset.ask(account.id, actor_id=OPERATOR, now=now)
    due = time.strftime("%Y-%m-%d %H:%M", time.gmtime(row.due))
    voice.say(say["reset-factors"].format(name=account.display_name, due=due))
    voice.hint(say["reset-factors-untold" if account.email is None else "reset-factors-told"])


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options
def close(name: str, yes: bool, data: str | None, database: str | None) -> None:
    """Close NAME for ever."""
    say = _say()
    with opened(data, database) as accounts:
        account = accounts.named(name)
        if not yes:
            if not sys.stdin.isatty():
                raise MisuseError(say["unsure"], say["unsure-hint"])
            click.confirm(say["close"].format(name=account.display_name), abort=True, err=True)
        accounts.closing.close_for(account.id, actor_id=OPERATOR, now=int(time.time()))
    voice.say(say["closed"].format(name=account.display_name))


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@options
def sign_out_all(yes: bool, data: str | None, database: str | None) -> None:
    """End every sign-in of every account at once."""
    say = _say()
    with opened(data, database) as accounts:
        if not yes:
            if not sys.stdin.isatty():
                raise MisuseError(say["everybody-unsure"], say["unsure-hint"])
            click.confirm(say["everybody"], abort=True, err=True)
        with shown.meanwhile(lambda: say["everybody-ends"]):
            accounts.sign_ins.end_everybody(int(time.time()), actor_id=OPERATOR)
    voice.say(say["everybody-out"])


COMMANDS = (roles, invite, withdraw, reset, reset_factors, close, sign_out_all)
