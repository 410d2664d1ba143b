"""Hardtack's sign-in in a Django project, on real servers, under WSGI and under ASGI."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.adapters.django.clubs import PASSWORD, Answer, Browser, Club
from tests.adapters.django.conftest import OpenClub


def names(browser: Browser) -> set[str]:
    """Return the kinds of cookies that a browser has."""
    return {name.rpartition("-")[0] for name in browser.cookies}


class TestIdentity:
    """Who it is."""

    def test_from_nobody_to_signed_in(self, club: Club) -> None:
        """Signing up makes a Django user that has no rights and no password of its own."""
        browser = club.browser()
        assert browser.who == {"user": "", "in": False, "staff": False, "account": None, "data": {}}
        assert browser.sign_up("anna").status == 303
        assert browser.who == {"user": "anna", "in": True, "staff": False, "account": "anna", "data": {}}
        assert browser.get("/awho").json == {"user": "anna", "in": True}
        found = club.run(
            code="from django.contrib.auth.models import User; u = User.objects.get(username='anna'); "
            f"print(u.is_staff, u.is_superuser, u.has_usable_password(), u.check_password({PASSWORD!r}))"
        )
        assert found.stdout == "False False False False\n"

    def test_signing_out_on_our_page(self, club: Club) -> None:
        """Ends it here and in every copy of the cookie."""
        browser = club.browser()
        browser.sign_up("bert")
        browser.get("/put/ship/gale")
        copied = Browser(club.port, dict(browser.cookies))
        assert copied.who["user"] == "bert"
        assert browser.post("/auth/sign-out").headers["Location"] == "/"
        # What spares a known browser the budget of strangers stays, and carries no right.
        assert names(browser) == {"hardtack-known"}
        assert (copied.who["user"], copied.who["data"]) == ("", {})

    def test_a_disabled_account_is_out_at_the_next_request(self, club: Club) -> None:
        """In every process."""
        browser = club.browser()
        browser.sign_up("carl")
        with club.accounts() as accounts:
            accounts.disable("carl", int(time.time()))
        assert browser.who["in"] is False

    def test_a_page_that_asks_nobody_is_anybodys(self, club: Club) -> None:
        """It neither varies nor sets a cookie."""
        answer = club.browser().get("/nothing")
        assert (answer.headers["Vary"], answer.headers["Set-Cookie"], answer.headers["Cache-Control"]) == (None,) * 3

    def test_a_page_that_asks_is_the_visitors_alone(self, club: Club) -> None:
        """No shared cache may keep it."""
        answer = club.browser().get("/who")
        assert "Cookie" in answer.headers["Vary"]
        assert answer.headers["Cache-Control"] == "private, no-cache"

    def test_a_name_of_a_user_who_was_there_before(self, club: Club) -> None:
        """Nobody becomes a superuser by signing up under its name."""
        club.run(
            code="from django.contrib.auth.models import User; User.objects.create_superuser('root', '', 'x' * 20)"
        )
        browser = club.browser()
        assert browser.sign_up("root").status == 303
        answer = browser.get("/who", Accept_Language="zh")
        assert answer.status == 403
        assert "本应用已有另一位用户使用您的名字" in answer.text
        assert browser.get("/nothing").status == 200
        assert browser.get("/admin/").status == 403
        assert browser.post("/auth/sign-out").status == 303
        assert browser.who["in"] is False

    def test_linking_is_done_on_purpose(self, club: Club) -> None:
        """Then the user keeps its rights and loses its password in Django."""
        club.run(
            code="from django.contrib.auth.models import User; "
            "User.objects.create_user('dora', '', 'x' * 20, is_staff=True)"
        )
        browser = club.browser()
        browser.sign_up("dora")
        done = club.run(
            code="from django.contrib.auth.models import User; from hardtack.adapters.django import accounts, signing; "
            "user = User.objects.get(username='dora'); "
            "accounts.link(user, signing.sign_in().accounts.find('dora')); print(user.has_usable_password())"
        )
        assert (done.stdout, done.stderr) == ("False\n", "")
        assert (browser.who["user"], browser.who["staff"]) == ("dora", True)
        wrong = club.run(
            code="from django.contrib.auth.models import User; from hardtack.adapters.django import accounts, signing; "
            "accounts.link(User(username='Dora'), signing.sign_in().accounts.find('dora'))"
        )
        assert "has another name than the account 'dora'" in wrong.stderr


class TestData:
    """Whose the data in the session is."""

    def test_data_of_nobody_is_taken_along_once(self, club: Club) -> None:
        """And belongs to the account from then on."""
        browser = club.browser()
        browser.get("/put/ship/gale")
        browser.get("/put/ship/storm")
        assert browser.who["data"] == {"held": {"ship": "storm"}}
        browser.sign_up("emil")
        assert browser.who["data"] == {"held": {"ship": "storm"}}
        kept = dict(browser.cookies)
        browser.post("/auth/sign-out")
        (name,) = (name for name in kept if "session" in name)
        browser.cookies[name] = kept[name]
        assert browser.who["data"] == {}

    def test_data_of_another_account_is_dropped(self, club: Club) -> None:
        """Whoever signs in on the same browser does not see it."""
        first, second = club.browser(), club.browser()
        first.sign_up("fred")
        first.get("/put/ship/gale")
        second.sign_up("gina")
        (name,) = (name for name in first.cookies if "session" in name)
        second.cookies[name] = first.cookies[name]
        assert (second.who["user"], second.who["data"]) == ("gina", {})

    def test_the_cookie_tells_nothing(self, club: Club) -> None:
        """Not even which framework it is."""
        browser = club.browser()
        browser.get("/put/ship/gale")
        assert names(browser) == {"hardtack-session-club"}

    def test_flush_deletes_the_data_and_leaves_the_sign_in(self, club: Club) -> None:
        """They are two things."""
        browser = club.browser()
        browser.sign_up("hugo")
        browser.get("/put/ship/gale")
        browser.get("/flush")
        assert (browser.who["user"], browser.who["data"]) == ("hugo", {})

    def test_what_msgpack_cannot_carry_comes_back_too(self, club: Club) -> None:
        """As with Django's own serializer."""
        browser = club.browser()
        browser.get("/huge")
        assert browser.who["data"] == {"n": 2**70}

    def test_an_expiry_of_the_projects_holds_on_the_server(self, club: Club) -> None:
        """Whatever the browser does with the cookie."""
        browser = club.browser()
        browser.get("/put/ship/gale")
        browser.get("/expiring/3000")
        assert browser.who["data"]["held"] == {"ship": "gale"}
        browser.get("/expiring/1")
        while browser.who["data"]:
            time.sleep(0.2)

    def test_what_outgrows_a_cookie_is_an_error(self, club: Club) -> None:
        """Whose log line names the key."""
        assert club.browser().get("/large").status == 500
        assert "basket" in club.log.read_text()

    def test_an_answer_that_failed_saves_nothing(self, club: Club) -> None:
        """As Django does it."""
        browser = club.browser()
        browser.get("/put/ship/gale")
        assert browser.get("/failing").status == 500
        assert browser.who["data"] == {"held": {"ship": "gale"}}


