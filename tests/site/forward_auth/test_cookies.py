"""Which cookies are ours: all that the code makes, and nothing of an application's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hardtack
from hardtack.session import CookiePolicy, cookie, policy
from hardtack.site.forward_auth.cookies import ours, without
from tests.site.conftest import NAME
from tests.site.forward_auth.asking import forwarding
from tests.site.forward_auth.conftest import MakePortal

HTTPS = policy.decide("https://id.example.org", application="site")
NAMED = re.compile(r"(?<![A-Za-z-])(?:__Host-|__Secure-|\{HOST_PREFIX\})?hardtack-([a-z]+)(?:-\{port\})?\"")
ROOMS = ("session", "site")


def test_every_name_of_a_policy_is_one_of_ours() -> None:
    """Also one that is added later: a field of the policy is enough."""
    assert set(HTTPS.names) < set(ours(HTTPS))
    assert len(HTTPS.names) == len([name for name in CookiePolicy.__slots__ if name.endswith("_name")])
    assert {"__Host-hardtack", "__Host-hardtack-gate", "__Host-session-site"} <= set(HTTPS.names)


def test_every_cookie_that_the_code_names_is_one_of_ours() -> None:
    """A name that is written elsewhere than in the policy would be forgotten, and its cookie given away."""
    folder = Path(hardtack.__file__).parent
    files = [file for room in ROOMS for file in (folder / room).rglob("*.py")]
    written = {name for file in files for name in NAMED.findall(file.read_text("utf-8"))}
    assert {"gate", "start", "half", "language", "visitor"} <= written
    known = {name.removeprefix("__Host-").removeprefix("__Secure-").removeprefix("hardtack-") for name in ours(HTTPS)}
    assert set() == written - known - {"account", "data", "filter", "revocations"}, "these are names of other things"


@pytest.mark.parametrize("origin", ["https://id.example.org", "http://localhost:8000"])
def test_a_name_can_stand_in_every_proxys_configuration(origin: str) -> None:
    """In a regular expression it stands for itself."""
    for name in ours(policy.decide(origin, application="site")):
        assert re.fullmatch(r"[A-Za-z0-9_-]+", name)
        assert cookie.is_name(name)


@pytest.mark.parametrize(
    ("header", "left"),
    [
        ("", ""),
        ("a=1; b=2", "a=1; b=2"),
        ("__Host-hardtack=x", ""),
        ("__Host-hardtack=x; a=1", "a=1"),
        ("a=1; __Host-hardtack-gate=x", "a=1"),
        ("a=1;__Host-hardtack-gate=x;__Host-hardtack=y;  b=2", "a=1; b=2"),
        ("__Secure-hardtack-gate=x; a=1; __Secure-hardtack-gate=y", "a=1"),
        (
            "hardtack=1; x__Host-hardtack=2; __Host-hardtack-gates=3",
            "hardtack=1; x__Host-hardtack=2; __Host-hardtack-gates=3",
        ),
        ("a=__Host-hardtack=x; valueless; =y", "a=__Host-hardtack=x; valueless; =y"),
        (" \t__Host-hardtack \t=x;a", "a"),
        ("__Host-hardtack", ""),
    ],
)
def test_ours_are_taken_out_and_the_others_stay_as_they_are(header: str, left: str) -> None:
    """Wherever they stand, and however often."""
    assert left == without(header, frozenset(ours(HTTPS)))


@given(header=st.text(alphabet="a=; \t_Host-rdck", max_size=60) | st.text(max_size=40))
def test_nothing_of_ours_is_left_of_any_text(header: str) -> None:
    """Whatever a browser would never send."""
    names = frozenset({"__Host-hardtack", "a"})
    left = without(header, names)
    assert not names & {name for name, _ in cookie.pairs(left)}
    assert left == without(left, names)


def test_traefik_alone_is_told_what_to_leave_of_the_cookies(make_portal: MakePortal) -> None:
    """On the page and at once: it copies the field into the request that goes on, and deletes it where none comes."""
    portal = make_portal({})
    portal.member(NAME)
    browser = portal.browser(NAME)
    own = ("Cookie", f"basket=apples; {'; '.join(f'{name}={value}' for name, value in browser.cookies.items())}")
    browser.cookies.clear()
    for mode, left in (("mode=traefik", "basket=apples"), ("mode=redirect", None), ("", None)):
        answer = portal.ask(browser, "/x", own, query=mode)
        assert (204, left) == (answer.status, answer.get("Cookie"))
        quick = portal.quick(("Accept", "text/html"), own, *forwarding("/x"), query=mode)
        assert quick is not None
        assert left == {name: value.decode() for name, value in quick.fields}.get(b"cookie")
    ours_alone = (own[0], own[1].partition("; ")[2])
    assert portal.ask(browser, "/x", ours_alone, query="mode=traefik").get("Cookie") is None
    assert 302 == portal.ask(browser, "/x", query="mode=traefik").status
