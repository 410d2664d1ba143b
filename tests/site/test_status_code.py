"""One code's page: all that is known about it, what can be tried, and what is said where there is no such code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hardtack.site import status_code, texts
from hardtack.status import Status
from hardtack.status.causes import CAUSES, WHY_NOT, Cause, Form
from hardtack.status.decisions import DECISIONS
from hardtack.status.described import LABELS, exception_of, facts, record
from hardtack.status.handbook import CHAPTERS
from tests.site.conftest import MakeWorld, Page, World
from tests.site.test_status_list import MOST

PUBLIC: dict[str, Any] = {"origin": "https://id.example.org"}
every_code = pytest.mark.parametrize("status", list(Status), ids=lambda status: status.slug)
both = pytest.mark.parametrize("language", texts.LANGUAGES)


def cause(form: Form | None = None, decided: str = "precondition/if-match=changed") -> Cause:
    """Return a cause of nothing in particular."""
    return Cause(
        "a-cause",
        {"en": "A <cause>", "zh": "一个缘由"},
        {"en": "It is told with `code`.", "zh": "说明里有 `代码`。"},
        ("curl -i {origin}/playground/a?b={{c}}", "echo {host}"),
        decided,
        form,
    )


def said(text: str) -> str:
    """Return *text* as the pages' words have it: what is between backticks elsewhere, and all of it in one line."""
    return Page(f"<p>{text}</p>").words["p"]


@every_code
@both
def test_everything_that_is_known_stands_on_its_page(world: World, status: Status, language: str) -> None:
    """Catalogue, handbook, fields, rules, exception, reference; and it is small."""
    response = world.browser(language=language).get(f"/status/{status.slug}")
    page = Page(response.body.decode())
    words, code = " ".join(page.words.values()), page.words.get("code", "")
    known = facts(status, language)
    assert 200 == response.status
    assert f'</status/{status.slug}>; rel="canonical"' == response.get("Link")
    assert len(response.body) < MOST
    assert str(status.code) in page.words["p"]
    assert status.phrase_in(language) in page.words["h1"]
    assert said(status.describe(language)) in page.words["p"]
    assert all(known[key] in words for key in ("content", "cache", "decided_by"))
    assert known.get("standing", "") in words
    assert known.get("correction", "") in words
    assert exception_of(status) in words
    assert status.reference_url in [link["href"] for link in page.all("a")]
    chapter = CHAPTERS[status][language]
    for text in (chapter.when, chapter.client, *chapter.mistakes, *chapter.fields.values()):
        for number, piece in enumerate(text.split("`")):
            assert piece.strip() in code if number % 2 else piece.strip() in words
    needs = [(LABELS[language]["required"], status.headers_required), (LABELS[language]["kept"], status.headers_kept)]
    for need, names in (*needs, (LABELS[language]["recommended"], status.headers_recommended)):
        assert page.words.get("span", "").count(need) >= len(names)
        assert all(name in code for name in names)
    for rule in DECISIONS:
        assert (rule.status == status) <= (f"{rule.where}/{rule.rule}" in code)


@both
def test_from_each_page_one_can_go_on_to_the_next(world: World, language: str) -> None:
    """From the first to the last and back."""
    browser = world.browser(language=language)
    for rel, way in (("next", list(Status)), ("prev", list(reversed(Status)))):
        address: str | None = f"/status/{way[0].slug}"
        walked = []
        while address is not None:
            walked.append(address)
            links = Page(browser.get(address).body.decode()).all("a")
            address = next((link["href"] for link in links if link.get("rel") == rel), None)
        assert [f"/status/{status.slug}" for status in way] == walked


@both
def test_what_should_not_be_sent_is_said_above_all(world: World, language: str) -> None:
    """102, 104, 305, 306, 418 and 510; 402 is reserved for the future and may be."""
    for status in Status:
        response = world.browser(language=language).get(f"/status/{status.slug}")
        noticed = [each for each in Page(response.body.decode()).all("div") if each.get("class") == "notice"]
        assert (0 if status.may_be_sent else 1) == len(noticed)