class TestRequired:
    """Views that need a sign-in."""

    @pytest.mark.parametrize("path", ["/secret", "/asecret", "/hidden"])
    def test_a_person_is_led_to_the_page_and_back(self, club: Club, path: str) -> None:
        """And a script is told where to go."""
        browser = club.browser()
        answer = browser.get(path)
        assert (answer.status, answer.headers["Location"]) == (303, f"/auth/sign-in?next={path}")
        script = browser.get(path, Accept="application/json", Sec_Fetch_Mode="cors")
        assert script.status == 401
        assert 'sign-in="/auth/sign-in"' in script.headers["WWW-Authenticate"]
        assert script.headers["Content-Type"].startswith("application/problem+json")
        browser.sign_up("ida" + path.strip("/"))
        assert browser.get(path).status == 200

    def test_a_page_of_ours_leads_back(self, club: Club) -> None:
        """To where the person wanted to go."""
        browser = club.browser()
        browser.sign_up("jan")
        browser.post("/auth/sign-out")
        answer = browser.post("/auth/sign-in?next=/secret", username="jan", password=PASSWORD, next="/secret")
        assert (answer.status, answer.headers["Location"]) == (303, "/secret")
        assert browser.get("/secret").text == "secret of jan"

    def test_djangos_own_decorator_leads_there_too(self, club: Club) -> None:
        """By LOGIN_URL."""
        browser = club.browser()
        assert browser.get("/theirs").headers["Location"] == "/auth/sign-in?next=/theirs"
        browser.sign_up("kurt")
        assert browser.get("/theirs").status == 200

    def test_a_sign_in_that_is_too_long_ago(self, club: Club) -> None:
        """The password is asked for again."""
        browser = club.browser()
        assert browser.get("/delicate").headers["Location"] == "/auth/sign-in?next=/delicate"
        browser.sign_up("lena")
        assert browser.get("/recent").text == "recent"
        while (answer := browser.get("/delicate")).status == 200:
            time.sleep(0.1)
        assert answer.headers["Location"] == "/auth/account/confirm?next=/delicate"
        script = browser.get("/delicate", Accept="application/json", Sec_Fetch_Mode="cors")
        assert script.status == 401
        assert "max_age=1" in script.headers["WWW-Authenticate"]
        assert browser.post("/auth/account/confirm", password=PASSWORD, next="/recent").status == 303
        assert browser.get("/recent").status == 200

    @pytest.mark.parametrize("path", ["/secret", "/asecret"])
    def test_whom_django_has_made_inactive_is_refused(self, club: Club, path: str) -> None:
        """A sign-in would not help, so nobody is led to one."""
        browser, name = club.browser(), f"wanda{path.strip('/')}"
        browser.sign_up(name)
        assert browser.get(path).status == 200
        club.run(
            code="from django.contrib.auth.models import User; "
            f"User.objects.filter(username={name!r}).update(is_active=False)"
        )
        assert browser.get(path).status == 403
        assert browser.who["in"] is False


