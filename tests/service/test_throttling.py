"""Throttling as an attacker meets it: real processes, real sockets, many at once."""

from __future__ import annotations

import email
import email.policy
import json
import re
import socket
import sqlite3
import threading
import time
from collections import Counter
from email.message import EmailMessage
from http.client import HTTPMessage
from itertools import takewhile
from pathlib import Path

import pytest

from tests.conftest import LOADED, Service, Start

NAME = "ada"
PASSWORD = "correct horse battery staple"
WRONG = "correct horse battery stable"
AT_ONCE, INTERVAL = 10, 6
"""The budget of a name: so many at once, then one in so many seconds."""


def guess(service: Service, client: str, password: str = WRONG, cookie: str = "") -> tuple[int, dict[str, str], str]:
    """Try once, as a visitor of a trusted proxy; return the status, the cookies that are set, and Retry-After."""
    headers = {
        "Content-Type": "application/json",
        "Origin": service.url,
        "X-Forwarded-For": client,
        **({"Cookie": cookie} if cookie else {}),
    }
    body = json.dumps({"username": NAME, "password": password}).encode()
    status, answer, _ = service.ask("POST", "/sign-in", body=body, headers=headers)
    pairs = [value.partition(";")[0].partition("=") for value in answer.get_all("Set-Cookie", [])]
    return status, {name: value for name, _, value in pairs if value}, answer.get("Retry-After") or ""


def trail(service: Service) -> Counter[str]:
    """Return how often each reason, or event, stands in the audit trail."""
    connection = sqlite3.connect(service.data / "hardtack.db")
    try:
        return Counter(reason or event for event, reason in connection.execute("SELECT event, reason FROM audit"))
    finally:
        connection.close()


def hardtack(data: Path, *words: str, sent: str = "") -> str:
    """Run a command beside the service; return what it prints."""
    done = LOADED.run(["-m", "hardtack", *words, "--data", str(data)], said=sent)
    assert 0 == done.returncode, done.stderr
    return done.stdout


def served(start: Start, *options: str) -> Service:
    """Return a service behind a proxy that it trusts, with one account."""
    port = _free_port()
    service = start(
        "--port", str(port), "--origin", f"http://localhost:{port}", "--trusted-proxy", "127.0.0.1", *options
    )
    hardtack(service.data, "accounts", "add", NAME, "--password-stdin", sent=PASSWORD)
    return service


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.mark.asvs("6.3.1", "15.4.2")
def test_attack_14_of_two_hundred_parallel_guesses_no_more_reach_the_hash_than_the_budget(start: Start) -> None:
    """With four workers and two hundred addresses; counted in the trail, where every hash leaves a row."""
    service = served(start, "--workers", "4")
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda client=f"192.0.2.{number}": found.append(guess(service, client)[0]))
        for number in range(200)
    ]
    begun = time.time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The budget fills up while they come; a second more, because seconds are counted whole.
    budget = AT_ONCE + int(time.time() - begun + 1) // INTERVAL
    hashed = trail(service)["wrong-password"]

    assert 200 == len(found)
    assert {401, 429} <= set(found) <= {401, 429, 503}
    assert found.count(401) == hashed
    assert 0 < hashed <= budget


@pytest.mark.asvs("6.3.1")
def test_attack_13_the_owner_comes_in_while_the_guesses_go_on(start: Start) -> None:
    """With the browser that they have used before at once; with another by a link of the operator's."""
    service = served(start, "--workers", "2")
    status, cookies, _ = guess(service, "203.0.113.1", PASSWORD)
    assert 200 == status
    known = next(f"{name}={value}" for name, value in cookies.items() if "known" in name)

    statuses = [guess(service, f"192.0.2.{number}")[0] for number in range(30)]
    assert 401 in statuses
    # Every six seconds one more is looked at, and that may just be the owner's.
    for number in range(30, 40):
        status, _, retry_after = guess(service, "203.0.113.2", PASSWORD)
        if status == 429:
            break
        guess(service, f"192.0.2.{number}")
    assert (429, True) == (status, 0 < int(retry_after) <= INTERVAL)
    assert 200 == guess(service, "203.0.113.2", PASSWORD, known)[0]

    # What a hundred failures make of it, without the quarter of an hour that they take.
    connection = sqlite3.connect(service.data / "hardtack.db")
    with connection:
        connection.execute("UPDATE streak SET failures = 100, last = ?", (int(time.time()),))
        connection.execute("DELETE FROM throttle")
    connection.close()
    status, _, retry_after = guess(service, "203.0.113.3", PASSWORD)
    assert (429, "") == (status, retry_after)

    link = hardtack(service.data, "accounts", "release", NAME, "--origin", service.url).strip()
    code = re.fullmatch(re.escape(service.url) + r"/release\?code=(\S+)", link)
    assert code, link
    headers = {"Content-Type": "application/json", "Origin": service.url, "X-Forwarded-For": "203.0.113.3"}
    body = json.dumps({"code": code[1]}).encode()
    status, answer, _ = service.ask("POST", "/release", body=body, headers=headers)
    assert 200 == status
    released = (answer.get("Set-Cookie") or "").partition(";")[0]
    assert "known" in released.partition("=")[0]
    assert 403 == service.ask("POST", "/release", body=body, headers=headers)[0]
    assert 200 == guess(service, "203.0.113.3", PASSWORD, released)[0]
    assert 2 <= trail(service)["release-asked"] + trail(service)["released"]
    assert code[1] not in service.said


