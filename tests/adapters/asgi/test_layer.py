"""The ASGI layer, driven as a server drives it: by messages."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.types import ASGIApp, Message, Receive, Scope, Send
from hardtack.login import Accounts, Argon2id, HashingPool, WrongCredentials
from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.site import Settings, Site

HOST = (b"host", b"localhost:8000")
FORM = (b"content-type", b"application/x-www-form-urlencoded")
ACCEPT = (b"accept", b"text/html")
ORIGIN = (b"origin", b"http://localhost:8000")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A real site on a real database; only the hash is a cheap one."""
    keyring = Keyring.generate()
    accounts = Accounts.connect(
        f"sqlite:///{tmp_path / 'accounts.db'}",
        keyring=keyring,
        hashing=HashingPool(Argon2id(memory=8, passes=1)),
    )
    # A budget of long ago, for the test of pruning.
    with pytest.raises(WrongCredentials):
        accounts.sign_in("nobody", "not the password", client="192.0.2.1", now=1000)
    made = Site(accounts, Sessions(keyring, revocations=accounts.revocations), Settings(), keyring)
    made.start()
    yield made
    made.close()


def scope(path: str = "/", method: str = "GET", *headers: tuple[bytes, bytes], **more: Any) -> Scope:
    """Return the scope of a request as a server makes it."""
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [HOST, *headers],
        "scheme": "http",
        "client": ("127.0.0.1", 4711),
        "http_version": "1.1",
        **more,
    }


def run(app: ASGIApp, asked: Scope, *events: Message) -> tuple[list[Message], int]:
    """Run *app* once; return what it sent and how many events it took."""
    sent: list[Message] = []
    waiting = list(events)
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        taken += 1
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(asked, receive, send))  # type: ignore[arg-type]
    return sent, taken


def content(*chunks: bytes) -> list[Message]:
    """Return the events in which a body arrives."""
    return [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
        for number, chunk in enumerate(chunks, 1)
    ]


def test_a_page_is_answered_whole(site: Site) -> None:
    """Start and body, with lower-case field names as ASGI demands."""
    sent, _ = run(Hardtack(site=site), scope(), *content(b""))
    assert ["http.response.start", "http.response.body"] == [message["type"] for message in sent]
    assert 200 == sent[0]["status"]
    assert [] == [name for name, _ in sent[0]["headers"] if name != name.lower()]
    assert sent[1]["body"]


def test_head_has_the_fields_and_no_content(site: Site) -> None:
    """RFC 9110 §9.3.2: the same fields as for GET."""
    layer = Hardtack(site=site)
    got, _ = run(layer, scope(), *content(b""))
    head, _ = run(layer, scope("/", "HEAD"), *content(b""))
    length = dict(head[0]["headers"])[b"content-length"]
    assert (dict(got[0]["headers"])[b"content-length"], b"") == (length, head[1]["body"])


def why(sent: list[Message]) -> str | None:
    """Return what an answer says about why it is one."""
    value: bytes | None = dict(sent[0]["headers"]).get(b"hardtack-trace")
    return None if value is None else value.decode().rpartition("; tried=")[0]


