"""What somebody would try on a Django project with Hardtack's sign-in, on real servers; each test is named after it."""

from __future__ import annotations

import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.adapters.django.clubs import COMMANDS, PASSWORD, Browser, Club, open_club
from tests.adapters.django.conftest import OpenClub

MIDDLEWARE = [
    "hardtack.adapters.django.middleware.StatusMiddleware",
    "hardtack.adapters.django.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "hardtack.adapters.django.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
URLS = "tests.adapters.django.attacked"
BOTH = pytest.mark.parametrize("name", ["wsgi", "asgi"])


@pytest.fixture(scope="module", params=COMMANDS)
def attacked(
    request: pytest.FixtureRequest, foundation: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Club]:
    """Serve the project once, under both interfaces, for tests without settings of their own; each has its names."""
    data = tmp_path_factory.mktemp("attacked") / "data"
    shutil.copytree(foundation, data)
    with open_club(request.param, data, data.parent / "log", ROOT_URLCONF=URLS) as running:
        yield running


class TestDataOfAnotherAccount:
    """Whoever comes next on a browser looks for what was there before."""

    def test_djangos_login_over_somebody_elses_sign_in_shows_nothing_of_theirs(self, attacked: Club) -> None:
        """Django itself cannot see that it was somebody else."""
        with attacked.accounts() as accounts:
            accounts.add("bert-login", PASSWORD, now=int(time.time()))
        browser = attacked.browser()
        browser.sign_up("anna-login")
        browser.get("/put/ship/gale")
        answer = browser.post_django("/login", "/login", username="bert-login", password=PASSWORD, next="/who")
        assert answer.status == 302
        assert (browser.who["user"], browser.who["data"]) == ("bert-login", {})

    def test_who_it_is_changes_with_the_visit_in_the_same_request(self, attacked: Club) -> None:
        """Whoever was looked at before is not taken for the one who is there now."""
        with attacked.accounts() as accounts:
            accounts.add("bert-turn", PASSWORD, now=int(time.time()))
        for way in ("turn", "aturn"):
            browser = attacked.browser()
            browser.sign_up(f"anna-{way}")
            assert browser.get(f"/{way}/bert-turn").json == {"said": [f"anna-{way}", "", "bert-turn"]}
            assert browser.who["user"] == "bert-turn"

    @pytest.mark.parametrize("every", [False, True])
    def test_a_sign_out_by_the_visit_leaves_nothing_for_the_next(self, open_one: OpenClub, every: bool) -> None:
        """Though the session was changed in the same request, or is saved with every one."""
        with open_one(ROOT_URLCONF=URLS, SESSION_SAVE_EVERY_REQUEST=every) as club:
            browser = club.browser()
            browser.sign_up("anna")
            browser.get("/put/ship/gale")
            assert browser.get("/leave").status == 200
            assert (browser.who["user"], browser.who["data"]) == ("", {})

    def test_a_sign_in_by_the_visit_begins_without_the_data_of_before(self, attacked: Club) -> None:
        """What was put in afterwards is the new account's."""
        with attacked.accounts() as accounts:
            accounts.add("bert-become", PASSWORD, now=int(time.time()))
        browser = attacked.browser()
        browser.sign_up("anna-become")
        browser.get("/put/ship/gale")
        browser.get("/become/bert-become")
        assert (browser.who["user"], browser.who["data"]) == ("bert-become", {"after": "of whoever is here"})

    def test_what_nobody_had_is_taken_into_a_sign_in_by_the_visit(self, attacked: Club) -> None:
        """That is no attack: a basket from before the sign-in stays."""
        with attacked.accounts() as accounts:
            accounts.add("bert-basket", PASSWORD, now=int(time.time()))
        browser = attacked.browser()
        browser.get("/become/bert-basket")
        assert set(browser.who["data"]) == {"before", "after"}


class TestRights:
    """How to be more than one is."""

    def test_saving_oneself_keeps_no_rights_for_later(self, open_one: OpenClub) -> None:
        """The flags that follow our administrators never reach Django's table."""
        with open_one(ROOT_URLCONF=URLS, HARDTACK_ADMINISTRATORS_ARE_STAFF=True) as club:
            with club.accounts() as accounts:
                accounts.add("anna", PASSWORD, administrator=True, now=int(time.time()))
            browser = club.browser()
            browser.sign_in("anna")
            assert browser.get("/save").json == {"staff": True, "superuser": True}
            saved = club.run(
                code="from django.contrib.auth.models import User; u = User.objects.get(username='anna'); "
                "print(u.first_name, u.is_staff, u.is_superuser)"
            )
            assert saved.stdout == "Anna False False\n"

    @pytest.mark.parametrize("name", ["ROOT", "Root", "\N{FULLWIDTH LATIN SMALL LETTER R}oot"])
    def test_another_writing_of_a_superusers_name_is_not_the_superuser(self, open_one: OpenClub, name: str) -> None:
        """Neither in other letters nor in other code points, whichever of them Django has."""
        with open_one(ROOT_URLCONF=URLS) as club:
            club.run(
                code="from django.contrib.auth.models import User; "
                "[User.objects.create_superuser(name, '', 'x' * 20) for name in ('root', 'ROOT', 'Root')]"
            )
            browser = club.browser()
            assert browser.sign_up(name).status == 303
            assert browser.get("/who").status == 403
            assert browser.get("/admin/").status == 403

    def test_whom_another_backend_signs_in_takes_nobodys_place(self, open_one: OpenClub) -> None:
        """Neither for the next request, nor does whoever was there before become more."""
        both = ["hardtack.adapters.django.accounts.AccountsBackend", "django.contrib.auth.backends.ModelBackend"]
        with open_one(ROOT_URLCONF=URLS, AUTHENTICATION_BACKENDS=both) as club:
            club.run(
                code="from django.contrib.auth.models import User; User.objects.create_superuser('root', '', 'x' * 20)"
            )
            browser = club.browser()
            assert browser.get("/both/root").text == "root"
            assert browser.who["in"] is False
            browser.sign_up("anna")
            assert browser.get("/both/root").text == "root"
            assert (browser.who["user"], browser.who["staff"]) == ("anna", False)


class TestReports:
    """What errors tell."""

    def test_a_report_of_an_error_holds_no_cookie_that_signs_in(self, attacked: Club) -> None:
        """Django mails the cookies of the request to the administrators, but for its own session's."""
        browser = attacked.browser()
        browser.sign_up("anna-report")
        browser.get("/put/ship/gale")
        browser.cookies["theme"] = "dark"
        told = browser.get("/report").text
        secrets = [value for name, value in browser.cookies.items() if "hardtack" in name]
        assert len(secrets) > 1
        assert not [value for value in secrets if value in told]
        assert '"theme": "dark"' in told
        assert "gale" not in told

    def test_the_page_of_an_error_says_nothing(self, attacked: Club) -> None:
        """And it is the visitor's alone."""
        browser = attacked.browser()
        browser.sign_up("anna-broken")
        answer = browser.get("/broken")
        assert (answer.status, "swordfish" in answer.text) == (500, False)
        assert answer.headers["Cache-Control"] in {"no-store", "private, no-cache", "private, no-store"}


class TestCaches:
    """Django's own cache in front of everything."""

    MIDDLEWARE = (
        "hardtack.adapters.django.middleware.StatusMiddleware",
        "django.middleware.cache.UpdateCacheMiddleware",
        "hardtack.adapters.django.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "hardtack.adapters.django.middleware.SignInMiddleware",
        "django.middleware.cache.FetchFromCacheMiddleware",
    )

    @BOTH
    def test_nobody_gets_somebodys_page_from_djangos_cache(self, open_one: OpenClub, name: str) -> None:
        """Neither the next visitor nor somebody else who is signed in, by any of the ways to ask who it is."""
        with open_one(name, ROOT_URLCONF=URLS, MIDDLEWARE=self.MIDDLEWARE) as club:
            first, second = club.browser(), club.browser()
            first.sign_up("anna")
            second.sign_up("bert")
            for path, text in (("/who", "anna"), ("/awho", "anna"), ("/secret", "anna"), ("/asecret", "anna")):
                assert text in first.get(path).text
                assert "bert" in second.get(path).text
                assert "anna" not in Browser(club.port).get(path).text

    def test_a_view_that_is_kept_by_cache_page_is_not_shown_to_somebody_else(self, attacked: Club) -> None:
        """Though it looks before anything has said whose page it is."""
        first, second = attacked.browser(), attacked.browser()
        first.sign_up("anna-cached")
        second.sign_up("bert-cached")
        for path in ("/cached", "/acached"):
            assert first.get(path).text == "secret of anna-cached"
            assert second.get(path).text == "secret of bert-cached"
            assert Browser(attacked.port).get(path).status == 303


class TestStores:
    """What happens while nobody can tell."""

    @BOTH
    @pytest.mark.parametrize("status", [True, False])
    def test_without_the_database_nobody_is_let_in(self, open_one: OpenClub, name: str, status: bool) -> None:
        """Neither by a cookie that is good, nor by the password, and no template takes it for signed out."""
        middleware = [each for each in MIDDLEWARE if status or not each.endswith("StatusMiddleware")]
        with open_one(name, ROOT_URLCONF=URLS, MIDDLEWARE=middleware) as club:
            browser = club.browser()
            browser.sign_up("anna")
            assert browser.get("/secret").status == 200
            with sqlite3.connect(club.data / "hardtack.db") as database:
                database.execute("ALTER TABLE account RENAME TO taken_away")
            database.close()
            for path in ("/secret", "/asecret", "/who", "/awho", "/swallowed"):
                answer = browser.get(path)
                assert (answer.status, answer.headers["Retry-After"] is None) == (503, False)
                assert "secret of" not in answer.text
                assert "taken_away" not in answer.text
            assert browser.get("/nothing").status == 200
            login = Browser(club.port).post_django("/login", "/login", username="anna", password=PASSWORD)
            assert login.status == (503 if status else 200)


class TestProxies:
    """Whoever stands in front says what cannot be."""

    SESSION_TOO = MIDDLEWARE[1:]
    SIGN_IN_ALONE = ("hardtack.adapters.django.middleware.SignInMiddleware",)

    @BOTH
    @pytest.mark.parametrize("middleware", [MIDDLEWARE, SESSION_TOO, SIGN_IN_ALONE])
    def test_what_cannot_be_is_believed_by_no_middleware(
        self, open_one: OpenClub, name: str, middleware: tuple[str, ...]
    ) -> None:
        """The answer is 400, and no visit was opened; what makes sense is another matter."""
        changed = {"HARDTACK_TRUSTED_PROXIES": ["127.0.0.1"], "ROOT_URLCONF": URLS, "MIDDLEWARE": middleware}
        with open_one(name, **changed) as club:
            browser = club.browser()
            answer = browser.get("/nothing", X_Forwarded_Proto="gopher")
            assert (answer.status, answer.headers["Set-Cookie"]) == (400, None)
            # Without a public origin the status layer answers nobody behind a proxy.
            answer = browser.get("/nothing", X_Forwarded_Proto="http")
            assert answer.status == (421 if len(middleware) == len(MIDDLEWARE) else 200)

    def test_djangos_login_alone_does_not_believe_it_either(self, open_one: OpenClub) -> None:
        """Where nothing of ours stands before it, that is no sign-in."""
        middleware = (
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        )
        with open_one(HARDTACK_TRUSTED_PROXIES=["127.0.0.1"], MIDDLEWARE=middleware) as club:
            with club.accounts() as accounts:
                accounts.add("anna", PASSWORD, now=int(time.time()))
            browser = club.browser()
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get("/login").text)
            assert token is not None
            form = {"username": "anna", "password": PASSWORD, "next": "/who", "csrfmiddlewaretoken": token[1]}
            answer = browser.ask("POST", "/login", form, {"X_Forwarded_Proto": "gopher"})
            assert (answer.status, browser.who["in"]) == (200, False)
            assert browser.ask("POST", "/login", form, {"X_Forwarded_Proto": "http"}).status == 302
            assert browser.who["in"] is True