def test_attack_13_the_mailbox_lets_the_owner_in(start: Start) -> None:
    """From the page that asks for a link to the sign-in, with real mail in a folder."""
    service = start()
    hardtack(service.data, "accounts", "add", NAME, "--password-stdin", sent=PASSWORD)
    headers = {"Content-Type": "application/json", "Origin": service.url}

    def post(path: str, cookie: str = "", **fields: str) -> tuple[int, HTTPMessage]:
        sent = {**headers, **({"Cookie": cookie} if cookie else {})}
        return service.ask("POST", path, body=json.dumps(fields).encode(), headers=sent)[:2]

    assert 401 == post("/sign-in", username=NAME, password=WRONG)[0]
    connection = sqlite3.connect(service.data / "hardtack.db")
    with connection:
        connection.execute("UPDATE streak SET failures = 100")
        connection.execute("UPDATE account SET email = 'ada@example.org', email_canonical = 'ada@example.org'")
    connection.close()
    assert 429 == post("/sign-in", username=NAME, password=PASSWORD)[0]

    for typed in ("nobody", NAME):
        assert 202 == post("/release", username=typed)[0]
    written = mails(service)
    assert ["ada@example.org"] == [mail["To"] for mail in written]
    text = written[0].get_body(("plain",))
    assert text is not None
    (code,) = set(re.findall(re.escape(service.url) + r"/release\?code=([\w-]+)", text.get_content()))

    assert 200 == service.ask("GET", f"/release?code={code}")[0]
    assert 429 == post("/sign-in", username=NAME, password=PASSWORD)[0]
    status, answer = post("/release", code=code)
    released = (answer.get("Set-Cookie") or "").partition(";")[0]
    assert (200, True) == (status, released.startswith("hardtack-known-"))
    assert 200 == post("/sign-in", released, username=NAME, password=PASSWORD)[0]


def mails(service: Service) -> list[EmailMessage]:
    """Return the mail that was written, as soon as there is some."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = sorted((service.data / "mail").glob("*.eml"))
        if found:
            return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in found]
        time.sleep(0.1)
    raise AssertionError(service.said)


def test_attack_12_an_address_that_nobody_trusts_is_not_believed(start: Start) -> None:
    """Without a trusted proxy whatever the client writes is the same client."""
    port = _free_port()
    service = start("--port", str(port), "--origin", f"http://localhost:{port}")

    def tried(number: int) -> int:
        address = f"198.51.100.{number}"
        headers = {
            "Content-Type": "application/json",
            "Origin": service.url,
            "X-Forwarded-For": address,
            "X-Real-IP": address,
            "Forwarded": f"for={address}",
        }
        body = json.dumps({"username": f"name{number}", "password": WRONG}).encode()
        return service.ask("POST", "/sign-in", body=body, headers=headers)[0]

    # A slow machine is given an attempt more every two seconds; nobody who is believed would be refused in 250.
    statuses = list(takewhile(lambda status: status != 429, map(tried, range(250))))
    assert {401} == set(statuses)
    assert 30 <= len(statuses) < 250
    assert {"127.0.0.1"} == set(_clients(service))


def _clients(service: Service) -> list[str]:
    connection = sqlite3.connect(service.data / "hardtack.db")
    try:
        return [row[0] for row in connection.execute("SELECT client FROM audit WHERE client != ''")]
    finally:
        connection.close()
