"""What lets people in: invitations, links for a new password or past a lock. Each is shown once and kept nowhere."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from hardtack.login import Account, audit
from hardtack.login.outbox import Notice, Order, Outbox
from hardtack.site import texts
from hardtack.store import outbox as rows
from hardtack.store.schema import outbox
from hardtack.store.streaks import LIMIT
from tests.site.conftest import PASSWORD, Browser, MakeWorld, Page, World

ONE, INVITATIONS, THROTTLES = "/admin/account", "/admin/invitations", "/admin/throttles"
NEW = "another long password 船"


def boss_of(world: World, **options: Any) -> Browser:
    """Return the browser of the administrator, whose account has the number 1."""
    world.member("boss", administrator=True)
    browser = world.browser(**options)
    browser.sign_in("boss")
    return browser


@pytest.fixture
def boss(world: World) -> Browser:
    """The administrator's browser."""
    return boss_of(world)


def with_address(world: World, name: str) -> Account:
    """Make an account that mail can be sent to."""
    account = world.member(name)
    email = f"{name}@example.org"
    with world.accounts._database.write() as connection:
        world.accounts._services.rows.set_address(connection, account.id, email=email, canonical=email)
    return account


def orders(world: World) -> list[Order]:
    """Return what waits to be sent."""
    with world.accounts._database.write() as connection:
        number = len(connection.execute(select(outbox.c.message_id)).all())
        claimed = rows.claim(connection, world.keyring, now=int(world.clock.now) + 1, lease=1, batch=100)
        assert number == len(claimed)
    found = [Outbox.decode(one.content) for one in claimed if one.content is not None]
    return [one for one in found if one is not None]


def posted(browser: Browser, address: str, **sent: Any) -> Any:
    """Send JSON and return what came back."""
    response = browser.json("POST", address, sent)
    assert response.status in (200, 201), response.body
    return json.loads(response.body)


def shown(page: str) -> str:
    """Return the one link that a page shows to be handed over."""
    links: list[str] = re.findall(r"<code>(http[^<]+)</code>", page)
    (link,) = links
    return link.replace("&amp;", "&")


def path_of(link: str) -> str:
    """Return the link without its origin."""
    assert link.startswith("http://localhost:8000/")
    return link.removeprefix("http://localhost:8000")


def kept(world: World) -> bytes:
    """Return everything that is on the disk."""
    return b"".join(path.read_bytes() for path in world.accounts._database.path.parent.glob("*.db*"))


class TestReset:
    """A new password, chosen by its owner."""

    @pytest.mark.asvs("6.4.1", "6.4.6")
    def test_without_an_address_the_link_is_shown_once_and_works_once(self, world: World, boss: Browser) -> None:
        """It sets the password; whoever made it is written down, and the link is nowhere."""
        ada = world.member("ada")
        form = Page(boss.get(f"{ONE}?id={ada.id}").body.decode())
        fields = next(fields for fields in form.forms if fields.get("action") == "reset")
        page = boss.post(ONE, fields).body.decode()
        link = shown(page)
        code = link.partition("code=")[2]
        assert code.encode() not in kept(world)
        assert code not in boss.get(f"{ONE}?id={ada.id}").body.decode()
        entry = world.accounts.activity.all(limit=1).entries[0].event
        assert (audit.RESET_STARTED, ada.id, 1, "203.0.113.7") == (
            entry.event,
            entry.account_id,
            entry.actor_id,
            entry.client,
        )
        theirs = world.browser()
        assert theirs.submit(path_of(link), action="/reset", password=NEW, new_password=NEW).status in (200, 303)
        assert 401 == world.browser().sign_in("ada").status
        assert 303 == world.browser().sign_in("ada", NEW).status
        assert 403 == theirs.json("GET", path_of(link)).status

    @pytest.mark.asvs("6.4.6")
    def test_with_an_address_and_mail_it_goes_there_and_is_not_shown(self, world: World, boss: Browser) -> None:
        """An administrator never holds what could set somebody's password, where it can be helped."""
        ada = with_address(world, "ada")
        said = posted(boss, ONE, id=ada.id, action="reset")
        assert (None, "reset") == (said["link"], said["done"])
        form = Page(boss.get(f"{ONE}?id={ada.id}").body.decode()).form(ONE)
        page = boss.post(ONE, {**form, "action": "reset"}).body.decode()
        assert texts.OURS.text("en", "admin.reset_mailed") in page
        assert "code=" not in page
        assert [Notice.RESET_BY_ADMINISTRATOR] * 2 == [one.notice for one in orders(world)]

    def test_with_an_address_and_no_mail_it_is_shown(self, make_world: MakeWorld) -> None:
        """Or nobody would ever get it."""
        world = make_world(origin="https://id.example.org")
        boss = boss_of(world, host="id.example.org", scheme="https")
        ada = with_address(world, "ada")
        said = posted(boss, ONE, id=ada.id, action="reset")
        assert said["link"].startswith("https://id.example.org/reset?code=")
        assert [] == orders(world)


