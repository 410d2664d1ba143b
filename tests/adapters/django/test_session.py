"""Django's own session, sealed."""

from __future__ import annotations

import asyncio
import base64
import datetime
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.adapters.django import project

# Django reads its settings while it is imported.
from django.conf import settings  # type: ignore[import-untyped]  # isort: skip
from django.contrib.auth import login  # type: ignore[import-untyped]  # isort: skip
from django.contrib.auth.models import User  # type: ignore[import-untyped]  # isort: skip
from django.contrib.sessions.backends.signed_cookies import SessionStore as Signed  # type: ignore[import-untyped]  # isort: skip
from django.core import management  # type: ignore[import-untyped]  # isort: skip
from django.db import connections  # type: ignore[import-untyped]  # isort: skip
from django.http import HttpRequest  # type: ignore[import-untyped]  # isort: skip
from django.test import Client  # type: ignore[import-untyped]  # isort: skip
from django.test.utils import override_settings  # type: ignore[import-untyped]  # isort: skip

import hardtack.adapters.django
from hardtack.adapters.django import SessionStore
from hardtack.adapters.django import settings as adapter_settings
from hardtack.errors import MisuseError
from hardtack.seal import Keyring, keyfile
from hardtack.session import CookieTooLarge
from hardtack.session import data as form
from hardtack.session.testing import edited

PLACE = ("sessionid", "hardtack", "tests")


@pytest.fixture(autouse=True)
def _project() -> Iterator[None]:
    """Put the project's own settings in place, whatever an earlier test has set."""
    with override_settings(ROOT_URLCONF=project.HERE):
        yield


def reopened(session: SessionStore) -> SessionStore:
    """Return the session as the next request has it."""
    return SessionStore(session.session_key)


def saved(**values: Any) -> SessionStore:
    """Return a session that was saved with some values."""
    session = SessionStore()
    session.update(values)
    session.save()
    return session


def token(plaintext: bytes, expires_at: int | None = None) -> str:
    """Return a cookie of ours that holds *plaintext*."""
    ring = adapter_settings.keyring()
    return ring.seal(plaintext, purpose="session", context=adapter_settings.place(), expires_at=expires_at)


def head(values: Any, account: int | None = None, issued: int | None = None) -> bytes:
    """Return a plaintext whose values are *values*, as msgpack carries them."""
    now = int(time.time()) if issued is None else issued
    return form.encode((bytes(16), account, 0, now, now, now + 1000, values))


