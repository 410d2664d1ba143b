"""A real caching nginx before the service, with two users: no page of one ever reaches the other.

Three caches: one that keeps to the rules, one that is set to ignore ``Vary``, and one that is set to ignore
``Cache-Control``, as people do to make a site quick. Each of the two fields must be enough by itself. All three keep
whatever they may, for ten minutes, under the address alone. The style sheet, which is everybody's, must come from the
cache: so the cache is one.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import Any

import flask
import pytest
from werkzeug.serving import make_server

from hardtack.adapters.flask import SealedSessionInterface
from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.session.caching import protect
from tests.conftest import Start

HOST = "id.example.org"
PASSWORD = "correct horse battery staple"
PAGES = ("/", "/account", "/sign-in", "/sign-up", "/welcome", "/language", "/nowhere", "/account/")
CACHES = {
    "keeps to the rules": "",
    "ignores Vary": "proxy_ignore_headers Vary;",
    "ignores Cache-Control": "proxy_ignore_headers Cache-Control Expires X-Accel-Expires;",
}


@dataclass
class Answer:
    """What came through the cache."""

    status: int
    headers: HTTPMessage
    text: str

    @property
    def cached(self) -> str:
        """What nginx says of it: MISS, or HIT if it comes from the cache."""
        return self.headers["X-Cache"]

    @property
    def cookies(self) -> list[str]:
        """The cookies that it sets, as name=value."""
        return [value.partition(";")[0] for value in self.headers.get_all("Set-Cookie", [])]


@dataclass
class Cache:
    """One running nginx."""

    port: int
    host: str

    def ask(self, path: str, cookie: str = "", method: str = "GET", body: dict[str, str] | None = None) -> Answer:
        """Send one request as a browser does."""
        headers = {"Host": self.host, "Accept": "text/html", **({"Cookie": cookie} if cookie else {})}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Origin": f"https://{self.host}"}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())
        finally:
            connection.close()


@contextmanager
def caching(folder: Path, upstream: int, behaviour: str) -> Iterator[Cache]:
    """Run nginx with a cache before the port *upstream*."""
    executable = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert executable, "this test needs a real cache: apt-get install nginx-light (Debian)"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder.mkdir()
    # Workers run as who starts nginx, even root, since the folder is theirs alone.
    (folder / "nginx.conf").write_text(f"""
        daemon off; pid {folder}/pid; error_log {folder}/error.log; master_process off;
        events {{}}
        http {{
            access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
            fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
            proxy_cache_path {folder}/cache keys_zone=all:1m use_temp_path=off;
            server {{
                listen 127.0.0.1:{port};
                location / {{
                    proxy_pass http://127.0.0.1:{upstream};
                    proxy_set_header Host $http_host;
                    proxy_set_header X-Forwarded-For $remote_addr;
                    proxy_set_header X-Forwarded-Proto https;
                    proxy_cache all; proxy_cache_key $uri; proxy_cache_valid any 10m;
                    {behaviour}
                    add_header X-Cache $upstream_cache_status always;
                }}
            }}
        }}
    """)
    process = subprocess.Popen([executable, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        deadline = time.monotonic() + 20
        while True:
            assert process.poll() is None, (folder / "error.log").read_text()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, "nginx does not listen"
                time.sleep(0.05)
        yield Cache(port, HOST)
    finally:
        process.terminate()
        process.wait(timeout=20)


def sign_up(cache: Cache, name: str) -> str:
    """Make an account through the cache, and return its cookies."""
    made = cache.ask("/sign-up", method="POST", body={"username": name, "password": PASSWORD})
    assert 201 == made.status, made.text
    return "; ".join(made.cookies)


@pytest.mark.asvs("14.3.2")
@pytest.mark.parametrize("behaviour", CACHES.values(), ids=CACHES)
def test_no_page_of_one_user_reaches_another_through_a_cache(start: Start, tmp_path: Path, behaviour: str) -> None:
    """Neither a page, nor a cookie, nor a form's token, whoever asks first."""
    service = start("--origin", f"https://{HOST}", "--trusted-proxy", "127.0.0.1", "--sign-up", "open")
    with caching(tmp_path / "nginx", service.port, behaviour) as cache:
        style = re.search(r'href="(/[^"]+\.css[^"]*)"', cache.ask("/sign-in").text)
        assert style
        assert ["MISS", "HIT"] == [cache.ask(style[1]).cached for _ in range(2)]

        users = {name: sign_up(cache, name) for name in ("alice", "robert")}
        assert 2 == len(set(users.values()))
        seen: dict[str, list[Answer]] = {name: [] for name in (*users, "")}
        for path in PAGES:
            # Each asks first once, and again when the others have asked.
            for name in ("alice", "robert", "", "robert", "alice", "", "alice"):
                seen[name].append(cache.ask(path, users.get(name, "")))
        for name, answers in seen.items():
            shown = {other for other in users for answer in answers if other in answer.text.lower()}
            assert shown == {name} - {""}
        private = [{secret for answer in answers for secret in secrets_of(answer)} for answers in seen.values()]
        assert not set.intersection(*private[:2]) | set.intersection(*private[1:]) | (private[0] & private[2])
        # Whoever is not signed in is given something of their own with every page that has a form.
        visitors = [cache.ask("/sign-in").cookies for _ in range(3)]
        assert [1, 1, 1] == [len(cookies) for cookies in visitors]
        assert 3 == len({cookies[0] for cookies in visitors})

        if "Cache-Control" not in behaviour:
            stored = [answer.cached for answers in seen.values() for answer in answers if answer.cached != "MISS"]
            assert [] == stored
            assert 200 == cache.ask("/sign-out", users["alice"], "POST", {}).status
            assert 200 != cache.ask("/account", users["alice"]).status
            assert 200 == cache.ask("/account", users["robert"]).status


