"""httplint finds nothing bad in any answer of the service: each page, error, redirect and asset, plain and conditional.

What it finds all the same is listed with the sentence that decides; the list is exactly what it finds.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from hardtack.site import assets
from hardtack.site.routes import ROUTES
from hardtack.status import Status
from tests.conformance.wire import Answer, ask
from tests.conftest import Service, Start

ROOT = Path(__file__).parents[2]
FOLDER = Path(sys.prefix) / "peers" / "httplint"
PASSWORD = "correct horse battery staple"
HTML = "Accept: text/html"
LANGUAGES = (HTML, f"{HTML}|Accept-Language: zh-CN", "Accept: application/json", "Accept: text/plain")
ASSETS = (assets.OURS.css.path, assets.OURS.mark.path)

ALLOWED = {
    "PARTIAL_WITHOUT_RANGE": "RFC 9110 §15.3.7.2: a multipart 206 must have no Content-Range itself; its parts have.",
    "REQUEST_HDR_IN_RESPONSE": "RFC 9110 §12.5.1 and §15.5.16: Accept in a 415 says which media types would be taken.",
    "STATUS_BAD_REQUEST": "The note is only that it is a 400, RFC 9110 §15.5.1, which was provoked.",
    "STATUS_URI_TOO_LONG": "The note is only that it is a 414, RFC 9110 §15.5.15, which was provoked.",
}
"""By the note's name: the sentence why it stands."""

PROVOKED = {
    "CREATED_SAFE_METHOD": "201: nothing was created.",
    "PARTIAL_NOT_REQUESTED": "206: no range was asked for (RFC 9110 §15.3.7).",
    "STATUS_412_WITHOUT_PRECONDITION": "412: there was no condition (RFC 9110 §15.5.13).",
    "STATUS_416_WITHOUT_RANGE": "416: no range was asked for (RFC 9110 §15.5.17).",
    "STATUS_417_WITHOUT_EXPECT": "417: nothing was expected (RFC 9110 §15.5.18).",
    "STATUS_VERSION_NOT_SUPPORTED": "The note is only that it is a 505, RFC 9110 §15.6.6, which was provoked.",
}
"""What is noted of an answer because it was provoked by its number: it answers to nothing. Only there does it stand."""


@pytest.fixture(scope="module")
def httplint() -> Path:
    """The folder with httplint, fetched once; not our environment, since it brings a package ``tests``."""
    if not FOLDER.exists():
        FOLDER.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER.parent) as folder:
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            wanted = [
                "--require-hashes",
                "-r",
                str(ROOT / "requirements" / "httplint.txt"),
                "--target",
                f"{folder}/all",
            ]
            subprocess.run([*pip, *wanted], check=True)
            # Moved when it is whole; another process may have been quicker.
            with contextlib.suppress(OSError):
                (Path(folder) / "all").rename(FOLDER)
    return FOLDER


