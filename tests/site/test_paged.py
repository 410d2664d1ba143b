"""Long lists in pages: each entry is on one of them, each page is small, and what was changed is still in sight."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import insert

from hardtack.login.activity import PAGE
from hardtack.login.audit import ROLES_CHANGED
from hardtack.login.passkey_errors import MOST_LABEL
from hardtack.login.sign_ins import Whence
from hardtack.login.tokens import MOST_LABEL as MOST_TOKEN_LABEL
from hardtack.site import activity, paged, passkeys, sessions, texts, tokens
from hardtack.site.admin import account, accounts, invitations, throttles, trail
from hardtack.store import schema
from hardtack.store.audit import Event
from tests.login import apps
from tests.login.test_factor_reset import give_passkey
from tests.site.conftest import NAME, Browser, Page, World
from tests.site.half_done import code, with_app
from tests.site.test_every_page import MOST

EMAIL = "somebody.with.a.long.name-{number:03}@mail.example.org"
AGENT = Whence("2001:db8:85a3::8a2e:370:7334", "firefox/linux", "Brandenburg an der Havel")


def walked(browser: Browser, address: str, pattern: str) -> tuple[list[int], list[str]]:
    """Follow the link to the next page to the end; return the sizes of the pages, and what *pattern* finds on them."""
    sizes: list[int] = []
    found: list[str] = []
    path = address.partition("?")[0]
    on: str | None = address
    while on:
        response = browser.get(on)
        assert 200 == response.status, on
        text = response.body.decode()
        sizes.append(len(response.body))
        found += re.findall(pattern, text)
        links = [link["href"] or "" for link in Page(text).all("a")]
        on = next((link for link in links if re.match(rf"{path}\?(.*&)?(after|before)=", link)), None)
    return sizes, found


def whole(browser: Browser, address: str, pattern: str, number: int, size: int) -> None:
    """Check that *number* entries are shown, each once, *size* on a page, on pages that are small."""
    sizes, found = walked(browser, address, pattern)
    assert number == len(found) == len(set(found)), address
    assert -(-number // size) == len(sizes), address
    assert max(sizes) < MOST, (address, sizes)


@pytest.fixture(params=texts.LANGUAGES)
def anna(world: World, request: pytest.FixtureRequest) -> Browser:
    """The browser of a member who may administer, and whose account has the number 1."""
    world.member(administrator=True)
    browser = world.browser(language=request.param)
    browser.sign_in()
    return browser


@pytest.mark.parametrize(
    ("after", "on", "expected"),
    [
        ("", "", (0, 2, "b")),
        ("b", "", (2, 4, "d")),
        ("a", "", (1, 3, "c")),
        ("d", "", (4, 6, None)),
        ("e", "", (5, 7, None)),
        ("gone", "", (0, 2, "b")),
        ("", "c", (2, 4, "d")),
        ("d", "a", (0, 2, "b")),
        ("b", "gone", (2, 4, "d")),
    ],
)
def test_a_page_begins_after_an_entry_or_is_that_of_one(after: str, on: str, expected: object) -> None:
    """What is not in the list any more begins anew."""
    assert expected == paged.place("abcde", str, size=2, after=after, on=on)


def test_sign_ins_of_an_account(world: World, anna: Browser) -> None:
    """Its owner's page begins with the present one; an administrator sees the same."""
    now = int(world.clock.now)
    for number in range(2 * sessions.SHOWN):
        identity = apps.identity(world.accounts, NAME, now=now, lineage=b"%016d" % number)
        world.accounts.sign_ins.begin(identity, AGENT, world.sessions, now)
    number = 2 * sessions.SHOWN + 1
    whole(anna, "/account/sessions", r'name="id" value="(\w+)"|(?=<span class="mark">)', number, sessions.SHOWN)
    whole(anna, "/admin/account?id=1", r'name="sign_in" value="(\w+)"', number, account.SIGN_INS)


def test_tokens(world: World, anna: Browser) -> None:
    """Fifty there may be."""
    known = world.settings.token_scopes
    for number in range(2 * tokens.SHOWN + 1):
        label = f"{number:0{MOST_TOKEN_LABEL}}"
        world.accounts.tokens.make(1, label, known, days=90, known=known, client=AGENT.client, now=int(world.clock.now))
    whole(anna, "/account/tokens", rf"<strong>(\d{{{MOST_TOKEN_LABEL}}})", 2 * tokens.SHOWN + 1, tokens.SHOWN)


