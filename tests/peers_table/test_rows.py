"""One test for each row of the comparison in the docs; where one does not pass, the docs lose what they say of us.

Each shows its row from outside, through what an application calls. The rooms test the same things more closely.
"""

from __future__ import annotations

import base64
import subprocess
import sys
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import flask
import msgspec
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from hardtack.adapters.starlette import SessionMiddleware
from hardtack.errors import MisuseError
from hardtack.login import Accounts, Argon2id, HashingPool
from hardtack.message import Headers, Request
from hardtack.seal import Key, Keyring, token, xaes
from hardtack.session import Lifetimes, Sessions
from hardtack.session.cookie import CookieTooLarge
from hardtack.session.flash import flash, take
from hardtack.session.server_side import SessionConflict
from hardtack.session.testing import edited
from hardtack.session.typed import Typed
from hardtack.site import Settings, Site
from hardtack.store import Database
from hardtack.store.sessions import SessionTable

NOW = 1_800_000_000
ORIGIN = "https://example.org"
DAY = 86_400


def set_cookies(sessions: Sessions, now: int = NOW, **values: Any) -> list[str]:
    """Return the Set-Cookie values of somebody who signs in and keeps *values*."""
    session = sessions.open("", now)
    session.sign_in(account=7, epoch=1, now=now)
    session.update(values)
    return sessions.save(session, now)


def field(set_cookie: list[str]) -> str:
    """Return the Cookie field that a browser sends after these Set-Cookie values."""
    return "; ".join(value.partition(";")[0] for value in set_cookie)


def shop(**config: Any) -> flask.Flask:
    """Return an application in Flask with our session."""
    from hardtack.adapters.flask import SealedSessionInterface

    app = flask.Flask("shop")
    app.config.update(SECRET_KEY="a secret that is long enough to be a source of keys", TESTING=True, **config)
    app.session_interface = SealedSessionInterface()

    @app.get("/read")
    def read() -> str:
        return str(flask.session.get("name"))

    @app.get("/flash")
    def flash_one() -> str:
        flask.flash("saved")
        return ""

    @app.get("/flashed")
    def flashed() -> str:
        return ",".join(map(str, flask.get_flashed_messages()))

    return app


# What nobody can read or forge ---------------------------------------------------------------------------------------


@pytest.mark.evidence(row="encrypted")
def test_what_a_session_holds_cannot_be_read_from_its_cookie() -> None:
    """In no alignment of base64, and by no other key."""
    cookies = field(set_cookies(Sessions(Keyring.generate(), origin=ORIGIN), name="Anna of the third deck"))
    raw = b"".join(base64.urlsafe_b64decode(part.partition("=")[2] + "===") for part in cookies.split("; "))
    assert b"Anna" not in raw
    stranger = Sessions(Keyring.generate(), origin=ORIGIN).open(cookies, NOW)
    assert ({}, None) == (dict(stranger), stranger.identity)


@pytest.mark.evidence(row="primitive")
def test_a_token_is_xaes_256_gcm_with_a_nonce_of_192_bits() -> None:
    """Opened here with the bare primitive."""
    secret = bytes(range(32))
    raw = token.decode(Keyring([Key(secret)], None).seal(b"data", purpose="session"))
    aad = token.associated_data(token.key_id(secret), b"session", ())
    opened = xaes.open(token.aead_key(secret, b"session"), raw[5:29], raw[29:], aad)
    assert (192, b"data") == (8 * xaes.NONCE_SIZE, opened[5:])


@pytest.mark.evidence(row="rotation")
@pytest.mark.evidence(row="key-id")
def test_after_a_change_of_keys_old_cookies_open_by_the_id_that_they_carry() -> None:
    """New ones are sealed under the new key; without the old key, the old ones are refused by their id."""
    old, new = bytes(range(32)), bytes(range(1, 33))
    before = Keyring([Key(old)], None)
    after = Keyring([Key(new), Key(old, "opening")], None)
    cookies = set_cookies(Sessions(before, origin=ORIGIN), name="Anna")
    session = Sessions(after, origin=ORIGIN).open(field(cookies), NOW)
    assert {"name": "Anna"} == dict(session)
    assert "unknown-key" == Sessions(Keyring([Key(new)], None), origin=ORIGIN).open(field(cookies), NOW).why
    tokens = [ring.seal(b"", purpose="session") for ring in (before, after)]
    assert [token.key_id(old), token.key_id(new)] == [token.decode(text)[1:5] for text in tokens]


