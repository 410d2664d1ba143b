"""Attacks 21 to 23: what another site, or a neighbour under the same domain, can have a browser do."""

from __future__ import annotations

import json
from typing import ClassVar
from urllib.parse import urlencode

import pytest

from tests.attacks.attacker import FORM, IDENTITY, Client, Fields
from tests.attacks.place import PASSWORD, House
from tests.attacks.proxies import Proxied
from tests.proxies.stand import WIKI
from tests.proxies.visitor import Visitor

EVIL = "https://evil.example"
SIBLING = "https://shop.example.test"

Way = tuple[str, list[tuple[str, str]]]

ELSEWHERE: list[Way] = [
    ("cross-site", [("Sec-Fetch-Site", "cross-site"), ("Origin", EVIL)]),
    ("sibling", [("Sec-Fetch-Site", "same-site"), ("Origin", SIBLING)]),
    ("says the right origin", [("Sec-Fetch-Site", "cross-site"), ("Origin", "{origin}")]),
    ("older browser", [("Origin", EVIL)]),
    ("null", [("Origin", "null")]),
    ("a host that begins alike", [("Origin", "{origin}.evil.example")]),
    ("plain http", [("Origin", "http://id.example.test")]),
    ("says nothing", []),
    ("twice", [("Origin", "{origin}"), ("Origin", EVIL)]),
]


