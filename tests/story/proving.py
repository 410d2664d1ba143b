"""The last chapter: a password is one factor, also in an application's own form, and a view may ask for another."""

from __future__ import annotations

from tests.login import apps
from tests.story.browser import Answer, Browser
from tests.story.telling import PASSWORD, Chapter, Story
from tests.story.visiting import IDENTITY

CHAPTER = Chapter("proving")
step = CHAPTER.step

NAME = "carl"
STEP = "/auth/sign-in/second-factor"
CONFIRM = "/auth/account/confirm"
HALF = "__Host-hardtack-half"
FORM = "application/x-www-form-urlencoded"


def with_app(story: Story, name: str = NAME) -> str:
    """Return the secret of the authenticator app of somebody who has one, or gets account and app now."""
    found = story.folder / f"{name}.app"
    if not found.exists():
        with story.accounts() as accounts:
            accounts.add(name, PASSWORD, now=story.now)
            found.write_text(apps.enrol(accounts, name, now=story.now))
        story.let_pass(60)
    return found.read_text()


def enters(browser: Browser, name: str = NAME, onward: str = "/guarded") -> Answer:
    """Send the application's own form."""
    return browser.submit("/enter", {"name": name, "password": PASSWORD, "next": onward})


def proves(story: Story, browser: Browser, address: str = STEP, **more: str) -> Answer:
    """Type the code that the app shows now, on one of our pages."""
    page = browser.visit(address)
    assert 200 == page.status, (page.status, page.location)
    code = apps.oathtool(with_app(story), story.now)
    fields = {"csrf_token": page.token, "factor": "totp", "code": code, **more}
    return browser.submit(address.partition("?")[0], fields)


def with_both(story: Story) -> Browser:
    """Return the browser of somebody who has signed in with both factors by the application's own form."""
    with_app(story)
    story.let_pass(60)  # each code counts once
    browser = story.stranger()
    assert STEP == enters(browser).location
    assert 303 == proves(story, browser).status
    return browser


@step("own-sign-in", "应用自己的表单将有第二重验证的人引到对应页面，再去表单所说的地方；在此之前没有人登录。")
def an_own_form_leads_to_the_second_factor(story: Story) -> None:
    """The application's own form leads whoever has a second factor to its page and on; before that, nobody is in."""
    with_app(story)
    browser = story.stranger()
    led = enters(browser)
    assert (303, STEP, [HALF]) == (led.status, led.location, [each.partition("=")[0] for each in led.set_cookies])
    assert story.who(browser) is None
    done = proves(story, browser)
    assert (303, "/guarded") == (done.status, done.location)
    assert IDENTITY in browser.cookies
    assert [NAME, ["password", "totp"], 2] == browser.visit("/guarded").json


@step("own-sign-in-script", "程序以 401 得知还缺第二重验证以及在哪里提供。")
def a_script_is_told_what_is_missing(story: Story) -> None:
    """A script is told with 401 that a second factor is missing, and where to show it."""
    with_app(story)
    browser = story.stranger()
    content = f"name={NAME}&password={PASSWORD.replace(' ', '+')}&next=/".encode()
    told = browser.call("POST", "/enter", content, content_type=FORM)
    challenge = f'Session realm="hardtack", error="second-factor-needed", sign-in="{STEP}"'
    assert (401, challenge) == (told.status, told.headers["WWW-Authenticate"])
    assert (True, None) == (HALF in browser.cookies, story.who(browser))


@step("factor", "要求刚刚提供第二重验证的页面不接受密码，会询问并引回原处；程序则得知缺什么。")
def a_view_demands_a_second_factor(story: Story) -> None:
    """A view that demands a second factor from a moment ago takes no password for it, asks, and leads back."""
    browser = with_both(story)
    assert 200 == browser.visit("/guarded").status
    story.let_pass(3600)
    again = browser.submit(CONFIRM, {"password": PASSWORD, "next": "/guarded"})
    assert (303, 200) == (again.status, browser.visit("/delicate").status)
    told = browser.call("GET", "/guarded")
    assert 401 == told.status
    demand = 'error="insufficient_user_authentication", max_age=900, acr_values="second"'
    assert demand in told.headers["WWW-Authenticate"]
    led = browser.visit("/guarded")
    assert (303, f"{CONFIRM}?next=/guarded&strength=second") == (led.status, led.location)
    back = proves(story, browser, led.location, next="/guarded", strength="second")
    assert (303, "/guarded") == (back.status, back.location)
    assert 200 == browser.visit("/guarded").status
