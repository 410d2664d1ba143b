"""Which database ``hardtack database`` works on: that of the service, or of the application it is run inside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from hardtack.cli import given, voice
from hardtack.errors import MisuseError
from hardtack.site.settings import Settings
from hardtack.store import Database, StoreUnavailable
from hardtack.store.url import File, place_of

SAY = {
    "en": {
        "none": "there is no database at {place} yet",
        "none-hint": "hardtack serve makes it, and so does hardtack database upgrade with --database URL",
        "failed": "the database does not answer: {reason}",
        "failed-hint": "look at its log, and try again",
    },
    "zh": {
        "none": "{place} 处还没有数据库",
        "none-hint": "hardtack serve 会创建它；hardtack database upgrade 加上 --database URL 也会",
        "failed": "数据库没有应答：{reason}",
        "failed-hint": "请查看它的日志，然后重试",
    },
}


@contextmanager
def opened(data: str | None, url: str | None, *, makes: bool = True) -> Iterator[Database]:
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
    found = Database.connect(settings.database_url, folder=Path(settings.data))
    try:
        yield found
    except StoreUnavailable as refused:
        raise MisuseError(say["failed"].format(reason=refused.reason), say["failed-hint"]) from None
    finally:
        found.close()
