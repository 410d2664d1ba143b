"""The lint around a WSGI application: it sees what is sent, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import flask
import pytest
from werkzeug.test import Client

from hardtack.adapters.wsgi.lint import Lint
from hardtack.errors import MisuseError


class Content:
    """What an application returns: pieces, and whether it was closed."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces
        self.closed = False

    def __iter__(self) -> Any:
        return iter(self.pieces)

    def close(self) -> None:
        """Note it."""
        self.closed = True


def linted(status: str, headers: list[tuple[str, str]], content: Iterable[bytes]) -> tuple[Client, list[str]]:
    """Return a client of an application that always answers so, in the lint, and the rules that find something."""
    found: list[str] = []

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["PATH_INFO"] = "/moved"
        start_response(status, headers)
        return content

    def collect(exchange: Any, finding: Any) -> None:
        assert "/a" == exchange.request.path
        found.append(finding.rule)

    return Client(Lint(app, collect=collect)), found


TEXT = ("Content-Type", "text/plain")


def test_a_good_answer_passes_and_nothing_is_found() -> None:
    """As it is without the lint; its content is closed."""
    content = Content(b"a", b"", b"b")
    client, found = linted("200 OK", [TEXT, ("Content-Length", "2")], content)
    with client.get("/a") as answer:
        assert b"ab" == answer.data
    assert content.closed
    assert [] == found


@pytest.mark.parametrize(
    ("status", "headers", "content", "rules"),
    [
        ("401 Unauthorized", [TEXT], [b"who?"], ["unauthorized-has-a-challenge"]),
        ("200 OK", [TEXT, ("Content-Length", "3")], [b"a", b"b"], ["length-is-true"]),
        ("204 No Content", [], [b"x"], ["no-content-where-none-may-be"]),
        ("nonsense", [], [], ["code-is-in-range"]),
    ],
)
def test_what_is_wrong_is_found(
    status: str, headers: list[tuple[str, str]], content: list[bytes], rules: list[str]
) -> None:
    """Once, whoever reads the content and closes it."""
    found: list[str] = []

    def app(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response(status, headers)
        return content

    lint = Lint(app, collect=lambda _exchange, finding: found.append(finding.rule))
    answer = lint(_environ(), lambda _status, _headers, _info=None: lambda _piece: None)
    assert content == list(answer)
    answer.close()  # type: ignore[attr-defined]  # what a server does
    assert rules == found


def _environ(method: str = "GET") -> dict[str, Any]:
    return {"REQUEST_METHOD": method, "PATH_INFO": "/a", "wsgi.url_scheme": "http", "HTTP_HOST": "a"}


def test_content_that_is_not_read_is_judged_when_it_is_closed() -> None:
    """As a server does after HEAD."""
    found: list[str] = []

    def app(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("407 Proxy Authentication Required", [TEXT])
        return [b"x"]

    lint = Lint(app, collect=lambda _exchange, finding: found.append(finding.rule))
    lint(_environ("HEAD"), lambda _status, _headers, _info=None: lambda _piece: None).close()  # type: ignore[attr-defined]  # what a server does
    assert ["proxy-authentication-has-a-challenge"] == found


def test_the_old_way_of_writing_is_counted_and_a_second_head_counts() -> None:
    """As PEP 3333 has it: with exc_info the head that came first is taken back."""
    found: list[str] = []
    heads: list[Any] = []
    written: list[bytes] = []

    def app(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [TEXT])
        write = start_response("401 Unauthorized", [TEXT, ("WWW-Authenticate", "Bearer")], (None, None, None))
        write(b"x")
        return []

    def start(*head: Any) -> Any:
        heads.append(head)
        return written.append

    lint = Lint(app, collect=lambda _exchange, finding: found.append(finding.rule))
    assert [] == list(lint(_environ(), start))
    assert [2, 3] == [len(head) for head in heads]
    assert ([b"x"], []) == (written, found)


def test_content_that_nobody_reads_can_be_brought_to_its_end() -> None:
    """As a test's client leaves it, which looks at the status alone."""
    client, found = linted("401 Unauthorized", [TEXT], [b"a", b"b"])
    assert 401 == client.get("/a").status_code
    assert [] == found
    client.application.judge.finish()  # type: ignore[attr-defined]  # it is the lint
    client.application.judge.finish()  # type: ignore[attr-defined]  # likewise
    assert ["unauthorized-has-a-challenge"] == found


def test_an_application_that_never_answers_is_not_judged() -> None:
    """The server says so."""
    lint = Lint(lambda _environ, _start: [])
    assert [] == list(lint(_environ(), lambda _status, _headers, _info=None: lambda _piece: None))


def test_it_stands_around_flask() -> None:
    """In the place that Flask has for it; misuse can be raised."""
    app = flask.Flask(__name__)
    app.add_url_rule("/", view_func=lambda: ("who?", 401))
    app.wsgi_app = Lint(app.wsgi_app, raises=True)  # type: ignore[method-assign]  # as Flask's documentation does
    with pytest.raises(MisuseError, match="unauthorized-has-a-challenge"):
        assert app.test_client().get("/").data
