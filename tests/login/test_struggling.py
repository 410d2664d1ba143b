"""Which accounts have failures in a row, found without a look at all of them."""

from __future__ import annotations

import contextlib

from hardtack.errors import Refused
from hardtack.login import Accounts
from hardtack.login.struggling import LEAST
from hardtack.store.streaks import LIMIT

NOW = 1_000_000
PASSWORD = "correct horse battery staple"


def fail(accounts: Accounts, name: str, times: int) -> None:
    """Try with wrong passwords, one an hour from a client of its own."""
    for turn in range(times):
        with contextlib.suppress(Refused):
            accounts.sign_in(name, "not the password", client=f"192.0.2.{turn % 250}", now=NOW + turn * 3600)


def test_an_account_is_shown_from_ten_failures_in_a_row_on(accounts: Accounts) -> None:
    """The most first; whoever was let in since is not among them, and names that are nobody's never are."""
    for name in ("ada", "bob", "eve", "zoe"):
        accounts.add(name, PASSWORD, now=NOW)
    fail(accounts, "ada", LEAST)
    fail(accounts, "bob", LEAST - 1)
    fail(accounts, "eve", LEAST + 5)
    fail(accounts, "nobody", LEAST + 10)
    fail(accounts, "zoe", LEAST + 1)
    accounts.sign_in("zoe", PASSWORD, client="198.51.100.1", now=NOW + 100 * 3600)
    found = accounts.administration.struggling(NOW + 100 * 3600)
    assert [("eve", LEAST + 5), ("ada", LEAST)] == [(one.account.name, one.failures) for one in found]
    assert NOW + (LEAST + 4) * 3600 == found[0].last
    assert not any(one.locked for one in found)


def test_a_locked_account_is_shown_as_such_until_it_is_released(accounts: Accounts) -> None:
    """Also where its refusals are no longer among the newest; a closed one is not."""
    ada = accounts.add("ada", PASSWORD, now=NOW)
    bob = accounts.add("bob", PASSWORD, now=NOW)
    fail(accounts, "ada", LIMIT)
    fail(accounts, "bob", LIMIT)
    with accounts._database.write() as connection:
        accounts._services.rows.close(connection, bob.id, NOW)
    later = NOW + (LIMIT + 1) * 3600
    (found,) = accounts.administration.struggling(later)
    assert (ada.id, LIMIT, True) == (found.account.id, found.failures, found.locked)
    with accounts._database.write() as connection:
        accounts._services.throttle.release(connection, "ada")
    assert () == accounts.administration.struggling(later)