@pytest.mark.evidence(row="bound")
def test_a_cookie_is_good_for_its_name_its_purpose_its_site_and_its_application_only() -> None:
    """Sealed under the same key, presented elsewhere."""
    keyring = Keyring.generate()
    who, what = set_cookies(Sessions(keyring, origin=ORIGIN), name="Anna")
    names = [value.partition("=")[0] for value in (who, what)]
    swapped = f"{names[0]}={what.partition('=')[2]}; {names[1]}={who.partition('=')[2]}"
    session = Sessions(keyring, origin=ORIGIN).open(swapped, NOW)
    assert ("forged", "forged") == (session.identity_why, session.why)
    for options in ({"realm": "another"}, {"application": "another"}):
        other = Sessions(keyring, origin=ORIGIN, **options)  # type: ignore[arg-type]  # only these two
        name = other.policy.session_name
        assert "forged" == other.open(f"{name}={field([what]).partition('=')[2]}", NOW).why


@pytest.mark.evidence(row="serializer")
def test_a_session_carries_plain_values_and_refuses_an_object_at_the_line_that_puts_it_in() -> None:
    """Nothing that could execute is ever encoded or decoded."""
    sessions = Sessions(Keyring.generate(), origin=ORIGIN)
    plain: dict[str, Any] = {"a": [1, 2.5, None, True], "b": b"\x00", "c": {"d": "字"}}
    assert plain == dict(sessions.open(field(set_cookies(sessions, **plain)), NOW))
    with pytest.raises(MisuseError, match="key 'who'"):
        sessions.open("", NOW)["who"] = object()


# How long it lives ---------------------------------------------------------------------------------------------------


def ages(lifetimes: Lifetimes, *steps: int) -> list[bool]:
    """Return at each step (seconds since the one before) whether the session is alive, answering each time."""
    sessions = Sessions(Keyring.generate(), origin=ORIGIN, lifetimes=lifetimes)
    now, alive = NOW, []
    cookies = field(set_cookies(sessions))
    for step in steps:
        now += step
        session = sessions.open(cookies, now)
        alive.append(session.identity is not None)
        cookies = field(sessions.save(session, now)) or cookies
    return alive


