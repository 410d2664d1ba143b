"""A visit: what every framework has of the session, without a framework."""

from __future__ import annotations

from typing import Any

import pytest

from hardtack.adapters.visits import Elsewhere, Visit, Visits
from hardtack.errors import MisuseError
from hardtack.message import Headers, Request, Response
from hardtack.seal import Keyring
from hardtack.session import CrossSiteRequest, Sessions
from hardtack.status import ServiceUnavailable

NOW = 1_800_000_000
ORIGIN = "https://shop.example"
FORM = "application/x-www-form-urlencoded"


class Unknown:
    """Nobody can tell what has been ended."""

    def is_current(self) -> bool:
        """Never."""
        return False

    def refresh(self) -> None:
        """Fail."""
        raise OSError("the database is gone")

    def verdict(self, *_anything: object) -> str:
        """Say so."""
        return "unknown"


def visits(origin: str | None = ORIGIN, *, keyring: Keyring | None = None, **options: Any) -> Visits:
    """Return the visits of a shop."""
    ring = keyring or Keyring.generate()
    return Visits(Sessions(ring, origin=origin, application="shop", **options), ring, clock=lambda: NOW + 0.5)


def asked(method: str = "GET", *fields: tuple[str, str], cookies: dict[str, str] | None = None) -> Request:
    """Return a request with these fields and cookies."""
    cookie = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    headers = Headers([*fields, *([("cookie", cookie)] if cookie else [])])
    return Request(method=method, path="/", headers=headers, host="shop.example", scheme="https")


def kept(fields: list[tuple[str, str]]) -> dict[str, str]:
    """Return the cookies that an answer sets."""
    pairs = [value.partition(";")[0].partition("=") for name, value in fields if name == "Set-Cookie"]
    return {name: value for name, _, value in pairs}


class TestData:
    """The application's own."""

    def test_what_is_put_in_is_there_at_the_next_visit(self) -> None:
        """In a cookie of our name and flags."""
        shop = visits()
        first = shop.open(asked())
        first.session["cart"] = ["biscuit"]
        fields = first.finish([("Content-Type", "text/plain")])
        assert [name for name, _ in fields] == ["Content-Type", "Set-Cookie", "Vary", "Cache-Control"]
        assert shop.open(asked(cookies=kept(fields))).session["cart"] == ["biscuit"]
        assert list(kept(fields)) == ["__Host-session-shop"]

    def test_an_answer_that_has_nothing_to_do_with_it_stays_as_it_is(self) -> None:
        """So shared caches may keep it."""
        said = [("Content-Type", "text/plain"), ("Cache-Control", "public")]
        assert visits().open(asked()).finish(iter(said)) == said

    def test_an_answer_that_depends_on_it_replaces_what_it_said_to_caches(self) -> None:
        """Each field is there once."""
        visit = visits().open(asked())
        assert "cart" not in visit.session
        fields = visit.finish([("vary", "Accept"), ("cache-control", "max-age=60")])
        assert dict(fields) == {"Vary": "Accept, Cookie", "Cache-Control": "private, max-age=60"}

    def test_a_change_after_the_answer_has_left_is_an_error(self) -> None:
        """Nothing can carry it."""
        visit = visits().open(asked())
        visit.session["cart"] = []
        visit.finish([])
        visit.check_left()
        visit.session["cart"].append("biscuit")
        with pytest.raises(MisuseError, match="after the headers"):
            visit.check_left()

    def test_so_is_the_first_change_after_it(self) -> None:
        """And reading it then is none."""
        visit = visits().open(asked())
        visit.finish([])
        assert dict(visit.session) == {}
        visit.check_left()
        visit.session["cart"] = []
        with pytest.raises(MisuseError, match="after the headers"):
            visit.check_left()


class TestIdentity:
    """Who is signed in."""

    def test_it_is_nobody_without_a_cookie(self) -> None:
        """And the answer depends on that."""
        visit = visits().open(asked())
        assert visit.identity is None
        assert ("Vary", "Cookie") in visit.finish([])

    def test_it_is_who_signed_in(self) -> None:
        """At the next visit too."""
        shop = visits()
        visit = shop.open(asked())
        visit.session.sign_in(account=7, epoch=0, now=NOW)
        cookies = kept(visit.finish([]))
        found = shop.open(asked(cookies=cookies)).identity
        assert found is not None
        assert found.account == 7

    def test_where_nobody_can_tell_it_is_503_and_never_trust_nor_distrust(self) -> None:
        """Neither "signed in" nor "signed out" would be true."""
        ring = Keyring.generate()
        visit = visits(keyring=ring).open(asked())
        visit.session.sign_in(account=7, epoch=0, now=NOW)
        cookies = kept(visit.finish([]))
        later = visits(keyring=ring, revocations=Unknown()).open(asked(cookies=cookies))
        with pytest.raises(ServiceUnavailable) as refusal:
            assert later.identity
        assert (later.decided, refusal.value.retry_after) == (refusal.value, 5)

    def test_what_may_wait_is_asked_of_the_sessions(self) -> None:
        """An event loop leaves it to a thread."""
        assert (visits().may_wait(), visits(revocations=Unknown()).may_wait()) == (False, True)


