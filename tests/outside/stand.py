"""What the outside tools attack: the service with its real parameters behind a real nginx with TLS, and its people.

nginx speaks to the service from an address that nobody else has, and that address alone is trusted; so whoever comes to
nginx, comes from where the connection says, and what they write into ``X-Forwarded-For`` is theirs to write. Where a
stand is ``anywhere``, every request comes from a network of its own, as from an attacker who has as many addresses as
they like: so no budget of an address keeps a scanner from what lies behind it.
"""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hardtack.status.refuse import METHODS
from tests.conftest import Service, starting
from tests.mail_server import make_certificates

PASSWORD = "correct horse battery staple"
PROXY = "127.0.0.9"
"""Where nginx comes from, when it comes to the service."""
PLACES = 4096
"""Connections that each worker of nginx has; the 512 of a bare one are fewer than a slow client on a modem can take."""
WORKERS = 2
PATIENCE = 60

PROVOKED = re.compile(r"/(?:status/(?P<code>[1-5]\d\d)|playground(?:/.*)?)")
"""Where an answer of 500 and above is what was asked for, if the code is that of the address or arises as it should."""


@dataclass
class Browser:
    """Somebody with cookies, who follows nothing.

    Args:
        port: of nginx.
        cookies: what it holds.
        address: where it comes from; ``""``: from where the tools come.
    """

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = ""

    @property
    def cookie(self) -> str:
        """The Cookie field."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, accept: str = "application/json"
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Send one request; return status, fields and content."""
        headers = {"Accept": accept, "Host": f"localhost:{self.port}"}
        if self.cookies:
            headers["Cookie"] = self.cookie
        content = None
        if body is not None:
            headers |= {"Content-Type": "application/json", "Origin": f"https://localhost:{self.port}"}
            content = json.dumps(body).encode()
        source = (self.address, 0) if self.address else None
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=PATIENCE, context=trusting(), source_address=source
        )
        try:
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        for value in answer.headers.get_all("Set-Cookie", []):
            name, _, rest = value.partition("=")
            kept = rest.partition(";")[0]
            if kept:
                self.cookies[name] = kept
            else:
                self.cookies.pop(name, None)
        return answer.status, answer.headers, text

    def sign_up(self, name: str, password: str = PASSWORD) -> Browser:
        """Make an account, by which this browser is known to it."""
        status, _, text = self.ask("POST", "/sign-up", {"username": name, "password": password})
        assert status == 201, text
        return self

    def sign_in(self, name: str, password: str = PASSWORD) -> int:
        """Sign in; return the status."""
        return self.ask("POST", "/sign-in", {"username": name, "password": password})[0]


@dataclass
class Stand:
    """Everything that runs.

    Args:
        service: Hardtack.
        port: where nginx listens.
        admin: where the counts are.
        folder: where nginx has its files.
    """

    service: Service
    port: int
    admin: int
    folder: Path
    log_at: int = 0
    access_at: int = 0

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"https://localhost:{self.port}"

    def browser(self, address: str = "") -> Browser:
        """Return a browser without any cookie."""
        return Browser(self.port, address=address)

    def welcome(self, name: str = "anna") -> Browser:
        """Make the first administrator; return the browser in which they are signed in."""
        found = re.search(r"/welcome\?code=([\w.~-]+)", self.service.said)
        assert found, self.service.said
        browser = self.browser()
        status, _, text = browser.ask("POST", "/welcome", {"code": found[1], "username": name, "password": PASSWORD})
        assert status == 201, text
        return browser

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines of the log since the last ``turn_page``."""
        text = self.service.said[self.log_at :]
        return [json.loads(line) for line in text.splitlines(keepends=True) if line[0] == "{" and line[-1] == "\n"]

    def requests(self) -> list[tuple[int, str, str]]:
        """Return status, method and target of every request that nginx answered since then."""
        log = (self.folder / "access.log").read_text(encoding="utf-8", errors="replace")[self.access_at :]
        parts = (line.split(" ", 2) for line in log.splitlines() if line.count(" ") >= 2)
        return [(int(status), method, target) for status, method, target in parts]

    def turn_page(self) -> None:
        """Begin a new page of both logs."""
        self.log_at = len(self.service.said)
        self.access_at = len((self.folder / "access.log").read_text(encoding="utf-8", errors="replace"))

    def counts(self) -> dict[str, float]:
        """Return the service's own counts, by name and labels."""
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=PATIENCE)
        try:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        finally:
            connection.close()
        pairs = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in pairs}

    def looked_at(self) -> tuple[Counter[str], list[str]]:
        """Return how often each status was answered, and what in answers, log and counts tells of a fault of ours."""
        found = []
        requests = self.requests()
        for status, method, target in requests:
            path = target.partition("?")[0]
            # 499 is nginx' own note of somebody who left.
            unknown = status == 501 and method not in METHODS
            if status >= 500 and status != 503 and not unknown and not is_meant(path, status):
                found.append(f"{status} for {method} {target[:200]}")
        for line in self.lines():
            fault = line.get("event") in ("unexpected-error", "error-page-failed", "pruning-failed")
            if (fault or "traceback" in line) and not PROVOKED.fullmatch(str(line.get("path", ""))):
                found.append(f"the log tells of {line.get('event')}: {json.dumps(line)[:300]}")
        if "Traceback" in re.sub(r"(?m)^\{.*\}$", "", self.service.said[self.log_at :]):
            found.append("a traceback stands in the log")
        meant = sum(
            1 for status, _, target in requests if status == 500 and PROVOKED.fullmatch(target.partition("?")[0])
        )
        for name, value in self.counts().items():
            if name.startswith("hardtack_errors_total") and value > (meant if "unexpected" in name else 0):
                found.append(f"/metrics has {name} {value:.0f}")
        return Counter(str(status) for status, _, _ in requests), sorted(set(found))


