"""The page of sign-ins: what it shows, what it ends, and for whom."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hardtack.login.audit import SIGNED_IN
from hardtack.message import Response
from hardtack.session import Identity
from hardtack.site import demands, texts
from hardtack.store import Database, StoreUnavailable
from hardtack.store import audit as trail
from hardtack.store import sign_ins as rows
from tests.site.conftest import HOST, NAME, PASSWORD, Browser, Page, World, set_cookies

ADDRESS = "/account/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Safari/605.1.15"
)


def words(response: Response) -> str:
    """Return the page as text."""
    return response.body.decode()


def identity(world: World, browser: Browser) -> Identity | None:
    """Return who the browser's cookies name."""
    header = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return world.sessions.identify(header, int(world.clock.now), HOST)[0]


def enter(world: World, agent: str = FIREFOX, name: str = NAME, **options: Any) -> Browser:
    """Return a browser in which somebody has just signed in."""
    browser = world.browser(**options)
    response = browser.json("POST", "/sign-in", {"username": name, "password": PASSWORD}, user_agent=agent)
    assert 200 == response.status
    return browser


def listed(browser: Browser) -> list[dict[str, Any]]:
    """Return the list as a script gets it."""
    found: list[dict[str, Any]] = json.loads(browser.json("GET", ADDRESS).body)["sign_ins"]
    return found


def own_id(browser: Browser) -> str:
    """Return the id of the browser's own sign-in."""
    return str(next(each["id"] for each in listed(browser) if each["present"]))


def forms(response: Response) -> list[dict[str, str]]:
    """Return the fields of every form that ends something."""
    page = Page(words(response))
    return [fields for action, fields in zip(page.actions, page.forms, strict=True) if action == ADDRESS]


@pytest.fixture
def here(world: World) -> Browser:
    """Return the browser of somebody who has just signed in."""
    world.member()
    return enter(world)


