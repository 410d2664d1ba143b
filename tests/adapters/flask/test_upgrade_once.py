"""A live Flask site changes over with a store beside it: each signed session goes on as a sealed one, once."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from sqlalchemy import text
from werkzeug.test import TestResponse

from hardtack.adapters.flask import SealedSessionInterface
from hardtack.errors import MisuseError
from hardtack.store import Database, SpentTable
from tests.adapters.flask.test_upgrade import HOUR, application, asked, old, upgrading

REPLAYED = "cookie refused: session (replayed)"
UNAVAILABLE = "cookie refused: session (store-unavailable)"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "hardtack.db"
    made = Database.connect(f"sqlite:///{path}")
    made.migrate()
    made.close()
    return path


@pytest.fixture
def database(template: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database."""
    shutil.copy(template, tmp_path)
    opened = Database.connect(f"sqlite:///{tmp_path}/hardtack.db")
    yield opened
    opened.close()


@pytest.fixture
def table(database: Database) -> SpentTable:
    """Where is written down what was used."""
    return SpentTable(database)


@pytest.fixture
def app(table: SpentTable) -> flask.Flask:
    """A site in the middle of the change, whose errors are pages."""
    return site(upgrading(spent=table))


def site(interface: Any, **config: Any) -> flask.Flask:
    """Return a site with more pages."""
    app = application(interface, **{"PROPAGATE_EXCEPTIONS": False, **config})

    @app.route("/fail")
    def fail() -> str:
        raise RuntimeError("a mistake of the application")

    @app.route("/write")
    def write() -> str:
        flask.session["new"] = 1
        return repr(dict(flask.session))

    @app.route("/as-it-was")
    def as_it_was() -> str:
        flask.session.modified = False
        return ""

    @app.route("/sent")
    def sent() -> str:
        return flask.request.headers.get("Cookie", "")

    return app


def kept(database: Database) -> int:
    """Return how many cookies were spent."""
    with database.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM spent")).scalar_one())


def sealed_of(response: TestResponse) -> str:
    """Return the value of the one cookie that an answer sets; it is sealed."""
    (field,) = response.headers.getlist("Set-Cookie")
    name, _, value = field.partition(";")[0].partition("=")
    assert ("session", True, False) == (name, value != "", "." in value)
    return value


