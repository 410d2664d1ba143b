"""What administrators see and do: overview, accounts, one account, the trail."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import insert

from hardtack.login import Account, audit
from hardtack.login.activity import PAGE as EVENTS
from hardtack.site import texts
from hardtack.site.admin import accounts as list_of_accounts
from hardtack.store import Database, counting, schema
from tests.site.conftest import PASSWORD, Browser, MakeWorld, Page, World

ONE = "/admin/account"


@pytest.fixture
def boss(world: World) -> Browser:
    """The administrator's browser; theirs is the account with the number 1."""
    world.member("boss", administrator=True)
    browser = world.browser()
    browser.sign_in("boss")
    return browser


@pytest.fixture
def ada(world: World, boss: Browser) -> Account:
    """Somebody with an address."""
    account = world.member("ada")
    with database(world).write() as connection:
        world.accounts._services.rows.set_address(
            connection, account.id, email="Ada@Example.org", canonical="ada@example.org"
        )
    return account


def database(world: World) -> Database:
    """Return the database behind the site."""
    return world.accounts._database


def data(browser: Browser, address: str) -> Any:
    """Return what a script is told."""
    response = browser.json("GET", address)
    assert 200 == response.status
    return json.loads(response.body)


def words(browser: Browser, address: str) -> str:
    """Return a page as text."""
    response = browser.get(address)
    assert 200 == response.status
    return response.body.decode()


def fresh(world: World, account: Account) -> Account:
    """Return the account as it is now."""
    found = world.accounts.get(account.id)
    assert found is not None
    return found


def newest(world: World) -> tuple[str, int | None, int | None]:
    """Return what happened last, to whom and by whom."""
    event = world.accounts.activity.all(limit=1).entries[0].event
    return event.event, event.account_id, event.actor_id


class TestOverview:
    """The first page."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_it_counts_and_says_what_to_do_first(self, world: World, boss: Browser, language: str) -> None:
        """As long as there is something to do."""
        boss.language = language
        page = words(boss, "/admin")
        for step in ("admin.step_origin", "admin.step_mail", "admin.step_second"):
            assert texts.OURS.text(language, step) in page
        said = data(boss, "/admin")
        assert ["origin", "mail", "second-administrator"] == said["first_steps"]
        assert (1, 1, 0, 0) == tuple(
            said["counts"][name] for name in ("accounts", "administrators", "disabled", "mail")
        )

    def test_what_is_done_is_not_asked_for(self, make_world: MakeWorld) -> None:
        """A site that is set up is left alone."""
        world = make_world(origin="https://id.example.org", mail="smtps://mail.example.org")
        for name in ("boss", "second"):
            world.member(name, administrator=True)
        browser = world.browser(host="id.example.org", scheme="https")
        browser.sign_in("boss")
        assert [] == data(browser, "/admin")["first_steps"]
        assert "steps" not in [heading.get("id") for heading in Page(words(browser, "/admin")).all("h2")]

    @pytest.mark.asvs("7.4.5")
    @pytest.mark.parametrize("as_json", [True, False])
    def test_every_sign_in_of_everybody_can_be_ended(self, world: World, boss: Browser, as_json: bool) -> None:
        """At once, the administrator's own too (ASVS 7.4.5)."""
        world.member("ada")
        ada = world.browser()
        ada.sign_in("ada")
        if as_json:
            assert 200 == boss.json("POST", "/admin", {"action": "end-everybody"}).status
        else:
            form = Page(words(boss, "/admin")).form("/admin")
            assert (303, "/admin") == ((led := boss.post("/admin", form)).status, led.get("location"))
        assert [401, 401] == [browser.json("GET", "/account").status for browser in (boss, ada)]
        assert (audit.SESSIONS_ENDED, None, 1) == newest(world)

    def test_what_it_does_not_do_is_422(self, boss: Browser) -> None:
        """And says so."""
        for action in ("", "disable", "__class__"):
            assert 422 == boss.json("POST", "/admin", {"action": action}).status


