"""Every page in every state in which a person meets it: what the tests of all pages look at.

Each part goes a way that people go, with a world of its own, and yields what it is shown under a name. That no template
and no address is left out, ``test_every_page`` holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hardtack.login.links import Kind
from hardtack.login.outbox import Notice
from hardtack.message import Response
from hardtack.site.forward_auth.rules import Access
from hardtack.status import Status
from tests.outgoing import code_of, orders
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, Page, World
from tests.site.forward_auth import doors
from tests.site.half_done import (
    ENROL,
    STEP,
    at_step,
    code,
    demand,
    sends,
    with_app,
    with_codes,
    with_passkey,
    wrong,
)

Shown = Iterator[tuple[str, str]]
TWO_FACTOR, PASSKEYS, TOKENS = "/account/two-factor", "/account/passkeys", "/account/tokens"
EMAIL = "anna@example.org"
LATER = 901
"""Seconds after which a sign-in is not recent any more."""


def every_page(make: MakeWorld, language: str) -> Shown:
    """Yield the text of every page with a name for it.

    Args:
        make: makes the sites that they are of.
        language: of whoever looks at them.
    """
    yield from _signed_out(make(), language)
    yield from _below_account(make(), language)
    yield from _below_admin(make(), language)
    yield from _second_factors(make(), language)
    yield from _on_the_way_in(make(), language)
    yield from _enrolment(make(assurance=2), language)
    yield from _by_mail(make(sign_up_by="email"), language)
    yield from _ways_back(make(), language)
    yield from _without_mail(make(origin="http://localhost:8000"), language)
    yield from _applications(make, language)
    yield from _codes(make(), language)


def text_of(response: Response) -> str:
    """Return what a page says; it is one."""
    assert response.body, (response.status, response.get("location"))
    return response.body.decode()


def press(browser: Browser, address: str, action: str, **fields: str) -> Response:
    """Go to a page and send the first form on it that does *action*."""
    page = Page(text_of(browser.get(address)))
    form = next(form for form in page.forms if form.get("action") == action)
    return browser.post(address.partition("?")[0], {**form, **fields})


def have_address(world: World, account_id: int, email: str) -> None:
    """Give an account an address."""
    with world.accounts._database.write() as connection:
        world.accounts._services.rows.set_address(connection, account_id, email=email, canonical=email.casefold())


def link(world: World, kind: Kind, account_id: int, path: str) -> str:
    """Return the address of a link that goes by mail."""
    with world.accounts._database.read() as connection:
        found = world.accounts._services.rows.by_id(connection, account_id)
    made = world.accounts._services.links.make(kind, now=int(world.clock.now), account=found)
    return f"{path}?code={made}"


def _signed_out(world: World, language: str) -> Shown:
    code = world.accounts.make_welcome_code(int(world.clock.now))
    out = world.browser(language=language)
    yield "first start", text_of(out.get("/"))
    yield "welcome", text_of(out.get(f"/welcome?code={code}"))
    yield "welcome, wrong", text_of(out.submit(f"/welcome?code={code}", username=NAME, password="x"))
    world.member(administrator=True)
    yield "home", text_of(out.get("/"))
    yield "sign-in", text_of(out.get("/sign-in"))
    yield "sign-in, onward", text_of(out.get("/sign-in?next=/account/sessions"))
    yield "sign-in, wrong", text_of(out.sign_in(password="wrong"))
    yield "sign-in, empty", text_of(out.sign_in(name="", password=""))
    bad = world.browser(language=language, cookies={"hardtack-8000": "x"})
    yield "sign-in, bad cookie", text_of(bad.get("/sign-in"))
    yield "sign-up", text_of(out.get("/sign-up"))
    yield "sign-up, wrong", text_of(out.submit("/sign-up", username=NAME, password="x"))
    for address in ("/none", "/sign-out", "/welcome", "/forgot", "/release", "/reset?code=x", "/sign-in/second-factor"):
        yield address, text_of(out.get(address))
    yield "foreign host", text_of(out.get("/", host="evil.example"))
    now = int(world.clock.now)
    _, invited = world.accounts.invitations.make(email="berta@example.org", now=now)
    yield "joining", text_of(out.get(f"/sign-up?code={invited}"))
    yield "joining, wrong", text_of(out.submit(f"/sign-up?code={invited}", username="a b", password="x"))
    yield "joining, no link", text_of(out.get("/sign-up?code=x"))


def _below_account(world: World, language: str) -> Shown:
    world.member()
    inside = world.browser(language=language)
    inside.sign_in()
    below = ("confirm", "password", "export", "close", "activity", "email", "email?done=changed", "sessions", "tokens")
    for address in ("/", "/account", *(f"/account/{page}" for page in below), "/sign-in", "/sign-up", "/none"):
        yield f"{address}, signed in", text_of(inside.get(address))
    for address in ("/verify", "/keep-factors", TWO_FACTOR, PASSKEYS):
        yield f"{address}, signed in", text_of(inside.get(address))
    yield "address, wrong", text_of(inside.submit("/account/email", email="x"))
    yield "address, asked", text_of(inside.submit("/account/email", email=EMAIL))
    now = int(world.clock.now)
    order = next(order for order in orders(world.accounts, now) if order.notice is Notice.VERIFY_ADDRESS)
    verify = f"/verify?code={code_of(world.accounts, order, now)}"
    yield "verify", text_of(inside.get(verify))
    inside.submit(verify, action="/verify")
    yield "address, there", text_of(inside.get("/account/email"))
    yield "sessions, ended", text_of(inside.get("/account/sessions?done=ended"))
    world.browser().sign_in()
    yield "sessions, two", text_of(inside.get("/account/sessions"))
    yield "account, failed", text_of(_failing(world, inside).get("/account"))
    yield "activity, failed", text_of(inside.get("/account/activity"))
    yield "confirm, wrong", text_of(inside.submit("/account/confirm", password="wrong"))
    yield "confirm, empty", text_of(inside.submit("/account/confirm", password=""))
    yield "confirm, passkey", text_of(inside.get("/account/confirm?strength=passkey"))
    yield "token, wrong", text_of(press(inside, TOKENS, "make", label=""))
    scope = world.settings.token_scopes[0]
    made = press(inside, TOKENS, "make", label="build server", **{f"scope-{scope}": "yes"})
    yield "token, made", text_of(made)
    yield "tokens, one", text_of(inside.get(TOKENS))
    yield "password, wrong", text_of(inside.submit("/account/password", password="x", new_password="x"))
    new = {"password": PASSWORD, "new_password": "four unrelated words 橙子"}
    yield "password, changed", text_of(inside.submit("/account/password", **new))
    yield "close, wrong", text_of(inside.submit("/account/close", username="x", password="x"))
    leaving = {"username": NAME, "password": new["new_password"]}
    yield "closed", text_of(inside.submit("/account/close", **leaving))


def _failing(world: World, browser: Browser) -> Browser:
    """Let somebody else fail at the sign-in; return the browser of whoever is told."""
    world.browser().sign_in(password="wrong")
    return browser


def _below_admin(world: World, language: str) -> Shown:
    world.member("boss", administrator=True)
    anna = world.member()
    boss = world.browser(language=language)
    boss.sign_in("boss")
    for page in ("", "/accounts", "/account?id=1", f"/account?id={anna.id}", "/invitations", "/throttles", "/audit"):
        yield f"/admin{page}", text_of(boss.get(f"/admin{page}"))
    for address in ("/admin/accounts?q=zz", "/admin/audit?since=x", "/admin/audit?account=nobody", "/account/close"):
        yield f"{address}, administrator", text_of(boss.get(address))
    one = f"/admin/account?id={anna.id}"
    yield "roles, wrong", text_of(press(boss, one, "roles", roles="X"))
    press(boss, one, "roles", roles="editor author")
    yield "roles", text_of(boss.get(f"{one}&done=roles"))
    yield "reset, link", text_of(press(boss, one, "reset"))
    yield "release, link", text_of(press(boss, one, "release"))
    world.browser().sign_in()
    yield "account, signed in somewhere", text_of(boss.get(one))
    press(boss, one, "disable")
    yield "account, disabled", text_of(boss.get(one))
    yield "accounts, disabled", text_of(boss.get("/admin/accounts"))
    yield "the last administrator", text_of(press(boss, "/admin/account?id=1", "disable"))
    yield "invitation, wrong", text_of(press(boss, "/admin/invitations", "invite", email="x", roles="X"))
    yield "invitation, link", text_of(press(boss, "/admin/invitations", "invite", email="berta@example.org"))
    for _ in range(10):
        world.browser().json("POST", "/sign-in", {"username": "boss", "password": "wrong"})
        world.clock.now += 6
    yield "throttles, one", text_of(boss.get("/admin/throttles"))
    yield "throttles, link", text_of(press(boss, "/admin/throttles", "release"))
    world.clock.now += LATER
    world.member("carla")
    member = world.browser(language=language)
    member.sign_in("carla")
    yield "forbidden", text_of(member.get("/admin"))


def _second_factors(world: World, language: str) -> Shown:
    account = world.member()
    have_address(world, account.id, EMAIL)
    inside = world.browser(language=language)
    inside.sign_in()
    begun = press(inside, TWO_FACTOR, "set-up")
    yield "app, begun", text_of(begun)
    form = Page(text_of(begun)).form(TWO_FACTOR)
    secret = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", text_of(begun))
    assert secret
    yield "app, wrong", text_of(inside.post(TWO_FACTOR, {**form, "code": "1"}))
    yield "recovery codes", text_of(inside.post(TWO_FACTOR, {**form, "code": code(world, secret[0])}))
    yield "app, added", text_of(inside.get(f"{TWO_FACTOR}?done=added"))
    yield "app, not removed", text_of(press(inside, TWO_FACTOR, "remove", password="x"))
    yield "password, beside", text_of(inside.get("/account/password"))
    yield "codes, again", text_of(press(inside, TWO_FACTOR, "make-codes"))
    world.clock.now += LATER
    yield "confirm by code", text_of(inside.get("/account/confirm?with=totp"))
    yield "confirm by password", text_of(inside.get("/account/confirm?with=password"))
    yield "passkeys, to be confirmed", text_of(inside.get(PASSKEYS))
    with_passkey(world)
    yield "confirm by passkey", text_of(inside.get("/account/confirm?with=passkey"))
    options = {"factor": "totp", "code": code(world, secret[0])}
    assert 200 == inside.json("POST", "/account/confirm", options).status
    yield "passkeys, one", text_of(inside.get(PASSKEYS))
    yield "passkey, not renamed", text_of(press(inside, PASSKEYS, "rename", label="x" * 99))
    yield "passkey, not added", text_of(press(inside, PASSKEYS, "add", label="key", passkey_answer="x"))
    yield "account, with factors", text_of(inside.get("/account"))
    world.accounts.factor_reset.ask(account.id, actor_id=0, now=int(world.clock.now))
    yield "account, reset begun", text_of(inside.get("/account"))
    address = link(world, Kind.KEEP_FACTORS, account.id, "/keep-factors")
    yield "keep factors", text_of(inside.get(address))
    yield "factors kept", text_of(inside.submit(address))


def _on_the_way_in(world: World, language: str) -> Shown:
    world.member()
    secret = with_app(world)
    with_codes(world)
    with_passkey(world)
    for way in ("totp", "recovery-code", "passkey"):
        yield (
            f"second factor, {way}",
            text_of(at_step(world, world.browser(language=language)).get(f"{STEP}?with={way}")),
        )
    browser = at_step(world, world.browser(language=language))
    yield "code, wrong", text_of(sends(browser, f"{STEP}?with=totp", code=wrong(world, secret)))
    yield "recovery code, wrong", text_of(sends(browser, f"{STEP}?with=recovery-code", code="x"))
    trusting = at_step(world, world.browser(language=language))
    sends(trusting, f"{STEP}?with=totp", code=code(world, secret), trust="yes")
    yield "trusted", text_of(trusting.get(TWO_FACTOR))


def _enrolment(world: World, language: str) -> Shown:
    world.member()
    demand(world)
    browser = world.browser(language=language)
    browser.sign_in()
    yield "enrol, passkey", text_of(browser.get(f"{ENROL}?with=passkey"))
    shown = browser.get(f"{ENROL}?with=totp")
    yield "enrol, app", text_of(shown)
    yield "enrol, wrong", text_of(sends(browser, f"{ENROL}?with=totp", code="1"))
    secret = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", text_of(shown))
    assert secret
    form = next(form for form in Page(text_of(shown)).forms if "factor" in form)
    yield "enrolled", text_of(browser.post(ENROL, {**form, "code": code(world, secret[0])}))


def _by_mail(world: World, language: str) -> Shown:
    out = world.browser(language=language)
    yield "sign-up by address", text_of(out.get("/sign-up"))
    yield "sign-up by address, wrong", text_of(out.submit("/sign-up", email="x"))
    yield "sign-up, asked", text_of(out.submit("/sign-up", email=EMAIL))
    (order,) = orders(world.accounts, int(world.clock.now))
    address = f"/sign-up?code={code_of(world.accounts, order, int(world.clock.now))}"
    yield "joining by address", text_of(out.get(address))
    yield "joining by address, wrong", text_of(out.submit(address, password="x", display_name="\x01"))
    out.submit(address, password=PASSWORD, display_name="Anna Li")
    for path in ("/account", "/account/password", "/account/close", "/account/email"):
        yield f"{path}, by address", text_of(out.get(path))
    yield "reset, by address", text_of(world.browser(language=language).get(link(world, Kind.RESET, 1, "/reset")))
    world.clock.now += LATER
    yield "confirm, by address", text_of(out.get("/account/confirm"))


def _ways_back(world: World, language: str) -> Shown:
    account = world.member()
    have_address(world, account.id, EMAIL)
    out = world.browser(language=language)
    yield "sign-in, with mail", text_of(out.get("/sign-in"))
    yield "sign-up, with mail", text_of(out.get("/sign-up"))
    yield "forgot", text_of(out.get("/forgot"))
    yield "forgot, wrong", text_of(out.submit("/forgot", email="x"))
    yield "forgot, sent", text_of(out.submit("/forgot", email=EMAIL))
    yield "release, ask", text_of(out.get("/release"))
    yield "release, wrong", text_of(out.submit("/release", username=" "))
    yield "release, sent", text_of(out.submit("/release", username=NAME))
    address = f"/release?code={world.accounts.release.make(NAME, now=int(world.clock.now))}"
    yield "release, use", text_of(out.get(address))
    yield "release, used", text_of(out.submit(address))
    yield "release, over", text_of(out.get("/release?code=x"))
    address = link(world, Kind.RESET, account.id, "/reset")
    yield "reset", text_of(out.get(address))
    yield "reset, wrong", text_of(out.submit(address, password="x"))
    yield "reset, done", text_of(out.submit(address, password="four unrelated words 橙子"))
    yield "reset, over", text_of(out.get(address))


def _without_mail(world: World, language: str) -> Shown:
    world.member()
    out = world.browser(language=language)
    for address in ("/", "/sign-in", "/forgot", "/release"):
        yield f"{address}, without mail", text_of(out.get(address))
    out.sign_in()
    yield "address, without mail", text_of(out.get("/account/email"))


def _applications(make: MakeWorld, language: str) -> Shown:
    closed = Access(host="closed.example.org", roles=("captain",))
    world = doors.portal(make, access=(*doors.ACCESS, closed))
    person = doors.Person(world.site, {"language": language}).sign_in()
    yield "hand-off", text_of(person.go(f"{person.start(to='/notes')}&after=form"))
    yield "hand-off, again", text_of(person.on(doors.APP).get(f"{doors.ENTER}?code=x&to=/"))
    yield "hand-off, refused", text_of(person.go(person.start(closed.host)))


def _codes(world: World, language: str) -> Shown:
    out = world.browser(language=language)
    for query in ("", "?family=4xx", "?q=time", "?q=forbiden", f"?q={'x' * 80}"):
        yield f"/status{query}", text_of(out.get(f"/status{query}"))
    for status in Status:
        yield f"/status/{status.slug}", text_of(out.get(f"/status/{status.slug}"))
    for name in ("404", "418", "419", "not-fond"):
        yield f"/status/{name}", text_of(out.get(f"/status/{name}"))