class TestSession:
    """An unchanged project."""

    def test_what_is_put_in_comes_back(self) -> None:
        """From one request to the next."""
        client = Client()
        client.get("/put/name/王小明")
        assert client.get("/all").json() == {"name": "王小明"}

    def test_the_cookie_shows_nothing(self) -> None:
        """Neither as it stands nor decoded; and Django's own engine reads nothing in it."""
        client = Client()
        answer = client.get("/put/username/annabelle")
        value = answer.cookies["sessionid"].value
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        for word in (b"username", b"annabelle"):
            assert not any(word[at : at + 4] in raw + value.encode() for at in range(len(word) - 3))
        assert Signed(value).load() == {}

    def test_a_signed_cookie_is_refused(self, caplog: pytest.LogCaptureFixture) -> None:
        """There is no way back to readable cookies; Django's log has its line, and ours says why."""
        theirs = Signed()
        theirs["user"] = "admin"
        theirs.save()
        session = SessionStore(theirs.session_key)
        assert dict(session.items()) == {}
        assert session.modified is True
        assert session.is_empty() is False  # a fresh cookie takes its place
        assert [(record.name, record.getMessage()) for record in caplog.records] == [
            ("django.security.SuspiciousSession", "Session data corrupted"),
            ("hardtack.session", "cookie refused: sessionid (malformed)"),
        ]

    def test_a_change_deep_inside_is_noticed(self) -> None:
        """Without ``modified = True``; and reading alone writes nothing."""
        client = Client()
        client.get("/grow")
        client.get("/grow")
        answer = client.get("/all")
        assert answer.json() == {"cart": {"items": [1, 1]}}
        assert "sessionid" not in answer.cookies

    def test_whoever_says_that_nothing_is_modified_is_believed(self) -> None:
        """``modified = False`` keeps a request from writing, as with Django; what changes after it counts."""
        client = Client()
        client.get("/grow")
        assert "sessionid" not in client.get("/quiet").cookies
        assert client.get("/all").json() == {"cart": {"items": [1]}}
        session = reopened(saved(a=[1]))
        session.pop("missing", None)
        assert session.modified is False
        session["a"].append(2)
        assert session.modified is True

    def test_values_are_json_as_with_django(self) -> None:
        """Keys become text, tuples lists; what JSON cannot carry is Django's error, also deep inside."""
        values = {"n": {1: "a", None: True}, "t": (1, 2), "f": 1.5, "big": 2**70, "endless": float("inf"), "all": [1]}
        for besides in ({}, {"text": "饼干"}, {"half": "\udc80"}):
            session = reopened(saved(**values, **besides))
            assert dict(session.items()) == json.loads(json.dumps({**values, **besides}))
            assert session.modified is False
            session["all"].append(2)
            assert session.modified is True
        for wrong in ({1, 2}, object()):
            session = reopened(saved(a=[]))
            session["a"].append(wrong)
            assert session.modified is True
            with pytest.raises(TypeError, match="is not JSON serializable"):
                session.save()
            session.modified = False
            assert session.modified is False

    def test_a_serializer_of_the_project_is_honoured(self) -> None:
        """``SESSION_SERIALIZER`` says what a session carries; what it cannot read is no error page."""
        with override_settings(SESSION_SERIALIZER=f"{__name__}.Dates"):
            session = reopened(saved(day=datetime.date(2026, 11, 29)))
            assert session["day"] == datetime.date(2026, 11, 29)
            assert session.modified is False
            broken = saved(day=datetime.date(2026, 11, 29))
        assert dict(reopened(broken).items()) == {"day": ["date", "2026-11-29"]}
        with override_settings(SESSION_SERIALIZER=f"{__name__}.Dates"):
            assert dict(reopened(saved(day=["date", "never"])).items()) == {}

    def test_an_empty_module_has_nothing_else(self) -> None:
        """Only the store is there."""
        with pytest.raises(AttributeError, match="no attribute 'other'"):
            _ = hardtack.adapters.django.other

    def test_asynchronous_views_have_the_same(self) -> None:
        """Every method of the asynchronous set, and a view of a real request."""
        client = Client()
        assert [client.get("/later").json() for _ in range(2)] == [{"n": 1}, {"n": 2}]

        async def story() -> dict[str, Any]:
            session = SessionStore()
            await session.aset("a", 1)
            await session.asave()
            again = SessionStore(session.session_key)
            assert await again.aget("a") == 1
            await again.acycle_key()
            assert await again.aexists(again.session_key) is False
            await again.aset_expiry(datetime.timedelta(seconds=-10))
            await again.asave()
            assert not await SessionStore(again.session_key).ahas_key("a")
            await again.adelete()
            assert again.session_key is None
            await SessionStore.aclear_expired()
            await again.acreate()
            return dict(await again.aitems())

        assert asyncio.run(story()) == {}

    def test_there_is_nothing_to_clear(self) -> None:
        """``manage.py clearsessions`` runs, and finds nothing."""
        management.call_command("clearsessions")
        assert SessionStore.clear_expired() is None


