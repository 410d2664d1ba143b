"""Links that are sent: one kind never passes for another, each is good once and only until what it rests on changes."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.login import Accounts
from hardtack.login.addresses import Address
from hardtack.login.links import LONGEST_ONWARD, Kind, Links, LinkWrong
from hardtack.seal import Keyring
from hardtack.store import AccountRows
from hardtack.store.accounts import Credentials

NOW = 1_800_000_000
PASSWORD = "a long walk 到海边"


@pytest.fixture
def anna(accounts: Accounts) -> int:
    """An account's number."""
    return accounts.add("anna", PASSWORD, now=NOW).id


def credentials(accounts: Accounts, account_id: int) -> Credentials:
    """Return the account as it is now."""
    with accounts._database.read() as connection:
        found = accounts._services.rows.by_id(connection, account_id)
    assert found is not None
    return found


def make(accounts: Accounts, account_id: int, kind: Kind = Kind.RESET) -> str:
    """Make a link for an account."""
    return accounts._services.links.make(
        kind, now=NOW, account=credentials(accounts, account_id), email="a@example.org"
    )


def why(accounts: Accounts, code: str, kind: Kind = Kind.RESET, now: int = NOW) -> str:
    """Return why a link is not good; ``""`` if it is."""
    try:
        with accounts._database.read() as connection:
            accounts._services.links.read(connection, kind, code, now=now)
    except LinkWrong as wrong:
        return wrong.reason if wrong.status == 403 else f"status {wrong.status}"
    return ""


def spend(accounts: Accounts, code: str) -> bool:
    """Use a link; say whether it was good."""
    links = accounts._services.links
    try:
        with accounts._database.write() as connection:
            claims, _ = links.read(connection, Kind.RESET, code, now=NOW)
            links.spend(connection, Kind.RESET, claims)
    except LinkWrong:
        return False
    return True


def test_looking_at_a_link_consumes_nothing(accounts: Accounts, anna: int) -> None:
    """A prefetch does no harm (attack 18)."""
    code = make(accounts, anna)
    with accounts._database.read() as connection:
        claims, found = accounts._services.links.read(connection, Kind.RESET, code, now=NOW)
    assert (anna, "a@example.org") == (claims.account, claims.email)
    assert found == credentials(accounts, anna)
    assert "" == why(accounts, code)


@pytest.mark.asvs("6.4.1", "15.4.2")
def test_attack_18_a_link_is_good_once_even_for_many_at_the_same_moment(accounts: Accounts, anna: int) -> None:
    """One of eight wins."""
    code = make(accounts, anna)
    with ThreadPoolExecutor(8) as pool:
        assert 1 == sum(pool.map(lambda _: spend(accounts, code), range(8)))
    assert "link-used" == why(accounts, code)


def test_every_link_that_is_made_can_be_read(accounts: Accounts) -> None:
    """However long the address is and where its reader was going; what does not fit is left out."""
    links = accounts._services.links
    longest = Address.of("界" * 64 + "@" + ".".join(["界" * 14] * 9) + ".cn").typed
    for length, kept in ((LONGEST_ONWARD, LONGEST_ONWARD), (LONGEST_ONWARD + 1, 0)):
        code = links.make(Kind.SIGN_UP, now=NOW, email=longest, onward="/" * length)
        claims = links.opened(Kind.SIGN_UP, code, now=NOW)
        assert (longest, kept) == (claims.email, len(claims.onward))


def test_the_statement_that_spends_a_link_decides_by_itself(accounts: Accounts, anna: int) -> None:
    """Whoever has looked before another one was done finds out."""
    links = accounts._services.links
    claims = links.opened(Kind.RESET, make(accounts, anna), now=NOW)
    with accounts._database.write() as connection:
        links.spend(connection, Kind.RESET, claims)
        with pytest.raises(LinkWrong, match="used"):
            links.spend(connection, Kind.RESET, claims)


@pytest.mark.asvs("6.4.1", "9.2.1")
@pytest.mark.parametrize("kind", list(Kind))
def test_attack_18_a_link_expires(accounts: Accounts, anna: int, kind: Kind) -> None:
    """To the second."""
    code = make(accounts, anna, kind)
    assert "" == why(accounts, code, kind, NOW + kind.lifetime - 1)
    assert "link-expired" == why(accounts, code, kind, NOW + kind.lifetime)


@pytest.mark.parametrize("change", ["password", "address", "roles", "epoch", "disabled", "closed"])
def test_attack_18_older_links_die_with_what_they_rest_on(accounts: Accounts, anna: int, change: str) -> None:
    """Whichever of it changes."""
    code = make(accounts, anna)
    rows = accounts._services.rows
    with accounts._database.write() as connection:
        if change == "password":
            rows.set_password(connection, anna, encoded="another", now=NOW)
        elif change == "address":
            rows.set_address(connection, anna, email="b@example.org", canonical="b@example.org")
        elif change == "roles":
            rows.set_roles(connection, anna, roles=("editor",), administrator=False)
        elif change == "epoch":
            rows.set_password(connection, anna, encoded=credentials(accounts, anna).password_hash, now=NOW)
        elif change == "disabled":
            rows.disable(connection, anna, NOW)
        else:
            rows.close(connection, anna, NOW)
    assert "link-outdated" == why(accounts, code)


@pytest.mark.asvs("9.2.2")
def test_no_kind_passes_for_another(accounts: Accounts, anna: int) -> None:
    """Not even of the same purpose (attack 27)."""
    for made, asked in itertools.permutations(Kind, 2):
        assert "link-forged" == why(accounts, make(accounts, anna, made), asked)


@pytest.mark.asvs("9.2.3")
def test_a_link_of_another_realm_is_none(accounts: Accounts, anna: int, keyring: Keyring) -> None:
    """Two sites may share a keyring."""
    other = Links(keyring, AccountRows(), "shop")
    code = other.make(Kind.RESET, now=NOW, account=credentials(accounts, anna))
    assert "link-forged" == why(accounts, code)


def test_a_link_for_an_account_that_is_yet_to_be_made_names_none(accounts: Accounts) -> None:
    """It says the address alone."""
    code = accounts._services.links.make(Kind.SIGN_UP, now=NOW, email="new@example.org", onward="/shop")
    with accounts._database.read() as connection:
        claims, found = accounts._services.links.read(connection, Kind.SIGN_UP, code, now=NOW)
    assert (0, "new@example.org", "/shop", None) == (claims.account, claims.email, claims.onward, found)


@given(st.text(max_size=3000))
def test_whatever_text_comes_it_is_a_wrong_link_and_nothing_else(text: str) -> None:
    """The promise of ``opened``."""
    links = Links(RING, AccountRows())
    with pytest.raises(LinkWrong):
        links.opened(Kind.RESET, text, now=NOW)


@given(st.binary(max_size=200))
def test_whatever_was_sealed_that_is_no_link_is_a_wrong_link(data: bytes) -> None:
    """As of another version."""
    links = Links(RING, AccountRows())
    code = RING.seal(data, purpose=Kind.RESET.purpose, context=("link", "reset", "hardtack"), expires_at=NOW + 9)
    with pytest.raises(LinkWrong):
        links.opened(Kind.RESET, code, now=NOW)


RING = Keyring.generate()