def sent(client: Client, way: Way, path: str, values: dict[str, str], kind: str = FORM) -> int:
    """Send a form from elsewhere; return the status."""
    said: Fields = [(name, value.format(origin=client.origin)) for name, value in way[1]]
    content = json.dumps(values) if kind == "text/plain" else urlencode(values)
    if kind == "multipart/form-data":
        parts = "".join(f'--x\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in values.items())
        content, kind = f"{parts}--x--\r\n", f"{kind}; boundary=x"
    return client.ask("POST", path, content.encode(), [*said, ("Content-Type", kind)]).status


@pytest.mark.attack("21")
class TestSignInForgery:
    """A page of the attacker's that signs the victim in as the attacker, who reads later what the victim has stored.

    Seen in: fastapi-users (CVE-2025-68481), Authlib (CVE-2025-68158) and fastapi-sso (CVE-2025-14546) by another way
    in; sign-in forms without a token in general. Done by: every kind of form that a page can send to another site, to
    every way in; and the attacker's code of a hand-off. Must happen: 403 and no cookie, in a browser that was never
    here too.
    """

    @pytest.mark.parametrize("way", ELSEWHERE, ids=lambda way: way[0])
    def test_no_way_in_takes_a_form_from_elsewhere(self, house: House, mallory: str, way: Way) -> None:
        """The right name and password, as three kinds of form and as none."""
        forms: dict[str, dict[str, str]] = {
            "/sign-in": {"username": mallory, "password": PASSWORD},
            "/sign-up": {"username": f"{mallory}2", "password": PASSWORD},
            "/sign-in/passkey": {"passkey_token": "x", "passkey_answer": "{}"},
            "/sign-in/second-factor": {"factor": "totp", "code": "000000"},
            "/welcome": {"code": "x", "username": "x", "password": PASSWORD},
            "/release": {"code": "x"},
        }
        for path, values in forms.items():
            for kind in (FORM, "multipart/form-data", "text/plain"):
                client = house.client()
                assert sent(client, way, path, values, kind) in ({403} if kind == FORM else {403, 415}), (path, kind)
                assert IDENTITY not in client.cookies

    def test_a_hand_off_code_of_another_browser_signs_nobody_in(self, behind: Proxied) -> None:
        """The attacker's own, sent to the victim as a link to the application."""
        mallory = behind.house.person()
        attacker, victim = Visitor(behind.port), Visitor(behind.port)
        attacker.cookies[behind.house.host.partition(":")[0]] = dict(mallory.browser.cookies)
        url = f"https://{WIKI}:{behind.port}/"
        for _ in range(8):
            if "/.hardtack/enter" in url:
                break
            url = attacker.go(url).location
        assert "/.hardtack/enter" in url
        victim.go(f"https://{WIKI}:{behind.port}/")
        answer = victim.go(url)
        assert ("", []) == (answer.location, answer.set_cookies)


@pytest.fixture(scope="module")
def mallory(house: House) -> str:
    """The name of an attacker with an account."""
    return house.person("mallory").name


@pytest.mark.attack("22")
class TestForgery:
    """A page of the attacker's that has the victim's browser sign out, or change something.

    Seen in: Flask-Security-Too issue 1237 (sign-out by GET), SameSite=Lax alone (a sibling is the same site). Done by:
    GET with the fields of the form, and forms from everywhere else, with the victim's cookies. Must happen: nothing
    changes by GET or HEAD; a form from elsewhere is 403 and the victim notices nothing.
    """

    CHANGES: ClassVar[tuple[tuple[str, dict[str, str]], ...]] = (
        ("/sign-out", {}),
        ("/account/sessions", {"action": "end-others"}),
        ("/account/password", {"password": PASSWORD, "new_password": "a different password of eight words in all"}),
        ("/account/email", {"email": "mallory@example.org", "action": "change"}),
        ("/account/tokens", {"label": "x", "scope-read": "yes"}),
        ("/account/two-factor", {"action": "set-up"}),
        ("/account/confirm", {"password": PASSWORD}),
        ("/account/close", {"password": PASSWORD, "username": "x"}),
    )

    def test_nothing_changes_by_looking(self, house: House) -> None:
        """GET and HEAD with everything that a form would send, as an image in a page would."""
        anna = house.person()
        for path, values in self.CHANGES:
            for method in ("GET", "HEAD"):
                answer = anna.browser.ask(
                    method,
                    f"{path}?{urlencode(values)}",
                    fields=[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Dest", "image")],
                )
                assert answer.status in {200, 405}, path
        assert 405 == anna.browser.page("/sign-out").status
        assert anna.browser.signed_in()
        assert [] == anna.browser.call("GET", "/account/tokens").json["tokens"]

    @pytest.mark.parametrize("way", ELSEWHERE, ids=lambda way: way[0])
    def test_no_form_from_elsewhere_changes_anything(self, house: House, signed_in: Client, way: Way) -> None:
        """Nor with a method in a field or a header that some frameworks would believe."""
        before = signed_in.identity
        for path, values in self.CHANGES:
            assert 403 == sent(signed_in, way, path, values), path
            assert 403 == sent(signed_in, way, path, {**values, "_method": "POST", "csrf_token": "x"}), path
        assert (before, True) == (signed_in.identity, signed_in.signed_in())

    def test_a_browser_that_says_its_origin_alone_is_served(self, house: House) -> None:
        """Which is what older ones do; and a token of one's own page does where nothing is said."""
        client = house.person().browser
        assert (
            200
            == client.ask(
                "POST", "/sign-out", b"{}", [("Origin", client.origin), ("Content-Type", "application/json")]
            ).status
        )
        client = house.person().browser
        form = client.page("/account").form()
        old = [("Content-Type", FORM), ("Accept", "text/html")]
        other = house.person().browser
        assert 403 == other.ask("POST", "/sign-out", urlencode(form).encode(), old).status, "another session's token"
        assert 303 == client.ask("POST", "/sign-out", urlencode(form).encode(), old).status


@pytest.fixture(scope="module")
def signed_in(house: House) -> Client:
    """A victim's browser, which no test changes."""
    return house.person("victim").browser


@pytest.mark.attack("23")
class TestTossedCookie:
    """A cookie that a neighbour under the same domain, or a network without TLS, has put into the victim's browser.

    Seen in: GitHub 2013 (why pages moved to github.io), RFC 6265bis §8.6, "Cookie Crumbles" (USENIX Security 2023).
    Done by: twins without the prefix, in another case, of one name twice in either order. Must happen: names with
    ``__Host-`` alone count, and of two of one name none does.
    """

    def test_of_two_of_one_name_none_counts(self, house: House) -> None:
        """Whichever comes first."""
        anna, mallory = house.person().browser.identity, house.person().browser.identity
        for first, second in ((anna, mallory), (mallory, anna), (anna, "x"), ("", anna), (anna, anna)):
            cookie = f"{IDENTITY}={first}; {IDENTITY}={second}"
            answer = house.client().call("GET", "/account", cookie=cookie)
            assert 401 == answer.status, cookie

    def test_no_twin_of_another_name_counts(self, house: House) -> None:
        """Without the prefix, in other letters, with blanks, as a cookie without a name."""
        mallory = house.person().browser.identity
        for name in (
            "hardtack",
            "__Secure-hardtack",
            "__host-hardtack",
            "__HOST-hardtack",
            "__Host-Hardtack",
            "__Host-hardtack ",
            "",
        ):
            for cookie in (f"{name}={mallory}", f"{name}={IDENTITY}={mallory}"):
                if name.strip() != IDENTITY or cookie.count("=") > 1:
                    assert 401 == house.client().call("GET", "/account", cookie=cookie).status, cookie
        quoted = house.client().call("GET", "/account", cookie=f'{IDENTITY}="{mallory}"')
        assert 401 == quoted.status

    def test_the_owners_cookie_counts_beside_a_tossed_twin(self, house: House) -> None:
        """So a neighbour signs nobody out by what has another name."""
        anna = house.person()
        cookie = f"hardtack=x; {IDENTITY}={anna.browser.identity}; __host-hardtack=y"
        assert 200 == house.client().call("GET", "/account", cookie=cookie).status
