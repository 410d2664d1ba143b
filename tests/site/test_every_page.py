"""What is so of every page in every state, in both languages: none is left out, none is large, forms fill themselves.

A page is small, with everything that stands in it, and password managers find in each form what they look for: which
field is a name, which password is the present one and which a new one, and whose.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import hardtack.site
from hardtack.errors import Refused
from hardtack.login import HashingPool
from hardtack.site import shell, texts
from hardtack.site.assets import OURS
from hardtack.site.routes import ROUTES
from hardtack.status import error_page, saying
from hardtack.status.catalogue import Status
from hardtack.status.trace import Step
from tests.site.conftest import NAME, Page, worlds
from tests.site.every_page import EMAIL, every_page

MOST = 20_000
"""Octets of a page."""

TEMPLATES = Path(hardtack.site.__file__).parent / "templates"
NO_PAGES = frozenset({"/sign-out", "/language", "/account/trusted", "/hand-off", "/sign-in/passkey"})
"""Addresses that only lead on."""


@dataclass
class Looked:
    """What was shown.

    Args:
        pages: the text of each page, by its name.
        templates: what they were made of.
        paths: where they were.
        parsed: the pages, read.
    """

    pages: dict[str, str] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)
    paths: set[str | None] = field(default_factory=set)
    parsed: dict[str, Page] = field(default_factory=dict)


Look = Callable[[str], Looked]
"""Returns what is shown in a language."""


@pytest.fixture(scope="session")
def looked(tmp_path_factory: pytest.TempPathFactory, hashing: HashingPool) -> Look:
    """Return a function that looks at every page in a language, once."""

    @cache
    def look(language: str) -> Looked:
        found = Looked()
        render = shell.Shell.render

        def noted(self: shell.Shell, template: str, language: str, **values: Any) -> str:
            found.templates.add(template)
            found.paths.add(values["path"])
            return render(self, template, language, **values)

        with pytest.MonkeyPatch.context() as patch, worlds(tmp_path_factory.mktemp(language), hashing) as make:
            patch.setattr(shell.Shell, "render", noted)
            for name, text in every_page(make, language):
                assert name not in found.pages, name
                found.pages[name], found.parsed[name] = text, Page(text)
        return found

    return look


@dataclass
class Form:
    """One form of a page.

    Args:
        action: where it goes.
        fields: the attributes of its fields, in their order.
    """

    action: str
    fields: list[dict[str, str]] = field(default_factory=list)

    def of(self, purpose: str) -> list[dict[str, str]]:
        """Return the fields that say they are for *purpose*."""
        return [each for each in self.fields if purpose in each.get("autocomplete", "").split()]


def forms(page: Page) -> list[Form]:
    """Return the forms of a page."""
    found: list[Form] = []
    for tag, attributes in page.elements:
        given = {name: value or "" for name, value in attributes.items()}
        if tag == "form":
            found.append(Form(given["action"]))
        elif tag in ("input", "select"):
            found[-1].fields.append(given)
    return found


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_none_is_left_out(looked: Look, language: str) -> None:
    """Every template that is a page of its own, and every address that shows one to a person."""
    frames = {"account_frame.html", "admin_frame.html"}
    pages = {path.name for path in TEMPLATES.glob("*.html") if "{% extends" in path.read_text("utf-8")} - frames
    addresses = {path for path, route in ROUTES.items() if route.session and "GET" in route.pages} - NO_PAGES
    assert set() == pages - looked(language).templates
    assert set() == addresses - looked(language).paths


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_each_is_small(looked: Look, language: str) -> None:
    """With all that stands in it; the style sheet is one, and the same for all."""
    large = {name: len(text.encode()) for name, text in looked(language).pages.items()}
    assert {} == {name: size for name, size in large.items() if size >= MOST}
    sheets = {
        tuple(link["href"] for link in page.all("link") if link["rel"] == "stylesheet")
        for name, page in looked(language).parsed.items()
        if name != "hand-off, again"
    }
    assert 1 == len(sheets)
    assert 1 == len(sheets.pop())


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_page_that_stands_by_itself_is_small(language: str) -> None:
    """That of an error in any application, with its style in it and thirty rules that were tried."""
    steps = [
        Step("refuse", f"a-rule-{number}", "RFC 9110 §15.5.1", "decides" if number == 29 else "")
        for number in range(30)
    ]
    for status in Status:
        if status.is_error:
            says = saying.of(status.code, Refused(), language)
            assert MOST > len(error_page.render(says, language, steps, "/status").encode()), status


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_password_managers_find_whose_password_is_asked_for_and_which(looked: Look, language: str) -> None:
    """A name before every password, hidden where it is known; never one by which nobody can sign in."""
    seen = 0
    for name, page in looked(language).parsed.items():
        for form in forms(page):
            passwords = [each for each in form.fields if each.get("type") == "password"]
            for each in passwords:
                assert each["autocomplete"] in ("current-password", "new-password"), (name, each)
                assert ("passwordrules" in each) == (each["autocomplete"] == "new-password"), (name, each)
                assert not {"maxlength", "minlength", "pattern", "readonly"} & set(each), (name, each)
            # Whoever closes an account types its name as a proof that this one is meant.
            if not passwords or form.action == "/account/close":
                continue
            seen += 1
            (whose,) = form.of("username")
            assert form.fields.index(whose) < form.fields.index(passwords[0]), name
            assert ("username", "text") == (whose["name"], whose["type"]), name
            if "hidden" in whose:
                known = EMAIL if "by address" in name else NAME
                assert (known, True) == (whose["value"], "readonly" in whose), (name, whose)
    assert seen > 20


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_each_field_says_what_it_is_for(looked: Look, language: str) -> None:
    """A passkey among the names of the sign-in; codes as phones fill them in; addresses."""
    wanted = {"code": {"one-time-code", "off"}, "email": {"email", "off"}, "display_name": {"name"}}
    for name, page in looked(language).parsed.items():
        for form in forms(page):
            for each in form.fields:
                if each.get("type") == "hidden" or each["name"] not in wanted:
                    continue
                assert each["autocomplete"] in wanted[each["name"]], (name, each)
                if each["autocomplete"] == "one-time-code":
                    assert "numeric" == each["inputmode"], (name, each)
    (sign_in,) = [form for form in forms(looked(language).parsed["sign-in"]) if form.action == "/sign-in"]
    assert ["username webauthn", "current-password"] == [
        each["autocomplete"] for each in sign_in.fields if each["type"] in ("text", "password")
    ]


def test_fields_have_the_same_names_in_every_language_and_state(looked: Look) -> None:
    """So that a manager that has learnt a form knows it again: by name and by id."""
    one, other = (
        {
            name: [[(each["name"], each.get("id")) for each in form.fields] for form in forms(text)]
            for name, text in all_
        }
        for all_ in (looked(language).parsed.items() for language in texts.LANGUAGES)
    )
    assert one == other
    for name, found in one.items():
        for at, identifier in (pair for form in found for pair in form):
            if at in ("username", "password", "new_password", "code", "email") and identifier is not None:
                assert re.fullmatch(rf"{at}(-\d+)?", identifier), (name, at, identifier)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_page_is_sound(looked: Look, language: str) -> None:
    """Elements closed, one main heading, unique ids, labels and descriptions that exist (WCAG 1.3.1, 2.4.2, 4.1.2)."""
    for name, page in looked(language).parsed.items():
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]

        assert [] == page.open, name
        assert 1 == len(page.all("h1")) == len(page.all("main")) == len(page.all("title")), name
        assert [{"lang": texts.TAGS[language]}] == page.all("html"), name
        assert len(ids) == len(set(ids)), name
        for each in page.all("input"):
            if each["type"] != "hidden" and "hidden" not in each:
                assert each["id"] in [label["for"] for label in page.all("label")], name
        for _, attributes in page.elements:
            for reference in ("aria-describedby", "aria-labelledby"):
                assert set((attributes.get(reference) or "").split()) <= set(ids), (name, attributes)
            href = attributes.get("href") or ""
            assert not href.startswith("#") or href[1:] in ids, (name, href)
        assert "#main" == page.all("a")[0]["href"], name


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_page_is_whole_in_one_language(looked: Look, language: str) -> None:
    """No placeholder, no missing text, and no Chinese on an English page but the switch's name."""
    for name, text in looked(language).pages.items():
        # The commands of the pages about codes have braces, and their texts the word None; so has one about factors.
        said = re.sub(r"<code>.*?</code>|<dd>None", "", text, flags=re.S)
        seen = re.sub(r"<[^>]*>", " ", said)

        assert not re.search(r"[{}]|Undefined" + ("" if name.startswith("/status") else "|None"), seen), name
        heading = looked(language).parsed[name].words["h1"]
        if language == "en":
            # Abroad there is no switch; the pages about codes name what a code is called in the note.
            switch = [] if name == "hand-off, again" else ["中文"]
            assert switch == re.findall(r"[\u4e00-\u9fff]+", seen) or name.startswith("/status/"), name
        else:
            assert re.search(r"[\u4e00-\u9fff]", heading) or heading in (NAME, "boss", "Anna Li"), name