def lint(folder: Path, exchanges: list[dict[str, Any]]) -> list[list[str]]:
    """Return what httplint notes of the exchanges: name, level, note, text."""
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE_", "PYTHON"))
    }
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "linting.py")],
        input=json.dumps(exchanges),
        env={**environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    return found


class Visitor:
    """Whoever asks the service, and keeps what was asked and answered."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.exchanges: list[dict[str, Any]] = []
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, target: str, fields: str = "", *, content: bytes = b"", host: str = "", secret: bool = True
    ) -> Answer:
        """Ask over a raw socket; *fields* are separated by bars."""
        host = host or f"localhost:{self.service.port}"
        lines = [f"Host: {host}", "User-Agent: tests", *(fields.split("|") if fields else [])]
        if self.cookies and secret:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if content:
            lines.append(f"Content-Length: {len(content)}")
        head = "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "Connection: close"])
        began = time.time()
        answer = ask(self.service.port, head.encode("latin-1") + b"\r\n\r\n" + content)
        assert answer is not None, (method, target, fields)
        dated = parsedate_to_datetime(answer.get("date") or "").timestamp()
        for name, value in answer.fields:
            if name == "set-cookie":
                kept, _, rest = value.partition("=")
                self.cookies[kept] = rest.partition(";")[0]
        self.exchanges.append(
            {
                # Its moment, which is not known better than that it lies between the two; the server may take its time.
                "at": min(max(dated, began), time.time()),
                "name": f"{method} {target[:40]} {fields[:60]} → {answer.status}",
                "method": method,
                "target": target,
                "host": host,
                "asked": [line.split(": ", 1) for line in lines],
                "status": answer.status,
                "phrase": "",
                "fields": answer.fields,
                "content": base64.b64encode(answer.content).decode(),
            }
        )
        return answer


@pytest.fixture
def visitor(start: Start) -> Visitor:
    """A visitor who has looked at everything of a new service, signed out and signed in, and done much of it wrong."""
    service = start()
    visitor = Visitor(service)
    _look_at_everything(visitor)
    _look_at_codes(visitor)
    origin = f"Origin: {service.url}|Content-Type: application/json|Accept: application/json"
    account = json.dumps({"code": service.welcome_link.partition("code=")[2], "username": "ada", "password": PASSWORD})
    assert visitor.ask("POST", "/welcome", origin, content=account.encode()).status < 300
    _look_at_everything(visitor)
    _do_wrong(visitor, origin)
    visitor.ask("POST", "/sign-out", f"{origin}|{HTML}", content=b"{}")
    visitor.ask("POST", "/sign-in", origin, content=json.dumps({"username": "ada", "password": "no"}).encode())
    return visitor


def _look_at_everything(visitor: Visitor) -> None:
    for path in (*ROUTES, *assets.OURS.paths):
        for method in ("GET", "HEAD", "OPTIONS"):
            for fields in LANGUAGES if method == "GET" else (HTML,):
                answer = visitor.ask(method, path, fields)
            etag, modified = answer.get("etag"), answer.get("last-modified")
            conditions = ["If-None-Match: *", 'If-None-Match: "another"', 'If-Match: "another"']
            conditions += [f"If-None-Match: {etag}", f"If-Match: {etag}"] if etag else []
            conditions += [f"If-Modified-Since: {modified}"] if modified else []
            for condition in conditions:
                visitor.ask(method, path, f"{HTML}|{condition}")
    for path in ASSETS:
        for part in ("0-9", "0-9,20-29", "-5", "100000-", "abc"):
            visitor.ask("GET", path, f"Range: bytes={part}")
    for path in ("/nowhere", "/account/", "/sign-in/?next=/account", "/account?next=/", "/sign-in?next=//elsewhere"):
        for fields in LANGUAGES:
            visitor.ask("GET", path, fields)
            visitor.ask("HEAD", path, fields)


def _look_at_codes(visitor: Visitor) -> None:
    for status in Status:
        visitor.ask("GET", f"/status/{status.slug}", HTML)
        # That the method makes no difference, tests/service/test_status_pages.py shows of every code.
        for method, fields in (("GET", HTML), ("GET", "Accept: */*"), ("HEAD", HTML)):
            visitor.ask(method, f"/status/{status.code}", fields)


def _do_wrong(visitor: Visitor, origin: str) -> None:
    for fields in LANGUAGES:
        visitor.ask("DELETE", "/sign-in", fields)
        visitor.ask("BREW", "/", fields)
        visitor.ask("TRACE", "/", fields)
        visitor.ask("GET", "/", fields, host="elsewhere.example")
        visitor.ask("GET", "/", f"{fields}|Expect: a-miracle")
        visitor.ask("GET", "/" + "a" * 10_000, fields)
        visitor.ask("GET", "/", f"{fields}|X-Long: {'a' * 40_000}")
        visitor.ask("GET", "/", f"{fields}|X-Forwarded-For: 192.0.2.1")
        visitor.ask("POST", "/sign-in", f"{fields}|Content-Length: 9|Transfer-Encoding: chunked")
        visitor.ask(
            "POST", "/sign-in", f"{fields}|Content-Type: text/csv|Origin: {visitor.service.url}", content=b"a,b"
        )
        visitor.ask(
            "POST", "/sign-in", f"{fields}|Content-Type: application/x-www-form-urlencoded", content=b"username=a"
        )
        visitor.ask("POST", "/sign-in", f"{fields}|Origin: http://elsewhere.example", content=b"username=a")
    visitor.ask("POST", "/sign-in", origin, content=b"{")
    visitor.ask("POST", "/sign-in", f"{HTML}|Content-Length: 99999999")


def test_httplint_notes_nothing_bad_in_any_answer_of_the_service(visitor: Visitor, httplint: Path) -> None:
    """Nor a warning, but for what is listed above with its sentence."""
    seen = {exchange["status"] for exchange in visitor.exchanges}
    assert {200, 206, 303, 304, 400, 404, 405, 412, 413, 414, 416, 417, 421, 501} <= seen
    found = lint(httplint, visitor.exchanges)
    assert [] == [note for note in found if note[2] not in ALLOWED | PROVOKED]
    assert set(ALLOWED | PROVOKED) == {note[2] for note in found}
    assert [] == [note for note in found if note[2] in PROVOKED and not re.search(r" /status/\d{3} ", note[0])]
    partial = [exchange for exchange in visitor.exchanges if exchange["status"] == 206]
    assert 4 == sum(dict(exchange["fields"])["content-type"].startswith("multipart/") for exchange in partial)
    assert {415} == {int(note[0][-3:]) for note in found if note[2] == "REQUEST_HDR_IN_RESPONSE"}


def test_httplint_would_note_what_is_bad(httplint: Path) -> None:
    """The exchanges reach it: what is wrong on purpose is noted."""
    wrong = {
        "at": time.time(),
        "name": "wrong",
        "method": "GET",
        "target": "/",
        "host": "example.org",
        "asked": [["Host", "example.org"]],
        "status": 200,
        "phrase": "",
        "fields": [["Content-Length", "3"], ["ETag", "unquoted"], ["Date", "yesterday"]],
        "content": base64.b64encode(b"four").decode(),
    }
    assert "bad" in {note[1] for note in lint(httplint, [wrong])}


def test_the_lint_command_takes_over_what_httplint_finds_where_it_is_installed(httplint: Path, start: Start) -> None:
    """With its source named; what only says the code, or what the RFCs contradict, is left out."""
    target = [start().url, "--path", "/", "--path", "/sign-in", "--path", assets.OURS.css.path, "--warnings", "--json"]
    said = {}
    for label, options in (("beside", []), ("own", ["--own"])):
        done = subprocess.run(
            [sys.executable, "-m", "hardtack", "lint", *target, *options],
            env={**os.environ, "PYTHONPATH": str(httplint), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        said[label] = {(each["source"], each["rule"]) for each in json.loads(done.stdout)["findings"]}
    assert said == {"beside": set(), "own": set()}


def test_the_lint_command_names_httplint_as_the_source(httplint: Path) -> None:
    """What is wrong on purpose, and concerns no status code, only httplint finds."""
    source = (
        "from hardtack.cli.lint_httplint import installed, notes\n"
        "from hardtack.message import Headers, Request, Response\n"
        "from hardtack.status.lint import Exchange\n"
        "asked = Request(method='GET', path='/', headers=Headers([('Host', 'a')]), host='a', target='/')\n"
        "answer = Response(201, [('Content-Type', 'nonsense'), ('ETag', 'x'), ('Date', 'now')], b'x')\n"
        "assert installed()\n"
        "for found in notes(Exchange(asked, answer, at='wire'), at=0):\n"
        "    print(found.source, found.level, found.rule, found.text['zh'] != found.text['en'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", source],
        env={**os.environ, "PYTHONPATH": str(httplint), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    lines = done.stdout.splitlines()
    assert lines
    assert all(line.startswith("httplint ") and line.split()[1] in ("error", "warning") for line in lines)
    assert any(line.endswith("True") for line in lines)  # it speaks Chinese as well
    assert not any("WITHOUT_LOCATION" in line for line in lines)
