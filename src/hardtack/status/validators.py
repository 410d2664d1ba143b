"""What tells one version of a representation from another: entity tags and times of change (RFC 9110 §8.8).

A tag is compared strongly where bytes must be the same (If-Match, If-Range) and weakly where as good is good enough
(If-None-Match). Lists are read as RFC 9110 §5.6.1 has it: several fields are one list, empty members are ignored, and a
comma may stand inside a tag. A member that is no tag matches nothing and is passed over; so a list without a single tag
in it is an empty list, and not the same as no field at all: If-Match is then false and If-None-Match true (§13.1.1 and
§13.1.2, the last step of each). ``*`` beside other members is outside the grammar; it still means any, so that no
change slips through which the client wanted stopped.

The promise of every parser here: returns for any text, never raises, in linear time.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, NamedTuple

from hardtack.errors import MisuseError
from hardtack.message import http_date

_OPAQUE = r"[\x21\x23-\x7e\x80-\xff]*+"
_TAG = re.compile(rf'(W/)?"({_OPAQUE})"')
_MEMBER = re.compile(rf'[ \t]*+(?:(?P<weak>W/)?"(?P<opaque>{_OPAQUE})"|(?P<any>\*)|(?P<none>))[ \t]*+(?:,|\Z)')


class AnyTag(Enum):
    """The field's value is ``*``: whatever there is."""

    ANY = "*"


ANY: Final = AnyTag.ANY


class ETag(NamedTuple):
    """An entity tag (RFC 9110 §8.8.3): what stands between the quotes, and whether it is weak."""

    opaque: str
    weak: bool = False

    def strong_equals(self, other: ETag) -> bool:
        """Return whether both are strong and the same (RFC 9110 §8.8.3.2)."""
        return not self.weak and not other.weak and self.opaque == other.opaque

    def weak_equals(self, other: ETag) -> bool:
        """Return whether they are the same but for their strength (RFC 9110 §8.8.3.2)."""
        return self.opaque == other.opaque

    def __str__(self) -> str:
        return f'W/"{self.opaque}"' if self.weak else f'"{self.opaque}"'


def parse_etag(text: str) -> ETag | None:
    """Return the entity tag that *text* is, or ``None``."""
    found = _TAG.fullmatch(text.strip(" \t"))
    return None if found is None else ETag(found[2], found[1] is not None)


def parse_etags(values: Sequence[str]) -> list[ETag] | Literal[AnyTag.ANY] | None:
    """Return the tags of an ``If-Match`` or ``If-None-Match`` field.

    Args:
        values: the value of each such field that came, in order.

    Returns:
        ``None`` if there is no field; ``ANY`` if ``*`` is a member; else the tags, which may be none at all.
    """
    if not values:
        return None
    text, tags, at, any_will_do = ",".join(values), [], 0, False
    while 0 <= at < len(text):
        member = _MEMBER.match(text, at)
        if member is None:
            at = text.find(",", at) + 1 or -1
            continue
        at = member.end()
        any_will_do = any_will_do or member["any"] is not None
        if member["opaque"] is not None:
            tags.append(ETag(member["opaque"], member["weak"] is not None))
    return ANY if any_will_do else tags


def etag_of(body: bytes) -> ETag:
    """Return a strong tag made of *body* alone: 128 bits of its SHA-256."""
    return ETag(urlsafe_b64encode(hashlib.sha256(body).digest()[:16]).rstrip(b"=").decode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What is known about the representation that a request selects.

    Args:
        exists: whether there is one; ``None`` if that is unknown, unless a tag or a time says so.
        etag: its entity tag, or ``None`` if it has none.
        last_modified: when it changed last, Unix time in seconds, or ``None`` if that is unknown.
        protect: an unsafe method must say which version it means (RFC 6585 §3).
        fields: the fields that the 200 would have and a 304 must have as well (RFC 9110 §15.4.5), such as
            ``("Cache-Control", "private")``, for a 304 that is given before the handler has run; ``None`` if they are
            not known, so that only the answer itself can become a 304.

    Raises:
        MisuseError: a value that no field can carry.
    """

    exists: bool | None = None
    etag: ETag | None = None
    last_modified: int | None = None
    protect: bool = False
    fields: tuple[tuple[str, str], ...] | None = ()

    def __post_init__(self) -> None:
        if self.etag is not None and parse_etag(str(self.etag)) != self.etag:
            raise MisuseError(
                f"etag: {self.etag.opaque!r} cannot be an entity tag",
                "use printable characters without space and quote, such as a version number or a hash",
            )
        if self.last_modified is not None:
            http_date(self.last_modified)  # raises for what is no date
        known = self.etag is not None or self.last_modified is not None
        if known and self.exists is False:
            raise MisuseError("what does not exist has neither a tag nor a time", "leave out etag and last_modified")
        if known:
            object.__setattr__(self, "exists", True)