class TestList:
    """What is shown."""

    @pytest.mark.asvs("7.5.2")
    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_it_shows_this_one_first_and_the_others_with_device_address_and_times(
        self, world: World, language: str
    ) -> None:
        """In the visitor's language."""
        world.member()
        here = enter(world, language=language)
        world.clock.now += 60
        enter(world, SAFARI, client="198.51.100.9")
        enter(world, "strange")
        page = words(here.get(ADDRESS))
        said = texts.OURS
        safari = {"en": "Safari on macOS", "zh": "macOS 上的 Safari"}[language]
        firefox = {"en": "Firefox on Linux", "zh": "Linux 上的 Firefox"}[language]
        assert page.index(firefox) < page.index(safari)
        assert page.index(said.text(language, "sessions.present")) < page.index(safari)
        assert "strange" not in page
        began = said.moment(language, int(world.clock.now) - 60)
        password = said.text(language, "factor.password")
        facts = [
            said.text(language, "sessions.unknown_device"),
            "198.51.100.9",
            said.text(language, "sessions.last_used", at=said.text(language, "sessions.just_now")),
            said.text(language, "sessions.began_with", at=began, factors=password),
        ]
        assert [] == [fact for fact in facts if fact not in page]
        assert 3 == len(forms(here.get(ADDRESS)))
        assert "no-store" == here.get(ADDRESS).get("cache-control")

    def test_whoever_is_signed_in_only_here_is_told_so(self, here: Browser) -> None:
        """And can end what is not shown, all the same."""
        response = here.get(ADDRESS)
        assert texts.OURS.text("en", "sessions.alone") in words(response)
        assert [{"action": "end-others"}] == [
            {name: value for name, value in form.items() if name != "csrf_token"} for form in forms(response)
        ]
        assert 2 == Page(words(response)).actions.count("/sign-out")

    @pytest.mark.parametrize(
        ("past", "said"),
        [
            (0, "just now"),
            (119, "just now"),
            (120, "2 minutes ago"),
            (3599, "59 minutes ago"),
            (3600, "1 hour ago"),
            (7300, "2 hours ago"),
            (86_399, "23 hours ago"),
            (86_400, "15 January 2027, 08:00 UTC"),
        ],
    )
    def test_the_nearer_a_use_the_less_exactly_it_is_told(self, world: World, past: int, said: str) -> None:
        """Nobody counts seconds, and the list may be a minute behind."""
        world.member()
        other = world.browser()
        other.submit("/sign-in", username=NAME, password=PASSWORD, keep="yes")
        world.clock.now += past
        here = enter(world)
        assert 1 + (said == "just now") == words(here.get(ADDRESS)).count(f"Last used: {said}")

    def test_a_use_is_noted_without_a_write(self, world: World, here: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        """On any page, and shown from memory."""
        other = enter(world, SAFARI)
        world.clock.now += 600

        def fails(_self: Database) -> None:
            raise StoreUnavailable("nobody writes on the way of a request")

        monkeypatch.setattr(Database, "write", fails)
        assert 200 == other.get("/").status
        times = {each["device"]: each["last_seen"] for each in listed(here)}
        assert texts.machine_time(int(world.clock.now)) == times["Safari on macOS"]

    def test_neither_a_page_nor_a_script_is_shown_what_cookies_are_bound_to(self, world: World, here: Browser) -> None:
        """The id in the form is a keyed hash."""
        who = identity(world, here)
        assert who is not None
        shown = words(here.get(ADDRESS)) + words(here.json("GET", ADDRESS))
        assert [] == [secret for secret in (who.lineage.hex(), who.session_id.hex()) if secret in shown]

    def test_a_sign_in_without_a_factor_is_shown_without_one(self, world: World, here: Browser) -> None:
        """An application may sign people in by other means, of names that are not ours."""
        who = identity(world, here)
        assert who is not None
        for factors in ((), ("smart-card",)):
            session = world.sessions.open("", int(world.clock.now), HOST)
            made = session.sign_in(account=who.account, epoch=0, factors=factors, now=int(world.clock.now))
            world.accounts.sign_ins.note(made, int(world.clock.now), world.sessions)
        world.accounts.sign_ins.last_use.write()
        page = words(here.get(ADDRESS))
        assert texts.OURS.moment("en", int(world.clock.now)) + "</p>" in page
        assert "with: smart-card" in page

    def test_whoever_is_signed_out_is_led_to_the_sign_in_and_back(self, world: World) -> None:
        """A script gets 401."""
        led = world.browser().get(ADDRESS)
        assert (303, f"/sign-in?next={ADDRESS}") == (led.status, led.get("location"))
        assert 401 == world.browser().json("GET", ADDRESS).status


class TestEndingOne:
    """The button beside a sign-in."""

    @pytest.mark.asvs("7.4.1", "7.5.2")
    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_attack_5_it_is_over_at_once_and_the_page_says_so(self, world: World, language: str) -> None:
        """A copy of its cookie is worth nothing; this one and the others go on."""
        world.member()
        here, third = enter(world, language=language), enter(world)
        stolen = enter(world, SAFARI)
        copy = dict(stolen.cookies)
        form = next(form for form in forms(here.get(ADDRESS)) if form.get("id") == own_id(stolen))
        done = here.post(ADDRESS, form)
        assert (303, f"{ADDRESS}?done=ended") == (done.status, done.get("location"))
        page = words(here.get(done.get("location") or ""))
        assert texts.OURS.text(language, "sessions.done_ended") in page
        assert "Safari" not in page
        assert 401 == Browser(world.site, cookies=copy).json("GET", "/account").status
        assert [200, 200] == [browser.json("GET", "/account").status for browser in (here, third)]

    def test_attack_28_somebody_elses_is_not_ended_by_naming_it(self, world: World, here: Browser) -> None:
        """The page is shown again and says that there is none; the other never notices."""
        world.member("ben")
        his = enter(world, name="ben")
        enter(world)
        form = forms(here.get(ADDRESS))[0]
        assert "end" == form["action"]
        response = here.post(ADDRESS, {**form, "id": own_id(his)})
        assert 404 == response.status
        assert "is not in your list" in words(response)
        assert 404 == here.json("POST", ADDRESS, {"action": "end", "id": own_id(his)}).status
        assert 404 == here.json("POST", ADDRESS, {"action": "end", "id": own_id(his), "account": 2}).status
        assert 200 == his.json("GET", "/account").status

    def test_ending_this_one_is_signing_out(self, world: World, here: Browser) -> None:
        """With all that goes with it, and without the password, however long ago it was given."""
        other = enter(world)
        world.clock.now += world.settings.recent_sign_in + 1
        response = here.post(ADDRESS, {**forms(here.get(ADDRESS))[0], "id": own_id(here)})
        assert (303, "/") == (response.status, response.get("location"))
        assert '"cache", "storage"' == response.get("clear-site-data")
        assert here.identity not in here.cookies
        assert 1 == len(listed(other))

    def test_a_script_ends_one_and_gets_the_list_as_it_is_then(self, world: World, here: Browser) -> None:
        """The same address speaks JSON."""
        other = enter(world, SAFARI)
        response = here.json("POST", ADDRESS, {"action": "end", "id": own_id(other)})
        assert (200, [own_id(here)]) == (
            response.status,
            [each["id"] for each in json.loads(response.body)["sign_ins"]],
        )
        assert 401 == other.json("GET", "/account").status

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({}, "action"),
            ({"action": "end"}, "id"),
            ({"action": "everything"}, "action"),
            ({"action": "end", "id": 7}, "id"),
            ({"action": ["end"]}, "action"),
            ({"action": "end", "id": "\ud800"}, "id"),
        ],
    )
    def test_a_form_that_says_not_what_is_refused_by_field(
        self, here: Browser, sent: dict[str, Any], field: str
    ) -> None:
        """Nothing is ended by a guess."""
        response = here.json("POST", ADDRESS, sent)
        assert 422 == response.status
        assert [field] == list(json.loads(response.body)["fields"])

    def test_a_long_id_is_nobodys(self, here: Browser) -> None:
        """As is one that is no id."""
        for wanted in ("f" * 60_000, "\1", "' OR 1=1"):
            assert 404 == here.json("POST", ADDRESS, {"action": "end", "id": wanted}).status


