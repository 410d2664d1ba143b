"""``/auth`` on real sockets, served as ``hardtack serve`` serves: beneath the application the same is answered."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hardtack.adapters.asgi.listening import Listening
from hardtack.adapters.asgi.watched import Watched
from hardtack.cli import serve
from hardtack.cli.leaving import Leaving
from hardtack.login import Accounts, Argon2id, HashingPool
from hardtack.seal import Keyring, keyfile
from hardtack.session import Identity, Sessions
from hardtack.site import Settings
from hardtack.site.forward_auth.gate import Gate
from hardtack.site.forward_auth.rules import Access
from tests import empty

HOST = "app.example.org"
PATIENCE = 20
ANSWER = re.compile(rb"HTTP/1\.1 [0-9]{3} [^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n")


@dataclass
class Served:
    """A running service.

    Args:
        port: where it listens.
        app: what it serves.
        server: what serves it.
        accounts: another process's view of its accounts.
        cookie: of somebody who may go on.
        account: whose it is.
    """

    port: int
    app: Watched
    server: Leaving
    accounts: Accounts
    cookie: str
    account: int

    def head(
        self,
        *more: str,
        line: str = "GET /auth?mode=nginx HTTP/1.1",
        uri: str = "/page",
        cookie: str | None = None,
    ) -> bytes:
        """Return what nginx asks."""
        fields = [f"Host: {HOST}", f"Cookie: {cookie or self.cookie}", "X-Original-Method: GET"]
        fields += [f"X-Original-URL: https://{HOST}{uri}", "X-Forwarded-For: 203.0.113.7", *more]
        return "\r\n".join([line, *fields, "", ""]).encode()

    def said(self, *pieces: bytes, answers: int) -> list[bytes]:
        """Return the heads of so many answers to what is sent, or of fewer where the server closes before."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(pieces[0])
            received = b""
            for piece in pieces[1:]:
                received += connection.recv(65536)
                connection.sendall(piece)
            while len(ANSWER.findall(received)) < answers and (more := connection.recv(65536)):
                received += more
        return ANSWER.findall(received)

    def beneath(self, *pieces: bytes, answers: int = 1) -> tuple[list[bytes], int]:
        """Return the same, and how many requests have not reached the application."""
        app = self.app._app
        reached = 0

        async def counted(scope: object, receive: object, send: object) -> None:
            nonlocal reached
            reached += 1
            await app(scope, receive, send)  # type: ignore[arg-type]  # as it came

        self.app._app = counted
        try:
            found = self.said(*pieces, answers=answers)
        finally:
            self.app._app = app
        return found, len(found) - reached


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One service for all, public and with one proxy that it trusts; its pages have let the person in once."""
    data = tmp_path_factory.mktemp("beneath")
    keyfile.create(data / "hardtack.key")
    empty.put(data / "hardtack.db")
    access = (Access(host=HOST, path="/open/*", allow="everybody"), Access(host=HOST))
    settings = Settings(
        data=str(data), origin="https://id.example.org", access=access, trusted_proxies=("127.0.0.1",), stop_delay=0
    )
    keyring = Keyring.load(data / "hardtack.key")
    hashing = HashingPool(Argon2id(memory=8, passes=1), threads=1)
    with Accounts.connect(settings.database_url, keyring=keyring, hashing=hashing) as accounts:
        now = int(time.time())
        account = accounts.add("visitor", "a long walk to the sea", now=now)
        sessions = Sessions(keyring, origin=settings.origin, application="site", revocations=accounts.revocations)
        cookie = gate(keyring, sessions, settings, accounts)
        app = serve.application(settings)
        assert isinstance(app, Watched)
        listener = serve.listen("127.0.0.1", 0)
        server = Leaving(serve._configuration(settings, app))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        found = Served(listener.getsockname()[1], app, server, accounts, cookie, account.id)
        known = [found.head(*more) for more in ([], ["X-Request-Id: a"], ["Connection: keep-alive"])]
        assert 204 == status(found.said(known[0], answers=1)[0])
        for each in known[1:]:
            assert 204 == status(found.said(each, answers=1)[0])
        yield found
        server.should_exit = True
        thread.join()
    hashing.close()


def gate(keyring: Keyring, sessions: Sessions, settings: Settings, accounts: Accounts) -> str:
    """Return the cookie of a browser that has been let through as the one account."""
    account = accounts.find("visitor")
    assert account is not None
    now = int(time.time())
    session = sessions.open("", now)
    session.sign_in(account=account.id, epoch=account.epoch, now=now)
    assert isinstance(session.identity, Identity)
    return Gate(keyring, sessions, settings, accounts.revocations).write(session.identity, HOST, now).partition(";")[0]


def status(answer: bytes) -> int:
    """Return the status of an answer."""
    return int(answer[9:12])


def same(answer: bytes) -> bytes:
    """Return an answer without what is another one each time."""
    return re.sub(rb"(date|x-request-id): [^\r]*", rb"\1: -", answer)


@pytest.mark.parametrize(
    ("line", "more"),
    [
        ("GET /auth?mode=nginx HTTP/1.1", ()),
        ("GET /auth?mode=nginx HTTP/1.1", ("Connection: keep-alive",)),
        ("GET /auth?mode=nginx HTTP/1.1", ("Connection: close",)),
        ("GET /auth?mode=nginx HTTP/1.1", ("Connection: Close",)),
        ("GET /auth?mode=nginx HTTP/1.0", ()),
        ("GET /auth HTTP/1.0", ("Connection: keep-alive",)),
    ],
)
def test_both_ways_answer_the_same_octets(served: Served, line: str, more: tuple[str, ...]) -> None:
    """But for the date and the id; the connection ends where it did."""
    octets = served.head(*more, line=line)
    (quick,), beneath = served.beneath(octets)
    at_once, served.app.at_once = served.app.at_once, None
    try:
        (slow,), through = served.beneath(octets)
    finally:
        served.app.at_once = at_once
    assert (1, 0) == (beneath, through)
    assert same(slow) == same(quick)
    assert b"\r\nremote-user: visitor\r\n" in quick
    assert re.search(rb"\r\nx-request-id: [0-9a-f]{16}\r\n", quick)
    stays = b"connection: close" not in quick.lower()
    assert stays == (line.endswith("1.1") and "close" not in "".join(more).lower())
    assert (2 if stays else 1) == len(served.said(octets + octets, answers=2))


def test_many_requests_at_once_are_answered_in_their_order(served: Served) -> None:
    """Whoever may go on and whoever may not, pages of the site, and a head that comes in two pieces."""
    octets = served.head("X-Request-Id: first-one")
    refused = served.head(cookie="a=b")
    page = b"HEAD /healthz HTTP/1.1\r\nHost: id.example.org\r\n\r\n"
    last = served.head("X-Request-Id: last-one")
    found, beneath = served.beneath(octets + octets + refused + octets + page + last[:40], last[40:], answers=6)
    assert [204, 204, 401, 204, 200, 204] == [status(each) for each in found]
    assert beneath == 4
    assert b"x-request-id: first-one\r\n" in found[0]
    assert b"x-request-id: last-one\r\n" in found[-1]


@pytest.mark.parametrize(
    ("line", "more", "code"),
    [
        ("HEAD /auth?mode=nginx HTTP/1.1", (), 204),
        ("POST /auth?mode=nginx HTTP/1.1", (), 405),
        ("GET /auth?mode=x HTTP/1.1", (), 400),
        ("GET /auth?mode=nginx HTTP/1.1", ("X-Unseen: 1",), 204),
        ("GET /auth?mode=nginx HTTP/1.1", ("Content-Length: 0",), 204),
        ("GET /auth?mode=nginx HTTP/1.1", ("X-Original-Method: POST",), 400),
        ("GET /%61uth?mode=nginx HTTP/1.1", (), 204),
        ("GET /page HTTP/1.1", (), 421),
    ],
)
def test_whatever_is_unusual_reaches_the_application(
    served: Served, line: str, more: tuple[str, ...], code: int
) -> None:
    """It answers as ever; a field that the page has let in is known from then on."""
    (found,), beneath = served.beneath(served.head(*more, line=line))
    assert (code, 0) == (status(found), beneath)


def test_attack_content_behind_such_a_request_is_no_second_one(served: Served) -> None:
    """A head that says that something follows is the application's."""
    inner = served.head()
    octets = served.head(f"Content-Length: {len(inner)}", "Connection: close") + inner
    found, beneath = served.beneath(octets, answers=2)
    assert (1, 0) == (len(found), beneath)