class TestAccounts:
    """The list."""

    def test_every_account_is_in_it_with_what_it_is(self, world: World, boss: Browser, ada: Account) -> None:
        """By name; each leads to its own page."""
        world.accounts.administration.set_roles(ada.id, ["editor"], False, 1, int(world.clock.now))
        world.accounts.administration.disable(ada.id, actor_id=1, now=int(world.clock.now))
        page = words(boss, "/admin/accounts")
        for fact in ("ada", "boss", "editor", "Ada@Example.org", texts.OURS.text("en", "admin.disabled")):
            assert fact in page
        assert f"{ONE}?id={ada.id}" in [link["href"] for link in Page(page).all("a")]
        said = data(boss, "/admin/accounts")
        assert [("ada", True), ("boss", False)] == [(one["name"], one["disabled"]) for one in said["accounts"]]
        assert None is said["more"]

    def test_pages_follow_one_another(self, world: World, boss: Browser) -> None:
        """By name and by address, however many there are; each account once."""
        rows = world.accounts._services.rows
        number = 2 * list_of_accounts.PAGE + 3
        with database(world).write() as connection:
            for one in range(number):
                rows.insert(
                    connection,
                    name=f"m{one:04}",
                    forms=[f"m{one:04}"],
                    display_name=f"m{one:04}",
                    password_hash="x",
                    email=f"{number - one:04}@example.org",
                    email_canonical=f"{number - one:04}@example.org",
                    now=1,
                )
        for by in ("name", "address"):
            seen: list[str] = []
            address: str | None = f"/admin/accounts?q={'M' if by == 'name' else ''}&by={by}"
            while address:
                said = data(boss, address)
                assert len(said["accounts"]) <= list_of_accounts.PAGE
                seen += [one["name"] for one in said["accounts"]]
                address = said["more"]
            assert number == len(seen) == len(set(seen))
            assert seen == sorted(seen, reverse=by == "address")
        first = Page(words(boss, "/admin/accounts?q=m"))
        assert [] != [
            link for link in first.all("a") if f"after=m{list_of_accounts.SHOWN - 1:04}" in (link["href"] or "")
        ]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=AD", ["ada"]),
            ("q=%EF%BD%81", ["ada"]),  # a full-width letter
            ("q=b", ["boss"]),
            ("q=ada%40&by=address", ["ada"]),
            ("q=ADA%40E&by=address", ["ada"]),
            ("q=b&by=address", []),
            ("by=nonsense", ["ada", "boss"]),
            ("q=%00", []),
            ("q=%25", []),
            ("q=_", []),
            (f"q={'x' * 1000}", []),
            (f"after={'x' * 1000}", []),
        ],
    )
    def test_a_search_takes_the_beginning_however_it_is_spelled(
        self, boss: Browser, ada: Account, query: str, found: list[str]
    ) -> None:
        """And nothing in it is a pattern."""
        assert found == [one["name"] for one in data(boss, f"/admin/accounts?{query}")["accounts"]]

    @pytest.mark.asvs("3.2.2")
    def test_a_search_that_finds_nobody_says_so_and_keeps_what_was_typed(self, boss: Browser) -> None:
        """Escaped."""
        page = words(boss, "/admin/accounts?q=%3Cb%3E&by=address")
        assert texts.OURS.text("en", "admin.nobody_found") in page
        assert 'value="&lt;b&gt;"' in page
        assert [{"value": "address", "selected": None}] == [
            one for one in Page(page).all("option") if "selected" in one
        ]