class TestWhy:
    """What the site says about its answers, and to whom."""

    def test_in_development_every_answer_says_why(self, site: Site) -> None:
        """Its own, what it raises, and what the head of a request rules out."""
        layer = Hardtack(site=site)
        foreign = [(b"host", b"evil.example")]
        too_long = (FORM, ORIGIN, (b"content-length", b"9999999"))
        pieces = content(*[b"a" * 16384] * 100)
        assert ["handler/answers=200", "handler/answers=303"] == [
            why(run(layer, asked, *content(b""))[0]) for asked in (scope(), scope("/account", "GET", ACCEPT))
        ]
        assert "handler/raises=not-found" == why(run(layer, scope("/nowhere"), *content(b""))[0])
        assert "refuse/is-local-in-development=" in (why(run(layer, scope(headers=foreign))[0]) or "")
        assert "refuse/length-is-within-limit=content-length-over-limit" in str(
            why(run(layer, scope("/sign-in", "POST", *too_long), *content(b"x"))[0])
        )
        counted = run(layer, scope("/sign-in", "POST", FORM, ORIGIN), *pieces)[0]
        assert "driver/content-is-within-limit=content-over-limit" == why(counted)

    def test_the_last_answers_are_shown_to_this_machine(self, site: Site) -> None:
        """At one address, in any order of forms."""
        layer = Hardtack(site=site)
        run(layer, scope("/nowhere", query_string=b"secret=swordfish"), *content(b""))
        sent, _ = run(layer, scope("/status/trace"), *content(b""))
        assert b"404 GET /nowhere\n    handler/raises=not-found; tried=" in sent[1]["body"]
        assert b"swordfish" not in sent[1]["body"]
        assert [("/nowhere", 404)] == [(each.path, each.status) for each in layer.traces or ()]

    def test_an_error_page_of_the_site_says_why(self, site: Site) -> None:
        """In its own shell, whose policy lets no style in a page through."""
        sent, _ = run(Hardtack(site=site), scope("/nowhere", "GET", ACCEPT), *content(b""))
        page = sent[1]["body"].decode()
        assert "<code>raises = not-found</code>" in page
        assert "<style" not in page

    def test_what_nobody_foresaw_is_named_and_not_told(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        """The number of the incident leads to the log; the field says only that it was that."""

        def fail(*_: object) -> None:
            raise RuntimeError("swordfish")

        monkeypatch.setattr(Site, "_page", fail)
        sent, _ = run(Hardtack(site=site), scope(), *content(b""))
        assert (500, "handler/fails=unexpected-error") == (sent[0]["status"], why(sent))
        assert b"swordfish" not in sent[1]["body"]

    def test_behind_a_public_origin_nothing_is_told(self, tmp_path: Path) -> None:
        """Neither in a field nor on a page, and there is no page of last answers, not even for this machine."""
        keyring = Keyring.generate()
        accounts = Accounts.connect(f"sqlite:///{tmp_path / 'public.db'}", keyring=keyring)
        settings = Settings(origin="https://id.example.org")
        sessions = Sessions(keyring, origin=settings.origin, revocations=accounts.revocations)
        public = Site(accounts, sessions, settings, keyring)
        public.start()
        layer = Hardtack(site=public)
        host = (b"host", b"id.example.org")
        for path in ("/", "/nowhere", "/status/trace"):
            asked = scope(path, headers=[host, ACCEPT], scheme="https")
            sent, _ = run(layer, asked, *content(b""))
            assert None is why(sent)
            assert b'class="why"' not in sent[1]["body"]
            assert b"Why these answers" not in sent[1]["body"]
        assert None is layer.traces
        public.close()


def test_a_refusal_that_needs_no_content_asks_for_none(site: Site) -> None:
    """So that a server which sends 100 Continue on demand never sends it (RFC 9110 §10.1.1)."""
    head = (FORM, ORIGIN, (b"content-length", b"9999999"), (b"expect", b"100-continue"))
    sent, taken = run(Hardtack(site=site), scope("/sign-in", "POST", *head), *content(b"x"))
    assert (413, 0) == (sent[0]["status"], taken)


def test_a_refusal_that_closes_is_sent_before_the_rest_is_thrown_away(site: Site) -> None:
    """A connection closed over unread content is reset, and the client would never see why (RFC 9112 §9.6)."""
    declared = (b"content-length", b"9999999")
    sent, taken = run(Hardtack(site=site), scope("/sign-in", "POST", FORM, ORIGIN, declared), *content(b"x", b"y"))
    assert (413, 2) == (sent[0]["status"], taken)
    assert [True, False] == [message.get("more_body", False) for message in sent[1:]]
    assert str(len(sent[1]["body"])).encode() == dict(sent[0]["headers"])[b"content-length"]


def test_content_is_counted_while_it_is_read(site: Site) -> None:
    """What a client declares is not trusted: reading stops at the limit and the connection is closed."""
    chunks = content(*[b"a" * 16384] * 100)
    sent, taken = run(Hardtack(site=site), scope("/sign-in", "POST", FORM, ORIGIN), *chunks)
    assert 413 == sent[0]["status"]
    assert b"close" == dict(sent[0]["headers"])[b"connection"]
    assert 5 == taken


def test_a_body_in_pieces_is_one_body(site: Site) -> None:
    """A form may arrive in any number of chunks."""
    pieces = content(b"username=nobody&pass", b"word=not+the+password", b"")
    sent, _ = run(Hardtack(site=site), scope("/sign-in", "POST", FORM, ORIGIN), *pieces)
    assert 401 == sent[0]["status"]


def test_a_client_that_goes_away_is_not_answered(site: Site) -> None:
    """There is nobody to answer, and nothing to log."""
    sent, _ = run(
        Hardtack(site=site),
        scope("/sign-in", "POST", FORM, ORIGIN),
        {"type": "http.request", "body": b"user", "more_body": True},
    )
    assert [] == sent


def test_where_no_more_pages_may_wait_the_answer_is_503_at_once(site: Site) -> None:
    """A growing backlog would help nobody."""
    sent, _ = run(Hardtack(site=site, page_threads=1, pages_waiting=-1), scope(), *content(b""))
    assert 503 == sent[0]["status"]
    assert b"1" == dict(sent[0]["headers"])[b"retry-after"]


def test_a_place_is_given_back(site: Site) -> None:
    """Also after a hundred pages there is one."""
    layer = Hardtack(site=site, page_threads=1, pages_waiting=0)
    assert {200} == {run(layer, scope(), *content(b""))[0][0]["status"] for _ in range(20)}


def test_a_peer_on_a_unix_socket_has_no_address(site: Site) -> None:
    """ASGI then gives no client."""
    sent, _ = run(Hardtack(site=site), scope(client=None), *content(b""))
    assert 200 == sent[0]["status"]


async def application(asked: Scope, receive: Receive, send: Send) -> None:
    """An application behind: it says its name and, over a WebSocket, closes."""
    if asked["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4000})
        return
    if asked["type"] == "lifespan":
        while (await receive())["type"] == "lifespan.startup":
            asked["state"]["started"] = True
            await send({"type": "lifespan.startup.complete"})
        asked["state"]["stopped"] = True
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"the application"})