def test_a_cache_that_ignores_both_fields_mixes_users_up(start: Start, tmp_path: Path) -> None:
    """What the two fields prevent, so that the test above means something; nothing helps against such a cache."""
    service = start("--origin", f"https://{HOST}", "--trusted-proxy", "127.0.0.1", "--sign-up", "open")
    with caching(tmp_path / "nginx", service.port, "proxy_ignore_headers Vary Cache-Control Expires;") as cache:
        users = [sign_up(cache, name) for name in ("alice", "robert")]
        assert [True, True] == ["alice" in cache.ask("/account", cookies).text.lower() for cookies in users]


def secrets_of(answer: Answer) -> set[str]:
    """Return what in an answer is one visitor's own: the cookies it sets, and the tokens in its forms."""
    tokens = re.findall(r'name="csrf[^"]*"[^>]*value="([^"]+)"', answer.text)
    return {*tokens, *(cookie for cookie in answer.cookies if not cookie.endswith("="))}


def shop() -> flask.Flask:
    """Return an application that reads, writes, refreshes and deletes its session, and has a page for everybody."""
    app = flask.Flask("shop")
    app.config.update(SECRET_KEY="a secret that is long enough to be a source of keys", SESSION_COOKIE_SECURE=True)
    app.session_interface = SealedSessionInterface()

    @app.get("/write/<name>")
    def write(name: str) -> str:
        flask.session["name"] = name
        return f"written for {name}"

    @app.get("/refresh/<name>")
    def refresh(name: str) -> str:
        flask.session.permanent = True
        flask.session["name"] = name
        return "kept"

    @app.get("/read")
    def read() -> str:
        return f"name: {flask.session.get('name', 'nobody')}"

    @app.get("/varied")
    def varied() -> flask.Response:
        response = flask.make_response(f"name: {flask.session.get('name', 'nobody')}")
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = "max-age=600"
        return response

    @app.get("/delete")
    def delete() -> str:
        name = flask.session.get("name", "nobody")
        flask.session.clear()
        return f"deleted for {name}"

    @app.get("/everybody")
    def everybody() -> str:
        return "a page for everybody"

    return app


