"""Flask's own session, sealed."""

from __future__ import annotations

import base64
import datetime
import logging
import re
import subprocess
import sys
import time
import uuid
import warnings
from collections.abc import Callable
from typing import Any

import flask
import msgspec
import pytest
from flask.json.tag import JSONTag
from flask.sessions import (
    NullSession,
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionInterface,
    SessionMixin,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from itsdangerous import BadSignature
from markupsafe import Markup
from werkzeug.test import TestResponse

import hardtack.adapters.flask
from hardtack.adapters.flask import SealedSession, SealedSessionInterface
from hardtack.errors import MisuseError
from hardtack.seal import Keyring, WeakSecretWarning
from hardtack.session import data as form

SECRET = "a secret that is long enough to be a source of keys"
MONTH = 31 * 86_400


def application(interface: SessionInterface | None = None, **config: Any) -> flask.Flask:
    """Return an ordinary application with the sealed session."""
    app = flask.Flask("shop")
    app.config.update({"SECRET_KEY": SECRET, "TESTING": True, **config})
    app.session_interface = interface or SealedSessionInterface()

    @app.route("/set/<key>/<value>")
    def put(key: str, value: str) -> str:
        flask.session[key] = value
        return ""

    @app.route("/all")
    def everything() -> dict[str, Any]:
        return dict(flask.session)

    @app.route("/grow")
    def grow() -> str:
        flask.session.setdefault("cart", {"items": []})["items"].append(1)
        return ""

    @app.route("/permanent")
    def permanent() -> str:
        flask.session.permanent = True
        flask.session["a"] = "1"
        return ""

    @app.route("/clear")
    def clear() -> str:
        flask.session.clear()
        return ""

    @app.route("/nothing")
    def nothing() -> str:
        return ""

    return app


def cookie_of(response: TestResponse) -> str:
    """Return the name and value of the one cookie that a response sets."""
    (field,) = response.headers.getlist("Set-Cookie")
    return field.partition(";")[0]


def seen(app: flask.Flask, header: str) -> dict[str, Any]:
    """Return the session that a browser with this Cookie field has."""
    response = app.test_client(use_cookies=False).get("/all", headers={"Cookie": header})
    assert response.status_code == 200
    data = response.json
    assert isinstance(data, dict)
    return data


class TestSession:
    """An unchanged application."""

    def test_what_is_put_in_comes_back(self) -> None:
        """From one request to the next."""
        client = application().test_client()
        client.get("/set/name/王小明")
        assert client.get("/all").json == {"name": "王小明"}

    def test_the_cookie_shows_nothing(self) -> None:
        """Neither as it stands nor decoded; and Flask's own interface reads nothing in it."""
        app = application()
        header = cookie_of(app.test_client().get("/set/username/annabelle"))
        value = header.removeprefix("session=")
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        for word in (b"username", b"annabelle"):
            assert not any(word[at : at + 4] in raw + value.encode() for at in range(len(word) - 3))
        assert "." not in value
        theirs = SecureCookieSessionInterface().get_signing_serializer(app)
        assert theirs is not None
        with pytest.raises(BadSignature):
            theirs.loads(value)

    def test_a_cookie_that_is_only_signed_is_refused(self, caplog: pytest.LogCaptureFixture) -> None:
        """There is no way back to readable cookies, with the same secret or another."""
        app = application()
        theirs = application(SecureCookieSessionInterface())
        header = cookie_of(theirs.test_client().get("/set/user/admin"))
        assert seen(app, header) == {}
        assert [record.getMessage() for record in caplog.records] == ["cookie refused: session (malformed)"]

    def test_every_type_comes_back(self) -> None:
        """All that Flask carries, through two real requests."""
        values = {
            "tuple": (1, (2,)),
            "bytes": b"\xff",
            "markup": Markup("<b>"),
            "uuid": uuid.uuid4(),
            "datetime": datetime.datetime.now(datetime.UTC),
            "tag-like": {" t": "not-a-tuple"},
            "plain": [1, 2.5, None, True, {"a": "b"}],
        }
        app = application()
        client = app.test_client()
        with client.session_transaction() as session:
            session.update(values)
        with client.session_transaction() as session:
            assert dict(session) == values
            assert [type(session[key]) for key in values] == [type(value) for value in values.values()]

    def test_tag_classes_are_registered_on_the_interface(self) -> None:
        """As the documentation of Flask says: ``app.session_interface.serializer.register``."""

        class TagComplex(JSONTag):
            __slots__ = ()
            key = " c"

            def check(self, value: Any) -> bool:
                return isinstance(value, complex)

            def to_json(self, value: Any) -> Any:
                return [value.real, value.imag]

            def to_python(self, value: Any) -> Any:
                return complex(*value)

        class Interface(SealedSessionInterface):
            serializer = type(SealedSessionInterface.serializer)()

        app = application(Interface())
        app.session_interface.serializer.register(TagComplex)  # type: ignore[attr-defined]
        client = app.test_client()
        with client.session_transaction() as session:
            session["c"] = 1j
        with client.session_transaction() as session:
            assert session["c"] == 1j

    def test_a_change_deep_inside_is_noticed(self) -> None:
        """Without ``modified = True``; and reading alone writes nothing."""
        client = application().test_client()
        client.get("/grow")
        client.get("/grow")
        assert client.get("/all").json == {"cart": {"items": [1, 1]}}
        assert "Set-Cookie" not in client.get("/all").headers

    def test_whoever_says_that_nothing_is_modified_is_believed(self) -> None:
        """``modified = False`` keeps a request from writing, as with Flask."""
        app = application()

        @app.route("/try")
        def attempt() -> str:
            flask.session["cart"]["items"].append(9)
            flask.session.modified = False
            return ""

        client = app.test_client()
        client.get("/grow")
        assert "Set-Cookie" not in client.get("/try").headers
        assert client.get("/all").json == {"cart": {"items": [1]}}

    def test_a_session_of_another_class_is_saved(self) -> None:
        """An application may bring its own, which knows nothing of ours."""

        class Plain(dict[str, Any], SessionMixin):
            modified = True

        class Interface(SealedSessionInterface):
            session_class = Plain  # type: ignore[assignment]

        client = application(Interface()).test_client()
        client.get("/set/a/1")
        assert client.get("/all").json == {"a": "1"}

    def test_flashes_survive_one_request(self) -> None:
        """Flask's own use of the session."""
        app = application()

        @app.route("/flash")
        def flashing() -> str:
            flask.flash("Saved.", "info")
            return ""

        @app.route("/flashed")
        def flashed() -> list[Any]:
            return flask.get_flashed_messages(with_categories=True)

        client = app.test_client()
        client.get("/flash")
        assert client.get("/flashed").json == [["info", "Saved."]]
        assert client.get("/flashed").json == []

    def test_what_cannot_be_carried_is_the_error_that_flask_has(self) -> None:
        """At the end of the request, as before."""
        app = application()

        @app.route("/wrong")
        def wrong() -> str:
            flask.session["x"] = {1, 2}
            return ""

        with pytest.raises(TypeError, match="set is not JSON serializable"):
            app.test_client().get("/wrong")

    def test_it_is_a_session_as_flask_has_it(self) -> None:
        """Extensions look at its class; ``new`` stays what it is with Flask."""
        session = SealedSession({"a": 1})
        assert isinstance(session, SecureCookieSession)
        assert (session.modified, session.accessed, session.new, session.permanent) == (False, False, False, False)
        session.setdefault("a", 2)
        assert vars(session) == {}
        session.setdefault("b", 2)
        assert vars(session) == {"modified": True}
        assert SealedSession() == {}


SETTINGS: list[dict[str, Any]] = [
    {},
    {"SESSION_COOKIE_NAME": "id"},
    {"SESSION_COOKIE_DOMAIN": ".example.org", "SESSION_COOKIE_SECURE": True},
    {"SESSION_COOKIE_DOMAIN": "bücher.example"},
    {"APPLICATION_ROOT": "/app"},
    {"SESSION_COOKIE_PATH": "/a b;c@Expires=@"},
    {"SESSION_COOKIE_HTTPONLY": False},
    {"SESSION_COOKIE_SAMESITE": "strict"},
    {"SESSION_COOKIE_SAMESITE": "None", "SESSION_COOKIE_SECURE": True},
    {"SESSION_COOKIE_PARTITIONED": True},
    {
        "SESSION_COOKIE_NAME": "__Secure-id",
        "SESSION_COOKIE_DOMAIN": "example.org",
        "SESSION_COOKIE_PATH": "/x",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PARTITIONED": True,
    },
]


class TestHeaders:
    """What goes into the answer, beside Flask's own interface doing the same."""

    @pytest.mark.parametrize("config", SETTINGS)
    @pytest.mark.parametrize("path", ["/set/a/1", "/permanent", "/clear", "/nothing", "/all"])
    def test_attributes_and_vary_are_those_of_flask(
        self, config: dict[str, Any], path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Only the value differs; names, attributes, their order, dates, deletion and Vary are the same."""
        found = []
        for interface in (SecureCookieSessionInterface(), SealedSessionInterface()):
            app = application(interface, **config)
            with app.test_request_context("/", base_url="https://example.org/"):
                (put,) = self.answer(app, interface, {"a": 1}).headers.getlist("Set-Cookie")
            header = put.partition(";")[0]
            client = app.test_client(use_cookies=False)
            answer = client.get(path, headers={"Cookie": header})
            fields = [re.sub(r"=[^;]+", "=…", text, count=1) for text in answer.headers.getlist("Set-Cookie")]
            # The second may have changed between the two.
            fields = [re.sub(r"\d\d:\d\d:\d\d GMT", "", text) for text in fields]
            found.append((fields, answer.headers.getlist("Vary"), answer.data))
        assert found[0] == found[1]

    def answer(self, app: flask.Flask, interface: SessionInterface, values: dict[str, Any]) -> flask.Response:
        """Return an answer into which a session was saved."""
        response = flask.Response()
        session = SealedSession() if isinstance(interface, SealedSessionInterface) else SecureCookieSession()
        session.update(values)
        interface.save_session(app, session, response)
        return response

    def test_a_page_that_does_not_look_at_the_session_says_nothing_about_it(self) -> None:
        """Neither with a cookie nor without."""
        client = application().test_client()
        before = client.get("/nothing")
        client.get("/set/a/1")
        after = client.get("/nothing")
        for answer in (before, after):
            assert ("Set-Cookie" in answer.headers, "Vary" in answer.headers) == (False, False)

    def test_a_name_that_is_not_ascii_works(self) -> None:
        """Sent as Flask sends it, and, unlike with Flask, found again."""
        client = application(SESSION_COOKIE_NAME="sitzung-ü").test_client()
        client.get("/set/a/1")
        assert client.get("/all").json == {"a": "1"}

    def test_vary_is_added_to_what_is_there(self) -> None:
        """Once, and nothing is lost."""
        app = application()

        @app.route("/varied")
        def varied() -> flask.Response:
            response = flask.Response()
            response.vary.update(("Accept-Encoding", "cookie"))
            flask.session["a"] = 1
            return response

        assert app.test_client().get("/varied").headers.getlist("Vary") == ["Accept-Encoding, cookie"]

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
        """A session cookie in a shared cache would sign one visitor in as another (as in CVE-2023-30861)."""
        app = application()

        @app.after_request
        def say(response: flask.Response) -> flask.Response:
            if said:
                response.headers["Cache-Control"] = said
            return response

        client = app.test_client()
        answers = [client.get(path) for path in ("/all", "/set/a/1", "/all", "/nothing")]
        found = [answer.headers.get("Cache-Control", "") for answer in answers]
        assert found == [read, written, read, said]
        assert [answer.headers.get("Vary") for answer in answers] == ["Cookie", "Cookie", "Cookie", None]

    def test_an_error_page_carries_the_session_too(self) -> None:
        """As with Flask."""
        app = application(TESTING=False, PROPAGATE_EXCEPTIONS=False)

        @app.route("/broken")
        def broken() -> str:
            flask.session["a"] = "1"
            raise RuntimeError("on purpose")

        logging.getLogger("shop").disabled = True
        client = app.test_client()
        answer = client.get("/broken")
        logging.getLogger("shop").disabled = False
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (500, True)
        assert client.get("/all").json == {"a": "1"}

    def test_permanent_sessions_are_renewed_with_every_answer_or_not(self) -> None:
        """SESSION_REFRESH_EACH_REQUEST decides, also for a page that does not look at the session."""
        for refresh in (True, False):
            client = application(SESSION_REFRESH_EACH_REQUEST=refresh).test_client()
            client.get("/permanent")
            answer = client.get("/nothing")
            assert ("Set-Cookie" in answer.headers) == refresh
            assert ("Vary" in answer.headers) == refresh

    def test_an_expiration_time_of_the_application_is_kept(self) -> None:
        """A subclass may say when the browser is to forget it, or that it is not to."""

        class Interface(SealedSessionInterface):
            moment: datetime.datetime | None = datetime.datetime(2040, 1, 1, tzinfo=datetime.UTC)

            def get_expiration_time(self, app: flask.Flask, session: Any) -> datetime.datetime | None:
                return self.moment

        interface = Interface()
        client = application(interface).test_client()
        assert "; Expires=Sun, 01 Jan 2040 00:00:00 GMT;" in client.get("/set/a/1").headers["Set-Cookie"]
        interface.moment = None
        assert "Expires" not in client.get("/permanent").headers["Set-Cookie"]
        assert client.get("/all").json == {"_permanent": True, "a": "1"}

    def test_too_large_a_cookie_is_a_warning_that_names_the_largest_keys(self) -> None:
        """At the size that MAX_COOKIE_SIZE says, as with Flask, where 0 is none."""
        for limit in (4093, 0):
            interface = SealedSessionInterface()
            app = application(interface, MAX_COOKIE_SIZE=limit)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                self.answer(app, interface, {"small": 1, "story": "x" * 4000})
            texts = [str(warning.message) for warning in caught]
            if limit:
                (text,) = texts
                assert text.startswith("the session cookie has 54")
                assert text.endswith("The largest keys, in octets: 'story' 4003, 'small' 1")
            else:
                assert texts == []

    def test_many_names_cost_no_memory(self) -> None:
        """An application may choose the name by the request; what is kept is bounded."""
        names = iter(range(1000))

        class Interface(SealedSessionInterface):
            def get_cookie_name(self, app: flask.Flask) -> str:
                return f"session-{next(names)}"

        interface = Interface()
        app = application(interface)
        for _ in range(200):
            with app.test_request_context():
                assert "Set-Cookie" in self.answer(app, interface, {"a": 1}).headers
        assert len(interface._kept_parts) <= 64


class TestKeys:
    """The application's secret, or a keyring."""

    def test_without_a_secret_there_is_flasks_null_session(self) -> None:
        """Reading works, writing says why it does not."""
        app = application()
        app.secret_key = None
        assert app.session_interface.get_signing_serializer(app) is None  # type: ignore[attr-defined]
        with app.test_request_context():
            assert isinstance(flask.session._get_current_object(), NullSession)  # type: ignore[attr-defined]
            with pytest.raises(RuntimeError, match="session is unavailable"):
                flask.session["a"] = 1

    def test_a_secret_that_is_gone_at_the_end_of_the_request_is_said(self) -> None:
        """Nothing is written unsealed."""
        app = application()

        @app.route("/forget")
        def forget() -> str:
            flask.session["a"] = 1
            app.secret_key = None
            return ""

        with pytest.raises(RuntimeError, match="no secret key any more"):
            app.test_client().get("/forget")

    def test_secrets_rotate_on_a_running_application(self) -> None:
        """Fallbacks open, the present one seals; and a list that is changed in place is seen."""
        app = application()
        old = cookie_of(app.test_client().get("/set/a/1"))
        app.secret_key = SECRET + "2"
        assert seen(app, old) == {}
        app.config["SECRET_KEY_FALLBACKS"] = fallbacks = [SECRET]
        assert seen(app, old) == {"a": "1"}
        new = cookie_of(app.test_client().get("/set/a/2", headers={"Cookie": old}))
        fallbacks.clear()
        assert seen(app, old) == {}
        assert seen(app, new) == {"a": "2"}

    def test_a_secret_may_be_bytes(self) -> None:
        """As with Flask; the same bytes give the same keys."""
        app = application()
        header = cookie_of(app.test_client().get("/set/a/1"))
        app.secret_key = SECRET.encode()
        assert seen(app, header) == {"a": "1"}

    def test_a_short_secret_is_warned_of(self) -> None:
        """It works, as with Flask, but is said."""
        app = application(SECRET_KEY="short")
        app.secret_key = "short"
        with pytest.warns(WeakSecretWarning, match="flask is shorter"):
            app.test_client().get("/set/a/1")

    def test_a_keyring_takes_the_place_of_the_secret(self) -> None:
        """Then the application needs none."""
        app = application(SealedSessionInterface(Keyring.generate()))
        app.secret_key = None
        client = app.test_client()
        client.get("/set/a/1")
        assert client.get("/all").json == {"a": "1"}

    def test_rotating_many_secrets_costs_no_memory(self) -> None:
        """What is kept by secret is bounded."""
        interface = SealedSessionInterface()
        app = application(interface)
        for number in range(100):
            app.secret_key = f"{SECRET}{number}"
            assert seen(app, "session=x") == {}
        assert len(interface._host._kept) <= 64


class TestRefusals:
    """Cookies that do not open."""

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (lambda value: "junk", "malformed"),
            (lambda value: value[: len(value) // 4 * 4 - 4], "forged"),
            (lambda value: value[:60] + ("A" if value[60] != "A" else "B") + value[61:], "forged"),
            (lambda value: "A" * 5000, "oversized"),
            (lambda value: f"{value}.sig", "malformed"),
        ],
    )
    def test_a_changed_cookie_is_an_empty_session_and_one_line(
        self, change: Callable[[str], str], why: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Nothing is deleted, nothing raised, and the cookie is not shown."""
        app = application()
        header = cookie_of(app.test_client().get("/set/a/1"))
        answer = app.test_client(use_cookies=False).get(
            "/all", headers={"Cookie": f"session={change(header.removeprefix('session='))}"}
        )
        assert (answer.status_code, answer.json, answer.headers.get("Set-Cookie")) == (200, {}, None)
        assert [record.getMessage() for record in caplog.records] == [f"cookie refused: session ({why})"]
        assert seen(app, header) == {"a": "1"}

    def test_an_empty_cookie_is_none(self, caplog: pytest.LogCaptureFixture) -> None:
        """Some clients keep what was deleted."""
        assert seen(application(), "session=") == {}
        assert caplog.records == []

    def test_a_cookie_of_another_name_application_or_realm_is_forged(self, caplog: pytest.LogCaptureFixture) -> None:
        """All three are part of the seal."""
        app = application()
        header = cookie_of(app.test_client().get("/set/a/1"))
        value = header.removeprefix("session=")
        assert seen(application(SESSION_COOKIE_NAME="other"), f"other={value}") == {}
        other = application()
        other.name = "another"
        assert seen(other, header) == {}
        assert seen(application(SealedSessionInterface(realm="another")), header) == {}
        assert {record.__dict__["reason"] for record in caplog.records} == {"forged"}

    def test_time_ends_it(self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        """PERMANENT_SESSION_LIFETIME after the last write, as with Flask, also for sessions that are not permanent."""
        app = application()
        header = cookie_of(app.test_client().get("/set/a/1"))
        now = int(time.time())
        for later, expected in ((MONTH + 50, {"a": "1"}), (MONTH + 70, {}), (-50, {"a": "1"}), (-70, {})):
            monkeypatch.setattr(time, "time", lambda later=later: now + later)
            assert seen(app, header) == expected
        assert [record.__dict__["reason"] for record in caplog.records] == ["expired", "future"]

    def test_a_shorter_lifetime_holds_for_cookies_that_are_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As with Flask, where the present setting counts."""
        app = application()
        header = cookie_of(app.test_client().get("/set/a/1"))
        app.config["PERMANENT_SESSION_LIFETIME"] = 60
        now = int(time.time())
        monkeypatch.setattr(time, "time", lambda: now + 119)
        assert seen(app, header) == {"a": "1"}
        monkeypatch.setattr(time, "time", lambda: now + 121)
        assert seen(app, header) == {}

    def test_cookies_of_one_name_from_elsewhere_do_not_disturb(self, caplog: pytest.LogCaptureFixture) -> None:
        """Another application on the same host, or a leftover: the one that opens is taken, in either order."""
        app = application()
        header = cookie_of(app.test_client().get("/set/a/1"))
        foreign = cookie_of(application(SECRET_KEY=SECRET + "2").test_client().get("/set/a/2"))
        assert seen(app, f"{header}; session=junk") == seen(app, f"session=junk; {foreign}; {header}") == {"a": "1"}
        assert caplog.records == []
        assert seen(app, f"session=junk; {foreign}") == {}
        assert [record.__dict__["reason"] for record in caplog.records] == ["malformed"]

    def test_of_two_that_open_neither_is_believed(self, caplog: pytest.LogCaptureFixture) -> None:
        """A sub-domain may have tossed its own good cookie into the browser."""
        app = application()
        one, two = (cookie_of(app.test_client().get(f"/set/user/{name}")) for name in ("victim", "attacker"))
        assert seen(app, f"{one}; {two}") == seen(app, f"{two}; {one}") == {}
        assert [record.__dict__["reason"] for record in caplog.records] == ["duplicate", "duplicate"]

    def test_of_too_many_none_is_looked_at(self, caplog: pytest.LogCaptureFixture) -> None:
        """Nobody makes the application open a thousand cookies, nor hides the visitor's own behind eight others."""
        app = application()
        mine, tossed = (cookie_of(app.test_client().get(f"/set/user/{name}")) for name in ("victim", "attacker"))
        assert seen(app, "session=x; " * 7 + mine) == {"user": "victim"}
        assert seen(app, f"{tossed}; {'session=x; ' * 7}{mine}") == {}
        assert [record.__dict__["reason"] for record in caplog.records] == ["duplicate"]

    @pytest.mark.parametrize(
        ("parts", "why"),
        [
            (lambda now: (None, 0, now, now, now + 9, [1]), "malformed"),
            (lambda now: (None, 0, now, now, now + 9, 7), "malformed"),
            (lambda now: (None, 0, now, now, now + 9), "malformed"),
            (lambda now: (None, 0, now, now, now + 9, msgspec.msgpack.Ext(99, b"")), "malformed"),
            (lambda now: (7, 0, now, now, now + 9, {"a": "1"}), "other-account"),
        ],
    )
    def test_what_is_sealed_but_not_for_this_session_is_refused(
        self, parts: Callable[[int], tuple[Any, ...]], why: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Another form, or data that belongs to an account, while this session knows of no sign-in."""
        app = application()
        record = (b"i" * 16, *parts(int(time.time())))
        keyring = Keyring.from_host_secret("flask", [SECRET])
        token = keyring.seal(form.encode(record), purpose="session", context=("session", "hardtack", "shop"))
        assert seen(app, f"session={token}") == {}
        assert [line.__dict__["reason"] for line in caplog.records] == [why]

    @settings(deadline=None, max_examples=50)
    @given(header=st.text(st.characters(max_codepoint=255)))
    def test_any_cookie_field_is_an_empty_session(self, header: str) -> None:
        """Whatever comes, nothing is raised and nobody is anybody."""
        app = application()
        for text in (header, f"session={header}", f"session={header}; session={header}"):
            with app.request_context({**_ENVIRON, "HTTP_COOKIE": text}):
                assert dict(flask.session) == {}


_ENVIRON: dict[str, Any] = {
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "wsgi.url_scheme": "http",
}


class TestForExtensions:
    """``get_signing_serializer``, which extensions and tests call."""

    def test_it_makes_and_reads_the_value_of_the_cookie(self) -> None:
        """What it makes opens as a session, and it reads what a session has written."""
        app = application()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        assert seen(app, f"session={serializer.dumps({'a': [1]})}") == {"a": [1]}
        header = cookie_of(app.test_client().get("/set/a/1"))
        assert serializer.loads(header.removeprefix("session=")) == {"a": "1"}

    def test_a_value_that_is_refused_is_a_bad_signature(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The error that callers know, with the reason; also for one that is older than they want."""
        app = application()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        value = serializer.dumps({"a": 1})
        with pytest.raises(BadSignature, match="malformed"):
            serializer.loads("junk")
        now = int(time.time())
        monkeypatch.setattr(time, "time", lambda: now + 100)
        assert serializer.loads(value, max_age=60) == {"a": 1}
        with pytest.raises(BadSignature, match="expired"):
            serializer.loads(value, max_age=30)

    def test_a_secret_that_is_gone_is_said(self) -> None:
        """For reading as for writing."""
        app = application()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        app.secret_key = None
        with pytest.raises(BadSignature, match="unknown-key"):
            serializer.loads("x")
        with pytest.raises(RuntimeError, match="no secret key any more"):
            serializer.dumps({})


class TestPackage:
    """What the adapter loads."""

    def test_the_package_exports_lazily(self) -> None:
        """Names are there when they are asked for; others are not."""
        assert hardtack.adapters.flask.SealedSessionInterface is SealedSessionInterface
        with pytest.raises(AttributeError, match="Nothing"):
            hardtack.adapters.flask.Nothing  # noqa: B018

    def test_the_sealed_session_needs_no_database_and_no_server(self) -> None:
        """Only Flask, cryptography and msgspec are loaded."""
        code = (
            "import sys, hardtack.adapters.flask as f\n"
            "assert 'flask' not in sys.modules\n"
            "f.SealedSessionInterface()\n"
            "heavy = {'sqlalchemy', 'argon2', 'uvicorn', 'hardtack.store', 'hardtack.login', 'hardtack.site'}\n"
            "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
        )
        subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"SESSION_COOKIE_NAME": "__Host-shop"}, "Secure"),
        ({"SESSION_COOKIE_NAME": "__Secure-shop"}, "Secure"),
        (
            {"SESSION_COOKIE_NAME": "__Host-shop", "SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_PATH": "/a"},
            "its host alone",
        ),
        (
            {"SESSION_COOKIE_NAME": "__host-shop", "SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_DOMAIN": "a.example"},
            "its host alone",
        ),
    ],
)
def test_the_prefix_of_the_name_is_a_promise(config: dict[str, Any], problem: str) -> None:
    """Browsers drop what breaks it, and the session with it; so it is a misuse, and not lost without a word."""
    with pytest.raises(MisuseError, match=problem):
        application(**config).test_client().get("/set/a/1")
    kept: dict[str, Any] = {
        "SESSION_COOKIE_NAME": "__Host-shop",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_SAMESITE": "None",
    }
    got = application(**kept).test_client().get("/set/a/1", base_url="https://localhost")
    assert got.headers["Set-Cookie"].startswith("__Host-shop=")