def test_passkeys_and_the_one_that_was_not_renamed(world: World, anna: Browser) -> None:
    """Its page is shown again, with what is wrong beside it."""
    for _ in range(2 * passkeys.SHOWN + 2):
        give_passkey(world.accounts, 1)
    with world.accounts._database.write() as connection:
        connection.execute(schema.passkey.update().values(label="k" * MOST_LABEL))
    numbered = r'name="action" value="rename">\s*<input type="hidden" name="id" value="([\w-]+)"'
    whole(anna, "/account/passkeys", numbered, 2 * passkeys.SHOWN + 2, passkeys.SHOWN)

    proof = {"factor": "totp", "code": code(world, with_app(world))}
    assert 200 == anna.json("POST", "/account/confirm", proof).status
    _, found = walked(anna, "/account/passkeys", numbered)
    form = Page(anna.get("/account/passkeys").body.decode()).forms[1]
    meant = found[passkeys.SHOWN + 1]
    again = anna.post("/account/passkeys", {**form, "action": "rename", "id": meant, "label": "x" * 99})
    text = again.body.decode()
    assert (422, found[passkeys.SHOWN : 2 * passkeys.SHOWN]) == (again.status, re.findall(numbered, text))
    assert 'id="label-2-error"' in text


def test_invitations(world: World, anna: Browser) -> None:
    """Each open, with an address and roles."""
    now, number = int(world.clock.now), 2 * invitations.SHOWN + 1
    for one in range(number):
        roles = ("editor", "author", "newsletter-2026")
        world.accounts.invitations.make(1, email=EMAIL.format(number=one), roles=roles, now=now)
    whole(anna, "/admin/invitations", r'name="id" value="(\w+)"', number, invitations.SHOWN)


def test_accounts_that_somebody_tries_to_get_into(world: World, anna: Browser) -> None:
    """Named as long as a name may be."""
    names = [f"a-name-of-the-greatest-length-there-may-be-{number:03}".ljust(64, "x") for number in range(17)]
    for name in names:
        world.member(name)
    for _ in range(10):
        world.clock.now += 6
        for number, name in enumerate(names):
            stranger = world.browser(client=f"198.51.100.{number}")
            stranger.json("POST", "/sign-in", {"username": name, "password": "not the password"})
    whole(anna, "/admin/throttles", r'id="who-(\d+)"', len(names), throttles.SHOWN)


def test_accounts(world: World, anna: Browser) -> None:
    """With an address, a role and a long name."""
    rows = world.accounts._services.rows
    number = 2 * accounts.SHOWN
    with world.accounts._database.write() as connection:
        for one in range(number):
            name, email = f"somebody.with.a.long.name-{one:03}", EMAIL.format(number=one)
            rows.insert(
                connection,
                name=name,
                forms=[name],
                display_name=name,
                password_hash="x",
                email=email,
                email_canonical=email,
                now=1,
            )
    whole(anna, "/admin/accounts", r'href="/admin/account\?id=(\d+)"', number + 1, accounts.SHOWN)


def test_events(world: World, anna: Browser) -> None:
    """The trail of everybody and that of one, for people; a program gets more at once."""
    at = int(world.clock.now) + 1
    row = Event(event=ROLES_CHANGED, at=at, account_id=1, client=AGENT.client, actor_id=1, device=AGENT.device)
    row = replace(row, reason="editor author newsletter-2026 +administrator")
    with world.accounts._database.write() as connection:
        connection.execute(
            insert(schema.audit),
            [
                {
                    **{
                        name: getattr(row, name)
                        for name in ("event", "account_id", "client", "reason", "actor_id", "device")
                    },
                    "at": at + number,
                    "factors": "password totp",
                }
                for number in range(3 * PAGE)
            ],
        )
    for address, size in (("/account/activity", activity.SHOWN), ("/admin/audit", trail.SHOWN)):
        sizes, found = walked(anna, address, r'<time datetime="([^"]+)"')
        assert (-(-len(found) // size), True) == (len(sizes), max(sizes) < MOST), sizes
        assert 3 * PAGE <= len(found)
        assert PAGE == len(anna.json("GET", address).body.decode().split('"event":')) - 1


def test_nobody_is_asked_for_more_than_there_is(anna: Browser) -> None:
    """With little in a list there is no next page."""
    for address in (
        "/account/sessions",
        "/account/tokens",
        "/account/passkeys",
        "/admin/invitations",
        "/admin/throttles",
    ):
        sizes, _ = walked(anna, f"{address}?after=x", "x")
        assert 1 == len(sizes)
