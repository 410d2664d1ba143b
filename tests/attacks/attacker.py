"""Whoever attacks, and whoever is attacked: clients over real sockets that send exactly what they are told to.

``Client`` has one browser's cookies and one network address, which a trusted proxy would say of it; it follows nothing
and believes nothing. ``raw`` sends octets that no client would. Every request is counted, for the report.
"""

from __future__ import annotations

import html
import http.client
import json
import re
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

from tests.answered import Answered

FORM = "application/x-www-form-urlencoded"
IDENTITY = "__Host-hardtack"
PATIENCE = 60
"""Seconds for one answer, whatever the machine does besides."""

Fields = Sequence[tuple[str, str]]
_T = TypeVar("_T")


class _Sent:
    """How many requests have gone out of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests = 0

    def one(self) -> None:
        with self._lock:
            self.requests += 1


SENT = _Sent()
_addresses = count(1)


def fresh_address() -> str:
    """Return a network address from which nobody has come yet."""
    number = next(_addresses)
    return f"198.18.{number >> 8}.{number & 255}"


@dataclass(frozen=True)
class Answer(Answered):
    """What came back."""

    @property
    def location(self) -> str:
        """Where it leads, as it was said; ``""``: nowhere."""
        return self.headers["Location"] or ""

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that are set, by name; those that are deleted are left out."""
        pairs = (value.partition(";")[0].partition("=") for value in self.set_cookies)
        return {name: value for name, _, value in pairs if value}

    @property
    def retry_after(self) -> int:
        """Seconds after which it may be tried again; 0 where that is not said."""
        return int(self.headers["Retry-After"] or 0)

    def form(self, **wanted: str) -> dict[str, str]:
        """Return the fields of the form on the page that has all of *wanted* among its hidden ones."""
        for form in re.findall(r"<form\b.*?</form>", self.text, re.DOTALL):
            fields = {}
            for tag in re.findall(r"<(?:input|button)\b[^>]*>", form):
                said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
                if "name" in said and said.get("type") != "checkbox":
                    fields[html.unescape(said["name"])] = html.unescape(said.get("value", ""))
            if wanted.items() <= fields.items():
                return fields
        raise AssertionError(f"no form with {wanted}: {self.text}")


