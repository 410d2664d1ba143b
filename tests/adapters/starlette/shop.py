"""What the tests of Hardtack in Starlette share: applications with accounts, and somebody's browser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from hardtack.adapters.starlette import Hardtack
from hardtack.adapters.starlette.testing import visitor
from hardtack.seal import Keyring
from tests import empty

PERSON = {"accept": "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin"}
"""The fields of a browser that goes to a page."""
SCRIPT = {"accept": "application/json"}
PASSWORD = "a long walk to the sea"


class Shop:
    """Applications in one folder, closed at the end.

    Args:
        folder: where the accounts are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        empty.put(folder / "hardtack.db")
        self._keyring = Keyring.generate()
        self.installed: list[Hardtack] = []

    def around(self, app: Starlette, kind: type[Hardtack] = Hardtack, **options: Any) -> Starlette:
        """Return *app* with a Hardtack."""
        self.installed.append(kind(app, **{"keyring": self._keyring, "data": str(self._folder), **options}))
        return app

    def app(self, routes: Sequence[BaseRoute] = (), /, **options: Any) -> Starlette:
        """Return an application with these routes; what begins with ``starlette_`` is Starlette's."""
        own = {name.removeprefix("starlette_"): value for name, value in options.items() if name[:10] == "starlette_"}
        rest = {name: value for name, value in options.items() if name[:10] != "starlette_"}
        return self.around(Starlette(routes=routes, **own), **rest)


@contextmanager
def shop_in(folder: Path) -> Iterator[Shop]:
    """Yield a shop, and close what was opened."""
    shop = Shop(folder)
    with ExitStack() as stack:
        yield shop
        for hardtack in shop.installed:
            stack.callback(hardtack.close)


def sign_up(app: Starlette, name: str = "alice", **options: Any) -> TestClient:
    """Return a client in which somebody has signed up on our own page."""
    client = visitor(app, **options)
    answer = client.post("/auth/sign-up", data={"username": name, "password": PASSWORD}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return client
