"""A live Flask site changes over: sessions that Flask has signed go on as sealed ones, until a date."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import flask
import pytest
from flask.json.tag import JSONTag
from flask.sessions import SecureCookieSessionInterface
from werkzeug.test import TestResponse

from hardtack.adapters.flask import SealedSessionInterface
from hardtack.errors import MisuseError
from hardtack.seal import Keyring

SECRET = "a secret that is long enough to be a source of keys"
HOUR = 3600
DOCS = Path(__file__).parents[3] / "docs"
BEFORE = f"{SECRET}, the one before"


def application(interface: Any, **config: Any) -> flask.Flask:
    """Return a site; only its session interface changes in these tests."""
    app = flask.Flask("shop")
    app.config.update({"SECRET_KEY": SECRET, "TESTING": True, **config})
    app.session_interface = interface

    @app.route("/all")
    def everything() -> str:
        return repr(dict(flask.session))

    @app.route("/nothing")
    def nothing() -> str:
        return ""

    @app.route("/clear")
    def clear() -> str:
        flask.session.clear()
        return ""

    return app


def old(values: dict[str, Any], **config: Any) -> str:
    """Return the value of the cookie that the site set before it changed over."""
    app = application(SecureCookieSessionInterface(), **config)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined] # of Flask's own
    return str(serializer.dumps(values))


def upgrading(**options: Any) -> SealedSessionInterface:
    """Return the interface in the middle of the change."""
    return SealedSessionInterface(**{"accept_signed_until": int(time.time()) + HOUR, **options})


def asked(app: flask.Flask, *values: str, path: str = "/all") -> TestResponse:
    """Return the answer to a browser that sends these values of the session cookie."""
    header = "; ".join(f"session={value}" for value in values)
    return app.test_client(use_cookies=False).get(path, headers={"Cookie": header})


class TestTakingOver:
    """What is taken over, and how it goes out."""

    @pytest.mark.parametrize("keyring", [None, Keyring.generate()])
    def test_a_signed_session_goes_on_sealed(self, keyring: Keyring | None, caplog: pytest.LogCaptureFixture) -> None:
        """Same values, same cookie name, in the same answer; the next request is an ordinary one."""
        values = {"a": (1, b"\x00"), "id": uuid.UUID(int=7), "text": "饼干"}
        app = application(upgrading(keyring=keyring))
        with caplog.at_level(logging.INFO, logger="hardtack.session"):
            response = asked(app, old(values))
        assert response.text == repr(values)
        (field,) = response.headers.getlist("Set-Cookie")
        assert response.headers["Vary"] == "Cookie"
        assert field.startswith("session=")
        assert field.endswith("; HttpOnly; Path=/")
        (record,) = caplog.records
        assert (record.__dict__["event"], record.__dict__["cookie"]) == ("session-upgraded", "session")
        assert "饼干" not in record.getMessage()
        sealed = field.partition("=")[2].partition(";")[0]
        assert "." not in sealed
        again = asked(application(SealedSessionInterface(keyring)), sealed)
        assert again.text == repr(values)
        assert again.headers.getlist("Set-Cookie") == []

    def test_it_is_sealed_by_an_answer_that_does_not_look_at_it(self) -> None:
        """The first answer replaces it, whichever page that is."""
        (field,) = asked(application(upgrading()), old({"a": 1}), path="/nothing").headers.getlist("Set-Cookie")
        assert "." not in field.partition(";")[0]

    def test_a_permanent_session_stays_one(self) -> None:
        """The choice of the visitor is carried over with the rest."""
        (field,) = asked(application(upgrading()), old({"_permanent": True})).headers.getlist("Set-Cookie")
        assert "; Expires=" in field

    def test_a_session_that_is_cleared_at_once_is_deleted(self) -> None:
        """Signing out works for whoever has the old cookie only."""
        (field,) = asked(application(upgrading()), old({"a": 1}), path="/clear").headers.getlist("Set-Cookie")
        assert field.startswith("session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT")

    def test_a_fallback_secret_counts(self) -> None:
        """As with Flask itself; also where the site has a keyring of its own and no secret any more."""
        app = application(upgrading(), SECRET_KEY_FALLBACKS=[BEFORE])
        assert asked(app, old({"a": 1}, SECRET_KEY=BEFORE)).text == "{'a': 1}"
        app = application(upgrading(keyring=Keyring.generate()), SECRET_KEY=None)
        assert asked(app, old({"a": 1})).text == "{}"

    def test_tags_of_the_application_are_read(self) -> None:
        """What is registered with ours reads what Flask wrote with the same class."""

        class Tag(JSONTag):
            key = " c"

            def check(self, value: Any) -> bool:
                return isinstance(value, complex)

            def to_json(self, value: Any) -> Any:
                return str(value)

            def to_python(self, value: Any) -> Any:
                return complex(value)

        theirs, ours = SecureCookieSessionInterface(), upgrading()
        theirs.serializer = type(theirs.serializer)()
        ours.serializer = type(ours.serializer)()
        theirs.serializer.register(Tag)
        ours.serializer.register(Tag)
        app = application(theirs)
        serializer = theirs.get_signing_serializer(app)
        assert serializer is not None
        assert asked(application(ours), str(serializer.dumps({"z": 1j}))).text == "{'z': 1j}"

    def test_a_salt_of_the_site_counts(self) -> None:
        """Where the site had its own, a subclass says so."""

        class Salted(SealedSessionInterface):
            salt = "ours"

        theirs = SecureCookieSessionInterface()
        theirs.salt = "ours"
        serializer = theirs.get_signing_serializer(application(theirs))
        assert serializer is not None
        value = str(serializer.dumps({"a": 1}))
        assert asked(application(upgrading()), value).text == "{}"
        assert asked(application(Salted(accept_signed_until=int(time.time()) + HOUR)), value).text == "{'a': 1}"


class TestRefusing:
    """What is not taken over."""

    @pytest.mark.parametrize("until", [None, 0])
    def test_without_a_date_or_after_it_nothing_signed_counts(
        self, until: int | None, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It ends by itself; nobody has to remember to take it out."""
        response = asked(application(SealedSessionInterface(accept_signed_until=until)), old({"a": 1}))
        assert response.text == "{}"
        assert response.headers.getlist("Set-Cookie") == []
        assert [record.getMessage() for record in caplog.records] == ["cookie refused: session (malformed)"]

    @pytest.mark.parametrize("change", [lambda sealed: sealed, lambda sealed: sealed[:-1] + "A" * 9])
    def test_beside_a_sealed_cookie_a_signed_one_counts_for_nothing(self, change: Any) -> None:
        """Not in either order, and not when the sealed one is refused: what is older never comes back that way."""
        app = application(upgrading())
        (field,) = asked(app, old({"new": 1})).headers.getlist("Set-Cookie")
        sealed = change(field.partition("=")[2].partition(";")[0])
        expected = asked(app, sealed).text
        for values in ([sealed, old({"old": 1})], [old({"old": 1}), sealed]):
            assert asked(app, *values).text == expected

    def test_of_two_signed_cookies_neither_counts(self) -> None:
        """There is no telling which is the visitor's."""
        app = application(upgrading())
        assert asked(app, old({"a": 1}), old({"a": 2})).text == "{}"

    def test_junk_beside_it_does_not_hide_it(self) -> None:
        """Another path's cookie of the same name, empty or not ours, is passed over."""
        assert asked(application(upgrading()), "junk", old({"a": 1}), "x.y.z", "").text == "{'a': 1}"

    def test_an_old_or_foreign_one_is_refused(self, caplog: pytest.LogCaptureFixture) -> None:
        """Flask's own limit of age holds, and its signature."""
        app = application(upgrading(), PERMANENT_SESSION_LIFETIME=-1)
        assert asked(app, old({"a": 1})).text == "{}"
        assert asked(application(upgrading()), old({"a": 1}, SECRET_KEY="somebody else's")).text == "{}"
        assert [record.getMessage() for record in caplog.records] == ["cookie refused: session (malformed)"] * 2

    def test_a_copy_can_be_played_again_until_the_date(self) -> None:
        """What the documents say: without a store nobody knows that it was taken over before."""
        app, value = application(upgrading()), old({"a": 1})
        first, second = asked(app, value), asked(app, value)
        assert first.text == second.text == "{'a': 1}"
        assert first.headers["Set-Cookie"] != second.headers["Set-Cookie"]

    @pytest.mark.parametrize("until", ["2027-03-01", 1.5, True])
    def test_a_date_that_is_no_time_is_refused_at_start(self, until: Any) -> None:
        """The error says what to write."""
        with pytest.raises(MisuseError, match="is no time"):
            SealedSessionInterface(accept_signed_until=until)


def test_the_page_about_it_shows_what_runs_in_both_languages(tmp_path: Path) -> None:
    """Whoever pastes it has it; the code is the same in English and in Chinese."""
    # A site closes its database when it ends, not at the last line.
    command = [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", "-c"]
    english, chinese = (
        re.findall(r"^```python\n(.*?)^```$", (DOCS / language / "upgrade.md").read_text(), re.MULTILINE | re.DOTALL)
        for language in ("en", "zh")
    )
    assert english == chinese
    assert len(english) == 4
    for code in english:
        done = subprocess.run([*command, code], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
