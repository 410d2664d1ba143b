"""A browser of several hosts, as far as the tests of the proxies need one, and a client that says what none would.

Cookies are kept by host, as browsers keep those with ``__Host-``. Whatever host is named, the proxy on one port of this
machine is asked, over TLS with that name.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.answered import Answered
from tests.browsing import NAVIGATION, keep, named

SCRIPT = {"Accept": "*/*", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "same-origin"}
MOST_HOPS = 12


@dataclass(frozen=True)
class Answer(Answered):
    """What came back, and from which address."""

    url: str

    @property
    def location(self) -> str:
        """Where it leads, as an absolute address; ``""``: nowhere."""
        return urljoin(self.url, self.headers["Location"]) if self.headers["Location"] else ""


@dataclass
class Visitor:
    """One browser with its cookies, which follows nothing unless asked to.

    Args:
        port: where the proxy listens.
        service: where Hardtack listens, for a visitor who comes as through a proxy that no test can run; ``0``: no.
        cookies: what it holds, by host and name.
    """

    port: int
    service: int = 0
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def go(self, url: str, **fields: str) -> Answer:
        """Go to a page by its address."""
        return self.ask("GET", url, {**NAVIGATION, "Sec-Fetch-Site": "none", **named(fields)})

    def follow(self, url: str) -> Answer:
        """Go to a page, and on to wherever one is led from there; return the last answer."""
        for _ in range(MOST_HOPS):
            answer = self.go(url)
            if not answer.location:
                return answer
            url = answer.location
        raise AssertionError(f"led around in circles: {url}")

    def submit(self, url: str, **values: str) -> Answer:
        """Send a form from a page of the same host."""
        parts = urlsplit(url)
        said = {"Origin": f"{parts.scheme}://{parts.netloc}", "Sec-Fetch-Site": "same-origin"}
        typed = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", url, {**NAVIGATION, **said, **typed}, urlencode(values).encode())

    def call(self, url: str, method: str = "GET", content: bytes | None = None, **fields: str) -> Answer:
        """Let a script make a request."""
        return self.ask(method, url, {**SCRIPT, **named(fields)}, content)

    def ask(self, method: str, url: str, fields: Mapping[str, str], content: bytes | None = None) -> Answer:
        """Send one request with the host's cookies, and keep those that come back."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        sent = {"Host": parts.netloc, **({"X-Forwarded-Proto": "https"} if self.service else {}), **fields}
        if self.cookies.get(host):
            sent["Cookie"] = self.cookie(host)
        connection = http.client.HTTPConnection(host, self.port, timeout=30)
        at = ("127.0.0.1", self.service)
        connection.sock = socket.create_connection(at, timeout=30) if self.service else tunnel(self.port, host)
        try:
            connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, content, sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read(), url)
        finally:
            connection.close()
        for value in answer.set_cookies:
            keep(self.cookies.setdefault(host, {}), value)
        return answer

    def cookie(self, host: str) -> str:
        """Return the Cookie field that goes to *host*."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.get(host, {}).items())

    @contextmanager
    def socket(self, host: str, path: str = "/echo") -> Iterator[ClientConnection]:
        """Open a WebSocket.

        Raises:
            websockets.exceptions.InvalidStatus: it was refused.
        """
        more = {"Cookie": self.cookie(host)} if self.cookies.get(host) else {}
        origin = Origin(f"https://{host}:{self.port}")
        url = f"wss://{host}:{self.port}{path}"
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        with connect(url, sock=plain, ssl=_context(), origin=origin, additional_headers=more) as connection:
            yield connection


def raw(
    port: int, host: str, *lines: str, content: bytes = b"", target: str = "/", method: str = "GET"
) -> tuple[int, str]:
    """Send a head as it stands, with *lines* as its fields, and return the status and everything that comes back.

    Args:
        port: of the proxy.
        host: named in the handshake, and in the Host field unless *lines* have one.
        lines: fields.
        content: what follows the head.
        target: as it is to be sent.
        method: likewise.
    """
    named = lines if any(line.lower().startswith("host:") for line in lines) else (f"Host: {host}:{port}", *lines)
    head = "\r\n".join((f"{method} {target} HTTP/1.1", *named, "Connection: close" if _closes(lines) else "", ""))
    with tunnel(port, host) as connection:
        connection.sendall(re.sub(r"(\r\n)+$", "\r\n\r\n", head).encode("latin-1") + content)
        got = b""
        while piece := connection.recv(65536):
            got += piece
    text = got.decode("latin-1")
    return int(text.split(" ", 2)[1]), text


def _closes(lines: Sequence[str]) -> bool:
    return not any(line.lower().startswith("connection:") for line in lines)


def tunnel(port: int, host: str) -> ssl.SSLSocket:
    """Return a connection to the proxy, for *host*."""
    return _context().wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=30), server_hostname=host)


def _context() -> ssl.SSLContext:
    # Whose certificate it is, is not what these tests are about.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