@dataclass
class Client:
    """One browser, or what passes for one.

    Args:
        port: where the service listens.
        host: what it is called, with the port if that is not the usual one.
        scheme: over which it is reached, as the proxy says.
        address: where the client is, as the proxy says.
        cookies: what it holds, by name.
    """

    port: int
    host: str
    scheme: str = "https"
    address: str = field(default_factory=fresh_address)
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """The origin of the service."""
        return f"{self.scheme}://{self.host}"

    def copy(self) -> Client:
        """Return another browser, elsewhere, with a copy of every cookie."""
        return Client(self.port, self.host, self.scheme, cookies=dict(self.cookies))

    def page(self, path: str, **fields: str) -> Answer:
        """Go to a page by its address."""
        return self.ask("GET", path, fields=[*self._navigation("none"), *_named(fields)])

    def submit(self, path: str, values: Mapping[str, str], **fields: str) -> Answer:
        """Send a form from a page of the service itself."""
        sent = [*self._navigation("same-origin"), ("Origin", self.origin), ("Content-Type", FORM), *_named(fields)]
        return self.ask("POST", path, urlencode(values).encode(), sent)

    def call(self, method: str, path: str, values: Any = None, **fields: str) -> Answer:
        """Let a script of the service's own page make a request, in JSON."""
        said = [("Accept", "application/json"), ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Mode", "cors")]
        content = None
        if values is not None:
            said += [("Content-Type", "application/json"), ("Origin", self.origin)]
            content = json.dumps(values).encode()
        return self.ask(method, path, content, [*said, *_named(fields)])

    def post(self, path: str, **values: Any) -> Answer:
        """Send JSON, as a script of the service's own page does."""
        return self.call("POST", path, values)

    def ask(self, method: str, target: str, content: bytes | None = None, fields: Fields = ()) -> Answer:
        """Send one request with these fields, and keep the cookies that come back.

        Of Host, Cookie and the fields of the proxy those in *fields* take the place of the client's own.
        """
        own = [("Host", self.host), ("X-Forwarded-Proto", self.scheme), ("X-Forwarded-For", self.address)]
        if self.cookies:
            own.append(("Cookie", self.cookie))
        named = {name.lower() for name, _ in fields}
        sent = [each for each in own if each[0].lower() not in named] + list(fields)
        answer = exchange(self.port, method, target, sent, content)
        for value in answer.set_cookies:
            self._keep(value)
        return answer

    @property
    def cookie(self) -> str:
        """The Cookie field that it sends."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    @property
    def identity(self) -> str:
        """The cookie by which somebody is signed in here; ``""``: nobody is."""
        return self.cookies.get(IDENTITY, "")

    def signed_in(self) -> bool:
        """Return whether the service knows who this is."""
        status = self.call("GET", "/account").status
        assert status in {200, 401}, status
        return status == 200

    def _navigation(self, site: str) -> list[tuple[str, str]]:
        return [
            ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
            ("Sec-Fetch-Site", site),
            ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-Dest", "document"),
        ]

    def _keep(self, set_cookie: str) -> None:
        name, _, value = set_cookie.partition(";")[0].partition("=")
        if value:
            self.cookies[name] = value
        else:
            self.cookies.pop(name, None)


def exchange(port: int, method: str, target: str, fields: Fields, content: bytes | None = None) -> Answer:
    """Send one request over a socket of its own; return the answer."""
    SENT.one()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in fields:
            connection.putheader(name, value.encode("utf-8", "surrogateescape"))
        if content is not None and not any(
            name.lower() in {"content-length", "transfer-encoding"} for name, _ in fields
        ):
            connection.putheader("Content-Length", str(len(content)))
        connection.endheaders()
        if content is not None:
            with suppress(BrokenPipeError, ConnectionResetError):  # refused before it was read; the answer says so
                connection.send(content)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def raw(port: int, octets: bytes) -> tuple[int, bytes]:
    """Send *octets*, and return the status and everything that comes back with it; 0 where nothing does."""
    SENT.one()
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(octets)
        with suppress(ConnectionResetError):
            # A server that has refused what it has not read waits a while for the rest before it closes.
            while not _is_whole(got) and (piece := connection.recv(65536)):
                got += piece
    found = re.match(rb"HTTP/1\.[01] (\d{3})", got)
    return int(found[1]) if found else 0, got


def _is_whole(answer: bytes) -> bool:
    """Return whether an answer is there up to the end that it announces."""
    head, end, content = answer.partition(b"\r\n\r\n")
    announced = re.search(rb"^content-length: *(\d+)\r?$", head, re.MULTILINE | re.IGNORECASE)
    return bool(end and announced) and len(content) >= int(announced[1] if announced else 0)


def at_once(*doing: Callable[[], _T]) -> list[_T]:
    """Do several things at the same moment; return what they return."""
    gate = threading.Barrier(len(doing))

    def one(each: Callable[[], _T]) -> _T:
        gate.wait()
        return each()

    with ThreadPoolExecutor(len(doing)) as threads:
        return list(threads.map(one, doing))


def leads_to(base: str, location: str) -> str:
    """Return the host to which a browser goes by *location*, read as browsers read it (WHATWG URL §4.4)."""
    plain = re.sub(r"[\t\r\n]", "", location.strip("".join(map(chr, range(0x21))))).replace("\\", "/")
    return urlsplit(urljoin(base, re.sub(r"^(https?:)/*", r"\1//", plain))).netloc


def _named(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name.replace("_", "-").title(), value) for name, value in fields.items()]