class TestLifetime:
    """How long a session lives, whatever the browser does with its cookie."""

    def test_an_expiry_of_its_own_holds_on_the_server(self, caplog: pytest.LogCaptureFixture) -> None:
        """Seconds, a moment and a span; the log says that it is over, and that this is not suspicious."""
        for expiry in (-1, datetime.timedelta(seconds=-10), datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)):
            session = SessionStore()
            session["foo"] = "bar"
            with override_settings(USE_TZ=True):
                session.set_expiry(expiry)
                session.save()
                assert "foo" not in reopened(session)
        assert {record.getMessage() for record in caplog.records} == {"cookie refused: sessionid (expired)"}

    def test_a_longer_one_holds_too(self) -> None:
        """``SESSION_COOKIE_AGE`` is for sessions that have none of their own."""
        session = SessionStore()
        session["foo"] = "bar"
        session.set_expiry(3600)
        session.save()
        with override_settings(SESSION_COOKIE_AGE=0):
            assert reopened(session)["foo"] == "bar"
            session.set_expiry(None)
        session.save()
        with override_settings(SESSION_COOKIE_AGE=0):
            assert "foo" not in reopened(session)

    def test_an_absurd_one_is_no_error(self) -> None:
        """The seal's own bounds cut it."""
        for expiry, there in ((10**15, True), (-(10**15), False)):
            session = SessionStore()
            session["a"] = 1
            session.set_expiry(expiry)
            assert ("a" in SessionStore(session._get_session_key())) is there


class TestRefusing:
    """What is not believed."""

    @pytest.mark.parametrize(
        ("make", "why"),
        [
            (lambda: "x" * 5000, "oversized"),
            (lambda: "junk-junk-junk", "malformed"),
            (lambda: token(b"\xc1"), "malformed"),
            (lambda: token(head(["no", "bytes"])), "malformed"),
            (lambda: token(head(b"[1]")), "malformed"),
            (lambda: token(head(b"{")), "malformed"),
            (lambda: token(head(b"{}", issued=int(time.time()) + 4000)), "future"),
            (lambda: token(head(b"{}", account=7)), "other-account"),
            (lambda: saved(a=1).session_key[:-1] + "!", "malformed"),
        ],
    )
    def test_a_bad_cookie_is_an_empty_session(self, make: Any, why: str, caplog: pytest.LogCaptureFixture) -> None:
        """Never an error page; the reason is in the log, the cookie is not."""
        client = Client()
        client.cookies["sessionid"] = value = make()
        answer = client.get("/all")
        assert (answer.status_code, answer.json()) == (200, {})
        assert answer.cookies["sessionid"].value
        assert caplog.records[-1].getMessage() == f"cookie refused: sessionid ({why})"
        assert value not in caplog.text

    @hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the settings stay as they are
    @given(st.one_of(st.text(max_size=300), st.binary(max_size=80).map(lambda data: token(head(data)))))
    def test_whatever_comes_is_a_session_and_never_an_error(self, value: str) -> None:
        """Junk, and junk that somebody with the key has sealed."""
        session = SessionStore(value)
        assert isinstance(dict(session.items()), dict)

    def test_a_loaded_session_without_a_cookie_begins(self) -> None:
        """Whoever calls ``load`` by hand gets an empty one."""
        session = SessionStore()
        assert (session.load(), session.modified) == ({}, True)

    @pytest.mark.parametrize(
        "changed",
        [
            {"SESSION_COOKIE_NAME": "other"},
            {"HARDTACK_REALM": "other"},
            {"HARDTACK_APPLICATION": "other"},
            {"ROOT_URLCONF": ""},
            {"SECRET_KEY": "another secret that is long enough to be keys"},
            {"HARDTACK_KEYRING": Keyring.generate()},
        ],
        ids=lambda changed: next(iter(changed)),
    )
    def test_it_is_bound_to_its_name_place_and_key(self, changed: dict[str, Any]) -> None:
        """Under any other it is nobody's."""
        session = saved(a=1)
        assert "a" in reopened(session)
        with override_settings(**changed):
            assert "a" not in reopened(session)