class TestOnce:
    """A signed cookie counts for one request."""

    def test_the_first_request_gets_the_values_and_a_second_one_nothing(
        self, app: flask.Flask, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The second has an empty session and one line in the log that names the reason and no value."""
        value = old({"a": "饼干"})
        first = asked(app, value)
        assert "{'a': '饼干'}" == first.text
        caplog.clear()
        second = asked(app, value)
        assert ("{}", []) == (second.text, second.headers.getlist("Set-Cookie"))
        (record,) = caplog.records
        assert ("hardtack.session", logging.WARNING, REPLAYED) == (record.name, record.levelno, record.getMessage())
        assert ("cookie-refused", "replayed") == (record.__dict__["event"], record.__dict__["reason"])
        assert "{'a': '饼干'}" == asked(app, sealed_of(first)).text

    def test_another_worker_knows_of_it(self, table: SpentTable, database: Database) -> None:
        """What counts is the database, not the process."""
        value = old({"a": 1})
        workers = [site(upgrading(spent=SpentTable(database))) for _ in range(2)]
        assert ["{'a': 1}", "{}", "{}"] == [asked(worker, value).text for worker in (*workers, workers[0])]

    def test_a_copy_does_nothing_after_a_sign_out(self, app: flask.Flask) -> None:
        """Neither if the first request was the sign-out itself, nor if it came later with the sealed cookie."""
        for pages in (["/clear"], ["/all", "/clear"]):
            value = copy = old({"_user_id": "7", "pages": len(pages)})
            for page in pages:
                response = asked(app, value, path=page)
                value = response.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
            assert "" == value
            assert "{}" == asked(app, copy).text

    def test_each_cookie_counts_for_itself(self, app: flask.Flask, database: Database) -> None:
        """A later cookie of the same visitor is another one; so is one with other values."""
        values = [old({"a": number}) for number in range(3)]
        assert [f"{{'a': {number}}}" for number in range(3)] == [asked(app, value).text for value in values]
        assert 3 == kept(database)

    def test_cookies_that_are_equal_are_one(self, app: flask.Flask) -> None:
        """What the documents say: Flask signs the same values in the same second to the same letters for everybody."""
        ada = bob = old({"language": "zh"})
        assert ["{'language': 'zh'}", "{}"] == [asked(app, ada).text, asked(app, bob).text]

    @pytest.mark.parametrize(
        "spelled", ["session={}", "session= {}\t", "a=b;session={} ; c", 'session="{}"', "session={}="]
    )
    def test_no_other_spelling_in_the_field_counts_again(self, app: flask.Flask, spelled: str) -> None:
        """White space and neighbours are not part of a value; whatever else is there makes it no cookie of Flask's."""
        value = old({"a": 1})
        asked(app, value)
        response = app.test_client(use_cookies=False).get("/all", headers={"Cookie": spelled.format(value)})
        assert "{}" == response.text

    def test_it_is_spent_by_a_request_that_does_not_look_at_it(self, app: flask.Flask) -> None:
        """Which page comes first makes no difference, a missing one included; the answer carries the sealed one."""
        for number, path in enumerate(("/nothing", "/nowhere", "/static/nothing.css")):
            value = old({"a": number})
            sealed = sealed_of(asked(app, value, path=path))
            assert [f"{{'a': {number}}}", "{}"] == [asked(app, one).text for one in (sealed, value)]

    def test_what_is_refused_anyway_is_not_spent(self, database: Database, table: SpentTable) -> None:
        """Too old, of another secret, one of two, beside a sealed one, or after the date: nothing is written down."""
        app = site(upgrading(spent=table))
        value = old({"a": 1})
        sealed = sealed_of(asked(site(upgrading()), old({"b": 1})))
        assert "{}" == asked(site(upgrading(spent=table), PERMANENT_SESSION_LIFETIME=-1), value).text
        assert "{}" == asked(app, old({"a": 1}, SECRET_KEY="somebody else's")).text
        assert "{}" == asked(app, value, old({"a": 2})).text
        assert "{'b': 1}" == asked(app, value, sealed).text
        assert "{}" == asked(site(SealedSessionInterface(accept_signed_until=0, spent=table)), value).text
        assert 0 == kept(database)
        assert "{'a': 1}" == asked(app, value).text

    def test_it_is_remembered_until_the_date(self, database: Database, table: SpentTable) -> None:
        """After that no signed cookie counts."""
        until = int(time.time()) + HOUR
        asked(site(SealedSessionInterface(accept_signed_until=until, spent=table)), old({"a": 1}))
        with database.read() as connection:
            assert until == connection.execute(text("SELECT until FROM spent")).scalar_one()


class TestNothingIsLost:
    """What was spent is in the answer, whatever the answer is."""

    def test_an_answer_of_500_carries_it(self, app: flask.Flask) -> None:
        """A mistake of the application must not cost the visitor what is in the session."""
        response = asked(app, old({"a": 1}), path="/fail")
        assert 500 == response.status_code
        assert "{'a': 1}" == asked(app, sealed_of(response)).text

    def test_an_application_that_would_not_write_it_does(self, table: SpentTable) -> None:
        """It cannot be read from the old cookie again: neither ``modified`` nor a subclass keeps it out."""

        class Quiet(SealedSessionInterface):
            def should_set_cookie(self, app: flask.Flask, session: SessionMixin) -> bool:
                return False

        until = int(time.time()) + HOUR
        for interface, path in ((SealedSessionInterface, "/as-it-was"), (Quiet, "/nothing")):
            value = old({"path": path})
            assert "Set-Cookie" not in asked(site(interface(accept_signed_until=until)), value, path=path).headers
            spending = site(interface(accept_signed_until=until, spent=table))
            sealed = sealed_of(asked(spending, value, path=path))
            again = asked(spending, sealed, path=path)
            assert "Set-Cookie" not in again.headers
            assert repr({"path": path}) == asked(spending, sealed).text

    def test_an_answer_that_cannot_be_finished_loses_it(self, app: flask.Flask) -> None:
        """What the documents say: where Flask itself never gets as far as saving, nothing can be saved."""

        @app.after_request
        def fail(response: flask.Response) -> flask.Response:
            raise RuntimeError("a mistake of the application")

        value = old({"a": 1})
        assert (500, False) == ((answer := asked(app, value)).status_code, "Set-Cookie" in answer.headers)
        app.after_request_funcs.clear()
        assert "{}" == asked(app, value).text


class TestFailingStore:
    """A store that does not answer gives nothing out and takes nothing away."""

    @pytest.fixture
    def failing(self, database: Database) -> Database:
        """The database without its table."""
        with database.write() as connection:
            connection.execute(text("ALTER TABLE spent RENAME TO away"))
        return database

    def test_the_session_is_empty_and_the_log_says_why(
        self, app: flask.Flask, failing: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Never an error page, and never the values."""
        response = asked(app, old({"a": 1}))
        assert (200, "{}", []) == (response.status_code, response.text, response.headers.getlist("Set-Cookie"))
        (record,) = caplog.records
        assert UNAVAILABLE == record.getMessage()
        assert ("store-unavailable", "StoreUnavailable", None) == (
            record.__dict__["reason"],
            record.__dict__["error"],
            record.exc_info,
        )

    @pytest.mark.parametrize("path", ["/all", "/write", "/fail"])
    def test_the_cookie_may_be_tried_again(self, app: flask.Flask, failing: Database, path: str) -> None:
        """Nor is it replaced by what was put into the empty session: that would be the loss of everything else."""
        value = old({"a": 1})
        assert "Set-Cookie" not in asked(app, value, path=path).headers
        with failing.write() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO spent"))
        assert "{'a': 1}" == asked(app, value).text

    def test_a_sign_out_deletes_it_all_the_same(self, app: flask.Flask, failing: Database) -> None:
        """On a shared machine it must not come back when the store does."""
        field = asked(app, old({"a": 1}), path="/clear").headers["Set-Cookie"]
        assert field.startswith("session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT")

    def test_others_do_not_notice(self, app: flask.Flask, failing: Database) -> None:
        """Sealed sessions, new ones and visitors without any need no store."""
        sealed = sealed_of(asked(app, path="/write"))
        assert "{'new': 1}" == asked(app, sealed).text

    def test_whatever_a_store_raises_is_caught(self, caplog: pytest.LogCaptureFixture) -> None:
        """One of the author's own may raise anything."""

        class Broken:
            def spend(self, mark: bytes, until: int) -> bool:
                raise KeyError(mark)

        assert "{}" == asked(site(upgrading(spent=Broken())), old({"a": 1})).text
        assert [UNAVAILABLE] == [record.getMessage() for record in caplog.records]


class TestBrowser:
    """What a browser has after the first answer."""

    @pytest.mark.parametrize(
        "config",
        [
            {},
            {"SESSION_COOKIE_PATH": "/shop", "APPLICATION_ROOT": "/"},
            {"SESSION_COOKIE_DOMAIN": "example.org"},
            {"SESSION_COOKIE_NAME": "basket", "SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_SAMESITE": "Strict"},
        ],
    )
    def test_the_sealed_cookie_takes_the_place_of_the_signed_one(
        self, table: SpentTable, config: dict[str, Any]
    ) -> None:
        """One jar, before and after: the old cookie is gone, not beside it, and the next request sends one."""
        base = f"https://shop.example.org{config.get('SESSION_COOKIE_PATH', '')}"
        app = site(SecureCookieSessionInterface(), **config)
        client = app.test_client()
        client.get("/write", base_url=base)
        name = config.get("SESSION_COOKIE_NAME", "session")
        before = client.get("/sent", base_url=base).text
        assert (1, 2) == (before.count(f"{name}="), before.count("."))
        app.session_interface = upgrading(spent=table)
        assert "{'new': 1}" == client.get("/all", base_url=base).text
        after = client.get("/sent", base_url=base).text
        assert (1, 0) == (after.count(f"{name}="), after.count("."))
        assert ["{'new': 1}"] * 2 == [client.get("/all", base_url=base).text for _ in range(2)]


class TestSettingUp:
    """What is refused at start."""

    def test_a_store_without_a_date_is_refused(self, table: SpentTable) -> None:
        """It would do nothing, and somebody believes that it does."""
        with pytest.raises(MisuseError, match="without a date none is accepted"):
            SealedSessionInterface(spent=table)

    @pytest.mark.parametrize("wrong", [SpentTable, object(), set()])
    def test_what_cannot_spend_is_refused(self, wrong: Any) -> None:
        """Otherwise every signed cookie would be refused, much later."""
        with pytest.raises(MisuseError, match="cannot write down what was used"):
            upgrading(spent=wrong)

    def test_a_database_in_place_of_its_table_is_refused(self, database: Database) -> None:
        """The likely slip; the hint says what to write."""
        with pytest.raises(MisuseError) as caught:
            upgrading(spent=database)
        assert "give spent=SpentTable(database)" == caught.value.hint


def test_the_drop_in_loads_no_database() -> None:
    """Whoever gives no store has none: nothing of it is imported."""
    program = "import sys, hardtack.adapters.flask.session; print({'sqlalchemy', 'hardtack.store'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "set()\n" == done.stdout


def test_servers_with_a_database_each_count_for_themselves(tmp_path: Path) -> None:
    """What the documents say: a copy works once on each."""
    answers = []
    value = old({"a": 1})
    for number in range(2):
        database = Database.connect(f"sqlite:///{tmp_path}/{number}.db")
        database.migrate()
        answers.append(asked(site(upgrading(spent=SpentTable(database))), value).text)
        database.close()
    assert ["{'a': 1}"] * 2 == answers