class TestOneAccount:
    """What can be seen of it and done about it."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_it_shows_facts_sign_ins_and_activity(
        self, world: World, boss: Browser, ada: Account, language: str
    ) -> None:
        """In words; never a hash, never a lineage."""
        other = world.browser(client="198.51.100.3")
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        form = Page(other.get("/sign-in").body.decode()).form("/sign-in")
        other.post("/sign-in", {**form, "username": "ada", "password": PASSWORD}, user_agent=agent)
        boss.language = language
        page = words(boss, f"{ONE}?id={ada.id}")
        for fact in ("Ada@Example.org", f"#{ada.id}", "198.51.100.3", "Firefox", "Linux"):
            assert fact in page
        assert texts.OURS.text(language, "event.sign_in") in page
        assert "argon2" not in page
        said = data(boss, f"{ONE}?id={ada.id}")
        assert ("ada", "Ada@Example.org", False) == (
            said["account"]["name"],
            said["account"]["email"],
            said["account"]["disabled"],
        )
        assert [("198.51.100.3", "firefox/linux")] == [(one["client"], one["device"]) for one in said["sign_ins"]]
        assert audit.SIGNED_IN == said["events"][0]["event"]

    @pytest.mark.parametrize("number", ["0", "99", "-1", "1.0", "x", "1" * 30, "９", "1 ", "%00"])
    def test_a_number_of_nobody_is_404(self, boss: Browser, number: str) -> None:
        """As address and in a form."""
        assert 404 == boss.json("GET", f"{ONE}?id={number}").status
        assert 404 == boss.json("POST", ONE, {"id": number, "action": "disable"}).status

    @pytest.mark.parametrize("sent", [None, True, 1.5, [1], {"id": 1}, "", "1\0"])
    def test_what_names_nothing_is_422(self, boss: Browser, sent: object) -> None:
        """JSON may hold anything."""
        answer = boss.json("POST", ONE, {"id": sent, "action": "disable"})
        assert (422, ["id"]) == (answer.status, list(json.loads(answer.body)["fields"]))

    @pytest.mark.parametrize("sent", [0, -1, 99, 1 << 63, 10**300])
    def test_a_number_in_json_of_nobody_is_404(self, boss: Browser, sent: int) -> None:
        """However large."""
        assert 404 == boss.json("POST", ONE, {"id": sent, "action": "disable"}).status

    @pytest.mark.asvs("7.4.2", "8.3.2")
    def test_it_is_disabled_and_enabled(self, world: World, boss: Browser, ada: Account) -> None:
        """At once: whoever was signed in to it is not any more."""
        theirs = world.browser()
        theirs.sign_in("ada")
        form = Page(words(boss, f"{ONE}?id={ada.id}"))
        fields = next(fields for fields in form.forms if fields.get("action") == "disable")
        led = boss.post(ONE, fields)
        assert (303, f"{ONE}?id={ada.id}&done=disable") == (led.status, led.get("location"))
        assert texts.OURS.text("en", "admin.done_disable") in words(boss, led.get("location") or "")
        assert fresh(world, ada).disabled
        assert 401 == theirs.json("GET", "/account").status
        assert (audit.DISABLED, ada.id, 1) == newest(world)
        assert texts.OURS.text("en", "admin.is_disabled") in words(boss, f"{ONE}?id={ada.id}")
        said = boss.json("POST", ONE, {"id": ada.id, "action": "enable"})
        assert (200, "enable", False) == (
            said.status,
            json.loads(said.body)["done"],
            json.loads(said.body)["account"]["disabled"],
        )
        assert (audit.ENABLED, ada.id, 1) == newest(world)

    def test_roles_are_set_and_the_mark_is_given_and_taken(self, world: World, boss: Browser, ada: Account) -> None:
        """By the form, and in JSON as a list or as text."""
        form = {"id": str(ada.id), "action": "roles", "roles": "editor, author", "administrator": "yes"}
        token = Page(words(boss, f"{ONE}?id={ada.id}")).form(ONE)["csrf_token"]
        assert 303 == boss.post(ONE, {**form, "csrf_token": token}).status
        assert (("author", "editor"), True) == (fresh(world, ada).roles, fresh(world, ada).administrator)
        assert (audit.ROLES_CHANGED, ada.id, 1) == newest(world)
        assert 'value="author editor"' in words(boss, f"{ONE}?id={ada.id}")
        assert 200 == boss.json("POST", ONE, {"id": ada.id, "action": "roles", "roles": ["x"]}).status
        assert (("x",), False) == (fresh(world, ada).roles, fresh(world, ada).administrator)
        sent = {"id": ada.id, "action": "roles", "roles": "y z", "administrator": True}
        assert 200 == boss.json("POST", ONE, sent).status
        assert (("y", "z"), True) == (fresh(world, ada).roles, fresh(world, ada).administrator)

    @pytest.mark.parametrize("roles", ["Editor", "administrator", "x" * 40, "a\0", ["a", "A"], 7, ["a", 1]])
    def test_what_can_be_no_role_is_422_with_the_field_named(
        self, world: World, boss: Browser, ada: Account, roles: object
    ) -> None:
        """And changes nothing."""
        response = boss.json("POST", ONE, {"id": ada.id, "action": "roles", "roles": roles, "administrator": True})
        assert (422, True) == (response.status, "roles" in json.loads(response.body)["fields"])
        assert ((), False) == (fresh(world, ada).roles, fresh(world, ada).administrator)

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_a_form_with_a_mistake_comes_back_with_what_was_typed(
        self, boss: Browser, ada: Account, language: str
    ) -> None:
        """Beside the field, in the visitor's language."""
        boss.language = language
        form = Page(words(boss, f"{ONE}?id={ada.id}")).form(ONE)
        response = boss.post(ONE, {**form, "action": "roles", "roles": "Editor <b>"})
        page = response.body.decode()
        assert 422 == response.status
        assert "Editor &lt;b&gt;" in page
        assert "roles-error" in [one.get("id") for one in Page(page).all("p")]

    def test_the_last_administrator_stays(self, world: World, boss: Browser) -> None:
        """409 with a page that says why; their own account is no exception."""
        form = Page(words(boss, f"{ONE}?id=1")).form(ONE)
        for fields in ({"action": "roles", "roles": ""}, {"action": "disable"}):
            response = boss.post(ONE, {**form, **fields})
            assert (409, True) == (response.status, "Nobody else can administer" in response.body.decode())
            assert 409 == boss.json("POST", ONE, {"id": 1, **fields}).status
        (one,) = world.accounts.list()
        assert (True, False) == (one.administrator, one.disabled)

    @pytest.mark.asvs("7.4.5")
    def test_one_sign_in_is_ended_or_all(self, world: World, boss: Browser, ada: Account) -> None:
        """In every process before the answer; who did it is written down."""
        theirs = [world.browser() for _ in range(3)]
        for browser in theirs:
            browser.sign_in("ada")
            world.clock.now += 1
        page = Page(words(boss, f"{ONE}?id={ada.id}"))
        fields = next(fields for fields in page.forms if fields.get("action") == "end-sign-in")
        assert 303 == boss.post(ONE, fields).status
        assert [200, 200, 401] == sorted(browser.json("GET", "/account").status for browser in theirs)
        assert (audit.SESSION_ENDED, ada.id, 1) == newest(world)
        assert 200 == boss.json("POST", ONE, {"id": ada.id, "action": "end-sign-ins"}).status
        assert [401] * 3 == [browser.json("GET", "/account").status for browser in theirs]
        assert (audit.SESSIONS_ENDED, ada.id, 1) == newest(world)
        assert [] == data(boss, f"{ONE}?id={ada.id}")["sign_ins"]

    def test_attack_28_a_sign_in_of_somebody_else_is_not_ended(self, world: World, boss: Browser, ada: Account) -> None:
        """The number of the account and the sign-in must belong together."""
        own = data(boss, f"{ONE}?id=1")["sign_ins"][0]["id"]
        sent = {"id": ada.id, "action": "end-sign-in", "sign_in": own}
        assert 404 == boss.json("POST", ONE, sent).status
        assert 200 == boss.json("GET", "/account").status

    def test_more_events_are_on_the_page_of_the_trail(self, world: World, boss: Browser, ada: Account) -> None:
        """Already asking for this account."""
        for _ in range(12):
            world.accounts.administration.enable(ada.id, actor_id=1, now=int(world.clock.now))
        links = [link["href"] for link in Page(words(boss, f"{ONE}?id={ada.id}")).all("a")]
        assert f"/admin/audit?account=%23{ada.id}" in links
        said = data(boss, f"/admin/audit?account=%23{ada.id}")
        assert {"ada"} == {one["account"] for one in said["events"]}

    @pytest.mark.asvs("6.4.6")
    def test_no_page_of_administration_has_a_field_for_a_password(self, boss: Browser, ada: Account) -> None:
        """Whoever administers neither sees nor chooses one (ASVS 6.4.6)."""
        for address in (f"{ONE}?id={ada.id}", "/admin", "/admin/accounts", "/admin/audit"):
            assert "password" not in [field.get("type") for field in Page(words(boss, address)).all("input")]


