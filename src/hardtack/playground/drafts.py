"""Drafts that several people write on, and that nobody can overwrite unseen.

Here arise 412, for an edit of a version that is not the present one, and 428, for an edit that does not say which one
it means. The layer decides both before anything is written; the box then changes only the version that was decided
about, so that of two edits at the same moment one is refused as well.
"""

from __future__ import annotations

import asyncio
import re
from urllib.parse import parse_qs

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.kept import Kept
from hardtack.playground.said import said
from hardtack.playground.thing import PREFIX, Thing
from hardtack.status import NotFound, PreconditionFailed
from hardtack.status.rules import rules

DRAFT = "draft"
LONGEST_NAME = 40
"""Characters; a visitor chooses the name, and it stands in a field."""
LONGEST = 500
"""Characters of one draft."""

_FIRST = {"1": "The ship sails at dawn."}
_NAME = re.compile(rf"[0-9A-Za-z_-]{{1,{LONGEST_NAME}}}")
_VERSION = "version"
_FORM = "application/x-www-form-urlencoded"


async def _present(asked: Asked) -> tuple[int, str] | None:
    name = asked.parts["name"]
    if not _NAME.fullmatch(name):
        raise NotFound
    kept: Kept = asked.behind["kept"]
    return await asyncio.to_thread(kept.get, DRAFT, name) or ((1, _FIRST[name]) if name in _FIRST else None)


async def _etag(asked: Asked) -> str | None:
    found = await _present(asked)
    if found is None:
        return None
    # The handler changes this version and no later one.
    asked.seen[_VERSION] = found[0]
    return f'"{found[0]}"'


@rules(etag=_etag)
async def _read(asked: Asked) -> Response:
    found = await _present(asked)
    if found is None:
        raise NotFound
    # One form for everybody, since all have the same tag.
    fields = [("Content-Type", "text/plain; charset=utf-8"), ("ETag", f'"{found[0]}"')]
    return Response(200, fields, f"{found[1]}\n".encode())


async def _written(asked: Asked) -> str:
    text = (await asked.content()).decode("utf-8", "replace")
    if (asked.request.headers.get("content-type") or "").partition(";")[0].strip().lower() == _FORM and "=" in text:
        text = parse_qs(text).get("text", [""])[-1]
    return text[:LONGEST]


@rules(etag=_etag, protect=True)
async def _edit(asked: Asked) -> Response:
    text = await _written(asked)
    kept: Kept = asked.behind["kept"]
    name, before = asked.parts["name"], asked.seen.get(_VERSION, 0)
    if before and name in _FIRST:
        await asyncio.to_thread(kept.add, DRAFT, name, _FIRST[name])
    if before:
        done = await asyncio.to_thread(kept.change, DRAFT, name, before, text)
    else:
        done = await asyncio.to_thread(kept.add, DRAFT, name, text)
    if not done:
        raise PreconditionFailed(reason="changed-at-the-same-time")
    # No tag: what is kept may be shorter than what was sent (RFC 9110 §9.3.4).
    words = {"en": f"This is version {before + 1} now.", "zh": f"现在是第 {before + 1} 版。"}
    return said(asked, *((200, words) if before else (201, words, [("Location", f"{PREFIX}/drafts/{name}")])))


THINGS = (Thing("/drafts/{name}", {"GET": _read, "PUT": _edit, "POST": _edit}),)
