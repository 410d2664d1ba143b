"""The first chapter: somebody comes, signs up, and uses the application; what it remembers, and for whom."""

from __future__ import annotations

import base64
import json

import pytest
from websockets.exceptions import InvalidStatus

from hardtack.seal import token
from tests.story.browser import FORM
from tests.story.telling import PASSWORD, Chapter, Story

DATA = "__Host-session-story"
IDENTITY = "__Host-hardtack"

CHAPTER = Chapter("visiting")
step = CHAPTER.step


@step("stranger", "陌生访客读到面向所有人的页面，浏览器里没有留下任何东西。")
def nothing_is_set(story: Story) -> None:
    """A stranger reads a page for everybody, and nothing is put into their browser."""
    browser = story.stranger()
    answer = browser.visit("/")
    assert (200, "Hello from a shop by the sea.\n", []) == (answer.status, answer.text, answer.set_cookies)
    assert story.who(browser) is None


@step("led", "私有页面把人的浏览器引到登录页，再到注册页，并记得回来的路。")
def a_person_is_led(story: Story) -> None:
    """A private page leads a browser to the sign-in page and on to the sign-up page, and knows the way back."""
    answer = story.anna.visit("/private?tab=2")
    assert (303, "/auth/sign-in?next=/private%3Ftab%3D2") == (answer.status, answer.location)
    page = story.anna.visit(answer.location)
    assert 200 == page.status
    assert "/auth/sign-up?next=/private%3Ftab%3D2" in page.text


@step("told", "脚本被告知到哪里登录：401 和一个质询。")
def a_script_is_told(story: Story) -> None:
    """A script is told where to sign in: 401 with a challenge."""
    answer = story.stranger().call("GET", "/private")
    assert (401, "application/problem+json") == (answer.status, answer.headers["Content-Type"])
    assert 'Session realm="hardtack", sign-in="/auth/sign-in"' == answer.headers["WWW-Authenticate"]


@step("sign-up", "注册创建账户、让其主人登录，并回到原来要去的页面。")
def anna_signs_up(story: Story) -> None:
    """Signing up makes an account, signs its owner in, and leads back to the page that was asked for."""
    form = {"username": "anna", "password": PASSWORD, "next": "/private?tab=2"}
    answer = story.anna.submit("/auth/sign-up", form)
    assert (303, "/private?tab=2") == (answer.status, answer.location)
    page = story.anna.visit(answer.location)
    assert (200, "anna", "anna") == (page.status, page.json, story.who(story.anna))


@step("own-form", "应用自己页面上的表单被接受，它放进会话的内容之后还在。")
def a_form_is_taken(story: Story) -> None:
    """A form of the application's own pages is taken, and what it puts into the session is there afterwards."""
    answer = story.anna.submit("/cart", {"item": "biscuit"})
    assert (303, "/cart") == (answer.status, answer.location)
    assert {"items": ["biscuit"]} == story.anna.visit("/cart").json


@step("nested", "会话内容深处的改动无须声明也会保存。")
def a_deep_change_is_saved(story: Story) -> None:
    """A change deep inside what the session holds is saved without being announced."""
    story.anna.submit("/cart", {"item": "船上的饼干"})
    assert {"items": ["biscuit", "船上的饼干"]} == story.anna.visit("/cart").json


