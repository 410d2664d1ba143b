"""A live Django site changes over from ``signed_cookies``: its visitors go on with sealed sessions."""

from __future__ import annotations

import asyncio
import datetime
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.django import project

# Django reads its settings while it is imported.
from django.contrib.sessions.backends.signed_cookies import SessionStore as Signed  # type: ignore[import-untyped]  # isort: skip
from django.test import Client  # type: ignore[import-untyped]  # isort: skip
from django.test.utils import override_settings  # type: ignore[import-untyped]  # isort: skip

from hardtack.adapters.django import SessionStore
from hardtack.errors import MisuseError
from hardtack.store import Database, SpentTable

HOUR = 3600
BEFORE = "the secret that the site had before, long enough"


@pytest.fixture(autouse=True)
def _upgrading() -> Iterator[None]:
    """A project in the middle of the change."""
    with override_settings(ROOT_URLCONF=project.HERE, HARDTACK_ACCEPT_SIGNED_UNTIL=int(time.time()) + HOUR):
        yield


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database that nobody has migrated: whoever asks it for a table gets an error."""
    opened = Database.connect(f"sqlite:///{tmp_path}/hardtack.db")
    yield opened
    opened.close()


@pytest.fixture
def table(database: Database) -> SpentTable:
    """Where is written down what was used."""
    database.migrate()
    return SpentTable(database)


def old(expiry: Any = None, /, **values: Any) -> str:
    """Return a cookie that Django itself has signed."""
    session = Signed()
    session.update(values)
    if expiry is not None:
        session.set_expiry(expiry)
    session.save()
    return str(session.session_key)


def visitor(value: str) -> Client:
    """Return a browser that has a cookie."""
    client = Client()
    client.cookies["sessionid"] = value
    return client


class TestGoingOn:
    """Nobody loses their session."""

    def test_a_signed_session_goes_on_sealed(self, caplog: pytest.LogCaptureFixture) -> None:
        """Same values, same cookie name, in the same answer; the next request is an ordinary one."""
        client = visitor(old(name="饼干", n=[1]))
        with caplog.at_level(logging.INFO, logger="hardtack.session"):
            answer = client.get("/all")
        assert answer.json() == {"name": "饼干", "n": [1]}
        assert ":" not in answer.cookies["sessionid"].value
        assert [record.getMessage() for record in caplog.records] == ["session upgraded: sessionid"]
        with override_settings(HARDTACK_ACCEPT_SIGNED_UNTIL=None):
            answer = client.get("/all")
        assert (answer.json(), dict(answer.cookies)) == ({"name": "饼干", "n": [1]}, {})

    def test_a_page_that_does_not_look_at_it_leaves_it(self) -> None:
        """Django loads a session when somebody asks for it; until then the signed one stays, and is not spent."""
        client = visitor(old(a=1))
        assert dict(client.get("/nothing").cookies) == {}
        assert client.get("/all").json() == {"a": 1}

    def test_a_sign_out_deletes_it(self) -> None:
        """Also for whoever has the old cookie only."""
        assert visitor(old(a=1)).get("/flush").cookies["sessionid"].value == ""

    def test_a_fallback_secret_counts(self) -> None:
        """As with Django itself."""
        with override_settings(SECRET_KEY=BEFORE):
            value = old(a=1)
        assert visitor(value).get("/all").json() == {}
        with override_settings(SECRET_KEY_FALLBACKS=[BEFORE]):
            assert visitor(value).get("/all").json() == {"a": 1}

    def test_an_expiry_of_its_own_is_carried_over(self) -> None:
        """A moment in the future, in the seal from now on."""
        moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
        session = SessionStore(old(moment, a=1))
        assert session["_session_expiry"] == moment.isoformat()


class TestRefusing:
    """What is not taken over."""

    @pytest.mark.parametrize("until", [None, 0])
    def test_without_a_date_or_after_it_nothing_signed_counts(
        self, until: int | None, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It ends by itself; nobody has to remember to take it out."""
        with override_settings(HARDTACK_ACCEPT_SIGNED_UNTIL=until):
            assert visitor(old(a=1)).get("/all").json() == {}
        assert caplog.records[-1].getMessage() == "cookie refused: sessionid (malformed)"

    @pytest.mark.parametrize("expiry", [-1, datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)])
    def test_what_is_over_is_not_revived(self, expiry: Any) -> None:
        """By seconds or by a moment, which Django itself does not look at here."""
        with override_settings(USE_TZ=True):
            assert visitor(old(expiry, a=1)).get("/all").json() == {}

    def test_a_moment_that_is_none_is_over(self) -> None:
        """Whatever was written there."""
        assert visitor(old(a=1, _session_expiry="soon")).get("/all").json() == {}

    @pytest.mark.parametrize(
        ("changed", "problem"),
        [
            ({"HARDTACK_ACCEPT_SIGNED_UNTIL": "2027-03-01"}, "is no time"),
            ({"HARDTACK_ACCEPT_SIGNED_UNTIL": None, "HARDTACK_SPENT": "a.b"}, "without a date"),
            ({"HARDTACK_SPENT": "nowhere.table"}, "HARDTACK_SPENT: No module named"),
            ({"HARDTACK_SPENT": SpentTable}, "cannot write down"),
            ({"HARDTACK_SPENT": 7}, "cannot write down"),
        ],
    )
    def test_a_wrong_setting_is_said(self, changed: dict[str, Any], problem: str) -> None:
        """With what to write instead, and by the checks at the start."""
        with override_settings(**changed), pytest.raises(MisuseError, match=problem):
            SessionStore(old(a=1)).load()


