"""Starlette's own session, sealed."""

from __future__ import annotations

import asyncio
import base64
import re
import subprocess
import sys
import time
from collections.abc import Callable
from inspect import signature
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.datastructures import Secret
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware as StarlettesOwn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

import hardtack.adapters.starlette
from hardtack.adapters.starlette import Session, SessionMiddleware
from hardtack.adapters.starlette.encoding import encode
from hardtack.errors import MisuseError
from hardtack.seal import Keyring, WeakSecretWarning
from hardtack.session import data as form
from hardtack.session.cookie import CookieTooLarge
from hardtack.session.lifetimes import LEEWAY
from tests.adapters.asgi.driving import exchange, scope
from tests.adapters.starlette.apps import SECRET, application, cookie_of, seen

FORTNIGHT = 14 * 86_400


def at(monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    """Set the clock that the middleware reads."""
    monkeypatch.setattr(time, "time", lambda: moment)


class TestSession:
    """An unchanged application."""

    def test_what_is_put_in_comes_back(self) -> None:
        """From one request to the next, until it is cleared."""
        client = TestClient(application())
        client.get("/set/name/王小明")
        assert {"name": "王小明"} == client.get("/all").json()
        client.get("/clear")
        assert ({}, 0) == (client.get("/all").json(), len(client.cookies))

    def test_the_cookie_shows_nothing(self) -> None:
        """Neither as it stands nor decoded."""
        value = cookie_of(TestClient(application()).get("/set/username/annabelle")).removeprefix("session=")
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        for word in (b"username", b"annabelle"):
            assert not any(word[start : start + 4] in raw + value.encode() for start in range(len(word) - 3))
        assert "." not in value

    def test_a_change_deep_inside_is_noticed(self) -> None:
        """Without a word of the application; and reading alone writes nothing."""
        client = TestClient(application())
        for _ in range(2):
            assert "set-cookie" in client.get("/grow").headers
        answer = client.get("/all")
        assert ({"cart": {"items": [1, 1]}}, False) == (answer.json(), "set-cookie" in answer.headers)

    def test_whoever_says_that_nothing_is_modified_is_believed(self) -> None:
        """Also where something is."""

        async def attempt(request: Request) -> Response:
            request.session["cart"]["items"].append(9)
            request.session.modified = False  # type: ignore[attr-defined]  # it is ours
            return Response()

        client = TestClient(application(routes=(Route("/try", attempt),)))
        client.get("/grow")
        assert "set-cookie" not in client.get("/try").headers
        assert {"cart": {"items": [1]}} == client.get("/all").json()

    def test_what_reads_the_session_without_the_request_counts_too(self) -> None:
        """A middleware that looks into the scope makes the answer depend on it as well."""

        async def look(request: Request) -> Response:
            return Response(str(request.scope["session"].get("name")))

        client = TestClient(application(routes=(Route("/look", look),)))
        assert "Cookie" == client.get("/look").headers["vary"]

    def test_reading_is_noted_and_gives_what_a_dictionary_gives(self) -> None:
        """By every way that there is to read."""
        ways: list[Callable[[Session], object]] = [
            *(len, list, bool, repr, lambda s: s["a"], lambda s: s.get("a"), lambda s: "a" in s),
            *(lambda s: s == {"a": 1}, lambda s: s | {"b": 2}, lambda s: {"b": 2} | s, dict),
            *(lambda s: [*s.items()], lambda s: [*s.keys()], lambda s: [*s.values()], lambda s: s.copy()),
            *(lambda s: [*reversed(s)], lambda s: s != {}),
        ]
        for way in ways:
            session = Session({"a": 1})
            assert way(session) == way({"a": 1})  # type: ignore[arg-type]  # that is what it is compared with
            assert session.accessed is (way is not repr)
            assert not session.modified

    @pytest.mark.parametrize(
        ("put_in", "comes_back"),
        [
            ((1, (2,)), [1, [2]]),
            ({7: "a", True: "b", None: "c", 1.5: "d"}, {"7": "a", "true": "b", "null": "c", "1.5": "d"}),
            (2**80, 2**80),
            ([2**80, {"a": "\ud800"}], [2**80, {"a": "\ud800"}]),
            ("\ud800", "\ud800"),
            ([float("inf"), -(2**63), 2**64 - 1, "王", None], [float("inf"), -(2**63), 2**64 - 1, "王", None]),
        ],
    )
    def test_values_come_back_as_json_gives_them_back(self, put_in: Any, comes_back: Any) -> None:
        """To the letter what Starlette's own session does, also where msgpack would not."""
        for middleware in (StarlettesOwn, SessionMiddleware):
            found: list[Any] = []

            async def write(request: Request) -> Response:
                request.session["x"] = put_in
                return Response()

            async def read(request: Request, found: list[Any] = found) -> Response:
                found.append(request.session["x"])
                return Response()

            client = TestClient(application(middleware, routes=(Route("/write", write), Route("/read", read))))
            client.get("/write")
            assert "set-cookie" not in client.get("/read").headers
            assert [comes_back] == found

    @pytest.mark.parametrize("value", [{1, 2}, b"\xff", {(1,): 2}], ids=["set", "bytes", "key"])
    def test_what_json_cannot_carry_is_an_error_that_names_the_key(self, value: Any) -> None:
        """At the end of the request, as with Starlette."""

        async def wrong(request: Request) -> Response:
            request.session.update(good=1, bad=[value])
            return Response()

        with pytest.raises(MisuseError, match="'bad'"):
            TestClient(application(routes=(Route("/wrong", wrong),))).get("/wrong")

    def test_what_contains_itself_is_an_error_too(self) -> None:
        """And not a crash."""
        endless: list[Any] = []
        endless.append(endless)
        with pytest.raises(MisuseError, match="'bad'"):
            encode({"good": 1, "bad": endless})

    def test_two_sessions_in_one_application_do_not_mix(self) -> None:
        """One inside the other: each keeps its own cookie."""
        inner = application(session_cookie="inner")
        app = SessionMiddleware(inner, secret_key=SECRET, session_cookie="outer")
        assert cookie_of(TestClient(app).get("/set/a/1")).startswith("inner=")


SETTINGS: list[dict[str, Any]] = [
    {},
    {"session_cookie": "id"},
    {"max_age": None},
    {"max_age": 0},
    {"max_age": -1},
    {"path": "/app"},
    {"same_site": "strict"},
    {"same_site": "none", "https_only": True, "partitioned": True},
    {"domain": ".example.org", "https_only": True},
    {"session_cookie": "__Host-id", "https_only": True},
]


class TestHeaders:
    """What goes into the answer, beside Starlette's own middleware doing the same."""

    @pytest.mark.parametrize("options", SETTINGS, ids=str)
    @pytest.mark.parametrize("path", ["/set/a/1", "/clear", "/nothing", "/all"])
    def test_cookie_and_vary_are_those_of_starlette(self, options: dict[str, Any], path: str) -> None:
        """Only the value differs; name, attributes, their order and case, deletion and Vary are the same."""
        found = []
        for middleware in (StarlettesOwn, SessionMiddleware):
            # Starlette 1.0 does not know this one; it is the last attribute.
            unknown = options.keys() & ({"partitioned"} - signature(middleware).parameters.keys())
            app = application(middleware, **{name: options[name] for name in options.keys() - unknown})
            header = cookie_of(TestClient(app).get("/set/a/1"))
            answer = TestClient(app).get(path, headers={"Cookie": header})
            sent = ["; ".join([text, *unknown]) for text in answer.headers.get_list("set-cookie")]
            fields = [re.sub(r"=[\w.+/=-]{40,}", "=…", text) for text in sent]
            # One of which the time is over is no session, and Starlette leaves it with the browser.
            expired = options.get("max_age") in {0, -1} and path == "/clear"
            found.append(([] if expired else fields, answer.headers.get("vary"), answer.content))
        if options.get("max_age") != 0:  # Starlette's opens within the second
            assert found[0] == found[1]

    def test_a_cookie_that_is_refused_is_deleted_with_what_is_cleared(self) -> None:
        """So that a sign-out holds, whatever the cookie was."""
        answer = TestClient(application()).get("/clear", headers={"Cookie": "session=x"})
        (field,) = answer.headers.get_list("set-cookie")
        assert "session=null; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly; samesite=lax" == field
        assert [] == TestClient(application()).get("/clear").headers.get_list("set-cookie")

    @pytest.mark.parametrize(
        ("said", "read", "written"),
        [
            ("", "private, no-cache", "private, no-cache"),
            ("max-age=60", "private, max-age=60", "private, max-age=60"),
            ("public, max-age=60", "public, max-age=60", "private, max-age=60"),
            ("no-store", "no-store", "no-store"),
        ],
    )
    def test_shared_caches_keep_out_and_what_the_application_has_said_stands(
        self, said: str, read: str, written: str
    ) -> None:
        """A session cookie in a shared cache would sign one visitor in as another."""

        async def page(request: Request) -> Response:
            if request.query_params["do"] == "write":
                request.session["a"] = 1
            elif request.query_params["do"] == "read":
                request.session.get("a")
            return Response(headers={"Cache-Control": said} if said else {})

        client = TestClient(application(routes=(Route("/page", page),)))
        answers = [client.get(f"/page?do={what}").headers for what in ("read", "write", "nothing")]
        assert [read, written, said] == [headers.get("cache-control", "") for headers in answers]
        assert ["Cookie", "Cookie", None] == [headers.get("vary") for headers in answers]

    def test_what_is_remembered_of_answers_for_caches_is_bounded(self) -> None:
        """And right for each, however many kinds there are."""

        async def page(request: Request) -> Response:
            request.session.get("a")
            return Response(headers={"Cache-Control": f"max-age={request.query_params['age']}"})

        client = TestClient(application(routes=(Route("/page", page),)))
        ages = [*range(100), *range(100)]
        assert [f"private, max-age={age}" for age in ages] == [
            client.get(f"/page?age={age}").headers["cache-control"] for age in ages
        ]

    def test_a_message_without_headers_will_do(self) -> None:
        """ASGI allows it; and the message of the application stays as it was."""
        start = {"type": "http.response.start", "status": 200}

        async def app(asked: Any, _receive: Any, send: Any) -> None:
            asked["session"]["a"] = 1
            await send(start)
            await send({"type": "http.response.body"})

        sent, _ = asyncio.run(exchange(SessionMiddleware(app, SECRET), scope()))
        assert [b"set-cookie", b"vary", b"cache-control"] == [name for name, _ in sent[0]["headers"]]
        assert {"type": "http.response.start", "status": 200} == start

    def test_several_cookie_fields_are_one(self) -> None:
        """As HTTP/2 delivers them."""
        app = application()
        pair = cookie_of(TestClient(app).get("/set/a/1")).encode()
        sent, _ = asyncio.run(exchange(app, scope("/all", "GET", (b"cookie", b"x=1"), (b"cookie", pair))))
        assert b'{"a":"1"}' == sent[1]["body"]

    def test_other_scopes_pass_through(self) -> None:
        """A lifespan has no session."""
        seen_scopes: list[Any] = []

        async def app(asked: Any, _receive: Any, _send: Any) -> None:
            seen_scopes.append(dict(asked))

        asyncio.run(exchange(SessionMiddleware(app, SECRET), {"type": "lifespan"}))
        assert [{"type": "lifespan"}] == seen_scopes

    def test_a_session_that_browsers_would_drop_is_an_error_and_nearly_one_a_warning(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Both name the largest keys; Starlette sends it without a word."""

        async def fill(request: Request) -> Response:
            request.session.update(name="Anna", cart="x" * int(request.query_params["size"]), big=2**80)
            return Response()

        client = TestClient(application(routes=(Route("/fill", fill),)))
        assert "set-cookie" in client.get("/fill?size=2500").headers
        assert "'cart' 2503" in caplog.text
        with pytest.raises(CookieTooLarge, match="'cart' 5003"):
            client.get("/fill?size=5000")


class TestLifetime:
    """How long it lives."""

    def test_a_session_that_is_used_is_written_anew_after_a_quarter_of_its_time(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not before, not on an error, not on a page that does not look at it, and then it lives a whole time more."""
        now = int(time.time())
        app = application()
        header = cookie_of(TestClient(app).get("/set/a/1"))
        for moment, path, renewed in [
            (now + FORTNIGHT // 4 - 10, "/all", False),
            (now + FORTNIGHT // 4 + 10, "/failing", False),
            (now + FORTNIGHT // 4 + 10, "/nothing", False),
            (now + FORTNIGHT // 4 + 10, "/all", True),
        ]:
            at(monkeypatch, moment)
            answer = TestClient(app).get(path, headers={"Cookie": header})
            assert renewed == ("set-cookie" in answer.headers)
        at(monkeypatch, now + FORTNIGHT + FORTNIGHT // 8)
        assert ({}, {"a": "1"}) == (seen(app, header), seen(app, cookie_of(answer)))

    def test_what_is_written_anew_never_puts_older_values_over_newer_ones(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Of two requests at once the one that only reads leaves the cookie to the one that writes."""
        now = int(time.time())
        app = application()
        header = {"Cookie": cookie_of(TestClient(app).get("/set/a/1"))}
        at(monkeypatch, now + FORTNIGHT // 2)
        assert "set-cookie" in TestClient(app).get("/set/a/2", headers=header).headers
        assert "set-cookie" not in TestClient(app).get("/all", headers=header).headers
        assert [] == caplog.records

    def test_of_two_changes_at_once_the_lost_one_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        """Emptying is a change as well."""
        app = application()
        header = {"Cookie": cookie_of(TestClient(app).get("/set/a/1"))}
        for path in ("/set/a/2", "/set/a/3", "/clear"):
            TestClient(app).get(path, headers=header)
        assert ["session-update-lost"] * 2 == [record.__dict__["event"] for record in caplog.records]

    @pytest.mark.parametrize("max_age", [FORTNIGHT, 30, 0, -1])
    def test_a_session_ends_on_the_server_too(self, max_age: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """With leeway for clocks, which never more than doubles a short time."""
        now = int(time.time())
        app = application(max_age=max_age)
        at(monkeypatch, now)
        header = cookie_of(TestClient(app).get("/set/a/1"))
        leeway = max(0, min(LEEWAY, max_age))
        at(monkeypatch, now + max_age + leeway + 2)
        assert {} == seen(app, header)
        at(monkeypatch, now)
        assert ({"a": "1"} if max_age > 0 else {}) == seen(app, header)

    def test_a_stricter_setting_holds_for_the_cookies_that_are_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """And a clock that is far ahead is not believed."""
        now = int(time.time())
        header = cookie_of(TestClient(application()).get("/set/a/1"))
        at(monkeypatch, now + 1000)
        assert ({"a": "1"}, {}) == (seen(application(), header), seen(application(max_age=600), header))
        at(monkeypatch, now - 1000)
        assert {} == seen(application(), header)

    def test_without_a_time_it_never_ends_and_is_never_written_anew(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As with Starlette: the browser forgets it when it is closed."""
        app = application(max_age=None)
        header = cookie_of(TestClient(app).get("/set/a/1"))
        at(monkeypatch, int(time.time()) + 10**9)
        answer = TestClient(app).get("/all", headers={"Cookie": header})
        assert ({"a": "1"}, False) == (answer.json(), "set-cookie" in answer.headers)


class TestRefused:
    """Cookies that do not count; each is one line in the log."""

    @pytest.mark.parametrize(
        ("header", "why"),
        [
            (lambda mine: "session=x", "malformed"),
            (lambda mine: f"session={'x' * 5000}", "oversized"),
            (lambda mine: f"{mine[:-5]}AAAAA", "forged"),
            (lambda mine: f"{mine}; {mine}", "duplicate"),
            (lambda mine: "session=x; " * 8 + mine, "duplicate"),
        ],
    )
    def test_the_session_is_empty_and_the_log_says_why(
        self, header: Callable[[str], str], why: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Never an error page."""
        app = application()
        mine = cookie_of(TestClient(app).get("/set/a/1"))
        assert {} == seen(app, header(mine))
        assert [("cookie-refused", "session", why)] == [
            tuple(record.__dict__[key] for key in ("event", "cookie", "reason")) for record in caplog.records
        ]

    def test_an_empty_cookie_is_none(self, caplog: pytest.LogCaptureFixture) -> None:
        """Some clients send it after a deletion."""
        assert ({}, []) == (seen(application(), "session="), caplog.records)

    def test_a_cookie_of_another_path_does_not_disturb(self) -> None:
        """Of several, the one that opens counts."""
        app = application()
        mine = cookie_of(TestClient(app).get("/set/a/1"))
        assert {"a": "1"} == seen(app, f"session=x; {mine}; session=y")

    @pytest.mark.parametrize(
        "other",
        [
            {"secret_key": "another secret that is long enough for keys"},
            {"session_cookie": "other"},
            {"realm": "elsewhere"},
            {"application": "blog"},
            {"keyring": Keyring.generate()},
        ],
        ids=lambda other: next(iter(other)),
    )
    def test_a_cookie_is_bound_to_key_name_realm_and_application(self, other: dict[str, Any]) -> None:
        """Carried from one to another it is worth nothing."""
        value = cookie_of(TestClient(application()).get("/set/a/1")).partition("=")[2]
        assert {} == seen(application(**other), f"{other.get('session_cookie', 'session')}={value}")

    @pytest.mark.parametrize(
        ("parts", "why"),
        [
            (lambda now: (None, 0, now, now, now + 9, [1]), "malformed"),
            (lambda now: (None, 0, now, now, now + 9, "["), "malformed"),
            (lambda now: (None, 0, now, now, now + 9), "malformed"),
            (lambda now: (7, 0, now, now, now + 9, {"a": "1"}), "other-account"),
        ],
    )
    def test_what_is_sealed_but_not_for_this_session_is_refused(
        self, parts: Callable[[int], tuple[Any, ...]], why: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Another form, or data that belongs to an account, while this session knows of no sign-in."""
        record = (b"i" * 16, *parts(int(time.time())))
        keyring = Keyring.from_host_secret("starlette", [SECRET])
        token = keyring.seal(form.encode(record), purpose="session", context=("session", "hardtack", "app"))
        assert {} == seen(application(), f"session={token}")
        assert [why] == [line.__dict__["reason"] for line in caplog.records]

    @settings(deadline=None, max_examples=50)
    @given(header=st.text(st.characters(max_codepoint=255)))
    def test_any_cookie_field_is_an_empty_session(self, header: str) -> None:
        """Whatever comes, nothing is raised and nobody is anybody."""
        app = application()
        for text in (header, f"session={header}", f"session={header}; session={header}"):
            field = (b"cookie", text.encode("latin-1"))
            sent, _ = asyncio.run(exchange(app, scope("/all", "GET", field)))
            assert b"{}" == sent[1]["body"]


class TestKeys:
    """What seals."""

    def test_fallbacks_open_and_the_present_key_seals(self) -> None:
        """Nobody is signed out when the secret changes."""
        old, new = application(), application(secret_key=Secret("n" * 40), fallbacks=[Secret(SECRET)])
        header = cookie_of(TestClient(old).get("/set/a/1"))
        assert {"a": "1"} == seen(new, header)
        written = cookie_of(TestClient(new).get("/set/b/2", headers={"Cookie": header}))
        assert ({}, {"a": "1", "b": "2"}) == (seen(old, written), seen(new, written))

    def test_a_keyring_will_do_without_a_secret(self) -> None:
        """One for several applications, or from a file."""
        app = application(keyring=Keyring.generate(), secret_key=None)
        assert {"a": "1"} == seen(app, cookie_of(TestClient(app).get("/set/a/1")))

    def test_a_short_secret_is_warned_of(self) -> None:
        """As in every drop-in."""
        with pytest.warns(WeakSecretWarning, match="starlette"):
            SessionMiddleware(application(), "short")

    @pytest.mark.parametrize(
        ("options", "problem"),
        [
            ({"secret_key": None}, "no secret key"),
            ({"secret_key": ""}, "is empty"),
            ({"secret_key": b"bytes"}, "is bytes"),
            ({"fallbacks": [None]}, "is NoneType"),
            ({"fallbacks": SECRET}, "must be a sequence"),
            ({"max_age": 1.5}, "no duration"),
            ({"max_age": True}, "no duration"),
            ({"max_age": 2**40}, "no duration"),
            ({"realm": ""}, "realm=''"),
            ({"application": None}, "application=None"),
            ({"session_cookie": "a b"}, "name of a cookie"),
            ({"session_cookie": "__Host-id", "https_only": True, "domain": "example.org"}, "its host alone"),
            ({"session_cookie": "__Secure-id"}, "demands Secure"),
            ({"same_site": "none"}, "must be Secure"),
            ({"partitioned": True}, "must be Secure"),
            ({"same_site": "sometimes"}, "not known"),
            ({"path": "app"}, "path of a cookie"),
            ({"accept_signed_until": 1.5}, "no time"),
            ({"spent": object(), "accept_signed_until": 1}, "cannot write down"),
            ({"spent": object()}, "without a date"),
            ({"secret_key": None, "keyring": Keyring.generate(), "accept_signed_until": 1}, "has signed"),
        ],
    )
    def test_what_cannot_work_is_refused_at_the_start(self, options: dict[str, Any], problem: str) -> None:
        """And says what to write instead; browsers would ignore such a cookie without a word."""
        with pytest.raises(MisuseError, match=problem) as caught:
            SessionMiddleware(application(), **{"secret_key": SECRET, **options})
        assert caught.value.hint
        assert SECRET not in str(caught.value)

    @pytest.mark.parametrize("below", [StarlettesOwn, SessionMiddleware])
    def test_two_sessions_in_one_cookie_are_refused_at_the_start(self, below: Callable[..., Any]) -> None:
        """As where somebody has forgotten to take the old one out; under two names they get on."""
        stack = Starlette(middleware=[Middleware(below, secret_key=SECRET)]).build_middleware_stack()
        with pytest.raises(MisuseError, match="'session' already"):
            SessionMiddleware(stack, SECRET)
        assert "other" == SessionMiddleware(stack, SECRET, "other").session_cookie


class TestPackage:
    """What the adapter loads."""

    def test_the_package_exports_lazily(self) -> None:
        """Names are there when they are asked for; others are not."""
        assert hardtack.adapters.starlette.SessionMiddleware is SessionMiddleware
        with pytest.raises(AttributeError, match="Nothing"):
            hardtack.adapters.starlette.Nothing  # noqa: B018

    def test_the_sealed_session_needs_no_database_no_server_and_no_signer(self) -> None:
        """Only Starlette, cryptography and msgspec are loaded; not even what Starlette's own session needs."""
        code = (
            "import sys, hardtack.adapters.starlette as s\n"
            "assert 'starlette' not in sys.modules\n"
            "s.SessionMiddleware(None, 'x' * 32)\n"
            "heavy = {'sqlalchemy', 'argon2', 'uvicorn', 'itsdangerous', 'hardtack.store', 'hardtack.login'}\n"
            "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
        )
        subprocess.run([sys.executable, "-c", code], check=True)

    def test_the_form_of_the_cookie_is_that_of_every_session(self) -> None:
        """So that ``hardtack cookie`` explains it."""
        keyring = Keyring.generate()
        app = application(keyring=keyring, max_age=None)
        value = cookie_of(TestClient(app).get("/set/a/1")).partition("=")[2]
        opened = keyring.open(value, purpose="session", context=("session", "hardtack", "app"), now=0)
        head = form.decode(opened)
        assert (None, 0, {"a": "1"}) == (head.account, head.sequence, msgspec.msgpack.decode(head.values))
