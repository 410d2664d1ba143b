"""Addresses that moved, are gone or are blocked, as tables (RFC 9110 §15.4.2, §15.4.9, §15.5.11; RFC 7725).

An entry is a path (``/old``) or a prefix (``/old/*``), which stands for everything below it but not for ``/old``
itself; where several fit, the longest decides, and a whole path before any prefix. What moved is answered with 301 to
GET and HEAD and with 308 to every other method, since after a 301 clients may turn a POST into a GET; the query is
kept. What is gone is 410, what the law withholds is 451 with who carries out the block.

Everything is checked at the start, so that no visitor finds the mistake: an entry in two tables, a target that is no
address, and moves that lead round in a circle are ``MisuseError`` and named. ``find`` never raises, and its time is
linear in the length of the path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hardtack.errors import MisuseError, Refused, Text
from hardtack.message import Request, Response
from hardtack.status import host
from hardtack.status.errors import Gone, UnavailableForLegalReasons
from hardtack.status.trace import Step

MOST_HOPS = 8
"""The most moves in a row; a visitor pays for each, and browsers give up at twenty."""

ANSWERS = {
    301: ("moved", "RFC 9110 §15.4.2"),
    308: ("moved", "RFC 9110 §15.4.9"),
    410: ("gone", "RFC 9110 §15.5.11"),
    451: ("blocked", "RFC 7725 §3"),
}
"""The codes that are decided here, by which table, and the sentence behind each."""

_ABSOLUTE = re.compile(r"https?://([^/?#]+)", re.IGNORECASE)
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
# What cannot stand in an address, in its path and in its query (RFC 3986 §2.2, §3.3, §3.4).
_NOT_IN_ADDRESS = re.compile(rb"[^!#$%&-;=?-\[\]_a-z~]")
_NOT_IN_PATH = re.compile(rb"[^!$&-;=@A-Z_a-z~]")
_NOT_IN_QUERY = re.compile(rb"[^!$%&-;=?@A-Z_a-z~]")
_SLIP = re.compile(r'[ \\"<>]|%(?![0-9A-Fa-f]{2})')
_REST = "\N{NULL}"  # stands for whatever is below a prefix; no entry can have it


class Blocked(NamedTuple):
    """Why an address is withheld.

    Args:
        by: the address of whoever carries out the block, for ``Link`` (RFC 7725 §4).
        detail: what to tell the visitor: who demands it, and why.
    """

    by: str | None = None
    detail: Text | None = None


class _Moved(NamedTuple):
    """Where an address moved to; the rest of the path is carried over where both ends have ``*``."""

    before: str
    after: str
    rest: bool


_Entry = _Moved | Blocked | None


class Addresses:
    """The tables of one site.

    Args:
        moved: entries and where they moved to: a path, or an address with ``http://`` or ``https://``; a target that
            ends with ``/*`` takes over what is below a prefix.
        gone: entries that were taken away for good.
        blocked: entries that the law withholds: the address of whoever carries out the block, a text for the visitor,
            or both as :class:`Blocked`.
        hosts: our own hosts, so that a move to one of them is followed in the search for circles.

    Raises:
        MisuseError: an entry or a target is none, stands in two tables, or moves lead round in a circle.
    """

    __slots__ = ("_lengths", "_paths", "_prefixes")

    def __init__(
        self,
        moved: Mapping[str, str] | None = None,
        gone: Iterable[str] = (),
        blocked: Mapping[str, str | Blocked] | None = None,
        *,
        hosts: Iterable[str] = (),
    ) -> None:
        if isinstance(gone, str):
            raise MisuseError(f"gone: {gone!r} is one entry", f"write gone=[{gone!r}]")
        self._paths: dict[str, _Entry] = {}
        self._prefixes: dict[str, _Entry] = {}
        moved = moved or {}
        for entry, target in moved.items():
            self._add("moved", entry, _target(entry, target))
        for entry in gone:
            self._add("gone", entry, None)
        for entry, why in (blocked or {}).items():
            self._add("blocked", entry, _blocked(entry, why))
        # The different lengths, longest first: a look-up takes one slice for each and no more, however long the path.
        self._lengths = sorted({len(prefix) for prefix in self._prefixes}, reverse=True)
        ours = frozenset(_host(each) for each in hosts)
        for entry in moved:
            self._follow(entry, ours)

    def __bool__(self) -> bool:
        return bool(self._paths or self._prefixes)

    def find(self, request: Request, *, trace: list[Step] | None = None) -> Response | Refused | None:
        """Return the answer if the request's address is in a table: a redirect, 410 or 451; else ``None``."""
        found = self._found(request.path)
        answer = None if found is _NOTHING else _answer(*found, request)
        if trace is not None:
            table, reference = ("", "RFC 9110 §15.4") if answer is None else ANSWERS[answer.status]
            trace.append(Step("driver", "address-is-in-no-table", reference, f"address-{table}" if table else ""))
        return answer

    def _found(self, path: str) -> tuple[_Entry, str]:
        if path in self._paths:
            return self._paths[path], ""
        for length in self._lengths:
            if (prefix := path[:length]) in self._prefixes:
                return self._prefixes[prefix], path[length:]
        return _NOTHING

    def _add(self, table: str, entry: str, what: _Entry) -> None:
        path = _path(table, entry)
        prefix = entry.endswith("/*")
        entries, key = (self._prefixes, path[:-1]) if prefix else (self._paths, path)
        if key in entries:
            raise MisuseError(f"{table}: {entry!r} is in the tables already", "leave one of the two out")
        if isinstance(what, _Moved) and what.rest and not prefix:
            raise MisuseError(
                f"moved: {entry!r} is one address, its target many", 'end both with "/*", or neither of them'
            )
        entries[key] = what

    def _follow(self, entry: str, ours: frozenset[host.Authority]) -> None:
        """Raise if the moves from *entry* never end."""
        path = _path("moved", entry)
        if entry.endswith("/*"):
            path = path[:-1] + _REST
        for _ in range(MOST_HOPS + 1):
            found, rest = self._found(path)
            onward = _own_path(found, rest, ours) if isinstance(found, _Moved) else None
            if onward is None:
                return
            path = onward
        raise MisuseError(
            f"moved: from {entry!r} the moves lead round in a circle, or on more than {MOST_HOPS} times",
            "give each entry the address where it is found at last",
        )


def _answer(entry: _Entry, rest: str, request: Request) -> Response | Refused:
    if isinstance(entry, _Moved):
        status = 301 if request.method in ("GET", "HEAD") else 308
        return Response(status, [("Location", _to(entry, rest, request.query)), ("Content-Length", "0")])
    if isinstance(entry, Blocked):
        return UnavailableForLegalReasons(entry.detail, blocked_by=entry.by, reason="address-blocked")
    return Gone(reason="address-gone")


_NOTHING: tuple[_Entry, str] = (None, "nothing")


def _path(table: str, entry: str) -> str:
    """Return *entry* as a request's path would be, decoded."""
    wrong = not entry.startswith("/") or "?" in entry or "#" in entry or "*" in entry.removesuffix("/*")
    path = "" if wrong else _decoded(entry)
    if not path or not path.replace(" ", "").isprintable():
        raise MisuseError(f"{table}: {entry!r} is no path", 'write "/old", or "/old/*" for everything below it')
    return path


def _target(entry: str, target: str) -> _Moved:
    written = escaped_address(target)
    absolute = _ABSOLUTE.match(written)
    path = written[absolute.end() :] if absolute else written
    fine = host.parse(absolute[1]) is not None if absolute else path[:1] == "/" and path[1:2] != "/"
    # A slip of the pen; and browsers read a backslash as a slash.
    if not fine or not target.isprintable() or _SLIP.search(target):
        raise MisuseError(f"moved: {entry!r} leads to {target!r}, which is no address", 'write "/new" or "https://…"')
    if not path.endswith("/*"):
        before, hash_, fragment = written.partition("#")
        moved = _Moved(before, hash_ + fragment, rest=False)
    else:
        moved = _Moved(written[:-1], "", rest=True)
    if "*" in moved.before + moved.after or (moved.rest and set(path) & set("?#")):
        raise MisuseError(f"moved: {entry!r} leads to {target!r}, with * inside", 'write "*" at the end only, as "/*"')
    return moved


def _blocked(entry: str, why: str | Blocked) -> Blocked:
    blocked = why if isinstance(why, Blocked) else Blocked(why) if _is_address(why) else Blocked(detail=why)
    if blocked.by is not None and not _is_address(blocked.by):
        raise MisuseError(f"blocked: {entry!r}: {blocked.by!r} is no address", 'write Blocked(by="https://…")')
    return blocked


def _is_address(text: str) -> bool:
    return re.fullmatch(r"(?:https?://|/)[!#-;=?-~]*", text) is not None


def _host(text: str) -> host.Authority:
    authority = host.parse(text)
    if authority is None:
        raise MisuseError(f"hosts: {text!r} is no host", 'write it as in the address, such as "www.example.org:8443"')
    return host.without_default_port(authority)


def _to(moved: _Moved, rest: str, query: str) -> str:
    before = moved.before
    if moved.rest:
        before += _escaped(_NOT_IN_PATH, rest.encode("utf-8", "surrogatepass"))
        if not _ABSOLUTE.match(before):
            # "//evil.example" would lead to another host (RFC 3986 §4.2).
            before = "/" + before.lstrip("/")
    if query:
        before += ("&" if "?" in before else "?") + _escaped(_NOT_IN_QUERY, query.encode("latin-1", "replace"))
    return before + moved.after


def _own_path(moved: _Moved, rest: str, ours: frozenset[host.Authority]) -> str | None:
    """Return the path that a request would come back with, or ``None`` if it leads to another host."""
    written = moved.before
    if absolute := _ABSOLUTE.match(written):
        authority = host.parse(absolute[1])
        if authority is None or host.without_default_port(authority) not in ours:
            return None
        written = written[absolute.end() :]
    path = written.partition("?")[0] or "/"
    return _decoded(path) + (rest if moved.rest else "")


def _decoded(path: str) -> str:
    octets = re.sub(
        rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), path.encode("utf-8", "surrogatepass")
    )
    return octets.decode("utf-8", "replace")


def escaped_address(text: str) -> str:
    """Return *text* with every character escaped that cannot stand in an address (RFC 3986 §2), so no line ends."""
    return _escaped(_NOT_IN_ADDRESS, text.encode("utf-8", "surrogatepass"))


def _escaped(unfit: re.Pattern[bytes], octets: bytes) -> str:
    return unfit.sub(lambda found: b"%%%02X" % found[0][0], octets).decode("ascii")
