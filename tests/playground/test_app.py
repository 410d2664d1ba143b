"""The playground beside an application: its own addresses, the others', its budget, and that nothing is stored."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from hardtack.adapters.asgi import service
from hardtack.adapters.asgi.types import Message, Receive, Scope, Send
from hardtack.playground import Playground, tea
from hardtack.playground.app import LIMITS
from hardtack.playground.beside import beside
from hardtack.site import Settings
from hardtack.status.refuse import RefusePolicy
from tests.adapters.asgi.driving import ask, scope
from tests.playground.driven import behind, play, played

FORM = (b"content-type", b"application/x-www-form-urlencoded")


def test_only_what_is_below_its_own_address_is_answered_here(tmp_path: Path) -> None:
    """All else is the application's, its WebSockets too."""
    answers = play(tmp_path, *(scope(path) for path in ("/", "/playgrounds/notes/1", "/sign-in")))
    assert [299] * 3 == [answer.status for answer in answers]
    assert [None] * 3 == [answer.get("cache-control") for answer in answers]
    note, nothing = play(tmp_path, scope("/playground/notes/1"), scope("/playground/nothing"))
    assert (200, 404) == (note.status, nothing.status)


@pytest.mark.parametrize("path", ["/playground", "/playground/"])
def test_its_own_address_leads_to_what_there_is_to_try(tmp_path: Path, path: str) -> None:
    """People type it."""
    [answer] = play(tmp_path, scope(path))
    assert (303, "/status") == (answer.status, answer.get("location"))


def test_nothing_is_stored_whatever_is_answered(tmp_path: Path) -> None:
    """An answer of a thing, of the layer, of a table, to any method; once each (RFC 9111 §5.2.2.5)."""
    asked = [
        scope("/playground/notes/1"),
        scope("/playground/nothing"),
        scope("/playground/guestbook"),
        scope("/playground/old-notes/1"),
        scope("/playground/notes/1", "OPTIONS"),
        scope("/playground/notes/1", "BREW"),
        scope("/playground/bill", "GET"),
    ]
    for answer in play(tmp_path, *asked):
        assert ["no-store"] == [value for name, value in answer.headers if name.lower() == "cache-control"]


def test_which_methods_work_an_address_says(tmp_path: Path) -> None:
    """To OPTIONS, and in the 405 to what does not."""
    options, refused = play(tmp_path, scope("/playground/notes/1", "OPTIONS"), scope("/playground/bill", "PUT"))
    assert 204 == options.status
    assert {"GET", "HEAD", "OPTIONS"} <= set((options.get("allow") or "").split(", "))
    assert (405, "GET, HEAD, OPTIONS") == (refused.status, refused.get("allow"))


def test_its_hosts_are_the_services_own(tmp_path: Path) -> None:
    """In development mode only this machine's own browser is answered, here as there."""
    foreign = scope("/playground/notes/1")
    foreign["headers"] = [(b"host", b"shop.example.org")]
    assert 421 == play(tmp_path, foreign, policy=RefusePolicy(development=True))[0].status
    assert 200 == play(tmp_path, scope("/playground/notes/1"), policy=RefusePolicy(development=True))[0].status


def test_its_places_are_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When all are taken, one more is turned away with the time to come back, and the application answers as before."""
    monkeypatch.setattr(tea, "BREWING", 0.2)
    places = LIMITS.in_flight
    assert places
    app = Playground(behind, folder=tmp_path)
    asked = [*(scope("/playground/tea") for _ in range(places + 3)), scope("/sign-in")]
    *cups, other = asyncio.run(played(app, asked))
    assert [200] * places + [503] * 3 == sorted(cup.status for cup in cups)
    turned_away = next(cup for cup in cups if cup.status == 503)
    assert ("3", 299, 3) == (turned_away.get("retry-after"), other.status, app.shed)
    assert "driver/is-not-too-busy=in-flight" in (turned_away.get("hardtack-trace") or "")


def test_a_mistake_in_a_thing_is_a_number_and_tells_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The division by zero stands in the log, beside the number that the visitor has."""
    asked = scope("/playground/bill", query_string=b"total=90&guests=0")
    (answer,) = play(tmp_path, asked)
    assert 500 == answer.status
    assert b"ZeroDivision" not in answer.body
    incident = caplog.records[-1].fields["incident"]  # type: ignore[attr-defined]  # an extra of the record
    assert incident.encode() in answer.body


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (b"total=90&guests=4", 200),
        (b"total=90", 422),
        (b"total=90&guests=-1", 422),
        (b"total=90&guests=%D9%A3", 422),
        (b"total=1234567&guests=1", 422),
        (b"total=90&guests=", 422),
    ],
)
def test_the_bill_has_thought_of_everything_else(tmp_path: Path, query: bytes, status: int) -> None:
    """Its one mistake is the one that is told of."""
    (answer,) = play(tmp_path, scope("/playground/bill", query_string=query))
    assert status == answer.status
    assert (b"22.50" in answer.body) == (status == 200)


