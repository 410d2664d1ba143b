"""The third chapter: time passes, keys change, and what was given out is taken back."""

from __future__ import annotations

import time

from hardtack.seal import token
from tests.story.telling import PASSWORD, PATIENCE, Chapter, Story
from tests.story.visiting import DATA, IDENTITY

HOUR = 3600

CHAPTER = Chapter("ending")
step = CHAPTER.step


@step("confirm", "登录已有一段时间时，敏感页面再次要求密码，然后引回原处。")
def the_password_again(story: Story) -> None:
    """What is delicate asks for the password again when the sign-in is a while ago, and leads back."""
    assert 200 == story.anna.visit("/delicate").status
    story.let_pass(HOUR)
    told = story.anna.call("GET", "/delicate")
    assert 401 == told.status
    assert 'error="insufficient_user_authentication", max_age=900' in told.headers["WWW-Authenticate"]
    led = story.anna.visit("/delicate")
    assert (303, "/auth/account/confirm?next=/delicate") == (led.status, led.location)
    wrong, right = (
        story.anna.submit("/auth/account/confirm", {"password": password, "next": "/delicate"})
        for password in ("wrong", PASSWORD)
    )
    assert (401, 303, "/delicate") == (wrong.status, right.status, right.location)
    assert (200, 200) == (story.anna.visit("/delicate").status, story.anna.visit("/cart").status)


@step("sliding", "使用中的会话会延续到空闲时限之后，不使用的则会结束。")
def use_keeps_it_alive(story: Story) -> None:
    """A session that is used goes on past its idle time; one that is not used ends."""
    story.sign_in(story.phone)
    items = story.anna.visit("/cart").json
    for _ in range(2):
        story.let_pass(18 * HOUR)
        assert (items, "anna") == (story.anna.visit("/cart").json, story.who(story.anna))
    assert story.who(story.phone) is None


@step("rotate", "更换密钥后，运行中的服务器用新密钥封装，没有人被登出。")
def keys_change(story: Story) -> None:
    """After a change of keys the running server seals under the new one, and nobody is signed out."""
    old = token.decode(story.anna.cookies[IDENTITY])[1:5]
    story.command("keys", "rotate", "--now")
    deadline = time.monotonic() + PATIENCE
    while old == token.decode(story.anna.cookies[DATA])[1:5]:
        assert time.monotonic() < deadline, "nothing is sealed under the new key"
        assert 303 == story.anna.submit("/cart", {"item": "lime"}).status
        time.sleep(0.2)
    assert old == token.decode(story.anna.cookies[IDENTITY])[1:5]
    assert "anna" == story.who(story.anna)
    assert "lime" in story.anna.visit("/cart").json["items"]


@step("sign-out", "登出会删除 Cookie，并使其所有副本中的登录失效，其他浏览器不受影响。")
def signing_out_ends_every_copy(story: Story) -> None:
    """Signing out deletes the cookies and ends the sign-in in every copy of them, and in no other browser."""
    story.sign_in(story.phone)
    copy = story.copy(story.anna.cookies)
    assert "anna" == story.who(copy)
    left = story.anna.submit("/auth/sign-out", {})
    assert (303, "/") == (left.status, left.location)
    assert not {DATA, IDENTITY} & set(story.anna.cookies)
    with story.logging(rf"cookie refused: {IDENTITY} \(revoked\)"):
        assert (None, "anna") == (story.who(copy), story.who(story.phone))
    assert 401 == copy.call("GET", "/private").status


@step("revoked", "停用账户的命令会立即结束其全部会话，且无人能再登录。")
def a_command_ends_all_sessions(story: Story) -> None:
    """A command that disables an account ends all its sessions at once, and nobody can sign in to it."""
    assert "anna" == story.who(story.phone)
    story.command("accounts", "disable", "anna")
    assert story.who(story.phone) is None
    answer = story.stranger().submit("/auth/sign-in", {"username": "anna", "password": PASSWORD})
    assert (401, []) == (answer.status, [value for value in answer.set_cookies if IDENTITY + "=" in value])
    story.command("accounts", "enable", "anna")


@step("expired", "被复制的 Cookie 过期后毫无用处，无论浏览器怎样处理。")
def time_ends_it(story: Story) -> None:
    """A copied cookie is worth nothing after its time, whatever the browser does with it."""
    story.sign_in(story.anna)
    story.anna.submit("/cart", {"item": "rope"})
    assert ({"items": ["rope"]}, "anna") == (story.anna.visit("/cart").json, story.who(story.anna))
    story.let_pass(25 * HOUR)
    with story.logging(rf"cookie refused: {IDENTITY} \(expired\)"):
        assert (None, None) == (story.anna.visit("/cart").json, story.who(story.anna))
    assert "/auth/sign-in?next=/private" == story.anna.visit("/private").location


@step("again", "再次登录并选择保持登录，得到比浏览器更持久的身份和一个空会话。")
def signing_in_again(story: Story) -> None:
    """Signing in again, and asking to be kept, gives an identity that outlives the browser, and an empty session."""
    form = {"username": "anna", "password": PASSWORD, "keep": "on", "next": "/private"}
    answer = story.anna.submit("/auth/sign-in", form)
    identity = next(value for value in answer.set_cookies if value.startswith(IDENTITY + "="))
    assert (303, "/private", True) == (answer.status, answer.location, "Max-Age=" in identity)
    assert ("anna", None) == (story.who(story.anna), story.anna.visit("/cart").json)
