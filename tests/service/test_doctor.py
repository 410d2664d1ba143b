"""``hardtack doctor --url`` before a real service behind a real nginx, set up well and in every way that is wrong."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hardtack.cli.commands import run
from hardtack.cli.doctor import outside
from hardtack.seal import Keyring, keyfile
from hardtack.site import seen
from tests.conftest import LOADED, Service, starting
from tests.mail_server import make_certificates

PROXY = "127.0.0.3"
"""The address that nginx comes from where it is to be believed; visitors come from 127.0.0.1."""

FORWARDED = """
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto $scheme;
"""
BELIEVED = f"proxy_bind {PROXY};"
OUR_HOST = "proxy_set_header Host localhost:@good@; proxy_set_header X-Forwarded-Host localhost:@good@;"
WELL = BELIEVED + FORWARDED + OUR_HOST
TO_US = "proxy_pass http://127.0.0.1:@service@;"

SERVERS = {
    "good": f"location / {{ {WELL} {TO_US} }}",
    "appends": f"location / {{ {WELL} proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; {TO_US} }}".replace(
        "proxy_set_header X-Forwarded-For $remote_addr;\n", ""
    ),
    "unbelieved": f"location / {{ {FORWARDED} {OUR_HOST} {TO_US} }}",
    "silent": f"location / {{ {BELIEVED} proxy_set_header Host localhost:@good@; {TO_US} }}",
    "other-host": f"location / {{ {BELIEVED} {FORWARDED} proxy_set_header Host elsewhere.example; {TO_US} }}",
    "wrong-order": f"location / {{ {BELIEVED} {OUR_HOST} proxy_set_header X-Forwarded-Proto $scheme; {TO_US} "
    'proxy_set_header X-Forwarded-For "$remote_addr, $http_x_forwarded_for"; }',
    "joins": f"location / {{ {BELIEVED} {FORWARDED} proxy_set_header Host localhost:@good@; {TO_US} "
    "proxy_set_header X-Forwarded-Host $joined; }",
    "contradicts": f"location / {{ {BELIEVED} {OUR_HOST} {TO_US} "
    'proxy_set_header X-Forwarded-Proto "https, $http_x_forwarded_proto"; }',
    "strips": f"location / {{ {WELL} {TO_US} proxy_hide_header Strict-Transport-Security; "
    "proxy_hide_header Content-Security-Policy; }",
    "adds": f"location / {{ {WELL} {TO_US} add_header Strict-Transport-Security max-age=60 always; }}",
    "down": "location / { proxy_pass http://127.0.0.1:@closed@; }",
    "foreign": "location / { return 200 hello; }",
    "partial": f"location /sign-in {{ return 404; }} location / {{ {WELL} {TO_US} }}",
    "expiring": f"location / {{ {WELL} {TO_US} }}",
    "ending": f"location / {{ {WELL} {TO_US} }}",
    "misnamed": f"location / {{ {WELL} {TO_US} }}",
}
"""What each of the servers does; in every one but those below, the certificate is a good one."""

CERTIFICATES = {"expiring": ("localhost", 10), "ending": ("localhost", 1), "misnamed": ("elsewhere.example", 90)}


@dataclass(frozen=True)
class Front:
    """A service with nginx before it."""

    service: Service
    ports: dict[str, int]
    authorities: Path

    def url(self, name: str) -> str:
        """Return the address of one of the servers."""
        return f"https://localhost:{self.ports[name]}"


def free_ports(names: list[str]) -> dict[str, int]:
    """Return as many free ports."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in names]
        return {name: each.getsockname()[1] for name, each in zip(names, sockets, strict=True)}


