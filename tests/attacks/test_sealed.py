"""Attack 27: sealed values in the place of others, changed, cut, of another key, of the past and of the future."""

from __future__ import annotations

import random
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from tests.attacks.attacker import IDENTITY, Client
from tests.attacks.marking import seed
from tests.attacks.place import House, Person

PREFIX = "__Host-hardtack"
DAY = 86_400
FLIPS = 100
"""Changed cookies that are shown."""


def values(house: House, person: Person) -> dict[str, str]:
    """Return one of each sealed value that a person can get hold of, by what it is."""
    app = person.app()
    half = person.begins()
    found = {"half": half.cookies[f"{PREFIX}-half"]}
    done = half.post("/sign-in/second-factor", factor="totp", code=app.code(), trust=True)
    assert 200 == done.status, done.text
    found |= {"trusted": half.cookies[f"{PREFIX}-trusted"], "known": half.cookies[f"{PREFIX}-known"]}
    found |= {"identity": half.identity, "csrf": half.call("GET", "/account/tokens").json["csrf_token"]}
    found["ceremony"] = half.call("GET", "/sign-in/passkey").json["passkey_token"]
    found["setup"] = house.person().browser.post("/account/two-factor", action="set-up").json["ceremony"]
    before = len(house.codes(person.email, "/reset"))
    assert 202 == house.client().post("/forgot", email=person.email).status
    found["reset"] = house.code(person.email, "/reset", after=before)
    found["verify"] = house.codes(person.email, "/verify")[-1]
    return found


@pytest.fixture(scope="module")
def sealed(house: House) -> tuple[Person, dict[str, str]]:
    """Somebody with everything that is sealed."""
    person = house.person(address=True)
    return person, values(house, person)


@pytest.mark.attack("27")
class TestConfusedSeals:
    """A value that the service has sealed itself, for something else; or one that it has not sealed so.

    Seen in: Django (CVE-2026-6873: name and salt run together), Starlette (any token of the same secret is a session),
    Rails (cookies without a purpose are still taken), ASVS 9.2.2. Done by: each value in the place of each other; bits
    flipped, ends cut, another spelling of the same octets, a key that is gone, the past and the future. Must happen: a
    value is good as what it was made, unchanged, in its time, and nowhere else.
    """

    def test_no_value_is_another(self, house: House, sealed: tuple[Person, dict[str, str]]) -> None:
        """Nine values in nine places, each but its own."""
        person, every = sealed
        for name, value in every.items():
            if name != "identity":
                assert 401 == self._shown(house, IDENTITY, value).call("GET", "/account").status, name
            if name != "half":
                client = self._shown(house, f"{PREFIX}-half", value)
                assert 401 == client.call("GET", "/sign-in/second-factor").status, name
            if name != "trusted":
                client = self._shown(house, f"{PREFIX}-trusted", value)
                assert 401 == house.sign_in(person.name, client=client).status, name
                house.let_pass(60)
            if name != "reset":
                assert 403 == house.client().call("GET", f"/reset?code={value}").status, name
            if name != "csrf":
                answer = self._shown(house, IDENTITY, every["identity"]).ask(
                    "POST",
                    "/sign-out",
                    f"csrf_token={value}".encode(),
                    [("Content-Type", "application/x-www-form-urlencoded")],
                )
                assert 403 == answer.status, name
            for path in ("/verify", "/release", "/sign-up", "/keep-factors", "/welcome"):
                if (name, path) != ("verify", "/verify"):
                    found = person.browser.call("GET", f"{path}?code={value}").status
                    assert found in {401, 403, 404, 410}, (name, path)
            if name != "ceremony":
                sent = {"passkey_token": value, "passkey_answer": "{}"}
                assert house.client().post("/sign-in/passkey", **sent).status in {401, 403, 422}, name

    def test_no_changed_cookie_opens(self, house: House, sealed: tuple[Person, dict[str, str]]) -> None:
        """Bits flipped at random, octets put in and left out, the ends cut off."""
        chance = random.Random(seed())  # noqa: S311 - what is changed is no secret
        person, _ = sealed
        good = person.browser.identity
        octets = urlsafe_b64decode(good + "=" * (-len(good) % 4))
        for _ in range(FLIPS):
            at = chance.randrange(len(octets) * 8)
            changed = bytearray(octets)
            changed[at // 8] ^= 1 << at % 8
            text = urlsafe_b64encode(bytes(changed)).decode().rstrip("=")
            assert 401 == self._shown(house, IDENTITY, text).call("GET", "/account").status, (seed(), at)
        spelt = (
            good + "=",
            good + "A",
            good[:-1],
            good[1:],
            "A" + good,
            good.replace("-", "+").replace("_", "/") + "=",
            good * 2,
        )
        for text in (*spelt, "", *(good[:size] for size in range(0, len(good), 16))):
            assert 401 == self._shown(house, IDENTITY, text).call("GET", "/account").status, text
        assert {200} == house.statuses(good)

    def test_it_is_good_in_its_time(self, house: House) -> None:
        """Not after its end, and not before its beginning, where a clock is said to be somewhere else."""
        good = house.person().browser.identity
        for seconds in (31 * DAY, -DAY):
            with house.later(seconds):
                assert {401} == house.statuses(good), seconds
        assert {200} == house.statuses(good)

    def test_a_key_that_is_not_in_the_ring_opens_nothing(
        self, house: House, sealed: tuple[Person, dict[str, str]]
    ) -> None:
        """Another key id, another version, and what another service with its own key has sealed."""
        good = sealed[0].browser.identity
        octets = urlsafe_b64decode(good + "=" * (-len(good) % 4))
        for other in (
            b"\x02" + octets[1:],
            octets[:1] + b"\0\0\0\0" + octets[5:],
            octets[:1] + octets[2:5] + octets[1:2] + octets[5:],
        ):
            text = urlsafe_b64encode(other).decode().rstrip("=")
            assert 401 == self._shown(house, IDENTITY, text).call("GET", "/account").status

    def _shown(self, house: House, name: str, value: str) -> Client:
        client = house.client()
        client.cookies[name] = value
        return client