@both
def test_a_code_without_chapter_and_cause_has_a_page(
    world: World, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shorter one."""
    monkeypatch.setattr(status_code, "CHAPTERS", {})
    monkeypatch.setattr(status_code, "CAUSES", {})
    for status in Status:
        response = world.browser(language=language).get(f"/status/{status.slug}")
        assert (200, True) == (response.status, status.describe(language)[:5] in response.body.decode())


class TestTrying:
    """What can be tried is shown as such only where the playground is."""

    LINK = Form("/playground/a", {"en": "Go there", "zh": "去看看"})
    FIELDS = Form("/playground/b", {"en": "Ask", "zh": "询问"}, fields={"total": "90"})
    POST = Form("/playground/c", {"en": "Send", "zh": "发送"}, "post", {"a": '"', "b": "2"})

    @pytest.fixture(params=texts.LANGUAGES)
    def language(self, request: pytest.FixtureRequest) -> str:
        """Return each language."""
        return str(request.param)

    def show(self, world: World, language: str, given: Cause | None, monkeypatch: pytest.MonkeyPatch) -> Page:
        """Return the page about 412 with *given* as its cause."""
        monkeypatch.setattr(status_code, "CAUSES", {} if given is None else {412: given})
        options = {"host": "id.example.org", "scheme": "https"} if world.settings.origin else {}
        browser = world.browser(language=language, **options)
        return Page(browser.get("/status/precondition-failed").body.decode())

    def test_in_development_it_is_told_with_this_servers_addresses(
        self, world: World, language: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """To be pasted as it stands; what is between backticks is code, and the trace is told."""
        given = cause()
        text = self.show(world, language, given, monkeypatch).text
        assert "<pre><code>curl -i http://localhost:8000/playground/a?b={c}\necho localhost:8000</code></pre>" in text
        assert "<pre><code>curl -i http://localhost:8000/status/412</code></pre>" in text
        assert f"<code>{given.decided}</code>" in text
        assert given.title[language].replace("<", "&lt;").replace(">", "&gt;") in text
        assert given.story[language].replace("`", "", 1).replace("`", "</code>").split("</code>")[1] in text
        assert texts.OURS.text(language, "status.elsewhere") not in text

    def test_where_the_server_answers_there_is_no_trace(
        self, world: World, language: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No layer of ours can say why."""
        page = self.show(world, language, cause(decided=""), monkeypatch)
        assert texts.OURS.text(language, "status.trace") not in page.words["p"]

    @pytest.mark.parametrize("form", [LINK, FIELDS, POST], ids=["link", "fields", "post"])
    def test_what_a_browser_can_do_is_a_link_or_a_form(
        self, world: World, language: str, form: Form, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With the fields that are sent along."""
        page = self.show(world, language, cause(form), monkeypatch)
        if form is self.LINK:
            assert form.path in [link["href"] for link in page.all("a") if link.get("class") == "button"]
            assert form.label[language] in page.words["a"]
            return
        assert form.fields == page.form(form.path)
        assert form.method in [each["method"] for each in page.all("form")]
        assert form.label[language] in page.words["button"]

    def test_in_public_it_is_told_where_it_could_be_tried(
        self, make_world: MakeWorld, language: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing to paste, nothing to press; with the playground switched on, all of it."""
        given = cause(self.POST)
        page = self.show(make_world(**PUBLIC), language, given, monkeypatch)
        assert ([], []) == (page.all("pre"), page.all("form"))
        assert given.title[language] in page.words["h3"]
        assert texts.OURS.text(language, "status.elsewhere") in page.words["p"]
        open_one = self.show(make_world(**PUBLIC, playground=True), language, given, monkeypatch)
        assert "curl -i https://id.example.org/playground/a?b={c}\necho id.example.org" in open_one.text
        assert "curl -i https://id.example.org/status/412" in open_one.text

    @pytest.mark.parametrize("settings", [{}, PUBLIC], ids=["development", "public"])
    @pytest.mark.parametrize("code", sorted(WHY_NOT))
    def test_305_and_306_say_why_not(
        self, make_world: MakeWorld, language: str, settings: dict[str, Any], code: int
    ) -> None:
        """Anywhere."""
        options = {"host": "id.example.org", "scheme": "https"} if settings else {}
        browser = make_world(**settings).browser(language=language, **options)
        page = Page(browser.get(f"/status/{Status(code).slug}").body.decode())
        assert WHY_NOT[code][language] in page.words["p"]
        assert [] == page.all("pre")
        assert texts.OURS.text(language, "status.elsewhere") not in page.words["p"]


def test_every_command_of_every_cause_can_be_written() -> None:
    """Its braces are right."""
    for each in CAUSES.values():
        for line in each.commands:
            assert line.format(origin="http://localhost:8000", host="localhost:8000")


def test_programs_get_the_record_and_the_handbook(world: World) -> None:
    """In both languages, by slug and, where nothing is provoked, by number."""
    answer = json.loads(world.browser().json("GET", "/status/not-found").body)
    chapter = {language: each._asdict() for language, each in CHAPTERS[404].items()}
    expected = {**record(Status(404)), "address": "/status/not-found", "handbook": chapter}
    assert json.loads(json.dumps(expected)) == answer


class TestInPublic:
    """Where nothing may be provoked."""

    @pytest.fixture
    def public(self, make_world: MakeWorld) -> World:
        """Return a site without the playground."""
        return make_world(**PUBLIC)

    @pytest.mark.parametrize("code", [100, 200, 204, 301, 401, 404, 418, 500])
    def test_a_number_is_the_page_with_200(self, public: World, code: int) -> None:
        """The same page as under its slug, which it names."""
        browser = public.browser(host="id.example.org", scheme="https")
        number, slug = browser.get(f"/status/{code}"), browser.get(f"/status/{Status(code).slug}")
        assert 200 == number.status == slug.status
        assert number.get("Link") == slug.get("Link")
        assert Page(number.body.decode()).words["h1"] == Page(slug.body.decode()).words["h1"]

    def test_no_other_method_works(self, public: World) -> None:
        """405; whoever posts there gets no code."""
        browser = public.browser(host="id.example.org", scheme="https")
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            response = browser.ask(method, "/status/503")
            assert (405, "GET, HEAD, OPTIONS") == (response.status, response.get("Allow"))
        assert (204, "GET, HEAD, OPTIONS") == (
            browser.ask("OPTIONS", "/status/503").status,
            browser.ask("OPTIONS", "/status/503").get("Allow"),
        )


WRONG = [
    ("abc", "no_name", None),
    ("not-fond", "no_name", 404),
    ("unused", "several", 306),
    ("99", "no_number", None),
    ("1000", "no_number", None),
    ("007", "no_number", None),
    ("0", "no_number", None),
    ("9" * 5000, "no_number", None),
    ("299", "unregistered", 200),
    ("419", "unregistered_seen", 400),
    ("599", "unregistered_seen", 500),
    ("600", "beyond", 500),
    ("999", "beyond", 500),
    ("４０４", "no_name", 404),
    ("\udcff", "no_name", None),
    ("<script>", "no_name", None),
]


@both
@pytest.mark.parametrize("settings", [{}, PUBLIC], ids=["development", "public"])
@pytest.mark.parametrize(("name", "text", "near"), WRONG, ids=[f"{name[:8]!a}" for name, _, _ in WRONG])
def test_what_is_no_code_is_404_with_the_right_hint(
    make_world: MakeWorld, language: str, settings: dict[str, Any], name: str, text: str, near: int | None
) -> None:
    """For people a page that leads on, for programs a problem that says the same."""
    options = {"host": "id.example.org", "scheme": "https"} if settings else {}
    browser = make_world(**settings).browser(language=language, **options)
    response = browser.get(f"/status/{name}")
    page = Page(response.body.decode())
    links = [link["href"] or "" for link in page.all("a")]
    shape = texts.OURS.table(language)[f"status.{text}"]
    assert 404 == response.status
    assert max(shape.replace("}", "{").split("{")[::2], key=len) in page.words["p"]
    assert ([] if near is None else [f"/status/{Status(near).slug}"]) == [
        link for link in links if link.startswith("/status/")
    ][:1]
    assert {"/status"} <= set(links)
    assert "/status" in page.actions
    problem = json.loads(browser.json("GET", f"/status/{name}").body)
    assert 404 == problem["status"]
    assert near is None or str(near) in problem["detail"] or text == "several"
    assert "text/plain" in (browser.get(f"/status/{name}", accept="*/*").get("Content-Type") or "")


@pytest.mark.parametrize("name", ["Not-Found", "NOT FOUND", "not_found", "notfound", "未找到"])
def test_another_spelling_of_a_name_leads_to_the_page(world: World, name: str) -> None:
    """308: there is one address for each code."""
    response = world.browser().get(f"/status/{name}")
    assert (308, "/status/not-found") == (response.status, response.get("Location"))


@pytest.mark.parametrize(("old", "slug"), [("Request Time-out", "request-timeout"), ("moved-temporarily", "found")])
def test_an_old_name_leads_to_the_page(world: World, old: str, slug: str) -> None:
    """As the command line finds it."""
    assert f"/status/{slug}" == world.browser().get(f"/status/{old}").get("Location")


@pytest.mark.parametrize("name", ["404", "not-found", "abc"])
def test_a_slash_too_many_is_308_as_everywhere(world: World, name: str) -> None:
    """With every method where every method works."""
    response = world.browser().get(f"/status/{name}/?x=1")
    assert (308, f"/status/{name}?x=1") == (response.status, response.get("Location"))
    assert (404, 308) == (world.browser().get("/status/a/b").status, world.browser().get("/status/").status)
