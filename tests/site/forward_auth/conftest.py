"""What the tests of forward-auth share: a public portal, people on it, and the proxy before an application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from hardtack.login import Account
from hardtack.message import Headers, Response
from hardtack.site.forward_auth.answer import NAMES
from hardtack.site.forward_auth.quick import Quick
from hardtack.site.forward_auth.rules import Access
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, World
from tests.site.forward_auth.asking import HOST, HTML, ORIGIN, Pairs, asks, forwarding


@dataclass
class Portal:
    """A portal, with everybody who is on it."""

    world: World

    def member(self, name: str = NAME, *roles: str, administrator: bool = False) -> Account:
        """Make an account, and give it roles as an administrator does."""
        account = self.world.member(name, administrator=administrator)
        return self.give(account, *roles) if roles else account

    def give(self, account: Account, *roles: str, administrator: bool = False) -> Account:
        """Give an account these roles and no others."""
        accounts, now = self.world.accounts, int(self.world.clock.now)
        return accounts.administration.set_roles(account.id, roles, administrator, 0, now)

    def stranger(self, name: str = "stranger") -> Account:
        """Make an account as a visitor does, where that is open."""
        return self.world.accounts.sign_up(name, PASSWORD, client="203.0.113.7", now=int(self.world.clock.now))

    def browser(self, name: str = "") -> Browser:
        """Return a browser; in which *name* is signed in, if one is given."""
        browser = self.world.browser(scheme="https", host=HOST)
        if name:
            assert browser.sign_in(name).status == 303
        return browser

    def ask(
        self,
        browser: Browser | None,
        uri: str = "/",
        *more: tuple[str, str],
        fields: Pairs | None = None,
        query: str = "",
        peer: str = "127.0.0.1",
        method: str = "GET",
        navigates: bool = True,
    ) -> Response:
        """Ask ``/auth`` about a request of this browser, as a proxy does and the driver hands it over."""
        sent = list(forwarding(uri) if fields is None else fields)
        sent += [("Accept", HTML)] if navigates else []
        if browser is not None and browser.cookies:
            sent.append(("Cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items())))
        head = asks(*sent, *more, query=query, peer=peer, method=method)
        request, refused = self.world.site.before_content(head)
        return refused or self.world.site.answer(request)

    def quick(self, *fields: tuple[str, str], query: str = "", peer: str = "127.0.0.1", **more: Any) -> Quick | None:
        """Ask as the driver does first, before there is a thread."""
        head = [("Host", "127.0.0.1:8000"), *fields]
        octets = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in head]
        asked = {"method": "GET", "version": "1.1", **more}
        return self.world.site.auth.answer(asked["method"], asked["version"], query.encode(), octets, peer)


MakePortal = Callable[..., Portal]


@pytest.fixture
def make_portal(make_world: MakeWorld) -> MakePortal:
    """Return a function that makes a portal with rules of the test's choice, which has begun to look at the feed."""

    def make(*rules: dict[str, Any], **settings: Any) -> Portal:
        accesses = [Access(**{"host": HOST, **rule}) for rule in rules]
        world = make_world(**{"origin": ORIGIN, **settings}, access=tuple(accesses))
        world.accounts.revocations.refresh()
        return Portal(world)

    return make


def identity(response: Response | Quick) -> tuple[str | None, ...]:
    """Return what an answer says of whoever asks, in the order of the names."""
    if isinstance(response, Quick):
        headers = Headers((name.decode(), value.decode()) for name, value in response.fields)
        return tuple(headers.get(name) for name in NAMES)
    return tuple(response.get(name) for name in NAMES)
