"""``hardtack lint``: applications in process, servers over real sockets, what is printed, and the exit status."""

from __future__ import annotations

import json
import os
import pty
import socket
import ssl
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from hardtack.adapters import linting
from hardtack.adapters.asgi import lifespan
from hardtack.cli import lint as lint_command
from hardtack.cli import lint_addresses, lint_inside, lint_report, lint_wire
from hardtack.cli.commands import run
from hardtack.errors import MisuseError
from hardtack.message import Response
from hardtack.status.lint import Finding
from hardtack.status.lint.walk import NOWHERE, Answer, Asked

SAY = lint_command.SAY["en"]

ASGI = """
    started = []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            started.append(True)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await receive()
        known = started and scope["path"] == "/"
        headers = [(b"content-type", b"text/plain"), (b"allow", b"GET, HEAD")]
        status = 200 if known else 404
        await send({"type": "http.response.start", "status": STATUS or status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else b"x"
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body"})
        assert (await receive())["type"] == "http.disconnect"
"""
WSGI = """
    class Content(list):
        def close(self):
            closed.append(True)

    closed = []

    def app(environ, start_response):
        write = start_response("200 OK", [("Content-Type", "text/plain"), ("Allow", "GET, HEAD")])
        if environ["REQUEST_METHOD"] != "HEAD":
            write(b"x")
        return Content([])

    def make():
        return app
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Return a function that writes a module, and returns its name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    made: list[str] = []

    def write(source: str) -> str:
        name = f"linted_{tmp_path.name.replace('-', '_')}_{len(made)}"
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
        made.append(name)
        return name

    yield write
    for name in made:
        sys.modules.pop(name, None)


@contextmanager
def serving(answers: Callable[[bytes], bytes | None], context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve raw answers to raw requests on a port, under TLS with *context*; ``None`` closes without one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                # The client may have read enough, or not believe us.
                with suppress(OSError), connection if context is None else _under_tls(context, connection) as peer:
                    request = b""
                    # The first octet of TLS is 22, and its hello has no end that we know.
                    while b"\r\n\r\n" not in request and (piece := peer.recv(65536)):
                        request += piece
                        if request[0] == 22:
                            break
                    answer = answers(request) if request else None
                    if answer is not None:
                        peer.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def _under_tls(context: ssl.SSLContext, connection: socket.socket) -> socket.socket:
    try:
        return context.wrap_socket(connection, server_side=True)
    except OSError:
        connection.close()
        raise


def self_signed(folder: Path, name: str) -> Path:
    """Return a file with a key and a certificate for *name* that it has signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "certificate.pem"
    file.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    return file


def answered(head: str, content: bytes = b"x") -> Callable[[bytes], bytes]:
    """Answer everything alike, with a date; HEAD without content."""
    octets = f"HTTP/1.1 {head}\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n".encode()

    def answer(request: bytes) -> bytes:
        return octets + b"\r\n" + (b"" if request.startswith(b"HEAD") else content)

    return answer


