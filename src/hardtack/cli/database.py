"""``hardtack database``: bring the database's schema up to date, and say how it is.

The service does the former by itself at each start. Doing it before is for whoever does not let a service change
tables, or wants to see it happen before the first of many nodes is replaced.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from hardtack.cli import given, voice
from hardtack.cli.accounts_opened import options
from hardtack.errors import MisuseError
from hardtack.site.settings import Settings
from hardtack.store import Database, StoreUnavailable, compared, schema
from hardtack.store.url import File, place_of

SAY = {
    "en": {
        "none": "there is no database at {place} yet",
        "none-hint": "hardtack serve makes it, and so does hardtack database upgrade with --database URL",
        "done": "the database {place} now has the schema {new} (before: {old})",
        "already": "the database {place} has the schema {new} already",
        "nothing": "none",
        "engine": "{engine} {version}",
        "revision": "schema {revision}, which is the present one",
        "good": "the tables are as they should be",
        "differs": "the tables are not as they should be",
        "differs-hint": "put a backup back, or make good what somebody has changed by hand",
        "failed": "the database does not answer: {reason}",
        "failed-hint": "look at its log, and try again",
    },
    "zh": {
        "none": "{place} 处还没有数据库",
        "none-hint": "hardtack serve 会创建它；hardtack database upgrade 加上 --database URL 也会",
        "done": "数据库 {place} 现在的结构版本是 {new}（之前：{old}）",
        "already": "数据库 {place} 的结构版本已经是 {new}",
        "nothing": "无",
        "engine": "{engine} {version}",
        "revision": "结构版本 {revision}，即当前版本",
        "good": "各表都符合要求",
        "differs": "各表与要求不符",
        "differs-hint": "请恢复备份，或纠正手工做过的更改",
        "failed": "数据库没有应答：{reason}",
        "failed-hint": "请查看它的日志，然后重试",
    },
}


@click.group(name="database")
def command() -> None:
    """Bring the database's schema up to date, and look at it."""


@command.command()
@options
def upgrade(data: str | None, database: str | None) -> None:
    """Bring the schema up to the present revision; the service does so itself at each start."""
    say = SAY[voice.language()]
    with _opened(data, database) as opened:
        before = opened.revision()
        opened.migrate()
        text = say["already"] if before == schema.REVISION else say["done"]
        voice.say(text.format(place=opened.says, old=before or say["nothing"], new=schema.REVISION))


@command.command()
@options
@click.pass_context
def check(context: click.Context, data: str | None, database: str | None) -> None:
    """Say which engine the database has, and whether its tables are those of this version; change nothing."""
    say = SAY[voice.language()]
    with _opened(data, database, makes=False) as opened:
        opened.check()
        with opened.read() as connection:
            engine, version = opened.engine_and_version(connection)
            found = compared.differences(connection)
        with opened.write():
            # That it can be written to is found out by taking the writers' turn.
            pass
        click.echo(say["engine"].format(engine=engine, version=version))
        click.echo(say["revision"].format(revision=schema.REVISION))
        for line in found or (say["good"],):
            click.echo(line)
    if found:
        voice.say(say["differs"])
        voice.hint(say["differs-hint"])
        context.exit(1)


@contextmanager
def _opened(data: str | None, url: str | None, *, makes: bool = True) -> Iterator[Database]:
    """Open the database that the service or the application would open.

    Args:
        data: the data folder, as given.
        url: of the database, as given.
        makes: whether a SQLite file is made where there is none.
    """
    say = SAY[voice.language()]
    inside = given.application() if data is None else None
    if inside is None:
        settings = Settings.load(None, os.environ, data=data, database=url)
    else:
        settings = inside.settings if url is None else msgspec.structs.replace(inside.settings, database=url)
    place = place_of(settings.database_url)
    if isinstance(place, File) and not Path(place.path).exists() and not (makes and settings.database is not None):
        raise MisuseError(say["none"].format(place=place.path), say["none-hint"])
    opened = Database.connect(settings.database_url, folder=Path(settings.data))
    try:
        yield opened
    except StoreUnavailable as refused:
        raise MisuseError(say["failed"].format(reason=refused.reason), say["failed-hint"]) from None
    finally:
        opened.close()
