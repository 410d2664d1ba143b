"""Request and Response as plain values: what every room speaks.

No framework is in sight here: adapters translate the host's objects into these and back. A request is complete and
frozen, its body already read up to the limit; what is believed about a proxy is already decided (``client``,
``scheme``, ``host``). Field names are compared without case (RFC 9110 §5.1); the order and number of fields are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


class Headers:
    """Header fields in the order received, looked up by name without case (RFC 9110 §5).

    Args:
        fields: pairs of name and value, both text (latin-1 on the wire).
    """

    __slots__ = ("_fields", "_first")

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields = tuple((name.lower(), value) for name, value in fields)
        first: dict[str, str] = {}
        for name, value in self._fields:
            first.setdefault(name, value)
        self._first = first

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the first value of *name*, or *default*."""
        return self._first.get(name.lower(), default)

    def all(self, name: str) -> list[str]:
        """Return every value of *name* in the order received."""
        name = name.lower()
        if name not in self._first:
            return []
        return [value for field_name, value in self._fields if field_name == name]

    def joined(self, name: str) -> str | None:
        """Return all values of a list field joined by commas (RFC 9110 §5.3), or ``None`` if it is absent."""
        values = self.all(name)
        return ", ".join(values) if values else None

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._first

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        # Names only: values can be cookies and credentials, and representations end up in logs.
        return f"Headers({sorted(self._first)!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request as a value.

    Args:
        method: as sent; methods are case-sensitive (RFC 9110 §9.1).
        path: the decoded path, beginning with ``/``.
        query: the raw query, without the question mark.
        headers: the header fields.
        body: the content, complete (bytes).
        scheme: ``http`` or ``https``, as the visitor's browser sees it.
        host: the authority that the request names (host and port as sent), or ``""``.
        client: the visitor's network address, after trusted proxies; ``""`` if unknown.
        http_version: such as ``1.1``.
    """

    method: str
    path: str
    query: str = ""
    headers: Headers = field(default_factory=Headers)
    body: bytes = field(default=b"", repr=False)
    scheme: str = "http"
    host: str = ""
    client: str = ""
    http_version: str = "1.1"


@dataclass(slots=True)
class Response:
    """One HTTP response as a value.

    Args:
        status: the status code.
        headers: pairs of name and value in the order to be sent; ``Set-Cookie`` may repeat.
        body: the content (bytes).
    """

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = field(default=b"", repr=False)

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the first value of header field *name*, or *default*."""
        name = name.lower()
        return next((value for field_name, value in self.headers if field_name.lower() == name), default)

    def set(self, name: str, value: str) -> None:
        """Make *value* the only value of header field *name*."""
        lowered = name.lower()
        self.headers = [pair for pair in self.headers if pair[0].lower() != lowered]
        self.headers.append((name, value))

    def add(self, name: str, value: str) -> None:
        """Add one more header field *name*; the way to set several cookies."""
        self.headers.append((name, value))

    def vary(self, name: str) -> None:
        """Add *name* to ``Vary`` unless it is there already (RFC 9110 §12.5.5)."""
        present = [part.strip() for part in (self.get("Vary") or "").split(",") if part.strip()]
        if "*" not in present and name.lower() not in (part.lower() for part in present):
            self.set("Vary", ", ".join([*present, name]))