def test_what_is_no_request_behind_one_is_refused_as_ever(served: Served) -> None:
    """The one before has its answer."""
    found = served.said(served.head() + b"GARBAGE\r\n\r\n", answers=2)
    assert [204, 400] == [status(each) for each in found]


def test_the_last_answer_of_a_server_that_stops_is_the_applications(served: Served) -> None:
    """It says that it is the last one, whoever gave those before."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as connection:
        connection.sendall(served.head("X-Request-Id: a"))
        assert b"connection: close" not in connection.recv(65536).lower()
        stopping = threading.Event()

        def stop() -> None:
            for each in list(served.server.server_state.connections):
                if isinstance(each, Listening) and each.client == connection.getsockname():
                    each.shutdown()
            stopping.set()

        (loop,) = {each.loop for each in served.server.server_state.connections if isinstance(each, Listening)}
        loop.call_soon_threadsafe(stop)
        assert stopping.wait(PATIENCE)
        connection.sendall(served.head())
        assert b"connection: close" in connection.recv(65536).lower()
        assert b"" == connection.recv(65536)


def test_a_head_that_has_begun_behind_one_has_its_own_time(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """As behind any other answer."""
    monkeypatch.setattr(Listening, "head_seconds", 0.1)
    found, beneath = served.beneath(served.head() + served.head()[:40], answers=2)
    assert ([204, 408], 2) == ([status(each) for each in found], beneath)


def test_nobody_is_kept_who_has_gone(served: Served) -> None:
    """Neither the connection nor its place among those that wait."""
    served.said(served.head(), served.head(), answers=2)
    deadline = time.monotonic() + PATIENCE
    while served.server.server_state.connections or any(
        getattr(each, "connections", None) is served.server.server_state.connections
        for each in list(Listening.crowd._waiting)
    ):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_attack_whoever_has_been_signed_out_is_refused_at_the_very_next_request(served: Served) -> None:
    """On a connection that stays open, signed out by another process."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as connection:
        said = []
        for ended in (False, False, True):
            if ended:
                served.accounts.sign_ins.end_all(served.account, int(time.time()))
            connection.sendall(served.head())
            said.append(status(connection.recv(65536)))
    assert [204, 204, 401] == said