def test_a_client_that_goes_away_gets_nothing(tmp_path: Path) -> None:
    """Its note is not kept, and nothing is sent to nobody."""
    app = Playground(behind, folder=tmp_path)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(scope("/playground/notes", "POST", FORM, (b"content-length", b"9")), receive, send))
    assert [] == sent


def test_an_application_without_a_lifespan_is_left_as_it_is(tmp_path: Path) -> None:
    """What it raises is the server's to see; the museum is closed all the same."""

    async def bare(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            raise RuntimeError("no lifespan here")

    before = len(os.listdir("/proc/self/fd"))

    async def running() -> None:
        app = Playground(bare, folder=tmp_path)

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(_: Message) -> None:
            pass

        await app(scope("/playground/gateway/museum/biscuit"), receive, send)
        with pytest.raises(RuntimeError, match="no lifespan"):
            await app({"type": "lifespan"}, receive, send)

    asyncio.run(running())
    assert before == len(os.listdir("/proc/self/fd"))


def test_it_can_be_asked_without_ever_being_started(tmp_path: Path) -> None:
    """As a test client does; the museum opens when it is needed."""
    assert 200 == ask(Playground(behind, folder=tmp_path), scope("/playground/notes/1")).status


@pytest.mark.parametrize(
    ("origin", "playground", "there"),
    [(None, False, True), ("https://id.example.org", True, True), ("https://id.example.org", False, False)],
)
def test_it_is_beside_the_service_where_the_settings_have_it(
    tmp_path: Path, origin: str | None, playground: bool, there: bool
) -> None:
    """In development it always is; with a public origin only where the operator says so."""
    settings = Settings(data=str(tmp_path), origin=origin, playground=playground)
    service.prepare(settings)
    application = service.application(settings)
    assert application.site is not None
    try:
        assert there == isinstance(beside(application, settings), Playground)
        assert there == (beside(application, settings) is not application)
    finally:
        application.site.close()


def test_as_many_may_provoke_a_code_as_may_play_and_no_more(tmp_path: Path) -> None:
    """Slow content holds one of these places, and none of the service's; a page about a code needs none."""

    async def together() -> tuple[int, int, int]:
        waiting = asyncio.Event()
        begun = 0

        async def slow(_scope: Scope, _receive: Receive, send: Send) -> None:
            nonlocal begun
            begun += 1
            await waiting.wait()
            await send({"type": "http.response.start", "status": 299, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        said: list[Message] = []

        async def sent(message: Message) -> None:
            said.append(message)

        async def nothing() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        app = Playground(slow, folder=tmp_path)
        most = LIMITS.in_flight or 0
        tasks = [asyncio.create_task(app(scope("/status/404", "POST"), nothing, sent)) for _ in range(most)]
        await asyncio.sleep(0)
        await app(scope("/status/404"), nothing, sent)
        refused = said[0]["status"]
        tasks.append(asyncio.create_task(app(scope("/status/not-found"), nothing, sent)))
        await asyncio.sleep(0)
        waiting.set()
        await asyncio.gather(*tasks)
        said.clear()
        await app(scope("/status/404"), nothing, sent)
        return refused, begun, said[0]["status"]

    assert (503, (LIMITS.in_flight or 0) + 2, 299) == asyncio.run(together())
