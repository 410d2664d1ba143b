"""The account page: for its owner alone."""

from __future__ import annotations

import json

import pytest

from hardtack.site import texts
from hardtack.site.routes import ROUTES
from tests.site.conftest import NAME, Page, World


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_it_shows_the_name_since_when_and_this_sign_in(world: World, language: str) -> None:
    """In the visitor's language, times in UTC."""
    world.member(administrator=True)
    world.clock.now += 86400
    browser = world.browser(language=language)
    browser.sign_in()
    page = browser.get("/account").body.decode()
    facts = [
        NAME,
        texts.OURS.text(language, "account.administrator"),
        texts.OURS.moment(language, int(world.clock.now) - 86400),
        texts.OURS.moment(language, int(world.clock.now)),
        texts.OURS.text(language, "factor.password"),
        texts.OURS.text(language, "account.idle_value", span=texts.OURS.span(language, 86400)),
        texts.OURS.moment(language, int(world.clock.now) + 604800),
    ]

    assert [] == [fact for fact in facts if fact not in page]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_menu_leads_to_every_page_below_it(world: World, language: str) -> None:
    """In the visitor's language; the page that is shown is marked, and administration is for administrators."""
    world.member()
    world.member("chief", administrator=True)
    menus = []
    for name in (NAME, "chief"):
        browser = world.browser(language=language)
        browser.sign_in(name)
        page = Page(browser.get("/account").body.decode())
        menus.append([link["href"] for link in page.all("a")])
        assert ["/account", "/account"] == [link["href"] for link in page.all("a") if link.get("aria-current")]
        assert {"site.menu", "account.menu"} == {
            known
            for known in ("site.menu", "account.menu")
            for nav in page.all("nav")
            if nav["aria-label"] == texts.OURS.text(language, known)
        }

    assert [] == [link for link in menus[1] if (link or "").startswith(("/account", "/admin")) and link not in ROUTES]
    below = ("password", "email", "two-factor", "passkeys", "sessions", "activity", "tokens", "export", "close")
    assert [f"/account/{page}" for page in below] == [link for link in menus[0] if "/account/" in (link or "")]
    assert ["/admin"] == sorted(set(map(str, menus[1])) - set(map(str, menus[0])))


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_address_and_roles_are_shown_if_there_are_any(world: World, language: str) -> None:
    """As the owner typed it; an account without says so."""
    account = world.member()
    browser = world.browser(language=language)
    browser.sign_in()
    without = browser.get("/account").body.decode()
    with world.accounts._database.write() as connection:
        rows = world.accounts._services.rows
        rows.set_address(connection, account.id, email="Anna@example.org", canonical="anna@example.org")
        rows.set_roles(connection, account.id, roles=["editor", "author"], administrator=False)
    page = browser.get("/account").body.decode()

    assert texts.OURS.text(language, "account.no_email") in without
    assert texts.OURS.text(language, "account.roles") not in without
    roles = texts.OURS.text(language, "sessions.and").join(("author", "editor"))
    assert [] == [fact for fact in ("Anna@example.org", roles) if fact not in page]


@pytest.mark.asvs("6.3.5")
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_failed_attempts_since_the_sign_in_before_are_told(world: World, language: str) -> None:
    """Attack 13's other half (ASVS 6.3.5): the owner learns that somebody tried; the next time they are old news."""
    world.member()
    world.browser().sign_in()
    for second in range(1, 4):
        world.clock.now += second
        world.browser().sign_in(password="wrong")
    seen = []
    for _ in range(2):
        world.clock.now += 60
        browser = world.browser(language=language)
        browser.sign_in()
        seen.append(browser.get("/account").body.decode())

    said = texts.OURS.text(language, "account.failed_title", count=3)
    assert [True, False] == [said in page for page in seen]
    assert 0 == json.loads(browser.json("GET", "/account").body)["failed_attempts"]


def test_a_script_gets_the_same_as_json(world: World) -> None:
    """With a token, for scripts that send neither Origin nor Fetch Metadata."""
    world.member()
    browser = world.browser()
    browser.sign_in()
    answer = json.loads(browser.json("GET", "/account").body)

    assert NAME == answer["account"]["name"]
    assert {
        "authenticated_at": "2027-01-15T08:00:00Z",
        "idle_deadline": "2027-01-16T08:00:00Z",
        "deadline": "2027-01-22T08:00:00Z",
        "factors": ["password"],
    } == answer["session"]
    browser.fetch_metadata = False
    assert 403 == browser.json("POST", "/sign-out").status
    assert 200 == browser.json("POST", "/sign-out", x_csrf_token=answer["csrf_token"]).status


