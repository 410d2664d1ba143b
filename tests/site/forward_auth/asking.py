"""How proxies ask: the fields that nginx, Caddy and Traefik send with a request to ``/auth``."""

from __future__ import annotations

from hardtack.message import Headers, Request

HOST = "id.example.org"
ORIGIN = f"https://{HOST}"
HTML = "text/html,application/xhtml+xml"
Pairs = list[tuple[str, str]]


def nginx(uri: str = "/", *, method: str = "GET", host: str = HOST, scheme: str = "https") -> Pairs:
    """Return what our snippet for nginx sends (``auth_request``)."""
    return [("X-Original-URL", f"{scheme}://{host}{uri}"), ("X-Original-Method", method)]


def forwarding(uri: str = "/", *, method: str = "GET", host: str = HOST, scheme: str = "https") -> Pairs:
    """Return what Caddy (``forward_auth``) and Traefik (``ForwardAuth``) send."""
    return [
        ("X-Forwarded-For", "203.0.113.7"),
        ("X-Forwarded-Method", method),
        ("X-Forwarded-Proto", scheme),
        ("X-Forwarded-Host", host),
        ("X-Forwarded-Uri", uri),
    ]


def asks(*fields: tuple[str, str], query: str = "", peer: str = "127.0.0.1", method: str = "GET") -> Request:
    """Return the proxy's request to ``/auth``, as the driver takes it."""
    headers = Headers([("Host", "127.0.0.1:8000"), *fields])
    return Request(method=method, path="/auth", query=query, headers=headers, host="127.0.0.1:8000", client=peer)