@pytest.mark.evidence(row="absolute")
def test_a_session_ends_so_long_after_it_began_however_much_it_is_used() -> None:
    """Here three days, used every half."""
    lifetimes = Lifetimes(idle=DAY, absolute=3 * DAY, leeway=0)
    assert [True] * 5 + [False] == ages(lifetimes, *[DAY // 2] * 6)


@pytest.mark.evidence(row="idle")
def test_a_session_ends_when_it_was_not_used_for_so_long() -> None:
    """By what is under the seal, whatever the browser does."""
    lifetimes = Lifetimes(idle=DAY, absolute=30 * DAY, leeway=0)
    assert [True, True, False] == ages(lifetimes, DAY - 1, DAY - 1, DAY)


@pytest.mark.evidence(row="sliding")
def test_a_session_that_is_only_used_is_written_anew_after_a_quarter_of_its_idle_time() -> None:
    """And not with every answer."""
    sessions = Sessions(Keyring.generate(), origin=ORIGIN, lifetimes=Lifetimes(idle=DAY, leeway=0))
    cookies = field(set_cookies(sessions))
    written = [bool(sessions.save(sessions.open(cookies, NOW + at), NOW + at)) for at in (1, DAY // 5, DAY // 4 + 1)]
    assert [False, False, True] == written


@pytest.mark.evidence(row="revocation")
def test_a_session_that_was_ended_is_refused_at_once_in_every_process(tmp_path: Path) -> None:
    """Also where its cookie was copied before; two connections stand for two processes."""
    keyring, pool = Keyring.generate(), HashingPool(Argon2id(memory=8, passes=1), threads=1, places=10)
    url = f"sqlite:///{tmp_path}/hardtack.db"
    with (
        Accounts.connect(url, keyring=keyring, hashing=pool) as here,
        Accounts.connect(url, keyring=keyring, hashing=pool) as there,
    ):
        account = here.add("anna", "correct horse battery staple", now=NOW)
        workers = [Sessions(keyring, origin=ORIGIN, revocations=accounts.revocations) for accounts in (here, there)]
        session = workers[0].open("", NOW)
        identity = session.sign_in(account=account.id, epoch=account.epoch, now=NOW)
        copied = field(workers[0].save(session, NOW))
        assert [""] * 2 == [worker.open(copied, NOW).identity_why for worker in workers]
        here.sign_out(identity, NOW)
        assert ["revoked"] * 2 == [worker.open(copied, NOW).identity_why for worker in workers]
    pool.close()


@pytest.mark.evidence(row="rotate")
def test_signing_in_draws_new_ids() -> None:
    """Nothing that was known before the sign-in names the session after it."""
    sessions = Sessions(Keyring.generate(), origin=ORIGIN)
    session = sessions.open(field(set_cookies(sessions)), NOW)
    before = session.identity
    assert before is not None
    after = session.sign_in(account=7, epoch=1, now=NOW)
    assert 4 == len({before.session_id, after.session_id, before.lineage, after.lineage})


# The cookie ----------------------------------------------------------------------------------------------------------


@pytest.mark.evidence(row="size")
def test_a_session_that_browsers_would_drop_is_an_error_that_names_the_largest_keys() -> None:
    """Before the answer is sent."""
    with pytest.raises(CookieTooLarge, match="'cart' 5003, 'name' 5"):
        set_cookies(Sessions(Keyring.generate(), origin=ORIGIN), name="Anna", cart="x" * 5000)


@pytest.mark.evidence(row="attributes")
def test_the_cookies_of_a_site_are_for_its_host_secure_out_of_reach_of_scripts_and_lax() -> None:
    """Without any setting."""
    for value in set_cookies(Sessions(Keyring.generate(), origin=ORIGIN), name="Anna"):
        (cookie,) = SimpleCookie(value).values()
        assert (True, True, "Lax", "/") == (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"])
        assert not cookie["domain"]


@pytest.mark.evidence(row="prefix")
def test_cookies_have_the_host_prefix_and_are_deleted_with_the_attributes_that_it_demands() -> None:
    """A browser ignores a deletion without them."""
    sessions = Sessions(Keyring.generate(), origin=ORIGIN)
    made = set_cookies(sessions, name="Anna")
    session = sessions.open(field(made), NOW)
    session.sign_out()
    deleted = sessions.save(session, NOW)
    assert 2 == len(made) == len(deleted)
    for value in [*made, *deleted]:
        parts = value.split("; ")
        assert parts[0].startswith("__Host-")
        assert {"Secure", "Path=/"} <= set(parts)
        assert not [part for part in parts if part.startswith("Domain")]


@pytest.mark.evidence(row="partitioned")
def test_a_partitioned_cookie_is_written_and_deleted_as_one() -> None:
    """In the drop-in for Flask, by Flask's own setting."""
    client = shop(SESSION_COOKIE_PARTITIONED=True, SESSION_COOKIE_SECURE=True).test_client()
    with client.session_transaction(base_url=ORIGIN) as session:
        session["name"] = "Anna"
    cookie = client.get_cookie("session", domain="example.org")
    assert cookie is not None
    assert cookie.secure
    interface = client.application.session_interface
    response = client.application.response_class()
    with client.application.test_request_context(base_url=ORIGIN):
        opened = interface.open_session(client.application, flask.request)
        assert opened is not None
        opened["name"] = "Anna"
        interface.save_session(client.application, opened, response)
    assert "Partitioned" in response.headers["Set-Cookie"].split("; ")


@pytest.mark.evidence(row="partitioned")
def test_a_partitioned_cookie_of_starlette_is_written_and_deleted_as_one() -> None:
    """In the drop-in for Starlette, by Starlette's own keyword."""

    async def write(request: StarletteRequest) -> Response:
        request.session["name"] = "Anna"
        return Response()

    async def clear(request: StarletteRequest) -> Response:
        request.session.clear()
        return Response()

    middleware = Middleware(SessionMiddleware, secret_key="x" * 32, https_only=True, partitioned=True)
    routes = [Route("/write", write), Route("/clear", clear)]
    client = TestClient(Starlette(routes=routes, middleware=[middleware]), base_url=ORIGIN)
    for path in ("/write", "/clear"):
        assert "partitioned" in client.get(path).headers["set-cookie"].split("; ")


# What is around it ---------------------------------------------------------------------------------------------------


@pytest.mark.evidence(row="vary")
def test_an_answer_that_depends_on_the_session_says_so_to_caches() -> None:
    """On reading alone, in the drop-in for Flask."""
    answer = shop().test_client().get("/read")
    assert ("Cookie", []) == (answer.headers["Vary"], answer.headers.getlist("Set-Cookie"))


@pytest.mark.evidence(row="cache-control")
def test_an_answer_that_depends_on_the_session_stays_out_of_shared_caches() -> None:
    """Reading and writing, in the drop-in for Flask."""
    client = shop().test_client()
    assert ["private, no-cache"] * 2 == [client.get(path).headers["Cache-Control"] for path in ("/read", "/flash")]


@pytest.mark.evidence(row="cache-control")
def test_no_page_of_the_service_that_looks_at_a_session_may_be_stored(tmp_path: Path) -> None:
    """Whoever asks, and whether or not there is such a page."""
    keyring, pool = Keyring.generate(), HashingPool(Argon2id(memory=8, passes=1), threads=1, places=10)
    with Accounts.connect(f"sqlite:///{tmp_path}/hardtack.db", keyring=keyring, hashing=pool) as accounts:
        sessions = Sessions(keyring, revocations=accounts.revocations)
        site = Site(accounts, sessions, Settings(), keyring)
        for path in ("/", "/account", "/sign-in", "/sign-up", "/nowhere"):
            host = "localhost:8000"
            request = Request(method="GET", path=path, headers=Headers([("Host", host)]), host=host, client="127.0.0.1")
            answer = site.answer(request)
            assert "no-store" == answer.get("Cache-Control")
    pool.close()


@pytest.mark.evidence(row="nested")
def test_a_change_deep_inside_a_list_is_saved() -> None:
    """And a list that was only looked at is not."""
    sessions = Sessions(Keyring.generate(), origin=ORIGIN)
    cookies = field(set_cookies(sessions, cart=[{"items": [1]}]))
    session = sessions.open(cookies, NOW)
    assert 1 == session["cart"][0]["items"][0]
    assert [] == sessions.save(session, NOW)
    session["cart"][0]["items"].append(2)
    saved = field(sessions.save(session, NOW))
    assert [1, 2] == sessions.open(f"{cookies.partition('; ')[0]}; {saved}", NOW)["cart"][0]["items"]


@pytest.mark.evidence(row="concurrent")
def test_two_answers_that_undo_each_others_change_are_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Both began with the same cookie; the browser keeps what comes last."""
    sessions = Sessions(Keyring.generate(), origin=ORIGIN)
    cookies = field(set_cookies(sessions, cart=[1]))
    both = [sessions.open(cookies, NOW) for _ in range(2)]
    for number, session in enumerate(both):
        session["cart"].append(number)
        sessions.save(session, NOW)
    assert 1 == sessions.lost_updates
    assert ["session-update-lost"] == [getattr(record, "event", "") for record in caplog.records]


@pytest.mark.evidence(row="concurrent")
def test_with_the_store_the_second_of_two_answers_is_refused(tmp_path: Path) -> None:
    """Nothing is lost: its author is told, and the first change is there."""
    database = Database.connect(f"sqlite:///{tmp_path}/hardtack.db")
    database.migrate()
    sessions = Sessions(Keyring.generate(), origin=ORIGIN, server_side=SessionTable(database, Keyring.generate()))
    cookies = field(set_cookies(sessions, cart=[1]))
    both = [sessions.open(cookies, NOW) for _ in range(2)]
    for number, session in enumerate(both):
        session["cart"].append(f"item {number}")
    sessions.save(both[0], NOW)
    with pytest.raises(SessionConflict):
        sessions.save(both[1], NOW)
    assert [1, "item 0"] == sessions.open(cookies, NOW)["cart"]
    database.close()


class Cart(msgspec.Struct):
    """What a shop keeps in a session."""

    items: list[str] = []


@pytest.mark.evidence(row="typed")
def test_a_part_of_the_session_has_a_type_and_old_forms_are_brought_up_to_date() -> None:
    """Here from one item to several."""
    sessions = Sessions(Keyring.generate(), origin=ORIGIN)
    session = sessions.open(field(set_cookies(sessions, cart=[1, {"item": "lamp"}])), NOW)
    typed = Typed(Cart, key="cart", version=2, migrate=lambda _, fields: {"items": [fields["item"]]})
    with typed.edit(session) as cart:
        cart.items.append("rope")
    assert Cart(["lamp", "rope"]) == typed.read(session)
    with pytest.raises(MisuseError, match="no Cart"):
        typed.write(session, Cart([1]))  # type: ignore[list-item]  # that is what is refused


@pytest.mark.evidence(row="flash")
def test_messages_for_the_next_page_are_shown_once_and_cannot_outgrow_the_cookie() -> None:
    """In the session itself, whatever the framework."""
    sessions = Sessions(Keyring.generate(), origin=ORIGIN)
    session = sessions.open("", NOW)
    for number in range(50):
        flash(session, f"{number} " + "字" * 1000)
    session = sessions.open(field(sessions.save(session, NOW)), NOW)
    assert ["49", []] == [take(session)[-1].text.split()[0], take(session)]


@pytest.mark.evidence(row="flash")
def test_a_message_for_the_next_page_is_shown_once() -> None:
    """Flask's own, in the drop-in."""
    client = shop().test_client()
    client.get("/flash")
    assert ["saved", ""] == [client.get("/flashed").text for _ in range(2)]


@pytest.mark.evidence(row="test-helper")
def test_a_test_can_open_and_change_the_session_of_any_client() -> None:
    """Here one whose cookies are a mapping."""
    sessions, cookies = Sessions(Keyring.generate(), origin=ORIGIN), dict[str, str]()
    with edited(cookies, sessions, now=NOW) as session:
        session.sign_in(account=7, epoch=1, now=NOW)
        session["name"] = "Anna"
    with edited(cookies, sessions, now=NOW) as session:
        assert session.identity is not None
        assert (7, {"name": "Anna"}) == (session.identity.account, dict(session))


@pytest.mark.evidence(row="test-helper")
def test_a_test_can_open_and_change_the_session_of_a_client() -> None:
    """Flask's own, in the drop-in."""
    client = shop().test_client()
    with client.session_transaction() as session:
        session["name"] = "Anna"
    assert "Anna" == client.get("/read").text


@pytest.mark.evidence(row="command")
def test_keys_are_made_listed_changed_and_revoked_by_a_command(tmp_path: Path) -> None:
    """Without a line of code."""

    def keys(*arguments: str) -> list[list[str]]:
        command = [sys.executable, "-m", "hardtack", "keys", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return [line.split()[:2] for line in done.stdout.splitlines()]

    path = str(tmp_path / "key")
    ((first, _),) = keys("new", path)
    assert [[first, "active"]] == keys("list", path)
    changed = dict(keys("rotate", "--now", path))
    assert ("opening", {"active", "opening"}) == (changed[first], set(changed.values()))
    assert "opening" not in dict(keys("revoke", "--yes", first, path)).values()
