"""What watches the service: ids, counts and lines, around a real site."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.types import Message, Receive, Scope, Send
from hardtack.adapters.asgi.watched import Watched
from hardtack.login import Accounts, Argon2id, HashingPool
from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.site import Settings, Site, metrics, request_ids
from hardtack.site.series import Kept, Together, place
from tests.adapters.asgi.driving import answer, ask, exchange, scope

GIVEN = "0123456789abcdef"
ID = (b"x-request-id", GIVEN.encode())


@pytest.fixture
def together(tmp_path: Path) -> Together:
    """Return what adds up, over an empty folder."""
    return Together(tmp_path / "counts")


@pytest.fixture
def kept(tmp_path: Path, together: Together) -> Kept:
    """Return the counts of this process."""
    return Kept(tmp_path / "counts")


@pytest.fixture
def service(tmp_path: Path, kept: Kept) -> Iterator[Hardtack]:
    """Return a real service; only the hash is a cheap one."""
    keyring = Keyring.generate()
    hashing = HashingPool(Argon2id(memory=8, passes=1), threads=1)
    accounts = Accounts.connect(f"sqlite:///{tmp_path / 'accounts.db'}", keyring=keyring, hashing=hashing)
    sessions = Sessions(keyring, revocations=accounts.revocations)
    settings = Settings(data=str(tmp_path), mail="console:")
    site = Site(accounts, sessions, settings, keyring, counts=kept)
    yield Hardtack(site=site, page_threads=2, pages_waiting=2)
    accounts.close()
    hashing.close()


def value(together: Together, metric: metrics.Metric, *labels: str) -> float:
    """Return what is counted."""
    return together.read(0)[0][place(metric, labels)]


def test_every_answer_names_its_request(service: Hardtack) -> None:
    """Each another one; what the page writes into the log has the same, although it has a thread of its own."""
    watched = Watched(service, service, Settings())
    seen: list[str] = []

    class Hearing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(request_ids.CURRENT.get())

    hearing = Hearing()
    logging.getLogger("hardtack.session").addHandler(hearing)
    try:
        answers = [ask(watched, scope("/account", "GET", (b"cookie", b"hardtack-8000=junk"))) for _ in range(2)]
    finally:
        logging.getLogger("hardtack.session").removeHandler(hearing)
    ids = [response.get("x-request-id") for response in answers]

    assert all(re.fullmatch("[0-9a-f]{16}", each or "") for each in ids)
    assert ids == seen
    assert 2 == len(set(ids))


@pytest.mark.parametrize(
    ("trusted", "peer", "believed"),
    [((), ("127.0.0.1", 1), False), (("127.0.0.1",), ("127.0.0.1", 1), True), (("127.0.0.1",), ("10.0.0.1", 1), False)],
)
def test_an_id_is_believed_of_a_trusted_proxy_alone(
    service: Hardtack, trusted: tuple[str, ...], peer: tuple[str, int], believed: bool
) -> None:
    """Whoever else could choose it would write into our log."""
    watched = Watched(service, service, Settings(trusted_proxies=trusted))
    response = ask(watched, scope("/healthz", "GET", ID, client=peer))

    assert believed == (response.get("x-request-id") == GIVEN)


def test_a_peer_on_a_unix_socket_is_believed_where_that_is_said(service: Hardtack) -> None:
    """It has no address."""
    watched = Watched(service, service, Settings(trusted_proxies=("unix",)))

    assert GIVEN == ask(watched, scope("/healthz", "GET", ID, client=None)).get("x-request-id")


def test_requests_are_counted_by_family_and_class(service: Hardtack, kept: Kept, together: Together) -> None:
    """Also those that fail."""
    watched = Watched(service, service, Settings(), kept)
    for path in ("/healthz", "/nowhere", "/sign-in"):
        ask(watched, scope(path))

    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - as it was raised
        ask(Watched(fails, service, Settings(), kept), scope("/sign-in"))

    found = [("health", "2xx"), ("other", "4xx"), ("sign-in", "2xx"), ("sign-in", "other")]
    assert [1, 1, 1, 1] == [value(together, metrics.REQUESTS, *labels) for labels in found]


def test_a_line_is_written_for_each_request_where_that_is_wanted(
    service: Hardtack, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the query, in which the codes of links stand."""
    caplog.set_level(logging.INFO, logger="hardtack.access")
    ask(Watched(service, service, Settings()), scope("/healthz"))
    assert [] == caplog.records

    watched = Watched(service, service, Settings(access_log=True))
    ask(watched, scope("/verify", "GET", query_string=b"code=G3fHvqLohvEBcJTBzMRzRw"))
    (record,) = caplog.records
    fields = vars(record)["fields"]
    assert ("GET", "/verify", "127.0.0.1") == (fields["method"], fields["path"], fields["client"])
    assert "G3f" not in str(vars(record))


def test_a_websocket_has_an_id_and_a_line_and_is_no_request(
    service: Hardtack, kept: Kept, together: Together, caplog: pytest.LogCaptureFixture
) -> None:
    """It lasts as long as it likes."""
    caplog.set_level(logging.INFO, logger="hardtack.access")

    async def accepts(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})

    asked = scope("/playground/echo", type="websocket", scheme="ws")
    del asked["method"]
    sent, _ = asyncio.run(exchange(Watched(accepts, service, Settings(access_log=True), kept), asked))

    assert [b"x-request-id"] == [name for name, _ in sent[0]["headers"]]
    assert "headers" not in sent[1]
    assert 1 == len(caplog.records)
    assert 0 == value(together, metrics.REQUESTS, "playground", "other")


def test_how_much_there_is_to_do_is_looked_at_while_it_runs(service: Hardtack, kept: Kept, together: Together) -> None:
    """From the start to the stop, the numbers of others as well."""
    watched = Watched(service, service, Settings(), kept, {metrics.PLAYGROUND_REFUSED: lambda: 7})

    async def live() -> list[str]:
        seen: list[str] = []
        stop = asyncio.Event()
        events: list[Message] = [{"type": "lifespan.startup"}]

        async def receive() -> Message:
            if events:
                return events.pop()
            await stop.wait()
            return {"type": "lifespan.shutdown"}

        async def send(message: Message) -> None:
            seen.append(message["type"])

        running = asyncio.create_task(watched({"type": "lifespan"}, receive, send))
        for _ in range(1000):
            await asyncio.sleep(0.01)
            if value(together, metrics.READY) == 1:
                break
        watched.stop_soon()
        assert 503 == answer((await exchange(watched, scope("/readyz")))[0]).status
        stop.set()
        await running
        return seen

    assert ["lifespan.startup.complete", "lifespan.shutdown.complete"] == asyncio.run(live())
    assert 7 == value(together, metrics.PLAYGROUND_REFUSED)
    assert 0 == value(together, metrics.READY)


def test_what_has_no_pages_is_watched_as_well(kept: Kept) -> None:
    """Nothing is looked at then, and nobody stops."""

    async def tea(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    layer = Hardtack(tea, status={})
    watched = Watched(tea, layer, Settings(), kept)
    watched.stop_soon()
    events: list[Message] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

    assert 2 == len(asyncio.run(exchange(watched, {"type": "lifespan"}, *events))[0])