@step("sealed", "Cookie 只属于本主机，脚本取不到，其中的内容无法读出。")
def cookies_are_sealed(story: Story) -> None:
    """The cookies belong to this host alone, keep out of scripts' reach, and nothing in them can be read."""
    answer = story.anna.submit("/cart", {"item": "rum"})
    assert 1 == len(answer.set_cookies)
    name, _, rest = answer.set_cookies[0].partition("=")
    attributes = {part for part in rest.split("; ")[1:] if not part.startswith(("Max-Age", "Expires"))}
    assert (DATA, {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"}) == (name, attributes)
    assert {DATA, IDENTITY} <= set(story.anna.cookies)
    for value in (story.anna.cookies[DATA], story.anna.cookies[IDENTITY]):
        assert not any(word in base64.urlsafe_b64decode(value + "===") for word in (b"rum", b"biscuit", b"anna"))


@step("untouched", "只读会话不会写入任何东西，且响应不进入共享缓存。")
def reading_writes_nothing(story: Story) -> None:
    """Reading the session writes nothing, and keeps the answer out of shared caches."""
    answer = story.anna.visit("/cart")
    assert [] == answer.set_cookies
    assert "cookie" in {member.lower() for member in answer.members("Vary")}
    assert "private" in answer.members("Cache-Control")


@step("flash", "给下一页的消息只显示一次，最早的在前。")
def messages_are_shown_once(story: Story) -> None:
    """Messages for the next page are shown once, the oldest first."""
    assert ["added biscuit", "added 船上的饼干", "added rum"] == story.anna.visit("/messages").json
    assert [] == story.anna.visit("/messages").json


@step("cross-site", "其他网站的表单在应用看到之前就以 403 拒绝。")
def another_site_is_refused(story: Story) -> None:
    """Another site's form is refused with 403 before the application sees it."""
    answer = story.anna.submit("/cart", {"item": "poison"}, site="cross-site")
    assert 403 == answer.status
    assert "This request did not come from a page of this site" in answer.text
    assert "poison" not in story.anna.visit("/cart").text


@step("token", "不说明表单来自谁的页面的浏览器需要表单令牌，且每位访客各有各的。")
def an_old_browser_needs_the_token(story: Story) -> None:
    """A browser that does not say whose page a form is on needs the form's token, and each visitor their own."""
    story.anna.old = True
    other = story.stranger()
    other.old = True
    tokens = [browser.visit("/form").token for browser in (story.anna, other)]
    sent = [story.anna.submit("/cart", {"item": "tea", "csrf_token": each}) for each in ("", tokens[1], tokens[0])]
    assert [403, 403, 303] == [answer.status for answer in sent]
    story.anna.old = False
    assert 1 == story.anna.visit("/cart").json["items"].count("tea")


@step("script", "自己页面的脚本在浏览器什么都不说明时用头字段发送令牌。")
def a_script_sends_the_token(story: Story) -> None:
    """A script of one's own pages sends the token in a header, where its browser says nothing."""
    sent = {"Content-Type": FORM, "Accept": "application/json"}
    token_of_form = story.anna.visit("/form").token
    refused = story.anna.ask("POST", "/cart", b"item=salt", sent)
    taken = story.anna.ask("POST", "/cart", b"item=salt", {**sent, "X-CSRF-Token": token_of_form})
    assert (403, "application/problem+json", 303) == (refused.status, refused.headers["Content-Type"], taken.status)


@step("websocket", "WebSocket 在接受之前改动的会话随接受一起发出；其他网站打开的会被拒绝。")
def a_websocket_has_the_session(story: Story) -> None:
    """What a WebSocket changes in the session goes out as it is accepted, and another site's is refused."""
    for number in (1, 2):
        with story.anna.socket("/socket") as connection:
            assert ["anna", number] == json.loads(connection.recv())
    with pytest.raises(InvalidStatus) as refused, story.anna.socket("/socket", "https://evil.example"):
        pass
    assert 403 == refused.value.response.status_code


@step("tampered", "数据 Cookie 改动一位即作废，日志说明原因，登录状态不变。")
def a_changed_cookie_is_worth_nothing(story: Story) -> None:
    """A data cookie with one bit changed is worth nothing, the log says why, and the sign-in stays."""
    raw = bytearray(token.decode(story.anna.cookies[DATA]))
    raw[len(raw) // 2] ^= 1
    changed = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    browser = story.copy({**story.anna.cookies, DATA: changed})
    with story.logging(rf"cookie refused: {DATA} \(forged\)"):
        assert browser.visit("/cart").json is None
    assert "anna" == story.who(browser)


@step("stranger-cookie", "另一个应用的有效 Cookie 换上本应用的名字会被拒绝。")
def another_applications_cookie_is_refused(story: Story) -> None:
    """A good cookie of another application under this one's name is refused."""
    from hardtack.session import Sessions

    theirs = Sessions(story.keyring, origin="https://shop.example", application="harbour")
    session = theirs.open("", story.now)
    session["cart"] = {"items": ["contraband"]}
    value = theirs.save(session, story.now)[0].partition(";")[0].partition("=")[2]
    assert theirs.open(f"__Host-session-harbour={value}", story.now)["cart"]
    with story.logging(rf"cookie refused: {DATA} \(forged\)"):
        assert story.copy({DATA: value}).visit("/cart").json is None
