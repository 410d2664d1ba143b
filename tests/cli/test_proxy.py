"""``hardtack proxy``: what it prints and from what; that it works, tests/proxies shows with the real proxies."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from hardtack.cli.commands import run
from hardtack.cli.proxy import DELETED, TEMPLATES
from hardtack.session import policy
from hardtack.site.forward_auth import cookies, original
from hardtack.site.forward_auth.answer import NAMES

PORTAL = ("--portal", "https://id.example.org")
ONE = (*PORTAL, "--app-host", "app.example.org", "--upstream", "127.0.0.1:9000")


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep this machine's own environment out."""
    for name in [name for name in os.environ if name.startswith(("HARDTACK_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return what a command line prints."""

    def call(*words: str) -> str:
        assert 0 == run(["proxy", *words]), capsys.readouterr().err
        return capsys.readouterr().out

    return call


@pytest.mark.parametrize("proxy", TEMPLATES)
def test_it_names_everything_that_the_code_names(printed: Any, proxy: str) -> None:
    """The cookies, the fields of the identity, those about the original request."""
    text = printed(proxy, *ONE)
    if proxy != "traefik":  # which asks /auth for what is left of them
        for name in cookies.ours(policy.decide("https://id.example.org", application="site")):
            assert re.search(rf"(?<![\w-]){name}(?![\w-])", text), name
        assert all(name in text for name in NAMES)
    assert all(name in text for name in DELETED)
    assert {name.title().lower() for name in DELETED} >= original.ONCE - {"x-forwarded-host", "x-forwarded-proto"}
    assert "None" not in text
    assert not re.search(r"[ \t]$|\n\n\n|\{[{%]", text, re.MULTILINE)
    assert text.endswith("\n")


@pytest.mark.parametrize("proxy", TEMPLATES)
def test_hosts_and_addresses_come_from_the_settings_where_none_are_given(printed: Any, proxy: str) -> None:
    """The rules name the hosts, each once and without the portal's own; and the service says where it listens."""
    Path("hardtack.toml").write_text(
        'origin = "https://id.example.org"\nhost = "0.0.0.0"\nport = 8123\n'
        + "".join(
            f'[[access]]\nhost = "{host}"\npath = "{path}"\n'
            for host, path in (
                ("App.example.org", "/x"),
                ("id.example.org", "/y"),
                ("*.example.net", "/*"),
                ("app.example.org", "/*"),
            )
        )
    )
    text = printed(proxy, "--config", "hardtack.toml", "--upstream", "127.0.0.1:9000", "--upstream", "10.0.0.7:80")
    assert "before app.example.org, *.example.net: people sign in at https://id.example.org" in text
    assert "127.0.0.1:8123" in text
    assert text.index("app.example.org") < text.index("127.0.0.1:9000") < text.index("10.0.0.7:80")
    if proxy == "nginx":
        assert re.findall(r"server_name (.*);", text) == ["app.example.org", "*.example.net", "id.example.org"]
    elif proxy == "caddy":
        assert re.findall(r"^https://(\S+) \{", text, re.MULTILINE) == [
            "app.example.org",
            "*.example.net",
            "id.example.org",
        ]
    else:
        rules = [router["rule"] for router in yaml.safe_load(text)["http"]["routers"].values()]
        assert "HostRegexp(`^[a-z0-9._-]+[.]example[.]net$`)" in rules


def test_what_is_given_goes_before_the_settings(printed: Any) -> None:
    """Also where the service listens, the files of the certificate, and what the proxy listens on."""
    Path("hardtack-data").mkdir()
    Path("hardtack-data/hardtack.toml").write_text('origin = "https://other.example"\n[[access]]\nhost = "x.example"\n')
    words: tuple[str, ...] = (*ONE, "--hardtack", "[::1]:8001", "--listen", "192.0.2.1", "--listen", "[2001:db8::1]")
    words += ("--certificate", "/etc/tls/all.pem", "--key", "/etc/tls/key.pem")
    text = printed("nginx", *words)
    assert "x.example" not in text
    assert "other.example" not in text
    assert {"192.0.2.1:443 ssl", "[2001:db8::1]:443 ssl"} == set(re.findall(r"listen (.*);", text))
    assert {"/etc/tls/all.pem"} == set(re.findall(r"ssl_certificate +(.*);", text))
    assert "server [::1]:8001;" in text
    text = printed("caddy", *words)
    assert "    bind 192.0.2.1 [2001:db8::1]\n    tls /etc/tls/all.pem /etc/tls/key.pem\n" in text
    assert {"certFile": "/etc/tls/all.pem", "keyFile": "/etc/tls/key.pem"} == yaml.safe_load(
        printed("traefik", *ONE, *words[-4:])
    )["tls"]["certificates"][0]


def test_the_certificates_are_those_of_certbot_where_nginx_is_told_of_no_others(printed: Any) -> None:
    """Caddy gets its own, and Traefik's resolvers are named in its own configuration."""
    assert "ssl_certificate_key /etc/letsencrypt/live/app.example.org/privkey.pem;" in printed("nginx", *ONE)
    assert "tls" not in printed("caddy", *ONE)
    assert "tls" not in yaml.safe_load(printed("traefik", *ONE))


def test_a_port_and_plain_http_are_those_of_the_hosts(printed: Any) -> None:
    """For a trial on one's own machine there is neither TLS nor a certificate."""
    words = ("--portal", "http://localhost:8080", "--app-host", "app.localhost:8080", "--upstream", "127.0.0.1:9000")
    text = printed("nginx", *words)
    assert "ssl" not in text
    assert {"0.0.0.0:8080", "[::]:8080"} == set(re.findall(r"listen (.*);", text))
    assert r"^app\.localhost(?::8080)?$" in text
    assert "hardtack-gate-8080=" in text
    assert "\nhttp://app.localhost:8080 {\n" in printed("caddy", *words)
    assert '["web"]' in printed("traefik", *words)


def test_no_proxy_stands_before_the_portal_where_browsers_reach_hardtack_itself(printed: Any) -> None:
    """In a trial on one machine it has the address already that the proxy would listen on."""
    words = ("--app-host", "app.localhost:8080", "--upstream", "127.0.0.1:9000", "--portal")
    for proxy, mark in (("nginx", "server_name"), ("caddy", "http://"), ("traefik", "rule:")):
        both, alone = (printed(proxy, *words, f"http://localhost:{port}") for port in (8001, 8000))
        assert both.count(mark) == alone.count(mark) + 1
        assert not re.search(rf"{mark}.*[ `/]localhost[`;: ]", alone.partition("needs")[2].partition("\n")[2])


def test_the_service_on_ipv6_is_written_with_brackets(printed: Any) -> None:
    """As every address is that has colons."""
    for host, written in (("::", "[::1]:8000"), ("::1", "[::1]:8000"), ("[::1]", "[::1]:8000")):
        Path("hardtack.toml").write_text(f'host = "{host}"\n')
        assert f"server {written};" in printed("nginx", *ONE, "--config", "hardtack.toml")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--app-host", "a.example", "--upstream", "127.0.0.1:9000"), "nothing says where people sign in"),
        ((*PORTAL, "--upstream", "127.0.0.1:9000"), "no host of an application is named"),
        ((*ONE, "--upstream", "127.0.0.1:9001"), "1 hosts"),
        ((*PORTAL, "--app-host", "id.example.org", "--upstream", "a:1"), "is where people sign in"),
        ((*ONE, "--app-host", "APP.example.org"), "is there already"),
        ((*PORTAL, "--app-host", "a.example; include x", "--upstream", "a:1"), "is no host"),
        ((*PORTAL, "--app-host", "*.[::1]", "--upstream", "a:1"), "is no host"),
        ((*PORTAL, "--app-host", "a.example", "--upstream", "127.0.0.1"), "--upstream: '127.0.0.1' is no address"),
        ((*PORTAL, "--app-host", "a.example", "--upstream", "a:65536"), "is no address"),
        ((*PORTAL, "--app-host", "a.example", "--upstream", "a:80;\nx"), "is no address"),
        ((*ONE, "--hardtack", "localhost"), "--hardtack: 'localhost' is no address"),
        ((*ONE, "--listen", "*"), "--listen: '*' is no address"),
        ((*ONE, "--certificate", "/x"), "go together"),
        ((*ONE, "--certificate", "/x y", "--key", "/k"), "cannot stand in a configuration"),
        ((*ONE, "--certificate", "/x", "--key", '/k"; include /y'), "cannot stand in a configuration"),
        (("--portal", "http://id.example.org", *ONE[2:]), "plain http"),
    ],
)
def test_what_cannot_stand_in_a_configuration_is_refused_with_what_to_write(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    """Before a word is printed: half a configuration would be pasted as well."""
    assert 1 == run(["proxy", "nginx", *words])
    out, err = capsys.readouterr()
    assert "" == out
    assert said in err
    assert "hardtack: hint: " in err


def test_traefik_listens_where_its_entry_points_say(capsys: pytest.CaptureFixture[str]) -> None:
    """So the option would be forgotten in silence."""
    assert 1 == run(["proxy", "traefik", *ONE, "--listen", "192.0.2.1"])
    assert "an entry point says so" in capsys.readouterr().err
