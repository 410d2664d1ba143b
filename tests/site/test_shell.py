"""What every page has, in both languages: structure, labels, names, and nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from hardtack.errors import Refused
from hardtack.login.outbox import Notice
from hardtack.site import services, shell, texts
from hardtack.site.assets import OURS
from hardtack.site.parts import Parts
from tests.outgoing import code_of, orders
from tests.site.conftest import NAME, Page, World


def pages(world: World, language: str) -> Iterator[tuple[str, str]]:
    """Yield every page with a name for it."""
    code = world.accounts.make_welcome_code(int(world.clock.now))
    out = world.browser(language=language)
    yield "first start", out.get("/").body.decode()
    yield "welcome", out.get(f"/welcome?code={code}").body.decode()
    yield "welcome, wrong", out.submit(f"/welcome?code={code}", username=NAME, password="x").body.decode()
    world.member(administrator=True)
    yield "home", out.get("/").body.decode()
    yield "sign-in", out.get("/sign-in").body.decode()
    yield "sign-in, wrong", out.sign_in(password="wrong").body.decode()
    yield "sign-in, empty", out.sign_in(name="", password="").body.decode()
    yield (
        "sign-in, bad cookie",
        world.browser(language=language, cookies={"hardtack-8000": "x"}).get("/sign-in").body.decode(),
    )
    yield "sign-up", out.get("/sign-up").body.decode()
    yield "sign-up, wrong", out.submit("/sign-up", username=NAME, password="x").body.decode()
    for address in ("/none", "/sign-out", "/welcome", "/forgot", "/reset?code=x"):
        yield address, out.get(address).body.decode()
    yield "forgot, wrong", out.submit("/forgot", email="x").body.decode()
    yield "forgot, sent", out.submit("/forgot", email="x@example.org").body.decode()
    yield "foreign host", out.get("/", host="evil.example").body.decode()
    inside = world.browser(language=language)
    inside.sign_in()
    below = [f"/account/{page}" for page in ("confirm", "password", "export", "close")]
    for address in ("/", "/account", *below, "/sign-in", "/sign-up", "/none"):
        yield f"{address}, signed in", inside.get(address).body.decode()
    administered = ("", "/accounts", "/account?id=1", "/invitations", "/throttles", "/audit")
    for address in ("/account/activity", *(f"/admin{page}" for page in administered)):
        yield f"{address}, signed in", inside.get(address).body.decode()
    form = Page(inside.get("/admin/account?id=1").body.decode()).form("/admin/account")
    yield "roles, wrong", inside.post("/admin/account", {**form, "action": "roles", "roles": "X"}).body.decode()
    for address in ("/account/email", "/account/email?done=changed", "/verify"):
        yield f"{address}, signed in", inside.get(address).body.decode()
    yield "address, wrong", inside.submit("/account/email", email="x").body.decode()
    yield "address, asked", inside.submit("/account/email", email="anna@example.org").body.decode()
    now = int(world.clock.now)
    _, invited = world.accounts.invitations.make(email="berta@example.org", now=now)
    yield "joining", out.get(f"/sign-up?code={invited}").body.decode()
    yield "joining, wrong", out.submit(f"/sign-up?code={invited}", username="a b", password="x").body.decode()
    yield "joining, no link", out.get("/sign-up?code=x").body.decode()
    order = next(order for order in orders(world.accounts, now) if order.notice is Notice.VERIFY_ADDRESS)
    yield "verify", inside.get(f"/verify?code={code_of(world.accounts, order, now)}").body.decode()
    yield "confirm, wrong", inside.submit("/account/confirm", password="wrong").body.decode()
    yield "password, wrong", inside.submit("/account/password", password="x", new_password="x").body.decode()
    world.member("berta")
    leaving = world.browser(language=language)
    leaving.sign_in("berta")
    yield "close, wrong", leaving.submit("/account/close", username="x", password="x").body.decode()
    yield "confirm, empty", inside.submit("/account/confirm", password="").body.decode()


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_page_is_sound(world: World, language: str) -> None:
    """Elements closed, one main heading, unique ids, labels and descriptions that exist (WCAG 1.3.1, 2.4.2, 4.1.2)."""
    for name, text in pages(world, language):
        page = Page(text)
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]

        assert [] == page.open, name
        assert 1 == len(page.all("h1")) == len(page.all("main")) == len(page.all("title")), name
        assert [{"lang": texts.TAGS[language]}] == page.all("html"), name
        assert len(ids) == len(set(ids)), name
        for field in page.all("input"):
            if field["type"] != "hidden" and "hidden" not in field:
                assert field["id"] in [label["for"] for label in page.all("label")], name
        for _, attributes in page.elements:
            for reference in ("aria-describedby", "aria-labelledby"):
                assert set((attributes.get(reference) or "").split()) <= set(ids), (name, attributes)
            href = attributes.get("href") or ""
            assert not href.startswith("#") or href[1:] in ids, (name, href)
        assert "#main" == page.all("a")[0]["href"], name


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_page_is_whole_in_one_language(world: World, language: str) -> None:
    """No placeholder, no missing text, and no Chinese on an English page but the switch's name."""
    for name, text in pages(world, language):
        seen = re.sub(r"<[^>]*>", " ", text)

        assert not re.search(r"[{}]|None|Undefined", seen), name
        if language == "en":
            assert ["中文"] == re.findall(r"[\u4e00-\u9fff]+", seen), name
        else:
            assert re.search(r"[\u4e00-\u9fff]", "".join(Page(text).words["h1"])) or NAME in text, name


