"""What a client asks of one address to see how it answers, and the exchanges that come of it.

``walk`` is a generator, so that whoever carries it out (over a socket, or in process) decides nothing: it yields a
request, is sent the answer, and returns when it has asked enough. It asks as a client would: plainly, for the head
alone, for the methods, with the validators that it was given, for ranges, for what nobody has. It sends safe methods
only (RFC 9110 §9.2.1) unless it is told otherwise, at most ``MOST`` requests, and nothing that depends on chance.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from hardtack.message import Headers, Request, Response
from hardtack.status.lint.exchange import Exchange, members, number

MOST = 30
"""The most requests for one address."""

NOWHERE = "/hardtack-lint-looks-for-nothing"
"""An address that no application has."""

_LONG_AGO = "Sun, 06 Nov 1994 08:49:37 GMT"
_OTHER = '"hardtack-lint-another-version"'
_NOBODYS = "application/vnd.hardtack.nothing"
_UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
_RANGED = 40
"""Octets of content from which two ranges are worth asking for."""

Fields = tuple[tuple[str, str], ...]


class Answer(NamedTuple):
    """What came back.

    Args:
        response: the final answer; its body may be left out if it was counted.
        interim: the answers before it.
        octets: how long the content was, or ``None`` if the body has it.
    """

    response: Response
    interim: tuple[Response, ...] = ()
    octets: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One exchange, and how it is called: method, target and what was special about the request."""

    label: str
    exchange: Exchange


@dataclass(slots=True)
class Walk:
    """What is asked of one address.

    Args:
        plain: the plain GET: its address, host and scheme, and the fields that every request has.
        at: where the answers are seen, as ``Exchange.at`` says.
        methods: those that the address is known to serve.
        unsafe: whether methods are sent that can change something.
    """

    plain: Request
    at: Literal["application", "wire"] = "application"
    methods: frozenset[str] = frozenset()
    unsafe: bool = False

    def requests(self) -> Generator[Request, Answer, list[Asked]]:
        """Yield each request, be sent its answer, and return all exchanges."""
        found: list[tuple[Request, Answer, str]] = []
        plain = yield self.plain
        found.append((self.plain, plain, ""))
        heads: list[tuple[str, Fields]] = [("HEAD", ()), ("OPTIONS", ()), ("TRACE", ())]
        for method, fields in [*heads, *self._conditional(plain), *self._unsafe()][: MOST - 1]:
            request = self._request(method, fields)
            answer = yield request
            found.append((request, answer, ", ".join(f"{name}: {value}" for name, value in fields)))
        return self._exchanges(found)

    def _request(self, method: str, fields: Fields) -> Request:
        given = {name.lower() for name, _ in fields}
        kept = [(name, value) for name, value in self.plain.headers if name not in given]
        return replace(self.plain, method=method, headers=Headers([*kept, *fields]))

    def _conditional(self, plain: Answer) -> list[tuple[str, Fields]]:
        """Return what is worth asking after the answer to the plain GET: method and fields."""
        asked: list[tuple[str, Fields]] = [("GET", (("Accept", _NOBODYS),))]
        if plain.response.status != 200:
            return [
                *asked,
                *(("GET", ((name, value),)) for name, value in (("If-None-Match", "*"), ("If-Match", _OTHER))),
            ]
        fields = Headers(plain.response.headers)
        tag, changed = (_sayable(fields.get(name)) for name in ("etag", "last-modified"))
        if tag is not None or changed is not None:
            # Whoever has nothing to tell versions apart by is not asked about them.
            asked += [("GET", ((name, "*"),)) for name in ("If-None-Match", "If-Match")]
            asked.append(("GET", (("If-Match", _OTHER),)))
        for name, own, other in (("None-Match", tag, _OTHER), ("Modified-Since", changed, _LONG_AGO)):
            if own is not None:
                asked += [("GET", ((f"If-{name}", value),)) for value in (own, other)]
                asked.append(("HEAD", ((f"If-{name}", own),)))
        if changed is not None:
            asked.append(("GET", (("If-Unmodified-Since", _LONG_AGO),)))
        if tag is not None and changed is not None:
            # The tag decides, whatever the date says (RFC 9110 §13.1.3).
            asked.append(("GET", (("If-None-Match", _OTHER), ("If-Modified-Since", changed))))
        return [*asked, *_ranges(plain, tag)]

    def _unsafe(self) -> list[tuple[str, Fields]]:
        return [(method, (("Content-Length", "0"),)) for method in _UNSAFE] if self.unsafe else []

    def _exchanges(self, found: Iterable[tuple[Request, Answer, str]]) -> list[Asked]:
        found = list(found)
        plain = found[0][1]
        allowed = {*self.methods, *(method for _, answer, _ in found for method in _served(answer))}
        allowed |= {
            request.method for request, answer, _ in found if request.method in ("GET", "HEAD") and _good(answer)
        }
        return [
            Asked(
                f"{request.method} {request.target}" + (f" ({special})" if special else ""),
                Exchange(
                    request,
                    answer.response,
                    allowed=frozenset(allowed),
                    interim=answer.interim,
                    whole=plain.response if place else None,
                    octets=answer.octets,
                    at=self.at,
                ),
            )
            for place, (request, answer, special) in enumerate(found)
        ]


