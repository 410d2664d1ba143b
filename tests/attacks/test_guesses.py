"""Attacks 11 to 14: guessing passwords faster than the budget, or using it up so that the owner stays out."""

from __future__ import annotations

import time
from collections import Counter
from itertools import cycle

import pytest

from tests.attacks.attacker import Client, at_once, fresh_address
from tests.attacks.place import PASSWORD, WRONG, House, Person

AT_ONCE, INTERVAL = 10, 6
"""The budget of a name: so many at once, then one in so many seconds."""
LINKS = 20
"""How many links by mail a client may ask for at once."""
KNOWN = "__Host-hardtack-known"


def exhausted(house: House, name: str) -> Counter[int]:
    """Guess at a name until its budget is used up; return the answers."""
    found = Counter(at_once(*(lambda: house.sign_in(name, WRONG).status for _ in range(AT_ONCE + 4))))
    assert 429 in found, found
    return found


def asks_for_a_link(client: Client, **fields: str) -> int:
    """Ask for a link to reset a password, which costs a place and no hash."""
    return client.call("POST", "/forgot", {"email": "nobody@example.org"}, **fields).status


@pytest.mark.attack("11")
class TestOneBucket:
    """One name, written in many ways, each with a budget of its own; or a way in that nobody counts.

    Seen in: Authelia (CVE-2026-47203: names by their letter case). Done by: guessing under every spelling, and by the
    step-up, HTTP Basic and the form. Must happen: one budget for all of them, counted by the canonical name.
    """

    def test_spellings_and_ways_in_share_one_budget(self, house: House) -> None:
        """Of fourteen guesses under seven spellings ten are looked at, and the step-up has none left."""
        anna = house.person("john")
        wide = "".join(chr(ord(letter) + 0xFEE0) for letter in anna.name)
        spellings = (
            anna.name,
            anna.name.upper(),
            anna.name.title(),
            wide,
            f" {anna.name}",
            f"{anna.name} ",
            wide.upper(),
        )
        tries = zip(range(AT_ONCE + 4), cycle(spellings), strict=False)
        found = Counter(at_once(*(lambda each=each: house.sign_in(each, WRONG).status for _, each in tries)))
        assert {401, 429} == set(found)
        assert AT_ONCE <= found[401] <= AT_ONCE + 2, found
        form = house.client()
        values = {**form.page("/sign-in").form(username=""), "username": anna.name.upper(), "password": PASSWORD}
        assert 429 == form.submit("/sign-in", values).status
        # Somebody with a stolen cookie and no known browser gets no budget of their own either.
        anna.browser.cookies.pop(KNOWN, None)
        assert 429 == anna.browser.post("/account/confirm", password=WRONG).status

    def test_basic_credentials_are_no_way_in(self, house: House) -> None:
        """Not at any page, right or wrong; there is nothing to guess at."""
        client = house.client()
        for path in ("/account", "/auth", "/sign-in"):
            answer = client.call("GET", path, authorization="Basic YW5uYTpjb3JyZWN0IGhvcnNlIGJhdHRlcnkgc3RhcGxl")
            assert answer.status in {200, 400, 401}, path
            assert not (answer.headers["WWW-Authenticate"] or "").lower().startswith("basic")
            assert {} == client.cookies or not client.signed_in()