@pytest.mark.asvs("3.4.3")
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_page_loads_the_style_sheet_the_script_and_the_mark_and_nothing_else(world: World, language: str) -> None:
    """No script and no style in the page itself, nothing from another host."""
    for name, text in pages(world, language):
        page = Page(text)

        assert [OURS.mark.path, OURS.css.path] == [link["href"] for link in page.all("link")], name
        scripts = page.all("script")
        assert {"src": OURS.js.path, "defer": None} == scripts[0], name
        assert {OURS.passkey_js.path, OURS.conditional_js.path} >= {each.pop("src") for each in scripts[1:]}, name
        assert all({"defer": None} == each for each in scripts[1:]), name
        assert "" == "".join(page.words.get("script", "")), name
        assert not {"style", "img", "iframe", "object"} & {tag for tag, _ in page.elements}, name
        assert [] == [key for _, attributes in page.elements for key in attributes if key.startswith("on")], name
        assert [] == [attributes for _, attributes in page.elements if "style" in attributes], name
        addresses = [
            value or ""
            for _, attributes in page.elements
            for key, value in attributes.items()
            if key in ("href", "src", "action")
        ]
        assert [] == [address for address in addresses if not re.match(r"/(?!/)|#", address)], name


@pytest.mark.asvs("3.5.1", "14.2.1")
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_form_posts_with_a_token(world: World, language: str) -> None:
    """To an address of ours; but for searches, which change nothing and have no token to leave in an address."""
    for name, text in pages(world, language):
        page = Page(text)
        for form, fields in zip(page.all("form"), page.forms, strict=True):
            searches = form.get("role") == "search"
            assert ("get" if searches else "post") == form["method"], name
            assert searches != bool(fields.get("csrf_token")), name


class TestProblem:
    """The words of a refusal."""

    def test_the_errors_own_words_stand_alone(self) -> None:
        """They say what to do as well."""
        error = Refused({"en": "No.", "zh": "不行。"}, fields={"username": {"en": "Taken.", "zh": "已占用。"}})

        assert shell.Problem("No.", "", {"username": "Taken."}) == shell.Problem.of(error, "en")
        assert shell.Problem("不行。", "", {"username": "已占用。"}) == shell.Problem.of(error, "zh")

    def test_a_time_to_wait_is_said_beside_them(self) -> None:
        """Once, and in the same words as in every other form of the answer."""
        error = Refused({"en": "Too many.", "zh": "太多了。"}, retry_after=9)

        assert shell.Problem("Too many.", "Try again in 9 seconds.") == shell.Problem.of(error, "en")
        assert shell.Problem("太多了。", "请在 9 秒后再试。") == shell.Problem.of(error, "zh")

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_without_them_the_catalogue_speaks_and_says_when(self, language: str) -> None:
        """What happened, what to do, and when to come back."""
        problem = shell.Problem.of(Refused(retry_after=9), language)

        assert problem.detail
        assert "9" in problem.advice
        assert shell.Problem.of(Refused(), language).advice


def test_a_page_without_a_visitor_can_hold_no_form(world: World) -> None:
    """It would have nobody to bind the token to; a mistake in a template is seen at once."""
    page = services.Services(
        parts=Parts(world.accounts, world.sessions, world.settings, None, "", "", "", "", "", None),  # type: ignore[arg-type] # never asked
        path="/",
        here="/",
        language="en",
        now=0,
        origin="http://localhost:8000",
    )
    with pytest.raises(RuntimeError, match="no visitor"):
        page.csrf_token()
    assert page.account is None
