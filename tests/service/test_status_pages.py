"""The pages about status codes over real sockets: where one answer ends, the next begins.

What has no content (HEAD, 204, 205, 304) must not leave a single octet behind, or the next answer on the connection is
read wrongly; so one connection asks for every code, and is used on as long as the server does not end it.
"""

from __future__ import annotations

import http.client

from hardtack.status import Status
from hardtack.status.refuse import METHODS
from tests.conformance.wire import ask
from tests.conftest import Service, Start

SENT = [status for status in Status if status.code >= 200 and status.may_be_sent]
ENDS = {400, 408, 413}
"""Codes after which the connection ends."""


def every_code(service: Service) -> list[tuple[int, str, bytes]]:
    """Ask for every code with every method over as few connections as the server allows; return what did not fit."""
    wrong = []
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    for status in SENT:
        for method in sorted(METHODS):
            fields = {"Host": f"localhost:{service.port}", "Accept": "text/html"}
            connection.request(method, f"/status/{status.code}", b"a=b" if method == "POST" else None, fields)
            response = connection.getresponse()
            content = response.read()
            names = {name.lower() for name in response.headers}
            needed = {name.lower() for name in (*status.headers_required, *status.headers_recommended)}
            expected = bool(content) == (status.content_allowed and method != "HEAD")
            length = response.headers["Content-Length"]
            right = {204: length is None, 304: length is None, 205: length == "0"}.get(status.code, length is not None)
            closes = (response.headers["Connection"] or "").lower() == "close"
            if (
                (status.code, "no-store") != (response.status, response.headers["Cache-Control"])
                or not (needed <= names and expected and right)
                or closes != (status.code in ENDS)
            ):
                wrong.append((status.code, f"{method} {dict(response.headers)}", content[:80]))
            if closes:
                connection.close()
    connection.close()
    return wrong


def raw(service: Service, method: str, path: str) -> bytes:
    """Return the content of an answer, to the last octet before the server closes."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost:{service.port}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    )
    answer = ask(service.port, head.encode())
    assert answer is not None
    return answer.content


def test_every_code_comes_whole_and_leaves_nothing_behind(start: Start) -> None:
    """With every method; what is no code is 404, what may not be sent 403, and the pages are there."""
    service = start()
    assert [] == every_code(service)
    assert [b"", b"", b"", b"", b""] == [
        raw(service, *asked.split())
        for asked in ("GET /status/204", "GET /status/205", "GET /status/304", "HEAD /status/404", "HEAD /status/ok")
    ]
    assert [404, 404, 404, 403, 403, 308, 200, 200] == [
        service.ask("GET", path)[0]
        for path in (
            "/status/abc",
            "/status/1000",
            f"/status/{'9' * 6000}",
            "/status/100",
            "/status/306",
            "/status/404/",
            "/status",
            "/status/not-found",
        )
    ]


def test_in_public_it_is_as_the_operator_has_switched_it_on(start: Start) -> None:
    """Behind a proxy, as in earnest."""
    trusted = ("--origin", "https://id.example.org", "--trusted-proxy", "127.0.0.1")
    service = start(*trusted, environ={"HARDTACK_PLAYGROUND": "true"})
    fields = {"Host": "id.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "id.example.org"}
    assert 503 == service.ask("GET", "/status/503", headers=fields)[0]