class TestForgedForms:
    """Where Django's middleware is missing, and the visit makes the check."""

    @BOTH
    def test_only_a_view_that_is_exempt_takes_what_another_site_sends(self, open_one: OpenClub, name: str) -> None:
        """As with Django's; without what a browser says of itself the token of the form counts, and no second one."""
        with open_one(name, ROOT_URLCONF=URLS, MIDDLEWARE=[*MIDDLEWARE[:3], MIDDLEWARE[4]]) as club:
            browser = club.browser(site="cross-site")
            assert browser.post("/hook", a="b").text == "3 taken"
            assert browser.post("/form", a="b").status == 403
            browser.sign_up("anna")
            old = club.browser(site="")
            token = old.get("/form").text
            assert old.cookies
            assert old.post("/form", csrf_token=token).status == 200
            assert old.post("/form", csrf_token=token + "x").status == 403
            assert old.post("/form").status == 403
            twice = old.ask("POST", f"/form?csrf_token={token}", {"csrf_token": "x"})
            assert twice.status == 403
            assert old.ask("POST", "/form", {}, {"X_CSRF_Token": token}).status == 200
            assert Browser(club.port, {"sessionid": "x"}, "").post("/form", csrf_token=token).status == 403


class TestLogin:
    """Django's own functions beside the visit."""

    def test_a_disabled_account_is_not_signed_in_by_djangos_login(self, attacked: Club) -> None:
        """Whoever calls it: the next request knows nobody."""
        first, browser = attacked.browser(), attacked.browser()
        first.sign_up("anna-disabled")
        assert first.who["in"] is True
        assert browser.get("/both/anna-disabled").text == "anna-disabled"
        assert browser.who["user"] == "anna-disabled"
        with attacked.accounts() as accounts:
            accounts.disable("anna-disabled", int(time.time()))
        assert browser.who["in"] is False
        browser.get("/both/anna-disabled")
        assert browser.who["in"] is False

    def test_a_password_is_checked_asynchronously_too(self, attacked: Club) -> None:
        """And none is none."""
        with attacked.accounts() as accounts:
            accounts.add("anna-async", PASSWORD, now=int(time.time()))
        browser = attacked.browser()
        for password, user in ((PASSWORD, "anna-async"), ("n" * 20, None)):
            asked = urlencode({"name": "anna-async", "password": password})
            assert browser.get(f"/aboth?{asked}").json == {"user": user, "nobody": True}
        assert browser.who["in"] is False