def test_a_person_who_is_not_signed_in_is_led_to_the_form_and_back(world: World) -> None:
    """303 to the sign-in page, which knows where to go on to."""
    world.member()
    browser = world.browser()
    led = browser.get("/account")
    back = browser.sign_in(address=led.get("location") or "")

    assert (303, "/sign-in?next=/account") == (led.status, led.get("location"))
    assert (303, "/account") == (back.status, back.get("location"))


def test_the_query_survives_the_way_to_the_form_and_back(world: World) -> None:
    """Whoever followed a link arrives where it led."""
    world.member()
    browser = world.browser()
    led = browser.get("/account?tab=a%26b&x=%E8%88%B9")

    assert "/account?tab=a%26b&x=%E8%88%B9" == browser.sign_in(address=led.get("location") or "").get("location")


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "application/json", "sec-fetch-mode": "cors"},
        {"accept": "*/*", "sec-fetch-mode": None, "sec-fetch-site": None},
        {"accept": None, "sec-fetch-mode": None, "sec-fetch-site": None},
        {"accept": "text/html", "sec-fetch-mode": "cors"},
        {"accept": "text/html", "sec-fetch-mode": "no-cors"},
    ],
)
def test_a_script_that_is_not_signed_in_gets_401_with_the_challenge(
    world: World, headers: dict[str, str | None]
) -> None:
    """A redirect would only hand it a page that it did not ask for."""
    response = world.browser().ask("GET", "/account", headers=headers)

    assert 401 == response.status
    assert 'Session realm="hardtack", sign-in="/sign-in"' == response.get("www-authenticate")


def test_without_fetch_metadata_naming_html_means_a_person(world: World) -> None:
    """Old browsers say only what they accept."""
    assert 303 == world.browser(fetch_metadata=False).get("/account").status


def test_an_account_that_is_gone_is_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The identity is good, but there is no account behind it any more."""
    world.member()
    browser = world.browser()
    browser.sign_in()
    monkeypatch.setattr(world.accounts, "get", lambda _number: None)

    assert 303 == browser.get("/account").status
    assert 401 == browser.json("GET", "/account").status


@pytest.mark.asvs("7.4.1", "14.3.2")
def test_attack_34_nothing_of_it_is_kept_for_the_back_button(world: World) -> None:
    """Not stored, and 401 for whoever asks again after signing out (ASVS 14.3.2)."""
    world.member()
    browser = world.browser()
    browser.sign_in()
    response = browser.get("/account")
    browser.submit("/account", action="/sign-out")

    assert ("no-store", "Cookie, Accept, Accept-Language") == (response.get("cache-control"), response.get("vary"))
    assert 401 == browser.json("GET", "/account").status


@pytest.mark.asvs("7.4.4")
def test_the_sign_out_button_is_on_every_page_for_the_signed_in(world: World) -> None:
    """ASVS 7.4.4; errors are pages too."""
    world.member()
    browser = world.browser()
    browser.sign_in()

    for address in ("/", "/account", "/sign-in", "/sign-up", "/no-such-page"):
        assert "/sign-out" in Page(browser.get(address).body.decode()).actions, address


def test_an_unknown_factor_is_shown_by_its_name(world: World) -> None:
    """A newer version may have signed this person in."""
    member = world.member()
    browser = world.browser()
    session = world.sessions.open("", int(world.clock.now), browser.host)
    session.sign_in(account=member.id, epoch=member.epoch, factors=("password", "rune"), now=int(world.clock.now))
    (cookie,) = world.sessions.save(session, int(world.clock.now))
    browser.cookies[browser.identity] = cookie.partition(";")[0].partition("=")[2]

    assert "rune" in browser.get("/account").body.decode()


@pytest.mark.parametrize("length", [10, 600, 2000, 7000])
def test_however_long_its_address_was_the_way_to_sign_in_has_room_in_a_proxys_buffer(world: World, length: int) -> None:
    """The head of an answer has 4 KB in nginx, which shows 502 past that; the query goes before it happens."""
    answer = world.browser().get("/account?q=" + "%7C" * (length // 3))
    head = sum(len(name) + len(value) + 4 for name, value in answer.headers)
    assert (303, True) == (answer.status, head < 4096 - 500)
    assert ("%3Fq%3D" in (answer.get("Location") or "")) == (length < 1000)
