"""``hardtack database``: bring the database's schema up to date, say how it is, and copy it to the other engine.

The service does the former by itself at each start. Doing it before is for whoever does not let a service change
tables, or wants to see it happen before the first of many nodes is replaced.
"""

from __future__ import annotations

import click

from hardtack.cli import database_copy, shown, voice
from hardtack.cli.accounts_opened import options
from hardtack.cli.database_opened import opened
from hardtack.store import compared, schema

SAY = {
    "en": {
        "changes": "bringing the tables up to date",
        "looks": "looking at the tables",
        "done": "the database {place} now has the schema {new} (before: {old})",
        "already": "the database {place} has the schema {new} already",
        "nothing": "none",
        "engine": "{engine} {version}",
        "revision": "schema {revision}, which is the present one",
        "good": "the tables are as they should be",
        "differs": "the tables are not as they should be",
        "differs-hint": "put a backup back, or make good what somebody has changed by hand",
    },
    "zh": {
        "changes": "正在更新各表",
        "looks": "正在查看各表",
        "done": "数据库 {place} 现在的结构版本是 {new}（之前：{old}）",
        "already": "数据库 {place} 的结构版本已经是 {new}",
        "nothing": "无",
        "engine": "{engine} {version}",
        "revision": "结构版本 {revision}，即当前版本",
        "good": "各表都符合要求",
        "differs": "各表与要求不符",
        "differs-hint": "请恢复备份，或纠正手工做过的更改",
    },
}


@click.group(name="database")
def command() -> None:
    """Bring the database's schema up to date, look at it, and copy it to the other engine."""


@command.command()
@options
def upgrade(data: str | None, database: str | None) -> None:
    """Bring the schema up to the present revision; the service does so itself at each start."""
    say = SAY[voice.language()]
    with opened(data, database) as found:
        with shown.meanwhile(lambda: say["changes"]):
            before = found.revision()
            found.migrate()
        text = say["already"] if before == schema.REVISION else say["done"]
        voice.say(text.format(place=found.says, old=before or say["nothing"], new=schema.REVISION))


@command.command()
@options
@click.pass_context
def check(context: click.Context, data: str | None, database: str | None) -> None:
    """Say which engine the database has, and whether its tables are those of this version; change nothing."""
    say = SAY[voice.language()]
    with opened(data, database, makes=False) as found:
        with shown.meanwhile(lambda: say["looks"]):
            found.check()
            with found.read() as connection:
                engine, version = found.engine_and_version(connection)
                wrong = compared.differences(connection)
            with found.write():
                # That it can be written to is found out by taking the writers' turn.
                pass
        click.echo(say["engine"].format(engine=engine, version=version))
        click.echo(say["revision"].format(revision=schema.REVISION))
        for line in wrong or (say["good"],):
            click.echo(line)
    if wrong:
        voice.say(say["differs"])
        voice.hint(say["differs-hint"])
        context.exit(1)


command.add_command(database_copy.copy)
