"""Attacks 24 and 25: codes that count twice or are guessed, and half a sign-in that is taken for a whole one."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.attacks.attacker import Answer, Client, at_once
from tests.attacks.place import App, House, Person

STEP = "/sign-in/second-factor"
HALF = "__Host-hardtack-half"
FIVE_MINUTES = 300


def proves(client: Client, code: str, factor: str = "totp", **more: object) -> Answer:
    """Show a code for the second factor."""
    return client.post(STEP, factor=factor, code=code, **more)


@pytest.fixture
def anna(house: House) -> tuple[Person, App]:
    """Somebody with an app."""
    person = house.person()
    return person, person.app()


@pytest.mark.attack("24")
class TestCodes:
    """A code that somebody has looked at over a shoulder, or one of a million that is guessed.

    Seen in: most first implementations of TOTP (RFC 6238 §5.2); Microsoft's AuthQuake (2024: ten sessions guessed side
    by side); races for recovery codes. Done by: the same code again and at once; an older and a later one; guesses in
    many half-done sign-ins; a recovery code twice at once. Must happen: each code counts once; one step of clock skew;
    guesses are counted for the account.
    """

    def test_a_code_counts_once_also_in_two_requests_at_once(self, anna: tuple[Person, App]) -> None:
        """One of four browsers is signed in, and nobody after it by that code or an older one."""
        person, app = anna
        halves = [person.begins() for _ in range(4)]
        code = app.code()
        found = at_once(*(lambda half=half: proves(half, code).status for half in halves))
        assert 1 == found.count(200), found
        assert 1 == sum(half.signed_in() for half in halves)
        left = next(half for half in halves if not half.signed_in() and HALF in half.cookies)
        assert 401 == proves(left, app.code(-30)).status, "a code from before the one that counted"

    def test_another_step_or_another_person_is_wrong(self, house: House, anna: tuple[Person, App]) -> None:
        """Two steps early or late; the app of somebody else."""
        person, app = anna
        other = house.person().app()
        half = person.begins()
        for code in (app.code(-60), app.code(90), other.code()):
            assert 401 == proves(half, code).status
        assert 200 == proves(half, app.code(30)).status, "an app whose clock is half a minute ahead"

    def test_guesses_are_counted_for_the_account(self, anna: tuple[Person, App]) -> None:
        """In as many half-done sign-ins as there are guesses, from as many addresses: five are looked at."""
        person, app = anna
        halves = [person.begins() for _ in range(8)]
        wrong = app.wrong()
        found = Counter(proves(half, wrong).status for half in halves)
        assert {401: 5, 429: 3} == found
        assert 429 == proves(halves[7], app.code()).status, "not even the right one"

    def test_of_two_uses_of_a_recovery_code_one_counts(self, anna: tuple[Person, App]) -> None:
        """At the same moment, and later."""
        person, app = anna
        halves, code = [person.begins() for _ in range(3)], app.recovery_codes[0]
        found = at_once(*(lambda half=half: proves(half, code, "recovery-code").status for half in halves[:2]))
        assert 1 == found.count(200), found
        assert 401 == proves(halves[2], code, "recovery-code").status


@pytest.mark.attack("25")
class TestHalfSignIn:
    """The cookie of somebody who has typed the password and not yet the code, used for more.

    Seen in: many (OWASP WSTG-ATHN-11), plug-ins for WordPress among them. Done by:
    asking every page with it; exchanging it; naming somebody else; waiting; guessing on. Must happen: no page but that
    of the second factor reads it; it is bound to its account, ends after five minutes and with the fifth wrong answer.
    """

    def test_it_opens_no_page(self, house: House, anna: tuple[Person, App]) -> None:
        """As it is, and under the name of the identity."""
        half = anna[0].begins()
        pages = (
            "/account",
            "/account/sessions",
            "/account/two-factor",
            "/account/password",
            "/account/export",
            "/account/tokens",
        )
        assert {401} == {half.call("GET", path).status for path in pages}
        assert 401 == half.post("/account/two-factor", action="remove").status
        assert 401 == half.post("/account/password", password="x", new_password="y").status
        assert {401} == house.statuses(half.cookies[HALF])

    def test_it_cannot_be_turned_to_somebody_else(self, house: House, anna: tuple[Person, App]) -> None:
        """By the cookie of another half, and by whatever is sent: it is whose it was."""
        person, app = anna
        mallory = house.person()
        own = mallory.app()
        attacker, victim = mallory.begins(), person.begins()
        assert 401 == proves(victim, own.code(), username=mallory.name, account=mallory.name).status
        attacker.cookies[HALF] = victim.cookies[HALF]
        assert 401 == proves(attacker, own.code()).status
        assert 200 == proves(attacker, app.code(), username=mallory.name).status
        assert person.name == attacker.call("GET", "/account").json["account"]["name"]

    def test_it_ends_after_five_minutes_and_once_it_is_used(self, house: House, anna: tuple[Person, App]) -> None:
        """A copy of it is nothing afterwards."""
        person, app = anna
        late, used = person.begins(), person.begins()
        copy = used.copy()
        assert 200 == proves(used, app.code()).status
        assert 401 == proves(copy, app.recovery_codes[0], "recovery-code").status
        with house.later(FIVE_MINUTES + 1):
            assert 401 == proves(late, app.code()).status

    def test_the_fifth_wrong_answer_ends_it(self, anna: tuple[Person, App]) -> None:
        """The password is asked for anew."""
        person, app = anna
        half = person.begins()
        copy = half.copy()
        found = [proves(half, app.wrong()).status for _ in range(5)]
        assert [401] * 4 == found[:4]
        assert 401 == found[4]
        assert 401 == proves(copy, app.recovery_codes[0], "recovery-code").status