class TestDjango:
    """``django.contrib.auth`` on it."""

    def test_djangos_login_signs_in_and_its_logout_out(self, club: Club) -> None:
        """With our accounts, and everywhere."""
        with club.accounts() as accounts:
            accounts.add("mara", PASSWORD, now=int(time.time()))
        browser = club.browser()
        browser.get("/put/ship/gale")
        wrong = browser.post_django("/login", "/login", username="mara", password="no" * 10)
        assert (wrong.status, browser.who["in"]) == (200, False)
        answer = browser.post_django("/login", "/login", username="mara", password=PASSWORD, next="/who")
        assert (answer.status, answer.headers["Location"]) == (302, "/who")
        assert (browser.who["user"], browser.who["data"]) == ("mara", {"held": {"ship": "gale"}})
        copied = Browser(club.port, dict(browser.cookies))
        browser.post_django("/logout", "/login")
        assert browser.who == {"user": "", "in": False, "staff": False, "account": None, "data": {}}
        assert copied.who["in"] is False

    def test_attempts_are_counted(self, club: Club) -> None:
        """After the budget of a name the answer is 429, whatever the password."""
        with club.accounts() as accounts:
            accounts.add("nora", PASSWORD, now=int(time.time()))
        browser = club.browser()

        def tried(password: str) -> Answer:
            return browser.post_django("/login", "/login", username="nora", password=password)

        # A slow machine is given an attempt more every six seconds; the right password comes when the next is far.
        answers = [tried("no" * 10) for _ in range(11)]
        while answers[-1].status != 429 or int(answers[-1].headers["Retry-After"]) < 4:
            assert len(answers) < 100
            if answers[-1].status == 429:  # refused at once; without a wait all hundred may come before the next
                time.sleep(int(answers[-1].headers["Retry-After"]))
            answers.append(tried("no" * 10))
        assert [200] * 10 == [answer.status for answer in answers[:10]]
        answer = tried(PASSWORD)
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) > 0

    def test_an_administrator_of_ours_is_no_staff_by_itself(self, club: Club) -> None:
        """Only where the project says so."""
        with club.accounts() as accounts:
            accounts.add("olga", PASSWORD, administrator=True, now=int(time.time()))
        browser = club.browser()
        browser.sign_in("olga")
        assert (browser.who["user"], browser.who["staff"]) == ("olga", False)
        assert browser.get("/admin/").status == 302

    def test_pages_of_ours_have_no_answer_of_the_projects(self, club: Club) -> None:
        """Their errors are in their own shell, their content is limited by themselves."""
        browser = club.browser()
        answer = browser.get("/auth/nowhere")
        assert answer.status == 404
        assert browser.post("/auth/sign-in", username="x" * 70_000).status == 413
        assert browser.get("/auth/sign-in", Host="anybody.example").status == 421


