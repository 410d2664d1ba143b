"""``hardtack proxy nginx|caddy|traefik``: print a configuration that puts the sign-in before applications.

It is complete: pasted as it is, nobody reaches an application without ``/auth`` having said so, what a client says of
itself is gone before anything of ours is set, no cookie of ours reaches the application, and idle time slides. What is
left out is taken from the settings of the service: the portal is ``origin``, the hosts are those of the ``[[access]]``
rules. Nothing is looked up, changed or tried on the machine; what would not be a host, an address or a file's name in
the language of the proxy is refused before it is written into one.

The templates lie in ``proxies/``; which cookies and which fields are ours is taken from the code that makes them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hardtack.errors import MisuseError
from hardtack.session import policy
from hardtack.site import Settings
from hardtack.site.forward_auth import answer, cookies, original

TEMPLATES = {"nginx": "nginx.conf", "caddy": "Caddyfile", "traefik": "traefik.yml"}
"""What each configuration is made from."""

SET = frozenset({"x-forwarded-host", "x-forwarded-proto"})
"""The fields about the original request that every proxy sets itself."""

ELSEWHERE = (
    *("X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Groups", "X-Forwarded-Preferred-Username"),
    *("X-Auth-Request-User", "X-Auth-Request-Email", "X-Auth-Request-Groups", "X-Remote-User", "X-Webauth-User"),
)
"""What other gates call a visitor: an application that stood behind one of them may still believe it."""

DELETED = (
    *("-".join(part.capitalize() for part in name.split("-")) for name in sorted(original.ONCE - SET)),
    "X-Forwarded-Port",
    "Forwarded",
    *ELSEWHERE,
)
"""The other ones, and what else may say who somebody is: no application gets it from a client."""

EVERYWHERE = ("0.0.0.0", "[::]")  # noqa: S104 - that is where a proxy listens
LETSENCRYPT = "/etc/letsencrypt/live/{host}/{file}.pem"
"""Where certbot puts what it gets."""

_ANY = "*."
_PORTS = {"http": "80", "https": "443"}
_ADDRESS = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]):[1-9][0-9]{0,4}")
_LISTEN = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9A-Fa-f:.]+\]")
_FILE = re.compile(r"[A-Za-z0-9_./*+@%:,=-]+")


class Place(NamedTuple):
    """A host that the proxy answers for.

    Args:
        host: as browsers name it, with its port if that is an unusual one.
        name: without the port.
        port: of the proxy.
        upstream: where the application listens; ``""`` for the portal.
        certificate: the file, or ``""``.
        key: likewise.
    """

    host: str
    name: str
    port: str
    upstream: str
    certificate: str
    key: str

    @property
    def pattern(self) -> str:
        """A regular expression of the Host fields that mean this host, for nginx."""
        name = re.escape(self.name.removeprefix(_ANY)).replace(r"\-", "-")
        return f"^{'(?:[a-z0-9_-]+[.])+' if self.name.startswith(_ANY) else ''}{name}(?::{self.port})?$"

    @property
    def rule(self) -> str:
        """The same as a rule of Traefik's, which leaves the port out."""
        if not self.name.startswith(_ANY):
            return f"Host(`{self.name}`)"
        name = self.name.removeprefix(_ANY).replace(".", "[.]")
        return f"HostRegexp(`^[a-z0-9._-]+[.]{name}$`)"


@click.command()
@click.argument("proxy", type=click.Choice(list(TEMPLATES)))
@click.option(
    "--app-host",
    "hosts",
    metavar="HOST",
    multiple=True,
    help="A host of an application; several may be given.  [default: those of the access rules]",
)
@click.option(
    "--upstream",
    "upstreams",
    metavar="ADDRESS",
    multiple=True,
    required=True,
    help="Where the application listens, such as 127.0.0.1:9000: one for each host in their order, or one for all.",
)
@click.option(
    "--portal",
    metavar="URL",
    help="Where people sign in, such as https://id.example.org.  [default: the origin of the settings]",
)
@click.option(
    "--hardtack", "service", metavar="ADDRESS", help="Where Hardtack listens.  [default: host and port of the settings]"
)
@click.option(
    "--listen",
    metavar="ADDRESS",
    multiple=True,
    help="The address that the proxy listens on; several may be given.  [default: every one]",
)
@click.option(
    "--certificate",
    metavar="FILE",
    help="The certificate for all hosts.  [default: certbot's for nginx; Caddy gets its own]",
)
@click.option("--key", metavar="FILE", help="Its key.")
@click.option("--data", metavar="DIR", help="The data folder, whose settings hold.  [default: hardtack-data]")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings.  [default: hardtack.toml in the data folder]",
)
def command(
    proxy: str,
    hosts: tuple[str, ...],
    upstreams: tuple[str, ...],
    portal: str | None,
    service: str | None,
    listen: tuple[str, ...],
    certificate: str | None,
    key: str | None,
    data: str | None,
    config: Path | None,
) -> None:
    """Print a configuration of PROXY that puts the sign-in before applications."""
    settings = Settings.load(config, os.environ, data=data, origin=portal)
    if settings.origin is None:
        raise MisuseError("nothing says where people sign in", "write --portal https://id.example.org")
    if (certificate is None) != (key is None):
        raise MisuseError("a certificate and its key go together", "write --certificate FILE --key FILE")
    scheme, _, own = settings.origin.partition("://")
    files = _files(proxy, scheme, certificate, key)
    named = _hosts(hosts, scheme, own) if hosts else _of_rules(settings, own)
    hardtack = _address(service or _service(settings), "hardtack")
    ours = cookies.ours(
        policy.decide(settings.origin, application="site", insecure_plain_http=settings.insecure_plain_http)
    )
    text = (
        _environment()
        .get_template(TEMPLATES[proxy])
        .render(
            origin=settings.origin,
            scheme=scheme,
            https=scheme == "https",
            portal=_place(own, scheme, "", files),
            apps=[_place(host, scheme, upstream, files) for host, upstream in _paired(named, upstreams)],
            hardtack=hardtack,
            direct=_is_direct(own, hardtack),
            listen=_listened(proxy, listen),
            cookies=ours,
            gates=[name for name in ours if "-gate" in name],
            told=answer.NAMES,
            deleted=DELETED,
        )
    )
    click.echo(text, nl=False)


