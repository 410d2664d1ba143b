"""What the tests of the proxies stand on: Hardtack, an application on two hosts, and a proxy before both.

Everything is the real thing in a process of its own. The proxy's configuration is what ``hardtack proxy`` prints, read
by it unchanged, inside the least that the proxy must be told besides. All hosts are names of the tests' own, which
their clients alone resolve, to the one port of the proxy.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from hardtack.cli.proxy import command
from hardtack.login import Accounts
from hardtack.seal import keyfile
from hardtack.site.forward_auth.gate import START
from tests import empty
from tests.adapters.raw import ROOT
from tests.mail_server import make_certificates
from tests.proxies.visitor import Visitor
from tests.story import clock, telling

DOMAIN = "example.test"
PORTAL, WIKI, SHOP = f"id.{DOMAIN}", f"wiki.{DOMAIN}", f"shop.{DOMAIN}"
GATE = "__Host-hardtack-gate"
PASSWORD = "correct horse battery staple"
IDLE = 60
"""Seconds without use after which a sign-in ends."""

RULES = """
[[access]]
host = "{wiki}"
path = "/public/*"
allow = "everybody"

[[access]]
host = "{wiki}"
path = "/staff/*"
roles = ["staff"]

[[access]]
host = "{wiki}"

[[access]]
host = "{shop}"
"""


@dataclass
class Stand:
    """Everything that runs.

    Args:
        proxy: which one stands before it.
        port: where that listens.
        service: where Hardtack listens itself.
        folder: the data folder, and the logs.
        serve: runs Hardtack.
        configuration: as the command printed it.
    """

    proxy: str
    port: int
    service: int
    folder: Path
    serve: Callable[[], AbstractContextManager[subprocess.Popen[bytes]]]
    configuration: str
    running: ExitStack = field(default_factory=ExitStack)

    def begin(self) -> None:
        """Start Hardtack."""
        self.running.enter_context(self.serve())

    @contextmanager
    def without_hardtack(self) -> Iterator[None]:
        """Have Hardtack stopped meanwhile, and the proxy with its applications not."""
        self.running.close()
        try:
            yield
        finally:
            self.begin()
            _wait(self.service, self.folder)

    def visitor(self) -> Visitor:
        """Return a browser without any cookie."""
        return Visitor(self.port, 0 if self.proxy in PROXIES else self.service)

    def signed_in(self, name: str = "anna", host: str = WIKI) -> Visitor:
        """Return a browser whose person has signed in and been let in by the application of *host*."""
        visitor = self.visitor()
        visitor.go(f"https://{PORTAL}:{self.port}/sign-in")
        answer = visitor.submit(f"https://{PORTAL}:{self.port}/sign-in", username=name, password=PASSWORD)
        assert 303 == answer.status, answer.text
        answer = visitor.follow(f"https://{host}:{self.port}{START}")
        assert GATE in visitor.cookies[host], answer.text
        return visitor

    def received(self, host: str = WIKI) -> list[dict[str, Any]]:
        """Return what has reached the application of *host* so far."""
        log = self.folder / "received"
        every = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [each for each in every if ["host", f"{host}:{self.port}"] in each["head"]]

    def last(self, host: str = WIKI) -> dict[str, list[str]]:
        """Return the fields of the last request that has reached an application, by name in lower case."""
        found: dict[str, list[str]] = {}
        for name, value in self.received(host)[-1]["head"]:
            found.setdefault(name.lower(), []).append(value)
        return found

    def let_pass(self, seconds: int) -> None:
        """Let time pass for Hardtack."""
        clock.let_pass(self.folder / "clock", seconds)

    @contextmanager
    def accounts(self) -> Iterator[Accounts]:
        """Open the accounts beside the service, as a command does."""
        ring = keyfile.read(self.folder / "hardtack.key")
        with Accounts.connect(f"sqlite:///{self.folder / 'hardtack.db'}", keyring=ring) as accounts:
            yield accounts


@contextmanager
def standing(proxy: str, folder: Path) -> Iterator[Stand]:
    """Run everything with *proxy*, or Hardtack alone where that is none of ``PROXIES``, and yield the stand."""
    folder.mkdir(exist_ok=True)
    (folder / "clock").write_text("0")
    port = _free_port()
    named = {"wiki": f"{WIKI}:{port}", "shop": f"{SHOP}:{port}"}
    (folder / "hardtack.toml").write_text(
        f'origin = "https://{PORTAL}:{port}"\ntrusted_proxies = ["127.0.0.1"]\nidle_timeout = {IDLE}\n'
        f"kept_idle_timeout = {IDLE}\n" + RULES.format(**named)
    )
    certificates = make_certificates(folder, host=f"*.{DOMAIN}")
    pem = shutil.copy(certificates.server, folder / "tls.pem")
    own = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "APPLICATION_LOG": str(folder / "received")}
    environ = {**telling.environment(folder), "PYTHONPATH": str(ROOT), clock.VARIABLE: str(folder / "clock"), **own}
    empty.put(folder / "hardtack.db")
    keyfile.create(folder / "hardtack.key")
    service, upstream = _free_port(), _free_port()
    serve = ("-m", telling.CLOCKED, "hardtack", "serve", "--data", str(folder), "--port", str(service))
    application = ("-m", "uvicorn", "--port", str(upstream), "--log-level", "warning", "tests.proxies.application:app")
    words = ["--hardtack", f"127.0.0.1:{service}", "--upstream", f"127.0.0.1:{upstream}"]
    words += [] if proxy not in PROXIES else ["--listen", "127.0.0.1"]
    words += ["--certificate", str(pem), "--key", str(pem), "--data", str(folder)]
    with ExitStack() as running:
        configuration = printed(proxy, words)
        hardtack = partial(_running, (sys.executable, *serve), folder / "log-0", environ)
        stand = Stand(proxy, port, service, folder, hardtack, configuration)
        running.enter_context(stand.running)
        # All at once, and then the wait for the slowest of them.
        stand.begin()
        if proxy in PROXIES:
            running.enter_context(_running((sys.executable, *application), folder / "log-1", environ))
            line = PROXIES[proxy](folder, configuration, port)
            running.enter_context(_running(line, folder / "log-2", environ))
        with stand.accounts() as accounts:
            for name in ("anna", "bert"):
                accounts.add(name, PASSWORD, now=int(time.time()))
        for each in (upstream, port, service) if proxy in PROXIES else (service,):
            _wait(each, folder)
        yield stand


def printed(proxy: str, words: Sequence[str]) -> str:
    """Return what the command prints."""
    done = CliRunner().invoke(command, [proxy, *words])
    assert 0 == done.exit_code, done.exception
    return done.stdout


def nginx(folder: Path, configuration: str, port: int) -> Sequence[str]:
    """Return the command that runs nginx with *configuration*."""
    executable = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert executable, "this test needs a real proxy: apt-get install nginx-light (Debian)"
    (folder / "hardtack.conf").write_text(configuration)
    (folder / "nginx.conf").write_text(f"""
        daemon off; pid {folder}/pid; error_log {folder}/error.log; master_process off;
        events {{}}
        http {{
            # As some have it; and who answers for unknown hosts decides whether names with underscores are taken.
            underscores_in_headers on;
            server {{
                listen 127.0.0.1:{port} ssl default_server; ssl_certificate {folder}/tls.pem;
                ssl_certificate_key {folder}/tls.pem; return 404;
            }}
            access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
            fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
            include {folder}/hardtack.conf;
        }}
    """)
    return (executable, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf"))


def caddy(folder: Path, configuration: str, port: int) -> Sequence[str]:
    """Return the command that runs Caddy with *configuration*."""
    executable = shutil.which("caddy")
    assert executable, "this test needs a real proxy: apt-get install caddy (Debian)"
    (folder / "hardtack.caddy").write_text(configuration)
    (folder / "Caddyfile").write_text(f"""
        {{
            admin off
            auto_https disable_redirects
        }}
        import {folder}/hardtack.caddy
    """)
    return (executable, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile"))


PROXIES = {"nginx": nginx, "caddy": caddy}


@contextmanager
def _running(command: Sequence[str], log: Path, environ: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environ)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int, folder: Path) -> None:
    """Wait until somebody listens on *port*."""
    deadline = time.monotonic() + telling.PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "".join(log.read_text() for log in folder.glob("log-*"))
            time.sleep(0.02)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
