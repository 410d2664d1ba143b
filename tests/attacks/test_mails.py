"""Attacks 17 to 20: links in mail that lead to the attacker, come twice, prove too much, or prove another address."""

from __future__ import annotations

import re
from functools import partial

import pytest

from tests.attacks.attacker import Answer, Client, at_once
from tests.attacks.place import House, Person

EVIL = "evil.example"
NEW = "a different password of eight words in all"
HALF_AN_HOUR = 1800


def asked(house: House, person: Person) -> str:
    """Ask for a link that resets the password of somebody; return its code."""
    before = len(house.codes(person.email, "/reset"))
    assert 202 == house.client().post("/forgot", email=person.email).status
    return house.code(person.email, "/reset", after=before)


def reset(client: Client, code: str, password: str = NEW) -> Answer:
    """Set a new password by a link."""
    return client.post("/reset", code=code, password=password)


@pytest.mark.attack("17")
class TestPoisonedLink:
    """A reset that the attacker asks for in the victim's name, with a host of their own in the request.

    Seen in: Authelia issue 2227, Django (CVE-2012-4520), GitLab and many more (OWASP Forgot Password). Done by: another
    Host, X-Forwarded-Host, Forwarded and request target, with and without the right one beside it. Must happen: either
    no such host is answered, or the mail names the configured one alone.
    """

    def test_every_link_names_the_configured_host(self, house: House) -> None:
        """Of nine ways to name another none is in any mail."""
        anna = house.person(address=True)
        ways = (
            {"host": EVIL},
            {"host": f"{house.host}@{EVIL}"},
            {"host": f"{EVIL}:443"},
            {"x_forwarded_host": EVIL},
            {"x_forwarded_host": f"{house.host}, {EVIL}"},
            {"forwarded": f"host={EVIL};proto=https"},
            {"x_forwarded_server": EVIL, "x_original_host": EVIL, "x_host": EVIL},
            {"x_forwarded_port": "1", "x_forwarded_prefix": f"//{EVIL}"},
            {"referer": f"https://{EVIL}/", "x_original_url": f"https://{EVIL}/", "x_rewrite_url": f"//{EVIL}/"},
        )
        told = house.service.said.count("notice=forgot")
        sent = [house.client().call("POST", "/forgot", {"email": anna.email}, **way).status for way in ways]
        absolute = house.client()
        sent.append(absolute.call("POST", f"https://{EVIL}/forgot", {"email": anna.email}).status)
        assert {202, 400, 421} == set(sent)
        house.until(lambda: house.service.said.count("notice=forgot") >= told + sent.count(202))
        assert house.codes(anna.email, "/reset")
        for letter in house.letters(anna.email):
            assert EVIL not in letter.as_string()
            for link in re.findall(r"https?://([^/\s\"<)]+)", letter.as_string().replace("=\n", "")):
                assert link in {house.host, "www.w3.org"}, link


