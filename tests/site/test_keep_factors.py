"""``/keep-factors``: the owner calls off the reset of their second factor; and what an administrator sees of one."""

from __future__ import annotations

import json

import pytest

from hardtack.login.factor_reset import WAIT
from hardtack.login.links import Kind
from tests.login.test_factor_reset import give_passkey
from tests.login.test_factor_reset import link as code_of
from tests.site.conftest import Browser, Page, World

EMAIL = "owner@example.org"


@pytest.fixture
def owner(world: World) -> int:
    """Somebody who is signed in somewhere, and has a passkey."""
    account = world.member("owner")
    with world.accounts._database.write() as connection:
        world.accounts._services.rows.set_address(connection, account.id, email=EMAIL, canonical=EMAIL)
    return account.id


@pytest.fixture
def browser(world: World, owner: int) -> Browser:
    """Where the owner has signed in before the passkey."""
    browser = world.browser()
    assert 303 == browser.sign_in("owner").status
    give_passkey(world.accounts, owner)
    return browser


@pytest.fixture
def begun(world: World, owner: int, browser: Browser) -> str:
    """A reset that is under way; return the address of the link in the mail."""
    now = int(world.clock.now)
    world.accounts.factor_reset.ask(owner, actor_id=0, now=now)
    account = world.accounts.get(owner)
    assert account is not None
    with world.accounts._database.read() as connection:
        found = world.accounts._services.rows.by_id(connection, owner)
    return "/keep-factors?code=" + world.accounts._services.links.make(Kind.KEEP_FACTORS, now=now, account=found)


def heading(response_body: bytes) -> str:
    """Return the heading of a page."""
    return Page(response_body.decode()).words["h1"]


def test_the_link_asks_first_and_then_calls_off(world: World, owner: int, begun: str) -> None:
    """In any browser, since nothing changes by it; looking consumes nothing."""
    stranger = world.browser()
    for _ in range(2):
        assert "Keep your second factor" == heading(stranger.get(begun).body)
        assert 200 == stranger.ask("HEAD", begun).status
    form = Page(stranger.get(begun).body.decode()).form("/keep-factors")
    response = stranger.post("/keep-factors", form)
    assert (200, "Your second factor stays") == (response.status, heading(response.body))
    assert world.accounts.factor_reset.pending(owner, int(world.clock.now)) is None
    assert 403 == stranger.get(begun).status
    assert 403 == stranger.post("/keep-factors", form).status


def test_without_a_code_it_is_for_whoever_is_signed_in(world: World, owner: int, begun: str, browser: Browser) -> None:
    """The account page shows it; somebody else's is never called off."""
    page = browser.get("/account").body.decode()
    assert "Your second factor is about to be reset" in page
    other = world.browser()
    world.member("other")
    other.sign_in("other")
    assert "Nothing to call off" == heading(other.get("/keep-factors").body)
    assert json.loads(other.json("GET", "/keep-factors").body)["code"] is None
    assert world.accounts.factor_reset.pending(owner, int(world.clock.now)) is not None
    assert "Your second factor stays" == heading(browser.submit("/keep-factors").body)
    assert world.accounts.factor_reset.pending(owner, int(world.clock.now)) is None
    assert 303 == world.browser().get("/keep-factors").status


def test_a_script_reads_and_does_the_same(world: World, owner: int, begun: str, browser: Browser) -> None:
    """As JSON."""
    told = json.loads(browser.json("GET", "/keep-factors").body)["reset"]
    assert {"asked", "due"} == set(told)
    assert told["due"] == json.loads(browser.json("GET", "/account").body)["factor_reset_due"]
    code = json.loads(browser.json("GET", "/keep-factors").body)["code"]
    assert {"called_off": True} == json.loads(browser.json("POST", "/keep-factors", {"code": code}).body)
    assert 422 == browser.json("POST", "/keep-factors", {}).status
    assert json.loads(browser.json("GET", "/keep-factors").body)["reset"] is None
    assert 401 == world.browser().json("GET", "/keep-factors").status
    assert 403 == world.browser().json("GET", "/keep-factors?code=no").status


@pytest.mark.asvs("6.4.3")
def test_attack_19_a_reset_does_not_skip_the_second_factor_before_its_time(
    world: World, owner: int, begun: str
) -> None:
    """The thief has the password, and has talked an administrator round."""
    thief = world.browser()
    assert "/sign-in/second-factor" == thief.sign_in("owner").get("Location")
    assert 303 == thief.get("/account").status
    world.clock.now += WAIT - 1
    assert "/sign-in/second-factor" == thief.sign_in("owner").get("Location")
    assert 303 == thief.get("/account").status


@pytest.mark.asvs("6.4.4")
def test_attack_19_after_a_reset_another_factor_is_enrolled_before_anybody_is_signed_in(
    world: World, owner: int, begun: str, browser: Browser
) -> None:
    """And every session from before has ended."""
    world.clock.now += WAIT
    comes_back = world.browser()
    assert "/sign-in/enrol" == comes_back.sign_in("owner").get("Location")
    assert 303 == comes_back.get("/account").status
    assert 401 == browser.json("GET", "/account").status


@pytest.mark.asvs("6.5.6")
def test_an_administrator_begins_one_and_calls_it_off(world: World, owner: int, browser: Browser) -> None:
    """The page says when it takes effect; nobody's factor is shown to them."""
    world.member("boss", administrator=True)
    boss = world.browser()
    boss.sign_in("boss")
    address = f"/admin/account?id={owner}"
    page = boss.get(address).body.decode()
    assert "Passkeys: 1" in page
    done = boss.json("POST", "/admin/account", {"action": "reset-factors", "id": owner})
    assert "reset-factors" == json.loads(done.body)["done"]
    told = json.loads(boss.json("GET", address).body)["second_factors"]
    assert (1, False) == (told["passkeys"], told["reset_due"] is None)
    assert "A reset is under way" in boss.get(address).body.decode()
    boss.json("POST", "/admin/account", {"action": "keep-factors", "id": owner})
    assert json.loads(boss.json("GET", address).body)["second_factors"]["reset_due"] is None
    assert 409 == boss.json("POST", "/admin/account", {"action": "reset-factors", "id": 1 if owner != 1 else 2}).status


def test_the_code_of_another_kind_of_link_is_none(world: World, owner: int, begun: str) -> None:
    """Attack 27."""
    account = world.accounts.get(owner)
    assert account is not None
    assert code_of(world.accounts, account, Kind.RESET)
    stranger = world.browser()
    assert 403 == stranger.get("/keep-factors?code=" + code_of(world.accounts, account, Kind.RESET)).status
