"""The forward proxy: one host by its whole address, for guests; and no way to any other."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from hardtack.adapters.asgi.types import Scope
from hardtack.message import Headers
from hardtack.playground import Playground
from hardtack.playground.forward_proxy import IN_FLIGHT, NAME, PASSWORD, missing_credentials, through_the_proxy
from hardtack.playground.upstream import ARCHIVE, DOCUMENTS
from hardtack.status.refuse import RefusePolicy
from tests.adapters.asgi.driving import scope
from tests.conftest import Service
from tests.playground.driven import behind, play, played

RIGHT = f"Basic {b64encode(f'{NAME}:{PASSWORD}'.encode()).decode()}"
MUSEUM = (b"host", b"museum.test")


def through(target: str, *headers: tuple[bytes, bytes], method: str = "GET", **more: Any) -> Scope:
    """Return the scope that a server makes of a request with an absolute target, as ours hands it over."""
    path, _, query = target.partition("?")
    return {**scope(path, method, **more), "headers": [MUSEUM, *headers], "query_string": query.encode()}


def guest(value: str = RIGHT) -> tuple[bytes, bytes]:
    """Return the field of a guest."""
    return (b"proxy-authorization", value.encode())


@pytest.mark.parametrize("policy", [None, RefusePolicy(development=True), RefusePolicy(hosts=frozenset({"own.test"}))])
def test_a_guest_gets_the_document_and_nobody_else_does(tmp_path: Path, policy: RefusePolicy | None) -> None:
    """Whatever hosts the service itself answers for; a wrong password is told nothing else than none."""
    asked = "http://museum.test/biscuit"
    stranger, wrong, right = play(
        tmp_path,
        through(asked),
        through(asked, guest("Basic Z3Vlc3Q6Z3Vlc3Q=")),
        through(asked, guest()),
        policy=policy,
    )
    assert (407, 407, 200) == (stranger.status, wrong.status, right.status)
    challenge = 'Basic realm="the way to the museum", charset="UTF-8"'
    assert challenge == stranger.get("proxy-authenticate") == wrong.get("proxy-authenticate")
    told = [each.body.partition(b"\nWhy this answer")[0] for each in (stranger, wrong)]
    assert told[0] == told[1]
    assert PASSWORD.encode() in told[0]
    assert "handler/raises=proxy-credentials-missing" in (stranger.get("hardtack-trace") or "")
    assert "handler/raises=proxy-credentials-wrong" in (wrong.get("hardtack-trace") or "")
    assert DOCUMENTS["biscuit"].text["en"].encode() == right.body
    assert ("1.1 playground", None) == (right.get("via"), right.get("proxy-authenticate"))
    assert ["no-store"] * 3 == [answer.get("cache-control") for answer in (stranger, wrong, right)]


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://museum.test", 404),
        ("http://museum.test/", 404),
        ("HTTP://MUSEUM.TEST:80/letter", 200),
        ("http://museum.test/letter?page=2", 200),
        ("http://museum.test/%6cetter", 200),
        ("http://museum.test/..%2f..%2fetc/passwd", 404),
        ("http://museum.test/x%0d%0aHost:%20example.org", 404),
        ("http://museum.test/%zz", 400),
        ("http://museum.test/letter page", 400),
        ("http://museum.test/" + "x" * 9000, 414),
    ],
)
def test_every_path_of_the_museum_is_asked_of_the_museum(tmp_path: Path, target: str, status: int) -> None:
    """Or refused by the layer, which is around the proxy as around everything."""
    assert status == play(tmp_path, through(target, guest()))[0].status


@pytest.mark.parametrize(
    "target",
    [
        "http://example.org/",
        "http://museum.test.example.org/",
        "http://museum.test@example.org/",
        "http://guest:baked-twice@museum.test/biscuit",
        "http://museum.test:8080/biscuit",
        "http://museum.test:22",
        "https://museum.test/biscuit",
        "ftp://museum.test/biscuit",
        "http:/museum.test/biscuit",
        "//museum.test/biscuit",
        "http://museumxtest/biscuit",
        "http://127.0.0.1:22/",
        "http://[::1]/",
        "museum.test:80",
        "/http://museum.test/biscuit",
    ],
)
def test_attack_the_proxy_leads_nowhere_else(tmp_path: Path, target: str) -> None:
    """Every other address is left to the service behind, which answers as if there were no proxy."""
    assert through_the_proxy(through(target, guest())) is None
    assert 299 == play(tmp_path, through(target, guest()))[0].status


def test_attack_connect_opens_no_tunnel(tmp_path: Path) -> None:
    """Neither to the museum nor anywhere; and no other method but GET and HEAD is passed on."""
    assert 299 == play(tmp_path, through("museum.test:443", guest(), method="CONNECT"))[0].status
    asked = "http://museum.test/biscuit"
    connect, post, head = play(
        tmp_path, *(through(asked, guest(), method=name) for name in ("CONNECT", "POST", "HEAD"))
    )
    assert (501, 405, 200) == (connect.status, post.status, head.status)
    assert b"" == head.body


def test_attack_a_host_that_contradicts_the_target_is_refused(tmp_path: Path) -> None:
    """Who looks at ``Host`` and who looks at the target would not mean the same server (RFC 9112 §3.2.2)."""
    asked = through("http://museum.test/biscuit", guest())
    for fields in ([(b"host", b"localhost")], [MUSEUM, (b"host", b"localhost")], []):
        assert 400 == play(tmp_path, {**asked, "headers": [*fields, guest()]})[0].status


@pytest.mark.parametrize(
    ("more", "fields", "status"),
    [
        ({"client": ("127.8.9.10", 1)}, [], 200),
        ({"client": ("::1", 1)}, [], 200),
        ({"client": ("192.0.2.1", 1)}, [], 299),
        ({"client": ("::ffff:192.0.2.1", 1)}, [], 299),
        ({"client": None}, [], 299),
        ({"client": ("unix:", None)}, [], 299),
        ({}, [(b"X-Forwarded-For", b"127.0.0.1")], 299),
        ({}, [(b"via", b"1.1 cache")], 299),
    ],
)
def test_attack_in_development_only_this_machine_has_a_proxy(
    tmp_path: Path, more: dict[str, Any], fields: list[tuple[bytes, bytes]], status: int
) -> None:
    """Everybody else meets what the service itself says to them; with a public origin they are answered."""
    asked = through("http://museum.test/biscuit", guest(), *fields, **more)
    assert status == play(tmp_path, asked, policy=RefusePolicy(development=True))[0].status
    assert 200 == play(tmp_path, asked)[0].status


def test_nothing_but_a_request_is_taken(tmp_path: Path) -> None:
    """A WebSocket through the proxy there is none."""
    assert through_the_proxy({**through("http://museum.test/biscuit"), "type": "websocket"}) is None
    assert through_the_proxy({"type": "lifespan"}) is None


def test_a_server_that_hands_over_no_raw_path_is_understood(tmp_path: Path) -> None:
    """The path is then what it has made of the target."""
    asked = through("http://museum.test/biscuit", guest())
    del asked["raw_path"]
    assert 200 == play(tmp_path, asked)[0].status


def test_guests_have_places_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than that at once are turned away, and the playground's own places stay free."""
    from hardtack.playground import gateway

    monkeypatch.setattr(gateway, "SECONDS", 0.3)
    crowd = [through(f"http://museum.test/{ARCHIVE}", guest()) for _ in range(IN_FLIGHT + 2)]
    app = Playground(behind, folder=tmp_path)
    *guests, note = asyncio.run(played(app, [*crowd, scope("/playground/notes/1")]))
    assert {504: IN_FLIGHT, 503: 2} == {status: [each.status for each in guests].count(status) for status in (504, 503)}
    assert (200, 2) == (note.status, app.shed)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([RIGHT], ""),
        ([RIGHT.replace("Basic", "bAsIc")], ""),
        ([RIGHT.replace(" ", "   ")], ""),
        ([], "missing"),
        ([""], "wrong"),
        (["Basic"], "wrong"),
        (["Basic \xff\xfe"], "wrong"),
        ([RIGHT + "x"], "wrong"),
        ([RIGHT[:-2]], "wrong"),
        ([RIGHT.replace("Basic", "Bearer")], "wrong"),
        ([RIGHT.removeprefix("Basic ")], "wrong"),
        ([RIGHT, RIGHT], "wrong"),
        (["Basic x", RIGHT], "wrong"),
    ],
)
def test_only_name_and_password_of_a_guest_open_it(values: list[str], reason: str) -> None:
    """Once, in the one scheme that was asked for; two of them are one too many."""
    found = missing_credentials(Headers([("Proxy-Authorization", value) for value in values]))
    assert found == (f"proxy-credentials-{reason}" if reason else "")


def test_a_browsers_way_through_the_proxy_is_the_one_and_only(playing: Service) -> None:
    """Over a socket, as clients write it: the museum for a guest; no other host, and no tunnel."""
    ask = playing.ask
    museum, fields = "http://museum.test/biscuit", {"Host": "museum.test", "Proxy-Authorization": RIGHT}
    status, answered, content = ask("GET", museum, headers=fields)
    assert (200, "1.1 playground") == (status, answered["Via"])
    assert DOCUMENTS["biscuit"].text["en"] == content
    assert 407 == ask("GET", museum, headers={"Host": "museum.test"})[0]
    assert 421 == ask("GET", "http://example.org/", headers={**fields, "Host": "example.org"})[0]
    assert 421 == ask("GET", "/biscuit", headers=fields)[0]
    assert 400 <= ask("CONNECT", "museum.test:443", headers=fields)[0]
    assert 400 <= ask("CONNECT", f"localhost:{playing.port}", headers=fields)[0]
