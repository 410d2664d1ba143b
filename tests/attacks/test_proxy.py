"""Attacks 29 and 30: what a client tells the proxy, so that another request is judged than the application gets."""

from __future__ import annotations

import json

import pytest

from tests.attacks.attacker import exchange
from tests.attacks.place import House
from tests.attacks.proxies import Proxied
from tests.proxies.stand import SHOP, WIKI
from tests.proxies.test_attacks import AMBIGUOUS, METHODS
from tests.proxies.visitor import raw

STOLEN = (
    "Remote-User: root",
    "remote-user: root",
    "Remote_User: root",
    "REMOTE_USER: root",
    "Remote-User : root",
    "X-Forwarded-User: root",
    "X_Forwarded_User: root",
    "X-Auth-Request-User: root",
    "X-Webauth-User: root",
    "Remote-Groups: administrators",
    "Remote-Email: root@example.org",
)


@pytest.mark.attack("29")
class TestForwardAuth:
    """A request that the rules read in one way and the application in another, or that says itself who it is.

    Seen in: oauth2-proxy (CVE-2026-40575: X-Forwarded-Uri picked a public rule; CVE-2025-64484: X_Forwarded_User),
    Fabio (CVE-2025-48865: Connection stripped the field), Caddy and Traefik. Done by: through a real nginx, with a page
    for everybody beside pages for members. Must happen: nothing of it reaches the application.
    """

    def test_no_field_of_a_client_picks_another_rule(self, behind: Proxied) -> None:
        """Signed out: the page stays closed whatever address is named beside the real one."""
        before = len(behind.reached())
        own = f"{WIKI}:{behind.port}"
        for line in (
            *(
                f"{name}: {value}"
                for name in ("X-Forwarded-Uri", "X-Original-URI", "X-Rewrite-URL")
                for value in ("/public/page", f"https://{own}/public/page")
            ),
            f"X-Original-URL: https://{own}/public/page",
            "X_Original_URL: /public/page",
            "X-Forwarded-Prefix: /public",
            "X-Original-Method: OPTIONS",
            "X-Forwarded-Method: OPTIONS",
            f"X-Forwarded-Host: {SHOP}",
            "X-HTTP-Method-Override: GET",
            *(
                f"Connection: close, {name}"
                for name in ("X-Original-URL", "X-Original-Method", "Host", "Cookie", "Remote-User")
            ),
        ):
            status, _ = raw(behind.port, WIKI, line, target="/secret")
            assert status in {303, 400, 401, 403}, line
        assert before == len(behind.reached())
        assert 200 == raw(behind.port, WIKI, target="/public/page")[0]

    def test_no_field_of_a_client_says_who_it_is(self, behind: Proxied) -> None:
        """At the page for everybody, where the application is reached: it hears of nobody."""
        for line in STOLEN:
            for more in ((), ("Connection: close, Remote-User",)):
                raw(behind.port, WIKI, line, *more, target="/public/page")
        heard = [each for line in behind.reached() for each in json.loads(line)["head"]]
        assert [] == [each for each in heard if "root" in each[1] or "administrators" in each[1]]

    @pytest.mark.parametrize("target", AMBIGUOUS)
    def test_no_path_is_read_in_two_ways(self, behind: Proxied, target: str) -> None:
        """From below the page for everybody to the pages that are not."""
        before = len(behind.reached())
        assert raw(behind.port, WIKI, target=target)[0] in {400, 404, 500}
        assert before == len(behind.reached())


@pytest.mark.attack("30")
class TestOddMethod:
    """A method that is none, a proxy that leaves something out, and a gate that opens where it does not understand.

    Seen in: Authelia, which has a function for just this; gates that answered 200 without the fields that they judge
    by. Done by: odd methods through nginx; asking ``/auth`` without each of the fields. Must happen: 400 or 401, never
    success.
    """

    @pytest.mark.parametrize("method", METHODS)
    def test_a_method_that_is_none_reaches_nobody(self, behind: Proxied, method: str) -> None:
        """Not even the page for everybody."""
        before = len(behind.reached())
        status, _ = raw(behind.port, WIKI, target="/public/page", method=method)
        assert (True, before) == (status in {400, 403, 405, 500, 501}, len(behind.reached()))

    def test_what_is_missing_never_opens(self, house: House, port: int) -> None:
        """The question of a proxy, with one field after the other left out, doubled, emptied or odd."""
        whole = [
            ("Host", f"{WIKI}:{port}"),
            ("X-Forwarded-For", "198.18.200.1"),
            ("X-Original-Method", "GET"),
            ("X-Original-URL", f"https://{WIKI}:{port}/public/page"),
        ]

        def asked(fields: list[tuple[str, str]]) -> int:
            return exchange(house.port, "GET", "/auth?mode=nginx", fields).status

        assert asked(whole) in {200, 204}
        for number, (name, value) in enumerate(whole[2:], 2):
            rest = whole[:number] + whole[number + 1 :]
            for fields in (
                rest,
                [*whole, (name, value)],
                [*rest, (name, "")],
                [*rest, (name, f"{value}\x01")],
                [*rest, (name, value.lower() + " x")],
            ):
                status = asked(fields)
                assert status in {400, 401, 403}, fields
        for number, (name, _) in enumerate(whole[:2]):
            assert asked(whole[:number] + whole[number + 1 :]) in {200, 204, 400, 401, 421}, name
        for method in METHODS:
            odd = [(name, method if name == "X-Original-Method" else value) for name, value in whole]
            assert asked(odd) in {400, 401}, method
