"""The codes of the hand-off, as the login makes and takes them."""

from __future__ import annotations

import threading

import pytest

from hardtack.login import Accounts, Whence, audit
from hardtack.login.hand_off import LIFETIME, Claims, HandOffOver, HandOffs
from hardtack.session import Identity
from hardtack.store import StoreUnavailable

NOW = 1_000_000
HOST, START = "app.example.org", "s" * 43
WHENCE = Whence("192.0.2.7", "firefox/linux")


@pytest.fixture
def identity(accounts: Accounts) -> Identity:
    """Somebody who is signed in."""
    account = accounts.add("ada", "correct horse battery staple", now=NOW)
    return Identity(b"s" * 16, b"l" * 16, account.id, account.epoch, 0, ("password",), NOW, NOW, NOW, NOW + 1000)


def read(accounts: Accounts, code: str, *, host: str = HOST, start: str = START, now: int = NOW) -> Claims:
    """Return what a code says."""
    return accounts.hand_offs.read(code, host=host, start=start, now=now)


def test_a_code_says_as_whom_and_looking_at_it_consumes_nothing(accounts: Accounts, identity: Identity) -> None:
    """However often."""
    code = accounts.hand_offs.begin(identity, host=HOST, start=START, now=NOW)
    assert identity == read(accounts, code).identity == read(accounts, code, now=NOW + LIFETIME - 1).identity


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"host": "wiki.example.org"}, "forged"),
        ({"start": "t" * 43}, "forged"),
        ({"now": NOW + LIFETIME}, "expired"),
    ],
)
def test_a_code_is_for_one_host_one_browser_and_half_a_minute(
    accounts: Accounts, identity: Identity, other: dict[str, str | int], reason: str
) -> None:
    """Whoever shows it is told the same for all."""
    code = accounts.hand_offs.begin(identity, host=HOST, start=START, now=NOW)
    with pytest.raises(HandOffOver) as caught:
        read(accounts, code, **other)  # type: ignore[arg-type] # each is of its own type
    assert f"hand-off-{reason}" == caught.value.reason
    assert 403 == caught.value.status


def test_a_code_of_another_realm_is_none(accounts: Accounts, identity: Identity) -> None:
    """As every seal."""
    other = HandOffs(accounts._services, "other")
    with pytest.raises(HandOffOver, match="forged"):
        read(accounts, other.begin(identity, host=HOST, start=START, now=NOW))


def test_of_many_who_take_one_code_at_once_one_does(accounts: Accounts, identity: Identity) -> None:
    """The store decides; and one event is written."""
    claims = read(accounts, accounts.hand_offs.begin(identity, host=HOST, start=START, now=NOW))
    ready, taken, refused = threading.Barrier(8), [], []

    def take() -> None:
        ready.wait()
        try:
            accounts.hand_offs.enter(claims, host=HOST, now=NOW, whence=WHENCE)
            taken.append(1)
        except HandOffOver as error:
            refused.append(error.reason)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = [one.event for one in accounts.activity.all(limit=100).entries if one.event.event == audit.HANDED_OFF]

    assert (1, ["hand-off-used"] * 7) == (len(taken), refused)
    assert [(identity.account, HOST, "192.0.2.7", "firefox/linux", ("password",))] == [
        (event.account_id, event.reason, event.client, event.device, event.factors) for event in events
    ]


def test_where_nothing_can_be_written_nobody_is_let_in(accounts: Accounts, identity: Identity) -> None:
    """The code may be tried again."""
    claims = read(accounts, accounts.hand_offs.begin(identity, host=HOST, start=START, now=NOW))
    # A transaction does not nest.
    with accounts._database.write(), pytest.raises(StoreUnavailable):
        accounts.hand_offs.enter(claims, host=HOST, now=NOW, whence=WHENCE)
    accounts.hand_offs.enter(claims, host=HOST, now=NOW, whence=WHENCE)


def test_nothing_secret_is_in_what_a_code_shows_of_itself(accounts: Accounts, identity: Identity) -> None:
    """Representations end up in logs."""
    claims = read(accounts, accounts.hand_offs.begin(identity, host=HOST, start=START, now=NOW))
    assert "llll" not in repr(claims)
    assert repr(claims.id) not in repr(claims)
