"""Ending sign-ins in the real service: no worker lags behind, and what one has seen the others show."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import LOADED, Service, Start, starting
from tests.service.test_serve import PASSWORD, account_status, post_json

HOST = "app.example"
ORIGIN = f"https://{HOST}"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(service: Service, name: str, **fields: str) -> str:
    """Sign in with a device of one's own; return the cookie."""
    status, cookie, text = post_json(service, "/sign-in", {"username": name, "password": PASSWORD}, **fields)
    assert 200 == status, text
    return cookie


def listed(service: Service, cookie: str, **fields: str) -> list[dict[str, Any]]:
    """Return the list as its owner gets it."""
    headers = {"Cookie": cookie, "Accept": "application/json", **fields}
    status, _, text = service.ask("GET", "/account/sessions", headers=headers)
    assert 200 == status, text
    found: list[dict[str, Any]] = json.loads(text)["sign_ins"]
    return found


def own_id(service: Service, cookie: str) -> str:
    """Return the id of the sign-in of *cookie*."""
    return str(next(each["id"] for each in listed(service, cookie) if each["present"]))


def statuses(service: Service, cookie: str) -> set[int]:
    """Return what all workers say about *cookie*, each asked several times, over connections of their own."""
    return {account_status(service, cookie) for _ in range(12)}


def end_one(service: Service, mine: str, other: str) -> str:
    """End the other by the list; return the cookie that goes on."""
    identifier = own_id(service, other)
    assert 200 == post_json(service, "/account/sessions", {"action": "end", "id": identifier}, mine)[0]
    return mine


def end_others(service: Service, mine: str, _other: str) -> str:
    """End all others; return the cookie that goes on."""
    status, cookie, text = post_json(service, "/account/sessions", {"action": "end-others"}, mine)
    assert 200 == status, text
    return cookie


@dataclass
class Governed:
    """A service of two workers, and its administrator.

    Args:
        service: the service, the same for all tests of a file.
    """

    service: Service

    def member(self) -> tuple[str, str]:
        """Make an account with a name that nobody else has; return the name and the cookie."""
        name = f"alice-{secrets.token_hex(4)}"
        status, cookie, text = post_json(self.service, "/sign-up", {"username": name, "password": PASSWORD})
        assert 201 == status, text
        return name, cookie

    def number_of(self, name: str) -> str:
        """Return the number of an account."""
        with closing(sqlite3.connect(self.service.data / "hardtack.db")) as database:
            [[number]] = database.execute("select id from account where name = ?", (name,))
        return str(number)


@pytest.fixture(scope="module")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Governed]:
    """Start a service of two workers with an administrator, once for the tests that leave it as it is."""
    with starting(tmp_path_factory.mktemp("governed"), parent=LOADED) as start:
        service = start("--workers", "2")
        code = service.welcome_link.partition("code=")[2]
        body = {"code": code, "username": "chief", "password": PASSWORD}
        status, _, text = post_json(service, "/welcome", body)
        assert 201 == status, text
        yield Governed(service)


@pytest.mark.asvs("7.4.1", "7.5.2")
@pytest.mark.parametrize("end", [end_one, end_others])
def test_attack_5_what_was_ended_is_over_in_every_worker_at_once(
    governed: Governed, end: Callable[[Service, str, str], str]
) -> None:
    """A copy of the cookie is replayed to all workers right after the answer (DESIGN §9: no lag)."""
    service, (name, mine) = governed.service, governed.member()
    for _ in range(4):
        other = sign_in(service, name, User_Agent=FIREFOX)
        assert {200} == statuses(service, other)
        mine = end(service, mine, other)
        assert {401} == statuses(service, other)
        assert {200} == statuses(service, mine)
        assert [True] == [each["present"] for each in listed(service, mine)]


def test_attack_28_naming_somebody_elses_sign_in_ends_nothing(governed: Governed) -> None:
    """Whoever tries is told that it is not theirs."""
    service = governed.service
    (_, alices), (_, bobs) = governed.member(), governed.member()
    sent = {"action": "end", "id": own_id(service, alices)}
    assert 404 == post_json(service, "/account/sessions", sent, bobs)[0]
    assert {200} == statuses(service, alices)


def test_what_one_worker_has_seen_is_written_at_the_latest_when_it_stops(start: Start) -> None:
    """So that a restart forgets nobody's last use; the place comes from the proxy that is trusted."""
    options = ("--origin", ORIGIN, "--sign-up", "open", "--trusted-proxy", "127.0.0.1", "--workers", "2")
    through = {"Host": HOST, "Origin": ORIGIN, "X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "https"}
    environ = {"HARDTACK_PLACE_HEADER": "X-Country"}
    first = start(*options, environ=environ)

    def ask(service: Service, path: str, cookie: str = "", body: dict[str, str] | None = None) -> tuple[int, str, Any]:
        fields = {**through, "Accept": "application/json", "X-Country": "NZ", "User-Agent": FIREFOX, "Cookie": cookie}
        method, content = ("GET", None) if body is None else ("POST", json.dumps(body).encode())
        if body is not None:
            fields["Content-Type"] = "application/json"
        status, answered, text = service.ask(method, path, body=content, headers=fields)
        set_now = [value.partition(";")[0] for value in answered.get_all("Set-Cookie", [])]
        return status, next((each for each in set_now if each.startswith("__Host-hardtack=")), ""), json.loads(text)

    assert 201 == ask(first, "/sign-up", body={"username": "alice", "password": PASSWORD})[0]
    _, used, _ = ask(first, "/sign-in", body={"username": "alice", "password": PASSWORD})
    began = int(time.time())
    while int(time.time()) < began + 2:
        time.sleep(0.1)
    assert 200 == ask(first, "/account", used)[0]
    assert 0 == first.stop()

    second = start(*options, environ=environ)
    status, anew, said = ask(second, "/sign-in", body={"username": "alice", "password": PASSWORD})
    assert 200 == status, said
    rows = ask(second, "/account/sessions", anew)[2]["sign_ins"]
    assert [("Firefox on Linux", "NZ", "198.51.100.1")] * 3 == [
        (each["device"], each["place"], each["client"]) for each in rows
    ]
    # Nobody has shown its cookie since the restart.
    assert [False, True] == sorted(each["last_seen"] > each["began"] for each in rows[1:])


@pytest.mark.asvs("7.4.5")
@pytest.mark.parametrize("sent", [{"action": "end-sign-ins"}, {"action": "end-sign-in"}, {"action": "end-everybody"}])
def test_attack_5_what_an_administrator_ends_is_over_in_every_worker_at_once(
    governed: Governed, sent: dict[str, str]
) -> None:
    """One of somebody, all of somebody, or everybody's, the administrator's own among them (ASVS 7.4.5)."""
    service, (name, _) = governed.service, governed.member()
    number, chief = governed.number_of(name), sign_in(service, "chief")
    everybody = sent["action"] == "end-everybody"
    for _ in range(3):
        alices = sign_in(service, name)
        assert {200} == statuses(service, alices)
        if everybody:
            status, _, text = post_json(service, "/admin", sent, chief)
        else:
            named = {**sent, "id": number, "sign_in": own_id(service, alices)}
            status, _, text = post_json(service, "/admin/account", named, chief)
        assert 200 == status, text
        assert {401} == statuses(service, alices)
        assert {401 if everybody else 200} == statuses(service, chief)
        if everybody:
            chief = sign_in(service, "chief")
