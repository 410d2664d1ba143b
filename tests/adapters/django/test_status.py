"""The status layer in Django, over sockets: a project of real views, under WSGI and under ASGI."""

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.raw import ROOT, request, send, serving, statuses

COMMANDS = {
    "wsgi": ("gunicorn", "--pythonpath", str(ROOT), "--bind", "127.0.0.1:{port}", "--threads", "4"),
    "asgi": ("uvicorn", "--app-dir", str(ROOT), "--port", "{port}", "--http", "h11"),
}
HTML = "Accept: text/html"
CHINESE = "Accept-Language: zh-CN"


@dataclass
class Server:
    """One server that runs the project."""

    name: str
    port: int
    log: Path

    def ask(self, method: str, path: str, *fields: str, then: bytes = b"", host: str = "localhost:8000") -> bytes:
        """Return the whole answer."""
        return send(self.port, request(method, path, "Connection: close", *fields, host=host), then=then, quiet=30)

    def status(self, method: str, path: str, *fields: str, then: bytes = b"") -> int:
        """Return the code of the answer."""
        (code,) = statuses(self.ask(method, path, *fields, then=then))
        return code


@contextmanager
def served(name: str, log: Path, changed: Mapping[str, Any], application: str = "") -> Iterator[Server]:
    """Serve the project, some of whose settings are others."""
    where = {"wsgi": "tests.adapters.django.shop:wsgi", "asgi": "tests.adapters.django.shop:asgi"}
    with ExitStack() as stack:
        os.environ["SHOP"] = json.dumps(changed)
        try:
            port = stack.enter_context(serving((*COMMANDS[name], application or where[name]), log))
        finally:
            del os.environ["SHOP"]
        yield Server(name, port, log)