class TestForms:
    """Whose page has sent a request."""

    def shown(self, shop: Visits) -> tuple[str, dict[str, str]]:
        """Return the token and the cookies of a form that was shown."""
        visit = shop.open(asked())
        token = visit.csrf_token()
        fields = visit.finish([])
        assert ("Vary", "Cookie") in fields
        return token, kept(fields)

    def test_a_form_with_its_token_passes(self) -> None:
        """Where no browser says anything."""
        shop = visits()
        token, cookies = self.shown(shop)
        visit = shop.open(asked("POST", ("content-type", FORM), cookies=cookies))
        assert visit.needs_token()
        visit.check(token)
        assert visit.decided is None

    def test_a_script_sends_it_in_a_header_field(self) -> None:
        """It has no form."""
        shop = visits()
        token, cookies = self.shown(shop)
        shop.open(asked("DELETE", ("x-csrf-token", token), cookies=cookies)).check()

    def test_a_browser_that_says_same_origin_needs_none(self) -> None:
        """A page cannot forge that."""
        shop = visits()
        visit = shop.open(asked("POST", ("sec-fetch-site", "same-origin"), cookies=self.shown(shop)[1]))
        assert not visit.needs_token()
        visit.check()
        visits().open(asked("POST", ("origin", ORIGIN))).check()

    @pytest.mark.parametrize(
        "fields",
        [
            [("sec-fetch-site", "cross-site")],
            [("origin", "https://evil.example")],
            [("content-type", FORM)],
            [("x-csrf-token", "a guess")],
        ],
    )
    def test_every_other_is_refused_and_the_visit_remembers_it(self, fields: list[tuple[str, str]]) -> None:
        """The framework may make a page of its own out of the exception; ours is given instead."""
        shop = visits()
        visit = shop.open(asked("POST", *fields, cookies=self.shown(shop)[1]))
        with pytest.raises(CrossSiteRequest) as refusal:
            visit.check()
        assert visit.decided is refusal.value

    def test_a_websocket_of_another_site_is_refused(self) -> None:
        """It would come with the visitor's cookies."""
        visits().open(asked("GET", ("origin", ORIGIN))).check_handshake()
        visit = visits().open(asked("GET", ("origin", "https://evil.example")))
        with pytest.raises(CrossSiteRequest):
            visit.check_handshake()
        assert isinstance(visit.decided, CrossSiteRequest)

    def test_in_development_mode_the_origin_is_that_of_the_request(self) -> None:
        """No other is configured."""
        request = Request(method="GET", path="/", host="LOCALHOST:8000")
        assert (visits(None).open(request).origin, visits().open(request).origin) == ("http://localhost:8000", ORIGIN)


class TestTokensInForms:
    """What a layer reads of a form that is not its own."""

    def may(self, *fields: tuple[str, str], method: str = "POST") -> bool:
        """Return whether a request with these fields is read."""
        return visits().open(asked(method, *fields)).may_hold_token()

    def test_only_a_urlencoded_form_that_needs_one_is_read(self) -> None:
        """Everything else is the application's alone."""
        assert self.may(("content-type", f"{FORM}; charset=utf-8"))
        assert not self.may(("content-type", FORM), method="GET")
        assert not self.may(("content-type", FORM), ("origin", ORIGIN))
        assert not self.may(("content-type", FORM), ("x-csrf-token", "t"))
        assert not self.may(("content-type", "multipart/form-data; boundary=b"))
        assert not self.may()


def test_elsewhere_carries_the_whole_answer() -> None:
    """A framework that knows nothing of it can give it as it is."""
    response = Response(303, [("Location", "/")])
    assert Elsewhere(response).response is response


def test_visits_without_pages_have_nothing_to_start() -> None:
    """A sign-in has."""
    shop = visits()
    shop.start()
    shop.close()
    assert (shop.site, shop.status_settings) == (None, {})
    assert isinstance(shop.open(asked()), Visit)
