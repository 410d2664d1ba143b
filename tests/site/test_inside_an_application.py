"""The pages inside an application: every address below the prefix, its start page, and its data at a sign-out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from hardtack.errors import MisuseError
from hardtack.message import Response
from hardtack.session import CookiePolicy, Sessions, policy
from hardtack.site import assets, texts
from hardtack.site.routes import ALONE, ROUTES
from tests.site.conftest import HOST, NAME, PASSWORD, Browser, MakeWorld, Page, World, set_cookies

PREFIX = "/auth"
HOME = "/shop?from=sign-in"


@pytest.fixture
def inside(make_world: MakeWorld) -> World:
    """Return a site below a prefix of an application with a start page of its own."""
    return make_world(prefix=PREFIX, home=HOME)


def addresses(response: Response) -> list[str]:
    """Return every address in a page and in the fields that lead somewhere."""
    page = Page(response.body.decode()) if response.body else Page("")
    found = [attributes.get(name) for _, attributes in page.elements for name in ("href", "src", "action")]
    led = [response.get("location"), *re.findall(r'sign-in="([^"]*)"', response.get("www-authenticate") or "")]
    return [address for address in (*found, *led) if address]


def everything(world: World, language: str) -> Iterator[tuple[str, Response]]:
    """Yield every page and every redirect there is, with a name for it, in the states in which a person meets it."""
    code = world.accounts.make_welcome_code(int(world.clock.now))
    browser = world.browser(language=language)
    welcome = f"{PREFIX}/welcome?code={code}"
    yield "welcome", browser.get(welcome)
    yield "welcome, wrong", browser.submit(welcome, username=NAME, password="x")
    yield "welcome, used", browser.submit(welcome, username=NAME, password=PASSWORD)
    yield "welcome, gone", browser.get(welcome)
    for path in ("/account", "/account/confirm", "/sign-in", "/sign-up", "/sign-out", "/none", "/", "", "/account/"):
        yield f"{path}, signed in", browser.get(PREFIX + path)
    yield "language", browser.get(f"{PREFIX}/language?to={language}")
    yield "confirm, wrong", browser.submit(f"{PREFIX}/account/confirm", password="x")
    yield "confirm", browser.submit(f"{PREFIX}/account/confirm", password=PASSWORD)
    yield "cross-site", browser.post(f"{PREFIX}/sign-out", b"", sec_fetch_site="cross-site")
    yield "sign-out", browser.submit(f"{PREFIX}/account", action=f"{PREFIX}/sign-out")
    for path in ("/account", "/account/confirm", "/sign-in", "/sign-up", "/sign-in/"):
        yield f"{path}, signed out", browser.get(PREFIX + path)
    yield "sign-up, wrong", browser.submit(f"{PREFIX}/sign-up", username=NAME, password="x")
    yield "sign-up", browser.submit(f"{PREFIX}/sign-up", username="berta", password=PASSWORD)
    yield "sign-in, wrong", world.browser(language=language).sign_in(password="x", address=f"{PREFIX}/sign-in")
    yield "sign-in", world.browser(language=language).sign_in(address=f"{PREFIX}/sign-in")
    yield "script", browser.json("GET", f"{PREFIX}/welcome")
    yield "script, signed out", world.browser().json("GET", f"{PREFIX}/account")
    yield "bad cookie", world.browser(cookies={"hardtack-8000": "x"}).get(f"{PREFIX}/sign-in")
    yield "foreign host", world.browser(host="evil.example").get(f"{PREFIX}/sign-in")


class TestPrefix:
    """Nothing leads out of the prefix but the way to the start page."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_every_address_on_every_page_is_below_the_prefix_or_the_start_page(
        self, inside: World, language: str
    ) -> None:
        """Links, forms, assets, redirects, the language switch and its way back, challenges, error pages."""
        seen = dict(everything(inside, language))
        answered = {name: response.status for name, response in seen.items()}
        assert {200, 303, 308, 401, 403, 404, 405, 410, 421, 422} <= set(answered.values()), answered
        for name, response in seen.items():
            for address in addresses(response):
                path = address.partition("?")[0]
                assert path.startswith(f"{PREFIX}/") or address in (HOME, "#main") or address[0] == "#", (name, address)
                if "next=" in address:
                    assert f"next={PREFIX}" in address or f"next={quote(HOME)}" in address, (name, address)

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_every_page_leads_to_the_start_page_by_its_brand(self, inside: World, language: str) -> None:
        """And so do the error pages by their button."""
        for name, response in everything(inside, language):
            if (response.get("content-type") or "").startswith("text/html"):
                page = Page(response.body.decode())
                assert [HOME] == [link["href"] for link in page.all("a") if link.get("class") == "brand"], name
                buttons = [link["href"] for link in page.all("a") if link.get("class") == "button second"]
                if response.status in (403, 404, 405, 410):
                    assert [HOME] == buttons, name

    def test_the_assets_are_below_it(self, inside: World) -> None:
        """The style sheet and the mark that the pages name are there."""
        browser = inside.browser()
        links = [link["href"] or "" for link in Page(browser.get(f"{PREFIX}/sign-in").body.decode()).all("link")]

        assert [PREFIX + assets.OURS.mark.path, PREFIX + assets.OURS.css.path] == links
        assert [200, 200] == [browser.get(link).status for link in links]

    def test_the_language_is_switched_and_the_visitor_comes_back(self, inside: World) -> None:
        """To the page with its query; without a page, to the start."""
        browser = inside.browser()
        page = Page(browser.get(f"{PREFIX}/sign-in?next=/shop/cart").body.decode())
        (switch,) = [link["href"] or "" for link in page.all("a") if link.get("hreflang")]
        back = browser.get(switch)

        assert (303, f"{PREFIX}/sign-in?next=/shop/cart") == (back.status, back.get("location"))
        assert "zh-Hans" == browser.get(back.get("location") or "").get("content-language")
        assert HOME == browser.get(f"{PREFIX}/language?to=en").get("location")

    def test_whoever_came_from_the_application_goes_back_into_it(self, inside: World) -> None:
        """From the sign-in, the sign-up and the confirmation."""
        inside.member()
        browser = inside.browser()
        assert "/shop/cart?a=1" == browser.submit(
            f"{PREFIX}/sign-in?next=/shop/cart%3Fa=1", username=NAME, password=PASSWORD
        ).get("location")
        assert "/shop/pay" == browser.submit(f"{PREFIX}/account/confirm?next=/shop/pay", password=PASSWORD).get(
            "location"
        )
        assert "/shop/new" == inside.browser().submit(
            f"{PREFIX}/sign-up?next=/shop/new", username="berta", password=PASSWORD
        ).get("location")

    def test_whoever_named_no_way_on_goes_to_the_start_page(self, inside: World) -> None:
        """It is the application that they have signed in for."""
        inside.member()

        assert HOME == inside.browser().sign_in(address=f"{PREFIX}/sign-in").get("location")