class TestKeys:
    """Where the keys come from."""

    def test_fallbacks_open_and_do_not_seal(self) -> None:
        """As Django has it; rotating the secret signs nobody out."""
        before = saved(a=1)
        with override_settings(
            SECRET_KEY="the new secret, long enough to be a key", SECRET_KEY_FALLBACKS=[project.SECRET]
        ):
            assert reopened(before)["a"] == 1
            after = saved(a=2)
        assert "a" not in reopened(after)

    def test_a_secret_that_is_assigned_counts_at_once(self) -> None:
        """Django says not to, and tests do."""
        before = saved(a=1)
        with override_settings():
            settings.SECRET_KEY = "the new secret, long enough to be a key"
            assert "a" not in reopened(before)
            settings.SECRET_KEY_FALLBACKS = [project.SECRET]
            assert reopened(before)["a"] == 1
        assert reopened(before)["a"] == 1

    def test_a_keyring_file_is_followed(self, tmp_path: Path) -> None:
        """By its path; the same ring is asked each time."""
        keyfile.create(tmp_path / "keys")
        with override_settings(HARDTACK_KEYRING=tmp_path / "keys"):
            assert adapter_settings.keyring() is adapter_settings.keyring()
            assert reopened(saved(a=1))["a"] == 1

    def test_what_is_kept_is_bounded(self) -> None:
        """Tests and tenants may change the secret as often as they like."""
        for number in range(70):
            with override_settings(SECRET_KEY=f"{number:040}"):
                assert reopened(saved(a=1))["a"] == 1
        assert len(adapter_settings._kept) <= 64

    @pytest.mark.parametrize(
        ("changed", "problem"),
        [
            ({"HARDTACK_KEYRING": b"a secret, perhaps"}, "HARDTACK_KEYRING is a bytes"),
            ({"HARDTACK_REALM": 3}, "HARDTACK_REALM is no name"),
            ({"HARDTACK_APPLICATION": ""}, "HARDTACK_APPLICATION is no name"),
            ({"HARDTACK_APPLICATION": project.SECRET}, "HARDTACK_APPLICATION is the secret key"),
        ],
    )
    def test_a_wrong_setting_is_said(self, changed: dict[str, Any], problem: str) -> None:
        """With what to write instead, and without the value."""
        with override_settings(**changed), pytest.raises(MisuseError, match=problem) as caught:
            saved(a=1)
        assert "perhaps" not in str(caught.value)


class TestSize:
    """What a browser keeps."""

    def test_it_is_counted_to_the_octet(self, caplog: pytest.LogCaptureFixture) -> None:
        """By the Set-Cookie that Django writes; from 80 % on the log names the largest keys."""
        client = Client()
        for changed in ({}, {"SESSION_EXPIRE_AT_BROWSER_CLOSE": True}, {"SESSION_COOKIE_DOMAIN": "testserver"}):
            caplog.clear()
            with override_settings(SESSION_COOKIE_SECURE=True, **changed):
                answer = client.get("/large/2500")
            (record,) = caplog.records
            assert record.__dict__["event"] == "cookie-large"
            assert record.__dict__["size"] == len(answer.cookies["sessionid"].OutputString())
            assert "'basket' 2502, 'name' 3, '3' 3" in record.getMessage()

    def test_what_is_not_large_is_no_line(self, caplog: pytest.LogCaptureFixture) -> None:
        """Below 80 % nothing is said."""
        assert Client().get("/large/1800").cookies["sessionid"].value
        assert caplog.records == []

    def test_what_no_browser_keeps_is_an_error(self) -> None:
        """At the end of the request, with the largest keys; Django alone writes it and says nothing."""
        with pytest.raises(CookieTooLarge, match=r"browsers drop what has more than 4096. The largest keys.*'basket'"):
            Client().get("/large/3000")


class TestHeaders:
    """What goes into the answer is Django's own."""

    def test_attributes_and_vary_are_those_of_django(self) -> None:
        """Beside ``signed_cookies`` doing the same; only the value differs."""
        found = []
        for engine in ("django.contrib.sessions.backends.signed_cookies", "hardtack.adapters.django"):
            with override_settings(SESSION_ENGINE=engine, SESSION_COOKIE_SECURE=True, SESSION_COOKIE_SAMESITE="Strict"):
                client = Client()
                shown = []
                for address in ("/put/a/1", "/all", "/nothing", "/flush", "/flush"):
                    answer = client.get(address, secure=True)
                    morsels = {name: dict(morsel) for name, morsel in answer.cookies.items()}
                    dates = [morsel.pop("expires") for morsel in morsels.values()]
                    shown.append((morsels, len(dates), answer.headers.get("Vary")))
            found.append(shown)
        assert found[0] == found[1]