class TestApplications:
    """Of this process."""

    def test_an_application_without_a_fault_is_clean(
        self, module: Callable[[str], str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It is started first, asked, and stopped; nothing is printed but how often it was asked."""
        name = module(ASGI.replace("STATUS or", ""))
        assert 0 == run(["lint", f"{name}:app", "--warnings"])
        out, err = capsys.readouterr()
        assert "" == out
        assert "hardtack: requests: 14, addresses: 2, errors: 0, warnings: 0\n" == err
        assert [True] == sys.modules[name].started

    @pytest.mark.parametrize(
        ("status", "options", "exit_status"), [("418", [], 1), ("510", [], 0), ("510", ["--warnings"], 1)]
    )
    def test_errors_end_in_1_and_warnings_do_if_asked(
        self, module: Callable[[str], str], status: str, options: list[str], exit_status: int
    ) -> None:
        """So that a build can fail."""
        name = module(ASGI.replace("STATUS", status))
        assert exit_status == run(["lint", f"{name}:app", *options])

    def test_a_wsgi_application_is_asked_as_well_and_its_content_closed(
        self, module: Callable[[str], str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A function that makes it will do; unsafe methods are sent if that is said."""
        name = module(WSGI)
        assert 0 == run(["lint", f"{name}:make", "--path", "/a?b=c"])
        safe = len(sys.modules[name].closed)
        assert 0 == run(["lint", f"{name}:app", "--path", "/a", "--unsafe"])
        assert safe + 4 == len(sys.modules[name].closed) - safe
        assert 0 == run(["lint", f"{name}:app", "--path", "/a", "--methods", "all"])
        assert 2 == capsys.readouterr().err.count("requests: 17,")

    def test_findings_are_json_in_both_languages(
        self, module: Callable[[str], str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        """One document: the target, how often it was asked, and each misuse with its requests."""
        name = module(ASGI.replace("STATUS", "401"))
        assert 1 == run(["lint", f"{name}:app", "--json"])
        document = json.loads(capsys.readouterr().out)
        assert (f"{name}:app", 9) == (document["target"], document["requests"])
        finding = next(each for each in document["findings"] if each["requests"][0] == "GET /")
        assert "unauthorized-has-a-challenge" == finding["rule"]
        assert ("error", 401, "RFC 9110 §15.5.2, §11.6.1", "hardtack") == (
            *(finding[key] for key in ("level", "status", "reference", "source")),
        )
        assert "WWW-Authenticate" in finding["text"]["en"]
        assert "质询" in finding["text"]["zh"] or "认证" in finding["text"]["zh"]
        assert 7 == len(finding["requests"])

    @pytest.mark.parametrize(
        ("target", "said"),
        [
            ("no_such_module:app", "cannot be imported"),
            ("json:nothing", "has no nothing"),
            ("json:dumps", "no ASGI or WSGI application"),
            ("json:JSONDecoder", "no ASGI or WSGI application"),
            ("json:__name__", "no ASGI or WSGI application"),
            ("json", "TARGET is"),
            (":8000", "TARGET is"),
            (".shop:app", "TARGET is"),
            ("localhost:8000", "http://localhost:8000 is a URL"),
            ("127.0.0.1:8000/status", "http://127.0.0.1:8000/status is a URL"),
            ("ftp://localhost/", "TARGET is"),
            ("http://", "TARGET is"),
            ("http://[::1/", "TARGET is"),
            ("http://localhost:99999999/", "TARGET is"),
            ("http://localhost/a b", "TARGET is"),
        ],
    )
    def test_what_is_no_target_is_wrong_usage(self, target: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Exit status 2, and what to write instead."""
        assert 2 == run(["lint", target])
        assert said in capsys.readouterr().err

    @pytest.mark.parametrize("path", ["a", "/a b", "/\n", "/é"])
    def test_what_is_no_path_is_wrong_usage(self, path: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Before anything is asked."""
        assert 2 == run(["lint", "json:dumps", "--path", path])
        assert "is no address" in capsys.readouterr().err

    def test_what_an_application_raises_is_its_author_s_to_see(self, module: Callable[[str], str]) -> None:
        """Unless it has answered first, as frameworks do, with 500."""
        raising = module("async def app(scope, receive, send):\n    raise LookupError('here')\n")
        with pytest.raises(LookupError, match="here"):
            run(["lint", f"{raising}:app"])
        answering = module(
            """
            async def app(scope, receive, send):
                if scope["type"] == "http":
                    headers = [(b"content-type", b"text/plain"), (b"allow", b"GET")]
                    await send({"type": "http.response.start", "status": 500, "headers": headers})
                    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else b"x"})
                    await send({"type": "http.response.trailers"})
                raise LookupError("here")
            """
        )
        assert 0 == run(["lint", f"{answering}:app"])

    def test_an_application_that_never_answers_is_given_up(
        self, module: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """After ten seconds, here sooner."""
        monkeypatch.setattr(lint_inside, "SECONDS", 0.01)
        name = module("import asyncio\nasync def app(scope, receive, send):\n    await asyncio.sleep(60)\n")
        monkeypatch.setattr(lifespan.Behind, "startup", _nothing)
        monkeypatch.setattr(lifespan.Behind, "shutdown", _nothing)
        assert 1 == run(["lint", f"{name}:app"])
        assert "no answer within" in capsys.readouterr().err

    def test_one_that_says_nothing_has_sent_the_status_0(self) -> None:
        """Which is in no range."""
        answer = lint_inside.wsgi(lambda _environ, _start: [])(lint_command.plain("http", "localhost", "/"))
        assert Answer(Response(0, [], b"")) == answer

    def test_kinds_of_callables_are_told_apart(self) -> None:
        """By what they take, and whether they are coroutines."""

        class Object:
            async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
                """An ASGI application."""

        assert "asgi" == linting.kind(Object())
        assert "asgi" == linting.kind(lambda scope, receive, send: None)
        assert "wsgi" == linting.kind(lambda environ, start_response, other=None: None)
        assert "factory" == linting.kind(lambda debug=False: None)
        assert ["", "", ""] == [linting.kind(each) for each in (1, lambda one: None, max)]


async def _nothing(_self: object) -> None:
    """Neither start nor stop."""


class TestAddresses:
    """Which a router has."""

    def test_they_come_from_the_router_with_their_methods(self) -> None:
        """But for those with parameters."""
        from tests.lint.apps import fastapi_app, flask_app, starlette_app

        found = lint_addresses.addresses(starlette_app.app)
        assert {"/": {"GET", "HEAD"}, "/note": {"GET", "HEAD", "PUT", "DELETE"}, "/file": {"GET", "HEAD"}} == found
        found = lint_addresses.addresses(fastapi_app.app)
        assert frozenset({"GET", "POST"}) == found["/items/"]
        found = lint_addresses.addresses(flask_app.app)
        assert {"/", "/note", "/file"} == set(found)
        assert {"GET", "HEAD", "OPTIONS", "PUT"} == found["/note"]

    def test_of_anything_else_none_is_known(self) -> None:
        """Whatever attributes it has."""

        class Odd:
            routes = 7

        assert {} == lint_addresses.addresses(Odd())
        assert {} == lint_addresses.addresses(lambda environ, start_response: [])

    def test_djangos_are_read_from_its_urls(self, tmp_path: Path) -> None:
        """In a process of its own, since Django is set up once in each."""
        source = "from tests.lint.apps.django_app import app\nfrom hardtack.cli.lint_addresses import addresses\n"
        done = subprocess.run(
            [sys.executable, "-c", source + "print(sorted(addresses(app)))"],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "['/', '/note']\n" == done.stdout

    def test_no_more_than_twenty_are_asked_unless_they_are_named(
        self, module: Callable[[str], str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The others are counted aloud."""
        name = module(
            """
            from starlette.applications import Starlette
            from starlette.responses import PlainTextResponse
            from starlette.routing import Route

            app = Starlette(routes=[Route(f"/{n}", lambda request: PlainTextResponse("x")) for n in range(23)])
            """
        )
        run(["lint", f"{name}:app"])
        said = capsys.readouterr().err
        assert "3 more addresses were not asked" in said
        assert "addresses: 21," in said


class TestServers:
    """Over sockets."""

    def test_a_server_is_asked_and_what_is_wrong_on_the_wire_is_found(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Content after 204 and an answer without a date, which no ordinary client sees."""
        monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
        with serving(lambda _request: b"HTTP/1.1 204 No Content\r\n\r\nleaked") as port:
            assert 1 == run(["lint", f"http://127.0.0.1:{port}", "--own"])
        out, err = capsys.readouterr()
        rows = [line.split("\t") for line in out.splitlines()]
        expected = {"no-content-where-none-may-be", "head-has-no-content", "answer-is-dated", "options-lists-methods"}
        assert expected == {row[3] for row in rows}
        assert {6} == {len(row) for row in rows}
        assert "另有" in out
        assert "错误 3 个" in err

    def test_a_redirect_is_followed_on_the_same_host_only(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Once for each address, and to no other host, scheme or port."""
        seen: list[str] = []

        def answer(request: bytes) -> bytes:
            target = request.split(b" ")[1].decode()
            seen.append(target)
            leads = {
                "/": "/one",
                "/one": f"http://127.0.0.1:{port}/two?x",
                "/two?x": "http://127.0.0.2/",
                "/bad": "//[",
            }
            return answered(f"307 X\r\nAllow: GET\r\nLocation: {leads.get(target, '/b c')}", b"")(request)

        with serving(answer) as port:
            run(["lint", f"http://127.0.0.1:{port}/", "--own"])
            assert {"/", "/one", "/two?x", NOWHERE} == set(seen)
            seen.clear()
            run(["lint", f"http://127.0.0.1:{port}/", "--path", "/bad", "--path", "/odd", "--own"])
            assert {"/bad", "/odd", NOWHERE} == set(seen)

    @pytest.mark.parametrize("answer", [b"SSH-2.0-server\r\n", None, b"HTTP/1.1 200 OK\r\n"])
    def test_what_is_not_http_is_said_to_be_none(
        self, answer: bytes | None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Exit status 1, in one line and a hint."""
        with serving(lambda _request: answer) as port:
            assert 1 == run(["lint", f"http://127.0.0.1:{port}/"])
        assert "does not answer in HTTP/1.1" in capsys.readouterr().err

    def test_nobody_there_is_said_in_one_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        """With what to look at."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        assert 1 == run(["lint", f"http://127.0.0.1:{port}/"])
        said = capsys.readouterr().err
        assert f"127.0.0.1:{port} does not answer" in said
        assert "hint: look whether the server runs" in said

    def test_a_certificate_that_cannot_be_checked_is_not_believed(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Nor is one that is none."""
        with serving(lambda _request: b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
            assert 1 == run(["lint", f"https://127.0.0.1:{port}/"])
        assert "does not answer" in capsys.readouterr().err

    def test_a_certificate_that_is_trusted_is_believed_for_its_own_name_only(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Over TLS the same is found as without."""
        certificate = self_signed(tmp_path, "localhost")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        good = answered("200 OK\r\nContent-Type: text/plain\r\nAllow: GET, HEAD")
        with serving(good, context) as port:
            assert 0 == run(["lint", f"https://localhost:{port}/", "--own"])
            assert 1 == run(["lint", f"https://127.0.0.1:{port}/", "--own"])
        assert f"127.0.0.1:{port} does not answer" in capsys.readouterr().err

    def test_attack_a_name_and_a_password_in_the_url_are_not_sent(self) -> None:
        """Nor shown."""
        seen: list[bytes] = []

        def answer(request: bytes) -> bytes:
            seen.append(request)
            return answered("200 OK\r\nContent-Type: text/plain\r\nAllow: GET, HEAD")(request)

        with serving(answer) as port:
            assert 0 == run(["lint", f"http://ada:s3cret@127.0.0.1:{port}/", "--own"])
        assert not any(b"s3cret" in request or b"ada" in request for request in seen)

    def test_attack_an_answer_without_end_is_read_up_to_a_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In size and in time."""
        monkeypatch.setattr(lint_wire, "MOST_CONTENT", 100_000)
        said = answered("200 OK\r\nContent-Length: 9000000\r\nContent-Type: text/plain", b"x" * 9_000_000)
        with serving(said) as port:
            server = lint_wire.Server("127.0.0.1", port, tls=False)
            answer = server.ask(lint_command.plain("http", f"127.0.0.1:{port}", "/"))
        assert 9_000_000 == answer.octets
        assert 100_000 == len(answer.response.body)

    def test_a_server_that_keeps_the_connection_or_cuts_it_is_read_as_far_as_it_speaks(self) -> None:
        """The head must have come."""
        request = lint_command.plain("http", "localhost", "/")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            server = lint_wire.Server("127.0.0.1", port, tls=False, seconds=0.05)

            def speak(octets: bytes) -> None:
                connection, _ = listener.accept()
                connection.sendall(octets)
                kept.append(connection)

            kept: list[socket.socket] = []
            for octets in (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", b"HTTP/1.1 200 OK\r\n"):
                thread = threading.Thread(target=speak, args=(octets,))
                thread.start()
                if octets.endswith(b"x"):
                    assert 1 == server.ask(request).octets
                else:
                    with pytest.raises(MisuseError, match="does not answer"):
                        server.ask(request)
                thread.join()
            for connection in kept:
                connection.close()

    def test_attack_a_reset_connection_ends_the_answer(self) -> None:
        """What came before it counts."""
        request = lint_command.plain("http", "localhost", "/")
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def speak() -> None:
                connection, _ = listener.accept()
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nx")
                connection.recv(1)
                # With unread octets a close is a reset; what came before it the peer can still read.
                connection.close()

            thread = threading.Thread(target=speak)
            thread.start()
            server = lint_wire.Server("127.0.0.1", listener.getsockname()[1], tls=False)
            assert 200 == server.ask(request).response.status
            thread.join()


class TestParsing:
    """Of raw answers."""

    def test_interim_answers_stand_before_the_final_one(self) -> None:
        """In their order."""
        received = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\nx"
        answer = lint_wire.parse(received, "GET", whole=True)
        assert answer is not None
        assert [103, 100] == [each.status for each in answer.interim]
        assert (200, [("A", "b")], b"x", 1) == (
            answer.response.status,
            answer.response.headers,
            answer.response.body,
            answer.octets,
        )

    def test_chunks_are_put_together(self) -> None:
        """As far as they can be read; after HEAD they are what was leaked."""
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
        for chunks, content in (
            (b"3;a=b\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", b"abcd"),
            (b"zz\r\nabc", b""),
            (b"5\r\nab", b"ab"),
        ):
            answer = lint_wire.parse(head + chunks, "GET", whole=True)
            assert answer is not None
            assert content == answer.response.body
        leaked = lint_wire.parse(head + b"0\r\n\r\n", "HEAD", whole=True)
        assert leaked is not None
        assert 5 == leaked.octets

    @pytest.mark.parametrize(
        "received",
        [
            b"",
            b"HTTP/1.1 200 OK",
            b"HTTP/2 200\r\n\r\n",
            b"HTTP/1.1 99 X\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nA: " + b"x" * lint_wire.MOST_HEAD + b"\r\n\r\n",
            b"HTTP/1.1 100 X\r\n\r\n" * 30 + b"HTTP/1.1 200 OK\r\n\r\n",
        ],
    )
    def test_what_is_no_answer_is_none(self, received: bytes) -> None:
        """Neither cut off, nor of another version, nor without end."""
        assert lint_wire.parse(received, "GET", whole=True) is None

    def test_an_interim_answer_without_a_final_one_is_all_there_is(self) -> None:
        """And is found to be no final one."""
        answer = lint_wire.parse(b"HTTP/1.1 103 Early Hints\r\n\r\n", "GET", whole=True)
        assert answer is not None
        assert 103 == answer.response.status


class TestReport:
    """What is printed."""

    FOUND = Finding("a-rule", "error", 404, "RFC 9110 §15", {"en": "Wrong: mend it.", "zh": "错了：请改正。"})

    def rows(self) -> list[lint_report.Row]:
        """Return one misuse that came twice, and a warning of another package."""
        other = Finding("NOTE", "warning", 404, "httplint", {"en": "Odd", "zh": "Odd"}, "httplint")
        request = lint_command.plain("http", "localhost", "/")
        from hardtack.status.lint import Exchange

        asked = [Asked(label, Exchange(request, Response(404))) for label in ("GET /", "HEAD /")]
        return lint_report.rows([(asked[0], [other, self.FOUND]), (asked[1], [self.FOUND])])

    def test_a_misuse_is_told_once_with_how_often_it_came(self) -> None:
        """Errors first; another package is named."""
        lines = lint_report.as_text(self.rows(), "en", None, SAY).splitlines()
        assert "error\tGET /\t404\ta-rule\tRFC 9110 §15\tWrong: mend it. (and 1 more)" == lines[0]
        assert "warning\tGET /\t404\thttplint: NOTE\thttplint\tOdd" == lines[1]

    def test_in_a_terminal_the_text_stands_below_and_is_folded(self) -> None:
        """In the language of the terminal."""
        text = click.unstyle(lint_report.as_text(self.rows(), "zh", 40, lint_command.SAY["zh"]))
        assert text.startswith("错误  GET / → 404\n    a-rule  RFC 9110 §15（另有 1 次）\n    错了：请改正。\n\n警告")

    def test_a_real_terminal_gets_it_so(self, module: Callable[[str], str]) -> None:
        """Through the console script, in its language."""
        name = module(ASGI.replace("STATUS", "418"))
        leader, follower = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "hardtack", "lint", f"{name}:app"],
            stdout=follower,
            stderr=follower,
            stdin=follower,
            env={**os.environ, "LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1"},
        ) as process:
            os.close(follower)
            said = b""
            with os.fdopen(leader, "rb", buffering=0) as terminal:
                try:
                    while piece := terminal.read(65536):
                        said += piece
                except OSError:  # Linux says so when the other end is closed
                    pass
            assert 1 == process.wait(timeout=60)
        assert "code-is-not-reserved" in said.decode()
        assert "这个编号保留不用" in said.decode()
