"""Which language a visitor is answered in, and how they change it."""

from __future__ import annotations

import pytest

from hardtack.site import texts
from tests.site.conftest import MakeWorld, Page, World, set_cookies

SWITCHED = {"en": "zh", "zh": "en"}


def language_of(page: str) -> str:
    """Return what the page says that it is written in."""
    (html,) = Page(page).all("html")
    return html["lang"] or ""


def switch_of(page: str) -> str:
    """Return the address of the language switch."""
    (link,) = [link for link in Page(page).all("a") if "/language" in (link["href"] or "")]
    return link["href"] or ""


@pytest.mark.parametrize(
    ("asked", "tag"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.5", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("en-GB", "en"),
        ("fr,de;q=0.5", "en"),
        ("fr, zh;q=0.1", "zh-Hans"),
        ("en;q=0.2, zh;q=0.8", "zh-Hans"),
        (None, "en"),
        ("\x00;;q=", "en"),
    ],
)
def test_the_browser_decides_at_first(world: World, asked: str | None, tag: str) -> None:
    """By Accept-Language (RFC 9110 §12.5.4), and the answer says so."""
    response = world.browser().get("/sign-in", accept_language=asked)

    assert (tag, tag) == (language_of(response.body.decode()), response.get("content-language"))


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("address", ["/", "/sign-in?next=/account%3Fa=b", "/sign-up", "/no-such-page?x=%E8%88%B9"])
def test_the_switch_changes_the_language_and_comes_back(world: World, language: str, address: str) -> None:
    """And it is kept."""
    browser = world.browser(language=language)
    gone = browser.get(switch_of(browser.get(address).body.decode()))
    page = browser.get(gone.get("location") or "").body.decode()

    assert (303, address) == (gone.status, gone.get("location"))
    assert texts.TAGS[SWITCHED[language]] == language_of(page)
    assert texts.TAGS[SWITCHED[language]] == language_of(browser.get("/").body.decode())


def test_the_cookie_says_nothing_but_the_language_and_lives_a_year(world: World) -> None:
    """Readable on purpose; it is no secret and grants nothing."""
    (cookie,) = set_cookies(world.browser().get("/language?to=zh"))

    pair, *attributes = cookie.split("; ")
    assert "hardtack-language=zh" == pair
    assert {"Max-Age=31536000", "Path=/", "HttpOnly", "SameSite=Lax"} == set(attributes)


@pytest.mark.asvs("3.3.1", "3.3.3")
def test_over_https_no_other_host_can_set_it(make_world: MakeWorld) -> None:
    """ASVS 3.3.1."""
    browser = make_world(origin="https://id.example.org").browser(host="id.example.org", scheme="https")
    (cookie,) = set_cookies(browser.get("/language?to=zh"))

    assert cookie.startswith("__Host-hardtack-language=zh; ")
    assert "Secure" in cookie.split("; ")
    assert "zh-Hans" == language_of(browser.get("/").body.decode())


@pytest.mark.parametrize("query", ["", "to=fr", "to=", "to=zh&to=en", "to=<script>", "to=%ff"])
def test_what_is_no_language_of_ours_sets_nothing(world: World, query: str) -> None:
    """The visitor is sent on all the same."""
    response = world.browser().get(f"/language?{query}")

    assert (303, "/", []) == (response.status, response.get("location"), set_cookies(response))


@pytest.mark.asvs("3.5.3")
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_on_another_site_changes_nothing(world: World, site: str) -> None:
    """Changing something by GET is for our own pages only (ASVS 3.5.3)."""
    assert [] == set_cookies(world.browser().get("/language?to=zh", sec_fetch_site=site))


@pytest.mark.asvs("3.5.3", "3.7.5")
@pytest.mark.parametrize("site", ["same-origin", "none", None])
def test_our_own_link_an_address_typed_in_and_an_old_browser_do(world: World, site: str | None) -> None:
    """None of them is another site."""
    assert 1 == len(set_cookies(world.browser().get("/language?to=zh", sec_fetch_site=site)))


@pytest.mark.asvs("3.7.2")
def test_attack_1_it_is_no_open_redirect(world: World) -> None:
    """The whole corpus is in the tests of ``next_url``."""
    for asked in ("https://evil.example", "//evil.example", "/%5Cevil.example", "javascript:alert(1)"):
        assert "/" == world.browser().get(f"/language?to=zh&next={asked}").get("location")


@pytest.mark.parametrize("value", ["fr", "", "ZH", "zh; hardtack-language=en", "en; hardtack-language=zh"])
def test_a_strange_cookie_leaves_it_to_the_browser(world: World, value: str) -> None:
    """Two of them as well."""
    assert "zh-Hans" == language_of(
        world.browser(language="zh", cookies={"hardtack-language": value}).get("/").body.decode()
    )
