"""Notes: what can be read, written, edited and taken away, as in every application.

Here arise 200, 201, 204, 304, 403, 412, 415, 422, 428 and what an address that is not there, or a method that does not
work, leads to. A note has one text, which anybody may read; who knows its present version may change it. The notes that
come with the house stay as they are, so that what is shown under a link of ours was not written by a visitor.
"""

from __future__ import annotations

import asyncio
import secrets
from functools import wraps
from typing import NamedTuple

from hardtack.message import Response
from hardtack.playground.asked import Asked, Handler
from hardtack.playground.kept import Kept
from hardtack.playground.said import TEXT, as_page, said
from hardtack.playground.thing import PREFIX, Thing
from hardtack.status import Forbidden, NotFound, PreconditionFailed, UnprocessableContent
from hardtack.status.rules import rules

NOTE = "note"
FORM = "application/x-www-form-urlencoded"
MOST_CONTENT = 4096
"""The most octets of a note that is sent, as a form or as text."""

FIRST: dict[str, dict[str, str]] = {
    "1": {"en": "HTTP forgets. A cookie remembers.", "zh": "HTTP 健忘，Cookie 替它记住。"},
    "2": {"en": "Ask for a part, and get a part.", "zh": "要一部分，就给一部分。"},
    "3": {
        "en": "Say which version you mean, and nobody's work is lost.",
        "zh": "说明你要改的是哪一版，谁的心血都不会白费。",
    },
    "4": {"en": "What has moved still answers at the old door.", "zh": "搬走之后，旧门上仍要贴着新地址。"},
    "5": {"en": "A good error says what to do next.", "zh": "好的错误，会说清下一步该怎么做。"},
    "6": {"en": "Not changed is an answer, too, and a short one.", "zh": "“没有变化”也是回答，而且很短。"},
    "7": {"en": "Refuse early, and nobody sends in vain.", "zh": "早些拒绝，对方就不必白送一趟。"},
}
"""The notes that come with the house, by name."""

_BEHIND_GLASS = {
    "en": "This note came with the house and hangs behind glass. Write one of your own, and change that.",
    "zh": "这张便条是随屋子来的，挂在玻璃后面。请自己写一张，再去改它。",
}
_NO_TEXT = {
    "en": "There is no text in it. Send some, as the field “text” of a form.",
    "zh": "里面没有文字。请把文字放在表单的 text 字段里发送。",
}
_NOT_A_TEXT = {"en": "This is no text in UTF-8 that has something in it.", "zh": "这不是有内容的 UTF-8 文本。"}


class Note(NamedTuple):
    """A note: its version, its text in each language, and whether it came with the house."""

    version: int
    text: dict[str, str]
    first: bool


async def look_up(asked: Asked) -> Note | None:
    """Return the note at this address, as it was when this request first asked."""
    if NOTE not in asked.seen:
        name = asked.parts["name"]
        kept: Kept = asked.behind["kept"]
        if name in FIRST:
            asked.seen[NOTE] = Note(1, FIRST[name], first=True)
        else:
            found = await asyncio.to_thread(kept.get, NOTE, name)
            asked.seen[NOTE] = (
                None if found is None else Note(found[0], dict.fromkeys(("en", "zh"), found[1]), first=False)
            )
    note: Note | None = asked.seen[NOTE]
    return note


async def _etag(asked: Asked) -> str | None:
    """Return the tag: as a page, and in another language, the same version is another representation."""
    note = await look_up(asked)
    if note is None:
        return None
    if asked.request.method not in ("GET", "HEAD"):
        return f'"{note.version}"'
    page = as_page(asked)
    parts = [str(note.version), "page" if page else "", asked.language if page or note.first else ""]
    return '"{}"'.format("-".join(filter(None, parts)).removesuffix("-en"))


@rules(etag=_etag)
async def _read(asked: Asked) -> Response:
    note = await look_up(asked)
    if note is None:
        raise NotFound
    if as_page(asked):
        return said(asked, 200, note.text)
    fields = [("Content-Type", f"{TEXT}; charset=utf-8"), ("Vary", "Accept, Accept-Language")]
    return Response(200, fields, note.text[asked.language].encode())


@rules(accepts=FORM, max_body=MOST_CONTENT)
async def add(asked: Asked) -> Response:
    """Keep a new note, the field ``text`` of a form."""
    text = await text_of(asked)
    name = secrets.token_hex(8)
    kept: Kept = asked.behind["kept"]
    await asyncio.to_thread(kept.add, NOTE, name, text)
    return created(asked, name)


async def text_of(asked: Asked) -> str:
    """Return what the field ``text`` of the form says.

    Raises:
        UnprocessableContent: it says nothing.
    """
    text = (await asked.form()).get("text", "").strip()
    if not text:
        raise UnprocessableContent(_NO_TEXT, reason="text-missing")
    return text


def created(asked: Asked, name: str) -> Response:
    """Return the answer that leads to a note that was made now."""
    where = f"{PREFIX}/notes/{name}"
    words = {"en": f"The note is kept at {where}.", "zh": f"便条已保存在 {where}。"}
    return said(asked, 201, words, [("Location", where), ("ETag", '"1"')], links=[(where, where)])


def _behind_glass(handler: Handler) -> Handler:
    """Refuse to change what came with the house, before any condition counts (RFC 9110 §13.2.1)."""

    @wraps(handler)
    async def checked(asked: Asked) -> Response:
        if asked.parts["name"] in FIRST:
            raise Forbidden(_BEHIND_GLASS, reason="note-behind-glass")
        return await handler(asked)

    return checked


@_behind_glass
@rules(etag=_etag, protect=True, accepts=TEXT, max_body=MOST_CONTENT)
async def _write(asked: Asked) -> Response:
    note = await look_up(asked)
    if note is None:
        # Notes get their names from us.
        raise NotFound
    try:
        text = (await asked.content()).decode()
    except UnicodeDecodeError:
        text = ""
    if not text.strip():
        raise UnprocessableContent(_NOT_A_TEXT, reason="text-missing")
    kept: Kept = asked.behind["kept"]
    if not await asyncio.to_thread(kept.change, NOTE, asked.parts["name"], note.version, text):
        raise PreconditionFailed(reason="changed-meanwhile")
    return Response(204, [("ETag", f'"{note.version + 1}"')])


@_behind_glass
@rules(etag=_etag, protect=True)
async def _take_away(asked: Asked) -> Response:
    note = await look_up(asked)
    if note is None:
        raise NotFound
    kept: Kept = asked.behind["kept"]
    if not await asyncio.to_thread(kept.remove, NOTE, asked.parts["name"], note.version):
        raise PreconditionFailed(reason="changed-meanwhile")
    return Response(204)


THINGS = (
    Thing("/notes", {"POST": add}),
    Thing("/notes/{name}", {"GET": _read, "PUT": _write, "DELETE": _take_away}),
)
