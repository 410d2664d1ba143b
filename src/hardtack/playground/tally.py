"""A tally of birds: an entry after which the form is empty again (205), and a report that comes in three forms (300).

The tally is one thing in the box, changed by whoever has seen a bird; of two entries at once neither is lost. Its
report has an address for each of its forms, and one address for all: there, who says which form it wants gets it, and
who would take any is asked to choose (reactive negotiation, RFC 9110 §12.2).
"""

from __future__ import annotations

import asyncio
import csv
import io
import json

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.kept import Kept
from hardtack.playground.notes import FORM
from hardtack.playground.said import said
from hardtack.playground.thing import PREFIX, Thing
from hardtack.status import NotAcceptable, ServiceUnavailable, UnprocessableContent, negotiate
from hardtack.status.rules import rules

BIRDS = {"heron": "苍鹭", "kingfisher": "翠鸟", "magpie": "喜鹊", "sparrow": "麻雀", "swift": "雨燕"}
"""The birds that are counted, and their Chinese names."""

_KIND, _NAME = "tally", "birds"
_TRIES = 8
_FORMS = {"text/csv": "tally.csv", "application/json": "tally.json", "text/plain": "tally.txt"}
_UNKNOWN = {
    "en": f"This bird is not counted here. Send one of {', '.join(BIRDS)}, as the field “bird” of a form.",
    "zh": f"这里不统计这种鸟。请在表单的 bird 字段里写其中之一：{'、'.join(BIRDS)}。",
}


async def _counts(asked: Asked) -> tuple[int, dict[str, int]]:
    """Return the version of the tally, 0 if there is none yet, and how often each bird was seen."""
    kept: Kept = asked.behind["kept"]
    found = await asyncio.to_thread(kept.get, _KIND, _NAME)
    counts = dict.fromkeys(BIRDS, 0)
    return (0, counts) if found is None else (found[0], {**counts, **json.loads(found[1])})


@rules(accepts=FORM, max_body=1024)
async def _enter(asked: Asked) -> Response:
    bird = (await asked.form()).get("bird", "")
    if bird not in BIRDS:
        raise UnprocessableContent(_UNKNOWN, reason="bird-unknown")
    kept: Kept = asked.behind["kept"]
    for _ in range(_TRIES):
        version, counts = await _counts(asked)
        content = json.dumps({**counts, bird: counts[bird] + 1})
        if version:
            written = await asyncio.to_thread(kept.change, _KIND, _NAME, version, content)
        else:
            written = await asyncio.to_thread(kept.add, _KIND, _NAME, content)
        if written:
            return Response(205)
    # Others were quicker each time.
    raise ServiceUnavailable(reason="tally-is-busy", retry_after=1)


def _csv(counts: dict[str, int]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([("bird", "seen"), *counts.items()])
    return text.getvalue()


def _json(counts: dict[str, int]) -> str:
    return json.dumps(counts, indent=2) + "\n"


def _text(counts: dict[str, int]) -> str:
    return "".join(f"{bird:<12}{seen:>6}\n" for bird, seen in counts.items())


_WRITTEN = {"text/csv": _csv, "application/json": _json, "text/plain": _text}


async def _report(asked: Asked, kind: str, *more: tuple[str, str]) -> Response:
    _, counts = await _counts(asked)
    charset = "" if kind == "application/json" else "; charset=utf-8"
    return Response(200, [("Content-Type", f"{kind}{charset}"), *more], _WRITTEN[kind](counts).encode())


async def _choose(asked: Asked) -> Response:
    """Answer in the form that is wanted most, or say which there are where none is wanted more than another."""
    wanted = negotiate.choices(asked.request.headers.joined("accept"), tuple(_FORMS))
    if not wanted:
        raise NotAcceptable(available=tuple(_FORMS), headers=[("Vary", "Accept")], reason="no-form-acceptable")
    best = wanted[0]
    if all(each[1:] == best[1:] for each in wanted[1:]) and len(wanted) > 1:
        words = {
            "en": "The report comes in three forms, and any of them would do for you: choose one.",
            "zh": "这份报告有三种格式，而您哪一种都可以接受：请选一种。",
        }
        links = [(f"{PREFIX}/{path}", kind) for kind, path in _FORMS.items()]
        alternates = ", ".join(f'<{address}>; rel="alternate"; type="{kind}"' for address, kind in links)
        return said(asked, 300, words, [("Link", alternates)], links=links)
    return await _report(asked, best.offer, ("Content-Location", f"{PREFIX}/{_FORMS[best.offer]}"), ("Vary", "Accept"))


async def _as_csv(asked: Asked) -> Response:
    return await _report(asked, "text/csv")


async def _as_json(asked: Asked) -> Response:
    return await _report(asked, "application/json")


async def _as_text(asked: Asked) -> Response:
    return await _report(asked, "text/plain")


THINGS = (
    Thing("/tally", {"GET": _choose, "POST": _enter}),
    Thing("/tally.csv", {"GET": _as_csv}),
    Thing("/tally.json", {"GET": _as_json}),
    Thing("/tally.txt", {"GET": _as_text}),
)
