"""Who gets in: administrators alone, on every address and by every method, and nobody by another site's form."""

from __future__ import annotations

import json

import pytest

from hardtack.login import audit
from hardtack.session.csrf import SAFE_METHODS
from hardtack.site.routes import ROUTES
from tests.site.conftest import FORM, Browser, MakeWorld, World

ADMIN = sorted(path for path in ROUTES if path == "/admin" or path.startswith("/admin/"))
WAYS = [(path, method) for path in ADMIN for method in ROUTES[path].allow if method != "OPTIONS"]
UNSAFE = [(path, method) for path, method in WAYS if method not in SAFE_METHODS]
EVERYTHING = {
    "id": "1",
    "action": "disable",
    "administrator": "yes",
    "is_admin": "true",
    "role": "administrator",
    "roles": "administrator",
    "actor": "1",
    "actor_id": "1",
    "user": "boss",
    "account": "boss",
}


@pytest.fixture
def boss(world: World) -> Browser:
    """The administrator's browser; theirs is the account with the number 1."""
    world.member("boss", administrator=True)
    browser = world.browser()
    browser.sign_in("boss")
    return browser


def state(world: World) -> tuple[object, ...]:
    """Return everything that an administrator could change."""
    invited = world.accounts.administration.counts(0).invitations
    return (world.accounts.list(), len(trail(world)), invited)


def trail(world: World) -> list[str]:
    """Return the events that there were."""
    return [one.event.event for one in world.accounts.activity.all(limit=1000).entries]


def test_there_are_addresses_to_look_at() -> None:
    """The tests below are generated from the table of addresses."""
    assert {"/admin", "/admin/accounts", "/admin/account", "/admin/audit"} <= set(ADMIN)
    assert {("/admin", "POST"), ("/admin/account", "POST")} <= set(UNSAFE)


@pytest.mark.parametrize(("path", "method"), WAYS)
@pytest.mark.parametrize("sent", ["html", "json"])
def test_attack_28_whoever_is_no_administrator_gets_403_whatever_they_send(
    world: World, boss: Browser, path: str, method: str, sent: str
) -> None:
    """On every address and by every method; claiming to be one changes neither that nor anything else."""
    world.member("mallory")
    browser = world.browser()
    browser.sign_in("mallory")
    before = state(world)
    address = f"{path}?id=1&actor=1&administrator=yes&is_admin=true"
    if sent == "json":
        response = browser.json(method, address, EVERYTHING if method == "POST" else None)
    elif method == "POST":
        response = browser.post(address, EVERYTHING)
    else:
        response = browser.ask(method, address)
    assert 403 == response.status
    assert before == state(world)


@pytest.mark.parametrize(("path", "method"), WAYS)
def test_whoever_is_not_signed_in_is_asked_to(world: World, boss: Browser, path: str, method: str) -> None:
    """A person is led to the sign-in and back, a script gets 401."""
    before = state(world)
    browser = world.browser()
    led = browser.post(path, EVERYTHING) if method == "POST" else browser.ask(method, path)
    assert (303, True) == (led.status, (led.get("location") or "").startswith("/sign-in?next=/admin"))
    told = browser.json(method, path, EVERYTHING if method == "POST" else None)
    assert (401, True) == (told.status, "sign-in" in (told.get("www-authenticate") or ""))
    assert before == state(world)


@pytest.mark.asvs("8.3.2")
@pytest.mark.parametrize(("path", "method"), WAYS)
def test_a_mark_that_was_taken_away_is_gone_for_the_next_request(
    world: World, boss: Browser, path: str, method: str
) -> None:
    """No sign-in carries the right with it (ASVS 8.3.2)."""
    second = world.member("second", administrator=True)
    browser = world.browser()
    browser.sign_in("second")
    assert 200 == browser.get("/admin").status
    world.accounts.administration.set_roles(second.id, [], False, 1, int(world.clock.now))
    before = state(world)
    response = browser.post(path, EVERYTHING) if method == "POST" else browser.ask(method, path)
    assert 403 == response.status
    assert before == state(world)


@pytest.mark.asvs("7.5.3")
@pytest.mark.parametrize(("path", "method"), UNSAFE)
def test_who_signed_in_too_long_ago_changes_nothing_before_they_confirm(
    world: World, boss: Browser, path: str, method: str
) -> None:
    """A person is led to the page that asks for the password, a script is told so (ASVS 7.5.3)."""
    world.clock.now += world.settings.recent_sign_in + 1
    before = state(world)
    led = boss.post(path, EVERYTHING)
    assert (303, True) == (led.status, (led.get("location") or "").startswith("/account/confirm?next=/admin"))
    told = boss.json(method, path, EVERYTHING)
    assert (401, True) == (told.status, "insufficient_user_authentication" in (told.get("www-authenticate") or ""))
    assert before == state(world)


