"""What servers were measured to hand over to an application although RFC 9110 or 9112 forbids it, case by case.

Ten servers were sent raw bytes (November 2026): uvicorn with h11 and with httptools, hypercorn, granian, daphne,
gunicorn with ASGI and with threads, waitress, cheroot, Werkzeug. A case stands here if it reached the application
behind at least one of them. The head is written as the application gets it; where WSGI and ASGI hand over different
things, each has its row. What a server answers by itself needs nothing of ours. What it hides from the application
nobody can decide there; the docs list it (one of two fields dropped, the space before a colon taken away, the version
or the method rewritten), and a server that hides less needs no change here. A bad chunk is found while content is read.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from hardtack.message import Headers, Request
from hardtack.status.refuse import RefusePolicy, refuse


class Case(NamedTuple):
    """One measured case: the servers that let it through, the sentence that forbids it, the head, the answer."""

    name: str
    through: str
    reference: str
    request: Request
    answer: int


def _head(*fields: tuple[str, str], method: str = "GET", version: str = "1.1", target: str = "/") -> Request:
    headers = Headers(fields)
    return Request(
        method=method,
        path="/",
        headers=headers,
        host=headers.get("host") or "",
        http_version=version,
        target=target,
    )


HOST = ("Host", "www.example.org")
CHUNKED = ("Transfer-Encoding", "chunked")
MANY = [(f"X-{number}", "x") for number in range(5000)]

FORBIDDEN = [
    Case("HTTP/3.0", "UH HY WA", "RFC 9110 §2.5", _head(HOST, version="3.0"), 505),
    Case("HTTP/2.0", "UH UT HY WA", "RFC 9110 §2.5", _head(HOST, version="2.0"), 505),
    Case("no Host", "UT GR DA GA GT WA CH WK", "RFC 9112 §3.2", _head(), 400),
    Case("two Hosts", "UT GR DA WA CH WK", "RFC 9112 §3.2", _head(HOST, HOST), 400),
    Case("two Hosts, joined", "WA CH WK", "RFC 9112 §3.2", _head(("Host", "a.example,b.example")), 400),
    Case("two Hosts, joined with a space", "WA CH WK", "RFC 9112 §3.2", _head(("Host", "a.example, b.example")), 400),
    Case("Host: a/b@c", "all", "RFC 9112 §3.2", _head(("Host", "a/b@c")), 400),
    Case(
        "Content-Length and Transfer-Encoding",
        "UH HY GR WA CH WK",
        "RFC 9112 §6.1",
        _head(HOST, ("Content-Length", "5"), CHUNKED, method="POST"),
        400,
    ),
    Case(
        "Content-Length 2 and 3, joined",
        "CH WK",
        "RFC 9112 §6.3",
        _head(HOST, ("Content-Length", "2,3"), method="POST"),
        400,
    ),
    Case(
        "Content-Length 2 and 3",
        "CH WK",
        "RFC 9112 §6.3",
        _head(HOST, ("Content-Length", "2"), ("Content-Length", "3"), method="POST"),
        400,
    ),
    Case(
        "Transfer-Encoding: xyz",
        "WK",
        "RFC 9112 §6.1",
        _head(HOST, ("Transfer-Encoding", "xyz"), method="POST"),
        501,
    ),
    Case(
        "chunked in HTTP/1.0",
        "UH UT HY DA WA CH WK",
        "RFC 9112 §6.1",
        _head(HOST, CHUNKED, method="POST", version="1.0"),
        400,
    ),
    Case("method FROB", "all but UT", "RFC 9110 §9.1", _head(HOST, method="FROB"), 501),
    Case("method get", "UH HY GR DA WK", "RFC 9110 §9.1", _head(HOST, method="get"), 501),
    Case("CONNECT a:1", "UH HY DA GA GT WA WK", "RFC 9110 §9.1", _head(HOST, method="CONNECT", target="a:1"), 501),
    Case("TRACE", "all", "RFC 9110 §9.3.8", _head(HOST, method="TRACE"), 501),
    Case("space before the colon", "CH WK", "RFC 9112 §5.1", _head(HOST, ("X-Note ", "x")), 400),
    Case("obs-fold, as sent", "CH WK", "RFC 9112 §5.2", _head(HOST, ("X-Note", "a\r\n b")), 400),
    Case("Expect: nonsense", "all but GT", "RFC 9110 §10.1.1", _head(HOST, ("Expect", "nonsense")), 417),
    Case("a field of 100 kB", "UH UT HY GR CH WA", "RFC 6585 §5", _head(HOST, ("X-Note", "x" * 100_000)), 431),
    Case("5000 fields", "UH UT HY WA CH", "RFC 6585 §5", _head(HOST, *MANY), 431),
    Case(
        "a target of 10 kB", "UH UT HY GR DA WA CH WK", "RFC 9110 §15.5.15", _head(HOST, target="/" + "x" * 9999), 414
    ),
]

ALLOWED = [
    ("HTTP/1.2 is read as 1.1 (RFC 9110 §2.5)", _head(HOST, version="1.2")),
    ("200 fields", _head(HOST, *MANY[:199])),
    ("a field of 20 kB", _head(HOST, ("X-Note", "x" * 20_000))),
    ("chunked without a length", _head(HOST, CHUNKED, method="POST")),
    ("OPTIONS *", _head(HOST, method="OPTIONS", target="*")),
    ("obs-fold, unfolded by the server (RFC 9112 §5.2)", _head(HOST, ("X-Note", "a   b"))),
    ("Expect: 100-continue", _head(HOST, ("Expect", "100-continue"), method="POST")),
    ("Expect in HTTP/1.0 (RFC 9110 §10.1.1)", _head(HOST, ("Expect", "nonsense"), version="1.0")),
    ("Upgrade: foo may be ignored (RFC 9110 §7.8)", _head(HOST, ("Upgrade", "foo"), ("Connection", "upgrade"))),
]


@pytest.mark.parametrize("case", FORBIDDEN, ids=[case.name for case in FORBIDDEN])
def test_what_servers_let_through_is_refused(case: Case) -> None:
    """Whatever the server does, the application does not see it."""
    refused = refuse(case.request, RefusePolicy())
    assert refused is not None
    assert case.answer == refused.status


@pytest.mark.parametrize(("name", "request_head"), ALLOWED, ids=[name for name, _ in ALLOWED])
def test_what_servers_rightly_let_through_passes(name: str, request_head: Request) -> None:
    """The layer is no stricter than the standard where that would cost somebody an answer."""
    assert name
    assert refuse(request_head, RefusePolicy()) is None