class TestOnce:
    """With a store each signed cookie counts once."""

    def test_a_copy_is_worth_nothing_after_the_visitor_came(
        self, table: SpentTable, caplog: pytest.LogCaptureFixture
    ) -> None:
        """By the object or by its dotted path; suspicious, and in the log."""
        value = old(a=1)
        globals()["of_the_project"] = table
        with override_settings(HARDTACK_SPENT=table):
            assert visitor(value).get("/all").json() == {"a": 1}
        with override_settings(HARDTACK_SPENT=f"{__name__}.of_the_project"):
            assert visitor(value).get("/all").json() == {}
        assert [record.getMessage() for record in caplog.records[-2:]] == [
            "Session data corrupted",
            "cookie refused: sessionid (replayed)",
        ]

    def test_an_asynchronous_view_does_not_wait_for_the_store(self, table: SpentTable) -> None:
        """It is asked in a thread; and without one nothing is."""
        value = old(n=4)

        async def loaded(token: str) -> dict[str, Any]:
            return await SessionStore(token).aload()

        with override_settings(HARDTACK_SPENT=table):
            assert [asyncio.run(loaded(value)) for _ in range(2)] == [{"n": 4}, {}]
        assert asyncio.run(loaded(value)) == {"n": 4}

    def test_without_a_store_a_copy_can_be_played_until_the_date(self) -> None:
        """What the documents say."""
        value = old(a=1)
        assert [visitor(value).get("/all").json() for _ in range(2)] == [{"a": 1}] * 2

    @pytest.mark.parametrize("every", [False, True])
    def test_while_the_store_fails_the_cookie_is_kept_for_another_try(
        self, every: bool, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Nothing is given out, and nothing that is written takes its place; only a sign-out does."""
        client = visitor(value := old(a=1))
        with override_settings(HARDTACK_SPENT=SpentTable(database), SESSION_SAVE_EVERY_REQUEST=every):
            assert client.get("/all").json() == {}
            client.get("/put/b/2")
            assert client.cookies["sessionid"].value == value
            refused = [record for record in caplog.records if record.name == "hardtack.session"]
            assert {record.__dict__["reason"] for record in refused} == {"store-unavailable"}
            assert {record.__dict__["error"] for record in refused} == {"StoreUnavailable"}
            assert "Session data corrupted" not in caplog.text
            database.migrate()
            assert client.get("/all").json() == {"a": 1}

    def test_a_sign_out_holds_while_the_store_fails(self, database: Database) -> None:
        """The cookie is deleted."""
        with override_settings(HARDTACK_SPENT=SpentTable(database)):
            assert visitor(old(a=1)).get("/flush").cookies["sessionid"].value == ""


def test_the_checks_say_it_at_the_start() -> None:
    """Before the first visitor comes."""
    from django.core.checks import run_checks  # type: ignore[import-untyped]  # likewise

    with override_settings(HARDTACK_ACCEPT_SIGNED_UNTIL="soon", SESSION_COOKIE_SECURE=True):
        assert [message.id for message in run_checks()] == ["hardtack.E001"]