@pytest.mark.attack("12")
class TestClientBucket:
    """A client that is not counted as one: after a success, by a field that it writes itself, by its IPv6 range.

    Seen in: django-allauth 65.8.1 (a success reset the bucket) and 65.14.2 (X-Forwarded-For was believed), better-auth.
    Done by: all three. Must happen: a success gives back its own place and nothing else; the last hop alone says who it
    is; a /64 is one client.
    """

    def test_what_a_client_writes_into_the_field_is_not_believed(self, house: House) -> None:
        """The proxy adds the address that it has seen, and that one counts."""
        address = fresh_address()
        found = [
            asks_for_a_link(house.client(address), x_forwarded_for=f"203.0.113.{number}, {address}")
            for number in range(LINKS + 2)
        ]
        assert [202] * LINKS + [429] * 2 == found

    def test_an_ipv6_network_is_one_client(self, house: House) -> None:
        """Any number of addresses of one /64; the next network has its own budget."""
        found = [asks_for_a_link(house.client(f"2001:db8:0:1::{number:x}")) for number in range(LINKS + 2)]
        assert [202] * LINKS + [429] * 2 == found
        assert 202 == asks_for_a_link(house.client("2001:db8:0:2::1"))

    def test_whatever_is_no_address_is_one_client(self, house: House) -> None:
        """Or leaving it out would be a way to be counted for nothing."""
        found = {asks_for_a_link(house.client(f"unknown-{number}")) for number in range(LINKS + 2)}
        assert found <= {202, 400, 429}
        assert 202 not in found or 429 in found

    @pytest.mark.long
    def test_a_success_gives_back_its_own_place_alone(self, house: House) -> None:
        """One's own sign-in after every fourth guess at others: no more guesses than without."""
        mallory, address = house.person("mallory"), fresh_address()
        began = time.monotonic()
        found: Counter[int] = Counter()
        for number in range(20):
            house.sign_in(mallory.name, client=house.client(address))
            names = [f"nobody{number}-{each}of{address}" for each in range(4)]
            found += Counter(
                at_once(*(lambda name=name: house.sign_in(name, WRONG, house.client(address)).status for name in names))
            )
        assert 80 == found.total()
        assert found[401] <= 30 + (time.monotonic() - began) / 2 + 1, found
        assert found[429], found


@pytest.mark.attack("13")
class TestLockOut:
    """Wrong guesses on purpose, so that the owner is locked out.

    Seen in: every sign-in that locks an account after some failures (OWASP ASVS 6.1.1). Done by: using up the budget
    from many addresses; in the long form ten thousand guesses from ten thousand addresses. Must happen: the owner comes
    in by the browser that they know, by a link in their mail, and whenever they like.
    """

    def test_the_owner_comes_in_while_strangers_guess(self, house: House) -> None:
        """From a known browser at once, and from a new one by the mailbox."""
        anna = house.person("anna", address=True)
        known = anna.browser.copy()
        known.cookies = {KNOWN: anna.browser.cookies[KNOWN]}
        exhausted(house, anna.name)
        assert 200 == house.sign_in(anna.name, client=known).status
        self._by_mail(house, anna)

    @pytest.mark.long
    def test_after_ten_thousand_guesses_the_owner_still_comes_in(self, house: House) -> None:
        """A hundred of them reach the hash, and then none, however long anybody waits."""
        anna = house.person("anna", address=True)
        known = anna.browser.copy()
        known.cookies = {KNOWN: anna.browser.cookies[KNOWN]}
        found: Counter[int] = Counter()
        for _ in range(500):
            found += Counter(at_once(*(lambda: house.sign_in(anna.name, WRONG).status for _ in range(20))))
            house.let_pass(60)
        assert 10_000 == found.total()
        assert found[401] == 100, found
        assert {401, 429} == set(found), found
        locked = house.sign_in(anna.name)
        assert (429, 0) == (locked.status, locked.retry_after), "waiting does not help"
        assert 200 == house.sign_in(anna.name, client=known).status
        exhausted(house, anna.name)
        self._by_mail(house, anna)

    def _by_mail(self, house: House, anna: Person) -> None:
        fresh = house.client()
        assert 429 == house.sign_in(anna.name, client=fresh).status
        assert 202 == fresh.post("/release", username=anna.name).status
        code = house.code(anna.email, "/release")
        released = fresh.post("/release", code=code)
        assert (200, True) == (released.status, KNOWN in fresh.cookies), released.text
        assert 200 == house.sign_in(anna.name, client=fresh).status


@pytest.mark.attack("14")
class TestParallelGuesses:
    """Two hundred guesses at the same moment, between the look at the counter and its increase.

    Seen in: Cacti issue 7683 and most counters outside a transaction. Done by: two hundred connections from as many
    addresses, to both workers. Must happen: no more are looked at than the budget has places.
    """

    def test_no_more_are_looked_at_than_there_are_places(self, house: House) -> None:
        """The others are told to come back, and the right password among them is not looked at either."""
        anna = house.person()
        began = house.now
        found = Counter(at_once(*(lambda: house.sign_in(anna.name, WRONG).status for _ in range(200))))
        most = AT_ONCE + (house.now - began + 1) // INTERVAL
        assert 200 == found.total()
        assert {401, 429} <= set(found) <= {401, 429, 503}, found
        assert 0 < found[401] <= most, found
        assert 429 == house.sign_in(anna.name).status