class TestTrail:
    """The events of everybody."""

    def test_it_is_narrowed_by_event_account_and_day(self, world: World, boss: Browser, ada: Account) -> None:
        """Each alone and all together; a day beyond all days is as far as there are any."""
        first = int(world.clock.now)  # 2027-01-15
        for day in range(3):
            world.accounts.administration.disable(ada.id, actor_id=1, now=first + day * 86400)
            world.accounts.administration.enable(ada.id, actor_id=1, now=first + day * 86400 + 1)

        def found(query: str) -> list[str]:
            return [f"{one['event']} {one['at'][:10]}" for one in data(boss, f"/admin/audit?{query}")["events"]]

        assert 3 == len(found("event=account-disabled"))
        assert {"ada"} == {one["account"] for one in data(boss, "/admin/audit?account=ADA")["events"]}
        assert [] == found("account=nobody")
        assert [] == found(f"account={'x' * 999}")
        assert [] == found("account=%23" + "9" * 18)
        assert 4 == len(found("since=2027-01-16"))
        assert ["account-enabled 2027-01-16", "account-disabled 2027-01-16"] == found(
            "since=2027-01-16&until=2027-01-16"
        )
        assert ["account-disabled 2027-01-16"] == found(
            "since=2027-01-16&until=2027-01-16&account=ada&event=account-disabled"
        )
        whole = len(found(""))
        for wide in ("since=0001-01-01", "since=1969-12-31", "until=9999-12-31", "before=x", "account=", "event="):
            assert whole == len(found(wide)), wide

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_what_cannot_be_looked_for_is_told_and_never_left_out(self, boss: Browser, language: str) -> None:
        """Or the whole trail would look like what was looked for; what was typed stays."""
        boss.language = language
        for field, typed, text in (
            ("event", "none", "admin.bad_event"),
            ("since", "29.11.2026", "admin.bad_day"),
            ("until", "2027-02-30", "admin.bad_day"),
        ):
            answer = boss.json("GET", f"/admin/audit?{field}={typed}")
            assert (422, [field]) == (answer.status, list(json.loads(answer.body)["fields"]))
            shown = boss.get(f"/admin/audit?{field}={typed}")
            page = Page(shown.body.decode())
            assert 422 == shown.status
            assert f"#{field}" in [link["href"] for link in page.all("a")]
            assert texts.OURS.text(language, text) in shown.body.decode()
            assert 'class="entries"' not in shown.body.decode()
            [wrong] = [one for kind in ("input", "select") for one in page.all(kind) if one.get("aria-invalid")]
            assert field == wrong["name"]
            assert field == "event" or typed == wrong["value"]

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_a_person_reads_it_in_words(self, world: World, boss: Browser, ada: Account, language: str) -> None:
        """With the account's name and who did it; what was asked for stays in the form."""
        world.accounts.administration.disable(ada.id, actor_id=1, now=int(world.clock.now))
        boss.language = language
        page = words(boss, "/admin/audit?event=account-disabled&account=ada&since=2027-01-15")
        assert texts.OURS.text(language, "event.by_administrator", name="boss") in page
        assert "<b>ada</b>" in page
        parsed = Page(page)
        assert ["account-disabled"] == [one["value"] for one in parsed.all("option") if "selected" in one]
        assert ["ada", "2027-01-15", ""] == [one["value"] for one in parsed.all("input") if one["type"] != "hidden"]
        assert texts.OURS.text(language, "admin.nothing_found") in words(boss, "/admin/audit?account=nobody")

    def test_older_events_are_asked_for_with_the_same_filter(self, world: World, boss: Browser, ada: Account) -> None:
        """All the way, each once."""
        for number in range(EVENTS + 5):
            world.accounts.administration.enable(ada.id, actor_id=1, now=int(world.clock.now) + number)
        first = data(boss, "/admin/audit?event=account-enabled&account=ada")
        assert EVENTS == len(first["events"])
        assert "event=account-enabled" in first["older"]
        second = data(boss, first["older"])
        assert (5, None) == (len(second["events"]), second["older"])

    def test_a_name_that_nobody_has_is_in_it_as_a_hash_only(self, world: World, boss: Browser) -> None:
        """People type passwords into that field."""
        world.browser().sign_in("hunter2-my-secret", "not the password")
        page = words(boss, "/admin/audit")
        assert "hunter2" not in page
        assert texts.OURS.text("en", "reason.unknown_name") in page


def test_what_is_much_is_shown_as_it_was_counted(world: World, boss: Browser) -> None:
    """With the time; until then as more than what a page counts. A script is told the same."""
    rows = [{"name": f"n{number}", "display_name": "N", "created": 1} for number in range(counting.MOST)]
    with database(world).write() as connection:
        connection.execute(insert(schema.account), rows)
    assert f"more than {counting.MOST}" in boss.get("/admin").body.decode()
    told = data(boss, "/admin")
    assert (counting.MOST, {"accounts": None}) == (told["counts"]["accounts"], told["counted"])
    world.accounts.prune(int(world.clock.now))
    assert f"{counting.MOST + 1}, counted " in boss.get("/admin").body.decode()
    told = data(boss, "/admin")
    assert counting.MOST + 1 == told["counts"]["accounts"]
    assert {"accounts": texts.machine_time(int(world.clock.now))} == told["counted"]
    assert "earlier" not in told["counts"]