def configuration(folder: Path, ports: dict[str, int], service: int) -> str:
    """Return nginx's configuration, with certificates made for it."""
    blocks, authorities = [], []
    for name, body in SERVERS.items():
        host, days = CERTIFICATES.get(name, ("localhost", 90))
        place = folder / f"{host}-{days}"
        if not place.exists():
            place.mkdir()
            authorities.append(make_certificates(place, host=host, days=days).authority.read_text())
        pem = place / f"server-{host}.pem"
        blocks.append(
            f"server {{ listen 127.0.0.1:{ports[name]} ssl; ssl_certificate {pem}; ssl_certificate_key {pem}; {body} }}"
        )
    (folder / "authorities.pem").write_text("".join(authorities))
    plain = "return 308 https://localhost$request_uri;"
    blocks.append(f"server {{ listen 127.0.0.1:{ports['leads-on']}; {plain} }}")
    blocks.append(f"server {{ listen 127.0.0.1:{ports['open']}; location / {{ {WELL} {TO_US} }} }}")
    joined = (
        f'map $http_x_forwarded_host $joined {{ "" localhost:{ports["good"]}; default "$http_x_forwarded_host, x"; }}'
    )
    temporary = " ".join(
        f"{each}_temp_path {folder}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = f"http {{ access_log off; {temporary} {joined} {' '.join(blocks)} }}"
    for name, port in {**ports, "service": service}.items():
        text = text.replace(f"@{name}@", str(port))
    return f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log; events {{}} {text}"


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Run a service for ``https://localhost:PORT`` and the proxies before it."""
    folder = tmp_path_factory.mktemp("front")
    ports = free_ports([*SERVERS, "closed", "leads-on", "open"])
    data = folder / "data"
    data.mkdir(mode=0o700)
    (data / "hardtack.toml").write_text(
        f'origin = "https://localhost:{ports["good"]}"\ntrusted_proxies = ["{PROXY}"]\nassurance = 2\n'
    )
    with starting(folder, parent=LOADED) as start:
        service = start(data=data)
        (folder / "nginx.conf").write_text(configuration(folder, ports, service.port))
        nginx = subprocess.Popen(["nginx", "-p", str(folder), "-e", "error.log", "-c", str(folder / "nginx.conf")])
        try:
            for _ in range(200):
                assert nginx.poll() is None, (folder / "error.log").read_text()
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", ports["open"])) == 0:
                        break
                time.sleep(0.05)
            yield Front(service, ports, folder / "authorities.pem")
        finally:
            nginx.terminate()
            nginx.wait(30)


Doctor = Callable[..., tuple[int, dict[str, dict[str, Any]]]]


@pytest.fixture
def doctor(front: Front, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Return a function that looks at the service through one of the proxies, and returns what is found by its code."""
    for name in [name for name in os.environ if name.startswith(("HARDTACK_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(front.authorities))
    monkeypatch.setenv("HARDTACK_PORT", str(front.service.port))

    def look(server: str, url: str | None = None, data: Path | None = None) -> tuple[int, dict[str, dict[str, Any]]]:
        where = url or front.url(server)
        status = run(["doctor", "--data", str(data or front.service.data), "--url", where, "--json"])
        found = json.loads(capfd.readouterr().out)["findings"]
        assert [] == [each for each in found if each["code"] == "check-failed"]
        return status, {each["code"]: each for each in found}

    return look


PARTS = {"outside", "proxy"}


def codes(found: dict[str, dict[str, Any]], *levels: str) -> set[str]:
    """Return the codes of these levels that the looks from outside have found."""
    return {code for code, each in found.items() if each["level"] in levels and each["check"] in PARTS}


def test_an_installation_that_is_right_is_found_to_be(doctor: Doctor) -> None:
    """Nothing is wrong, and what was looked at is said."""
    status, found = doctor("good")
    assert (0, set()) == (status, {code for code, each in found.items() if each["level"] in ("wrong", "warning")})
    assert codes(found, "right") == {
        "ready",
        "clocks-agree",
        "certificate-right",
        "page-right",
        "hsts-right",
        "proxy-right",
        "proxy-alone",
    }
    assert "127.0.0.1, https and localhost:" in found["proxy-right"]["found"]
    assert "X-Forwarded-Proto, X-Forwarded-Host, X-Forwarded-For" in found["proxy-alone"]["found"]
    assert {"running", "keys-right", "columns-right", "database-right", "generation-right", "folder-right"} <= set(
        found
    )


@pytest.mark.parametrize(
    ("server", "wrong"),
    [
        ("appends", set()),
        ("unbelieved", {"proxy-unbelieved"}),
        ("silent", {"proxy-scheme", "proxy-lets-through", "proxy-client"}),
        ("other-host", {"page-misdirected", "proxy-host", "proxy-lets-through"}),
        ("wrong-order", {"proxy-lets-through"}),
        ("joins", {"proxy-doubles"}),
        ("contradicts", {"page-contradicted", "proxy-contradicts"}),
        ("strips", {"page-stripped", "hsts-missing"}),
        ("adds", {"hsts-doubled"}),
        ("down", {"not-ours", "page-odd", "proxy-odd"}),
        ("foreign", {"not-ours", "page-stripped", "hsts-missing", "proxy-odd"}),
        ("partial", {"page-odd"}),
        ("expiring", {"certificate-ends-soon"}),
        ("ending", {"certificate-ends-now"}),
        ("misnamed", {"certificate-wrong"}),
        ("closed", {"url-silent"}),
    ],
)
def test_what_is_wrong_with_a_proxy_is_found_and_nothing_else(doctor: Doctor, server: str, wrong: set[str]) -> None:
    """Besides that its address is not the one of the origin."""
    status, found = doctor(server)
    assert wrong | {"url-other"} == codes(found, "wrong", "warning")
    assert all(each["mend"] for each in found.values() if each["level"] in ("wrong", "warning"))
    assert int(bool(codes(found, "wrong"))) == status


def test_the_address_of_a_proxy_that_is_not_believed_is_said(doctor: Doctor) -> None:
    """So that it can be written down."""
    assert 'trusted_proxies = ["127.0.0.1"]' in doctor("unbelieved")[1]["proxy-unbelieved"]["mend"]


def test_which_field_anybody_can_send_is_said(doctor: Doctor) -> None:
    """Here the last of the addresses is the client's own."""
    assert "X-Forwarded-For" in doctor("wrong-order")[1]["proxy-lets-through"]["found"]


def test_the_service_itself_is_no_proxy(doctor: Doctor, front: Front) -> None:
    """Asked over its own port, it sees whoever asks."""
    _, found = doctor("", url=f"http://localhost:{front.service.port}")
    assert {"page-misdirected", "url-other"} == codes(found, "wrong", "warning")
    assert "127.0.0.1" in found["proxy-none"]["found"]


def test_a_service_with_other_keys_is_another_one(doctor: Doctor, front: Front, tmp_path: Path) -> None:
    """Neither through the proxy nor on the port is it the one that is meant."""
    (tmp_path / "hardtack.toml").write_text((front.service.data / "hardtack.toml").read_text())
    without = doctor("good", data=tmp_path)[1]
    assert {"keys-missing", "proxy-without-keys", "running-other"} <= set(without)
    keyfile.create(tmp_path / "hardtack.key")
    found = doctor("good", data=tmp_path)[1]
    assert {"proxy-unproved", "running-other"} <= set(found)


def test_plain_http_is_found_to_lead_on_or_not(front: Front) -> None:
    """A redirect to https is right, a page is wrong, and nobody there is right as well."""
    url = front.url("good")
    assert ["plain-leads-on", "plain-open", "plain-shut"] == [
        outside.plain_http(url, front.ports[name]).code for name in ("leads-on", "open", "closed")
    ]


def test_without_a_good_proof_there_is_no_such_address(front: Front) -> None:
    """One of another keyring, an old one, one that is none: nobody is told how they are seen."""
    ring, now = Keyring.load(front.service.data / "hardtack.key"), int(time.time())
    good = seen.proof(ring, "hardtack", now)
    bad = [seen.proof(Keyring.generate(), "hardtack", now), seen.proof(ring, "hardtack", now - 3600)]
    bad += [seen.proof(ring, "other", now), good[:-1], "", ".", "x.y", "²." + good, f"{10**20}.x", good + "\x80"]
    answers = [front.service.ask("GET", seen.PATH, headers={seen.FIELD: each})[0] for each in [good, *bad]]
    assert [200, *(404 for _ in bad)] == answers
