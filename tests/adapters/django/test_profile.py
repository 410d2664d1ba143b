"""Hardtack's ``SessionMiddleware`` in the place of Django's, as it is and in the safe profile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.adapters.django import project

# Django reads its settings while it is imported.
from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # isort: skip
from django.test import AsyncClient, Client  # type: ignore[import-untyped]  # isort: skip
from django.test.utils import override_settings  # type: ignore[import-untyped]  # isort: skip
from django.urls import path  # type: ignore[import-untyped]  # isort: skip

from hardtack.adapters.django import SessionStore
from hardtack.errors import MisuseError
from hardtack.session.testing import edited

SESSION = "hardtack.adapters.django.middleware.SessionMiddleware"
DJANGO = "django.contrib.sessions.middleware.SessionMiddleware"
SAFE = {"HARDTACK_PROFILE": "safe", "HARDTACK_ORIGIN": "https://club.example", "HARDTACK_APPLICATION": "club"}
NAME = "__Host-session-club"


def public(request: HttpRequest) -> HttpResponse:
    """Read the session and let everybody keep the answer."""
    request.session.get("a")
    return HttpResponse(headers={"Cache-Control": "public, max-age=60"})


def closing(request: HttpRequest) -> HttpResponse:
    """Let the session end with the browser."""
    request.session["a"] = 1
    request.session.set_expiry(0)
    return HttpResponse()


urlpatterns = [*project.urlpatterns, path("public", public), path("closing", closing)]


@pytest.fixture(autouse=True)
def _project() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[SESSION]):
        yield


def attributes(answer: Any, name: str) -> set[str]:
    """Return how a cookie was set, without its value and its times."""
    (text,) = (each.OutputString() for each in answer.cookies.values() if each.key == name)
    return {part.strip().partition("=")[0] for part in text.split(";")[1:]}


class TestAsItIs:
    """In the place of Django's."""

    def test_the_cookie_is_djangos(self) -> None:
        """Name, attributes and text, but for the value."""
        ours = Client().get("/put/a/b")
        with override_settings(MIDDLEWARE=[DJANGO]):
            theirs = Client().get("/put/a/b")
        assert attributes(ours, "sessionid") == attributes(theirs, "sessionid")

    def test_caches_are_told(self) -> None:
        """What was read for somebody is kept by nobody else; a page that asks nothing is left alone."""
        client = Client()
        assert client.get("/put/a/b").headers["Cache-Control"] == "private, no-cache"
        answer = client.get("/all")
        assert (answer.headers["Vary"], answer.headers["Cache-Control"]) == ("Cookie", "private, no-cache")
        assert client.get("/public").headers["Cache-Control"] == "public, max-age=60"
        assert "Cache-Control" not in client.get("/nothing").headers

    def test_asynchronous_views(self) -> None:
        """The same."""

        async def visit() -> None:
            client = AsyncClient()
            for number in (1, 2):
                answer = await client.get("/later")
                assert answer.json() == {"n": number}
                assert answer.headers["Cache-Control"] == "private, no-cache"

        asyncio.run(visit())

    def test_another_engine_is_protected_as_well(self) -> None:
        """The middleware knows nothing of what is in the cookie."""
        with override_settings(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies"):
            answer = Client().get("/put/a/b")
        assert answer.headers["Cache-Control"] == "private, no-cache"


class TestStatus:
    """The status layer, asked by a project's own tests."""

    MIDDLEWARE = ("hardtack.adapters.django.middleware.StatusMiddleware", SESSION)

    def test_with_both_clients_of_djangos(self) -> None:
        """Whose requests have never been on a wire."""

        async def visit() -> list[int]:
            client = AsyncClient()
            answers = [await client.get("/nothing"), await client.post("/nothing", {"a": "b"}), await client.get("/no")]
            return [answer.status_code for answer in answers]

        with override_settings(MIDDLEWARE=self.MIDDLEWARE):
            assert asyncio.run(visit()) == [200, 200, 404]
            client = Client()
            assert client.post("/nothing", {"a": "b"}).status_code == 200
            assert client.post("/nothing", {"a": "b"}, CONTENT_LENGTH=5).status_code == 200
            answer = client.get("/no", headers={"accept": "text/html", "accept-language": "zh"})
            assert (answer.status_code, 'lang="zh' in answer.text) == (404, True)

    def test_unforeseen_errors_reach_the_test(self) -> None:
        """As Django has it, unless the test wants the answer."""
        with override_settings(MIDDLEWARE=self.MIDDLEWARE):
            with pytest.raises(KeyError):
                Client().get("/quiet")
            answer = Client(raise_request_exception=False).get("/quiet")
            assert (answer.status_code, "cart" in answer.text) == (500, False)


class TestSafe:
    """Names and flags that the origin decides."""

    def test_the_cookie_is_ours(self) -> None:
        """And the values come back."""
        with override_settings(**SAFE):
            client = Client()
            answer = client.get("/put/a/b")
            assert set(answer.cookies) == {NAME}
            assert attributes(answer, NAME) == {"HttpOnly", "Max-Age", "Path", "SameSite", "Secure"}
            assert client.get("/all").json() == {"a": "b"}
            assert answer.headers["Cache-Control"] == "private, no-cache"

    def test_no_other_cookie_counts(self) -> None:
        """Neither one under Django's name nor one that was sealed for it."""
        client = Client()
        value = client.get("/put/a/b").cookies["sessionid"].value
        with override_settings(**SAFE):
            client = Client()
            client.cookies["sessionid"] = value
            assert client.get("/all").json() == {}
            client.cookies[NAME] = value
            assert client.get("/all").json() == {}

    def test_what_django_has_signed_is_taken_over_until_the_date(self) -> None:
        """Where no cookie of ours came; its own is deleted in the same answer."""
        with override_settings(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies"):
            signed = Client().get("/put/a/b").cookies["sessionid"].value
        with override_settings(**SAFE, HARDTACK_ACCEPT_SIGNED_UNTIL=int(time.time()) + 3600):
            client = Client()
            client.cookies["sessionid"] = signed
            assert set(client.get("/nothing").cookies) == set()
            answer = client.get("/all")
            assert answer.json() == {"a": "b"}
            assert (answer.cookies["sessionid"].value, answer.cookies["sessionid"]["max-age"]) == ("", 0)
            assert client.get("/put/a/c").cookies[NAME].value
            client.cookies["sessionid"] = signed
            assert client.get("/all").json() == {"a": "c"}
        with override_settings(**SAFE):
            client = Client()
            client.cookies["sessionid"] = signed
            assert client.get("/all").json() == {}

    def test_flush_deletes_it_with_its_own_flags(self) -> None:
        """Else a browser would keep it."""
        with override_settings(**SAFE):
            client = Client()
            client.get("/put/a/b")
            answer = client.get("/flush")
            assert attributes(answer, NAME) >= {"Path", "Secure", "HttpOnly", "SameSite"}
            assert answer.cookies[NAME].value == ""

    def test_a_session_that_ends_with_the_browser_says_no_time(self) -> None:
        """As Django has it."""
        with override_settings(**SAFE):
            assert attributes(Client().get("/closing"), NAME) == {"HttpOnly", "Path", "SameSite", "Secure"}

    def test_in_development_the_port_is_part_of_the_name(self) -> None:
        """Since browsers share the cookies of one host among its ports."""
        with override_settings(**{**SAFE, "HARDTACK_ORIGIN": None}, ALLOWED_HOSTS=["*"]):
            client = Client(headers={"host": "localhost:8123"})
            answer = client.get("/put/a/b")
            assert attributes(answer, "hardtack-session-club-8123") == {"HttpOnly", "Max-Age", "Path", "SameSite"}
            assert client.get("/all").json() == {"a": "b"}
            assert client.get("/all", headers={"host": "localhost:8124"}).json() == {}

    def test_a_wrong_origin_is_said_when_the_project_starts(self) -> None:
        """And no request is answered."""
        with override_settings(**{**SAFE, "HARDTACK_ORIGIN": "http://club.example"}):
            with pytest.raises(MisuseError, match="plain http"):
                Client().get("/nothing")
            with override_settings(HARDTACK_INSECURE_PLAIN_HTTP=True):
                assert set(Client().get("/put/a/b").cookies) == {"hardtack-session-club-80"}

    def test_a_test_of_the_project_edits_it(self) -> None:
        """As in the other profile."""
        with override_settings(**SAFE):
            client = Client()
            with edited(client, SessionStore) as session:
                session["a"] = "c"
            assert client.get("/all").json() == {"a": "c"}
            with edited(client, SessionStore) as session:
                assert session["a"] == "c"
                session.flush()
            assert NAME not in client.cookies
