"""Which representation suits the visitor: media types and languages (RFC 9110 §12, RFC 4647 §3.4).

Two functions, values in and a value out. For media types the most specific range that matches decides the quality of
an offer, so ``text/html;q=0, text/*`` does not mean HTML; among equal qualities the more specific match wins, then the
server's own order. For languages the visitor's ranges are looked up one after the other, each shortened from the end
until an offer fits: ``zh-TW`` and ``zh-Hans-CN`` both find ``zh``.

The promise: never an exception, whatever the field holds; time linear in its length; at most ``MOST_MEMBERS`` members
and ``MOST_CHARACTERS`` characters are looked at, and the rest is as if it were not there. A member that is malformed is
skipped; a field without a single good member says nothing, as if it were absent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

MOST_MEMBERS = 64
MOST_CHARACTERS = 4096

_MEMBER = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*+"?)++')
_PARAMETER = re.compile(r'[ \t]*([!#$%&\'*+.^_`|~\w-]+)=("(?:[^"\\]|\\.)*+"|[!#$%&\'*+.^_`|~\w-]+)[ \t]*', re.ASCII)
_PIECE = re.compile(r'(?:[^";]|"(?:[^"\\]|\\.)*+"?)++')
_MEDIA_RANGE = re.compile(r"([!#$%&'*+.^_`|~\w-]+)/([!#$%&'*+.^_`|~\w-]+)", re.ASCII)
_LANGUAGE_RANGE = re.compile(r"\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*", re.ASCII)
_WEIGHT = re.compile(r"0(?:\.[0-9]*)?|1(?:\.0*)?")

Parameters = frozenset[tuple[str, str]]


class MediaRange(NamedTuple):
    """One member of ``Accept``; ``*`` stands for any type or subtype."""

    type: str
    subtype: str
    parameters: Parameters
    q: float

    @property
    def specificity(self) -> int:
        """How much the range says: 0 for ``*/*``, 1 for ``text/*``, 2 for ``text/html``, more with parameters."""
        return (self.type != "*") + (self.subtype != "*") + len(self.parameters)

    def matches(self, offer: MediaRange) -> bool:
        """Return whether *offer* is in this range; it may have more parameters than are asked for."""
        return (
            self.type in ("*", offer.type)
            and self.subtype in ("*", offer.subtype)
            and self.parameters <= offer.parameters
        )


class Choice(NamedTuple):
    """An offer that the visitor accepts, how much, and how precisely it was asked for."""

    offer: str
    q: float
    specificity: int


def media_type(accept: str | None, offers: Sequence[str]) -> str | None:
    """Return the offer that suits *accept* best, or ``None`` if none is acceptable.

    Args:
        accept: the ``Accept`` field, several lines joined by commas; ``None`` if absent: anything will do.
        offers: what there is, the server's favourite first.
    """
    best = choices(accept, offers)
    return best[0].offer if best else None


def choices(accept: str | None, offers: Sequence[str]) -> list[Choice]:
    """Return the acceptable offers, best first; what ``media_type`` chooses from."""
    ranges = _media_ranges(accept or "")
    if not ranges:
        return [Choice(offer, 1.0, 0) for offer in offers]
    found = []
    for offer in offers:
        kind = media_range(offer)
        matching = [each for each in ranges if kind is not None and each.matches(kind)]
        if matching:
            # The most specific range decides; of two that are equally specific, the higher quality.
            decisive = max(matching, key=lambda each: (each.specificity, each.q))
            if decisive.q > 0:
                found.append(Choice(offer, decisive.q, decisive.specificity))
    return sorted(found, key=lambda choice: (-choice.q, -choice.specificity))


def language(accept_language: str | None, offers: Sequence[str] = ("en", "zh")) -> str:
    """Return the offer that suits *accept_language* best; the first offer if none does.

    Args:
        accept_language: the ``Accept-Language`` field; ``None`` if absent.
        offers: language tags, the default first; at least one.
    """
    weights: dict[str, float] = {}
    for member in _members(accept_language or ""):
        tag, parameters = _taken_apart(member)
        q = _weight(parameters)
        if q is not None and _LANGUAGE_RANGE.fullmatch(tag):
            weights[tag] = max(q, weights.get(tag, 0.0))
    unwanted = {tag for tag, q in weights.items() if q == 0}
    tags = {offer.lower(): offer for offer in reversed(offers) if offer.lower() not in unwanted}
    for tag in sorted(weights, key=lambda each: (-weights[each], each == "*")):
        if weights[tag] == 0:
            break
        if tag == "*":
            # Any language will do, but one that was named has its own weight.
            unnamed = [offer for offer in offers if offer.lower() in tags and offer.lower() not in weights]
            if unnamed:
                return unnamed[0]
        elif (found := _look_up(tag, tags)) is not None:
            return found
    return next((offer for offer in offers if offer.lower() in tags), offers[0])


def _look_up(tag: str, offers: dict[str, str]) -> str | None:
    """Return the offer for *tag*, shortened from the end as long as none fits (RFC 4647 §3.4)."""
    while tag:
        if tag in offers:
            return offers[tag]
        tag = tag.rpartition("-")[0]
        if tag[-2:-1] == "-":
            tag = tag[:-2]
    return None


def _members(field: str) -> list[str]:
    return [match[0] for match in islice(_MEMBER.finditer(field[:MOST_CHARACTERS]), MOST_MEMBERS)]


def _taken_apart(member: str) -> tuple[str, list[str]]:
    """Return what *member* names, in lower case, and its parameters."""
    name, semicolon, _ = member.partition(";")
    return name.strip(" \t").lower(), _PIECE.findall(member[len(name) :]) if semicolon else []


def _weight(parameters: Sequence[str]) -> float | None:
    """Return the quality among *parameters*, 1 if there is none, or ``None`` if they are malformed."""
    q = 1.0
    for parameter in filter(str.strip, parameters):
        pair = _PARAMETER.fullmatch(parameter)
        if pair is None:
            return None
        if pair[1] in "qQ":
            if not _WEIGHT.fullmatch(pair[2]):
                return None
            q = float(pair[2])
    return q


def _media_ranges(accept: str) -> list[MediaRange]:
    return [found for member in _members(accept) if (found := media_range(member)) is not None]


def media_range(member: str) -> MediaRange | None:
    """Return the media range or type that *member* names, or ``None`` if it is malformed; one, never a list."""
    name, pieces = _taken_apart(member)
    kind = _MEDIA_RANGE.fullmatch(name)
    if kind is None or (kind[1] == "*" and kind[2] != "*"):
        return None
    q = _weight(pieces)
    if q is None:
        return None
    pairs = [pair for piece in pieces if (pair := _PARAMETER.fullmatch(piece))]
    parameters = {(pair[1].lower(), _unquoted(pair[2])) for pair in pairs if pair[1] not in "qQ"}
    return MediaRange(kind[1], kind[2], frozenset(parameters), q)


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
