"""A browser, as far as the story needs one: it keeps cookies, says whose page a request comes from, follows nothing.

Each request goes over a socket of its own, through a proxy that has taken TLS off, so with its two fields. The jar is
one host's.
"""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.answered import Answered
from tests.browsing import NAVIGATION, keep, named

HOST = "shop.example"
ORIGIN = f"https://{HOST}"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer(Answered):
    """What came back."""

    @property
    def location(self) -> str:
        """Where it leads, as a path of the same host."""
        return (self.headers["Location"] or "").removeprefix(ORIGIN)

    def members(self, name: str) -> set[str]:
        """Return the members of a field that is a list, whatever their order."""
        return {member.strip() for value in self.headers.get_all(name, []) for member in value.split(",")}

    @property
    def token(self) -> str:
        """The token of the form on the page."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.text)
        assert found, self.text
        return found[1]


@dataclass
class Browser:
    """One browser with its cookies.

    Args:
        port: where the server listens.
        language: what the person reads.
        old: it says neither ``Sec-Fetch-Site`` nor ``Origin``, as browsers of long ago.
        tolerant: it takes an answer that breaks off before its end.
        cookies: what it holds, by name.
    """

    port: int
    language: str = "en"
    old: bool = False
    tolerant: bool = False
    cookies: dict[str, str] = field(default_factory=dict)

    def visit(self, path: str, **fields: str) -> Answer:
        """Go to a page by its address."""
        return self.ask("GET", path, fields={**self._navigation("none"), **named(fields)})

    def submit(self, path: str, values: Mapping[str, str], *, site: str = "same-origin", **fields: str) -> Answer:
        """Send a form from a page, one of the same site unless *site* says otherwise."""
        origin = ORIGIN if site == "same-origin" else "https://evil.example"
        said = {} if self.old else {"Origin": origin}
        sent = {**self._navigation(site), "Content-Type": FORM, "Referer": origin + "/", **said, **named(fields)}
        return self.ask("POST", path, urlencode(values).encode(), sent)

    def call(self, method: str, path: str, content: bytes | None = None, **fields: str) -> Answer:
        """Let a script of the site's own page make a request, which takes JSON unless *fields* say otherwise."""
        metadata = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
        said = {"Accept": "application/json", **metadata, **({"Origin": ORIGIN} if method != "GET" else {})}
        return self.ask(method, path, content, {**said, **named(fields)})

    @contextmanager
    def socket(self, path: str, origin: str = ORIGIN) -> Iterator[ClientConnection]:
        """Open a WebSocket from a page of *origin*, and keep the cookies that come with its acceptance.

        Raises:
            websockets.exceptions.InvalidStatus: it was refused.
        """
        sent = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7", "Cookie": self._cookie}
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        with connect(f"ws://{HOST}{path}", sock=plain, origin=Origin(origin), additional_headers=sent) as connection:
            assert connection.response is not None
            for value in connection.response.headers.get_all("Set-Cookie"):
                keep(self.cookies, value)
            yield connection

    def ask(
        self, method: str, path: str, content: bytes | None = None, fields: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request with the browser's cookies, and keep those that come back."""
        sent = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
        sent |= {"Accept-Language": self.language, **(fields or {})}
        if self.cookies:
            sent["Cookie"] = self._cookie
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, content, sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, self._content(response))
        finally:
            connection.close()
        for value in answer.set_cookies:
            keep(self.cookies, value)
        return answer

    @property
    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in list(self.cookies.items()))

    def _navigation(self, site: str) -> dict[str, str]:
        return {"Accept": NAVIGATION["Accept"]} if self.old else {**NAVIGATION, "Sec-Fetch-Site": site}

    def _content(self, response: http.client.HTTPResponse) -> bytes:
        try:
            return response.read()
        except http.client.IncompleteRead as broken_off:
            if not self.tolerant:
                raise
            return broken_off.partial
