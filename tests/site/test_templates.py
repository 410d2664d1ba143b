"""Templates of the author's own: in the place of ours, on top of ours, and what a mistake in one costs."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hardtack.errors import MisuseError
from hardtack.site import texts
from hardtack.site.assets import OURS
from tests.site.conftest import NAME, PASSWORD, MakeWorld, Page, World, set_cookies

Write = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes templates into a folder and returns it."""

    def into(templates: Mapping[str, str]) -> Path:
        folder = tmp_path / "templates"
        folder.mkdir(exist_ok=True)
        for name, text in templates.items():
            (folder / f"{name}.html").write_text(text, encoding="utf-8")
        return folder

    return into


class TestReplacing:
    """A file of the same name takes the place of ours."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_a_page_of_the_authors_own_has_everything_that_ours_has(
        self, make_world: MakeWorld, write: Write, language: str
    ) -> None:
        """Texts, addresses, the token of the form and the parts of forms; and it works."""
        own = """
            {% from "form.html" import summary, field, token with context %}
            <title>{{ brand }}</title><main><h1>{{ t("sign_in.title") }}, {{ tag }}</h1>{{ summary() }}
            <form method="post" action="{{ url("/sign-in") }}">{{ token() }}
            {{ field("username", t("form.username"), "text", "username", value=username) }}
            {{ field("password", t("form.password"), "password", "current-password") }}
            </form><a href="{{ home }}"></a></main>
        """
        world = make_world(templates=write({"sign_in": own}), prefix="/auth", home="/shop")
        world.member()
        browser = world.browser(language=language)
        response = browser.get("/auth/sign-in")
        page = Page(response.body.decode())

        assert f"{texts.OURS.text(language, 'sign_in.title')}, {texts.TAGS[language]}" == page.words["h1"]
        assert ["/shop"] == [link["href"] for link in page.all("a")]
        assert 401 == browser.sign_in(password="wrong", address="/auth/sign-in").status
        assert 303 == browser.sign_in(address="/auth/sign-in").status

    def test_the_others_stay_ours(self, make_world: MakeWorld, write: Write) -> None:
        """One at a time."""
        world = make_world(templates=write({"sign_in": "mine"}))

        assert b"mine" == world.browser().get("/sign-in").body
        assert OURS.css.path in world.browser().get("/sign-up").body.decode()

    def test_a_frame_of_the_authors_own_stands_around_every_page(self, make_world: MakeWorld, write: Write) -> None:
        """Errors and what is refused before anybody looks at a cookie among them."""
        shell = """<title>{{ self.title() }}</title><body class="mine">
            {% block title %}{% endblock %}{% block main %}{% endblock %}"""
        world = make_world(templates=write({"shell": shell}))
        world.member()
        browser = world.browser()
        browser.sign_in()
        asked = [browser.get(path) for path in ("/", "/account", "/account/confirm", "/sign-in", "/none", "/sign-out")]
        asked.append(world.browser(host="evil.example").get("/"))

        assert [200, 200, 200, 200, 404, 405, 421] == [response.status for response in asked]
        assert ["mine"] * 7 == [Page(response.body.decode()).all("body")[0]["class"] for response in asked]

    def test_ours_stays_within_reach_to_be_extended(self, make_world: MakeWorld, write: Write) -> None:
        """A style sheet and a mark of the author's own in our frame, and a word under our page."""
        folder = write(
            {
                "shell": """{% extends "hardtack/shell.html" %}
                {% block head %}<link rel="stylesheet" href="/static/shop.css">{% endblock %}
                {% block mark %}<b>our mark</b>{% endblock %}
                {% block footer %}<p>our footer</p>{% endblock %}""",
                "sign_in": """{% extends "hardtack/sign_in.html" %}
                {% block main %}{{ super() }}<p>Ask at the desk.</p>{% endblock %}""",
            }
        )
        world = make_world(templates=folder)
        response = world.browser().get("/sign-in")
        page = Page(response.body.decode())

        assert [OURS.css.path, "/static/shop.css"] == [
            link["href"] for link in page.all("link") if link["rel"] == "stylesheet"
        ]
        assert ("our mark", []) == (page.words["b"], page.all("rect"))
        assert "our footer" in page.words["p"]
        assert "Ask at the desk." in page.words["p"]
        assert {"csrf_token", "username", "password"} == set(page.form("/sign-in"))
        assert "our mark" in world.browser().get("/none").body.decode()

    def test_nothing_takes_the_place_of_what_is_asked_for_as_ours(self, make_world: MakeWorld, write: Write) -> None:
        """Else a folder called so would make a page extend itself."""
        folder = write({"shell": '{% extends "hardtack/shell.html" %}{% block head %}<b></b>{% endblock %}'})
        (folder / "hardtack").mkdir()
        (folder / "hardtack" / "shell.html").write_text('{% extends "shell.html" %}')
        page = Page(make_world(templates=folder).browser().get("/sign-in").body.decode())

        assert 1 == len(page.all("b")) == len(page.all("main"))

    @pytest.mark.asvs("3.2.2")
    def test_what_is_put_into_it_is_escaped(self, make_world: MakeWorld, write: Write) -> None:
        """As in ours: no author has to remember it."""
        world = make_world(templates=write({"sign_in": "{{ username }}"}))

        response = world.browser().post("/sign-in", {"username": "<b>", "password": "x"}, sec_fetch_site="same-origin")
        assert b"&lt;b&gt;" == response.body

    def test_one_site_does_not_see_the_templates_of_another(self, make_world: MakeWorld, write: Write) -> None:
        """Two applications in one process."""
        first, second = make_world(templates=write({"sign_in": "mine"})), make_world()

        assert b"mine" == first.browser().get("/sign-in").body
        assert b"mine" not in second.browser().get("/sign-in").body

    @pytest.mark.parametrize(("origin", "seen"), [(None, b"after"), ("https://id.example.org", b"before")])
    def test_a_change_is_seen_without_a_restart_in_development_only(
        self, make_world: MakeWorld, write: Write, origin: str | None, seen: bytes
    ) -> None:
        """A public service is what was started."""
        folder = write({"sign_in": "before"})
        world = make_world(templates=folder, origin=origin)
        public = {"host": "id.example.org", "scheme": "https"} if origin else {}
        assert b"before" == world.browser(**public).get("/sign-in").body
        write({"sign_in": "after"})
        later = (folder / "sign_in.html").stat().st_mtime + 10
        os.utime(folder / "sign_in.html", (later, later))

        assert seen == world.browser(**public).get("/sign-in").body