class TestEndingAllOthers:
    """The button below the list."""

    @pytest.mark.asvs("7.4.3")
    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_attack_5_all_others_are_over_and_this_one_goes_on_under_a_new_cookie(
        self, world: World, language: str
    ) -> None:
        """Also one that is on no list; the old cookie of this one is worth nothing either."""
        world.member()
        here = enter(world, language=language)
        others = [enter(world), enter(world, SAFARI)]
        session = world.sessions.open("", int(world.clock.now), HOST)
        session.sign_in(account=1, epoch=0, now=int(world.clock.now))
        unlisted = world.browser()
        for field in world.sessions.save(session, int(world.clock.now)):
            name, _, value = field.partition(";")[0].partition("=")
            unlisted.cookies[name] = value
        assert 200 == unlisted.json("GET", "/account").status
        old = dict(here.cookies)
        before = identity(world, here)
        done = here.post(ADDRESS, forms(here.get(ADDRESS))[-1])
        assert (303, f"{ADDRESS}?done=others") == (done.status, done.get("location"))
        assert texts.OURS.text(language, "sessions.done_others") in words(here.get(done.get("location") or ""))
        everybody = [*others, unlisted, Browser(world.site, cookies=old)]
        assert [401] * 4 == [browser.json("GET", "/account").status for browser in everybody]
        after = identity(world, here)
        assert before is not None
        assert after is not None
        assert before.session_id != after.session_id
        assert (before.lineage, before.epoch + 1) == (after.lineage, after.epoch)
        assert [True] == [each["present"] for each in listed(here)]

    def test_a_script_does_it_too(self, world: World, here: Browser) -> None:
        """With the new cookie in the answer."""
        other = enter(world)
        response = here.json("POST", ADDRESS, {"action": "end-others"})
        assert (200, 1) == (response.status, len(json.loads(response.body)["sign_ins"]))
        assert 1 == len(set_cookies(response))
        assert [200, 401] == [browser.json("GET", "/account").status for browser in (here, other)]

    def test_attack_7_it_does_not_make_an_old_sign_in_a_recent_one(self, world: World, here: Browser) -> None:
        """Whoever comes upon a browser cannot keep it fit for more without the password."""
        world.clock.now += world.settings.recent_sign_in
        assert 200 == here.json("POST", ADDRESS, {"action": "end-others"}).status
        world.clock.now += 1
        assert 401 == here.json("POST", ADDRESS, {"action": "end-others"}).status

    def test_nobody_elses_sign_ins_are_ended(self, world: World, here: Browser) -> None:
        """They are another account's."""
        world.member("ben")
        his = enter(world, name="ben")
        here.json("POST", ADDRESS, {"action": "end-others"})
        assert 200 == his.json("GET", "/account").status


