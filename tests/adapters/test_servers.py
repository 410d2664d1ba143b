"""The two drivers on real servers, over sockets: the examples, as a reader runs them.

What each server makes impossible is in the table too, and in the documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.adapters.raw import ROOT, request, send, serving, statuses


@dataclass
class Server:
    """One server that runs an example."""

    name: str
    port: int
    log: Path

    def ask(self, method: str, path: str, *fields: str, then: bytes = b"", host: str = "localhost:8000") -> bytes:
        """Return the whole answer."""
        return send(self.port, request(method, path, "Connection: close", *fields, host=host), then=then)


COMMANDS = {
    "uvicorn-h11": ("uvicorn", "--port", "{port}", "--http", "h11", "asgi_status:app"),
    "waitress": ("waitress", "--listen", "127.0.0.1:{port}", "wsgi_status:app"),
    "gunicorn": ("gunicorn", "--bind", "127.0.0.1:{port}", "--threads", "4", "wsgi_status:app"),
}


@pytest.fixture(scope="module", params=COMMANDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Each of the servers."""
    log = tmp_path_factory.mktemp("log") / "log"
    with serving(COMMANDS[request.param], log) as port:
        yield Server(request.param, port, log)


def test_a_page_is_answered_as_before(server: Server) -> None:
    """With a validator, and told that ranges are served."""
    got = server.ask("GET", "/")
    assert [200] == statuses(got)
    assert got.endswith(b"\r\n\r\nHello from a ship on the high seas.\n")
    assert b"accept-ranges: bytes" in got.lower()


def test_a_bare_error_gets_a_page_in_the_visitors_language(server: Server) -> None:
    """For a browser; text for whoever accepts anything."""
    got = server.ask("GET", "/nowhere", "Accept: text/html", "Accept-Language: zh-CN")
    assert [404] == statuses(got)
    assert "未找到".encode() in got
    assert b"There is no page at this address." in server.ask("GET", "/nowhere")


def test_ranges_conditions_and_head(server: Server) -> None:
    """Decided by the answer's own validator."""
    got = server.ask("GET", "/", "Range: bytes=0-4")
    assert ([206], True) == (statuses(got), got.endswith(b"\r\n\r\nHello"))
    got = server.ask("GET", "/", 'If-None-Match: "greeting-1"')
    assert ([304], True) == (statuses(got), got.endswith(b"\r\n\r\n"))
    got = server.ask("HEAD", "/", "Range: bytes=0-4")
    assert ([200], True) == (statuses(got), got.endswith(b"\r\n\r\n"))


def test_what_the_head_rules_out(server: Server) -> None:
    """Where the server lets it through; some refuse it themselves, with the same code or a 400."""
    assert [421] == statuses(server.ask("GET", "/", host="evil.example"))
    assert [400] == statuses(server.ask("GET", "/", host="a/b@c"))
    assert [501] == statuses(server.ask("FROB", "/"))
    assert [417] == statuses(server.ask("GET", "/", "Expect: tea"))
    assert [301] == statuses(server.ask("GET", "/old"))
    assert [410] == statuses(server.ask("GET", "/summer-sale"))


def test_an_unforeseen_error_has_a_number_that_stands_in_the_log(server: Server) -> None:
    """And nothing else of it leaves."""
    got = server.ask("GET", "/fail")
    number = re.search(rb"[0-9a-f]{12}", got.partition(b"\r\n\r\n")[2])
    assert [500] == statuses(got)
    assert b"nobody outside" not in got
    assert number is not None
    assert "nobody outside will read this" in server.log.read_text()


BEFORE_THE_CONTENT = {"uvicorn-h11": [413], "gunicorn": [100, 413], "waitress": [100]}
"""What is said to a client that waits for 100: gunicorn says it before it asks anybody; waitress then waits for all."""


def test_a_refusal_comes_before_100_continue(server: Server) -> None:
    """RFC 9110 §10.1.1: the client is spared the upload, where the server leaves that to us."""
    got = server.ask("POST", "/echo", "Content-Length: 99999", "Expect: 100-continue")
    assert BEFORE_THE_CONTENT[server.name] == statuses(got)


def test_100_continue_is_sent_when_the_content_is_wanted(server: Server) -> None:
    """And the content arrives."""
    got = server.ask("POST", "/echo", "Content-Length: 5", "Expect: 100-continue", then=b"hello")
    assert ([100, 200], True) == (statuses(got), got.endswith(b"hello"))


@pytest.mark.parametrize("size", [20_000, 3_000_000])
def test_an_upload_that_is_too_large_is_refused_and_the_answer_is_seen(server: Server, size: int) -> None:
    """The client is in the middle of sending; a reset would take the answer from it (RFC 9112 §9.6).

    Under WSGI only the server can see to that, and gunicorn does not always.
    """
    got = server.ask("POST", "/echo", f"Content-Length: {size}", then=b"x" * size)
    assert statuses(got) in ([[413], []] if server.name == "gunicorn" else [[413]])