@pytest.mark.attack("18")
class TestResetLink:
    """A link to reset a password that is good for more than once, for longer, or for others who come to see it.

    Seen in: OWASP Forgot Password; mail scanners that use links up; codes in Referer fields and access logs. Done by:
    all of these. Must happen: looking uses nothing up, the first use does; it ends with its time, the password and the
    address; its page loads nothing from elsewhere, and no log has the code.
    """

    def test_looking_at_it_uses_nothing_up_and_using_it_does(self, house: House) -> None:
        """Scanners, prefetches and HEAD do no harm; of two uses at the same moment one counts."""
        anna = house.person(address=True)
        code = asked(house, anna)
        for method in ("GET", "HEAD", "OPTIONS", "GET"):
            looked = house.client().ask(method, f"/reset?code={code}", fields=[("Sec-Purpose", "prefetch")])
            assert looked.status in {200, 204}
        found = at_once(*(lambda: reset(house.client(), code).status for _ in range(4)))
        assert [200, 403, 403, 403] == sorted(found)
        assert 403 == house.client().call("GET", f"/reset?code={code}").status
        assert (401, 200) == (house.sign_in(anna.name).status, house.sign_in(anna.name, NEW).status)
        assert not anna.browser.signed_in()

    def test_it_ends_with_its_time_the_password_and_the_address(self, house: House) -> None:
        """A link that was asked for before is worth nothing once any of them has changed."""
        anna = house.person(address=True)
        older = asked(house, anna)
        with house.later(HALF_AN_HOUR + 1):
            assert 403 == reset(house.client(), older).status
        assert 202 == anna.browser.post("/account/email", email=f"new-{anna.email}", action="change").status
        moved = house.code(f"new-{anna.email}", "/verify")
        assert 200 == anna.browser.post("/verify", code=moved).status
        assert 403 == reset(house.client(), older).status, "the address has changed"
        anna.email = f"new-{anna.email}"
        older, newer = asked(house, anna), asked(house, anna)
        assert 200 == reset(house.client(), newer).status
        assert 403 == reset(house.client(), older).status, "the password has changed"

    def test_its_page_gives_the_code_to_nobody_else(self, house: House) -> None:
        """Nothing of another host, no more than the origin in a Referer, not stored, and in no line of the log."""
        anna = house.person(address=True)
        code = asked(house, anna)
        page = house.client().page(f"/reset?code={code}")
        assert 200 == page.status
        assert [] == re.findall(r'(?:src|href|action)="(?:https?:)?//', page.text)
        assert "strict-origin" == page.headers["Referrer-Policy"]
        assert "no-store" == page.headers["Cache-Control"]
        house.client().page("/healthz")
        assert "code=" + code not in house.service.said
        assert code not in house.service.said

    def test_a_damaged_or_foreign_code_is_nothing(self, house: House) -> None:
        """Cut, changed, doubled, empty; one answer for all of them."""
        anna = house.person(address=True)
        code = asked(house, anna)
        for wrong in ("", code[:-1], code + "A", code[::-1], code.swapcase(), "A" * len(code), code * 2):
            answer = reset(house.client(), wrong)
            assert answer.status in {403, 422}, wrong
        assert 401 == house.sign_in(anna.name, NEW).status


@pytest.mark.attack("19")
class TestResetSkipsNothing:
    """A mailbox that is taken over, and with it everything, because the reset signs in or skips the second factor.

    Seen in: GitLab (CVE-2023-7028 reached accounts without a second factor), and what ASVS 6.4.3 asks for.
    Done by: resetting the password of somebody with an app. Must happen: nobody is signed in by it, and the app is
    asked for as before.
    """

    def test_nobody_is_signed_in_and_the_second_factor_stays(self, house: House) -> None:
        """Nor is the browser trusted, nor the app gone."""
        anna = house.person(address=True)
        app = anna.app()
        thief = house.client()
        assert 200 == reset(thief, asked(house, anna)).status
        assert not thief.signed_in()
        anna.password = NEW
        half = anna.begins()
        assert not half.signed_in()
        assert 200 == half.post("/sign-in/second-factor", factor="totp", code=app.code()).status
        assert half.signed_in()