def test_the_application_behind_gets_what_no_page_answers(site: Site) -> None:
    """And never what a page does."""
    layer = Hardtack(application, site=site)
    assert b"the application" == run(layer, scope("/shop"), *content(b""))[0][1]["body"]
    assert b"the application" != run(layer, scope("/sign-in"), *content(b""))[0][1]["body"]


def test_without_an_application_the_site_answers_everything(site: Site) -> None:
    """With the page for 404."""
    assert 404 == run(Hardtack(site=site), scope("/shop"), *content(b""))[0][0]["status"]


def test_a_websocket_is_the_applications_or_closed(site: Site) -> None:
    """The site has none."""
    asked: Scope = {"type": "websocket", "path": "/", "headers": []}
    assert [{"type": "websocket.close"}] == run(Hardtack(site=site), asked)[0]
    assert 4000 == run(Hardtack(application, site=site), asked)[0][0]["code"]


def test_a_scope_of_another_kind_is_nobodys(site: Site) -> None:
    """The protocol may grow; what is unknown is not answered."""
    assert [] == run(Hardtack(site=site), {"type": "tea"})[0]


LIFE: list[Message] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]


def lifespan(app: ASGIApp) -> tuple[list[str], Scope]:
    """Start and stop *app*; return the types that it sent, and the scope."""
    asked: Scope = {"type": "lifespan", "state": {}}
    sent, _ = run(app, asked, *LIFE)
    return [message["type"] for message in sent], asked