class TestAdministrators:
    """Where our administrators are staff."""

    def test_the_admin_works_with_our_accounts(self, open_one: OpenClub) -> None:
        """Sign in on its own page, see it, and lose it with the right."""
        with open_one(HARDTACK_ADMINISTRATORS_ARE_STAFF=True) as club:
            now = int(time.time())
            with club.accounts() as accounts:
                accounts.add("piet", PASSWORD, administrator=True, now=now)
                accounts.add("quin", PASSWORD, now=now)
            browser = club.browser()
            page = "/admin/login/?next=/admin/"
            answer = browser.post_django(page, page, username="piet", password=PASSWORD, next="/admin/")
            assert (answer.status, answer.headers["Location"]) == (302, "/admin/")
            assert "Site administration" in browser.get("/admin/").text
            assert "Site administration" in browser.get("/admin/").text
            other = club.browser()
            assert other.post_django(page, page, username="quin", password=PASSWORD).status == 200
            assert other.who["in"] is False
            saved = club.run(
                code="from django.contrib.auth.models import User; print(User.objects.get(username='piet').is_staff)"
            )
            assert saved.stdout == "False\n"


class TestWithoutSignInMiddleware:
    """The backend alone, on Django's own sessions."""

    MIDDLEWARE = (
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    )

    @pytest.mark.parametrize("name", ["wsgi", "asgi"])
    def test_a_disabled_account_or_a_new_epoch_signs_out(self, open_one: OpenClub, name: str) -> None:
        """At the next request."""
        with open_one(name, MIDDLEWARE=self.MIDDLEWARE) as club:
            now = int(time.time())
            with club.accounts() as accounts:
                accounts.add("rosa", PASSWORD, now=now)
            browser = club.browser()
            browser.post_django("/login", "/login", username="rosa", password=PASSWORD)
            assert (browser.who["user"], browser.get("/awho").json["user"]) == ("rosa", "rosa")
            with club.accounts() as accounts:
                accounts.disable("rosa", now)
            assert (browser.who["in"], browser.get("/awho").json["in"]) == (False, False)
            browser.post_django("/login", "/login", username="rosa", password=PASSWORD)
            assert browser.who["in"] is False
            with club.accounts() as accounts:
                accounts.enable("rosa", now)
            browser.post_django("/login", "/login", username="rosa", password=PASSWORD)
            assert browser.who["user"] == "rosa"
            copied = Browser(club.port, dict(browser.cookies))
            with club.accounts() as accounts:
                accounts.disable("rosa", now)
                accounts.enable("rosa", now)
            assert copied.who["in"] is False

    def test_too_many_attempts_end_without_the_status_layer_too(self, open_one: OpenClub) -> None:
        """As a refusal of Django's own."""
        with open_one(MIDDLEWARE=self.MIDDLEWARE) as club:
            with club.accounts() as accounts:
                accounts.add("sven", PASSWORD, now=int(time.time()))
            browser = club.browser()
            # Places come back while a slow machine goes through them.
            for _ in range(15):
                browser.post_django("/login", "/login", username="sven", password="no" * 10)
            assert browser.post_django("/login", "/login", username="sven", password=PASSWORD).status == 200
            assert browser.who["in"] is False


class TestForgedForms:
    """What another site has sent."""

    @pytest.mark.parametrize("name", ["wsgi", "asgi"])
    def test_without_djangos_middleware_our_own_check_is_made(self, open_one: OpenClub, name: str) -> None:
        """No project is without one."""
        middleware = (
            "hardtack.adapters.django.middleware.SessionMiddleware",
            "hardtack.adapters.django.middleware.SignInMiddleware",
        )
        with open_one(name, MIDDLEWARE=middleware) as club:
            browser = club.browser()
            browser.sign_up("tina")
            assert browser.post("/put/ship/gale").status == 200
            browser.site = "cross-site"
            assert browser.post("/put/ship/storm").status == 403
            browser.site = ""
            assert browser.post("/put/ship/storm").status == 403
            browser.site = "same-origin"
            assert browser.who["data"] == {"held": {"ship": "gale"}}
            answer = browser.get("/secret", Accept="application/json", Sec_Fetch_Mode="cors")
            assert answer.status == 200
            browser.post("/auth/sign-out")
            assert browser.get("/secret").status == 303