@pytest.mark.asvs("3.4.3")
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_page_loads_the_style_sheet_the_script_and_the_mark_and_nothing_else(looked: Look, language: str) -> None:
    """No script and no style in the page itself, nothing from another host."""
    for name, page in looked(language).parsed.items():
        if name == "hand-off, again":  # on the host of an application, where they have other addresses
            continue
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
            # What somebody may follow: to a standard, to their authenticator app, to their application.
            if key in ("href", "src", "action") and attributes.get("rel") != "external"
        ]
        onward = r"otpauth:" if name.startswith(("app, ", "enrol, ")) else r"https://" if "hand-off" in name else "#"
        assert [] == [address for address in addresses if not re.match(rf"/(?!/)|#|{onward}", address)], name


@pytest.mark.asvs("3.5.1", "14.2.1")
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_form_posts_with_a_token(looked: Look, language: str) -> None:
    """To an address of ours; but for searches, which change nothing and have no token to leave in an address.

    What is pressed for a code to arise is the playground's, which has no session.
    """
    for name, page in looked(language).parsed.items():
        for form, fields in zip(page.all("form"), page.forms, strict=True):
            if (form["action"] or "").startswith("/playground/"):
                continue
            searches = form.get("role") == "search"
            assert ("get" if searches else "post") == form["method"], name
            assert searches != bool(fields.get("csrf_token")), name