WHOLE_LIFE = ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_the_lifespan_starts_and_stops_the_site(site: Site) -> None:
    """No worker is ready before the ended sessions are loaded."""
    assert WHOLE_LIFE == lifespan(Hardtack(site=site))[0]


def test_what_has_expired_is_deleted_while_it_runs(site: Site, tmp_path: Path) -> None:
    """A service that runs for a year does not collect a year's budgets."""

    def budgets() -> int:
        with closing(sqlite3.connect(tmp_path / "accounts.db")) as database:
            return int(database.execute("SELECT count(*) FROM throttle").fetchone()[0])

    async def until_deleted() -> int:
        layer = Hardtack(site=site, prune_interval=0.01)
        started = asyncio.Event()
        stop = asyncio.Event()

        async def receive() -> Message:
            if not started.is_set():
                return {"type": "lifespan.startup"}
            await stop.wait()
            return {"type": "lifespan.shutdown"}

        async def send(message: Message) -> None:
            started.set()

        running = asyncio.create_task(layer({"type": "lifespan"}, receive, send))
        for _ in range(1000):
            await asyncio.sleep(0.01)
            if budgets() == 0:
                break
        stop.set()
        await running
        return budgets()

    assert 0 < budgets()
    assert 0 == asyncio.run(until_deleted())


def test_the_application_behind_lives_within_ours(site: Site) -> None:
    """It is started after us and stopped before us, once each."""
    types, asked = lifespan(Hardtack(application, site=site))
    assert WHOLE_LIFE == types
    assert {"started": True, "stopped": True} == asked["state"]


def test_an_application_without_a_lifespan_is_no_fault(site: Site) -> None:
    """By the protocol it raises; the site must go on serving."""

    async def without(asked: Scope, receive: Receive, send: Send) -> None:
        raise NotImplementedError(asked["type"])

    assert WHOLE_LIFE == lifespan(Hardtack(without, site=site))[0]


def test_a_site_that_cannot_start_stops_the_server(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the word for it a server would take us for an application without a lifespan; no text leaves."""

    def no_thread() -> None:
        raise RuntimeError("swordfish")

    monkeypatch.setattr(site, "start", no_thread)
    sent: list[Message] = []

    async def live() -> None:
        async def receive() -> Message:
            return {"type": "lifespan.startup"}

        async def send(message: Message) -> None:
            sent.append(message)

        await Hardtack(site=site)({"type": "lifespan"}, receive, send)

    with pytest.raises(RuntimeError, match="swordfish"):
        asyncio.run(live())
    assert [{"type": "lifespan.startup.failed", "message": "Hardtack cannot start: RuntimeError"}] == sent


def test_an_application_that_cannot_start_stops_the_server(site: Site) -> None:
    """Its own message reaches the server."""

    async def broken(_: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    assert ["lifespan.startup.failed"] == lifespan(Hardtack(broken, site=site))[0]


def test_an_application_that_cannot_stop_tells_the_server() -> None:
    """With its own message, and then with what it has raised."""

    async def broken(_: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.failed", "message": "no database"})
        raise RuntimeError("no database")

    sent: list[Message] = []

    async def live() -> None:
        events = iter(LIFE)

        async def receive() -> Message:
            return next(events)

        async def send(message: Message) -> None:
            sent.append(message)

        await Hardtack(broken, status={})({"type": "lifespan", "state": {}}, receive, send)

    with pytest.raises(RuntimeError, match="no database"):
        asyncio.run(live())
    assert ["lifespan.startup.complete", "lifespan.shutdown.failed"] == [message["type"] for message in sent]


def test_what_was_stopped_may_be_started_again(site: Site) -> None:
    """As between two tests of an application."""
    layer = Hardtack(site=site)
    for _ in range(2):
        assert WHOLE_LIFE == lifespan(layer)[0]
        assert (
            401
            == run(layer, scope("/sign-in", "POST", FORM, ORIGIN), *content(b"username=x&password=y"))[0][0]["status"]
        )
