"""A real nginx before the service: as ``hardtack proxy`` configures it, and as a cache that keeps whatever it may."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.adapters.raw import ROOT
from tests.attacks.place import DOMAIN, House
from tests.mail_server import make_certificates
from tests.nodes.network import free_port
from tests.proxies import stand


@dataclass
class Proxied:
    """The same behind nginx, with an application that believes what stands in ``Remote-User``.

    Args:
        house: the service.
        port: where nginx listens.
        received: what has reached the application, a line a request.
    """

    house: House
    port: int
    received: Path

    def reached(self) -> list[str]:
        """Return what has reached the application so far."""
        return self.received.read_text().splitlines() if self.received.exists() else []


@contextmanager
def proxied(house: House, place: Path, port: int) -> Iterator[Proxied]:
    """Run nginx as ``hardtack proxy`` configures it, and the application behind it."""
    pem = shutil.copy(make_certificates(place, host=f"*.{DOMAIN}").server, place / "tls.pem")
    upstream = free_port("127.0.0.1")
    printed = house.command(
        *("proxy", "nginx", "--hardtack", f"127.0.0.1:{house.port}", "--upstream", f"127.0.0.1:{upstream}"),
        *("--listen", "127.0.0.1", "--certificate", str(pem), "--key", str(pem)),
    )
    environ = {"PATH": "/usr/bin", "PYTHONPATH": str(ROOT), "APPLICATION_LOG": str(place / "received")}
    line = [sys.executable, "-m", "uvicorn", "--port", str(upstream), "--log-level", "warning"]
    with (place / "application.log").open("wb") as log:
        application = subprocess.Popen([*line, "tests.proxies.application:app"], stdout=log, stderr=log, env=environ)
        proxy = subprocess.Popen(stand.nginx(place, printed, port), stdout=log, stderr=log)
    try:
        for each in (upstream, port):
            stand._wait(each, place)
        yield Proxied(house, port, place / "received")
    finally:
        for process in (proxy, application):
            process.terminate()
            process.wait(timeout=30)


@contextmanager
def cached(house: House, place: Path) -> Iterator[int]:
    """Run an nginx before a service that keeps every answer that it may keep; yield its port."""
    port = free_port("127.0.0.1")
    folders = "".join(
        f"{each}_temp_path {place}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (place / "nginx.conf").write_text(
        f"daemon off; pid {place}/pid; error_log {place}/error.log; master_process off; events {{}}\n"
        f"http {{ access_log off; {folders} proxy_cache_path {place}/kept keys_zone=kept:1m;\n"
        f"  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{house.port};\n"
        "    proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto https;\n"
        "    proxy_cache kept; proxy_cache_key $request_uri; proxy_cache_valid any 1m; } }\n"
        "}\n"
    )
    executable = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert executable, "this test needs a real cache: apt-get install nginx-light (Debian)"
    process = subprocess.Popen([executable, "-e", str(place / "error.log"), "-c", str(place / "nginx.conf")])
    try:
        stand._wait(port, place)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)
