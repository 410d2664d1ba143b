"""For every rule of the lint: answers that break it, and answers that look much alike and do not."""

from __future__ import annotations

from typing import Any

from hardtack.message import Headers, Request, Response
from hardtack.status.lint import Exchange

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
LATER = "Sun, 06 Nov 1994 08:49:38 GMT"
OLD = "Sunday, 06-Nov-94 08:49:37 GMT"
TAG = {"ETag": '"a"'}
FULL = Response(
    200, [("Content-Length", "10"), ("ETag", '"a"'), ("Last-Modified", DATE), ("Vary", "Accept")], b"0123456789"
)
GONE = Response(404, [], b"no")
RANGE = {"Range": "bytes=0-1"}
PARTIAL = {"Content-Range": "bytes 0-1/10", "Content-Length": "2"}
SEVERAL = {"Content-Type": "multipart/byteranges; boundary=x"}
TWO = {"Range": "bytes=0-1,4-5"}
PARTS = (
    b"--x\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n--x\r\nContent-Type: a/b\r\n"
    b"Content-Range: bytes 4-5/10\r\n\r\n45\r\n--x--\r\n"
)


def exchange(
    status: int,
    fields: dict[str, str] | list[tuple[str, str]] | None = None,
    body: bytes = b"",
    *,
    method: str = "GET",
    asked: dict[str, str] | list[tuple[str, str]] | None = None,
    version: str = "1.1",
    host: str | None = "example.org",
    target: str = "/",
    content: bytes = b"",
    **known: Any,
) -> Exchange:
    """Return an exchange; fields are mappings, or pairs where one comes twice."""
    pairs = list(asked.items()) if isinstance(asked, dict) else list(asked or [])
    request = Request(
        method=method,
        path=target.partition("?")[0],
        headers=Headers([*([("Host", host)] if host is not None else []), *pairs]),
        body=content,
        host=host or "",
        http_version=version,
        target=target,
    )
    given = list(fields.items()) if isinstance(fields, dict) else list(fields or [])
    return Exchange(request, Response(status, given, body), **known)


def _interim(*codes: int) -> tuple[Response, ...]:
    return tuple(Response(code) for code in codes)


