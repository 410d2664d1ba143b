"""Somebody half-way through a sign-in, as the tests of its pages need them: with an app, with a passkey, or neither."""

from __future__ import annotations

import json
from typing import Any

from hardtack.login import audit
from hardtack.login.webauthn import Party
from hardtack.message import Headers, Request, Response
from hardtack.session import Identity
from hardtack.site import demands
from hardtack.site.answers import Onward
from hardtack.site.services import Services
from hardtack.store import factors as factor_rows
from tests.login import apps
from tests.login.authenticator import Authenticator
from tests.site.conftest import NAME, PASSWORD, Browser, Page, World

STEP = "/sign-in/second-factor"
ENROL = "/sign-in/enrol"


def half_name(browser: Browser) -> str:
    """Return the name of the cookie of a half-done sign-in."""
    return "__Host-hardtack-half" if browser.scheme == "https" else "hardtack-half-8000"


def trusted_name(browser: Browser) -> str:
    """Return the name of the cookie of a trusted browser."""
    return "__Host-hardtack-trusted" if browser.scheme == "https" else "hardtack-trusted-8000"


def with_app(world: World, name: str = NAME) -> str:
    """Give a member an authenticator app; return its secret. The code that set it up is used."""
    secret = apps.enrol(world.accounts, name, now=int(world.clock.now))
    world.clock.now += 30
    return secret


def code(world: World, secret: str) -> str:
    """Return the code that the app shows now."""
    return apps.oathtool(secret, int(world.clock.now))


def wrong(world: World, secret: str) -> str:
    """Return six digits that are no code of the app now."""
    near = {apps.oathtool(secret, int(world.clock.now) + skew) for skew in (-30, 0, 30)}
    return next(each for each in ("000000", "111111", "222222", "333333") if each not in near)


def with_codes(world: World, name: str = NAME) -> tuple[str, ...]:
    """Give a member recovery codes; return them."""
    now = int(world.clock.now)
    return world.accounts.recovery_codes.make(apps.identity(world.accounts, name, now=now), now=now, **apps.WHERE)


def authenticator(world: World) -> Authenticator:
    """Return an authenticator before the site's own origin."""
    return Authenticator(origin="http://localhost:8000", host="localhost")


def with_passkey(world: World, name: str = NAME) -> Authenticator:
    """Give a member a passkey; return the authenticator that has it."""
    made, now = authenticator(world), int(world.clock.now)
    owner = apps.identity(world.accounts, name, now=now)
    party = Party("localhost", "http://localhost:8000", "Hardtack")
    account = world.accounts.named(name)
    offer = world.accounts.passkeys.options_to_make(account, party=party, binding=owner.lineage, now=now)
    world.accounts.passkeys.make(
        owner,
        offer.token,
        made.make(offer.options),
        "key",
        party=party,
        binding=owner.lineage,
        now=now,
        **apps.WHERE,
    )
    return made


def demand(world: World, name: str = NAME) -> None:
    """Let a second factor be demanded of a member."""
    with world.accounts._database.write() as connection:
        factor_rows.demand(connection, world.accounts.named(name).id, True)


def at_step(
    world: World, browser: Browser | None = None, *, name: str = NAME, address: str = "/sign-in", **fields: str
) -> Browser:
    """Return a browser that has proved the password, and is led to the second factor."""
    browser = browser or world.browser()
    response = browser.submit(address, username=name, password=PASSWORD, **fields)
    assert (303, STEP) == (response.status, response.get("location")), response.body
    return browser


def asked(response: Response) -> dict[str, str]:
    """Return the fields of the form in which an answer asks for a factor."""
    return next(dict(fields) for fields in page(response).forms if "factor" in fields)


def sends(browser: Browser, address: str = STEP, **fields: str) -> Response:
    """Go to a page, fill in the form in which it asks for a factor, and send it."""
    return browser.post(address.partition("?")[0], {**asked(browser.get(address)), **fields})


def proves(world: World, browser: Browser, secret: str, **fields: str) -> Response:
    """Type the code that the app shows now."""
    return sends(browser, f"{STEP}?with=totp", code=code(world, secret), **fields)


def signed_in(world: World, browser: Browser) -> Identity | None:
    """Return whose identity the browser shows."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return world.sessions.open(cookies, int(world.clock.now), browser.host).identity


def events(world: World, *wanted: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what the trail says, the oldest first."""
    found = [one.event for one in reversed(world.accounts.activity.all(limit=1000).entries)]
    return [(one.event, one.reason, one.factors) for one in found if not wanted or one.event in wanted]


SIGN_IN_EVENTS = (
    audit.SIGNED_IN,
    audit.PASSWORD_PROVED,
    audit.SECOND_FACTOR_PROVED,
    audit.SECOND_FACTOR_REFUSED,
    audit.CODE_REFUSED,
    audit.DEVICE_TRUSTED,
    audit.DEVICE_STOLEN,
)


def page(response: Response) -> Page:
    """Return an answer as a page."""
    return Page(response.body.decode())


def said(response: Response) -> Any:
    """Return an answer's JSON."""
    return json.loads(response.body)


def services_of(world: World, browser: Browser) -> Services:
    """Return what a page would be given to which the browser goes."""
    fields = {
        "host": browser.host,
        "accept": browser.accept,
        "sec-fetch-mode": "navigate",
        "cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items()),
    }
    request = Request(method="GET", path="/account", headers=Headers(fields.items()), host=browser.host, scheme="http")
    services = world.site._services(request)
    world.site._open(request, services)
    return services


def asked_again(world: World, browser: Browser, factor: str | None) -> str:
    """Return where a page leads that wants *factor* proved a moment ago; ``""`` where that is so."""
    services = services_of(world, browser)
    assert services.request is not None
    try:
        demands.recent(services.request, services, factor=factor)
    except Onward as onward:
        return onward.response.get("location") or "?"
    return ""
