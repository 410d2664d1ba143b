"""``/auth`` under the driver: at once, without a thread, where nothing is to be waited for; else by the page."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.types import Scope
from hardtack.adapters.wsgi import Hardtack as Wsgi
from hardtack.login import Accounts, Argon2id, HashingPool
from hardtack.message import Headers, Request, Response
from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.site import Settings, Site
from hardtack.site.forward_auth.rules import Access
from hardtack.status.trace import Trace
from tests.adapters.asgi.driving import ask, scope

HOST = "id.example.org"
FIELDS = (
    (b"host", b"127.0.0.1:8000"),
    (b"x-forwarded-method", b"GET"),
    (b"x-forwarded-proto", b"https"),
    (b"x-forwarded-host", HOST.encode()),
    (b"x-forwarded-uri", b"/open/x"),
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A public site with one rule for everybody and one for nobody."""
    keyring = Keyring.generate()
    accounts = Accounts.connect(
        f"sqlite:///{tmp_path / 'accounts.db'}", keyring=keyring, hashing=HashingPool(Argon2id(memory=8, passes=1))
    )
    access = (Access(host=HOST, path="/open/*", allow="everybody"), Access(host=HOST, roles=("staff",)))
    settings = Settings(origin=f"https://{HOST}", access=access)
    sessions = Sessions(keyring, origin=settings.origin, application="site", revocations=accounts.revocations)
    made = Site(accounts, sessions, settings, keyring)
    made.start()
    yield made
    made.close()


def asked(uri: str = "/open/x", **more: Any) -> Scope:
    """Return the request of a proxy."""
    fields = [(name, uri.encode() if name == b"x-forwarded-uri" else value) for name, value in FIELDS]
    return {**scope("/auth", "GET"), "headers": fields, **more}


def said(response: Response) -> tuple[int, str | None]:
    """Return the status and who it says that asks."""
    return response.status, Headers(response.headers).get("remote-user")


def test_what_the_page_has_let_in_once_is_let_in_at_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is not asked any more; by whoever is not let in it is."""
    app = Hardtack(site=site)
    first = ask(app, asked())
    pages: list[str] = []
    answer = site.answer

    def noted(request: Request, trace: Trace = None) -> Response:
        pages.append(request.path)
        return answer(request, trace)

    monkeypatch.setattr(site, "answer", noted)
    second = ask(app, asked())
    assert (204, "-") == said(first) == said(second)
    assert b"" == second.body
    assert [] == pages
    assert 401 == ask(app, asked("/x")).status
    assert ["/auth"] == pages


@pytest.mark.parametrize(
    "more",
    [
        {"raw_path": b"/%61uth"},
        {"raw_path": None},
        {"client": None},
        {"http_version": "1.0"},
        {"query_string": b"mode=redirect"},
    ],
)
def test_it_is_the_same_whichever_way_it_is_answered(site: Site, more: dict[str, Any]) -> None:
    """Also from a server that says less, and over a Unix socket."""
    app = Hardtack(site=site)
    assert [(204, "-")] * 2 == [said(ask(app, asked(**more))) for _ in range(2)]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"method": "OPTIONS"}, 405),
        ({"method": "POST"}, 405),
        ({"client": ("203.0.113.7", 1)}, 403),
        ({"query_string": b"mode=x"}, 400),
        ({"headers": [*FIELDS, FIELDS[1]]}, 400),
        ({"headers": [*FIELDS, (b"content-length", b"x")]}, 400),
        ({"headers": [*FIELDS, (b"content-length", b"99999999")]}, 413),
        ({"headers": [*FIELDS, (b"expect", b"x")]}, 417),
        ({"headers": [*FIELDS, (b"x-long", b"x" * 40_000)]}, 431),
        ({"headers": FIELDS[1:]}, 400),
        ({"http_version": "2.0"}, 505),
    ],
)
def test_what_a_head_rules_out_is_refused_as_ever(site: Site, more: dict[str, Any], status: int) -> None:
    """Before and after such a head without it was let in."""
    app = Hardtack(site=site)
    before = ask(app, asked(**more)).status
    ask(app, asked())
    assert (status, status) == (before, ask(app, asked(**more)).status)


def test_a_websocket_to_it_is_refused(site: Site) -> None:
    """There is none."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Hardtack(site=site)({**asked(), "type": "websocket"}, receive, send))
    assert [{"type": "websocket.close"}] == sent


def test_mounted_in_a_wsgi_application_it_answers_as_well(site: Site) -> None:
    """By its page; what the server makes of two fields of one name is 400."""
    app = Wsgi(site=site)

    def status(**more: str) -> str:
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/auth",
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            **{f"HTTP_{name.decode().upper().replace('-', '_')}": value.decode() for name, value in FIELDS},
            **more,
        }
        begun: list[str] = []

        def start(line: str, _fields: Any, _info: Any = None) -> Any:
            begun.append(line)

        list(app(environ, start))
        return begun[0][:3]

    assert "204" == status()
    assert "401" == status(HTTP_X_FORWARDED_URI="/x")
    assert "400" == status(HTTP_X_FORWARDED_URI="/open/x,/x")
    assert "400" == status(HTTP_X_FORWARDED_HOST=f"{HOST},{HOST}")
    assert "403" == status(REMOTE_ADDR="203.0.113.7")