def _sayable(value: str | None) -> str | None:
    """Return *value* if it can be sent back and shown: nothing in it ends a line, or is obeyed by a terminal."""
    return value if value is not None and value.isprintable() else None


def _good(answer: Answer) -> bool:
    return 200 <= answer.response.status < 400


def _served(answer: Answer) -> list[str]:
    """Return the methods that a good answer, to OPTIONS above all, says are served."""
    return (members(Headers(answer.response.headers).joined("allow")) or []) if _good(answer) else []


def _ranges(plain: Answer, tag: str | None) -> list[tuple[str, Fields]]:
    """Return the requests with ranges that are worth sending after the plain answer."""
    length = len(plain.response.body) if plain.octets is None else plain.octets
    said = number(plain.response.get("Content-Length") or "")
    length = length if said is None else said
    if not length:
        return []
    ranges = ["bytes=0-0", f"bytes=-{length * 2}", f"bytes={length}-", f"bytes=0-0,{length}-", "items=0-0"]
    if length >= _RANGED:
        ranges.append(f"bytes=0-1,{length - 2}-")
    first: Fields = (("Range", "bytes=0-0"),)
    asked: list[tuple[str, Fields]] = [("GET", (("Range", value),)) for value in ranges]
    asked += [("HEAD", first), ("GET", (*first, ("If-Range", _OTHER)))]
    if tag is not None:
        asked += [("GET", (*first, ("If-None-Match", tag))), ("GET", (*first, ("If-Match", _OTHER)))]
    return asked


def nowhere(plain: Request, at: Literal["application", "wire"]) -> Generator[Request, Answer, list[Asked]]:
    """Ask, as ``Walk.requests`` does, an address that there is not, on the host of *plain*.

    Once with a condition, which then counts for nothing (RFC 9110 §13.2.1).
    """
    gone = replace(plain, path=NOWHERE, query="", target=NOWHERE)
    first = yield gone
    asked = [Asked(f"GET {NOWHERE}", Exchange(gone, first.response, interim=first.interim, octets=first.octets, at=at))]
    if 200 <= first.response.status < 300:
        return asked  # an application that has an answer to everything
    second = replace(gone, headers=Headers([*gone.headers, ("If-None-Match", "*")]))
    answer = yield second
    exchange = Exchange(
        second, answer.response, interim=answer.interim, whole=first.response, octets=answer.octets, at=at
    )
    return [*asked, Asked(f"GET {NOWHERE} (If-None-Match: *)", exchange)]
