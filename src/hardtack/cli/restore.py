"""``hardtack restore DIR``: make a data folder of a backup, where there is none.

Nothing is overwritten: the folder must be empty. Sessions of before the backup go on, and what had ended by then is
ended; what happened after it is not known any more, so that a sign-in which somebody has ended since would count again.
``--end-sessions`` ends all of them.
"""

from __future__ import annotations

import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from hardtack.adapters.asgi import service
from hardtack.cli import copies, shown, voice
from hardtack.errors import MisuseError
from hardtack.login import audit
from hardtack.site.opening import connect
from hardtack.site.settings import Settings
from hardtack.store import backup
from hardtack.store.url import path_of

SAY = {
    "en": {
        "checks": "checking the backup",
        "copies": "putting the database back, {part:.0%}",
        "done": "restored to {folder}, as it was at {moment}",
        "ended": "every sign-in has ended",
        "since": "what was signed out or changed since then is not known any more; --end-sessions ends every sign-in",
        "server": "the database is not in this backup: pg_restore puts it back",
        "keys": "the keys are not in this backup: set HARDTACK_KEYRING to those of that time",
    },
    "zh": {
        "checks": "正在检查备份",
        "copies": "正在放回数据库，{part:.0%}",
        "done": "已恢复到 {folder}，内容为 {moment} 时的状态",
        "ended": "所有登录均已结束",
        "since": "此后的退出和更改都已无从知晓；--end-sessions 会结束所有登录",
        "server": "此备份不含数据库：请用 pg_restore 恢复",
        "keys": "此备份不含密钥：请把 HARDTACK_KEYRING 设为当时的密钥",
    },
}


@click.command(name="restore")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--data", metavar="DIR", help="The data folder to make.  [default: hardtack-data]")
@click.option("--end-sessions", is_flag=True, help="End every sign-in, of before the backup as well.")
def command(folder: Path, data: str | None, end_sessions: bool) -> None:
    """Make the data folder anew from the backup in DIR; it must not exist, or be empty."""
    say = SAY[voice.language()]
    with shown.meanwhile(lambda: say["checks"]):
        listed = copies.checked(folder)
        with_database = copies.DATABASE in listed.files
        if with_database:
            backup.look_at(folder / copies.DATABASE)
    place = Path(Settings.load(None, os.environ, data=data).data)
    copies.empty_folder(place)
    try:
        for name in listed.files:
            if name != copies.DATABASE:
                copies.put((folder / name).read_bytes(), place / name)
        # Where the database belongs is said by the settings, and those have only now come back.
        settings = Settings.load(None, os.environ, data=data)
        if with_database:
            kept, path = folder / copies.DATABASE, path_of(settings.database_url)
            with shown.meanwhile(lambda: say["copies"].format(part=copies.part(Path(path), kept))):
                _put_back(kept, path)
    except OSError as error:
        raise MisuseError(f"{place} cannot be written: {error.strerror}", "name another folder with --data") from None
    moment = datetime.fromtimestamp(listed.made_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    voice.say(say["done"].format(folder=place, moment=moment))
    if not with_database:
        voice.say(say["server"])
    if end_sessions:
        with connect(settings, service.keyring(settings)) as accounts:
            accounts.sign_ins.end_everybody(int(time.time()), actor_id=audit.OPERATOR)
        voice.say(say["ended"])
    else:
        voice.hint(say["since"])
    if copies.KEYS not in listed.files and not os.environ.get("HARDTACK_KEYRING"):
        voice.say(say["keys"])


def _put_back(kept: Path, path: str) -> None:
    """Copy the database *kept* to *path*, where there is none."""
    with open(path, "xb", opener=_for_us) as file, kept.open("rb") as source:
        shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())


def _for_us(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)
