"""The data of a visit as Django's session, in one process: what needs no server to be seen."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from hardtack.seal import Keyring
from hardtack.session import Session, Sessions
from tests.adapters.django import project  # noqa: F401 - Django's settings

# Django reads its settings while it is imported.
from django.contrib.sessions.backends.signed_cookies import SessionStore as Signed  # type: ignore[import-untyped]  # isort: skip
from django.test.utils import override_settings  # type: ignore[import-untyped]  # isort: skip

from hardtack.adapters.django.visit_store import VisitStore

HOST = "localhost:8000"
SESSIONS = Sessions(Keyring.generate(), application="club")


class Reversing:
    """A serializer of a project's own."""

    def dumps(self, values: dict[str, Any]) -> bytes:
        """Return the values as text, backwards."""
        return repr(values).encode()[::-1]

    def loads(self, encoded: bytes) -> Any:
        """Return the values again."""
        if not encoded.endswith(b"{"):
            raise RuntimeError("this is nothing of mine")
        return {"read": encoded[::-1].decode()}


class Spending:
    """A store of what was taken over, which remembers in which thread it was asked."""

    def __init__(self) -> None:
        self.threads: list[int] = []
        self.spent: set[bytes] = set()

    def spend(self, mark: bytes, until: int) -> bool:
        """Return whether it is the first time."""
        self.threads.append(threading.get_ident())
        first = mark not in self.spent
        self.spent.add(mark)
        return first


def opened(cookies: str = "") -> Session:
    """Return the session of one visitor."""
    return SESSIONS.open(cookies, int(time.time()), HOST)


def saved(session: Session) -> str:
    """Return what the browser sends back."""
    return "; ".join(cookie.partition(";")[0] for cookie in SESSIONS.save(session, int(time.time())))


def test_a_store_of_no_visit_is_empty() -> None:
    """As on a page of ours; nothing that is put into it is kept."""
    store = VisitStore()
    assert dict(store.items()) == {}
    store["ship"] = "gale"
    store.write()
    assert store["ship"] == "gale"


def test_a_serializer_of_the_projects_is_used_as_it_is() -> None:
    """And what it does not read again, after it was changed, is an empty session and no error."""
    with override_settings(SESSION_SERIALIZER=f"{__name__}.Reversing"):
        session = opened()
        store = VisitStore(session)
        store["ship"] = "gale"
        store.write()
        cookies = saved(session)
        assert dict(VisitStore(opened(cookies)).items()) == {"read": "{'ship': 'gale'}"}
    assert dict(VisitStore(opened(cookies)).items()) == {}


@pytest.mark.parametrize("spent", [False, True])
def test_a_cookie_of_before_is_taken_over_asynchronously_once(spent: bool) -> None:
    """A second visitor with it finds nothing where a store writes it down; no event loop waits for that."""
    before = Signed()
    before["ship"] = "gale"
    before.save()
    store = Spending()
    changed: dict[str, Any] = {"HARDTACK_ACCEPT_SIGNED_UNTIL": int(time.time()) + 600}
    if spent:
        changed["HARDTACK_SPENT"] = store

    async def ask() -> tuple[Any, Any, int]:
        first, second = (VisitStore(opened(), before.session_key) for _ in range(2))
        return await first.aget("ship"), await second.aget("ship"), threading.get_ident()

    with override_settings(**changed):
        first, second, here = asyncio.run(ask())
    assert (first, second) == ("gale", None if spent else "gale")
    assert len(store.threads) == (2 if spent else 0)
    assert here not in store.threads
