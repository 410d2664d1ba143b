"""The request that a proxy asks about: which fields say it, and the one spelling in which the rules look at it.

Two families of fields say it: ``X-Original-URL`` and ``X-Original-Method`` (nginx), or ``X-Forwarded-Method``,
``-Proto``, ``-Host`` and ``-Uri`` (Caddy, Traefik). A proxy passes on whatever its client sent besides, so nothing here
is guessed: one family must be complete, and whatever else is there must tell the same. What is missing, doubled or
contradictory, and every spelling of a path that two programs could read as two paths, is 400, which lets nobody in:
dot segments, doubled and encoded slashes, ``;``, backslashes, control characters, broken escapes, other than UTF-8,
escapes of escapes of any of these.

The promise of ``original``: an ``Original``, or ``BadRequest``, and nothing else, in time linear in the fields. Who the
peer is, is not looked at here but in ``is_believed``, which is asked first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, get_args
from urllib.parse import unquote_to_bytes

from hardtack.message import Headers, Request
from hardtack.status import host as authorities
from hardtack.status.errors import BadRequest
from hardtack.status.forwarded import UNIX_SOCKET, TrustedProxies

Style = Literal["nginx", "redirect", "status", "traefik"]
"""How the proxy wants a refusal: 401 with ``Location``; a redirect; a status and nothing else. Traefik wants a redirect
too, and to be told what it is to leave of the Cookie field where it lets somebody through."""

MODES = ("", *get_args(Style))
_FORWARDING_MODES = frozenset({"redirect", "traefik"})
"""What ``mode`` may be; ``""`` finds it out."""

LONGEST = 8192
"""Octets of an address; no proxy of ours passes on a longer one."""

URL, METHOD = "x-original-url", "x-original-method"
FORWARDED = ("x-forwarded-method", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-uri")
ONCE = frozenset({URL, METHOD, *FORWARDED})
"""The fields that say it: each once, or not at all."""
LISTS = frozenset({"accept", "sec-fetch-mode", "x-requested-with", "connection"})
"""The fields that say how a refusal is understood; each may come several times."""
LOOKED_AT = ONCE | LISTS

_METHOD = re.compile(r"[A-Z]{1,32}")
_URL = re.compile(r"(https?)://([^/?#@\\]+)(/.*)", re.DOTALL)
_LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\]")
# Nothing to decode and nothing to refuse: what nearly every request has.
_ORDINARY = re.compile(r"(?:/(?!\.\.?(?:/|\Z))[0-9A-Za-z._~!$&'()*+=:@-]++)*+/?")
_DOUBLED = re.compile(r",[ \t]*/")
_WRITTEN = re.compile(r"/[!\"$-:<-\[\]-~]*")  # printable ASCII without "#", ";" and "\"
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_AMBIGUOUS = re.compile(rb"[\x00-\x1f\x7f;\\]")
_ESCAPED_AGAIN = re.compile(rb"%(?:[01][0-9A-Fa-f]|25|2[EeFf]|3[Bb]|5[Cc]|7[Ff])")
_IDENTITY = re.compile(r"(?:remote|x-original|x-forwarded)[-_]", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
_LOCAL = TrustedProxies(("127.0.0.0/8", "::1/128", UNIX_SOCKET))


class Original(NamedTuple):
    """What was asked of the proxy.

    Args:
        method: of letters A to Z only.
        scheme: ``http`` or ``https``.
        host: in lower case, with its port unless that is the scheme's own.
        path: decoded once, without anything that could be read in two ways.
        query: as sent, without the question mark.
        navigates: whether a person's browser is going to a page, so that a redirect leads them somewhere.
        style: how the proxy wants a refusal.
        client: the visitor's address, as the proxy says it.
    """

    method: str
    scheme: str
    host: str
    path: str
    query: str
    navigates: bool
    style: Style
    client: str = ""


def is_believed(request: Request) -> bool:
    """Return whether the peer is believed about the original request: a trusted proxy, or one on this machine.

    Args:
        request: as ``TrustedProxies.believed`` returns it; its ``client`` is the peer where it is not ``proxied``.
    """
    return request.proxied or request.client in _LOCAL


def original(request: Request, mode: str = "") -> Original:
    """Return what the proxy asks about.

    Args:
        request: of a peer that is believed.
        mode: one of ``MODES``, as the proxy's configuration says it.

    Raises:
        BadRequest: it cannot be told for certain; nothing else is raised.
    """
    return read(told(request.headers), mode, visitor(request))


def visitor(request: Request) -> str:
    """Return the visitor's address: what a trusted proxy has said already, or what one on this machine says.

    Raises:
        BadRequest: it says what is none.
    """
    return request.client if request.proxied else _LOCAL.believe(request.client, "http", request.headers).client


def told(headers: Headers) -> dict[str, str]:
    """Return the fields of ``LOOKED_AT`` by name.

    Raises:
        BadRequest: one is doubled, is also there with underscores, or is to be dropped on the way (``Connection``).
    """
    found: dict[str, str] = {}
    for name, value in headers:
        if name in LOOKED_AT:
            if name not in found:
                found[name] = value
            elif name in ONCE:
                raise BadRequest(reason=f"doubled-{name}")
            else:
                found[name] += f", {value}"
        elif "_" in name and name.replace("_", "-") in ONCE:
            # Servers of the older kind take one for the other.
            raise BadRequest(reason="underscores-in-forwarding-field")
    return found


def read(fields: Mapping[str, str], mode: str = "", client: str = "") -> Original:
    """Return what *fields* say of the original request.

    Args:
        fields: as ``told`` returns them.
        mode: one of ``MODES``.
        client: the visitor's address.

    Raises:
        BadRequest: it cannot be told for certain; nothing else is raised.
    """
    if mode not in MODES:
        raise BadRequest(reason="unknown-mode")
    if "connection" in fields and any(_IDENTITY.match(name.strip()) for name in fields["connection"].split(",")):
        raise BadRequest(reason="forwarding-field-in-connection")
    nginx = mode == "nginx" or (mode not in _FORWARDING_MODES and URL in fields)
    method, scheme, host, uri = _by_nginx(fields) if nginx else _by_forwarding(fields)
    if method != "GET" and _METHOD.fullmatch(method) is None:
        raise BadRequest(reason="method-is-none")
    path, _, query = uri.partition("?")
    if len(uri) > LONGEST:
        raise BadRequest(reason="original-over-limit")
    if nginx:
        _agree(fields, method, scheme, host, uri)
    elif URL in fields or METHOD in fields:
        _agree_with_url(fields, method, scheme, host, uri)
    style: Style = mode or ("nginx" if nginx else "redirect")  # type: ignore[assignment]  # one of MODES
    return Original(method, scheme, host, canonical(path), query, _navigates(fields), style, client)


def _by_nginx(fields: Mapping[str, str]) -> tuple[str, str, str, str]:
    parts = _URL.fullmatch(_one(fields, URL))
    if parts is None:
        raise BadRequest(reason=f"meaningless-{URL}")
    scheme, named, uri = parts.groups()
    return _one(fields, METHOD), scheme, _host(named, scheme), uri


def _by_forwarding(fields: Mapping[str, str]) -> tuple[str, str, str, str]:
    method, proto, named, uri = map(fields.get, FORWARDED)
    if not (method and proto and named and uri):
        raise BadRequest(reason="missing-forwarding-field")
    scheme = _scheme(proto)
    return method, scheme, _host(named, scheme), uri


def _agree(fields: Mapping[str, str], method: str, scheme: str, host: str, uri: str) -> None:
    """Refuse what the other family tells otherwise: perhaps the client has sent it, perhaps a proxy before."""
    said = [fields.get(name) for name in FORWARDED]
    if said[0] not in (None, method) or said[3] not in (None, uri):
        raise BadRequest(reason="contradictory-forwarding")
    if said[1] is not None and _scheme(said[1]) != scheme:
        raise BadRequest(reason="contradictory-forwarding")
    if said[2] is not None and _host(said[2], scheme) != host:
        raise BadRequest(reason="contradictory-forwarding")


def _agree_with_url(fields: Mapping[str, str], method: str, scheme: str, host: str, uri: str) -> None:
    parts = _URL.fullmatch(fields.get(URL, f"{scheme}://{host}{uri}"))
    if parts is None or fields.get(METHOD, method) != method:
        raise BadRequest(reason="contradictory-forwarding")
    if (parts[1], _host(parts[2], parts[1]), parts[3]) != (scheme, host, uri):
        raise BadRequest(reason="contradictory-forwarding")


def _one(fields: Mapping[str, str], name: str) -> str:
    value = fields.get(name)
    if not value:
        raise BadRequest(reason=f"missing-{name}")
    return value


def _scheme(proto: str) -> str:
    scheme = _SCHEMES.get(proto.lower())
    if scheme is None:
        raise BadRequest(reason="meaningless-x-forwarded-proto")
    return scheme


def _host(text: str, scheme: str) -> str:
    found = well_formed_host(text, scheme) if len(text) <= 300 else None
    if found is None:
        raise BadRequest(reason="original-host-malformed")
    return found


@lru_cache(maxsize=512)
def well_formed_host(text: str, scheme: str = "") -> str | None:
    """Return a host in its one spelling, or ``None``: a DNS name or an address, with the port if it is worth naming.

    Args:
        text: as a Host field has it.
        scheme: whose own port is left out; ``""`` leaves out that of either.
    """
    authority = authorities.parse(text)
    if authority is None or len(authority.host) > 253 or _HOST.fullmatch(authority.host) is None:
        return None
    usual = (_PORTS[scheme],) if scheme else tuple(_PORTS.values())
    return authority.host if authority.port in (None, *usual) else f"{authority.host}:{authority.port}"


def canonical(path: str) -> str:
    """Return *path* decoded once, if there is one way only to read it.

    Raises:
        BadRequest: there is not; nothing else is raised.
    """
    if _ORDINARY.fullmatch(path) and path:
        return path
    if _WRITTEN.fullmatch(path) is None or _BROKEN_ESCAPE.search(path):
        raise BadRequest(reason="original-path-malformed")
    if _DOUBLED.search(path):
        # Where a server joins two fields of one name by a comma.
        raise BadRequest(reason="doubled-original-path")
    octets = unquote_to_bytes(path)
    _, *segments = octets.split(b"/")
    if octets.count(b"/") != path.count("/") or any(segment in (b".", b"..") for segment in segments):
        raise BadRequest(reason="original-path-ambiguous")
    if b"" in segments[:-1] or _AMBIGUOUS.search(octets) or _ESCAPED_AGAIN.search(octets):
        raise BadRequest(reason="original-path-ambiguous")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest(reason="original-path-is-not-utf-8") from None


def _navigates(fields: Mapping[str, str]) -> bool:
    """Return whether a person's browser is going to a page (Fetch Metadata §2.3); else 401 is what helps."""
    mode = fields.get("sec-fetch-mode")
    if mode is not None:
        return mode == "navigate"
    if fields.get("x-requested-with", "").lower() == "xmlhttprequest":
        return False
    return "text/html" in fields.get("accept", "").lower()
