"""Sessions that Starlette has signed, taken over while a site changes to sealed ones."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.middleware.sessions import SessionMiddleware as StarlettesOwn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from hardtack.store import Database, SpentTable
from tests.adapters.starlette.apps import SECRET, application, cookie_of, seen

UNTIL = int(time.time()) + 100_000


def signed(**options: Any) -> str:
    """Return the cookie of a visitor that Starlette itself has signed."""
    return cookie_of(TestClient(application(StarlettesOwn, **options)).get("/set/user/anna"))


class Broken:
    """A store that does not answer."""

    def spend(self, _mark: bytes, _until: int) -> bool:
        """Fail."""
        raise ConnectionError("swordfish")


def test_a_signed_session_goes_on_as_a_sealed_one(caplog: pytest.LogCaptureFixture) -> None:
    """In the same answer and under the same name, whoever looks at it or not; one line in the log."""
    caplog.set_level("INFO")
    app = application(accept_signed_until=UNTIL)
    for path in ("/all", "/nothing", "/failing"):
        caplog.clear()
        sealed = cookie_of(TestClient(app).get(path, headers={"Cookie": signed()}))
        assert ["session-upgraded"] == [line.__dict__["event"] for line in caplog.records if "event" in vars(line)]
        assert {"user": "anna"} == seen(application(), sealed)


@pytest.mark.parametrize(
    ("header", "options"),
    [
        (signed, {}),
        (signed, {"accept_signed_until": int(time.time()) - 1}),
        (lambda: signed(secret_key="another"), {"accept_signed_until": UNTIL}),
        (lambda: f"{signed()}; session={'x' * 100}", {"accept_signed_until": UNTIL}),
        (lambda: f"{signed()}; {signed()}", {"accept_signed_until": UNTIL}),
        (signed, {"accept_signed_until": UNTIL, "max_age": -100}),
    ],
    ids=["not wanted", "over", "another secret", "beside a sealed one", "two", "too old"],
)
def test_what_does_not_count_is_an_empty_session(header: Any, options: dict[str, Any]) -> None:
    """As any other junk."""
    assert {} == seen(application(**options), header())


@pytest.mark.parametrize("options", [{"fallbacks": [SECRET], "secret_key": "n" * 40}, {"max_age": None}], ids=str)
def test_the_secrets_and_the_time_are_those_of_the_middleware(options: dict[str, Any]) -> None:
    """Also the secret of before, and no end at all."""
    assert {"user": "anna"} == seen(application(accept_signed_until=UNTIL, **options), signed())


def test_each_counts_once_where_a_store_writes_it_down(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Also where the application says that nothing is modified; and the store is asked in another thread."""
    database = Database.connect(f"sqlite:///{tmp_path}/hardtack.db")
    database.migrate()
    table, threads = SpentTable(database), set[int]()

    class Watched:
        def spend(self, mark: bytes, until: int) -> bool:
            threads.add(threading.get_ident())
            return table.spend(mark, until)

    async def page(request: Request) -> Response:
        threads.add(threading.get_ident())
        request.session.modified = False  # type: ignore[attr-defined]  # it is ours
        return Response(status_code=500)

    app = application(accept_signed_until=UNTIL, spent=Watched(), routes=(Route("/page", page),))
    header = {"Cookie": signed()}
    sealed = cookie_of(TestClient(app).get("/page", headers=header))
    assert 2 == len(threads)
    assert ({"user": "anna"}, {}) == (seen(app, sealed), seen(app, header["Cookie"]))
    assert ["replayed"] == [line.__dict__["reason"] for line in caplog.records if "reason" in vars(line)]
    database.close()


def test_while_the_store_fails_the_cookie_is_kept_and_only_deleted(caplog: pytest.LogCaptureFixture) -> None:
    """It is tried again; but a sign-out must hold."""
    app = application(accept_signed_until=UNTIL, spent=Broken())
    header = {"Cookie": signed()}
    answers = [TestClient(app).get(path, headers=header) for path in ("/all", "/set/a/1", "/clear")]
    assert {} == answers[0].json()
    assert [0, 0, 1] == [len(answer.headers.get_list("set-cookie")) for answer in answers]
    assert answers[2].headers["set-cookie"].startswith("session=null;")
    assert ["store-unavailable"] * 3 == [line.__dict__["reason"] for line in caplog.records]
    assert "swordfish" not in caplog.text
