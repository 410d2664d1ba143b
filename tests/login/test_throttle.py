"""Whom an attempt is counted for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.login.throttle import CLIENT, NAME, SIGN_UP, Throttle, TooManyAttempts, address, group
from hardtack.seal import Keyring
from hardtack.status import saying


@pytest.mark.asvs("6.3.1")
def test_the_budgets_are_the_designs() -> None:
    """10 a minute for a name, 30 for a client, 20 sign-ups an hour."""
    found = [(budget.at_once, 60 / budget.interval) for budget in (NAME, CLIENT, SIGN_UP)]
    assert [(10, 10), (30, 30), (20, 20 / 60)] == found


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("192.0.2.7:80", "unknown"),
        ("192.0.2.07", "unknown"),
        ("example.org", "unknown"),
        ("unix:", "unknown"),
        ("\ud800", "unknown"),
    ],
)
def test_attack_12_a_client_is_its_address_or_its_64(client: str, counted: str) -> None:
    """And everything that is no address is one client."""
    assert counted == group(client)


@given(st.text())
def test_fuzz_every_text_is_somebody(client: str) -> None:
    """The promise of ``group`` and ``address``: they return, whatever is given."""
    assert group(client)
    assert (group(client) == "unknown") == (address(client) is None)


def test_keys_are_keyed_hashes_of_their_own(keyring: Keyring) -> None:
    """A name and a client of the same spelling share nothing, and the table tells no name."""
    throttle = Throttle(keyring)
    places = (*throttle.sign_in("192.0.2.7", "192.0.2.7"), *throttle.sign_up("192.0.2.7"))
    keys = [key for key, _ in places]
    assert ([NAME, CLIENT, SIGN_UP], 3) == ([budget for _, budget in places], len(set(keys)))
    assert all(len(key) == 32 for key in keys)
    assert keys[1:2] == [key for key, _ in throttle.client("192.0.2.7")]
    assert keys != [key for key, _ in Throttle(Keyring.generate()).sign_in("192.0.2.7", "192.0.2.7")]


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [(1, "in a second", "一秒"), (60, "60 seconds", "60 秒"), (180, "3 minutes", "3 分钟")],
)
def test_the_refusal_says_how_long_to_wait(seconds: int, english: str, chinese: str) -> None:
    """In words, and as Retry-After."""
    refused = TooManyAttempts(seconds)
    assert (429, seconds) == (refused.status, refused.retry_after)
    assert english in saying.of(429, refused, "en").advice
    assert chinese in saying.of(429, refused, "zh").advice