def test_another_engine_of_djangos_goes_on(open_one: OpenClub) -> None:
    """Its data is its own, who it is comes from us."""
    with open_one(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies") as club:
        browser = club.browser()
        browser.sign_up("udo")
        browser.get("/put/ship/gale")
        assert (browser.who["user"], browser.who["data"]) == ("udo", {"held": {"ship": "gale"}})
        assert "sessionid" in browser.cookies


def test_our_pages_are_the_projects(open_one: OpenClub, tmp_path: Path) -> None:
    """Below its prefix, with its words and templates, and with its start page."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "sign_up.html").write_text("<p>Come aboard.</p>")
    changed = {
        "HARDTACK_PREFIX": "/crew",
        "HARDTACK_HOME": "/who",
        "HARDTACK_TEXTS": {"en": {"site.brand": "Ship's Stores"}},
        "HARDTACK_TEMPLATES": str(tmp_path / "pages"),
    }
    with open_one(**changed) as club:
        browser = club.browser()
        assert "Ship&#39;s Stores" in browser.get("/crew/sign-in").text
        assert browser.get("/crew/sign-up").text == "<p>Come aboard.</p>"
        assert browser.get("/auth/sign-in").status == 404
        assert browser.get("/secret").headers["Location"] == "/crew/sign-in?next=/secret"
        assert browser.post("/crew/sign-up", username="zoe", password=PASSWORD).headers["Location"] == "/who"


def test_proxies_are_believed_as_the_settings_say(open_one: OpenClub) -> None:
    """For the origin of a form, and for who is counted."""
    with open_one(
        HARDTACK_TRUSTED_PROXIES=["127.0.0.1"], HARDTACK_ORIGIN="https://club.example", HARDTACK_SIGN_UP="open"
    ) as club:
        browser = club.browser()
        sent = {"Host": "club.example", "X_Forwarded_Proto": "https", "X_Forwarded_For": "192.0.2.7"}
        answer = browser.ask("POST", "/auth/sign-up", {"username": "vera", "password": PASSWORD}, sent)
        assert answer.status == 303
        assert set(browser.cookies) >= {"__Host-hardtack"}
        assert all("Secure" in cookie for cookie in answer.headers.get_all("Set-Cookie", ()))
        assert browser.get("/who", **sent).json["user"] == "vera"
        assert browser.get("/who").status == 421
        assert browser.get("/auth/healthz", Host="anybody.example").status == 200


class TestMoving:
    """From another session of Django's to the sign-in."""

    MIDDLEWARE = ("django.contrib.sessions.middleware.SessionMiddleware", *TestWithoutSignInMiddleware.MIDDLEWARE[1:])

    @pytest.mark.parametrize("engine", ["django.contrib.sessions.backends.signed_cookies", "hardtack.adapters.django"])
    @pytest.mark.parametrize("name", ["wsgi", "asgi"])
    def test_what_visitors_had_is_taken_along(self, open_one: OpenClub, engine: str, name: str) -> None:
        """Once, where nobody is signed in, and until the date; who was signed in signs in again."""
        with open_one(name, MIDDLEWARE=self.MIDDLEWARE, SESSION_ENGINE=engine) as club:
            with club.accounts() as accounts:
                accounts.add("xeno", PASSWORD, now=int(time.time()))
            before = club.browser()
            before.get("/put/ship/gale")
            before.post_django("/login", "/login", username="xeno", password=PASSWORD)
            assert (before.who["user"], before.who["data"]["held"]) == ("xeno", {"ship": "gale"})
        kept = {"sessionid": before.cookies["sessionid"]}
        with open_one(name) as club:
            assert Browser(club.port, dict(kept)).who["data"] == {}
        with open_one(name, HARDTACK_ACCEPT_SIGNED_UNTIL=int(time.time()) + 3600) as club:
            browser = Browser(club.port, dict(kept))
            assert browser.get("/nothing").status == 200
            assert "sessionid" in browser.cookies
            assert (browser.who["user"], browser.who["data"]) == ("", {"held": {"ship": "gale"}})
            assert names(browser) == {"hardtack-session-club"}
            browser.cookies.update(kept)
            browser.get("/put/ship/storm")
            assert browser.who["data"] == {"held": {"ship": "storm"}}
            other = Browser(club.port)
            other.sign_up("yves")
            other.cookies.update(kept)
            assert (other.who["user"], other.who["data"]) == ("yves", {})
