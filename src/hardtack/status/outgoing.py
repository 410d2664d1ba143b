"""An answer on its way out: what the application has given, what is sent instead, and what a server adds.

The values that ``finish`` takes and returns, and the answer while its rules go over it. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from hardtack.errors import MisuseError, Refused
from hardtack.message import Request, Response
from hardtack.status.ranges import MOST_RANGES, Part
from hardtack.status.trace import Step
from hardtack.status.validators import ETag, Validators

Fields = list[tuple[str, str]]
Content = Literal["keep", "none", "parts"]

HOP_BY_HOP = frozenset({"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"})
"""The fields that concern one connection, which are the server's alone where it says so, as under WSGI (PEP 3333)."""

_BESIDE_A_PAGE = frozenset({"set-cookie", "vary"})
_READING = frozenset({"GET", "HEAD"})


def begins_late(headers: Iterable[tuple[str, str]]) -> bool:
    """Return whether the first content may be long in coming, so that the head cannot wait for it."""
    return any(
        name.lower() == "content-type" and value.lower().startswith("text/event-stream") for name, value in headers
    )


def declared_length(headers: Iterable[tuple[str, str]]) -> int | None:
    """Return the length that an application has declared for its content, in octets, if it is one."""
    value = next((value for name, value in headers if name.lower() == "content-length"), "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def stand_beside(page: Response, headers: Iterable[tuple[str, str]]) -> None:
    """Add to the page of an error the fields that the answer had which it takes the place of."""
    for name, value in headers:
        if name.lower() == "vary":
            for member in value.split(","):
                page.vary(member.strip())
        else:
            page.add(name, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishPolicy:
    """What a server adds to answers.

    Args:
        ranges: serve ranges.
        max_ranges: how many may be asked for at once; more are ignored, and the whole is sent.
        make_etags_up_to: the most content, in bytes, that a tag is made of where the answer has none; 0 makes none.
        retry_after: seconds for ``Retry-After`` by status code (such as 429 and 503), where an answer has none.
        challenge: the value of ``WWW-Authenticate`` for a 401 without one; see ``errors.challenge``.

    Raises:
        MisuseError: a number is negative.
    """

    ranges: bool = True
    max_ranges: int = MOST_RANGES
    make_etags_up_to: int = 0
    retry_after: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    challenge: str = ""

    def __post_init__(self) -> None:
        for name in ("max_ranges", "make_etags_up_to"):
            if getattr(self, name) < 0:
                raise MisuseError(f"{name}: {getattr(self, name)} cannot be", "write 0 for none")
        for code, seconds in self.retry_after.items():
            if seconds < 0:
                raise MisuseError(f"retry_after: {seconds} seconds for {code} cannot be", "write whole seconds from 0")


@dataclass(slots=True, kw_only=True)
class Answer:
    """The head of an answer as the application has given it.

    Args:
        status: the status code.
        headers: pairs of name and value in their order.
        length: of the content in bytes, or ``None`` if it is not known before the end.
        body_known: the whole content is in memory or in a file, so that any piece can be had at any time.
        body: the content, if it is in memory and a tag may be made of it.
        declared: what the handler's own rules have said of the representation, if they have.
    """

    status: int
    headers: Fields = field(default_factory=list)
    length: int | None = None
    body_known: bool = False
    body: bytes | None = field(default=None, repr=False)
    declared: Validators | None = None


@dataclass(slots=True, kw_only=True)
class Finished:
    """The head that is sent, and what becomes of the content.

    Args:
        status: the status code.
        headers: pairs of name and value; with an error, those that stand beside its page's own.
        content: keep it, send none, or send ``parts``: of each its prefix and its bytes, and ``suffix`` at the end.
        parts: pieces of the content, both ends included.
        suffix: what stands behind the last part.
        error: answer with this instead.
    """

    status: int
    headers: Fields
    content: Content = "keep"
    parts: tuple[Part, ...] = ()
    suffix: bytes = b""
    error: Refused | None = None


@dataclass(slots=True)
class Work:
    """An answer while the rules go over it."""

    request: Request
    answer: Answer
    finished: Finished
    now: int
    boundary: str
    policy: FinishPolicy
    trace: list[Step] | None
    first: dict[str, str]
    """The first value of each field, by its name in lower case."""
    etag: ETag | None = None
    declared_tag: ETag | None = None
    last_modified: int | None = None

    def get(self, name: str) -> str | None:
        """Return the first value of field *name* (in lower case), or ``None``."""
        return self.first.get(name)

    def set(self, name: str, value: str) -> None:
        """Make *value* the only value of field *name*."""
        lowered = name.lower()
        if lowered in self.first:
            self.drop({lowered})
        self.first[lowered] = value
        self.finished.headers.append((name, value))

    def drop(self, names: Set[str]) -> None:
        """Take away every field of *names* (in lower case)."""
        present = names & self.first.keys()
        if present:
            self.finished.headers = [pair for pair in self.finished.headers if pair[0].lower() not in present]
            for name in present:
                del self.first[name]

    def fail(self, error: Refused) -> str:
        """Answer with *error* instead, beside what the application wants of any answer; return the reason."""
        kept = [
            pair
            for pair in self.finished.headers
            if (name := pair[0].lower()) in _BESIDE_A_PAGE or name.startswith("access-control-")
        ]
        self.finished = Finished(status=error.status, headers=kept, content="none", error=error)
        return error.reason

    @property
    def reads(self) -> bool:
        """Whether the request only reads, so that conditions and ranges are about the answer."""
        return self.request.method in _READING

    @property
    def over_http_1(self) -> bool:
        """Whether there is a ``Connection`` field (RFC 9113 §8.2.2 has none)."""
        return self.request.http_version.startswith(("0", "1"))