@pytest.fixture(scope="module", params=COMMANDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The project as it is, under both interfaces."""
    with served(request.param, tmp_path_factory.mktemp("log") / "log", {}) as running:
        yield running


Serve = Callable[..., AbstractContextManager[Server]]


@pytest.fixture(params=COMMANDS)
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Serve:
    """Serve the project with other settings, under both interfaces."""
    return lambda **changed: served(request.param, tmp_path / "log", changed)


def body(answer: bytes) -> str:
    """Return the content of an answer."""
    return answer.partition(b"\r\n\r\n")[2].decode()


def head(answer: bytes) -> str:
    """Return the fields of an answer, in lower case."""
    return answer.partition(b"\r\n\r\n")[0].decode("latin-1").lower()


class TestHead:
    """What the head of a request decides."""

    def test_what_passes_passes_unchanged(self, server: Server) -> None:
        """With the path as it was meant."""
        assert body(server.ask("GET", "/")) == "hello"
        assert "x-path: 2fc3bc" in head(server.ask("GET", "/%C3%BC"))

    def test_what_the_head_rules_out(self, server: Server) -> None:
        """Before any other middleware."""
        assert [421] == statuses(server.ask("GET", "/", host="evil.example"))
        assert server.status("FROB", "/") == 501
        assert server.status("GET", "/", "Expect: tea") == 417
        assert server.status("GET", "/old") == 301
        assert server.status("GET", "/gone") == 410
        # Under ASGI Django takes the content before it asks anybody.
        assert server.status("POST", "/only", "Content-Length: 2001", then=b"a" * 2001) == 413

    def test_our_refusals_are_not_mailed_to_the_administrators(self, server: Server) -> None:
        """Django does that with each line that its log has for a 5xx, and anybody can send such a request."""
        assert server.status("FROB", "/") == 501
        assert "Not Implemented: /" not in server.log.read_text()

    def test_what_is_refused_has_a_page_in_both_languages(self, server: Server) -> None:
        """By the visitor's wish; text for whoever asks for anything."""
        answer = server.ask("GET", "/gone", HTML, CHINESE)
        assert 'lang="zh' in body(answer)
        assert 'lang="en' in body(server.ask("GET", "/gone", HTML))


class TestContent:
    """What a request brings."""

    def test_content_within_the_limit_is_read(self, server: Server) -> None:
        """By the view, whole."""
        assert body(server.ask("POST", "/only", "Content-Length: 2000", then=b"a" * 2000)) == "2000"

    def test_content_without_a_declared_length(self, server: Server) -> None:
        """Is over the limit under ASGI, where Django has taken it; under WSGI Django takes none of it."""
        chunk = b"800\r\n" + b"a" * 2048 + b"\r\n0\r\n\r\n"
        answer = server.ask("POST", "/only", "Transfer-Encoding: chunked", then=chunk)
        if server.name == "asgi":
            assert statuses(answer) == [413]
        else:
            assert (statuses(answer), body(answer)) == ([200], "0")

    def test_a_views_own_limit_counts_what_was_not_declared(self, server: Server) -> None:
        """Where there is any such content."""
        chunk = b"65\r\n" + b"a" * 101 + b"\r\n0\r\n\r\n"
        fields = ("Transfer-Encoding: chunked", "Content-Type: application/json", 'If-Match: "v1"', "X-Name: me")
        expected = 413 if server.name == "asgi" else 200
        assert server.status("PUT", "/things/1", *fields, then=chunk) == expected

    def test_content_that_is_slow(self, server: Server) -> None:
        """Is 408 under WSGI; under ASGI Django waits for it before anybody is asked."""
        if server.name == "wsgi":
            with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
                connection.sendall(request("POST", "/only", "Content-Length: 2", "Connection: close"))
                connection.sendall(b"a")
                time.sleep(1.5)
                connection.sendall(b"b")
                got = b""
                while piece := connection.recv(65536):
                    got += piece
            assert statuses(got) == [408]


class TestRules:
    """What ``@rules`` say, in synchronous and in asynchronous views."""

    @pytest.mark.parametrize("path", ["/things/1", "/athings/1"])
    def test_conditions_are_decided_before_the_views_body(self, server: Server, path: str) -> None:
        """In whatever thread it runs."""
        json_of = ("Content-Type: application/json", "Content-Length: 2", "X-Name: me")
        assert server.status("PUT", path, *json_of, then=b"{}") == 428
        assert server.status("PUT", path, *json_of, 'If-Match: "v0"', then=b"{}") == 412
        assert server.status("PUT", path, *json_of, 'If-Match: "v1"', then=b"{}") == 200
        assert server.status("GET", path, 'If-None-Match: "v1"', "X-Name: me") == 304
        assert server.status("PUT", path.replace("1", "2"), *json_of, "If-None-Match: *", then=b"{}") == 200

    @pytest.mark.parametrize("path", ["/things/1", "/athings/1"])
    def test_the_route_is_asked_before_any_decorator(self, server: Server, path: str) -> None:
        """So 415 and 413 come before 403."""
        assert server.status("PUT", path, "Content-Type: text/csv", "Content-Length: 2", then=b"ab") == 415
        json_of = ("Content-Type: application/json", "Content-Length: 101")
        assert server.status("PUT", path, *json_of, then=b"a" * 101) == 413

    def test_a_condition_tells_nothing_to_whoever_may_not_enter(self, server: Server) -> None:
        """RFC 9110 §13.2.1: it counts only where the answer would be 2xx without it."""
        assert server.status("GET", "/things/1", 'If-None-Match: "v1"') == 403

    def test_the_rules_of_a_method_are_those_of_the_class(self, server: Server) -> None:
        """Also before the view is called."""
        assert server.status("POST", "/things", "Content-Type: text/csv", "Content-Length: 1", then=b"a") == 415
        answer = server.ask("POST", "/things", "Content-Type: application/json", "Content-Length: 2", then=b"{}")
        assert (statuses(answer), body(answer)) == ([201], "{}")


class TestMethods:
    """405, with every method that there is."""

    @pytest.mark.parametrize(
        ("method", "path", "allow"),
        [
            ("PUT", "/things", "get, post, head, options"),
            ("POST", "/quiet", "get"),
            ("HEAD", "/quiet", "get"),
            ("DELETE", "/only", "post, put"),
        ],
    )
    def test_allow_lists_what_works(self, server: Server, method: str, path: str, allow: str) -> None:
        """Of a class, its methods; of a decorator, what it was given."""
        answer = server.ask(method, path)
        assert statuses(answer) == [405]
        assert set(re.findall(r"^allow: (.*?)\r?$", head(answer), re.M)[0].split(", ")) == set(allow.split(", "))

    def test_a_wrong_method_is_said_before_a_missing_token(self, server: Server) -> None:
        """No form could make this request right."""
        assert server.status("POST", "/quiet") == 405

    def test_the_page_is_ours(self, server: Server) -> None:
        """Since neither Django's nor the decorator's says anything."""
        assert 'lang="zh' in body(server.ask("DELETE", "/only", HTML, CHINESE))


class TestAnswers:
    """What becomes of an answer."""

    @pytest.mark.parametrize("path", ["/book", "/stream", "/astream"])
    @pytest.mark.filterwarnings("ignore")
    def test_ranges(self, server: Server, path: str) -> None:
        """Of a file, and of content that is made on the way."""
        if path == "/astream" and server.name == "wsgi":
            path = "/stream"
        answer = server.ask("GET", path, "Range: bytes=3-7")
        assert (statuses(answer), body(answer)) == ([206], "34567")
        assert "content-length: 5" in head(answer)
        assert server.status("GET", path, "Range: bytes=2000-") == 416
        assert body(server.ask("GET", path)).startswith("0123456789")

    def test_several_parts_of_a_file(self, server: Server) -> None:
        """Cut from where they are."""
        answer = server.ask("GET", "/book", "Range: bytes=990-991,0-1")
        assert statuses(answer) == [206]
        assert "multipart/byteranges" in head(answer)
        assert [part.strip() for part in re.findall(r"\r\n\r\n(.*)\r\n", body(answer))] == ["01", "01"]

    @pytest.mark.parametrize("path", ["/book", "/stream"])
    def test_a_good_copy_is_not_sent_again(self, server: Server, path: str) -> None:
        """304, by the answer's own tag."""
        tag = '"book"' if path == "/book" else '"s"'
        answer = server.ask("GET", path, f"If-None-Match: {tag}")
        assert (statuses(answer), body(answer)) == ([304], "")

    def test_head_is_get_without_content(self, server: Server) -> None:
        """With the same fields."""
        for path, length in (("/book", 1000), ("/stream", 10)):
            answer = server.ask("HEAD", path)
            assert (statuses(answer), body(answer)) == ([200], "")
            assert f"content-length: {length}" in head(answer)

    def test_a_bare_error_keeps_what_it_means(self, server: Server) -> None:
        """Its fields and cookies stay, our page says the rest."""
        answer = server.ask("GET", "/answer/405", HTML, CHINESE)
        assert "allow: brew" in head(answer)
        assert "set-cookie: kept=1" in head(answer)
        assert 'lang="zh' in body(answer)
        assert "application/problem+json" in head(server.ask("GET", "/answer/409", "Accept: application/json"))

    def test_a_word_of_the_projects_stands(self, server: Server) -> None:
        """As it is."""
        assert body(server.ask("GET", "/own", HTML)) == "There is no such ship."


class TestErrors:
    """What Django makes of an exception."""

    @pytest.mark.parametrize("view", ["fail", "afail"])
    @pytest.mark.parametrize(
        ("kind", "code"), [("404", 404), ("403", 403), ("400", 400), ("bad", 400), ("taken", 409), ("disk", 507)]
    )
    def test_a_page_takes_the_place_of_djangos(self, server: Server, view: str, kind: str, code: int) -> None:
        """In the visitor's language, without the error's own text."""
        answer = server.ask("GET", f"/{view}/{kind}", HTML, CHINESE)
        assert statuses(answer) == [code]
        assert 'lang="zh' in body(answer)
        assert "swordfish" not in body(answer)

    def test_an_address_that_is_none(self, server: Server) -> None:
        """Before any view, and in text for whoever asks for anything."""
        assert statuses(server.ask("GET", "/nowhere")) == [404]
        assert "There is no page at this address." in body(server.ask("GET", "/nowhere"))

    @pytest.mark.parametrize("path", ["/fail/else", "/afail/else", "/broken"])
    def test_an_unforeseen_error_is_an_incident(self, server: Server, path: str) -> None:
        """Whose number is in the log, beside Django's own line; of a view and of a middleware."""
        answer = server.ask("GET", path, HTML)
        assert statuses(answer) == [500]
        (number,) = set(re.findall(r"\b[0-9a-f]{12}\b", body(answer)))
        assert "swordfish" not in body(answer)
        assert "swordfish" in server.log.read_text()
        assert number

    def test_what_a_middleware_raises_is_the_answer_too(self, server: Server) -> None:
        """Although Django has made an error of it."""
        answer = server.ask("GET", "/full", HTML)
        assert statuses(answer) == [503]
        assert "retry-after: 7" in head(answer)

    def test_a_forged_form_has_our_page(self, server: Server) -> None:
        """Django's own says more, and that in its own words."""
        answer = server.ask("POST", "/form", HTML, CHINESE)
        assert statuses(answer) == [403]
        assert "此请求并非来自本站页面" in body(answer)


def _when_free(ask: Callable[[], Any], *, busy: Callable[[Any], bool] = lambda status: status == 503) -> Any:
    """Ask until a place is free: one is given back a moment after the last octet of the answer has come."""
    deadline = time.monotonic() + 30
    while busy(found := ask()):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def _begin(server: Server) -> tuple[socket.socket, bytes]:
    """Ask for what takes its time; return the connection and how the answer begins."""
    slow = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    slow.sendall(request("GET", {"wsgi": "/wait", "asgi": "/await"}[server.name], "Connection: close"))
    began = slow.recv(100)
    if b" 503 " in began:
        slow.close()
    return slow, began


class TestSettings:
    """What the project says goes first."""

    def test_the_projects_templates_come_first(self, serve: Serve, tmp_path: Path) -> None:
        """Django's 404.html, and ours by code and family; what fails there is replaced by ours."""
        folder = tmp_path / "templates"
        (folder / "errors").mkdir(parents=True)
        (folder / "404.html").write_text("no ship at {{ request_path }}")
        (folder / "410.html").write_text("{{ status }} {{ request.path }} {{ language }}")
        (folder / "errors" / "4xx.html").write_text("family {{ status }} {{ phrase }}")
        (folder / "errors" / "501.html").write_text("{% include 'missing.html' %}")
        engine = {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [str(folder)],
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
        with serve(TEMPLATES=[engine]) as server:
            assert body(server.ask("GET", "/nowhere", HTML)) == "no ship at /nowhere"
            assert body(server.ask("GET", "/answer/410", HTML)) == "410 /answer/410 en"
            assert body(server.ask("GET", "/gone", HTML)) == "410  en"
            assert body(server.ask("DELETE", "/things", HTML)) == "family 405 Method Not Allowed"
            assert body(server.ask("GET", "/fail/taken", HTML)) == "family 409 Conflict"
            answer = server.ask("FROB", "/", HTML)
            assert statuses(answer) == [501]
            assert "missing" not in body(answer)

    def test_a_folder_of_pages_in_the_settings(self, serve: Serve, tmp_path: Path) -> None:
        """Without a template engine."""
        (tmp_path / "404.html").write_text("note $status")
        with serve(status={"templates": str(tmp_path)}) as server:
            assert body(server.ask("GET", "/nowhere", HTML)) == "note 404"

    def test_debug_pages_stay_djangos(self, serve: Serve) -> None:
        """They explain; only what says nothing has a page of ours."""
        with serve(DEBUG=True, status={"errors": "all"}) as server:
            assert "Using the URLconf defined in" in body(server.ask("GET", "/nowhere", HTML))
            assert "swordfish" in body(server.ask("GET", "/fail/else", HTML))
            assert 'lang="zh' in body(server.ask("GET", "/answer/410", HTML, CHINESE))

    def test_all_errors_or_none(self, serve: Serve) -> None:
        """As the setting says."""
        with serve(status={"errors": "all"}) as server:
            assert "no such ship" not in body(server.ask("GET", "/own", HTML))

    def test_none_leaves_djangos_pages(self, serve: Serve) -> None:
        """They stay as they were."""
        with serve(status={"errors": "none"}) as server:
            answer = server.ask("GET", "/nowhere", HTML)
            assert "<h1>Not Found</h1>" in body(answer)
            assert "text/html" in head(answer)

    def test_no_more_than_so_many_at_once(self, serve: Serve) -> None:
        """Whoever comes on top is turned away; a stream counts until it has been sent."""
        with serve(limits={"in_flight": 1}) as server:
            for _ in range(3):
                assert _when_free(lambda: server.status("GET", "/stream")) == 200
            slow, began = _when_free(lambda: _begin(server), busy=lambda each: b" 503 " in each[1])
            with slow:
                assert began.startswith(b"HTTP/1.1 200")
                answer = server.ask("GET", "/")
                assert statuses(answer) == [503]
                assert "retry-after: 5" in head(answer)
            assert _when_free(lambda: server.status("GET", "/")) == 200

    def test_the_trace_says_why(self, serve: Serve) -> None:
        """Of a view and of the head."""
        with serve(status={"trace": True}) as server:
            assert "hardtack-trace: handler/answers=200; " in head(server.ask("GET", "/"))
            refused = head(server.ask("POST", "/things", "Content-Length: 1", then=b"a"))
            assert "content-type-is-accepted" in refused
            assert "handler/" not in refused
            assert "hardtack-trace: handler/answers=404; " in head(server.ask("GET", "/nowhere"))
            assert "hardtack-trace: handler/raises=conflict; " in head(server.ask("GET", "/fail/taken"))
            assert "hardtack-trace: handler/fails=storage-full; " in head(server.ask("GET", "/fail/disk"))

    def test_maintenance_by_a_file(self, serve: Serve, tmp_path: Path) -> None:
        """For every process at once."""
        with serve(status={"maintenance_file": str(tmp_path / "closed")}) as server:
            assert server.status("GET", "/") == 200
            (tmp_path / "closed").touch()
            assert server.status("GET", "/") == 503


class TestDriver:
    """What a middleware cannot do is done by the driver around the project, with the same settings."""

    def test_a_view_over_its_deadline(self, tmp_path: Path) -> None:
        """Under ASGI the middleware can answer for an asynchronous view, and even while a thread of another runs."""
        with served("asgi", tmp_path / "log", {"limits": {"handler_seconds": 0.5}, "inside": []}) as server:
            assert server.status("GET", "/late") == 503
            assert server.status("GET", "/alate") == 503
            assert server.status("GET", "/") == 200

    def test_content_is_refused_before_it_is_taken(self, tmp_path: Path) -> None:
        """Django takes all of it before any middleware is asked; the driver does not."""
        around = "tests.adapters.django.shop:around"
        with served("asgi", tmp_path / "log", {}, around) as server:
            assert server.status("POST", "/only", "Content-Length: 2001") == 413
            chunk = b"800\r\n" + b"a" * 2048 + b"\r\n"  # and it never ends
            assert server.status("POST", "/only", "Transfer-Encoding: chunked", then=chunk) == 413
            assert server.status("GET", "/things/1", 'If-None-Match: "v1"', "X-Name: me") == 304
            assert server.status("GET", "/book", "Range: bytes=3-7") == 206