@pytest.mark.asvs("15.4.2")
@pytest.mark.parametrize(
    ("address", "sent"),
    [
        (ADDRESS, {"action": "end-others"}),
        ("/account/tokens", {"label": "mine", "scopes": "read", "days": 7}),
        ("/account/email", {"action": "remove"}),
    ],
)
@pytest.mark.parametrize("script", [True, False])
def test_attack_5_what_is_on_its_way_while_the_password_is_reset_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, address: str, sent: dict[str, Any], script: bool
) -> None:
    """The session is over in the moment in which it acts: no new session, no token, no other address."""
    account = world.member()
    with world.accounts._database.write() as connection:
        rows = world.accounts._services.rows
        rows.set_address(connection, account.id, email="anna@example.org", canonical="anna@example.org")
    thief = enter(world)
    form = Page(words(thief.get(address))).form(address)
    asked = demands.recent

    def and_then_it_is_reset(*given: Any, **more: Any) -> Any:
        found = asked(*given, **more)
        world.accounts.recovery.start(account.id, 0, int(world.clock.now), forget_password=True)
        return found

    monkeypatch.setattr(demands, "recent", and_then_it_is_reset)
    fields = {name: str(value) for name, value in sent.items()}
    if script:
        refused = thief.json("POST", address, sent)
    else:
        refused = thief.post(address, {**form, **fields, "scope-read": "yes"})
    assert 401 == refused.status
    assert "ended meanwhile" in words(refused)
    monkeypatch.undo()
    assert 401 == thief.json("GET", "/account").status
    assert () == world.accounts.tokens.of(account.id)
    now = world.accounts.get(account.id)
    assert now is not None
    assert "anna@example.org" == now.email
    assert now.epoch > 0


class TestWhoMay:
    """To end anything, the person has to have proved a moment ago who they are (ASVS 7.5.2)."""

    @pytest.mark.asvs("7.5.2")
    @pytest.mark.parametrize("action", ["end", "end-others"])
    def test_a_sign_in_of_long_ago_shows_the_list_and_ends_nothing_without_the_password(
        self, world: World, action: str
    ) -> None:
        """A person is led to the page that asks for it and back to the list; a script is told where it is."""
        world.member()
        here, other = enter(world), enter(world, SAFARI)
        world.clock.now += world.settings.recent_sign_in + 1
        sent = {"action": action, "id": own_id(other)}
        page = here.get(ADDRESS)
        assert 200 == page.status
        led = here.post(ADDRESS, {**forms(page)[0], **sent})
        assert (303, f"/account/confirm?next={ADDRESS}") == (led.status, led.get("location"))
        refused = here.json("POST", ADDRESS, sent)
        assert 401 == refused.status
        assert "insufficient_user_authentication" in (refused.get("www-authenticate") or "")
        assert 200 == other.json("GET", "/account").status
        back = here.submit(led.get("location") or "", action="/account/confirm", password=PASSWORD)
        assert ADDRESS == back.get("location")
        assert 200 == here.json("POST", ADDRESS, sent).status
        assert 401 == other.json("GET", "/account").status

    def test_attack_22_another_sites_form_ends_nothing(self, world: World, here: Browser) -> None:
        """Nor does a link: GET changes nothing."""
        other = enter(world)
        form = forms(here.get(ADDRESS))[-1]
        assert 403 == here.post(ADDRESS, form, sec_fetch_site="cross-site").status
        assert 403 == here.post(ADDRESS, form, sec_fetch_site="same-site").status
        here.get(f"{ADDRESS}?action=end-others&done=others")
        assert 200 == other.json("GET", "/account").status

    def test_a_word_in_the_address_that_means_nothing_is_not_shown(self, here: Browser) -> None:
        """Nobody puts text on another person's page."""
        assert 'role="status"' not in words(here.get(f"{ADDRESS}?done=%3Cb%3Ewon%3C/b%3E"))


@pytest.mark.asvs("16.5.3")
def test_a_sign_in_that_cannot_be_written_down_is_503_and_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail closed: a sign-in that its owner could not see and end must not be (ASVS 16.5.3)."""
    world.member()
    browser = world.browser()
    real = rows.add

    def fails(*_arguments: Any) -> None:
        raise StoreUnavailable("the disk is gone")

    monkeypatch.setattr(rows, "add", fails)
    response = browser.submit("/sign-in", username=NAME, password=PASSWORD)
    assert (503, False) == (response.status, browser.identity in browser.cookies)
    with world.accounts._database.read() as connection:
        assert SIGNED_IN not in {each.event for each in trail.read(connection)}
    monkeypatch.setattr(rows, "add", real)
    assert 303 == browser.sign_in().status