class TestMistakesAtStart:
    """What can be seen without a visitor is said when the site is made."""

    def test_a_folder_that_is_not_there(self, make_world: MakeWorld, tmp_path: Path) -> None:
        """Nor is a file one."""
        (tmp_path / "file").write_text("")
        for name in ("none", "file"):
            with pytest.raises(MisuseError, match=f"no folder .*{name}"):
                make_world(templates=tmp_path / name)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("line one\n{% if %}", "line 2"),
            ("{{ name | nosuch }}", "nosuch"),
            ("{% url 'x' %}", "url"),
            ('{% extends "hardtak/shell.html" %}', "did you mean 'hardtack/shell.html'"),
            ('{% include "zzzz" %}', "ours are hardtack/shell.html"),
        ],
    )
    def test_a_template_that_is_none(self, make_world: MakeWorld, write: Write, text: str, said: str) -> None:
        """With the file, and where."""
        with pytest.raises(MisuseError) as caught:
            make_world(templates=write({"sign_in": text}))
        assert "sign_in.html" in str(caught.value)
        assert said in str(caught.value)

    def test_a_template_that_is_no_text(self, make_world: MakeWorld, write: Write) -> None:
        """UTF-8 is expected."""
        folder = write({})
        (folder / "sign_in.html").write_bytes(b"\xff\xfe")
        with pytest.raises(MisuseError, match="UTF-8"):
            make_world(templates=folder)

    def test_a_name_that_is_computed_is_left_to_the_request(self, make_world: MakeWorld, write: Write) -> None:
        """And what is no template is not read at all."""
        folder = write({"sign_in": '{% include "form" ~ ".html" %}mine'})
        (folder / "notes.txt").write_bytes(b"\xff {% if %}")

        assert b"mine" in make_world(templates=folder).browser().get("/sign-in").body


