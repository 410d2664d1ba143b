"""``hardtack database copy URL``: everything in the database, into one of the other engine, and what is shown of it.

The service is stopped first, and the copy refuses while it runs. Progress goes to standard error: on a terminal one
line that is written over, elsewhere a line for each table and for every so many rows. What was copied goes to standard
output: each table with its rows and the sum that both databases gave. No URL is repeated, since it may hold a password.
"""

from __future__ import annotations

import os
import time
from typing import Any

import click

from hardtack.cli import columns, shown, voice
from hardtack.cli.accounts_opened import options
from hardtack.cli.database_opened import opened
from hardtack.errors import MisuseError
from hardtack.store import Database, copying
from hardtack.store.url import File, place_of

EVERY = 100_000
"""Rows after which a line says how far it is, where there is no terminal."""

SUM = 16
"""Digits of a sum that are shown."""

SAY: dict[str, dict[str, Any]] = {
    "en": {
        "begins": "copying {source} to {target}",
        "read": "reading",
        "copied": "copying",
        "compared": "comparing",
        "step": "{step} {table}: {done:,} of {number:,}",
        "table": "copied {table}: {number:,}",
        "again": "{table} has changed since the last try: begun anew from there",
        "resumed": "going on with the copy that stopped in {table} after {rows:,} rows",
        "heads": ("TABLE", "ROWS", "SUM"),
        "done": "copied {rows:,} rows of {tables} tables in {seconds} s; each was compared",
        "done-hint": 'set database = "…" to the new one, start the service, and then put the old one away',
        "same": "source and target are the same database",
        "engine": "source and target are both of {engine}",
        "engine-hint": "this goes from one engine to the other; hardtack backup copies SQLite, pg_dump PostgreSQL",
    },
    "zh": {
        "begins": "正在把 {source} 复制到 {target}",
        "read": "读取",
        "copied": "复制",
        "compared": "比对",
        "step": "{step} {table}：{done:,}，共 {number:,}",
        "table": "已复制 {table}：{number:,}",
        "again": "{table} 在上次尝试之后有变化：从这里重新开始",
        "resumed": "继续上次的复制，它停在 {table} 的第 {rows:,} 行之后",
        "heads": ("表", "行数", "校验和"),
        "done": "已在 {seconds} 秒内复制 {tables} 个表的 {rows:,} 行；每一行都已比对",
        "done-hint": '请把 database = "…" 设为新的数据库，启动服务，然后收起旧的数据库',
        "same": "来源和目标是同一个数据库",
        "engine": "来源和目标都是 {engine}",
        "engine-hint": "本命令在两种引擎之间复制；SQLite 请用 hardtack backup，PostgreSQL 请用 pg_dump",
    },
}


@click.command()
@click.argument("target", metavar="URL")
@options
def copy(target: str, data: str | None, database: str | None) -> None:
    """Copy everything to the empty database at URL, of the other engine; run again, it goes on where it stopped.

    The service must be stopped. postgresql://user@host/name or sqlite:////path/to/file.db
    """
    say = SAY[voice.language()]
    goal = place_of(target)
    with opened(data, database, makes=False) as source:
        if source.engine == goal.engine:
            same = source.says == (os.path.realpath(goal.path) if isinstance(goal, File) else goal.says)
            raise MisuseError(say["same" if same else "engine"].format(engine=goal.engine), say["engine-hint"])
        found = Database.connect(target)
        try:
            _copy(source, found)
        finally:
            found.close()


def _copy(source: Database, target: Database) -> None:
    """Copy, show how far it is, and print what was copied."""
    say = SAY[voice.language()]
    voice.say(say["begins"].format(source=source.says, target=target.says))
    began = time.monotonic()
    with shown.line() as line:
        sums = copying.copy(source, target, _Told(line))
    rows = [(name, str(each.rows), each.digest[:SUM]) for name, each in sums.items()]
    for text in columns.table([say["heads"], *rows]):
        click.echo(text)
    seconds = max(1, round(time.monotonic() - began))
    number = sum(each.rows for each in sums.values())
    voice.say(say["done"].format(rows=number, tables=len(sums), seconds=seconds))
    voice.hint(say["done-hint"])


class _Told:
    """Who is told how far it is, and tells the operator."""

    def __init__(self, line: shown.Line) -> None:
        self._line = line
        self._said = 0

    def __call__(self, step: str, table: str, done: int, number: int) -> None:
        say = SAY[voice.language()]
        if step in (copying.AGAIN, copying.RESUMED):
            self._line.clear()
            voice.say(say[step].format(table=table or "-", rows=done))
        elif self._line.on:
            self._line(say["step"].format(step=say[step], table=table, done=done, number=number))
        elif step == copying.COPIED and done == number:
            voice.say(say["table"].format(table=table, number=number))
        elif done // EVERY != self._said:
            voice.say(say["step"].format(step=say[step], table=table, done=done, number=number))
        self._said = 0 if done == number else done // EVERY
