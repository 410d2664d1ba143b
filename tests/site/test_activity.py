"""The owner's own list of what happened to their account."""

from __future__ import annotations

import json

import pytest

from hardtack.login import audit
from hardtack.login.activity import PAGE
from hardtack.site import event_words, texts
from tests.site.conftest import NAME, Browser, Page, World

ADDRESS = "/account/activity"


def fail(world: World, times: int = 1) -> None:
    """Let somebody try with a wrong password."""
    for _ in range(times):
        assert 401 == world.browser(client="198.51.100.9").sign_in(password="not the password").status
        world.clock.now += 60


def events(browser: Browser, address: str = ADDRESS) -> list[str]:
    """Return the words of the events that a script is told."""
    return [one["event"] for one in json.loads(browser.json("GET", address).body)["events"]]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_events_stand_there_in_words_with_time_address_and_factor(world: World, language: str) -> None:
    """In the visitor's language; who did it, where it was an administrator."""
    account = world.member()
    boss = world.member("boss", administrator=True)
    fail(world)
    browser = world.browser(language=language)
    browser.sign_in()
    world.accounts.administration.set_roles(account.id, ["editor"], False, boss.id, int(world.clock.now))
    words = browser.get(ADDRESS).body.decode()
    text = texts.OURS.text
    facts = [
        text(language, "event.sign_in"),
        text(language, "event.sign_in_refused"),
        text(language, "reason.wrong_password"),
        text(language, "event.account_added"),
        text(language, "event.roles_changed"),
        text(language, "event.by_administrator", name="boss"),
        text(language, "factor.password"),
        texts.OURS.moment(language, int(world.clock.now)),
        f'datetime="{texts.machine_time(int(world.clock.now))}"',
        "203.0.113.7",
        "198.51.100.9",
    ]

    assert [] == [fact for fact in facts if fact not in words]


@pytest.mark.asvs("6.3.5")
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_failures_since_the_sign_in_before_this_one_are_named_on_top(world: World, language: str) -> None:
    """So that they are not overlooked; once told, they are not told again (ASVS 6.3.5)."""
    world.member()
    browser = world.browser(language=language)
    text = texts.OURS.text
    fail(world)
    browser.sign_in()
    words = browser.get(ADDRESS).body.decode()
    assert text(language, "activity.failed_once") in words
    assert text(language, "activity.failed_ever") in words
    first = int(world.clock.now)
    world.clock.now += 60
    fail(world, 3)
    browser = world.browser(language=language)
    browser.sign_in()
    words = browser.get(ADDRESS).body.decode()
    assert text(language, "activity.failed", count=3) in words
    assert text(language, "activity.failed_since", moment=texts.OURS.moment(language, first)) in words
    world.clock.now += 60
    browser = world.browser(language=language)
    browser.sign_in()
    assert "failures" not in [one.get("id") for one in Page(browser.get(ADDRESS).body.decode()).all("h2")]


def test_a_script_gets_the_same_as_json(world: World) -> None:
    """Fixed words instead of prose."""
    world.member()
    fail(world)
    browser = world.browser()
    browser.sign_in()
    said = json.loads(browser.json("GET", ADDRESS).body)

    assert {"count": 1, "since": None} == said["failures"]
    assert None is said["older"]
    assert [audit.SIGNED_IN, audit.SIGN_IN_REFUSED, audit.ADDED] == [one["event"] for one in said["events"]]
    assert {
        "event": "sign-in-refused",
        "at": "2027-01-15T08:00:00Z",
        "account": NAME,
        "account_id": 1,
        "reason": "wrong-password",
        "factors": [],
        "client": "198.51.100.9",
        "device": said["events"][1]["device"],
        "actor": None,
        "actor_id": None,
        "by_operator": False,
    } == said["events"][1]


def test_older_events_are_on_the_next_page(world: World) -> None:
    """Each once, all the way to the beginning, however many there are."""
    account = world.member()
    browser = world.browser()
    browser.sign_in()
    for number in range(2 * PAGE):
        world.accounts.administration.enable(account.id, actor_id=0, now=int(world.clock.now) + number)
    seen: list[str] = []
    address: str | None = ADDRESS
    while address:
        said = json.loads(browser.json("GET", address).body)
        assert len(said["events"]) <= PAGE
        seen += [one["event"] for one in said["events"]]
        address = said["older"]
    assert [audit.ENABLED] * (2 * PAGE) + [audit.SIGNED_IN, audit.ADDED] == seen
    links = [link["href"] for link in Page(browser.get(ADDRESS).body.decode()).all("a")]
    assert 1 == len([link for link in links if (link or "").startswith(f"{ADDRESS}?before=")])


def test_attack_28_nobody_sees_what_happened_to_another(world: World) -> None:
    """Whatever the address names: whose events they are follows from the sign-in alone."""
    world.member("boss", administrator=True)
    world.member()
    browser = world.browser()
    browser.sign_in()
    for query in ("?account=1", "?id=1", "?account_id=1", "?name=boss"):
        said = json.loads(browser.json("GET", ADDRESS + query).body)
        assert {2} == {one["account_id"] for one in said["events"]}


def test_it_is_for_whoever_is_signed_in(world: World) -> None:
    """A person is led to the sign-in and back, a script gets 401; nothing of it is stored."""
    world.member()
    browser = world.browser()
    assert (303, f"/sign-in?next={ADDRESS}") == (browser.get(ADDRESS).status, browser.get(ADDRESS).get("location"))
    assert 401 == browser.json("GET", ADDRESS).status
    browser.sign_in()
    assert "no-store" == browser.get(ADDRESS).get("cache-control")


def test_an_event_of_a_later_version_is_shown_by_its_own_word(world: World) -> None:
    """A database that a newer version has written to can still be read."""
    account = world.member()
    services = world.accounts._services
    with services.database.write() as connection:
        services.trail.write(
            connection, "beamed-up", now=int(world.clock.now), account_id=account.id, actor_id=77, reason="scotty"
        )
    browser = world.browser()
    browser.sign_in()
    words = browser.get(ADDRESS).body.decode()
    assert all(
        word in words for word in ("beamed-up", "scotty", texts.OURS.text("en", "event.by_administrator", name="#77"))
    )


def test_what_one_did_to_oneself_names_no_actor(world: World) -> None:
    """Nobody else did it."""
    boss = world.member(administrator=True)
    world.member("second", administrator=True)
    world.accounts.administration.set_roles(boss.id, ["editor"], True, boss.id, int(world.clock.now))
    (entry,) = world.accounts.activity.all(event=audit.ROLES_CHANGED).entries
    assert "" == event_words.told(texts.OURS, "en", entry).by