def _environment() -> Environment:
    environment = Environment(  # noqa: S701 - it makes no HTML; what goes in was looked at
        loader=FileSystemLoader(Path(__file__).parent / "proxies"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["variable"] = lambda name: "hardtack_" + name.lower().removeprefix("remote-")
    environment.filters["field"] = lambda name: name.lower().replace("-", "_")
    return environment


# What is written into a configuration ----------------------------------------------------------------------------


def _of_rules(settings: Settings, own: str) -> list[str]:
    """Return the hosts that the rules name, without the portal's own.

    Raises:
        MisuseError: there is none.
    """
    named = (access.host.lower() for access in settings.access)
    found = [host for host in dict.fromkeys(named) if host != own]
    if not found:
        raise MisuseError("no host of an application is named", "write --app-host app.example.org")
    return found


def _hosts(hosts: Sequence[str], scheme: str, own: str) -> list[str]:
    """Return *hosts* in their one spelling.

    Raises:
        MisuseError: one is none, is the portal's own, or is there twice.
    """
    found: list[str] = []
    for text in hosts:
        any_below = _ANY if text.startswith(_ANY) else ""
        host = original.well_formed_host(text.removeprefix(_ANY), scheme)
        if host is None or (any_below and host.startswith("[")):
            raise MisuseError(f"--app-host: {text!r:.80} is no host", "write --app-host app.example.org")
        if any_below + host in (own, *found):
            raise MisuseError(
                f"--app-host: {host} is there already"
                if host != own
                else f"--app-host: {host} is where people sign in",
                "give each application a host of its own",
            )
        found.append(any_below + host)
    return found


def _paired(hosts: Sequence[str], upstreams: Sequence[str]) -> list[tuple[str, str]]:
    """Return each host with the address of its application.

    Raises:
        MisuseError: there are neither as many addresses as hosts nor one alone.
    """
    found = [_address(upstream, "upstream") for upstream in upstreams]
    if len(found) not in (1, len(hosts)):
        raise MisuseError(
            f"{len(hosts)} hosts ({', '.join(hosts)}) and {len(found)} times --upstream",
            "write --upstream once for all of them, or once for each in their order",
        )
    return list(zip(hosts, found if len(found) > 1 else found * len(hosts), strict=True))


def _address(text: str, option: str) -> str:
    if not _ADDRESS.fullmatch(text) or int(text.rpartition(":")[2]) > 65535:
        raise MisuseError(f"--{option}: {text!r:.80} is no address", f"write --{option} 127.0.0.1:9000")
    return text


def _service(settings: Settings) -> str:
    """Return where the proxy reaches the service."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - what is replaced
    return f"[{host}]:{settings.port}" if ":" in host and not host.startswith("[") else f"{host}:{settings.port}"


def _is_direct(own: str, hardtack: str) -> bool:
    """Return whether browsers reach Hardtack itself at the portal's address, as in a trial on one machine."""
    host, _, port = own.rpartition(":")
    return host in policy.LOOPBACK_HOSTS and hardtack in {f"{each}:{port}" for each in policy.LOOPBACK_HOSTS}


def _listened(proxy: str, listen: Sequence[str]) -> Sequence[str]:
    """Return the addresses that the proxy listens on; none where the configuration need not say so.

    Raises:
        MisuseError: one is none, or the proxy has another place for it.
    """
    wrong = next((text for text in listen if not _LISTEN.fullmatch(text)), None)
    if wrong is not None:
        raise MisuseError(f"--listen: {wrong!r:.80} is no address", "write --listen 192.0.2.1, or [2001:db8::1]")
    if proxy == "traefik" and listen:
        raise MisuseError("--listen: in Traefik an entry point says so", "leave --listen out")
    return listen or (EVERYWHERE if proxy == "nginx" else ())


def _files(proxy: str, scheme: str, certificate: str | None, key: str | None) -> tuple[str, str]:
    """Return the names of the certificate's and the key's file, with ``{host}`` in them where they differ.

    Raises:
        MisuseError: one cannot be written into a configuration.
    """
    if scheme == "http":
        return "", ""
    if certificate is None or key is None:
        made = (LETSENCRYPT.replace("{file}", "fullchain"), LETSENCRYPT.replace("{file}", "privkey"))
        return made if proxy == "nginx" else ("", "")
    for name in (certificate, key):
        if not _FILE.fullmatch(name):
            raise MisuseError(f"{name!r:.200} cannot stand in a configuration", "name a file without spaces and quotes")
    return certificate, key


def _place(host: str, scheme: str, upstream: str, files: tuple[str, str]) -> Place:
    name, colon, port = host.rpartition(":") if re.search(r":[0-9]+$", host) else (host, "", "")
    certificate, key = (file.replace("{host}", name.removeprefix(_ANY)) for file in files)
    return Place(host, name, port if colon else _PORTS[scheme], upstream, certificate, key)
