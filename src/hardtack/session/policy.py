"""The names and flags of our cookies, decided once, at start, from the origin that the public sees.

| origin | names | flags |
|---|---|---|
| ``https://…`` | ``__Host-hardtack``, ``__Host-session-<application>``, … | Secure; HttpOnly, SameSite=Lax, Path=/ |
| ``http://`` and localhost, 127.0.0.1 or [::1] | ``hardtack-<port>``, … | HttpOnly, SameSite=Lax, Path=/ |
| other ``http://`` | the same, and only with ``insecure_plain_http=True`` | the same |
| none: development mode | the same, by the port of the request's Host | the same |

The prefix makes browsers refuse such a cookie from a sub-domain, from plain http and for part of the site (RFC 6265bis
§4.1.3.2). Browsers share the cookies of one host among its ports, hence the port in the other names. In development
mode the caller answers loopback hosts only; the Host field chooses a name here and nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from hardtack.errors import MisuseError
from hardtack.session import cookie

HOST_PREFIX = "__Host-"
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""The hosts that browsers treat as trustworthy without https."""

MOST_NAME = 63
"""Characters that an application's name may have; what has more is a secret in the wrong place."""

_DEFAULT_PORTS = {"http": "80", "https": "443"}
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]{{2,45}}\])(?::(?P<port>[0-9]{{1,5}}))?",
    re.IGNORECASE,
)
_PORT = re.compile(r":([1-9][0-9]{0,4})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class CookiePolicy:
    """The names and flags of one site's cookies.

    Args:
        application: the name of the application whose data the session holds.
        origin: the public origin in its normal form, or ``None`` in development mode.
        identity_name: the name of the identity cookie.
        session_name: the name of the data cookie.
        visitor_name: the name of the cookie that marks a visitor who is not signed in, for forms.
        known_name: the name of the cookie by which a browser is known in which somebody has signed in before.
        half_name: the name of the cookie of somebody who has proved one factor and not yet the other.
        trusted_name: the name of the cookie of a browser in which the second factor is not asked for.
        gate_name: the name of the cookie that lets a browser through to the application of one host.
        start_name: the name of the cookie of a browser that is on its way to be handed off to such a host.
        secure: whether they carry ``Secure``.
        host_prefix: ``"__Host-"``, or ``""`` where browsers would refuse it.
    """

    application: str
    origin: str | None
    identity_name: str
    session_name: str
    visitor_name: str
    known_name: str
    half_name: str
    trusted_name: str
    gate_name: str
    start_name: str
    secure: bool
    host_prefix: str

    @property
    def development(self) -> bool:
        """Whether no public origin is configured, so that the Host field decides the names."""
        return self.origin is None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name above: of all cookies that there may be of ours in one site."""
        return tuple(getattr(self, field.name) for field in fields(self) if field.name.endswith("_name"))

    @property
    def attributes(self) -> str:
        """What follows name, value and lifetime in every Set-Cookie of ours."""
        return "; Path=/; Secure; HttpOnly; SameSite=Lax" if self.secure else "; Path=/; HttpOnly; SameSite=Lax"

    def for_host(self, host: str) -> CookiePolicy:
        """Return the policy for a request to *host*: this one, or in development mode the one for the port it names.

        Promise: returns for any string, never raises.
        """
        if self.origin is not None:
            return self
        return _by_port(self.application, None, str(port_of(host)))

    def set_cookie(self, name: str, value: str, *, max_age: int | None = None) -> str:
        """Return the Set-Cookie value that sets one of our cookies.

        Raises:
            MisuseError: if RFC 6265bis forbids it.
        """
        return cookie.dump(name, value, path="/", max_age=max_age, secure=self.secure, httponly=True, samesite="Lax")

    def delete_cookie(self, name: str) -> str:
        """Return the Set-Cookie value that deletes one of our cookies, with the attributes that it was set with."""
        return cookie.dump(name, "", path="/", expires=0, secure=self.secure, httponly=True, samesite="Lax")


def port_of(host: str) -> int:
    """Return the port that a Host field names, or that of http if it names none.

    Promise: returns for any string, never raises.
    """
    port = _PORT.search(host)
    return int(port[1] if port else _DEFAULT_PORTS["http"])


def decide(origin: str | None, *, application: str, insecure_plain_http: bool = False) -> CookiePolicy:
    """Return the policy for a site at *origin*; ``None`` is development mode.

    Args:
        origin: such as ``https://example.org`` or ``http://localhost:8000``.
        application: part of the name of the data cookie.
        insecure_plain_http: accept plain http beyond this machine, where anybody on the way can take the cookies.

    Raises:
        MisuseError: if *origin* is not an origin, is plain http unasked, or *application* cannot be in a cookie's name.
    """
    if not cookie.is_name(application) or len(application) > MOST_NAME:
        # What is too long is not repeated in the text: somebody may have put a secret there.
        shown = f"{application!r} " if len(repr(application)) <= MOST_NAME else ""
        raise MisuseError(
            f"the application's name {shown}cannot be part of a cookie's name",
            f"use letters, digits, dots and hyphens, {MOST_NAME} at most; a secret belongs into keyring=",
        )
    if origin is None:
        return _by_port(application, None, _DEFAULT_PORTS["http"])
    scheme, host, port = _parts(origin)
    normal = normal_origin(origin)
    if scheme == "https":
        return CookiePolicy(
            application=application,
            origin=normal,
            identity_name=f"{HOST_PREFIX}hardtack",
            session_name=f"{HOST_PREFIX}session-{application}",
            visitor_name=f"{HOST_PREFIX}hardtack-visitor",
            known_name=f"{HOST_PREFIX}hardtack-known",
            half_name=f"{HOST_PREFIX}hardtack-half",
            trusted_name=f"{HOST_PREFIX}hardtack-trusted",
            gate_name=f"{HOST_PREFIX}hardtack-gate",
            start_name=f"{HOST_PREFIX}hardtack-start",
            secure=True,
            host_prefix=HOST_PREFIX,
        )
    if host not in LOOPBACK_HOSTS and not insecure_plain_http:
        raise MisuseError(
            f"the origin {normal} is plain http: anybody on the way could take the cookies",
            "use https, or set insecure_plain_http=True where you accept that",
        )
    return _by_port(application, normal, port)


def normal_origin(origin: str) -> str:
    """Return *origin* as browsers write it: in lower case and without the scheme's own port (RFC 6454 §6.2).

    Raises:
        MisuseError: if it is not an http or https origin.
    """
    scheme, host, port = _parts(origin)
    return f"{scheme}://{host}" if port == _DEFAULT_PORTS[scheme] else f"{scheme}://{host}:{port}"


def _by_port(application: str, origin: str | None, port: str) -> CookiePolicy:
    return CookiePolicy(
        application=application,
        origin=origin,
        identity_name=f"hardtack-{port}",
        session_name=f"hardtack-session-{application}-{port}",
        visitor_name=f"hardtack-visitor-{port}",
        known_name=f"hardtack-known-{port}",
        half_name=f"hardtack-half-{port}",
        trusted_name=f"hardtack-trusted-{port}",
        gate_name=f"hardtack-gate-{port}",
        start_name=f"hardtack-start-{port}",
        secure=False,
        host_prefix="",
    )


def _parts(origin: object) -> tuple[str, str, str]:
    """Return scheme, host and port of an origin, in lower case."""
    match = _ORIGIN.fullmatch(origin) if isinstance(origin, str) else None
    if match is None or not 0 < int(match["port"] or 1) < 65_536:
        raise MisuseError(
            f"{origin!r} is not an origin",
            "write scheme, host and port only, such as https://example.org or http://localhost:8000; "
            "write other scripts in their ASCII form (xn--…)",
        )
    scheme = match["scheme"].lower()
    return scheme, match["host"].lower(), str(int(match["port"] or _DEFAULT_PORTS[scheme]))