@pytest.mark.attack("20")
class TestRacingAddresses:
    """Two changes of the address at once, so that the link of the one proves the address of the other.

    Seen in: Devise (CVE-2026-32700), django-allauth before 65.12.1. Done by: asking for two addresses and using the
    links in the other order, at once, in another account, and for an address that somebody has taken meanwhile. Must
    happen: a link makes the very address that it was sent to that of the very account that asked, or nothing.
    """

    def test_a_link_confirms_the_address_that_it_was_sent_to(self, house: House) -> None:
        """The first link after the second request, and both at the same moment."""
        anna = house.person()
        first, second = f"one-{anna.name}@example.org", f"two-{anna.name}@example.org"
        for each in (first, second):
            assert 202 == anna.browser.post("/account/email", email=each, action="change").status
        codes = [house.code(each, "/verify") for each in (first, second)]
        found = at_once(*(lambda code=code: anna.browser.post("/verify", code=code) for code in codes))
        assert {200, 403} >= {each.status for each in found}
        shown = anna.browser.call("GET", "/account/email").json["email"]
        right = [each.json["account"]["email"] for each in found if each.status == 200]
        assert shown in right
        for answer, address in zip(found, (first, second), strict=True):
            assert answer.status != 200 or answer.json["account"]["email"] == address

    def test_somebody_elses_link_is_nothing(self, house: House) -> None:
        """The attacker's link in the victim's session, and the victim's in the attacker's; each is good for its own."""
        people = house.person(), house.person()
        codes = []
        for each in people:
            address = f"wanted-{each.name}@example.org"
            assert 202 == each.browser.post("/account/email", email=address, action="change").status
            codes.append(house.code(address, "/verify"))
        for each, other, own in zip(people, reversed(codes), codes, strict=True):
            assert 403 == each.browser.post("/verify", code=other).status
            assert each.browser.call("GET", "/account/email").json["email"] is None
            assert 200 == each.browser.post("/verify", code=own).status

    def test_one_address_is_one_persons(self, house: House) -> None:
        """Who asked for it at the same time gets nothing, in the words for a link that is used up."""
        anna, mallory = house.person(), house.person()
        wanted = f"both-{anna.name}@example.org"
        for each in (anna, mallory):
            assert 202 == each.browser.post("/account/email", email=wanted, action="change").status
        house.until(lambda: len(house.codes(wanted, "/verify")) == 2)
        codes = house.codes(wanted, "/verify")
        tries = [partial(each.browser.post, "/verify", code=code) for each in (anna, mallory) for code in codes]
        found = [answer.status for answer in at_once(*tries)]
        assert [200, 403, 403, 403] == sorted(found)
        assert 403 == house.client().call("GET", f"/reset?code={code}").status
        assert (401, 200) == (house.sign_in(anna.name).status, house.sign_in(anna.name, NEW).status)
        assert not anna.browser.signed_in()

    def test_it_ends_with_its_time_the_password_and_the_address(self, house: House) -> None:
        """A link that was asked for before is worth nothing once any of them has changed."""
        anna = house.person(address=True)
        older = asked(house, anna)
        with house.later(HALF_AN_HOUR + 1):
            assert 403 == reset(house.client(), older).status
        assert 202 == anna.browser.post("/account/email", email=f"new-{anna.email}", action="change").status
        moved = house.code(f"new-{anna.email}", "/verify")
        assert 200 == anna.browser.post("/verify", code=moved).status
        assert 403 == reset(house.client(), older).status, "the address has changed"
        anna.email = f"new-{anna.email}"
        older, newer = asked(house, anna), asked(house, anna)
        assert 200 == reset(house.client(), newer).status
        assert 403 == reset(house.client(), older).status, "the password has changed"

    def test_its_page_gives_the_code_to_nobody_else(self, house: House) -> None:
        """Nothing of another host, no more than the origin in a Referer, not stored, and in no line of the log."""
        anna = house.person(address=True)
        code = asked(house, anna)
        page = house.client().page(f"/reset?code={code}")
        assert 200 == page.status
        assert [] == re.findall(r'(?:src|href|action)="(?:https?:)?//', page.text)
        assert "strict-origin" == page.headers["Referrer-Policy"]
        assert "no-store" == page.headers["Cache-Control"]
        house.client().page("/healthz")
        assert "code=" + code not in house.service.said
        assert code not in house.service.said

    def test_a_damaged_or_foreign_code_is_nothing(self, house: House) -> None:
        """Cut, changed, doubled, empty; one answer for all of them."""
        anna = house.person(address=True)
        code = asked(house, anna)
        for wrong in ("", code[:-1], code + "A", code[::-1], code.swapcase(), "A" * len(code), code * 2):
            answer = reset(house.client(), wrong)
            assert answer.status in {403, 422}, wrong
        assert 401 == house.sign_in(anna.name, NEW).status