class TestRelease:
    """Past a lock, for somebody whom others' wrong passwords keep out."""

    def lock(self, world: World, name: str) -> None:
        """Fail so often that no unknown device is looked at any more."""
        for turn in range(LIMIT):
            browser = world.browser(client=f"198.51.100.{turn % 200}")
            assert 401 == browser.json("POST", "/sign-in", {"username": name, "password": "x" * 20}).status
            world.clock.now += 60

    def test_locked_accounts_are_listed_and_let_in_again_by_a_link(self, world: World) -> None:
        """The link makes one browser known; everybody else stays out."""
        ada = world.member("ada")
        self.lock(world, "ada")
        owner, boss = world.browser(client="192.0.2.5"), boss_of(world)
        assert 429 == owner.json("POST", "/sign-in", {"username": "ada", "password": PASSWORD}).status
        listed = json.loads(boss.json("GET", THROTTLES).body)["accounts"]
        assert [("ada", LIMIT, True)] == [(one["name"], one["failures"], one["locked"]) for one in listed]
        page = boss.get(THROTTLES).body.decode()
        assert texts.OURS.text("en", "admin.locked") in page
        assert texts.OURS.text("en", "admin.failures", count=LIMIT) in page
        link = shown(boss.post(THROTTLES, Page(page).form(THROTTLES)).body.decode())
        assert link.partition("code=")[2].encode() not in kept(world)
        entry = world.accounts.activity.all(limit=1).entries[0].event
        assert (audit.RELEASE_ASKED, ada.id, 2) == (entry.event, entry.account_id, entry.actor_id)
        owner.submit(path_of(link), action="/release")
        assert 303 == owner.sign_in("ada").status
        assert texts.OURS.text("en", "admin.no_throttles") in boss.get(THROTTLES).body.decode()

    def test_the_link_is_for_the_account_that_was_meant_whatever_it_is_called(
        self, world: World, boss: Browser
    ) -> None:
        """Attack 28: an account's name may be another's address."""
        with_address(world, "ada")
        twin = world.member("ada@example.org")
        said = posted(boss, ONE, id=twin.id, action="release")
        entry = world.accounts.activity.all(limit=1).entries[0].event
        assert (audit.RELEASE_ASKED, twin.id) == (entry.event, entry.account_id)
        assert "/release?code=" in said["link"]
        assert "/release?code=" in posted(boss, THROTTLES, id=twin.id, action="release")["link"]

    def test_there_must_be_such_an_account(self, world: World, boss: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        """404, also where it is closed at the last moment."""
        assert 404 == boss.json("POST", THROTTLES, {"id": 99, "action": "release"}).status
        ada = world.member("ada")
        real = world.accounts.get

        def closing(number: int) -> Account | None:
            found = real(number)
            if number == ada.id:
                with world.accounts._database.write() as connection:
                    world.accounts._services.rows.close(connection, ada.id, int(world.clock.now))
            return found

        monkeypatch.setattr(world.accounts, "get", closing)
        assert 404 == boss.json("POST", THROTTLES, {"id": ada.id, "action": "release"}).status


class TestInvitations:
    """Made, listed, withdrawn."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_the_link_is_shown_once_and_makes_one_account(self, world: World, boss: Browser, language: str) -> None:
        """With the roles that were chosen; who invited is written down."""
        boss.language = language
        page = boss.submit(INVITATIONS, roles="editor author").body.decode()
        link = shown(page)
        assert texts.OURS.text(language, "admin.link_once") in page
        assert link.partition("code=")[2].encode() not in kept(world)
        listed = boss.get(INVITATIONS).body.decode()
        assert "code=" not in listed
        for fact in ("editor", "author", "admin.invitation_open", "admin.invite_anybody"):
            assert texts.OURS.table(language).get(fact, fact) in listed
        entry = world.accounts.activity.all(limit=1).entries[0].event
        assert (audit.INVITED, 1, "203.0.113.7") == (entry.event, entry.actor_id, entry.client)
        newcomer = world.browser()
        newcomer.submit(path_of(link), action="/sign-up", username="newcomer", password=PASSWORD, email="")
        made = world.accounts.find("newcomer")
        assert made is not None
        assert (("author", "editor"), False) == (made.roles, made.administrator)
        after = boss.get(INVITATIONS).body.decode()
        assert texts.OURS.text(language, "admin.invitation_used") in after
        assert "newcomer" in after
        assert 403 == world.browser().json("GET", path_of(link)).status

    def test_one_with_an_address_goes_there_as_well(self, world: World, boss: Browser) -> None:
        """And is good for that address only."""
        said = posted(boss, INVITATIONS, action="invite", email="Ada@Example.org", roles=["editor"])
        assert (True, True) == (said["mailed"], "/sign-up?code=" in said["link"])
        assert [(Notice.INVITATION, "Ada@Example.org", bytes.fromhex(said["id"]))] == [
            (one.notice, one.address, one.identifier) for one in orders(world)
        ]
        (listed,) = json.loads(boss.json("GET", INVITATIONS).body)["invitations"]
        assert ("Ada@Example.org", ["editor"], "open", 1) == (
            listed["email"],
            listed["roles"],
            listed["state"],
            listed["invited_by"],
        )
        form = Page(boss.get(INVITATIONS).body.decode()).form(INVITATIONS)
        page = boss.post(INVITATIONS, {**form, "action": "invite", "email": "bob@example.org"}).body.decode()
        assert texts.OURS.text("en", "admin.invitation_mailed") in page

    def test_where_no_mail_is_sent_it_is_only_shown(self, make_world: MakeWorld) -> None:
        """And said so before."""
        world = make_world(origin="https://id.example.org")
        boss = boss_of(world, host="id.example.org", scheme="https")
        assert texts.OURS.text("en", "admin.invite_no_mail_hint") in boss.get(INVITATIONS).body.decode()
        said = posted(boss, INVITATIONS, action="invite", email="ada@example.org")
        assert (False, True) == (said["mailed"], said["link"].startswith("https://id.example.org/sign-up?code="))
        assert [] == orders(world)

    def test_one_that_is_withdrawn_is_worth_nothing(self, world: World, boss: Browser) -> None:
        """At once; and nothing can be withdrawn twice."""
        link = shown(boss.submit(INVITATIONS).body.decode())
        form = next(
            fields for fields in Page(boss.get(INVITATIONS).body.decode()).forms if fields.get("action") == "withdraw"
        )
        assert (303, INVITATIONS) == ((led := boss.post(INVITATIONS, form)).status, led.get("location"))
        assert 403 == world.browser().json("GET", path_of(link)).status
        assert texts.OURS.text("en", "admin.invitation_withdrawn") in boss.get(INVITATIONS).body.decode()
        entry = world.accounts.activity.all(limit=1).entries[0].event
        assert (audit.INVITATION_WITHDRAWN, 1) == (entry.event, entry.actor_id)
        again = boss.post(INVITATIONS, form)
        assert (404, True) == (again.status, texts.OURS.text("en", "admin.no_invitation") in again.body.decode())

    def test_it_is_withdrawn_by_a_script_too(self, boss: Browser) -> None:
        """By the id that the list gives; any other is 404."""
        made = posted(boss, INVITATIONS, action="invite")
        assert {"done": "withdraw", "id": made["id"]} == posted(boss, INVITATIONS, action="withdraw", id=made["id"])
        for nothing in ("zz", "00", made["id"], "00" * 16):
            assert 404 == boss.json("POST", INVITATIONS, {"action": "withdraw", "id": nothing}).status

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_what_cannot_be_used_comes_back_with_what_was_typed(
        self, world: World, boss: Browser, language: str
    ) -> None:
        """Beside the field that is wrong, and nobody is invited."""
        boss.language = language
        response = boss.submit(INVITATIONS, email="no <address>", roles="editor")
        page = response.body.decode()
        assert (422, True, True) == (response.status, "no &lt;address&gt;" in page, 'value="editor"' in page)
        assert "email-error" in [one.get("id") for one in Page(page).all("p")]
        response = boss.submit(INVITATIONS, roles="Administrator")
        assert (422, True) == (response.status, "roles-error" in response.body.decode())
        assert (422, 422) == tuple(
            boss.json("POST", INVITATIONS, {"action": "invite", "email": "ada@example.org", "roles": given}).status
            for given in (["administrator"], 7)
        )
        assert [] == json.loads(boss.json("GET", INVITATIONS).body)["invitations"]

    def test_a_site_that_takes_nobody_says_so(self, make_world: MakeWorld) -> None:
        """Invitations are worth nothing while sign-up is off."""
        world = make_world(sign_up="off")
        boss = boss_of(world)
        assert texts.OURS.text("en", "admin.invitations_off") in boss.get(INVITATIONS).body.decode()
        assert not json.loads(boss.json("GET", INVITATIONS).body)["open"]
