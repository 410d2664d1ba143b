"""A portal and two applications behind a proxy, as the tests of the hand-off need them: rules, browsers, the way in.

A browser keeps a jar of cookies for each host, as browsers do; what the proxy asks at ``/auth`` for it carries the jar
of the application's host.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hardtack.message import Headers, Request, Response
from hardtack.site import Site
from hardtack.site.forward_auth.rules import Access
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, Page, World, set_cookies

ORIGIN = "https://id.example.org"
PORTAL = "id.example.org"
APP = "app.example.org"
OTHER = "wiki.example.net"
ACCESS = (Access(host=APP), Access(host=OTHER))
START, OFFER, ENTER = "/.hardtack/start", "/hand-off", "/.hardtack/enter"
GATE, KEPT = "__Host-hardtack-gate", "__Host-hardtack-start"


def portal(make_world: MakeWorld, *, access: tuple[Access, ...] = ACCESS, **settings: Any) -> World:
    """Return a portal before applications, with one member."""
    world = make_world(**{"origin": ORIGIN, "access": access, **settings})
    world.member()
    return world


@dataclass
class Person:
    """Somebody's browser, on several hosts of one site."""

    site: Site
    options: dict[str, Any] = field(default_factory=dict)
    at: dict[str, Browser] = field(default_factory=dict)

    def on(self, host: str) -> Browser:
        """Return the browser as *host* sees it."""
        if host not in self.at:
            self.at[host] = Browser(self.site, host=host, **{"scheme": "https", "client": "192.0.2.9", **self.options})
        return self.at[host]

    def go(self, address: str, **headers: str | None) -> Response:
        """Go to an absolute address."""
        parts = urlsplit(address)
        way = parts.path + (f"?{parts.query}" if parts.query else "")
        return self.on(parts.netloc).get(way, **headers)

    def sign_in(self, name: str = NAME) -> Person:
        """Sign in on the portal."""
        assert 303 == self.on(PORTAL).sign_in(name, PASSWORD).status
        return self

    def start(self, host: str = APP, to: str = "/") -> str:
        """Begin at an application; return where on the portal that leads to."""
        return location(self.on(host).get(f"{START}?to={to}"))

    def code(self, host: str = APP, to: str = "/") -> str:
        """Return the address at which the code of this browser is to be taken; it is signed in."""
        return location(self.go(self.start(host, to)))

    def enters(self, host: str = APP, to: str = "/") -> Response:
        """Go the whole way, signed in."""
        response = self.go(self.code(host, to))
        assert (303, to) == (response.status, response.get("location")), response.body
        return response


def location(response: Response) -> str:
    """Return where an answer leads to."""
    assert 303 == response.status, (response.status, response.body)
    return response.get("location") or ""


def asks(person: Person, host: str = APP, path: str = "/", *, site: Site | None = None, **headers: str) -> Response:
    """Let the proxy before *host* ask whether the browser may go on; keep the cookies that it passes on."""
    browser = person.on(host)
    fields = {
        "host": PORTAL,
        "x-forwarded-method": "GET",
        "x-forwarded-proto": browser.scheme,
        "x-forwarded-host": host,
        "x-forwarded-uri": path,
        "sec-fetch-mode": "navigate",
        "cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items()),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    request = Request(method="GET", path="/auth", headers=Headers(fields.items()), host=PORTAL, client="127.0.0.1")
    response = (site or person.site).answer(request)
    browser.keep(response)
    return response


def let_in(person: Person, host: str = APP, **more: Any) -> bool:
    """Return whether ``/auth`` lets the browser through; nothing but 204 and a redirect may come."""
    response = asks(person, host, **more)
    assert response.status in (204, 302), (response.status, response.body)
    return response.status == 204


def named(response: Response, name: str) -> str:
    """Return the Set-Cookie value of a cookie, or ``""``."""
    return next((value for value in set_cookies(response) if value.startswith(f"{name}=")), "")


def query(address: str) -> dict[str, str]:
    """Return the query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def page(response: Response) -> Page:
    """Return an answer as a page."""
    return Page(response.body.decode())


def copied(person: Person, site: Site) -> Person:
    """Return the same browser, cookies and all, before another process of the site."""
    at = {host: replace(browser, site=site, cookies=dict(browser.cookies)) for host, browser in person.at.items()}
    return Person(site, person.options, at)