@pytest.mark.attack("19")
class TestResetSkipsNothing:
    """A mailbox that is taken over, and with it everything, because the reset signs in or skips the second factor.

    Seen in: GitLab (CVE-2023-7028 reached accounts without a second factor), and what ASVS 6.4.3 asks for.
    Done by: resetting the password of somebody with an app. Must happen: nobody is signed in by it, and the app is
    asked for as before.
    """

    def test_nobody_is_signed_in_and_the_second_factor_stays(self, house: House) -> None:
        """Nor is the browser trusted, nor the app gone."""
        anna = house.person(address=True)
        app = anna.app()
        thief = house.client()
        assert 200 == reset(thief, asked(house, anna)).status
        assert not thief.signed_in()
        anna.password = NEW
        half = anna.begins()
        assert not half.signed_in()
        assert 200 == half.post("/sign-in/second-factor", factor="totp", code=app.code()).status
        assert half.signed_in()


@pytest.mark.attack("20")
class TestRacingAddresses:
    """Two changes of the address at once, so that the link of the one proves the address of the other.

    Seen in: Devise (CVE-2026-32700), django-allauth before 65.12.1. Done by: asking for two addresses and using the
    links in the other order, at once, in another account, and for an address that somebody has taken meanwhile. Must
    happen: a link makes the very address that it was sent to that of the very account that asked, or nothing.
    """

    def test_a_link_confirms_the_address_that_it_was_sent_to(self, house: House) -> None:
        """The first link after the second request, and both at the same moment."""
        anna = house.person()
        first, second = f"one-{anna.name}@example.org", f"two-{anna.name}@example.org"
        for each in (first, second):
            assert 202 == anna.browser.post("/account/email", email=each, action="change").status
        codes = [house.code(each, "/verify") for each in (first, second)]
        found = at_once(*(lambda code=code: anna.browser.post("/verify", code=code) for code in codes))
        assert {200, 403} >= {each.status for each in found}
        shown = anna.browser.call("GET", "/account/email").json["email"]
        right = [each.json["account"]["email"] for each in found if each.status == 200]
        assert shown in right
        for answer, address in zip(found, (first, second), strict=True):
            assert answer.status != 200 or answer.json["account"]["email"] == address

    def test_somebody_elses_link_is_nothing(self, house: House) -> None:
        """The attacker's link in the victim's session, and the victim's in the attacker's; each is good for its own."""
        people = house.person(), house.person()
        codes = []
        for each in people:
            address = f"wanted-{each.name}@example.org"
            assert 202 == each.browser.post("/account/email", email=address, action="change").status
            codes.append(house.code(address, "/verify"))
        for each, other, own in zip(people, reversed(codes), codes, strict=True):
            assert 403 == each.browser.post("/verify", code=other).status
            assert each.browser.call("GET", "/account/email").json["email"] is None
            assert 200 == each.browser.post("/verify", code=own).status

    def test_one_address_is_one_persons(self, house: House) -> None:
        """Who asked for it at the same time gets nothing, in the words for a link that is used up."""
        anna, mallory = house.person(), house.person()
        wanted = f"both-{anna.name}@example.org"
        for each in (anna, mallory):
            assert 202 == each.browser.post("/account/email", email=wanted, action="change").status
        house.until(lambda: len(house.codes(wanted, "/verify")) == 2)
        codes = house.codes(wanted, "/verify")
        tries = [(each.browser, code) for each in (anna, mallory) for code in codes]
        found = at_once(
            *(lambda browser=browser, code=code: browser.post("/verify", code=code).status for browser, code in tries)
        )
        assert [200, 403, 403, 403] == sorted(found)
        held = [each.browser.call("GET", "/account/email").json["email"] for each in (anna, mallory)]
        assert 1 == held.count(wanted)
