"""Notes: what can be read, written, edited and taken away, as in every application.

Here arise 200, 201, 204, 304, 412, 428, 409, 415 and what an address that is not there, or a method that does not work,
leads to.
"""

from __future__ import annotations

import asyncio
import secrets

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.kept import Kept
from hardtack.playground.said import said
from hardtack.playground.thing import PREFIX, Thing
from hardtack.status import NotFound
from hardtack.status.rules import rules

NOTE = "note"
_FIRST = {"1": "HTTP forgets. A cookie remembers.", "2": "Ask for a part, and get a part."}


async def _found(asked: Asked) -> tuple[int, str] | None:
    name = asked.parts["name"]
    kept: Kept = asked.behind["kept"]
    return await asyncio.to_thread(kept.get, NOTE, name) or ((1, _FIRST[name]) if name in _FIRST else None)


async def _etag(asked: Asked) -> str | None:
    found = await _found(asked)
    return None if found is None else f'"{found[0]}"'


@rules(etag=_etag)
async def _read(asked: Asked) -> Response:
    found = await _found(asked)
    if found is None:
        raise NotFound
    return said(asked, 200, {"en": found[1], "zh": found[1]})


async def _add(asked: Asked) -> Response:
    text = (await asked.form()).get("text", "")[:500]
    name = secrets.token_hex(4)
    kept: Kept = asked.behind["kept"]
    await asyncio.to_thread(kept.add, NOTE, name, text)
    where = f"{PREFIX}/notes/{name}"
    words = {"en": f"The note is kept at {where}.", "zh": f"便条已保存在 {where}。"}
    return said(asked, 201, words, [("Location", where), ("ETag", '"1"')])


THINGS = (
    Thing("/notes", {"POST": _add}),
    Thing("/notes/{name}", {"GET": _read}),
)