def test_what_a_refusal_leaves_unread_does_not_cost_the_next_answer(server: Server) -> None:
    """The content follows the refusal, and the next request on the same connection follows it at once.

    gunicorn before 27 took the two together, and closed the connection without having answered the second.
    """
    refused = request("POST", "/", "Content-Length: 5", host="evil.example")
    after = b"hello" + request("GET", "/", "Connection: close", port=8000)
    assert [421, 200] == statuses(send(server.port, refused, then=after, pause=1, quiet=10))


WITHOUT_A_LENGTH = {"uvicorn-h11": 413, "gunicorn": 200, "waitress": 413}
"""waitress reads all of it and then knows its length; under gunicorn this application reads none, and is right."""


def test_an_upload_without_a_length_is_counted(server: Server) -> None:
    """Chunk by chunk, while the application reads it."""
    chunks = b"".join(b"1000\r\n" + b"x" * 4096 + b"\r\n" for _ in range(5)) + b"0\r\n\r\n"
    got = server.ask("POST", "/echo", "Transfer-Encoding: chunked", then=chunks)
    assert [WITHOUT_A_LENGTH[server.name]] == statuses(got)


@pytest.fixture(scope="module")
def flask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Flask's own server."""
    log = tmp_path_factory.mktemp("log") / "log"
    with serving(("flask", "--app", "flask_status.py", "run", "--port", "{port}"), log) as port:
        yield Server("werkzeug", port, log)


def test_the_flask_example_keeps_an_edit_from_being_overwritten(flask: Server) -> None:
    """428 without a word about the version, 412 with an old one, 200 with the present one."""
    got = flask.ask("GET", "/notes/1")
    found = re.search(rb'ETag: ("[^"]+")', got)
    assert found is not None
    tag = found[1].decode()
    assert [304] == statuses(flask.ask("GET", "/notes/1", f"If-None-Match: {tag}"))
    new = (b"new", "Content-Length: 3")
    assert [428] == statuses(flask.ask("PUT", "/notes/1", new[1], then=new[0]))
    assert [412] == statuses(flask.ask("PUT", "/notes/1", new[1], 'If-Match: "old"', then=new[0]))
    assert [200] == statuses(flask.ask("PUT", "/notes/1", new[1], f"If-Match: {tag}", then=new[0]))
    assert [412] == statuses(flask.ask("PUT", "/notes/1", new[1], f"If-Match: {tag}", then=new[0]))


def test_the_flask_example_creates_once(flask: Server) -> None:
    """A PUT that only creates; and the 404 before it in two languages."""
    assert "没有这条笔记".encode() in flask.ask("GET", "/notes/7", "Accept-Language: zh")
    create = ("PUT", "/notes/7", "Content-Length: 1", "If-None-Match: *")
    assert [[201], [412]] == [statuses(flask.ask(*create, then=b"x")) for _ in range(2)]
    got = flask.ask("POST", "/notes/7")
    assert ([405], True) == (statuses(got), b"Allow: GET, HEAD, PUT, OPTIONS\r\n" in got)


@pytest.fixture(scope="module")
def deadlines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Uvicorn with an application that takes its time, under short deadlines."""
    log = tmp_path_factory.mktemp("log") / "log"
    command = ("uvicorn", "--port", "{port}", "--http", "h11", "--app-dir", str(ROOT), "tests.adapters.asgi.served:app")
    with serving(command, log) as port:
        yield Server("uvicorn-h11", port, log)


def test_content_that_does_not_come_is_408_and_the_connection_ends(deadlines: Server) -> None:
    """The server itself would wait for ever."""
    got = send(deadlines.port, request("POST", "/", "Content-Length: 9"), then=b"half")
    assert ([408], True) == (statuses(got), b"connection: close" in got.lower())


def test_a_handler_that_takes_too_long_is_answered_for(deadlines: Server) -> None:
    """And the connection stays: what comes next on it is answered."""
    got = send(deadlines.port, request("GET", "/slow") + request("GET", "/"), quiet=3)
    assert [503, 200] == statuses(got)
    assert b"retry-after: 5" in got.lower()


def test_a_refusal_leaves_the_connection_for_the_next_request(deadlines: Server) -> None:
    """Where nothing is left unread."""
    got = send(deadlines.port, request("FROB", "/") + request("POST", "/", "Content-Length: 3"), then=b"abc")
    assert ([501, 200], True) == (statuses(got), got.endswith(b"\r\n\r\n3"))


def test_load_is_shed_before_it_hurts(deadlines: Server) -> None:
    """Three wait for a slow handler; whoever comes then is turned away although a quick one was asked for."""
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(send, deadlines.port, request("GET", "/slow"), quiet=3) for _ in range(3)]
        shed = False
        while not (shed or all(each.done() for each in waiting)):
            shed = [503] == statuses(deadlines.ask("GET", "/"))
    assert shed
    assert [200] == statuses(deadlines.ask("GET", "/"))
