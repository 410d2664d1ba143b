"""What is asked of every installation: signing in and out, every page of administration, ``/auth``.

A work is timed from the request to the answer. Those of signing in, and the overview, are compared with an installation
that is empty; a page of a list with one that has as much as its page can show, since drawing fifty lines takes longer
than drawing none however large the database is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlencode

from bench.growth.rows import SPAN, Size, name_of
from bench.growth.site import Installed
from bench.visits import HOST, WRONG

PEOPLE = 60
"""How many take turns."""


@dataclass(frozen=True, slots=True)
class Place:
    """One installation to be measured.

    Args:
        name: ``empty``, ``page`` or ``many``.
        size: how much there is.
        site: with the service's own hash.
        quick: the same with a hash that costs nothing, for what of a sign-in is not the hash.
        people: who signs in to the first.
        others: who signs in to the second.
    """

    name: str
    size: Size
    site: Installed
    quick: Installed
    people: Sequence[str]
    others: Sequence[str]


@dataclass(frozen=True, slots=True)
class Work:
    """One thing that is asked.

    Args:
        name: what it is called in the results.
        against: what it is compared with.
        ask: does it; takes the place, the number of the round and what ``ready`` returned.
        ready: is done before the clock starts.
        reach: the most times as long that it may take.
    """

    name: str
    against: Literal["empty", "page"]
    ask: Callable[[Place, int, Any], object]
    ready: Callable[[Place, int], Any] = lambda place, turn: None
    reach: float | None = None


def works() -> list[Work]:
    """Return everything that is timed."""
    return [
        Work("sign-in", "empty", lambda place, turn, _: place.site.sign_in(_of(place.people, turn)), reach=1.2),
        Work("sign-in, wrong", "empty", lambda place, turn, _: _fail(place.site, _of(place.people, turn))),
        Work("sign-in, no hash", "empty", lambda place, turn, _: place.quick.sign_in(_of(place.others, turn))),
        Work(
            "sign-out",
            "empty",
            lambda place, turn, cookies: place.quick.ask("POST", "/sign-out", cookies, status=303),
            lambda place, turn: place.quick.sign_in(_of(place.others, turn)),
        ),
        Work("auth", "empty", lambda place, turn, _: _auth(place.site)),
        Work("auth, unknown", "empty", lambda place, turn, _: _read_anew(place, turn)),
        Work("verdicts", "empty", _ask_verdicts, lambda place, turn: [os.urandom(16) for _ in range(1000)]),
        _page("admin", "empty", lambda place: "/admin", reach=1.2),
        _page("accounts", "page", lambda place: "/admin/accounts"),
        _page("accounts, next", "page", lambda place: _accounts(after=name_of(place.size.accounts // 2 // 10 * 10))),
        _page("accounts, by name", "page", lambda place: _accounts(q="ada.")),
        _page("accounts, by address", "page", lambda place: _accounts(q="ada.", by="address")),
        _page("accounts, nobody", "page", lambda place: _accounts(q="nobody at all")),
        _page("accounts, closed", "page", lambda place: _accounts(q="bo")),
        _page("account", "page", lambda place: "/admin/account?id=1"),
        _page("invitations", "page", lambda place: "/admin/invitations"),
        _page("throttles", "page", lambda place: "/admin/throttles"),
        _page("trail", "page", lambda place: "/admin/audit"),
        _page("trail, older", "page", lambda place: _trail(before=_half_way(place))),
        _page("trail, of an event", "page", lambda place: _trail(event="sign-in-refused")),
        _page("trail, of an account", "page", lambda place: _trail(account="#1")),
        _page("trail, of both", "page", lambda place: _trail(account="#1", event="hand-off")),
        _page("trail, of days", "page", lambda place: _trail(since="2026-01-01", until="2026-09-30")),
        _page("trail, nothing", "page", lambda place: _trail(account="#1", event="factors-reset")),
    ]


def _page(
    name: str, against: Literal["empty", "page"], address: Callable[[Place], str], *, reach: float | None = None
) -> Work:
    return Work(
        name, against, lambda place, turn, _: place.site.ask("GET", address(place), place.site.warden), reach=reach
    )


def _of(people: Sequence[str], turn: int) -> str:
    return people[turn % len(people)]


def _fail(site: Installed, name: str) -> None:
    site.sign_in(name, WRONG, status=401)


def _auth(site: Installed) -> None:
    """Ask as nginx does, for the administrator, whom memory knows."""
    asked = {"x-original-method": "GET", "x-original-url": f"https://{HOST}/page", "x-forwarded-for": "10.0.0.1"}
    site.ask("GET", "/auth?mode=nginx", site.warden, status=204, headers=asked, client="127.0.0.1")


def _read_anew(place: Place, turn: int) -> None:
    """Read what ``/auth`` must know of somebody whom memory does not know."""
    account = place.site.accounts.find(_of(place.people, turn))
    assert account is not None
    assert place.site.accounts.profile(account.id) is not None


def _ask_verdicts(place: Place, _turn: int, lineages: Sequence[bytes]) -> None:
    """Ask whether sessions hold that nobody has ended."""
    verdict = place.site.accounts.revocations.verdict
    assert {""} == {verdict(lineage, lineage, 1, 1, place.site.now) for lineage in lineages}


def _accounts(**asked: str) -> str:
    return "/admin/accounts?" + urlencode(asked, quote_via=quote)


def _trail(**asked: str) -> str:
    return "/admin/audit?" + urlencode(asked, quote_via=quote)


def _half_way(place: Place) -> str:
    return f"{place.site.now - SPAN // 2}-{place.size.events // 2}"
