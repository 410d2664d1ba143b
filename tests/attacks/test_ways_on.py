"""Attacks 1 and 2: a sign-in that leads on to somebody else's page."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.attacks.attacker import leads_to
from tests.attacks.place import House

EVIL = "evil.example"


def addresses(host: str) -> list[str]:
    """Return what an attacker writes into a link, for a service at *host*."""
    separators = ("/", "\\", "/\\", "\\/", "//", "\\\\", "/\t/", "\t//", "/%09/", "/%0d/", "/ /", "/./", "/..//")
    beginnings = (
        "https:",
        "https:/",
        "https:\\\\",
        "http://",
        "//",
        "///",
        "////",
        "HTTPS://",
        "ftp://",
        " //",
        "\x00//",
    )
    tricks = (
        f"https://{host}@{EVIL}/",
        f"https://{host}:pass@{EVIL}/",
        f"https://{host}.{EVIL}/",
        f"https://{host}%2e{EVIL}/",
        f"https://{host}\\@{EVIL}/",
        f"https://{EVIL}#@{host}/",
        f"https://{EVIL}?@{host}/",
        f"https://{EVIL}\\{host}/",
        f"https://{host}//{EVIL}/",
        f"https://{host}/..//{EVIL}/",
        f"/a/..//{EVIL}",
        f"/%2e%2e//{EVIL}",
        f"/%2f%2f{EVIL}",
        f"/%5c{EVIL}",
        f"/%00/{EVIL}",
        f"/%0d%0aLocation:%20https://{EVIL}",
        f"/\r\nLocation: https://{EVIL}",
        f"/\u2028/{EVIL}",
        "https://\uff45vil.example/",
        f"https:{EVIL}",
        f"@{EVIL}",
        f".{EVIL}",
        f"javascript:location='//{EVIL}'",
        f"JaVaScRiPt:alert('{EVIL}')",
        f"data:text/html,<script>location='//{EVIL}'</script>",
        "\u202ehttps://elpmaxe.live",
        "/" * 1500 + EVIL,
    )
    return [each + EVIL for each in (*separators, *beginnings)] + list(tricks)


@pytest.mark.attack("1")
class TestOpenRedirect:
    r"""A link to the real sign-in page that ends on the attacker's: the victim types the password a second time there.

    Seen in: Flask-Security-Too (CVE-2023-49438, CVE-2021-32618), oauth2-proxy (CVE-2017-1000070, CVE-2020-4037), and
    wherever two parsers disagree about what ``/\host`` is. Done by: a ``next`` of every spelling, at every address
    that takes one. Must happen: nobody is led anywhere but to a path of this host, and no page carries the address on.
    """

    def test_no_spelling_leads_away(self, house: House) -> None:
        """By the one address that leads on without a password, which asks the same guard as the sign-in."""
        client = house.client()
        for each in addresses(house.host):
            answer = client.page(f"/language?to=en&next={quote(each, safe='', errors='surrogatepass')}")
            assert 303 == answer.status, each
            assert leads_to(house.origin, answer.location) == house.host, each

    def test_no_page_carries_it_along(self, house: House) -> None:
        """Neither in a hidden field nor in a link to the next page."""
        client = house.client()
        for page in ("/sign-in", "/sign-up", "/forgot"):
            for each in [each for each in addresses(house.host)[::3] if not each.startswith("/evil")]:
                answer = client.page(f"{page}?next={quote(each, safe='')}")
                # The page's own address stands in the links that change its language, as a value and not as a way on.
                ways = [
                    field for field in answer.text.split('"') if EVIL in field and not field.startswith("/language?")
                ]
                assert (200, []) == (answer.status, ways), each

    def test_a_sign_in_leads_to_a_page_of_ours(self, house: House) -> None:
        """And back to the very page that somebody came from, where that is one."""
        anna = house.person()
        for sent, right in (
            (f"//{EVIL}", "/account"),
            (f"/\\{EVIL}", "/account"),
            ("/account/sessions", "/account/sessions"),
        ):
            client = house.client()
            form = client.page("/sign-in").form(username="")
            values = {**form, "username": anna.name, "password": anna.password, "next": sent}
            answer = client.submit("/sign-in", values)
            assert (303, right) == (answer.status, answer.location), answer.text

    def test_a_step_up_and_a_link_lead_on_to_a_page_of_ours(self, house: House) -> None:
        """The other forms with a way on."""
        anna = house.person()
        answer = anna.browser.submit(
            "/account/confirm", {"password": anna.password, "next": f"https://{house.host}@{EVIL}/"}
        )
        assert (303, "/account") == (answer.status, answer.location)
        answer = house.client().post("/forgot", email="nobody@example.org", next=f"//{EVIL}")
        assert (202, False) == (answer.status, EVIL in answer.text)


@pytest.mark.attack("2")
class TestReferer:
    """A page of the attacker's that leads here, and to which the sign-in leads back: the same by another field.

    Seen in: Devise (CVE-2026-40295), where a form that had timed out led back to its Referer. Done by: a foreign
    Referer on pages, on forms, on a sign-in that has ended. Must happen: it is never where anybody is led.
    """

    def test_it_is_not_followed_after_a_sign_in(self, house: House) -> None:
        """Nor carried along by the page."""
        anna, client = house.person(), house.client()
        page = client.page("/sign-in", referer=f"https://{EVIL}/")
        assert EVIL not in page.text
        values = {**page.form(username=""), "username": anna.name, "password": anna.password}
        answer = client.submit("/sign-in", values, referer=f"https://{EVIL}/")
        assert (303, "/account") == (answer.status, answer.location)

    @pytest.mark.parametrize("path", ["/account/sessions", "/account/confirm", "/account/email", "/sign-out"])
    def test_it_is_not_followed_when_a_form_comes_too_late(self, house: House, path: str) -> None:
        """Whoever is signed out meanwhile is led to the sign-in, and from there to a page of ours."""
        answer = house.client().submit(path, {"action": "end-others"}, referer=f"https://{EVIL}/page")
        assert EVIL not in answer.location + answer.text
        assert "" == answer.location or leads_to(house.origin, answer.location) == house.host
