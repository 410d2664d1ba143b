"""``hardtack backup DIR``: copy the database, the keys and the settings of a service, which may run meanwhile.

The database is copied first and the keys after it, so that the copy of the keys opens whatever is sealed in that of the
database. Whoever has both can do all that the service can. A database of PostgreSQL is copied by PostgreSQL's own
tools, before this command for the same reason; that is said, and everything else is copied.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import click
import msgspec

import hardtack
from hardtack.cli import copies, shown, voice
from hardtack.errors import MisuseError
from hardtack.seal import keyfile
from hardtack.site.settings import Settings
from hardtack.store import backup
from hardtack.store.url import File, Server, place_of

SAY = {
    "en": {
        "copies": "copying the database, {part:.0%}",
        "made": "backed up to {folder}: {files}",
        "environment": "the keys are in HARDTACK_KEYRING and in no file: keep a copy of that variable, too",
        "server": "the database {place} is not in it: PostgreSQL's own pg_dump copies that",
        "server-hint": "pg_dump --format=custom --file=hardtack.dump URL, each time before this command",
        "safe": "whoever has this folder can do all that the service can: keep it as safe",
    },
    "zh": {
        "copies": "正在复制数据库，{part:.0%}",
        "made": "已备份到 {folder}：{files}",
        "environment": "密钥在 HARDTACK_KEYRING 中，不在文件里：请另行保存该变量",
        "server": "其中不含数据库 {place}：它由 PostgreSQL 自己的 pg_dump 复制",
        "server-hint": "每次都请先运行 pg_dump --format=custom --file=hardtack.dump URL，再运行本命令",
        "safe": "谁拿到这个文件夹，谁就能做服务所能做的一切：请同样妥善保管",
    },
}


@click.command(name="backup")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--data", metavar="DIR", help="The data folder.  [default: hardtack-data]")
def command(folder: Path, data: str | None) -> None:
    """Copy database, keys and settings into the new folder DIR; the service may run."""
    say = SAY[voice.language()]
    settings = Settings.load(None, os.environ, data=data)
    in_environment = bool(os.environ.get("HARDTACK_KEYRING"))
    copies.empty_folder(folder)
    try:
        place, files, revision = place_of(settings.database_url), {}, ""
        if isinstance(place, File):
            source, copied = Path(place.path), folder / copies.DATABASE
            with shown.meanwhile(lambda: say["copies"].format(part=copies.part(copied, source))):
                revision = backup.copy(source, copied)
                files[copies.DATABASE] = copies.sum_of(copied)
        if not in_environment:
            # Read as the service reads them: keys that it would refuse are worth no copy.
            keyfile.read(settings.keyring_path)
            files[copies.KEYS] = copies.put(settings.keyring_path.read_bytes(), folder / copies.KEYS)
        for name in copies.BESIDE:
            if (Path(settings.data) / name).is_file():
                files[name] = copies.put((Path(settings.data) / name).read_bytes(), folder / name)
        listed = copies.Listed(hardtack.__version__, revision, int(time.time()), files)
        copies.put(msgspec.json.encode(listed), folder / copies.LIST)
    except OSError as error:
        raise MisuseError(
            f"{folder} cannot be written: {error.strerror}", "make room, or name another folder"
        ) from None
    voice.say(say["made"].format(folder=folder, files=", ".join(files)))
    if isinstance(place, Server):
        voice.say(say["server"].format(place=place.says))
        voice.hint(say["server-hint"])
    if in_environment:
        voice.say(say["environment"])
    voice.hint(say["safe"])