class TestMistakesInUse:
    """A template that fails in front of a visitor: a readable page, a number, and a line in the log that says where."""

    @pytest.fixture
    def failing(self, make_world: MakeWorld, write: Write) -> World:
        """Return a site whose sign-in page fails, and nothing else."""
        return make_world(
            templates=write({"sign_in": "\n{{ nosuch }}", "error": '{% extends "hardtack/error.html" %}'})
        )

    @staticmethod
    def incidents(caplog: pytest.LogCaptureFixture) -> list[dict[str, str]]:
        """Return what was logged as unexpected."""
        return [vars(one)["fields"] for one in caplog.records if vars(one).get("event") == "unexpected-error"]

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_the_visitor_reads_a_page_with_the_number_of_the_line(
        self, failing: World, caplog: pytest.LogCaptureFixture, language: str
    ) -> None:
        """The line names the template's file and line."""
        response = failing.browser(language=language).get("/sign-in")
        (fields,) = self.incidents(caplog)

        assert 500 == response.status
        assert texts.OURS.text(language, "error.incident", incident=fields["incident"]) in response.body.decode()
        assert "sign_in.html:2" in fields["where"]
        assert "UndefinedError" == fields["error"]

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    @pytest.mark.parametrize("broken", ["shell", "error"])
    def test_where_the_error_page_itself_fails_ours_says_the_same(
        self, make_world: MakeWorld, write: Write, caplog: pytest.LogCaptureFixture, language: str, broken: str
    ) -> None:
        """The status stays true, the texts are the author's, and the log has the line."""
        world = make_world(templates=write({broken: "{{ nosuch }}"}), texts={language: {"site.brand": "Shop"}})
        browser = world.browser(language=language)
        elsewhere = world.browser(language=language, host="evil.example")
        asked = [browser.get("/none"), browser.get("/sign-out"), elsewhere.get("/")]

        assert [404, 405, 421] == [response.status for response in asked]
        for response in asked:
            page = Page(response.body.decode())
            assert str(response.status) in page.words["p"]
            assert "Shop" in page.words["title"]
        assert [True] * 3 == [f"{broken}.html:1" in fields["where"] for fields in self.incidents(caplog)]

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_where_both_the_page_and_the_error_page_fail_there_is_one_number(
        self, make_world: MakeWorld, write: Write, caplog: pytest.LogCaptureFixture, language: str
    ) -> None:
        """The visitor reads it on our page; each of the two has its line in the log."""
        world = make_world(templates=write({"shell": "{{ nosuch }}"}))
        response = world.browser(language=language).get("/sign-in")
        first, second = self.incidents(caplog)

        assert 500 == response.status
        assert first["incident"] == second["incident"]
        assert texts.OURS.text(language, "error.incident", incident=first["incident"]) in response.body.decode()

    def test_a_form_in_the_frame_does_not_hide_a_refusal(self, make_world: MakeWorld, write: Write) -> None:
        """Nobody's cookies are looked at for a foreign host, so there is no token for it; it is 421 all the same."""
        frame = "{{ csrf_token() }}{% block title %}{% endblock %}{% block main %}{% endblock %}"
        world = make_world(templates=write({"shell": frame}))

        assert 421 == world.browser(host="evil.example").get("/").status
        assert 404 == world.browser().get("/none").status

    def test_a_script_is_not_concerned(self, failing: World) -> None:
        """JSON has no template."""
        failing.member()

        assert 200 == failing.browser().json("POST", "/sign-in", {"username": NAME, "password": PASSWORD}).status

    @pytest.mark.asvs("16.2.5")
    def test_nothing_that_was_typed_reaches_the_log(self, failing: World, caplog: pytest.LogCaptureFixture) -> None:
        """And no cookie goes with such an answer."""
        with caplog.at_level(logging.DEBUG, "hardtack.site"):
            response = failing.browser().post(
                "/sign-in", {"username": "typed-name", "password": "typed-password"}, sec_fetch_site="same-origin"
            )

        assert (500, []) == (response.status, set_cookies(response))
        assert "typed" not in caplog.text + repr(self.incidents(caplog))

    def test_what_a_failing_page_has_begun_is_not_finished_by_its_answer(
        self, make_world: MakeWorld, write: Write
    ) -> None:
        """The cookies of somebody who is signed in stay as they are."""
        world = make_world(templates=write({"account": "{{ nosuch }}"}))
        world.member()
        browser = world.browser()
        browser.sign_in()

        assert 500 == browser.get("/account").status
        assert 200 == browser.json("GET", "/account").status