class TestHome:
    """The application's own start page."""

    @pytest.mark.parametrize("path", [PREFIX, f"{PREFIX}/"])
    def test_the_sites_own_is_not_served(self, inside: World, path: str) -> None:
        """What is at the prefix itself belongs to the application."""
        assert not inside.site.has(path)
        assert 404 == inside.browser().get(path).status
        assert all(inside.site.has(PREFIX + own) for own in (*ROUTES, *assets.OURS.paths) if own not in ALONE)

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_a_sign_out_leads_there(self, inside: World, language: str) -> None:
        """303."""
        inside.member()
        browser = inside.browser(language=language)
        browser.sign_in(address=f"{PREFIX}/sign-in")
        response = browser.submit(f"{PREFIX}/account", action=f"{PREFIX}/sign-out")

        assert (303, HOME) == (response.status, response.get("location"))

    @pytest.mark.parametrize(
        "home", ["", "shop", "//evil.example", "https://shop.example/", "/a\r\nb", "/a b", "/\\evil", "/店", "/a/../b"]
    )
    def test_what_is_no_path_of_the_same_origin_is_a_mistake(self, make_world: MakeWorld, home: str) -> None:
        """Said at start; a form may not be answered with a way to another origin (form-action 'self')."""
        with pytest.raises(MisuseError, match="home"):
            make_world(prefix=PREFIX, home=home)

    def test_without_one_the_sites_own_start_page_is_below_the_prefix(self, make_world: MakeWorld) -> None:
        """As ``hardtack serve`` has it."""
        world = make_world(prefix=PREFIX)

        assert 200 == world.browser().get(PREFIX).status
        assert f"{PREFIX}/" in addresses(world.browser().get(f"{PREFIX}/none"))


class TestPolicy:
    """What the layers around must know."""

    def test_in_development_the_site_answers_this_machine_only(self, inside: World) -> None:
        """And says so to whoever answers for the application."""
        assert inside.site.policy.development
        assert inside.site.policy.hosts is None

    def test_in_public_it_answers_its_own_host(self, make_world: MakeWorld) -> None:
        """With the limit of a request's content."""
        found = make_world(origin="https://shop.example.org:8443", max_body=2048).site.policy

        assert (False, frozenset({"shop.example.org:8443"}), 2048) == (found.development, found.hosts, found.max_body)