def test_the_way_to_the_confirmation_leads_back_to_the_account_that_was_meant(world: World, boss: Browser) -> None:
    """Not to a page that does not know which."""
    world.clock.now += world.settings.recent_sign_in + 1
    led = boss.post("/admin/account", EVERYTHING)
    assert "/account/confirm?next=/admin/account%3Fid%3D1" == led.get("location")
    assert 303 == boss.get("/admin/account?id=1").status
    assert 200 == boss.json("GET", "/admin/account?id=1").status
    assert 200 == boss.get("/admin/accounts").status


OTHERS: list[dict[str, str | None]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": None, "origin": "https://evil.example"},
    {"sec-fetch-site": None, "origin": "null"},
    {"sec-fetch-site": None, "origin": None},
]
"""What a browser says when another site sends the form, and what a lame one does not say."""


@pytest.mark.asvs("3.5.1")
@pytest.mark.parametrize(("path", "method"), UNSAFE)
@pytest.mark.parametrize("headers", OTHERS, ids=str)
def test_attack_22_a_form_that_another_site_sends_changes_nothing(
    make_world: MakeWorld, path: str, method: str, headers: dict[str, str | None]
) -> None:
    """Whatever it does, the administrator's own cookies do not help it."""
    world = make_world(origin="https://id.example.org")
    world.member("boss", administrator=True)
    victim = world.member("victim")
    boss = world.browser(host="id.example.org", scheme="https")
    assert 303 == boss.sign_in("boss").status
    before = state(world)
    form = f"id={victim.id}&action=disable&csrf_token=x".encode()
    assert 403 == boss.ask(method, path, body=form, headers={"content-type": FORM, **headers}).status
    assert before == state(world)


@pytest.mark.asvs("3.5.3")
@pytest.mark.parametrize("path", ADMIN)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_attack_22_nothing_changes_by_an_address(world: World, boss: Browser, path: str, method: str) -> None:
    """Whatever the query says: a link or a picture does nothing."""
    world.member("victim")
    before = state(world)
    for action in ("disable", "end-sign-ins", "end-everybody", "reset", "release", "invite", "withdraw", "roles"):
        query = f"?id=2&action={action}&roles=x&administrator=yes&email=a@example.org"
        assert boss.ask(method, path + query).status in (200, 404)
        boss.json(method, path + query)
    assert before == state(world)


def test_attack_28_who_acts_is_whoever_is_signed_in_and_nobody_whom_the_form_names(world: World, boss: Browser) -> None:
    """What is done stands in the trail under the name of the one who did it."""
    world.member("second", administrator=True)
    victim = world.member("victim")
    response = boss.json("POST", "/admin/account", {**EVERYTHING, "id": victim.id, "actor_id": 2, "actor": "second"})
    assert 200 == response.status
    (entry,) = world.accounts.activity.all(event=audit.DISABLED).entries
    assert (victim.id, 1) == (entry.event.account_id, entry.event.actor_id)


@pytest.mark.parametrize("address", ["/sign-up", "/account/confirm", "/sign-in"])
def test_attack_28_no_other_form_makes_an_administrator(world: World, boss: Browser, address: str) -> None:
    """A field that a page does not name means nothing on it."""
    world.member("mallory")
    browser = world.browser()
    browser.sign_in("mallory")
    sent = {**EVERYTHING, "username": "eve", "password": "a long walk 到海边", "email": "eve@example.org"}
    for value in (sent, {**sent, "administrator": True, "roles": ["administrator"]}):
        browser.json("POST", address, value)
        world.browser().post(address, {name: str(text) for name, text in value.items()})
    assert ["boss"] == [one.name for one in world.accounts.list() if one.administrator or one.roles]


def test_options_tell_nothing_but_the_methods(world: World) -> None:
    """The table is in the source for everybody to read."""
    for path in ADMIN:
        assert (204, ", ".join(ROUTES[path].allow)) == (
            world.browser().ask("OPTIONS", path).status,
            world.browser().ask("OPTIONS", path).get("allow"),
        )


@pytest.mark.asvs("14.3.2")
def test_nothing_of_it_is_kept_by_caches(world: World, boss: Browser) -> None:
    """Attack 34: not for the back button, and not for whoever comes after."""
    for path in ADMIN:
        response = boss.get(f"{path}?id=1")
        assert (200, "no-store") == (response.status, response.get("cache-control"))
        assert json.loads(boss.json("GET", f"{path}?id=1").body)