def is_meant(path: str, status: int) -> bool:
    """Return whether an error of the server is what was asked for at *path*."""
    provoked = PROVOKED.fullmatch(path)
    return bool(provoked) and (provoked["code"] in (None, str(status)) if provoked else False)


@contextmanager
def standing(place: Path, *, anywhere: bool = False, soft: bool = False, playground: bool = False) -> Iterator[Stand]:
    """Run the service and nginx, with what they keep in *place*.

    Args:
        place: a folder.
        anywhere: whether every request comes from a network of its own.
        soft: whether nginx says 200 where the service says 401, for a tool that gives up at a 401.
        playground: whether status codes may be tried.
    """
    port, admin = _free_port(), _free_port()
    place = place.resolve()
    place.mkdir(parents=True, exist_ok=True)
    arguments = ("--origin", f"https://localhost:{port}", "--trusted-proxy", PROXY, "--log-format", "json")
    more = ("--sign-up", "open", "--workers", str(WORKERS), "--admin-listen", str(admin))
    with starting(place) as start, _nginx(place, port, anywhere=anywhere, soft=soft) as upstream:
        service = start("--port", str(upstream), *arguments, *more, environ=_environ(place, playground=playground))
        yield Stand(service, port, admin, place)


def _environ(place: Path, *, playground: bool) -> dict[str, str]:
    """Return settings that no option has: mail goes into a folder, and people sign up by a name all the same."""
    mail = {"HARDTACK_MAIL": f"folder:{place / 'mail'}", "HARDTACK_SIGN_UP_BY": "name"}
    return {**mail, "HARDTACK_PLAYGROUND": str(playground).lower()}


@contextmanager
def _nginx(folder: Path, port: int, *, anywhere: bool, soft: bool) -> Iterator[int]:
    """Run nginx before a port that it yields."""
    executable = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert executable, "this needs a real proxy: apt-get install nginx-light (Debian)"
    upstream = _free_port()
    pem = make_certificates(folder).server
    came_from = "$somewhere" if anywhere else "$proxy_add_x_forwarded_for"
    softly = "proxy_intercept_errors on; error_page 401 =200 /refused;" if soft else ""
    (folder / "nginx.conf").write_text(f"""
        daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; worker_rlimit_nofile 16384;
        events {{ worker_connections {PLACES}; }}
        http {{
            log_format short escape=none "$status $request_method $request_uri";
            access_log {folder}/access.log short;
            client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
            fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
            map $request_id $somewhere {{
                "~^(?<first>....)(?<second>....)" "2001:db8:$first:$second::1";
            }}
            server {{
                listen 127.0.0.1:{port} ssl; ssl_certificate {pem}; ssl_certificate_key {pem};
                {softly}
                location = /refused {{ internal; return 200 "refused"; }}
                location / {{
                    proxy_pass http://127.0.0.1:{upstream}; proxy_bind {PROXY};
                    proxy_set_header Host $http_host;
                    proxy_set_header X-Forwarded-For {came_from};
                    proxy_set_header X-Forwarded-Proto https;
                    proxy_set_header X-Forwarded-Host $http_host;
                }}
            }}
        }}
    """)
    (folder / "access.log").touch()
    command = [executable, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "error.log").read_text()
                assert time.monotonic() < deadline, "nginx did not start"
                time.sleep(0.05)
        yield upstream
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def trusting() -> ssl.SSLContext:
    """Return a context that takes any certificate: whose it is, is not what this is about."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
