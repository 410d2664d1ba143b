"""Who the visitor is when a proxy stands between: address, scheme and host.

Only a peer that the operator listed in ``trusted_proxies`` is believed, and only about what it can know: the right-most
entry of ``X-Forwarded-For`` that is not itself a trusted proxy, one ``X-Forwarded-Proto`` and one ``X-Forwarded-Host``.
Entries further left are whatever the client wrote and are never used. From any other peer these fields mean nothing.

A trusted proxy that contradicts itself (a doubled field, a scheme that is none, an address that is none) is a
set-up fault or an attack, so the request is refused with 400 rather than guessed at. ``Forwarded`` (RFC 7239) is
not read: the proxies that we serve write the ``X-Forwarded-*`` fields and pass a client's ``Forwarded`` on unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from hardtack.errors import MisuseError
from hardtack.message import Headers, Request
from hardtack.status.errors import BadRequest
from hardtack.status.trace import Step, Trace

UNIX_SOCKET = "unix"
"""The name under which a peer on a Unix socket is listed among the trusted proxies."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """What is believed about the far end: its address, the scheme and host that it asked for, and who says so."""

    client: str
    scheme: str
    host: str
    proxied: bool = False
    """Whether a trusted proxy says so."""


class TrustedProxies:
    """The peers that are believed about the visitor.

    Args:
        entries: addresses (``127.0.0.1``), networks (``10.0.0.0/8``) or ``unix``.

    Raises:
        MisuseError: an entry is none of these.
    """

    __slots__ = ("_networks", "_unix")

    def __init__(self, entries: Sequence[str] = ()) -> None:
        networks: list[IPv4Network | IPv6Network] = []
        self._unix = UNIX_SOCKET in entries
        for entry in entries:
            if entry == UNIX_SOCKET:
                continue
            try:
                networks.append(ip_network(entry))
            except ValueError:
                raise MisuseError(
                    f"trusted_proxies: {entry!r} is no address and no network",
                    "write addresses such as 127.0.0.1, networks such as 10.0.0.0/8, or unix",
                ) from None
        self._networks = tuple(networks)

    def __contains__(self, peer: object) -> bool:
        if not isinstance(peer, str):
            return False
        if not peer:
            return self._unix
        address = _address(peer)
        return address is not None and any(address in network for network in self._networks)

    def believe(self, peer: str, scheme: str, headers: Headers) -> Visitor:
        """Return what to believe about the visitor behind *peer*.

        Args:
            peer: the address of the other end of the connection; ``""`` for a Unix socket.
            scheme: the scheme of the connection itself.
            headers: the request's fields.

        Raises:
            BadRequest: a trusted proxy sent a doubled or meaningless field. Nothing else is raised.
        """
        host = headers.get("host", "") or ""
        if peer not in self:
            return Visitor(_plain(peer), scheme, host)
        return Visitor(
            self._client(peer, headers),
            _scheme(_one_of(headers, "x-forwarded-proto", scheme)),
            _one_of(headers, "x-forwarded-host", host),
            proxied=True,
        )

    def believed(self, head: Request, *, trace: Trace = None) -> Request:
        """Return the head of a request as it is believed; one that was believed already keeps what it says.

        Args:
            head: with the peer's own address as its ``client``.
            trace: where to note whether what the proxies say means something.

        Raises:
            BadRequest: as ``believe``.
        """
        outcome = ""
        try:
            found = self.believe(head.client, head.scheme, head.headers)
        except BadRequest as error:
            outcome = error.reason
            raise
        finally:
            if trace is not None:
                trace.append(Step("driver", "proxies-are-understood", "RFC 9110 §15.5.1", outcome))
        proxied = found.proxied or head.proxied
        return replace(head, client=found.client, scheme=found.scheme, host=found.host, proxied=proxied)

    def _client(self, peer: str, headers: Headers) -> str:
        entries = [entry.strip() for entry in (headers.joined("x-forwarded-for") or "").split(",") if entry.strip()]
        client = peer
        for entry in reversed(entries):
            address = _address(_without_port(entry))
            if address is None:
                raise BadRequest(reason="forwarded-for-is-no-address")
            client = str(address)
            if client not in self:
                break
        return _plain(client)


def _one_of(headers: Headers, name: str, default: str) -> str:
    values = headers.all(name)
    if not values:
        return default
    if len(values) > 1 or "," in values[0]:
        raise BadRequest(reason=f"doubled-{name}")
    value = values[0].strip()
    if not value:
        raise BadRequest(reason=f"meaningless-{name}")
    return value


def _scheme(value: str) -> str:
    # Traefik names that of a WebSocket, whose handshake is a request of http all the same (RFC 6455 §1.7).
    scheme = {"http": "http", "https": "https", "ws": "http", "wss": "https"}.get(value.lower())
    if scheme is None:
        raise BadRequest(reason="meaningless-x-forwarded-proto")
    return scheme


def _without_port(entry: str) -> str:
    # "[2001:db8::1]:4711" and "192.0.2.1:4711" are seen in the wild; a bare IPv6 address has more than one colon.
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _plain(address: str) -> str:
    # One spelling per address, so that no budget can be escaped by writing it differently.
    known = _address(address)
    return address if known is None else str(known)