@contextmanager
def serving(app: Any) -> Iterator[int]:
    """Run a WSGI application in a thread; yield its port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_no_page_of_a_flask_application_reaches_another_user_through_a_cache(tmp_path: Path) -> None:
    """On read, write, refresh and deletion; and a page that does not look at the session is cached for all."""
    with serving(shop()) as port, caching(tmp_path / "nginx", port, "") as cache:
        assert ["MISS", "HIT"] == [cache.ask("/everybody").cached for _ in range(2)]
        users = {name: "; ".join(cache.ask(f"/write/{name}").cookies) for name in ("alice", "robert")}
        users |= {f"{name}2": "; ".join(cache.ask(f"/refresh/{name}2").cookies) for name in ("alice", "robert")}
        assert 4 == len(set(users.values()) - {""})
        for path in ("/read", "/varied"):
            for name in (*users, "", *users, "", *reversed(users)):
                answer = cache.ask(path, users.get(name, ""))
                assert f"name: {name or 'nobody'}" == answer.text
                assert "Cookie" in {part.strip() for part in answer.headers["Vary"].split(",")}
        for name in (*users, *reversed(users)):
            assert f"deleted for {name}" == cache.ask("/delete", users[name]).text
        assert "deleted for nobody" == cache.ask("/delete").text
        assert "HIT" == cache.ask("/everybody", users["alice"]).cached


NOW = 1_800_000_000
LATER = NOW + 12 * 3600
"""When a cookie of now is old enough to be written anew, and not yet too old."""


def plain() -> Any:
    """Return an application without any framework that keeps its session by ``Sessions`` and ``protect`` alone."""
    sessions = Sessions(Keyring.generate(), origin=f"https://{HOST}")

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        _, page, *rest = environ["PATH_INFO"].split("/")
        now = LATER if page == "refresh" else NOW
        session = sessions.open(environ.get("HTTP_COOKIE", ""), now)
        fields = {
            "varied": [("Vary", "Accept-Encoding"), ("Cache-Control", "max-age=600")],
            "everybody": [("Cache-Control", "max-age=600")],
        }.get(page, [])
        if page == "write":
            session["name"] = rest[0]
        text = "for everybody" if page == "everybody" else f"name: {session.get('name', 'nobody')}"
        if page == "delete":
            session.clear()
        headers = fields + [("Set-Cookie", value) for value in sessions.save(session, now)]
        changes = protect(headers, session)
        replaced = {name.lower() for name, _ in changes}
        start_response("200 OK", [*(pair for pair in headers if pair[0].lower() not in replaced), *changes])
        return [text.encode()]

    return app


@pytest.mark.parametrize("behaviour", CACHES.values(), ids=CACHES)
def test_no_answer_with_a_session_reaches_another_user_through_a_cache(tmp_path: Path, behaviour: str) -> None:
    """On read, write, refresh and deletion, and where the application has said something of its own to caches."""
    with serving(plain()) as port, caching(tmp_path / "nginx", port, behaviour) as cache:
        assert ["MISS", "HIT"] == [cache.ask("/everybody").cached for _ in range(2)]
        users = {name: "; ".join(cache.ask(f"/write/{name}").cookies) for name in ("alice", "robert")}
        for page in ("/read", "/varied", "/refresh", "/delete"):
            given: dict[str, set[str]] = {}
            for name in (*users, "", *users, "", *reversed(users)):
                answer = cache.ask(page, users.get(name, ""))
                assert f"name: {name or 'nobody'}" == answer.text
                given.setdefault(name, set()).update(cookie for cookie in answer.cookies if not cookie.endswith("="))
            assert (page == "/refresh") == bool(given["alice"])
            assert not given["alice"] & given["robert"] | given[""]
        assert "Accept-Encoding, Cookie" == cache.ask("/varied").headers["Vary"]
        assert {"private", "max-age=600"} == set(cache.ask("/varied").headers["Cache-Control"].split(", "))
        assert "HIT" == cache.ask("/everybody", users["alice"]).cached