@pytest.fixture(scope="module")
def annabelle() -> Iterator[User]:
    """A user in a real database, in memory."""
    management.call_command("migrate", verbosity=0)
    yield User.objects.create_user("annabelle", password="correct horse")
    connections.close_all()


class TestSignIn:
    """``django.contrib.auth``, unchanged."""

    def test_a_sign_in_draws_a_new_id_and_keeps_the_values(self, annabelle: User) -> None:
        """An id that somebody has planted is worth nothing after it (fixation)."""
        request = HttpRequest()
        request.session = reopened(saved(basket=[1]))
        assert request.session["basket"] == [1]
        before = request.session._head
        login(request, annabelle)
        request.session.save()
        after = reopened(request.session)
        assert (after["basket"], after["_auth_user_id"]) == ([1], str(annabelle.pk))
        assert before is not None
        assert after._head is not None
        assert after._head.id != before.id
        assert after._head.sequence == 0

    def test_another_persons_sign_in_keeps_nothing(self, annabelle: User) -> None:
        """Django flushes; the session that follows has nothing of the one before."""
        request = HttpRequest()
        request.session = reopened(saved(secret="hers", _auth_user_id="99"))
        login(request, annabelle)
        request.session.save()
        assert "secret" not in reopened(request.session)

    def test_it_ends_with_a_sign_out_and_with_another_password(self, annabelle: User) -> None:
        """Django's session hash holds in the sealed session as in any other."""
        client = Client()
        assert client.login(username="annabelle", password="correct horse")
        assert client.get("/who").content == b"annabelle"
        client.logout()
        assert client.get("/who").content == b""
        client.force_login(annabelle)
        assert client.get("/who").content == b"annabelle"
        annabelle.set_password("battery staple")
        annabelle.save()
        assert client.get("/who").content == b""

    def test_a_write_counts_on(self) -> None:
        """The same session, one write later."""
        first = reopened(saved(a=1))
        first["a"] = 2
        first.save()
        second = reopened(first)
        assert second["a"] == 2
        assert first._head is not None
        assert second._head is not None
        assert (second._head.id, second._head.sequence) == (first._head.id, 1)


class TestEditing:
    """The helper for a project's tests."""

    @pytest.mark.parametrize("changed", [{}, {"SESSION_COOKIE_NAME": "biscuit", "SESSION_COOKIE_DOMAIN": "testserver"}])
    def test_a_session_is_opened_and_edited_as_in_every_adapter(self, changed: dict[str, Any]) -> None:
        """The project sees what the test has put in, and the test what the project has left."""
        with override_settings(**changed):
            client = Client()
            client.get("/put/seen/1")
            with edited(client, SessionStore) as session:
                assert dict(session.items()) == {"seen": "1"}
                session["basket"] = [1]
            assert client.get("/all").json() == {"seen": "1", "basket": [1]}
            with edited(client, SessionStore) as session:
                session["basket"].append(2)
            assert client.get("/all").json()["basket"] == [1, 2]
            with edited(client, SessionStore) as session:
                session.flush()
            assert client.get("/all").json() == {}

    def test_the_clock_is_its_own(self) -> None:
        """As with every drop-in."""
        options: dict[str, Any] = {"now": 1}
        with pytest.raises(MisuseError, match="reads the clock itself"), edited({}, SessionStore, **options):
            raise AssertionError


class Dates:
    """A serializer of a project, which knows dates."""

    def dumps(self, obj: Any) -> bytes:
        """Return JSON, in which a date is a pair."""
        return json.dumps(obj, default=lambda date: ["date", date.isoformat()]).encode()

    def loads(self, data: bytes) -> Any:
        """Return the values."""
        return {
            key: datetime.date.fromisoformat(value[1]) if isinstance(value, list) else value
            for key, value in json.loads(data).items()
        }


logging.getLogger("django.request").setLevel(logging.CRITICAL)
