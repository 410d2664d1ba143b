"""What has gone wrong in other sealed, signed and kept sessions, around the cookie: none of it is here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.attacks.attacker import IDENTITY, Client
from tests.attacks.place import PAGES, PASSWORD, House, Person
from tests.attacks.proxies import cached

DAY = 86_400
ASSET = "path=/assets/….css "
"""What the log says of a request for our style sheet."""
SKEW = 120
"""Seconds; more than the clocks of two servers may differ by."""


def shown(house: House, cookie: str, name: str = IDENTITY) -> int:
    """Return what becomes of whoever shows a cookie."""
    return house.client().call("GET", "/account", cookie=f"{name}={cookie}").status


@pytest.fixture(scope="module")
def anna(house: House) -> Person:
    """Somebody who is signed in, and stays so."""
    return house.person()


@pytest.mark.attack("P1")
class TestSharedCache:
    """A cache keeps an answer with somebody's cookie, and hands it to the next.

    Seen in: Flask (CVE-2023-30861), Django (CVE-2026-35192, CVE-2026-6907, CVE-2026-48587, CVE-2011-4136). Done by: a
    real nginx that caches whatever it may for a minute, asked by one visitor after another. Must happen: nobody gets a
    cookie or a page of another.
    """

    def test_a_cache_hands_nothing_of_one_to_another(self, house: House, place: Path) -> None:
        """Signed in, old enough to be sealed anew, then signed out, then somebody else."""
        with cached(house, place) as port:
            asset = re.findall(r'href="(/assets/[^"]+\.css)"', house.client().page("/sign-in").text)[0]
            before = house.service.said.count(ASSET)
            kept = [Client(port, house.host).page(asset) for _ in range(2)]
            assert [200, 200] == [each.status for each in kept]
            house.until(lambda: house.service.said.count(ASSET) > before)
            assert before + 1 == house.service.said.count(ASSET), "it does keep what it may"
            person = house.person("cached")
            person.browser.port = port
            for path in PAGES:
                house.let_pass(7200)
                first = person.browser.page(path)
                strangers = [Client(port, house.host) for _ in range(2)]
                others = [each.page(path) for each in strangers]
                for other in others:
                    assert not set(first.cookies.values()) & set(other.cookies.values()) or path.startswith("/language")
                    assert person.name not in other.text
                assert others[0].set_cookies == [] or "/language" in path or others[0].cookies != others[1].cookies, (
                    path
                )

    def test_every_answer_with_a_cookie_is_for_nobody_else(self, house: House, anna: Person) -> None:
        """Whatever the page; and so is every page that depends on one."""
        for path in PAGES:
            for client in (house.client(), anna.browser):
                answer = client.page(path)
                said = answer.headers["Cache-Control"] or ""
                assert answer.set_cookies == [] or {"no-store", "private"} & set(re.split(r"[ ,=]+", said)), path


@pytest.mark.attack("P2")
class TestOldestKey:
    """After a rotation new cookies are sealed with the key that was to be left behind.

    Seen in: Flask (CVE-2025-47278: the list of keys was read backwards). Done by: ``hardtack keys rotate`` under a
    running service. Must happen: what is sealed from then on has the new key, and what was sealed before still opens.
    """

    def test_after_a_rotation_the_new_key_seals(self, by_mail: House) -> None:
        """Told by the key's id, which is in every cookie."""
        client = by_mail.client()
        assert 202 == client.post("/sign-up", email="rotated@example.org").status
        code = by_mail.code("rotated@example.org", "/sign-up")
        made = client.post("/sign-up", code=code, display_name="x", password=PASSWORD)
        assert 201 == made.status
        before = client.identity
        by_mail.command("keys", "rotate", "--now")
        by_mail.until(lambda: self._key(by_mail) != before[:6], pause=0.2)
        assert {200} == by_mail.statuses(before)

    def _key(self, house: House) -> str:
        """Return what the tokens of a fresh page begin with: the version and the key's id."""
        token: str = house.client().call("GET", "/sign-in/passkey").json["passkey_token"]
        return token[:6]


@pytest.mark.attack("P3")
class TestSecondBehind:
    """A server whose clock is a second behind that of the one that sealed signs everybody out.

    Seen in: itsdangerous (an age below nothing is an expired one). Done by: setting the clock back. Must happen: half a
    minute is forgiven, a day is not.
    """

    @pytest.mark.parametrize(("seconds", "status"), [(-1, 200), (-20, 200), (-DAY, 401)])
    def test_a_small_step_back_is_forgiven(self, house: House, seconds: int, status: int) -> None:
        """And a large one is somebody who plays with clocks."""
        fresh = house.person().browser.identity
        with house.later(seconds):
            assert {status} == house.statuses(fresh)


@pytest.mark.attack("P4")
class TestOtherPurpose:
    """A cookie of one name is taken under another: the application's for the framework's, the old one for the new.

    Seen in: Django (CVE-2026-6873: ``name + salt`` without a length), Starlette (every token of the secret is a
    session), Rails (cookies without a purpose are taken too). Done by: every cookie under every other name. Must
    happen: 401.
    """

    def test_no_cookie_is_another_ones(self, house: House, anna: Person) -> None:
        """Of all that a browser holds."""
        app = house.person().app()
        assert app.recovery_codes
        held = {**anna.browser.cookies}
        client = house.client()
        client.page("/sign-in")
        held |= client.cookies
        for name, value in held.items():
            if name != IDENTITY:
                assert 401 == shown(house, value), name
                for split in (1, len(value) // 2):
                    assert 401 == shown(house, f"{value[:split]}; {name}={value[split:]}"), name


@pytest.mark.attack("P8")
class TestForEver:
    """A cookie that is good for ever, because its end is the browser's business or nobody's.

    Seen in: fastify-secure-session (CVE-2024-31999), iron-session (a lifetime of nothing was for ever), Rails (no
    expiry by default), Flask (31 days after the last write). Done by: keeping a copy, and using it without a pause.
    Must happen: it ends when it was not used, and in any case after its longest time, whatever the browser would have
    deleted.
    """

    def test_it_ends_unused_and_in_any_case(self, house: House) -> None:
        """After a day without use; after a week of use every few hours."""
        left, used = house.person().browser, house.person().browser
        with house.later(DAY + SKEW):
            assert not left.signed_in()
        with house.later(0):
            for _ in range(13):
                house.let_pass(DAY // 2)
                assert used.signed_in()
            house.let_pass(DAY // 2 + SKEW)
            assert not used.signed_in()