EXAMPLES: dict[str, tuple[list[Exchange], list[Exchange]]] = {
    "code-is-in-range": ([exchange(99), exchange(600), exchange(-1)], [exchange(100), exchange(599)]),
    "code-is-registered": ([exchange(299), exchange(418 + 2)], [exchange(200), exchange(99), exchange(600)]),
    "code-is-not-reserved": ([exchange(306), exchange(418)], [exchange(305), exchange(402)]),
    "code-is-not-retired": ([exchange(305), exchange(510), exchange(102), exchange(104)], [exchange(402)]),
    "final-answer-is-final": ([exchange(100), exchange(103)], [exchange(101), exchange(200)]),
    "interim-answer-is-interim": (
        [exchange(200, interim=_interim(200)), exchange(200, interim=_interim(103, 101))],
        [exchange(200, interim=_interim(100, 103))],
    ),
    "interim-answer-is-understood": (
        [exchange(200, interim=_interim(100), version="1.0"), exchange(101, version="1.0")],
        [exchange(200, version="1.0"), exchange(200, interim=_interim(100))],
    ),
    "continue-was-expected": (
        [exchange(200, interim=_interim(100))],
        [exchange(200, interim=_interim(100), asked={"Expect": "100-Continue"}), exchange(200, interim=_interim(103))],
    ),
    "switch-was-asked-for": ([exchange(101)], [exchange(101, asked={"Upgrade": "websocket"}), exchange(200)]),
    "switch-names-the-protocol": ([exchange(101)], [exchange(101, {"Upgrade": "websocket"})]),
    "switch-is-of-http-1": ([exchange(101, version="2")], [exchange(101), exchange(200, version="2")]),
    "upgrade-is-in-connection": (
        [exchange(426, {"Upgrade": "h2c"}), exchange(101, {"Upgrade": "h2c", "Connection": "close"})],
        [
            exchange(426, {"Upgrade": "h2c", "Connection": "close, Upgrade"}),
            exchange(426, {"Upgrade": "h2c"}, version="2"),
            exchange(426),
        ],
    ),
    "upgrade-required-names-the-protocol": ([exchange(426)], [exchange(426, {"Upgrade": "h2c"}), exchange(400)]),
    "no-content-where-none-may-be": (
        [exchange(204, body=b"x"), exchange(304, body=b"x"), exchange(103, body=b"x"), exchange(204, octets=7)],
        [exchange(204), exchange(205, body=b"x"), exchange(200, body=b"x")],
    ),
    "reset-has-no-content": (
        [exchange(205, body=b"x"), exchange(205, {"Content-Length": "1"})],
        [exchange(205, {"Content-Length": "0"}), exchange(200, body=b"x")],
    ),
    "no-length-in-204": (
        [exchange(204, {"Content-Length": "0"}), exchange(103, {"Content-Length": "0"})],
        [exchange(204), exchange(304, {"Content-Length": "5"})],
    ),
    "no-transfer-coding-in-204": (
        [exchange(204, {"Transfer-Encoding": "chunked"})],
        [exchange(200, {"Transfer-Encoding": "chunked"}), exchange(204)],
    ),
    "head-has-no-content": (
        [exchange(200, body=b"x", method="HEAD", at="wire")],
        [exchange(200, body=b"x", method="HEAD"), exchange(200, method="HEAD", at="wire"), exchange(200, body=b"x")],
    ),
    "head-content-is-not-left-to-the-server": (
        [exchange(200, body=b"x", method="HEAD"), exchange(200, octets=9, method="HEAD")],
        [exchange(200, {"Content-Length": "9"}, method="HEAD"), exchange(200, body=b"x", method="HEAD", at="wire")],
    ),
    "length-is-true": (
        [exchange(200, {"Content-Length": "2"}, b"abc"), exchange(200, {"Content-Length": "2"}, octets=1)],
        [
            exchange(200, {"Content-Length": "3"}, b"abc"),
            exchange(200, {"Content-Length": "3"}, method="HEAD"),
            exchange(304, {"Content-Length": "3"}),
            exchange(99, {"Content-Length": "3"}),
            exchange(200, body=b"abc"),
        ],
    ),
    "length-is-one-number": (
        [
            exchange(200, [("Content-Length", "3"), ("Content-Length", "3")], b"abc"),
            exchange(200, {"Content-Length": "+3"}, b"abc"),
            exchange(200, {"Content-Length": "9" * 30}),
        ],
        [exchange(200, {"Content-Length": "3"}, b"abc"), exchange(200)],
    ),
    "length-is-that-of-the-200": (
        [
            exchange(304, {"Content-Length": "0"}, whole=FULL),
            exchange(200, {"Content-Length": "0"}, method="HEAD", whole=FULL),
        ],
        [
            exchange(304, {"Content-Length": "10"}, whole=FULL),
            exchange(304, whole=FULL),
            exchange(304, {"Content-Length": "0"}),
            exchange(304, {"Content-Length": "0"}, whole=GONE),
            exchange(404, {"Content-Length": "0"}, method="HEAD", whole=FULL),
            exchange(304, {"Content-Length": "4", "Content-Encoding": "gzip"}, whole=FULL),
            exchange(304, {"Content-Length": "4"}, whole=Response(200)),
            exchange(200, {"Content-Length": "0"}, whole=FULL),
        ],
    ),
    "length-or-transfer-coding": (
        [exchange(200, {"Content-Length": "0", "Transfer-Encoding": "chunked"})],
        [exchange(200, {"Content-Length": "0"}), exchange(200, {"Transfer-Encoding": "chunked"})],
    ),
    "content-has-a-type": (
        [exchange(200, body=b"x")],
        [exchange(200, {"Content-Type": "text/plain"}, b"x"), exchange(200), exchange(204, body=b"x")],
    ),
    "connect-has-no-length": (
        [
            exchange(200, {"Content-Length": "0"}, method="CONNECT"),
            exchange(200, {"Transfer-Encoding": "chunked"}, method="CONNECT"),
        ],
        [exchange(200, method="CONNECT"), exchange(405, {"Content-Length": "0"}, method="CONNECT")],
    ),
    "error-explains-itself": (
        [exchange(404), exchange(503)],
        [exchange(404, body=b"no"), exchange(404, method="HEAD"), exchange(204)],
    ),
    "unauthorized-has-a-challenge": (
        [exchange(401)],
        [exchange(401, {"WWW-Authenticate": "Bearer"}), exchange(403), exchange(407)],
    ),
    "proxy-authentication-has-a-challenge": (
        [exchange(407), exchange(407, {"WWW-Authenticate": "Bearer"})],
        [exchange(407, {"Proxy-Authenticate": "Basic realm=x"}), exchange(401)],
    ),
    "challenge-names-a-scheme": (
        [exchange(401, {"WWW-Authenticate": ""}), exchange(407, {"Proxy-Authenticate": '="x"'})],
        [
            exchange(401, {"WWW-Authenticate": 'Session realm="a", sign-in="/sign-in", Basic'}),
            exchange(407, {"Proxy-Authenticate": "Negotiate"}),
            exchange(401),
        ],
    ),
    "method-not-allowed-lists-methods": (
        [exchange(405)],
        [exchange(405, {"Allow": "GET"}), exchange(405, {"Allow": ""}), exchange(403)],
    ),
    "allow-is-a-list-of-methods": (
        [exchange(405, {"Allow": "GET PUT"}), exchange(200, {"Allow": "['GET']"})],
        [exchange(405, {"Allow": "GET, PUT,"}), exchange(405, {"Allow": ""}), exchange(200)],
    ),
    "refused-method-is-not-allowed": (
        [exchange(405, {"Allow": "GET, PUT"}, method="PUT")],
        [exchange(405, {"Allow": "GET"}, method="PUT"), exchange(200, {"Allow": "GET"}), exchange(405)],
    ),
    "allow-is-complete": (
        [
            exchange(405, {"Allow": "GET"}, method="POST", allowed=frozenset({"GET", "PUT"})),
            exchange(200, {"Allow": "GET"}, method="OPTIONS", allowed=frozenset({"PUT"})),
        ],
        [
            exchange(405, {"Allow": "GET, PUT, HEAD"}, method="POST", allowed=frozenset({"GET", "PUT"})),
            exchange(405, {"Allow": "GET"}, method="PUT", allowed=frozenset({"GET", "PUT"})),
            exchange(405, {"Allow": "GET"}),
            exchange(405, allowed=frozenset({"GET"})),
        ],
    ),
    "head-works-where-get-does": (
        [
            exchange(405, {"Allow": "GET"}, method="HEAD"),
            exchange(501, method="HEAD", allowed=frozenset({"GET"})),
        ],
        [exchange(405, {"Allow": "POST"}, method="HEAD"), exchange(200, {"Allow": "GET"}, method="HEAD")],
    ),
    "options-lists-methods": (
        [exchange(204, method="OPTIONS")],
        [exchange(204, {"Allow": "GET"}, method="OPTIONS"), exchange(404, method="OPTIONS"), exchange(204)],
    ),
    "not-implemented-is-for-unknown-methods": (
        [exchange(501), exchange(501, method="PUT", allowed=frozenset({"PUT"}))],
        [exchange(501, method="BREW"), exchange(405)],
    ),
    "refused-type-says-what-is-taken": (
        [exchange(415, method="POST")],
        [exchange(415, {"Accept": "text/csv"}), exchange(415, {"Accept-Encoding": "gzip"}), exchange(400)],
    ),
    "legal-block-names-who-blocks": (
        [exchange(451), exchange(451, {"Link": "</law>; rel=help"})],
        [exchange(451, {"Link": '<https://court.example>; rel="blocked-by"'}), exchange(404)],
    ),
    "network-sign-in-is-no-origins": ([exchange(511)], [exchange(401)]),
    "not-acceptable-was-negotiated": (
        [exchange(406)],
        [exchange(406, asked={"Accept": "a/b"}), exchange(406, asked={"Accept-Language": "zh"}), exchange(200)],
    ),
    "length-required-lacked-length": (
        [exchange(411, asked={"Content-Length": "3"}, method="POST")],
        [exchange(411, asked={"Transfer-Encoding": "chunked"}, method="POST"), exchange(411), exchange(200)],
    ),
    "failed-condition-was-there": (
        [exchange(412, method="PUT"), exchange(412, asked={"If-Range": '"a"'})],
        [exchange(412, asked={"If-Match": '"a"'}, method="PUT"), exchange(409)],
    ),
    "refused-content-was-there": (
        [exchange(413), exchange(415, {"Accept": "a/b"}, method="POST", asked={"Content-Length": "0"})],
        [
            exchange(413, method="POST", asked={"Content-Length": "9"}),
            exchange(415, method="POST", asked={"Transfer-Encoding": "chunked"}),
            exchange(415, method="POST", content=b"x"),
            exchange(400),
        ],
    ),
    "refused-target-is-long": (
        [exchange(414), exchange(414, target="")],
        [exchange(414, target="/" * 8000), exchange(400)],
    ),
    "failed-expectation-was-there": ([exchange(417)], [exchange(417, asked={"Expect": "a=b"}), exchange(400)]),
    "required-condition-lacked": (
        [exchange(428), exchange(428, method="PUT", asked={"If-Match": '"a"'})],
        [exchange(428, method="PUT"), exchange(428, method="PUT", asked={"If-None-Match": '"a"'}), exchange(400)],
    ),
    "refused-fields-are-large": ([exchange(431)], [exchange(431, asked={"Cookie": "x" * 1000}), exchange(400)]),
    "put-says-what-it-did": (
        [exchange(200, method="PUT", whole=GONE), exchange(201, method="PUT", whole=FULL)],
        [
            exchange(201, method="PUT", whole=GONE),
            exchange(204, method="PUT", whole=FULL),
            exchange(204, method="PUT"),
            exchange(404, method="PUT", whole=FULL),
            exchange(204, method="POST", whole=GONE),
        ],
    ),
    "host-is-demanded": (
        [
            exchange(200, host=None, at="wire"),
            exchange(200, host="a/b", at="wire"),
            exchange(304, asked={"Host": "b"}, at="wire"),
        ],
        [
            exchange(400, host=None, at="wire"),
            exchange(200, host=None),
            exchange(200, host=None, version="1.0", at="wire"),
            exchange(200, host=None, version="2", at="wire"),
            exchange(200, at="wire"),
        ],
    ),
    "not-modified-was-asked-for": (
        [exchange(304), exchange(304, asked={"If-Match": '"a"'})],
        [
            exchange(304, asked={"If-None-Match": '"a"'}),
            exchange(304, asked={"If-Modified-Since": DATE}),
            exchange(200),
        ],
    ),
    "not-modified-is-for-reading": (
        [exchange(304, method="POST", asked={"If-None-Match": "*"})],
        [exchange(304), exchange(304, method="HEAD"), exchange(412, method="POST")],
    ),
    "not-modified-is-true": (
        [
            exchange(304, TAG, asked={"If-None-Match": '"b"'}),
            exchange(304, asked={"If-None-Match": '"b"', "If-Modified-Since": DATE}, whole=FULL),
            exchange(304, {"Last-Modified": LATER}, asked={"If-Modified-Since": DATE}),
            exchange(304, asked={"If-None-Match": "*"}, whole=GONE),
        ],
        [
            exchange(304, TAG, asked={"If-None-Match": '"b", W/"a"'}),
            exchange(304, asked={"If-None-Match": '"b"'}),
            exchange(304, asked={"If-None-Match": "*"}),
            exchange(304, asked={"If-None-Match": "*"}, whole=FULL),
            exchange(304, {"Last-Modified": DATE}, asked={"If-Modified-Since": DATE}),
            exchange(304, {"Last-Modified": LATER}, asked={"If-Modified-Since": "yesterday"}),
            exchange(304, asked={"If-Modified-Since": DATE}),
            exchange(200, TAG, asked={"If-None-Match": '"b"'}),
        ],
    ),
    "not-modified-keeps-fields": (
        [
            exchange(304, TAG, asked={"If-None-Match": '"a"'}, whole=FULL),
            exchange(304, whole=Response(200, [("Date", DATE)]), at="wire"),
        ],
        [
            exchange(304, {**TAG, "Vary": "Accept"}, whole=FULL),
            exchange(304, whole=Response(200, [("Date", DATE)])),
            exchange(304),
            exchange(304, whole=GONE),
            exchange(200, whole=FULL),
        ],
    ),
    "not-modified-is-lean": (
        [exchange(304, {"Content-Type": "a/b"})],
        [exchange(304, {"Last-Modified": DATE}), exchange(200, {"Content-Type": "a/b"})],
    ),
    "part-keeps-fields": (
        [exchange(206, PARTIAL, b"01", asked=RANGE, whole=FULL)],
        [
            exchange(206, {**PARTIAL, **TAG, "Vary": "Accept"}, b"01", asked=RANGE, whole=FULL),
            exchange(304, whole=FULL),
        ],
    ),
    "tag-is-that-of-the-200": (
        [exchange(304, {"ETag": '"b"'}, whole=FULL), exchange(206, {"ETag": '"b"'}, whole=FULL)],
        [
            exchange(304, TAG, whole=FULL),
            exchange(304, {"ETag": 'W/"a"'}, whole=FULL),
            exchange(304, {"ETag": '"b"'}),
            exchange(200, {"ETag": '"b"'}, whole=FULL),
            exchange(304, whole=FULL),
        ],
    ),
    "if-none-match-is-honoured": (
        [
            exchange(200, TAG, asked={"If-None-Match": 'W/"a"'}),
            exchange(206, TAG, asked={**RANGE, "If-None-Match": '"a"'}),
            exchange(200, asked={"If-None-Match": "*"}, whole=FULL),
        ],
        [
            exchange(200, TAG, asked={"If-None-Match": '"b"'}),
            exchange(200, TAG),
            exchange(200, asked={"If-None-Match": '"a"'}),
            exchange(304, TAG, asked={"If-None-Match": '"a"'}),
            exchange(200, TAG, asked={"If-None-Match": '"a"'}, method="PUT"),
        ],
    ),
    "if-modified-since-is-honoured": (
        [exchange(200, {"Last-Modified": DATE}, asked={"If-Modified-Since": LATER})],
        [
            exchange(200, {"Last-Modified": LATER}, asked={"If-Modified-Since": DATE}),
            exchange(200, {"Last-Modified": DATE}, asked={"If-Modified-Since": LATER, "If-None-Match": '"b"'}),
            exchange(304, {"Last-Modified": DATE}, asked={"If-Modified-Since": LATER}),
            exchange(200, {"Last-Modified": DATE}, asked=[("If-Modified-Since", DATE), ("If-Modified-Since", DATE)]),
        ],
    ),
    "if-match-is-honoured": (
        [
            exchange(200, TAG, asked={"If-Match": '"b"'}),
            exchange(206, {"ETag": 'W/"a"'}, asked={**RANGE, "If-Match": 'W/"a"'}),
        ],
        [
            exchange(200, TAG, asked={"If-Match": '"b", "a"'}),
            exchange(200, TAG, asked={"If-Match": "*"}),
            exchange(200, asked={"If-Match": "*"}),
            exchange(200, asked={"If-Match": '"b"'}),
            exchange(412, TAG, asked={"If-Match": '"b"'}),
            exchange(200, TAG, asked={"If-Match": '"b"'}, method="PUT"),
        ],
    ),
    "if-unmodified-since-is-honoured": (
        [exchange(200, {"Last-Modified": LATER}, asked={"If-Unmodified-Since": DATE})],
        [
            exchange(200, {"Last-Modified": DATE}, asked={"If-Unmodified-Since": DATE}),
            exchange(200, {"Last-Modified": LATER}, asked={"If-Unmodified-Since": DATE, "If-Match": '"a"'}),
            exchange(412, {"Last-Modified": LATER}, asked={"If-Unmodified-Since": DATE}),
        ],
    ),
    "failed-condition-is-false": (
        [
            exchange(412, TAG, asked={"If-Match": '"a"'}, method="PUT"),
            exchange(412, asked={"If-Match": "*"}, whole=FULL),
            exchange(412, {"Last-Modified": DATE}, asked={"If-Unmodified-Since": DATE}),
        ],
        [
            exchange(412, TAG, asked={"If-Match": '"b"'}),
            exchange(412, {"Last-Modified": LATER}, asked={"If-Unmodified-Since": DATE}),
            exchange(412, TAG, asked={"If-Match": '"a"', "If-None-Match": '"a"'}, method="PUT"),
            exchange(412, TAG, asked={"If-None-Match": '"a"'}, method="PUT"),
            exchange(200, TAG, asked={"If-Match": '"a"'}),
        ],
    ),
    "reading-is-answered-by-304": (
        [exchange(412, asked={"If-None-Match": '"a"'}), exchange(412, asked={"If-Modified-Since": DATE})],
        [
            exchange(412, asked={"If-None-Match": '"a"'}, method="PUT"),
            exchange(412, asked={"If-None-Match": '"a"', "If-Match": '"b"'}),
            exchange(412),
            exchange(304, asked={"If-None-Match": '"a"'}),
        ],
    ),
    "conditions-count-for-success": (
        [exchange(304, whole=GONE), exchange(412, asked={"If-Match": '"a"'}, whole=GONE)],
        [
            exchange(304, whole=FULL),
            exchange(404, whole=GONE),
            exchange(304),
            exchange(412, method="PUT", whole=GONE),
            exchange(412, whole=Response(412)),
        ],
    ),
    "part-was-asked-for": ([exchange(206, PARTIAL, b"01")], [exchange(206, asked=RANGE), exchange(200)]),
    "range-is-for-get": (
        [exchange(206, method="HEAD", asked=RANGE), exchange(416, method="POST", asked=RANGE)],
        [exchange(206, asked=RANGE), exchange(200, method="HEAD", asked=RANGE), exchange(206, method="HEAD")],
    ),
    "part-says-which-it-is": (
        [exchange(206, body=b"01", asked=RANGE)],
        [exchange(206, PARTIAL, b"01", asked=RANGE), exchange(206, SEVERAL, PARTS, asked=TWO), exchange(200)],
    ),
    "several-parts-say-it-inside": (
        [exchange(206, {**SEVERAL, "Content-Range": "bytes 0-1/10"}, PARTS, asked=TWO)],
        [exchange(206, SEVERAL, PARTS, asked=TWO), exchange(206, PARTIAL, b"01", asked=RANGE)],
    ),
    "each-part-says-which-it-is": (
        [
            exchange(206, {"Content-Type": "multipart/byteranges"}, PARTS, asked=TWO),
            exchange(206, SEVERAL, PARTS.replace(b"Content-Range", b"X", 1), asked=TWO),
            exchange(206, {"Content-Type": 'multipart/byteranges; boundary="y"'}, PARTS, asked=TWO),
        ],
        [
            exchange(206, SEVERAL, PARTS, asked=TWO),
            exchange(206, SEVERAL, octets=120, asked=TWO),
            exchange(206, SEVERAL, asked=TWO),
            exchange(200, SEVERAL, b"x"),
        ],
    ),
    "one-range-is-no-multipart": (
        [exchange(206, SEVERAL, PARTS, asked=RANGE)],
        [exchange(206, SEVERAL, PARTS, asked=TWO), exchange(206, SEVERAL, PARTS), exchange(206, PARTIAL, asked=RANGE)],
    ),
    "parts-do-not-overlap": (
        [exchange(206, SEVERAL, PARTS.replace(b"bytes 4-5", b"bytes 1-2"), asked=TWO)],
        [
            exchange(206, SEVERAL, PARTS, asked=TWO),
            exchange(206, SEVERAL, octets=200, asked=TWO),
            exchange(206, SEVERAL, PARTS.replace(b"bytes 4-5", b"bytes x-y"), asked=TWO),
            exchange(206, asked=RANGE),
        ],
    ),
    "content-range-is-well-formed": (
        [
            exchange(206, {"Content-Range": value}, b"01", asked=RANGE)
            for value in ("0-1/10", "bytes 1-0/10", "bytes 0-10/10", "bytes */10", f"bytes 0-1/{'9' * 30}")
        ],
        [
            exchange(206, PARTIAL, b"01", asked=RANGE),
            exchange(206, {"Content-Range": "bytes 0-1/*"}, b"01", asked=RANGE),
            exchange(206, {"Content-Range": "items 0-1/2"}, b"01", asked={"Range": "items=0-1"}),
            exchange(416, {"Content-Range": "bytes */10"}, asked=RANGE),
            exchange(206, asked=RANGE),
        ],
    ),
    "part-is-what-was-asked-for": (
        [
            exchange(206, PARTIAL, b"01", asked={"Range": "bytes=1-1"}),
            exchange(206, PARTIAL, b"01", asked={"Range": "bytes=50-"}),
            exchange(206, PARTIAL, b"01", asked={"Range": "nonsense"}),
        ],
        [
            exchange(206, PARTIAL, b"01", asked=RANGE),
            exchange(206, PARTIAL, b"01", asked={"Range": "bytes=0-9,20-30"}),
            exchange(206, {"Content-Range": "bytes 0-1/*"}, b"01", asked={"Range": "bytes=-1"}),
            exchange(206, PARTIAL, b"01"),
        ],
    ),
    "part-is-as-long-as-it-says": (
        [
            exchange(206, {"Content-Range": "bytes 0-1/10"}, b"0123456789", asked=RANGE),
            exchange(206, {"Content-Range": "bytes 0-1/10", "Content-Length": "10"}, b"01", asked=RANGE),
        ],
        [
            exchange(206, PARTIAL, b"01", asked=RANGE),
            exchange(206, {"Content-Range": "bytes 0-1/10"}, octets=2, asked=RANGE),
            exchange(206, PARTIAL, method="HEAD", asked=RANGE),
            exchange(206, {"Content-Range": "bytes 0-1"}, b"0", asked=RANGE),
        ],
    ),
    "content-range-means-a-part": (
        [exchange(200, {"Content-Range": "bytes 0-9/10"}, b"0123456789")],
        [exchange(206, PARTIAL), exchange(416, {"Content-Range": "bytes */10"}), exchange(200)],
    ),
    "unsatisfiable-range-was-there": ([exchange(416)], [exchange(416, asked={"Range": "bytes=50-"}), exchange(200)]),
    "unsatisfiable-range-says-the-length": (
        [
            exchange(416),
            exchange(416, {"Content-Range": "bytes 0-1/10"}),
            exchange(416, {"Content-Range": "bytes */*"}),
        ],
        [exchange(416, {"Content-Range": "bytes */10"}), exchange(200)],
    ),
    "satisfiable-range-is-not-refused": (
        [
            exchange(416, {"Content-Range": "bytes */10"}, asked={"Range": "bytes=0-1,50-"}),
            exchange(416, asked={"Range": "bytes=-2000"}, whole=FULL),
        ],
        [
            exchange(416, {"Content-Range": "bytes */10"}, asked={"Range": "bytes=50-"}),
            exchange(416, {"Content-Range": "bytes */10"}, asked={"Range": "bytes=a-b"}),
            exchange(416, {"Content-Range": "bytes */10"}, asked={"Range": "bytes=0-,0-,0-"}),
            exchange(416, asked=RANGE),
            exchange(416, {"Content-Range": "bytes */10"}),
            exchange(200, asked=RANGE, whole=FULL),
        ],
    ),
    "unknown-unit-is-ignored": (
        [
            exchange(416, asked={"Range": "items=0-1"}),
            exchange(400, asked={"Range": "items=0-1"}, whole=FULL),
        ],
        [
            exchange(400, asked={"Range": "items=0-1"}),
            exchange(416, {"Accept-Ranges": "items"}, asked={"Range": "items=0-1"}),
            exchange(416, asked=RANGE),
            exchange(416, asked={"Range": "nonsense"}),
            exchange(416),
        ],
    ),
    "if-range-holds": (
        [
            exchange(206, {**PARTIAL, **TAG}, b"01", asked={**RANGE, "If-Range": '"b"'}),
            exchange(206, {**PARTIAL, "ETag": 'W/"a"'}, b"01", asked={**RANGE, "If-Range": 'W/"a"'}),
            exchange(206, PARTIAL, b"01", asked={**RANGE, "If-Range": LATER}, whole=FULL),
        ],
        [
            exchange(206, {**PARTIAL, **TAG}, b"01", asked={**RANGE, "If-Range": '"a"'}),
            exchange(206, PARTIAL, b"01", asked={**RANGE, "If-Range": DATE}, whole=FULL),
            exchange(206, PARTIAL, b"01", asked={**RANGE, "If-Range": '"b"'}),
            exchange(206, {**PARTIAL, **TAG}, b"01", asked=RANGE),
            exchange(200, TAG, asked={**RANGE, "If-Range": '"b"'}),
        ],
    ),
    "date-is-written-as-one": (
        [exchange(200, {"Date": "now"}), exchange(200, {"Last-Modified": OLD}), exchange(200, {"Date": f"X{DATE}"})],
        [exchange(200, {"Date": DATE, "Last-Modified": DATE}), exchange(200, {"Expires": "0"})],
    ),
    "expiry-is-written-as-a-date": (
        [exchange(200, {"Expires": "0"})],
        [exchange(200, {"Expires": DATE}), exchange(200)],
    ),
    "answer-is-dated": (
        [exchange(200, at="wire")],
        [exchange(200), exchange(200, {"Date": DATE}, at="wire"), exchange(500, at="wire")],
    ),
    "nothing-changed-in-the-future": (
        [exchange(200, {"Last-Modified": LATER, "Date": DATE})],
        [exchange(200, {"Last-Modified": DATE, "Date": DATE}), exchange(200, {"Last-Modified": LATER})],
    ),
    "tag-is-quoted": (
        [exchange(200, {"ETag": "a"}), exchange(200, {"ETag": 'w/"a"'})],
        [exchange(200, TAG), exchange(200, {"ETag": 'W/"a"'}), exchange(200)],
    ),
    "retry-after-is-seconds-or-a-date": (
        [
            exchange(503, {"Retry-After": "soon"}),
            exchange(503, {"Retry-After": "1.5"}),
            exchange(503, {"Retry-After": OLD}),
        ],
        [exchange(503, {"Retry-After": "120"}), exchange(503, {"Retry-After": DATE}), exchange(503)],
    ),
    "location-is-an-address": (
        [exchange(302, {"Location": value}) for value in ("/a b", "/é", "/%zz", "/\n")],
        [exchange(302, {"Location": value}) for value in ("/a%20b?c=d#e", "https://[::1]:80/", "", "../x")],
    ),
    "redirect-says-where": (
        [exchange(code) for code in (301, 302, 303, 307, 308)],
        [exchange(301, {"Location": "/a"}), exchange(300), exchange(201), exchange(304)],
    ),
    "redirect-leads-elsewhere": (
        [
            exchange(301, {"Location": "/a?b"}, target="/a?b"),
            exchange(307, {"Location": "http://example.org/"}),
        ],
        [
            exchange(301, {"Location": "/a/"}, target="/a"),
            exchange(302, {"Location": "/", "Set-Cookie": "a=b"}),
            exchange(303, {"Location": "/"}, method="POST"),
            exchange(302),
            exchange(201, {"Location": "/"}),
        ],
    ),
    "choices-are-listed": (
        [exchange(300)],
        [exchange(300, body=b"<a>"), exchange(300, method="HEAD"), exchange(301)],
    ),
    "form-is-answered-by-303": (
        [exchange(302, {"Location": "/a"}, method="POST"), exchange(301, {"Location": "/a"}, method="POST")],
        [exchange(303, {"Location": "/a"}, method="POST"), exchange(302), exchange(308, method="POST")],
    ),
    "vary-is-a-list-of-fields": (
        [exchange(200, {"Vary": "Accept Cookie"}), exchange(200, {"Vary": ""})],
        [exchange(200, {"Vary": "Accept, Cookie"}), exchange(200, {"Vary": "*"}), exchange(200)],
    ),
    "negotiated-answer-says-vary": (
        [
            exchange(200, {"Content-Type": "a/b"}, asked={"Accept": "a/b"}, whole=FULL),
            exchange(200, {"Content-Language": "zh"}, method="HEAD", asked={"Accept-Language": "zh"}, whole=FULL),
        ],
        [
            exchange(200, {"Content-Type": "a/b", "Vary": "accept"}, asked={"Accept": "a/b"}, whole=FULL),
            exchange(200, {"Content-Type": "a/b", "Vary": "*"}, asked={"Accept": "a/b"}, whole=FULL),
            exchange(200, {"Content-Type": "a/b"}, whole=FULL),
            exchange(200, asked={"Accept": "a/b"}, whole=FULL),
            exchange(200, {"Content-Type": "a/b"}, asked={"Accept": "a/b"}),
            exchange(200, {"Content-Type": "a/b"}, method="POST", asked={"Accept": "a/b"}, whole=FULL),
        ],
    ),
    "field-comes-once": (
        [exchange(200, [("ETag", '"a"'), ("etag", '"a"')])],
        [exchange(200, [("Set-Cookie", "a=b"), ("Set-Cookie", "c=d"), ("ETag", '"a"')])],
    ),
    "field-can-be-sent": (
        [exchange(200, {"A b": "c"}), exchange(200, {"X": "a\r\nSet-Cookie: b"}), exchange(200, {"X": "\0"})],
        [exchange(200, {"X-Y": "a, b"}), exchange(200)],
    ),
    "refusal-is-not-stored": (
        [
            exchange(429, {"Cache-Control": "max-age=60"}),
            exchange(431, {"Cache-Control": "public"}),
            exchange(428, {"Expires": LATER, "Date": DATE}),
            exchange(511, {"Expires": LATER}),
        ],
        [
            exchange(429),
            exchange(429, {"Cache-Control": "No-Store, max-age=60"}),
            exchange(429, {"Cache-Control": "max-age=0", "Expires": LATER}),
            exchange(429, {"Expires": DATE, "Date": DATE}),
            exchange(429, {"Expires": "0"}),
            exchange(404, {"Cache-Control": "max-age=60"}),
        ],
    ),
    "lifetime-is-a-number": (
        [exchange(200, {"Cache-Control": "max-age=1h"}), exchange(200, {"Cache-Control": "s-maxage"})],
        [exchange(200, {"Cache-Control": 'private="a", max-age="60"'}), exchange(200)],
    ),
    "storing-is-said-once": (
        [exchange(200, {"Cache-Control": "no-store, max-age=60"})],
        [exchange(200, {"Cache-Control": "no-store, max-age=0"}), exchange(200, {"Cache-Control": "max-age=60"})],
    ),
    "age-is-a-number": ([exchange(200, {"Age": "-1"})], [exchange(200, {"Age": "0"}), exchange(200)]),
}
"""By the rule's name: what it finds something in, and what it finds nothing in."""
