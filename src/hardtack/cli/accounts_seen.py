"""``hardtack accounts show``, ``sessions``, ``audit``, ``invitations`` and ``export``: what there is, printed.

Data goes to standard output, as a table for people or, with ``--json``, one object a line. No secret is among it.
Looking changes nothing, but for ``sessions --end-all``, and for the event that says that data was exported.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import click

from hardtack.cli import columns, voice
from hardtack.cli.accounts_opened import described, moment, opened, options
from hardtack.login import Accounts, audit
from hardtack.login.activity import Entry
from hardtack.login.audit import OPERATOR
from hardtack.login.device_names import in_words
from hardtack.site import event_words, texts

SAY: dict[str, dict[str, Any]] = {
    "en": {
        "facts": ("NAME", "NUMBER", "ADDRESS", "ROLE", "ROLES", "STATE", "SINCE"),
        "sign-ins": ("DEVICE", "FROM", "BEGAN", "LAST USED"),
        "invitations": ("ID", "FOR", "STATE", "ROLES", "UNTIL"),
        "administrator": "administrator",
        "member": "member",
        "is-disabled": "disabled",
        "active": "active",
        "anybody": "whoever has the link",
        "nowhere": "{name} is not signed in anywhere",
        "ended": "{name} is not signed in anywhere any more",
        "none": "nobody has been invited",
        "nothing": "nothing of that is in the trail",
    },
    "zh": {
        "facts": ("用户名", "编号", "邮箱", "身份", "角色", "状态", "创建时间"),
        "sign-ins": ("设备", "来自", "开始", "最近使用"),
        "invitations": ("编号", "给谁", "状态", "角色", "有效至"),
        "administrator": "管理员",
        "member": "成员",
        "is-disabled": "已停用",
        "active": "正常",
        "anybody": "持有链接的人",
        "nowhere": "{name} 没有在任何地方登录",
        "ended": "{name} 的所有登录均已结束",
        "none": "还没有邀请过任何人",
        "nothing": "审计记录中没有符合条件的内容",
    },
}

_STATES = {
    "open": {"en": "open", "zh": "未使用"},
    "used": {"en": "used", "zh": "已使用"},
    "withdrawn": {"en": "withdrawn", "zh": "已撤回"},
    "expired": {"en": "expired", "zh": "已过期"},
}


def _say() -> dict[str, Any]:
    return SAY[voice.language()]


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@options
def show(name: str, as_json: bool, data: str | None, database: str | None) -> None:
    """Print what is known of NAME."""
    with opened(data, database) as accounts:
        account = accounts.named(name)
    if as_json:
        click.echo(json.dumps(described(account), ensure_ascii=False))
        return
    say = _say()
    values = (
        account.display_name,
        str(account.id),
        account.email or "-",
        say["administrator" if account.administrator else "member"],
        " ".join(account.roles) or "-",
        say["is-disabled" if account.disabled else "active"],
        moment(account.created),
    )
    for line in columns.table(list(zip(say["facts"], values, strict=True))):
        click.echo(line)


@click.command()
@click.argument("name")
@click.option("--end-all", is_flag=True, help="End every one of them at once.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
@options
def sessions(name: str, end_all: bool, as_json: bool, data: str | None, database: str | None) -> None:
    """Print where NAME is signed in, or end it everywhere."""
    now = int(time.time())
    say = _say()
    with opened(data, database) as accounts:
        account = accounts.named(name)
        if end_all:
            accounts.sign_ins.end_all(account.id, now, actor_id=OPERATOR)
            voice.say(say["ended"].format(name=account.display_name))
            return
        found = accounts.sign_ins.list(account.id, now)
    if as_json:
        for one in found:
            click.echo(
                json.dumps(
                    {
                        "id": one.id,
                        "device": one.whence.device,
                        "client": one.whence.client,
                        "place": one.whence.place,
                        "began": moment(one.began),
                        "last_seen": moment(one.last_seen),
                        "factors": list(one.factors),
                    },
                    ensure_ascii=False,
                )
            )
        return
    if not found:
        voice.say(say["nowhere"].format(name=account.display_name))
        return
    rows = [
        (
            in_words(one.whence.device, voice.language()) or "-",
            " ".join(filter(None, (one.whence.client, one.whence.place))) or "-",
            moment(one.began),
            moment(one.last_seen),
        )
        for one in found
    ]
    for line in columns.table([say["sign-ins"], *rows]):
        click.echo(line)


@click.command(name="audit")
@click.option("--account", metavar="NAME", help="Only what happened to this account.")
@click.option("--event", type=click.Choice(audit.EVENTS), metavar="EVENT", help="Only this event.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="From this day on (UTC).")
@click.option("--last", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
@options
def audit_(
    account: str | None,
    event: str | None,
    since: datetime | None,
    last: int,
    as_json: bool,
    data: str | None,
    database: str | None,
) -> None:
    """Print the audit trail, the newest first."""
    start = None if since is None else int(since.replace(tzinfo=UTC).timestamp())
    found = False
    with opened(data, database) as accounts:
        number = None if account is None else accounts.named(account).id
        for entry in _entries(accounts, last, account_id=number, event=event, since=start):
            found = True
            click.echo(json.dumps(event_words.described(entry), ensure_ascii=False) if as_json else _line(entry))
    if not found and not as_json:
        voice.say(_say()["nothing"])


def _entries(accounts: Accounts, last: int, **asked: Any) -> Any:
    """Yield the newest entries, reading a page at a time."""
    before: str | None = ""
    while last > 0 and before is not None:
        page = accounts.activity.all(before=before, limit=min(last, 1000), **asked)
        yield from page.entries
        last, before = last - len(page.entries), page.older


def _line(entry: Entry) -> str:
    told = event_words.told(texts.OURS, voice.language(), entry)
    what = ": ".join(filter(None, (told.what, told.why)))
    return "  ".join(filter(None, (told.machine_at, told.whose or "-", what, *told.details, told.by)))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
@options
def invitations(as_json: bool, data: str | None, database: str | None) -> None:
    """Print who was invited and what became of it."""
    now = int(time.time())
    with opened(data, database) as accounts:
        found = accounts.invitations.list()
    if as_json:
        for one in found:
            click.echo(
                json.dumps(
                    {
                        "id": one.id.hex(),
                        "state": one.state(now),
                        "email": one.email,
                        "roles": list(one.roles),
                        "created": moment(one.created),
                        "until": moment(one.until),
                        "invited_by": one.invited_by,
                        "account_id": one.account_id,
                    },
                    ensure_ascii=False,
                )
            )
        return
    say = _say()
    if not found:
        voice.say(say["none"])
        return
    rows = [
        (
            one.id.hex(),
            one.email or say["anybody"],
            _STATES[one.state(now)][voice.language()],
            " ".join(one.roles) or "-",
            moment(one.until),
        )
        for one in found
    ]
    for line in columns.table([say["invitations"], *rows]):
        click.echo(line)


@click.command()
@click.argument("name")
@options
def export(name: str, data: str | None, database: str | None) -> None:
    """Print all that is kept about NAME, as JSON."""
    with opened(data, database) as accounts:
        account = accounts.named(name)
        document = accounts.export.document(account, client="", now=int(time.time()), actor_id=OPERATOR)
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


COMMANDS = (show, sessions, audit_, invitations, export)