class TestForgetting:
    """The application's own data goes with the sign-out."""

    @staticmethod
    def around(world: World, application: str) -> Sessions:
        """Return the sessions of an application around the site."""
        return Sessions(
            world.keyring,
            origin=world.settings.origin,
            application=application,
            realm=world.settings.realm,
            revocations=world.accounts.revocations,
        )

    @staticmethod
    def shopping(world: World, browser: Browser, sessions: Sessions) -> str:
        """Put something into the application's session; return the name of its cookie."""
        now = int(world.clock.now)
        session = sessions.open("; ".join(f"{name}={value}" for name, value in browser.cookies.items()), now, HOST)
        session["basket"] = [1]
        (value,) = sessions.save(session, now)
        name = value.partition("=")[0]
        browser.cookies[name] = value.partition("=")[2].partition(";")[0]
        return name

    @pytest.mark.parametrize("speaks", ["form", "json"])
    def test_the_data_cookie_is_deleted_by_the_name_that_the_port_gives_it(
        self, make_world: MakeWorld, speaks: str
    ) -> None:
        """Development mode: the name depends on the Host, as everywhere."""
        world = make_world(prefix=PREFIX, home="/", forgets=[policy.decide(None, application="shop")])
        world.member()
        browser = world.browser()
        browser.sign_in(address=f"{PREFIX}/sign-in")
        name = self.shopping(world, browser, self.around(world, "shop"))
        assert "hardtack-session-shop-8000" == name
        if speaks == "json":
            response = browser.json("POST", f"{PREFIX}/sign-out")
        else:
            response = browser.submit(f"{PREFIX}/account", action=f"{PREFIX}/sign-out")

        assert 1 == len([value for value in set_cookies(response) if value.startswith(f"{name}=;")])
        assert {browser.known} == set(browser.cookies)

    def test_over_https_it_goes_by_its_host_bound_name(self, make_world: MakeWorld) -> None:
        """With the attributes it was set with, or the browser would keep it."""
        origin = "https://shop.example.org"
        names = [policy.decide(origin, application=name) for name in ("shop", "forum")]
        world = make_world(prefix=PREFIX, home="/", origin=origin, forgets=names)
        world.member()
        browser = world.browser(host="shop.example.org", scheme="https")
        browser.sign_in(address=f"{PREFIX}/sign-in")
        self.shopping(world, browser, self.around(world, "shop"))
        response = browser.submit(f"{PREFIX}/account", action=f"{PREFIX}/sign-out")
        gone = [value for value in set_cookies(response) if "session-" in value.partition("=")[0]]

        assert ["__Host-session-shop", "__Host-session-forum", "__Host-session-site"] == [
            value.partition("=")[0] for value in gone
        ]
        assert all({"Path=/", "Secure", "HttpOnly"} <= set(value.split("; ")) for value in gone)
        assert {browser.known} == set(browser.cookies)

    def test_the_sites_own_is_named_once(self, make_world: MakeWorld) -> None:
        """Also where the application shares its name: two fields of one name would contradict each other."""
        names = [policy.decide(None, application=name) for name in ("site", "shop")]
        world = make_world(prefix=PREFIX, home="/", forgets=names)
        world.member()
        browser = world.browser()
        browser.sign_in(address=f"{PREFIX}/sign-in")
        deleted = [
            value.partition("=")[0]
            for value in set_cookies(browser.submit(f"{PREFIX}/account", action=f"{PREFIX}/sign-out"))
        ]

        assert len(deleted) == len(set(deleted))
        assert {"hardtack-session-site-8000", "hardtack-session-shop-8000"} <= set(deleted)

    def test_nothing_else_deletes_it(self, make_world: MakeWorld) -> None:
        """Neither a look at the pages nor a wrong password nor a confirmation."""
        names: list[CookiePolicy] = [policy.decide(None, application="shop")]
        world = make_world(prefix=PREFIX, home="/", forgets=names)
        world.member()
        browser = world.browser()
        browser.sign_in(address=f"{PREFIX}/sign-in")
        name = self.shopping(world, browser, self.around(world, "shop"))
        browser.get(f"{PREFIX}/account")
        browser.submit(f"{PREFIX}/account/confirm", password="x")
        browser.submit(f"{PREFIX}/account/confirm", password=PASSWORD)

        assert name in browser.cookies
