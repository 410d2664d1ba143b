"""What the lint is given, what it finds, and one exchange while its rules look at it. Nothing is decided here.

What a finding shows of an answer is bounded and printable, and never the value of a field that can hold a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from hardtack.message import Headers, Request, Response
from hardtack.status.dates import parse_date
from hardtack.status.validators import ETag, parse_etag

Level = Literal["error", "warning"]
"""``error``: a MUST is broken, or the code means something else; ``warning``: a SHOULD, or good custom."""

READING = frozenset({"GET", "HEAD"})

_LONGEST = 80
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ANY_MOMENT = 1_800_000_000
"""Only dates with years of two digits need to know when they are read, and no answer of today has those."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what was answered.

    Args:
        request: what was asked.
        response: what was answered; its body is the content as the application sent it, before a server has left out
            that of HEAD or 204.
        allowed: the methods that the target is known to serve, or ``None`` if that is not known.
        interim: the answers before the final one.
        whole: what a plain GET of the same target had for an answer just before, without conditions and ranges.
        octets: how long the content was, where it was counted and not kept.
        at: whether the answer was seen on the ``wire``, or as an ``application`` gave it to its server, which adds
            ``Date`` and frames the content.
    """

    request: Request
    response: Response
    allowed: frozenset[str] | None = None
    interim: tuple[Response, ...] = ()
    whole: Response | None = None
    octets: int | None = None
    at: Literal["application", "wire"] = "application"


@dataclass(frozen=True, slots=True)
class Finding:
    """One misuse.

    Args:
        rule: the name of the rule.
        level: how bad it is.
        status: the code of the answer.
        reference: the section that says so.
        text: what is wrong and what to do, by language (``en``, ``zh``).
        source: who found it: this lint, or another package.
    """

    rule: str
    level: Level
    status: int
    reference: str
    text: dict[str, str]
    source: str = "hardtack"


class Rule(NamedTuple):
    """One row of the table.

    Args:
        name: what is so in a good answer.
        level: of what it finds.
        reference: the section that demands it.
        check: returns ``None``, or what was seen instead (which may be ``""``).
        en: what is wrong and what to do, in English.
        zh: the same in Chinese.
    """

    name: str
    level: Level
    reference: str
    check: Callable[[Seen], str | None]
    en: str
    zh: str


class Seen:
    """An exchange, with what several rules ask of it."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.method: str = exchange.request.method
        self.asked: Headers = exchange.request.headers
        self.status: int = exchange.response.status
        self.fields: Headers = Headers(exchange.response.headers)
        self.body: bytes = exchange.response.body
        self.octets: int = len(self.body) if exchange.octets is None else exchange.octets
        self.kept: bool = self.octets == len(self.body)
        self.on_wire: bool = exchange.at == "wire"

    @property
    def http1(self) -> bool:
        """Whether the request came over HTTP/1."""
        return self.exchange.request.http_version.startswith("1.")

    @property
    def asked_content(self) -> bool:
        """Whether the request has content."""
        length = self.asked.get("content-length", "") or ""
        return bool(self.exchange.request.body) or "transfer-encoding" in self.asked or bool(length.strip("0"))

    @cached_property
    def whole(self) -> Headers | None:
        """The fields of the 200 that a plain GET had, if it is known."""
        whole = self.exchange.whole
        return Headers(whole.headers) if whole is not None and whole.status == 200 else None

    @cached_property
    def etag(self) -> ETag | None:
        """The tag of what is selected: the answer's own, or else that of the 200."""
        for fields in (self.fields, self.whole):
            if fields is not None and (tag := parse_etag(fields.get("etag") or "")) is not None:
                return tag
        return None

    @cached_property
    def last_modified(self) -> int | None:
        """When what is selected changed last: as the answer says, or else the 200."""
        for fields in (self.fields, self.whole):
            if fields is not None and (date := self.date(fields.get("last-modified"))) is not None:
                return date
        return None

    @cached_property
    def length(self) -> int | None:
        """The number in ``Content-Length``, if there is exactly one."""
        values = self.fields.all("content-length")
        return number(values[0]) if len(values) == 1 else None

    @cached_property
    def allow(self) -> list[str] | None:
        """The members of ``Allow``, or ``None`` if there is no such field."""
        return members(self.fields.joined("allow"))

    @cached_property
    def directives(self) -> dict[str, str]:
        """The directives of ``Cache-Control`` with their arguments, the last of each."""
        pairs = [each.partition("=") for each in members(self.fields.joined("cache-control")) or []]
        return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}

    @staticmethod
    def date(value: str | None) -> int | None:
        """Return the Unix time that a field names, or ``None``."""
        return None if value is None else parse_date(value, now=_ANY_MOMENT)

    def show(self, *names: str) -> str:
        """Return the fields *names* of the answer for a person."""
        return ", ".join(f"{name}: {shown(self.fields.joined(name) or '')}" for name in names if name in self.fields)


def number(text: str) -> int | None:
    """Return the number that *text* is in digits, or ``None``; one that no length has is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def members(field: str | None) -> list[str] | None:
    """Return the members of a list field (RFC 9110 §5.6.1), or ``None`` if it is absent."""
    return None if field is None else [member for each in field.split(",") if (member := each.strip(" \t"))]


def is_token(text: str) -> bool:
    """Return whether *text* is a token (RFC 9110 §5.6.2)."""
    return _TOKEN.fullmatch(text) is not None


def shown(text: str) -> str:
    """Return *text* as it may stand in a log: printable ASCII, and not too long."""
    plain = "".join(character if " " <= character <= "~" else "?" for character in text[:_LONGEST])
    return plain + ("…" if len(text) > _LONGEST else "")
