"""Attacks 4 to 7 and 34: a sign-in that is somebody else's, or goes on after its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks.attacker import IDENTITY, Client, at_once
from tests.attacks.place import PASSWORD, House, Person
from tests.crash.nodes import HOST, Stand

TRUSTED = "__Host-hardtack-trusted"
NEW = "a different password of eight words in all"
MOMENT = 31
"""Seconds after which what was replaced is worth nothing, not even for a page that was loading meanwhile."""
PAGES = (
    "/account",
    "/account/sessions",
    "/account/tokens",
    "/account/activity",
    "/account/two-factor",
    "/account/export",
)


@pytest.mark.attack("4")
class TestFixation:
    """Cookies that the attacker has put into the victim's browser before the victim signs in there.

    Seen in: flask-session issue 39, starsessions pull request 87 (the old id was not deleted).
    Done by: planting the attacker's own cookies, signed out and signed in. Must happen: what was known before is worth
    nothing afterwards; every sign-in, step-up and second factor makes another cookie, and the old one ends (ASVS
    7.2.4).
    """

    def test_what_was_planted_before_the_sign_in_is_nobody_after_it(self, house: House) -> None:
        """The attacker has opened the sign-in page, and the victim uses that very page."""
        anna, attacker = house.person(), house.client()
        attacker.page("/sign-in")
        planted = dict(attacker.cookies)
        assert planted
        victim = attacker.copy()
        assert 200 == house.sign_in(anna.name, client=victim).status
        assert victim.identity not in planted.values()
        assert (True, False) == (victim.signed_in(), attacker.signed_in())

    def test_a_planted_identity_is_replaced_and_not_shared(self, house: House) -> None:
        """The attacker's own account in the victim's browser does not become the victim's in the attacker's."""
        anna, mallory = house.person(), house.person()
        victim = mallory.browser.copy()
        assert 200 == house.sign_in(anna.name, client=victim).status
        assert anna.name == victim.call("GET", "/account").json["account"]["name"]
        assert mallory.browser.identity != victim.identity
        assert not mallory.browser.signed_in() or (
            mallory.name == mallory.browser.call("GET", "/account").json["account"]["name"]
        )

    def test_every_proof_makes_another_cookie_and_ends_the_one_before(self, house: House) -> None:
        """A sign-in over a sign-in at once; a proof once more when the pages that were loading are there."""
        anna = house.person()
        browser = anna.browser
        first = browser.identity
        assert 200 == browser.post("/sign-in", username=anna.name, password=PASSWORD).status
        assert {401} == house.statuses(first)
        second = browser.copy()
        assert 200 == browser.post("/account/confirm", password=PASSWORD).status
        assert second.identity != browser.identity
        assert second.post("/account/sessions", action="end-others").status in {401, 403, 409}
        with house.later(MOMENT):
            assert {401} == house.statuses(second.identity)
            assert {200} == house.statuses(browser.identity)


HEARD = 1.5
"""Seconds after which another node must have heard of an end, by its poll if by nothing else."""


def _sign_out(_house: House, person: Person, _copy: Client) -> None:
    assert 200 == person.browser.post("/sign-out").status


def _end_others(_house: House, person: Person, copy: Client) -> None:
    person.browser = person.elsewhere()
    assert copy.identity != person.browser.identity
    assert 200 == person.browser.post("/account/sessions", action="end-others").status


def _disable(house: House, person: Person, _copy: Client) -> None:
    house.administer("disable", person.name)


def _change_password(_house: House, person: Person, _copy: Client) -> None:
    person.browser = person.elsewhere()
    answer = person.browser.post("/account/password", password=PASSWORD, new_password=NEW)
    assert 200 == answer.status, answer.text


def _close(_house: House, person: Person, _copy: Client) -> None:
    answer = person.browser.post("/account/close", password=PASSWORD, username=person.name)
    assert 200 == answer.status, answer.text


@pytest.mark.attack("5")
class TestReplay:
    """A copy of the cookie, shown again after its owner has signed out.

    Seen in: Flask-Login issue 755, better-auth issue 6893, fastify-secure-session (CVE-2024-31999,
    GHSA-9wwp-q7wq-jx35), where a sealed cookie went on for ever; better-auth issue 8916, where a request in flight
    brought it back. Done by: replaying it to every worker right after the answer. Must happen: 401 at once, in every
    worker; whatever was on its way makes no cookie that opens anything.
    """

    @pytest.mark.parametrize("end", [_sign_out, _end_others, _disable, _change_password, _close])
    def test_a_copy_is_nobody_in_any_worker_at_once(
        self, house: House, end: Callable[[House, Person, Client], None]
    ) -> None:
        """Signed out, ended from elsewhere, the account disabled, its password changed, the account closed."""
        person = house.person()
        copy = person.browser.copy()
        assert {200} == house.statuses(copy.identity)
        end(house, person, copy)
        assert {401} == house.statuses(copy.identity)

    def test_requests_on_their_way_do_not_bring_it_back(self, house: House) -> None:
        """Many ask with the cookie, old enough to be sealed anew, while its owner signs out."""
        person = house.person()
        house.let_pass(7200)
        copies = [person.browser.copy() for _ in range(6)]
        over = threading.Event()

        def replays(copy: Client) -> set[str]:
            seen = set()
            while not over.is_set():
                copy.cookies = {IDENTITY: person_cookie}
                copy.call("GET", "/account")
                seen.add(copy.identity)
            return seen

        person_cookie = person.browser.identity

        def leaves() -> set[str]:
            assert 200 == person.browser.post("/sign-out").status
            over.set()
            return set()

        found = set().union(*at_once(*(lambda copy=copy: replays(copy) for copy in copies), leaves))
        assert found
        for cookie in found - {""}:
            assert {401} == house.statuses(cookie)

    @pytest.mark.long
    def test_a_copy_is_nobody_on_the_second_node_either(self, place: Path) -> None:
        """Two nodes of two workers on one PostgreSQL: signed out at the one, shown to the other."""
        stand = Stand(place)
        try:
            stand.wait()
            for number in range(20):
                name = f"anna{number}"
                client = Client(stand.nodes[0].port, HOST)
                assert 201 == client.post("/sign-up", username=name, password=PASSWORD).status
                copies = [
                    Client(node.port, HOST, cookies=dict(client.cookies)) for node in stand.nodes for _ in range(3)
                ]
                assert all(copy.signed_in() for copy in copies)
                assert 200 == client.post("/sign-out").status
                own = [copy for copy in copies if copy.port == client.port]
                assert [False] * 3 == [copy.signed_in() for copy in own]
                time.sleep(HEARD)
                assert [False] * 6 == [copy.signed_in() for copy in copies]
        finally:
            stand.close()


@pytest.mark.attack("6")
class TestDisabledAccount:
    """What an account has given out beside its sessions, used after it was disabled.

    Seen in: django-allauth before 65.13.0, whose tokens outlived the account. Done by: the session, a half-done sign-in
    and the way in itself, once an administrator has disabled it. Must happen: all of them end with the next request and
    do not come back with the account. Tokens are taken by applications: there the tests of the story show it.
    """

    def test_everything_ends_and_does_not_come_back(self, house: House) -> None:
        """Session, half a sign-in, password; enabling the account revives none of the old ones."""
        person = house.person()
        person.app()
        half = person.begins()
        made = person.browser.post("/account/tokens", label="script", scopes="read")
        assert 201 == made.status, made.text
        house.administer("disable", person.name)
        for again in (False, True):
            if again:
                house.administer("enable", person.name)
            assert not person.browser.signed_in()
            assert 401 == half.call("GET", "/sign-in/second-factor").status
            bearer = house.client().call("GET", "/account", authorization=f"Bearer {made.json['token']}")
            assert 401 == bearer.status


@pytest.mark.attack("7")
class TestRememberMe:
    """A long-lived cookie that is stolen, or that counts for more than it should.

    Seen in: Devise (CVE-2015-8314: it outlived the password), and wherever a remembered sign-in opened the page for a
    new password. Done by: using the token of a trusted browser twice; a kept sign-in after a change of the password;
    a kept sign-in before something delicate. Must happen: a token that comes twice ends its family; nothing outlives
    the password; what was remembered is no proof.
    """

    def test_a_token_that_comes_twice_ends_the_trust(self, house: House) -> None:
        """Whoever of the two is the thief: both are asked for the second factor from then on."""
        person = house.person()
        app = person.app()
        owner = person.begins()
        answer = owner.post("/sign-in/second-factor", factor="totp", code=app.code(), trust=True)
        assert 200 == answer.status, answer.text
        assert TRUSTED in owner.cookies
        thief = owner.copy()
        owner.post("/sign-out")
        assert 200 == house.sign_in(person.name, client=owner).status
        thief.cookies.pop(IDENTITY, None)
        house.let_pass(MOMENT)
        assert 401 == house.sign_in(person.name, client=thief).status, "the token was used already"
        owner.post("/sign-out")
        assert 401 == house.sign_in(person.name, client=owner).status, "the family is over"

    def test_a_kept_sign_in_ends_with_the_password(self, house: House) -> None:
        """In every browser in which somebody had ticked the box."""
        person = house.person()
        kept = person.elsewhere(keep=True)
        answer = person.browser.post("/account/password", password=PASSWORD, new_password=NEW)
        assert 200 == answer.status, answer.text
        assert {401} == house.statuses(kept.identity)

    def test_what_was_remembered_is_no_proof(self, house: House) -> None:
        """An hour later the delicate pages ask who it is; looking, renewing and waiting make it no fresher."""
        person = house.person()
        kept = person.elsewhere(keep=True)
        with house.later(3600):
            assert kept.signed_in()
            for path, values in (
                ("/account/sessions", {"action": "end-others"}),
                ("/account/tokens", {"label": "mine", "scopes": "read"}),
                ("/account/email", {"email": "mallory@example.org"}),
                ("/account/two-factor", {"action": "set-up"}),
            ):
                assert 401 == kept.call("POST", path, values).status, path
            assert kept.signed_in()


@pytest.mark.attack("34")
class TestBackButton:
    """Somebody at the same machine presses the back button after its owner has signed out.

    Seen in: OWASP ASVS 14.3.2 and most reports of penetration tests. Done by: asking what may be kept of each page, and
    for the pages once more. Must happen: no-store on every one of them, 401 or the sign-in afterwards, and the browser
    is told to forget what it has.
    """

    def test_no_page_is_kept_and_none_is_shown_again(self, house: House) -> None:
        """As a page and as JSON."""
        person = house.person()
        browser = person.browser
        for path in PAGES:
            for answer in (browser.page(path), browser.call("GET", path)):
                assert (200, "no-store") == (answer.status, answer.headers["Cache-Control"]), path
        copy = browser.copy()
        left = browser.post("/sign-out")
        assert {'"cache"', '"storage"'} <= {each.strip() for each in left.headers["Clear-Site-Data"].split(",")}
        for path in PAGES:
            assert 401 == copy.call("GET", path).status, path
            led = copy.page(path)
            assert (303, True) == (led.status, led.location.startswith("/sign-in")), path
