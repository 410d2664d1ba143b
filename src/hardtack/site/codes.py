"""What the pages about status codes share: their addresses, which code an address means, and a code as JSON.

``/status/not-found`` is where a code is explained, always with 200; every link leads there. ``/status/404`` means the
same code by its number. Nothing is decided here about what is answered.
"""

from __future__ import annotations

import re
from typing import Any

from hardtack.message import Request
from hardtack.site.services import Services
from hardtack.status import Status, negotiate
from hardtack.status.causes import WHY_NOT
from hardtack.status.described import WORDS, record
from hardtack.status.handbook import CHAPTERS

HTML, JSON, TEXT = "text/html", "application/json", "text/plain"

PATH = "/status"
BELOW = f"{PATH}/"

NUMBER = re.compile(r"[1-9][0-9]{2}", re.ASCII)
"""What can be the number of a status code (RFC 9110 §15), registered or not, in its range or beyond."""

_BY_NAME = {name: status for status in Status for name in (status.slug, str(status.code))}


def name_in(path: str) -> str | None:
    """Return what stands behind ``/status/`` in *path*, one segment, or ``None`` where *path* is another address."""
    name = path.removeprefix(BELOW)
    return name if name and name != path and "/" not in name else None


def is_number(name: str) -> bool:
    """Return whether *name* is written like a number, of a code or not."""
    return name.isascii() and name.isdigit()


def called(name: str) -> Status | None:
    """Return the code whose slug or number *name* is, exactly."""
    return _BY_NAME.get(name)


def address(services: Services, status: Status) -> str:
    """Return the address of the page about *status*."""
    return services.url(BELOW + status.slug)


def why_not_sent(services: Services, status: Status) -> dict[str, str]:
    """Return why no server may answer a request with *status*, by language; empty where it may."""
    if status in WHY_NOT:
        return WHY_NOT[status]
    if status is Status.SWITCHING_PROTOCOLS:
        return services.texts.both("status.switching")
    code = str(status.code)
    if status < Status.OK:
        return said(services, "status.interim", code=code)
    if status.may_be_sent:
        return {}
    standing = {language: words["standing"][status.standing] for language, words in WORDS.items()}
    return said(services, "status.not_sent", code=code, standing=standing)


def as_json(services: Services, status: Status) -> dict[str, Any]:
    """Return what ``hardtack status --json`` says of *status*, and where its page is."""
    return {**record(status), "address": address(services, status)}


def whole(services: Services, status: Status) -> dict[str, Any]:
    """Return all of that, and what the handbook says, by language."""
    chapters = {language: chapter._asdict() for language, chapter in CHAPTERS.get(status, {}).items()}
    return {**as_json(services, status), "handbook": chapters or None}


def said(services: Services, identifier: str, **values: dict[str, str] | str) -> dict[str, str]:
    """Return the text *identifier* in every language, with *values* in its placeholders: one for all, or one each."""
    return {
        language: text.format(
            **{name: value if isinstance(value, str) else value[language] for name, value in values.items()}
        )
        for language, text in services.texts.both(identifier).items()
    }


def form_of(request: Request) -> str:
    """Return the media type to answer in: text for whoever takes anything at all, as for errors."""
    ranked = negotiate.choices(request.headers.joined("accept"), (HTML, JSON, TEXT))
    return ranked[0].offer if ranked and ranked[0].specificity else TEXT
